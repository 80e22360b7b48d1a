package billing

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Entry is a line of a statement of account.
type Entry struct {
	On      cal.Date
	ID      string // of the invoice or source
	Kind    string // "invoice" or a SourceKind
	Name    string
	Charge  money.Amount // what it adds to what the client owes
	Payment money.Amount // what it takes off; negative for a refund
	Balance money.Amount // after it
}

// AccountSheet is what happened on an account within a stretch of days.
type AccountSheet struct {
	Period  cal.Period
	Opening money.Amount
	Entries []Entry
	Closing money.Amount
}

// Sheet lists what happened in the days, the oldest first, with the balance after each. A zero day leaves its end open.
func (b Book) Sheet(days cal.Period) AccountSheet {
	var all []Entry
	for _, bill := range b.Bills {
		e := Entry{On: bill.IssuedOn, ID: bill.ID, Kind: string(Invoice), Name: bill.Number, Charge: b.amount(0), Payment: b.amount(0)}
		if words := bill.Purpose.Words(); words != "" {
			e.Name += ", " + words
		}
		e.Charge.Minor += bill.Total()
		all = append(all, e)
	}
	for _, s := range b.Sources {
		all = append(all, Entry{On: s.On, ID: s.ID, Kind: string(s.Kind), Name: s.Name, Charge: b.amount(0), Payment: b.amount(s.Minor)})
	}
	slices.SortStableFunc(all, func(x, y Entry) int {
		return cmp.Or(x.On.Cmp(y.On), cmp.Compare(orderOf(x.Kind), orderOf(y.Kind)), strings.Compare(x.Name, y.Name))
	})
	out := AccountSheet{Period: days, Opening: b.amount(0), Closing: b.amount(0)}
	for _, e := range all {
		if !days.To.IsZero() && !e.On.Before(days.To) {
			break
		}
		out.Closing = out.Closing.Add(e.Charge).Sub(e.Payment)
		if e.On.Before(days.From) {
			out.Opening = out.Closing
			continue
		}
		e.Balance = out.Closing
		out.Entries = append(out.Entries, e)
	}
	return out
}

// orderOf puts what was charged on a day before what was paid on it.
func orderOf(kind string) int {
	if kind == string(Invoice) {
		return 0
	}
	return 1
}
