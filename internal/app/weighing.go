package app

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// weighingOf is what the client's contracts in force say that decides how much an issue of the evidence matters; nil while there is none. A
// contract that is accepted and begins later counts as it begins.
func (p *Program) weighingOf(ctx context.Context, client string) *crm.Weighing {
	list, err := p.Contracts.Contracts(ctx, access.ActorFrom(ctx), client)
	if err != nil {
		return nil
	}
	var inForce []contract.Terms
	for _, c := range list {
		agreement, err := c.Agreement()
		if err != nil {
			continue
		}
		first := agreement.First()
		terms, ok := agreement.InForce(cal.DateOf(p.Now(), first.Zone))
		if !ok {
			terms = first
		}
		inForce = append(inForce, terms)
	}
	return weighing(inForce...)
}

// weighing joins what the terms of several contracts say: what decides by one of them decides.
func weighing(all ...contract.Terms) *crm.Weighing {
	if len(all) == 0 {
		return nil
	}
	w := &crm.Weighing{Currency: all[0].Currency}
	held := false
	for _, terms := range all {
		if terms.Currency != w.Currency {
			w.Currency = "" // no single one is that of the contract
		}
		for _, c := range terms.Clauses {
			share, ok := c.(contract.RevenueShare)
			if !ok {
				continue
			}
			closed := share.Base.Revenue == "closed"
			w.DealsEarn = true
			w.AmountDecides = w.AmountDecides || closed
			w.PaymentsDecide = w.PaymentsDecide || !closed
			w.RefundsDecide = w.RefundsDecide || share.Base.Refunds == "deducted"
			w.TypeDecides = w.TypeDecides || share.Base.NewBy == "crm-type" && share.Base.UnknownType != "eligible"
			held = held || closed && share.OtherCurrency != "home-amount"
		}
	}
	w.HomeAmount = w.AmountDecides && !held
	return w
}
