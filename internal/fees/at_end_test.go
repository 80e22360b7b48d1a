package fees

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

const hoursClause = `  - retainer: team
    fee: 4,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
    includes: {hours: 20, partial_period: with-fee}
    round_time: none
    rollover: {partial_period: none, cap: 10 hours, cap_on: base, expires_after: 1 period, burn: BURN}
    deficit: billed
    overage: {rate: 200.00 per hour, approval: none-needed}
    alerts: none
    late_entries: next-open-period
    reconcile: none
`

const twoMonths = "length: 2 months"

// endsAfterFebruary is a retainer of two months in which 12 and 18 of 20 hours were worked, with its locked statements.
func endsAfterFebruary(t *testing.T, burn string, edits ...string) (contract.Agreement, []SettledStatement) {
	t.Helper()
	a := agreementOf(t, strings.Replace(hoursClause, "BURN", burn, 1), append([]string{"length: 12 months", twoMonths}, edits...)...)
	e := crm.Evidence{Snapshot: crm.Snapshot{TimeEntries: []crm.TimeEntry{
		{ID: "A", WorkedOn: cal.MustDate("2026-01-02"), Person: "p1", Minutes: 12 * 60, Clause: "team"},
		{ID: "B", WorkedOn: cal.MustDate("2026-02-02"), Person: "p1", Minutes: 18 * 60, Clause: "team"}}}}
	return a, lockedInOrder(a, e, "2026-01", "2026-02")
}

func lockedInOrder(a contract.Agreement, e crm.Evidence, months ...string) []SettledStatement {
	var out []SettledStatement
	for _, m := range months {
		s, _ := Draft(a, Facts{Period: month(m), Evidence: e, Settled: out}, asOf)
		out = append(out, Settle("st_"+m, s, nil))
	}
	return out
}

const (
	credits  = "notice: {period: 90 days, fee: full}\n  exit: {retainer_balance: credit}"
	forfeits = "notice: {period: 90 days, fee: full}\n  exit: {retainer_balance: forfeit}"
	noExit   = "notice: {period: 90 days, fee: full}"
)

// The hours of the domain reference: 12 and 18 of 20 hours, at most 10 carried on. Oldest first, 10 hours of February are left; base first, 2.
func TestTheRetainerBalanceOfOldestFirstAndBaseFirst(t *testing.T) {
	for burn, want := range map[string]string{"oldest-first": "-2000.00", "base-first": "-400.00"} {
		a, settled := endsAfterFebruary(t, burn, noExit, credits)
		got := BalanceAtEnd(a, settled)
		if got.Open != "" || got.Amount.String() != want || len(got.Rows) != 1 || got.Rows[0].Clause != "team" || got.Rows[0].Ref != "st_2026-02" {
			t.Errorf("%s: %+v, want %s", burn, got, want)
		}
	}
}

func TestTheRetainerBalanceFollowsTheContract(t *testing.T) {
	for name, c := range map[string]struct {
		edits  []string
		locked int
		open   string
		amount string
		rows   int
	}{
		"lost":                  {[]string{noExit, forfeits}, 2, "", "0.00", 1},
		"the contract is quiet": {nil, 2, "does not say whether USD 2,000.00", "-2000.00", 1},
		"a month is not locked": {[]string{noExit, credits}, 1, "no locked statement", "0.00", 0},
		"nothing is carried on": {[]string{noExit, credits, "rollover: {partial_period: none, cap: 10 hours, cap_on: base, expires_after: 1 period, burn: oldest-first}", "rollover: none"}, 2, "both sides have to say", "0.00", 0},
		"a cap of four hours":   {[]string{noExit, credits, "cap: 10 hours", "cap: 4 hours"}, 2, "", "-800.00", 1},
		"it includes no hours":  {[]string{"includes: {hours: 20, partial_period: with-fee}\n    round_time: none\n    rollover: {partial_period: none, cap: 10 hours, cap_on: base, expires_after: 1 period, burn: oldest-first}\n    deficit: billed\n    overage: {rate: 200.00 per hour, approval: none-needed}\n    alerts: none\n    late_entries: next-open-period\n    reconcile: none\n", "\n"}, 2, "", "0.00", 0},
	} {
		a, settled := endsAfterFebruary(t, "oldest-first", c.edits...)
		got := BalanceAtEnd(a, settled[:c.locked])
		if !strings.Contains(got.Open, c.open) || (c.open == "") != (got.Open == "") || got.Amount.String() != c.amount || len(got.Rows) != c.rows {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// However much was worked, what is given back is never more than what was charged, nor less than nothing.
func TestNoMoreIsGivenBackThanWasCharged(t *testing.T) {
	a := agreementOf(t, strings.Replace(hoursClause, "BURN", "oldest-first", 1), "length: 12 months", twoMonths, noExit, credits, "cap: 10 hours, cap_on: base", "cap: none", "1 period", "3 periods")
	rapid.Check(t, func(rt *rapid.T) {
		var e crm.Evidence
		worked := int64(0)
		for _, day := range []string{"2026-01-05", "2026-02-05"} {
			m := rapid.Int64Range(1, 30*60).Draw(rt, day)
			worked += m
			e.TimeEntries = append(e.TimeEntries, crm.TimeEntry{ID: day, WorkedOn: cal.MustDate(day), Person: "p1", Minutes: m, Clause: "team"})
		}
		settled := lockedInOrder(a, e, "2026-01", "2026-02")
		got := BalanceAtEnd(a, settled)
		if got.Open != "" || got.Amount.Minor > 0 || got.Amount.Minor < -2*4_000_00 {
			rt.Fatalf("%d minutes: %+v", worked, got)
		}
		var sum int64
		for _, r := range got.Rows {
			sum -= r.Amount.Minor
		}
		if sum != got.Amount.Minor {
			rt.Fatalf("rows give %d, the part is %d", sum, got.Amount.Minor)
		}
	})
}

func TestTheTailIsKnownWhenItIsOver(t *testing.T) {
	with := func(tail string) contract.Agreement {
		return agreementOf(t, strings.Replace(shareClause, "tail: none", "tail: "+tail, 1), "length: 12 months", twoMonths)
	}
	deals := []crm.Deal{{ID: "D1", CreatedAt: cal.MustDate("2026-01-10").Start(with("none").First().Zone)}, {ID: "D2", CreatedAt: cal.MustDate("2026-03-10").Start(with("none").First().Zone)},
		{ID: "D3", Closed: true, CreatedAt: cal.MustDate("2026-01-10").Start(with("none").First().Zone)}}
	if got := TailAtEnd(with("none"), deals, nil); got.Open != "" || !got.Amount.IsZero() {
		t.Errorf("no tail: %+v", got)
	}
	a := with("60 days") // to 29 April
	settled := lockedInOrder(a, crm.Evidence{}, "2026-01", "2026-02", "2026-03")
	got := TailAtEnd(a, deals, settled)
	if !strings.Contains(got.Open, "Apr 2026") || len(got.Rows) != 2 || !strings.HasSuffix(got.Rows[1].Text, ": 1") {
		t.Errorf("in the tail: %+v", got)
	}
	if got := TailAtEnd(a, deals, lockedInOrder(a, crm.Evidence{}, "2026-01", "2026-02", "2026-03", "2026-04")); got.Open != "" {
		t.Errorf("the tail is over: %+v", got)
	}
}

func TestTheReserveIsNothingOnlyWhenNothingCanBeTakenBack(t *testing.T) {
	e := evidence([3]string{"D1", "100,000.00", "2026-01-20"})
	for clawback, c := range map[string]struct{ open, row string }{
		"none": {}, "unlimited": {"USD 3,000.00", "however late"}, "10 days": {}, "180 days": {"USD 3,000.00", "until 30 Jul 2026 at the latest"},
	} {
		a := agreementOf(t, strings.Replace(shareClause, "clawback: unlimited", "clawback: "+clawback, 1), "length: 12 months", twoMonths)
		got := ReserveAtEnd(a, lockedInOrder(a, e, "2026-01", "2026-02"), cal.MustDate("2026-03-10"))
		if !strings.Contains(got.Open, c.open) || (c.open == "") != (got.Open == "") || c.row != "" && !strings.Contains(got.Rows[0].Text, c.row) {
			t.Errorf("%s: %+v", clawback, got)
		}
	}
}

func TestWhatIsBoughtIsOpenWhereAClauseIsAboutIt(t *testing.T) {
	without := agreementOf(t, shareClause, "length: 12 months", twoMonths)
	if c, m := BoughtAtEnd(without, nil); c.Open != "" || m.Open != "" || !c.Amount.IsZero() {
		t.Errorf("no clause: %+v, %+v", c, m)
	}
	with := agreementOf(t, "  - pass_through: media\n    categories: [media]\n    not_counted: []\n    vendor_commission: none\n    lines: by-category\n    other_currency: hold\n", "length: 12 months", twoMonths)
	spend := func(on, provider string) crm.Spend {
		return crm.Spend{ID: "S " + on + provider, SpentOn: cal.MustDate(on), Category: "media", Net: money.New(5_000_00, "USD"), NetKnown: true, Provider: provider}
	}
	c, m := BoughtAtEnd(with, []crm.Spend{spend("2026-02-28", ""), spend("2026-03-01", ""), spend("2026-03-01", "Brightline")})
	if c.Open == "" || m.Open == "" || len(c.Rows) != 1 || c.Rows[0].Amount.Minor != 5_000_00 {
		t.Errorf("a clause: %+v, %+v", c, m)
	}
}

// What is payable by clause is what is payable together, whatever is disputed or given up.
func TestPayableByClauseIsWhatIsPayable(t *testing.T) {
	a := agreementOf(t, strings.Replace(hoursClause, "BURN", "oldest-first", 1)+shareClause)
	s, _ := Draft(a, Facts{Period: month("2026-01"), Evidence: evidence([3]string{"D1", "100,000.00", "2026-01-20"}, [3]string{"D2", "50,000.00", "2026-01-21"})}, asOf)
	rapid.Check(t, func(rt *rapid.T) {
		lines := make([]LineLife, len(s.Lines))
		for i := range lines {
			lines[i].State = rapid.SampledFrom([]LineState{LineAccepted, LineDisputed, LineConceded}).Draw(rt, "state")
		}
		other, performance := PayableAtEnd("st", s, lines, a.Latest())
		var sum int64
		for _, r := range append(other, performance...) {
			sum += r.Amount.Minor
		}
		if want := Divide(s, lines).Payable.Minor; sum != want {
			rt.Fatalf("by clause %d, together %d", sum, want)
		}
	})
	other, performance := PayableAtEnd("st", s, make([]LineLife, len(s.Lines)), a.Latest())
	if len(other) != 1 || other[0].Amount.Minor != 4_000_00 || len(performance) != 1 || performance[0].Amount.Minor != 4_500_00 || performance[0].Clause != "share" {
		t.Errorf("fees %+v, performance %+v", other, performance)
	}
}
