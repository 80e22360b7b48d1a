package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// withServiceCredits promises an answer and gives back of the fee of 4,000.00 for answers that were missed.
const withServiceCredits = `  - service_credits: service
    base: [team]
    targets: [first-response]
    not_counted: []
    counted: together
    ladder: [5 misses = 5 %, 10 misses = 10 %]
    monthly_limit: 100 %
service_levels:
  hours:
    - {days: mon-fri, shifts: "09:00-12:00, 13:00-17:30"}
  other_days: []
  promises:
    - {promise: first-response, by: agency, until: response, urgent: 30 minutes, high: none, normal: 4 hours, low: none, around_the_clock: []}
  escalate: []
statements:
`

// asks opens so many requests that nobody answers.
func (o *office) asks(n int) {
	o.t.Helper()
	for range n {
		need(o.Work.Open(o.ctx, o.executive, workops.OpenInput{Client: o.client, Title: "Which accounts came back?", Category: "analytics", Priority: contract.Urgent,
			Brief: work.Answers{"question": "Which accounts came back?", "decision": "Whom we call."}}))(o.t)
	}
	need(o.Work.Tick(o.ctx))(o.t)
}

func (o *office) handsOverMisses(month string) int {
	o.t.Helper()
	return need(o.Work.HandOverMisses(o.ctx, o.owner, o.client, need(cal.ParseMonth(month))(o.t)))(o.t)
}

// excuses states in a file of evidence that a miss costs nothing.
func (o *office) excuses(miss, on string) {
	o.t.Helper()
	file := fmt.Sprintf("miss_id,missed_on,target,note,excused\n%s,%s,first-response,agreed by both,true\n", miss, on)
	need(o.CRM.Import(o.ctx, o.owner, crmops.ImportInput{Client: o.client, Filename: "excused-" + on + ".csv", Reader: strings.NewReader(file), Kind: crm.KindSLAMiss}))(o.t)
}

// locksStatement takes the newest draft of a month to its lock.
func (o *office) locksStatement(month string) {
	o.t.Helper()
	m := need(cal.ParseMonth(month))(o.t)
	id := need(o.Fees.Draft(o.ctx, o.owner, feesops.DraftInput{Contract: o.contract, Month: m}))(o.t).Statement.ID
	need(o.Fees.Submit(o.ctx, o.owner, feesops.SubmitInput{Statement: id}))(o.t)
	need(o.Fees.AcceptRest(o.ctx, o.executive, id))(o.t)
	need(o.Fees.Lock(o.ctx, o.owner, feesops.LockInput{Statement: id, Seen: -1}))(o.t)
}

// credit is the line of the service credit in minor units, and whether there is one.
func credit(s fees.Statement) (fees.Line, bool) {
	i := slices.IndexFunc(s.Lines, func(l fees.Line) bool { return l.Kind == fees.KindServiceCredit })
	if i < 0 {
		return fees.Line{}, false
	}
	return s.Lines[i], true
}

// Five misses in a month give 5 % of its fee: of 4,000.00 they give 200.00 back. Four give nothing. What is excused before the lock gives no credit, what is excused after
// it takes the credit back on the next statement, and no later hand-over undoes what was excused.
func TestMissedPromisesReachTheFee(t *testing.T) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			o := newOffice(t, database(t), strings.Replace(hoursContract, "statements:\n", withServiceCredits, 1))
			o.on("2026-03-02") // noon in New York
			o.asks(5)
			o.on("2026-03-03")
			if done := need(o.Work.Tick(o.ctx))(t); done.Missed != 5 {
				t.Fatalf("a tick after the time was over: %+v", done)
			}
			if again := need(o.Work.Tick(o.ctx))(t); again.Missed != 0 {
				t.Errorf("missed twice: %+v", again)
			}
			if _, err := o.Work.HandOverMisses(o.ctx, o.owner, o.client, need(cal.ParseMonth("2026-03"))(t)); err == nil {
				t.Error("the misses of a month that runs were handed over")
			}
			o.on("2026-04-02")
			if _, there := credit(o.drafts("2026-03")); there {
				t.Error("a credit before anything was handed over")
			}
			if n := o.handsOverMisses("2026-03"); n != 5 {
				t.Fatalf("%d misses", n)
			}
			l, _ := credit(o.drafts("2026-03"))
			if l.Amount.Minor != -20_000 || l.Clause != "service" || l.Text != "Service credit for March 2026" || l.Basis.Formula != "4,000.00 x -5 % = -200.00" || l.Basis.Clause == "" || len(l.Basis.Evidence) != 5 || l.Basis.Evidence[0].ID != "R-1/first-response" {
				t.Errorf("%d by %q under %q: %q\n%+v", l.Amount.Minor, l.Basis.Formula, l.Clause, l.Text, l.Basis)
			}
			o.excuses("R-1/first-response", "2026-03-02")
			if l, there := credit(o.drafts("2026-03")); there {
				t.Errorf("four misses give nothing, not %s", l.Amount.Format())
			}
			o.handsOverMisses("2026-03")
			if l, there := credit(o.drafts("2026-03")); there {
				t.Errorf("handed over again, the excused one costs %s", l.Amount.Format())
			}
		})
	}
}

// One miss is enough where the contract says so; excused after the lock, what was given is taken back where the next statement says it.
func TestACreditIsTakenBackWhenItsMissIsExcused(t *testing.T) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			text := strings.Replace(hoursContract, "statements:\n", withServiceCredits, 1)
			o := newOffice(t, database(t), strings.Replace(text, "5 misses = 5 %, 10 misses = 10 %", "1 misses = 5 %", 1))
			o.on("2026-01-05")
			o.asks(1)
			o.on("2026-02-02")
			o.handsOverMisses("2026-01")
			if l, _ := credit(o.drafts("2026-01")); l.Amount.Minor != -20_000 {
				t.Fatalf("%+v", l)
			}
			o.locksStatement("2026-01")
			o.on("2026-03-02")
			if l, there := credit(o.drafts("2026-02")); there {
				t.Errorf("February gives %s", l.Amount.Format())
			}
			o.excuses("R-1/first-response", "2026-01-05")
			l, _ := credit(o.drafts("2026-02"))
			if l.Amount.Minor != 20_000 || l.Text != "Service credit for January 2026, corrected" || len(l.Basis.Evidence) != 1 || !strings.HasSuffix(l.Basis.Evidence[0].Words, "excused") {
				t.Errorf("%d: %q\n%+v", l.Amount.Minor, l.Text, l.Basis)
			}
		})
	}
}
