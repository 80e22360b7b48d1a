package demo

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Export is one file as the CRM gives it on a day, in the plain format.
type Export struct {
	Kind crm.Kind
	Name string
	CSV  []byte
}

// exports are the files of a day. Touches, payments, spend and readings are those since the export before; the others are whole lists.
func (y *year) exports(on, before cal.Date) ([]Export, error) {
	records := map[crm.Kind][]crm.Record{}
	put := func(r crm.Record) { records[r.Kind] = append(records[r.Kind], r) }
	for _, c := range y.companies {
		put(c.Record())
	}
	for i := range y.contacts {
		if r, ok := y.contactOn(i, on); ok {
			put(r)
		}
	}
	for _, d := range y.deals {
		y.dealOn(d, on, put)
	}
	for _, t := range y.touches {
		if day := cal.DateOf(t.At, zone); !day.After(on) && (before.IsZero() || day.After(before)) {
			put(t.Record())
		}
	}
	for _, p := range y.payments {
		if !p.PaidOn.After(on) && (before.IsZero() || p.PaidOn.After(before)) {
			put(p.Record())
		}
	}
	y.bought(on, before, put)
	y.read(on, before, put)
	if before.IsZero() {
		y.carveOuts(put)
	}
	return write(records, on)
}

func write(records map[crm.Kind][]crm.Record, on cal.Date) ([]Export, error) {
	var out []Export
	for _, kind := range crm.Kinds() {
		if len(records[kind]) == 0 {
			continue
		}
		var b bytes.Buffer
		if err := crm.WriteCSV(kind, records[kind], &b); err != nil {
			return nil, fmt.Errorf("write %s of %s: %w", kind, on, err)
		}
		out = append(out, Export{kind, on.String() + "-" + crm.FileName(kind), b.Bytes()})
	}
	return out, nil
}

// contactOn is a contact as the CRM shows it on a day: not before it was created; after a merge its row is gone from the whole list
// and its id stands at the one that it was merged into.
func (y *year) contactOn(i int, on cal.Date) (crm.Record, bool) {
	p := y.contacts[i]
	if cal.DateOf(p.CreatedAt, zone).After(on) {
		return crm.Record{}, false
	}
	c := p.Contact
	if p.mergedInto >= 0 && !p.mergedOn.After(on) {
		c.Deleted = true
	}
	for _, twin := range y.contacts {
		if twin.mergedInto == i && !twin.mergedOn.After(on) {
			c.MergedIDs = append(c.MergedIDs, twin.ID)
		}
	}
	slices.Sort(c.MergedIDs)
	return c.Record(), true
}

func (y *year) dealOn(d course, on cal.Date, put func(crm.Record)) {
	if cal.DateOf(d.CreatedAt, zone).After(on) {
		return
	}
	now := d.Deal
	now.Stage, now.ClosedOn = "Proposal", forecastOn(d, on)
	switch closed := !d.closesOn.IsZero() && !d.closesOn.After(on); {
	case !d.reclosed.IsZero() && !d.reclosed.After(on):
		now.Stage, now.Closed, now.ClosedOn = "Closed lost", true, d.reclosed
	case !d.reopened.IsZero() && !d.reopened.After(on):
		now.Stage, now.ClosedOn = "Negotiation", d.reopened.AddDays(45)
	case closed && d.won:
		now.Stage, now.Won, now.Closed, now.ClosedOn = "Closed won", true, true, d.closesOn
	case closed:
		now.Stage, now.Closed, now.ClosedOn = "Closed lost", true, d.closesOn
	}
	put(now.Record())
	if d.linkedOn.After(on) {
		return
	}
	for i, c := range d.contacts {
		role := ""
		if i == 0 {
			role = "Decision maker"
		}
		put(crm.DealContact{DealID: d.ID, ContactID: y.contacts[c].ID, Role: role}.Record())
	}
}

func forecastOn(d course, on cal.Date) cal.Date {
	var to cal.Date
	for _, m := range d.forecast {
		if !m.on.After(on) {
			to = m.to
		}
	}
	return to
}

// carveOuts is the list that the client gave within ten working days: open deals from before the contract, and one company.
func (y *year) carveOuts(put func(crm.Record)) {
	listed := 0
	for _, d := range y.deals {
		if created := cal.DateOf(d.CreatedAt, zone); created.Before(First) && listed < dealsBefore-6 {
			put(crm.CarveOut{List: carveOutList, DealID: d.ID, Reason: "open before the contract"}.Record())
			listed++
		}
	}
	put(crm.CarveOut{List: carveOutList, Company: y.companies[11].Name, Reason: "customer of the client's own sales since 2024"}.Record())
}

// carveOutList is the name that the sample contract gives to the list.
const carveOutList = "carve-out-2025-10"
