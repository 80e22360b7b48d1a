package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
)

// stories is what the CRM said otherwise of each corrected deal since the statement that charged it was computed. It tells why a correction is
// there and decides no amount.
func stories(ctx context.Context, tx bun.Tx, client string, finals []finalRow, s fees.Statement) ([]fees.FactChange, error) {
	since := map[string]int64{}
	var deals []string
	for _, l := range s.Lines {
		if l.Kind != fees.KindCorrection || l.Deal == "" || len(l.Events) == 0 {
			continue
		}
		no, ok, err := computedOn(ctx, tx, finals, l.Events[0])
		if err != nil {
			return nil, err
		}
		known, listed := since[l.Deal]
		if !listed {
			deals = append(deals, l.Deal)
		}
		if ok && (!listed || no < known) {
			since[l.Deal] = no
		} else if !listed {
			since[l.Deal] = s.Evidence
		}
	}
	var out []fees.FactChange
	for _, deal := range deals {
		said, err := crmops.DealHistory(ctx, tx, client, deal, s.Evidence)
		if err != nil {
			return nil, err
		}
		out = append(out, changesSince(said, deal, since[deal])...)
		gone, err := partnersGone(ctx, tx, client, said, deal, since[deal], s.Evidence)
		if err != nil {
			return nil, err
		}
		out = append(out, gone...)
	}
	rows, err := rowStories(ctx, tx, client, finals, s)
	return append(out, rows...), err
}

// rowKind says whether records of a kind are charged by themselves, and not through a deal.
func rowKind(k crm.Kind) bool {
	switch k {
	case crm.KindTimeEntry, crm.KindMetricReading, crm.KindLead, crm.KindDelivery, crm.KindSpend, crm.KindSLAMiss:
		return true
	}
	return false
}

// rowStories is what was said otherwise of the rows of corrected charges since the statement that charged them was computed.
func rowStories(ctx context.Context, tx bun.Tx, client string, finals []finalRow, s fees.Statement) ([]fees.FactChange, error) {
	type rowsOf struct {
		kind  crm.Kind
		since int64
	}
	rows := map[rowsOf][]string{}
	var order []rowsOf
	for _, l := range s.Lines {
		if !l.Corrects() || l.Deal != "" || len(l.Events) == 0 {
			continue
		}
		since, ok, err := computedOn(ctx, tx, finals, l.Events[0])
		if err != nil {
			return nil, err
		}
		for _, e := range l.Basis.Evidence {
			of := rowsOf{crm.Kind(e.Kind), since}
			if !ok || !rowKind(of.kind) || slices.Contains(rows[of], e.ID) {
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
		said, err := crmops.RowHistory(ctx, tx, client, of.kind, rows[of], s.Evidence)
		if err != nil {
			return nil, err
		}
		for _, c := range changesSince(said, "", of.since) {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// computedOn is the import on which the locked statement of a month, "2026-02", was computed.
func computedOn(ctx context.Context, tx bun.Tx, finals []finalRow, month string) (no int64, ok bool, err error) {
	i := slices.IndexFunc(finals, func(f finalRow) bool { return f.PeriodFrom == month+"-01" })
	if i < 0 {
		return 0, false, nil
	}
	row, err := readRow(ctx, tx, finals[i].StatementID, "id", "import_no")
	return row.ImportNo, err == nil, err
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

// partnersGone tells, of the deals into which people stated a deal to be merged, that they were deleted, or came back, since an import: the deal counts by itself then, or no more.
func partnersGone(ctx context.Context, tx bun.Tx, client string, said []crmops.Said, deal string, since, asOf int64) (out []fees.FactChange, err error) {
	var partners []string
	for _, s := range said {
		into := s.Record.Get("into_deal_id")
		if s.Record.Kind == crm.KindDealMerge && s.Record.ID == deal && !slices.Contains(partners, into) {
			partners = append(partners, into)
		}
	}
	for _, partner := range partners {
		rows, err := crmops.DealHistory(ctx, tx, client, partner, asOf)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(s crmops.Said) bool { return s.Record.Kind != crm.KindDeal })
		for _, c := range changesSince(rows, deal, since) {
			if c.Field == "deleted" {
				out = append(out, c)
			}
		}
	}
	return out, nil
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
