package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerCash(a *api.API) {
	api.Register(a, operation(http.MethodGet, "/clients/{client}/account", "getAccount", "Read the statement of account of a client", access.InvoiceSee), o.account)
	record := created(payments, "recordPayment", "Record money that came in, and what it pays", access.PaymentRecord)
	record.Description = "It pays the oldest line first, one invoice, or the lines that are named. More than what is open is refused unless the rest is kept on account. The same day, amount and reference are refused. A payment that came in by the day until which the contract gives a discount takes it: a credit note is issued for what is taken off."
	api.Register(a, record, o.pay)
	api.Register(a, created(payments+"/refund", "recordRefund", "Record that money on account went back to the client", access.PaymentRecord), o.refund)
	api.Register(a, operation(http.MethodPost, payments+"/apply", "applyOnAccount", "Let what is on account pay the oldest open lines", access.PaymentRecord), o.apply)
	api.Register(a, created(payments+"/{payment}/reverse", "reversePayment", "Take a payment or refund out as if it had not been recorded", access.PaymentRecord), o.reverse)
}

// Pay is money that came in.
type Pay struct {
	Amount    string       `json:"amount,omitempty" maxLength:"40" example:"14000.00" doc:"Absent with lines: their sum"`
	Currency  string       `json:"currency,omitempty" maxLength:"3" doc:"Absent: the only one in which the client was invoiced"`
	PaidOn    string       `json:"paid_on" format:"date"`
	Reference string       `json:"reference,omitempty" maxLength:"140" doc:"As the bank writes it"`
	Note      string       `json:"note,omitempty" maxLength:"1000"`
	Invoice   string       `json:"invoice,omitempty" maxLength:"64" doc:"Pays this one alone"`
	Lines     []LineAmount `json:"lines,omitempty" doc:"Of the invoice, with tax"`
	KeepRest  bool         `json:"keep_rest,omitempty" doc:"What is more than what is open stays on account"`
}

func (b Pay) input(client string) (ops.PaymentInput, error) {
	on, err := day("paid_on", b.PaidOn)
	if err != nil {
		return ops.PaymentInput{}, err
	}
	lines, err := byLine(b.Lines)
	if err == nil && lines != nil && b.Invoice == "" {
		err = fault.New(fault.Invalid, "invoice-missing", "Name the invoice that the lines are of.").At("invoice")
	}
	return ops.PaymentInput{Client: client, Currency: b.Currency, Amount: b.Amount, PaidOn: on, Reference: b.Reference, Note: b.Note, Invoice: b.Invoice, Lines: lines, KeepRest: b.KeepRest}, err
}

// Payment is money that came in or went back, or a reversal.
type Payment struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"receipt,refund,reversal"`
	Amount    Money     `json:"amount" doc:"Negative for a refund, and for the reversal of a receipt"`
	PaidOn    string    `json:"paid_on" format:"date"`
	Reference string    `json:"reference,omitempty"`
	Note      string    `json:"note,omitempty"`
	At        time.Time `json:"recorded_at"`
	By        string    `json:"recorded_by"`
	Applied   []Applied `json:"applied" nullable:"false"`
	OnAccount string    `json:"on_account" doc:"What of it is not applied"`

	Discounts []TakenDiscount `json:"discounts,omitempty" doc:"Taken by a payment that was just recorded, by being early; of a reversal, charged again"`
	Missed    []string        `json:"missed,omitempty" doc:"Why a payment that was just recorded took no discount where one is agreed"`
}

// TakenDiscount is what paying early took off an invoice.
type TakenDiscount struct {
	Invoice  string `json:"invoice"`
	Document string `json:"document_id" doc:"The credit note; of a reversal, the invoice that asks for it again"`
	Number   string `json:"document"`
	Amount   string `json:"amount"`
}

// Applied is a part of a payment that pays a line.
type Applied struct {
	Target string `json:"target_id" doc:"An invoice, or a refund"`
	Line   int    `json:"line"`
	Amount string `json:"amount"`
}

func paymentOf(p ops.Payment) Payment {
	out := Payment{ID: p.ID, Kind: string(p.Kind), Amount: moneyOf(p.Amount), PaidOn: p.PaidOn.String(), Reference: p.Reference, Note: p.Note, At: p.At, By: p.By, Applied: []Applied{}, OnAccount: p.OnAccount.String()}
	for _, a := range p.Applied {
		out.Applied = append(out.Applied, Applied{a.Target, a.Line, p.InCurrency(a.Minor).String()})
	}
	out.Missed = p.Missed
	for _, d := range p.Discounts {
		out.Discounts = append(out.Discounts, TakenDiscount{d.Invoice, d.Document, d.Number, d.Amount.String()})
	}
	return out
}

func paid(p ops.Payment, err error) (*api.Answer[Payment], error) {
	if err != nil {
		return nil, err
	}
	return &api.Answer[Payment]{Body: paymentOf(p)}, nil
}

func (o *Operations) pay(ctx context.Context, in *struct {
	OfClient
	Body Pay
}) (*api.Answer[Payment], error) {
	input, err := in.Body.input(in.Client)
	if err != nil {
		return nil, err
	}
	return paid(o.Billing.RecordPayment(ctx, access.ActorFrom(ctx), input))
}

// GiveBack is money on account that went back.
type GiveBack struct {
	Amount    string `json:"amount" maxLength:"40" example:"500.00"`
	Currency  string `json:"currency,omitempty" maxLength:"3"`
	PaidOn    string `json:"paid_on" format:"date"`
	Reference string `json:"reference,omitempty" maxLength:"140"`
	Note      string `json:"note,omitempty" maxLength:"1000"`
}

func (o *Operations) refund(ctx context.Context, in *struct {
	OfClient
	Body GiveBack
}) (*api.Answer[Payment], error) {
	b := in.Body
	input, err := Pay{Amount: b.Amount, Currency: b.Currency, PaidOn: b.PaidOn, Reference: b.Reference, Note: b.Note}.input(in.Client)
	if err != nil {
		return nil, err
	}
	return paid(o.Billing.Refund(ctx, access.ActorFrom(ctx), input))
}

// Apply says where to.
type Apply struct {
	Currency string `json:"currency,omitempty" maxLength:"3"`
	Invoice  string `json:"invoice,omitempty" maxLength:"64" doc:"Absent: the oldest line first"`
}

// AppliedSum is how much was applied.
type AppliedSum struct {
	Applied Money `json:"applied"`
}

func (o *Operations) apply(ctx context.Context, in *struct {
	OfClient
	Body *Apply
}) (*api.Answer[AppliedSum], error) {
	var b Apply
	if in.Body != nil {
		b = *in.Body
	}
	sum, err := o.Billing.ApplyOnAccount(ctx, access.ActorFrom(ctx), in.Client, b.Currency, b.Invoice)
	if err != nil {
		return nil, err
	}
	return &api.Answer[AppliedSum]{Body: AppliedSum{moneyOf(sum)}}, nil
}

// Reverse says why.
type Reverse struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

func (o *Operations) reverse(ctx context.Context, in *struct {
	OfClient
	Payment string `path:"payment" maxLength:"64" doc:"Id of the payment"`
	Body    Reverse
}) (*api.Answer[Payment], error) {
	return paid(o.Billing.Reverse(ctx, access.ActorFrom(ctx), in.Client, in.Payment, in.Body.Reason))
}

// Account is what a client was invoiced and has paid.
type Account struct {
	AsOf     string    `json:"as_of" format:"date"`
	Accounts []Sheet   `json:"accounts" nullable:"false" doc:"One a currency"`
	Payments []Payment `json:"payments" nullable:"false" doc:"The newest first"`
}

// Sheet is the account in one currency.
type Sheet struct {
	Currency  string  `json:"currency"`
	Open      string  `json:"open"`
	OnAccount string  `json:"on_account"`
	Balance   string  `json:"balance"`
	Ages      []Age   `json:"ages" nullable:"false"`
	Accrued   string  `json:"late_charge" doc:"Accrued for paying late as of today and not charged yet"`
	Opening   string  `json:"opening" doc:"Balance before the first day"`
	Entries   []Entry `json:"entries" nullable:"false"`
	Closing   string  `json:"closing"`
}

// Age is what is open by how long it is overdue.
type Age struct {
	Overdue string `json:"overdue" example:"1 to 30 days"`
	Open    string `json:"open"`
}

// Entry is a line of the account.
type Entry struct {
	On      string `json:"on" format:"date"`
	ID      string `json:"id"`
	Kind    string `json:"kind" enum:"invoice,credit-note,receipt,refund,reversal"`
	Name    string `json:"name"`
	Charged string `json:"charged"`
	Paid    string `json:"paid"`
	Balance string `json:"balance"`
}

func (o *Operations) account(ctx context.Context, in *struct {
	OfClient
	From string `query:"from" format:"date" doc:"First day; absent: from the beginning"`
	To   string `query:"to" format:"date" doc:"Last day; absent: to the end"`
}) (*api.Answer[Account], error) {
	from, err := day("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := day("to", in.To)
	if err != nil {
		return nil, err
	}
	if !to.IsZero() {
		to = to.AddDays(1)
	}
	found, err := o.Billing.Accounts(ctx, access.ActorFrom(ctx), in.Client, cal.Period{From: from, To: to})
	if err != nil {
		return nil, err
	}
	out := Account{AsOf: found.Today.String(), Accounts: []Sheet{}, Payments: []Payment{}}
	for _, a := range found.Accounts {
		out.Accounts = append(out.Accounts, sheetOf(a))
	}
	for _, p := range found.Payments {
		out.Payments = append(out.Payments, paymentOf(p))
	}
	return &api.Answer[Account]{Body: out}, nil
}

func sheetOf(a ops.Account) Sheet {
	out := Sheet{
		Currency: string(a.Currency), Open: a.Open().String(), OnAccount: a.OnAccount().String(), Balance: a.Balance().String(), Ages: []Age{}, Accrued: a.Accrued().String(),
		Opening: a.Sheet.Opening.String(), Entries: []Entry{}, Closing: a.Sheet.Closing.String(),
	}
	for _, age := range a.Ages {
		out.Ages = append(out.Ages, Age{age.Words, age.Open.String()})
	}
	for _, e := range a.Sheet.Entries {
		out.Entries = append(out.Entries, Entry{e.On.String(), e.ID, e.Kind, e.Name, e.Charge.String(), e.Payment.String(), e.Balance.String()})
	}
	return out
}
