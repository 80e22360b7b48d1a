package billing_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// twoBills are an older invoice of 100.00 and 50.00, and a newer one of 30.00.
func twoBills() billing.Book {
	return billing.Book{Currency: "USD", Bills: []billing.Bill{
		{ID: "new", Number: "INV-2026-0002", IssuedOn: cal.MustDate("2026-04-05"), DueOn: cal.MustDate("2026-05-05"), Lines: []billing.BillLine{{No: 1, Due: 3000}}},
		{ID: "old", Number: "INV-2026-0001", IssuedOn: cal.MustDate("2026-03-05"), DueOn: cal.MustDate("2026-04-04"), Lines: []billing.BillLine{{No: 1, Due: 10000}, {No: 2, Due: 5000}}},
	}}
}

func (b bookTest) pay(id string, minor int64) bookTest {
	b.Sources = append(b.Sources, billing.Source{ID: id, Kind: billing.Receipt, Minor: minor})
	b.Applied = append(b.Applied, b.Spread(id, minor)...)
	return b
}

type bookTest struct{ billing.Book }

func TestCashGoesToTheOldestLineFirst(t *testing.T) {
	b := bookTest{twoBills()}.pay("p1", 12000)
	want := []billing.Applied{{Source: "p1", Target: "old", Line: 1, Minor: 10000}, {Source: "p1", Target: "old", Line: 2, Minor: 2000}}
	if diff := cmp.Diff(want, b.Applied); diff != "" {
		t.Error(diff)
	}
	on := cal.MustDate("2026-04-20")
	old, _ := b.Bill("old")
	fresh, _ := b.Bill("new")
	if b.StandingOf(old, on) != billing.Overdue || b.StandingOf(old, cal.MustDate("2026-04-04")) != billing.Partly || b.StandingOf(fresh, on) != billing.Open {
		t.Error("an invoice stands wrong")
	}
	if ages := b.Ageing(on); ages[0].Open.Minor != 3000 || ages[1].Open.Minor != 3000 {
		t.Errorf("%+v", ages)
	}
	b = b.pay("p2", 7000) // 3,000 and 3,000 are open: 1,000 is too much
	if b.OnAccount().Minor != 1000 || b.Open().Minor != 0 || b.Balance().Minor != -1000 || b.StandingOf(old, on) != billing.Paid {
		t.Errorf("on account %s, open %s", b.OnAccount(), b.Open())
	}
	if _, err := b.Draw(1001, billing.Applied{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
}

func TestNoLineIsPaidAboveItsDue(t *testing.T) {
	b := bookTest{twoBills()}.pay("p1", 12000)
	err := b.Check([]billing.Applied{{Source: "p2", Target: "old", Line: 2, Minor: 2000}, {Source: "p2", Target: "old", Line: 2, Minor: 1001}})
	wantFault(t, err, fault.Invalid, "Line 2 of INV-2026-0001 has 10.00 left to pay")
	if err := b.Check([]billing.Applied{{Target: "old", Line: 3, Minor: 1}}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// A credit of a line that is paid already pays the rest of its invoice, and what is above that is on account.
func TestACreditPaysItsOwnInvoice(t *testing.T) {
	b := bookTest{twoBills()}.pay("p1", 10000)
	got := b.Prefer("cn", "old", map[int]int64{1: 6000})
	if diff := cmp.Diff([]billing.Applied{{Source: "cn", Target: "old", Line: 2, Minor: 5000}}, got); diff != "" {
		t.Error(diff)
	}
	b.Sources = append(b.Sources, billing.Source{ID: "cn", Kind: billing.Noted, Of: "old", Minor: 6000})
	b.Applied = append(b.Applied, got...)
	old, _ := b.Bill("old")
	if b.OnAccount().Minor != 1000 || b.StandingOf(old, cal.MustDate("2026-06-01")) != billing.Paid {
		t.Errorf("%s on account", b.OnAccount())
	}
}

func TestAReversalIsAsIfThePaymentHadNotBeenMade(t *testing.T) {
	b := bookTest{twoBills()}.pay("p1", 20000)
	drawn, err := b.Draw(1500, billing.Applied{Target: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	with := b
	with.Sources = append(slices.Clip(b.Sources), billing.Source{ID: "r1", Kind: billing.Refund, Minor: -1500})
	with.Applied = append(slices.Clip(b.Applied), drawn...)
	if with.OnAccount().Minor != 500 || with.Balance().Minor != -500 {
		t.Errorf("%s on account after the refund", with.OnAccount())
	}
	b.Sources = append(b.Sources, billing.Source{ID: "x1", Kind: billing.Reversal, Of: "p1", Minor: -20000})
	for _, a := range slices.Clone(b.Applied) {
		a.Minor = -a.Minor
		b.Applied = append(b.Applied, a)
	}
	if b.OnAccount().Minor != 0 || b.Open().Minor != 18000 {
		t.Errorf("%s on account, %s open", b.OnAccount(), b.Open())
	}
}

// Whatever is paid in whatever parts: what was invoiced is what is open and what was paid; what was paid is applied or on account.
func TestEveryCentIsSomewhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bookTest{twoBills()}
		var paid int64
		for i, minor := range rapid.SliceOfN(rapid.Int64Range(1, 9000), 0, 8).Draw(t, "payments") {
			b = b.pay(string(rune('a'+i)), minor)
			paid += minor
		}
		if b.Balance().Minor != 18000-paid || b.Open().Minor < 0 || b.OnAccount().Minor < 0 || b.Open().Minor > 0 && b.OnAccount().Minor > 0 {
			t.Fatalf("paid %d: open %s, on account %s", paid, b.Open(), b.OnAccount())
		}
	})
}
