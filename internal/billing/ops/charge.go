package ops

import (
	"cmp"
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// LateInput says which late charges are invoiced. A zero day is the usual one: charged and issued today, due by the contract.
type LateInput struct {
	Client   string
	Contract string // empty: the only one on which something has accrued
	Currency string // empty: the only one
	AsOf     cal.Date
	Expect   string // what was seen before, payable, as written; empty: whatever it is
	billing.Terms
}

// PreparedLate is an invoice of late charges as it would be issued, without a number.
type PreparedLate struct {
	billing.Document
	AsOf  cal.Date
	Today cal.Date
}

// PrepareLate computes an invoice of late charges without issuing it. Who may: see InvoiceIssue. Faults: NotFound, Forbidden; Conflict when
// nothing has accrued that is not charged already, or a billing profile is missing or does not do; Invalid at fields.
func (s *Service) PrepareLate(ctx context.Context, actor access.Actor, in LateInput) (PreparedLate, error) {
	host, err := s.lateHost(ctx, actor, in)
	if err != nil {
		return PreparedLate{}, err
	}
	var out PreparedLate
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, _, err = s.prepareLate(ctx, tx, host, in)
		return err
	})
	return out, err
}

// IssueLate issues an invoice of the late charges that have accrued and are not charged yet, a line for each invoice that was paid late, and
// tells the client's people by mail. Where payments that became known later leave less than was charged, it is a credit note. Who may and faults: as PrepareLate.
func (s *Service) IssueLate(ctx context.Context, actor access.Actor, in LateInput) (Invoice, error) {
	host, err := s.lateHost(ctx, actor, in)
	if err != nil {
		return Invoice{}, err
	}
	to, err := s.acknowledgers(ctx, actor, in.Client)
	if err != nil {
		return Invoice{}, err
	}
	var out Invoice
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		prepared, row, err := s.prepareLate(ctx, tx, host, in)
		if err != nil {
			return err
		}
		series := prepared.Issuer.Series
		if prepared.Kind == billing.CreditNote {
			series = prepared.Issuer.CreditSeries
		}
		if err := s.store(ctx, tx, actor, &prepared.Document, series, &row); err != nil {
			return err
		}
		if err := storeLate(ctx, tx, row, prepared.Late); err != nil {
			return err
		}
		entry := row.entry(access.InvoiceIssue, nil, fmt.Sprintf("issued %s of late charges until %s: %s, hash %s", row.number(), prepared.AsOf.Words(), prepared.Payable.FormatWith(), row.Hash))
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, entry)); err != nil {
			return err
		}
		if out, err = s.read(ctx, tx, row.ID); err != nil {
			return err
		}
		return s.tell(ctx, tx, row.IssuedAt, to, out, fmt.Sprintf("%s: %s", out.Number, out.Payable.FormatWith()),
			fmt.Sprintf("%s issued %s %s of late charges until %s.\n\n%s: %s\nDue: %s\n\nOpen it to see how each comes about.", actor.Name, lower(out.Kind), out.Number, prepared.AsOf.Words(),
				map[billing.Kind]string{billing.Invoice: "To pay", billing.CreditNote: "Credited"}[out.Kind], out.Payable.FormatWith(), out.DueOn.Words()))
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("charge %s for paying late: %w", in.Client, err)
	}
	return out, nil
}

func (s *Service) lateHost(ctx context.Context, actor access.Actor, in LateInput) (string, error) {
	if err := access.Require(actor, access.InvoiceIssue, access.Of(in.Client)); err != nil {
		return "", err
	}
	if _, err := s.Parties.Client(ctx, actor, in.Client); err != nil {
		return "", err
	}
	host, err := s.Parties.Host(ctx, actor)
	return host.ID, err
}

// storeLate writes what was charged on each invoice. A step that another took meanwhile is a Conflict by the key of the table.
func storeLate(ctx context.Context, tx bun.Tx, row invoiceRow, bases []billing.LateBasis) error {
	for _, b := range bases {
		n, err := tx.NewSelect().Model((*lateRow)(nil)).Where("invoice_id = ?", b.Bill).Count(ctx)
		if err != nil {
			return err
		}
		late := lateRow{InvoiceID: b.Bill, Seq: int(n) + 1, ClientID: row.ClientID, DocumentID: row.ID, AsOf: b.AsOf.String(), BeforeMinor: b.Charged.Minor, Minor: b.Delta.Minor}
		if _, err := tx.NewInsert().Model(&late).Exec(ctx); err != nil {
			return fmt.Errorf("charge %s: %w", b.Number, err)
		}
	}
	return nil
}

func (s *Service) prepareLate(ctx context.Context, tx bun.Tx, host string, in LateInput) (out PreparedLate, row invoiceRow, err error) {
	if out.Today, err = s.todayOf(ctx, tx, in.Client); err != nil {
		return out, row, err
	}
	out.AsOf = in.AsOf
	if out.AsOf.IsZero() {
		out.AsOf = out.Today
	}
	if out.AsOf.After(out.Today) {
		return out, row, fault.New(fault.Invalid, "as-of", "Late charges are made until today, %s, or a day before.", out.Today.Words()).At("as_of")
	}
	books, err := readBooks(ctx, tx, in.Client)
	if err != nil {
		return out, row, err
	}
	claim, err := accrued(books, in, out.AsOf)
	if err != nil {
		return out, row, err
	}
	issuer, customer, err := profiles(ctx, tx, host, in.Client)
	if err != nil {
		return out, row, err
	}
	claim.Issuer, claim.Customer = billing.Party{Org: host, Profile: issuer.Profile}, billing.Party{Org: in.Client, Profile: customer.Profile}
	var why string
	if claim.Terms, why, err = s.lateTerms(ctx, tx, in.Terms, claim, issuer, out); err != nil {
		return out, row, err
	}
	out.Document, err = billing.IssueLate(claim)
	if out.Kind == billing.Invoice {
		out.DueWhy = why
	}
	if err == nil && in.Expect != "" {
		if seen, perr := money.Parse(in.Expect, out.Currency); perr != nil || seen != out.Payable {
			err = fault.New(fault.Conflict, "accrued-changed", "What became known meanwhile changes the charge: it is %s now, not %s. Look at it again.", out.Payable.Format(), in.Expect)
		}
	}
	return out, invoiceRow{IssuerID: host, ClientID: in.Client, Attempt: 1}, err
}

// lateTerms fills in the days that were not said: issued today, due as the contract of the invoices that were paid late says.
func (s *Service) lateTerms(ctx context.Context, tx bun.Tx, t billing.Terms, c billing.LateClaim, issuer Profile, p PreparedLate) (billing.Terms, string, error) {
	st, err := s.statementOf(ctx, tx, c.Bases[len(c.Bases)-1].Bill)
	if err != nil {
		return t, "", err
	}
	last, err := lastIssued(ctx, tx, c.Issuer.Org, issuer.Series)
	if err != nil {
		return t, "", err
	}
	if t.IssuedOn.IsZero() {
		t.IssuedOn = cal.Later(p.Today, last)
	}
	switch latest := cal.Later(p.Today, last); {
	case t.IssuedOn.After(latest):
		return t, "", fault.New(fault.Invalid, "issued-on", "The day of issue is today, %s, or a day before.", p.Today.Words()).At("issued_on")
	case t.IssuedOn.Before(p.AsOf):
		return t, "", fault.New(fault.Invalid, "issued-on", "It charges until %s; choose that day of issue or a later one.", p.AsOf.Words()).At("issued_on")
	}
	due, why, err := dueOf(t, st.Terms, nil)
	t.DueOn = due
	return t, why, err
}

// statementOf is the locked statement that an invoice is of.
func (s *Service) statementOf(ctx context.Context, tx bun.Tx, invoice string) (feesops.Statement, error) {
	row, err := readInvoice(ctx, tx, invoice)
	if err != nil {
		return feesops.Statement{}, err
	}
	d, err := row.document()
	if err != nil {
		return feesops.Statement{}, err
	}
	return s.Fees.Locked(ctx, tx, d.Statement.ID)
}

// accrued is what can be charged of one contract: the invoices on which the charge differs from what was charged, all taxed alike. Faults:
// Conflict when there is nothing; Invalid at "contract" when several have something, or at "as_of" for a day before the last charge.
func accrued(books []billing.Book, in LateInput, asOf cal.Date) (billing.LateClaim, error) {
	var found []billing.LateClaim
	agreed := false
	for _, b := range books {
		if in.Currency != "" && in.Currency != string(b.Currency) {
			continue
		}
		for _, bill := range b.Bills {
			basis, ok := b.LateOn(bill, asOf)
			if !ok || in.Contract != "" && in.Contract != bill.Agreed.Contract {
				continue
			}
			agreed = true
			if last := b.ChargedUntil(bill); asOf.Before(last) {
				return billing.LateClaim{}, fault.New(fault.Invalid, "as-of", "%s is charged until %s already; choose that day or a later one.", bill.Number, last.Words()).At("as_of")
			}
			if !basis.Delta.IsZero() {
				found = joined(found, bill, basis, b.Currency, asOf)
			}
		}
	}
	switch {
	case !agreed:
		return billing.LateClaim{}, fault.New(fault.Conflict, "no-late-charge", "No invoice is of a contract that agrees on a late charge, so none can be made.")
	case len(found) == 0:
		return billing.LateClaim{}, fault.New(fault.Conflict, "nothing-accrued", "No late charge has accrued until %s that is not charged already.", asOf.Words())
	}
	for _, c := range found[1:] {
		if c.Contract != found[0].Contract {
			return billing.LateClaim{}, fault.New(fault.Invalid, "contract", "Late charges have accrued on several contracts; choose one, such as %s.", cmp.Or(found[0].Contract, c.Contract)).At("contract")
		}
	}
	return found[0], nil
}

// joined adds a basis to the claim of its contract, currency and tax.
func joined(all []billing.LateClaim, bill billing.Bill, basis billing.LateBasis, c money.Currency, asOf cal.Date) []billing.LateClaim {
	for i := range all {
		if all[i].Contract == bill.Agreed.Contract && all[i].Currency == c && all[i].Tax == bill.Agreed.Late.Tax {
			all[i].Bases, all[i].Agreed = append(all[i].Bases, basis), bill.Agreed
			return all
		}
	}
	return append(all, billing.LateClaim{Contract: bill.Agreed.Contract, Currency: c, AsOf: asOf, Bases: []billing.LateBasis{basis}, Tax: bill.Agreed.Late.Tax, Agreed: bill.Agreed})
}
