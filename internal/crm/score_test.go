package crm

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func noon(day string) time.Time { return cal.MustDate(day).Start(time.UTC).Add(12 * time.Hour) }

// scored is four open and two closed deals that count on 30 June 2026, and three that do not.
func scored() (Snapshot, map[string]Past) {
	usd := money.New(100_000, "USD")
	deal := func(id, company string) Deal {
		return Deal{ID: id, Name: "Deal " + id, CompanyID: company, Amount: usd, AmountKnown: true, Stage: "proposal", Owner: "Ana", OutcomeKnown: true, CreatedAt: noon("2026-05-01"), ClosedOn: cal.MustDate("2026-07-31")}
	}
	closed := func(d Deal, on string, won bool) Deal {
		d.Closed, d.Won, d.ClosedOn = true, won, cal.MustDate(on)
		return d
	}
	pushed, overdue, bare := deal("d2", "co1"), deal("d3", "co1"), Deal{ID: "d4", OutcomeKnown: true}
	overdue.ClosedOn = cal.MustDate("2026-06-29")
	twin := closed(deal("d6", "co2"), "2026-02-01", true)
	twin.Name = "deal D5" // as the name of d5
	s := Snapshot{
		Companies: []Company{{ID: "co1", Name: "Acme", Domain: "acme.example"}, {ID: "co2", Name: "Bolt"}, {ID: "co9", Name: "Nobody's"}},
		Contacts:  []Contact{{ID: "c1", CompanyID: "co1", Email: "a@acme.example", Name: "Ann", MergedIDs: []string{"c0"}}, {ID: "c2", CompanyID: "co2", Email: "a@acme.example"}},
		Deals: []Deal{deal("d1", "co1"), pushed, overdue, bare, closed(deal("d5", "co2"), "2025-06-30", false), twin,
			closed(deal("old", "co9"), "2025-06-29", true), closed(deal("later", "co9"), "2026-07-01", true), {ID: "gone", Deleted: true}},
		DealContacts: []DealContact{{DealID: "d1", ContactID: "c0"}, {DealID: "d1", ContactID: "c1"}, {DealID: "d2", ContactID: "c1"}, {DealID: "d6", ContactID: "c2"}, {DealID: "d3", ContactID: "c2", Deleted: true}},
		Touches:      []Touch{{ID: "t1", ContactID: "c0", At: noon("2026-06-16")}, {ID: "t2", ContactID: "c2", At: noon("2026-06-15")}, {ID: "t3", ContactID: "c1", At: noon("2026-07-15")}},
	}
	return s, map[string]Past{"d1": {Pushes: 1, Stages: true}, "d2": {Pushes: 2, Stages: true}, "d6": {Stages: true}}
}

// Given deals of which everything is wrong once, the score counts each check on what it can be measured on, and names what fails.
func TestTheScoreNamesWhatFails(t *testing.T) {
	s, pasts := scored()
	got := Score(&s, pasts, cal.MustDate("2026-06-30"), time.UTC)
	if got.Deals != 6 || got.Enough() {
		t.Errorf("it is of %d deals", got.Deals)
	}
	var lines []string
	for _, c := range got.Checks {
		lines = append(lines, fmt.Sprintf("%s %d of %d", c.Code, c.Met, c.Of))
		for _, f := range c.Failing {
			lines = append(lines, fmt.Sprintf("  %s %s: %s", f.Kind, f.ID, f.Why))
		}
	}
	want := []string{
		"complete 28 of 34", // 6 deals of 4 fields, 2 contacts of 3, 2 companies of 2: without 4, 1 and 1 of them
		"  deal d4: no amount, no stage, no close date, no owner", "  contact c2: no name", "  company co2: no domain",
		"fresh 2 of 4", "  deal d3: never touched", "  deal d4: never touched",
		"close-date 1 of 4", "  deal d2: the close date was pushed 2 times", "  deal d3: the close date 29 Jun 2026 is over", "  deal d4: no close date",
		"unique 8 of 10", "  deal d6: like d5", "  contact c2: like c1",
		"linked 3 of 6", "  deal d3: no contact", "  deal d4: no company and no contact", "  deal d5: no contact",
		"stage-history 3 of 6", "  deal d3: nobody can tell when it came to its stage", "  deal d4: nobody can tell when it came to its stage", "  deal d5: nobody can tell when it came to its stage",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%q\nwant\n%q", lines, want)
	}
	// 25 x 28/34 + 20 x 2/4 + 15 x 1/4 + 15 x 8/10 + 15 x 3/6 + 10 x 3/6 = 20.588 + 10 + 3.75 + 12 + 7.5 + 5
	if points, ok := got.Points(); !ok || points != 5884 || points.String() != "58.8" {
		t.Errorf("it has %s points", points)
	}
	if lost := got.Lost(got.Checks[2]); lost != 1125 {
		t.Errorf("close dates cost %s points", lost)
	}
}

// A check that nothing can be measured on is left out, and the others weigh as much more.
func TestAScoreWithoutOpenDealsLeavesThemOut(t *testing.T) {
	s := Snapshot{Deals: []Deal{{ID: "d1", Name: "Won", AmountKnown: true, Amount: money.New(1, "USD"), Stage: "won", Owner: "Ana", OutcomeKnown: true, Won: true, Closed: true, ClosedOn: cal.MustDate("2026-06-01")}}}
	got := Score(&s, map[string]Past{"d1": {Stages: true}}, cal.MustDate("2026-06-30"), time.UTC)
	// 25 complete + 15 unique + 0 of 15 linked + 10 stage history, of 65
	if points, ok := got.Points(); !ok || points != 7692 {
		t.Errorf("it has %s points, %t", points, ok)
	}
	if _, ok := Score(&Snapshot{}, nil, cal.MustDate("2026-06-30"), time.UTC).Points(); ok {
		t.Error("nothing has a score")
	}
}

// Given 1, 2, 4 and 10 days, the median is 3 and the quartiles 1.75 and 5.5, as spreadsheets have it; one of two with a forecast closed more than 30
// days after it.
func TestTheCycleOfWonDeals(t *testing.T) {
	var s Snapshot
	for i, days := range []int{4, 1, 10, 2} {
		closed := cal.MustDate("2026-06-01").AddDays(i)
		s.Deals = append(s.Deals, Deal{ID: fmt.Sprint("d", i), Won: true, Closed: true, OutcomeKnown: true, ClosedOn: closed, CreatedAt: closed.AddDays(-days).Start(time.UTC)})
	}
	s.Deals = append(s.Deals, Deal{ID: "undated", Won: true, ClosedOn: cal.MustDate("2026-06-01")}, Deal{ID: "lost", Closed: true, ClosedOn: cal.MustDate("2026-06-01")},
		Deal{ID: "old", Won: true, ClosedOn: cal.MustDate("2025-06-29"), CreatedAt: noon("2025-01-01")})
	pasts := map[string]Past{"d0": {Forecast: cal.MustDate("2026-05-02")}, "d1": {Forecast: cal.MustDate("2026-05-02")}}
	c := CycleOf(&s, pasts, cal.MustDate("2026-06-30"), time.UTC)
	if c.Deals != 4 || len(c.Undated) != 1 || c.Enough() || c.Quartiles != [3]Days{7, 12, 22} || c.Median().String() != "3" || c.Quartiles[0].String() != "1.75" {
		t.Errorf("got %+v", c)
	}
	if spread, ok := c.Spread(); !ok || spread != money.NewRatio(15, 12) {
		t.Errorf("the spread is %s", spread)
	}
	rate, ok := c.SlipRate()
	if !ok || rate != money.NewRatio(1, 2) || c.Slipped[0].ID != "d1" || c.Slipped[0].Why != "forecast for 2 May 2026, won on 2 Jun 2026" {
		t.Errorf("slipped %s: %+v", rate, c.Slipped)
	}
}

// Whatever the rows, each check counts at most what there is, the score is between 0 and 100, and the order of the rows changes nothing but which of two
// copies counts as the first.
func TestScoresAreBoundedAndHaveNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		of := func(list ...string) string { return list[r.IntN(len(list))] }
		var s Snapshot
		pasts := map[string]Past{}
		for i := range 1 + r.IntN(40) {
			id := fmt.Sprint("d", i)
			s.Deals = append(s.Deals, Deal{ID: id, Name: of("", "A", "B"), CompanyID: of("", "x", "y"), Stage: of("", "s"), Owner: of("", "o"), OutcomeKnown: r.IntN(4) > 0, Closed: r.IntN(2) > 0,
				ClosedOn: cal.MustDate("2025-04-01").AddDays(r.IntN(600)), Deleted: r.IntN(9) == 0})
			s.DealContacts = append(s.DealContacts, DealContact{DealID: id, ContactID: of("a", "b", "c", "m")})
			pasts[id] = Past{Pushes: r.IntN(3), Stages: r.IntN(2) > 0}
		}
		for _, id := range []string{"a", "b", "c"} {
			s.Contacts = append(s.Contacts, Contact{ID: id, CompanyID: of("", "x"), Email: of("", "e"), Name: of("", "n"), MergedIDs: []string{of("m", "n")}})
			s.Touches = append(s.Touches, Touch{ID: id, ContactID: of("a", "b", "m"), At: noon("2026-06-10").AddDate(0, 0, r.IntN(30))})
		}
		score := func() HygieneScore { return Score(&s, pasts, cal.MustDate("2026-06-30"), time.UTC) }
		got := score()
		for _, c := range got.Checks {
			if c.Met < 0 || c.Met > c.Of || c.Code != Complete && int64(len(c.Failing)) != c.Of-c.Met {
				t.Errorf("%s: %d of %d, and %d fail", c.Code, c.Met, c.Of, len(c.Failing))
			}
		}
		if points, ok := got.Points(); ok && (points < 0 || points > 10_000) {
			t.Errorf("%s points", points)
		}
		r.Shuffle(len(s.Deals), func(i, j int) { s.Deals[i], s.Deals[j] = s.Deals[j], s.Deals[i] })
		r.Shuffle(len(s.DealContacts), func(i, j int) { s.DealContacts[i], s.DealContacts[j] = s.DealContacts[j], s.DealContacts[i] })
		r.Shuffle(len(s.Touches), func(i, j int) { s.Touches[i], s.Touches[j] = s.Touches[j], s.Touches[i] })
		if again := score(); !reflect.DeepEqual(again, got) {
			t.Errorf("in another order\n%+v\nis\n%+v", got, again)
		}
	})
}
