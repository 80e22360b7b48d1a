package ops

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

type termsRow struct {
	bun.BaseModel `bun:"table:invoice_terms"`

	InvoiceID string `bun:"invoice_id,pk"`
	ClientID  string `bun:"client_id"`
	Purpose   string `bun:"purpose"`
	Agreed    string `bun:"agreed"`
}

type lateRow struct {
	bun.BaseModel `bun:"table:late_charge"`

	InvoiceID   string `bun:"invoice_id,pk"`
	Seq         int    `bun:"seq,pk"`
	ClientID    string `bun:"client_id"`
	DocumentID  string `bun:"document_id"`
	AsOf        string `bun:"as_of"`
	BeforeMinor int64  `bun:"before_minor"`
	Minor       int64  `bun:"minor"`
}

type discountRow struct {
	bun.BaseModel `bun:"table:discount_taken"`

	PaymentID string `bun:"payment_id,pk"`
	InvoiceID string `bun:"invoice_id,pk"`
	ClientID  string `bun:"client_id"`
	NoteID    string `bun:"note_id"`
	Minor     int64  `bun:"minor"`
}

// termsOf is the row of a document; ok is false when it has nothing to say.
func termsOf(id, client string, d billing.Document) (row termsRow, ok bool, err error) {
	row = termsRow{InvoiceID: id, ClientID: client, Purpose: string(d.Purpose)}
	if d.Agreed != nil {
		text, err := json.Marshal(d.Agreed)
		if err != nil {
			return row, false, err
		}
		row.Agreed = string(text)
	}
	return row, row.Purpose != "" || row.Agreed != "", nil
}

func (r termsRow) agreed() (*billing.Agreed, error) {
	if r.Agreed == "" {
		return nil, nil
	}
	var a billing.Agreed
	if err := json.Unmarshal([]byte(r.Agreed), &a); err != nil {
		return nil, fmt.Errorf("read what is agreed of paying %s: %w", r.InvoiceID, err)
	}
	return &a, nil
}

// dueOf says when an invoice is due, and why. The contract governs where it says something of payment: a later day may be given, no earlier one.
// Otherwise the client's billing profile does, and where that does not either, the day must be given. Faults: Invalid at "due_on"; Conflict when
// nothing says it.
func dueOf(t billing.Terms, terms contract.Terms, days *int) (due cal.Date, why string, err error) {
	var usual cal.Date
	switch p := terms.Payment; {
	case p == nil && days == nil && t.DueOn.IsZero():
		return t.DueOn, "", fault.New(fault.Conflict, "due-unknown", "Neither the contract nor the client's billing profile says when an invoice is due. Enter the days in the billing profile.")
	case p == nil && days == nil:
		return t.DueOn, "chosen when it was issued; neither the contract nor the client's billing profile says it", nil
	case p == nil:
		usual = t.IssuedOn.AddDays(*days)
		why = plural(*days, "day") + " after the day of issue, by the client's billing profile"
	default:
		usual = p.DueOn(t.IssuedOn, terms.Calendar)
		why = fmt.Sprintf("%s, by version %d of the contract", p.DueWords(), terms.Version)
		if !t.DueOn.IsZero() && t.DueOn.Before(usual) {
			return t.DueOn, "", fault.New(fault.Invalid, "due-on", "The contract gives the client until %s, %s. Choose that day or a later one.", usual.Words(), p.DueWords()).At("due_on")
		}
	}
	if t.DueOn.IsZero() || t.DueOn == usual {
		return usual, why, nil
	}
	return t.DueOn, fmt.Sprintf("chosen when it was issued; usually it is %s, %s", usual.Words(), why), nil
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// readTerms enters what is agreed, what was charged for paying late, and which credit notes are discounts.
func (s shelf) readTerms(ctx context.Context, tx bun.Tx, client string) error {
	var terms []termsRow
	if err := tx.NewSelect().Model(&terms).Where("client_id = ?", client).Scan(ctx); err != nil {
		return err
	}
	byID := map[string]termsRow{}
	for _, r := range terms {
		byID[r.InvoiceID] = r
	}
	var taken []discountRow
	if err := tx.NewSelect().Model(&taken).Where("client_id = ?", client).Scan(ctx); err != nil {
		return err
	}
	for _, b := range s {
		if err := enterTerms(b, byID, taken); err != nil {
			return err
		}
	}
	return s.readCharged(ctx, tx, client)
}

func enterTerms(b *billing.Book, terms map[string]termsRow, taken []discountRow) error {
	for i := range b.Bills {
		r := terms[b.Bills[i].ID]
		a, err := r.agreed()
		if err != nil {
			return err
		}
		b.Bills[i].Agreed, b.Bills[i].Purpose = a, billing.Purpose(r.Purpose)
	}
	for i := range b.Sources {
		src := &b.Sources[i]
		for _, t := range taken {
			if t.NoteID == src.ID {
				src.TookFor = t.PaymentID
			}
		}
		src.Purpose = billing.Purpose(terms[src.ID].Purpose)
		if words := src.Purpose.Words(); words != "" {
			src.Name += ", " + words
		}
	}
	return nil
}

// readCharged enters what was charged for paying late, and what credit notes took back of it.
func (s shelf) readCharged(ctx context.Context, tx bun.Tx, client string) error {
	var rows []lateRow
	if err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("invoice_id, seq").Scan(ctx); err != nil || len(rows) == 0 {
		return err
	}
	lines, waived, err := readLateLines(ctx, tx, rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		at := [2]string{r.DocumentID, r.InvoiceID}
		for _, b := range s {
			if _, ok := b.Bill(r.InvoiceID); ok {
				b.Charged = append(b.Charged, billing.Charged{Bill: r.InvoiceID, Document: r.DocumentID, Line: lines[at], AsOf: day(r.AsOf), Minor: r.Minor, Waived: waived[at]})
			}
		}
	}
	return nil
}

// readLateLines are the lines of the invoices of late charges and what credit notes took back of them, by the invoice of late charges and the
// invoice that was paid late.
func readLateLines(ctx context.Context, tx bun.Tx, rows []lateRow) (lines map[[2]string]int, waived map[[2]string]int64, err error) {
	lines, waived = map[[2]string]int{}, map[[2]string]int64{}
	seen := map[string]bool{}
	for _, r := range rows {
		if id := r.DocumentID; !seen[id] {
			seen[id] = true
			if err := enterLateLines(ctx, tx, id, lines, waived); err != nil {
				return nil, nil, err
			}
		}
	}
	return lines, waived, nil
}

func enterLateLines(ctx context.Context, tx bun.Tx, id string, lines map[[2]string]int, waived map[[2]string]int64) error {
	row, err := readInvoice(ctx, tx, id)
	if err != nil {
		return err
	}
	d, err := row.document()
	if err != nil {
		return err
	}
	for i, of := range d.Late {
		lines[[2]string{id, of.Bill}] = i + 1
	}
	_, notes, err := readNotes(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, n := range notes {
		for _, l := range n.Lines {
			waived[[2]string{id, d.Late[l.From-1].Bill}] += l.Net.Minor
		}
	}
	return nil
}
