package ui_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ui"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const text = `contract: northlight-acme-growth
version: 1
effective: 2026-01-01
parties: {client: "Acme Robotics, Inc.", agency: Northlight LLC}
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
    fee: 14,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
  - revenue_share: share
    rate: 3 %
    base: {revenue: closed, refunds: deducted, of: all-customers}
    attribution:
      model: w-shaped
      lookback: 180 days
      edge: drop
      anchor: deal-won
      contacts: associated
      credits: {all_channels_except: [sales call]}
    eligible: {created_from: 2026-01-01, carve_out: none}
    per_deal: {floor: none, cap: "2,000.00"}
    period:
      floor: none
      cap: 10,000.00 per contract-year
    tail: none
    clawback: unlimited
    other_currency: hold
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner    = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	boss     = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	finance  = of("acc_fin", "Finn Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
	sales    = of("acc_sales", "Sal Sales", access.Membership{Role: access.ClientSales, Org: "org_acme", OrgKind: access.Client})
	stranger = of("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// desk is the pages of statements over a fresh database: a client with an accepted contract, a clock that the test moves, and imports that
// the test adds.
type desk struct {
	*ops.Service
	t        *testing.T
	ctx      context.Context
	contract string
	mu       sync.Mutex
	at       time.Time
	imports  []crm.Snapshot
}

func (k *desk) moveTo(day string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = zoned(day).Add(12 * time.Hour)
}

func zoned(day string) time.Time {
	zone, err := cal.Zone("America/New_York")
	if err != nil {
		panic(err)
	}
	return cal.MustDate(day).Start(zone)
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return newDeskOf(t, d, ctx, text)
}

// newDeskOf is the pages under another contract of the same name.
func newDeskOf(t *testing.T, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	k := &desk{t: t, ctx: ctx}
	k.moveTo("2025-11-10")
	clock := func() time.Time {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.at = k.at.Add(time.Second)
		return k.at
	}
	k.people(d)
	parties := partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://records.example.com"})
	k.Service = &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, PublicURL: "https://records.example.com",
		Evidence: func(_ context.Context, _ bun.Tx, _ string, no int64) (crm.Evidence, error) {
			if no == 0 {
				no = int64(len(k.imports))
			}
			if no == 0 {
				return crm.Evidence{}, nil
			}
			return crm.Evidence{AsOf: no, Snapshot: k.imports[no-1]}, nil
		},
		NewestImport: func(context.Context, bun.Tx, string) (int64, error) { return int64(len(k.imports)), nil },
		ImportedAt:   func(context.Context, bun.Tx, string) (time.Time, error) { return k.at, nil },
	}
	t.Cleanup(k.Close)
	contracts := &contractops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, LockedUntil: ops.LockedUntil}
	c := must(contracts.Begin(ctx, owner, "org_acme", "northlight-acme-growth"))(t)
	_, have, err := contracts.Draft(ctx, owner, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	saved := must(contracts.Save(ctx, owner, contractops.SaveInput{Contract: c.ID, Source: text, Revision: have.Revision}))(t)
	v := must(contracts.Propose(ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision}))(t)
	must(contracts.Accept(ctx, boss, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))(t)
	k.contract = c.ID
	return k
}

func (k *desk) people(d *db.DB) {
	k.t.Helper()
	exec := func(ctx context.Context, tx bun.Tx, query string, args ...any) {
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			k.t.Fatal(err)
		}
	}
	_ = d.Write(k.ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][]any{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}} {
			exec(ctx, tx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", append(o, k.at)...)
		}
		for _, p := range []access.Actor{owner, boss, finance, sales} {
			m := p.Memberships[0]
			covers := ""
			if m.OrgKind == access.Client {
				covers = m.Org
			}
			exec(ctx, tx, "INSERT INTO account (id, email, name, created_at) VALUES (?, ?, ?, ?)", p.Account, p.Account+"@example.com", p.Name, k.at)
			exec(ctx, tx, "INSERT INTO membership (id, account_id, org_id, role, client_id, from_at) VALUES (?, ?, ?, ?, ?, ?)",
				"mem_"+p.Account, p.Account, m.Org, string(m.Role), covers, k.at)
		}
		return nil
	})
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// won is a deal with a journey of touches, named "channel" or "channel/campaign", some days apart before it was won.
func won(id, name, amount, on string, touches ...string) crm.Snapshot {
	a, err := money.Parse(amount, "USD")
	if err != nil {
		panic(err)
	}
	s := crm.Snapshot{
		Deals: []crm.Deal{{ID: id, Name: name, Amount: a, AmountKnown: amount != "0.00", CreatedAt: zoned("2026-01-05").UTC(),
			ClosedOn: cal.MustDate(on), Won: true, Closed: true, OutcomeKnown: true}},
		Contacts:     []crm.Contact{{ID: "c-" + id, Name: "Cora Contact", Email: "cora@buyer.example"}},
		DealContacts: []crm.DealContact{{DealID: id, ContactID: "c-" + id}},
	}
	first := zoned(on).AddDate(0, 0, -3*len(touches)).Add(10 * time.Hour)
	for i, t := range touches {
		channel, campaign, _ := strings.Cut(t, "/")
		s.Touches = append(s.Touches, crm.Touch{ID: fmt.Sprintf("t-%s-%d", id, i), ContactID: "c-" + id, At: first.AddDate(0, 0, 3*i).UTC(), Channel: channel, Campaign: campaign})
	}
	return s
}

// imported adds an import of these deals.
func (k *desk) imported(deals ...crm.Snapshot) {
	var all crm.Snapshot
	for _, s := range deals {
		all.Deals = append(all.Deals, s.Deals...)
		all.Contacts = append(all.Contacts, s.Contacts...)
		all.DealContacts = append(all.DealContacts, s.DealContacts...)
		all.Touches = append(all.Touches, s.Touches...)
		all.Payments = append(all.Payments, s.Payments...)
	}
	k.imports = append(k.imports, all)
}

// january is a month with an ordinary deal, one over the cap of a deal, one without an amount, and one whose name is hostile.
func (k *desk) january() {
	k.imported(
		won("D-1", "Boreal Freight", "40000.00", "2026-01-20", "paid search/robot cells", "webinar/Palletising", "sales call", "event"),
		won("D-2", "Kestrel Foods", "90000.00", "2026-01-28", "webinar", "paid social/spring"),
		won("D-3", "Orchard Labs", "0.00", "2026-01-29", "webinar"),
		won("D-4", hostile, "1000.00", "2026-01-30", "<b>channel</b>"),
		won("D-5", "Cold Call Co", "5000.00", "2026-01-30", "sales call"),
	)
	k.moveTo("2026-02-03")
}

const hostile = `=HYPERLINK("http://x","<script>alert(1)</script>")`

func (k *desk) draft(month string) ops.Statement {
	k.t.Helper()
	m, err := cal.ParseMonth(month)
	if err != nil {
		k.t.Fatal(err)
	}
	return must(k.Service.Draft(k.ctx, owner, ops.DraftInput{Contract: k.contract, Month: m}))(k.t).Statement
}

func (k *desk) submitted(month string) ops.Statement {
	k.t.Helper()
	return must(k.Submit(k.ctx, owner, ops.SubmitInput{Statement: k.draft(month).ID}))(k.t)
}

// handler is the pages as one person gets them.
func (k *desk) handler(who access.Actor) http.Handler {
	g := &web.Registry{}
	(&ui.Pages{Ops: k.Service, Contracts: func(context.Context, access.Actor, string) ([]ui.Contract, error) {
		return []ui.Contract{{ID: k.contract, Name: "northlight-acme-growth"}}, nil
	}}).Register(g)
	return web.New(web.Options{
		Admit: func(r *http.Request, action string) (context.Context, error) {
			if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
				return nil, err
			}
			return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), who), nil
		},
		Frame: func(*http.Request) kit.Frame {
			return kit.Frame{Workspace: "Northlight", Person: &kit.Person{Name: who.Name, Role: who.Memberships[0].Role.Label(), SignOut: "/sign-out"},
				Main: []kit.NavLink{{Key: "portfolio", Text: "Portfolio", Href: "/"}},
				Client: &kit.ClientNav{Name: "Acme Robotics", Href: "/clients/org_acme", Rooms: []kit.NavLink{{Key: "overview", Text: "Overview", Href: "/"}, {Key: "contract", Text: "Contract", Href: "/"},
					{Key: ui.Room, Text: "Statements", Href: "/clients/org_acme/statements"}, {Key: "evidence", Text: "Evidence", Href: "/"}, {Key: "people", Text: "People", Href: "/"}}}}
		},
	}, g)
}

// browser keeps cookies and follows redirects, without JavaScript.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

func (k *desk) as(who access.Actor) *browser {
	k.t.Helper()
	server := httptest.NewServer(k.handler(who))
	k.t.Cleanup(server.Close)
	jar := must(cookiejar.New(nil))(k.t)
	return &browser{k.t, server.URL, &http.Client{Jar: jar}}
}

type answer struct {
	*goquery.Document
	status int
	path   string
	header http.Header
	body   string
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.read(must(b.client.Get(b.base + path))(b.t))
}

func (b *browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.read(must(b.client.PostForm(b.base+path, form))(b.t))
}

// press sends the form of the page whose address ends so, with what the page put into it.
func (b *browser) press(a answer, ends string, pairs ...string) answer {
	b.t.Helper()
	form := a.Find(fmt.Sprintf("form[action$=%q]", ends))
	if form.Length() != 1 {
		b.t.Fatalf("%s has %d forms to %s", a.path, form.Length(), ends)
	}
	form.Find("input, textarea").Each(func(_ int, in *goquery.Selection) {
		if name, ok := in.Attr("name"); ok {
			pairs = append([]string{name, in.AttrOr("value", in.Text())}, pairs...)
		}
	})
	return b.post(form.AttrOr("action", ""), pairs...)
}

func (b *browser) read(res *http.Response) answer {
	b.t.Helper()
	defer res.Body.Close()
	body := must(io.ReadAll(res.Body))(b.t)
	doc := must(goquery.NewDocumentFromReader(strings.NewReader(string(body))))(b.t)
	return answer{doc, res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)}
}

// words is the text of the page without any space: where cells and lines break does not matter.
func (a answer) words() string { return spaceless(a.Find("main").Text()) }

func spaceless(text string) string {
	return strings.Join(strings.FieldsFunc(text, unicode.IsSpace), "")
}

func (a answer) says(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d: %.300s", a.path, a.status, status, a.words())
	}
	for _, w := range words {
		if !strings.Contains(a.words(), spaceless(w)) {
			t.Errorf("%s does not say %q", a.path, w)
		}
	}
}
