package ui_test

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/contract/ui"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

var noon = time.Date(2025, 11, 10, 12, 0, 0, 0, time.UTC)

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner     = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	lead      = of("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	executive = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	finance   = of("acc_fin", "Finn Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
)

// site is the pages of contracts over a fresh database; who says who is asking.
type site struct {
	t      *testing.T
	ops    *ops.Service
	ctx    context.Context
	server *httptest.Server
	routes []web.Route
	who    access.Actor
	now    time.Time
}

func newSite(t *testing.T) *site {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	s := &site{t: t, ctx: ctx, who: owner, now: noon}
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], noon); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return s.now }
	s.ops = &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})}
	pages := &ui.Pages{Ops: s.ops, Priced: true}
	g := &web.Registry{}
	pages.Register(g)
	s.routes = g.Routes()
	admit := func(r *http.Request, action string) (context.Context, error) {
		if err := access.RequireAny(s.who, access.Action(action), r.PathValue("client")); err != nil {
			return nil, err
		}
		return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), s.who), nil
	}
	s.server = httptest.NewServer(web.New(web.Options{Admit: admit, Frame: s.frame}, g))
	t.Cleanup(s.server.Close)
	return s
}

func (s *site) frame(*http.Request) kit.Frame {
	at := "/clients/org_acme"
	return kit.Frame{Workspace: "Northlight LLC", Person: &kit.Person{Name: s.who.Name, Role: s.who.Memberships[0].Role.Label(), SignOut: "/sign-out"},
		Client: &kit.ClientNav{Name: "Acme Robotics, Inc.", Href: at, Rooms: []kit.NavLink{{Key: "overview", Text: "Overview", Href: at}, {Key: ui.Room, Text: "Contract", Href: at + "/contract"}, {Key: "statements", Text: "Statements", Href: at + "/statements"}}}}
}

type answer struct {
	*goquery.Document
	status int
	path   string
	header http.Header
	text   string
}

func (s *site) do(method, path string, values ...string) answer {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	r, err := http.NewRequest(method, s.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	jar, _ := cookiejar.New(nil)
	answered, err := (&http.Client{Jar: jar}).Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answered.Body.Close()
	body, err := io.ReadAll(answered.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{doc, answered.StatusCode, answered.Request.URL.Path, answered.Header, string(body)}
}

func (s *site) get(path string) answer { s.t.Helper(); return s.do(http.MethodGet, path) }

func (s *site) post(path string, values ...string) answer {
	s.t.Helper()
	return s.do(http.MethodPost, path, values...)
}

// hidden are the hidden fields of the page's form, as a browser sends them.
func (a answer) hidden(values ...string) []string {
	a.Find("main form input[type=hidden]").Each(func(_ int, f *goquery.Selection) {
		values = append(values, f.AttrOr("name", ""), f.AttrOr("value", ""))
	})
	return values
}

func (a answer) says(t *testing.T, texts ...string) {
	t.Helper()
	have := strings.Join(strings.Fields(a.Find("main").Text()), " ")
	for _, text := range texts {
		if !strings.Contains(have, text) {
			t.Errorf("%s (%d) does not say %q:\n%s", a.path, a.status, text, have)
		}
	}
}

func text(version int, effective string) string {
	s := contract.Template("acme-growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2025-12-01"))
	return contract.Amendment(strings.Replace(s, "effective: 2025-12-01", "effective: "+effective, 1), version)
}

const room = "/clients/org_acme/contract"

// Each text leads to what its choices are worth, the draft once it is saved; and its check tells what it leaves open.
func TestEachTextLeadsToWhatItsChoicesAreWorth(t *testing.T) {
	s := newSite(t)
	leads := func(a answer, to string) {
		t.Helper()
		if a.Find("main a[href$='"+to+"']").Length() == 0 {
			t.Errorf("%s does not lead to %s", a.path, to)
		}
	}
	edit := s.post(room+"/new", "name", "acme-growth")
	if edit.Find("a[href$='/worth']").Length() > 0 {
		t.Error("a draft that is not saved has a price")
	}
	one := strings.TrimSuffix(edit.path, "/edit")
	saved := s.post(edit.path, edit.hidden("source", text(1, "2025-12-01"), "do", "save")...)
	leads(saved, one+"/edit/worth")
	saved.says(t, "9 things that it leaves open", "closed-won, line 56 There is no list of what the client already had.", "Write: carve_out: pipeline-2025-12")
	s.post(one+"/propose", s.get(one+"/propose").hidden()...)
	page := s.get(room)
	leads(page, one+"/worth")
	version := page.Find("table a[href*='/versions/']").AttrOr("href", "")
	leads(page, version+"/worth")
	leads(s.get(version), version+"/worth")
}

// From an empty room to an amendment in force, without JavaScript.
func TestTheLifeOfAContractInForms(t *testing.T) {
	s := newSite(t)
	s.get(room).says(t, "No contract yet", "Write the contract")

	// the lead begins, and meets the template in the names of both
	s.who = lead
	s.post(room+"/new", "name", "Acme Growth!").says(t, "Write a short name")
	edit := s.post(room+"/new", "name", "acme-growth")
	if edit.status != http.StatusOK || !strings.HasSuffix(edit.path, "/edit") {
		t.Fatalf("%d %s", edit.status, edit.path)
	}
	source := edit.Find("textarea[name=source]")
	if !strings.Contains(source.Text(), "client: Acme Robotics, Inc.") || source.AttrOr("data-check", "") == "" {
		t.Errorf("the editor begins with %.300s", source.Text())
	}
	one := strings.TrimSuffix(edit.path, "/edit")

	// a text with problems is checked and saved, and cannot be proposed
	bad := strings.Replace(text(1, "2025-12-01"), "rate: 3 %", "raet: 3 %", 1)
	checked := s.post(edit.path, edit.hidden("source", bad, "do", "check")...)
	checked.says(t, "This text is not saved yet.", "2 things to mend before it can be proposed.", "did you mean", "Line 34, column 5: clause closed-won, raet", "The text by line")
	place := checked.Find("a.issue-where").Last()
	if href := place.AttrOr("href", ""); href != "#L34" || place.AttrOr("data-column", "") != "5" || !strings.Contains(checked.Find(href).Text(), "raet: 3 %") {
		t.Errorf("the problem leads to %q, column %q", href, place.AttrOr("data-column", ""))
	}
	if checked.Find("textarea").Text() == "" || !strings.Contains(checked.Find("textarea").Text(), "raet: 3 %") {
		t.Error("the text is kept")
	}
	saved := s.post(edit.path, edit.hidden("source", bad)...)
	saved.says(t, "Saved by Lea Lead", "Revision 1 of the draft is saved")
	s.get(one+"/propose").says(t, "This draft cannot be proposed yet")
	fragment := s.post(one+"/check", "source", text(1, "2025-12-01"))
	if fragment.Find("nav").Length() != 0 || !strings.Contains(fragment.text, "This can be proposed.") {
		t.Errorf("the live check answers with a fragment: %.200s", fragment.text)
	}

	// somebody else saves meanwhile: nothing is overwritten
	s.who = owner
	other := s.get(edit.path)
	s.post(edit.path, other.hidden("source", text(1, "2025-12-01"))...).says(t, "Saved by Olga Owner")
	s.who = lead
	lost := s.post(edit.path, saved.hidden("source", bad+"# mine")...)
	lost.says(t, "Olga Owner saved this draft")
	if lost.status != http.StatusConflict || !strings.Contains(lost.Find("textarea").Text(), "# mine") {
		t.Errorf("%d; the text is kept", lost.status)
	}

	// the owner proposes what the page shows
	s.who = owner
	confirm := s.get(one + "/propose")
	confirm.says(t, "To Acme Robotics, Inc. you propose version 1 of acme-growth.", "USD 14,000.00 per month and 3 % of revenue closed", "This is the acceptance of Northlight LLC", "retainer: growth-team")
	version := s.post(one+"/propose", confirm.hidden()...)
	version.says(t, "Version 1 is proposed", "The agency has accepted; it waits for the client.", "Olga Owner", "not yet")
	s.post(one+"/propose", confirm.hidden()...).says(t, "cannot be proposed yet")

	// finance reads and cannot bind; the executive reads, and accepts exactly that
	s.who = finance
	s.get(room).says(t, "waits for the client")
	if got := s.get(version.path + "/accept"); got.status != http.StatusForbidden {
		t.Errorf("finance gets %d", got.status)
	}
	s.who = executive
	if got := s.get(one + "/edit"); got.status != http.StatusForbidden {
		t.Errorf("the client's people see no draft: %d", got.status)
	}
	accept := s.get(version.path + "/accept?side=client")
	accept.says(t, "For Acme Robotics, Inc. you accept version 1 of acme-growth.", "It binds both sides from 1 Dec 2025")
	s.post(version.path+"/accept", "sha256", "other", "side", "client").says(t, "not the text of version 1")
	s.post(version.path+"/accept", accept.hidden()...).says(t, "Version 1 binds both sides from 1 Dec 2025", "Emil Executive")
	s.post(version.path+"/accept", accept.hidden()...).says(t, "accepted for the client already, by Emil Executive")

	s.get(version.path+"/accept?side=client").says(t, "accepted for the client already", "Versions")

	// an amendment shows what changes, and is signed on paper
	s.who, s.now = owner, time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	s.get(room).says(t, "in force", "Write an amendment")
	next := s.get(edit.path)
	if !strings.Contains(next.Find("textarea").Text(), "\nversion: 2 ") {
		t.Error("the next draft carries the next number")
	}
	amended := strings.Replace(text(2, "2026-04-01"), "14,000.00", "16,500.00", 1)
	s.post(edit.path, next.hidden("source", amended)...)
	confirm = s.get(one + "/propose")
	confirm.says(t, "What changed since version 1", "Retainer growth-team: fee", "14,000.00 per month", "16,500.00 per month")
	second := s.post(one+"/propose", confirm.hidden()...)
	paper := s.get(second.path + "/paper")
	s.post(second.path+"/paper", paper.hidden("signatory", "", "signed_on", "2026-03-02", "reference", "DocuSign 4711")...).says(t, "Name the person who signed")
	s.post(second.path+"/paper", paper.hidden("signatory", "Carla CEO", "signed_on", "02.03.2026", "reference", "DocuSign 4711")...).says(t, "is not a date")
	s.post(second.path+"/paper", paper.hidden("signatory", "Carla CEO", "signed_on", "2026-03-02", "reference", "DocuSign 4711")...).
		says(t, "binds both sides from 1 Apr 2026", "Carla CEO on paper, 2 Mar 2026", "DocuSign 4711; recorded by Olga Owner")
	s.get(room).says(t, "Version 1", "in force", "accepted")
	s.now = time.Date(2026, 4, 2, 12, 0, 0, 0, time.UTC)
	s.get(room).says(t, "superseded", "USD 16,500.00 per month")

	yaml := s.get(second.path + "/yaml")
	if yaml.text != amended || !strings.Contains(yaml.header.Get("Content-Disposition"), "acme-growth-v2.yaml") {
		t.Errorf("the download is the text: %v", yaml.header)
	}
}

func TestWithdrawing(t *testing.T) {
	s := newSite(t)
	edit := s.post(room+"/new", "name", "acme-growth")
	one := strings.TrimSuffix(edit.path, "/edit")
	proposal := s.post(edit.path, edit.hidden("source", text(1, "2025-12-01"), "do", "propose")...)
	proposal.says(t, "you propose version 1")
	version := s.post(one+"/propose", proposal.hidden()...)
	s.post(version.path+"/withdraw", "reason", "").says(t, "Say in a sentence why")
	s.get(version.path+"/withdraw").says(t, "You withdraw the proposed version 1")
	s.post(version.path+"/withdraw", "reason", "the rate was wrong").says(t, "withdrawn", "Because", "the rate was wrong")
	if got := s.get(edit.path).Find("textarea").Text(); strings.TrimSpace(got) != strings.TrimSpace(text(1, "2025-12-01")) {
		t.Error("the next draft begins with what was withdrawn")
	}
}

func TestAContractStandsUnderItsOwnClient(t *testing.T) {
	s := newSite(t)
	edit := s.post(room+"/new", "name", "acme-growth")
	s.post(room+"/new", "name", "acme-events")
	s.get(room).says(t, "Contracts", "acme-growth", "acme-events", "draft")
	wrong := strings.Replace(edit.path, "org_acme", "org_bolt", 1)
	for _, path := range []string{wrong, strings.TrimSuffix(wrong, "/edit"), strings.TrimSuffix(wrong, "edit") + "propose", strings.TrimSuffix(wrong, "edit") + "versions/cv_none"} {
		if got := s.get(path); got.status != http.StatusNotFound {
			t.Errorf("%s answers %d", path, got.status)
		}
	}
}

func TestEveryRouteAsksForARight(t *testing.T) {
	s := newSite(t)
	s.who = of("acc_none", "Nobody", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
	for _, route := range s.routes {
		path := strings.NewReplacer("{client}", "org_acme", "{contract}", "ct_x", "{version}", "cv_x").Replace(route.Pattern)
		if got := s.do(route.Method, path); got.status != http.StatusNotFound {
			t.Errorf("%s answers %d to a stranger", route, got.status)
		}
	}
}
