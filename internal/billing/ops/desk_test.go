package ops_test

import (
	"context"
	"crypto/rand"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

const text = feestest.Text

var (
	owner, lead                    = feestest.Owner, feestest.Lead
	boss, finance, sales, stranger = feestest.Boss, feestest.Finance, feestest.Sales, feestest.Stranger
	accounts                       = feestest.Of("acc_afin", "Ada Accounts", access.Membership{Role: access.AgencyFinance, Org: "org_ag", OrgKind: access.Agency})
	won, wantFault                 = feestest.Won, feestest.WantFault
)

// desk is the use cases of billing at the bench of statements.
type desk struct {
	*ops.Service
	*feestest.Bench
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return newDeskUnder(t, d, ctx, text)
}

// newDeskUnder is a desk under another text of the contract.
func newDeskUnder(t *testing.T, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	k := &desk{Bench: feestest.New(t, d, ctx, text)}
	k.Service = &ops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Fees: k.Bench.Service, Parties: k.Bench.Parties, PublicURL: k.Bench.PublicURL}
	k.AfterLock = k.PostLock
	return k
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

// profiled enters both billing profiles: no tax within the United States, due after 30 days.
func (k *desk) profiled() {
	k.T.Helper()
	must(k.EnterAgencyProfile(k.Ctx, owner, agencyInput))(k.T)
	must(k.EnterClientProfile(k.Ctx, owner, "org_acme", clientInput))(k.T)
}

var (
	agencyInput = billing.ProfileInput{Name: "Northlight LLC", Street: "1 Main St", City: "Albany", Region: "NY", PostalCode: "12207", Country: "US", CompanyID: "84-1234567", Account: "000123456789"}
	clientInput = billing.ProfileInput{Name: "Acme Robotics, Inc.", Street: "2 Side St", City: "Boston", Region: "MA", PostalCode: "02108", Country: "US", Treatment: "none", Reason: "Not subject to tax.", TermsDays: "30"}
)

// issued locks a month and issues its invoice.
func (k *desk) issued(month string, disputed ...int) ops.Invoice {
	k.T.Helper()
	return must(k.Issue(k.Ctx, accounts, ops.IssueInput{Statement: k.Locked(month, disputed...).ID}))(k.T)
}

// inBalance holds the ledger to what happened.
func (k *desk) inBalance() {
	k.T.Helper()
	report := must(k.CheckLedger(k.Ctx, owner))(k.T)
	if len(report.Problems) > 0 || report.Entries == 0 {
		k.T.Errorf("the ledger: %+v", report)
	}
}
