package fees_test

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// trial is a worked example to be tried beside itself.
func trial(t *testing.T, name, from, to string) fees.Trial {
	t.Helper()
	p := pricing(t, name, from, to)
	return fees.Trial{Now: p.Agreement, Evidence: p.Evidence, Months: p.Months, AsOf: p.AsOf, Resamples: 50, Seed: 1}
}

func edited(t *testing.T, terms contract.Terms, oldnew ...string) contract.Terms {
	t.Helper()
	out, err := contract.Parse([]byte(strings.NewReplacer(oldnew...).Replace(terms.Source)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A copy that changes nothing comes to the same in every month and every resample; one that changes the rate does not.
func TestAnEditedCopy(t *testing.T) {
	tr := trial(t, "worked-month", "2026-01", "2026-03")
	first := tr.Now.First()
	tr.Texts = []fees.TrialText{{"copy", first}, {"at 5 %", edited(t, first, "rate: 3 %", "rate: 5 %")}, {"later", edited(t, first, "effective: "+first.Effective.String(), "effective: 2026-09-01", "version: 1", "version: 2")}}
	got, err := fees.Try(tr)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"4800.00", "4800.00", "8000.00", "4800.00"} {
		s := got.Sides[i]
		if s.Total.String() != want {
			t.Errorf("%s: %s, want %s", s.Name, s.Total, want)
		}
		if i != 2 && (s.Against.Low.Minor != 0 || s.Against.High.Minor != 0 || s.Cheaper != 0) {
			t.Errorf("%s differs in a resample: %+v", s.Name, s.Against)
		}
	}
	if !got.AsIfFrom.IsZero() || got.Texts[3].Effective != cal.MustDate("2026-09-01") {
		t.Errorf("%+v", got.AsIfFrom)
	}
}

// Of a contract with an amendment, the latest version throughout stands between the contract and the copy, so that an edit is told apart from it.
func TestACopyOfAnAmendment(t *testing.T) {
	tr := trial(t, "amendment-of-the-rate", "2026-01", "2026-08")
	tr.Texts = []fees.TrialText{{"copy", tr.Now.Latest()}}
	got, err := fees.Try(tr)
	if err != nil {
		t.Fatal(err)
	}
	now, throughout, same := got.Sides[0], got.Sides[1], got.Sides[2]
	if !got.Throughout || throughout.Name != "Version 2 throughout" || throughout.Total != same.Total || now.Total == same.Total {
		t.Errorf("%s, %s %s, %s", now.Total, throughout.Name, throughout.Total, same.Total)
	}
	if now.Rate != nil || same.Rate == nil {
		t.Error("two rates are one")
	}
	if got := strings.Join(fees.VersionWords(got), " "); got != "Version 1, from 1 Jan 2026 to 15 Mar 2026: share 3 %. Version 2, from 16 Mar 2026 on: share 4 %." {
		t.Error(got)
	}
}

// The models begin with the money of the contract as it stands: 4,800.00 in three months are 19,000 a year to the nearest thousand.
func TestTheModelsOnAHistory(t *testing.T) {
	tr := trial(t, "worked-month", "2026-01", "2026-03")
	n := contract.UsualNumbers(money.Amount{})
	n.Metrics = nil
	tr.Models = &n
	got, err := fees.Try(tr)
	if err != nil {
		t.Fatal(err)
	}
	if got.Numbers.Yearly.Minor%100_000 != 0 || len(got.Sides) != 4 {
		t.Fatalf("%s a year, %d sides", got.Numbers.Yearly, len(got.Sides))
	}
	bonus, share, plan := got.Sides[1], got.Sides[2], got.Sides[3]
	if len(bonus.Needs) != 1 || bonus.Needs[0].What != "readings of mql, pipeline_value" || bonus.Range != nil {
		t.Errorf("%+v", bonus.Needs)
	}
	if share.Needs != nil || share.Range == nil || share.Clauses[1].Total.String() != "4800.00" {
		t.Errorf("%+v", share)
	}
	if _, ok := fees.BreakEven(share, bonus); ok {
		t.Error("what lacks readings breaks even")
	}
	if len(plan.Needs) != 1 || !strings.HasPrefix(plan.Needs[0].What, "deliveries of diagnostic") {
		t.Errorf("%+v", plan.Needs)
	}

	// With readings of the quarter the target is what was read, and the bonus pays 100 % of it.
	tr.Evidence.MetricReadings = []crm.MetricReading{{Metric: "MQL", From: cal.MustDate("2026-01-01"), Through: cal.MustDate("2026-03-31"), Value: "112.5"}, {Metric: "mql", From: cal.MustDate("2026-01-01"), Through: cal.MustDate("2026-01-31"), Value: "9"}}
	n.Yearly = money.New(24_000_000, "USD")
	if got, err = fees.Try(tr); err != nil {
		t.Fatal(err)
	}
	metric := got.Numbers.Metrics
	if len(metric) != 1 || metric[0].Target.String() != "112.5" || metric[0].Threshold.String() != "90" || metric[0].Max.String() != "135" || got.Numbers.Every != contract.EveryQuarter {
		t.Fatalf("%+v", metric)
	}
	bonus = got.Sides[1]
	if bonus.Needs != nil || bonus.Clauses[1].Total.String() != "18000.00" || bonus.Range.Low != bonus.Total || bonus.Varies {
		t.Errorf("%+v", bonus)
	}
}

// Of 252, 304, 305 and 322 the target is 304.5, with 243.6 and 365.4 beside it; of three readings it is the one in the middle, whatever their order.
func TestTheTargetIsTheMedianOfTheReadings(t *testing.T) {
	tr := trial(t, "worked-month", "2025-12", "2026-12")
	for _, c := range []struct {
		read                   []string
		threshold, target, max string
	}{{[]string{"322", "252", "305", "304"}, "243.6", "304.5", "365.4"}, {[]string{"305", "252", "304"}, "243.2", "304", "364.8"}} {
		tr.Evidence.MetricReadings = nil
		for i, value := range c.read {
			from := cal.MustDate("2026-01-01").AddMonths(3*i, 1)
			tr.Evidence.MetricReadings = append(tr.Evidence.MetricReadings, crm.MetricReading{Metric: "mql", From: from, Through: from.AddMonths(3, 1).AddDays(-1), Value: value})
		}
		tr.Models = &contract.PayModelNumbers{Yearly: money.New(24_000_000, "USD"), Fixed: money.Percent(70), Reduced: money.Percent(60), Share: money.Percent(3)}
		got, err := fees.Try(tr)
		if err != nil {
			t.Fatal(err)
		}
		if m := got.Numbers.Metrics; len(m) != 1 || m[0].Threshold.String() != c.threshold || m[0].Target.String() != c.target || m[0].Max.String() != c.max {
			t.Errorf("of %v: %+v", c.read, m)
		}
	}
}

// 194,000.00 a year are 11,316.67 a month beside a bonus of 14,550.00 a quarter, and 9,700.00 beside a share: each is told as arithmetic, and is what
// stands in the text. Where year and targets come from the history, that is told as well.
func TestTheNumbersOfTheModelsAsArithmetic(t *testing.T) {
	tr := trial(t, "worked-month", "2026-01", "2026-03")
	quarter := func(value string) crm.MetricReading {
		return crm.MetricReading{Metric: "pipeline_value", From: cal.MustDate("2026-01-01"), Through: cal.MustDate("2026-03-31"), Value: value}
	}
	months := "the same months that the models are tried on"
	for _, c := range []struct {
		name     string
		yearly   int64
		readings []crm.MetricReading
		says     []string
		not      string
	}{
		{"all given", 19_400_000, nil, []string{"194,000.00 when all is at target, as it was asked for", "194,000.00 x 70 % / 12 = 11,316.67 a month beside the bonus, 194,000.00 x 60 % / 12 = 9,700.00 a month beside the share",
			"194,000.00 x 30 % x 3 / 12 = 14,550.00 a quarter", "the points of the bonus are examples"}, months},
		{"read targets", 19_400_000, []crm.MetricReading{quarter("4388008.90")}, []string{"Target of pipeline_value: 4,388,008.9, the median of 1 reading of a whole quarter: 4,388,008.9 (1 Jan 2026 – 31 Mar 2026).", "lands near the year's amount by construction"}, "came to"},
		{"the year of the history", 0, nil, []string{"the contract as it stands came to 4,800.00 in 3 months; 4,800.00 x 12 / 3 to the nearest 1,000 is 19,000.00", "The year's amount comes from " + months}, "by construction"},
		{"both", 0, []crm.MetricReading{quarter("100")}, []string{"lands near what the contract came to by construction: that it does is no evidence for it"}, "are examples"},
	} {
		tr.Evidence.MetricReadings = c.readings
		tr.Models = &contract.PayModelNumbers{Yearly: money.New(c.yearly, "USD"), Fixed: money.Percent(70), Reduced: money.Percent(60), Share: money.Percent(3)}
		got, err := fees.Try(tr)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Join(fees.GroundWords(got), " ")
		for _, want := range c.says {
			if !strings.Contains(words, want) {
				t.Errorf("%s: it does not say %q:\n%s", c.name, want, words)
			}
		}
		if strings.Contains(words, c.not) {
			t.Errorf("%s: it says %q:\n%s", c.name, c.not, words)
		}
		if c.yearly > 0 {
			source := got.Texts[len(got.Texts)-3].Source + got.Texts[len(got.Texts)-2].Source
			for _, amount := range []string{"fee: 11,316.67 per month", "pool: 14,550.00 per quarter", "fee: 9,700.00 per month"} {
				if !strings.Contains(source, amount) {
					t.Errorf("%s: no text says %q", c.name, amount)
				}
			}
		}
	}
	tr.Models = nil
	if got, err := fees.Try(tr); err != nil || fees.GroundWords(got) != nil || fees.VersionWords(got) != nil {
		t.Errorf("without models, of one version: %v", err)
	}
}

// 6,000.00 in three months and 3 % come to 12,000.00 at 200,000.00 of credited revenue, whatever the history brought.
func TestBreakEven(t *testing.T) {
	tr := trial(t, "worked-month", "2026-01", "2026-03")
	none := func(fee string) contract.Terms {
		n := contract.UsualNumbers(money.New(1_600_000, "USD"))
		terms, err := contract.MilestonesOnly.Text(tr.Now.First(), n)
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Index(terms.Source, "  - milestones:")
		end := strings.Index(terms.Source, "statements:")
		out, err := contract.Parse([]byte(terms.Source[:at] + "  - retainer: team\n    fee: " + fee + " per month\n    anchor: 1\n    billed: at-start\n    proration: none\n" + terms.Source[end:]))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	n := contract.UsualNumbers(money.New(4_000_000, "USD"))
	reduced, err := contract.RetainerAndShare.Text(tr.Now.First(), n) // 2,000.00 a month
	if err != nil {
		t.Fatal(err)
	}
	tr.Texts = []fees.TrialText{{"fixed", none("4,000.00")}, {"reduced", reduced}}
	got, err := fees.Try(tr)
	if err != nil {
		t.Fatal(err)
	}
	now, fixed, share := got.Sides[0], got.Sides[1], got.Sides[2]
	if at, ok := fees.BreakEven(share, fixed); !ok || at.String() != "200000.00" {
		t.Errorf("%s of %s", at, share.Credited)
	}
	if at, ok := fees.BreakEven(fixed, share); !ok || at.String() != "200000.00" {
		t.Errorf("the other way: %s", at)
	}
	if _, ok := fees.BreakEven(now, share); ok {
		t.Error("two sides of one rate break even")
	}
	// 2 %, 3 % from 100,000 and 4 % from 250,000 are no line: at 327,827.50 they pay 9,613.10, not 6,556.55.
	tiered, err := contract.Parse([]byte(strings.Replace(tr.Now.First().Source, "rate: 3 %", "rate: 2 %\n    tiers: {apply: marginal, per: contract-year, above: [{from: 100000.00, rate: 3 %}, {from: 250000.00, rate: 4 %}]}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	tr.Texts = append(tr.Texts, fees.TrialText{Name: "tiers", Terms: tiered})
	if got, err = fees.Try(tr); err != nil {
		t.Fatal(err)
	}
	if at, ok := fees.BreakEven(got.Sides[3], got.Sides[1]); ok {
		t.Errorf("tiers break even as if they were one rate, at %s", at)
	}
	if words := strings.Join(fees.Notes(got, got.Sides[1]), " "); !strings.Contains(words, "; 160,000.00 were credited") {
		t.Error(words)
	}
	if now.Credited.String() != "160000.00" || fixed.Credited.Minor != 0 || fixed.Rate != nil {
		t.Errorf("credited %s and %s", now.Credited, fixed.Credited)
	}
}

// A contract that begins after the history is tried as if it had begun with it.
func TestATrialBeforeTheContract(t *testing.T) {
	tr := trial(t, "worked-month", "2024-01", "2024-03")
	tr.Texts = []fees.TrialText{{"copy", tr.Now.First()}}
	got, err := fees.Try(tr)
	if err != nil {
		t.Fatal(err)
	}
	if got.AsIfFrom != cal.MustDate("2024-01-01") || len(got.Months) != 3 || got.Sides[1].Total != got.Sides[0].Total {
		t.Errorf("%s %v", got.AsIfFrom, got.Months)
	}
	tr.Texts[0].Terms.Source = "{" + tr.Texts[0].Terms.Source
	if _, err := fees.Try(tr); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
