package ops_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestAnInvoiceHasWhatIsPayableAndNothingDisputed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		k.Imported(won("A", "100000.00", "2026-02-10"), won("B", "50000.00", "2026-02-11"))
		st := k.Locked("2026-02", 3)
		if st.Split.Held.String() == "0.00" {
			t.Fatal("nothing is held; this proves little")
		}

		_, err := k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID})
		wantFault(t, err, fault.Conflict, "agency-profile-missing", "billing profile of the agency", "billing profile of the client")
		k.profiled()
		page := must(k.Invoices(ctx, finance, "org_acme", 1))(t)
		if len(page.Waiting) != 1 || page.Waiting[0].Payable != st.Split.Payable {
			t.Errorf("%+v", page.Waiting)
		}
		prepared := must(k.Prepare(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		if prepared.Payable != st.Split.Payable || !prepared.Held || prepared.DueOn != prepared.IssuedOn.AddDays(30) {
			t.Errorf("%+v", prepared)
		}
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{PurchaseOrder: "PO-7", PaymentLink: "https://pay.example/1"}}))(t)
		if inv.Number != "INV-2026-0001" || inv.Payable != st.Split.Payable || inv.Left != inv.Payable || inv.Standing != billing.Open || inv.Statement != st.ID || inv.Document.Statement.Hash != st.Hash {
			t.Errorf("%+v", inv.Summary)
		}
		for _, l := range inv.Document.Lines {
			if l.From == 3 {
				t.Error("the disputed line is on the invoice")
			}
		}
		_, err = k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID})
		wantFault(t, err, fault.Conflict, "invoiced", "INV-2026-0001", "taken back whole")
		if page = must(k.Invoices(ctx, finance, "org_acme", 1))(t); page.Total != 1 || len(page.Waiting) != 0 || page.Invoices[0].Left != inv.Payable {
			t.Errorf("%+v", page)
		}
		gobl := must(k.GOBL(ctx, boss, inv.ID))(t)
		if !strings.Contains(string(gobl), `"payable": "`+inv.Payable.String()+`"`) {
			t.Errorf("%s", gobl)
		}
		wantMail(t, d, ctx, "emil@acme.example", "INV-2026-0001", "https://example.test/clients/org_acme/invoices/"+inv.ID)
	})
}

// What a dispute releases later comes with the statement that carries it, not with the invoice of its own month.
func TestWhatIsReleasedComesLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		k.Imported(won("A", "100000.00", "2026-02-10"), won("B", "50000.00", "2026-02-11"))
		st := k.Locked("2026-02", 3)
		released := st.Split.Held
		must(k.Fees.Release(ctx, finance, resolve(st.ID, 3)))(t)
		first := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		if first.Payable != st.Split.Payable {
			t.Errorf("%s on the invoice, %s were payable at the lock", first.Payable, st.Split.Payable)
		}
		k.MoveTo("2026-04-02")
		second := k.issued("2026-03")
		k.inBalance()
		found := false
		for _, l := range second.Document.Lines {
			found = found || l.Kind == "released" && l.Net == released
		}
		if !found || second.Number != "INV-2026-0002" {
			t.Errorf("%+v", second.Document.Lines)
		}
	})
}

// A disputed line is never invoiced: where it is all there is, the refusal names it and what to do.
func TestADisputedLineIsNotInvoiced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		st := k.Submitted("2026-02")
		must(k.Fees.Dispute(ctx, finance, feesops.LineInput{Statement: st.ID, Line: 1, Text: "not ours"}))(t)
		_, err := k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID})
		wantFault(t, err, fault.Conflict, "statement-not-locked", "of February 2026 is not locked yet")
		must(k.Fees.Lock(ctx, owner, feesops.LockInput{Statement: st.ID, Seen: -1}))(t)
		_, err = k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID})
		wantFault(t, err, fault.Conflict, "nothing-payable", "of February 2026", "USD 14,000.00 was held", "still on line 1", "Settle them")
	})
}

func TestIssuingKeepsTheTable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		st := k.Locked("2026-02")
		for _, who := range []access.Actor{lead, boss, finance, sales} {
			_, err := k.Issue(ctx, who, ops.IssueInput{Statement: st.ID})
			wantFault(t, err, fault.Forbidden, "not-allowed", "issue an invoice")
		}
		_, err := k.Issue(ctx, stranger, ops.IssueInput{Statement: st.ID})
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Issue(ctx, owner, ops.IssueInput{Statement: st.ID, Client: "org_bolt"})
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Issue(ctx, owner, ops.IssueInput{Statement: "st_none"})
		wantFault(t, err, fault.NotFound, "not-found")
		inv := must(k.Issue(ctx, owner, ops.IssueInput{Statement: st.ID}))(t)
		if _, err := k.Invoice(ctx, sales, inv.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("sales: %v", err)
		}
		if _, err := k.Invoice(ctx, stranger, inv.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if _, err := k.AgencyProfile(ctx, finance); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client reads the agency's profile: %v", err)
		}
		if _, err := k.RecordPayment(ctx, lead, ops.PaymentInput{Client: "org_acme"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the lead records a payment: %v", err)
		}
	})
}

// Many at once: one invoice a statement, and numbers without a gap.
func TestTwoAtOnceGiveOneInvoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		var statements []string
		for _, m := range []string{"2026-01", "2026-02"} {
			statements = append(statements, k.Locked(m).ID)
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		numbers, conflicts := map[string]bool{}, 0
		for range 6 {
			for _, id := range statements {
				all.Go(func() {
					inv, err := k.Issue(ctx, accounts, ops.IssueInput{Statement: id})
					mu.Lock()
					defer mu.Unlock()
					if fault.Is(err, fault.Conflict) {
						conflicts++
					} else if err != nil {
						t.Error(err)
					} else {
						numbers[inv.Number] = true
					}
				})
			}
		}
		all.Wait()
		if len(numbers) != 2 || !numbers["INV-2026-0001"] || !numbers["INV-2026-0002"] || conflicts != 10 {
			t.Errorf("%v, %d conflicts", numbers, conflicts)
		}
	})
}

func TestTheDatabaseRefusesGapsAndChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		k.issued("2026-02")
		for _, attack := range []string{
			"INSERT INTO invoice_number (issuer_id, series, year, ordinal, previous) VALUES ('org_ag', 'INV', 2026, 3, 2)",
			"INSERT INTO invoice_number (issuer_id, series, year, ordinal, previous) VALUES ('org_ag', 'INV', 2026, 3, 1)",
			"INSERT INTO invoice_number (issuer_id, series, year, ordinal, previous) VALUES ('org_ag', 'INV', 2026, 3, NULL)",
			"DELETE FROM invoice_number",
			"UPDATE invoice_number SET ordinal = 2, previous = 1",
			"UPDATE invoice SET payable_minor = 1",
			"DELETE FROM invoice",
			"UPDATE billing_profile SET document = '{}'",
		} {
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, attack)
				return err
			})
			if err == nil {
				t.Errorf("%s passes", attack)
			}
		}
	})
}

func TestNumbersAndDaysAscendTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-12-28")
		october, st := k.Locked("2026-10"), k.Locked("2026-11")
		k.MoveTo("2026-12-30")
		first := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: october.ID}))(t)
		k.MoveTo("2027-01-05")
		_, err := k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{IssuedOn: cal.MustDate("2026-12-29")}})
		wantFault(t, err, fault.Invalid, "issued-on", "30 Dec 2026")
		_, err = k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{IssuedOn: cal.MustDate("2027-01-06")}})
		wantFault(t, err, fault.Invalid, "issued-on", "today")
		second := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		if first.Number != "INV-2026-0001" || second.Number != "INV-2027-0001" {
			t.Errorf("%s, %s", first.Number, second.Number)
		}
	})
}

func TestNoInvoiceIsOfADayBeforeTheLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-04")
		st := k.Locked("2026-02")
		first := cal.DateOf(st.Life.LockedAt, st.Terms.Zone)
		k.MoveTo("2026-03-09")
		for _, on := range []cal.Date{first.AddDays(-1), cal.MustDate("2026-01-02")} {
			in := ops.IssueInput{Statement: st.ID, Terms: billing.Terms{IssuedOn: on}}
			_, err := k.Prepare(ctx, accounts, in)
			wantFault(t, err, fault.Invalid, "issued-on", first.Words())
			_, err = k.Issue(ctx, accounts, in)
			wantFault(t, err, fault.Invalid, "issued-on", first.Words())
		}
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{IssuedOn: first}}))(t)
		if inv.IssuedOn != first || inv.Standing != billing.Open {
			t.Errorf("%+v", inv.Summary)
		}
	})
}

// The bench's contract is of New York: a lock at 03:30 UTC on 4 March is one of 3 March there.
func TestTheDayOfTheLockIsThatOfTheContractsZone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-03")
		k.Pass(10*time.Hour + 30*time.Minute)
		st := k.Locked("2026-02")
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{IssuedOn: cal.MustDate("2026-03-03")}}))(t)
		if inv.IssuedOn != cal.MustDate("2026-03-03") {
			t.Errorf("%+v", inv.Summary)
		}
	})
}

func TestTheClientAcknowledgesOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		inv := k.issued("2026-02")
		_, err := k.Acknowledge(ctx, owner, inv.ID, "")
		wantFault(t, err, fault.Forbidden, "not-allowed", "the client's executive or the client's finance")
		inv = must(k.Acknowledge(ctx, finance, inv.ID, "In our run of 2 April."))(t)
		if inv.Acknowledged.By != "Finn Finance" || inv.Acknowledged.Words != "In our run of 2 April." {
			t.Errorf("%+v", inv.Acknowledged)
		}
		_, err = k.Acknowledge(ctx, boss, inv.ID, "")
		wantFault(t, err, fault.Conflict, "acknowledged", "Finn Finance")
	})
}

func wantMail(t *testing.T, d *db.DB, ctx context.Context, to string, words ...string) {
	t.Helper()
	var bodies []string
	err := d.Read(db.WithWorkspace(ctx, ""), func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("outbox").Column("body").Where("body LIKE ?", "%"+to+"%").Scan(ctx, &bodies)
	})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(bodies, "\n")
	for _, w := range words {
		if !strings.Contains(all, w) {
			t.Errorf("no mail to %s says %q: %s", to, w, all)
		}
	}
}
