// Package ops holds what can be done with time: entering, approving, locking, and telling what it uses up.
//
// Each change of an entry is another version of it; the newest counts. An approval writes the entry down once more, in a table that never changes: that is
// what is handed over to the evidence and what money depends on. A hand-over is written before it is delivered, so that one that was interrupted is delivered
// later, in order, and never twice.
package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Service is the use cases. Every field of the first block is needed.
type Service struct {
	DB        *db.DB
	Now       func() time.Time
	Random    io.Reader
	Parties   *partyops.Service
	Contracts *contractops.Service

	PublicURL string // "https://records.example.com": links in mails begin with it; empty: nobody is told by mail

	// HandOver makes a plain file of time entries evidence of the client and gives the number of the import. The same content again gives the first
	// number. nil: files wait.
	HandOver func(ctx context.Context, actor access.Actor, client, name string, file []byte) (importNo int64, err error)

	// Burn is what of each retainer's hours is used at a moment, by the rules of the fee, with approved time that is not evidence yet put over
	// it. nil: nobody can tell.
	Burn func(ctx context.Context, tx bun.Tx, client string, own []timesheet.Handed, at time.Time) ([]timesheet.Burn, error)

	// Request is the name, "R-12", of the client's request that the actor means by its number or id; empty: there is none that the actor sees. nil: a request is taken as it is written.
	Request func(ctx context.Context, tx bun.Tx, actor access.Actor, client, text string) (name string, err error)

	// Promised is the time that a client's contracts promise. nil: nobody can tell.
	Promised func(ctx context.Context, tx bun.Tx, client string) ([]timesheet.Promise, error)
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }

// write is DB.Write, with the words of this room where a constraint refused what two did at once.
func (s *Service) write(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	err := s.DB.Write(ctx, fn)
	switch fault.Code(err) {
	case "time_timer_pk":
		return fault.New(fault.Conflict, "timer-runs", "Your timer runs already, perhaps started in another window. Stop it first.")
	case "time_entry_pk":
		return changedSince()
	case "time_approved_corrects_key", "time_approved_pk":
		return fault.New(fault.Conflict, "corrected-before", "The entry or another correction of it was approved meanwhile. Look at it again, and correct that one.")
	}
	return err
}

// idOf is the id of an entry that has to be the same each time: of a piece of a timer, of a row of a file, of what a key enters.
func idOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "te_" + hex.EncodeToString(sum[:10])
}
