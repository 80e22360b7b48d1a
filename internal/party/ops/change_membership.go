package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

// ChangeRole ends a membership and begins one with another role at the same instant, so that the history stays. Who may: see PeopleChange
// and access.MayGive, for the old role and the new. Faults: Forbidden, NotFound, Invalid at "role", Conflict for the last owner, for a
// membership that has ended meanwhile or a role that is the same.
func (s *Service) ChangeRole(ctx context.Context, actor access.Actor, membership string, role access.Role) (party.Membership, error) {
	var out party.Membership
	err := s.change(ctx, actor, membership, func(ctx context.Context, tx bun.Tx, m party.Membership, account party.Account, now time.Time) error {
		if role == m.Role {
			return fault.New(fault.Conflict, "role-same", "%s is %s already.", account.Name, role.Words()).At("role")
		}
		if _, err := party.CheckMembership(role, m.Org, m.Client); err != nil {
			return err
		}
		if !access.MayGive(actor, role, m.Org.Kind, m.Client) {
			return mayNotGive(role, m.Org)
		}
		out = m
		out.ID, out.Role, out.From = s.id("mem"), role, now
		if err := s.staffed(ctx, tx, actor, out, account.Name); err != nil {
			return err
		}
		if err := insertMembership(ctx, tx, out); err != nil {
			return err
		}
		if err := ownerStays(ctx, tx, now); err != nil {
			return err
		}
		_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: now, Action: "people.change-role", Client: m.Client, Subject: journal.Subject{Kind: "membership", ID: out.ID, Name: account.Name},
			Words:  fmt.Sprintf("changed the role of %s at %s from %s to %s", account.Name, m.Org.Name, m.Role.Words(), role.Words()),
			Before: journal.Snapshot(recorded(m, account)), After: journal.Snapshot(recorded(out, account)),
		}))
		return err
	})
	if err != nil {
		return party.Membership{}, fmt.Errorf("change the role: %w", err)
	}
	return out, nil
}

// EndMembership ends a role now; the person's next request finds it gone. Who may and faults: as ChangeRole.
func (s *Service) EndMembership(ctx context.Context, actor access.Actor, membership string) error {
	err := s.change(ctx, actor, membership, func(ctx context.Context, tx bun.Tx, m party.Membership, account party.Account, now time.Time) error {
		if err := ownerStays(ctx, tx, now); err != nil {
			return err
		}
		left, err := readMemberships(ctx, tx, now, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("membership_row.account_id = ?", account.ID)
		})
		if err != nil {
			return err
		}
		if len(left) == 0 {
			gone := workspaceAccountRow{AccountID: account.ID, Workspace: actor.Workspace}
			if _, err := tx.NewDelete().Model(&gone).WherePK().Exec(ctx); err != nil {
				return err
			}
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: now, Action: "people.end", Client: m.Client, Subject: journal.Subject{Kind: "membership", ID: m.ID, Name: account.Name},
			Words:  fmt.Sprintf("ended the role of %s as %s at %s", account.Name, m.Role.Words(), m.Org.Name),
			Before: journal.Snapshot(recorded(m, account)),
		}))
		return err
	})
	if err != nil {
		return fmt.Errorf("end the membership: %w", err)
	}
	return nil
}

type changing func(ctx context.Context, tx bun.Tx, m party.Membership, account party.Account, now time.Time) error

// change ends the membership, if the actor may, and goes on with what the verb does besides.
func (s *Service) change(ctx context.Context, actor access.Actor, membership string, then changing) error {
	if actor.Account == "" {
		return access.Require(actor, access.PeopleChange, access.Scope{})
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		m, err := readMembership(ctx, tx, membership)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.PeopleChange, access.Of(m.Client)); err != nil {
			return err
		}
		if !access.MayGive(actor, m.Role, m.Org.Kind, m.Client) {
			return mayNotGive(m.Role, m.Org)
		}
		if !m.InForce(now) {
			return fault.New(fault.Conflict, "membership-ended", "This role has ended meanwhile. Open the list of people again.")
		}
		account, ok, err := readAccount(ctx, tx, "id", m.Account)
		if err != nil || !ok {
			return fmt.Errorf("read the account of %s: %w", m.ID, err)
		}
		if _, err := tx.NewUpdate().Model((*membershipRow)(nil)).Set("until_at = ?", now).Where("id = ?", m.ID).Exec(ctx); err != nil {
			return err
		}
		return then(ctx, tx, m, account.account(), now)
	})
}

func ownerStays(ctx context.Context, tx bun.Tx, now time.Time) error {
	left, err := readMemberships(ctx, tx, now, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("membership_row.role = ? AND membership_row.until_at IS NULL", string(access.Owner))
	})
	if err != nil {
		return err
	}
	return party.KeepsOwner(left)
}
