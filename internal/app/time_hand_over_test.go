package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

// hoursContract includes 20 hours a month; at most 10 are carried into the next one, overage is 200.00 an hour.
const hoursContract = `contract: hours
version: 1
effective: 2026-01-01
parties: {client: Acme, agency: Northlight}
currency: USD
time_zone: America/New_York
rounding: half-up
calendar: {work_week: mon-fri, holidays: []}
term:
  start: 2026-01-01
  length: 12 months
  renewal: {kind: none}
  notice: {period: 90 days, fee: full}
clauses:
  - retainer: team
    fee: 4,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
    includes: {hours: 20, partial_period: with-fee}
    round_time: none
    rollover: {partial_period: none, cap: 10 hours, cap_on: base, expires_after: 1 period, burn: oldest-first}
    deficit: billed
    overage: {rate: 200.00 per hour, approval: none-needed}
    alerts: {warn: 80 %, soft: 110 %, hard: 130 %}
    late_entries: next-open-period
    reconcile: none
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

// office is a program with an agency, a client and a contract that includes hours.
type office struct {
	*Program
	t                        *testing.T
	ctx                      context.Context
	clock                    *demo.Clock
	client, contract         string
	owner, member, executive access.Actor
}

func newOffice(t *testing.T, database, text string) *office {
	t.Helper()
	var cfg Config
	if err := cfg.Load(nil); err != nil {
		t.Fatal(err)
	}
	cfg.Database, cfg.Files, cfg.Workspace, cfg.PublicURL = database, filepath.Join(t.TempDir(), "files"), dbtest.Workspace, "https://records.example.com"
	o := &office{t: t, clock: &demo.Clock{}}
	o.on("2025-12-01")
	p, err := openProgram(t.Context(), cfg, slog.New(slog.DiscardHandler), o.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	o.Program, o.ctx = p, db.WithWorkspace(t.Context(), dbtest.Workspace)
	made := need(p.Party.Bootstrap(o.ctx, partyops.BootstrapInput{Workspace: dbtest.Workspace, AgencyName: "Northlight", OwnerName: "Olga Owner", OwnerEmail: "olga@northlight.example"}))(t)
	o.owner = need(p.Party.ActorOf(o.ctx, made.Owner.ID, dbtest.Workspace))(t)
	acme := need(p.Party.CreateClient(o.ctx, o.owner, "Acme"))(t)
	o.client = acme.ID
	o.member = o.invited(made.Agency.ID, access.TeamMember, "Ana Adler", "ana@northlight.example")
	o.executive = o.invited(acme.ID, access.ClientExecutive, "Emil Executive", "emil@acme.example")
	c := need(p.Contracts.Begin(o.ctx, o.owner, o.client, "hours"))(t)
	_, draft, err := p.Contracts.Draft(o.ctx, o.owner, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	saved := need(p.Contracts.Save(o.ctx, o.owner, contractops.SaveInput{Contract: c.ID, Source: text, Revision: draft.Revision}))(t)
	v := need(p.Contracts.Propose(o.ctx, o.owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision}))(t)
	need(p.Contracts.Accept(o.ctx, o.executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))(t)
	o.contract = c.ID
	return o
}

func need[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (o *office) on(day string) {
	o.clock.Set(cal.MustDate(day).Start(time.UTC).Add(17 * time.Hour))
}

func (o *office) invited(org string, role access.Role, name, email string) access.Actor {
	o.t.Helper()
	m := need(o.Party.Invite(o.ctx, o.owner, partyops.InviteInput{Email: email, Name: name, Org: org, Role: role}))(o.t)
	return need(o.Party.ActorOf(o.ctx, m.Account, dbtest.Workspace))(o.t)
}

// works enters so many hours from a day on, at most eight a day, submits and approves them.
func (o *office) works(day string, hours int) {
	o.t.Helper()
	d := cal.MustDate(day)
	for left := hours; left > 0; left -= 8 {
		need(o.Timesheet.Enter(o.ctx, o.member, timesheetops.EntryInput{Day: d, Minutes: 60 * min(8, left),
			What: timesheet.What{Client: o.client, Class: timesheet.Billable, Note: "copy", InternalNote: "margin is thin"}}))(o.t)
		need(o.Timesheet.Submit(o.ctx, o.member, d))(o.t)
		d = d.AddDays(1)
	}
	o.approve()
}

func (o *office) approve() {
	o.t.Helper()
	var seen []timesheetops.Seen
	for _, e := range need(o.Timesheet.Waiting(o.ctx, o.owner))(o.t) {
		seen = append(seen, timesheetops.Seen{ID: e.ID, Version: e.Version})
	}
	need(o.Timesheet.Approve(o.ctx, o.owner, timesheetops.ApproveInput{Entries: seen}))(o.t)
}

func (o *office) locks(month string) timesheetops.Locked {
	o.t.Helper()
	m := need(cal.ParseMonth(month))(o.t)
	return need(o.Timesheet.Lock(o.ctx, o.owner, timesheetops.LockInput{Client: o.client, Month: m}))(o.t)
}

func (o *office) drafts(month string) fees.Statement {
	o.t.Helper()
	m := need(cal.ParseMonth(month))(o.t)
	return need(o.Fees.Draft(o.ctx, o.owner, feesops.DraftInput{Contract: o.contract, Month: m}))(o.t).Statement.Document.Statement
}

func overage(s fees.Statement) string {
	for _, l := range s.Lines {
		if l.Kind == fees.KindOverage {
			return fmt.Sprintf("%s x %s = %s", l.Quantity, l.Rate, l.Amount.Format())
		}
	}
	return "none"
}

func mails(t *testing.T, o *office, subject string) int {
	t.Helper()
	n := 0
	err := o.DB.Read(o.ctx, func(ctx context.Context, tx bun.Tx) error {
		var bodies []string
		if err := tx.NewSelect().TableExpr("outbox").ColumnExpr("body").Scan(ctx, &bodies); err != nil {
			return err
		}
		for _, b := range bodies {
			if strings.Contains(b, subject) {
				n++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The worked example of lots: 12, 18 and 35 hours are worked, entered, approved, locked and handed over; in March 5 hours at 200.00 are over when the oldest are used first, 13 when those of the
// month itself are.
func TestHoursThatAreEnteredReachTheFee(t *testing.T) {
	for order, want := range map[string]struct{ overage, mail string }{
		"oldest-first": {"5 x 200.00 = 1,000.00", "More hours than meant are used: 35:00 of 30:00 used"},
		"base-first":   {"13 x 200.00 = 2,600.00", "Work should stop: 35:00 of 22:00 used"},
	} {
		for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
			t.Run(order+"/"+engine, func(t *testing.T) {
				o := newOffice(t, database(t), strings.Replace(hoursContract, "oldest-first", order, 1))
				for _, m := range []struct {
					first, next string
					hours       int
				}{{"2026-01-05", "2026-02-02", 12}, {"2026-02-02", "2026-03-02", 18}, {"2026-03-02", "2026-04-02", 35}} {
					o.on(cal.MustDate(m.next).AddDays(-4).String())
					o.works(m.first, m.hours)
					o.on(m.next)
					locked := o.locks(m.first[:7])
					if locked.HandOver.Entries != (m.hours+7)/8 || locked.HandOver.Waiting != 0 || locked.HandOver.Import == 0 {
						t.Fatalf("%s: %+v", m.first, locked.HandOver)
					}
					again := o.locks(m.first[:7])
					if again.HandOver.Entries != 0 || again.At != locked.At {
						t.Errorf("locked again: %+v", again)
					}
				}
				if got := overage(o.drafts("2026-03")); got != want.overage {
					t.Errorf("March: %s, want %s", got, want.overage)
				}
				if got := overage(o.drafts("2026-02")); got != "none" {
					t.Errorf("February: %s", got)
				}
				if n := mails(t, o, want.mail); n != 2 {
					t.Errorf("%d were told of March, want the owner and the executive", n)
				}
			})
		}
	}
}

// What burns is told by the same rule, before anything of it is evidence; each level is told once, to both sides.
func TestTheBurnIsToldOnceToBothSides(t *testing.T) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			o := newOffice(t, database(t), hoursContract)
			o.on("2026-01-28")
			o.works("2026-01-05", 15)
			if n := mails(t, o, "Hours are running out"); n != 0 {
				t.Errorf("75 %% is no alert, %d were told", n)
			}
			o.works("2026-01-12", 1)
			if n := mails(t, o, "Hours are running out: 16:00 of 20:00 used"); n != 2 {
				t.Errorf("at 80 %% %d were told, want the owner and the executive", n)
			}
			o.works("2026-01-19", 2)
			if n := mails(t, o, "Hours are running out"); n != 2 {
				t.Errorf("told again: %d", n)
			}
			burns, known, err := o.Timesheet.BurnOf(o.ctx, o.executive, o.client)
			if err != nil || !known || len(burns) != 1 || burns[0].Used != 18*60 || burns[0].AtHand != 20*60 || len(burns[0].Lots) != 1 {
				t.Errorf("%+v, %v, %v", burns, known, err)
			}
			o.on("2026-02-03")
			o.locks("2026-01")
			o.works("2026-02-02", 3)
			burns = need2(o.Timesheet.BurnOf(o.ctx, o.owner, o.client))(t)
			if len(burns) != 1 || burns[0].Used != 180 || burns[0].AtHand != 22*60 || len(burns[0].Lots) != 2 {
				t.Errorf("February has 20 hours and 2 of January: %+v", burns)
			}
		})
	}
}

func need2[T, U any](v T, _ U, err error) func(testing.TB) T { return need(v, err) }

// A late entry goes with the next hand-over, and counts as the contract says; a correction changes the row that it corrects.
func TestWhatComesAfterALockIsHandedOverAsLate(t *testing.T) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			o := newOffice(t, database(t), hoursContract)
			o.on("2026-01-28")
			o.works("2026-01-05", 16)
			o.on("2026-02-02")
			first := o.locks("2026-01")
			late := timesheetops.EntryInput{Day: cal.MustDate("2026-01-20"), Minutes: 360, What: timesheet.What{Client: o.client, Class: timesheet.Billable, Note: "print"}, Late: true, Reason: "was ill"}
			need(o.Timesheet.Enter(o.ctx, o.member, late))(t)
			need(o.Timesheet.Submit(o.ctx, o.member, late.Day))(t)
			o.approve()
			entries := need(o.Timesheet.Entries(o.ctx, o.owner, timesheetops.Filter{Client: o.client}))(t)
			need(o.Timesheet.Correct(o.ctx, o.member, timesheetops.CorrectInput{Entry: entries[0].ID, Day: entries[0].Day, Minutes: 60, Class: timesheet.Billable, Note: "copy", Reason: "mistyped"}))(t)
			o.approve()
			done := need(o.Timesheet.HandOverNow(o.ctx, o.owner, o.client))(t)
			if done.Entries != 2 || done.Import <= first.HandOver.Import {
				t.Fatalf("%+v after %+v", done, first.HandOver)
			}
			if again := need(o.Timesheet.HandOverNow(o.ctx, o.owner, o.client))(t); again.Entries != 0 {
				t.Errorf("handed over twice: %+v", again)
			}
			var worked int64
			err := o.DB.Read(o.ctx, func(ctx context.Context, tx bun.Tx) error {
				e, err := o.Fees.Evidence(ctx, tx, o.client, 0)
				for _, entry := range e.TimeEntries {
					worked += entry.Minutes
					if strings.Contains(entry.Note, "margin") {
						t.Errorf("an internal word reached the evidence: %q", entry.Note)
					}
				}
				if len(e.TimeEntries) != 3 {
					t.Errorf("%d rows, want the two of January, one of them corrected, and the late one", len(e.TimeEntries))
				}
				return err
			})
			if err != nil || worked != 60+480+360 {
				t.Errorf("%d minutes, %v", worked, err)
			}
		})
	}
}

// A month that is locked by several at once has one lock, one file and one import of its rows.
func TestAMonthThatIsLockedSeveralTimesAtOnceIsImportedOnce(t *testing.T) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			o := newOffice(t, database(t), hoursContract)
			o.on("2026-01-28")
			o.works("2026-01-05", 16)
			o.on("2026-02-02")
			var work sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs {
				work.Go(func() {
					_, errs[i] = o.Timesheet.Lock(o.ctx, o.owner, timesheetops.LockInput{Client: o.client, Month: cal.MonthOf(cal.MustDate("2026-01-01"))})
				})
			}
			work.Wait()
			if err := errors.Join(errs...); err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("locked at once: %v", err)
			}
			mapping := crm.Plain(crm.KindTimeEntry)
			file := "worked_on,minutes\n"
			err := o.DB.Read(o.ctx, func(ctx context.Context, tx bun.Tx) error {
				return tx.NewSelect().TableExpr("time_hand_over").ColumnExpr("file").Scan(ctx, &file)
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = o.CRM.Import(o.ctx, o.owner, crmops.ImportInput{Client: o.client, Filename: "time-1.csv", Reader: strings.NewReader(file), Kind: crm.KindTimeEntry, Mapping: &mapping, Once: true})
			if fault.Code(err) != "file-taken" {
				t.Errorf("the same file is taken again: %v", err)
			}
			if imports, n, err := o.CRM.ImportList(o.ctx, o.owner, o.client, 0, 10); err != nil || n != 1 {
				t.Errorf("%d imports of one month: %+v, %v", n, imports, err)
			}
		})
	}
}
