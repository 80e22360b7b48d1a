package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

// MailDoor is a way by which mail comes in.
type MailDoor struct {
	Name   string // as people know it
	Client string // whose mail comes in by it; empty: of every client
	Server string // the receiving server whose word on the sender counts (authserv-id); empty: none, so that all mail waits for a person
}

// arrival is a message on its way in, with what was found out about it.
type arrival struct {
	door   MailDoor
	m      *mailin.Message
	thread thread

	client     string
	account    party.Account // of the address in From, whoever wrote it; the zero one: unknown
	actor      access.Actor  // who wrote it, once that is certain
	request    string        // that it answers; empty: it answers none
	visibility Visibility

	code, reason string // why it waits for a person; empty: it is taken
}

func (a *arrival) waits(code, format string, args ...any) *arrival {
	a.code, a.reason = code, fmt.Sprintf(format, args...)
	return a
}

// deniedIn: a reason tells that the receiving server found a message not to be from whom it says, rather than nothing that proves it.
func deniedIn(reason string) bool { return strings.Contains(reason, "DMARC says ") }

// weigh finds out who wrote a message and what it is about, and whether a person has to decide. It is certain about all, or it waits.
func (s *Service) weigh(ctx context.Context, door MailDoor, m *mailin.Message, unread error) (*arrival, error) {
	a := &arrival{door: door, m: m, client: door.Client}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if a.thread, err = s.threadOf(ctx, tx, m); err != nil {
			return err
		}
		if email, err := party.ParseEmail(m.From); err == nil {
			if a.account, _, err = partyops.AccountWith(ctx, tx, email); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("weigh a mail: %w", err)
	}
	requests, clients := a.thread.requests()
	if a.client == "" && len(clients) == 1 {
		a.client = clients[0]
	}
	if len(requests) == 1 && a.client == clients[0] {
		a.request = requests[0]
	}
	a.visibility = ForClient
	if a.thread.internal() {
		a.visibility = Internal
	}
	vouched, why := m.Vouched(door.Server)
	switch automatic := m.Automatic(); {
	case unread != nil:
		return a.waits(fault.Code(unread), "%s", fault.All(unread)[0].Message), nil
	case a.thread.own && deniedIn(why):
		return a.waits("own", "It is a mail of ours that came back. %s", why), nil
	case a.thread.own:
		return a.waits("own", "It is a mail of ours that came back."), nil
	case automatic != "" && deniedIn(why):
		return a.waits("automatic", "%s %s", automatic, why), nil
	case automatic != "":
		return a.waits("automatic", "%s", automatic), nil
	case !vouched:
		return a.waits("sender", "%s", why), nil
	case a.account.ID == "":
		return a.waits("stranger", "Nobody here has the address %s.", m.From), nil
	}
	workspace, _ := db.Workspace(ctx)
	a.actor, err = s.Parties.ActorOf(ctx, a.account.ID, workspace)
	switch {
	case fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Forbidden):
		return a.waits("no-role", "%s has no role here now.", m.From), nil
	case err != nil:
		return nil, fmt.Errorf("weigh a mail: %w", err)
	}
	if a.thread.forged {
		return a.waits("address", "It answers at an address that was not made here, or was changed on its way."), nil
	}
	if len(requests) > 0 {
		return a.weighAnswer(requests, clients), nil
	}
	if a.thread.other { // what it quotes is for its sender alone
		return a.waits("other-mail", "It answers a mail of ours that is about no request."), nil
	}
	return a.weighNew(), nil
}

// weighAnswer settles whether a message is an answer, and who may read it. What a person of the agency answers is read by the client only where it answers
// directly a mail to that person about something that the client reads, and nothing internal; in every other case it is internal. A colleague's mail in
// between may be quoted in it.
func (a *arrival) weighAnswer(requests, clients []string) *arrival {
	switch {
	case len(requests) > 1:
		return a.waits("requests", "It answers mails about more than one request.")
	case a.client != clients[0]:
		return a.waits("other-client", "It answers a mail about another client than the one whose address it was sent to.")
	case !a.thread.of(a.actor.Account):
		return a.waits("not-theirs", "It answers a mail that was sent to somebody else than %s.", a.m.From)
	}
	switch side := sideOf(a.actor, a.client); {
	case side == access.Agency && (a.visibility == Internal || len(a.thread.sent()) == 0 || !a.thread.direct):
		a.visibility = Internal
	case side != access.Agency && a.visibility == Internal:
		return a.waits("internal", "It answers something internal, and %s is not of the agency.", a.m.From)
	}
	return a
}

// weighNew settles for whom a message asks for something. Only people of a client ask by mail alone: what a person of the agency writes may be meant for
// colleagues, and a specialist opens no requests.
func (a *arrival) weighNew() *arrival {
	var theirs []string
	for _, m := range a.actor.Memberships {
		if m.OrgKind == access.Client {
			theirs = append(theirs, m.Org)
		}
	}
	theirs = distinct(theirs)
	switch {
	case access.SeesInternal(a.actor, a.client) || len(theirs) == 0:
		return a.waits("not-client", "%s is not of a client: say whether this is to be a request, which the client reads.", a.m.From)
	case a.client == "" && len(theirs) == 1:
		a.client = theirs[0]
	case a.client == "":
		return a.waits("client", "%s is of more than one client: say which of them this is for.", a.m.From)
	}
	if d := access.Decide(a.actor, access.RequestOpen, access.Of(a.client)); d.Hidden {
		return a.waits("other-client", "%s is not of the client whose address this was sent to.", a.m.From)
	} else if !d.Allowed {
		return a.waits("not-allowed", "%s may not open requests. %s", a.m.From, d.Reason)
	}
	return a
}
