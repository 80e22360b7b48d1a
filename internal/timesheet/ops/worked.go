package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Worked is what a person worked for a client in some role.
type Worked struct {
	Person  string
	Role    string
	Minutes int
}

// WorkedIn is the approved time of a client in a month by person and role, what is charged and what is over-serviced alike; the agency's internal time is not the client's. known is false
// where nothing of that month was approved yet, and for a month that is over until it is locked: more of it may still be approved. It decides no access: the caller has.
func (s *Service) WorkedIn(ctx context.Context, tx bun.Tx, client string, month cal.Month) (worked []Worked, known bool, err error) {
	var rows []approvedRow
	err = tx.NewSelect().Model(&rows).Where("client_id = ? AND worked_on >= ? AND worked_on < ?", client, month.First().String(), month.Next().First().String()).
		OrderExpr("worked_on, evidence_id, at, entry_id").Scan(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read the approved time of %s: %w", client, err)
	}
	newest, err := newestOf(ctx, tx, rows)
	at := map[[2]string]int{}
	for _, e := range newest {
		if e.Class == timesheet.Internal {
			continue
		}
		who := [2]string{e.Person, e.Role}
		if _, there := at[who]; !there {
			at[who] = len(worked)
			worked = append(worked, Worked{Person: e.Person, Role: e.Role})
		}
		worked[at[who]].Minutes += e.Minutes
	}
	if err != nil || len(newest) == 0 || cal.DateOf(s.Now(), time.UTC).Before(month.Next().First()) {
		return worked, len(newest) > 0, err
	}
	known, err = tx.NewSelect().Model((*lockRow)(nil)).Where("client_id = ? AND month = ?", client, month.String()).Exists(ctx)
	return worked, known, err
}
