package fees_test

import (
	"bytes"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// scorecardOf is the agreement of a worked example.
func scorecardOf(t testing.TB, name string) contract.Agreement {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	var versions []contract.Terms
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "contract") {
			terms, err := contract.Parse(f.Data)
			if err != nil {
				t.Fatal(err)
			}
			versions = append(versions, terms)
		}
	}
	a, err := contract.NewAgreement(versions...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// metricReadings are some readings of quarters, months and parts of them, of which several are missing, broken or wild.
func (c chance) metricReadings() []crm.MetricReading {
	var out []crm.MetricReading
	for _, metric := range []string{"mql", "pipeline_value", "cac_payback", "crm_hygiene", "client_response_hours", "MQL"} {
		for _, days := range []string{"01-01 03-31", "02-15 03-31", "01-01 02-14", "04-01 06-30", "04-01 05-15", "02-01 02-28", "04-01 04-30", "01-31 04-29"} {
			if c.oneIn(3) || metric == "MQL" && !c.oneIn(20) {
				continue
			}
			from, through, _ := strings.Cut(days, " ")
			r := crm.MetricReading{Metric: metric, From: cal.MustDate("2026-" + from), Through: cal.MustDate("2026-" + through), Value: c.reading(metric), Deleted: c.oneIn(15)}
			if c.oneIn(8) {
				r.Value, r.Broken = "", true
			}
			out = append(out, r)
		}
	}
	return out
}

func (c chance) reading(metric string) string {
	if metric == "pipeline_value" {
		return fmt.Sprintf("%d.%02d", 500_000+c.IntN(1_000_000), c.IntN(100))
	}
	if metric == "cac_payback" {
		return fmt.Sprintf("%d.%d", 10+c.IntN(16), c.IntN(1000))
	}
	return c.of(fmt.Sprint(40+c.IntN(100)), fmt.Sprintf("%d.%d", 70+c.IntN(60), c.IntN(1_000_000)), "0", "-3", "99999999999999999999.123456789012345678")
}

// Whatever is read: every statement is sound, the order of the rows and what is not used change nothing, and over months that are locked one after
// the other, with rows that come and change between them, no performance period is charged twice.
func TestWhateverTheReadings(t *testing.T) {
	var all []contract.Agreement
	for _, name := range []string{"scorecard-gate-held-and-released", "scorecard-gate-that-loses-goes-first", "scorecard-malus", "scorecard-broken-last-good", "scorecard-missing-carry",
		"scorecard-missing-renormalise", "scorecard-relief", "scorecard-target-changed-time-weighted", "scorecard-pool-changed-inside-a-quarter", "scorecard-from-quarters-to-months",
		"scorecard-ended-early", "scorecard-quarters-of-the-contract", "scorecard-first-period-by-days", "scorecard-metric-cap-then-total-cap"} {
		all = append(all, scorecardOf(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		var settled []fees.SettledStatement
		charged := map[string]string{}
		rows := c.metricReadings()
		for m := (cal.Month{Year: 2026, Month: 1}); m.Month < 9; m = m.Next() {
			if c.oneIn(2) {
				rows = c.metricReadings()
			}
			f := fees.Facts{Period: m.Period(), Settled: settled, Evidence: crm.Evidence{Snapshot: crm.Snapshot{MetricReadings: rows}}}
			want, s := drafted(t, a, f)
			wantSound(t, a, s)
			mixed := f
			mixed.Evidence.MetricReadings = shuffled(c, rows)
			if got, _ := drafted(t, a, mixed); !bytes.Equal(got, want) {
				t.Fatalf("the order of the readings changes the statement:\n%s\n%s", want, got)
			}
			if got, _ := drafted(t, a, fees.Used(a, f)); !bytes.Equal(got, want) {
				t.Fatalf("the part that is used gives another statement:\n%s\n%s", want, got)
			}
			if c.oneIn(4) {
				continue // this month is never locked
			}
			for _, l := range s.Lines {
				if on, twice := charged[l.Events[0]]; twice && on != m.String() {
					t.Fatalf("%s is charged in %s and in %s", l.Events[0], on, m)
				}
				charged[l.Events[0]] = m.String()
			}
			settled = append(settled, fees.Settle("s"+m.String(), s, nil))
		}
	})
}

// A better reading never pays less, and the score stays between the whole malus and the most that is paid.
func TestABetterReadingNeverPaysLess(t *testing.T) {
	cards := []struct {
		name, metric string
		lower        bool
	}{{"scorecard-malus", "mql", false}, {"scorecard-malus", "cac_payback", true}, {"scorecard-half-at-threshold", "cac_payback", true}, {"scorecard-metric-cap-then-total-cap", "mql", false}}
	agreements := map[string]contract.Agreement{}
	for _, card := range cards {
		agreements[card.name] = scorecardOf(t, card.name)
	}
	rapid.Check(t, func(t *rapid.T) {
		card := cards[rapid.IntRange(0, len(cards)-1).Draw(t, "card")]
		a := agreements[card.name]
		paid := func(value int) *big.Rat {
			var rows []crm.MetricReading
			for metric, v := range map[string]string{"mql": "100", "pipeline_value": "900000", "cac_payback": "15", "crm_hygiene": "90", card.metric: big.NewRat(int64(value), 1000).FloatString(3)} {
				rows = append(rows, crm.MetricReading{Metric: metric, From: cal.MustDate("2026-01-01"), Through: cal.MustDate("2026-03-31"), Value: v})
			}
			_, s := drafted(t, a, fees.Facts{Period: cal.Month{Year: 2026, Month: 3}.Period(), Evidence: crm.Evidence{Snapshot: crm.Snapshot{MetricReadings: rows}}})
			if len(s.Lines) != 1 {
				t.Fatalf("%d lines", len(s.Lines))
			}
			score, ok := new(big.Rat).SetString(s.Lines[0].Quantity)
			if !ok || score.Cmp(big.NewRat(-1, 2)) < 0 || score.Cmp(big.NewRat(3, 2)) > 0 {
				t.Fatalf("a score of %s", s.Lines[0].Quantity)
			}
			return score
		}
		worse := rapid.IntRange(0, 150_000).Draw(t, "worse")
		better := worse + rapid.IntRange(0, 30_000).Draw(t, "by")
		if card.lower {
			worse, better = better, worse
		}
		if paid(better).Cmp(paid(worse)) < 0 {
			t.Errorf("%s: %d pays less than %d", card.metric, better, worse)
		}
	})
}

// A bonus is a percentage for people, with the exact share beside it; the numbers that multiply out stay exact.
func TestSharesOfAPoolAreReadAsPercentages(t *testing.T) {
	l := fees.Line{Kind: fees.KindScorecard, Quantity: "187/150", Unit: "of the pool", Amount: money.New(0, "USD")}
	if got := l.QuantityWords(); got != "124.67 % (187/150) of the pool" {
		t.Errorf("got %q", got)
	}
	l.Quantity = "0.875"
	if got := l.QuantityWords(); got != "0.875 of the pool" {
		t.Errorf("got %q", got)
	}
	for formula, want := range map[string]string{
		"50 % x 350/3 % = 175/3 %": "50 % x 116.67 % (7/6) = 58.33 % (7/12)",
		"-200/3 % x 12/28":         "-66.67 % (-2/3) x 12/28",
		"97.5 % x 18,000.00":       "97.5 % x 18,000.00",
	} {
		if got := fees.Percentages(formula); got != want {
			t.Errorf("%q is read as %q, want %q", formula, got, want)
		}
	}
}

// What keeps a refund to what was paid says that it charges nothing new.
func TestALineForWhatWasGivenUpSaysThatItIsNoCharge(t *testing.T) {
	given := fees.Line{Kind: fees.KindCorrection, Text: "Mirefield Plastics, given up before"}
	if got := given.Remark(); got != "No new charge: with it the refund of this deal takes back only what was paid." {
		t.Errorf("got %q", got)
	}
	if got := (fees.Line{Kind: fees.KindDeal, Text: given.Text}).Remark(); got != "" {
		t.Errorf("a deal of that name says %q", got)
	}
}
