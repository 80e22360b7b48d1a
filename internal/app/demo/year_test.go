package demo

import (
	"bytes"
	"os"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func TestYearIsDeterministicAndHasItsSize(t *testing.T) {
	a, b := newYear(1), newYear(1)
	on := Last.AddDays(5)
	first, err := a.exports(on, cal.Date{})
	if err != nil {
		t.Fatal(err)
	}
	second, _ := b.exports(on, cal.Date{})
	for i := range first {
		if !bytes.Equal(first[i].CSV, second[i].CSV) {
			t.Errorf("%s differs between two runs of one seed", first[i].Name)
		}
	}
	if n := len(a.touches) - a.touchesAfter(importOf(cal.MonthOf(Last))); n < 30_000 || len(a.contacts) != 2000 {
		t.Errorf("%d touches are imported, %d contacts", n, len(a.contacts))
	}
	months := 12
	if n := len(a.deals) - dealsBefore; n < 36*months || n > 44*months {
		t.Errorf("%d deals in %d months", n, months)
	}
}

func TestYearHasTheMess(t *testing.T) {
	y := newYear(1)
	count := map[string]int{}
	for _, d := range y.deals {
		for name, is := range map[string]bool{
			"no source": d.Source == "", "no contact": len(d.contacts) == 0, "no amount": !d.AmountKnown, "reopened": !d.reopened.IsZero(),
			"other currency": d.Amount.Currency != "USD", "moved": len(d.forecast) > 2, "no type": d.CustomerType == "",
		} {
			if is {
				count[name]++
			}
		}
	}
	for _, c := range y.contacts {
		if c.mergedInto >= 0 {
			count["merged"]++
		}
	}
	for _, p := range y.payments {
		if p.Kind == crm.Refund {
			count["refund"]++
		}
	}
	for _, name := range []string{"no source", "no contact", "no amount", "reopened", "other currency", "moved", "no type", "merged", "refund"} {
		if count[name] == 0 {
			t.Errorf("the year has no case of %q: %v", name, count)
		}
	}
}

func TestContractsOfTheDemoCharge(t *testing.T) {
	var versions []contract.Terms
	for _, name := range []string{"contracts/v1.yaml", "contracts/v2.yaml", "contracts/v3.yaml"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		terms, err := contract.Parse(source)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		versions = append(versions, terms)
	}
	agreement, err := contract.NewAgreement(versions...)
	if err != nil {
		t.Fatal(err)
	}
	y := newYear(1)
	var e crm.Evidence
	on := Last.AddDays(5)
	put := func(r crm.Record) {
		if err := e.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	for i := range y.contacts {
		if r, ok := y.contactOn(i, on); ok {
			put(r)
		}
	}
	for _, d := range y.deals {
		y.dealOn(d, on, put)
	}
	e.Companies, e.Touches, e.Payments = y.companies, y.touches, y.payments
	y.carveOuts(put)
	for m := cal.MonthOf(First); !m.First().After(Last); m = m.Next() {
		s, issues := fees.Draft(agreement, fees.Facts{Period: m.Period(), Evidence: e}, on)
		deals := 0
		for _, l := range s.Lines {
			if l.Kind == fees.KindDeal {
				deals++
			}
		}
		if deals < 2 && m != cal.MonthOf(First) {
			t.Errorf("%s: only %d deals are charged", m, deals)
		}
		t.Logf("%s: %d lines, total %s, %d considered, %d issues", m, len(s.Lines), s.Total.Format(), len(s.Considered), len(issues))
	}
}
