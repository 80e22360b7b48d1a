package ops

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// tokenPrefix lets a person, and a scanner of leaked secrets, know one of our tokens.
const tokenPrefix = "ofr_"

// useNoted is how exact "last used" is: a token in constant use costs one write in that time.
const useNoted = time.Hour

type tokenRow struct {
	bun.BaseModel `bun:"table:api_token"`

	Hash       string    `bun:"hash,pk"`
	AccountID  string    `bun:"account_id"`
	Workspace  string    `bun:"workspace"`
	Label      string    `bun:"label"`
	CreatedAt  time.Time `bun:"created_at"`
	LastUsedAt time.Time `bun:"last_used_at,nullzero"`
	RevokedAt  time.Time `bun:"revoked_at,nullzero"`
}

// Token is a secret for programs, without the secret. It does what its person may do, in one workspace.
type Token struct {
	ID         string // its hash; useless for signing in
	Label      string
	CreatedAt  time.Time
	LastUsedAt time.Time // to the hour; zero: never
}

// MakeToken makes a token for the actor's own account in the workspace of the actor. The secret is returned this once; only its hash is
// kept. Faults: Invalid at "label".
func (s *Service) MakeToken(ctx context.Context, actor access.Actor, label string) (secret string, token Token, err error) {
	if err := access.Require(actor, access.TokenMake, access.Scope{}); err != nil {
		return "", Token{}, err
	}
	label = strings.Join(strings.Fields(label), " ")
	if label == "" || utf8.RuneCountInString(label) > 80 {
		return "", Token{}, fault.New(fault.Invalid, "label", "Name the program that will use the token, in at most 80 characters.").At("label")
	}
	secret, hash := s.secret(tokenPrefix)
	row := tokenRow{Hash: hash, AccountID: actor.Account, Workspace: actor.Workspace, Label: label, CreatedAt: s.now()}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.ownEntry(ctx, tx, actor, journal.Entry{
			Action: string(access.TokenMake), Words: "made the token " + label, Subject: journal.Subject{Kind: "token", ID: hash, Name: label},
		})
	})
	if err != nil {
		return "", Token{}, fmt.Errorf("make a token: %w", err)
	}
	return secret, row.token(), nil
}

// Tokens lists the actor's own tokens in this workspace that are not revoked, newest first.
func (s *Service) Tokens(ctx context.Context, actor access.Actor) ([]Token, error) {
	if err := access.Require(actor, access.TokenMake, access.Scope{}); err != nil {
		return nil, err
	}
	var rows []tokenRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model(&rows).Where("account_id = ? AND workspace = ? AND revoked_at IS NULL", actor.Account, actor.Workspace).
			OrderExpr("created_at DESC, hash").Scan(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	out := make([]Token, len(rows))
	for i, r := range rows {
		out[i] = r.token()
	}
	return out, nil
}

// RevokeToken ends one of the actor's own tokens at once. Faults: NotFound when it is not theirs or was revoked.
func (s *Service) RevokeToken(ctx context.Context, actor access.Actor, id string) error {
	if err := access.Require(actor, access.TokenMake, access.Scope{}); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []tokenRow
		if err := tx.NewSelect().Model(&rows).Where("hash = ? AND account_id = ? AND workspace = ? AND revoked_at IS NULL",
			id, actor.Account, actor.Workspace).Scan(ctx); err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.New(fault.NotFound, "token", "There is no such token, or it was revoked already.")
		}
		if _, err := tx.NewUpdate().Model((*tokenRow)(nil)).Set("revoked_at = ?", s.now()).Where("hash = ?", id).Exec(ctx); err != nil {
			return err
		}
		return s.ownEntry(ctx, tx, actor, journal.Entry{
			Action: "token.revoke", Words: "revoked the token " + rows[0].Label, Subject: journal.Subject{Kind: "token", ID: id, Name: rows[0].Label},
		})
	})
	if err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return nil
}

// ActorByToken is who a bearer token stands for, as ActorOf. Faults: Unauthenticated when it is unknown or revoked.
func (s *Service) ActorByToken(ctx context.Context, secret string) (access.Actor, error) {
	var rows []tokenRow
	err := s.DB.Read(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model(&rows).Where("hash = ? AND revoked_at IS NULL", hashOf(secret)).Scan(ctx)
	})
	if err != nil {
		return access.Actor{}, fmt.Errorf("look a token up: %w", err)
	}
	if len(rows) == 0 || !strings.HasPrefix(secret, tokenPrefix) {
		return access.Actor{}, fault.New(fault.Unauthenticated, "token", "This token is unknown or was revoked. Make a new one on your account page.")
	}
	row, now := rows[0], s.now()
	if now.Sub(row.LastUsedAt) >= useNoted {
		if err := s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewUpdate().Model((*tokenRow)(nil)).Set("last_used_at = ?", now).Where("hash = ?", row.Hash).Exec(ctx)
			return err
		}); err != nil {
			return access.Actor{}, fmt.Errorf("note the use of a token: %w", err)
		}
	}
	return s.ActorOf(ctx, row.AccountID, row.Workspace)
}

func (r tokenRow) token() Token {
	t := Token{ID: r.Hash, Label: r.Label, CreatedAt: r.CreatedAt.UTC()}
	if !r.LastUsedAt.IsZero() {
		t.LastUsedAt = r.LastUsedAt.UTC()
	}
	return t
}
