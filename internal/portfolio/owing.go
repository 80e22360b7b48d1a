package portfolio

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Owing is what of a client is to be invoiced, and what it owes: since before today, and later.
type Owing struct {
	ToInvoice []ToInvoice
	Overdue   []Overdue
	Open      []Open
}

// ToInvoice is what is payable of a locked statement that has no invoice; below zero, what its credit note gives back.
type ToInvoice struct {
	Statement string // id
	Period    cal.Period
	Amount    money.Amount
}

// Overdue is what is left to pay of an invoice that was due before today.
type Overdue struct {
	Invoice string // id
	Number  string
	DueOn   cal.Date
	Amount  money.Amount
}

// Open is what is left to pay of an invoice that is due today or later.
type Open struct {
	Invoice  string // id
	Number   string
	DueOn    cal.Date
	Amount   money.Amount
	Discount money.Amount // for paying all of it early; zero: there is none to be had
	Until    cal.Date     // the last day of the discount
}

// Due are the sums of an owing in one currency.
type Due struct {
	ToInvoice, Overdue, Open money.Amount
	Statements               int      // of which something is to be invoiced
	Since                    cal.Date // the earliest day on which something overdue was due
	Next                     cal.Date // the earliest day on which something open is due
}

// Sums are the sums by currency, in the order in which the currencies first occur.
func (o Owing) Sums() []Due {
	var out []Due
	of := func(c money.Currency) *Due {
		for i := range out {
			if out[i].Overdue.Currency == c {
				return &out[i]
			}
		}
		out = append(out, Due{ToInvoice: money.New(0, c), Overdue: money.New(0, c), Open: money.New(0, c)})
		return &out[len(out)-1]
	}
	for _, x := range o.ToInvoice {
		d := of(x.Amount.Currency)
		d.ToInvoice, d.Statements = d.ToInvoice.Add(x.Amount), d.Statements+1
	}
	for _, x := range o.Overdue {
		d := of(x.Amount.Currency)
		d.Overdue = d.Overdue.Add(x.Amount)
		if d.Since.IsZero() || x.DueOn.Before(d.Since) {
			d.Since = x.DueOn
		}
	}
	for _, x := range o.Open {
		d := of(x.Amount.Currency)
		d.Open = d.Open.Add(x.Amount)
		if d.Next.IsZero() || x.DueOn.Before(d.Next) {
			d.Next = x.DueOn
		}
	}
	return out
}

// Waits lists what an owing waits for: the agency issues, the client pays.
func (o Owing) Waits() []Wait {
	var out []Wait
	for _, x := range o.Overdue {
		out = append(out, Wait{On: contract.ClientSide, Act: access.InvoiceAcknowledge, What: fmt.Sprintf("Pay %s: %s is open", x.Number, x.Amount.FormatWith()), By: x.DueOn, Late: true, Room: "invoices", ID: x.Invoice})
	}
	for _, x := range o.Open {
		w := Wait{On: contract.ClientSide, Act: access.InvoiceAcknowledge, What: fmt.Sprintf("Pay %s: %s is open", x.Number, x.Amount.FormatWith()), By: x.DueOn, Room: "invoices", ID: x.Invoice}
		if x.Discount.Minor > 0 {
			w.What += fmt.Sprintf("; %s less if all is paid until %s", x.Discount.Format(), x.Until.Words())
		}
		out = append(out, w)
	}
	for _, x := range o.ToInvoice {
		what := fmt.Sprintf("Issue the invoice of %s: %s is payable", x.Period.Words(), x.Amount.FormatWith())
		if x.Amount.Minor < 0 {
			what = fmt.Sprintf("Issue the credit note of %s: it gives back %s", x.Period.Words(), x.Amount.Neg().FormatWith())
		}
		out = append(out, Wait{On: contract.AgencySide, Act: access.InvoiceIssue, What: what, Room: "invoices"})
	}
	return out
}
