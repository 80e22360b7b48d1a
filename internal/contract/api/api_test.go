package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractapi "github.com/ofrecord/ofrecord/internal/contract/api"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var noon = time.Date(2025, 12, 10, 12, 0, 0, 0, time.UTC)

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner     = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	executive = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
)

// desk is the operations over a fresh database; who says who is calling.
type desk struct {
	t      *testing.T
	api    *api.API
	who    access.Actor
	client string // in the address
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme"}, {"org_bolt", "client", "Bolt"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], noon); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return noon }
	k := &desk{t: t, who: owner, client: "org_acme"}
	k.api = api.New(api.Options{Title: "Ofrecord", Version: "test", Admit: func(ctx context.Context, _ *http.Request, action, client string) (context.Context, error) {
		return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), k.who), access.RequireAny(k.who, access.Action(action), client)
	}})
	service := &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})}
	(&contractapi.Operations{Contracts: service}).Register(k.api)
	return k
}

// call sends the body as JSON and reads the answer into out.
func (k *desk) call(want int, method, path string, body, out any) {
	k.t.Helper()
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			k.t.Fatal(err)
		}
		in = strings.NewReader(string(text))
	}
	r := httptest.NewRequest(method, "/api/v1/clients/"+k.client+path, in)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	k.api.Handler().ServeHTTP(w, r)
	if w.Code != want {
		k.t.Fatalf("%s %s answers %d: %s", method, path, w.Code, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			k.t.Fatal(err)
		}
	}
}

func text() string {
	return contract.Template("growth", "Acme", "Northlight LLC", cal.MustDate("2025-12-01"))
}

func TestOperationsAreComplete(t *testing.T) { apitest.Check(t, newDesk(t).api) }

func TestAContractThroughTheAPI(t *testing.T) {
	k := newDesk(t)
	var c contractapi.Contract
	k.call(http.StatusCreated, "POST", "/contracts", contractapi.Begin{Name: "growth"}, &c)
	at := "/contracts/" + c.ID

	var d contractapi.Draft
	k.call(http.StatusOK, "GET", at+"/draft", nil, &d)
	if d.Revision != 0 || !strings.Contains(d.Source, "client: Acme") {
		t.Errorf("%+v", d)
	}
	var check contractapi.Check
	k.call(http.StatusOK, "POST", at+"/check", contractapi.Source{Source: strings.Replace(text(), "rate: 3 %", "rate: 130 %", 1)}, &check)
	if len(check.Problems) != 1 || check.Problems[0].Line == 0 || check.Problems[0].Field != "clauses[1].rate" {
		t.Errorf("%+v", check.Problems)
	}
	k.call(http.StatusOK, "PUT", at+"/draft", contractapi.Save{Source: text()}, &d)
	k.call(http.StatusConflict, "PUT", at+"/draft", contractapi.Save{Source: "other"}, nil)

	var v contractapi.Version
	k.call(http.StatusConflict, "POST", at+"/propose", contractapi.Propose{Revision: 7}, nil)
	k.call(http.StatusCreated, "POST", at+"/propose", contractapi.Propose{Revision: d.Revision}, &v)
	accept := contractapi.Accept{SHA256: v.SHA256, Side: "client"}
	k.call(http.StatusForbidden, "POST", at+"/versions/"+v.ID+"/accept", accept, nil)
	k.who = executive
	k.call(http.StatusForbidden, "GET", at+"/draft", nil, nil)
	k.call(http.StatusOK, "POST", at+"/versions/"+v.ID+"/accept", accept, &v)
	if v.State != "accepted" || len(v.Acceptances) != 2 {
		t.Errorf("%+v", v)
	}
	k.call(http.StatusConflict, "POST", at+"/versions/"+v.ID+"/accept", accept, nil)

	var read contractapi.Text
	k.call(http.StatusOK, "GET", at+"/versions/"+v.ID, nil, &read)
	if read.Source != text() || len(read.Words) < 3 || read.SHA256 != v.SHA256 {
		t.Errorf("%+v", read)
	}
	var list api.List[contractapi.Contract]
	k.call(http.StatusOK, "GET", "/contracts", nil, &list)
	if len(list.Items) != 1 || list.Items[0].InForce != v.ID {
		t.Errorf("%+v", list)
	}
}

func TestPaperAndWithdrawalThroughTheAPI(t *testing.T) {
	k := newDesk(t)
	var c contractapi.Contract
	k.call(http.StatusCreated, "POST", "/contracts", contractapi.Begin{Name: "growth"}, &c)
	at := "/contracts/" + c.ID
	propose := func() (v contractapi.Version) {
		k.call(http.StatusOK, "PUT", at+"/draft", contractapi.Save{Source: text()}, nil)
		k.call(http.StatusCreated, "POST", at+"/propose", contractapi.Propose{Revision: 1}, &v)
		return v
	}
	v := propose()
	k.call(http.StatusOK, "POST", at+"/versions/"+v.ID+"/withdraw", contractapi.Withdraw{Reason: "wrong rate"}, &v)
	if v.State != "withdrawn" || v.Withdrawn.Reason != "wrong rate" {
		t.Errorf("%+v", v)
	}
	v = propose()
	paper := contractapi.Paper{Signatory: "Carla CEO", Reference: "DocuSign 4711", SignedOn: "2025-12-01"}
	k.call(http.StatusOK, "POST", at+"/versions/"+v.ID+"/paper", contractapi.Signed{Paper: paper, SHA256: v.SHA256}, &v)
	if v.State != "accepted" || v.Attempt != 2 || *v.Acceptances[1].Paper != paper {
		t.Errorf("%+v", v)
	}
	var versions api.List[contractapi.Version]
	k.call(http.StatusOK, "GET", at+"/versions", nil, &versions)
	if len(versions.Items) != 2 {
		t.Errorf("%+v", versions)
	}
	k.call(http.StatusNotFound, "GET", "/contracts/ct_none", nil, nil)
	k.client = "org_bolt"
	k.call(http.StatusNotFound, "GET", at, nil, nil)
	k.call(http.StatusNotFound, "GET", at+"/draft", nil, nil)
	k.call(http.StatusNotFound, "GET", at+"/versions/"+v.ID, nil, nil)
}
