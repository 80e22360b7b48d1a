// Package ops holds what can be done with people and organisations, and how people sign in.
package ops

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Options are what the use cases need from the program around them.
type Options struct {
	DB        *db.DB
	Now       func() time.Time
	PublicURL string           // "https://records.example.com": links in mails begin with it
	Random    io.Reader        // crypto/rand when nil
	Hashing   *argon2id.Params // of passwords; Hashing() when nil
}

// Service is the use cases. Make it with New.
type Service struct {
	Options
	passwords passwords

	// Staffed is asked, within the transaction, before somebody gets a role, and Arrived is told when an organisation was added. What the agency promised its
	// clients of people and of competitors stands above, so the program wires them. nil: nothing was promised.
	Staffed func(ctx context.Context, tx bun.Tx, actor access.Actor, m party.Membership, name string) error
	Arrived func(ctx context.Context, tx bun.Tx, actor access.Actor, org party.Org) error
}

// New prepares the use cases.
func New(o Options) *Service {
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Hashing == nil {
		o.Hashing = Hashing()
	}
	return &Service{Options: o, passwords: newPasswords(o.Hashing)}
}

// now is cut to what both engines keep, so that what is returned equals what is read later.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) id(prefix string) string { return ident.New(prefix, s.Random) }

func (s *Service) staffed(ctx context.Context, tx bun.Tx, actor access.Actor, m party.Membership, name string) error {
	if s.Staffed == nil {
		return nil
	}
	return s.Staffed(ctx, tx, actor, m, name)
}

func (s *Service) arrived(ctx context.Context, tx bun.Tx, actor access.Actor, org party.Org) error {
	if s.Arrived == nil {
		return nil
	}
	return s.Arrived(ctx, tx, actor, org)
}

// secret is 256 random bits as text, and the hash under which it is stored.
func (s *Service) secret(prefix string) (text, hash string) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, b); err != nil {
		panic("party: no random bytes: " + err.Error())
	}
	text = prefix + base64.RawURLEncoding.EncodeToString(b)
	return text, hashOf(text)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// shared is the context for what all workspaces share.
func shared(ctx context.Context) context.Context { return db.WithWorkspace(ctx, "") }
