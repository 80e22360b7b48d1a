package ops

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// MomentAt finds the import that a text means: "" the newest, the number of an import, 0 being before the first, or a day such as 2026-03-31, for the
// newest import that was applied up to the end of that day in the zone. It decides no access: the caller has. Faults: Invalid; NotFound for a number
// that no import has.
func MomentAt(ctx context.Context, tx bun.Tx, client, text string, zone *time.Location) (no, latest int64, err error) {
	if latest, err = lastNo(ctx, tx, client); err != nil || text == "" {
		return latest, latest, err
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n < 0 || n > latest {
			return 0, latest, fault.New(fault.NotFound, "import", "There is no import %d; the newest is %d.", n, latest)
		}
		return n, latest, nil
	}
	day, err := cal.ParseDate(text)
	if err != nil || strings.Count(text, "-") != 2 {
		return 0, latest, fault.New(fault.Invalid, "moment", "%q is neither the number of an import nor a day such as 2026-03-31.", text)
	}
	err = tx.NewSelect().Model((*resultRow)(nil)).ColumnExpr("COALESCE(MAX(no), 0)").
		Where("client_id = ? AND applied_at < ?", client, day.AddDays(1).Start(zone).UTC()).Scan(ctx, &no)
	return no, latest, err
}

// markOf names an import; 0 is the time before the first.
func markOf(ctx context.Context, tx bun.Tx, client string, no int64) (ImportMark, error) {
	if no == 0 {
		return ImportMark{}, nil
	}
	marks, err := importMarks(ctx, tx, `r.client_id = ? AND r.no = ?`, client, no)
	if err != nil || len(marks) == 0 {
		return ImportMark{No: no}, err
	}
	return marks[0], nil
}

// Moment is the import that a text means, as MomentAt reads it. Who: EvidenceSee. Faults: Invalid; NotFound.
func (s *Service) Moment(ctx context.Context, actor access.Actor, client, text string, zone *time.Location) (no int64, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		no, _, err = MomentAt(ctx, tx, client, text, zone)
		return err
	})
	return no, err
}
