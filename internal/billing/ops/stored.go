package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Altered is something of billing that is kept otherwise than the record tells.
type Altered struct {
	What   string // "invoice", "payment", "billing profile"
	ID     string // of a number without an invoice, the number
	Reason string
}

// Error says which and why.
func (a Altered) Error() string { return fmt.Sprintf("%s %s %s", a.What, a.ID, a.Reason) }

// VerifyInvoices compares every invoice and credit note of the workspace with what the record tells of it: its document by its hash, its GOBL
// document by its digest, every other column, its place in its series, who acknowledged it, and what is kept beside it for paying it. Of those that were issued before the record kept
// the digest (see Unbound), the GOBL document is held to the digest within it. It gives how many hold and those that do not.
func VerifyInvoices(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	told, err := journalops.About(ctx, tx, "invoice")
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of invoices: %w", err)
	}
	events, err := readEvents(ctx, tx)
	if err != nil {
		return 0, nil, err
	}
	numbers, err := readNumbers(ctx, tx)
	if err != nil {
		return 0, nil, err
	}
	terms, err := readStoredTerms(ctx, tx)
	if err != nil {
		return 0, nil, err
	}
	seen, attempts := map[string]bool{}, map[string]int{}
	err = db.EachRow(ctx, tx.NewSelect().Model((*invoiceRow)(nil)).OrderExpr("statement_id, attempt, id"), func(r invoiceRow, unreadable error) error {
		seen[r.ID] = true
		follows := numbers[r.place()]
		delete(numbers, r.place())
		reason := "was altered: it cannot be read"
		if unreadable == nil {
			if r.StatementID != "" {
				attempts[r.StatementID]++
			}
			reason = storedInvoice{row: r, told: told[r.ID], events: events[r.ID], attempt: max(1, attempts[r.StatementID]), terms: terms}.alteration()
		}
		if reason == "" && !follows {
			reason = "was altered: its number does not follow the one before in its series"
		}
		if reason != "" {
			altered = append(altered, Altered{"invoice", r.ID, reason})
			return nil
		}
		held++
		return nil
	})
	for _, id := range slices.Sorted(maps.Keys(told)) {
		if !seen[id] {
			altered = append(altered, Altered{"invoice", id, "is told of in the record but is not kept"})
		}
		seen[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(events)) {
		if !seen[id] {
			altered = append(altered, Altered{"invoice", id, "is not kept, but an acknowledgement of it is"})
		}
	}
	altered = append(altered, terms.strays(seen)...)
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		altered = append(altered, Altered{"invoice", n, "is not kept, but its number is taken"})
	}
	return held, altered, err
}

// storedEvent is a step of an invoice's life as it is kept.
type storedEvent struct {
	eventRow
	unreadable bool
}

func readEvents(ctx context.Context, tx bun.Tx) (map[string][]storedEvent, error) {
	out := map[string][]storedEvent{}
	err := db.EachRow(ctx, tx.NewSelect().Model((*eventRow)(nil)).OrderExpr("invoice_id, seq"), func(e eventRow, unreadable error) error {
		out[e.InvoiceID] = append(out[e.InvoiceID], storedEvent{e, unreadable != nil})
		return nil
	})
	return out, err
}

// place is the number of an invoice with its issuer.
func (r invoiceRow) place() string { return r.IssuerID + " " + r.number().String() }

// readNumbers gives the numbers that are taken, and whether each follows the one before.
func readNumbers(ctx context.Context, tx bun.Tx) (map[string]bool, error) {
	out := map[string]bool{}
	err := db.EachRow(ctx, tx.NewSelect().Model((*numberRow)(nil)), func(n numberRow, unreadable error) error {
		follows := n.Ordinal == 1 && n.Previous == nil || n.Previous != nil && *n.Previous == n.Ordinal-1 && n.Ordinal > 1
		out[n.IssuerID+" "+billing.Number{Series: n.Series, Year: n.Year, Serial: n.Ordinal}.String()] = follows && unreadable == nil
		return nil
	})
	return out, err
}

// storedInvoice is what is kept of an invoice, and what the record tells of it.
type storedInvoice struct {
	row     invoiceRow
	told    []journal.Entry
	events  []storedEvent
	attempt int // how many invoices of its statement there are up to it
	terms   storedTerms
}

// issues says whether an entry about an invoice tells that it was issued: by itself, as a credit note, or by a payment that was early or reversed.
func issues(e journal.Entry) bool {
	return slices.Contains([]access.Action{access.InvoiceIssue, access.InvoiceCredit, access.PaymentRecord}, access.Action(e.Action))
}

// alteration tells in words how what is kept differs from what was issued; empty when it does not.
func (s storedInvoice) alteration() string {
	i := slices.IndexFunc(s.told, issues)
	if i < 0 {
		return "was put in beside the record: no entry tells that it was issued"
	}
	e := s.told[i]
	var then recorded
	if json.Unmarshal([]byte(e.After), &then) != nil || then.Hash == "" {
		return fmt.Sprintf("was altered: entry %d of the record does not tell what was issued", e.Seq)
	}
	for _, look := range []func(journal.Entry, recorded) string{s.alteredDocument, s.alteredRow, s.alteredEnvelope} {
		if reason := look(e, then); reason != "" {
			return reason
		}
	}
	return s.alteredEvents()
}

func (s storedInvoice) alteredDocument(e journal.Entry, then recorded) string {
	r := s.row
	if hash := billing.Digest([]byte(r.Document)); hash != then.Hash || r.Hash != then.Hash {
		return fmt.Sprintf("was altered: its document gives the hash %s where entry %d of the record tells %s", hash, e.Seq, then.Hash)
	}
	d, err := r.document()
	if err != nil || !r.says(d) || r.IssuerID != d.Issuer.Org || r.ClientID != d.Customer.Org {
		return "was altered: its row does not say what its document says"
	}
	switch {
	case d.Credits == nil && (r.StatementID != d.Statement.ID || r.CreditsID != "" || r.Attempt != s.attempt),
		d.Credits != nil && (r.CreditsID != d.Credits.ID || r.StatementID != "" || r.Attempt != 1):
		return "was altered: it is kept as of another statement or invoice than its document says"
	}
	return s.terms.alteration(r, d)
}

func (s storedInvoice) alteredRow(e journal.Entry, _ recorded) string {
	switch r := s.row; {
	case e.Client != r.ClientID:
		return fmt.Sprintf("was altered: it is kept under another client than entry %d of the record tells", e.Seq)
	case !e.At.Equal(r.IssuedAt) || e.ActorID != r.IssuedBy || e.ActorName != r.IssuedByName:
		return fmt.Sprintf("was altered: who issued it, or when, is not what entry %d of the record tells", e.Seq)
	}
	return ""
}

func (s storedInvoice) alteredEnvelope(e journal.Entry, then recorded) string {
	r := s.row
	switch {
	case then.Envelope == "":
		if err := einvoice.Whole([]byte(r.GOBL)); err != nil {
			return fmt.Sprintf("was altered: %v", err)
		}
		return ""
	case billing.Digest([]byte(r.GOBL)) != then.Envelope:
		return fmt.Sprintf("was altered: its GOBL document, of which the UBL is written, is not the one of entry %d of the record", e.Seq)
	case r.digest() != then.Row:
		return fmt.Sprintf("was altered: what is kept of it is not what entry %d of the record tells", e.Seq)
	}
	return ""
}

// alteredEvents compares the acknowledgements that are kept with those that are told of, both ways.
func (s storedInvoice) alteredEvents() string {
	var told []journal.Entry
	for _, e := range s.told {
		if e.Action == string(access.InvoiceAcknowledge) {
			told = append(told, e)
		}
	}
	if len(told) != len(s.events) {
		return fmt.Sprintf("was altered: %d acknowledgements of it are kept, and the record tells of %d", len(s.events), len(told))
	}
	for i, e := range told {
		k := s.events[i]
		words := strings.TrimPrefix(strings.TrimPrefix(e.Words, "acknowledged "+s.row.number().String()), ": ")
		if k.unreadable || k.Seq != i+1 || k.Kind != "acknowledge" || !k.At.Equal(e.At) || k.ByID != e.ActorID || k.ByName != e.ActorName || k.Words != words {
			return fmt.Sprintf("was altered: its acknowledgement is not what entry %d of the record tells", e.Seq)
		}
	}
	return ""
}
