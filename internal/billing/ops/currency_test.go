package ops_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// in agrees on a retainer in another currency and locks January.
func (k *desk) in(currency, fee string) feesops.Statement {
	k.T.Helper()
	before, after, _ := strings.Cut(text, "  - revenue_share")
	_, after, _ = strings.Cut(after, "statements:")
	source := strings.NewReplacer("contract: growth", "contract: "+strings.ToLower(currency), "currency: USD", "currency: "+currency, "14,000.00 per month", fee+" per month").Replace(before + "statements:" + after)
	k.Contract = k.Agreed(boss, source)
	return k.Locked("2026-01")
}

// A yen has no decimals and a dinar three: the invoice, its parts and the ledger keep to the minor unit, and only the yen can keep EN 16931.
func TestCurrenciesOfNoAndOfThreeDecimals(t *testing.T) {
	for _, c := range []struct{ currency, fee, part, net, tax, payable, credited string }{
		{"JPY", "1,234,567", "1,235", "1234567", "234568", "1469135", "1470"},
		{"KWD", "1,234.567", "0.005", "1234.567", "234.568", "1469.135", "0.006"},
	} {
		t.Run(c.currency, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				k := newDesk(t, d, ctx)
				k.profiled()
				german := agencyInput
				german.Country, german.TaxID = "DE", "DE111111125"
				must(k.EnterAgencyProfile(ctx, owner, german))(t)
				taxed := clientInput
				taxed.Country, taxed.Treatment, taxed.Reason = "DE", "standard", ""
				must(k.EnterClientProfile(ctx, owner, "org_acme", taxed))(t)
				k.MoveTo("2026-03-02")
				st := k.in(c.currency, c.fee)
				inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
				if inv.Net.String() != c.net || inv.Tax.String() != c.tax || inv.Payable.String() != c.payable {
					t.Errorf("%s, %s, %s", inv.Net, inv.Tax, inv.Payable)
				}
				body, err := einvoice.UBL(must(k.GOBL(ctx, finance, inv.ID))(t))
				if norm := strings.Contains(string(body), "urn:cen.eu:en16931:2017"); err != nil || norm != (c.currency == "JPY") || !strings.Contains(string(body), ">"+c.payable+"<") {
					t.Errorf("%v\n%s", err, body)
				}
				note := must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "a part", Lines: map[int]string{1: c.part}}))(t)
				rest := must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "the rest"}))(t)
				if note.Payable.String() != c.credited || note.Payable.Add(rest.Payable) != inv.Payable || note.Net.Add(rest.Net) != inv.Net {
					t.Errorf("%s and %s are credited of %s", note.Payable, rest.Payable, inv.Payable)
				}
				k.inBalance()
				_, err = k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "more"})
				wantFault(t, err, fault.Conflict, "credited")
			})
		})
	}
}

// The number of an invoice that was not issued is not used up, whatever stopped it, and its series goes on without a gap.
func TestWhatStopsAnInvoiceTakesNoNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		first := k.issued("2026-01")
		st := k.Locked("2026-02")
		stopped := errors.New("the machine stopped")
		k.Random = failing{stopped}
		func() {
			defer func() { _ = recover() }() // an id cannot be made without chance
			if _, err := k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}); err == nil {
				t.Error("it was issued")
			}
		}()
		k.Random = rand.Reader
		if page := must(k.Invoices(ctx, finance, "org_acme", 1))(t); page.Total != 1 {
			t.Errorf("%d invoices", page.Total)
		}
		next := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		if first.Number != "INV-2026-0001" || next.Number != "INV-2026-0002" {
			t.Errorf("%s is followed by %s", first.Number, next.Number)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestWordsOfSpacesAreNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		st := k.Locked("2026-01")
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{IssuedOn: cal.MustDate("2026-03-02"), DueOn: cal.MustDate("2026-03-03"), Note: " \n "}}))(t)
		if inv.Document.Note != "" {
			t.Errorf("%q", inv.Document.Note)
		}
		_, err := k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "  "})
		wantFault(t, err, fault.Invalid, "reason-missing")
	})
}
