package attribution

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// dated is what a snapshot knows of when deals were won and paid. It is made when it is first asked for: few contracts ask.
type dated struct {
	deals     func() []crm.Deal // that are won, each once
	collected func() map[string]cal.Date

	mutex   sync.Mutex
	earlier map[earlierOf]*earlierDeals
}

func newDated(s *crm.Snapshot) *dated {
	return &dated{
		deals:     sync.OnceValue(func() []crm.Deal { return wonDeals(s.Deals) }),
		collected: sync.OnceValue(func() map[string]cal.Date { return firstPayments(s.Payments) }),
		earlier:   map[earlierOf]*earlierDeals{},
	}
}

// wonDeals are those of the deals that are won, each once. Owners decide nothing.
func wonDeals(deals []crm.Deal) []crm.Deal {
	plain := slices.Clone(deals)
	for i := range plain {
		plain[i].Owner = ""
	}
	return slices.DeleteFunc(Once(plain, func(d crm.Deal) string { return d.ID }), func(d crm.Deal) bool { return d.Deleted || !d.Won })
}

// firstPayments are the days on which something was first received for each deal.
func firstPayments(payments []crm.Payment) map[string]cal.Date {
	out := map[string]cal.Date{}
	for _, p := range Once(payments, func(p crm.Payment) string { return p.ID }) {
		if p.Deleted || p.Amount.Minor <= 0 || p.PaidOn.IsZero() {
			continue
		}
		if day, known := out[p.DealID]; !known || p.PaidOn.Before(day) {
			out[p.DealID] = p.PaidOn
		}
	}
	return out
}

// collectedOn is the day of the deal's first payment, or that of its closing where money came before it; zero where nothing was received, or it was not closed.
func (x *Links) collectedOn(d *crm.Deal) cal.Date {
	day, known := x.dated.collected()[d.ID]
	if !known || d.ClosedOn.IsZero() {
		return cal.Date{}
	}
	return cal.Later(day, d.ClosedOn)
}

// earlierOf is what of a path decides which deals are earlier.
type earlierOf struct {
	byAccount, inferred, toCreation, toPayment bool
	zone                                       *time.Location
}

func (p Path) earlierOf() earlierOf {
	return earlierOf{p.ByAccount, p.Inferred, p.ToCreation, p.ToPayment, p.Zone}
}

// earlierDeals are the won deals that each contact is in, by when their journeys end.
type earlierDeals struct {
	of   *Links
	ends groups[ending]
}

// ending is a won deal with the end of its journey.
type ending struct {
	end  time.Time
	won  cal.Date
	deal string
}

// isBefore says whether the deal is an earlier one for a deal whose journey ends then, and that was won on a day, if it was: it ended before, and was won by
// then. One that is won later never changes what was earned before.
func (e ending) isBefore(end time.Time, won cal.Date) bool {
	return e.end.Before(end) && (won.IsZero() || !e.won.After(won))
}

// before is the latest earlier deal that a contact is in.
func (e *earlierDeals) before(contact int32, end time.Time, won cal.Date) ending {
	list := e.ends.of(contact)
	at, _ := slices.BinarySearchFunc(list, end, func(e ending, end time.Time) int { return e.end.Compare(end) })
	for i := at - 1; i >= 0; i-- {
		if list[i].isBefore(end, won) {
			return list[i]
		}
	}
	return ending{}
}

// earlier finds the won deals of each contact, once for each sort of path.
func (x *Links) earlier(p Path) *earlierDeals {
	x.dated.mutex.Lock()
	defer x.dated.mutex.Unlock()
	of := p.earlierOf()
	found := x.dated.earlier[of]
	if found == nil {
		found = x.findEarlier(p)
		x.dated.earlier[of] = found
	}
	return found
}

func (x *Links) findEarlier(p Path) *earlierDeals {
	var c Crediting
	var owners []int32
	var ends []ending
	deals := x.dated.deals()
	for i := range deals {
		d := &deals[i]
		end := c.end(x, d, p)
		if end.IsZero() || d.ClosedOn.IsZero() { // nobody can say whether it was before
			continue
		}
		contacts, _ := x.contactsOf(d, p)
		for _, n := range contacts {
			owners, ends = append(owners, n), append(ends, ending{end, d.ClosedOn, d.ID})
		}
	}
	out := &earlierDeals{x, grouped(len(x.contacts.ids), owners, func(i int) ending { return ends[i] })}
	for n := range x.contacts.ids {
		slices.SortFunc(out.ends.of(int32(n)), func(a, b ending) int { return cmp.Or(a.end.Compare(b.end), cmp.Compare(a.deal, b.deal)) })
	}
	return out
}
