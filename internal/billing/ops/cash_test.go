package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func resolve(statement string, line int) feesops.ResolveInput {
	return feesops.ResolveInput{Statement: statement, Line: line}
}

func paid(amount, reference string) ops.PaymentInput {
	return ops.PaymentInput{Client: "org_acme", Amount: amount, PaidOn: cal.MustDate("2026-03-20"), Reference: reference}
}

func TestPaymentsPartialOverAndOldestFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-21")
		k.Imported(won("A", "100000.00", "2026-02-10"))
		january, february := k.issued("2026-01"), k.issued("2026-02") // 14,000.00, and 14,000.00 with 3,000.00
		if january.Payable.String() != "14000.00" || february.Payable.String() != "17000.00" {
			t.Fatalf("%s, %s", january.Payable, february.Payable)
		}
		p := must(k.RecordPayment(ctx, accounts, paid("15,000.00", "TX-1")))(t)
		if len(p.Applied) != 2 || p.Applied[0].Target != january.ID || p.Applied[1].Minor != 1_000_00 || !p.OnAccount.IsZero() {
			t.Errorf("%+v", p)
		}
		_, err := k.RecordPayment(ctx, accounts, paid("15,000.00", "TX-1"))
		wantFault(t, err, fault.Conflict, "payment-recorded", "paid twice")
		_, err = k.RecordPayment(ctx, accounts, paid("16,000.01", "TX-2"))
		wantFault(t, err, fault.Invalid, "amount", "16,000.00 is open", "0.01 of the payment", "on account")
		in := paid("16,500.00", "TX-2")
		in.KeepRest = true
		p = must(k.RecordPayment(ctx, accounts, in))(t)
		if p.OnAccount.String() != "500.00" {
			t.Errorf("%+v", p)
		}
		february = must(k.Invoice(ctx, finance, february.ID))(t)
		if february.Standing != billing.Paid || !february.Left.IsZero() {
			t.Errorf("%+v", february.Summary)
		}
		_, err = k.ApplyOnAccount(ctx, accounts, "org_acme", "", "")
		wantFault(t, err, fault.Conflict, "nothing-to-apply", "USD 500.00 is on account")
		k.MoveTo("2026-04-03")
		march := k.issued("2026-03")
		if applied := must(k.ApplyOnAccount(ctx, accounts, "org_acme", "USD", march.ID))(t); applied.String() != "500.00" {
			t.Errorf("%s applied", applied)
		}
		all := must(k.Accounts(ctx, finance, "org_acme", cal.Period{}))(t)
		if len(all.Accounts) != 1 || all.Accounts[0].Balance().String() != "13500.00" || all.Accounts[0].Sheet.Closing.String() != "13500.00" || len(all.Accounts[0].Sheet.Entries) != 5 {
			t.Errorf("%+v", all)
		}
		later := must(k.Accounts(ctx, finance, "org_acme", cal.Period{From: cal.MustDate("2026-04-01")}))(t).Accounts[0].Sheet
		k.inBalance()
		if later.Opening.String() != "-500.00" || len(later.Entries) != 1 || later.Closing.String() != "13500.00" {
			t.Errorf("%+v", later)
		}
	})
}

func TestPaymentsByLine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-21")
		k.Imported(won("A", "100000.00", "2026-02-10"))
		inv := k.issued("2026-02")
		in := paid("", "TX-1")
		in.Invoice, in.Lines = inv.ID, map[int]string{2: "3,000.01"}
		_, err := k.RecordPayment(ctx, accounts, in)
		wantFault(t, err, fault.Invalid, "above-line", "Line 2 of INV-2026-0001 has 3,000.00 left")
		in.Lines = map[int]string{1: "100.00", 2: "3,000.00"}
		in.Amount = "3,000.00"
		_, err = k.RecordPayment(ctx, accounts, in)
		wantFault(t, err, fault.Invalid, "amount", "3,100.00, more than the payment")
		in.Amount = ""
		p := must(k.RecordPayment(ctx, accounts, in))(t)
		if p.Amount.String() != "3100.00" || len(p.Applied) != 2 {
			t.Errorf("%+v", p)
		}
		inv = must(k.Invoice(ctx, finance, inv.ID))(t)
		k.inBalance()
		if inv.Book.Paid(inv.ID, 2).String() != "3000.00" || inv.Left.String() != "13900.00" || inv.Standing != billing.Partly {
			t.Errorf("%+v", inv.Summary)
		}
	})
}

func TestBadPaymentsAreRefusedWithAllTheirFaults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-21")
		_, err := k.RecordPayment(ctx, accounts, paid("1.00", ""))
		wantFault(t, err, fault.Invalid, "currency", "Choose the currency")
		k.issued("2026-02")
		in := paid("-5", "")
		in.PaidOn = cal.MustDate("2026-03-22")
		_, err = k.RecordPayment(ctx, accounts, in)
		if len(fault.All(err)) != 2 {
			t.Errorf("%v", err)
		}
		_, err = k.RecordPayment(ctx, accounts, paid("x", ""))
		wantFault(t, err, fault.Invalid, fault.Code(err))
		in = paid("5.00", "")
		in.Invoice = "inv_none"
		_, err = k.RecordPayment(ctx, accounts, in)
		wantFault(t, err, fault.NotFound, "invoice")
		_, err = k.Refund(ctx, accounts, paid("5.00", ""))
		wantFault(t, err, fault.Conflict, "on-account", "USD 0.00 is on account")
	})
}

func TestReversalsAndRefunds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-21")
		inv := k.issued("2026-02")
		in := paid("15,000.00", "TX-1")
		in.KeepRest = true
		p := must(k.RecordPayment(ctx, accounts, in))(t)
		refund := must(k.Refund(ctx, accounts, paid("600.00", "RF-1")))(t)
		if refund.Amount.String() != "-600.00" {
			t.Errorf("%+v", refund)
		}
		_, err := k.Reverse(ctx, accounts, "org_acme", p.ID, "bounced")
		wantFault(t, err, fault.Conflict, "refunded", "Reverse that refund first")
		_, err = k.Reverse(ctx, accounts, "org_acme", p.ID, "")
		wantFault(t, err, fault.Invalid, "reason-missing")
		_, err = k.Reverse(ctx, accounts, "org_bolt", p.ID, "x")
		wantFault(t, err, fault.NotFound, "not-found")
		must(k.Reverse(ctx, accounts, "org_acme", refund.ID, "sent to the wrong account"))(t)
		reversal := must(k.Reverse(ctx, accounts, "org_acme", p.ID, "bounced"))(t)
		_, err = k.Reverse(ctx, accounts, "org_acme", p.ID, "again")
		wantFault(t, err, fault.Conflict, "reversed")
		_, err = k.Reverse(ctx, accounts, "org_acme", reversal.ID, "again")
		wantFault(t, err, fault.Conflict, "reversal")
		inv = must(k.Invoice(ctx, finance, inv.ID))(t)
		if inv.Left != inv.Payable || !inv.Book.OnAccount().IsZero() {
			t.Errorf("%s left, %s on account", inv.Left, inv.Book.OnAccount())
		}
		must(k.RecordPayment(ctx, accounts, paid("14,000.00", "TX-1")))(t)
		all := must(k.Accounts(ctx, finance, "org_acme", cal.Period{}))(t)
		k.inBalance()
		if len(all.Payments) != 5 || !all.Accounts[0].Balance().IsZero() {
			t.Errorf("%+v", all)
		}
	})
}

func TestCreditNotesPayTheirInvoiceAndCanOnlyTakeBackWhatIsLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-21")
		st := k.Locked("2026-02")
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		_, err := k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "x", Lines: map[int]string{1: "14,000.01"}})
		wantFault(t, err, fault.Invalid, "above-line", "14,000.00 left")
		_, err = k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID})
		wantFault(t, err, fault.Invalid, "reason-missing")
		_, err = k.Credit(ctx, lead, ops.CreditInput{Invoice: inv.ID, Reason: "x"})
		wantFault(t, err, fault.Forbidden, "not-allowed")
		must(k.RecordPayment(ctx, accounts, paid("10,000.00", "TX-1")))(t)
		part := must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "One week was not worked.", Lines: map[int]string{1: "5,000.00"}}))(t)
		if part.Number != "CN-2026-0001" || part.Left.String() != "1000.00" || part.Takes.ID != inv.ID {
			t.Errorf("%+v", part.Summary)
		}
		rest := must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "A new invoice follows."}))(t)
		if rest.Payable.String() != "9000.00" || rest.Book.OnAccount().String() != "10000.00" {
			t.Errorf("%+v, %s on account", rest.Summary, rest.Book.OnAccount())
		}
		_, err = k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "again"})
		wantFault(t, err, fault.Conflict, "credited")
		inv = must(k.Invoice(ctx, finance, inv.ID))(t)
		if len(inv.Notes) != 2 || inv.Standing != billing.Paid {
			t.Errorf("%+v", inv.Summary)
		}
		again := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		if again.Number != "INV-2026-0002" {
			t.Errorf("%+v", again.Summary)
		}
		if applied := must(k.ApplyOnAccount(ctx, accounts, "org_acme", "", ""))(t); applied.String() != "10000.00" {
			t.Errorf("%s applied", applied)
		}
		k.inBalance()
	})
}
