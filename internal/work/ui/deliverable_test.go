package ui_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
	"github.com/ofrecord/ofrecord/internal/work/ops"
	"github.com/ofrecord/ofrecord/internal/work/ui"
)

func person(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner   = person("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	lead    = person("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency})
	maker   = person("acc_spec", "Sue Specialist", access.Membership{Role: access.SpecialistPartner, Org: "org_spec", OrgKind: access.Specialist, Client: "org_acme"})
	boss    = person("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	product = person("acc_prod", "Petra Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
)

type desk struct {
	t   *testing.T
	ops *ops.Service
	now time.Time
}

const terms = `approvals:
  feedback: {within: 5 working days, silence: not-accepted, late: day-for-day}
  rounds: {included: 2, counted: revisions, further: change-order}
ownership: {passes: accepted-and-paid, accepted_within: 12 months, silence_accepts: no}
`

func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskUnder(t, terms)
}

func newDeskUnder(t *testing.T, terms string) *desk {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	k := &desk{t: t, now: time.Date(2026, 3, 6, 15, 0, 0, 0, time.UTC)}
	clock := func() time.Time { k.now = k.now.Add(time.Millisecond); return k.now }
	must(t, d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_spec", "specialist", "Brightpath"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], k.now); err != nil {
				return err
			}
		}
		return nil
	}))
	files, err := blob.Open(t.TempDir())
	must(t, err)
	parties := partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties}
	c, err := contracts.Begin(ctx, owner, "org_acme", "growth")
	must(t, err)
	saved, err := contracts.Save(ctx, owner, contractops.SaveInput{Contract: c.ID, Source: contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01")) + terms})
	must(t, err)
	v, err := contracts.Propose(ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	must(t, err)
	_, err = contracts.Accept(ctx, boss, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	must(t, err)
	k.ops = &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contracts: contracts, Files: files}
	return k
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// handler is the pages as one person gets them.
func (k *desk) handler(who access.Actor) http.Handler {
	g := &web.Registry{}
	(&ui.Pages{Ops: k.ops}).Register(g)
	return web.New(web.Options{
		Admit: func(r *http.Request, action string) (context.Context, error) {
			if action == web.Public {
				return r.Context(), nil
			}
			if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
				return nil, err
			}
			return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), who), nil
		},
		Frame: func(*http.Request) kit.Frame { return kit.Frame{Workspace: "Northlight"} },
	}, g)
}

func (k *desk) as(who access.Actor) *webtest.Browser { return webtest.Open(k.t, k.handler(who)) }

// sends submits a file as a browser does.
func (k *desk) sends(who access.Actor, path, name, content string) (int, string) {
	k.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(k.t, form.WriteField("note", "new"))
	part, err := form.CreateFormFile("file", name)
	must(k.t, err)
	_, _ = part.Write([]byte(content))
	must(k.t, form.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	k.handler(who).ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const png = "\x89PNG\r\n\x1a\nthis is a picture"

func (k *desk) proposed() string {
	k.t.Helper()
	b := k.as(lead)
	done := b.Press(b.Get("/clients/org_acme/deliverables/new"), "/deliverables/new", "name", "Landing page", "due", "2026-03-31", "provider", "org_spec", "fee_month", "2026-03")
	if done.Status != http.StatusOK || !strings.Contains(done.Path, "/deliverables/del_") {
		k.t.Fatalf("%d %s: %s", done.Status, done.Path, done.Text())
	}
	return done.Path
}

// A specialist's version is reviewed, released, looked at and approved as exactly the file that was shown; before its release the client finds it nowhere.
func TestADeliverableOnItsPages(t *testing.T) {
	k := newDesk(t)
	at := k.proposed()
	if code, body := k.sends(maker, at+"/versions", "secret.png", "<svg onload='x'/>"); code != http.StatusUnprocessableEntity || !strings.Contains(body, "does not begin as its name says") || !strings.Contains(body, ">new</textarea>") {
		t.Errorf("%d %s", code, body)
	}
	if code, body := k.sends(maker, at+"/versions", "secret.png", png); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	client := k.as(product)
	for _, path := range []string{at, "/clients/org_acme/deliverables", "/clients/org_acme/deliverables?name=land"} {
		if page := client.Get(path); page.Status != http.StatusOK || strings.Contains(page.Body, "secret") || strings.Contains(page.Body, "review") {
			t.Errorf("%s shows it to the client: %d %s", path, page.Status, page.Text())
		}
	}
	for _, path := range []string{"/versions/1", "/versions/1/file", "/versions/1/approve", "/compare?a=1&b=1"} {
		if page := client.Get(at + path); page.Status != http.StatusNotFound {
			t.Errorf("%s is %d", path, page.Status)
		}
	}
	agency := k.as(lead)
	confirm := agency.Get(at + "/versions/1/release")
	if text := confirm.Text(); !strings.Contains(text, "It opens no round.") || !strings.Contains(text, "The client has until the end of 13 Mar 2026; silence accepts nothing.") {
		t.Error(text)
	}
	agency.Press(confirm, "/release")
	shown := client.Get(at)
	if src, _ := shown.Find("img").Attr("src"); src != at+"/versions/1/file?show=1" {
		t.Errorf("the picture is %q", src)
	}
	file := client.Get(at + "/versions/1/file?show=1")
	if h := file.Header; file.Body != png || h.Get("Content-Type") != "image/png" || !strings.HasPrefix(h.Get("Content-Disposition"), "inline") || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
		h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", h)
	}
	if policy := shown.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src 'self'") {
		t.Errorf("the page lets no document in: %s", policy)
	}
	changes := client.Get(at + "/versions/1/feedback")
	if text := changes.Text(); !strings.Contains(text, "The next version opens round 1 of the 2 included.") {
		t.Error(text)
	}
	if empty := client.Press(changes, "/feedback"); empty.Status != http.StatusUnprocessableEntity || !strings.Contains(empty.Text(), "one a line") {
		t.Errorf("%d %s", empty.Status, empty.Text())
	}
	client.Press(changes, "/feedback", "changes", "a shorter headline\nthe new logo")
	if page := k.as(maker).Get(at); !strings.Contains(page.Text(), "a shorter headline · the new logo") || strings.Contains(page.Text(), "Whose it is") {
		t.Error(page.Text())
	}
	if code, body := k.sends(maker, at+"/versions", "page.html", "<script>alert(1)</script>"); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	agency.Press(agency.Get(at+"/versions/2/release"), "/release")
	approval := client.Get(at + "/versions/2/approve")
	for _, say := range []string{"Round 1 of 2", "It moves no fee by itself.", "accepted in writing on 6 Mar 2026, within 12 months; no payment of its fee is known", "Due 31 Mar 2026."} {
		if !strings.Contains(approval.Text(), say) {
			t.Errorf("lacks %q: %s", say, approval.Text())
		}
	}
	if strings.Contains(approval.Body, "<script>alert") || !strings.Contains(approval.Body, "&lt;script&gt;alert") {
		t.Error("a page is not shown as its text")
	}
	if down := client.Get(at + "/versions/2/file?show=1"); !strings.HasPrefix(down.Header.Get("Content-Disposition"), "attachment") || down.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%v", down.Header)
	}
	late := k.as(boss).Get(at + "/versions/2/approve")
	client.Press(approval, "/approve")
	second := k.as(boss).Press(late, "/approve")
	if second.Status != http.StatusConflict || !strings.Contains(second.Text(), "Petra Product approved version 2 on 6 Mar 2026") {
		t.Errorf("%d %s", second.Status, second.Text())
	}
	if compared := client.Get(at + "/compare?a=1&b=2"); compared.Status != http.StatusOK || compared.Find(".side-by-side > *").Length() != 2 {
		t.Errorf("%d %s", compared.Status, compared.Body)
	}
	if end := client.Get(at); !strings.Contains(end.Text(), "Petra Product approved version 2 on") || !strings.Contains(end.Text(), "accepted") {
		t.Error(end.Text())
	}
}

// A round beyond those included is released under a change order that both sides accepted, or a paper whose place is named, never under an invented one.
func TestAFurtherRoundNamesAnAcceptedChangeOrder(t *testing.T) {
	k := newDeskUnder(t, strings.Replace(terms, "included: 2", "included: 0", 1))
	var agreed []string
	k.ops.Deliverables.Orders = func(context.Context, bun.Tx, string) ([]string, error) { return agreed, nil }
	at, agency, client := k.proposed(), k.as(lead), k.as(product)
	for version := range 2 {
		if code, body := k.sends(maker, at+"/versions", "page.png", png+strings.Repeat("!", version)); code != http.StatusSeeOther {
			t.Fatalf("%d %s", code, body)
		}
		if version == 0 {
			agency.Press(agency.Get(at+"/versions/1/release"), "/release")
			client.Press(client.Get(at+"/versions/1/feedback"), "/feedback", "changes", "a shorter headline")
		}
	}
	form := agency.Get(at + "/versions/2/release")
	agency.Press(form, "/release").Says(t, http.StatusUnprocessableEntity, "say which change order agreed it")
	agency.Press(form, "/release", "order", "CO-999").Says(t, http.StatusUnprocessableEntity, "No change order of this name was accepted by both sides")
	agency.Press(form, "/release", "paper", "  ").Says(t, http.StatusUnprocessableEntity, "say which change order agreed it")
	agreed = []string{"change order 2: One more round"}
	form = agency.Get(at + "/versions/2/release")
	if form.Find("option[value='change order 2: One more round']").Length() != 1 {
		t.Error(form.Text())
	}
	agency.Press(form, "/release", "order", agreed[0]).Says(t, http.StatusOK, "change order 2: One more round")
}

// Another file than the one that was shown is not approved.
func TestAnApprovalNamesTheFile(t *testing.T) {
	k := newDesk(t)
	at := k.proposed()
	k.sends(maker, at+"/versions", "one.png", png)
	agency := k.as(lead)
	agency.Press(agency.Get(at+"/versions/1/release"), "/release")
	client := k.as(product)
	if got := client.Press(client.Get(at+"/versions/1/approve"), "/approve", "sha256", strings.Repeat("0", 64)); got.Status != http.StatusConflict || !strings.Contains(got.Text(), "not the file of version 1") {
		t.Errorf("%d %s", got.Status, got.Text())
	}
}
