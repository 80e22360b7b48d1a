package contract_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func modelled(t *testing.T, base contract.Terms, m contract.PayModel, n contract.PayModelNumbers) contract.Terms {
	t.Helper()
	out, err := m.Text(base, n)
	if err != nil {
		t.Fatalf("%s: %v", m, err)
	}
	return out
}

func readFile(t *testing.T, path string) contract.Terms {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(source))
}

func mustParse(t *testing.T, text string) contract.Terms {
	t.Helper()
	terms, err := contract.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// 240,000 a year: 14,000.00 a month fixed and 18,000.00 a quarter at target; 12,000.00 a month beside 3 %; milestones that add up to the year.
func TestThePayModels(t *testing.T) {
	base := readFile(t, "../../docs/examples/northlight-acme-v2.yaml")
	n := contract.UsualNumbers(money.New(24_000_000, "USD"))

	bonus := modelled(t, base, contract.FixedAndBonus, n)
	fee, pool := bonus.Clauses[0].(contract.Retainer), bonus.Clauses[1].(contract.Scorecard)
	if fee.RateWords() != "14,000.00 per month" || fee.ID != "growth-team" || pool.RateWords() != "18,000.00 per quarter at target" || len(pool.Metrics) != 2 {
		t.Errorf("%s, %s", fee.RateWords(), pool.RateWords())
	}

	share := modelled(t, base, contract.RetainerAndShare, n)
	of, own := share.Clauses[1].(contract.RevenueShare), base.Clauses[1].(contract.RevenueShare)
	if fee := share.Clauses[0].RateWords(); fee != "12,000.00 per month" || of.RateWords() != "3 %" || !reflect.DeepEqual(of.Attribution, own.Attribution) || of.Eligible.CarveOut != own.Eligible.CarveOut {
		t.Errorf("%s, %s: %+v", fee, of.RateWords(), of)
	}
	n.Share = money.NewRatio(9, 200)
	if got := modelled(t, base, contract.RetainerAndShare, n).Clauses[1].RateWords(); got != "4.5 %" {
		t.Error(got)
	}

	plan := modelled(t, base, contract.MilestonesOnly, n).Clauses[0].(contract.Milestones)
	sum := money.New(0, "USD")
	for _, m := range plan.List {
		sum = sum.Add(m.Amount)
	}
	if sum != n.Yearly || len(plan.List) != 7 || plan.List[3].Due != cal.MustDate("2026-02-28") || plan.List[6].Due != cal.MustDate("2026-11-30") {
		t.Errorf("%s: %+v", sum, plan.List)
	}
	for _, m := range contract.PayModels() {
		got := modelled(t, base, m, n)
		if got.Client != base.Client || got.Agency != base.Agency || got.Currency != base.Currency || got.ZoneName != base.ZoneName || !reflect.DeepEqual(got.Term, base.Term) ||
			!reflect.DeepEqual(got.Calendar, base.Calendar) || !reflect.DeepEqual(got.Statements, base.Statements) || len(got.Appointments) != len(base.Appointments) {
			t.Errorf("%s changes more than the clauses:\n%s", m, got.Source)
		}
	}
	if got := contract.FixedAndBonus.Name(n) + "; " + contract.RetainerAndShare.Name(n); got != "70 % fixed, 30 % bonus; 60 % retainer, 4.5 % share" {
		t.Error(got)
	}
}

// A contract of 2 % with 3 % from 100,000 and 4 % from 250,000: the model of a 5 % share is 5 % of all of it, 12,690.00 of 253,800.00, not 5 % and
// then 3 %, 9,652.00. What the head of the text said of the old clauses is gone.
func TestTheShareOfAModelHasNoTiersAndNoOldNotes(t *testing.T) {
	source, err := os.ReadFile("../../docs/examples/northlight-acme-v1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tiered := "    rate: 2 %\n    tiers: {apply: marginal, per: contract-year, above: [{from: 100000.00, rate: 3 %}, {from: 250000.00, rate: 4 %}]}\n"
	base := mustParse(t, strings.Replace(string(source), "    rate: 3 %\n", tiered, 1))
	if !base.Clauses[1].(contract.RevenueShare).Tiers.Set {
		t.Fatal("the contract has no tiers")
	}
	n := contract.UsualNumbers(money.New(24_000_000, "USD"))
	n.Share = money.Percent(5)
	share := modelled(t, base, contract.RetainerAndShare, n)
	if got := share.Clauses[1].(contract.RevenueShare); got.Tiers.Set || got.RateWords() != "5 %" || got.PeriodCap != base.Clauses[1].(contract.RevenueShare).PeriodCap {
		t.Errorf("%s: %+v", got.RateWords(), got)
	}
	if !strings.Contains(base.Source, "the retainer is 14,000.00 a month") || strings.Contains(share.Source, "the retainer is 14,000.00 a month") || !strings.HasPrefix(share.Source, "contract: ") {
		t.Errorf("it tells of 14,000.00 and pays %s:\n%s", share.Clauses[0].RateWords(), share.Source)
	}
}

// Every text of one clause a line can be paid by each model; an odd amount is never lost, whatever the currency.
func TestThePayModelsOfEveryText(t *testing.T) {
	texts := map[string]contract.Terms{"template": mustParse(t, contract.Template("a", "Client & Co: \"x\"", "Agency", cal.MustDate("2027-01-31")))}
	for _, path := range []string{"testdata/good.yaml", "testdata/scorecard.yaml", "testdata/closed.yaml", "../../docs/examples/northlight-acme-v1.yaml"} {
		texts[path] = readFile(t, path)
	}
	for name, base := range texts {
		for _, m := range contract.PayModels() {
			got, err := m.Text(base, contract.UsualNumbers(money.New(10_000_001, base.Currency)))
			if err != nil {
				t.Errorf("%s, %s: %v", name, m, err)
				continue
			}
			again, err := m.Text(got, contract.UsualNumbers(money.New(10_000_001, base.Currency)))
			if err != nil || again.Source != got.Source && m != contract.RetainerAndShare {
				t.Errorf("%s, %s of itself: %v\n%s\n%s", name, m, err, got.Source, again.Source)
			}
		}
	}
}

func TestATextThatNoModelFits(t *testing.T) {
	base := readFile(t, "../../docs/examples/northlight-acme-v1.yaml")
	inline := base
	at := strings.Index(base.Source, "clauses:")
	end := strings.Index(base.Source, "statements:")
	inline.Source = base.Source[:at] + "clauses: [{retainer: team, fee: 100.00 per month, anchor: 1, billed: at-start, proration: none}]\n\n" + base.Source[end:]
	if _, err := contract.Parse([]byte(inline.Source)); err != nil {
		t.Fatal(err)
	}
	if got := modelled(t, inline, contract.FixedAndBonus, contract.UsualNumbers(money.New(1_200_000, "USD"))); got.Clauses[0].RateWords() != "700.00 per month" {
		t.Error(got.Source)
	}
	base.Source = "{" + base.Source
	_, err := contract.FixedAndBonus.Text(base, contract.UsualNumbers(money.New(100, "USD")))
	if !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	n := contract.UsualNumbers(money.New(100, "USD"))
	n.Share = money.Percent(101)
	if _, err := contract.RetainerAndShare.Text(readFile(t, "../../docs/examples/northlight-acme-v1.yaml"), n); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
