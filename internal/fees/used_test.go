package fees_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// wonOn is a deal of 1,000.00 of contact c that the agency brought.
func wonOn(id, company, day string) crm.Deal {
	return crm.Deal{ID: id, CompanyID: company, Amount: money.New(100_000, "USD"), AmountKnown: true, CreatedAt: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), ClosedOn: cal.MustDate(day), Won: true, Closed: true, OutcomeKnown: true}
}

// A deal was charged in January, and the CRM now says that it was won in June. What is owed for it still hangs on what was before June: another deal of
// its company that was won in April is the first, and a deal that was first paid in July ends the path of one that was paid in August.
func TestWhatWasChargedAndIsDatedLaterNowDrawsItsEvidenceAlong(t *testing.T) {
	touched := crm.Snapshot{
		DealContacts: []crm.DealContact{{DealID: "late", ContactID: "c"}, {DealID: "other", ContactID: "c"}},
		Touches:      []crm.Touch{{ID: "t", ContactID: "c", At: time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC), Channel: "webinar", Provider: "Northlight"}},
	}
	first, paid := touched, touched
	first.Deals = []crm.Deal{wonOn("late", "co", "2026-06-05"), wonOn("other", "co", "2026-04-25")}
	paid.Deals = []crm.Deal{wonOn("late", "", "2026-06-05"), wonOn("other", "", "2026-01-20")}
	paid.Payments = []crm.Payment{{ID: "p", DealID: "late", PaidOn: cal.MustDate("2026-08-11"), Amount: money.New(100_000, "USD")}, {ID: "q", DealID: "other", PaidOn: cal.MustDate("2026-07-19"), Amount: money.New(50_000, "USD")}}
	for name, c := range map[string]struct {
		a      contract.Agreement
		now    crm.Snapshot
		events string
	}{
		"which deal was the first":  {agreementNamed(t, "customer-first-won-deal"), first, "won"},
		"after which a path begins": {rewritten(t, "anchor-deal-collected", "earlier_deals: reused", "earlier_deals: reset"), paid, "p"},
	} {
		f := fees.Facts{Period: cal.Month{Year: 2026, Month: 2}.Period(), Evidence: crm.Evidence{AsOf: 7, Snapshot: c.now}, Settled: []fees.SettledStatement{{ID: "s1", Period: cal.Month{Year: 2026, Month: 1}.Period(),
			Lines: []fees.SettledLine{{Clause: "share", Kind: fees.KindDeal, Deal: "late", Events: []string{c.events}, Minor: 3000}}}}}
		whole, s := drafted(t, c.a, f)
		if len(s.Lines) == 0 {
			t.Errorf("%s: nothing is corrected", name)
		}
		if part, _ := drafted(t, c.a, fees.Used(c.a, f)); !bytes.Equal(part, whole) {
			t.Errorf("%s: from the part that is used it is\n%s\nand from the whole\n%s", name, part, whole)
		}
	}
}

// A locked month credited -100,000,000,000.00, the least that is read from outside, and now it is as much above nothing: the correction credits twice
// the largest amount, and a statement says so, and reads back.
func TestSumsBeyondTheLargestAmountReadBack(t *testing.T) {
	a := agreementNamed(t, "tiers-marginal")
	deal := wonOn("D", "", "2026-01-20")
	deal.Amount.Minor = money.MaxMinor
	f := fees.Facts{Period: cal.Month{Year: 2026, Month: 2}.Period(), Evidence: crm.Evidence{AsOf: 7, Snapshot: crm.Snapshot{Deals: []crm.Deal{deal}}}, Settled: []fees.SettledStatement{{ID: "s1", Period: cal.Month{Year: 2026, Month: 1}.Period(),
		Lines: []fees.SettledLine{{Clause: "share", Kind: fees.KindDeal, Deal: "D", Events: []string{"won"}, Minor: -money.MaxMinor / 50, Credited: -money.MaxMinor}}}}}
	_, s := drafted(t, a, f)
	if len(s.Lines) == 0 || s.Lines[0].Credited != 2*money.MaxMinor {
		t.Fatalf("%+v", s.Lines)
	}
	text, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var back fees.Statement
	if err := back.UnmarshalJSON(text); err != nil {
		t.Fatal(err)
	}
	if again, err := back.MarshalJSON(); err != nil || !bytes.Equal(again, text) {
		t.Errorf("%v: it reads back as\n%s\nand was\n%s", err, again, text)
	}
	for range 3 {
		s.Lines = append(s.Lines, fees.Line{Amount: money.New(math.MaxInt64/2, "USD")})
	}
	if s.AddsUp() {
		t.Error("lines beyond any money add up")
	}
	if text, err = s.MarshalJSON(); err != nil {
		t.Fatal(err)
	}
	if err := back.UnmarshalJSON(text); err == nil {
		t.Error("lines beyond any money are read")
	}
}
