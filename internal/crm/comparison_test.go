package crm_test

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func TestFateOfARecord(t *testing.T) {
	deal := func(name string, deleted bool) crm.Record {
		return crm.Deal{ID: "d1", Name: name, Deleted: deleted}.Record()
	}
	none := crm.Record{}
	for name, c := range map[string]struct {
		old, now crm.Record
		want     crm.Fate
	}{
		"was not known":                 {none, deal("A", false), crm.Came},
		"comes back after a deletion":   {deal("A", true), deal("A", false), crm.Came},
		"says something else":           {deal("A", false), deal("B", false), crm.Altered},
		"is deleted":                    {deal("A", false), deal("A", true), crm.Left},
		"says the same":                 {deal("A", false), deal("A", false), ""},
		"came and went between the two": {none, deal("A", true), ""},
		"changed while deleted":         {deal("A", true), deal("B", true), ""},
	} {
		if got, ok := crm.FateOf(c.old, c.now); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestMovementsOfRevenue(t *testing.T) {
	won := func(minor int64, c money.Currency, day string) crm.Record {
		d := crm.Deal{ID: "d", Amount: money.New(minor, c), AmountKnown: c != "", OutcomeKnown: true, Won: true, Closed: true}
		if day != "" {
			d.ClosedOn = cal.MustDate(day)
		}
		return d.Record()
	}
	open := crm.Deal{ID: "d", Amount: money.New(900, "USD"), AmountKnown: true, OutcomeKnown: true}.Record()
	var s crm.Movements
	for _, c := range [][2]crm.Record{
		{open, won(1_000_00, "USD", "2026-03-02")},                           // turned won
		{won(500_00, "USD", "2026-03-02"), won(650_00, "USD", "2026-03-30")}, // a larger amount
		{won(300_00, "USD", "2026-03-31"), won(300_00, "USD", "2026-04-01")}, // another month
		{won(80_00, "USD", "2026-03-02"), {}},                                // gone
		{won(70_00, "USD", "2026-03-02"), won(60_00, "EUR", "2026-03-02")},   // another currency
		{won(40_00, "USD", "2026-03-02"), won(0, "", "2026-03-02")},          // no longer known: never taken for zero in silence
		{open, open}, // not won: no revenue
	} {
		if err := s.Deal(c[0], c[1]); err != nil {
			t.Fatal(err)
		}
	}
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	eur := func(minor int64) money.Amount { return money.New(minor, "EUR") }
	want := []crm.Movement{{eur(60_00), eur(0), eur(0), eur(0)}, {usd(1_000_00), usd(150_00), usd(190_00), usd(300_00)}}
	got := s.Sums()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if net := got[1].Net(); net != usd(960_00) {
		t.Errorf("net %v", net)
	}
	if s.Unsure() != 1 {
		t.Errorf("%d unsure, want the one without an amount", s.Unsure())
	}
}

func TestMovementsDoNotOverflow(t *testing.T) {
	var s crm.Movements
	for range 200_000 {
		p := crm.Payment{ID: "y", DealID: "d", PaidOn: cal.MustDate("2026-03-02"), Amount: money.New(money.MaxMinor, "USD"), Kind: crm.Paid}.Record()
		if err := s.Payment(crm.Record{}, p); err != nil {
			t.Fatal(err)
		}
	}
	if s.Unsure() == 0 || s.Sums()[0].Net().Minor <= 0 {
		t.Errorf("%d unsure, net %v", s.Unsure(), s.Sums()[0].Net())
	}
}
