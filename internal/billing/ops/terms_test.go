package ops_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// payment is 2 %/10 net 30 with 1.5 % a month, by days of a month of 30.
const payment = `payment:
  due: 30 days
  counted_from: issue
  late_charge:
    rate: 1.5 % per month
    on: with-tax
    grace: none
    counted: days/30
    compounding: none
    at_most: none
    credited: from-the-start
    tax: none
  discount: {rate: 2 %, within: 10 days, on: with-tax, partial: pro-rata}
`

// agreed is a desk under a contract with terms of payment, with the invoice of February of 2 Mar 2026 over 14,000.00.
func agreed(t *testing.T, d *db.DB, ctx context.Context, edits ...string) (*desk, ops.Invoice) {
	t.Helper()
	k := newDeskUnder(t, d, ctx, text+strings.NewReplacer(edits...).Replace(payment))
	k.profiled()
	k.MoveTo("2026-03-02")
	return k, k.issued("2026-02")
}

func paidOn(amount, on string) ops.PaymentInput {
	return ops.PaymentInput{Client: "org_acme", Amount: amount, PaidOn: cal.MustDate(on)}
}

func (k *desk) balances(want map[ledger.Account]string) {
	k.T.Helper()
	k.inBalance()
	all := must(k.Trial(k.Ctx, accounts, ops.LedgerFilter{}))(k.T)
	for a, w := range want {
		if got := net(k.T, all, a); got != w {
			k.T.Errorf("%s is %s, want %s", a, got, w)
		}
	}
}

func TestTheProfileSaysWhenAnInvoiceIsDueOnlyWhereTheContractDoesNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		silent := clientInput
		silent.TermsDays = ""

		governed := newDeskUnder(t, d, ctx, text+payment)
		governed.profiled()
		if p := must(governed.EnterClientProfile(ctx, accounts, "org_acme", silent))(t); p.TermsDays != nil {
			t.Errorf("%d days that nobody wrote", *p.TermsDays)
		}
		governed.MoveTo("2026-03-02")
		st := governed.Locked("2026-02")
		if p := must(governed.Prepare(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t); p.DueOn.String() != "2026-04-01" {
			t.Errorf("due %s, %s", p.DueOn, p.DueWhy)
		}
	})
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		silent := clientInput
		silent.TermsDays = ""
		k := newDesk(t, d, ctx)
		k.profiled()
		must(k.EnterClientProfile(ctx, accounts, "org_acme", silent))(t)
		k.MoveTo("2026-03-02")
		st := k.Locked("2026-02")
		_, err := k.Prepare(ctx, accounts, ops.IssueInput{Statement: st.ID})
		wantFault(t, err, fault.Conflict, "due-unknown", "Enter the days in the billing profile")
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{DueOn: cal.MustDate("2026-03-20")}}))(t)
		if inv.DueOn.String() != "2026-03-20" || !strings.HasPrefix(inv.Document.DueWhy, "chosen when it was issued; neither") {
			t.Errorf("due %s, %s", inv.DueOn, inv.Document.DueWhy)
		}
	})
}

func TestTheContractGovernsWhenAnInvoiceIsDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, text+strings.Replace(payment, "due: 30 days", "due: 20 days", 1))
		k.profiled() // says 30 days
		k.MoveTo("2026-03-02")
		st := k.Locked("2026-02")
		p := must(k.Prepare(ctx, accounts, ops.IssueInput{Statement: st.ID}))(t)
		if p.DueOn.String() != "2026-03-22" || p.DueWhy != "20 days after the day of issue, by version 1 of the contract" || p.Agreed.DiscountUntil.String() != "2026-03-12" {
			t.Errorf("due %s, %s, %+v", p.DueOn, p.DueWhy, p.Agreed)
		}
		_, err := k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{DueOn: cal.MustDate("2026-03-21")}})
		wantFault(t, err, fault.Invalid, "due-on", "gives the client until 22 Mar 2026", "that day or a later one")
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: st.ID, Terms: billing.Terms{DueOn: cal.MustDate("2026-04-15")}}))(t)
		if inv.DueOn.String() != "2026-04-15" || !strings.HasPrefix(inv.Document.DueWhy, "chosen when it was issued") {
			t.Errorf("due %s, %s", inv.DueOn, inv.Document.DueWhy)
		}
	})
}

func TestWithoutAWordInTheContractTheProfileGovernsAndNothingIsCharged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		inv := k.issued("2026-02")
		if inv.DueOn.String() != "2026-04-01" || inv.Document.DueWhy != "30 days after the day of issue, by the client's billing profile" || inv.Document.Agreed != nil {
			t.Errorf("%+v", inv.Document)
		}
		k.MoveTo("2026-09-02")
		_, err := k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"})
		wantFault(t, err, fault.Conflict, "no-late-charge", "agrees on a late charge")
		p := must(k.RecordPayment(ctx, accounts, paidOn("13,720.00", "2026-03-05")))(t)
		if len(p.Discounts) > 0 || len(p.Missed) > 0 {
			t.Errorf("%+v", p)
		}
		k.inBalance()
	})
}

func TestPayingTheDiscountedAmountInTimeSettlesTheInvoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, inv := agreed(t, d, ctx)
		if inv.Early == nil || inv.Early.Full.String() != "280.00" || inv.Early.Until.String() != "2026-03-12" {
			t.Errorf("%+v", inv.Early)
		}
		k.MoveTo("2026-03-16") // recorded after the window, paid within it
		p := must(k.RecordPayment(ctx, accounts, paidOn("13,720.00", "2026-03-12")))(t)
		if len(p.Discounts) != 1 || p.Discounts[0].Amount.String() != "280.00" || p.Discounts[0].Number != "CN-2026-0001" {
			t.Fatalf("%+v", p.Discounts)
		}
		inv = must(k.Invoice(ctx, finance, inv.ID))(t)
		if inv.Standing != billing.Paid || !inv.Left.IsZero() || inv.Early != nil {
			t.Errorf("%+v", inv.Summary)
		}
		note := must(k.Invoice(ctx, finance, p.Discounts[0].Document))(t)
		if note.Takes == nil || note.Takes.ID != inv.ID || note.Document.Purpose != billing.EarlyPayment || !strings.Contains(note.Document.Reason, "paid on 12 Mar 2026") {
			t.Errorf("%+v", note.Document)
		}
		k.balances(map[ledger.Account]string{ledger.Discounts: "280.00", ledger.Receivable: "0.00", ledger.Bank: "13720.00", "revenue:retainer": "-14000.00"})
		account := must(k.Accounts(ctx, finance, "org_acme", cal.Period{}))(t).Accounts[0]
		if account.Sheet.Closing.String() != "0.00" || account.Sheet.Entries[2].Name != "CN-2026-0001, discount" {
			t.Errorf("%+v", account.Sheet.Entries)
		}

		back := must(k.Reverse(ctx, accounts, "org_acme", p.ID, "bounced"))(t)
		if len(back.Discounts) != 1 || back.Discounts[0].Number != "INV-2026-0002" {
			t.Fatalf("%+v", back.Discounts)
		}
		k.balances(map[ledger.Account]string{ledger.Discounts: "0.00", ledger.Receivable: "14000.00", ledger.Bank: "0.00"})
		again := must(k.Invoice(ctx, finance, back.Discounts[0].Document))(t)
		if again.DueOn.String() != "2026-04-01" || again.Payable.String() != "280.00" || again.Document.Purpose != billing.DiscountUndid {
			t.Errorf("%+v", again.Document)
		}
	})
}

func TestPayingADayLateLeavesTheDiscountOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, inv := agreed(t, d, ctx)
		k.MoveTo("2026-03-16")
		p := must(k.RecordPayment(ctx, accounts, paidOn("13,720.00", "2026-03-13")))(t)
		if len(p.Discounts) != 0 || len(p.Missed) != 1 || !strings.Contains(p.Missed[0], "was for payment until 12 Mar 2026, and this came in on 13 Mar 2026: 280.00 stays open") {
			t.Errorf("%+v", p)
		}
		if inv = must(k.Invoice(ctx, finance, inv.ID))(t); inv.Left.String() != "280.00" {
			t.Errorf("%s left", inv.Left)
		}
		_, err := k.RecordPayment(ctx, accounts, paidOn("280.01", "2026-03-14"))
		wantFault(t, err, fault.Invalid, "amount", "280.00 is open", "0.01 of the payment")
		k.balances(map[ledger.Account]string{ledger.Discounts: "0.00", ledger.Receivable: "280.00"})
	})
}

func TestAPartPaidEarly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, inv := agreed(t, d, ctx)
		k.MoveTo("2026-03-10")
		in := paidOn("", "2026-03-10")
		in.Invoice, in.Lines = inv.ID, map[int]string{1: "6,860.00"}
		p := must(k.RecordPayment(ctx, accounts, in))(t)
		if len(p.Discounts) != 1 || p.Discounts[0].Amount.String() != "140.00" {
			t.Errorf("%+v", p.Discounts)
		}
		if inv = must(k.Invoice(ctx, finance, inv.ID))(t); inv.Left.String() != "7000.00" || inv.Early.Full.String() != "140.00" {
			t.Errorf("%s left, %+v", inv.Left, inv.Early)
		}
		k.inBalance()
	})
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, _ := agreed(t, d, ctx, "pro-rata", "only-in-full")
		k.MoveTo("2026-03-10")
		p := must(k.RecordPayment(ctx, accounts, paidOn("6,860.00", "2026-03-10")))(t)
		if len(p.Discounts) != 0 || len(p.Missed) != 1 || !strings.Contains(p.Missed[0], "6,860.00 more by then") {
			t.Errorf("%+v", p)
		}
		p = must(k.RecordPayment(ctx, accounts, paidOn("6,860.00", "2026-03-09")))(t)
		if len(p.Discounts) != 1 || p.Discounts[0].Amount.String() != "280.00" {
			t.Errorf("%+v", p)
		}
		k.balances(map[ledger.Account]string{ledger.Discounts: "280.00", ledger.Receivable: "0.00"})
	})
}

func TestADiscountLessensTheTax(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, text+payment)
		german := agencyInput
		german.Country, german.TaxID = "DE", "DE111111125"
		must(k.EnterAgencyProfile(ctx, owner, german))(t)
		taxed := clientInput
		taxed.Country, taxed.Treatment, taxed.Reason = "DE", "standard", ""
		must(k.EnterClientProfile(ctx, owner, "org_acme", taxed))(t)
		k.MoveTo("2026-03-02")
		inv := k.issued("2026-02") // 14,000.00 and 19 %: 16,660.00
		p := must(k.RecordPayment(ctx, accounts, paidOn("16,326.80", "2026-03-02")))(t)
		note := must(k.Invoice(ctx, finance, p.Discounts[0].Document))(t)
		if note.Net.String() != "280.00" || note.Tax.String() != "53.20" || note.Payable.String() != "333.20" {
			t.Errorf("%+v", note.Summary)
		}
		k.balances(map[ledger.Account]string{ledger.Discounts: "280.00", ledger.Taxes: "-2606.80", ledger.Receivable: "0.00"})
		if inv = must(k.Invoice(ctx, finance, inv.ID))(t); inv.Standing != billing.Paid {
			t.Errorf("%+v", inv.Summary)
		}
	})
}

func TestLateChargesBecomeAnInvoiceOfTheirOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, late := agreed(t, d, ctx)
		k.MoveTo("2026-05-16")
		asOf := ops.LateInput{Client: "org_acme", AsOf: cal.MustDate("2026-05-01")}
		if inv := must(k.Invoice(ctx, finance, late.ID))(t); inv.LateBasis == nil || inv.LateBasis.Delta.String() != "315.00" {
			t.Errorf("%+v", inv.LateBasis)
		}
		first := must(k.PrepareLate(ctx, accounts, asOf))(t)
		if first.Payable.String() != "210.00" || first.DueOn.String() != "2026-06-15" || !first.TaxTotal.IsZero() { // 30 days
			t.Errorf("%s due %s", first.Payable, first.DueOn)
		}
		asOf.IssuedOn = cal.MustDate("2026-04-30")
		_, err := k.IssueLate(ctx, accounts, asOf)
		wantFault(t, err, fault.Invalid, "issued-on", "charges until 1 May 2026")
		asOf.IssuedOn = cal.Date{}
		inv := must(k.IssueLate(ctx, accounts, asOf))(t)
		if inv.Number != "INV-2026-0002" || inv.Payable.String() != "210.00" || inv.LateBasis != nil || inv.Early != nil {
			t.Errorf("%+v", inv.Summary)
		}
		_, err = k.IssueLate(ctx, accounts, asOf)
		wantFault(t, err, fault.Conflict, "nothing-accrued", "until 1 May 2026 that is not charged already")
		second := must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"}))(t)
		if second.Payable.String() != "105.00" || !strings.Contains(second.Document.Lines[0].Detail, "14,000.00 × 1.5 % per month × 45/30 = 315.00; less 210.00 charged before") {
			t.Errorf("%s: %s", second.Payable, second.Document.Lines[0].Detail)
		}
		_, err = k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme", AsOf: cal.MustDate("2026-05-15")})
		wantFault(t, err, fault.Invalid, "as-of", "is charged until 16 May 2026 already")
		_, err = k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme", AsOf: cal.MustDate("2026-05-17")})
		wantFault(t, err, fault.Invalid, "as-of", "until today, 16 May 2026")
		k.balances(map[ledger.Account]string{ledger.LateCharges: "-315.00", ledger.Receivable: "14315.00", ledger.Unbilled: "0.00"})

		// A payment of 16 April that is found in June leaves 105.00 of it: what is too much goes back.
		k.MoveTo("2026-06-01")
		pay := paidOn("14,000.00", "2026-04-16")
		pay.Invoice = late.ID
		must(k.RecordPayment(ctx, accounts, pay))(t)
		back := must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"}))(t)
		if back.Kind != billing.CreditNote || back.Payable.String() != "210.00" || !strings.Contains(back.Document.Lines[0].Detail, "paid on 16 Apr 2026") {
			t.Errorf("%+v", back.Document)
		}
		k.balances(map[ledger.Account]string{ledger.LateCharges: "-105.00", ledger.ClientFunds: "-210.00"})

		// What is waived is not charged again.
		must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: second.ID, Reason: "goodwill"}))(t)
		_, err = k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"})
		wantFault(t, err, fault.Conflict, "nothing-accrued")
		k.balances(map[ledger.Account]string{ledger.LateCharges: "0.00"})
	})
}

func TestLateChargesAreMadeByWhoeverIssuesInvoices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, _ := agreed(t, d, ctx)
		k.MoveTo("2026-05-16")
		for name, err := range map[string]error{
			"lead":     second(k.IssueLate(ctx, lead, ops.LateInput{Client: "org_acme"})),
			"finance":  second(k.PrepareLate(ctx, finance, ops.LateInput{Client: "org_acme"})),
			"stranger": second(k.IssueLate(ctx, stranger, ops.LateInput{Client: "org_acme"})),
		} {
			if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme", Contract: "another"})
		wantFault(t, err, fault.Conflict, "no-late-charge")
		if _, err := k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_none"}); err == nil {
			t.Error("a client that is not there was charged")
		}
	})
}

func TestTwoAtOnceChargeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, _ := agreed(t, d, ctx)
		k.MoveTo("2026-05-16")
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"}) })
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
				continue
			}
			wantFault(t, err, fault.Conflict, "nothing-accrued")
		}
		if done != 1 {
			t.Errorf("charged %d times", done)
		}
		k.balances(map[ledger.Account]string{ledger.LateCharges: "-315.00"})
	})
}

func TestTheDatabaseRefusesToChargeAStepTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, late := agreed(t, d, ctx)
		k.MoveTo("2026-05-16")
		must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"}))(t)
		for _, row := range [][]any{
			{late.ID, 1, "inv_x", 0, 31_500},       // the same step again
			{late.ID, 2, "inv_x", 31_500, -31_501}, // more given back than was charged
			{late.ID, 2, "inv_x", 31_500, 0},
			{"inv_y", 1, "inv_x", 5, 5}, // the first step with something before it
		} {
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO late_charge (invoice_id, seq, client_id, document_id, as_of, before_minor, minor) VALUES (?, ?, 'org_acme', ?, '2026-05-16', ?, ?)", row...)
				return err
			})
			if err == nil {
				t.Errorf("%v was written", row)
			}
		}
	})
}

func TestTheCheckFindsALateChargeWithoutItsInvoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, late := agreed(t, d, ctx)
		k.MoveTo("2026-05-16")
		charge := must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme"}))(t)
		k.inBalance()
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO late_charge (invoice_id, seq, client_id, document_id, as_of, before_minor, minor) VALUES (?, 1, 'org_acme', ?, '2026-05-16', 0, 5)", "inv_other", charge.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		report := must(k.CheckLedger(ctx, owner))(t)
		if len(report.Problems) != 1 || !strings.Contains(report.Problems[0], "INV-2026-0002: what it charged for paying late is not kept") {
			t.Errorf("%s: %q", late.ID, report.Problems)
		}
	})
}
