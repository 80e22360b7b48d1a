package fees_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// timeEntries are such as a timesheet gives, and for a part such as none should: twice, nameless, of nobody's clause.
func (c chance) timeEntries(e *crm.Evidence) {
	for range c.IntN(25) {
		e.TimeEntries = append(e.TimeEntries, crm.TimeEntry{ID: fmt.Sprintf("e%d", c.IntN(40)), WorkedOn: cal.MustDate("2025-12-20").AddDays(c.IntN(260)), Person: c.of("Ana", "Ben", "Cleo", ""),
			Role: c.of("designer", "Designer", "strategist", "intern", ""), Minutes: c.between(1, 1440), Clause: c.of("", "", "", "team", "work", "wrok"), Deleted: c.oneIn(12)})
	}
	for range c.IntN(4) {
		from := cal.MustDate("2026-01-01").AddDays(c.IntN(200))
		e.MetricReadings = append(e.MetricReadings, crm.MetricReading{Metric: c.of("overage-approved", "overage-approved", "mql"), From: from, Through: from.AddDays(c.IntN(10)), Value: c.of("1", "2.5", "0", "-3", "0.001"), Broken: c.oneIn(10)})
	}
}

// The law of an account: no hour is made and none is lost.
func wantBalanced(t *rapid.T, a fees.HoursAccount, opening []fees.Lot, spent []fees.Spent) {
	t.Helper()
	var before, used, lapsed, rolled, carried, worked int64
	for _, l := range opening {
		before += l.Minutes
	}
	for _, l := range a.Lots {
		if l.Used < 0 || l.Lapsed < 0 || l.Carried < 0 || l.Minutes != l.Used+l.Lapsed+l.Carried {
			t.Errorf("a lot of %d: used %d, lapsed %d, carried %d", l.Minutes, l.Used, l.Lapsed, l.Carried)
		}
		used, lapsed, rolled = used+l.Used, lapsed+l.Lapsed, rolled+l.Carried
	}
	for _, l := range a.Carried {
		carried += l.Minutes
		if l.Minutes <= 0 || !l.Expires.After(a.InForce.To) {
			t.Errorf("carried on: %+v", l)
		}
	}
	for _, s := range spent {
		worked += s.Minutes
	}
	switch {
	case before+a.Base != a.Repaid+used+lapsed+rolled || rolled != carried:
		t.Errorf("%d before + %d earned is not %d repaid + %d used + %d lapsed + %d carried (%d)", before, a.Base, a.Repaid, used, lapsed, rolled, carried)
	case a.Worked != worked || a.Worked != used+a.Over || a.Used() != used || a.AtHand() != before+a.Base-a.Repaid:
		t.Errorf("%d worked (%d) is not %d used + %d over", a.Worked, worked, used, a.Over)
	case a.Over < 0 || a.Repaid < 0 || a.Rest < 0 || a.Owed < 0 || a.Repaid+a.Rest > a.Debt:
		t.Errorf("negative, or more repaid than owed: %+v", a)
	}
}

func TestAccountsOfHoursLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		cycle := cal.MonthlyOn(1 + c.IntN(31))
		start := cycle.Index(cal.MustDate("2026-01-10"))
		r := fees.HoursRules{BaseFirst: c.oneIn(2), CarryDebt: c.oneIn(2), BillRest: c.oneIn(2)}
		if r.CarryDebt && r.BillRest && c.oneIn(2) {
			r.StartsWith = c.between(1, 400)
		}
		rolls, balance, limit, periods := c.oneIn(2), c.oneIn(2), c.between(0, 900), 1+c.IntN(3)
		var lots []fees.Lot
		var debt, worked, covered, billed, owedBefore int64
		for k := range 8 {
			fee := cycle.At(start + k)
			r.Last = k == 7
			r.Roll = nil
			if rolls {
				r.Roll = &fees.RollRule{Balance: balance, Expires: cycle.Start(start + k + 1 + periods)}
				if c.oneIn(4) {
					r.Roll.Expires = fee.To.AddDays(c.IntN(40))
				}
				if !c.oneIn(4) {
					r.Roll.Cap = &limit
				}
			}
			var spent []fees.Spent
			for range c.IntN(6) {
				spent = append(spent, fees.Spent{Day: fee.From.AddDays(c.IntN(fee.Days())), Minutes: c.between(0, 600)})
			}
			base := c.between(0, 1200)
			a := fees.Account(fee, fee, base, lots, debt, spent, r)
			wantBalanced(t, a, lots, spent)
			if again := fees.Account(fee, fee, base, lots, debt, shuffled(c, spent), r); again.Over != a.Over || again.Owed != a.Owed {
				t.Errorf("the order of a day's entries changes what is over: %d, %d", a.Over, again.Over)
			}
			if r.Roll != nil && r.Roll.Cap != nil && r.Roll.Balance {
				var all int64
				for _, l := range a.Carried {
					all += l.Minutes
				}
				if len(a.Carried) > 0 && a.Carried[len(a.Carried)-1].Earned == fee && all > limit {
					t.Errorf("%d carried on above the cap of %d", all, limit)
				}
			}
			if r.CarryDebt && a.Debt != owedBefore {
				t.Errorf("%d owed, then %d brought forward", owedBefore, a.Debt)
			}
			worked += a.Worked
			covered += a.Used() + a.Repaid
			billed += a.Rest
			if !r.CarryDebt || r.Last && r.BillRest {
				billed += a.Over
			}
			lots, debt, owedBefore = a.Carried, a.Owed, a.Owed
		}
		if worked != covered+billed+debt {
			t.Errorf("%d worked is not %d covered + %d billed + %d owed", worked, covered, billed, debt)
		}
	})
}

// Using the oldest hours first never leaves more over than using the period's own first: 1,000 against 2,600 in the worked example.
func TestOldestFirstNeverCostsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		cycle := cal.MonthlyOn(1)
		start := cycle.Index(cal.MustDate("2026-01-10"))
		base, limit := c.between(0, 1200), c.between(0, 900)
		var over [2]int64
		var lots [2][]fees.Lot
		for k := range 8 {
			fee := cycle.At(start + k)
			spent := []fees.Spent{{Day: fee.From, Minutes: c.between(0, 2400)}}
			for i := range 2 {
				a := fees.Account(fee, fee, base, lots[i], 0, spent, fees.HoursRules{BaseFirst: i == 1, Roll: &fees.RollRule{Cap: &limit, Expires: cycle.Start(start + k + 2)}})
				over[i] += a.Over
				lots[i] = a.Carried
			}
		}
		if over[0] > over[1] {
			t.Errorf("oldest first %d, base first %d", over[0], over[1])
		}
	})
}

// Through months that are locked one after the other, with entries that come when they like, each entry is counted once at most and what is
// counted never depends on the part of the facts that is kept.
func TestEachEntryCountsOnceEver(t *testing.T) {
	all := agreements(t)
	all = slices.DeleteFunc(all, func(a contract.Agreement) bool {
		return !slices.ContainsFunc(a.First().Clauses, contract.CountsHours)
	})
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		var everything crm.Evidence
		c.timeEntries(&everything)
		c.timeEntries(&everything)
		var settled []fees.SettledStatement
		times := map[string]int{}
		for m := (cal.Month{Year: 2026, Month: 1}); m.Month <= 8; m = m.Next() {
			known := everything
			known.TimeEntries = slices.DeleteFunc(slices.Clone(everything.TimeEntries), func(crm.TimeEntry) bool { return c.oneIn(3) })
			f := fees.Facts{Period: m.Period(), Evidence: known, Settled: settled}
			s, _ := fees.Draft(a, f, longAfter)
			wantSound(t, a, s)
			locked := !c.oneIn(5) || len(settled) > 0
			for _, l := range s.Lines {
				if l.Basis.Hours != nil && locked {
					for _, e := range l.Basis.Hours.Entries {
						if times[l.Clause+e.ID]++; times[l.Clause+e.ID] > 1 {
							t.Errorf("%s: entry %s counts again in %s", l.Clause, e.ID, m)
						}
					}
				}
				if l.Kind == fees.KindOverage && l.Amount.Minor < 0 || l.Kind == fees.KindHours && l.Amount.Minor != 0 {
					t.Errorf("%s: %s", l.Text, l.Amount)
				}
			}
			if locked {
				settled = append(settled, fees.Settle(m.String(), s, nil))
			}
		}
	})
}

// The work of a month never costs more than its cap, whenever its entries come.
func TestHourlyCapHoldsOverAllStatements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := agreementNamed(t, "hourly-cap-and-late-entries")
		var everything crm.Evidence
		for i := range 12 {
			everything.TimeEntries = append(everything.TimeEntries, crm.TimeEntry{ID: fmt.Sprint(i), WorkedOn: cal.MustDate("2026-03-01").AddDays(c.IntN(60)), Person: "Ana", Role: "designer", Minutes: c.between(1, 300)})
		}
		var settled []fees.SettledStatement
		sum := map[cal.Period]int64{}
		for m := (cal.Month{Year: 2026, Month: 3}); m.Month <= 8; m = m.Next() {
			known := crm.Evidence{Snapshot: everything.Snapshot}
			if m.Month < 8 {
				known.TimeEntries = slices.DeleteFunc(slices.Clone(everything.TimeEntries), func(crm.TimeEntry) bool { return c.oneIn(2) })
			}
			s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: known, Settled: settled}, longAfter)
			wantSound(t, a, s)
			for _, l := range s.Lines {
				sum[l.Basis.Hours.Window] += l.Amount.Minor
			}
			settled = append(settled, fees.Settle(m.String(), s, nil))
		}
		var minutes = map[cal.Period]int64{}
		for _, e := range everything.TimeEntries {
			minutes[cal.MonthOf(e.WorkedOn).Period()] += e.Minutes
		}
		for month, got := range sum {
			want := min(int64(100_000), money.MulDiv(minutes[month], 15_000, 60, money.HalfUp))
			if diff := got - want; diff > 6 || diff < -6 || got > 100_000 { // each statement rounds its part
				t.Errorf("%s costs %d, want %d", month, got, want)
			}
		}
	})
}

// In whatever parts minutes come, a unit of work counts what it would count in one.
func TestTimeIsRoundedOnceForEachUnit(t *testing.T) {
	a := agreementNamed(t, "hourly-person-month")
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		var e crm.Evidence
		var worked int64
		for i := range 1 + c.IntN(8) {
			minutes := c.between(1, 200)
			worked += minutes
			e.TimeEntries = append(e.TimeEntries, crm.TimeEntry{ID: fmt.Sprint(i), WorkedOn: cal.MustDate("2026-03-01").AddDays(c.IntN(31)), Person: "Ana", Role: "designer", Minutes: minutes})
		}
		s, _ := fees.Draft(a, fees.Facts{Period: cal.Month{Year: 2026, Month: 3}.Period(), Evidence: e}, longAfter)
		if want := (worked + 59) / 60 * 9000; s.Total.Minor != want {
			t.Errorf("%d minutes cost %s, want %d", worked, s.Total, want)
		}
	})
}
