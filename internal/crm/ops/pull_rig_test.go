package ops_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/ops/connecttest"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// harness is what the suite needs to know of a system: how its server starts, and how its tables and fields are called.
type harness struct {
	name        string
	start       func(t testing.TB, pageSize int) *connecttest.Server
	credentials connect.Credentials
	contacts    string // tables of the API
	deals       string
	links       string // table of the profile
	amount      string
	id          func(kind, n int) string
	deal        func(h harness, n int) connecttest.Record
	contact     func(h harness, n int) connecttest.Record
	link        func(h harness, s *connecttest.Server, deal int, contacts ...int)
	optional    string // a table that the pull can go without
}

// The kinds that an id is made for.
const (
	ofDeal = iota + 1
	ofContact
	ofRole
)

var harnesses = []harness{
	{
		name: "HubSpot", start: connecttest.HubSpot, credentials: connect.Credentials{Token: connecttest.HubSpotToken},
		contacts: "contacts", deals: "deals", links: "deal_contacts", amount: "amount", optional: "forms",
		id: func(kind, n int) string { return fmt.Sprint(kind*1_000_000 + n) },
		deal: func(h harness, n int) connecttest.Record {
			return connecttest.Record{ID: h.id(ofDeal, n), Values: map[string]any{"dealname": fmt.Sprint("Deal ", n), "amount": fmt.Sprintf("%d.50", 1000+n), "deal_currency_code": "USD",
				"createdate": "2026-01-05T09:00:00.123Z", "closedate": "2026-03-14T00:00:00Z", "dealstage": "won1", "hs_is_closed_won": "true", "hs_is_closed": "true"}}
		},
		contact: func(h harness, n int) connecttest.Record {
			return connecttest.Record{ID: h.id(ofContact, n), Values: map[string]any{"email": fmt.Sprintf("p%d@boreal.example", n), "firstname": "Ann", "lastname": fmt.Sprint(n), "createdate": "1767603600123"}}
		},
		link: func(h harness, s *connecttest.Server, deal int, contacts ...int) {
			ids := make([]string, len(contacts))
			for i, c := range contacts {
				ids[i] = h.id(ofContact, c)
			}
			s.Link(h.id(ofDeal, deal), ids...)
		},
	},
	{
		name: "Salesforce", start: connecttest.Salesforce, credentials: connect.Credentials{ID: connecttest.SalesforceKey, Secret: connecttest.SalesforceSecret},
		contacts: "Contact", deals: "Opportunity", links: "OpportunityContactRole", amount: "Amount", optional: "CampaignMember",
		id: func(kind, n int) string {
			return salesforceID([]string{"", "006", "003", "00K"}[kind] + fmt.Sprintf("00000%07d", n))
		},
		deal: func(h harness, n int) connecttest.Record {
			return connecttest.Record{ID: h.id(ofDeal, n), Values: map[string]any{"Name": fmt.Sprint("Deal ", n), "Amount": connecttest.Raw(fmt.Sprintf("%d.50", 1000+n)), "CurrencyIsoCode": "USD",
				"CreatedDate": "2026-01-05T09:00:00.000+0000", "CloseDate": "2026-03-14", "StageName": "Closed Won", "IsWon": true, "IsClosed": true}}
		},
		contact: func(h harness, n int) connecttest.Record {
			return connecttest.Record{ID: h.id(ofContact, n), Values: map[string]any{"Email": fmt.Sprintf("p%d@boreal.example", n), "FirstName": "Ann", "LastName": fmt.Sprint(n), "CreatedDate": "2026-01-05T09:00:00.000+0000"}}
		},
		link: func(h harness, s *connecttest.Server, deal int, contacts ...int) {
			for _, c := range contacts {
				s.Put("OpportunityContactRole", connecttest.Record{ID: h.id(ofRole, deal*1000+c), Values: map[string]any{"OpportunityId": h.id(ofDeal, deal), "ContactId": h.id(ofContact, c), "Role": "Decision maker"}})
			}
		},
	},
}

// salesforceID gives the 18 characters of an id of 15.
func salesforceID(id string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	for block := range 3 {
		bits := 0
		for i, r := range id[block*5 : block*5+5] {
			if r >= 'A' && r <= 'Z' {
				bits |= 1 << i
			}
		}
		id += string(letters[bits])
	}
	return id
}

// rig is a room whose client has a CRM.
type rig struct {
	room
	harness
	server *connecttest.Server
	mu     sync.Mutex
	waits  []time.Duration
	conn   ops.Connection
}

func (h harness) rig(t *testing.T, d *db.DB, ctx context.Context, pageSize int) *rig {
	t.Helper()
	r := &rig{room: newRoom(t, d, ctx), harness: h, server: h.start(t, pageSize)}
	r.conn = ops.Connection{Client: acme, System: r.server.System, To: r.server.To(), Credentials: h.credentials}
	r.on(r.Service)
	return r
}

// on connects a service, and lets its waiting pass in no time.
func (r *rig) on(s *ops.Service) {
	s.Connections = func(context.Context) ([]ops.Connection, error) { return []ops.Connection{r.conn}, nil }
	s.Pause = func(ctx context.Context, d time.Duration) error {
		r.mu.Lock()
		r.waits = append(r.waits, d)
		r.mu.Unlock()
		r.clock.wait(d)
		return ctx.Err()
	}
}

func (r *rig) waited() (sum time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.waits {
		sum += d
	}
	return sum
}

// fill gives the CRM so many deals and contacts, each deal with its contact.
func (r *rig) fill(n int) {
	for i := 1; i <= n; i++ {
		r.server.Put(r.deals, r.deal(r.harness, i))
		r.server.Put(r.contacts, r.contact(r.harness, i))
		r.link(r.harness, r.server, i, i)
	}
}

// settling is how the tests pull: what the columns leave open is stated.
func (r *rig) settling() ops.PullInput {
	return ops.PullInput{Client: acme, System: r.conn.System.Profile, Settle: true, Stated: crm.Stated{Zone: "UTC", Decimal: "point", Currency: "USD", HomeCurrency: "USD", Columns: []string{"at_fallback=CreatedDate"},
		Constants: []string{"channel_grouping=" + channel.GA4, "channel_otherwise=form"}}}
}

func (r *rig) tryPull() (ops.Pull, error) { return r.Pull(r.ctx, owner, r.settling()) }

func (r *rig) take() ops.Pull {
	r.t.Helper()
	p, err := r.tryPull()
	if err != nil || p.State != ops.PullDone {
		r.t.Fatalf("pull: %v: %+v", err, p)
	}
	return p
}

// last is the pull as its page shows it.
func (r *rig) last() ops.Pull {
	r.t.Helper()
	list, err := r.Connected(r.ctx, owner, acme)
	if err != nil || len(list) != 1 || list[0].Last == nil {
		r.t.Fatalf("%v: %+v", err, list)
	}
	return *list[0].Last
}

// holds checks the deals that count, with their contacts.
func (r *rig) holds(deals ...int) crm.Evidence {
	r.t.Helper()
	e := r.evidence(r.latest())
	var got, want, links, wantLinks []string
	for _, d := range e.Deals {
		if !d.Deleted {
			got = append(got, d.ID)
		}
	}
	for _, dc := range e.DealContacts {
		if !dc.Deleted {
			links = append(links, dc.DealID+" "+dc.ContactID)
		}
	}
	for _, n := range deals {
		want = append(want, r.id(ofDeal, n))
		wantLinks = append(wantLinks, r.id(ofDeal, n)+" "+r.id(ofContact, n))
	}
	slices.Sort(got)
	slices.Sort(links)
	slices.Sort(want)
	slices.Sort(wantLinks)
	if !slices.Equal(got, want) || !slices.Equal(links, wantLinks) {
		r.t.Fatalf("deals %v\nwant  %v\nlinks %v\nwant  %v", got, want, links, wantLinks)
	}
	return e
}

func (r *rig) dealOf(n int) crm.Deal {
	r.t.Helper()
	for _, d := range r.evidence(r.latest()).Deals {
		if d.ID == r.id(ofDeal, n) {
			return d
		}
	}
	r.t.Fatalf("there is no deal %d", n)
	return crm.Deal{}
}

// onPage answers the requests for data that the function takes, which are counted from 1: lists, queries and what follows on them.
func (r *rig) onPage(answer func(n int, w http.ResponseWriter, req *http.Request) bool) {
	n := 0
	r.server.Before = func(_ int, w http.ResponseWriter, req *http.Request) bool {
		if !strings.Contains(req.URL.Path, "/objects/") && !strings.Contains(req.URL.Path, "/query") {
			return false
		}
		n++
		return answer(n, w, req)
	}
}

// nothing checks that no evidence and no upload came of a pull.
func (r *rig) nothing() {
	r.t.Helper()
	if n := r.latest(); n != 0 || len(r.pending()) != 0 {
		r.t.Fatalf("%d imports, %d uploads", n, len(r.pending()))
	}
}

// conforms runs a case of the suite for every system.
func conforms(t *testing.T, pageSize int, run func(t *testing.T, r *rig)) {
	t.Helper()
	for _, h := range harnesses {
		t.Run(h.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) { run(t, h.rig(t, d, ctx, pageSize)) })
		})
	}
}

// conformsOnOne is conforms on one engine, for what the database has no part in.
func conformsOnOne(t *testing.T, pageSize int, run func(t *testing.T, r *rig)) {
	t.Helper()
	for _, h := range harnesses {
		t.Run(h.name, func(t *testing.T) {
			d, ctx := dbtest.SQLite(t)
			run(t, h.rig(t, d, ctx, pageSize))
		})
	}
}
