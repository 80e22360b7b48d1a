package app

import (
	"context"
	"slices"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	attributionops "github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// scoreOf puts what a specialist did and was paid beside what its touches are credited with, in the last twelve months or since its contract began.
func (p *Program) scoreOf(ctx context.Context, actor access.Actor, c contractops.Contract, a contract.Agreement) (engagement.Score, error) {
	done, err := p.Fees.OutputUnder(ctx, actor, c.ID)
	if err != nil {
		return engagement.Score{}, err
	}
	out := engagement.Score{Known: done.Import > 0, Statements: done.Statements, Paid: done.Payable, Minutes: done.Minutes, Handed: done.Handed, Accepted: done.Accepted, Missed: done.Missed,
		Charged: done.FromFees, ForMonth: done.Months, PaidThen: done.Then}
	months, err := p.Fees.StatementsUnder(ctx, actor, c.ID)
	if err != nil {
		return out, err
	}
	for _, s := range months {
		out.Months = append(out.Months, engagement.Statement{ID: s.ID, Period: s.Period, State: string(s.State), Total: s.Total})
	}
	out.Credited, err = p.outcomeOf(ctx, actor, c, a)
	return out, err
}

// outcomeOf is the credit of the providers whose touches the contract pays for; nil where it names none, or no month of it is over.
func (p *Program) outcomeOf(ctx context.Context, actor access.Actor, c contractops.Contract, a contract.Agreement) (*engagement.Brought, error) {
	names := providersOf(a)
	last := cal.MonthOf(cal.DateOf(p.Now(), a.First().Zone)).Previous()
	from := cal.MonthOf(a.First().Effective)
	if year := cal.MonthOf(last.First().AddMonths(-11, 1)); from.First().Before(year.First()) {
		from = year
	}
	if len(names) == 0 || last.First().Before(from.First()) {
		return nil, nil
	}
	returns, err := p.attribution().Return(ctx, actor, c.Client, attributionops.ReturnsInput{From: from, To: last, By: attribution.ByProvider})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		return nil, nil // there is no evidence or no rule to credit by
	}
	if err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(returns.Returns.Rows, func(r attribution.ReturnRow) bool {
		return r.Kind != attribution.Named || !slices.Contains(names, r.Name)
	})
	if len(rows) != 1 {
		return nil, nil // without a touch nobody knows; the deals of several names cannot be added up
	}
	total := rows[0].Total
	out := &engagement.Brought{In: returns.Period, Revenue: total.Revenue, Deals: total.Deals}
	if total.Spent {
		out.Spend = &total.Spend
	}
	if multiple, ok := total.Multiple(); ok {
		out.Return = &multiple
	}
	return out, nil
}

// providersOf are the names under which the CRM knows the provider, as its contract gives them.
func providersOf(a contract.Agreement) []string {
	var out []string
	for _, t := range a.Versions {
		out = append(out, t.Agency)
		for _, clause := range t.Clauses {
			if share, ok := clause.(contract.RevenueShare); ok && share.Attribution.Credits.By == "providers" {
				out = append(out, share.Attribution.Credits.Values...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
