package fees_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// wantTruedUp holds an agreement to the law of corrections: months that are locked from whatever each import said, and the others drafted from the
// last, come together to what the last import alone gives, but for a unit of rounding a line. All that happens lies before September.
func wantTruedUp(t *rapid.T, c chance, a contract.Agreement, known func() crm.Snapshot) {
	t.Helper()
	wantTruedUpWith(t, c, a, 6, known)
}

// wantTruedUpWith leaves one month of so many unlocked; 0: none.
func wantTruedUpWith(t *rapid.T, c chance, a contract.Agreement, gaps int, known func() crm.Snapshot) {
	t.Helper()
	final := crm.Evidence{Snapshot: known()}
	var settled, alone []fees.SettledStatement
	var paid, fresh, lines int64
	september := cal.Month{Year: 2026, Month: 9}
	lock := func(m cal.Month, e crm.Evidence) {
		f := fees.Facts{Period: m.Period(), Evidence: e, Settled: shuffled(c, settled)}
		want, s := drafted(t, a, f)
		wantSound(t, a, s)
		if got, _ := drafted(t, a, fees.Used(a, f)); !bytes.Equal(got, want) {
			t.Errorf("the part that is used gives another statement:\n%s\n%s", want, got)
		}
		if c.oneIn(20) {
			frozen, err := pack.Freeze(a, f, longAfter)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := frozen.Document.Encode(); !bytes.Equal(got, want) {
				t.Errorf("the pack computes otherwise:\n%s\n%s", want, got)
			}
		}
		settled = append(settled, fees.Settle("s"+m.String(), s, nil))
		paid += s.Total.Minor
		lines += int64(len(s.Lines))
	}
	for _, m := range fees.MonthsBetween(cal.Month{Year: 2026, Month: 1}, cal.Month{Year: 2026, Month: 8}) {
		if gaps == 0 || !c.oneIn(gaps) { // a month that nobody locked is drafted after the last import
			lock(m, crm.Evidence{Snapshot: known()})
		}
	}
	for _, m := range fees.MonthsBetween(cal.Month{Year: 2026, Month: 1}, september) {
		s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: final, Settled: alone}, longAfter)
		for _, l := range s.Lines {
			if l.Kind == fees.KindCorrection || l.Kind == fees.KindSpendCorrection {
				t.Fatalf("evidence that never changed is corrected: %s %s", l.Text, l.Amount)
			}
		}
		alone = append(alone, fees.Settle("a"+m.String(), s, nil))
		fresh += s.Total.Minor
		lines += int64(len(s.Lines))
		if !isSettled(settled, m.Period()) {
			lock(m, final)
		}
	}
	if off := paid - fresh; off > lines || off < -lines {
		t.Errorf("paid to date with corrections %d, owed by the last import %d (%d lines)", paid, fresh, lines)
	}
	again, _ := fees.Draft(a, fees.Facts{Period: september.Next().Period(), Evidence: final, Settled: settled}, longAfter)
	for _, l := range again.Lines {
		if l.Kind == fees.KindCorrection || l.Kind == fees.KindSpendCorrection {
			t.Errorf("corrected again: %s %s", l.Text, l.Amount)
		}
	}
}

// restatedDay is a day of the first eight months of 2026.
func (c chance) restatedDay() cal.Date { return cal.MustDate("2026-01-01").AddDays(c.IntN(240)) }

// Whatever was said of spend when each month was locked, media, its commission and mark-up come to what was bought: rows change their amount, day,
// vendor and category, and are deleted.
func TestSpendIsTruedUpToWhatWasBought(t *testing.T) {
	var all []contract.Agreement
	for _, name := range []string{"commission-of-gross-from-net", "spend-moved-to-another-clause", "pass-through-by-vendor", "markup-on-gross-and-commission", "rebate-shown-as-returned", "commission-amended-in-the-month", "not-to-exceed-over-the-term", "spend-moved-to-a-version-that-bills-more"} {
		all = append(all, agreementNamed(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		var categories []string
		for _, clause := range a.First().Clauses {
			if buys, _, ok := contract.Buys(clause); ok {
				categories = append(append(categories, buys.Categories...), buys.NotCounted...)
			}
		}
		wantTruedUp(t, c, a, func() (s crm.Snapshot) {
			for i := range 6 {
				net := c.between(-90_000, 900_000)
				row := crm.Spend{ID: fmt.Sprintf("s%d", i), SpentOn: c.restatedDay(), Vendor: c.of("Paper", "Radio"), Category: c.of(categories...), Net: money.New(net, "USD"), NetKnown: true, Deleted: c.oneIn(8)}
				if c.oneIn(2) {
					row.Gross, row.GrossKnown = money.New(money.MulDiv(net, 100, 85, money.HalfUp), "USD"), true
				}
				s.Spend = append(s.Spend, row)
			}
			return s
		})
	})
}

// Misses that are withdrawn, excused, moved to another day or said of another target move the credit of their month both ways.
func TestServiceCreditsAreTruedUpToTheMissesThatCount(t *testing.T) {
	all := []contract.Agreement{agreementNamed(t, "service-credit-of-late-misses"), agreementNamed(t, "service-credit-by-target-and-limit"), agreementNamed(t, "service-credit-highest-rung")}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		var targets []string
		for _, clause := range a.First().Clauses {
			if s, ok := clause.(contract.ServiceCredits); ok {
				targets = append(append(targets, s.Targets...), s.NotCounted...)
			}
		}
		wantTruedUp(t, c, a, func() (s crm.Snapshot) {
			for i := range 40 {
				s.SLAMisses = append(s.SLAMisses, crm.SLAMiss{ID: fmt.Sprintf("m%d", i), MissedOn: cal.MustDate("2026-01-01").AddDays(c.IntN(100)), Target: c.of(targets...), Excused: c.oneIn(5), Deleted: c.oneIn(6)})
			}
			return s
		})
	})
}

// Whatever the timesheet said when each month was locked, work that is paid by the hour comes to what was worked: minutes, days, roles and clauses
// change, and entries are deleted.
func TestWorkIsTruedUpToTheTimesheet(t *testing.T) {
	var all []contract.Agreement
	for _, name := range []string{"hourly-person-month", "hourly-fifty-minutes", "hourly-rounded-once", "hourly-at-least", "hourly-cap-and-late-entries"} {
		all = append(all, agreementNamed(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		clause := a.First().Clauses[0].(contract.Hourly)
		days := map[string]cal.Date{} // the work of a month with a cap stays in its month
		wantTruedUp(t, c, a, func() (s crm.Snapshot) {
			for i := range 8 {
				e := crm.TimeEntry{ID: fmt.Sprintf("e%d", i), WorkedOn: c.restatedDay(), Person: c.of("Ana", "Ben"), Role: clause.Rates[c.IntN(len(clause.Rates))].Role, Minutes: c.between(1, 600), Deleted: c.oneIn(8)}
				if clause.Cap.Set {
					if days[e.ID].IsZero() {
						days[e.ID] = e.WorkedOn
					}
					e.WorkedOn = days[e.ID]
				}
				s.TimeEntries = append(s.TimeEntries, e)
			}
			return s
		})
	})
}

// Whatever the timesheet said of its entries when each fee period was closed, the hours, their overage and their reconciliation come to what it says
// last: minutes change and entries are deleted.
func TestHoursOfARetainerAreTruedUpToTheTimesheet(t *testing.T) {
	var all []contract.Agreement
	for _, name := range []string{"hours-rollover-oldest-first", "hours-rollover-base-first", "hours-rollover-cap-on-balance", "hours-debt-carried", "hours-debt-carried-to-the-end", "hours-overage", "hours-reconciled-excess",
		"hours-reconciled-whole", "hours-reconciled-credit", "hours-reconciled-bill-only", "hours-rounded-by-person-day", "hours-prorated-and-carried"} {
		all = append(all, agreementNamed(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		var entries []crm.TimeEntry
		for i := range 25 {
			entries = append(entries, crm.TimeEntry{ID: fmt.Sprintf("e%d", i), WorkedOn: c.restatedDay(), Person: c.of("Ana", "Ben"), Role: "designer", Clause: "team"})
		}
		last := true
		wantTruedUpWith(t, c, all[c.IntN(len(all))], 0, func() (s crm.Snapshot) {
			for _, e := range entries {
				e.Minutes, e.Deleted = c.between(1, 1440), last && c.oneIn(6)
				s.TimeEntries = append(s.TimeEntries, e)
			}
			last = false
			return s
		})
	})
}

// restatedCorrected is an agreement in which every version says that what is restated is corrected.
func restatedCorrected(t testing.TB, name, before string) contract.Agreement {
	t.Helper()
	a := agreementNamed(t, name)
	a.Versions = slices.Clone(a.Versions)
	for i, v := range a.Versions {
		terms, err := contract.Parse([]byte(strings.Replace(v.Source, before, "    restated: corrected\n"+before, 1)))
		if err != nil {
			t.Fatal(err)
		}
		a.Versions[i] = terms
	}
	return a
}

// Whatever was said of leads when each month was locked, they come to what is said last: they are accepted, rejected, disputed, ruled on, deleted,
// and turn out to be delivered before or on another day.
func TestResultsAreTruedUpWhereTheContractSaysSo(t *testing.T) {
	var all []contract.Agreement
	for _, name := range []string{"lead-dispute-denied-with-fee", "lead-duplicates", "lead-duplicates-since-latest", "lead-amendment-of-the-price", "lead-silence-rejects"} {
		all = append(all, restatedCorrected(t, name, "    cap: none"))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		wantTruedUp(t, c, all[c.IntN(len(all))], func() (s crm.Snapshot) {
			after := func(at time.Time, days int) time.Time {
				return at.Add(time.Duration(c.IntN(days*24*60)) * time.Minute).UTC()
			}
			for i := range 8 {
				l := crm.Lead{ID: fmt.Sprintf("l%d", i), DeliveredAt: after(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), 150), Key: c.of("a", "b", "c", "d"), Deleted: c.oneIn(10)}
				if c.oneIn(6) {
					l.RejectedAt = after(l.DeliveredAt, 9)
				}
				if c.oneIn(2) {
					l.AcceptedAt = after(l.DeliveredAt, 20)
				}
				if c.oneIn(2) {
					l.DisputedAt, l.Reason = after(l.DeliveredAt, 20), c.of("wrong number", "")
					l.Ruling, l.RuledAt = crm.LeadRuling(c.of("upheld", "denied")), after(l.DisputedAt, 20)
				}
				s.Leads = append(s.Leads, l)
			}
			return s
		})
	})
}

// Whatever was said of hand-overs when each month was locked, milestones come to what is said last: deliveries are accepted, returned, deleted, and bring
// another part or belong to another milestone.
func TestMilestonesAreTruedUpToTheDeliveries(t *testing.T) {
	all := []contract.Agreement{agreementNamed(t, "milestone-by-part"), agreementNamed(t, "milestone-bonus"), agreementNamed(t, "milestone-whole-only"), agreementNamed(t, "milestone-silence-leaves-open")}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		list := a.First().Clauses[0].(contract.Milestones).List
		wantTruedUp(t, c, a, func() (s crm.Snapshot) {
			for i := range 6 {
				d := crm.Delivery{ID: fmt.Sprintf("h%d", i), Milestone: list[c.IntN(min(2, len(list)))].Name, DeliveredOn: cal.MustDate("2026-01-01").AddDays(c.IntN(200)), Part: c.of("", "50 %", "50 %", "33.333333333 %", "66 %"), Deleted: c.oneIn(8)}
				if list[0].Bonus.Set { // which deliveries were early is told where no more than the whole was delivered
					d.Milestone, d.Part, d.DeliveredOn = list[i%3].Name, "50 %", cal.MustDate("2026-03-10").AddDays(c.IntN(20))
				}
				switch c.IntN(3) {
				case 0:
					d.AcceptedOn = d.DeliveredOn.AddDays(c.IntN(20))
				case 1:
					d.ReturnedOn = d.DeliveredOn.AddDays(c.IntN(20))
				}
				s.Deliveries = append(s.Deliveries, d)
			}
			return s
		})
	})
}
