package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmapi "github.com/ofrecord/ofrecord/internal/crm/api"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/outbound"
)

// openDeals are deals that nobody touched, of which every second lacks its owner.
func openDeals(n int) string {
	var b strings.Builder
	b.WriteString("deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,owner\n")
	for i := range n {
		fmt.Fprintf(&b, "d%02d,Deal %d,c1,1000.00,USD,%s,2099-01-01,offer,false,false,%s\n", i, i, time.Now().UTC().Format(time.RFC3339), []string{"Ana", ""}[i%2])
	}
	return b.String()
}

func TestHygieneWithItsFailingRows(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		var h crmapi.Hygiene
		if k.call(200, "GET", "/hygiene", "", &h); h.AsOf != 0 || h.Points != "" || len(h.Checks) > 0 {
			t.Fatalf("before the first import: %+v", h)
		}
		var none crmapi.AllFailing
		if k.call(200, "GET", "/hygiene/fresh/failing", "", &none); none.Total != 0 || none.Items == nil {
			t.Fatalf("before the first import: %+v", none)
		}
		k.call(404, "GET", "/hygiene/colour/failing", "", nil)
		k.call(201, "POST", "/imports?filename=few.csv", openDeals(4), nil)
		if k.call(200, "GET", "/hygiene", "", &h); h.Deals != 4 || h.Points != "" || len(h.Checks) != 6 {
			t.Fatalf("few deals say nothing: %+v", h)
		}
		k.call(201, "POST", "/imports?filename=deals.csv", openDeals(24), nil)

		k.call(200, "GET", "/hygiene", "", &h)
		if h.AsOf != 2 || h.Latest != 2 || h.Deals != 24 || h.Points == "" || h.Cycle != nil || len(h.Trend) != 1 || h.Trend[0].Points != h.Points {
			t.Fatalf("%+v", h)
		}
		fresh := h.Checks[1]
		if fresh.Code != "fresh" || fresh.Of != 24 || fresh.Met != 0 || fresh.Failing != 24 || fresh.Weight != 20 {
			t.Fatalf("%+v", fresh)
		}

		var all crmapi.AllFailing
		seen, after := map[string]bool{}, ""
		for pages := 0; pages == 0 || after != ""; pages++ {
			all = crmapi.AllFailing{}
			k.call(200, "GET", "/hygiene/fresh/failing?limit=10&after="+after, "", &all)
			if all.Total != 24 || all.AsOf != 2 || pages > 2 {
				t.Fatalf("%+v", all)
			}
			for _, f := range all.Items {
				if seen[f.ID] || f.Kind != "deal" || f.Why == "" {
					t.Errorf("%+v", f)
				}
				seen[f.ID] = true
			}
			after = all.Next
			k.call(201, "POST", "/imports?filename=more.csv", strings.ReplaceAll(openDeals(1), "d00", fmt.Sprint("later", pages)), nil)
		}
		if len(seen) != 24 {
			t.Errorf("%d records miss it", len(seen))
		}
		k.call(404, "GET", "/hygiene/colour/failing", "", nil)
		k.call(404, "GET", "/hygiene?as_of=99", "", nil)
		k.call(422, "GET", "/hygiene/fresh/failing?after=x", "", nil)
	})
}

func TestRecordsAsOfAMoment(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		k.call(201, "POST", "/imports?filename=deals.csv", openDeals(5), nil)
		k.call(201, "POST", "/imports?filename=deals.csv", strings.ReplaceAll(openDeals(7), "1000.00", "2000.00"), nil)

		var then, now crmapi.Records
		k.call(200, "GET", "/records/deal?as_of=1", "", &then)
		k.call(200, "GET", "/records/deal?text=d06", "", &now)
		if then.AsOf != 1 || then.Total != 5 || then.Items[0].Fields["amount"] != "1000.00" || then.Items[0].Import != 1 || then.Items[0].Line != 2 {
			t.Errorf("%+v", then)
		}
		if now.AsOf != 2 || now.Total != 1 || now.Items[0].ID != "d06" || now.Items[0].Fields["amount"] != "2000.00" {
			t.Errorf("%+v", now)
		}
		if _, blank := now.Items[0].Fields["customer_type"]; blank {
			t.Error("what is unknown is there")
		}
		var first, second crmapi.Records
		k.call(200, "GET", "/records/deal?as_of=1&limit=3", "", &first)
		k.call(200, "GET", "/records/deal?limit=3&after="+url.QueryEscape(first.Next), "", &second)
		if len(first.Items) != 3 || len(second.Items) != 2 || second.AsOf != 1 || second.Next != "" {
			t.Errorf("%+v %+v", first, second)
		}
		k.call(404, "GET", "/records/dragon", "", nil)
		var p api.Problem
		if k.call(422, "GET", "/records/deal?as_of=spring", "", &p); p.Errors[0].Location != "query.as_of" {
			t.Errorf("%+v", p)
		}
	})
}

func TestRecordsThatMayBeOne(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		k.call(201, "POST", "/imports?filename=contacts.csv&kind=contact", "contact_id,email,name\nc1,ann@boreal.example,Ann\nc2,ann@boreal.example,Ann B\nc3,ben@boreal.example,Ben\n", nil)
		var d crmapi.Duplicates
		k.call(200, "GET", "/duplicates", "", &d)
		if d.Total != 1 || d.Counts["same-email"] != 1 || len(d.Items) != 1 || d.Items[0].Kind != "contact" || len(d.Items[0].Members) != 2 || d.Items[0].Members[1].Fields["name"] != "Ann B" {
			t.Errorf("%+v", d)
		}
		if k.call(200, "GET", "/duplicates?kind=deal", "", &d); d.Total != 0 || len(d.Items) != 0 {
			t.Errorf("%+v", d)
		}
	})
}

func TestPullsAreBegunAndTold(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		var list api.List[crmapi.Connection]
		if k.call(200, "GET", "/pulls", "", &list); len(list.Items) != 0 {
			t.Fatalf("%+v", list)
		}
		k.call(404, "POST", "/pulls/hubspot", "", nil)

		refusing := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
		t.Cleanup(refusing.Close)
		base, err := outbound.ParseBase(refusing.URL)
		if err != nil {
			t.Fatal(err)
		}
		hubSpot, _ := connect.SystemOf(crm.HubSpot)
		k.crm.Connections = func(context.Context) ([]ops.Connection, error) {
			return []ops.Connection{{Client: "org_acme", System: hubSpot, Every: 6 * time.Hour, To: outbound.New(base, refusing.Client().Transport), Credentials: connect.Credentials{Token: "s3cret"}}}, nil
		}

		var c crmapi.Connection
		k.call(202, "POST", "/pulls/hubspot", "", &c)
		if c.System != "hubspot" || c.Last == nil || c.Last.By != owner.Name {
			t.Fatalf("%+v", c)
		}
		for wait := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			w := k.send(owner, "GET", "/pulls", nil)
			if strings.Contains(w.Body.String(), "s3cret") {
				t.Fatal("the answer holds what opens the CRM")
			}
			k.call(200, "GET", "/pulls", "", &list)
			if len(list.Items) == 1 && list.Items[0].Last.State == "failed" && list.Items[0].Last.Message != "" && list.Items[0].Every == "6h0m0s" {
				break
			}
			if time.Now().After(wait) {
				t.Fatalf("%s", w.Body)
			}
		}
	})
}
