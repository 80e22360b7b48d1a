// Package ops holds what can be done with requests, their conversation and their clocks.
package ops

import (
	"io"
	"time"

	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. Every field but Deliverables is needed.
type Service struct {
	DB        *db.DB
	Now       func() time.Time
	Random    io.Reader
	Parties   *partyops.Service
	Contracts *contractops.Service
	Files     *blob.Store
	PublicURL string // links in mails begin with it

	// Deliverables are what deliverables ask of the rooms beside and above.
	Deliverables DeliverableDoors
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }
