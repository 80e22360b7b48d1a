package ops_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func TestARequestFromBriefToResolution(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := d.open("a landing page")
		if r.Name() != "R-1" || r.State.Stage() != work.New || r.Version == "" {
			t.Fatalf("%+v", r)
		}
		if d.mailsTo(lead) != 1 || d.mailsTo(product) != 0 {
			t.Error("the lead is told, who opened it is not")
		}
		// given to a person of the agency, it is in work
		r = must[*ops.Request](t)(d.Assign(ctx, lead, d.act(r), team.Account))
		if r.State.Stage() != work.InWork || r.State.Assignee != team.Account || d.mailsTo(team) != 1 {
			t.Errorf("%+v", r.State)
		}
		// the first word of the agency ends the time for a response, two hours in
		d.clock.set(t, "2026-03-03 11:00")
		r = must[*ops.Request](t)(d.Answer(ctx, team, ops.MessageInput{Act: d.act(r), Text: "Which page is it?"}))
		shown := must[ops.Shown](t)(d.Show(ctx, product, r.Client, r.ID))
		if c := shown.Clocks.Clocks[0]; c.Promise != "first-response" || c.State != work.Kept || c.Elapsed != 2*time.Hour || len(shown.Messages) != 1 || d.mailsTo(product) != 1 {
			t.Errorf("%+v", c)
		}
		// while it waits on the client its time stands still, until the client answers
		r = must[*ops.Request](t)(d.Wait(ctx, team, ops.Act{Client: r.Client, Request: r.ID, Note: "Which page?"}, work.OnClient))
		d.clock.set(t, "2026-03-03 15:00")
		r = must[*ops.Request](t)(d.Answer(ctx, product, ops.MessageInput{Act: d.act(r), Text: "The one about arms."}))
		if r.State.Waiting != work.OnNobody {
			t.Errorf("waits on %s", r.State.Waiting)
		}
		d.clock.set(t, "2026-03-03 16:00")
		shown = must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID))
		if c := shown.Clocks.Clocks[1]; c.Promise != "launch" || c.Stood != 4*time.Hour || c.Elapsed != 3*time.Hour {
			t.Errorf("%s elapsed, %s stood still", c.Elapsed, c.Stood)
		}
		// resolved, reopened, resolved
		r = must[*ops.Request](t)(d.Resolve(ctx, team, d.act(r)))
		_, err := d.Reopen(ctx, product, d.act(r))
		refused(t, err, fault.Invalid, "note-missing")
		r = must[*ops.Request](t)(d.Reopen(ctx, product, ops.Act{Client: r.Client, Request: r.ID, Note: "The button is missing."}))
		r = must[*ops.Request](t)(d.Resolve(ctx, team, d.act(r)))
		_, err = d.Withdraw(ctx, product, d.act(r))
		refused(t, err, fault.Conflict, "event-phase")
		if said := must[string](t)(d.Underived(ctx, r.ID)); said != "" {
			t.Errorf("what is kept of it is not what its events say: %s", said)
		}
		report, err := (&journalops.Service{DB: data}).Verify(ctx, owner)
		if err != nil || report.Break != nil {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

func TestSendingAFormTwiceIsOneAct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		in := ops.OpenInput{Client: "org_acme", Title: "A page", Category: "other", Priority: contract.High, Brief: work.Answers{"what": "a page"}, Key: "form-1"}
		first := must[*ops.Request](t)(d.Open(ctx, product, in))
		again := must[*ops.Request](t)(d.Open(ctx, product, in))
		if first.ID != again.ID {
			t.Error("two requests")
		}
		other := must[*ops.Request](t)(d.Open(ctx, executive, in))
		if other.ID == first.ID {
			t.Error("the key of one person is not that of another")
		}
		say := ops.MessageInput{Act: ops.Act{Client: first.Client, Request: first.ID, Key: "m-1"}, Text: "Hello"}
		must[*ops.Request](t)(d.Answer(ctx, team, say))
		must[*ops.Request](t)(d.Answer(ctx, team, say))
		act := ops.Act{Client: first.Client, Request: first.ID, Key: "p-1", Note: "It is worse.", Seen: 2}
		must[*ops.Request](t)(d.Prioritise(ctx, lead, act, work.Ranking{Priority: contract.Urgent}))
		must[*ops.Request](t)(d.Prioritise(ctx, lead, act, work.Ranking{Priority: contract.Urgent}))
		shown := must[ops.Shown](t)(d.Show(ctx, lead, first.Client, first.ID))
		if len(shown.Messages) != 1 || len(shown.Events) != 3 {
			t.Errorf("%d messages, %d events", len(shown.Messages), len(shown.Events))
		}
	})
}

func TestTwoAtOnceGiveAClearConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := d.open("a page")
		var wait sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = d.Prioritise(ctx, lead, ops.Act{Client: r.Client, Request: r.ID, Seen: 1, Note: "because"}, work.Ranking{Priority: []contract.Priority{contract.Urgent, contract.High, contract.Low}[i%3]})
			})
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
				continue
			}
			if refused(t, err, fault.Conflict, "request-moved"); !strings.Contains(err.Error(), "Lea Lead") {
				t.Errorf("it says who: %v", err)
			}
		}
		if done != 1 {
			t.Errorf("%d of six who saw the same were done", done)
		}
	})
}

func TestBadRequestsTellEveryProblemAtItsField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		_, err := d.Open(ctx, product, ops.OpenInput{Client: "org_acme", Category: "web", Brief: work.Answers{"kind": "art"}, Files: []ops.NewFile{{Name: "a.pdf", Field: "material", Content: strings.NewReader("MZ")}}})
		at := map[string]string{}
		for _, f := range fault.All(err) {
			at[f.Field] = f.Code
		}
		for field, code := range map[string]string{"title": "title", "priority": "priority", "brief.address": "brief-missing", "brief.change": "brief-missing", "brief.kind": "brief-choice", "brief.material": "file-lies"} {
			if at[field] != code {
				t.Errorf("%s: %q, want %s", field, at[field], code)
			}
		}
		_, err = d.Open(ctx, product, ops.OpenInput{Client: "org_bolt", Title: "x"})
		refused(t, err, fault.NotFound, "not-found")
		_, err = d.Open(ctx, auditor, ops.OpenInput{Client: "org_acme", Title: "x"})
		refused(t, err, fault.Forbidden, "not-allowed")
		r := d.open("a page")
		_, err = d.Assign(ctx, lead, d.act(r), product.Account)
		refused(t, err, fault.Invalid, "assignee")
		_, err = d.Triage(ctx, lead, d.act(r), "org_bolt")
		refused(t, err, fault.Invalid, "provider")
		_, err = d.Wait(ctx, lead, d.act(r), work.OnClient)
		refused(t, err, fault.Invalid, "note-missing")
		_, err = d.Wait(ctx, lead, d.act(r), "rain")
		refused(t, err, fault.Invalid, "waiting")
		_, err = d.Note(ctx, product, ops.MessageInput{Act: d.act(r), Text: "x"})
		refused(t, err, fault.Forbidden, "not-allowed")
		_, err = d.Answer(ctx, product, ops.MessageInput{Act: d.act(r), Text: " "})
		refused(t, err, fault.Invalid, "text")
	})
}

func TestWorkOfWhoIsGoneFallsBackToNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := must[*ops.Request](t)(d.Assign(ctx, lead, d.act(d.open("a page")), team.Account))
		if n := must[int](t)(d.FreeFromTheGone(ctx)); n != 0 {
			t.Fatalf("%d freed of who is there", n)
		}
		if err := d.Parties.EndMembership(ctx, owner, "mem_"+team.Account); err != nil {
			t.Fatal(err)
		}
		d.clock.set(t, "2026-03-03 09:10")
		if n := must[int](t)(d.FreeFromTheGone(ctx)); n != 1 {
			t.Fatalf("%d freed", n)
		}
		if n := must[int](t)(d.FreeFromTheGone(ctx)); n != 0 {
			t.Errorf("%d freed again", n)
		}
		shown := must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID))
		last := shown.Events[len(shown.Events)-1]
		if shown.State.Assignee != "" || !strings.Contains(last.Note, "no role here any more") {
			t.Errorf("%+v", last)
		}
	})
}

func TestARequestGoesWhereItIsAgreed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.Route = func(_ context.Context, _ bun.Tx, who access.Actor, in ops.RouteAsk) (ops.Routed, error) {
			if in.Client != "org_acme" || in.Category != "other" || in.Day != cal.MustDate("2026-03-03") || in.Work != "R-1 a page" || who.Account == "" {
				t.Errorf("%+v", in)
			}
			return ops.Routed{Agreed: true, Provider: "org_spec", Words: "Brightpath is preferred."}, nil
		}
		r := d.open("a page")
		if r.State.Provider != "org_spec" || r.State.Stage() != work.InWork || r.Events[1].Note != "Brightpath is preferred." {
			t.Errorf("%+v", r)
		}
		must[ops.Shown](t)(d.Show(ctx, specialist, r.Client, r.ID))
	})
}

// What is internal is nowhere for anybody who is not of the agency; a specialist sees only what its own organisation does.
func TestInternalWordsReachNobodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		const secret = "zirconium"
		d := newDesk(t, data, ctx)
		r := d.open("a page")
		must[*ops.Request](t)(d.Answer(ctx, product, ops.MessageInput{Act: d.act(r), Text: "Hello there"}))
		must[*ops.Request](t)(d.Note(ctx, lead, ops.MessageInput{Act: d.act(r), Text: "They pay too little: " + secret,
			Files: []ops.NewFile{{Name: secret + ".txt", Content: strings.NewReader("margin " + secret)}}}))
		for _, m := range d.mails() {
			if strings.Contains(m, secret) {
				t.Errorf("a mail has it: %s", m)
			}
		}
		inside := must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID))
		file := inside.Messages[1].Files[0]
		for _, who := range []access.Actor{product, executive, auditor, specialist, stranger} {
			if who.Account == specialist.Account {
				_, err := d.Show(ctx, who, r.Client, r.ID)
				refused(t, err, fault.NotFound, "not-found")
				r = must[*ops.Request](t)(d.Triage(ctx, lead, d.act(r), "org_spec"))
			}
			if found := must[ops.Page](t)(d.List(ctx, who, ops.Filter{Words: secret})); len(found.Lines) != 0 {
				t.Errorf("%s finds it", who.Name)
			}
			if _, _, err := d.Download(ctx, who, r.Client, r.ID, file.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s downloads it: %v", who.Name, err)
			}
			shown, err := d.Show(ctx, who, r.Client, r.ID)
			if who.Account == stranger.Account {
				refused(t, err, fault.NotFound, "not-found")
				continue
			}
			if err != nil || len(shown.Messages) != 1 || shown.Internal {
				t.Errorf("%s: %d messages, %v", who.Name, len(shown.Messages), err)
			}
			if found := must[ops.Page](t)(d.List(ctx, who, ops.Filter{Words: "hello PAGE"})); len(found.Lines) != 1 {
				t.Errorf("%s finds %d of what is for all", who.Name, len(found.Lines))
			}
		}
		for _, who := range []access.Actor{owner, lead, team} {
			if found := must[ops.Page](t)(d.List(ctx, who, ops.Filter{Words: secret})); len(found.Lines) != 1 {
				t.Errorf("%s does not find it", who.Name)
			}
		}
		_, content, err := d.Download(ctx, team, r.Client, r.ID, file.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		if got, _ := io.ReadAll(content); !bytes.Contains(got, []byte(secret)) {
			t.Errorf("got %q", got)
		}
	})
}

func TestAListIsInTheOrderOfItsClocksAndPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		for _, p := range []contract.Priority{contract.Low, contract.Urgent, contract.Normal, contract.High} {
			must[*ops.Request](t)(d.Open(ctx, product, ops.OpenInput{Client: "org_acme", Title: string(p) + " page", Category: "other", Priority: p, Brief: work.Answers{"what": "page"}}))
		}
		var got []string
		f := ops.Filter{Open: true, Limit: 3}
		for {
			page := must[ops.Page](t)(d.List(ctx, owner, f))
			for _, l := range page.Lines {
				got = append(got, string(l.Priority))
			}
			if f.After = page.Next; f.After == "" {
				break
			}
		}
		if strings.Join(got, " ") != "urgent high normal low" {
			t.Errorf("got %v", got)
		}
		page := must[ops.Page](t)(d.List(ctx, owner, ops.Filter{Words: "page", Limit: 3}))
		next := must[ops.Page](t)(d.List(ctx, owner, ops.Filter{Words: "page", Limit: 3, After: page.Next}))
		if len(page.Lines) != 3 || page.Lines[0].Number != 4 || len(next.Lines) != 1 || next.Lines[0].Number != 1 {
			t.Errorf("%v, %v", page.Lines, next.Lines)
		}
		if words := page.Lines[1].Clock.Words(d.clock.now()); page.Lines[1].Name() != "R-3" || words != "4 h of working time left, due today 13:00" {
			t.Errorf("%s: %s", page.Lines[1].Name(), words)
		}
		_, err := d.List(ctx, owner, ops.Filter{After: "yesterday"})
		refused(t, err, fault.Invalid, "cursor")
		_, err = d.List(ctx, stranger, ops.Filter{Client: "org_acme"})
		refused(t, err, fault.NotFound, "not-found")
	})
}
