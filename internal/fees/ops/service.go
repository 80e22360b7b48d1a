// Package ops holds what can be done with statements: drafting, submitting, reviewing line by line, locking, settling what a dispute held
// over the lock, looking at them, seeing what later evidence would change, downloading the pack, and the month end of all engagements.
//
// A statement's row never changes, and neither do the rows of what happened to it; where it stands is computed from them. A correction
// is another revision before the lock, and the next statement after it. One statement of a contract and period is final, by constraint.
//
// What people decide about deliveries, results and hours is decided here, for the contract says who may, until when and on what: each is written as an
// import of its own by crm/ops, in one transaction with its entry in the record and the mails to the side that has to decide next.
//
// A month end is Draft and Submit for one engagement after the other, each in its own transactions, and a row for what came of each. One run of
// a workspace goes on at a time. Its plan is settled when it begins, so that one that is interrupted is gone on with where it stopped: by the running
// program, by the command line or by a person. What a step did before the row of it was written is recognised by its time, and not done again.
package ops

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/background"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. Every field is needed, but for Parties and PublicURL where nobody is to be told by mail. Close it to end background work.
type Service struct {
	DB     *db.DB
	Now    func() time.Time
	Random io.Reader

	// Evidence is what the client's CRM said as of an import, 0 being the newest; without any import it is empty and AsOf is 0.
	Evidence func(ctx context.Context, tx bun.Tx, client string, importNo int64) (crm.Evidence, error)
	// NewestImport is the number of the client's newest import, 0 when there is none.
	NewestImport func(ctx context.Context, tx bun.Tx, client string) (int64, error)
	// ImportedAt is when that import was applied, zero when there is none. The month end asks for it, and what looks back on the months that it covers.
	ImportedAt func(ctx context.Context, tx bun.Tx, client string) (time.Time, error)

	// Rows is where decisions of people about rows of evidence are written. Only Decide, HandOver and what shows them ask for it.
	Rows *crmops.Service

	// AfterLock is told of a statement within the transaction that locks it; nil: nobody. An error undoes the lock.
	AfterLock func(ctx context.Context, tx bun.Tx, st Statement) error

	// Failed is told of a month end, or an engagement in one, that ended in a failure of the program, for the log; nil tells nobody.
	Failed func(ctx context.Context, run, contract string, err error)

	Parties   *partyops.Service // who is told by mail; nil: nobody
	PublicURL string            // "https://records.example.com": links in mails begin with it

	shelf   shelf
	used    usedShelf
	texts   textShelf
	pricing sync.Mutex // one at a time

	background background.Work
	ending     sync.Map // the month ends that this process works on, by id
}

// Close interrupts month ends that run in the background and waits until they have stopped. They are gone on with at the next start.
func (s *Service) Close() { s.background.Close() }

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }
