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
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// InviteInput is who is to be what, where and for which client.
type InviteInput struct {
	Email  string
	Name   string // used when the person has no account yet
	Org    string
	Role   access.Role
	Client string    // empty: what the organisation implies
	Until  time.Time // zero: no end
}

// Invite gives a person a role: it makes the account when there is none, the membership, a link that can be used once, and the letter with
// the link. Only the letter carries the link, for whoever has it is that person. Who may: see PeopleInvite and access.MayGive.
// Faults: Forbidden, NotFound, Invalid at the fields, Conflict when the person has a role there already.
func (s *Service) Invite(ctx context.Context, actor access.Actor, in InviteInput) (party.Membership, error) {
	if actor.Account == "" {
		return party.Membership{}, access.Require(actor, access.PeopleInvite, access.Scope{})
	}
	var problems fault.List
	email, err := party.ParseEmail(in.Email)
	collect(&problems, err)
	name, err := party.CheckName("name", in.Name)
	collect(&problems, err)
	if !in.Until.IsZero() && !in.Until.After(s.now()) {
		problems.Add(fault.New(fault.Invalid, "until-past", "Choose a day in the future.").At("until"))
	}
	if err := problems.Err(); err != nil {
		return party.Membership{}, err
	}
	token, hash := s.secret("")
	var out party.Membership
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		org, client, err := s.place(ctx, tx, actor, in)
		if err != nil {
			return err
		}
		account, err := s.ensureAccount(ctx, tx, email, name, now)
		if err != nil {
			return err
		}
		out = party.Membership{ID: s.id("mem"), Account: account.ID, Org: org, Role: in.Role, Client: client, From: now,
			Until: in.Until.UTC().Truncate(time.Microsecond)}
		if err := refuseSecond(ctx, tx, out, now); err != nil {
			return err
		}
		if err := s.staffed(ctx, tx, actor, out, account.Name); err != nil {
			return err
		}
		if err := s.admitMember(ctx, tx, actor.Workspace, out); err != nil {
			return err
		}
		link := linkRow{Hash: hash, AccountID: account.ID, Workspace: actor.Workspace, Purpose: string(party.Invitation),
			ExpiresAt: now.Add(party.Invitation.Life())}
		if err := insertLink(ctx, tx, link); err != nil {
			return err
		}
		if err := mail.Enqueue(ctx, tx, s.id("mail"), now, invitation(actor, account, out, s.linkAddress(token), link.ExpiresAt)); err != nil {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: now, Action: string(access.PeopleInvite), Client: client,
			Subject: journal.Subject{Kind: "membership", ID: out.ID, Name: account.Name},
			Words:   fmt.Sprintf("invited %s as %s at %s", account.Name, in.Role.Words(), org.Name),
			After:   journal.Snapshot(recorded(out, account)),
		}))
		return err
	})
	if err != nil {
		return party.Membership{}, fmt.Errorf("invite: %w", err)
	}
	return out, nil
}

// place finds the organisation and client of an invitation and asks whether the actor may fill that role there.
func (s *Service) place(ctx context.Context, tx bun.Tx, actor access.Actor, in InviteInput) (party.Org, string, error) {
	org, err := readOrg(ctx, tx, in.Org)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Invalid, "org", "Choose an organisation from the list.").At("org")
		}
		return party.Org{}, "", err
	}
	scope := access.Of(in.Client)
	if org.Kind == access.Client {
		scope = access.Of(org.ID)
	}
	if err := access.Require(actor, access.PeopleInvite, scope); err != nil {
		return party.Org{}, "", err
	}
	client, err := party.CheckMembership(in.Role, org, in.Client)
	if err != nil {
		return party.Org{}, "", err
	}
	if client != "" {
		if _, err := readClient(ctx, tx, client); err != nil {
			return party.Org{}, "", err
		}
	}
	if !access.MayGive(actor, in.Role, org.Kind, client) {
		return party.Org{}, "", mayNotGive(in.Role, org)
	}
	return org, client, nil
}

func mayNotGive(role access.Role, org party.Org) error {
	return fault.New(fault.Forbidden, "role-not-yours", "Your role may not give or end the role of %s at %s. Ask the agency's owner.", role.Words(), org.Name)
}

// refuseSecond keeps a person to one role at a time in an organisation for a client.
func refuseSecond(ctx context.Context, tx bun.Tx, m party.Membership, now time.Time) error {
	have, err := readMemberships(ctx, tx, now, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("membership_row.account_id = ? AND membership_row.org_id = ? AND membership_row.client_id = ?", m.Account, m.Org.ID, m.Client)
	})
	if err != nil {
		return err
	}
	if len(have) > 0 {
		return fault.New(fault.Conflict, "member-already", "This person is %s at %s already. Change the role instead.", have[0].Role.Words(), m.Org.Name).At("email")
	}
	return nil
}

func readClient(ctx context.Context, tx bun.Tx, id string) (party.Org, error) {
	org, err := readOrg(ctx, tx, id)
	if err == nil && org.Kind != access.Client || fault.Is(err, fault.NotFound) {
		return party.Org{}, fault.New(fault.NotFound, "client", "There is no such client.")
	}
	return org, err
}

func readHost(ctx context.Context, tx bun.Tx) (party.Org, error) {
	var row orgRow
	if err := tx.NewSelect().Model(&row).Where("kind = ?", string(access.Agency)).Scan(ctx); err != nil {
		return party.Org{}, fault.New(fault.NotFound, "no-host", "This workspace has no agency yet; the operator opens it with the setup command.").Because(err)
	}
	return row.org(), nil
}

func invitation(actor access.Actor, to party.Account, m party.Membership, address string, until time.Time) mail.Message {
	return mail.Message{
		To: string(to.Email), ToName: to.Name, NotAfter: until,
		Subject: fmt.Sprintf("%s invites you to the record of %s", actor.Name, m.Org.Name),
		Text: fmt.Sprintf("Hello %s,\n\n%s invites you to Ofrecord as %s at %s: contract, evidence, statements and the record of every change.\n\n"+
			"Open this address and press the button to sign in. It works once, until %s:\n\n%s\n\n"+
			"Did you not expect this? Then do nothing.\n",
			to.Name, actor.Name, m.Role.Words(), m.Org.Name, until.Format("2 Jan 2006, 15:04 MST"), address),
	}
}
