package fees_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// march is the statement of March of an example, with January and February locked.
func march(t *testing.T, name string) fees.Statement {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	a := agreementNamed(t, name)
	facts, _, err := pack.ReadFacts(folder(files, ""), a)
	if err != nil {
		t.Fatal(err)
	}
	var s fees.Statement
	for _, month := range []string{"2026-01", "2026-02", "2026-03"} {
		m, err := cal.ParseMonth(month)
		if err != nil {
			t.Fatal(err)
		}
		facts.Period = m.Period()
		s, _ = fees.Draft(a, facts, longAfter)
		facts.Settled = append(facts.Settled, fees.Settle(month, s, nil))
	}
	return s
}

// A dispute of a deal holds back what its revenue adds to the tiers, and gives back what it takes off below a baseline.
func TestADisputeMovesTheSchedule(t *testing.T) {
	for _, c := range []struct {
		example string
		states  []fees.LineState // of the deal, then of the schedule's line
		payable string
		held    string
	}{
		{"tiers-marginal", []fees.LineState{fees.LineAccepted, fees.LineAccepted}, "5900.00", "0.00"},
		{"tiers-marginal", []fees.LineState{fees.LineDisputed, fees.LineAccepted}, "0.00", "5900.00"}, // 120,000.00 to date add 200.00, which February charged
		{"tiers-marginal", []fees.LineState{fees.LineAccepted, fees.LineDisputed}, "3600.00", "2300.00"},
		{"tiers-whole", []fees.LineState{fees.LineDisputed, fees.LineAccepted}, "0.00", "8400.00"},
		{"baseline-shortfall-carried", []fees.LineState{fees.LineDisputed, fees.LineAccepted}, "0.00", "1500.00"},
		{"baseline-shortfall-carried", []fees.LineState{fees.LineAccepted, fees.LineDisputed}, "1500.00", "0.00"}, // a credit is not held back
	} {
		s := march(t, c.example)
		if len(s.Lines) != len(c.states) {
			t.Fatalf("%s: %d lines", c.example, len(s.Lines))
		}
		lines := make([]fees.LineLife, len(s.Lines))
		for i, state := range c.states {
			lines[i].State = state
		}
		d := fees.Divide(s, lines)
		if d.Payable.String() != c.payable || d.Held.String() != c.held {
			t.Errorf("%s %v: payable %s, held %s", c.example, c.states, d.Payable, d.Held)
		}
	}
}

// What the agency gives up is not charged again: a conceded line of tiers counts as made, a conceded deal credits nothing.
func TestWhatIsConcededOfAScheduleIsNotChargedAgain(t *testing.T) {
	s := march(t, "tiers-marginal")
	for state, want := range map[int]int64{0: 0, 1: 2300_00} {
		lines := make([]fees.LineLife, len(s.Lines))
		lines[state].State = fees.LineConceded
		settled := fees.Settle("march", s, lines)
		var given, credited int64
		for _, l := range settled.Lines {
			if l.Kind == fees.KindTiers {
				given = l.GivenUp
			}
			if !l.Conceded {
				credited += l.Credited
			}
		}
		if given != want || (credited == 0) != (state == 0) {
			t.Errorf("line %d conceded: %d given up of the tiers, %d credited", state+1, given, credited)
		}
	}
}

// A line of tiers opens into the months whose revenue it counts.
func TestTiersNameTheirMonths(t *testing.T) {
	got := map[string]string{}
	for _, l := range march(t, "tiers-marginal").Lines {
		for _, in := range l.Basis.Inputs {
			if l.Kind == fees.KindTiers {
				got[in.Name] = in.Value
			}
		}
	}
	for name, want := range map[string]string{"credited in January 2026": "60,000.00", "credited in February 2026": "60,000.00", "credited in March 2026": "180,000.00", "revenue that is shared, to date": "300,000.00"} {
		if got[name] != want {
			t.Errorf("%s: %q", name, got[name])
		}
	}
}
