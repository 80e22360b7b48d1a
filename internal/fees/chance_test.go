package fees_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// chance draws as evenly as data comes; rapid, which prefers small numbers, gives its seed.
type chance struct{ *rand.Rand }

func draw(t *rapid.T) chance {
	seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")
	return chance{rand.New(rand.NewChaCha8([32]byte(seed)))}
}

func (c chance) oneIn(n int) bool              { return c.IntN(n) == 0 }
func (c chance) of(from ...string) string      { return from[c.IntN(len(from))] }
func (c chance) id(prefix string) string       { return fmt.Sprintf("%s%d", prefix, c.IntN(6)) }
func (c chance) between(low, high int64) int64 { return low + c.Int64N(high-low+1) }

func (c chance) date() cal.Date {
	if c.oneIn(20) {
		return cal.Date{}
	}
	return cal.MustDate("2025-12-01").AddDays(c.IntN(260))
}

func (c chance) instant() time.Time {
	d := c.date()
	if d.IsZero() {
		return time.Time{}
	}
	return d.Start(time.UTC).Add(time.Duration(c.IntN(86400)) * time.Second)
}

func (c chance) amount() money.Amount {
	currency := money.Currency(c.of("USD", "USD", "USD", "USD", "USD", "USD", "EUR", ""))
	switch c.IntN(20) {
	case 0:
		return money.New([]int64{money.MaxMinor, -money.MaxMinor, 0, 1, -1}[c.IntN(5)], currency)
	case 1, 2:
		return money.New(c.between(-50, 50), currency)
	}
	return money.New(c.between(-1_000_000, 50_000_000), currency)
}

// evidence hangs together in most of it, and for the rest is such as no CRM would give: dangling, doubled, merged in circles, undated,
// in other currencies.
func (c chance) evidence() crm.Evidence {
	e := crm.Evidence{AsOf: 7}
	for i := range 6 {
		deal, contact := fmt.Sprintf("d%d", i), fmt.Sprintf("c%d", i)
		if !c.oneIn(8) {
			e.DealContacts = append(e.DealContacts, crm.DealContact{DealID: deal, ContactID: contact})
			e.Touches = append(e.Touches, crm.Touch{ID: "first-" + contact, ContactID: contact, At: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), Channel: "webinar", Provider: "Northlight"})
		}
	}
	for range c.IntN(8) {
		won := !c.oneIn(6)
		d := crm.Deal{ID: c.id("d"), Name: c.of("", "Big"), CompanyID: c.of("", "co0", "co1", "co2"), Amount: c.amount(), CreatedAt: c.instant(), ClosedOn: c.date(),
			Won: won, Closed: won, OutcomeKnown: won || c.oneIn(2), Deleted: c.oneIn(15), CustomerType: crm.CustomerType(c.of("new", "new", "", "existing", "renewal")), Owner: "o"}
		d.AmountKnown = !c.oneIn(12)
		if d.HomeKnown = c.oneIn(2); d.HomeKnown {
			d.HomeAmount = money.New(123456, "USD")
		}
		e.Deals = append(e.Deals, d)
	}
	for range c.IntN(4) {
		e.Companies = append(e.Companies, crm.Company{ID: c.id("co"), Name: c.of("Bolt", "Cogs"), Domain: c.of("", "bolt.example"), Deleted: c.oneIn(8)})
	}
	for range c.IntN(7) {
		contact := crm.Contact{ID: c.id("c"), CompanyID: c.of("", "co0", "co1", "co2"), CreatedAt: c.instant(), Deleted: c.oneIn(8), Name: "n", Email: "e@x.example"}
		if c.oneIn(3) {
			contact.MergedIDs = []string{c.id("c"), c.id("c")}
		}
		e.Contacts = append(e.Contacts, contact)
		e.DealContacts = append(e.DealContacts, crm.DealContact{DealID: c.id("d"), ContactID: c.id("c"), Deleted: c.oneIn(8)})
		e.Touches = append(e.Touches, crm.Touch{ID: fmt.Sprintf("t%d", len(e.Touches)), ContactID: c.id("c"), At: c.instant(), Channel: c.of("webinar", "sales call", "email"), Provider: c.of("", "Northlight"), Deleted: c.oneIn(8)})
	}
	for range c.IntN(10) {
		e.Payments = append(e.Payments, crm.Payment{ID: c.id("p"), DealID: c.id("d"), PaidOn: cal.MustDate("2026-01-01").AddDays(c.IntN(240)), Amount: c.amount(), Deleted: c.oneIn(12)})
	}
	for range c.IntN(3) {
		e.CarveOuts = append(e.CarveOuts, crm.CarveOut{List: c.of("before-us", "other"), DealID: c.of("", "d0"), CompanyID: c.of("", "co1"), Company: c.of("", "bolt"), Reason: c.of("a", "b")})
	}
	c.purchases(&e)
	c.timeEntries(&e)
	return e
}

func (c chance) month() cal.Period {
	return cal.Month{Year: 2026, Month: time.Month(1 + c.IntN(8))}.Period()
}

// settled are the months before, drafted from the same or other evidence and locked.
func (c chance) settled(a contract.Agreement, e crm.Evidence, until cal.Period) []fees.SettledStatement {
	var out []fees.SettledStatement
	for m := (cal.Month{Year: 2026, Month: 1}); m.First().Before(until.From); m = m.Next() {
		if !c.oneIn(3) {
			s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: e, Settled: out}, longAfter)
			out = append(out, fees.Settle("s"+m.String(), s, nil))
		}
	}
	return out
}
