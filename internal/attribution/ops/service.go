package ops

import (
	"context"
	"io"
	"time"

	"github.com/uptrace/bun"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. DB and Now are needed.
type Service struct {
	DB  *db.DB
	Now func() time.Time

	// FeesOf is what locked statements charged for each month of a period, without what was bought at cost; a month without one is not there. Nil: nobody
	// knows. It decides no access.
	FeesOf func(ctx context.Context, tx bun.Tx, client string, in cal.Period) (map[cal.Month]money.Amount, error)

	// OpenSegment opens the file of the touches of an import; nil: they are read from the database, which gives the same and takes longer.
	OpenSegment func(ctx context.Context, sha string) (io.ReadCloser, error)
}

// ImportMark names an import of the evidence.
type ImportMark = crmops.ImportMark

// marksShown is how many imports a reader is offered to look back to.
const marksShown = 200

// asOf settles the import to look from: 0 is the newest. Fault: NotFound for a number that no import has.
func asOf(ctx context.Context, tx bun.Tx, client string, n int64) (at, latest int64, err error) {
	latest, err = crmops.LatestImport(ctx, tx, client)
	switch {
	case err != nil:
		return 0, 0, err
	case n < 0 || n > latest:
		return 0, latest, fault.New(fault.NotFound, "import", "There is no import %d; the newest is %d.", n, latest).At("as_of")
	case n == 0:
		return latest, latest, nil
	default:
		return n, latest, nil
	}
}
