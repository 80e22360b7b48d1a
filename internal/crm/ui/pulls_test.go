package ui_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/ops/connecttest"
)

// connected gives the site's client a HubSpot with one deal.
func (s *site) connected() *connecttest.Server {
	server := connecttest.HubSpot(s.t, 10)
	server.Put("deals", connecttest.Record{ID: "2001", Values: map[string]any{"dealname": "Boreal line", "amount": "1200.50", "deal_currency_code": "USD",
		"createdate": "2026-01-05T09:00:00Z", "closedate": "2026-03-14T00:00:00Z", "dealstage": "won1", "hs_is_closed_won": "true", "hs_is_closed": "true"}})
	to := server.To()
	s.ops.Connections = func(context.Context) ([]ops.Connection, error) {
		return []ops.Connection{{Client: "org_acme", System: server.System, To: to, Every: 6 * time.Hour, Credentials: connect.Credentials{Token: connecttest.HubSpotToken}}}, nil
	}
	s.ops.Pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return server
}

func TestPullsAreOffWithoutAConnection(t *testing.T) {
	s := newSite(t)
	s.get(at+"/pulls").says(http.StatusOK, "Off: no connection is configured for this client", "OFRECORD_CONNECTORS")
	if s.get(at).Find("a[href$='/evidence/pulls']").Length() != 0 {
		t.Error("the evidence speaks of what is off")
	}
	s.post(at+"/pulls/hubspot", nil).says(http.StatusNotFound)
	s.get(at+"/import").says(http.StatusOK, "Pull from HubSpot or Salesforce")
}

// Given a client with a HubSpot, when a person pulls, maps and applies, then the page says at each moment what waits on whom.
func TestPullFromThePage(t *testing.T) {
	s := newSite(t)
	s.connected()
	s.get(at).says(http.StatusOK, "From the CRM", "not pulled yet", "every 6 hours", "Pull now")
	s.post(at+"/pulls/hubspot", nil)
	p := s.settled(s.get(at + "/pulls"))
	p.says(http.StatusOK, "waits for a person", "It read", "everything", "Nobody has said yet how this table is read", "Pull anew")
	step, ok := p.Find("td a:contains('waits: look at it')").Attr("href")
	if !ok {
		t.Fatal(p.words())
	}
	s.settled(s.submit(s.get(step+"/mapping"), nil))
	s.settled(s.submit(s.get(step+"/apply"), nil))
	if ran, err := s.ops.PullDue(s.ctx); err != nil || len(ran) != 1 {
		t.Fatal(ran, err)
	}
	s.get(at+"/pulls").says(http.StatusOK, "import 1", "waits for a person")
	s.get(at+"/pulls/hubspot").says(http.StatusOK, "is given up", "are discarded")
	s.settled(s.post(at+"/pulls/hubspot", url.Values{}))
	s.settled(s.get(at+"/pulls")).says(http.StatusOK, "unchanged since import 1", "waits for a person")
}

func TestAFailedPullSaysWhy(t *testing.T) {
	s := newSite(t)
	server := s.connected()
	server.Hide("companies", "deals.dealtype")
	s.post(at+"/pulls/hubspot", nil)
	s.settled(s.get(at+"/pulls")).says(http.StatusOK, "The last pull failed, and nothing of it was kept", "crm.objects.companies.read", "Pull now")
}

func TestAReaderIsOfferedNoPull(t *testing.T) {
	s := newSite(t)
	s.connected()
	s.actor = access.Actor{Account: "acc_1", Name: "Reader", Memberships: []access.Membership{{Role: access.Auditor, OrgKind: access.Client, Org: "org_acme", Client: "org_acme"}}}
	p := s.get(at+"/pulls").says(http.StatusOK, "not pulled yet")
	if p.Find("main form[method=post]").Length() != 0 {
		t.Error(p.words())
	}
	s.post(at+"/pulls/hubspot", nil).says(http.StatusForbidden)
}
