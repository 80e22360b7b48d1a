package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/work"
)

// What is foreseen rests on the last clocks of a client that stopped, counted again after a while.
const (
	LastOnes   = 500
	countAgain = time.Minute
)

// counted is a past, and when it was counted.
type counted struct {
	past work.Past
	at   time.Time
}

// pastOf is how long the last clocks of a client took, as it was at most a minute ago.
func (s *Service) pastOf(ctx context.Context, tx bun.Tx, client string, now time.Time) (work.Past, error) {
	workspace, _ := db.Workspace(ctx)
	key := workspace + "/" + client
	if known, ok := s.pasts.Load(key); ok {
		if c := known.(counted); !now.Before(c.at) && now.Sub(c.at) < countAgain {
			return c.past, nil
		}
	}
	var rows []clockRow
	err := tx.NewSelect().Model(&rows).Column("promise", "priority", "used").Where("client_id = ? AND stopped_at IS NOT NULL", client).
		Where("state IN (?) AND priority <> ''", bun.List([]string{string(work.Kept), string(work.Missed)})).OrderExpr("stopped_at DESC").Limit(LastOnes).Scan(ctx)
	if err != nil {
		return nil, err
	}
	past := work.Past{}
	for _, r := range rows {
		past.Add(r.Promise, contract.Priority(r.Priority), time.Duration(r.Used)*time.Second)
	}
	past.Sort()
	s.pasts.Store(key, counted{past, now})
	return past, nil
}

// foresee tells of the lines of a list what is likely, but for who sees only what an own organisation does: how long the others took is not theirs to know.
func (s *Service) foresee(ctx context.Context, tx bun.Tx, actor access.Actor, lines []Line, now time.Time) error {
	whole := map[string]bool{}
	for i := range lines {
		l := &lines[i]
		if l.Clock == nil || l.Clock.State != work.Running {
			continue
		}
		sees, asked := whole[l.Client]
		if !asked {
			sees = access.Decide(actor, access.RequestSee, access.Of(l.Client)).Allowed
			whole[l.Client] = sees
		}
		if !sees {
			continue
		}
		past, err := s.pastOf(ctx, tx, l.Client, now)
		if err != nil {
			return err
		}
		l.Foreseen = past.Foresee(l.Clock)
	}
	return nil
}
