// Package ops holds what can be done with contracts: drafting, checking, proposing, accepting, withdrawing, and reading the agreement.
//
// A draft is the agency's own, mutable text, saved even while it has problems. Proposing freezes the text as a version; from then on
// no row of it changes, and the database refuses to. A version binds when both sides have accepted it.
package ops

import (
	"context"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. Every field but LockedUntil, Contradicts and AfterBind is needed.
type Service struct {
	DB      *db.DB
	Now     func() time.Time
	Random  io.Reader
	Parties *partyops.Service

	// LockedUntil is the first day that no locked statement of the contract covers, zero when none is locked. Statements stand above
	// contracts, so the program wires it. nil: nothing is ever locked.
	LockedUntil func(ctx context.Context, tx bun.Tx, contractID string) (cal.Date, error)

	// Contradicts are the problems of terms as the next version beside what other contracts of the client promise, each at its place of the text; AfterBind writes what
	// follows from a version that both sides have accepted, in the same transaction. Who keeps promises stands above contracts, so the program wires both. nil: nothing.
	Contradicts func(ctx context.Context, tx bun.Tx, c Contract, next contract.Terms) ([]*fault.Fault, error)
	AfterBind   func(ctx context.Context, tx bun.Tx, actor access.Actor, c Contract) error
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }

func (s *Service) lockedUntil(ctx context.Context, tx bun.Tx, contractID string) (cal.Date, error) {
	if s.LockedUntil == nil {
		return cal.Date{}, nil
	}
	return s.LockedUntil(ctx, tx, contractID)
}

// Contract is one engagement: a name, and every text that was ever proposed for it.
type Contract struct {
	ID        string
	Client    string
	Name      string // the same in every version
	Provider  string // id of the specialist or vendor that it is with; empty: it is the agency's own with the client
	CreatedAt time.Time
	Versions  []contract.Version // in the order in which they were proposed
}

// Open is the proposal that waits for an acceptance.
func (c Contract) Open() (contract.Version, bool) {
	for _, v := range c.Versions {
		if v.State() == contract.Proposed {
			return v, true
		}
	}
	return contract.Version{}, false
}

// Accepted are the versions that bind, by number.
func (c Contract) Accepted() []contract.Version {
	var out []contract.Version
	for _, v := range c.Versions {
		if v.State() == contract.Accepted {
			out = append(out, v)
		}
	}
	return out
}

// Draft is the agency's working text.
type Draft struct {
	Contract string
	Source   string
	Revision int // counts the saves; 0: nothing is saved, Source is a text to begin with
	At       time.Time
	By       string
	ByName   string
}
