package ops

import (
	"context"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	"github.com/ofrecord/ofrecord/internal/platform/background"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases of CRM evidence. Its fields are set before the first use. Close it to end background work.
type Service struct {
	DB     *db.DB
	Files  *blob.Store
	Now    func() time.Time
	Random io.Reader

	ChunkRows int64 // rows of a file to a transaction; 8,000 when zero

	// Failed is told of background work that ended in an error, for the log; nil tells nobody.
	Failed func(ctx context.Context, importID string, err error)

	// AfterApply is told of an import of a file within the transaction that makes it evidence; nil: nobody. An error undoes that transaction.
	AfterApply func(ctx context.Context, tx bun.Tx, a AppliedFile) error

	// Resting tells the statements of a client that stand or are drafted, and what they rest on; nil: there are none.
	Resting func(ctx context.Context, tx bun.Tx, client string) ([]Resting, error)
	// Cost computes a statement again from the newest evidence, in a transaction of its own; nil: nobody can.
	Cost func(ctx context.Context, actor access.Actor, statement string) (Cost, error)
	// CostBetween computes what the difference between two imports costs, and how many months it left out; nil: nobody can.
	CostBetween func(ctx context.Context, actor access.Actor, in Between) ([]MonthCost, int, error)

	// Frozen counts the statements of a client in whose frozen evidence a text holds something that is looked for; what is always looked for in the same way has a name, and is
	// looked for once in each statement. Nil: there are none.
	Frozen func(ctx context.Context, tx bun.Tx, client, name string, holds func(text string) bool) (int, error)

	// Holder is who an account is now, for upload addresses, which act for whoever made them; nil: no address works.
	Holder func(ctx context.Context, account string) (access.Actor, error)

	// Progress is told how far the rows of a check or an import are read, after each chunk, by whoever does the work; nil tells nobody.
	Progress func(importID string, rows, bytes int64)

	// OtherFiles lists the digests of the stored files that other rooms rest on, so that none of them is removed here; nil: there are none.
	OtherFiles func(ctx context.Context, tx bun.Tx) ([]string, error)

	// Connections are those of the context's workspace to the CRMs of its clients; nil: there are none.
	Connections func(ctx context.Context) ([]Connection, error)

	// Pause lets time pass between two requests to a CRM; nil: the clock's.
	Pause func(ctx context.Context, d time.Duration) error

	background     background.Work
	recentDeals    recent[[]DealRow]
	recentIssues   recent[[]crm.Issue]
	recentScores   recent[ScoreMark]
	recentCompared recent[*compared]
	recentAlike    recent[[]crm.Alike]
}

const (
	chunkRows   = 8000             // rows of a file to a transaction, unless Service.ChunkRows says otherwise
	lookupBatch = 500              // ids to a query
	maxRows     = 20_000_000       // rows to a file: their ids are remembered in 12 to 24 bytes each
	quiet       = 10 * time.Second // an import that applied no chunk for so long may be taken over
	keptPerCode = 20_000           // problems of one sort that are kept row by row; all are counted
)

// now is cut to what both engines keep.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) progress(importID string, c chunk) {
	if s.Progress != nil {
		s.Progress(importID, c.rows, c.bytes)
	}
}

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }

// files is the store of the context's workspace. A SQLite file is one workspace, whatever the context says.
func (s *Service) files(ctx context.Context) (*blob.Store, error) {
	workspace, ok := db.Workspace(ctx)
	if !ok || s.DB.Engine() == db.SQLite {
		return s.Files, nil
	}
	return s.Files.In(workspace)
}

// Close interrupts background work and waits until it has stopped. An interrupted import is resumed at the next start.
func (s *Service) Close() { s.background.Close() }

// behind runs work that outlives the request that asked for it.
func (s *Service) behind(ctx context.Context, importID string, work func(ctx context.Context) error) {
	s.background.Go(ctx, func(ctx context.Context) {
		if err := work(ctx); err != nil && s.Failed != nil && ctx.Err() == nil {
			s.Failed(ctx, importID, err)
		}
	})
}
