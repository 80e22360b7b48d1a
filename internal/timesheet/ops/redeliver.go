package ops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

type tryRow struct {
	bun.BaseModel `bun:"table:time_hand_over_try"`

	HandOverID string    `bun:"hand_over_id,pk"`
	Tries      int64     `bun:"tries"`
	At         time.Time `bun:"at"`
	Why        string    `bun:"why"`
}

// The wait before a file is delivered again by itself: a minute, twice as long after each failure, at most six hours.
const (
	firstWait = time.Minute
	mostWait  = 6 * time.Hour
)

// again is when a file that failed is tried by itself.
func (r tryRow) again() time.Time {
	wait := mostWait
	if r.Tries < 10 {
		wait = min(mostWait, firstWait<<(r.Tries-1))
	}
	return r.At.UTC().Add(wait)
}

// failed keeps why a file did not become evidence, for the page and for the next try.
func (s *Service) failed(ctx context.Context, handOver string, because error) error {
	why := "The program could not take it into the evidence."
	if all := fault.All(because); len(all) > 0 {
		why = all[0].Message
	}
	return s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		tries, err := readTries(ctx, tx, []string{handOver})
		if err != nil {
			return err
		}
		row := tryRow{HandOverID: handOver, Tries: tries[handOver].Tries + 1, At: s.now(), Why: why}
		if row.Tries == 1 {
			_, err = tx.NewInsert().Model(&row).Exec(ctx)
		} else {
			_, err = tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
		}
		return err
	})
}

func readTries(ctx context.Context, tx bun.Tx, ids []string) (map[string]tryRow, error) {
	out := map[string]tryRow{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []tryRow
	err := tx.NewSelect().Model(&rows).Where("hand_over_id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		out[r.HandOverID] = r
	}
	return out, err
}

// Redeliver delivers the files of all clients that wait, those that failed when their time has come again. It is for the program alone: actor is its own. It goes on with the next client where one
// fails, and gives how many entries became evidence.
func (s *Service) Redeliver(ctx context.Context, actor access.Actor) (entries int, err error) {
	if err := access.Require(actor, access.TimeLock, access.Scope{}); err != nil {
		return 0, err
	}
	clients, err := s.overdue(ctx)
	if err != nil {
		return 0, fmt.Errorf("read which files of time wait: %w", err)
	}
	var failed error
	for _, client := range clients {
		done, err := s.Deliver(ctx, actor, client)
		entries, failed = entries+done.Entries, errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return entries, failed
}

// overdue are the clients whose first waiting file can be tried now. A file that somebody has just made is theirs to deliver for a minute.
func (s *Service) overdue(ctx context.Context) (clients []string, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		clients = nil
		var rows []handOverRow
		err := tx.NewSelect().Model(&rows).ExcludeColumn("file").
			Where("NOT EXISTS (SELECT 1 FROM time_hand_over_done AS d WHERE d.hand_over_id = hand_over_row.id)").OrderExpr("client_id, no").Scan(ctx)
		if err != nil {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		tries, err := readTries(ctx, tx, ids)
		if err != nil {
			return err
		}
		before := ""
		for _, r := range rows {
			first := r.ClientID != before
			before = r.ClientID
			due := r.At.UTC().Add(firstWait)
			if t, failed := tries[r.ID]; failed {
				due = t.again()
			}
			if first && !s.now().Before(due) {
				clients = append(clients, r.ClientID)
			}
		}
		return nil
	})
	return clients, err
}
