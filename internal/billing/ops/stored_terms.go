package ops

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// storedTerms is what is kept beside documents for paying them, each by its document. A row that cannot be read is none that a document can
// be meant by.
type storedTerms struct {
	agreed    map[string][]termsRow
	late      map[string][]lateRow
	discounts map[string][]discountRow
	payments  map[string]paymentRow // that came in
}

func readStoredTerms(ctx context.Context, tx bun.Tx) (storedTerms, error) {
	out := storedTerms{map[string][]termsRow{}, map[string][]lateRow{}, map[string][]discountRow{}, map[string]paymentRow{}}
	err := db.EachRow(ctx, tx.NewSelect().Model((*termsRow)(nil)), func(r termsRow, unreadable error) error {
		if unreadable != nil {
			r.ClientID = ""
		}
		out.agreed[r.InvoiceID] = append(out.agreed[r.InvoiceID], r)
		return nil
	})
	if err != nil {
		return out, err
	}
	err = db.EachRow(ctx, tx.NewSelect().Model((*lateRow)(nil)), func(r lateRow, unreadable error) error {
		if unreadable != nil {
			r.ClientID = ""
		}
		out.late[r.DocumentID] = append(out.late[r.DocumentID], r)
		return nil
	})
	if err != nil {
		return out, err
	}
	err = db.EachRow(ctx, tx.NewSelect().Model((*discountRow)(nil)), func(r discountRow, unreadable error) error {
		if unreadable != nil {
			r.ClientID = ""
		}
		out.discounts[r.NoteID] = append(out.discounts[r.NoteID], r)
		return nil
	})
	if err != nil {
		return out, err
	}
	err = db.EachRow(ctx, tx.NewSelect().Model((*paymentRow)(nil)).Where("kind = 'receipt'"), func(r paymentRow, unreadable error) error {
		if unreadable == nil {
			out.payments[r.ID] = r
		}
		return nil
	})
	return out, err
}

// alteration tells in words how what is kept beside a document differs from what it says; empty when it does not.
func (s storedTerms) alteration(r invoiceRow, d billing.Document) string {
	want, wanted, err := termsOf(r.ID, r.ClientID, d)
	if have := s.agreed[r.ID]; err != nil || wanted != (len(have) == 1) || wanted && have[0] != want {
		return "was altered: what is agreed of paying it is not kept as its document says"
	}
	late := s.late[r.ID]
	same := len(late) == len(d.Late)
	for _, b := range d.Late {
		same = same && slices.ContainsFunc(late, func(l lateRow) bool { return l.ofBasis(r, b) })
	}
	if !same {
		return "was altered: what it charged for paying late is not kept as its document says"
	}
	taken := s.discounts[r.ID]
	if of := d.Purpose == billing.EarlyPayment; of != (len(taken) == 1) || of && !s.took(taken[0], r, d) {
		return "was altered: the discount that it is of is not kept as it was taken"
	}
	return ""
}

// ofBasis says whether the row is what the document charged on an invoice.
func (l lateRow) ofBasis(r invoiceRow, b billing.LateBasis) bool {
	return l.InvoiceID == b.Bill && l.Minor == b.Delta.Minor && l.BeforeMinor == b.Charged.Minor && l.AsOf == b.AsOf.String() && l.ClientID == r.ClientID
}

// took says whether the row is the discount of a credit note: of its invoice and client, of its amount, and for a payment of the day that it tells.
func (s storedTerms) took(t discountRow, r invoiceRow, d billing.Document) bool {
	p, known := s.payments[t.PaymentID]
	return known && p.ClientID == r.ClientID && strings.HasSuffix(d.Reason, paidOn(p)) &&
		t.ClientID == r.ClientID && t.InvoiceID == r.CreditsID && t.Minor == r.PayableMinor
}

// paidOn is how the credit note of a discount tells when its payment came in.
func paidOn(p paymentRow) string { return fmt.Sprintf("paid on %s.", day(p.PaidOn).Words()) }

// strays are the rows of documents that are not kept.
func (s storedTerms) strays(kept map[string]bool) (out []Altered) {
	stray := func(ids []string, what string) {
		for _, id := range ids {
			if !kept[id] {
				out = append(out, Altered{"invoice", id, "is not kept, but " + what + " is"})
			}
		}
	}
	stray(slices.Sorted(maps.Keys(s.agreed)), "what is agreed of paying it")
	stray(slices.Sorted(maps.Keys(s.late)), "what it charged for paying late")
	stray(slices.Sorted(maps.Keys(s.discounts)), "the discount that it is of")
	return out
}
