package ops

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
)

// AlteredDecision is a stored decision that is not what a person decided.
type AlteredDecision struct {
	About  string // "delivery D-1"
	Reason string
}

// Error says which and why.
func (a AlteredDecision) Error() string {
	return fmt.Sprintf("decision about %s %s", a.About, a.Reason)
}

// subjects are the kinds of subjects that decisions have in the record, by the kind of the row.
var subjects = map[crm.Kind]string{crm.KindDelivery: "delivery", crm.KindLead: "result", crm.KindMetricReading: "hours"}

// decided names a row that was decided about.
type decided struct {
	client string
	kind   crm.Kind
	row    string
}

func (d decided) words() string { return cmp.Or(subjects[d.kind], string(d.kind)) + " " + d.row }

// VerifyDecisions compares every decision of the workspace with what the record tells of it, in the order of the decisions about a row, and with the
// row of evidence that it left. It gives how many hold and those that do not.
func VerifyDecisions(ctx context.Context, tx bun.Tx) (held int, altered []AlteredDecision, err error) {
	told, order, err := toldDecisions(ctx, tx)
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of decisions: %w", err)
	}
	kept := map[decided]int{}
	err = crmops.EachDecision(ctx, tx, func(d Decision, evident bool, unreadable error) error {
		of := decided{d.Client, d.Kind, d.Row}
		n := kept[of]
		kept[of]++
		reason := "was altered: it cannot be read"
		switch {
		case unreadable != nil:
		case n >= len(told[of]):
			reason = "was put in beside the record: no entry tells of it"
		default:
			reason = unlike(d, int64(n)+1, told[of][n])
			if reason == "" && !evident {
				reason = fmt.Sprintf("was altered: the row that it left as import %d is not the one that is kept", d.No)
			}
		}
		if reason != "" {
			altered = append(altered, AlteredDecision{of.words(), reason})
			return nil
		}
		held++
		return nil
	})
	if err != nil {
		return held, altered, err
	}
	for _, of := range order {
		if missing := told[of][min(kept[of], len(told[of])):]; len(missing) > 0 {
			altered = append(altered, AlteredDecision{of.words(), fmt.Sprintf("is told of in entry %d of the record but is not kept", missing[0].Seq)})
		}
	}
	return held, altered, nil
}

// toldDecisions are the entries of decisions by the rows that they are about, and those rows in the order of the record.
func toldDecisions(ctx context.Context, tx bun.Tx) (map[decided][]journal.Entry, []decided, error) {
	told, first := map[decided][]journal.Entry{}, map[decided]int64{}
	for kind, subject := range subjects {
		about, err := journalops.About(ctx, tx, subject)
		if err != nil {
			return nil, nil, err
		}
		for _, entries := range about {
			for _, e := range entries {
				rows := togetherIn(e)
				if rows == nil {
					rows = []string{e.Subject.ID}
				}
				for _, row := range rows {
					of := decided{e.Client, kind, row}
					told[of] = append(told[of], e)
				}
			}
		}
	}
	var order []decided
	for of, entries := range told {
		slices.SortFunc(entries, func(a, b journal.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
		first[of] = entries[0].Seq
		order = append(order, of)
	}
	slices.SortFunc(order, func(a, b decided) int { return cmp.Or(cmp.Compare(first[a], first[b]), cmp.Compare(a.row, b.row)) })
	return told, order, nil
}

// togetherIn are the rows of decisions that an entry tells of together; nil when it tells of one.
func togetherIn(e journal.Entry) []string {
	var said struct{ Rows []string }
	if json.Unmarshal([]byte(e.After), &said) != nil {
		return nil
	}
	return said.Rows
}

// unlike tells in words how the nth decision about a row differs from what the record tells of it; empty when it does not.
func unlike(d Decision, nth int64, e journal.Entry) string {
	said := afterOf(d)
	if rows := togetherIn(e); rows != nil {
		said = afterOfAll(d, rows)
	}
	switch {
	case said != e.After || d.Seq != nth || togetherIn(e) != nil && d.Words != "":
		return fmt.Sprintf("was altered: it is not what entry %d of the record tells", e.Seq)
	case !e.At.Equal(d.At) || e.ActorID != d.ActorID || e.ActorName != d.ActorName:
		return fmt.Sprintf("was altered: who decided, or when, is not what entry %d of the record tells", e.Seq)
	}
	return ""
}
