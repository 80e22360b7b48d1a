package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	attributionapi "github.com/ofrecord/ofrecord/internal/attribution/api"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const acme = "org_acme"

func of(account string, role access.Role, org string, kind access.OrgKind) access.Actor {
	return access.Actor{Account: account, Name: account, Workspace: dbtest.Workspace, Memberships: []access.Membership{{Role: role, Org: org, OrgKind: kind}}}
}

var (
	owner    = of("acc_owner", access.Owner, "org_ag", access.Agency)
	finance  = of("acc_fin", access.ClientFinance, acme, access.Client)
	stranger = of("acc_str", access.ClientFinance, "org_bolt", access.Client)
	nobody   access.Actor
)

type desk struct {
	t   *testing.T
	api *api.API
	crm *crmops.Service
	ctx context.Context
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC) }
	files, err := blob.Open(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{t: t, ctx: ctx, crm: &crmops.Service{DB: d, Files: files, Now: now, Random: rand.Reader}}
	t.Cleanup(k.crm.Close)
	k.api = api.New(api.Options{Title: "Ofrecord", Version: "test", DB: d, Now: now, Caller: func(ctx context.Context) string { return access.ActorFrom(ctx).Account },
		Admit: func(ctx context.Context, _ *http.Request, _, _ string) (context.Context, error) {
			if access.ActorFrom(ctx).Account == "" {
				return nil, fault.New(fault.Unauthenticated, "sign-in", "Sign in.")
			}
			return db.WithWorkspace(ctx, dbtest.Workspace), nil
		}})
	fees := func(context.Context, bun.Tx, string, cal.Period) (map[cal.Month]money.Amount, error) {
		return map[cal.Month]money.Amount{{Year: 2026, Month: 6}: money.New(500_000, "USD")}, nil
	}
	(&attributionapi.Operations{Attribution: &ops.Service{DB: d, Now: now, FeesOf: fees}}).Register(k.api)
	return k
}

func (k *desk) take(name, text string) {
	k.t.Helper()
	if _, err := k.crm.Import(k.ctx, owner, crmops.ImportInput{Client: acme, Filename: name, Reader: strings.NewReader(text)}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) get(who access.Actor, status int, query string, out any) {
	k.t.Helper()
	w := apitest.Send(access.WithActor(context.Background(), who), k.api, "GET", "/clients/"+acme+"/returns"+query, "")
	if w.Code != status {
		k.t.Fatalf("%s as %q: status %d, want %d: %s", query, who.Account, w.Code, status, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			k.t.Fatal(err)
		}
	}
}

func TestReturnOnSpend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		var v attributionapi.Returns
		if k.get(finance, 200, "", &v); v.AsOf != 0 || len(v.Months) != 12 || v.Total.Total.Spend != nil {
			t.Fatalf("without evidence: %+v", v)
		}
		k.take("contacts.csv", "contact_id,company_id,email,name\np1,c1,ann@boreal.example,Ann\n")
		k.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,is_won,is_closed\nD1,Cell,c1,1000.00,USD,2026-05-02T12:00:00Z,2026-06-10,true,true\nD2,None,c1,,,2026-05-02T12:00:00Z,2026-06-11,true,true\n")
		k.take("deal_contacts.csv", "deal_id,contact_id\nD1,p1\n")
		k.take("touches.csv", "touch_id,contact_id,at,channel,campaign\nt1,p1,2026-05-01T12:00:00Z,webinar,spring\nt2,p1,2026-05-02T12:00:00Z,email,nurture\n")
		k.take("spend.csv", "spend_id,spent_on,campaign,category,net,currency\ns1,2026-06-03,spring,media,200.00,USD\n")

		v = attributionapi.Returns{}
		k.get(finance, 200, "?from=2026-06&to=2026-07&model=linear&lookback=none&margin=60%20%25", &v)
		all := v.Total.Total
		if v.AsOf != 5 || v.Agreed || v.By != "channel" || !slices.Equal(v.Months, []string{"2026-06", "2026-07"}) || v.LeftOut.Deals != 1 {
			t.Fatalf("%+v", v)
		}
		if all.Revenue.Amount != "1000.00" || all.Spend.Amount != "200.00" || all.Costed.Amount != "500.00" || all.Multiple != "2.50" || all.ROMI != "50.00" || all.Deals != 1 { // (500 x 60 % - 200) / 200
			t.Errorf("%+v", all)
		}
		at := slices.IndexFunc(v.Rows, func(r attributionapi.Row) bool { return r.Name == "email" })
		if at < 0 || v.Rows[at].Kind != "named" || v.Rows[at].Total.Revenue.Amount != "500.00" || v.Rows[at].Total.Spend != nil || v.Rows[at].Total.Multiple != "" {
			t.Errorf("what nobody knows the spend of: %+v", v.Rows)
		}
		if len(v.Fees) != 1 || v.Fees[0] != (attributionapi.Fee{Month: "2026-06", Fee: attributionapi.Money{Amount: "5000.00", Currency: "USD"}}) {
			t.Errorf("%+v", v.Fees)
		}

		// Of neither deal of June the CRM says whether the customer is new; July is not locked.
		if a := v.Acquisition; len(a) != 2 || a[0].Untold != 2 || a[0].Customers != nil || a[0].CAC != nil || len(a[0].Missing) != 1 || a[1].Customers == nil || len(a[1].Missing) != 2 || v.CAC.Months != 0 || v.CAC.Each != nil {
			t.Errorf("%+v, %+v", v.Acquisition, v.CAC)
		}
		k.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,is_won,is_closed,customer_type\nD1,Cell,c1,1000.00,USD,2026-05-02T12:00:00Z,2026-06-10,true,true,new\nD2,None,c1,,,2026-05-02T12:00:00Z,2026-06-11,true,true,renewal\n")
		v = attributionapi.Returns{}
		if k.get(finance, 200, "?from=2026-06&to=2026-07", &v); v.CAC.Months != 1 || v.CAC.Each == nil || v.CAC.Each.Amount != "5200.00" || *v.Acquisition[0].Customers != 1 || v.Acquisition[0].CAC.Amount != "5200.00" {
			t.Errorf("%+v, %+v", v.Acquisition, v.CAC)
		}
		if k.get(finance, 200, "", &v); v.From != "2025-07" || v.To != "2026-06" {
			t.Errorf("the running month has no fee yet, and the months are %s to %s", v.From, v.To)
		}

		for query, place := range map[string]string{"?margin=0": "query.margin", "?from=spring": "query.from", "?from=2026-07&to=2026-06": "query.to", "?model=colour": "query.model", "?by=colour": "query.by", "?as_of=0": "query.as_of", "?colour=red": "query.colour"} {
			var p api.Problem
			if k.get(finance, 422, query, &p); len(p.Errors) == 0 || p.Errors[0].Location != place {
				t.Errorf("%s: %+v", query, p)
			}
		}
		k.get(finance, 404, "?as_of=99", nil)
		k.get(owner, 200, "?as_of=1", nil)
		k.get(stranger, 404, "", nil)
		k.get(nobody, 401, "", nil)
	})
}

func TestOperationsAreComplete(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	apitest.Check(t, k.api)
	for _, op := range k.api.Operations() {
		if !slices.Contains(access.Actions(), access.Action(op.Action)) {
			t.Errorf("%s has the action %q, which the table of access does not know", op.ID, op.Action)
		}
	}
}
