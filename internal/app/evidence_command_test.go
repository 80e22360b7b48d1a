package app

import (
	"encoding/json"
	"strings"
	"testing"
)

// The command tells what the pages tell: the newest import by itself, two named moments, only a part, and as a file.
func TestEvidenceCompareCommand(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		const head = "deal_id,name,amount,currency,closed_on,is_won,is_closed\n"
		k.run(0, "import", "--client", "Acme", k.file("deals.csv", head+"d1,Boreal line,12000.00,USD,2026-03-14,true,true\n"))
		k.run(0, "import", "--client", "Acme", k.file("deals.csv", head+"d1,Boreal line,13500.00,USD,2026-03-14,true,true\nd2,Orchard,900.00,USD,2026-03-20,true,true\n"))
		out := k.run(0, "evidence", "compare", "--client", "Acme")
		for _, want := range []string{"From import 1 (deals.csv) to import 2 (deals.csv): 2 records differ, 2 deals touched.", "deal: 1 new, 1 changed, 0 gone",
			"won revenue: USD 900.00 new, USD 1,500.00 changed, USD 0.00 gone, net USD 2,400.00", "12000.00  13500.00"} {
			if !strings.Contains(out, want) {
				t.Errorf("it does not tell %q:\n%s", want, out)
			}
		}
		if out := k.run(0, "evidence", "compare", "--client", "Acme", "--from", "0", "--to", "1", "--format", "csv"); !strings.Contains(out, "deal,d1,new,amount,,12000.00,1,2,d1,,,\n") {
			t.Errorf("as CSV:\n%s", out)
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
