package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// recipients are the people of the client who may acknowledge an invoice. Access is decided again within the transaction.
func (s *Service) recipients(ctx context.Context, actor access.Actor, in IssueInput) ([]partyops.Listing, error) {
	client := in.Client
	if client == "" {
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			scope, err := feesops.ScopeOf(ctx, tx, in.Statement)
			client = scope.Client
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if err := access.Require(actor, access.InvoiceIssue, access.Of(client)); err != nil {
		return nil, err
	}
	return s.acknowledgers(ctx, actor, client)
}

func (s *Service) acknowledgers(ctx context.Context, actor access.Actor, client string) ([]partyops.Listing, error) {
	if s.PublicURL == "" {
		return nil, nil
	}
	people, err := s.Parties.ListPeople(ctx, actor, client)
	if err != nil {
		return nil, fmt.Errorf("list who is to be told: %w", err)
	}
	told := map[string]bool{actor.Account: true}
	return slices.DeleteFunc(people, func(l partyops.Listing) bool {
		m := l.Membership
		if told[l.Account.ID] || !m.InForce(s.now()) || access.GrantOf(m.Role, access.InvoiceAcknowledge) != access.OfClient {
			return true
		}
		told[l.Account.ID] = true
		return false
	}), nil
}

// tell leaves a mail to each in the outbox.
func (s *Service) tell(ctx context.Context, tx bun.Tx, now time.Time, to []partyops.Listing, inv Invoice, subject, text string) error {
	link := fmt.Sprintf("%s/clients/%s/invoices/%s", strings.TrimSuffix(s.PublicURL, "/"), inv.Client, inv.ID)
	for _, l := range to {
		m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: subject, Text: text + "\n\n" + link + "\n"}
		if err := mail.Enqueue(ctx, tx, s.id("mail"), now, m); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}
