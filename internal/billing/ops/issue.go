package ops

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// IssueInput is what a person says of an invoice. A zero day is the usual one: today, and the customer's terms after it.
type IssueInput struct {
	Statement string
	Client    string // when the caller knows it: a statement of another client is not found
	billing.Terms
}

// Prepared is an invoice as it would be issued, without a number.
type Prepared struct {
	billing.Document
	Name    string   // of the statement
	Locked  cal.Date // day of the lock in the contract's zone, the first day of issue
	Held    bool     // disputes hold something back, which is not on it
	Earlier string   // number of the invoice of the same statement that was taken back whole; empty: there is none
}

// Prepare computes the invoice of a locked statement without issuing it. Who may: see InvoiceIssue. Faults: NotFound, Forbidden; Conflict
// when the statement is not locked or is invoiced already, nothing is payable, or a billing profile is missing or does not do; Invalid at
// fields.
func (s *Service) Prepare(ctx context.Context, actor access.Actor, in IssueInput) (Prepared, error) {
	host, err := s.Parties.Host(ctx, actor)
	if err != nil {
		return Prepared{}, err
	}
	var out Prepared
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, _, err = s.prepare(ctx, tx, actor, host.ID, in)
		return err
	})
	return out, err
}

// Issue makes the invoice of a locked statement, gives it the next number, and tells the client's people by mail. A statement that gives back
// more than it charges becomes a credit note, which is on account until it is applied. Who may and faults: as Prepare.
func (s *Service) Issue(ctx context.Context, actor access.Actor, in IssueInput) (Invoice, error) {
	host, err := s.Parties.Host(ctx, actor)
	if err != nil {
		return Invoice{}, err
	}
	to, err := s.recipients(ctx, actor, in)
	if err != nil {
		return Invoice{}, err
	}
	var out Invoice
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		prepared, row, err := s.prepare(ctx, tx, actor, host.ID, in)
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
		entry := row.entry(access.InvoiceIssue, nil, fmt.Sprintf("issued %s of %s: %s, due %s, hash %s", row.number(), prepared.Name, prepared.Payable.FormatWith(), prepared.DueOn.Words(), row.Hash))
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, entry)); err != nil {
			return err
		}
		if out, err = s.read(ctx, tx, row.ID); err != nil {
			return err
		}
		return s.tell(ctx, tx, row.IssuedAt, to, out, fmt.Sprintf("%s: %s", out.Number, out.Payable.FormatWith()),
			fmt.Sprintf("%s issued %s %s for %s.\n\n%s: %s\nDue: %s\n\nOpen it to see its lines, to download it, and to acknowledge that you have it.", actor.Name, lower(out.Kind), out.Number,
				prepared.Name, map[billing.Kind]string{billing.Invoice: "To pay", billing.CreditNote: "Credited"}[out.Kind], out.Payable.FormatWith(), out.DueOn.Words()))
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("issue the invoice of %s: %w", in.Statement, err)
	}
	return out, nil
}

func lower(k billing.Kind) string {
	if k == billing.CreditNote {
		return "credit note"
	}
	return "invoice"
}

func (s *Service) prepare(ctx context.Context, tx bun.Tx, actor access.Actor, host string, in IssueInput) (out Prepared, row invoiceRow, err error) {
	st, err := s.lockedFor(ctx, tx, actor, in)
	if err != nil {
		return out, row, err
	}
	if row.Attempt, out.Earlier, err = s.attempt(ctx, tx, st); err != nil {
		return out, row, err
	}
	issuer, customer, err := profiles(ctx, tx, host, st.Client)
	if err != nil {
		return out, row, err
	}
	today := s.today(st)
	last, err := lastIssued(ctx, tx, host, issuer.Series)
	if err != nil {
		return out, row, err
	}
	if in.IssuedOn.IsZero() {
		in.IssuedOn = cal.Later(today, last)
	}
	var why string
	if in.DueOn, why, err = dueOf(in.Terms, st.Terms, customer.TermsDays); err != nil {
		return out, row, err
	}
	if err := issuable(in.IssuedOn, st, today, cal.Later(today, last)); err != nil {
		return out, row, err
	}
	name := st.Document.Statement.Contract
	out.Document, err = billing.Issue(billing.Claim{
		Issuer: billing.Party{Org: host, Profile: issuer.Profile}, Customer: billing.Party{Org: st.Client, Profile: customer.Profile},
		Statement: billing.Reference{ID: st.ID, Hash: st.Hash}, Contract: name, Document: st.Document.Statement,
		Payable: fees.PayableAtLock(st.Document.Statement, st.Life), Terms: in.Terms,
		Agreed: billing.AgreedOf(st.Terms, in.IssuedOn, in.DueOn), DueWhy: why,
	})
	if fault.Code(err) == "nothing-payable" && st.Split.Held.Minor > 0 {
		err = heldBack(st)
	}
	out.Name, out.Locked, out.Held = "the statement of "+st.Period.Words(), lockedOn(st), st.Split.Held.Minor > 0
	row.StatementID, row.ClientID, row.IssuerID = st.ID, st.Client, host
	return out, row, err
}

func lockedOn(st feesops.Statement) cal.Date { return cal.DateOf(st.Life.LockedAt, st.Terms.Zone) }

// issuable bounds the day of issue: nothing is payable before the lock, so no day before it may start the days to pay, the discount or a late
// charge. Fault: Invalid at "issued_on".
func issuable(on cal.Date, st feesops.Statement, today, latest cal.Date) error {
	locked := lockedOn(st)
	switch {
	case on.Before(locked):
		return fault.New(fault.Invalid, "issued-on", "The statement was locked on %s, and nothing of it is payable before: choose that day of issue or a later one.", locked.Words()).At("issued_on")
	case on.After(latest):
		return fault.New(fault.Invalid, "issued-on", "The day of issue is today, %s, or a day before, from the lock of the statement on %s.", today.Words(), locked.Words()).At("issued_on")
	}
	return nil
}

// heldBack is the fault of a statement of which nothing is payable because of its disputes.
func heldBack(st feesops.Statement) error {
	var lines []string
	for i, l := range st.Life.Lines {
		if l.State == fees.LineDisputed {
			lines = append(lines, strconv.Itoa(st.Document.Statement.Lines[i].No))
		}
	}
	disputed := ""
	if len(lines) > 0 {
		disputed = ", still on line " + strings.Join(lines, ", ")
	}
	return fault.New(fault.Conflict, "nothing-payable", "Nothing is payable of the statement of %s: %s was held by disputes when it was locked%s. Settle them on the statement; what is released comes with the next statement, and is invoiced with it.",
		st.Period.Words(), st.Split.Held.FormatWith(), disputed)
}

// lockedFor decides access and reads the statement.
func (s *Service) lockedFor(ctx context.Context, tx bun.Tx, actor access.Actor, in IssueInput) (feesops.Statement, error) {
	if actor.Account == "" {
		return feesops.Statement{}, access.Require(actor, access.InvoiceIssue, access.Scope{})
	}
	if in.Client != "" {
		if err := access.Require(actor, access.InvoiceIssue, access.Of(in.Client)); err != nil {
			return feesops.Statement{}, err
		}
	}
	scope, err := feesops.ScopeOf(ctx, tx, in.Statement)
	if err != nil {
		return feesops.Statement{}, err
	}
	if in.Client != "" && in.Client != scope.Client {
		return feesops.Statement{}, notFound()
	}
	if err := access.Require(actor, access.InvoiceIssue, scope); err != nil {
		return feesops.Statement{}, err
	}
	if scope.Private {
		return feesops.Statement{}, fault.New(fault.Conflict, "specialists-invoice", "This statement says what the agency pays a specialist. The specialist writes that invoice; the agency's are for the client.")
	}
	return s.Fees.Locked(ctx, tx, in.Statement)
}

// attempt counts the invoices of a statement. Another one can follow when the last is taken back whole. Fault: Conflict otherwise.
func (s *Service) attempt(ctx context.Context, tx bun.Tx, st feesops.Statement) (next int, earlier string, err error) {
	var rows []invoiceRow
	if err := tx.NewSelect().Model(&rows).Where("statement_id = ?", st.ID).OrderExpr("attempt DESC").Limit(1).Scan(ctx); err != nil || len(rows) == 0 {
		return 1, "", err
	}
	last := rows[0]
	document, err := last.document()
	if err != nil {
		return 0, "", err
	}
	_, notes, err := readNotes(ctx, tx, last.ID)
	if err != nil {
		return 0, "", err
	}
	if document.Kind == billing.CreditNote || billing.LeftOf(document, notes).Gross.Minor > 0 {
		return 0, "", fault.New(fault.Conflict, "invoiced", "The statement of %s is invoiced already, as %s of %s. Only when that is taken back whole can it be invoiced again.",
			st.Period.Words(), document.Number, document.IssuedOn.Words())
	}
	return last.Attempt + 1, document.Number.String(), nil
}

// profiles are those of both sides. Fault: Conflict when one is missing.
func profiles(ctx context.Context, tx bun.Tx, host, client string) (issuer, customer Profile, err error) {
	var faults fault.List
	issuer, ok, err := readProfile(ctx, tx, host)
	if err != nil {
		return issuer, customer, err
	}
	if !ok {
		faults.Add(fault.New(fault.Conflict, "agency-profile-missing", "Enter the billing profile of the agency first: its address, tax id and account."))
	}
	customer, ok, err = readProfile(ctx, tx, client)
	if err != nil {
		return issuer, customer, err
	}
	if !ok {
		faults.Add(fault.New(fault.Conflict, "client-profile-missing", "Enter the billing profile of the client first: its address, how tax is charged, and, where the contract does not say it, when an invoice is due."))
	}
	return issuer, customer, faults.Err()
}

// lastIssued is the day of the newest document of a series, zero when there is none.
func lastIssued(ctx context.Context, tx bun.Tx, issuer, series string) (cal.Date, error) {
	var days []string
	err := tx.NewSelect().Model((*invoiceRow)(nil)).Column("issued_on").Where("issuer_id = ? AND series = ?", issuer, series).
		OrderExpr("issued_on DESC").Limit(1).Scan(ctx, &days)
	if err != nil || len(days) == 0 {
		return cal.Date{}, err
	}
	return day(days[0]), nil
}

// store gives the document the next number of its series, writes it and posts it. Fault: Invalid at "issued_on" when a later number stands on a later day.
func (s *Service) store(ctx context.Context, tx bun.Tx, actor access.Actor, d *billing.Document, series string, row *invoiceRow) error {
	last, err := lastIssued(ctx, tx, row.IssuerID, series)
	if err != nil {
		return err
	}
	if d.IssuedOn.Before(last) {
		return fault.New(fault.Invalid, "issued-on", "Numbers and days ascend together, and the newest of %s is of %s: choose that day or a later one.", series, last.Words()).At("issued_on")
	}
	if d.Number, err = nextNumber(ctx, tx, row.IssuerID, series, d.IssuedOn.Year()); err != nil {
		return err
	}
	envelope, err := einvoice.Envelope(*d)
	if err != nil {
		return err
	}
	body, err := d.Encode()
	if err != nil {
		return err
	}
	if row.Dues, err = duesOf(*d); err != nil {
		return err
	}
	row.ID, row.Kind, row.Series, row.Year, row.Ordinal = s.id("inv"), string(d.Kind), d.Number.Series, d.Number.Year, d.Number.Serial
	row.Currency, row.IssuedOn, row.DueOn = string(d.Currency), d.IssuedOn.String(), d.DueOn.String()
	row.NetMinor, row.TaxMinor, row.PayableMinor = d.Net.Minor, d.TaxTotal.Minor, d.Payable.Minor
	row.Document, row.GOBL, row.Hash = string(body), string(envelope), billing.Digest(body)
	row.IssuedAt, row.IssuedBy, row.IssuedByName = s.now(), actor.Account, actor.Name
	if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
		return err
	}
	terms, ok, err := termsOf(row.ID, row.ClientID, *d)
	if err != nil {
		return err
	}
	if ok {
		if _, err := tx.NewInsert().Model(&terms).Exec(ctx); err != nil {
			return err
		}
	}
	return s.postIssue(ctx, tx, *row, *d)
}

// nextNumber takes the number after the last of a series and year.
func nextNumber(ctx context.Context, tx bun.Tx, issuer, series string, year int) (billing.Number, error) {
	var last []int
	err := tx.NewSelect().Model((*numberRow)(nil)).Column("ordinal").Where("issuer_id = ? AND series = ? AND year = ?", issuer, series, year).
		OrderExpr("ordinal DESC").Limit(1).Scan(ctx, &last)
	if err != nil {
		return billing.Number{}, err
	}
	row := numberRow{IssuerID: issuer, Series: series, Year: year, Ordinal: 1}
	if len(last) > 0 {
		row.Ordinal, row.Previous = last[0]+1, &last[0]
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return billing.Number{}, fmt.Errorf("take the next number: %w", err)
	}
	return billing.Number{Series: series, Year: year, Serial: row.Ordinal}, nil
}
