package ledger

import (
	"reflect"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Posting moves an amount: it is debited to one account and credited to another.
type Posting struct {
	Debit  Account
	Credit Account
	Minor  int64 // above zero
}

// SubjectKind says what an entry refers to.
type SubjectKind string

// The kinds of subjects.
const (
	OfStatement SubjectKind = "statement"
	OfInvoice   SubjectKind = "invoice" // or a credit note
	OfPayment   SubjectKind = "payment"
)

// Entry is the postings of one event.
type Entry struct {
	Ref      string // of the event, once: "lock:st_1", "issue:inv_7"
	Client   string
	Contract string // name; empty where money belongs to no contract yet
	Kind     SubjectKind
	Subject  string // id
	On       cal.Date
	Currency money.Currency
	Words    string
	Postings []Posting
}

// move adds a posting; a negative amount moves the other way, nothing moves nothing.
func (e *Entry) move(debit, credit Account, minor int64) {
	switch {
	case minor > 0:
		e.Postings = append(e.Postings, Posting{debit, credit, minor})
	case minor < 0:
		e.Postings = append(e.Postings, Posting{credit, debit, -minor})
	}
}

// Same reports whether two entries say the same, to the word.
func (e Entry) Same(o Entry) bool { return e.SameHead(o) && slices.Equal(e.Postings, o.Postings) }

// SameHead reports whether two entries say the same but for their postings.
func (e Entry) SameHead(o Entry) bool {
	e.Postings, o.Postings = nil, nil
	return reflect.DeepEqual(e, o)
}
