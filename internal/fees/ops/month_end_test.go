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
