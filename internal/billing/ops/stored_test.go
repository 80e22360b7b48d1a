package ops_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var errUndo = errors.New("undo")

var billingTables = []string{"billing_profile", "invoice", "invoice_event", "payment", "cash_applied"}

// termsTables are what is kept beside invoices for paying them.
var termsTables = []string{"invoice_terms", "late_charge", "discount_taken"}

// found tells what is found after somebody changed rows beside the program, by the commands that look; the change is undone. refused is true when the
// database did not let it happen.
func (k *desk) found(attacks ...string) (out []string, held int, refused bool) {
	k.T.Helper()
	err := k.DB.Write(k.Ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := unconstrain(ctx, tx); err != nil {
			return err
		}
		for _, attack := range attacks {
			if _, err := tx.Tx.ExecContext(ctx, attack); err != nil {
				refused = true
				return errUndo
			}
		}
		for _, verify := range []func(context.Context, bun.Tx) (int, []ops.Altered, error){ops.VerifyInvoices, ops.VerifyPayments, ops.VerifyProfiles} {
			n, altered, err := verify(ctx, tx)
			if err != nil {
				return err
			}
			held += n
			for _, a := range altered {
				out = append(out, a.Error())
			}
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		k.T.Errorf("%v: %v", attacks, err)
	}
	return out, held, refused
}

// unconstrain takes away what keeps whoever owns the database from changing rows, and what holds rows to each other.
func unconstrain(ctx context.Context, tx bun.Tx) error {
	tables := slices.Concat([]string{"invoice_number"}, billingTables, termsTables)
	if err := dbtest.Unprotect(ctx, tx, tables...); err != nil {
		return err
	}
	steps := []string{"PRAGMA defer_foreign_keys = ON", "PRAGMA ignore_check_constraints = ON"}
	if tx.Dialect().Name() == dialect.PG {
		steps = nil
		for _, table := range tables {
			var names []string
			if err := tx.NewRaw("SELECT conname FROM pg_constraint WHERE conrelid = ?::regclass AND contype <> 'p'", table).Scan(ctx, &names); err != nil {
				return err
			}
			for _, n := range names {
				steps = append(steps, fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", table, n))
			}
		}
	}
	for _, step := range steps {
		if _, err := tx.Tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
	}
	return nil
}

// kept is a workspace with an invoice that was acknowledged, credited in part and paid in part, another one, money on account that was applied, a refund
// and a reversal.
func kept(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	k := newDesk(t, d, ctx)
	k.profiled()
	german := agencyInput
	german.Bank = "Another bank"
	must(k.EnterAgencyProfile(ctx, owner, german))(t)
	k.MoveTo("2026-04-21")
	first := k.issued("2026-01")
	must(k.Acknowledge(ctx, boss, first.ID, "thanks: all well"))(t)
	must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: first.ID, Reason: "One day.", Lines: map[int]string{1: "400.00"}}))(t)
	in := paid("20,000.00", "TX-1")
	in.KeepRest, in.Note = true, "by wire"
	must(k.RecordPayment(ctx, accounts, in))(t)
	k.issued("2026-02")
	must(k.ApplyOnAccount(ctx, accounts, "org_acme", "", ""))(t)
	more := paid("9,000.00", "TX-2")
	more.KeepRest = true
	must(k.RecordPayment(ctx, accounts, more))(t)
	back := paid("100.00", "RF-1")
	refund := must(k.Refund(ctx, accounts, back))(t)
	must(k.Reverse(ctx, accounts, "org_acme", refund.ID, "wrong account"))(t)
	return k
}

// What is kept of billing cannot be changed unseen: each column of each table, by whoever owns the database.
func TestEveryAlteredColumnIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := kept(t, d, ctx)
		if out, held, _ := k.found("SELECT 1"); out != nil || held != 3+4+2 {
			t.Fatalf("%d hold, %v", held, out)
		}
		for _, table := range append([]string{"invoice_number"}, billingTables...) {
			for _, column := range columnsOf(t, d, ctx, table) {
				tried := 0
				for _, attack := range attacksOn(table, column) {
					out, _, refused := k.found(attack)
					if !refused {
						tried++
					}
					if !refused && out == nil {
						t.Errorf("%s is not found", attack)
					}
				}
				if tried == 0 {
					t.Errorf("%s.%s was never changed", table, column)
				}
			}
		}
	})
}

// attacksOn change a column of the oldest row: a text, a sign at its end, a time, a number by one or more.
func attacksOn(table, column string) []string {
	one := fmt.Sprintf(" WHERE (%[2]s) = (SELECT min(%[2]s) FROM %[1]s)", table, map[string]string{
		"billing_profile": "made_at", "invoice": "issued_at", "invoice_event": "at", "payment": "recorded_at", "cash_applied": "source_id", "invoice_number": "series",
		"invoice_terms": "invoice_id", "late_charge": "document_id", "discount_taken": "note_id",
	}[table])
	set := func(value string) string { return fmt.Sprintf("UPDATE %s SET %s = %s", table, column, value) + one }
	switch column {
	case "issued_at", "made_at", "at", "recorded_at":
		return []string{set("'2026-04-22 12:00:00+00:00'")}
	case "year", "ordinal", "attempt", "net_minor", "tax_minor", "payable_minor", "minor", "line", "seq", "version", "previous", "before_minor":
		return []string{set("COALESCE(" + column + ", 0) + 1"), set("COALESCE(" + column + ", 0) + 100")}
	case "client_id", "issuer_id", "org_id":
		return []string{set("'org_bolt'")}
	case "kind":
		return []string{set("'credit-note'"), set("'refund'"), set("'other'")}
	}
	return []string{set("'x'"), set("COALESCE(" + column + ", '') || ' '")}
}

func columnsOf(t *testing.T, d *db.DB, ctx context.Context, table string) (out []string) {
	t.Helper()
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table)
		if err != nil {
			return err
		}
		defer rows.Close()
		out, err = rows.Columns()
		return err
	})
	if err != nil || len(out) < 4 {
		t.Fatalf("%s has the columns %v: %v", table, out, err)
	}
	return out
}

func TestRowsThatWereTakenOrPutInAreFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := kept(t, d, ctx)
		for attack, words := range map[string]string{
			"DELETE FROM invoice WHERE series = 'CN'":  "is told of in the record but is not kept",
			"DELETE FROM invoice WHERE series = 'CN' ": "invoice org_ag CN-2026-0001 is not kept, but its number is taken",
			"DELETE FROM invoice_event":                "0 acknowledgements of it are kept, and the record tells of 1",
			"INSERT INTO invoice_event SELECT invoice_id, 2, kind, at, by_id, by_name, words FROM invoice_event": "2 acknowledgements of it are kept, and the record tells of 1",
			"INSERT INTO invoice_event SELECT 'inv_x', 2, kind, at, by_id, by_name, words FROM invoice_event":    "invoice inv_x is not kept, but an acknowledgement of it is",
			"DELETE FROM payment WHERE kind = 'refund'":                                                          "is told of in the record but is not kept",
			"INSERT INTO payment SELECT 'pay_x', client_id, kind, NULL, currency, minor, paid_on, reference, note, recorded_at, recorded_by, recorded_by_name FROM payment WHERE kind = 'receipt' AND reference = 'TX-1'": "payment pay_x was put in beside the record",
			"DELETE FROM cash_applied WHERE minor < 0": "that it paid is no longer kept",
			"INSERT INTO cash_applied SELECT source_id, seq + 100, client_id, target_id, line, minor, at, by_id FROM cash_applied": "no entry of the record tells that it paid",
			"DELETE FROM billing_profile WHERE version = 2": "is not kept",
			"INSERT INTO billing_profile SELECT org_id, 3, document, made_at, made_by, made_by_name FROM billing_profile WHERE version = 2": "no entry tells of version 3",
			"UPDATE invoice SET gobl = replace(gobl, '000123456789', '000123456780')":                                                       "its GOBL document, of which the UBL is written, is not the one of entry",
		} {
			out, _, refused := k.found(attack)
			if refused || !strings.Contains(strings.Join(out, "\n"), words) {
				t.Errorf("%s (refused: %t):\n%s", attack, refused, strings.Join(out, "\n"))
			}
		}
	})
}

// What was recorded before the record kept digests is told, and is no alteration; a changed GOBL document is found by its own digest.
func TestOldEntriesAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := kept(t, d, ctx)
		old := strings.Fields(`,"envelope":"[^"]*" ,"row":"[^"]*" "applied":\[[^]]*\],?`)
		if err := forget(ctx, d, old...); err != nil {
			t.Fatal(err)
		}
		if out, held, _ := k.found("SELECT 1"); out != nil || held != 9 {
			t.Errorf("%d hold, %v", held, out)
		}
		var n int
		if err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			n, err = ops.Unbound(ctx, tx)
			return err
		}); err != nil || n != 3+4 {
			t.Errorf("%d are told: %v", n, err)
		}
		for attack, words := range map[string]string{
			"UPDATE invoice SET gobl = replace(gobl, '000123456789', '000123456780')": "stands in its head", "UPDATE payment SET minor = minor + 1 WHERE minor > 0": "is kept where entry",
			"UPDATE cash_applied SET at = '2026-04-22 12:00:00+00:00'": "no entry of the record tells that it paid",
		} {
			if out, _, refused := k.found(attack); refused || !strings.Contains(strings.Join(out, "\n"), words) {
				t.Errorf("%s: %v", attack, out)
			}
		}
	})
}

// forget takes parts out of all entries of the record, as if they had never been written. The chain is broken then; nobody looks at it here.
func forget(ctx context.Context, d *db.DB, parts ...string) error {
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := dbtest.Unprotect(ctx, tx, "journal_entry"); err != nil {
			return err
		}
		var rows []struct {
			Seq   int64
			After string `bun:"after_json"`
		}
		if err := tx.NewSelect().Table("journal_entry").Column("seq", "after_json").Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			for _, p := range parts {
				r.After = regexp.MustCompile(p).ReplaceAllString(r.After, "")
			}
			if _, err := tx.NewUpdate().Table("journal_entry").Set("after_json = ?", r.After).Where("seq = ?", r.Seq).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// charged is a workspace with a discount that was taken, and two charges for paying late.
func charged(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	k, _ := agreed(t, d, ctx)
	must(k.RecordPayment(ctx, accounts, paidOn("13,720.00", "2026-03-02")))(t)
	k.MoveTo("2026-04-02")
	k.issued("2026-03")
	k.MoveTo("2026-06-01")
	must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"}))(t)
	k.MoveTo("2026-07-01")
	must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"}))(t)
	k.inBalance()
	return k
}

// What is kept beside invoices cannot be changed unseen either.
func TestEveryAlteredColumnBesideInvoicesIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := charged(t, d, ctx)
		if out, held, _ := k.found("SELECT 1"); out != nil || held != 5+1+2 {
			t.Fatalf("%d hold, %v", held, out)
		}
		for _, table := range termsTables {
			for _, column := range columnsOf(t, d, ctx, table) {
				tried := 0
				for _, attack := range attacksOn(table, column) {
					out, _, refused := k.found(attack)
					if !refused {
						tried++
					}
					if !refused && out == nil && column != "seq" { // the order of what each charge says was charged before
						t.Errorf("%s is not found", attack)
					}
				}
				if tried == 0 {
					t.Errorf("%s.%s was never changed", table, column)
				}
			}
		}
	})
}

func TestRowsBesideNoInvoiceAreFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := charged(t, d, ctx)
		for attack, words := range map[string]string{
			"DELETE FROM invoice_terms":  "what is agreed of paying it is not kept as its document says",
			"DELETE FROM late_charge":    "what it charged for paying late is not kept as its document says",
			"DELETE FROM discount_taken": "the discount that it is of is not kept as it was taken",
			"INSERT INTO invoice_terms SELECT 'inv_x', client_id, purpose, agreed FROM invoice_terms WHERE purpose = 'discount'":                              "invoice inv_x is not kept, but what is agreed of paying it is",
			"INSERT INTO late_charge SELECT invoice_id, 3, client_id, 'inv_x', as_of, before_minor + minor, -minor FROM late_charge WHERE seq = 2":            "invoice inv_x is not kept, but what it charged for paying late is",
			"INSERT INTO late_charge SELECT note_id, 1, client_id, note_id, '2026-03-02', 0, 5 FROM discount_taken":                                           "what it charged for paying late is not kept as its document says",
			"INSERT INTO discount_taken SELECT payment_id, 'inv_y', client_id, 'inv_x', minor FROM discount_taken":                                            "invoice inv_x is not kept, but the discount that it is of is",
			"INSERT INTO discount_taken SELECT payment_id, document_id, late_charge.client_id, document_id, 5 FROM discount_taken, late_charge WHERE seq = 1": "the discount that it is of is not kept as it was taken",
		} {
			out, _, refused := k.found(attack)
			if refused || !strings.Contains(strings.Join(out, "\n"), words) {
				t.Errorf("%s (refused: %t):\n%s", attack, refused, strings.Join(out, "\n"))
			}
		}
	})
}
