package ops_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	exact "github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// scopedDesk answers from a retainer with two hours at hand, above which ten hours are approved in March.
func scopedDesk(t *testing.T, d *db.DB, ctx context.Context) desk {
	k := newDesk(t, d, ctx)
	from := cal.MustDate("2026-03-01")
	k.Scoping = ops.ScopeDoors{
		Resolve: func(ctx context.Context, tx bun.Tx, _ access.Actor, in ops.ScopeAsk) (work.Scope, error) {
			spoken, err := k.SpokenFor(ctx, tx, in.Client, "ctr", from, in.Request)
			if err != nil {
				return work.Scope{}, err
			}
			costs := exact.New(75_000, "USD")
			found := engagement.Intake{Version: 1, SOW: "SOW 2026", Work: contract.ScopeWork{Name: "campaigns", Of: "team"}}
			switch above, left := in.Ask.Minutes-120, 600-spoken["team"].Open-spoken["team"].Done; {
			case !in.Ask.Estimate:
				found.Missing = "How long will it take?"
			case above <= 0:
				found.Answer = engagement.AnswerDraws
			case above <= left:
				found.Answer, found.Above, found.From, found.Costs = engagement.AnswerPreApproved, above, from, &costs
			default:
				found.Answer, found.Above, found.Approve = engagement.AnswerChangeOrder, above, above-left
			}
			out := work.Scope{Contract: "ctr", Name: "growth", VersionID: "v1", Ask: in.Ask, Found: found, Answer: found.Answer}
			if in.Answer != "" {
				out.Answer, out.Reason = in.Answer, in.Reason
			}
			return out, nil
		},
		Kinds: func(context.Context, bun.Tx, string, cal.Date) ([]ops.Choice, error) {
			return []ops.Choice{{ID: "ctr/campaigns", Name: "campaigns"}}, nil
		},
	}
	return k
}

func (d desk) shown(who access.Actor, r *ops.Request) ops.Shown {
	d.t.Helper()
	out, err := d.Show(d.ctx, who, r.Client, r.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func TestTheContractIsAskedWhenARequestIsOpenedAndWhenItsSizeIsKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := scopedDesk(t, d, ctx)
		r := k.open("Landing page")
		if s := r.State.Scope; s == nil || s.Answer != engagement.AnswerOpen || s.Ask.Day != cal.MustDate("2026-03-03") || s.Ask.Category != "other" {
			t.Fatalf("at intake: %+v", s)
		}
		k.clock.set(t, "2026-04-02 09:00")
		say := ops.ScopeInput{Category: "web", Brand: " Acme Pro ", Minutes: 420}
		r = must[*ops.Request](t)(k.AskContract(ctx, lead, ops.Act{Client: r.Client, Request: r.ID, Seen: r.Seq()}, say))
		s := r.State.Scope
		if s.Answer != engagement.AnswerPreApproved || s.Found.Above != 300 || s.Ask.Day != cal.MustDate("2026-03-03") || r.Category != "web" || r.Brand != "Acme Pro" {
			t.Errorf("%+v in %s of %s: the day of the request decides", s, r.Category, r.Brand)
		}
		seq := r.Seq()
		if r = must[*ops.Request](t)(k.AskContract(ctx, lead, k.act(r), say)); r.Seq() != seq {
			t.Error("asked again, it says the same, and is kept twice")
		}
		for name, bad := range map[string]struct {
			say   ops.ScopeInput
			field string
		}{"no such brief": {ops.ScopeInput{Category: "radio"}, "category"}, "a year of work": {ops.ScopeInput{Minutes: 600_001}, "hours"}, "less than nothing": {ops.ScopeInput{Minutes: -1}, "hours"},
			"a long brand": {ops.ScopeInput{Brand: strings.Repeat("x", 161)}, "brand"}} {
			_, err := k.AskContract(ctx, lead, k.act(r), bad.say)
			if !fault.Is(err, fault.Invalid) || fault.All(err)[0].Field != bad.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, who := range []access.Actor{team, product, executive, auditor} {
			_, err := k.AskContract(ctx, who, k.act(r), say)
			refused(t, err, fault.Forbidden, "not-allowed")
		}
		_, err := k.AskContract(ctx, lead, ops.Act{Client: r.Client, Request: r.ID, Seen: 1}, ops.ScopeInput{Minutes: 60})
		refused(t, err, fault.Conflict, "request-moved")

		r = must[*ops.Request](t)(k.AskContract(ctx, lead, k.act(r), ops.ScopeInput{Minutes: 420, Answer: engagement.AnswerInScope, Reason: "Goodwill after the outage."}))
		if s := r.State.Scope; !s.Decided() || s.Words() != "in scope" || s.Found.Answer != engagement.AnswerPreApproved {
			t.Errorf("%+v", s)
		}
		lines := must[ops.Page](t)(k.List(ctx, lead, ops.Filter{Client: "org_acme", Scope: string(engagement.AnswerInScope)})).Lines
		if len(lines) != 1 || lines[0].Category != "web" || lines[0].State.Scope.Words() != "in scope" {
			t.Errorf("%+v", lines)
		}
		if lines = must[ops.Page](t)(k.List(ctx, lead, ops.Filter{Client: "org_acme", Scope: ops.ScopeOpen})).Lines; len(lines) != 0 {
			t.Errorf("%+v", lines)
		}
		r = must[*ops.Request](t)(k.Decline(ctx, lead, ops.Act{Client: r.Client, Request: r.ID, Note: "No."}))
		_, err = k.AskContract(ctx, lead, k.act(r), ops.ScopeInput{Minutes: 60})
		refused(t, err, fault.Conflict, "event-phase")
	})
}

// Who does some of a client's requests is told nothing of the scope, who does not read the contract the answer alone.
func TestWhoReadsWhyARequestStandsSo(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := scopedDesk(t, d, ctx)
	r := k.open("Landing page")
	r = must[*ops.Request](t)(k.Triage(ctx, lead, k.act(r), "org_spec"))
	r = must[*ops.Request](t)(k.AskContract(ctx, lead, k.act(r), ops.ScopeInput{Minutes: 420}))
	for _, who := range []access.Actor{lead, product, executive, auditor} {
		if s := k.shown(who, r); !s.ReadsContract || s.State.Scope.Found.Costs == nil || len(s.Told()) != len(s.Events) {
			t.Errorf("%s is not told: %+v", who.Name, s.State.Scope)
		}
	}
	s := k.shown(team, r)
	if s.ReadsContract || s.State.Scope.Answer != engagement.AnswerPreApproved || s.State.Scope.Found.Costs != nil || s.State.Scope.Found.Above != 0 || s.State.Scope.Contract != "" || len(s.Told()) != len(s.Events) {
		t.Errorf("the team is told %+v", s.State.Scope)
	}
	s = k.shown(specialist, r)
	for _, e := range s.Events {
		if e.Scope != nil {
			t.Errorf("the specialist is told %+v", e.Scope)
		}
	}
	if s.State.Scope != nil || len(s.Told()) != len(s.Events)-2 || s.Seq() != r.Seq() {
		t.Errorf("the specialist is told %+v", s.State.Scope)
	}
	own := must[ops.Page](t)(k.List(ctx, specialist, ops.Filter{Client: "org_acme"})).Lines
	if len(own) != 1 || own[0].State.Scope != nil {
		t.Errorf("%+v", own)
	}
	if found := must[ops.Page](t)(k.List(ctx, specialist, ops.Filter{Client: "org_acme", Scope: string(engagement.AnswerPreApproved)})).Lines; len(found) != 0 {
		t.Errorf("by looking for it the specialist learns %+v", found)
	}
	for _, mail := range k.mails() {
		if strings.Contains(mail, "750") {
			t.Errorf("a mail tells what it costs: %s", mail)
		}
	}
}

// Ten hours are approved. Of four requests at once that each take five hours of them two are approved before, and the others are not; what is declined gives its hours back.
func TestApprovedOverageIsTakenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := scopedDesk(t, d, ctx)
		all := make([]*ops.Request, 4)
		for i := range all {
			all[i] = k.open("Campaign")
		}
		var wait sync.WaitGroup
		for i := range all {
			wait.Go(func() {
				r, err := k.AskContract(ctx, lead, k.act(all[i]), ops.ScopeInput{Minutes: 420})
				if err != nil {
					t.Error(err)
					return
				}
				all[i] = r
			})
		}
		wait.Wait()
		taken := map[engagement.Answer][]*ops.Request{}
		for _, r := range all {
			taken[r.State.Scope.Answer] = append(taken[r.State.Scope.Answer], r)
		}
		approved, over := taken[engagement.AnswerPreApproved], taken[engagement.AnswerChangeOrder]
		if len(approved) != 2 || len(over) != 2 || over[0].State.Scope.Found.Approve != 300 {
			t.Fatalf("%d approved, %d over", len(approved), len(over))
		}
		must[*ops.Request](t)(k.Resolve(ctx, lead, k.act(approved[0]))) // worked: its hours stay taken
		if r := must[*ops.Request](t)(k.AskContract(ctx, lead, k.act(over[0]), ops.ScopeInput{Minutes: 421})); r.State.Scope.Found.Approve != 301 {
			t.Errorf("%+v", r.State.Scope.Found)
		}
		must[*ops.Request](t)(k.Decline(ctx, lead, ops.Act{Client: "org_acme", Request: approved[1].ID, Note: "Not now."}))
		if r := must[*ops.Request](t)(k.AskContract(ctx, lead, k.act(over[0]), ops.ScopeInput{Minutes: 420})); r.State.Scope.Answer != engagement.AnswerPreApproved {
			t.Errorf("%+v", r.State.Scope)
		}
	})
}
