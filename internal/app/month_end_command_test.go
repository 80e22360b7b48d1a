package app

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// The sample's last month is submitted already; the month after has no import and waits for it.
func TestMonthEndCommandTellsWhatCameOut(t *testing.T) {
	p, made := demoProgram(t)
	ctx := p.inWorkspace(t.Context())
	st, err := p.Fees.Statement(ctx, p.operator(), made.Statement)
	if err != nil {
		t.Fatal(err)
	}
	run, err := p.Fees.MonthEnd(ctx, p.operator(), feesops.MonthEndInput{Month: cal.MonthOf(st.Period.From)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if run.Count(fees.OutcomeAlready) != 2 { // the client's and the specialist's
		t.Fatalf("the sample ends with %s", run.Words())
	}
	exceptions := run.Count(fees.OutcomeException)
	var text, lines strings.Builder
	for _, asJSON := range []bool{false, true} {
		to := &text
		if asJSON {
			to = &lines
		}
		if err := printMonthEnds(to, []feesops.MonthEnd{run}, asJSON); errors.Is(err, errFound) != (exceptions > 0) {
			t.Errorf("%d exceptions end with %v", exceptions, err)
		}
	}
	for _, want := range []string{": submitted before, statement " + made.Statement + ", " + st.Total.FormatWith(), "Month end of " + st.Period.Words() + ": "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &text)
		}
	}
	var printed monthEndJSON
	if err := json.Unmarshal([]byte(lines.String()), &printed); err != nil || printed.ID != run.ID || len(printed.Outcomes) != run.Total {
		t.Errorf("%v: %s", err, &lines)
	}
}

// An exception ends the command with status 1, and says what to do.
func TestAnExceptionIsPrintedWithTheWayToMendIt(t *testing.T) {
	var out strings.Builder
	err := printMonthEnds(&out, []feesops.MonthEnd{{Month: cal.Month{Year: 2026, Month: 3}, Total: 1, Outcomes: []feesops.Outcome{{Kind: fees.OutcomeException, ClientName: "Acme", ContractName: "growth",
		Obstacles: []fees.Obstacle{{Code: "no-import", Reason: "There is no import.", Mend: "Import it."}}}}}}, false)
	if want := "Acme, growth: exception\n  no-import: There is no import. Import it.\nMonth end of March 2026: 1 exception\n"; !errors.Is(err, errFound) || out.String() != want {
		t.Errorf("got %q, %v", &out, err)
	}
}
