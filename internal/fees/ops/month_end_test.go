package ops_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var march = cal.Month{Year: 2026, Month: time.March}

// house is an agency at the end of a month: a desk with more clients, each with its own evidence and day of its newest import.
type house struct {
	*desk
	db       *db.DB
	evidence map[string]crm.Snapshot // by client
	imported map[string]string       // by client: the day
	asked    func(client string)     // before the evidence of a client is read; nil: nothing happens
	logged   sync.Map                // contract -> error
}

func newHouse(t *testing.T, d *db.DB, ctx context.Context) *house {
	t.Helper()
	h := &house{desk: newDesk(t, d, ctx), db: d, evidence: map[string]crm.Snapshot{}, imported: map[string]string{"org_acme": "2026-04-01"}}
	h.Evidence = func(_ context.Context, _ bun.Tx, client string, _ int64) (crm.Evidence, error) {
		if h.asked != nil {
			h.asked(client)
		}
		return crm.Evidence{AsOf: 1, Snapshot: h.evidence[client]}, nil
	}
	h.ImportedAt = func(_ context.Context, _ bun.Tx, client string) (time.Time, error) {
		if h.imported[client] == "" {
			return time.Time{}, nil
		}
		zone, _ := cal.Zone("America/New_York")
		return cal.MustDate(h.imported[client]).Start(zone).Add(time.Hour), nil
	}
	h.Failed = func(_ context.Context, _, contract string, err error) { h.logged.Store(contract, err) }
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO workspace_account (account_id, workspace) VALUES ('acc_owner', ?), ('acc_lead', ?)", dbtest.Workspace, dbtest.Workspace)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// client adds a client with an agreed contract that begins in March, with these replacements in its text, and gives the contract's id.
func (h *house) client(name string, replace ...string) string {
	h.T.Helper()
	org := h.org(name)
	c := must(h.Contracts.Begin(h.Ctx, owner, org, "growth"))(h.T)
	h.accepted(org, h.proposed(c.ID, name, replace...))
	h.imported[org] = "2026-04-01"
	return c.ID
}

func (h *house) org(name string) string {
	h.T.Helper()
	org := "org_" + strings.ToLower(name)
	err := h.db.Write(h.Ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", org, "client", name, h.Clock())
		return err
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return org
}

func (h *house) proposed(id, name string, replace ...string) contract.Version {
	h.T.Helper()
	all := append([]string{"Acme Robotics, Inc.", name, "2026-01-01\n  length", "2026-03-01\n  length", "effective: 2026-01-01", "effective: 2026-03-01"}, replace...)
	source := text
	for i := 0; i < len(all); i += 2 {
		source = strings.ReplaceAll(source, all[i], all[i+1])
	}
	return must(h.Contracts.Propose(h.Ctx, owner, contractops.ProposeInput{Contract: id, Revision: h.Saved(id, source).Revision}))(h.T)
}

func (h *house) accepted(org string, v contract.Version) {
	h.T.Helper()
	executive := feestest.Of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: org, OrgKind: access.Client})
	must(h.Contracts.Accept(h.Ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))(h.T)
}

func (h *house) monthEnd(submit bool) ops.MonthEnd {
	h.T.Helper()
	return must(h.MonthEnd(h.Ctx, owner, ops.MonthEndInput{Month: march, Submit: submit}, nil))(h.T)
}

// told is a run in short: client, kind, total, difference, codes of what is in the way.
func told(m ops.MonthEnd) string {
	var out []string
	for _, o := range m.Outcomes {
		line := o.ClientName + " " + string(o.Kind)
		if o.Statement != "" {
			line += " " + o.Total.Format()
		}
		if o.Before > 0 {
			line += " difference " + o.Difference.Format()
		}
		for _, x := range o.Obstacles {
			line += " " + x.Code
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func wantTold(t *testing.T, m ops.MonthEnd, want ...string) {
	t.Helper()
	if got := told(m); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if m.Running || m.Done != len(want) || m.Total != len(want) || m.EndedAt.IsZero() {
		t.Errorf("it is not at its end: %d of %d, running %v, ended %s", m.Done, m.Total, m.Running, m.EndedAt)
	}
}

func TestMonthEndOfAllEngagements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.client("Cog")
		h.client("Dynamo")
		h.client("Early", "2026-03-01", "2026-04-01")
		waiting := must(h.Contracts.Begin(ctx, owner, h.org("Fuse"), "growth"))(t)
		h.proposed(waiting.ID, "Fuse")
		h.client("Gear")
		h.MoveTo("2026-04-02")
		h.evidence["org_brick"] = won("D1", "50,000.00", "2026-03-10")
		h.evidence["org_gear"] = won("D2", "50,000.00", "2026-03-10")
		h.evidence["org_gear"].Deals[0].AmountKnown = false
		h.imported["org_cog"], h.imported["org_dynamo"] = "2026-03-12", ""

		first := h.monthEnd(false)
		wantTold(t, first,
			"Acme Robotics, Inc. exception 14,000.00 previous-open",
			"Cog exception no-import", "Dynamo exception no-import", "Fuse exception not-accepted", "Gear exception 14,000.00 problems",
			"Brick drafted 15,500.00")
		if again := h.monthEnd(false); first.ID == again.ID || again.Count(fees.OutcomeUnchanged) != 1 || again.Count(fees.OutcomeException) != 5 {
			t.Errorf("a repetition says %s", told(again))
		}

		h.evidence["org_brick"] = won("D1", "60,000.00", "2026-03-10")
		h.evidence["org_gear"] = won("D2", "50,000.00", "2026-03-10")
		h.imported["org_cog"] = "2026-04-02"
		wantTold(t, h.monthEnd(true),
			"Acme Robotics, Inc. exception 14,000.00 previous-open",
			"Dynamo exception no-import", "Fuse exception not-accepted",
			"Brick submitted 15,800.00 difference 300.00", "Cog submitted 14,000.00", "Gear submitted 15,500.00 difference 1,500.00")
		wantTold(t, h.monthEnd(true),
			"Acme Robotics, Inc. exception 14,000.00 previous-open",
			"Dynamo exception no-import", "Fuse exception not-accepted",
			"Brick already 15,800.00", "Cog already 14,000.00", "Gear already 15,500.00")

		runs := must(h.MonthEnds(ctx, owner, 1))(t)
		if runs.Total != 4 || runs.Runs[0].Words() != "3 exceptions, 3 submitted or locked before" || runs.Runs[3].BegunBy != "Olga Owner" {
			t.Errorf("past runs: %+v", runs)
		}
	})
}

// An ended contract is in the run as long as something is left to charge.
func TestMonthEndOfContractsThatHaveEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		ended := []string{"length: 12 months", "length: 2 months", "2026-03-01", "2026-01-01"}
		h.client("Over", ended...)
		h.client("Tail", append(ended, "tail: none", "tail: 60 days")...)
		h.client("Unknown", append(ended, "tail: none", "tail: 60 days")...)
		h.MoveTo("2026-04-02")
		h.evidence["org_tail"] = won("D1", "50,000.00", "2026-03-10")
		h.imported["org_over"], h.imported["org_unknown"] = "2026-03-01", "2026-03-01"

		run := h.monthEnd(false)
		wantTold(t, run, "Acme Robotics, Inc. exception 14,000.00 previous-open", "Tail exception 1,500.00 previous-open", "Unknown exception no-import previous-open", "Over nothing")
		list := must(h.Statements(ctx, owner, "org_over", 1))(t)
		if list.Total != 0 {
			t.Errorf("kept of a contract that owes nothing: %+v", list.Statements)
		}
	})
}

// Whatever fails with one engagement is told with it, and the others are done.
func TestAFailingEngagementStopsNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		sums, defect := h.client("Brick"), h.client("Cog")
		h.client("Dynamo")
		h.MoveTo("2026-04-02")
		h.asked = func(client string) {
			switch client {
			case "org_brick":
				panic("money: 9223372036854775807 + 1 overflows")
			case "org_cog":
				panic("a defect")
			}
		}
		wantTold(t, h.monthEnd(true), "Acme Robotics, Inc. exception 14,000.00 previous-open", "Brick exception sums-refused", "Cog exception failed", "Dynamo submitted 14,000.00")
		for _, c := range []string{sums, defect} {
			if _, ok := h.logged.Load(c); !ok {
				t.Errorf("the log does not tell of contract %s", c)
			}
		}
	})
}

func TestMonthEndTellsHowFarItIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.MoveTo("2026-04-02")
		var steps []string
		id := ""
		_, err := h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march}, func(s ops.MonthEndStep) {
			runs := must(h.MonthEnds(ctx, owner, 1))(t)
			id = runs.Runs[0].ID
			steps = append(steps, fmt.Sprintf("%d of %d, %s; %d, %s, %v", s.Done, s.Total, s.Client, runs.Runs[0].Done, runs.Runs[0].Now, runs.Runs[0].Stalled))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(steps, "\n"); got != "0 of 2, Acme Robotics, Inc.; 0, Acme Robotics, Inc., false\n1 of 2, Brick; 1, Brick, false" {
			t.Errorf("told %s", got)
		}
		var words []string
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewRaw("SELECT words FROM journal_entry WHERE subject_id = ? ORDER BY seq", id).Scan(ctx, &words)
		})
		if err != nil || strings.Join(words, "; ") != "began the month end of March 2026 over 2 engagements, to draft; ended the month end of March 2026: 1 exception, 1 drafted" {
			t.Errorf("the record says %q %v", words, err)
		}
	})
}

func TestMonthEndRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-03-30")
		_, err := h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march}, nil)
		wantFault(t, err, fault.Invalid, "month-runs", "1 Apr 2026")
		h.MoveTo("2026-03-31") // at noon in New York it is April already where the day begins first
		wantTold(t, h.monthEnd(true), "Acme Robotics, Inc. exception month-runs")
		h.MoveTo("2026-04-02")
		for _, who := range []access.Actor{boss, finance, sales, stranger} {
			_, err := h.MonthEnd(ctx, who, ops.MonthEndInput{Month: march}, nil)
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: got %v", who.Name, err)
			}
			if _, err := h.MonthEnds(ctx, who, 1); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s lists: got %v", who.Name, err)
			}
		}
	})
}

// A lead of one client ends and sees the month of that client only.
func TestMonthEndWithinReach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.MoveTo("2026-04-02")
		own := must(h.MonthEnd(ctx, lead, ops.MonthEndInput{Month: march}, nil))(t)
		wantTold(t, own, "Acme Robotics, Inc. exception 14,000.00 previous-open")
		all := h.monthEnd(false)
		wantTold(t, must(h.ShowMonthEnd(ctx, lead, all.ID))(t), "Acme Robotics, Inc. exception 14,000.00 previous-open")
		other := feestest.Of("acc_lead2", "Lou Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_brick"})
		if _, err := h.ShowMonthEnd(ctx, other, own.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a run of another client: got %v", err)
		}
		if list := must(h.MonthEnds(ctx, other, 1))(t); list.Total != 1 || list.Runs[0].ID != all.ID || list.Runs[0].Total != 1 {
			t.Errorf("the list shows %+v", list)
		}
	})
}

func TestTwoMonthEndsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.MoveTo("2026-04-02")
		var same, other error
		_, err := h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march, Submit: true}, func(s ops.MonthEndStep) {
			_, same = h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march, Submit: true}, nil)
			_, other = h.MonthEnd(ctx, lead, ops.MonthEndInput{Month: march}, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, same, fault.Conflict, "month-end-running", "March 2026", "Olga Owner", "1 of 2")
		wantFault(t, other, fault.Conflict, "month-end-running")
		list := must(h.Statements(ctx, owner, "org_brick", 1))(t)
		if list.Total != 1 || list.Statements[0].Revision != 1 {
			t.Errorf("got %+v", list.Statements)
		}

		ran := 0
		for _, err := range together(6, func() error { return second(h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march}, nil)) }) {
			switch {
			case err == nil:
				ran++
			case fault.Code(err) != "month-end-running":
				t.Errorf("at once: got %v", err)
			}
		}
		if ran == 0 {
			t.Error("none of them ran")
		}
	})
}

func TestTheSameKeyGivesTheSameMonthEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.MoveTo("2026-04-02")
		in := ops.MonthEndInput{Month: march, Key: "k1"}
		first := must(h.MonthEnd(ctx, owner, in, nil))(t)
		again := must(h.MonthEnd(ctx, owner, in, nil))(t)
		if first.ID != again.ID || told(first) != told(again) {
			t.Errorf("got %s and %s", first.ID, again.ID)
		}
		in.Submit = true
		_, err := h.MonthEnd(ctx, owner, in, nil)
		wantFault(t, err, fault.Conflict, "key-used")
		if other := must(h.MonthEnd(ctx, lead, ops.MonthEndInput{Month: march, Key: "k1"}, nil))(t); other.ID == first.ID {
			t.Error("the key of another person named the run")
		}
	})
}

// Given a run that is interrupted after a draft of which no row is kept, when it is gone on with, then every engagement has one whole statement and the
// outcome tells what the run did, not what it found.
func TestAnInterruptedMonthEndGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.client("Cog")
		h.MoveTo("2026-04-02")
		interrupted, stop := context.WithCancel(ctx)
		run := ops.MonthEndInput{Month: march, Submit: true}
		_, err := h.MonthEnd(interrupted, owner, run, func(s ops.MonthEndStep) {
			if s.Done == 1 {
				k := must(h.MonthEnds(ctx, owner, 1))(t).Runs[0]
				brick := must(h.Draft(ctx, owner, ops.DraftInput{Contract: h.contractOf("org_brick"), Month: k.Month}))(t)
				must(h.Submit(ctx, owner, ops.SubmitInput{Statement: brick.Statement.ID}))(t)
				stop()
			}
		})
		if err == nil {
			t.Fatal("the run was not interrupted")
		}
		half := must(h.MonthEnds(ctx, owner, 1))(t).Runs[0]
		if !half.Running || !half.Stalled || half.Done != 1 || half.Message != "The program was stopped." {
			t.Fatalf("it stands %+v", half)
		}
		_, err = h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march}, nil)
		wantFault(t, err, fault.Conflict, "month-end-interrupted", "1 of 3", "--resume")

		whole := must(h.MonthEnd(ctx, owner, run, nil))(t)
		if whole.ID != half.ID {
			t.Error("another run was begun")
		}
		wantTold(t, whole, "Acme Robotics, Inc. exception 14,000.00 previous-open", "Brick submitted 14,000.00", "Cog submitted 14,000.00")
		if resumed, err := h.ResumeMonthEnds(ctx, nil); err != nil || len(resumed) > 0 {
			t.Errorf("nothing was left to go on with: %v %v", resumed, err)
		}
	})
}

func (h *house) contractOf(client string) string {
	h.T.Helper()
	return must(h.Contracts.Contracts(h.Ctx, owner, client))(h.T)[0].ID
}

// The program goes on for the person who began, with the rights of now: who has lost them gets exceptions, and the run comes to its end.
func TestAMonthEndGoesOnWithTheRightsOfNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-04-02")
		h.Parties = partyops.New(partyops.Options{DB: d, Now: h.Clock, PublicURL: "https://example.test"})
		for _, ended := range []bool{false, true} {
			interrupted, stop := context.WithCancel(ctx)
			_, err := h.MonthEnd(interrupted, lead, ops.MonthEndInput{Month: march}, func(ops.MonthEndStep) { stop() })
			if err == nil {
				t.Fatal("the run was not interrupted")
			}
			if ended {
				err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
					_, err := tx.ExecContext(ctx, "UPDATE membership SET until_at = ? WHERE account_id = 'acc_lead'", h.Clock().Add(-time.Hour))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			resumed, err := h.ResumeMonthEnds(ctx, nil)
			if err != nil || len(resumed) != 1 {
				t.Fatalf("resumed %v, %v", resumed, err)
			}
			want := "Acme Robotics, Inc. exception 14,000.00 previous-open"
			if ended {
				want = "Acme Robotics, Inc. exception not-found"
			}
			wantTold(t, must(h.ShowMonthEnd(ctx, owner, resumed[0]))(t), want)
		}
	})
}

func TestAMonthEndInTheBackgroundEndsWithTheProgram(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-04-02")
		begun, goOn := make(chan struct{}), make(chan struct{})
		once := sync.Once{}
		h.asked = func(string) { once.Do(func() { close(begun); <-goOn }) }
		request, over := context.WithCancel(ctx)
		run := must(h.StartMonthEnd(request, owner, ops.MonthEndInput{Month: march}))(t)
		over()
		if !run.Running || run.Done != 0 || run.Total != 1 {
			t.Errorf("it stands %+v", run)
		}
		<-begun
		closed := make(chan struct{})
		go func() { h.Close(); close(closed) }()
		time.AfterFunc(20*time.Millisecond, func() { close(goOn) })
		<-closed
		if _, err := h.ResumeMonthEnds(ctx, nil); err != nil {
			t.Fatal(err)
		}
		wantTold(t, must(h.ShowMonthEnd(ctx, owner, run.ID))(t), "Acme Robotics, Inc. exception 14,000.00 previous-open")
	})
}

// A run that was put in beside the program, in the name of somebody who may, is not gone on with.
func TestAMonthEndThatNobodyBeganIsNotTakenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-04-02")
		interrupted, stop := context.WithCancel(ctx)
		if _, err := h.MonthEnd(interrupted, lead, ops.MonthEndInput{Month: march}, func(ops.MonthEndStep) { stop() }); err == nil {
			t.Fatal("the run was not interrupted")
		}
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			for _, attack := range []string{
				"INSERT INTO month_end SELECT 'mend_forged', month, TRUE, 'forged', plan, begun_at, 'acc_owner', 'Olga Owner' FROM month_end",
				"INSERT INTO month_end_progress SELECT 'mend_forged', state, holder, done, message, beat_at FROM month_end_progress",
			} {
				if _, err := tx.ExecContext(ctx, attack); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, h.ResumeMonthEnd(ctx, owner, "mend_forged"), fault.Conflict, "month-end-altered", "the record")
		resumed, err := h.ResumeMonthEnds(ctx, nil)
		if err != nil || len(resumed) != 1 || resumed[0] == "mend_forged" {
			t.Errorf("gone on with %v, %v", resumed, err)
		}
	})
}
