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
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Workspace is one that an account may choose.
type Workspace struct {
	Slug string
	Name string
}

// SignedIn is an account that has proved itself, and where it may go: call Enter with one of the workspaces.
type SignedIn struct {
	Account    party.Account
	Workspaces []Workspace
	Workspace  string // the one a link was made for; empty: the person chooses, if there is a choice
}

// SignIn proves a person by e-mail address and password. Address is the network address the request came from. An unknown address, a wrong
// password and a closed account give the same answer after the same work. Faults: Unauthenticated, RateLimited.
func (s *Service) SignIn(ctx context.Context, email, password, address string) (SignedIn, error) {
	parsed, err := party.ParseEmail(email)
	if err != nil {
		return SignedIn{}, notProved()
	}
	attempt := guessing(parsed, address)
	var row accountRow
	err = s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		if err := s.count(ctx, tx, &attempt, s.now()); err != nil {
			return err
		}
		found, known, err := readAccount(ctx, tx, "email", string(parsed))
		row = accountRow{}
		if known && !found.closed() {
			row = found
		}
		return err
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	match, stale, err := s.passwords.check(ctx, password, row.PasswordHash)
	if err != nil {
		return SignedIn{}, fmt.Errorf("check a password: %w", err)
	}
	if !match {
		return SignedIn{}, notProved()
	}
	var fresh string
	if stale {
		if fresh, err = s.passwords.hash(ctx, password); err != nil {
			return SignedIn{}, fmt.Errorf("hash a password anew: %w", err)
		}
	}
	var out SignedIn
	err = s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		if err := forgive(ctx, tx, attempt, parsed); err != nil {
			return err
		}
		now, ok, err := readAccount(ctx, tx, "id", row.ID)
		if err != nil {
			return err
		}
		if !ok || now.closed() || now.PasswordHash != row.PasswordHash {
			return notProved()
		}
		if fresh != "" {
			if err := storePassword(ctx, tx, row.ID, fresh); err != nil {
				return err
			}
		}
		out, err = welcome(ctx, tx, now)
		return err
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	return out, nil
}

// Enter records that a person who has signed in begins to work in a workspace. Faults: NotFound when the account does not belong to it.
func (s *Service) Enter(ctx context.Context, account party.Account, workspace, by string) error {
	err := s.DB.Write(db.WithWorkspace(ctx, workspace), func(ctx context.Context, tx bun.Tx) error {
		if err := mayChoose(ctx, tx, account.ID, workspace); err != nil {
			return err
		}
		_, err := journalops.Append(ctx, tx, journal.Entry{
			At: s.now(), ActorID: account.ID, ActorName: account.Name, Action: "account.sign-in", Internal: true,
			Subject: journal.Subject{Kind: "account", ID: account.ID, Name: account.Name}, Words: "signed in by " + by,
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("enter the workspace: %w", err)
	}
	return nil
}

// Welcome is the account of a session that holds, with the workspaces it may choose. Faults: Unauthenticated as Admit; Forbidden when there
// is none left.
func (s *Service) Welcome(ctx context.Context, claim Claim) (SignedIn, error) {
	var out SignedIn
	err := s.DB.Read(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		row, ok, err := readAccount(ctx, tx, "id", claim.Account)
		if err != nil {
			return err
		}
		if !ok || row.closed() || row.SessionEpoch != claim.Epoch {
			return sessionEnded()
		}
		out, err = welcome(ctx, tx, row)
		return err
	})
	return out, err
}

// Claim is what a session says of a person.
type Claim struct {
	Account   string
	Epoch     int64
	Workspace string
}

// Admit turns the claim of a session into an actor, on each request. Faults: Unauthenticated when the account is closed, its sessions were
// ended, or it does not belong to that workspace; Forbidden when its roles there are not in force.
func (s *Service) Admit(ctx context.Context, claim Claim) (access.Actor, error) {
	return s.actor(ctx, claim.Account, claim.Workspace, func(a accountRow) bool { return a.SessionEpoch == claim.Epoch })
}

// ActorOf is the account with its memberships in force in the workspace. Faults: as Admit.
func (s *Service) ActorOf(ctx context.Context, account, workspace string) (access.Actor, error) {
	return s.actor(ctx, account, workspace, func(accountRow) bool { return true })
}

func (s *Service) actor(ctx context.Context, account, workspace string, holds func(accountRow) bool) (access.Actor, error) {
	if account == "" || workspace == "" {
		return access.Actor{}, sessionEnded()
	}
	var out access.Actor
	err := s.DB.Read(db.WithWorkspace(ctx, workspace), func(ctx context.Context, tx bun.Tx) error {
		row, ok, err := readAccount(ctx, tx, "id", account)
		if err != nil {
			return err
		}
		if !ok || row.closed() || !holds(row) {
			return sessionEnded()
		}
		if err := mayChoose(ctx, tx, account, workspace); err != nil {
			return err
		}
		now := s.now()
		members, err := readMemberships(ctx, tx, now, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("membership_row.account_id = ?", account)
		})
		out = access.Actor{Account: row.ID, Name: row.Name, Workspace: workspace}
		for _, m := range members {
			if m.InForce(now) {
				out.Memberships = append(out.Memberships, m.Access())
			}
		}
		if err != nil {
			return err
		}
		roles := len(out.Memberships)
		out.Memberships, err = behindWalls(ctx, tx, account, out.Memberships, now)
		if err == nil && roles > 0 && len(out.Memberships) == 0 {
			err = fault.New(fault.Forbidden, "behind-walls", "Walls keep you from every client that your role is for, until their keeper has placed you. Ask the agency's owner.")
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return access.Actor{}, sessionEnded()
	}
	if err == nil && len(out.Memberships) == 0 {
		err = fault.New(fault.Forbidden, "no-role", "You have no role in this workspace now. Ask whoever invited you.")
	}
	if err != nil {
		return access.Actor{}, err
	}
	return out, nil
}

func sessionEnded() error {
	return fault.New(fault.Unauthenticated, "session-ended", "Your session has ended. Sign in again.")
}

// notProved is the one answer to a sign-in that fails.
func notProved() error {
	return fault.New(fault.Unauthenticated, "not-proved",
		"The e-mail address and the password do not belong together. Check both, or have a link sent to you.")
}

func welcome(ctx context.Context, tx bun.Tx, row accountRow) (SignedIn, error) {
	list, err := workspacesOf(ctx, tx, row.ID)
	if err != nil {
		return SignedIn{}, err
	}
	if len(list) == 0 {
		return SignedIn{}, fault.New(fault.Forbidden, "no-workspace", "You have no role in any workspace now. Ask whoever invited you.")
	}
	out := SignedIn{Account: row.account(), Workspaces: list}
	if len(list) == 1 {
		out.Workspace = list[0].Slug
	}
	return out, nil
}

func workspacesOf(ctx context.Context, tx bun.Tx, account string) ([]Workspace, error) {
	var out []Workspace
	err := tx.NewSelect().TableExpr("workspace AS w").ColumnExpr("w.slug, w.name").
		Join("JOIN workspace_account AS wa ON wa.workspace = w.slug").
		Where("wa.account_id = ?", account).OrderExpr("w.name, w.slug").Scan(ctx, &out)
	return out, err
}

func mayChoose(ctx context.Context, tx bun.Tx, account, workspace string) error {
	have, err := tx.NewSelect().Model((*workspaceAccountRow)(nil)).
		Where("account_id = ? AND workspace = ?", account, workspace).Exists(ctx)
	if err == nil && !have {
		return fault.New(fault.NotFound, "workspace", "There is no such workspace for you.")
	}
	return err
}
