package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// sinceOverlap is how far a pull of what changed reaches back before the one it goes on from: clocks differ, and a search finds a change after a while only.
const sinceOverlap = 15 * time.Minute

// changedSince is the instant since which changes are enough for the next pull; zero when everything must be read: nothing was read whole within the span, a person
// left something out, or said that a table is read another way since. had are the tables that all pulls from then on had.
func (s *Service) changedSince(ctx context.Context, tx bun.Tx, c Connection) (since time.Time, had map[string]bool, err error) {
	if c.Whole <= 0 {
		return since, nil, nil
	}
	var done []pullRow
	err = tx.NewSelect().Model(&done).Where("client_id = ? AND system = ? AND state = ? AND began_at > ?", c.Client, c.System.Profile, PullDone, s.now().Add(-c.Whole)).
		OrderExpr("began_at DESC, id DESC").Scan(ctx)
	if err != nil {
		return since, nil, err
	}
	times := map[string]int{}
	for n, p := range done {
		tables, err := pullTables(ctx, tx, p.ID)
		if err != nil {
			return since, nil, err
		}
		for _, t := range tables {
			switch t.State {
			case TableDiscarded:
				return since, nil, nil
			case TableAbsent:
			default:
				times[t.Object]++
			}
		}
		if p.Since.IsZero() {
			same, err := s.readAsBefore(ctx, tx, c)
			if err != nil || !same {
				return since, nil, err
			}
			had = map[string]bool{}
			for object, times := range times {
				had[object] = times == n+1
			}
			return done[0].BeganAt.Add(-sinceOverlap), had, nil
		}
	}
	return since, nil, nil
}

// readAsBefore reports whether the newest import of each table is read as is kept for the next.
func (s *Service) readAsBefore(ctx context.Context, tx bun.Tx, c Connection) (bool, error) {
	for _, t := range c.System.Tables {
		newest, ok, err := newestOfTable(ctx, tx, c.Client, c.System.Profile, t.Object)
		if err != nil {
			return false, err
		}
		kept, err := readMapping(ctx, tx, c.Client, pullMapping(c.System.Profile, t.Object))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		if ok && newest.Mapping != kept.Mapping {
			return false, nil
		}
	}
	return true, nil
}

// newestOfTable is the newest import of a table of the system.
func newestOfTable(ctx context.Context, tx bun.Tx, client string, system crm.Profile, object string) (row importRow, ok bool, err error) {
	var found []importRow
	err = tx.NewSelect().Model(&found).ModelTableExpr("crm_import AS import_row").Join("JOIN crm_result AS r ON r.import_id = import_row.id").
		Where("import_row.client_id = ? AND import_row.profile = ? AND import_row.object = ?", client, system, object).OrderExpr("r.no DESC").Limit(1).Scan(ctx)
	if err != nil || len(found) == 0 {
		return row, false, err
	}
	return found[0], true, nil
}

// again puts a table back to its start, to be read whole, where another one by which it is read has changed.
func (r *pulling) again(ctx context.Context, t connect.Table, row *pullTableRow, before []pullTableRow) (bool, error) {
	at, err := row.cursor()
	if err != nil || at.Since == "" || t.Beside == "" {
		return false, err
	}
	for _, b := range before {
		if b.Object != t.Beside || b.State == TableUnchanged || b.State == TableBlank {
			continue
		}
		next := *row
		next.State, next.Cursor, next.Pages, next.Rows = TablePulling, "", 0, 0
		return true, r.turn(ctx, row, next, nil)
	}
	return false, nil
}
