package ops

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Costed is how many statements a comparison computes again for a page.
const Costed = 12

// MayCost says whether somebody may see what the newest evidence would make of the client's statements.
func (s *Service) MayCost(actor access.Actor, client string) bool {
	return s.Cost != nil && access.Require(actor, access.StatementSee, access.Of(client)) == nil
}

// Between asks what the difference between two imports of a client costs.
type Between struct {
	Client   string
	From, To int64     // numbers of imports; From 0: before the first
	Until    time.Time // the time of the later evidence: months that begin later are none of it
	Most     int       // of how many statements on earlier evidence, and of how many other months, it is computed

	Touches func(deal string) bool // whether something of the deal differs
}

// MonthCost is by how much what is charged for one month differs between two imports, by the same terms.
type MonthCost struct {
	Statement string       // id of the one that stands of the month; empty: none does, and a next one will charge it
	Name      string       // "Statement of March 2026"; without a statement "March 2026"
	State     string       // of the statement
	Import    int64        // that the statement is as of
	Differs   money.Amount // on the later evidence, less on the earlier
	Held      []string     // what one of the two leaves out for want of a fact, or both of a deal that the difference touches: Differs does not hold it
}

// Tells reports whether the difference costs something of the month, or may.
func (m MonthCost) Tells() bool { return !m.Differs.IsZero() || len(m.Held) > 0 }

// price tells of touched statements, the newest first, what the newest evidence would make of them, and of all months what the difference costs. Each statement is a
// transaction of its own.
func (s *Service) price(ctx context.Context, actor access.Actor, c *Comparison, in CompareInput) error {
	if !s.MayCost(actor, in.Client) {
		return nil
	}
	for i := range c.Touched[:min(in.Costs, len(c.Touched))] {
		cost, err := s.Cost(ctx, actor, c.Touched[i].ID)
		if err != nil {
			return err
		}
		c.Touched[i].Cost = &cost
	}
	if s.CostBetween == nil {
		return nil
	}
	months, more, err := s.CostBetween(ctx, actor, Between{Client: in.Client, From: c.From.No, To: c.To.No, Until: c.To.AppliedAt, Most: in.Costs, Touches: c.touches})
	if err != nil {
		return err
	}
	c.Uncosted = more
	for _, m := range months {
		i := slices.IndexFunc(c.Touched, func(t Touched) bool { return t.ID == m.Statement })
		if i < 0 {
			c.Months = append(c.Months, m)
			continue
		}
		c.Touched[i].This = &m
	}
	return nil
}

func (c Comparison) touches(deal string) bool {
	_, found := slices.BinarySearch(c.touchedDeals, deal)
	return found
}

// priced settles the moments of a comparison and prices it before any row is read.
func (s *Service) priced(ctx context.Context, actor access.Actor, in CompareInput) (CompareInput, Comparison, error) {
	most := in.Costs
	in.Costs = 0
	if most <= 0 {
		return in, Comparison{}, nil
	}
	brief := in
	brief.Offset, brief.Limit = 0, 1
	c, err := s.Compare(ctx, actor, brief)
	if err != nil {
		return in, c, err
	}
	in.Costs = most
	err = s.price(ctx, actor, &c, in)
	in.From, in.To, in.Costs = strconv.FormatInt(c.From.No, 10), strconv.FormatInt(c.To.No, 10), 0
	return in, c, err
}

// costs takes over what another reading of the same comparison was priced at.
func (c *Comparison) costs(priced Comparison) {
	c.Months, c.Uncosted = priced.Months, priced.Uncosted
	for i := range c.Touched {
		for _, p := range priced.Touched {
			if p.ID == c.Touched[i].ID {
				c.Touched[i].Cost, c.Touched[i].This = p.Cost, p.This
			}
		}
	}
}

// Together is what is still to correct of all statements that were given to somebody, where it was computed: one sum a currency. A draft carries nothing: it is drafted again.
func (c Comparison) Together() (sums []money.Amount) {
	for _, t := range c.Touched {
		if t.Cost != nil && !t.Draft() {
			sums = added(sums, t.Cost.Left)
		}
	}
	return sums
}

// ThisCosts is what the difference costs, where it was computed: one sum a currency. It does not depend on what was imported later.
func (c Comparison) ThisCosts() (sums []money.Amount) {
	for _, m := range c.monthCosts() {
		sums = added(sums, m.Differs)
	}
	return sums
}

// Unknown is how many things are left out of what the difference costs for want of a fact.
func (c Comparison) Unknown() (n int) {
	for _, m := range c.monthCosts() {
		n += len(m.Held)
	}
	return n
}

// monthCosts are all months that the difference was priced for.
func (c Comparison) monthCosts() (out []MonthCost) {
	for _, t := range c.Touched {
		if t.This != nil {
			out = append(out, *t.This)
		}
	}
	return append(out, c.Months...)
}

func added(sums []money.Amount, a money.Amount) []money.Amount {
	i := slices.IndexFunc(sums, func(s money.Amount) bool { return s.Currency == a.Currency })
	if i < 0 {
		return append(sums, a)
	}
	sums[i] = sums[i].Add(a)
	return sums
}
