// Package ops holds what can be done with invoices and cash: entering billing profiles, issuing, crediting, acknowledging, recording payments,
// looking at invoices and accounts; and the keeping of the ledger: each lock, invoice and payment is posted in its own transaction, and checked.
//
// No row changes once it is written. Numbers have no gaps by constraint: each points at the one before, and each invoice at its own. Where an
// invoice stands, and what is on account, is computed from what was applied.
package ops

import (
	"context"
	"io"
	"time"

	"github.com/uptrace/bun"

	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. Every field is needed, but for PublicURL where nobody is to be told by mail.
type Service struct {
	DB        *db.DB
	Now       func() time.Time
	Random    io.Reader
	Fees      *feesops.Service
	Parties   *partyops.Service
	PublicURL string // "https://records.example.com": links in mails begin with it; empty: nobody is told

	// Reversed is told, in the same transaction, that a payment of a client was taken out again; nil: nobody has to know.
	Reversed func(ctx context.Context, tx bun.Tx, client string) error
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }

// today is the day in the zone of the contract of a statement.
func (s *Service) today(st feesops.Statement) cal.Date { return cal.DateOf(s.now(), st.Terms.Zone) }

// todayOf is the day in the zone of the contract of the client's newest locked statement; in UTC without any.
func (s *Service) todayOf(ctx context.Context, tx bun.Tx, client string) (cal.Date, error) {
	finals, err := feesops.Finals(ctx, tx, client)
	if err != nil || len(finals) == 0 {
		return cal.DateOf(s.now(), time.UTC), err
	}
	st, err := s.Fees.Locked(ctx, tx, finals[len(finals)-1].Statement)
	if err != nil {
		return cal.Date{}, err
	}
	return s.today(st), nil
}
