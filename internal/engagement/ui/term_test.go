package ui_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/engagement/ui"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

// termSite is the pages of the relationship of one client, with a contract of 2026 that both have accepted, on 1 September.
type termSite struct {
	t                *testing.T
	ctx              context.Context
	ops              *ops.Service
	now              time.Time
	owner, executive access.Actor
	finance          access.Actor
	client, contract string
}

func newTermSite(t *testing.T, term string) *termSite {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	s := &termSite{t: t, ctx: ctx, now: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return s.now }
	parties := partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties}
	s.ops = &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contracts: contracts, Term: ops.Term{PublicURL: "https://example.test"}}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	boot, err := parties.Bootstrap(ctx, partyops.BootstrapInput{Workspace: dbtest.Workspace, AgencyName: "Northlight", OwnerName: "Olga Owner", OwnerEmail: "olga@northlight.example"})
	check(err)
	s.owner, err = parties.ActorOf(ctx, boot.Owner.ID, dbtest.Workspace)
	check(err)
	acme, err := parties.CreateClient(ctx, s.owner, "Acme")
	check(err)
	s.client = acme.ID
	for role, to := range map[access.Role]*access.Actor{access.ClientExecutive: &s.executive, access.ClientFinance: &s.finance} {
		m, err := parties.Invite(ctx, s.owner, partyops.InviteInput{Org: s.client, Role: role, Name: string(role), Email: string(role) + "@acme.example"})
		check(err)
		*to, err = parties.ActorOf(ctx, m.Account, dbtest.Workspace)
		check(err)
	}
	if term != "" {
		c, err := contracts.Begin(ctx, s.owner, s.client, "growth")
		check(err)
		s.contract = c.ID
		source := contract.Template("growth", "Acme", "Northlight", cal.MustDate("2026-01-01"))
		from, to := strings.Index(source, "  length: 12"), strings.Index(source, "\nclauses:")
		saved, err := contracts.Save(ctx, s.owner, contractops.SaveInput{Contract: c.ID, Source: source[:from] + term + source[to:]})
		check(err)
		v, err := contracts.Propose(ctx, s.owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
		check(err)
		_, err = contracts.Accept(ctx, s.executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
		check(err)
	}
	s.now = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	return s
}

// as is the browser of a person.
func (s *termSite) as(who access.Actor) *webtest.Browser {
	g := &web.Registry{}
	(&ui.Pages{Ops: s.ops}).Register(g)
	admit := func(r *http.Request, action string) (context.Context, error) {
		if action != web.Public {
			if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
				return nil, err
			}
		}
		return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), who), nil
	}
	return webtest.Open(s.t, web.New(web.Options{Admit: admit}, g))
}

func (s *termSite) at(page string) string { return ui.Path(s.client) + "/" + page }

const autoTerm = "  length: 12 months\n  renewal: {kind: auto, each: 12 months, at_most: 2}\n  notice: {period: 90 days, fee: full, ends: term-end, receipt: {in_product: 0 days, email: 1 working day}}\n  exit: {retainer_balance: forfeit}\n"

func TestPagesBeforeAnythingIsAccepted(t *testing.T) {
	s := newTermSite(t, "")
	for page, words := range map[string]string{"term": "last day for notice", "notice": "Notice ends a contract", "exit": "accounts, assets, data and access", "settlement": "every part of what is owed"} {
		s.as(s.finance).Get(s.at(page)).Says(t, http.StatusOK, "No contract is accepted by both sides yet", words)
	}
}

func TestNoticeIsShownBeforeItBindsThenAcknowledged(t *testing.T) {
	s := newTermSite(t, autoTerm)
	executive, owner := s.as(s.executive), s.as(s.owner)
	executive.Get(s.at("term")).Says(t, http.StatusOK, "it renews on 1 Jan 2027 for 12 months", "must be received by 2 Oct 2026", "Last day for notice")

	form := executive.Get(s.at("notice/give"))
	executive.Press(form, "/notice/give", "given_on", "2026-12-01", "way", "in_product").Says(t, http.StatusUnprocessableEntity, "That day is still to come")
	shown := executive.Press(form, "/notice/give", "way", "in_product", "text", "We end it.")
	shown.Says(t, http.StatusOK, "Counts as received", "ends the contract on 31 Dec 2026", "owed in full until 31 Dec 2026", "Only both sides together withdraw it")
	s.as(s.finance).Get(s.at("notice")).Says(t, http.StatusOK, "No notice was given")

	executive.Press(shown, "/notice/confirm").Says(t, http.StatusOK, "Notice of the client, 1 Sep 2026", "We end it.", "Money follows from the contract")
	waiting := owner.Get(s.at("notice"))
	link, _ := waiting.Find(`a[href$="/acknowledge"]`).Attr("href")
	owner.Press(owner.Get(link), "/acknowledge", "note", "We have it.").Says(t, http.StatusOK, "acknowledged", "We have it.")

	drafted := owner.Press(owner.Get(s.at("notice")), "/draft")
	if want := "/clients/" + s.client + "/contract/" + s.contract + "/edit"; drafted.Path != want {
		t.Errorf("leads to %s, want %s", drafted.Path, want)
	}
	_, draft, err := s.ops.Contracts.Draft(s.ctx, s.owner, s.contract)
	if err != nil || !strings.Contains(draft.Source, "ended: 2027-01-01") || !strings.Contains(draft.Source, "received: 2026-09-01") {
		t.Errorf("%v\n%s", err, draft.Source)
	}
}

// Given a contract that says nothing of receipt, when one side dates a notice back, then it is told before and after that it ends nothing until it is acknowledged, and from then on every page
// names the new last day.
func TestABackdatedNoticeIsAClaimOnEveryPage(t *testing.T) {
	s := newTermSite(t, "  length: 12 months\n  renewal: {kind: mutual-written, each: 12 months, at_most: 2}\n  notice: {period: 90 days, fee: full}\n")
	executive, owner := s.as(s.executive), s.as(s.owner)
	shown := executive.Press(executive.Get(s.at("notice/give")), "/notice/give", "way", "email", "given_on", "2026-07-01", "received_on", "2026-07-06")
	shown.Says(t, http.StatusOK, "it is a claim and ends nothing", "Last day that it would bring")
	executive.Press(shown, "/notice/confirm").Says(t, http.StatusOK, "It ends nothing yet.", "Last day that it would bring")
	for _, page := range []string{"term", "exit", "settlement"} {
		owner.Get(s.at(page)).Says(t, http.StatusOK, "A notice is not acknowledged.", "31 Dec 2026")
	}
	link, _ := owner.Get(s.at("notice")).Find(`a[href$="/acknowledge"]`).Attr("href")
	owner.Press(owner.Get(link), "/acknowledge")
	for _, page := range []string{"term", "exit", "settlement", ""} {
		got := owner.Get(strings.TrimSuffix(s.at(page), "/"))
		got.Says(t, http.StatusOK, "4 Oct 2026")
		if strings.Contains(got.Body, "31 Dec 2026") {
			t.Errorf("%q still tells the old last day", page)
		}
	}
}

func TestAnExitIsWorkedOffAndSettledByBoth(t *testing.T) {
	s := newTermSite(t, strings.Replace(autoTerm, "kind: auto, each: 12 months, at_most: 2", "kind: none", 1))
	executive, owner := s.as(s.executive), s.as(s.owner)
	s.as(s.finance).Get(s.at("exit")).Says(t, http.StatusOK, "those begin it who may give notice")
	begin := owner.Get(s.at("exit/begin") + "?contract=" + s.contract)
	begin.Says(t, http.StatusOK, "No notice ends this contract.")
	owner.Press(begin, "/exit/begin").Says(t, http.StatusUnprocessableEntity, "Say why the handover begins already")
	owner.Press(begin, "/exit/begin", "reason", "It does not renew.").Says(t, http.StatusOK, "Advertising accounts are owned by the client", "31 Dec 2026")
	item := owner.Get(s.at("exit/items/t01/done") + "?contract=" + s.contract)
	owner.Press(item, "/done").Says(t, http.StatusUnprocessableEntity, "Write how it can be seen")
	owner.Press(item, "/done", "note", "Manager account 4711").Says(t, http.StatusOK, "Manager account 4711")
	executive.Press(executive.Get(s.at("exit/items/t01/confirmed")+"?contract="+s.contract), "/confirmed").Says(t, http.StatusOK, "confirmed", "Manager account 4711")

	s.now = time.Date(2027, 1, 11, 12, 0, 0, 0, time.UTC)
	owner.Get(s.at("settlement")).Says(t, http.StatusOK, "9 parts are open.", "What is unknown is not zero", "What was paid for and not used is lost.")
	for _, rule := range engagement.PartRules() {
		if rule.Key == engagement.RetainerBalance {
			continue
		}
		page := owner.Get(s.at("settlement/state") + "?contract=" + s.contract + "&part=" + string(rule.Key))
		owner.Press(page, "/state", "amount", "100.00").Says(t, http.StatusUnprocessableEntity, "Write how the amount comes about")
		owner.Press(page, "/state", "amount", "100.00", "basis", "as listed", "evidence", "folder Exit").Says(t, http.StatusOK, "folder Exit")
	}
	accept := owner.Get(s.at("settlement/accept") + "?contract=" + s.contract)
	accept.Says(t, http.StatusOK, "Acme owes Northlight USD 500.00.")
	owner.Press(accept, "/accept").Says(t, http.StatusOK, "accepted")
	executive.Press(executive.Get(s.at("settlement/accept")+"?contract="+s.contract), "/accept").Says(t, http.StatusOK, "closed", "does not change any more")

	csv := executive.Get(s.at("settlement/settlement.csv"))
	if !strings.Contains(csv.Body, "clawback-reserve,Clawback reserve,-100.00,USD,as listed") || !strings.Contains(csv.Body, "total,Total,500.00,USD") {
		t.Error(csv.Body)
	}
	owner.Get(s.at("settlement")).Says(t, http.StatusOK, "Both sides have accepted it")
	if owner.Get(s.at("settlement")).Find(`a[href*="settlement/state"]`).Length() != 0 {
		t.Error("a closed settlement offers to state a part")
	}
}

func TestACalendarIsReadWithoutSigningInUntilItIsRevoked(t *testing.T) {
	s := newTermSite(t, autoTerm)
	finance := s.as(s.finance)
	made := finance.Press(finance.Get(s.at("term/calendar")), "/term/calendar", "label", "Finance")
	made.Says(t, http.StatusOK, "it is shown this once")
	if made.Header.Get("Cache-Control") != "no-store" {
		t.Error("the secret address may be cached")
	}
	from := strings.Index(made.Body, "/calendar/"+dbtest.Workspace)
	address := made.Body[from : from+strings.IndexAny(made.Body[from:], "<\"&\n ")]
	nobody := s.as(access.Actor{})
	feed := nobody.Get(address)
	if feed.Status != http.StatusOK || !strings.Contains(feed.Header.Get("Content-Type"), "text/calendar") || !strings.Contains(feed.Body, "DTSTART;VALUE=DATE:20261002") {
		t.Fatalf("%d %s", feed.Status, feed.Body)
	}
	for _, name := range []string{"Olga", "Acme", "acme.example", string(access.ClientFinance)} {
		if strings.Contains(feed.Body, name) {
			t.Errorf("the feed names %s", name)
		}
	}
	link, _ := finance.Get(s.at("term")).Find(`a[href$="/revoke"]`).Attr("href")
	finance.Press(finance.Get(link), "/revoke").Says(t, http.StatusOK, "Nobody subscribes to these dates yet")
	if got := nobody.Get(address).Status; got != http.StatusNotFound {
		t.Errorf("a revoked address answers %d", got)
	}
}

// Given an amendment that both have accepted and that is in force from a day to come, when the page is read before that day, then it names the version in force, and the other as coming.
func TestTheTermPageNamesTheVersionInForce(t *testing.T) {
	s := newTermSite(t, autoTerm)
	source := contract.Template("growth", "Acme", "Northlight", cal.MustDate("2026-01-01"))
	from, to := strings.Index(source, "  length: 12"), strings.Index(source, "\nclauses:")
	source = source[:from] + strings.Replace(autoTerm, "90 days", "60 days", 1) + source[to:]
	source = strings.Replace(source, "effective: 2026-01-01", "effective: 2026-10-15", 1)
	_, draft, err := s.ops.Contracts.Draft(s.ctx, s.owner, s.contract)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := s.ops.Contracts.Save(s.ctx, s.owner, contractops.SaveInput{Contract: s.contract, Source: strings.Replace(source, "version: 1", "version: 2", 1), Revision: draft.Revision})
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.ops.Contracts.Propose(s.ctx, s.owner, contractops.ProposeInput{Contract: s.contract, Revision: saved.Revision})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ops.Contracts.Accept(s.ctx, s.executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}); err != nil {
		t.Fatal(err)
	}
	page := s.as(s.executive).Get(s.at("term"))
	page.Says(t, http.StatusOK, "This is version 1, in force from 1 Jan 2026.", "Version 2 is accepted by both sides and comes into force on 15 Oct 2026.", "90 days", "60 days")
	if strings.Contains(page.Text(), "This is version 2") {
		t.Error("a version to come is told as the one in force")
	}
	s.now = time.Date(2026, 10, 15, 12, 0, 0, 0, time.UTC)
	if page = s.as(s.executive).Get(s.at("term")); !strings.Contains(page.Text(), "This is version 2") || strings.Contains(page.Text(), "What is to come") {
		t.Error("on its day the version is not told as the one in force")
	}
}

func TestARenewalIsAgreedByBothThenDrafted(t *testing.T) {
	s := newTermSite(t, "  length: 12 months\n  renewal: {kind: mutual-written, each: 12 months, at_most: 2}\n  notice: {period: 90 days, fee: full}\n")
	executive, owner := s.as(s.executive), s.as(s.owner)
	for _, b := range []*webtest.Browser{owner, executive} {
		b.Get(s.at("term")).Says(t, http.StatusOK, "If nobody acts, it lapses")
		b.Press(b.Get(s.at("term/renew")+"?contract="+s.contract), "/term/renew").Says(t, http.StatusOK, "accepted")
	}
	page := owner.Get(s.at("term"))
	page.Says(t, http.StatusOK, "Both sides have agreed to renew.")
	owner.Press(page, "/term/renew/draft")
	if _, draft, err := s.ops.Contracts.Draft(s.ctx, s.owner, s.contract); err != nil || !strings.Contains(draft.Source, "length: 24 months") {
		t.Errorf("%v\n%s", err, draft.Source)
	}
}
