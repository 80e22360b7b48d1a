package billing_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// lateTerms are 1.5 % a month of what is overdue with tax, by days of a month of 30, without grace or limit.
func lateTerms(change func(*contract.LateCharge)) *contract.LateCharge {
	c := &contract.LateCharge{Rate: money.NewRatio(15, 1000), Per: contract.EveryMonth, On: "with-tax", Counted: "days/30", Compounding: "none", Credited: "from-the-start", Tax: "none"}
	if change != nil {
		change(c)
	}
	return c
}

// lateBook has one invoice of an amount, due on 1 Apr 2026.
func lateBook(minor int64, late *contract.LateCharge) billing.Book {
	due := cal.MustDate("2026-04-01")
	a := &billing.Agreed{Contract: "growth", Version: 1, Rounding: money.HalfUp, Due: "30 days after the day of issue", Late: late, GraceUntil: due}
	if late != nil && !late.Grace.IsZero() {
		a.GraceUntil = late.Grace.After(due, cal.WorkCalendar{})
	}
	return billing.Book{Currency: "USD", Bills: []billing.Bill{{ID: "inv_1", Number: "INV-2026-0001", IssuedOn: cal.MustDate("2026-03-02"), DueOn: due, Net: minor, Agreed: a, Lines: []billing.BillLine{{No: 1, Due: minor}}}}}
}

// paying adds a source of a day that pays the first invoice.
func paying(b billing.Book, kind billing.SourceKind, id, on string, minor int64) billing.Book {
	s := billing.Source{ID: id, Kind: kind, Name: id, On: cal.MustDate(on), Minor: minor}
	if kind == billing.Noted {
		s.Of = "inv_1"
	}
	b.Sources = append(slices.Clip(b.Sources), s)
	b.Applied = append(slices.Clip(b.Applied), billing.Applied{Source: id, Target: "inv_1", Line: 1, Minor: minor})
	return b
}

func lateOn(t testing.TB, b billing.Book, day string) billing.LateBasis {
	t.Helper()
	l, ok := b.LateOn(b.Bills[0], cal.MustDate(day))
	if !ok {
		t.Fatal("no late charge is agreed")
	}
	return l
}

// 45 days after 1 Apr is 16 May 2026.
func TestTenThousandOverdueFortyFiveDays(t *testing.T) {
	for _, c := range []struct{ name, counted, per, want, formula string }{
		{"every month begun", "months-begun", "month", "300.00", "10,000.00 × 1.5 % per month × 2 months = 300.00"},
		{"full months only", "full-months", "month", "150.00", "10,000.00 × 1.5 % per month × 1 month = 150.00"},
		{"days of a month of 30", "days/30", "month", "225.00", "10,000.00 × 1.5 % per month × 45/30 = 225.00"},
		{"days of a year of 365", "days/365", "month", "221.92", "10,000.00 × 1.5 % per month × 12 × 45/365 = 221.92"},
		{"a rate per year, by days of 360", "days/30", "year", "225.00", "10,000.00 × 18 % per year × 45/360 = 225.00"},
		{"a rate per year, by days of 365", "days/365", "year", "221.92", "10,000.00 × 18 % per year × 45/365 = 221.92"},
		{"a rate per year, full months", "full-months", "year", "150.00", "10,000.00 × 18 % per year × 1/12 = 150.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := lateBook(10_000_00, lateTerms(func(l *contract.LateCharge) {
				l.Counted = c.counted
				if c.per == "year" {
					l.Per, l.Rate = contract.EveryYear, money.Percent(18)
				}
			}))
			l := lateOn(t, b, "2026-05-16")
			if l.Delta.String() != c.want || len(l.Parts) != 1 || l.Parts[0].Formula != c.formula {
				t.Errorf("%s, %+v; want %s: %s", l.Delta, l.Parts, c.want, c.formula)
			}
		})
	}
}

func TestTheDueDayBearsNoCharge(t *testing.T) {
	for day, want := range map[string]string{"2026-03-15": "0.00", "2026-04-01": "0.00", "2026-04-02": "5.00"} {
		if l := lateOn(t, lateBook(10_000_00, lateTerms(nil)), day); l.Delta.String() != want {
			t.Errorf("%s: %s, want %s", day, l.Delta, want)
		}
	}
}

func TestGrace(t *testing.T) {
	five := cal.Span{N: 5, Unit: cal.Days}
	for _, c := range []struct{ then, day, want string }{
		{"due", "2026-04-06", "0.00"}, {"due", "2026-04-07", "30.00"}, // six days
		{"its-end", "2026-04-06", "0.00"}, {"its-end", "2026-04-07", "5.00"}, // one day
	} {
		b := lateBook(10_000_00, lateTerms(func(l *contract.LateCharge) { l.Grace, l.ThenFrom = five, c.then }))
		if l := lateOn(t, b, c.day); l.Delta.String() != c.want {
			t.Errorf("grace of 5 days, then from %s, on %s: %s, want %s", c.then, c.day, l.Delta, c.want)
		}
	}
}

func TestAPartPaidReducesTheChargeFromItsDay(t *testing.T) {
	b := paying(lateBook(10_000_00, lateTerms(nil)), billing.Receipt, "pay_1", "2026-04-16", 4_000_00)
	l := lateOn(t, b, "2026-05-16")
	// 4,000 for 15 days is 30.00, 6,000 for 45 days is 135.00.
	if l.Delta.String() != "165.00" || len(l.Parts) != 2 || !l.Parts[0].Paid || l.Parts[0].Formula != "4,000.00 × 1.5 % per month × 15/30 = 30.00" || l.Parts[1].Formula != "6,000.00 × 1.5 % per month × 45/30 = 135.00" {
		t.Errorf("%s: %+v", l.Delta, l.Parts)
	}
}

func TestWhatACreditNoteTakesBack(t *testing.T) {
	for credited, want := range map[string]string{"from-the-start": "135.00", "from-its-day": "165.00"} {
		b := paying(lateBook(10_000_00, lateTerms(func(l *contract.LateCharge) { l.Credited = credited })), billing.Noted, "cn_1", "2026-04-16", 4_000_00)
		if l := lateOn(t, b, "2026-05-16"); l.Delta.String() != want {
			t.Errorf("credited %s: %s, want %s", credited, l.Delta, want)
		}
	}
}

func TestAReversedPaymentWasNeverMade(t *testing.T) {
	b := paying(lateBook(10_000_00, lateTerms(nil)), billing.Receipt, "pay_1", "2026-04-16", 4_000_00)
	b.Applied = append(b.Applied, billing.Applied{Source: "pay_1", Target: "inv_1", Line: 1, Minor: -4_000_00})
	b.Sources = append(b.Sources, billing.Source{ID: "pay_2", Kind: billing.Reversal, On: cal.MustDate("2026-04-20"), Minor: -4_000_00, Of: "pay_1"})
	if l := lateOn(t, b, "2026-05-16"); l.Delta.String() != "225.00" {
		t.Errorf("%s", l.Delta)
	}
}

// The credit note of a discount is issued when the payment is recorded, which may be after the due day; it bears no charge all the same.
func TestADiscountBearsNoCharge(t *testing.T) {
	for _, credited := range []string{"from-the-start", "from-its-day"} {
		b := lateBook(10_000_00, lateTerms(func(l *contract.LateCharge) { l.Credited = credited }))
		b = paying(b, billing.Receipt, "pay_1", "2026-03-10", 9_800_00)
		b = paying(b, billing.Noted, "cn_1", "2026-04-16", 200_00)
		b.Sources[1].TookFor = "pay_1"
		if l := lateOn(t, b, "2026-05-16"); !l.Due.IsZero() || len(l.Parts) != 0 {
			t.Errorf("credited %s: %s, %+v", credited, l.Due, l.Parts)
		}
	}
}

func TestTheChargeIsOfThePartWithoutTax(t *testing.T) {
	b := lateBook(11_900_00, lateTerms(func(l *contract.LateCharge) { l.On = "without-tax" }))
	b.Bills[0].Net = 10_000_00
	if l := lateOn(t, b, "2026-05-16"); l.Delta.String() != "225.00" || l.Parts[0].Amount.String() != "11900.00" {
		t.Errorf("%s: %+v", l.Delta, l.Parts)
	}
}

func TestTheChargeHasALimit(t *testing.T) {
	part, most := money.Percent(2), money.New(100_00, "USD")
	for want, change := range map[string]func(*contract.LateCharge){
		"200.00": func(l *contract.LateCharge) { l.AtMostPart = &part }, "100.00": func(l *contract.LateCharge) { l.AtMost = &most },
	} {
		l := lateOn(t, lateBook(10_000_00, lateTerms(change)), "2026-05-16")
		if l.Delta.String() != want || l.Sum.String() != "225.00" || !strings.Contains(strings.Join(l.Words(), "; "), "together 225.00, at most "+want) {
			t.Errorf("%s: %s", l.Delta, l.Words())
		}
	}
}

func TestAPaymentThatBecomesKnownLaterCorrectsTheCharge(t *testing.T) {
	b := lateBook(10_000_00, lateTerms(nil))
	b.Charged = []billing.Charged{{Bill: "inv_1", Document: "inv_9", Minor: 225_00}}
	b = paying(b, billing.Receipt, "pay_1", "2026-04-16", 10_000_00)
	if l := lateOn(t, b, "2026-05-20"); l.Due.String() != "75.00" || l.Delta.String() != "-150.00" {
		t.Errorf("due %s, to give back %s", l.Due, l.Delta)
	}
}

func TestWhatWasWaivedIsNeitherChargedAgainNorGivenBackTwice(t *testing.T) {
	b := lateBook(10_000_00, lateTerms(nil))
	b.Charged = []billing.Charged{{Bill: "inv_1", Document: "inv_9", Minor: 225_00, Waived: 225_00}}
	if l := lateOn(t, b, "2026-05-16"); !l.Delta.IsZero() {
		t.Errorf("charged again: %s", l.Delta)
	}
	if l := lateOn(t, b, "2026-05-17"); l.Delta.String() != "5.00" {
		t.Errorf("the next day: %s", l.Delta)
	}
	if l := lateOn(t, paying(b, billing.Receipt, "pay_1", "2026-04-16", 10_000_00), "2026-05-17"); !l.Delta.IsZero() {
		t.Errorf("given back twice: %s", l.Delta)
	}
}

func TestWhereNothingIsAgreedNothingIsCharged(t *testing.T) {
	b := lateBook(10_000_00, nil)
	if _, ok := b.LateOn(b.Bills[0], cal.MustDate("2027-05-16")); ok {
		t.Error("charged without a late charge in the contract")
	}
	b.Bills[0].Agreed = nil
	if _, ok := b.LateOn(b.Bills[0], cal.MustDate("2027-05-16")); ok {
		t.Error("charged without terms of payment in the contract")
	}
}

// Charging on any days, with payments in between that become known when they are made or later, sums to charging once at the end.
func TestChargingOftenSumsToChargingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		late := lateTerms(func(l *contract.LateCharge) {
			l.Counted = rapid.SampledFrom([]string{"months-begun", "full-months", "days/30", "days/365"}).Draw(t, "counted")
			l.Compounding = rapid.SampledFrom([]string{"none", "monthly", "yearly"}).Draw(t, "compounding")
			l.On = rapid.SampledFrom([]string{"with-tax", "without-tax"}).Draw(t, "on")
			l.Credited = rapid.SampledFrom([]string{"from-the-start", "from-its-day"}).Draw(t, "credited")
			if rapid.Bool().Draw(t, "limited") {
				part := money.Percent(int64(rapid.IntRange(1, 20).Draw(t, "limit")))
				l.AtMostPart = &part
			}
		})
		total := rapid.Int64Range(1, 5_000_000).Draw(t, "total")
		once := lateBook(total, late)
		once.Bills[0].Net = rapid.Int64Range(1, total).Draw(t, "net")
		often := once
		day, left := once.Bills[0].DueOn, total
		charge := func(on cal.Date) {
			l, _ := often.LateOn(often.Bills[0], on)
			often.Charged = append(slices.Clip(often.Charged), billing.Charged{Bill: "inv_1", Document: "late", Minor: l.Delta.Minor})
		}
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			day = day.AddDays(rapid.IntRange(0, 40).Draw(t, "wait"))
			if rapid.Bool().Draw(t, "pays") && left > 0 {
				kind := rapid.SampledFrom([]billing.SourceKind{billing.Receipt, billing.Noted}).Draw(t, "kind")
				minor := rapid.Int64Range(1, left).Draw(t, "minor")
				on := day.AddDays(-rapid.IntRange(0, 60).Draw(t, "back")).String()
				id := "s" + string(rune('a'+i))
				once, often, left = paying(once, kind, id, on, minor), paying(often, kind, id, on, minor), left-minor
				continue
			}
			charge(day)
		}
		charge(day)
		var sum int64
		for _, c := range often.Charged {
			sum += c.Minor
		}
		at, _ := once.LateOn(once.Bills[0], day)
		if sum != at.Delta.Minor || at.Delta.Minor < 0 {
			t.Fatalf("often %d, once %d", sum, at.Delta.Minor)
		}
	})
}

// What is printed of each part multiplies out: base x rate x time, rounded once.
func TestAnInvoiceOfLateCharges(t *testing.T) {
	b := paying(lateBook(10_000_00, lateTerms(nil)), billing.Receipt, "pay_1", "2026-04-16", 4_000_00)
	b.Charged = []billing.Charged{{Bill: "inv_1", Document: "inv_9", Minor: 65_00}}
	asOf := cal.MustDate("2026-05-16")
	c := billing.LateClaim{
		Issuer: billing.Party{Org: "org_ag", Profile: profile(t, billing.Issuer, nil)}, Customer: billing.Party{Org: "org_acme", Profile: profile(t, billing.Customer, nil)}, Contract: "growth", Currency: "USD", AsOf: asOf,
		Bases: []billing.LateBasis{lateOn(t, b, "2026-05-16")}, Tax: "none", Agreed: b.Bills[0].Agreed, Terms: billing.Terms{IssuedOn: asOf, DueOn: asOf.AddDays(30)},
	}
	d, err := billing.IssueLate(c)
	if err != nil {
		t.Fatal(err)
	}
	if d.Kind != billing.Invoice || d.Purpose != billing.LateCharges || d.Payable.String() != "100.00" || !d.TaxTotal.IsZero() || d.Agreed.Late != nil || d.Lines[0].Kind != billing.KindLateCharge {
		t.Errorf("%+v", d)
	}
	if want := "paid on 16 Apr 2026, counted from 1 Apr 2026: 4,000.00 × 1.5 % per month × 15/30 = 30.00; open on 16 May 2026, counted from 1 Apr 2026: 6,000.00 × 1.5 % per month × 45/30 = 135.00; less 65.00 charged before"; d.Lines[0].Detail != want {
		t.Errorf("%s\nwant\n%s", d.Lines[0].Detail, want)
	}
	c.Tax = "as-fees"
	if d, err = billing.IssueLate(c); err != nil || d.TaxTotal.String() != "19.00" {
		t.Errorf("%v: tax %s", err, d.TaxTotal)
	}
	c.Bases[0].Delta = money.New(-10_00, "USD")
	if d, err = billing.IssueLate(c); err != nil || d.Kind != billing.CreditNote || d.Net.String() != "10.00" || d.Reason == "" {
		t.Errorf("%v: %+v", err, d)
	}
	c.Bases[0].Delta = money.New(0, "USD")
	_, err = billing.IssueLate(c)
	wantFault(t, err, fault.Conflict, "No late charge has accrued until 16 May 2026")
}
