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
)

// leads of the first months of 2026, some of them before the contract, each with a plausible course of things.
func (c chance) leads() []crm.Lead {
	var out []crm.Lead
	after := func(at time.Time, days int) time.Time {
		return at.Add(time.Duration(c.IntN(days*24*60)) * time.Minute).UTC()
	}
	for i := range c.IntN(14) {
		l := crm.Lead{ID: fmt.Sprintf("l%d", i), DeliveredAt: after(time.Date(2025, 12, 28, 0, 0, 0, 0, time.UTC), 130), Key: c.of("", "a", "b", "c", "d"), Clause: c.of("", "", "leads", "nothing"), Deleted: c.oneIn(20)}
		if c.oneIn(6) {
			l.RejectedAt = after(l.DeliveredAt, 9)
		}
		if c.oneIn(2) {
			l.AcceptedAt = after(l.DeliveredAt, 20)
		}
		if c.oneIn(2) {
			l.DisputedAt, l.Reason = after(l.DeliveredAt, 45), c.of("wrong number", "")
			if !c.oneIn(3) {
				l.Ruling, l.RuledAt = crm.LeadRuling(c.of("upheld", "denied")), after(l.DisputedAt, 40)
			}
		}
		out = append(out, l)
	}
	return out
}

// deliveries of an agreement's milestones, most of them of the last, and some of none.
func (c chance) deliveries(a contract.Agreement) []crm.Delivery {
	list := a.First().Clauses[0].(contract.Milestones).List
	names := []string{"nothing", strings.ToUpper(list[0].Name)}
	for range 3 {
		names = append(names, list[len(list)-1].Name)
	}
	var out []crm.Delivery
	for i := range c.IntN(14) {
		d := crm.Delivery{ID: fmt.Sprintf("h%d", i), Milestone: c.of(names...), DeliveredOn: cal.MustDate("2025-12-25").AddDays(c.IntN(140)),
			Part: c.of("", "50 %", "50 %", "33.333333333 %", "0.1 %", "66 %"), Deleted: c.oneIn(20)}
		switch c.IntN(3) {
		case 0:
			d.AcceptedOn = d.DeliveredOn.AddDays(c.IntN(30))
		case 1:
			d.ReturnedOn = d.DeliveredOn.AddDays(c.IntN(30))
		}
		out = append(out, d)
	}
	return out
}

// some of the rows: what an import knew.
func some[T any](c chance, rows []T) []T {
	return slices.DeleteFunc(slices.Clone(rows), func(T) bool { return c.oneIn(5) })
}

// year drafts and locks the months in the order given, each from the evidence that is known then, and gives all lines that were locked.
func year(t *rapid.T, a contract.Agreement, months []int, evidence func() crm.Evidence) ([]fees.Line, []fees.SettledStatement) {
	var lines []fees.Line
	var settled []fees.SettledStatement
	for _, m := range months {
		f := fees.Facts{Period: cal.Month{Year: 2026, Month: time.Month(m)}.Period(), Evidence: evidence(), Settled: settled}
		want, s := drafted(t, a, f)
		wantSound(t, a, s)
		if got, _ := drafted(t, a, fees.Used(a, f)); !bytes.Equal(got, want) {
			t.Errorf("the part that is used gives another statement:\n%s\n%s", want, got)
		}
		mixed := f
		mixed.Evidence.Leads, mixed.Evidence.Deliveries, mixed.Settled = slices.Clone(f.Evidence.Leads), slices.Clone(f.Evidence.Deliveries), slices.Clone(settled)
		slices.Reverse(mixed.Evidence.Leads)
		slices.Reverse(mixed.Evidence.Deliveries)
		slices.Reverse(mixed.Settled)
		if got, _ := drafted(t, a, mixed); !bytes.Equal(got, want) {
			t.Errorf("the order of the facts changes the statement:\n%s\n%s", want, got)
		}
		lines = append(lines, s.Lines...)
		settled = append(settled, fees.Settle(fmt.Sprintf("s%d", m), s, nil))
	}
	return lines, settled
}

// TestALeadIsBilledOnceEver: in whatever order months are locked, and whatever each import knew, no lead is billed, credited or charged its fee
// twice, and nothing is credited that was not billed.
func TestALeadIsBilledOnceEver(t *testing.T) {
	all := []contract.Agreement{agreementNamed(t, "lead-dispute-denied-with-fee"), agreementNamed(t, "lead-duplicates"), agreementNamed(t, "lead-cap"), agreementNamed(t, "lead-amendment-of-the-price"), agreementNamed(t, "lead-after-the-end")}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		leads := c.leads()
		lines, _ := year(t, a, shuffled(c, []int{1, 2, 3, 4, 5, 6, 7}), func() crm.Evidence { return crm.Evidence{Snapshot: crm.Snapshot{Leads: some(c, leads)}} })
		seen := map[string]int{}
		for _, l := range lines {
			for _, e := range l.Events {
				group := map[fees.LineKind]string{fees.KindResultFree: "result"}[l.Kind]
				if group == "" {
					group = string(l.Kind)
				}
				seen[group+" "+e]++
			}
		}
		for what, n := range seen {
			if n > 1 {
				t.Errorf("%s: %d times", what, n)
			}
		}
		for _, lead := range leads {
			if seen["result-credit "+lead.ID] > seen["result "+lead.ID] {
				t.Errorf("%s was credited and not billed", lead.ID)
			}
		}
	})
}

// TestWhenALeadBecomesKnownDoesNotChangeWhatIsOwed: months that are locked in order owe together the same, whether a lead was known at once or later,
// except for what was disputed after a month could have billed it.
func TestWhenALeadBecomesKnownDoesNotChangeWhatIsOwed(t *testing.T) {
	all := []contract.Agreement{agreementNamed(t, "lead-disputed-after-invoice"), agreementNamed(t, "lead-amendment-of-the-price"), agreementNamed(t, "lead-after-the-end")}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		leads := c.leads()
		for i := range leads {
			leads[i].Clause = "leads"
			if leads[i].Ruling == "" {
				leads[i].DisputedAt = time.Time{} // what waits for a ruling is billed or not by when it was known
			}
		}
		months := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
		total := func(lines []fees.Line) (sum int64) {
			for _, l := range lines {
				sum += l.Amount.Minor
			}
			return sum
		}
		at := 0
		atOnce, _ := year(t, a, months, func() crm.Evidence { return crm.Evidence{Snapshot: crm.Snapshot{Leads: leads}} })
		later, _ := year(t, a, months, func() crm.Evidence {
			if at++; at == len(months) {
				return crm.Evidence{Snapshot: crm.Snapshot{Leads: leads}}
			}
			return crm.Evidence{Snapshot: crm.Snapshot{Leads: some(c, leads)}}
		})
		if total(atOnce) != total(later) {
			t.Errorf("known at once %d, known later %d", total(atOnce), total(later))
		}
	})
}

// TestAMilestonePaysAtMostItsAmount in whatever order months are locked, and whatever each import knew; parts that make the whole pay it to the cent.
func TestAMilestonePaysAtMostItsAmount(t *testing.T) {
	rounding := func(a contract.Agreement, c chance) contract.Agreement {
		a.Versions = slices.Clone(a.Versions)
		text := bytes.Replace([]byte(a.Versions[0].Source), []byte("half-up"), []byte(c.of("half-up", "up", "down", "floor", "ceiling", "half-even")), 1)
		terms, err := contract.Parse(text)
		if err != nil {
			panic(err)
		}
		a.Versions[0] = terms
		return a
	}
	all := []contract.Agreement{agreementNamed(t, "milestone-by-part"), agreementNamed(t, "milestone-bonus"), agreementNamed(t, "milestone-whole-only"), agreementNamed(t, "milestone-silence-leaves-open")}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := rounding(all[c.IntN(len(all))], c)
		deliveries, vanishing := c.deliveries(a), c.oneIn(2)
		lines, _ := year(t, a, shuffled(c, []int{1, 2, 3, 4, 5, 6, 7}), func() crm.Evidence {
			if vanishing {
				return crm.Evidence{Snapshot: crm.Snapshot{Deliveries: some(c, deliveries)}}
			}
			return crm.Evidence{Snapshot: crm.Snapshot{Deliveries: deliveries}}
		})
		paid, bonus := map[string]int64{}, map[string]int64{}
		for _, l := range lines {
			of := strings.Fields(l.Events[0])
			if l.Kind == fees.KindCorrection {
				of = strings.Fields(l.Events[1])
				of[0], of[1] = of[1], of[0]
			}
			switch {
			case l.Kind == fees.KindMilestoneBonus || len(of) > 1 && of[1] == "milestone-bonus":
				bonus[of[0]] += l.Amount.Minor
			default:
				paid[of[0]] += l.Amount.Minor
			}
		}
		for _, stone := range a.First().Clauses[0].(contract.Milestones).List {
			if paid[stone.Name] < 0 || paid[stone.Name] > stone.Amount.Minor || bonus[stone.Name] < 0 || bonus[stone.Name] > stone.Bonus.Amount.Minor {
				t.Errorf("%s pays %d of %s and the bonus %d of %s", stone.Name, paid[stone.Name], stone.Amount, bonus[stone.Name], stone.Bonus.Amount)
			}
			if !vanishing && bonus[stone.Name] > 0 && paid[stone.Name] != stone.Amount.Minor {
				t.Errorf("%s pays a bonus and %d of %s", stone.Name, paid[stone.Name], stone.Amount)
			}
		}
	})
}

// TestResultsPassThroughAPack: what a pack freezes computes the same again.
func TestResultsPassThroughAPack(t *testing.T) {
	leads, stones := agreementNamed(t, "lead-cap"), agreementNamed(t, "milestone-bonus")
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := leads
		f := fees.Facts{Period: c.month(), Evidence: crm.Evidence{Snapshot: crm.Snapshot{Leads: c.leads()}}}
		if c.oneIn(2) {
			a, f.Evidence = stones, crm.Evidence{Snapshot: crm.Snapshot{Deliveries: c.deliveries(stones)}}
		}
		f.Settled = c.settled(a, f.Evidence, f.Period)
		frozen, err := pack.Freeze(a, f, longAfter)
		if err != nil {
			t.Fatal(err)
		}
		got, err := frozen.Document.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := drafted(t, a, f); !bytes.Equal(got, want) {
			t.Errorf("the pack computes otherwise:\n%s\n%s", want, got)
		}
	})
}
