package ops

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// shelf are the books of a client while they are read, by currency.
type shelf map[money.Currency]*billing.Book

func (s shelf) of(c string) *billing.Book {
	b := s[money.Currency(c)]
	if b == nil {
		b = &billing.Book{Currency: money.Currency(c)}
		s[b.Currency] = b
	}
	return b
}

func (s shelf) invoice(r invoiceRow) error {
	b := s.of(r.Currency)
	if billing.Kind(r.Kind) == billing.CreditNote {
		b.Sources = append(b.Sources, billing.Source{ID: r.ID, Kind: billing.Noted, Name: r.number().String(), On: day(r.IssuedOn), Minor: r.PayableMinor, Of: r.CreditsID})
		return nil
	}
	bill, err := r.bill()
	b.Bills = append(b.Bills, bill)
	return err
}

func (s shelf) payment(p paymentRow) {
	b := s.of(p.Currency)
	if billing.SourceKind(p.Kind) == billing.Reversal {
		for i := range b.Sources {
			b.Sources[i].Reversed = b.Sources[i].Reversed || b.Sources[i].ID == p.OfID
		}
	}
	b.Sources = append(b.Sources, p.source())
}

func (p paymentRow) source() billing.Source {
	s := billing.Source{ID: p.ID, Kind: billing.SourceKind(p.Kind), On: day(p.PaidOn), Minor: p.Minor, Of: p.OfID}
	words := map[billing.SourceKind]string{billing.Receipt: "Payment", billing.Refund: "Refund", billing.Reversal: "Reversal"}
	s.Name = words[s.Kind]
	if p.Reference != "" {
		s.Name += " " + p.Reference
	}
	return s
}

// applied enters what was applied into the book of its source.
func (s shelf) applied(a appliedRow) {
	for _, b := range s {
		if slices.ContainsFunc(b.Sources, func(x billing.Source) bool { return x.ID == a.SourceID }) {
			b.Applied = append(b.Applied, billing.Applied{Source: a.SourceID, Target: a.TargetID, Line: a.Line, Minor: a.Minor})
		}
	}
}

func (s shelf) sorted() []billing.Book {
	var out []billing.Book
	for _, c := range slices.Sorted(maps.Keys(s)) {
		out = append(out, *s[c])
	}
	return out
}

// apply writes what is applied, enters it into the book, posts it, and gives what it wrote.
func apply(ctx context.Context, tx bun.Tx, actor access.Actor, client string, at time.Time, b *billing.Book, parts []billing.Applied) ([]appliedRow, error) {
	next := map[string]int{}
	var rows []appliedRow
	var entries []ledger.Entry
	for _, p := range parts {
		if next[p.Source] == 0 {
			n, err := tx.NewSelect().Model((*appliedRow)(nil)).Where("source_id = ?", p.Source).Count(ctx)
			if err != nil {
				return nil, err
			}
			next[p.Source] = int(n)
		}
		next[p.Source]++
		row := appliedRow{SourceID: p.Source, Seq: next[p.Source], ClientID: client, TargetID: p.Target, Line: p.Line, Minor: p.Minor, At: at, ByID: actor.Account}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return nil, fmt.Errorf("apply to %s: %w", p.Target, err)
		}
		rows = append(rows, row)
		b.Applied = append(b.Applied, p)
		if e, ok := ledger.OfApplied(client, *b, row.Seq, p); ok {
			entries = append(entries, e)
		}
	}
	return rows, post(ctx, tx, at, entries...)
}
