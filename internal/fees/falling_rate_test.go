package fees_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// 2 %, and 1 % on all of it from 100,000.00: 90,000.00 and 20,000.00 pay 1,100.00, and without the second 1,800.00. Who disputes the second deal does not
// owe more for it, and giving it up would cost the client 700.00.
func TestDisputeOfRevenueThatLowersTheRateHoldsNothing(t *testing.T) {
	source := agreementNamed(t, "tiers-whole").First().Source
	terms, err := contract.Parse([]byte(strings.NewReplacer("rate: 3 %", "rate: 1 %", "rate: 4 %", "rate: 1 %").Replace(source)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := contract.NewAgreement(terms)
	if err != nil {
		t.Fatal(err)
	}
	deal := func(id string, minor int64, day string) crm.Deal {
		return crm.Deal{ID: id, Amount: money.New(minor, "USD"), AmountKnown: true, CreatedAt: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC), ClosedOn: cal.MustDate(day), Won: true, Closed: true, OutcomeKnown: true}
	}
	evidence := crm.Evidence{Snapshot: crm.Snapshot{Deals: []crm.Deal{deal("A", 9_000_000, "2026-01-10"), deal("B", 2_000_000, "2026-01-11")}}}
	s, _ := fees.Draft(a, fees.Facts{Period: cal.Month{Year: 2026, Month: 1}.Period(), Evidence: evidence}, longAfter)
	if s.Total.Minor != 110_000 || len(s.Lines) != 3 {
		t.Fatalf("%s in %d lines", s.Total, len(s.Lines))
	}

	at := time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)
	events := []fees.Event{{Seq: 1, Kind: fees.Submit, At: at}, {Seq: 2, Kind: fees.Accept, Line: 1, Client: true, At: at}, {Seq: 3, Kind: fees.Accept, Line: 3, Client: true, At: at}, {Seq: 4, Kind: fees.Dispute, Line: 2, Client: true, At: at, Text: "not ours"}}
	life := fees.Fold(s, terms, events, at)
	if got := fees.Divide(s, life.Lines); got.Payable != s.Total || !got.Held.IsZero() {
		t.Errorf("before the lock %+v", got)
	}
	if err := life.Check(s, fees.Event{Kind: fees.Concede, Line: 2}); !fault.Is(err, fault.Conflict) {
		t.Errorf("giving it up: %v", err)
	}
	locked := fees.Fold(s, terms, append(events, fees.Event{Seq: 5, Kind: fees.Lock, At: at}), at)
	if got := fees.AtLock(s, locked); got.Payable != s.Total || !got.Held.IsZero() || !got.Conceded.IsZero() {
		t.Errorf("after the lock %+v", got)
	}
	sum := money.New(0, "USD")
	for _, amount := range fees.PayableAtLock(s, locked) {
		sum = sum.Add(amount)
	}
	if sum != s.Total {
		t.Errorf("the lines pay %s", sum)
	}
	ended := fees.Fold(s, terms, append(events, fees.Event{Seq: 5, Kind: fees.Lock, At: at}, fees.Event{Seq: 6, Kind: fees.Release, Line: 2, Client: true, At: at}), at)
	if got := fees.AtLock(s, ended); got.Payable != s.Total || ended.Lines[1].State != fees.LineReleased {
		t.Errorf("ended %+v, %s", got, ended.Lines[1].State)
	}
}
