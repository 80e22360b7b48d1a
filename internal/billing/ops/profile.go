package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
)

// Profile is the billing profile of an organisation as it stands. Version 0: none was entered.
type Profile struct {
	billing.Profile
	Version int
	MadeAt  time.Time
	MadeBy  string
}

// AgencyProfile is that of the agency. Who may: see BillingProfileSee, for the workspace. Faults: NotFound, Forbidden.
func (s *Service) AgencyProfile(ctx context.Context, actor access.Actor) (Profile, error) {
	if err := access.Require(actor, access.BillingProfileSee, access.Scope{}); err != nil {
		return Profile{}, err
	}
	host, err := s.Parties.Host(ctx, actor)
	if err != nil {
		return Profile{}, err
	}
	return s.profile(ctx, host.ID)
}

// ClientProfile is that of a client. Who may: see BillingProfileSee. Faults: NotFound, Forbidden.
func (s *Service) ClientProfile(ctx context.Context, actor access.Actor, client string) (Profile, error) {
	if err := access.Require(actor, access.BillingProfileSee, access.Of(client)); err != nil {
		return Profile{}, err
	}
	if _, err := s.Parties.Client(ctx, actor, client); err != nil {
		return Profile{}, err
	}
	return s.profile(ctx, client)
}

func (s *Service) profile(ctx context.Context, org string) (Profile, error) {
	var out Profile
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, _, err = readProfile(ctx, tx, org)
		return err
	})
	return out, err
}

// EnterAgencyProfile enters what stands of the agency on the invoices from now on. Who may: see BillingProfileEdit, for the workspace.
// Faults: NotFound, Forbidden; Invalid at fields.
func (s *Service) EnterAgencyProfile(ctx context.Context, actor access.Actor, in billing.ProfileInput) (Profile, error) {
	if err := access.Require(actor, access.BillingProfileEdit, access.Scope{}); err != nil {
		return Profile{}, err
	}
	host, err := s.Parties.Host(ctx, actor)
	if err != nil {
		return Profile{}, err
	}
	return s.enter(ctx, actor, access.Scope{}, host.ID, host.Name, billing.Issuer, in)
}

// EnterClientProfile enters what stands of a client on the invoices from now on. Who may: see BillingProfileEdit. Faults: NotFound,
// Forbidden; Invalid at fields.
func (s *Service) EnterClientProfile(ctx context.Context, actor access.Actor, client string, in billing.ProfileInput) (Profile, error) {
	if err := access.Require(actor, access.BillingProfileEdit, access.Of(client)); err != nil {
		return Profile{}, err
	}
	org, err := s.Parties.Client(ctx, actor, client)
	if err != nil {
		return Profile{}, err
	}
	return s.enter(ctx, actor, access.Of(client), client, org.Name, billing.Customer, in)
}

func (s *Service) enter(ctx context.Context, actor access.Actor, scope access.Scope, org, name string, side billing.Side, in billing.ProfileInput) (Profile, error) {
	p, err := billing.ReadProfile(side, in)
	if err != nil {
		return Profile{}, err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return Profile{}, err
	}
	var out Profile
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := access.Require(actor, access.BillingProfileEdit, scope); err != nil {
			return err
		}
		before, known, err := readProfile(ctx, tx, org)
		if err != nil {
			return err
		}
		old := ""
		if known {
			old = journal.Snapshot(before.Profile)
			if journal.Snapshot(p) == old {
				out = before
				return nil
			}
		}
		row := profileRow{OrgID: org, Version: before.Version + 1, Document: string(text), MadeAt: s.now(), MadeBy: actor.Account, MadeByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		out = Profile{p, row.Version, row.MadeAt, row.MadeByName}
		entry := journal.Entry{
			At: row.MadeAt, Action: string(access.BillingProfileEdit), Client: scope.Client, Subject: journal.Subject{Kind: "billing-profile", ID: org, Name: name},
			Words: fmt.Sprintf("entered the billing profile of %s", name), Before: old, After: journal.Snapshot(p),
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, entry))
		return err
	})
	if err != nil {
		return Profile{}, fmt.Errorf("enter the billing profile of %s: %w", org, err)
	}
	return out, nil
}
