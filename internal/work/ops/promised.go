package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/work"
)

// PromisedDay is the last day on which a deliverable is in time that is not accepted yet.
type PromisedDay struct {
	Deliverable string // id
	Contract    string // id
	Name        string
	On          cal.Date // with what late feedback moved
	Stage       work.DeliverableStage
}

// PromisedDays are the days on which deliverables of a client are due, of those on their way, the newest first; what a specialist makes is among them, for the client is promised it
// too. It decides no access: the caller has.
func (s *Service) PromisedDays(ctx context.Context, tx bun.Tx, client string) ([]PromisedDay, error) {
	list, err := readDeliverables(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("client_id = ?", client) })
	if err != nil {
		return nil, fmt.Errorf("read the days of deliverables of %s: %w", client, err)
	}
	var out []PromisedDay
	for _, k := range list {
		state := k.state.AsOf(s.now())
		due, ok := state.DueNow(s.now())
		if !ok || state.Accepted != nil || state.Stage == work.StageWithdrawn || state.Archived {
			continue
		}
		out = append(out, PromisedDay{Deliverable: k.row.ID, Contract: k.row.ContractID, Name: k.row.Name, On: cal.DateOf(due.Add(-time.Nanosecond), k.rules.Zone), Stage: state.Stage})
	}
	return out, nil
}
