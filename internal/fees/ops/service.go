// Package ops holds what can be done with statements: drafting, submitting, reviewing line by line, locking, settling what a dispute held
// over the lock, looking at them, seeing what later evidence would change, and downloading the pack.
//
// A statement's row never changes, and neither do the rows of what happened to it; where it stands is computed from them. A correction
// is another revision before the lock, and the next statement after it. One statement of a contract and period is final, by constraint.
package ops

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. Every field is needed, but for Parties and PublicURL where nobody is to be told by mail.
type Service struct {
	DB     *db.DB
	Now    func() time.Time
	Random io.Reader

	// Evidence is what the client's CRM said as of an import, 0 being the newest; without any import it is empty and AsOf is 0.
	Evidence func(ctx context.Context, tx bun.Tx, client string, importNo int64) (crm.Evidence, error)
	// NewestImport is the number of the client's newest import, 0 when there is none.
	NewestImport func(ctx context.Context, tx bun.Tx, client string) (int64, error)

	// AfterLock is told of a statement within the transaction that locks it; nil: nobody. An error undoes the lock.
	AfterLock func(ctx context.Context, tx bun.Tx, st Statement) error

	Parties   *partyops.Service // who is told by mail; nil: nobody
	PublicURL string            // "https://records.example.com": links in mails begin with it

	shelf   shelf
	pricing sync.Mutex // one at a time
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }
