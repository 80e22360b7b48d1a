package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// Overruling is an import that says otherwise than a person decided.
type Overruling struct {
	Decision Decision
	Import   ImportMark
	Says     []FieldDelta // Before as it was decided, After as the import says it
}

// Overruled is the first import after a decision that says otherwise of what it decided; nil when it stands, or when a later decision changed it.
// newest is the import that said the row last. It decides no access: the caller has.
func Overruled(ctx context.Context, tx bun.Tx, d Decision, newest int64) (*Overruling, error) {
	if newest <= d.No || d.Act == crm.ActAnswer {
		return nil, nil
	}
	said, err := RowHistory(ctx, tx, d.Client, d.Kind, []string{d.Row}, newest)
	if err != nil {
		return nil, err
	}
	made, err := decisionsAbout(ctx, tx, d.Client, d.Kind, []string{d.Row}, newest+1)
	if err != nil {
		return nil, err
	}
	for _, s := range said {
		own := slices.ContainsFunc(made[d.Row], func(o Decision) bool { return o.No == s.Import.No })
		if s.Import.No <= d.No || own {
			continue
		}
		if fields := crm.Otherwise(d.Act, d.record, s.Record); len(fields) > 0 {
			return overruling(ctx, tx, d, s, fields)
		}
	}
	return nil, nil
}

func overruling(ctx context.Context, tx bun.Tx, d Decision, s Said, fields []string) (*Overruling, error) {
	out := &Overruling{Decision: d, Import: s.Import}
	marks, err := ImportMarks(ctx, tx, d.Client, s.Import.No, 1)
	if err != nil {
		return nil, err
	}
	if len(marks) == 1 && marks[0].No == s.Import.No {
		out.Import = marks[0]
	}
	for _, f := range fields {
		out.Says = append(out.Says, FieldDelta{f, d.record.Get(f), s.Record.Get(f)})
	}
	return out, nil
}

// AppliedFile is an import of a file that became evidence.
type AppliedFile struct {
	Client  string
	No      int64
	ActorID string // who imported it
	At      time.Time
	Tally   Tally
}

// OverruledBy are the decisions that an import is the first to contradict. It decides no access: the caller has.
func OverruledBy(ctx context.Context, tx bun.Tx, client string, no int64) ([]Overruling, error) {
	var rows []decisionRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ? AND import_no < ?", client, no).
		Where("EXISTS (SELECT 1 FROM crm_row r WHERE r.client_id = decision_row.client_id AND r.kind = decision_row.kind AND r.ext_id = decision_row.ext_id AND r.import_no = ?)", no).
		OrderExpr("kind, ext_id, seq").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what import %d contradicts: %w", no, err)
	}
	var out []Overruling
	for _, r := range rows {
		d, err := r.decision()
		if err != nil {
			return nil, err
		}
		o, err := Overruled(ctx, tx, d, no)
		if err != nil {
			return nil, err
		}
		if o != nil && o.Import.No == no {
			out = append(out, *o)
		}
	}
	return out, nil
}
