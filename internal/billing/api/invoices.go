package api

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/billing/paper"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerInvoices(a *api.API) {
	list := operation(http.MethodGet, all, "listInvoices", "List a client's invoices and credit notes, the newest first", access.InvoiceSee)
	api.Register(a, list, o.list)
	issue := created(all, "issueInvoice", "Issue the invoice of a locked statement", access.InvoiceIssue)
	issue.Description = "Its lines are what was payable at the lock, never a disputed one. It gets the next number of its series and is sent to the client's people. One statement has one invoice; another can follow when it is taken back whole."
	api.Register(a, issue, o.issue)
	api.Register(a, operation(http.MethodGet, one, "getInvoice", "Read an invoice or credit note, and what of it is paid", access.InvoiceSee), o.get)
	credit := created(one+"/credit", "creditInvoice", "Take back all or a part of an invoice", access.InvoiceCredit)
	credit.Description = "It pays what is still open of the invoice; what is above that is on the client's account."
	api.Register(a, credit, o.credit)
	api.Register(a, operation(http.MethodPost, one+"/acknowledge", "acknowledgeInvoice", "Say, for the client, that it has an invoice", access.InvoiceAcknowledge), o.acknowledge)
	for _, f := range forms {
		op := operation(http.MethodGet, one+"/"+f.path, f.id, f.summary, access.InvoiceSee)
		op.Produces = []string{f.media}
		api.Register(a, op, o.download(f))
	}
}

// Summary is an invoice in a list.
type Summary struct {
	ID           string           `json:"id"`
	Kind         string           `json:"kind" enum:"invoice,credit-note"`
	Purpose      string           `json:"purpose,omitempty" enum:"late-charge,discount,discount-back" doc:"Absent: of a statement, or taking such an invoice back"`
	Number       string           `json:"number" example:"INV-2026-0001"`
	Statement    string           `json:"statement_id,omitempty" doc:"That it was made of; absent for a credit note to an invoice"`
	Credits      string           `json:"credits_id,omitempty" doc:"The invoice that a credit note takes back"`
	IssuedOn     string           `json:"issued_on" format:"date"`
	DueOn        string           `json:"due_on" format:"date"`
	Net          Money            `json:"net"`
	Tax          Money            `json:"tax"`
	Payable      Money            `json:"payable"`
	Left         Money            `json:"left" doc:"Of an invoice what is still to be paid, of a credit note what is not applied"`
	Standing     string           `json:"standing,omitempty" enum:"open,partly paid,overdue,paid,credited" doc:"Absent for a credit note"`
	Hash         string           `json:"hash"`
	IssuedAt     time.Time        `json:"issued_at"`
	IssuedBy     string           `json:"issued_by"`
	Acknowledged *Acknowledgement `json:"acknowledged,omitempty"`
}

// Acknowledgement says who of the client has the invoice.
type Acknowledgement struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Words string    `json:"words,omitempty"`
}

func summaryOf(s ops.Summary) Summary {
	out := Summary{
		ID: s.ID, Kind: string(s.Kind), Purpose: string(s.Purpose), Number: s.Number, Statement: s.Statement, Credits: s.Credits, IssuedOn: s.IssuedOn.String(), DueOn: s.DueOn.String(),
		Net: moneyOf(s.Net), Tax: moneyOf(s.Tax), Payable: moneyOf(s.Payable), Left: moneyOf(s.Left), Standing: string(s.Standing), Hash: s.Hash, IssuedAt: s.IssuedAt, IssuedBy: s.IssuedBy,
	}
	if a := s.Acknowledged; !a.At.IsZero() {
		out.Acknowledged = &Acknowledgement{a.At, a.By, a.Words}
	}
	return out
}

// Invoice is an invoice or credit note with its lines.
type Invoice struct {
	Summary
	PurchaseOrder string   `json:"purchase_order,omitempty"`
	PaymentLink   string   `json:"payment_link,omitempty"`
	Note          string   `json:"note,omitempty"`
	Reason        string   `json:"reason,omitempty" doc:"Of a credit note"`
	Taxed         Taxed    `json:"taxed"`
	Lines         []Line   `json:"lines" nullable:"false"`
	CreditNotes   []string `json:"credit_note_ids" nullable:"false"`

	DueReason  string      `json:"due_reason,omitempty" doc:"Where the due day comes from: the contract, the client's billing profile, or a person"`
	Discount   *Discount   `json:"discount,omitempty" doc:"What is taken off when all that is left is paid by the day; absent: nothing, or no longer"`
	LateCharge *LateCharge `json:"late_charge,omitempty" doc:"As of today; absent: none is agreed, or nothing is overdue"`
}

// Discount is what paying early is worth.
type Discount struct {
	Until   string `json:"until" format:"date"`
	Amount  string `json:"amount" example:"280.00"`
	Why     string `json:"why" example:"2 % of 14,000.00"`
	Settles string `json:"settles" doc:"The payment that settles the invoice" example:"13720.00"`
}

// Taxed says how the document is taxed.
type Taxed struct {
	Treatment string `json:"treatment" enum:"standard,reverse-charge,none"`
	Category  string `json:"category,omitempty" example:"VAT"`
	Percent   string `json:"percent,omitempty" example:"19 %"`
	Reason    string `json:"reason,omitempty"`
}

// Line is one charge. Quantity x price = net.
type Line struct {
	No       int    `json:"no"`
	From     int    `json:"from" doc:"Number of the line of the statement; of a credit note to an invoice, that of the invoice"`
	Clause   string `json:"clause"`
	Kind     string `json:"kind"`
	Text     string `json:"text"`
	Detail   string `json:"detail,omitempty"`
	Quantity string `json:"quantity"`
	Unit     string `json:"unit,omitempty" doc:"UN/ECE recommendation 20" example:"HUR"`
	Price    string `json:"price"`
	Net      string `json:"net"`
	Tax      string `json:"tax"`
	Due      string `json:"due" doc:"What is to be paid for it: with tax, less the deductions that fall on it"`
	Paid     string `json:"paid"`
}

func invoiceOf(inv ops.Invoice) Invoice {
	d := inv.Document
	out := Invoice{
		Summary: summaryOf(inv.Summary), PurchaseOrder: d.PurchaseOrder, PaymentLink: d.PaymentLink, Note: d.Note, Reason: d.Reason, CreditNotes: []string{}, Lines: []Line{},
		Taxed: Taxed{Treatment: string(d.Tax.Treatment), Category: d.Tax.Category, Reason: d.Tax.Reason},
	}
	if d.Tax.Percent != nil {
		out.Taxed.Percent = d.Tax.Percent.String()
	}
	for _, l := range d.Lines {
		out.Lines = append(out.Lines, Line{
			No: l.No, From: l.From, Clause: l.Clause, Kind: string(l.Kind), Text: l.Text, Detail: l.Detail, Quantity: l.Quantity, Unit: string(l.Unit), Price: l.Price,
			Net: l.Net.String(), Tax: l.Tax.String(), Due: l.Due.String(), Paid: inv.Book.Paid(inv.ID, l.No).String(),
		})
	}
	out.DueReason = d.DueWhy
	if e := inv.Early; e != nil {
		out.Discount = &Discount{e.Until.String(), e.Full.String(), e.Why, inv.Left.Sub(e.Full).String()}
	}
	if inv.LateBasis != nil {
		late := lateOf(*inv.LateBasis)
		out.LateCharge = &late
	}
	for _, n := range inv.Notes {
		out.CreditNotes = append(out.CreditNotes, n.ID)
	}
	return out
}

func answer(inv ops.Invoice, err error) (*api.Answer[Invoice], error) {
	if err != nil {
		return nil, err
	}
	return &api.Answer[Invoice]{Body: invoiceOf(inv)}, nil
}

func (o *Operations) list(ctx context.Context, in *struct {
	OfClient
	api.Page
}) (*api.Answer[api.List[Summary]], error) {
	found := []Summary{}
	for page := 1; ; page++ {
		p, err := o.Billing.Invoices(ctx, access.ActorFrom(ctx), in.Client, page)
		if err != nil {
			return nil, err
		}
		for _, s := range p.Invoices {
			found = append(found, summaryOf(s))
		}
		if len(p.Invoices) < ops.PageSize || enough(found, in.Page) {
			return api.Cut(in.Page, found, func(s Summary) string { return s.ID })
		}
	}
}

// enough reports whether the stretch that is asked for, and one invoice more, is there.
func enough(found []Summary, p api.Page) bool {
	begin := 0
	if p.After != "" {
		begin = 1 + slices.IndexFunc(found, func(s Summary) bool { return s.ID == p.After })
		if begin == 0 {
			return false
		}
	}
	return len(found)-begin > p.Limit
}

func (o *Operations) get(ctx context.Context, in *Of) (*api.Answer[Invoice], error) {
	return answer(o.find(ctx, *in))
}

// Issue says what a person says of an invoice.
type Issue struct {
	Statement     string `json:"statement" maxLength:"64" doc:"Id of the locked statement"`
	IssuedOn      string `json:"issued_on,omitempty" format:"date" doc:"From the day of the lock until today, in the zone of the contract. Absent: today"`
	DueOn         string `json:"due_on,omitempty" format:"date" doc:"Absent: by the contract, or by the terms in the client's billing profile where it says nothing. A day before the contract's is refused"`
	PurchaseOrder string `json:"purchase_order,omitempty" maxLength:"40"`
	PaymentLink   string `json:"payment_link,omitempty" maxLength:"500" doc:"Where the client can pay online, https"`
	Note          string `json:"note,omitempty" maxLength:"1000"`
}

func (o *Operations) issue(ctx context.Context, in *struct {
	OfClient
	Body Issue
}) (*api.Answer[Invoice], error) {
	b := in.Body
	issued, err := day("issued_on", b.IssuedOn)
	if err != nil {
		return nil, err
	}
	due, err := day("due_on", b.DueOn)
	if err != nil {
		return nil, err
	}
	terms := billing.Terms{IssuedOn: issued, DueOn: due, PurchaseOrder: b.PurchaseOrder, PaymentLink: b.PaymentLink, Note: b.Note}
	return answer(o.Billing.Issue(ctx, access.ActorFrom(ctx), ops.IssueInput{Statement: b.Statement, Client: in.Client, Terms: terms}))
}

// Credit says what is taken back.
type Credit struct {
	Reason   string       `json:"reason" minLength:"1" maxLength:"1000"`
	IssuedOn string       `json:"issued_on,omitempty" format:"date" doc:"Absent: today"`
	Lines    []LineAmount `json:"lines,omitempty" doc:"Net amounts by line of the invoice; absent: all that is left"`
}

func (o *Operations) credit(ctx context.Context, in *struct {
	Of
	Body Credit
}) (*api.Answer[Invoice], error) {
	if _, err := o.find(ctx, in.Of); err != nil {
		return nil, err
	}
	on, err := day("issued_on", in.Body.IssuedOn)
	if err != nil {
		return nil, err
	}
	lines, err := byLine(in.Body.Lines)
	if err != nil {
		return nil, err
	}
	return answer(o.Billing.Credit(ctx, access.ActorFrom(ctx), ops.CreditInput{Invoice: in.Invoice, Reason: in.Body.Reason, IssuedOn: on, Lines: lines}))
}

// Acknowledge is a word for the agency.
type Acknowledge struct {
	Words string `json:"words,omitempty" maxLength:"1000"`
}

func (o *Operations) acknowledge(ctx context.Context, in *struct {
	Of
	Body *Acknowledge
}) (*api.Answer[Invoice], error) {
	if _, err := o.find(ctx, in.Of); err != nil {
		return nil, err
	}
	words := ""
	if in.Body != nil {
		words = in.Body.Words
	}
	return answer(o.Billing.Acknowledge(ctx, access.ActorFrom(ctx), in.Invoice, words))
}

// form is one way to write an invoice.
type form struct {
	path, id, summary, media, extension string
	write                               func(o *Operations, ctx context.Context, inv ops.Invoice) ([]byte, error)
}

var forms = []form{
	{"pdf", "downloadInvoicePDF", "Download an invoice as PDF", "application/pdf", ".pdf", func(_ *Operations, _ context.Context, inv ops.Invoice) ([]byte, error) {
		return paper.PDF(inv.Document)
	}},
	{"gobl", "downloadInvoiceGOBL", "Download an invoice as GOBL", "application/json", ".json", func(o *Operations, ctx context.Context, inv ops.Invoice) ([]byte, error) {
		return o.Billing.GOBL(ctx, access.ActorFrom(ctx), inv.ID)
	}},
	{"ubl", "downloadInvoiceUBL", "Download an invoice as UBL 2.1 after EN 16931", "application/xml", ".xml", func(o *Operations, ctx context.Context, inv ops.Invoice) ([]byte, error) {
		envelope, err := o.Billing.GOBL(ctx, access.ActorFrom(ctx), inv.ID)
		if err != nil {
			return nil, err
		}
		return einvoice.UBL(envelope)
	}},
}

func (o *Operations) download(f form) func(context.Context, *Of) (*api.Download, error) {
	return func(ctx context.Context, in *Of) (*api.Download, error) {
		inv, err := o.find(ctx, *in)
		if err != nil {
			return nil, err
		}
		body, err := f.write(o, ctx, inv)
		if err != nil {
			return nil, err
		}
		return api.Stream(f.media, inv.Number+f.extension, func(_ context.Context, w io.Writer) error {
			_, err := w.Write(body)
			return err
		}), nil
	}
}
