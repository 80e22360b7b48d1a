package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// BootstrapInput is what a new workspace begins with.
type BootstrapInput struct {
	Workspace  string // short name: a-z, 0-9 and "-"
	AgencyName string
	OwnerName  string
	OwnerEmail string
	Password   string // optional: without it the owner signs in by the link and sets one
}

// Bootstrapped is what came of it.
type Bootstrapped struct {
	Agency party.Org
	Owner  party.Account
	Link   string // address that signs the owner in once, within the life of an invitation
}

// Bootstrap makes a workspace with its host and first owner. Who may: the operator of the installation, at the command line; there is
// nobody yet to ask. Repeating it after a failure half way goes on. Faults: Invalid, all at their fields; Conflict when the workspace has its host.
func (s *Service) Bootstrap(ctx context.Context, in BootstrapInput) (Bootstrapped, error) {
	in.Password = strings.TrimSpace(in.Password) // as the form of the sign-in does
	var problems fault.List
	agency, err := party.CheckName("agency", in.AgencyName)
	collect(&problems, err)
	name, err := party.CheckName("name", in.OwnerName)
	collect(&problems, err)
	email, err := party.ParseEmail(in.OwnerEmail)
	collect(&problems, err)
	var hash string
	if in.Password != "" {
		collect(&problems, party.CheckPassword(in.Password, email))
	}
	if err := problems.Err(); err != nil {
		return Bootstrapped{}, err
	}
	if in.Password != "" {
		if hash, err = s.passwords.hash(ctx, in.Password); err != nil {
			return Bootstrapped{}, err
		}
	}
	if err := s.ensureWorkspace(ctx, in.Workspace, agency); err != nil {
		return Bootstrapped{}, err
	}
	var out Bootstrapped
	token, tokenHash := s.secret("")
	err = s.DB.Write(db.WithWorkspace(ctx, in.Workspace), func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		host := orgRow{ID: s.id("org"), Kind: string(access.Agency), Name: agency, CreatedAt: now}
		have, err := tx.NewSelect().Model((*orgRow)(nil)).Where("kind = ?", host.Kind).Exists(ctx)
		if err != nil {
			return err
		}
		if have {
			return fault.New(fault.Conflict, "bootstrapped", "The workspace %q has its agency already. Sign in as its owner.", in.Workspace)
		}
		if _, err := tx.NewInsert().Model(&host).Exec(ctx); err != nil {
			return err
		}
		account, err := s.ensureAccount(ctx, tx, email, name, now)
		if err != nil {
			return err
		}
		if hash != "" && !account.HasPassword {
			if err := storePassword(ctx, tx, account.ID, hash); err != nil {
				return err
			}
			account.HasPassword = true
		}
		m := party.Membership{ID: s.id("mem"), Account: account.ID, Org: host.org(), Role: access.Owner, From: now}
		if err := s.admitMember(ctx, tx, in.Workspace, m); err != nil {
			return err
		}
		if err := insertLink(ctx, tx, linkRow{Hash: tokenHash, AccountID: account.ID, Workspace: in.Workspace,
			Purpose: string(party.Invitation), ExpiresAt: now.Add(party.Invitation.Life())}); err != nil {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(access.Machine(in.Workspace, "the operator"), journal.Entry{
			At: now, Action: "workspace.bootstrap", Subject: journal.Subject{Kind: "workspace", ID: in.Workspace, Name: agency},
			Words: fmt.Sprintf("opened the workspace of %s with %s as its owner", agency, account.Name),
			After: journal.Snapshot(recorded(m, account)),
		}))
		out = Bootstrapped{Agency: host.org(), Owner: account, Link: s.linkAddress(token)}
		return err
	})
	if err != nil {
		return Bootstrapped{}, fmt.Errorf("open the workspace %s: %w", in.Workspace, err)
	}
	return out, nil
}

func (s *Service) ensureWorkspace(ctx context.Context, slug, name string) error {
	have, err := s.DB.Workspaces(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(have, func(w db.WorkspaceInfo) bool { return w.Slug == slug }) {
		return nil
	}
	return s.DB.CreateWorkspace(ctx, slug, name)
}

// admitMember stores a membership and lets the account choose the workspace.
func (s *Service) admitMember(ctx context.Context, tx bun.Tx, workspace string, m party.Membership) error {
	if err := insertMembership(ctx, tx, m); err != nil {
		return err
	}
	return belongsTo(ctx, tx, m.Account, workspace)
}

// collect adds the faults of an error to the list; the error of a check is nothing else.
func collect(problems *fault.List, err error) {
	for _, f := range fault.All(err) {
		problems.Add(f)
	}
}

// recorded is a membership as the journal shows it.
func recorded(m party.Membership, a party.Account) map[string]string {
	out := map[string]string{"name": a.Name, "email": string(a.Email), "organisation": m.Org.Name, "role": string(m.Role)}
	if m.Client != "" {
		out["client"] = m.Client
	}
	if !m.Until.IsZero() {
		out["until"] = m.Until.Format("2006-01-02T15:04:05Z07:00")
	}
	return out
}
