package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// figures are the parts of a final settlement as they come together.
type figures map[engagement.PartKey]engagement.Figure

func (f figures) put(key engagement.PartKey, p fees.EndPart) {
	out := engagement.Figure{Amount: p.Amount, Basis: p.Basis, Source: p.Source, Open: p.Open}
	for _, r := range p.Rows {
		out.Rows = append(out.Rows, engagement.Row{Text: r.Text, Clause: r.Clause, Ref: r.Ref, Amount: r.Amount})
	}
	f[key] = out
}

// knownFigures are the parts of a final settlement that the terms, the locked statements, the invoices and payments and the evidence of a client give, and of every other part what they
// lack. An account that several contracts share belongs to none of them alone, and fees are known when all months until the end are locked.
func (p *Program) knownFigures(ctx context.Context, actor access.Actor, client, contractID string) (map[engagement.PartKey]engagement.Figure, error) {
	contracts, err := p.Contracts.Contracts(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	sharing := 0
	agreements := map[string]contract.Agreement{}
	for _, c := range contracts {
		if a, err := c.Agreement(); err == nil {
			agreements[c.ID] = a
		}
	}
	own, ok := agreements[contractID]
	if !ok {
		return nil, nil
	}
	terms := own.Latest()
	for _, a := range agreements {
		if a.First().Currency == terms.Currency {
			sharing++
		}
	}
	out := figures{}
	if err := p.account(ctx, actor, client, terms.Currency, sharing, out); err != nil {
		return nil, err
	}
	end, ends := terms.End()
	if !ends {
		return out, nil
	}
	known, err := p.Fees.AtEnd(ctx, actor, contractID)
	if err != nil {
		return nil, err
	}
	for key, part := range map[engagement.PartKey]fees.EndPart{engagement.RetainerBalance: known.Balance, engagement.TailFees: known.Tail, engagement.ClawbackReserve: known.Reserve,
		engagement.Commitments: known.Commitments, engagement.MediaCredits: known.Credits, engagement.Disputed: known.Disputed} {
		out.put(key, part)
	}
	return out, p.uninvoiced(ctx, actor, client, contractID, terms, end, known, out)
}

// account is what is invoiced and not paid, and what the records know of the client's money.
func (p *Program) account(ctx context.Context, actor access.Actor, client string, currency money.Currency, sharing int, out figures) error {
	accounts, err := p.Billing.Accounts(ctx, actor, client, cal.Period{})
	if err != nil {
		return err
	}
	zero := money.New(0, currency)
	open := fees.EndPart{Amount: zero, Basis: "Nothing was invoiced.", Source: "the statement of account"}
	funds := fees.EndPart{Amount: zero, Open: "Money that the agency holds for vendors is not kept here; open invoices deduct what was paid on account."}
	for _, a := range accounts.Accounts {
		if a.Currency == currency {
			open.Amount = a.Balance()
			open.Basis = fmt.Sprintf("%s open, less %s on account, as of %s", a.Open().Format(), a.OnAccount().Format(), accounts.Today.Words())
			open.Rows = openBills(a)
			if on := a.OnAccount(); !on.IsZero() {
				funds.Rows = append(funds.Rows, fees.EndRow{Text: "Paid on account, deducted from open invoices", Amount: &on})
			}
		}
	}
	if sharing > 1 {
		open.Open = fmt.Sprintf("%d contracts share the account in %s.", sharing, currency)
	}
	out.put(engagement.OpenInvoices, open)
	out.put(engagement.ClientFunds, funds)
	return nil
}

// openBills are the invoices with something left, and what is on account.
func openBills(a billingops.Account) []fees.EndRow {
	var out []fees.EndRow
	for _, bill := range a.Bills {
		if left := a.LeftOf(bill); !left.IsZero() {
			out = append(out, fees.EndRow{Text: "Invoice " + bill.Number, Amount: &left})
		}
	}
	if on := a.OnAccount().Neg(); !on.IsZero() {
		out = append(out, fees.EndRow{Text: "Paid and not applied", Amount: &on})
	}
	return out
}

// uninvoiced divides what of locked statements is payable and not invoiced into fees, what was earned by performance, and what the tail earned.
func (p *Program) uninvoiced(ctx context.Context, actor access.Actor, client, contractID string, terms contract.Terms, end cal.Date, known feesops.AtEnd, out figures) error {
	owing, err := p.Billing.Owing(ctx, actor, client)
	if err != nil {
		return err
	}
	zero := money.New(0, terms.Currency)
	parts := map[engagement.PartKey]*fees.EndPart{
		engagement.ProratedFees: {Amount: zero, Basis: "Lines of retainers, hours, media and other fees, prorated as the contract says"},
		engagement.EarnedFees:   {Amount: zero, Basis: "Lines of revenue shares, bonus and results"},
		engagement.TailFees:     &known.Tail,
	}
	for _, w := range owing.Waiting {
		st, err := p.Fees.Statement(ctx, actor, w.Statement)
		if err != nil {
			return err
		}
		if st.Contract != contractID {
			continue
		}
		other, performance := fees.PayableAtEnd(st.ID, st.Document.Statement, st.Life.Lines, st.Terms)
		into := map[engagement.PartKey][]fees.EndRow{engagement.ProratedFees: other, engagement.EarnedFees: performance}
		if !st.Period.From.Before(end) {
			into = map[engagement.PartKey][]fees.EndRow{engagement.TailFees: append(other, performance...)}
		}
		for key, rows := range into {
			for _, r := range rows {
				parts[key].Amount = parts[key].Amount.Add(*r.Amount)
			}
			parts[key].Rows = append(parts[key].Rows, rows...)
		}
	}
	for _, key := range []engagement.PartKey{engagement.ProratedFees, engagement.EarnedFees} {
		if parts[key].Source = "locked statements that are not invoiced"; len(parts[key].Rows) == 0 {
			parts[key].Source = "locked statements until the end, all of them invoiced"
		}
		if known.Missing {
			parts[key].Open = known.First.Words() + " stands on no locked statement yet."
		}
	}
	if len(known.Undone) > 0 && !known.Missing {
		parts[engagement.EarnedFees].Open = "Nobody has decided about " + strings.Join(known.Undone[:min(8, len(known.Undone))], ", ") + " yet."
	}
	for key, part := range parts {
		out.put(key, *part)
	}
	return nil
}
