package ui_test

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/attribution/ui"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

const acme = "org_acme"

var (
	owner     = access.Actor{Account: "acc_owner", Name: "Olga Owner", Workspace: dbtest.Workspace, Memberships: []access.Membership{{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency}}}
	executive = access.Actor{Account: "acc_exec", Name: "Emil Executive", Workspace: dbtest.Workspace, Memberships: []access.Membership{{Role: access.ClientExecutive, Org: acme, OrgKind: access.Client}}}
	finance   = access.Actor{Account: "acc_fin", Name: "Dana Ruiz", Workspace: dbtest.Workspace, Memberships: []access.Membership{{Role: access.ClientFinance, Org: acme, OrgKind: access.Client}}}
)

// site is the pages over a fresh database with one client.
type site struct {
	t         testing.TB
	ctx       context.Context
	server    *httptest.Server
	crm       *crmops.Service
	contracts *contractops.Service
}

func newSite(t testing.TB, d *db.DB, ctx context.Context) *site {
	t.Helper()
	var ticks atomic.Int64
	now := func() time.Time {
		return time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * time.Second)
	}
	must(t, d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {acme, "client", "Acme Robotics, Inc."}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], now()); err != nil {
				return err
			}
		}
		return nil
	}))
	files, err := blob.Open(filepath.Join(t.TempDir(), "files"))
	must(t, err)
	parties := partyops.New(partyops.Options{DB: d, Now: now, PublicURL: "https://example.test"})
	s := &site{t: t, ctx: ctx,
		crm:       &crmops.Service{DB: d, Files: files, Now: now, Random: rand.Reader},
		contracts: &contractops.Service{DB: d, Now: now, Random: rand.Reader, Parties: parties},
	}
	t.Cleanup(s.crm.Close)
	pages := &ui.Pages{Ops: &ops.Service{DB: d, Now: now}, ClientName: func(ctx context.Context, actor access.Actor, id string) (string, error) {
		client, err := parties.Client(ctx, actor, id)
		return client.Name, err
	}}
	g := &web.Registry{}
	pages.Register(g)
	admit := func(r *http.Request, action string) (context.Context, error) {
		workspace, _ := db.Workspace(ctx)
		return access.WithActor(db.WithWorkspace(r.Context(), workspace), finance), nil
	}
	s.server = httptest.NewServer(web.New(web.Options{Admit: admit, Frame: frame}, g))
	t.Cleanup(s.server.Close)
	return s
}

func frame(*http.Request) kit.Frame {
	at := "/clients/" + acme
	return kit.Frame{Workspace: "Northlight", Main: []kit.NavLink{{Key: "portfolio", Text: "Portfolio", Href: "/"}},
		Person: &kit.Person{Name: finance.Name, Role: "Client finance", Href: "/account", SignOut: "/sign-out"},
		Client: &kit.ClientNav{Name: "Acme Robotics, Inc.", Href: at, Rooms: []kit.NavLink{
			{Key: "overview", Text: "Overview", Href: at}, {Key: "contract", Text: "Contract", Href: at + "/contract"}, {Key: "statements", Text: "Statements", Href: at + "/statements"},
			{Key: "evidence", Text: "Evidence", Href: at + "/evidence"}, {Key: "record", Text: "Record", Href: at + "/record"}}}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) take(name, text string) {
	s.t.Helper()
	_, err := s.crm.Import(s.ctx, owner, crmops.ImportInput{Client: acme, Filename: name, Reader: strings.NewReader(text)})
	must(s.t, err)
}

// agree makes both sides accept the template with the replacements, from the day.
func (s *site) agree(from string, replacements ...string) {
	s.t.Helper()
	c, err := s.contracts.Begin(s.ctx, owner, acme, "growth")
	must(s.t, err)
	text := strings.NewReplacer(replacements...).Replace(contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate(from)))
	draft, err := s.contracts.Save(s.ctx, owner, contractops.SaveInput{Contract: c.ID, Source: text})
	must(s.t, err)
	v, err := s.contracts.Propose(s.ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: draft.Revision})
	must(s.t, err)
	_, err = s.contracts.Accept(s.ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	must(s.t, err)
}

// won is the clause as the worked example has it: the journey ends when the deal is won, and the agency's touches earn.
var won = []string{"anchor: deal-created", "anchor: deal-won", "credits: {all_channels_except: [direct]}", "credits: {providers: [agency]}", "edge: re-path", "edge: drop"}

// The deal of 100,000.00 of the worked example, one that is open, one without an amount.
func (s *site) takeAll() {
	s.t.Helper()
	s.take("companies.csv", "company_id,name,domain\nc1,Boreal Freight,boreal.example\nc2,Kestrel Foods,kestrel.example\n")
	s.take("contacts.csv", "contact_id,company_id,email,name,created_at,merged_ids\np1,c1,ann@boreal.example,Ann Boreal,2026-03-03T12:00:00Z,p9\np3,c2,cy@kestrel.example,=Cy Kestrel,2026-01-05T10:00:00Z,\n")
	s.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD3,Boreal palletising line,c1,120000.00,USD,2026-05-02T12:00:00Z,2026-07-01,won,true,true,new\nD4,Kestrel cell,c2,4400.00,USD,2026-02-05T00:00:00Z,2026-09-30,proposal,false,false,new\nD5,Kestrel pilot,c2,,,2026-02-05T00:00:00Z,2026-06-03,won,true,true,new\n")
	s.take("deal_contacts.csv", "deal_id,contact_id,role\nD3,p1,buyer\nD4,p3,buyer\nD5,p3,\n")
	s.take("touches.csv", "touch_id,contact_id,at,channel,campaign,provider\n"+
		"t1,p1,2025-12-13T12:00:00Z,paid social,launch,agency\nt2,p1,2026-03-03T12:00:00Z,webinar,palletising,agency\nt3,p9,2026-04-02T12:00:00Z,email,nurture,agency\n"+
		"t4,p1,2026-05-02T12:00:00Z,sales call,,client\nt5,p1,2026-07-09T12:00:00Z,email,onboarding,agency\nt6,p3,2026-02-01T12:00:00Z,direct,,\nt7,p3,2026-02-02T12:00:00Z,=webinar,palletising,agency\n")
	s.take("payments.csv", "payment_id,deal_id,paid_on,amount,currency,kind\ny1,D3,2026-07-05,40000.00,USD,payment\n")
	s.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD3,Boreal palletising line,c1,100000.00,USD,2026-05-02T12:00:00Z,2026-07-01,won,true,true,new\n")
}

type answer struct {
	*goquery.Document
	status int
	header http.Header
	raw    string
}

func (s *site) get(path string) answer {
	s.t.Helper()
	res, err := http.Get(s.server.URL + path)
	must(s.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(s.t, err)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	must(s.t, err)
	return answer{doc, res.StatusCode, res.Header, string(body)}
}

func (a answer) says(t *testing.T, status int, words ...string) {
	t.Helper()
	text := strings.Join(strings.Fields(a.Find("body").Text()), " ")
	if a.status != status {
		t.Errorf("status %d, want %d", a.status, status)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("does not say %q: %s", w, text)
		}
	}
	if a.Find("[style]").Length() > 0 || a.Find("script:not([src])").Length() > 0 {
		t.Error("inline style or script")
	}
}

const (
	dealPath    = "/clients/" + acme + "/evidence/deals/"
	comparePath = "/clients/" + acme + "/evidence/attribution"
)

func TestTheDealPageTellsTheReferenceDeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		s := newSite(t, d, ctx)
		s.takeAll()
		s.agree("2026-01-01", won...)
		page := s.get(dealPath + "D3")
		page.says(t, 200, "Boreal palletising line", "as of import 7 of 7", "Acme Robotics, Inc.", "40,000.00", "40 % of the amount", "30,000.00",
			"Lead creation: 30 % of 100,000.00 is 30,000.00", "came before the lookback window opened", "after the deal's closing date",
			"growth · closed-won, version 1", "amount changed", "Ann Boreal", "merged: p9", "W-shaped")
		if got := page.Find(".journey .credited").Length(); got != 3 {
			t.Errorf("%d credited touches on the line", got)
		}
		if got := strings.TrimSpace(page.Find(".journey .outside").Text()); !strings.Contains(got, "paid social") {
			t.Errorf("outside: %q", got)
		}
		head := page.Find(".section:contains('Each touch under each model') thead th")
		if head.Length() != 10 || !strings.Contains(head.Eq(2).Text(), "as agreed") {
			t.Errorf("columns: %s", head.Text())
		}
		if page.Find("form.filters[method=get] button").Length() == 0 || strings.TrimSpace(page.Find("a[aria-current]").First().Text()) != "Evidence" {
			t.Errorf("the chooser has no button, or the room is not marked: %q", page.Find("a[aria-current]").Text())
		}

		asked := s.get(dealPath + "D3?model=linear&lookback=365+days&edge=re-path")
		asked.says(t, 200, "Not what was agreed", "One of 4 touches with equal weight: 25 % of 100,000.00 is 25,000.00")
		if v, _ := asked.Find("select[name=lookback] option[selected]").Attr("value"); v != "365 days" {
			t.Errorf("the form says %q", v)
		}
		s.get(dealPath+"D3?as_of=6").says(t, 200, "as of import 6 of 7", "1 import has come since", "120,000.00", "48,000.00")
		s.get(dealPath+"D3?model=markov").says(t, 422, "is not an attribution model", "Below is what was agreed", "40,000.00")
		s.get(dealPath+"D3?as_of=99").says(t, 404)
		s.get(dealPath+"D3?as_of=x").says(t, 404)
		s.get(dealPath+"nobody").says(t, 404)
	})
}

// A customer that bought before: what was agreed of its touches stands in words, with the deal after which the path begins, and a reader may ask for the other answer.
func TestTheDealPageTellsWhereThePathBegins(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := newSite(t, d, ctx)
	s.takeAll()
	s.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD2,Boreal pilot,c1,500.00,USD,2026-03-20T12:00:00Z,2026-04-02,won,true,true,new\n")
	s.take("deal_contacts.csv", "deal_id,contact_id,role\nD2,p1,buyer\n")
	s.agree("2026-01-01", append([]string{"earlier_deals: reused", "earlier_deals: reset", "at_the_deal: counts", "at_the_deal: left-out"}, won...)...)
	page := s.get(dealPath + "D3")
	page.says(t, 200, "the path begins after the latest earlier won deal of any of the contacts", "after the deal D2", "belongs to an earlier deal of the same contacts")
	if strings.Contains(page.Text(), "Not what was agreed") || page.Find(".journey .credited").Length() != 1 {
		t.Errorf("the line shows %s", page.Find(".journey").Text())
	}
	s.get(dealPath+"D2").says(t, 200, "came on the day, or at the very moment, with which the journey ends")
	asked := s.get(dealPath + "D3?earlier_deals=reused")
	asked.says(t, 200, "Not what was agreed", "You look at another model, window or choice of touches")
	if v, _ := asked.Find("select[name=earlier_deals] option[selected]").Attr("value"); v != "reused" || asked.Find(".journey .credited").Length() != 3 {
		t.Errorf("the form says %q, the line %s", v, asked.Find(".journey").Text())
	}
	if back, _ := asked.Find("a:contains('Show what was agreed')").Attr("href"); back != dealPath+"D3" {
		t.Errorf("the way back is %q", back)
	}
	s.get(comparePath+"?from=2026-07&to=2026-07&at_the_deal=counts").says(t, 200, "Not what was agreed", "the path begins after")
	s.get(dealPath+"D3?at_the_deal=maybe").says(t, 422, "Write counts or left-out", "Below is what was agreed")
}

// A journey of 24 touches by a model of two anchors: four before the window, the first and the last inside it, what lies between, and the end.
func TestALongJourneyIsCondensed(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := newSite(t, d, ctx)
	s.takeAll()
	s.agree("2026-01-01", won...)
	var touches strings.Builder
	touches.WriteString("touch_id,contact_id,at,channel,campaign,provider\n")
	for i := range 19 {
		fmt.Fprintf(&touches, "u%d,p1,2026-05-%02dT12:00:00Z,webinar,,agency\n", i, 3+i)
	}
	for i := range 3 {
		fmt.Fprintf(&touches, "v%d,p1,2025-12-%02dT12:00:00Z,email,,agency\n", i, 1+i)
	}
	s.take("touches.csv", touches.String())

	page := s.get(dealPath + "D3?model=u-shaped&lookback=180+days&edge=drop")
	page.says(t, 200, "4 earlier touches", "their 42,500.00 is unattributed", "20 middle touches", "All 22 touches that count", "Last touch")
	if got := page.Find(".journey .touch").Length(); got != 5 {
		t.Errorf("the line has %d points: %s", got, page.Find(".journey").Text())
	}
	if page.Find("details table").Length() < 1 || page.Find(".section:contains('Each touch under each model') details.why[open]").Length() > 0 {
		t.Error("the table of a long journey is not folded")
	}
	if strings.Contains(page.Find(".journey").Text(), "creation") || strings.Contains(page.Find("table").Text(), "· deal creation") {
		t.Error("a role stands there that the model does not weigh")
	}
}

// The reference deal under two models that a reader puts beside each other: two lines of one journey, and a chart of the same credit.
func TestTwoModelsStandBesideEachOther(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := newSite(t, d, ctx)
	s.takeAll()
	s.agree("2026-01-01", won...)
	alone := s.get(dealPath + "D3")
	if alone.Find(".journey").Length() != 1 || webtest.Charts(t, alone.Document) != 0 {
		t.Error("nobody asked for a second model")
	}
	both := s.get(dealPath + "D3?beside=linear")
	both.says(t, 200, "W-shaped as agreed", "Linear for comparison")
	if n := both.Find(".journey").Length(); n != 2 || webtest.Charts(t, both.Document) != 1 {
		t.Errorf("%d journeys", n)
	}
	if v := both.Find("select[name=beside] option[selected]").AttrOr("value", ""); v != "linear" {
		t.Errorf("the form says %q", v)
	}
	lasts := s.get(dealPath + "D3?model=first&beside=last").Find(".journey")
	if first := lasts.First().Find(".credited").Length(); first != 0 {
		t.Errorf("the first touch lies before the window, and %d touches hold credit by it", first)
	}
	if last := lasts.Last().Find(".credited .touch-channel").Text(); last != "sales call" {
		t.Errorf("by last touch %q holds the credit", last)
	}
	if n := s.get(dealPath + "D3?beside=nonsense").Find(".journey").Length(); n != 1 {
		t.Errorf("a model that is not there shows %d journeys", n)
	}
	if open := s.get(dealPath + "D4?beside=linear"); open.Find("select[name=beside]").Length() != 0 || strings.Contains(open.Find(".journey").Text(), "No credit") || open.Find(".touch-won").Length() != 0 {
		t.Error("of a deal that is not won nothing is to be said of credit")
	}
}

func TestDealsThatAreNotWonOrNotKnown(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := newSite(t, d, ctx)
	s.takeAll()
	open := s.get(dealPath + "D4")
	open.says(t, 200, "Nothing is credited before the deal is won", "direct", "Closing expected", "No revenue share governs this deal", "Touches so far")
	if open.Find(".journey .credited").Length() != 0 {
		t.Error("an open deal shows credit")
	}
	s.get(dealPath+"D5").says(t, 200, "The amount is not known", "Unknown is not zero", "unknown", "50 %")
}

func TestWhatIsDownloadedIsHarmlessAndWhole(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := newSite(t, d, ctx)
	s.takeAll()
	s.agree("2026-01-01", won...)
	file := s.get(dealPath + "D3?format=csv")
	rows, err := csv.NewReader(strings.NewReader(file.raw)).ReadAll()
	must(t, err)
	if len(rows) != 7 || rows[1][2] != "t2" || rows[1][14] != "30000.00" || rows[6][12] != "unattributed" || rows[6][14] != "30000.00" {
		t.Errorf("%q", rows)
	}
	rows, err = csv.NewReader(strings.NewReader(s.get(dealPath + "D4?format=csv").raw)).ReadAll()
	must(t, err)
	if rows[1][5] != "'=Cy Kestrel" || rows[2][6] != "'=webinar" || csvin.Restore(rows[2][6]) != "=webinar" {
		t.Errorf("%q", rows)
	}
	file = s.get(comparePath + "?from=2026-06&to=2026-07&format=csv")
	rows, err = csv.NewReader(strings.NewReader(file.raw)).ReadAll()
	must(t, err)
	if last := rows[len(rows)-1]; last[4] != "total" || last[7] != "100000.00" || file.header.Get("Content-Disposition") == "" {
		t.Errorf("%q", rows)
	}
}

func TestTheComparisonOfModels(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		s := newSite(t, d, ctx)
		s.get(comparePath).says(t, 200, "No evidence yet")
		s.takeAll()
		s.agree("2026-01-01", won...)
		page := s.get(comparePath + "?from=2026-06&to=2026-07")
		page.says(t, 200, "Closed revenue", "100,000.00", "(unattributed)", "50.0 points", "Won, and in no column", "Kestrel pilot", "W-shaped", "as agreed", "First touch leaves much unattributed", "100,000.00 USD of 100,000.00")
		if href, _ := page.Find("a:contains('Kestrel pilot')").Attr("href"); href != dealPath+"D5" {
			t.Errorf("the deal leads to %q", href)
		}
		if n := webtest.Charts(t, page.Document); n != 2 {
			t.Errorf("%d charts of the spread, want one by channel and one by provider", n)
		}
		if v, _ := s.get(comparePath).Find("input[name=from]").Attr("value"); v != "2025-08" {
			t.Errorf("without months the form says %q", v)
		}
		none := s.get(comparePath + "?from=2026-01&to=2026-01")
		none.says(t, 200, "No deal was won")
		if n := webtest.Charts(t, none.Document); n != 0 {
			t.Errorf("%d charts of nothing", n)
		}
		s.get(comparePath+"?from=January").says(t, 422, "is not a month")
		s.get(comparePath+"?from=2026-07&to=2026-01").says(t, 422, "The last month is before the first")
	})
}

// realExport opens one of the published exports.
func realExport(t testing.TB, name string) *os.File { return datatest.Open(t, "salesforce", name) }

// takeSalesforce imports the published export, with the choices that its files leave open.
func (s *site) takeSalesforce() {
	s.t.Helper()
	for _, name := range []string{"Campaign.csv", "Lead.csv", "Account.csv", "Contact.csv", "Opportunity.csv", "CampaignMember.csv"} {
		file := realExport(s.t, name)
		table, err := csvin.Open(file, csvin.Options{})
		must(s.t, err)
		m := crm.Detect(table.Header())[0].Mapping
		m.Convention = csvin.Convention{Decimal: '.', DateOrder: csvin.YMD, Zone: time.UTC}
		switch name {
		case "Opportunity.csv":
			m.DefaultCurrency = "USD"
		case "CampaignMember.csv":
			m.Columns["at_fallback"] = "Added_Date__c"
		}
		_, err = file.Seek(0, io.SeekStart)
		must(s.t, err)
		_, err = s.crm.Import(s.ctx, owner, crmops.ImportInput{Client: acme, Filename: name, Reader: file, Mapping: &m})
		must(s.t, err)
	}
}

func TestARealSalesforceDealIsFoundThroughItsAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		s := newSite(t, d, ctx)
		s.takeSalesforce()
		s.agree("2023-01-01", append([]string{"contacts: associated ", "contacts: associated-or-account "}, won...)...)
		s.get(dealPath+"006Ec00000AieKcIAJ").says(t, 200, "Nicholson-Miller - Business Checking Account - October 2023", "Contacts found through the company")
		page := s.get(comparePath + "?from=2022-01&to=2024-12")
		page.says(t, 200, "10,542,562.98")
	})
}

// Credit stands beside spend: by month and together, with the margin that was said; a bad one is told and shows what was agreed.
func TestReturnOnSpend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		s := newSite(t, d, ctx)
		s.takeAll()
		s.take("spend.csv", "spend_id,spent_on,vendor,campaign,category,net,currency\ns1,2026-06-03,Paper,<b>spring</b>,media,900.00,USD\n")
		at := "/clients/org_acme/evidence/returns"
		s.get(at+"?from=2026-06&to=2026-07&by=campaign&margin=50+%25").says(t, 200, "Return on spend", "By campaign", "<b>spring</b>", "900.00", "at a margin of 50 %", "not locked", "Revenue is not margin")
		// One month of spend and one of credit: both are drawn by name and by month, and a return of a single month makes no line.
		page := s.get(at + "?from=2026-06&to=2026-07&by=campaign&margin=50+%25")
		if n := webtest.Charts(t, page.Document); n != 2 {
			t.Errorf("%d charts", n)
		}
		// June's spend is of a name that holds some of the credit only, and the page says of which credit nobody knows the spend; one deal of June tells no customer.
		s.get(at+"?from=2026-06&to=2026-07").says(t, 200, "unknown", "of no month is all of it known", "no locked statement, so the agency's fee is not known in June 2026 to July 2026")
		s.take("spend.csv", "spend_id,spent_on,vendor,campaign,category,net,currency\ns1,2026-06-03,Paper,spring,media,900.00,USD\n")
		s.get(at+"?from=2026-06&to=2026-07&by=campaign").says(t, 200, "has no known spend in the month of its deals, and is held against nothing:", "Credit without known spend", "It hangs on the grouping")
		// A margin of 60 is one of 60 %; a wrong choice is marked, and the others are kept.
		s.get(at+"?from=2026-06&to=2026-07&by=campaign&margin=60").says(t, 200, "at a margin of 60 %")
		s.get(at+"?from=2026-06&to=2026-07&by=campaign&margin=0.6").says(t, 422, "cannot be told from a part of a whole")
		wrong := s.get(at + "?from=2026-06&to=2026-07&by=campaign&margin=much&model=linear")
		wrong.says(t, 422, "Write the gross margin as a percentage", "what the other choices come to", "By campaign", "spring", "June 2026")
		for _, kept := range []string{`value="much"`, `value="2026-06"`, `value="2026-07"`, `aria-invalid="true"`} {
			if !strings.Contains(wrong.raw, kept) {
				t.Errorf("the form does not keep %s", kept)
			}
		}
		s.get(at+"?from=June&to=2026-07&by=campaign").says(t, 422, "is not a month", "By campaign", "July 2026")
		s.get(at+"?by=colour").says(t, 422, "channel, campaign or provider")
		file := s.get(at + "?from=2026-06&to=2026-07&by=campaign&format=csv")
		file.says(t, 200, "campaign,month,credit,credit_of_known_spend,credit_without_known_spend,deals,spend,spend_held,currency", "2026-06,0.00,0.00,0.00,0,900.00,900.00,USD")
		months := s.get(at + "?from=2026-06&to=2026-07&by=campaign&format=csv&table=months")
		months.says(t, 200, "month,credit,credit_of_known_spend,credit_without_known_spend,deals,spend,spend_held,agency_fee,new_customers,cac,currency,cac_not_known_for", "2026-06,0.00,0.00,0.00,0,900.00,900.00,,1,,USD,\"no locked statement, so the agency's fee is not known\"",
			"no row of spend; no locked statement")
	})
}
