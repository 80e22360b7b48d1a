package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// ReturnsInput is which months to look at, and how.
type ReturnsInput struct {
	From, To cal.Month // both included; zero: the twelve months up to this one
	AsOf     int64     // number of an import; 0 for the newest
	By       attribution.By
	Margin   string // gross margin, such as "60 %"; empty: not stated, and no ROMI is told
	Asked    Asked
}

// Returns is what marketing brought and cost, by channel, campaign or provider and month.
type Returns struct {
	ReturnsInput
	Latest  int64
	Marks   []ImportMark
	Period  cal.Period
	Clauses []Clause
	Rules   []Rule
	Gross   *money.Ratio // the margin that was stated; nil: none was
	Returns attribution.Returns
	LeftOut []LeftOut                  // won deals that no month counts
	Fees    map[cal.Month]money.Amount // of the agency, by locked statements; what is bought at cost is not among them. A month that is not there is not locked
	New     map[cal.Month]int          // won deals of customers that the CRM calls new
	NewTold bool                       // it tells that of every won deal
}

// NewDeals sums New.
func (v Returns) NewDeals() (n int) {
	for _, deals := range v.New {
		n += deals
	}
	return n
}

// Cost is what was spent, and charged by the agency, over the months. Not ok: a month is not locked, so that its fee is not known.
func (v Returns) Cost() (cost money.Amount, ok bool) {
	cost = v.Returns.Total.Total.Spend
	for _, m := range v.Returns.Months {
		fee, locked := v.Fees[m]
		if !locked {
			return cost, false
		}
		cost = cost.Add(fee)
	}
	return cost, true
}

// Return computes it, each deal credited by the rule of its day. Who: EvidenceSee. Faults: NotFound for an import or clause that is not there; Invalid at
// "from", "to", "by", "margin", "model", "lookback", "edge".
func (s *Service) Return(ctx context.Context, actor access.Actor, client string, in ReturnsInput) (Returns, error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return Returns{}, err
	}
	if in.By == "" {
		in.By = attribution.ByChannel
	}
	v := Returns{ReturnsInput: in}
	if !slices.Contains([]attribution.By{attribution.ByChannel, attribution.ByCampaign, attribution.ByProvider}, in.By) {
		return v, fault.New(fault.Invalid, "by", "Look at it by channel, campaign or provider.").At("by")
	}
	if in.Margin != "" {
		margin, err := money.ParsePercent(in.Margin)
		if err != nil || margin.Sign() <= 0 || margin.Cmp(money.NewRatio(1, 1)) > 0 {
			return v, fault.New(fault.Invalid, "margin", "Write the gross margin as a percentage above 0 %% and up to 100 %%, such as 60 %%.").At("margin")
		}
		v.Gross = &margin
	}
	c := Comparison{CompareInput: CompareInput{From: in.From, To: in.To, AsOf: in.AsOf, Asked: in.Asked}}
	if err := c.period(s.Now()); err != nil {
		return v, err
	}
	v.From, v.To, v.Period = c.From, c.To, c.Period
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if v.AsOf, v.Latest, err = asOf(ctx, tx, client, in.AsOf); err != nil {
			return err
		}
		if v.Marks, err = crmops.ImportMarks(ctx, tx, client, v.Latest, marksShown); err != nil {
			return err
		}
		contracts, err := boundOf(ctx, tx, client)
		if err != nil {
			return err
		}
		e, err := crmops.EvidenceAt(ctx, tx, client, v.AsOf)
		if err != nil {
			return err
		}
		if s.FeesOf != nil {
			if v.Fees, err = s.FeesOf(ctx, tx, client, c.Period); err != nil {
				return err
			}
		}
		return v.fill(&c, e, contracts, s.Now())
	})
	if err != nil {
		return Returns{}, fmt.Errorf("put credit beside spend: %w", err)
	}
	return v, nil
}

func (v *Returns) fill(c *Comparison, e crm.Evidence, contracts []bound, now time.Time) error {
	deals, err := c.deals(e.Deals, contracts, now)
	if err != nil {
		return err
	}
	v.Clauses, v.Rules = c.Clauses, c.Rules
	if _, ok := chosen(c.Clauses, v.Asked.Clause); !ok {
		return fault.New(fault.NotFound, "clause", "That revenue share governs none of these deals.")
	}
	currency := currencyOf(deals, c.Clauses)
	x := attribution.Link(&e.Snapshot)
	var credits []attribution.MonthCredit
	v.New, v.NewTold = map[cal.Month]int{}, true
	for _, w := range deals {
		total := totalOf(w.deal, w.rule.Clause)
		switch {
		case !total.Known:
			v.LeftOut = append(v.LeftOut, LeftOut{w.deal, total.Note})
			continue
		case total.Amount.Currency != currency:
			v.LeftOut = append(v.LeftOut, LeftOut{w.deal, fmt.Sprintf("It is in %s.", total.Amount.Currency)})
			continue
		}
		month := cal.MonthOf(w.deal.ClosedOn)
		journey, _ := x.Journey(w.deal, w.rule.path())
		credits = append(credits, attribution.MonthCredit{Month: month, Result: attribution.Credit(journey, w.rule.Model, w.rule.Lookback, total.Amount)})
		if w.deal.CustomerType == crm.CustomerNew {
			v.New[month]++
		}
		v.NewTold = v.NewTold && w.deal.CustomerType != ""
	}
	months := []cal.Month{}
	for m := v.From; !m.First().After(v.To.First()); m = m.Next() {
		months = append(months, m)
	}
	v.Returns = attribution.ReturnsOf(&e.Snapshot, months, currency, v.By, credits)
	return nil
}

// currencyOf is that of the contracts, else that of the most deals.
func currencyOf(deals []won, clauses []Clause) money.Currency {
	if len(clauses) > 0 {
		return clauses[0].Terms.Currency
	}
	counts := map[money.Currency]int{}
	best := money.Currency("USD")
	for _, w := range deals {
		if c := w.deal.Amount.Currency; w.deal.AmountKnown {
			if counts[c]++; counts[c] > counts[best] || counts[c] == counts[best] && c < best {
				best = c
			}
		}
	}
	return best
}
