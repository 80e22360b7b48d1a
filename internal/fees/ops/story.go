package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// stories is what was said otherwise of what each correction rests on since the statement that last charged or corrected its month. It tells why a correction is
// there and decides no amount. The evidence is that of a draft.
func (s *Service) stories(ctx context.Context, tx bun.Tx, client string, a contract.Agreement, f fees.Facts, finals []finalRow, st fees.Statement) ([]fees.FactChange, error) {
	type charge struct{ deal, month string }
	lines := map[charge][]fees.Line{}
	var order []charge
	for _, l := range st.Lines {
		if l.Kind == fees.KindCorrection && l.Deal != "" && len(l.Events) > 0 {
			of := charge{l.Deal, l.Events[0]}
			if lines[of] == nil {
				order = append(order, of)
			}
			lines[of] = append(lines[of], l)
		}
	}
	bases := basesOf(finals, f.Settled)
	var out []fees.FactChange
	for _, of := range order {
		b, ok, err := bases.of(ctx, tx, lines[of][0])
		if err != nil {
			return nil, err
		}
		if !ok || b.row.ImportNo == f.Evidence.AsOf {
			continue
		}
		told, err := s.storyOf(ctx, tx, client, a, f, b, lines[of])
		if err != nil {
			return nil, err
		}
		out = append(out, told...)
	}
	rows, err := rowStories(ctx, tx, client, bases, st)
	return append(out, rows...), err
}

// storyOf is that of the corrections of one deal and month.
func (s *Service) storyOf(ctx context.Context, tx bun.Tx, client string, a contract.Agreement, f fees.Facts, b base, now []fees.Line) ([]fees.FactChange, error) {
	deal := now[0].Deal
	month, err := cal.ParseMonth(now[0].Events[0])
	if err != nil {
		return nil, err
	}
	changed, err := s.changedSince(ctx, tx, client, a, f, b)
	if err != nil {
		return nil, err
	}
	frozen, err := s.frozen(ctx, tx, b.row.ID)
	if err != nil {
		return nil, err
	}
	var before []fees.Line
	for _, l := range frozen.document.Statement.Lines {
		if l.Deal == deal && (l.Corrects() && len(l.Events) > 0 && l.Events[0] == month.String() || !l.Corrects() && b.own) {
			before = append(before, l)
		}
	}
	n := newNamer(tx, client, b.row.ImportNo, f.Evidence.AsOf)
	facts, err := n.name(ctx, changed.Under(deal, month, before, now))
	if err != nil {
		return nil, err
	}
	said, err := n.deal(ctx, deal)
	if err != nil {
		return nil, err
	}
	merges := slices.DeleteFunc(changesSince(said, deal, b.row.ImportNo), func(c fees.FactChange) bool { return c.Kind != crm.KindDealMerge })
	facts = slices.DeleteFunc(facts, func(f fees.FactChange) bool {
		return slices.ContainsFunc(merges, func(m fees.FactChange) bool {
			return f.Kind == crm.KindDealMerge || f.Field == "deleted" && f.ID == m.ID
		})
	})
	return fees.Told(append(merges, facts...), deal, month, a.First().Zone), nil
}

// changedSince compares what a base was computed on with the facts of a draft, once.
func (s *Service) changedSince(ctx context.Context, tx bun.Tx, client string, a contract.Agreement, f fees.Facts, b base) (fees.Changed, error) {
	if b.changed != nil {
		return *b.changed, nil
	}
	row, err := readRow(ctx, tx, b.row.ID)
	if err != nil {
		return fees.Changed{}, err
	}
	_, was, before, err := s.ground(ctx, tx, row)
	if err != nil {
		return fees.Changed{}, err
	}
	changed := fees.ChangedSince(before, f.Evidence, was.Evidence, fees.Used(a, f).Evidence)
	b.changed = &changed
	return changed, nil
}

// rowKind says whether records of a kind are charged by themselves, and not through a deal.
func rowKind(k crm.Kind) bool {
	switch k {
	case crm.KindTimeEntry, crm.KindMetricReading, crm.KindLead, crm.KindDelivery, crm.KindSpend, crm.KindSLAMiss:
		return true
	}
	return false
}

// rowStories is what was said otherwise of the rows of corrected charges since the statement that last charged or corrected them.
func rowStories(ctx context.Context, tx bun.Tx, client string, bases *bases, st fees.Statement) ([]fees.FactChange, error) {
	type rowsOf struct {
		kind  crm.Kind
		month string
		since int64
	}
	rows := map[rowsOf][]string{}
	var order []rowsOf
	for _, l := range st.Lines {
		if !l.Corrects() || l.Deal != "" || len(l.Events) == 0 {
			continue
		}
		b, ok, err := bases.of(ctx, tx, l)
		if err != nil {
			return nil, err
		}
		for _, e := range l.Basis.Evidence {
			if !ok || !rowKind(crm.Kind(e.Kind)) {
				continue
			}
			of := rowsOf{crm.Kind(e.Kind), l.Events[0], b.row.ImportNo}
			if slices.Contains(rows[of], e.ID) {
				continue
			}
			if rows[of] == nil {
				order = append(order, of)
			}
			rows[of] = append(rows[of], e.ID)
		}
	}
	var out []fees.FactChange
	for _, of := range order {
		said, err := crmops.RowHistory(ctx, tx, client, of.kind, rows[of], st.Evidence)
		if err != nil {
			return nil, err
		}
		for _, c := range changesSince(said, "", of.since) {
			c.Month = of.month
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// changesSince compares what was known of each record after an import with what is known now, value by value, and names the last import that
// said something new of the value.
func changesSince(said []crmops.Said, deal string, since int64) []fees.FactChange {
	type versions struct{ before, now *crmops.Said }
	records := map[string]*versions{}
	var order []string
	for i := range said {
		key := string(said[i].Record.Kind) + "\x00" + said[i].Record.ID
		v := records[key]
		if v == nil {
			v = &versions{}
			records[key] = v
			order = append(order, key)
		}
		if said[i].Import.No <= since {
			v.before = &said[i]
		}
		if said[i].Record.Kind == crm.KindDealMerge && v.before != nil && v.before.Record.Get("deleted") == "true" {
			v.before = nil // what was taken back says nothing
		}
		v.now = &said[i]
	}
	var out []fees.FactChange
	for _, key := range order {
		v := records[key]
		if v.before == v.now {
			continue
		}
		now := v.now.Record
		if now.Kind == crm.KindDealMerge && v.before == nil && now.Get("deleted") == "true" {
			continue
		}
		change := fees.FactChange{Kind: now.Kind, ID: now.ID, Deal: deal, Name: deal, Import: v.now.Import.No}
		if v.before == nil {
			change.After = describe(*v.now)
			out = append(out, change)
			continue
		}
		for _, column := range crm.Columns(now.Kind) {
			if was, is := v.before.Record.Get(column), now.Get(column); was != is && tells(now.Kind, column) {
				change.Field, change.Before, change.After = column, was, is
				change.Import = lastSaid(said, now, column, since)
				out = append(out, change)
			}
		}
	}
	return out
}

// tells is false for what decides nothing, and for who stated what, when and why, which a withdrawal leaves as it was.
func tells(k crm.Kind, column string) bool {
	if k == crm.KindDealMerge {
		return column == "into_deal_id" || column == "deleted"
	}
	return column != "owner"
}

// lastSaid is the import after which the value of a record is what it is now.
func lastSaid(said []crmops.Said, r crm.Record, column string, since int64) (no int64) {
	value := ""
	for _, s := range said {
		if s.Record.Kind != r.Kind || s.Record.ID != r.ID {
			continue
		}
		if now := s.Record.Get(column); now != value {
			value = now
			if s.Import.No > since {
				no = s.Import.No
			}
		}
	}
	return no
}

// describe tells a record that came in; of deals that are one, who said so and why.
func describe(said crmops.Said) string {
	r := said.Record
	switch r.Kind {
	case crm.KindPayment:
		return fmt.Sprintf("%s %s on %s", r.Get("amount"), r.Get("currency"), r.Get("paid_on"))
	case crm.KindDealContact:
		return "contact " + r.Get("contact_id")
	case crm.KindDealMerge:
		return fmt.Sprintf("deals %s and %s are one sale, of which %s remains (%s)", r.Get("merged_deal_id"), r.Get("into_deal_id"), r.Get("into_deal_id"), crm.SaidBy(said.Import.ActorName, r.Get("by"), r.Get("reason")))
	}
	return r.ID
}
