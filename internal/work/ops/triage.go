package ops

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Triage says who does a request: the agency, or a specialist that has people for the client. Whoever had it at the other one has it no more. Who may: see
// RequestWork. Faults: those of an act; Invalid at "provider".
func (s *Service) Triage(ctx context.Context, actor access.Actor, in Act, provider string) (*Request, error) {
	return s.triage(ctx, actor, in, provider, false)
}

// HandTo is Triage that hands the request over at once: given to a specialist it waits on the specialist, whose time begins, but while it waits on the client. Who may, and faults: as Triage.
func (s *Service) HandTo(ctx context.Context, actor access.Actor, in Act, provider string) (*Request, error) {
	return s.triage(ctx, actor, in, provider, true)
}

func (s *Service) triage(ctx context.Context, actor access.Actor, in Act, provider string, hand bool) (*Request, error) {
	return s.act(ctx, actor, access.RequestWork, in, func(ctx context.Context, c *change) error {
		words := "took for the agency"
		if provider != "" {
			name, ok, err := c.specialist(ctx, provider)
			if err != nil {
				return err
			}
			if !ok {
				return fault.New(fault.Invalid, "provider", "Choose a specialist that has people for this client; invite them under People first.").At("provider")
			}
			words = "gave to " + name
		}
		if err := c.step(ctx, work.Event{Kind: work.Triaged, Provider: provider}, "request.triage", words); err != nil {
			return err
		}
		if err := c.handed(ctx, provider, hand); err != nil {
			return err
		}
		return c.tell(ctx, c.tx, c.actor, c.r, ofProvider, "Request "+c.r.Name()+" is yours: "+c.r.Title, c.actor.Name+" gave you the request "+c.r.Name()+": "+c.r.Title+said(c.note))
	})
}

// handed lets a request wait on the specialist that it is handed to, and no more on one that it is taken from.
func (c *change) handed(ctx context.Context, provider string, hand bool) error {
	on := work.OnNobody
	if provider != "" {
		on = work.OnSpecialist
	}
	if !hand || c.r.State.Waiting == on || c.r.State.Waiting == work.OnClient {
		return nil
	}
	return c.event(ctx, work.Event{Kind: work.Waits, On: on}, "")
}

// said is a note under the words of a mail.
func said(note string) string {
	if note == "" {
		return ""
	}
	return "\n\n" + note
}

func (c *change) specialist(ctx context.Context, org string) (name string, ok bool, err error) {
	people, err := partyops.PeopleOf(ctx, c.tx, c.r.Client, c.now)
	for _, l := range people {
		if l.Membership.Org.ID == org && l.Membership.Org.Kind == access.Specialist && l.Membership.InForce(c.now) {
			return l.Membership.Org.Name, true, err
		}
	}
	return "", false, err
}
