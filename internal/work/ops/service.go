// Package ops holds what can be done with requests, their conversation and their clocks.
//
// A request is a head that never changes and its events in their order; request_state and request_clock tell where it stands and are written anew from the
// events with each of them. What a message or a file is visible to is said when it is written, and never changes.
package ops

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service is the use cases. Every field but Deliverables, Scoping, Route, HandOver and MailTo is needed.
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

	// Scoping is what intake asks of the contract.
	Scoping ScopeDoors

	// Route says who does a request, and offers it to whom it was promised first. Appointments stand beside this room, so the program wires it. nil: the agency
	// triages each.
	Route func(ctx context.Context, tx bun.Tx, actor access.Actor, in RouteAsk) (Routed, error)

	// HandOver takes the misses of a client as a file of evidence. Evidence stands beside this room, so the program wires it. nil: nothing is handed over.
	HandOver func(ctx context.Context, actor access.Actor, client, name string, file []byte) error

	// MailTo is the address of the mailbox to which mail of a client goes, "" for none. Mailboxes are settings of the installation, so the program wires it.
	// nil: there is none.
	MailTo func(ctx context.Context, tx bun.Tx, client string) (address string, err error)

	replyKeys sync.Map // workspace -> []byte, the secret that answers to mails are known by
	levels    sync.Map // version of a contract -> *contract.ServiceLevels
	pasts     sync.Map // workspace and client -> counted
}

// RouteAsk is what is asked for, on the day of the request.
type RouteAsk struct {
	Client, Category, Brand, Market string
	Work                            string // "R-12 Spring campaign"
	Day                             cal.Date
}

// Routed is to whom a request goes by what both sides have agreed.
type Routed struct {
	Agreed   bool   // somebody was promised it
	Provider string // organisation; empty: the agency
	Words    string // the promise by which it goes there
	Asks     string // what has to be said before that is decided; empty: nothing
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }

// FormKey is a fresh key of a form, by which sending it twice is one act.
func (s *Service) FormKey() string { return s.id("rky") }

// files are those of the context's workspace.
func (s *Service) files(ctx context.Context) (*blob.Store, error) {
	workspace, ok := db.Workspace(ctx)
	if !ok || s.DB.Engine() == db.SQLite {
		return s.Files, nil
	}
	return s.Files.In(workspace)
}
