package ops

import (
	"context"
	"slices"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Costed is how many statements a comparison computes again for a page.
const Costed = 12

// MayCost says whether somebody may see what the newest evidence would make of the client's statements.
func (s *Service) MayCost(actor access.Actor, client string) bool {
	return s.Cost != nil && access.Require(actor, access.StatementSee, access.Of(client)) == nil
}

// price tells of touched statements, the newest first, what the newest evidence would make of them. Each is a transaction of its own.
func (s *Service) price(ctx context.Context, actor access.Actor, in CompareInput, touched []Touched) error {
	if !s.MayCost(actor, in.Client) {
		return nil
	}
	for i := range touched[:min(in.Costs, len(touched))] {
		c, err := s.Cost(ctx, actor, touched[i].ID)
		if err != nil {
			return err
		}
		touched[i].Cost = &c
	}
	return nil
}

// priced settles the moments of a comparison and prices its statements before any row is read.
func (s *Service) priced(ctx context.Context, actor access.Actor, in CompareInput) (CompareInput, []Touched, error) {
	most := in.Costs
	in.Costs = 0
	if most == 0 {
		return in, nil, nil
	}
	brief := in
	brief.Offset, brief.Limit = 0, 1
	c, err := s.Compare(ctx, actor, brief)
	if err != nil {
		return in, nil, err
	}
	in.Costs = most
	err = s.price(ctx, actor, in, c.Touched)
	in.From, in.To, in.Costs = strconv.FormatInt(c.From.No, 10), strconv.FormatInt(c.To.No, 10), 0
	return in, c.Touched, err
}

// costs puts to the statements what they were priced at.
func (c Comparison) costs(priced []Touched) {
	for i := range c.Touched {
		for _, p := range priced {
			if p.ID == c.Touched[i].ID {
				c.Touched[i].Cost = p.Cost
			}
		}
	}
}

// Together is what is still to correct of all statements that were given to somebody, where it was computed: one sum a currency. A draft carries nothing: it is drafted again.
func (c Comparison) Together() (sums []money.Amount) {
	for _, t := range c.Touched {
		if t.Cost == nil || t.Draft() {
			continue
		}
		left := t.Cost.Left
		i := slices.IndexFunc(sums, func(s money.Amount) bool { return s.Currency == left.Currency })
		if i < 0 {
			i = len(sums)
			sums = append(sums, money.New(0, left.Currency))
		}
		sums[i] = sums[i].Add(left)
	}
	return sums
}
