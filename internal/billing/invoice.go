package billing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Kind says whether a document asks for money or gives it back.
type Kind string

// The kinds. Amounts of a credit note are positive: it says what is given back.
const (
	Invoice    Kind = "invoice"
	CreditNote Kind = "credit-note"
)

// Words is the kind as a heading.
func (k Kind) Words() string {
	if k == CreditNote {
		return "Credit note"
	}
	return "Invoice"
}

// Document is an invoice or a credit note as it was issued. It never changes.
type Document struct {
	Kind     Kind           `json:"kind"`
	Purpose  Purpose        `json:"purpose,omitempty"` // empty: of a statement, or taking such an invoice back
	Number   Number         `json:"number"`
	IssuedOn cal.Date       `json:"issued_on"`
	DueOn    cal.Date       `json:"due_on"`
	Currency money.Currency `json:"currency"`
	Issuer   Party          `json:"issuer"`
	Customer Party          `json:"customer"`

	Contract  string     `json:"contract"`
	Period    cal.Period `json:"period"`
	Statement Reference  `json:"statement"`         // that it was made of
	Credits   *Reference `json:"credits,omitempty"` // the invoice that a credit note takes back
	Reason    string     `json:"reason,omitempty"`  // of a credit note
	Undoes    *Reference `json:"undoes,omitempty"`  // the credit note whose discount an invoice takes back

	Agreed *Agreed     `json:"agreed,omitempty"`       // what the contract says of paying it
	DueWhy string      `json:"due_reason,omitempty"`   // where the due day comes from
	Late   []LateBasis `json:"late_charges,omitempty"` // of an invoice of late charges, how each line comes about

	PurchaseOrder string `json:"purchase_order,omitempty"`
	PaymentLink   string `json:"payment_link,omitempty"`
	Note          string `json:"note,omitempty"`

	Lines    []Line       `json:"lines"`
	Tax      Tax          `json:"tax"`
	Net      money.Amount `json:"net"`
	TaxTotal money.Amount `json:"tax_total"`
	Rounding money.Amount `json:"rounding"` // what a last credit note lacks of the invoice's tax, in minor units
	Payable  money.Amount `json:"payable"`
}

// PaymentTerms says in words until when it is to be paid.
func (d Document) PaymentTerms() string {
	days := d.DueOn.DaysSince(d.IssuedOn)
	switch {
	case d.Kind == CreditNote:
		return "Nothing is to be paid: the amount is credited to your account."
	case days == 0:
		return "Due on the day of issue."
	case days == 1:
		return "Due 1 day after the day of issue."
	}
	return "Due " + itoa(days) + " days after the day of issue."
}

// Party is an organisation with its profile on the day of issue.
type Party struct {
	Org string `json:"org"`
	Profile
}

// Reference names another document.
type Reference struct {
	ID       string   `json:"id"`
	Number   string   `json:"number,omitempty"`
	IssuedOn cal.Date `json:"issued_on,omitzero"`
	Hash     string   `json:"hash,omitempty"`
}

// Encode is the document as it is stored.
func (d Document) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(d)
	return b.Bytes(), err
}

// Digest is the SHA-256 of a stored document, in hexadecimal.
func Digest(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

// Claim is what an invoice is made of.
type Claim struct {
	Issuer, Customer Party
	Statement        Reference
	Contract         string
	Document         fees.Statement
	Payable          []money.Amount // by line of the statement: fees.PayableAtLock
	Agreed           *Agreed
	DueWhy           string
	Terms
}

// Terms are what a person says of an invoice.
type Terms struct {
	IssuedOn      cal.Date
	DueOn         cal.Date
	PurchaseOrder string
	PaymentLink   string
	Note          string
}

// Issue makes the invoice of what is payable; where the statement gives back more than it charges, a credit note. Its number is given by who
// stores it. Faults: Conflict when nothing is payable, or a profile does not allow an invoice; Invalid at a field of the terms.
func Issue(c Claim) (Document, error) {
	c.Note = strings.TrimSpace(c.Note)
	if err := c.Terms.check(); err != nil {
		return Document{}, err
	}
	net := money.New(0, c.Document.Currency)
	for _, a := range c.Payable {
		net = net.Add(a)
	}
	tax, err := TaxFor(c.Issuer.Profile, c.Customer.Profile, c.IssuedOn)
	if err != nil {
		return Document{}, err
	}
	d := Document{
		Kind: Invoice, IssuedOn: c.IssuedOn, DueOn: c.DueOn, Currency: c.Document.Currency, Issuer: c.Issuer, Customer: c.Customer,
		Contract: c.Contract, Period: c.Document.Period, Statement: c.Statement,
		PurchaseOrder: c.PurchaseOrder, PaymentLink: c.PaymentLink, Note: c.Note, Tax: tax, Agreed: c.Agreed, DueWhy: c.DueWhy,
	}
	sign := int64(1)
	switch {
	case net.IsZero():
		return Document{}, fault.New(fault.Conflict, "nothing-payable", "Nothing is payable of this statement, so there is nothing to invoice.")
	case net.Minor < 0:
		sign, d.Kind, d.DueOn, d.PaymentLink = -1, CreditNote, c.IssuedOn, ""
		d.Reason = "The statement gives back more than it charges."
		d.Agreed, d.DueWhy = nil, ""
	}
	d.Lines = compose(c.Document, c.Payable, sign)
	d.sum(0)
	return d, nil
}

// sum computes the totals of the lines, and their parts of tax.
func (d *Document) sum(rounding int64) {
	d.Net = money.New(0, d.Currency)
	for _, l := range d.Lines {
		d.Net = d.Net.Add(l.Net)
	}
	d.TaxTotal, d.Rounding = d.Tax.On(d.Net), money.New(rounding, d.Currency)
	d.Payable = d.Net.Add(d.TaxTotal).Add(d.Rounding)
	share(d.Lines, d.Net, d.Payable)
}

const (
	longestNote = 1000
	longestLink = 500
)

func (t Terms) check() error {
	var faults fault.List
	refuse := func(field, message string, args ...any) {
		faults.Add(fault.New(fault.Invalid, strings.ReplaceAll(field, "_", "-"), message, args...).At(field))
	}
	switch {
	case t.IssuedOn.IsZero():
		refuse("issued_on", "Choose the day of issue.")
	case t.DueOn.Before(t.IssuedOn):
		refuse("due_on", "An invoice is due on the day of issue or later.")
	case t.DueOn.DaysSince(t.IssuedOn) > longestTerm:
		refuse("due_on", "An invoice is due within %d days.", longestTerm)
	}
	if t.PaymentLink != "" {
		if u, err := url.Parse(t.PaymentLink); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(t.PaymentLink) > longestLink {
			refuse("payment_link", "Write the whole address, beginning with https://.")
		}
	}
	var r reader
	r.code("purchase_order", t.PurchaseOrder, 40)
	faults = append(faults, r.faults...)
	if utf8.RuneCountInString(t.Note) > longestNote {
		refuse("note", "Shorten the note to %d characters.", longestNote)
	}
	return faults.Err()
}
