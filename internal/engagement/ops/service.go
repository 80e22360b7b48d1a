// Package ops holds what can be done with the relationship of a client and its agency.
package ops

import (
	"io"
	"time"

	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
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

	Term // what term, notice and exit need from the rooms above
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }
