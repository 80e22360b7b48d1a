package app

import (
	"encoding/json"
	"strings"
	"testing"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// What the newest evidence would make of each statement stands beside it, also where no record differs that it rests on; of a draft there is nothing to correct.
func TestComparisonTellsTheCostOfEachStatement(t *testing.T) {
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	touched := func(name, state string, rows int, cost *crmops.Cost) crmops.Touched {
		return crmops.Touched{Resting: crmops.Resting{Name: "Statement of " + name, State: state, Import: 3, Total: usd(20_000_00)}, Rows: rows, Cost: cost}
	}
	december := touched("December 2025", "locked", 0, &crmops.Cost{AsOf: 5, Now: usd(20_000_00), Left: usd(0)})
	december.This = &crmops.MonthCost{Differs: usd(-1_500_00)}
	months := []crmops.MonthCost{{Name: "June 2026", Differs: usd(27_00), Held: []string{"an amount"}}, {Statement: "s", Name: "Statement of July 2026", State: "draft", Import: 5, Differs: usd(3_00)},
		{Name: "August 2026", Differs: usd(0)}}
	var out strings.Builder
	tellHead(&out, crmops.Comparison{Latest: 5, Months: months, Uncosted: 2, Touched: []crmops.Touched{december,
		touched("May 2026", "draft", 1, &crmops.Cost{AsOf: 5, Now: usd(21_000_00), Left: usd(1_000_00)}),
		touched("April 2026", "submitted", 0, &crmops.Cost{AsOf: 5, Now: usd(20_000_00), Left: usd(0)}),
		touched("March 2026", "locked", 2, &crmops.Cost{AsOf: 5, Now: usd(17_000_00), Left: usd(-3_000_00)}),
		touched("February 2026", "locked", 0, &crmops.Cost{AsOf: 5, Now: usd(20_030_00), Left: usd(30_00)}),
		touched("January 2026", "locked", 1, nil),
	}})
	for _, want := range []string{
		"Statement of May 2026 (draft, not locked, on import 3) rests on 1 record of these: USD 20,000.00, drafted again on import 5 USD 21,000.00\n",
		"Statement of March 2026 (locked, on import 3) rests on 2 records of these: USD 20,000.00 as given, USD 17,000.00 computed again on import 5, USD -3,000.00 still to correct\n",
		"Statement of February 2026 (locked, on import 3) rests on 0 records of these: USD 20,000.00 as given, USD 20,030.00 computed again on import 5, USD 30.00 still to correct\n",
		"Statement of January 2026 (locked, on import 3) rests on 1 record of these: USD 20,000.00, not computed again\n",
		"the next statement would carry USD -2,970.00\n",
		"Statement of January 2026 (locked, on import 3) rests on 1 record of these: USD 20,000.00, not computed again\n",
		"  Statement of December 2025 (locked, on import 3) rests on 0 records of these: USD 20,000.00 as given, USD 20,000.00 computed again on import 5, USD 0.00 still to correct; this difference costs USD -1,500.00\n",
		"  June 2026 (no statement yet): this difference costs USD 27.00, without what is held for want of a fact (1 thing)\n",
		"  Statement of July 2026 (draft, on import 5, which holds it): this difference costs USD 3.00\n",
		"  this difference costs USD -1,470.00 together, without what is held for want of a fact (1 thing)\n",
		"  not computed, and in no sum: 2 older months of a statement or without one; --costs computes more\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not tell %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "April") || strings.Contains(out.String(), "August") {
		t.Errorf("nothing differs for April:\n%s", out.String())
	}
}

// The command tells what the pages tell: the newest import by itself, two named moments, only a part, and as a file.
func TestEvidenceCompareCommand(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		const head = "deal_id,name,amount,currency,closed_on,is_won,is_closed\n"
		k.run(0, "import", "--client", "Acme", k.file("deals.csv", head+"d1,Boreal line,12000.00,USD,2026-03-14,true,true\n"))
		k.run(0, "import", "--client", "Acme", k.file("deals.csv", head+"d1,Boreal line,13500.00,USD,2026-03-14,true,true\nd2,Orchard,900.00,USD,2026-03-20,true,true\n"))
		out := k.run(0, "evidence", "compare", "--client", "Acme")
		for _, want := range []string{"From import 1 (deals.csv) to import 2 (deals.csv): 2 records differ, 2 deals touched.", "deal: 1 new, 1 changed, 0 gone",
			"won revenue: USD 900.00 new, USD 1,500.00 changed, USD 0.00 gone, net USD 2,400.00", "12000.00  13500.00", "deal  d2  Orchard      new"} {
			if !strings.Contains(out, want) {
				t.Errorf("it does not tell %q:\n%s", want, out)
			}
		}
		if out := k.run(0, "evidence", "compare", "--client", "Acme", "--from", "0", "--to", "1", "--format", "csv"); !strings.Contains(out, "deal,d1,new,amount,,12000.00,1,2,d1,,,,Boreal line,\n") {
			t.Errorf("as CSV:\n%s", out)
		}
		if out := k.run(0, "evidence", "compare", "--client", "Acme", "--format", "costs"); out != "id,name,state,import,currency,as_given,computed_again,still_to_correct,this_difference,held\n" {
			t.Errorf("the costs without a contract:\n%s", out)
		}
		var document struct{ Rows []struct{ ID string } }
		if err := json.Unmarshal([]byte(k.run(0, "evidence", "compare", "--client", "Acme", "--fate", "new", "--format", "json")), &document); err != nil || len(document.Rows) != 1 || document.Rows[0].ID != "d2" {
			t.Errorf("as JSON: %v %v", err, document)
		}
		for _, wrong := range []struct {
			words string
			args  []string
		}{{"--from: ", []string{"--from", "soon"}}, {"--kind: ", []string{"--kind", "nothing"}}, {"--format: ", []string{"--format", "xml"}}} {
			if out := k.run(2, append([]string{"evidence", "compare", "--client", "Acme"}, wrong.args...)...); !strings.Contains(out, wrong.words) {
				t.Errorf("%v: %s", wrong.args, out)
			}
		}
		k.run(66, "evidence", "compare", "--client", "Acme", "--to", "9")
		k.run(2, "evidence", "compare")
	})
}
