package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// sides decides for which side the actor takes the turn, before anything is read for it, and lists the people of the other side who act
// on statements.
func (s *Service) sides(ctx context.Context, actor access.Actor, id string, t turn) (access.OrgKind, []partyops.Listing, error) {
	var row statementRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		row, err = s.admit(ctx, tx, actor, t.action, id)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	scope, err := s.scopeOf(ctx, row)
	if err != nil {
		return "", nil, err
	}
	side, err := sideOf(actor, t.action, scope)
	if err != nil || s.Parties == nil || t.letter == nil {
		return side, nil, err
	}
	people, err := s.peopleOf(ctx, scope)
	if err != nil {
		return "", nil, fmt.Errorf("list who is to be told: %w", err)
	}
	acts := access.StatementDispute
	if side == access.Client {
		acts = access.StatementAnswer
	}
	told := map[string]bool{actor.Account: true}
	people = slices.DeleteFunc(people, func(l partyops.Listing) bool {
		m := l.Membership
		if told[l.Account.ID] || m.Org.Kind == side || !m.InForce(s.now()) || !acting(m, acts, scope) {
			return true
		}
		told[l.Account.ID] = true
		return false
	})
	return side, people, nil
}

// scopeOf is that of a statement.
func (s *Service) scopeOf(ctx context.Context, row statementRow) (scope access.Scope, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		scope, err = contractops.ScopeOf(ctx, tx, row.ContractID)
		return err
	})
	return scope, err
}

// peopleOf are the people who can see something of a client, whatever the one who acts sees of them.
func (s *Service) peopleOf(ctx context.Context, scope access.Scope) (people []partyops.Listing, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		people, err = partyops.PeopleOf(ctx, tx, scope.Client, s.now())
		return err
	})
	return people, err
}

// acting reports whether a person acts on the statement of the scope: of the agency, of the client, or, of what is private, of the specialist.
func acting(m party.Membership, action access.Action, scope access.Scope) bool {
	if scope.Private && m.Org.Kind != access.Agency && m.Org.ID != scope.Provider {
		return false
	}
	grant := access.GrantOf(m.Role, action)
	return grant == access.OfClient || grant == access.OfOrg && scope.Private && m.Org.ID == scope.Provider
}

// tell leaves a mail to each in the outbox.
func (s *Service) tell(ctx context.Context, tx bun.Tx, now time.Time, to []partyops.Listing, st Statement, subject, text string) error {
	link := fmt.Sprintf("%s/clients/%s/statements/%s", strings.TrimSuffix(s.PublicURL, "/"), st.Client, st.ID)
	for _, l := range to {
		m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: subject, Text: text + "\n\n" + link + "\n"}
		if err := mail.Enqueue(ctx, tx, s.id("mail"), now, m); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}
