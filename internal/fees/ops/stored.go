package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
)

// Altered is a stored statement that is not what was drafted.
type Altered struct {
	Statement string // id
	Reason    string
}

// Error says which and why.
func (a Altered) Error() string { return fmt.Sprintf("statement %s %s", a.Statement, a.Reason) }

// VerifyStored recomputes the hash of every statement of the workspace from the texts that are kept of it, and compares it with the one
// kept, with the row's other columns, with the final statements and with what the record tells of the statement. It gives how many hold and
// those that do not.
func VerifyStored(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	told, err := journalops.About(ctx, tx, "statement")
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of statements: %w", err)
	}
	var finals []finalRow
	if err := tx.NewSelect().Model(&finals).Scan(ctx); err != nil {
		return 0, nil, err
	}
	final := map[string]finalRow{}
	for _, f := range finals {
		final[f.StatementID] = f
	}
	var ids []string
	if err := tx.NewSelect().Model((*statementRow)(nil)).Column("id").OrderExpr("id").Scan(ctx, &ids); err != nil {
		return 0, nil, err
	}
	kept := map[string]bool{}
	for _, id := range ids {
		kept[id] = true
		row, err := readRow(ctx, tx, id)
		if err != nil {
			return held, altered, err
		}
		reason := row.alteration(told[id])
		if f, ok := final[id]; ok && reason == "" {
			reason = f.alteration(row)
		}
		if reason != "" {
			altered = append(altered, Altered{id, reason})
			continue
		}
		held++
	}
	for _, id := range slices.Sorted(maps.Keys(told)) {
		if !kept[id] {
			altered = append(altered, Altered{id, "is told of in the record but is not kept"})
		}
	}
	return held, altered, nil
}

// alteration tells in words how the row differs from what was drafted; empty when it does not.
func (r statementRow) alteration(told []journal.Entry) string {
	inputs, err := r.files()
	if err != nil {
		return "was altered: its terms or facts cannot be read"
	}
	if hash := pack.HashOf([]byte(r.Document), inputs); hash != r.Hash {
		return fmt.Sprintf("was altered: what is kept of it gives the hash %s, not %s", hash, r.Hash)
	}
	var document fees.Document
	if err := json.Unmarshal([]byte(r.Document), &document); err != nil {
		return "was altered: its document cannot be read"
	}
	s := document.Statement
	if r.period() != s.Period || r.AsOf != s.AsOf.String() || r.ImportNo != s.Evidence || r.Currency != string(s.Currency) || r.TotalMinor != s.Total.Minor {
		return "was altered: its row does not say what its document says"
	}
	known := false
	for _, e := range told {
		var then recorded
		if json.Unmarshal([]byte(e.After), &then) != nil || then.Hash == "" {
			continue
		}
		known = true
		if then.Hash != r.Hash || then.Revision != r.Revision {
			return fmt.Sprintf("was altered: entry %d of the record tells of revision %d with the hash %s", e.Seq, then.Revision, then.Hash)
		}
	}
	if !known {
		return "was put in beside the record: no entry tells of it"
	}
	return ""
}

// alteration tells in words how the final row differs from its statement; empty when it does not.
func (f finalRow) alteration(r statementRow) string {
	if f.Hash != r.Hash || f.ContractID != r.ContractID || f.PeriodFrom != r.PeriodFrom || f.PeriodTo != r.PeriodTo {
		return "was altered: it is not the one that was locked"
	}
	return ""
}
