package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// ReturnsInput is which months to look at, and how.
type ReturnsInput struct {
	From, To cal.Month // both included; zero: the twelve months up to the last one that is over, for a month that runs has no fee yet
	AsOf     int64     // number of an import; 0 for the newest
	By       attribution.By
	Margin   string // gross margin, such as "60 %" or "60"; empty: not stated, and no ROMI is told
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
	Others  map[attribution.By]attribution.Return // all together by the other groupings, which know the spend of other names and months
	LeftOut []LeftOut                             // won deals that no month counts
	Fees    map[cal.Month]money.Amount            // of the agency, by locked statements; what is bought at cost is not among them. A month that is not there is not locked
	New     map[cal.Month]int                     // won deals of customers that the CRM calls new, also those that no month counts the money of
	Untold  map[cal.Month]int                     // won deals of which it does not say whether the customer is new
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
	if !slices.Contains(groupings, in.By) {
		return v, fault.New(fault.Invalid, "by", "Look at it by channel, campaign or provider.").At("by")
	}
	if in.Margin != "" {
		margin, err := marginOf(in.Margin)
		if err != nil {
			return v, err
		}
		v.Gross = &margin
	}
	c := Comparison{CompareInput: CompareInput{From: in.From, To: in.To, AsOf: in.AsOf, Asked: in.Asked}}
	if c.To == (cal.Month{}) {
		c.To = lastOver(s.Now(), c.From)
	}
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

// lastOver is the last month that is over, or the first that was asked for where that one is later.
func lastOver(now time.Time, from cal.Month) cal.Month {
	over := cal.MonthOf(cal.DateOf(now, time.UTC)).Previous()
	if from != (cal.Month{}) && over.First().Before(from.First()) {
		return from
	}
	return over
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
	v.New, v.Untold = map[cal.Month]int{}, map[cal.Month]int{}
	for _, w := range deals {
		month := cal.MonthOf(w.deal.ClosedOn)
		switch w.deal.CustomerType { // whatever is known of its amount
		case crm.CustomerNew:
			v.New[month]++
		case "":
			v.Untold[month]++
		}
		total := totalOf(w.deal, w.rule.Clause)
		switch {
		case !total.Known:
			v.LeftOut = append(v.LeftOut, LeftOut{w.deal, total.Note})
			continue
		case total.Amount.Currency != currency:
			v.LeftOut = append(v.LeftOut, LeftOut{w.deal, fmt.Sprintf("It is in %s.", total.Amount.Currency)})
			continue
		}
		journey, _ := x.Journey(w.deal, w.rule.path())
		credits = append(credits, attribution.MonthCredit{Month: month, Result: attribution.Credit(journey, w.rule.Model, w.rule.Lookback, total.Amount)})
	}
	months := []cal.Month{}
	for m := v.From; !m.First().After(v.To.First()); m = m.Next() {
		months = append(months, m)
	}
	namings := make([]*channel.Naming, len(months))
	for i, m := range months { // as a deal that is won on its last day
		clause, _ := chosen(governing(contracts, crm.Deal{Won: true, ClosedOn: m.Next().First().AddDays(-1)}, now), v.Asked.Clause)
		if clause != nil {
			namings[i] = clause.Share.Attribution.Touched.Channels.Naming
		}
	}
	v.Others = map[attribution.By]attribution.Return{}
	for _, by := range groupings {
		returns := attribution.ReturnsOf(&e.Snapshot, months, currency, by, namings, credits)
		if by == v.By {
			v.Returns = returns
			continue
		}
		v.Others[by] = returns.Total.Total
	}
	return nil
}

// groupings are what credit and spend can be looked at by.
var groupings = []attribution.By{attribution.ByChannel, attribution.ByProvider, attribution.ByCampaign}

// marginOf reads a gross margin: "60 %", or "60" for the same. A number of 1 or less may be meant as a part of a whole, and needs its sign. Fault: Invalid
// at "margin".
func marginOf(text string) (money.Ratio, error) {
	text = strings.TrimSpace(text)
	signed := strings.HasSuffix(text, "%")
	if !signed {
		text += "%"
	}
	margin, err := money.ParsePercent(text)
	switch whole := money.NewRatio(1, 1); {
	case err != nil || margin.Sign() <= 0 || margin.Cmp(whole) > 0:
		return money.Ratio{}, fault.New(fault.Invalid, "margin", "Write the gross margin as a percentage above 0 %% and up to 100 %%, such as 60 %%.").At("margin")
	case !signed && margin.Cmp(money.Percent(1)) <= 0:
		return money.Ratio{}, fault.New(fault.Invalid, "margin", "Write the gross margin with its sign, such as 60 %%: without one it cannot be told from a part of a whole.").At("margin")
	}
	return margin, nil
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
