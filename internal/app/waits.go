package app

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/portfolio"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/work"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// waitsOf are what waits with a client beside contracts, statements and invoices. Each is read by the use case that shows it elsewhere, so that nobody learns here of what they do not see
// there.
func (p *Program) waitsOf(ctx context.Context, actor access.Actor, client string) (portfolio.Daily, error) {
	out := portfolio.Daily{Zone: p.daysOf(ctx, client)}
	for _, read := range []func(context.Context, access.Actor, string, *portfolio.Daily) error{p.termWaits, p.orderWaits, p.waiverWaits, p.offerWaits, p.requestWaits, p.versionWaits, p.timeWaits, p.mailWaits} {
		err := read(ctx, actor, client, &out)
		if err != nil && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			return out, fmt.Errorf("tell what waits with %s: %w", client, err)
		}
	}
	return out, nil
}

// daysOf is where a client's days begin and end, for whoever asks: as its first accepted contract says. nil while there is none.
func (p *Program) daysOf(ctx context.Context, client string) (zone *time.Location) {
	_ = p.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error { // a zone that cannot be told is none
		all, err := contractops.ContractsOf(ctx, tx, client)
		for _, c := range all {
			if len(c.Accepted()) == 0 {
				continue
			}
			a, err := c.Agreement()
			if err == nil {
				zone = a.First().Zone
			}
			return err
		}
		return err
	})
	return zone
}

// sideWords name a side as a subject.
var sideWords = map[contract.Side]string{contract.AgencySide: "the agency", contract.ClientSide: "the client"}

// termWaits are notices that nobody has acknowledged and renewals that one side has agreed to. Every notice that stands is told.
func (p *Program) termWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	agreed, _, err := p.Engagement.Terms(ctx, actor, client)
	for _, a := range agreed {
		const room = "relationship/term"
		for _, n := range a.Notices {
			if !n.Stands() {
				continue
			}
			words := fmt.Sprintf("Notice of %s was given by %s on %s.", a.Name, sideWords[n.Side], n.Effect.Received.Words())
			switch {
			case !n.Binds(a.Agreement.First().Zone):
				words += " It ends nothing until the other side acknowledges it."
			case !n.Effect.End.IsZero():
				words += " The contract ends after " + n.Effect.End.AddDays(-1).Words() + "."
			}
			out.Told = append(out.Told, portfolio.Told{Title: "Notice was given", Words: words, Room: room})
			if n.State() == engagement.NoticeGiven {
				out.Waits = append(out.Waits, portfolio.Wait{On: engagement.Other(n.Side), Act: access.NoticeGive, What: "Acknowledge the notice of " + a.Name, Room: room})
			}
		}
		_, agency := a.AssentOf(contract.AgencySide)
		_, other := a.AssentOf(contract.ClientSide)
		if agency != other && !a.Standing.Ended {
			on := contract.ClientSide
			if other {
				on = contract.AgencySide
			}
			by := a.Standing.Turn.To.AddDays(-1)
			out.Waits = append(out.Waits, portfolio.Wait{On: on, Act: access.NoticeGive, What: fmt.Sprintf("Agree to renew %s: %s has agreed", a.Name, sideWords[engagement.Other(on)]), By: by, Late: a.Today.After(by), Room: room})
		}
	}
	return err
}

// orderWaits are change orders that one side has not accepted.
func (p *Program) orderWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	orders, err := p.Engagement.Orders(ctx, actor, client)
	for _, o := range orders {
		if o.Version.State() != contract.Proposed {
			continue
		}
		on := contract.ClientSide
		if _, accepted := o.Version.AcceptedBy(contract.AgencySide); !accepted {
			on = contract.AgencySide
		}
		out.Waits = append(out.Waits, portfolio.Wait{On: on, Act: access.ContractAccept, What: fmt.Sprintf("Read change order %d and accept it: %s", o.Number, o.Title), By: o.Version.Effective, Room: "relationship/change-orders", ID: o.ID, Instead: o.Contract})
	}
	return err
}

// waiverWaits are waivers that the client has not answered.
func (p *Program) waiverWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	waivers, err := p.Engagement.Waivers(ctx, actor, client)
	if err != nil {
		return err
	}
	today, err := p.Engagement.Today(ctx, actor, client)
	for _, w := range waivers {
		if w.State(today) == "asked" {
			out.Waits = append(out.Waits, portfolio.Wait{On: contract.ClientSide, Act: access.WaiverAnswer, What: "Give or refuse the waiver that was asked: " + w.Scope(), Room: "relationship/waivers"})
		}
	}
	return err
}

// offerWaits are offers of first refusal without an answer.
func (p *Program) offerWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	offers, err := p.Engagement.FirstRefusals(ctx, actor, client)
	for _, o := range offers {
		if o.State == engagement.Offered {
			out.Waits = append(out.Waits, portfolio.Wait{On: contract.AgencySide, Act: access.OfferAnswer, What: fmt.Sprintf("Take or decline the work that is offered to %s: %s", o.Provider, o.Work), Before: o.Until, Room: "relationship/offers"})
		}
	}
	return err
}

// mostRequests is how many requests are looked at; those whose time is over first come first.
const mostRequests = 200

// requestWaits are requests that wait on the client, those of which a promise was missed, and for the agency urgent ones that nobody has.
func (p *Program) requestWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	page, err := p.Work.List(ctx, actor, workops.Filter{Client: client, Open: true, Limit: mostRequests})
	for _, l := range page.Lines {
		w := portfolio.Wait{On: contract.AgencySide, Act: access.RequestWork, Room: "work", ID: l.ID}
		missed := false
		if c := l.Clock; c != nil {
			w.Before, missed = c.Due, !c.Late.IsZero() || !c.Due.IsZero() && !page.Now.Before(c.Due)
			w.Late = missed
		}
		switch nobody := l.State.Assignee == "" && l.State.Provider == ""; {
		case l.State.Waiting == work.OnClient:
			w.On, w.Act, w.What = contract.ClientSide, access.RequestAnswer, "Answer "+l.Name()+": "+l.Title
		case missed:
			w.What = "Go on with " + l.Name() + ", which is late: " + l.Title
		case nobody && l.Priority == contract.Urgent && access.SeesInternal(actor, client):
			w.What = "Give " + l.Name() + " to somebody, it is urgent: " + l.Title
		default:
			continue
		}
		out.Waits = append(out.Waits, w)
	}
	return err
}

// versionWaits are versions that wait for the client's word.
func (p *Program) versionWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	for read := 0; ; {
		page, err := p.Work.ListDeliverables(ctx, actor, client, workops.DeliverableFilter{Offset: read, Limit: 200})
		if err != nil {
			return err
		}
		for _, d := range page.List {
			if v, waits := d.State.Waiting(); waits {
				late := !v.Ends.IsZero() && !p.Now().Before(v.Ends)
				out.Waits = append(out.Waits, portfolio.Wait{On: contract.ClientSide, Act: access.DeliverableAnswer, What: fmt.Sprintf("Say what you think of version %d of %s", v.Number, d.Name), Before: v.Ends, Late: late, Room: "deliverables", ID: d.ID})
			}
		}
		if read += len(page.List); len(page.List) == 0 || read >= page.Total {
			return nil
		}
	}
}

// timeWaits is time that was submitted and that the actor may approve.
func (p *Program) timeWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	if !access.Decide(actor, access.TimeApprove, access.Of(client)).Allowed {
		return nil
	}
	entries, err := p.Timesheet.Waiting(ctx, actor)
	sum, people := 0, map[string]bool{}
	for _, e := range entries {
		if e.Client == client {
			sum += e.Minutes
			people[e.Account] = true
		}
	}
	if len(people) > 0 {
		who := "1 person"
		if len(people) > 1 {
			who = fmt.Sprintf("%d people", len(people))
		}
		out.Waits = append(out.Waits, portfolio.Wait{On: contract.AgencySide, Act: access.TimeApprove, What: fmt.Sprintf("Approve %s of time that %s submitted", timesheet.Clock(sum), who), Path: "/time/approve"})
	}
	return err
}

// mailWaits is mail that waits for a person.
func (p *Program) mailWaits(ctx context.Context, actor access.Actor, client string, out *portfolio.Daily) error {
	waiting, _, err := p.Work.Mails(ctx, actor, client)
	if n := len(waiting); n == 1 {
		out.Waits = append(out.Waits, portfolio.Wait{On: contract.AgencySide, Act: access.MailSort, What: "Sort 1 mail that waits for a person", Room: "mail"})
	} else if n > 1 {
		out.Waits = append(out.Waits, portfolio.Wait{On: contract.AgencySide, Act: access.MailSort, What: fmt.Sprintf("Sort %d mails that wait for a person", n), Room: "mail"})
	}
	return err
}
