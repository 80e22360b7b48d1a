package billing_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func compounding(how string) *contract.LateCharge {
	return lateTerms(func(l *contract.LateCharge) { l.Counted, l.Compounding = "full-months", how })
}

func formulas(l billing.LateBasis) string {
	var out []string
	for _, p := range l.Parts {
		out = append(out, p.Formula)
	}
	return strings.Join(out, "; ")
}

// Due on 1 Apr, open on 1 Jul: three whole months.
func TestTenThousandThreeMonthsLate(t *testing.T) {
	for how, want := range map[string][2]string{
		"none":    {"450.00", "10,000.00 × 1.5 % per month × 3 months = 450.00"},
		"monthly": {"456.78", "10,000.00 × 1.5 % per month × 1 month = 150.00; 10,150.00 × 1.5 % per month × 1 month = 152.25; 10,302.25 × 1.5 % per month × 1 month = 154.53"},
		"yearly":  {"450.00", "10,000.00 × 1.5 % per month × 3 months = 450.00"},
	} {
		if l := lateOn(t, lateBook(10_000_00, compounding(how)), "2026-07-01"); l.Delta.String() != want[0] || formulas(l) != want[1] {
			t.Errorf("%s: %s, %s; want %s", how, l.Delta, formulas(l), want)
		}
	}
}

func TestHowTimeCountsWhereChargesBearCharges(t *testing.T) {
	for _, c := range []struct{ how, counted, rate, day, want string }{
		{"monthly", "full-months", "1.5 month", "2026-06-30", "302.25"},  // the third month is not full
		{"monthly", "months-begun", "1.5 month", "2026-06-02", "456.78"}, // it is begun
		{"monthly", "days/30", "1.5 month", "2026-05-16", "226.13"},      // 150.00, and 10,150.00 × 1.5 % × 15/30 = 76.125
		{"monthly", "days/365", "18 year", "2026-05-01", "147.95"},       // 30 days
		{"monthly", "full-months", "18 year", "2026-07-01", "456.78"},
		{"yearly", "full-months", "18 year", "2028-04-01", "3924.00"}, // 1,800.00, and 11,800.00 × 18 % = 2,124.00
		{"yearly", "full-months", "18 year", "2028-05-01", "4132.86"}, // and a month of 13,924.00
		{"yearly", "full-months", "18 year", "2028-04-30", "3924.00"},
	} {
		rate, per, _ := strings.Cut(c.rate, " ")
		late := lateTerms(func(l *contract.LateCharge) {
			l.Compounding, l.Counted, l.Per = c.how, c.counted, contract.Every(per)
			l.Rate, _ = money.ParsePercent(rate + " %")
		})
		if l := lateOn(t, lateBook(10_000_00, late), c.day); l.Delta.String() != c.want {
			t.Errorf("%+v: %s, %s", c, l.Delta, formulas(l))
		}
	}
}

// The months of an invoice that was due on the 31st end on the last day of the shorter ones: 30 Apr, 31 May.
func TestMonthsThatBearChargesEndOnTheDayOfTheFirst(t *testing.T) {
	b := lateBook(10_000_00, lateTerms(func(l *contract.LateCharge) { l.Counted, l.Compounding = "months-begun", "monthly" }))
	b.Bills[0].DueOn, b.Bills[0].Agreed.GraceUntil = cal.MustDate("2026-03-31"), cal.MustDate("2026-03-31")
	l := lateOn(t, b, "2026-05-31")
	if l.Delta.String() != "302.25" || len(l.Parts) != 2 || l.Parts[0].Until.String() != "2026-04-30" || l.Parts[1].Until.String() != "2026-05-31" {
		t.Errorf("%s: %+v", l.Delta, l.Parts)
	}
}

func TestAPartThatIsPaidTakesItsChargeOutOfWhatBears(t *testing.T) {
	b := paying(lateBook(10_000_00, compounding("monthly")), billing.Receipt, "pay_1", "2026-05-01", 4_000_00)
	l := lateOn(t, b, "2026-07-01")
	if want := "4,000.00 × 1.5 % per month × 1 month = 60.00; 6,000.00 × 1.5 % per month × 1 month = 90.00; 6,090.00 × 1.5 % per month × 1 month = 91.35; 6,181.35 × 1.5 % per month × 1 month = 92.72"; formulas(l) != want || l.Delta.String() != "334.07" {
		t.Errorf("%s: %s", l.Delta, formulas(l))
	}
	if p := l.Parts; !p[0].Paid || p[1].Paid {
		t.Errorf("%+v", p)
	}
}

// charging adds an invoice of a late charge as of a day.
func charging(b billing.Book, id, asOf string, minor int64) billing.Book {
	b.Charged = append(slices.Clip(b.Charged), billing.Charged{Bill: "inv_1", Document: id, Line: 1, AsOf: cal.MustDate(asOf), Minor: minor})
	return b
}

// settling pays the first line of an invoice of late charges.
func settling(b billing.Book, id, document, on string, minor int64) billing.Book {
	b.Sources = append(slices.Clip(b.Sources), billing.Source{ID: id, Kind: billing.Receipt, On: cal.MustDate(on), Minor: minor})
	b.Applied = append(slices.Clip(b.Applied), billing.Applied{Source: id, Target: document, Line: 1, Minor: minor})
	return b
}

func TestAChargeThatIsPaidBearsNone(t *testing.T) {
	charged := charging(lateBook(10_000_00, compounding("monthly")), "inv_9", "2026-05-01", 150_00)
	for _, c := range []struct {
		name string
		book billing.Book
		want string
	}{
		{"it is open", charged, "306.78"},
		{"it is paid before the next month", settling(charged, "pay_1", "inv_9", "2026-05-01", 150_00), "302.25"}, // 150.00, 152.25 of which 150.00 bore nothing
		{"it is paid within the next month", settling(charged, "pay_1", "inv_9", "2026-05-20", 150_00), "304.53"}, // the month after bears no more of it
		{"a part of it is paid", settling(charged, "pay_1", "inv_9", "2026-05-01", 50_00), "305.27"},              // 10,100.00, then 10,251.50
		{"another line was paid", settling(charged, "pay_1", "inv_8", "2026-05-01", 150_00), "306.78"},            // an invoice that charged nothing on it
		{"it is paid, and given back", charging(settling(charged, "pay_1", "inv_9", "2026-05-01", 150_00), "cn_1", "2026-05-01", -150_00), "456.78"},
	} {
		l := lateOn(t, c.book, "2026-07-01")
		if l.Delta.String() != c.want {
			t.Errorf("%s: %s, want %s: %s", c.name, l.Delta, c.want, formulas(l))
		}
	}
}

// What is settled of the charges covers those on parts that are paid first: they bear nothing any more.
func TestWhatIsSettledCoversTheChargesOfPaidPartsFirst(t *testing.T) {
	b := paying(lateBook(10_000_00, compounding("monthly")), billing.Receipt, "pay_1", "2026-05-01", 4_000_00)
	b = settling(charging(b, "inv_9", "2026-05-01", 150_00), "pay_2", "inv_9", "2026-05-01", 60_00)
	if l := lateOn(t, b, "2026-06-01"); !strings.HasSuffix(formulas(l), "6,090.00 × 1.5 % per month × 1 month = 91.35") {
		t.Error(formulas(l))
	}
}

func TestAChargeThatGrowsWithoutEndStaysAnAmount(t *testing.T) {
	late := lateTerms(func(l *contract.LateCharge) {
		l.Counted, l.Compounding, l.Rate = "full-months", "monthly", money.Percent(100)
	})
	l := lateOn(t, lateBook(money.MaxMinor, late), "2126-04-01")
	if last := l.Parts[len(l.Parts)-1]; last.Base.Minor != money.MaxMinor || len(l.Parts) != 1200 {
		t.Errorf("%d parts, the last %+v", len(l.Parts), last)
	}
}

// Charges on charges are never less than without, never fall with time, and each part multiplies out on what the parts before left.
func TestCompoundingNeverChargesLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counted := rapid.SampledFrom([]string{"months-begun", "full-months", "days/30", "days/365"}).Draw(t, "counted")
		book := func(how string) billing.Book {
			return lateBook(1, lateTerms(func(l *contract.LateCharge) { l.Counted, l.Compounding = counted, how }))
		}
		total := rapid.Int64Range(10_000_00, 50_000_000).Draw(t, "total")
		paidMinor, paidOn := rapid.Int64Range(1, total/2).Draw(t, "paid"), cal.MustDate("2026-04-01").AddDays(rapid.IntRange(0, 400).Draw(t, "paid on"))
		day := cal.MustDate("2026-04-01").AddDays(rapid.IntRange(0, 1500).Draw(t, "day"))
		var due [2]int64
		for i, how := range []string{"none", rapid.SampledFrom([]string{"monthly", "yearly"}).Draw(t, "how")} {
			b := book(how)
			b.Bills[0].Net, b.Bills[0].Lines[0].Due = total, total
			b = paying(b, billing.Receipt, "pay_1", paidOn.String(), paidMinor)
			l, _ := b.LateOn(b.Bills[0], day)
			later, _ := b.LateOn(b.Bills[0], day.AddDays(1))
			if later.Due.Cmp(l.Due) < 0 {
				t.Fatalf("%s falls from %s to %s", how, l.Due, later.Due)
			}
			due[i] = l.Due.Minor
		}
		if due[1] < due[0]-100 { // a cent a piece for rounding
			t.Fatalf("%d without, %d with", due[0], due[1])
		}
	})
}
