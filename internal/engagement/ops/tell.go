package ops

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// bound are the people of a side who can bind it, each once.
func (s *Service) bound(ctx context.Context, tx bun.Tx, of contract.Side, client string) ([]partyops.Listing, error) {
	people, err := partyops.PeopleOf(ctx, tx, client, s.now())
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out []partyops.Listing
	for _, l := range people {
		m := l.Membership
		if seen[l.Account.ID] || m.Org.Kind != kindOf(of) || !m.InForce(s.now()) || access.GrantOf(m.Role, access.NoticeGive) != access.OfClient {
			continue
		}
		if of == contract.ClientSide && m.Org.ID != client {
			continue
		}
		seen[l.Account.ID] = true
		out = append(out, l)
	}
	return out, nil
}

// tellSide leaves a mail to the people who can bind a side, but not to the actor, with a link to a page of the relationship.
func (s *Service) tellSide(ctx context.Context, tx bun.Tx, actor access.Actor, to contract.Side, client, subject, words, page string) error {
	people, err := s.bound(ctx, tx, to, client)
	if err != nil {
		return err
	}
	for _, l := range people {
		if l.Account.ID == actor.Account {
			continue
		}
		m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: subject, Text: words + "\n\n" + s.link(client, page) + "\n"}
		if err := mail.Enqueue(ctx, tx, s.id("mail"), s.now(), m); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}

func (s *Service) link(client, page string) string {
	return fmt.Sprintf("%s/clients/%s/relationship/%s", strings.TrimSuffix(s.PublicURL, "/"), url.PathEscape(client), page)
}
