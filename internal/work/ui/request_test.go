package ui_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
)

// promised are promises under which impact and urgency make the priority.
const promised = `service_levels:
  hours:
    - {days: mon-fri, shifts: "09:00-17:00"}
  other_days: []
  promises:
    - {promise: first-response, by: agency, until: response, urgent: 30 minutes, high: 2 hours, normal: 4 hours, low: 8 hours, around_the_clock: []}
  escalate:
    - {at: 75 %, to: account-lead}
  priority:
    impact: {high: a launch stands still, medium: work of several people waits, low: one person is hindered}
    urgency: {high: before the end of the day, medium: within the week, low: it can wait}
    matrix:
      - {impact: high, high: urgent, medium: high, low: normal}
      - {impact: medium, high: high, medium: normal, low: low}
      - {impact: low, high: normal, medium: low, low: low}
`

const acme = "/clients/org_acme/work"

// asked opens a request on its page, and gives the address of it.
func (k *desk) asked(title string, pairs ...string) string {
	k.t.Helper()
	client := k.as(product)
	form := client.Get(acme + "/new?category=other")
	done := client.Press(form, "/work/new", append([]string{"title", title, "brief.what", "We need " + title, "impact", "high", "urgency", "low"}, pairs...)...)
	if done.Status != http.StatusOK || !strings.Contains(done.Path, acme+"/req_") {
		k.t.Fatalf("%d %s: %s", done.Status, done.Path, done.Text())
	}
	return done.Path
}

func TestIntakeAsksForImpactAndUrgency(t *testing.T) {
	k := newDeskUnder(t, promised)
	client := k.as(product)
	client.Get(acme).Says(t, http.StatusOK, "Nothing was asked yet")
	form := client.Get(acme + "/new?category=other")
	form.Says(t, http.StatusOK, "high: a launch stands still", "low: it can wait")
	if form.Find("[name=priority]").Length() != 0 {
		t.Error("the priority is asked for, though the contract makes it")
	}
	refused := client.Press(form, "/work/new", "title", "", "brief.what", "a page", "impact", "high")
	refused.Says(t, http.StatusUnprocessableEntity, "Give the request a title", "Choose the urgency: high (before the end of the day)")
	if v, _ := refused.Find("[name='brief.what']").Html(); !strings.Contains(v, "a page") || refused.Find("[name=urgency][aria-invalid=true]").Length() != 1 {
		t.Errorf("what was typed is lost, or the message is not at its field: %s", refused.Body)
	}
	at := k.asked("A landing page")
	k.as(lead).Get(at).Says(t, http.StatusOK, "normal", "By the contract: high impact (a launch stands still) and low urgency (it can wait) make it normal.", "The account lead is told when 75 %", "Not enough to tell: 0 like this took more than")
}

func TestARequestAsEachSideSeesIt(t *testing.T) {
	k := newDeskUnder(t, promised)
	at := k.asked("A landing page")
	agency, client := k.as(lead), k.as(product)
	agency.Press(agency.Get(at), "/note", "note-text", "the margin is thin")
	agency.Press(agency.Get(at), "/answer", "answer-text", "Which page do you mean?")
	agency.Get(at).Says(t, http.StatusOK, "the margin is thin", "Internal · the client does not see this", "Which page do you mean?")
	for who, b := range map[string]string{"page": client.Get(at).Body, "inbox": client.Get(acme + "?q=margin").Body} {
		if strings.Contains(b, "margin is thin") || who == "inbox" && strings.Contains(b, "A landing page") {
			t.Errorf("the client finds the internal note on the %s", who)
		}
	}
	theirs := client.Get(at)
	theirs.Says(t, http.StatusOK, "Which page do you mean?", "kept")
	if theirs.Find("form[action$='/note'], form[action$='/triage'], form[action$='/priority']").Length() != 0 {
		t.Error("the client is offered what is the agency's")
	}
	if got := client.Post(at+"/priority", "priority-priority", "urgent", "priority-note", "now"); got.Status != http.StatusForbidden {
		t.Errorf("the client triages: %d", got.Status)
	}
	if got := client.Post(at+"/note", "note-text", "we write it too"); got.Status < 400 {
		t.Errorf("the client writes an internal note: %d", got.Status)
	}
	if got := k.as(maker).Get(at); got.Status != http.StatusNotFound {
		t.Errorf("a specialist sees what is not its own: %d", got.Status)
	}
	if empty := client.Press(client.Get(at), "/answer", "answer-text", ""); empty.Status != http.StatusUnprocessableEntity || empty.Find("[name='answer-text'][aria-invalid=true]").Length() != 1 {
		t.Errorf("%d %s", empty.Status, empty.Text())
	}
}

func TestTriageAgainstTheContractNeedsAReason(t *testing.T) {
	k := newDeskUnder(t, promised)
	at := k.asked("A landing page")
	agency := k.as(lead)
	page, before := agency.Get(at), agency.Get(at)
	refused := agency.Press(page, "/priority", "priority-priority", "urgent")
	refused.Says(t, http.StatusUnprocessableEntity, "Say why the priority changes")
	if refused.Find("[name='priority-note'][aria-invalid=true]").Length() != 1 {
		t.Error("the message is not at its field")
	}
	agency.Press(refused, "/priority", "priority-priority", "urgent", "priority-note", "The fair is on Monday.").
		Says(t, http.StatusOK, "make it normal; urgent was set instead", "The fair is on Monday.")
	if stale := agency.Press(before, "/priority", "priority-priority", "low", "priority-note", "no"); stale.Status != http.StatusConflict || !strings.Contains(stale.Text(), "Meanwhile Lea Lead changed this request") {
		t.Errorf("%d %s", stale.Status, stale.Text())
	}
}

func TestInboxAndBoardWithKeptViews(t *testing.T) {
	k := newDeskUnder(t, promised)
	k.asked("A landing page")
	k.asked("A broken form", "urgency", "high")
	client, agency := k.as(product), k.as(lead)
	for _, who := range []access.Actor{lead, maker} {
		filters := map[string]int{lead.Account: 1}[who.Account]
		if n := k.as(who).Get("/inbox").Find("select[name=scope]").Length(); n != filters {
			t.Errorf("%d filters of the scope, want %d", n, filters)
		}
	}
	list := agency.Get("/inbox?priority=urgent")
	list.Says(t, http.StatusOK, "A broken form", "Keep this as a view")
	if strings.Contains(list.Text(), "A landing page") {
		t.Error("the filter lets everything through")
	}
	if bad := agency.Press(list, "/work-views", "name", ""); bad.Status != http.StatusUnprocessableEntity || bad.Find("[name=name][aria-invalid=true]").Length() != 1 {
		t.Errorf("%d %s", bad.Status, bad.Text())
	}
	kept := agency.Press(list, "/work-views", "name", "Pressing", "shared", "yes")
	kept.Says(t, http.StatusOK, "Pressing", "A broken form")
	if kept.Find("[data-views] [aria-current]").Length() != 1 || strings.Contains(kept.Text(), "Keep this as a view") {
		t.Error("the open view is not marked")
	}
	board := client.Get(acme + "/board?priority=normal")
	board.Says(t, http.StatusOK, "A landing page")
	if strings.Contains(board.Text(), "A broken form") {
		t.Error("the board is not filtered")
	}
	client.Press(board, "/work-views", "name", "Calm").Says(t, http.StatusOK, "Calm", "A landing page")
	if mine := client.Get("/work-views"); strings.Contains(mine.Text(), "Pressing") || !strings.Contains(mine.Text(), "Calm") {
		t.Errorf("%s", mine.Text())
	}
	k.as(owner).Get("/work-views").Says(t, http.StatusOK, "Pressing", "Lea Lead, shared with the agency")
	agency.Press(agency.Get("/work-views"), "/delete")
	if gone := k.as(owner).Get("/work-views"); strings.Contains(gone.Text(), "Pressing") {
		t.Error("a deleted view is still shared")
	}
	agency.Get("/inbox?category=fax").Says(t, http.StatusOK, "There is no such thing any more as the category fax")
	agency.Get("/inbox?q=nothing-like-it").Says(t, http.StatusOK, "Nothing is found")
	if bad := agency.Get("/inbox?after=somewhere"); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", bad.Status)
	}
}

// A request is handed back where a specialist has it; where it waits on the client, the agency stops waiting.
func TestWhatEndsAWait(t *testing.T) {
	k := newDeskUnder(t, promised)
	at := k.asked("A landing page")
	agency := k.as(lead)
	waiting := agency.Press(agency.Get(at), "/ask", "ask-note", "Which page?")
	if waiting.Find("form[action$='/back']").Length() != 0 || waiting.Find("form[action$='/go-on']").Length() != 1 {
		t.Errorf("a request that waits on the client is offered to be handed back: %s", waiting.Text())
	}
	goesOn := agency.Press(waiting, "/go-on", "go-on-note", "They told us by telephone.")
	goesOn.Says(t, http.StatusOK, "Lea Lead goes on with it", "They told us by telephone.")
	if goesOn.Find("form[action$='/back'], form[action$='/go-on']").Length() != 0 {
		t.Error("it waits on nobody and is offered to go on")
	}
}

func TestTheMonthWithAnExcusedMiss(t *testing.T) {
	k := newDeskUnder(t, promised)
	var files []string
	k.ops.HandOver = func(_ context.Context, _ access.Actor, _, _ string, file []byte) error {
		files = append(files, string(file))
		return nil
	}
	at := k.asked("A landing page")
	k.now = time.Date(2026, 4, 3, 15, 0, 0, 0, time.UTC)
	agency, client := k.as(lead), k.as(boss)
	k.now = time.Date(2026, 4, 1, 23, 0, 0, 0, time.UTC)
	early := agency.Get(acme + "/promises?month=2026-03")
	early.Says(t, http.StatusOK, "the misses of March 2026 are handed over when it has ended, from 2 Apr 2026 on.")
	if early.Find("form[method=post][action$='/promises']").Length() != 0 {
		t.Error("a month that is not over is offered to the evidence")
	}
	k.now = time.Date(2026, 4, 3, 15, 0, 0, 0, time.UTC)
	if agency.Get(acme+"/promises?month=2026-03").Find("form[method=post][action$='/promises']").Length() != 1 {
		t.Error("a month that is over is not offered to the evidence")
	}
	month := agency.Get(acme + "/promises?month=2026-03")
	month.Says(t, http.StatusOK, "A landing page", "0.0 %", "These are no evidence yet.")
	agency.Post(acme+"/promises", "month", "2026-03").Says(t, http.StatusOK, "Handed to the evidence on 3 Apr 2026 by Lea Lead: 1, 0 of them excused.")
	if k.as(product).Get(at).Find("form[action$='/excuse']").Length() != 0 {
		t.Error("a person who decides nothing of fees is offered to excuse")
	}
	refused := client.Press(client.Get(at), "/excuse")
	if refused.Status != http.StatusUnprocessableEntity || refused.Find("[name='excuse-note'][aria-invalid=true]").Length() != 1 {
		t.Errorf("%d %s", refused.Status, refused.Text())
	}
	client.Press(client.Get(at), "/excuse", "excuse-clock", "first-response", "excuse-note", "It was a holiday.").Says(t, http.StatusOK, "Excused on 3 Apr 2026 by Emil Executive: It was a holiday. It does not count.")
	client.Get(acme+"/promises?month=2026-03").Says(t, http.StatusOK, "nothing counts yet", "0.0 %", "By Emil Executive: It was a holiday.", "Handed to the evidence on 3 Apr 2026 by Ofrecord: 1, 1 of them excused.")
	if len(files) != 2 || !strings.Contains(files[1], ",true") {
		t.Errorf("%v", files)
	}
	client.Press(client.Get(at), "/unexcuse", "unexcuse-clock", "first-response", "unexcuse-note", "It was none.").Says(t, http.StatusOK, "first response")
	for _, who := range []access.Actor{boss, product, lead} { // both stand in the history, whether they hold or not
		page := k.as(who).Get(at)
		page.Says(t, http.StatusOK, "Emil Executive excused the missed promise first response, by the agency", "It was a holiday.", "Emil Executive took back the excuse of the missed promise first response, by the agency", "It was none.")
		if strings.Contains(page.Text(), "It does not count.") || strings.Index(page.Text(), "took back the excuse") > strings.Index(page.Text(), "excused the missed promise") {
			t.Errorf("%s reads %s", who.Name, page.Text())
		}
	}
	if bad := client.Get(acme + "/promises?month=March"); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", bad.Status)
	}
	if bad := k.as(maker).Get(acme + "/promises"); bad.Status < 400 {
		t.Errorf("a specialist sees the month: %d", bad.Status)
	}
	if file := client.Get(acme + "/promises?month=2026-03&format=csv"); !strings.HasPrefix(file.Body, "miss_id,missed_on,target,note,excused\n") {
		t.Error(file.Body)
	}
}
