package ops_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

const (
	ownerEmail = "olga@northlight.example"
	password   = "correct horse battery"
	here       = "192.0.2.7"
)

// cheap makes hashing fast enough for tests.
var cheap = &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// office is a workspace with its owner, and a clock that the test moves.
type office struct {
	*ops.Service
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	mu    sync.Mutex
	at    time.Time
	owner access.Actor
	link  string
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.at
}

func (o *office) later(by time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at = o.at.Add(by)
}

func open(t *testing.T, d *db.DB, ctx context.Context) *office {
	t.Helper()
	o := &office{t: t, ctx: ctx, d: d, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	o.Service = ops.New(ops.Options{DB: d, Now: o.clock, PublicURL: "https://records.example.com/", Hashing: cheap})
	got, err := o.Bootstrap(ctx, ops.BootstrapInput{Workspace: dbtest.Workspace, AgencyName: "Northlight", OwnerName: "Olga Owner",
		OwnerEmail: ownerEmail, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	o.owner, o.link = o.actor(got.Owner.ID), got.Link
	return o
}

func (o *office) actor(account string) access.Actor {
	o.t.Helper()
	a, err := o.ActorOf(o.ctx, account, dbtest.Workspace)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) client(name string) party.Org {
	o.t.Helper()
	c, err := o.CreateClient(o.ctx, o.owner, name)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (o *office) invite(by access.Actor, email string, role access.Role, org, client string) access.Actor {
	o.t.Helper()
	m, err := o.Invite(o.ctx, by, ops.InviteInput{Email: email, Name: strings.Split(email, "@")[0], Org: org, Role: role, Client: client})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.actor(m.Account)
}

// letters are the mails in the outbox to the address, oldest first.
func (o *office) letters(to string) []mail.Message {
	o.t.Helper()
	var bodies []string
	if err := o.d.Read(o.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("outbox").Column("body").OrderExpr("created_at").Scan(ctx, &bodies)
	}); err != nil {
		o.t.Fatal(err)
	}
	var out []mail.Message
	for _, b := range bodies {
		var m mail.Message
		if err := json.Unmarshal([]byte(b), &m); err != nil {
			o.t.Fatal(err)
		}
		if m.To == to {
			out = append(out, m)
		}
	}
	return out
}

// linkIn finds the secret of the link in a mail or an address.
func linkIn(t *testing.T, text string) string {
	t.Helper()
	_, after, ok := strings.Cut(text, "https://records.example.com"+party.LinkPath)
	if !ok {
		t.Fatalf("no link in %q", text)
	}
	token, _, _ := strings.Cut(after, "\n")
	return token
}

func (o *office) record() []journal.Entry {
	o.t.Helper()
	s := &journalops.Service{DB: o.d}
	listed, err := s.List(o.ctx, o.owner, journalops.Filter{}, journalops.Page{})
	if err != nil {
		o.t.Fatal(err)
	}
	return listed.Entries
}

func each(t *testing.T, test func(o *office)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) { test(open(t, d, ctx)) })
}

func (o *office) fails(err error, kind fault.Kind, code string) {
	o.t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		o.t.Errorf("got %v (%v, %s), want %v, %s", err, fault.KindOf(err), fault.Code(err), kind, code)
	}
}
