package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// recorded is what the record keeps of an invoice or credit note.
type recorded struct {
	Number   string   `json:"number"`
	Payable  string   `json:"payable"`
	Due      string   `json:"due"`
	Hash     string   `json:"hash"`
	Envelope string   `json:"envelope,omitempty"` // digest of the GOBL document, of which the UBL is written; empty in entries from before it was kept
	Row      string   `json:"row,omitempty"`      // digest of all that is kept of it; likewise
	Applied  []string `json:"applied,omitempty"`  // what a credit note paid of its invoice
}

// recordedPayment is what the record keeps of a payment, refund or reversal.
type recordedPayment struct {
	Kind      string   `json:"kind"`
	Amount    string   `json:"amount"`
	On        string   `json:"on"`
	Reference string   `json:"reference,omitempty"`
	Of        string   `json:"of,omitempty"`
	Row       string   `json:"row,omitempty"` // digest of all that is kept of it; empty in entries from before it was kept
	Applied   []string `json:"applied,omitempty"`
}

// recordedApplied is what the record keeps of money on account that was applied.
type recordedApplied struct {
	Amount  string   `json:"amount"`
	Applied []string `json:"applied"`
}

func (r invoiceRow) entry(action access.Action, applied []appliedRow, words string) journal.Entry {
	s := r.summary()
	after := recorded{s.Number, s.Payable.FormatWith(), s.DueOn.String(), r.Hash, billing.Digest([]byte(r.GOBL)), r.digest(), keysOf(applied)}
	return journal.Entry{
		At: r.IssuedAt, Action: string(action), Client: r.ClientID, Subject: journal.Subject{Kind: "invoice", ID: r.ID, Name: s.Kind.Words() + " " + s.Number},
		Words: words, After: journal.Snapshot(after),
	}
}

func record(ctx context.Context, tx bun.Tx, actor access.Actor, row paymentRow, applied []appliedRow, words string) error {
	amount := money.New(row.Minor, money.Currency(row.Currency))
	entry := journal.Entry{
		At: row.RecordedAt, Action: string(access.PaymentRecord), Client: row.ClientID, Subject: journal.Subject{Kind: "payment", ID: row.ID, Name: "Payment of " + day(row.PaidOn).Words()},
		Words: words, After: journal.Snapshot(recordedPayment{row.Kind, amount.FormatWith(), row.PaidOn, row.Reference, row.OfID, row.digest(), keysOf(applied)}),
	}
	_, err := journalops.Append(ctx, tx, journalops.By(actor, entry))
	return err
}

// digestOf is the SHA-256 of the values of a row in the order of its columns, each after its length; first names the table and the order.
func digestOf(first string, values ...any) string {
	h := sha256.New()
	for _, v := range append([]any{first}, values...) {
		if at, ok := v.(time.Time); ok {
			v = at.UnixMicro()
		}
		text := fmt.Sprint(v)
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (r invoiceRow) digest() string {
	return digestOf("invoice 1", r.ID, r.Kind, r.IssuerID, r.Series, r.Year, r.Ordinal, r.ClientID, r.StatementID, r.Attempt, r.CreditsID, r.Currency, r.IssuedOn, r.DueOn,
		r.NetMinor, r.TaxMinor, r.PayableMinor, r.Dues, r.Document, r.GOBL, r.Hash, r.IssuedAt, r.IssuedBy, r.IssuedByName)
}

func (p paymentRow) digest() string {
	return digestOf("payment 1", p.ID, p.ClientID, p.Kind, p.OfID, p.Currency, p.Minor, p.PaidOn, p.Reference, p.Note, p.RecordedAt, p.RecordedBy, p.RecordedByName)
}

// key is what was applied, in a line: source and its place in it, target and its line, amount in minor units.
func (a appliedRow) key() string {
	return fmt.Sprintf("%s/%d %s/%d %d", a.SourceID, a.Seq, a.TargetID, a.Line, a.Minor)
}

func keysOf(rows []appliedRow) []string {
	var out []string
	for _, a := range rows {
		out = append(out, a.key())
	}
	return out
}
