package billing_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// earlyBook has one invoice of 2 Mar 2026, with 2 % off until 12 Mar.
func earlyBook(minor, net int64, on, partial string) billing.Book {
	b := lateBook(minor, nil)
	b.Bills[0].Net = net
	b.Bills[0].Agreed.Discount = &contract.EarlyDiscount{Rate: money.Percent(2), Within: cal.Span{N: 10, Unit: cal.Days}, On: on, Partial: partial}
	b.Bills[0].Agreed.DiscountUntil = cal.MustDate("2026-03-12")
	return b
}

// pays applies a payment and the discount that it takes.
func pays(b billing.Book, id, on string, minor int64) (billing.Book, int64) {
	day := cal.MustDate(on)
	parts, taken := b.SpreadEarly(id, minor, day)
	b.Sources = append(b.Sources, billing.Source{ID: id, Kind: billing.Receipt, On: day, Minor: minor})
	b.Applied = append(b.Applied, parts...)
	var sum int64
	for _, x := range taken {
		sum += x.Minor
		note := "cn" + id + x.Bill.ID
		b.Sources = append(b.Sources, billing.Source{ID: note, Kind: billing.Noted, On: day.AddDays(3), Minor: x.Minor, Of: x.Bill.ID, TookFor: id})
		b.Applied = append(b.Applied, b.Spread(note, x.Minor, x.Bill.ID)...)
	}
	return b, sum
}

func TestTwoPercentTenNetThirty(t *testing.T) {
	for _, c := range []struct {
		name, on string
		paid     int64
		off      int64
		left     string
	}{
		{"the discounted amount on the last day", "2026-03-12", 13_720_00, 280_00, "0.00"},
		{"a day late", "2026-03-13", 13_720_00, 0, "280.00"},
		{"the whole, early: nothing is taken off", "2026-03-12", 14_000_00, 0, "0.00"},
		{"more than the discount allows", "2026-03-12", 13_800_00, 200_00, "0.00"},
		{"a half, pro rata", "2026-03-12", 6_860_00, 140_00, "7000.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, off := pays(earlyBook(14_000_00, 14_000_00, "with-tax", "pro-rata"), "p", c.on, c.paid)
			if left := b.LeftOf(b.Bills[0]); off != c.off || left.String() != c.left {
				t.Errorf("%d off, %s left; want %d, %s", off, left, c.off, c.left)
			}
		})
	}
	b := earlyBook(14_000_00, 14_000_00, "with-tax", "pro-rata")
	if e, ok := b.EarlyOn(b.Bills[0], cal.MustDate("2026-03-12")); !ok || e.Full.String() != "280.00" || e.Why != "2 % of 14,000.00" {
		t.Errorf("%+v", e)
	}
	said := b.Missed(b.Bills[0], 13_720_00, cal.MustDate("2026-03-13"))
	for _, want := range []string{"280.00 on INV-2026-0001 was for payment until 12 Mar 2026", "came in on 13 Mar 2026", "280.00 stays open"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
}

func TestOnlyInFull(t *testing.T) {
	b := earlyBook(14_000_00, 14_000_00, "with-tax", "only-in-full")
	said := b.Missed(b.Bills[0], 7_000_00, cal.MustDate("2026-03-05"))
	if want := "6,720.00 more by then"; !strings.Contains(said, want) {
		t.Errorf("%q does not say %q", said, want)
	}
	b, off := pays(b, "p", "2026-03-05", 7_000_00)
	if off != 0 {
		t.Errorf("%d was taken off a part", off)
	}
	if b, off = pays(b, "q", "2026-03-12", 6_720_00); off != 280_00 || !b.LeftOf(b.Bills[0]).IsZero() {
		t.Errorf("both parts came early: %d off", off)
	}
}

func TestEachPartTakesItsOwnShare(t *testing.T) {
	b := earlyBook(14_000_00, 14_000_00, "with-tax", "pro-rata")
	for _, id := range []string{"p", "q", "r", "s"} {
		var off int64
		if b, off = pays(b, id, "2026-03-12", 3_430_00); off != 70_00 {
			t.Errorf("%d off a quarter", off)
		}
	}
	if !b.LeftOf(b.Bills[0]).IsZero() {
		t.Errorf("%s left", b.LeftOf(b.Bills[0]))
	}
}

func TestAPartThatCameLateSpoilsOnlyInFull(t *testing.T) {
	b, _ := pays(earlyBook(14_000_00, 14_000_00, "with-tax", "only-in-full"), "p", "2026-03-20", 1_000_00)
	if b, off := pays(b, "q", "2026-03-12", 12_740_00); off != 0 || b.LeftOf(b.Bills[0]).String() != "260.00" {
		t.Errorf("%d off, %s left", off, b.LeftOf(b.Bills[0]))
	}
	b, _ = pays(earlyBook(14_000_00, 14_000_00, "with-tax", "pro-rata"), "p", "2026-03-20", 1_000_00)
	if b, off := pays(b, "q", "2026-03-12", 12_740_00); off != 260_00 || !b.LeftOf(b.Bills[0]).IsZero() {
		t.Errorf("pro rata: %d off, %s left", off, b.LeftOf(b.Bills[0]))
	}
}

func TestWhatIsMoreThanIsOpenIsNotApplied(t *testing.T) {
	b, off := pays(earlyBook(14_000_00, 14_000_00, "with-tax", "pro-rata"), "p", "2026-03-12", 14_500_00)
	if off != 0 || !b.Open().IsZero() || b.OnAccount().String() != "500.00" {
		t.Errorf("%d off, %s open, %s on account", off, b.Open(), b.OnAccount())
	}
}

func TestTheDiscountIsOfThePartWithoutTax(t *testing.T) {
	b, off := pays(earlyBook(16_660_00, 14_000_00, "without-tax", "pro-rata"), "p", "2026-03-12", 16_380_00)
	if off != 280_00 || !b.LeftOf(b.Bills[0]).IsZero() {
		t.Errorf("%d off, %s left", off, b.LeftOf(b.Bills[0]))
	}
}

func TestOnePaymentSettlesSeveralInvoicesEarly(t *testing.T) {
	b := earlyBook(14_000_00, 14_000_00, "with-tax", "pro-rata")
	second := b.Bills[0]
	second.ID, second.Number, second.Agreed, second.Lines = "inv_2", "INV-2026-0002", nil, []billing.BillLine{{No: 1, Due: 5_000_00}}
	b.Bills = append(b.Bills, second)
	b, off := pays(b, "p", "2026-03-12", 18_720_00)
	if off != 280_00 || !b.Open().IsZero() || !b.OnAccount().IsZero() {
		t.Errorf("%d off, %s open, %s on account", off, b.Open(), b.OnAccount())
	}
}

// In parts or at once the same is taken off, within the rounding of the last part, and never more than the discount; nothing is ever paid above what is due.
func TestPayingEarlyInPartsComesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(100, 5_000_000).Draw(t, "total")
		net := rapid.Int64Range(total/2, total).Draw(t, "net")
		on := rapid.SampledFrom([]string{"with-tax", "without-tax"}).Draw(t, "on")
		b := earlyBook(total, net, on, rapid.SampledFrom([]string{"pro-rata", "only-in-full"}).Draw(t, "partial"))
		full, _ := b.EarlyOn(b.Bills[0], cal.MustDate("2026-03-05"))
		var off, sum int64
		for i := range rapid.IntRange(0, 5).Draw(t, "parts") {
			left := b.LeftOf(b.Bills[0]).Minor
			if left < 2 {
				break
			}
			var x int64
			part := rapid.Int64Range(1, left/2).Draw(t, "part")
			b, x = pays(b, "p"+string(rune('a'+i)), "2026-03-05", part)
			off, sum = off+x, sum+part
		}
		if e, ok := b.EarlyOn(b.Bills[0], cal.MustDate("2026-03-12")); ok {
			var x int64
			last := b.LeftOf(b.Bills[0]).Minor - e.Full.Minor
			if b, x = pays(b, "last", "2026-03-12", last); last > 0 {
				off, sum = off+x, sum+last
			}
		}
		if left := b.LeftOf(b.Bills[0]).Minor; left == 0 && (off != full.Full.Minor || sum+off != total) {
			t.Fatalf("%d off %d, paid %d; at once %d", off, total, sum, full.Full.Minor)
		}
		if off > full.Full.Minor {
			t.Fatalf("%d off, more than %d", off, full.Full.Minor)
		}
	})
}

func TestADiscountIsACreditNoteWithItsTax(t *testing.T) {
	d := issue(t, 14_000_00, 2_500_00, -500_00) // 16,000.00 and 19 %: 19,040.00
	n, err := billing.DiscountNote("inv_1", "h", d, nil, d.IssuedOn, money.New(380_80, "EUR"), "2 % for payment until 12 Mar 2026")
	if err != nil {
		t.Fatal(err)
	}
	if n.Kind != billing.CreditNote || n.Purpose != billing.EarlyPayment || n.Payable.String() != "380.80" || n.Net.String() != "320.00" || n.TaxTotal.String() != "60.80" || len(n.Lines) != 2 {
		t.Errorf("%+v", n)
	}
	back := billing.DiscountBack("cn_1", "h", n, nil, d.IssuedOn, d.DueOn)
	if back.Kind != billing.Invoice || back.Payable != n.Payable || back.Purpose != billing.DiscountUndid || back.Undoes.ID != "cn_1" {
		t.Errorf("%+v", back)
	}
}

// Whatever the amounts and the tax, the credit note comes to what was taken off, and its rounding is of a minor unit or two.
func TestADiscountNoteComesToWhatWasTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := issue(t, rapid.Int64Range(1_00, 900_000_00).Draw(t, "a"), rapid.Int64Range(1, 900_000_00).Draw(t, "b"))
		taken := rapid.Int64Range(2, max(2, d.Payable.Minor/10)).Draw(t, "taken")
		n, err := billing.DiscountNote("inv_1", "h", d, nil, d.IssuedOn, money.New(taken, "EUR"), "early")
		if err != nil {
			t.Fatal(err)
		}
		if n.Payable.Minor != taken || n.Rounding.Minor > 1 || n.Rounding.Minor < -1 {
			t.Fatalf("%d taken, %s credited with rounding %s", taken, n.Payable, n.Rounding)
		}
	})
}
