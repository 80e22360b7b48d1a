package engagement

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func fixed(fee int64, every contract.Every, hours int64, stones ...contract.Milestone) contract.Terms {
	return contract.Terms{Currency: dollars, Clauses: []contract.Clause{
		contract.Retainer{ID: "team", Fee: money.New(fee, dollars), Every: every, Hours: &contract.Hours{Minutes: hours}}, contract.Milestones{ID: "launch", List: stones}}}
}

func TestAChangeOrderStatesWhatItDoesToTheFee(t *testing.T) {
	film := contract.Milestone{Name: "film", Amount: money.New(800_000, dollars)}
	longer := contract.Milestone{Name: "film", Amount: money.New(950_000, dollars)}
	before := fixed(1_000_000, contract.EveryMonth, 4_800, film)
	for name, c := range map[string]struct {
		after contract.Terms
		want  string
		lines []string
	}{
		"nothing":                    {before, "Fixed fees and prices stay as they are.", nil},
		"a higher fee for more time": {fixed(1_250_000, contract.EveryMonth, 6_000, film), "Fixed fees and prices change by +USD 2,500.00 per month.", []string{"team: 12,500.00 per month in place of 10,000.00 per month; it includes 100 hours in place of 80 hours"}},
		"less time for the same fee": {fixed(1_000_000, contract.EveryMonth, 2_400, film), "Fixed fees and prices stay as they are.", []string{"team: the fee stays 10,000.00 per month; it includes 40 hours in place of 80 hours"}},
		"a dearer film and a lower fee": {fixed(900_000, contract.EveryMonth, 4_800, longer), "Fixed fees and prices change by USD -1,000.00 per month and +USD 1,500.00 once.",
			[]string{"team: 9,000.00 per month in place of 10,000.00 per month", "film: USD 9,500.00 in place of USD 8,000.00, once"}},
		"no film":              {fixed(1_000_000, contract.EveryMonth, 4_800), "Fixed fees and prices change by USD -8,000.00 once.", []string{"film: USD 8,000.00 is no longer agreed"}},
		"another fee period":   {fixed(3_000_000, contract.EveryQuarter, 4_800, film), "Fixed fees and prices change by USD -10,000.00 per month and +USD 30,000.00 per quarter.", []string{"team: 10,000.00 per month ends", "team: 30,000.00 per quarter, new"}},
		"a retainer that ends": {contract.Terms{Currency: dollars, Clauses: []contract.Clause{contract.Milestones{ID: "launch", List: []contract.Milestone{film}}}}, "Fixed fees and prices change by USD -10,000.00 per month.", []string{"team: 10,000.00 per month ends"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := EffectOn(before, c.after)
			if e.Words() != c.want {
				t.Errorf("got %q, want %q", e.Words(), c.want)
			}
			if len(e.Lines) != len(c.lines) {
				t.Fatalf("got %d lines, want %d: %+v", len(e.Lines), len(c.lines), e.Lines)
			}
			for i, l := range e.Lines {
				if l.Words != c.lines[i] || l.Before.Add(l.Change) != l.After {
					t.Errorf("got %+v, want %q", l, c.lines[i])
				}
			}
			back := EffectOn(c.after, before)
			for every, sum := range e.PerPeriod() {
				if back.PerPeriod()[every] != sum.Neg() {
					t.Errorf("undone it changes by %s per %s, not %s", back.PerPeriod()[every], every, sum.Neg())
				}
			}
		})
	}
}

func TestAShiftSaysByHowMuch(t *testing.T) {
	at := cal.MustDate
	for want, s := range map[string]Shift{
		"launch: from 1 Jun 2026 to 11 Jun 2026, 10 days later": {"launch", at("2026-06-01"), at("2026-06-11")},
		"launch: from 1 Jun 2026 to 31 May 2026, 1 day earlier": {"launch", at("2026-06-01"), at("2026-05-31")},
		"launch: stays on 1 Jun 2026":                           {"launch", at("2026-06-01"), at("2026-06-01")},
		"launch: by 1 Jun 2026":                                 {"launch", cal.Date{}, at("2026-06-01")},
	} {
		if s.Words() != want {
			t.Errorf("got %q, want %q", s.Words(), want)
		}
	}
}
