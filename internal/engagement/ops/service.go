// Package ops holds what can be done with the relationship of a client and its agency.
package ops

import (
	"context"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. Every field is needed but those that say otherwise.
type Service struct {
	DB        *db.DB
	Now       func() time.Time
	Random    io.Reader
	Parties   *partyops.Service
	Contracts *contractops.Service

	// Positions are how the hours of a contract's retainers stand now for a request, as far as it is known; what the request itself takes is not counted. Hours are counted
	// above this room, so the program wires it. nil: nobody knows.
	Positions func(ctx context.Context, tx bun.Tx, client, contractID, request string) (map[string]engagement.Position, error)
	// SpendOf are the rows of what was spent for the client, whoever did the work; nil: none is known. Evidence stands above this room, so the program wires it.
	SpendOf func(ctx context.Context, tx bun.Tx, client string) ([]engagement.Spend, error)
	// WorkedOf is the time that each person worked for the client in a month; known is false where no time of it was entered. nil: no time is known.
	WorkedOf func(ctx context.Context, tx bun.Tx, client string, month cal.Month) (worked []engagement.Worked, known bool, err error)
	Term     // what term, notice and exit need from the rooms above

	// FeeOfPeriod is what a retainer owes for the fee period that a day lies in, part by part where versions share it. Statements are computed above this room, so the program
	// wires it. nil: nobody computes it.
	FeeOfPeriod func(a contract.Agreement, retainer string, day cal.Date) (period cal.Period, parts []money.Amount)

	// Score is what a specialist did, was paid and brought under its contract. Statements and credit stand above this room, so the program wires it. nil: nobody counts it.
	Score func(ctx context.Context, actor access.Actor, c contractops.Contract, a contract.Agreement) (engagement.Score, error)
	// UsedWith is how long each side had the requests that were given to a specialist since a moment. Requests stand above this room, so the program wires it. nil: nobody knows.
	UsedWith func(ctx context.Context, actor access.Actor, client, provider string, since time.Time) ([]engagement.Used, error)
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }
