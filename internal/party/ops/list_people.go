package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
)

// Listing is one role of one person, as the list of people shows it.
type Listing struct {
	Membership party.Membership
	Account    party.Account
	ClientName string // of the client the membership covers; empty: all clients
	SignedIn   bool   // false: invited, has not come yet
	MayChange  bool   // whether the actor may change or end this role
}

// ListPeople lists who has a role now or later: for a client everybody who can see something of it, for the workspace ("") everybody.
// By organisation's kind and name, then person. Who may: see PeopleSee. Faults: Forbidden, NotFound.
func (s *Service) ListPeople(ctx context.Context, actor access.Actor, client string) ([]Listing, error) {
	if err := access.Require(actor, access.PeopleSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []Listing
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		out, err = PeopleOf(ctx, tx, client, s.now())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	for i, l := range out {
		m := l.Membership
		out[i].MayChange = access.Decide(actor, access.PeopleChange, access.Of(m.Client)).Allowed &&
			access.MayGive(actor, m.Role, m.Org.Kind, m.Client)
	}
	kinds := access.OrgKinds()
	slices.SortStableFunc(out, func(a, b Listing) int {
		x, y := a.Membership.Org, b.Membership.Org
		if by := slices.Index(kinds, x.Kind) - slices.Index(kinds, y.Kind); by != 0 {
			return by
		}
		if by := strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)); by != 0 {
			return by
		}
		return strings.Compare(strings.ToLower(a.Account.Name), strings.ToLower(b.Account.Name))
	})
	return out, nil
}

// PeopleOf are the roles in which people see something of a client, or of any for an empty one, at a moment; whom a wall keeps from it does not. It decides no access: the caller has.
func PeopleOf(ctx context.Context, tx bun.Tx, client string, at time.Time) ([]Listing, error) {
	members, err := readMemberships(ctx, tx, at, func(q *bun.SelectQuery) *bun.SelectQuery {
		if client != "" {
			q = q.Where("membership_row.client_id IN (?)", bun.List([]string{client, ""}))
		}
		return q
	})
	if err != nil {
		return nil, err
	}
	if members, err = thisSide(ctx, tx, client, members, at); err != nil || len(members) == 0 {
		return nil, err
	}
	return listings(ctx, tx, members)
}

// AccountWith is the account of an e-mail address; ok is false when there is none. It decides no access, nor whether the account has any.
func AccountWith(ctx context.Context, tx bun.Tx, email party.Email) (account party.Account, ok bool, err error) {
	row, ok, err := readAccount(ctx, tx, "email", string(email))
	return row.account(), ok, err
}

// Person is one role of one person as ListPeople shows it. Faults: NotFound.
func (s *Service) Person(ctx context.Context, actor access.Actor, membership string) (Listing, error) {
	var found []Listing
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		m, err := readMembership(ctx, tx, membership)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.PeopleSee, access.Of(m.Client)); err != nil {
			return err
		}
		found, err = listings(ctx, tx, []party.Membership{m})
		return err
	})
	if err != nil {
		return Listing{}, fmt.Errorf("read a membership: %w", err)
	}
	m := found[0].Membership
	found[0].MayChange = m.InForce(s.now()) && access.Decide(actor, access.PeopleChange, access.Of(m.Client)).Allowed &&
		access.MayGive(actor, m.Role, m.Org.Kind, m.Client)
	return found[0], nil
}

// listings adds person, client and whether the person has come, in three queries however many there are.
func listings(ctx context.Context, tx bun.Tx, members []party.Membership) ([]Listing, error) {
	ids, clients := make([]string, len(members)), make([]string, len(members))
	for i, m := range members {
		ids[i], clients[i] = m.Account, m.Client
	}
	var accounts []accountRow
	if err := tx.NewSelect().Model(&accounts).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	var orgs []orgRow
	if err := tx.NewSelect().Model(&orgs).Where("id IN (?)", bun.List(clients)).Scan(ctx); err != nil {
		return nil, err
	}
	var came []string
	if err := tx.NewSelect().Model((*linkRow)(nil)).ColumnExpr("DISTINCT account_id").
		Where("used_at IS NOT NULL AND account_id IN (?)", bun.List(ids)).Scan(ctx, &came); err != nil {
		return nil, err
	}
	people, names := map[string]party.Account{}, map[string]string{}
	for _, a := range accounts {
		people[a.ID] = a.account()
	}
	for _, o := range orgs {
		names[o.ID] = o.Name
	}
	out := make([]Listing, len(members))
	for i, m := range members {
		account := people[m.Account]
		out[i] = Listing{Membership: m, Account: account, ClientName: names[m.Client],
			SignedIn: account.HasPassword || slices.Contains(came, m.Account)}
	}
	return out, nil
}
