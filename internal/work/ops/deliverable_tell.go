package ops

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// audience is who is told: those who may do the action and are of the kind.
type audience struct {
	action access.Action
	kinds  []access.OrgKind
}

var (
	answerers = audience{access.DeliverableAnswer, []access.OrgKind{access.Client}}
	reviewers = audience{access.DeliverableRelease, []access.OrgKind{access.Agency}}
	makers    = audience{access.DeliverableSubmit, []access.OrgKind{access.Agency, access.Specialist}}
)

// tellOf leaves a mail in the outbox for each of the audience, but for who acts.
func (s *Service) tellOf(ctx context.Context, tx bun.Tx, actor access.Actor, k *kept, to audience, subject, text string) error {
	if s.PublicURL == "" {
		return nil
	}
	now := s.now()
	people, err := partyops.PeopleOf(ctx, tx, k.row.ClientID, now)
	if err != nil {
		return err
	}
	told := map[string]bool{actor.Account: true}
	link := fmt.Sprintf("%s/clients/%s/deliverables/%s", strings.TrimSuffix(s.PublicURL, "/"), url.PathEscape(k.row.ClientID), url.PathEscape(k.row.ID))
	for _, l := range people {
		if told[l.Account.ID] || !to.has(k, l) {
			continue
		}
		told[l.Account.ID] = true
		m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: strings.Join(strings.Fields(subject), " "), Text: text + "\n\n" + link + "\n"}
		if err := mail.Enqueue(ctx, tx, s.id("mail"), now, m); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}

// has holds a mail to what the person's own page would show.
func (to audience) has(k *kept, l partyops.Listing) bool {
	m := l.Membership.Access()
	who := access.Actor{Account: l.Account.ID, Memberships: []access.Membership{m}}
	for _, kind := range to.kinds {
		if m.OrgKind == kind {
			return access.Decide(who, to.action, k.scope()).Allowed
		}
	}
	return false
}
