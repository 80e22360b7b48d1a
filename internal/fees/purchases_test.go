package fees_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// purchases adds spend and missed promises of the year, such as nobody would state among them.
func (c chance) purchases(e *crm.Evidence) {
	day := func() cal.Date { return cal.MustDate("2025-12-15").AddDays(c.IntN(250)) }
	for range c.IntN(12) {
		s := crm.Spend{ID: fmt.Sprintf("s%d", c.IntN(15)), SpentOn: day(), Vendor: c.of("", "Paper", "paper "), Category: c.of("media", "media", "Media", "ad-tech", "production", "other"), Deleted: c.oneIn(15)}
		s.NetKnown, s.GrossKnown = !c.oneIn(4), c.oneIn(2)
		s.Net = money.New(c.between(-500_000, 9_000_000), money.Currency(c.of("USD", "USD", "USD", "USD", "USD", "EUR")))
		s.Gross = money.New(s.Net.Minor+c.between(-9, 900_000), s.Net.Currency)
		e.Spend = append(e.Spend, s)
	}
	for range c.IntN(25) {
		e.SLAMisses = append(e.SLAMisses, crm.SLAMiss{ID: fmt.Sprintf("m%d", c.IntN(40)), MissedOn: day(), Target: c.of("first-response", "first-response", "first-response", "", "launch"), Excused: c.oneIn(5), Deleted: c.oneIn(15)})
	}
}

// agreementOfExample is the contract of a worked example.
func agreementOfExample(t testing.TB, name string) contract.Agreement {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == "contract.yaml" {
			terms, err := contract.Parse(f.Data)
			if err != nil {
				t.Fatal(err)
			}
			a, err := contract.NewAgreement(terms)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
	}
	t.Fatal("no contract")
	return contract.Agreement{}
}

// Whatever is known when, and whichever months are locked: each row is charged once, so that all months together charge the cost and the
// exact commission of each row once, but for the rounding of each line.
func TestEachRowOfSpendIsChargedOnce(t *testing.T) {
	a := agreementOfExample(t, "commission-of-gross-from-net")
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		var rows []crm.Spend
		known := map[string]int{} // the month in which the row becomes known
		for i := range 1 + c.IntN(9) {
			s := crm.Spend{ID: fmt.Sprintf("s%d", i), SpentOn: cal.MustDate("2026-01-01").AddDays(c.IntN(180)), Category: "media", Net: money.New(c.between(-90_000, 900_000), "USD"), NetKnown: true}
			rows, known[s.ID] = append(rows, s), int(s.SpentOn.Month())+c.IntN(3)
		}
		charged := map[string]map[fees.LineKind]int{}
		var cost, commission int64
		var settled []fees.SettledStatement
		lines := 0
		for m := 1; m <= 9; m++ {
			f := fees.Facts{Period: cal.Month{Year: 2026, Month: time.Month(m)}.Period(), Settled: shuffled(c, settled)}
			for _, s := range rows {
				if known[s.ID] <= m {
					f.Evidence.Spend = append(f.Evidence.Spend, s)
				}
			}
			s, _ := fees.Draft(a, f, longAfter)
			wantSound(t, a, s)
			for _, l := range s.Lines {
				lines++
				for _, e := range l.Events {
					if charged[e] == nil {
						charged[e] = map[fees.LineKind]int{}
					}
					charged[e][l.Kind]++
				}
				if l.Kind == fees.KindSpend {
					cost += l.Amount.Minor
				} else {
					commission += l.Amount.Minor
				}
			}
			settled = append(settled, fees.Settle(fmt.Sprint(m), s, nil))
		}
		var net int64
		for _, s := range rows {
			net += s.Net.Minor
			if n := charged[s.ID]; n[fees.KindSpend] != 1 || n[fees.KindCommission] != 1 {
				t.Errorf("%s is charged %v times", s.ID, n)
			}
		}
		if cost != net {
			t.Errorf("cost %d of %d", cost, net)
		}
		exact := new(big.Rat).Mul(big.NewRat(net, 1), big.NewRat(15, 85))
		if off := new(big.Rat).Sub(exact, big.NewRat(commission, 1)); new(big.Rat).Abs(off).Cmp(big.NewRat(int64(lines), 1)) > 0 {
			t.Errorf("commission %d, exactly %s", commission, exact.FloatString(2))
		}
	})
}

// Over any row of locked months the limits hold: what counts never exceeds the limit, and is all of it when more was earned.
func TestLimitsOverTheContractHold(t *testing.T) {
	a := agreementOfExample(t, "not-to-exceed-over-the-term")
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		var evidence crm.Evidence
		for i := range c.IntN(9) {
			evidence.Spend = append(evidence.Spend, crm.Spend{ID: fmt.Sprintf("s%d", i), SpentOn: cal.MustDate("2026-01-01").AddDays(c.IntN(180)), Category: c.of("media", "ad-tech"), Net: money.New(c.between(0, 90_000_00), "USD"), NetKnown: true})
		}
		var settled []fees.SettledStatement
		var counts, earned int64
		for m := 1; m <= 7; m++ {
			f := fees.Facts{Period: cal.Month{Year: 2026, Month: time.Month(m)}.Period(), Evidence: evidence, Settled: settled}
			s, _ := fees.Draft(a, f, longAfter)
			for _, l := range s.Lines {
				switch l.Kind {
				case fees.KindSpend:
				case fees.KindNotToExceed:
					counts += l.Amount.Minor
				default:
					counts, earned = counts+l.Amount.Minor, earned+l.Amount.Minor
				}
			}
			if want := min(earned, 310_000_00); counts != want {
				t.Errorf("after month %d: %d of %d earned, want %d", m, counts, earned, want)
			}
			if !c.oneIn(4) { // a month that is not locked counts as the evidence says
				settled = append(settled, fees.Settle(fmt.Sprint(m), s, nil))
			}
		}
	})
}

// life of a statement of an example's month whose lines were reviewed: the disputed are held over the lock, the others accepted.
func reviewed(t *testing.T, name string, months []string, disputed ...int) (fees.Statement, fees.Life, fees.Split) {
	t.Helper()
	a, statements := statementsOf(t, name, months)
	s := statements[len(statements)-1]
	events := []fees.Event{{Kind: fees.Submit}}
	for _, l := range s.Lines {
		kind := fees.Accept
		for _, no := range disputed {
			if l.No == no {
				kind = fees.Dispute
			}
		}
		events = append(events, fees.Event{Kind: kind, Line: l.No, Client: true})
	}
	events = append(events, fees.Event{Kind: fees.Lock})
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for i := range events {
		events[i].Seq, events[i].At = i+1, at
		if err := fees.Fold(s, a.First(), events[:i], at).Check(s, events[i]); err != nil {
			t.Fatal(err)
		}
	}
	open := fees.Fold(s, a.First(), events[:len(events)-1], at)
	return s, fees.Fold(s, a.First(), events, at), fees.Divide(s, open.Lines)
}

// statementsOf drafts the months of an example, each with those before it locked.
func statementsOf(t *testing.T, name string, months []string) (contract.Agreement, []fees.Statement) {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	a := agreementOfExample(t, name)
	var settled []fees.SettledStatement
	var out []fees.Statement
	for _, m := range months {
		facts, _, err := pack.ReadFacts(folder(filesOf(archive), m), a)
		if err != nil {
			t.Fatal(err)
		}
		month, err := cal.ParseMonth(m)
		if err != nil {
			t.Fatal(err)
		}
		facts.Period, facts.Settled = month.Period(), settled
		s, _ := fees.Draft(a, facts, longAfter)
		settled = append(settled, fees.Settle(m, s, nil))
		out = append(out, s)
	}
	return a, out
}

func filesOf(archive *txtar.Archive) map[string]string {
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// April of not-to-exceed-over-the-term: 225,000.00 were charged, 75,000.00 and 15,000.00 are, 5,000.00 are taken off. Without the disputed
// line there is room for all of the others, so the limit is computed again from what remains of the clauses that it covers.
func TestNotToExceedWithADisputedLine(t *testing.T) {
	months := []string{"2026-01", "2026-02", "2026-03", "2026-04"}
	for _, c := range []struct {
		disputed      []int
		payable, held string
	}{
		{nil, "85000.00", "0.00"},
		{[]int{1}, "15000.00", "70000.00"},
		{[]int{2}, "75000.00", "10000.00"},
		{[]int{1, 2}, "0.00", "85000.00"},
	} {
		s, life, split := reviewed(t, "not-to-exceed-over-the-term", months, c.disputed...)
		locked := fees.AtLock(s, life)
		if split.Payable.String() != c.payable || split.Held.String() != c.held || locked != split {
			t.Errorf("disputed %v: payable %s, held %s, at the lock %+v", c.disputed, split.Payable, split.Held, locked)
		}
	}
}

// March of minimum-topped-up: 8,000.00 and 4,500.00 of the minimum. A disputed fee is topped up, so that nothing of it is held; the minimum itself
// can be disputed.
func TestMinimumWithADisputedLine(t *testing.T) {
	months := []string{"2026-01", "2026-02", "2026-03"}
	for _, c := range []struct {
		disputed      []int
		payable, held string
	}{
		{nil, "12500.00", "0.00"}, {[]int{1}, "12500.00", "0.00"}, {[]int{2}, "8000.00", "4500.00"}, {[]int{1, 2}, "0.00", "12500.00"},
	} {
		_, _, split := reviewed(t, "minimum-topped-up", months, c.disputed...)
		if split.Payable.String() != c.payable || split.Held.String() != c.held {
			t.Errorf("disputed %v: payable %s, held %s", c.disputed, split.Payable, split.Held)
		}
	}
}

// What the agency gave up before the lock was not charged, so the limit has room for as much later.
func TestConcededLinesMakeRoomUnderALimit(t *testing.T) {
	a, statements := statementsOf(t, "not-to-exceed-over-the-term", []string{"2026-01", "2026-02", "2026-03", "2026-04"})
	april := statements[3]
	lines := make([]fees.LineLife, len(april.Lines))
	lines[0].State = fees.LineConceded // the retainer: 75,000.00
	var settled []fees.SettledStatement
	for i, s := range statements[:3] {
		settled = append(settled, fees.Settle(fmt.Sprint(i), s, nil))
	}
	settled = append(settled, fees.Settle("april", april, lines))
	s, _ := fees.Draft(a, fees.Facts{Period: cal.Month{Year: 2026, Month: time.May}.Period(), Settled: settled}, longAfter)
	if s.Total.String() != "70000.00" { // 225,000.00 + 15,000.00 were charged
		t.Errorf("May charges %s: %+v", s.Total, s.Lines)
	}
}

// January is drafted after February was locked, which had counted it as the evidence was: what was charged in February is not charged over.
func TestALimitCountsMonthsThatWereLockedOutOfOrder(t *testing.T) {
	a := agreementOfExample(t, "not-to-exceed-by-the-month-and-the-term") // 150,000.00 over the term
	draft := func(m time.Month, settled ...fees.SettledStatement) fees.Statement {
		s, _ := fees.Draft(a, fees.Facts{Period: cal.Month{Year: 2026, Month: m}.Period(), Settled: settled}, longAfter)
		return s
	}
	march := fees.Settle("march", draft(time.March), nil) // January and February as the evidence says: 120,000.00, so 30,000.00 are left
	january := draft(time.January, march)
	february := draft(time.February, march, fees.Settle("january", january, nil))
	if january.Total.String() != "60000.00" || february.Total.String() != "60000.00" {
		t.Errorf("January %s, February %s", january.Total, february.Total)
	}
	var sum int64
	for _, l := range march.Lines {
		sum += l.Minor
	}
	if sum != 30_000_00 {
		t.Errorf("March %d", sum)
	}
}
