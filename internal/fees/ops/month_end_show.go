package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
)

// MonthEndPage is a part of the list of runs, the newest first.
type MonthEndPage struct {
	Runs  []MonthEnd
	Total int
	Page  int // from 1
}

// MonthEnds lists the runs that touched a client within the actor's reach, or that the actor began. What is counted are the engagements within
// reach. Who may: see MonthEndSee. Faults: NotFound, Forbidden.
func (s *Service) MonthEnds(ctx context.Context, actor access.Actor, page int) (MonthEndPage, error) {
	sight, err := s.sightOf(ctx, actor)
	if err != nil {
		return MonthEndPage{}, err
	}
	out := MonthEndPage{Page: max(1, page)}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []monthEndRow
		if err := tx.NewSelect().Model(&rows).OrderExpr("begun_at DESC, id").Scan(ctx); err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(r monthEndRow) bool { return !sight.any(r) })
		out.Total = len(rows)
		from := min((out.Page-1)*PageSize, len(rows))
		rows = rows[from:min(from+PageSize, len(rows))]
		out.Runs, err = sight.runs(ctx, tx, rows)
		return err
	})
	if err != nil {
		return MonthEndPage{}, fmt.Errorf("list month ends: %w", err)
	}
	return out, nil
}

// ShowMonthEnd is one run, as far as it is within the actor's reach. Who may: see MonthEndSee. Faults: NotFound, Forbidden.
func (s *Service) ShowMonthEnd(ctx context.Context, actor access.Actor, id string) (MonthEnd, error) {
	sight, err := s.sightOf(ctx, actor)
	if err != nil {
		return MonthEnd{}, err
	}
	var out MonthEnd
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := readMonthEnd(ctx, tx, id)
		if err != nil {
			return err
		}
		if !sight.any(row) {
			return notFound()
		}
		runs, err := sight.runs(ctx, tx, []monthEndRow{row})
		if err != nil {
			return err
		}
		out = runs[0]
		return sight.nameContracts(ctx, tx, out.Outcomes)
	})
	if err != nil {
		return MonthEnd{}, fmt.Errorf("show month end %s: %w", id, err)
	}
	slices.SortStableFunc(out.Outcomes, func(a, b Outcome) int {
		return fees.CompareOutcomes(a.Kind, b.Kind, a.ClientName, b.ClientName, a.ContractName, b.ContractName)
	})
	return out, nil
}

// sight is what an actor sees of runs.
type sight struct {
	*Service
	actor access.Actor
	reach access.Reach
	names map[string]string
}

func (s *Service) sightOf(ctx context.Context, actor access.Actor) (sight, error) {
	if err := access.Require(actor, access.MonthEndSee, access.Scope{}); err != nil {
		return sight{}, err
	}
	names, err := s.clientNames(ctx, actor)
	return sight{s, actor, access.Reachable(actor, access.MonthEndSee), names}, err
}

func (s sight) sees(client string) bool {
	return s.reach.All || slices.Contains(s.reach.Clients, client)
}

func (s sight) any(r monthEndRow) bool {
	return r.BegunBy == s.actor.Account || s.reach.All || slices.ContainsFunc(r.plan(), func(p planned) bool { return s.sees(p.Client) })
}

// runs puts runs together, without the names of contracts.
func (s sight) runs(ctx context.Context, tx bun.Tx, rows []monthEndRow) ([]MonthEnd, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	outcomes, err := readOutcomes(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	of := map[string][]Outcome{}
	for _, r := range outcomes {
		o, err := r.outcome()
		if err != nil {
			return nil, err
		}
		if o.ClientName = s.names[o.Client]; s.sees(o.Client) {
			of[r.RunID] = append(of[r.RunID], o)
		}
	}
	out := make([]MonthEnd, len(rows))
	for i, r := range rows {
		p, err := readMonthEndProgress(ctx, tx, r.ID)
		if err != nil {
			return nil, err
		}
		out[i] = s.run(r, p, of[r.ID])
	}
	return out, nil
}

func (s sight) run(r monthEndRow, p monthEndProgressRow, outcomes []Outcome) MonthEnd {
	out := MonthEnd{ID: r.ID, Month: r.month(), Submits: r.Submits, BegunAt: r.BegunAt.UTC(), BegunBy: r.BegunByName, Done: len(outcomes),
		Running: p.State == monthEndRuns, Stalled: s.stalled(p), Message: p.Message, Outcomes: outcomes}
	plan := r.plan()
	for i, e := range plan {
		if !s.sees(e.Client) {
			continue
		}
		out.Total++
		if i == p.Done && out.Running && !out.Stalled {
			out.Now = s.names[e.Client]
		}
	}
	if !out.Running {
		out.EndedAt = p.BeatAt.UTC()
	}
	return out
}

func (s sight) nameContracts(ctx context.Context, tx bun.Tx, outcomes []Outcome) error {
	ids := make([]string, len(outcomes))
	for i, o := range outcomes {
		ids[i] = o.Contract
	}
	names, err := contractops.NamesOf(ctx, tx, ids)
	for i := range outcomes {
		outcomes[i].ContractName = names[outcomes[i].Contract]
	}
	return err
}
