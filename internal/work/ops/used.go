package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Used is the working time that each side had the requests of one priority in which a provider had a part.
type Used struct {
	Priority   contract.Priority
	Requests   int
	Client     time.Duration
	Agency     time.Duration
	Specialist time.Duration // of the provider
	Others     time.Duration // of other specialists, and of those that nobody named
}

// Whole is the working time in which the requests were open.
func (u Used) Whole() time.Duration { return u.Client + u.Agency + u.Specialist + u.Others }

// UsedWith tells how long each side had the requests that were given to a provider since a moment, the most pressing priority first. Who may: see RequestSee for the client as a whole: a
// specialist does not. Faults: NotFound, Forbidden.
func (s *Service) UsedWith(ctx context.Context, actor access.Actor, client, provider string, since time.Time) ([]Used, error) {
	if err := access.Require(actor, access.RequestSee, access.Of(client)); err != nil {
		return nil, err
	}
	byPriority := map[contract.Priority]*Used{}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		clear(byPriority)
		given := tx.NewSelect().Model((*eventRow)(nil)).Column("request_id").Where("kind = ? AND provider_id = ?", string(work.Triaged), provider)
		var rows []stateRow
		if err := tx.NewSelect().Model(&rows).Where("client_id = ? AND opened_at >= ?", client, since).Where("request_id IN (?)", given).OrderExpr("number").Scan(ctx); err != nil {
			return err
		}
		for part := range slices.Chunk(rows, mostPage) {
			requests, err := readHistories(ctx, tx, part)
			if err != nil {
				return err
			}
			for _, row := range part {
				if err := s.addUsed(ctx, tx, requests[row.RequestID], provider, byPriority); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tell who used how much time of the requests with %s: %w", provider, err)
	}
	var out []Used
	for _, p := range contract.Priorities() {
		if u := byPriority[p]; u != nil {
			out = append(out, *u)
		}
	}
	return out, nil
}

func (s *Service) addUsed(ctx context.Context, tx bun.Tx, r *Request, provider string, into map[contract.Priority]*Used) error {
	levels, err := s.levelsOf(ctx, tx, r)
	if err != nil {
		return err
	}
	now := s.now()
	if last := r.Events[len(r.Events)-1].At; now.Before(last) {
		now = last
	}
	held, err := work.Holdings(levels, r.events(), now)
	if err != nil {
		return err
	}
	u := into[r.State.Priority]
	if u == nil {
		u = &Used{Priority: r.State.Priority}
		into[r.State.Priority] = u
	}
	u.Requests++
	for _, h := range held {
		switch {
		case h.By == contract.ByClient:
			u.Client += h.Worked
		case h.By == contract.ByAgency:
			u.Agency += h.Worked
		case h.Provider == provider:
			u.Specialist += h.Worked
		default:
			u.Others += h.Worked
		}
	}
	return nil
}
