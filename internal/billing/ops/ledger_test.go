package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func net(t testing.TB, all []ledger.Balance, a ledger.Account) string {
	t.Helper()
	for _, b := range all {
		if b.Account == a {
			return b.Net().String()
		}
	}
	return "0.00"
}

func TestTheLedgerFollowsLockInvoiceAndPayment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		german := agencyInput
		german.Country, german.TaxID, german.Reserve = "DE", "DE111111125", "10 %"
		must(k.EnterAgencyProfile(ctx, owner, german))(t)
		taxed := clientInput
		taxed.Country, taxed.Treatment, taxed.Reason = "DE", "standard", ""
		must(k.EnterClientProfile(ctx, owner, "org_acme", taxed))(t)
		k.MoveTo("2026-03-21")
		k.Imported(won("A", "100000.00", "2026-02-10"))
		st := k.Locked("2026-02")
		check := func(when string, want map[ledger.Account]string) {
			t.Helper()
			all := must(k.Trial(ctx, accounts, ops.LedgerFilter{}))(t)
			var sum int64
			for _, b := range all {
				sum += b.Net().Minor
			}
			if sum != 0 {
				t.Errorf("%s: the trial balance is off by %d", when, sum)
			}
			for a, w := range want {
				if got := net(t, all, a); got != w {
					t.Errorf("%s: %s is %s, want %s", when, a, got, w)
				}
			}
			k.inBalance()
		}
		check("locked", map[ledger.Account]string{ledger.Unbilled: "17000.00", "revenue:retainer": "-14000.00", "revenue:revenue-share": "-2700.00", ledger.Reserve: "-300.00"})
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		check("issued", map[ledger.Account]string{ledger.Unbilled: "0.00", ledger.Receivable: "20230.00", ledger.Taxes: "-3230.00"})
		must(k.RecordPayment(ctx, accounts, paid("10,000.00", "TX-1")))(t)
		check("paid", map[ledger.Account]string{ledger.Receivable: "10230.00", ledger.Bank: "10000.00", ledger.ClientFunds: "0.00"})
		must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "all"}))(t)
		check("credited", map[ledger.Account]string{ledger.Receivable: "0.00", ledger.ClientFunds: "-10000.00", "revenue:retainer": "0.00", ledger.Taxes: "0.00"})
		must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		must(k.ApplyOnAccount(ctx, accounts, "org_acme", "", ""))(t)
		check("issued again", map[ledger.Account]string{ledger.Receivable: "10230.00", "revenue:retainer": "-14000.00", ledger.Unbilled: "0.00", ledger.ClientFunds: "0.00"})

		page := must(k.LedgerAccount(ctx, accounts, string(ledger.Receivable), "", ops.LedgerFilter{}, 1))(t)
		if page.Total != len(page.Rows) || page.Rows[0].Balance.String() != "10230.00" {
			t.Errorf("%+v", page)
		}
		if oldest := page.Rows[len(page.Rows)-1]; oldest.Balance != oldest.Amount {
			t.Errorf("the account does not begin with nothing: %+v", oldest)
		}
		before := must(k.Trial(ctx, accounts, ops.LedgerFilter{Until: cal.MustDate("2026-02-28"), Client: "org_acme", Contract: "growth"}))(t)
		if net(t, before, ledger.Unbilled) != "17000.00" || net(t, before, ledger.Receivable) != "0.00" {
			t.Errorf("%+v", before)
		}
		for _, who := range []struct{ err error }{{second(k.Trial(ctx, lead, ops.LedgerFilter{}))}, {second(k.Trial(ctx, finance, ops.LedgerFilter{}))}, {second(k.CheckLedger(ctx, boss))}} {
			if !fault.Is(who.err, fault.Forbidden) {
				t.Errorf("%v", who.err)
			}
		}
		if _, err := k.LedgerAccount(ctx, accounts, "assets:gold", "", ops.LedgerFilter{}, 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestTheCheckFindsWhatWasDoneBehindTheLedger(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-21")
		k.Fees.AfterLock = nil // as it was before there was a ledger
		k.Locked("2026-01")
		report := must(k.CheckLedger(ctx, owner))(t)
		if len(report.Missing) != 1 || !strings.Contains(strings.Join(report.Problems, "\n"), "Statement of January 2026 of 31 Jan 2026 is not in the ledger") {
			t.Errorf("%+v", report)
		}
		if n := must(k.PostMissing(ctx, owner))(t); n != 1 {
			t.Errorf("%d posted", n)
		}
		k.inBalance()
		if _, err := k.PostMissing(ctx, accounts); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		if n := must(k.PostMissing(ctx, owner))(t); n != 0 {
			t.Errorf("%d posted again", n)
		}
		for _, attack := range []string{
			"INSERT INTO ledger_posting (ref, no, client_id, contract, subject_kind, subject_id, on_day, currency, debit, credit, minor, words, posted_at) SELECT 'forged', 1, client_id, contract, subject_kind, subject_id, on_day, currency, debit, credit, 500, words, posted_at FROM ledger_posting LIMIT 1",
		} {
			if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, attack)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		report = must(k.CheckLedger(ctx, owner))(t)
		if words := strings.Join(report.Problems, "\n"); !strings.Contains(words, "(forged) is in the ledger") || !strings.Contains(words, "Unbilled: USD 14,005.00 in the ledger, USD 14,000.00 by") {
			t.Errorf("%s", words)
		}
		for _, attack := range []string{"UPDATE ledger_posting SET minor = 1", "DELETE FROM ledger_posting",
			"INSERT INTO ledger_posting (ref, no, client_id, contract, subject_kind, subject_id, on_day, currency, debit, credit, minor, words, posted_at) SELECT 'x', 1, client_id, contract, subject_kind, subject_id, on_day, currency, debit, debit, 5, words, posted_at FROM ledger_posting LIMIT 1"} {
			if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, attack)
				return err
			}); err == nil {
				t.Errorf("%s passes", attack)
			}
		}
	})
}

// Someone with all rights in the database changes an invoice: its amount, a word of its document, or its document and hash together.
func TestTheCheckFindsAnAlteredInvoice(t *testing.T) {
	for what, attack := range map[string]string{
		"due":      "UPDATE invoice SET due_on = '2027-01-31'",
		"dues":     "UPDATE invoice SET dues = '[]'",
		"number":   "UPDATE invoice SET kind = 'credit-note'",
		"document": "UPDATE invoice SET document = replace(document, 'Retainer', 'Retained')",
		"hash":     "UPDATE invoice SET hash = 'ab'",
	} {
		t.Run(what, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				k := newDesk(t, d, ctx)
				k.profiled()
				k.MoveTo("2026-03-02")
				inv := k.issued("2026-02")
				k.inBalance()
				steps := []string{"DROP TRIGGER invoice_no_update", attack}
				if d.Engine() == db.Postgres {
					steps[0] = "GRANT UPDATE ON invoice TO CURRENT_USER"
				}
				if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
					for _, step := range steps {
						if _, err := tx.ExecContext(ctx, step); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				report := must(k.CheckLedger(ctx, owner))(t)
				if !strings.Contains(strings.Join(report.Problems, "\n"), inv.Number+" was altered") {
					t.Errorf("%+v", report.Problems)
				}
			})
		})
	}
}

// A ledger that fails undoes the lock.
func TestTheLedgerIsOfTheSameTransaction(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.MoveTo("2026-03-21")
	st := k.Locked("2026-01")
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return k.PostLock(ctx, tx, st) })
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a statement is posted twice: %v", err)
	}
}

// A quarter's fee is charged in January, and a credit note takes half of it back while two of its months are still deferred: January, and what is
// still to come, lose their halves, and at the end of the quarter nothing is left deferred.
func TestACreditNoteTakesItsPartOfWhatIsDeferred(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, strings.Replace(feestest.Text, "14,000.00 per month", "90,000.00 per quarter", 1))
		k.profiled()
		k.MoveTo("2026-02-03")
		inv := k.issued("2026-01")
		must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "The quarter is halved.", Lines: map[int]string{1: "45,000.00"}}))(t)
		for _, at := range []struct{ until, deferred, revenue string }{ // of 90 days, 59 are after January
			{"2026-01-31", "-59000.00", "-31000.00"},
			{"2026-02-28", "-29500.00", "-15500.00"},
			{"2026-03-31", "0.00", "-45000.00"},
		} {
			all := must(k.Trial(ctx, accounts, ops.LedgerFilter{Until: cal.MustDate(at.until)}))(t)
			if got := net(t, all, ledger.Deferred); got != at.deferred {
				t.Errorf("until %s %s is deferred, not %s", at.until, got, at.deferred)
			}
			if got := net(t, all, ledger.Of(fees.KindRetainer, "retainer")); got != at.revenue {
				t.Errorf("until %s revenue is %s, not %s", at.until, got, at.revenue)
			}
		}
		k.inBalance()
	})
}
