package fees

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// LineChange is a line that a later computation gives otherwise. A nil amount: there is no such line.
type LineChange struct {
	Clause string
	Kind   LineKind
	Text   string
	Deal   string
	Before *money.Amount
	After  *money.Amount
}

// lineKey says which lines of two statements of one period are the same charge.
func lineKey(l Line) string {
	key := []string{l.Clause, string(l.Kind), l.Deal}
	switch l.Kind {
	case KindDeal, KindDealFloor, KindDealCap: // a refund of other months' revenue stands beside the month's own
		key = append(key, l.CountsOn.String())
	case KindRetainer, KindHours, KindOverage, KindReconciliation, KindHourly, KindScorecard, KindSpend, KindCommission, KindMarkup, KindReturned, KindServiceCredit:
		key = append(key, l.Text)
	case KindDeliverables:
		key = append(key, l.Events[:min(2, len(l.Events))]...)
	case KindReleased, KindCorrection, KindSpendCorrection, KindMilestone, KindMilestoneBonus:
		key = append(key, l.Events...)
	case KindResult, KindResultFree, KindResultCredit, KindDisputeFee:
		key = append(key, strconv.Itoa(l.Basis.Version), l.Rate)
	}
	return strings.Join(key, "\x00")
}

// otherResults: as many results, but not the same ones. One that another statement bills must not hide behind one that it does not.
func otherResults(a, b Line) bool {
	switch a.Kind {
	case KindResult, KindResultFree, KindResultCredit, KindDisputeFee:
		return !slices.Equal(a.Events, b.Events)
	}
	return false
}

// Compare lists the lines that differ in amount, or in the results that they bill, between two statements of one period, in the order of their lines.
func Compare(before, after Statement) []LineChange {
	var out []LineChange
	later := map[string][]Line{}
	for _, l := range after.Lines {
		later[lineKey(l)] = append(later[lineKey(l)], l)
	}
	change := func(l Line, before, after *money.Amount) {
		out = append(out, LineChange{l.Clause, l.Kind, l.Text, l.Deal, before, after})
	}
	for _, l := range before.Lines {
		same := later[lineKey(l)]
		if len(same) == 0 {
			change(l, &l.Amount, nil)
			continue
		}
		if now := same[0]; now.Amount != l.Amount || otherResults(l, now) {
			change(l, &l.Amount, &now.Amount)
		}
		later[lineKey(l)] = same[1:]
	}
	for _, l := range after.Lines {
		if rest := later[lineKey(l)]; len(rest) > 0 {
			change(l, nil, &rest[0].Amount)
			later[lineKey(l)] = rest[1:]
		}
	}
	return out
}

// FactChange is one value of a record of evidence that differs between two imports.
type FactChange struct {
	Kind   crm.Kind `json:"kind"`
	ID     string   `json:"id"`
	Name   string   `json:"name,omitempty"`   // of the deal that it belongs to, else of the record
	Deal   string   `json:"deal,omitempty"`   // the deal that it belongs to; empty: none or several
	Field  string   `json:"field,omitempty"`  // the column; empty: the whole record
	Before string   `json:"before,omitempty"` // empty: not there
	After  string   `json:"after,omitempty"`  // empty: gone
	Import int64    `json:"import,omitempty"` // the import that said it, where it is known

	// Of the story of a correction.
	Month string `json:"month,omitempty"` // that is corrected, "2026-02"; empty: any, in packs from before it was kept
	More  int    `json:"more,omitempty"`  // in place of a change: so many others are not told

	record *crm.Record // that has the value; nil: it is not known
}

// Sides are Before and After for people, in the zone.
func (c FactChange) Sides(zone *time.Location) (before, after string) {
	write := func(value string) string {
		switch {
		case value == "" || c.record == nil:
			return value
		case c.Field == "":
			return describe(*c.record, zone)
		}
		return c.record.Words(c.Field, value, zone)
	}
	return write(c.Before), write(c.After)
}

// ChangedFacts compares the evidence that a statement was computed on with later evidence: every record that either computation uses,
// value by value. What comes and goes with a deal, its contacts and touches, is not listed beside it. The order is by kind, id and field.
func ChangedFacts(before, after crm.Evidence, used ...crm.Evidence) []FactChange {
	matters := map[string]bool{}
	for _, e := range used {
		for _, r := range e.Records() {
			if r.Kind != crm.KindDealMerge { // what it changes of the deals is told of them
				matters[recordKey(r)] = true
			}
		}
	}
	old, new := recordsOf(before, matters), recordsOf(after, matters)
	deals := dealsOfContacts(before, after)
	var out []FactChange
	for key := range matters {
		a, had := old[key]
		b, has := new[key]
		switch {
		case had && has && a.Hash() == b.Hash():
		case had && has:
			for _, c := range crm.Columns(a.Kind) {
				if x, y := a.Get(c), b.Get(c); x != y && decides(a.Kind, c) {
					out = append(out, deals.change(b, c, x, y))
				}
			}
		case had:
			out = append(out, deals.change(a, "", describe(a, nil), ""))
		case has:
			out = append(out, deals.change(b, "", "", describe(b, nil)))
		}
	}
	out = withoutCompany(out)
	slices.SortFunc(out, func(a, b FactChange) int {
		return cmp.Or(slices.Index(crm.Kinds(), a.Kind)-slices.Index(crm.Kinds(), b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Field, b.Field))
	})
	return out
}

// withoutCompany takes out the contacts, associations and touches that appear or vanish because their deal does, or because it is won or no longer won.
func withoutCompany(changes []FactChange) []FactChange {
	turned := map[string]bool{}
	for _, c := range changes {
		if c.Kind == crm.KindDeal && (c.Field == "" || c.Field == "is_won" || c.Field == "deleted") {
			turned[c.ID] = true
		}
	}
	return slices.DeleteFunc(changes, func(c FactChange) bool {
		along := c.Kind == crm.KindContact || c.Kind == crm.KindDealContact || c.Kind == crm.KindTouch
		return along && c.Field == "" && turned[c.Deal]
	})
}

// decides is false for what Used leaves out.
func decides(k crm.Kind, column string) bool {
	switch column {
	case "email", "owner":
		return false
	case "name":
		return k != crm.KindContact
	}
	return true
}

func recordKey(r crm.Record) string { return string(r.Kind) + "\x00" + r.ID }

func recordsOf(e crm.Evidence, matters map[string]bool) map[string]crm.Record {
	out := make(map[string]crm.Record, len(matters))
	for _, r := range e.Records() {
		if key := recordKey(r); matters[key] {
			out[key] = r
		}
	}
	return out
}

// belongings say which deal a record belongs to.
type belongings struct {
	names   map[string]string // deal -> name
	contact map[string]string // contact -> its only deal; "" when it has several
}

func dealsOfContacts(evidence ...crm.Evidence) belongings {
	b := belongings{map[string]string{}, map[string]string{}}
	for _, e := range evidence {
		for i := range e.Deals {
			b.names[e.Deals[i].ID] = dealName(&e.Deals[i])
		}
		for _, dc := range e.DealContacts {
			if other, known := b.contact[dc.ContactID]; known && other != dc.DealID {
				b.contact[dc.ContactID] = ""
				continue
			}
			b.contact[dc.ContactID] = dc.DealID
		}
	}
	return b
}

func (b belongings) change(r crm.Record, field, before, after string) FactChange {
	deal := r.Get("deal_id")
	if deal == "" {
		deal = b.contact[r.Get("contact_id")]
	}
	name := b.names[deal]
	if name == "" {
		name = cmp.Or(r.Get("name"), r.ID)
	}
	return FactChange{Kind: r.Kind, ID: r.ID, Name: name, Deal: deal, Field: field, Before: before, After: after, record: &r}
}

// describe is a record in a few words: with a zone for people, else its values as they are.
func describe(r crm.Record, zone *time.Location) string {
	var words []string
	if merged := r.MergeWords(); merged != "" {
		words = append(words, merged)
	}
	for _, c := range []string{"at", "paid_on", "spent_on", "missed_on", "target", "vendor", "channel", "campaign", "category", "net", "gross", "amount", "currency", "closed_on", "stage", "company", "reason", "value"} {
		v := r.Get(c)
		switch {
		case v == "" || zone != nil && c == "currency": // an amount says it
			continue
		case zone != nil:
			v = r.Words(c, v, zone)
		}
		words = append(words, v)
	}
	if len(words) == 0 {
		return r.ID
	}
	return strings.Join(words, ", ")
}
