package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

// Account is the actor's own account. Faults: Unauthenticated, NotFound for the machine, which has none.
func (s *Service) Account(ctx context.Context, actor access.Actor) (party.Account, error) {
	row, err := s.ownAccount(ctx, actor)
	return row.account(), err
}

// Rename changes the name under which the actor's account acts from now on; what is recorded keeps the old one. Faults: Invalid at "name".
func (s *Service) Rename(ctx context.Context, actor access.Actor, name string) error {
	row, err := s.ownAccount(ctx, actor)
	if err != nil {
		return err
	}
	name, err = party.CheckName("name", name)
	if err != nil || name == row.Name {
		return err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewUpdate().Model((*accountRow)(nil)).Set("name = ?", name).Where("id = ?", row.ID).Exec(ctx); err != nil {
			return err
		}
		return s.ownEntry(ctx, tx, actor, journal.Entry{
			Action: "account.rename", Words: fmt.Sprintf("changed the own name to %s", name),
			Before: journal.Snapshot(map[string]string{"name": row.Name}), After: journal.Snapshot(map[string]string{"name": name}),
		})
	})
	if err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	return nil
}

// SetPassword sets or changes the actor's own password. The current one is asked for when there is one. Every other session ends, and
// every link that was not used; the account that is returned has the epoch for a new session. Faults: Invalid at "current" or "password",
// RateLimited, Conflict when it was changed meanwhile.
func (s *Service) SetPassword(ctx context.Context, actor access.Actor, current, password string) (party.Account, error) {
	row, err := s.ownAccount(ctx, actor)
	if err != nil {
		return party.Account{}, err
	}
	if err := party.CheckPassword(password, party.Email(row.Email)); err != nil {
		return party.Account{}, err
	}
	if row.PasswordHash != "" {
		if err := s.confirm(ctx, row, current); err != nil {
			return party.Account{}, err
		}
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return party.Account{}, fmt.Errorf("hash a password: %w", err)
	}
	words := "changed the own password"
	if row.PasswordHash == "" {
		words = "set a password"
	}
	return s.beginEpoch(ctx, actor, "account.set-password", words, func(ctx context.Context, tx bun.Tx, now accountRow) error {
		if now.PasswordHash != row.PasswordHash {
			return fault.New(fault.Conflict, "password-changed", "The password was changed meanwhile. Sign in with the new one.")
		}
		return storePassword(ctx, tx, row.ID, hash)
	})
}

// SignOutEverywhere ends all sessions of the actor's account, this one too, and every link that was not used. Tokens for programs stay.
func (s *Service) SignOutEverywhere(ctx context.Context, actor access.Actor) (party.Account, error) {
	return s.beginEpoch(ctx, actor, "account.sign-out-everywhere", "signed out everywhere",
		func(context.Context, bun.Tx, accountRow) error { return nil })
}

type besides func(ctx context.Context, tx bun.Tx, now accountRow) error

// beginEpoch makes all sessions and unused links of the account worthless.
func (s *Service) beginEpoch(ctx context.Context, actor access.Actor, action, words string, do besides) (party.Account, error) {
	if err := access.Require(actor, access.AccountSelf, access.Scope{}); err != nil {
		return party.Account{}, err
	}
	var out party.Account
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, ok, err := readAccount(ctx, tx, "id", actor.Account)
		if err != nil {
			return err
		}
		if !ok {
			return noAccount()
		}
		if err := do(ctx, tx, row); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model((*accountRow)(nil)).Set("session_epoch = session_epoch + 1").Where("id = ?", row.ID).Exec(ctx); err != nil {
			return err
		}
		if err := voidLinks(ctx, tx, row.ID, s.now()); err != nil {
			return err
		}
		if row, _, err = readAccount(ctx, tx, "id", row.ID); err != nil {
			return err
		}
		out = row.account()
		return s.ownEntry(ctx, tx, actor, journal.Entry{Action: action, Words: words})
	})
	if err != nil {
		return party.Account{}, fmt.Errorf("begin a new epoch of sessions: %w", err)
	}
	return out, nil
}

// ownEntry records what a person did with the own account. It concerns the agency that runs the workspace, not the clients.
func (s *Service) ownEntry(ctx context.Context, tx bun.Tx, actor access.Actor, e journal.Entry) error {
	e.At, e.Internal = s.now(), true
	if e.Subject.Kind == "" {
		e.Subject = journal.Subject{Kind: "account", ID: actor.Account, Name: actor.Name}
	}
	_, err := journalops.Append(ctx, tx, journalops.By(actor, e))
	return err
}

// confirm checks the current password, within the limits of guessing.
func (s *Service) confirm(ctx context.Context, row accountRow, current string) error {
	email := party.Email(row.Email)
	attempt := guess{limits: map[string]party.Limit{hashOf("email:" + row.Email): party.PerEmail}}
	err := s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error { return s.count(ctx, tx, &attempt, s.now()) })
	if err != nil {
		return err
	}
	match, _, err := s.passwords.check(ctx, current, row.PasswordHash)
	if err != nil {
		return fmt.Errorf("check a password: %w", err)
	}
	if !match {
		return fault.New(fault.Invalid, "password-wrong", "This is not your current password.").At("current")
	}
	return s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error { return forgive(ctx, tx, attempt, email) })
}

func (s *Service) ownAccount(ctx context.Context, actor access.Actor) (accountRow, error) {
	if err := access.Require(actor, access.AccountSelf, access.Scope{}); err != nil {
		return accountRow{}, err
	}
	var row accountRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		found, ok, err := readAccount(ctx, tx, "id", actor.Account)
		if err == nil && !ok {
			return noAccount()
		}
		row = found
		return err
	})
	return row, err
}

func noAccount() error {
	return fault.New(fault.NotFound, "account", "There is no account to change.")
}

func storePassword(ctx context.Context, tx bun.Tx, account, hash string) error {
	_, err := tx.NewUpdate().Model((*accountRow)(nil)).Set("password_hash = ?", hash).Where("id = ?", account).Exec(ctx)
	return err
}
