package attribution

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Of 100,000 won, 60,000 are of deals of which all is told; each of the others lacks one thing, and 5,000 of them nothing but a history of the source.
func TestClarityIsTheValueOfWhichAllIsTold(t *testing.T) {
	june := cal.Month{Year: 2026, Month: time.June}.Period()
	var s crm.Snapshot
	pasts := map[string]crm.Past{}
	add := func(id string, units int64, change func(*crm.Deal, *crm.Past, *crm.Touch)) {
		d := crm.Deal{ID: id, Name: "Deal " + id, Won: true, Closed: true, OutcomeKnown: true, AmountKnown: true, Amount: money.New(100*units, "USD"), Source: "Webinar",
			CreatedAt: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), ClosedOn: cal.MustDate("2026-06-10")}
		past := crm.Past{SourceKnown: true}
		touch := crm.Touch{ID: "t" + id, ContactID: "c" + id, At: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), Campaign: "spring", Provider: "Northlight"}
		if change != nil {
			change(&d, &past, &touch)
		}
		s.Deals, pasts[id], s.Touches = append(s.Deals, d), past, append(s.Touches, touch)
		s.DealContacts = append(s.DealContacts, crm.DealContact{DealID: id, ContactID: "c" + id})
	}
	for i := range 6 {
		add(fmt.Sprint(i), 10_000, nil)
	}
	add("no-source", 5_000, func(d *crm.Deal, _ *crm.Past, _ *crm.Touch) { d.Source = "" })
	add("changed", 5_000, func(_ *crm.Deal, p *crm.Past, _ *crm.Touch) { p.SourceChanged = true })
	add("touched-later", 5_000, func(d *crm.Deal, _ *crm.Past, touch *crm.Touch) { touch.At = d.CreatedAt })
	add("undated", 5_000, func(_ *crm.Deal, _ *crm.Past, touch *crm.Touch) { touch.At = time.Time{} })
	add("no-campaign", 5_000, func(_ *crm.Deal, _ *crm.Past, touch *crm.Touch) { touch.Campaign = "" })
	add("other-agency", 5_000, func(_ *crm.Deal, _ *crm.Past, touch *crm.Touch) { touch.Provider = "Southwind" })
	add("untold", 5_000, func(_ *crm.Deal, p *crm.Past, _ *crm.Touch) { p.SourceKnown = false })
	add("uncreated", 5_000, func(d *crm.Deal, p *crm.Past, _ *crm.Touch) { d.CreatedAt, p.SourceKnown = time.Time{}, false })
	add("other-currency", 5_000, func(d *crm.Deal, _ *crm.Past, _ *crm.Touch) { d.Amount.Currency = "EUR" })
	add("no-amount", 0, func(d *crm.Deal, _ *crm.Past, _ *crm.Touch) { d.AmountKnown = false })
	add("later", 5_000, func(d *crm.Deal, _ *crm.Past, _ *crm.Touch) { d.ClosedOn = cal.MustDate("2026-07-01") })

	c := ClarityOf(&s, Link(&s), pasts, june, "USD", nil, func(_, provider string) bool { return provider == "Northlight" })
	if c.Deals != 14 || !c.Enough() || c.Clear.Minor != 6_000_000 || c.Unknown.Minor != 500_000 || c.Of.Minor != 10_000_000 {
		t.Errorf("clear %s, unknown %s, of %s of %d deals", c.Clear, c.Unknown, c.Of, c.Deals)
	}
	if share, ok := c.Share(); !ok || share != money.Percent(60) {
		t.Errorf("the share is %s", share)
	}
	var got []string
	for _, u := range c.Failing {
		got = append(got, u.Deal.ID+": "+u.Words())
	}
	want := []string{
		"changed: its source was changed", "no-campaign: no touch before it was created is of a campaign that the agency ran", "no-source: no source",
		"other-agency: no touch before it was created is of a campaign that the agency ran", "touched-later: no dated touch of its contacts before it was created",
		"uncreated: no day of creation; nobody can tell whether its source was changed", "undated: no dated touch of its contacts before it was created",
		"untold: nobody can tell whether its source was changed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if len(c.LeftOut) != 2 || c.LeftOut[0].Why != "no amount" || c.LeftOut[1].Why != "in EUR" {
		t.Errorf("left out %+v", c.LeftOut)
	}
	if _, ok := ClarityOf(&crm.Snapshot{}, Link(&crm.Snapshot{}), nil, june, "USD", nil, nil).Share(); ok {
		t.Error("nothing is clear")
	}
}

// What the agency ran is told by the channels that the contract names: a visit imported as "Web" is its paid search there.
func TestClarityGoesByTheNamesOfTheContract(t *testing.T) {
	june := cal.Month{Year: 2026, Month: time.June}.Period()
	s := crm.Snapshot{
		Deals:        []crm.Deal{{ID: "d", Won: true, AmountKnown: true, Amount: money.New(100, "USD"), Source: "web", CreatedAt: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), ClosedOn: cal.MustDate("2026-06-10")}},
		Touches:      []crm.Touch{{ID: "t", ContactID: "c", At: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), Channel: "Web", Campaign: "spring", Visit: &crm.Visit{Source: "google", Medium: "cpc"}}},
		DealContacts: []crm.DealContact{{DealID: "d", ContactID: "c"}},
	}
	ours := func(name, _ string) bool { return name == "Paid Search" }
	pasts := map[string]crm.Past{"d": {SourceKnown: true}}
	named := &channel.Naming{Grouping: channel.GA4}
	if c := ClarityOf(&s, Link(&s), pasts, june, "USD", named, ours); c.Clear.Minor != 100 {
		t.Errorf("named: %+v", c.Failing)
	}
	if c := ClarityOf(&s, Link(&s), pasts, june, "USD", nil, ours); c.Clear.Minor != 0 {
		t.Error("as imported it is none of its channels")
	}
	first, _ := ParseModel("first")
	crediting := new(Crediting)
	for _, c := range []struct {
		by   *channel.Naming
		want bool
	}{{named, true}, {nil, false}} {
		if got := crediting.HoldsAll(Link(&s), &s.Deals[0], Path{Zone: time.UTC, Channels: c.by}, &first, Lookback{}, ours); got != c.want {
			t.Errorf("by %s it holds all: %v", c.by, got)
		}
	}
}

// One deal of 100.00 was touched first by the agency and last by another: by the first touch the agency earns all, by the last nothing, and a deal of
// 300.00 that it alone touched makes that 25 points of 400.00.
func TestTheSpreadBetweenModels(t *testing.T) {
	june := cal.Month{Year: 2026, Month: time.June}.Period()
	day := func(n int) time.Time { return time.Date(2026, 5, n, 9, 0, 0, 0, time.UTC) }
	s := crm.Snapshot{
		Deals: []crm.Deal{{ID: "a", Won: true, AmountKnown: true, Amount: money.New(10_000, "USD"), CreatedAt: day(20), ClosedOn: cal.MustDate("2026-06-10")},
			{ID: "b", Won: true, AmountKnown: true, Amount: money.New(30_000, "USD"), CreatedAt: day(20), ClosedOn: cal.MustDate("2026-06-10")}},
		DealContacts: []crm.DealContact{{DealID: "a", ContactID: "a"}, {DealID: "b", ContactID: "b"}},
		Touches:      []crm.Touch{{ID: "1", ContactID: "a", At: day(1), Provider: "Northlight"}, {ID: "2", ContactID: "a", At: day(2), Provider: "Southwind"}, {ID: "3", ContactID: "b", At: day(1), Provider: "Northlight"}},
	}
	owned := func(_, provider string) bool { return provider == "Northlight" }
	e := EarningOf(&s, Link(&s), june, "USD", Path{Zone: time.UTC}, Lookback{}, owned)
	points, ok := e.Spread()
	if !ok || points != 2500 {
		t.Errorf("the spread is %d, %t", points, ok)
	}
	if want := []EarnedBy{{FirstTouch, money.New(40_000, "USD")}, {LastTouch, money.New(30_000, "USD")}, {Linear, money.New(35_000, "USD")}, {WShaped, money.New(35_000, "USD")}}; !slices.Equal(e.By, want) {
		t.Errorf("it is between %v", e.By)
	}
	half := cal.Period{From: june.From, To: cal.MustDate("2026-06-15")}
	rest := EarningOf(&s, Link(&s), cal.Period{From: half.To, To: june.To}, "USD", Path{Zone: time.UTC}, Lookback{}, owned)
	if both := (Earning{}).And(EarningOf(&s, Link(&s), half, "USD", Path{Zone: time.UTC}, Lookback{}, owned)).And(rest); !slices.Equal(both.By, e.By) || both.Of != e.Of {
		t.Errorf("in two parts it is %+v", both)
	}
	if _, ok := EarningOf(&s, Link(&s), june, "EUR", Path{Zone: time.UTC}, Lookback{}, owned).Spread(); ok {
		t.Error("there is nothing in EUR")
	}
}
