package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
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
	side, err := sideOf(actor, t.action, access.Of(row.ClientID))
	if err != nil || s.Parties == nil || t.letter == nil {
		return side, nil, err
	}
	people, err := s.Parties.ListPeople(ctx, actor, row.ClientID)
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
		if told[l.Account.ID] || m.Org.Kind == side || !m.InForce(s.now()) || access.GrantOf(m.Role, acts) != access.OfClient {
			return true
		}
		told[l.Account.ID] = true
		return false
	})
	return side, people, nil
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
