package app

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// route is where a request goes by what both sides have agreed: to a specialist of the client by its name, else to the agency. Where nobody is promised
// the work, somebody of the agency says who does it.
func (p *Program) route(ctx context.Context, tx bun.Tx, client, category, brand, market string, day cal.Date) (workops.Routed, error) {
	asked, err := p.Engagement.RouteOf(ctx, tx, client, category, brand, market, day)
	if err != nil || !asked.Ok {
		return workops.Routed{}, err
	}
	to := workops.Routed{Words: asked.Words(), Until: asked.AnswerBy}
	people, err := partyops.PeopleOf(ctx, tx, client, p.Now())
	for _, l := range people {
		if o := l.Membership.Org; o.Kind == access.Specialist && engagement.Plain(o.Name) == engagement.Plain(asked.To.Provider) {
			to.Provider = o.ID
		}
	}
	return to, err
}

// usedWith is how long each side had the requests that were given to a specialist.
func (p *Program) usedWith(ctx context.Context, actor access.Actor, client, provider string, since time.Time) ([]engagement.Used, error) {
	used, err := p.Work.UsedWith(ctx, actor, client, provider, since)
	var out []engagement.Used
	for _, u := range used {
		out = append(out, engagement.Used(u))
	}
	return out, err
}

// deliverablesOf are what was made for a client, with whose it is.
func (p *Program) deliverablesOf(ctx context.Context, actor access.Actor, client string) ([]engagement.Deliverable, error) {
	var out []engagement.Deliverable
	for {
		page, err := p.Work.ListDeliverables(ctx, actor, client, workops.DeliverableFilter{Offset: len(out), Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, d := range page.List {
			one := engagement.Deliverable{Name: d.Name, Paid: "not known to be paid"}
			if a := d.State.Accepted; a != nil {
				one.AcceptedOn = cal.DateOf(a.At, time.UTC)
			}
			if !d.State.Paid.IsZero() {
				one.Paid = "paid on " + d.State.Paid.Words()
			}
			if d.Owned != nil {
				one.Ownership = string(d.Owned.Owner) + ": " + d.Owned.Why
			}
			out = append(out, one)
		}
		if len(page.List) == 0 || len(out) >= page.Total {
			return out, nil
		}
	}
}

// promisedTime is the time of people that the contracts of a client promise by the hour, as minutes of a week. What is promised as a share of the working time is told by the
// relationship; a week has no number of minutes for it.
func promisedTime(ctx context.Context, tx bun.Tx, client string) ([]timesheet.Promise, error) {
	list, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var out []timesheet.Promise
	for _, c := range list {
		if len(c.Accepted()) == 0 {
			continue
		}
		agreement, err := c.Agreement()
		if err != nil {
			return nil, err
		}
		running := agreement.Running()
		for i, t := range agreement.Versions {
			inForce := cal.Period{From: t.Effective, To: running.To}
			if i+1 < len(agreement.Versions) {
				inForce.To = cal.Earlier(running.To, agreement.Versions[i+1].Effective)
			}
			for _, r := range t.Resources {
				if held := r.Holds(inForce); r.Hours > 0 && !held.IsEmpty() {
					out = append(out, timesheet.Promise{Client: client, Person: r.Who, Role: r.Who, Minutes: r.Hours * 60 * 12 / 52, From: held.From, To: held.To})
				}
			}
		}
	}
	return out, nil
}

// positions are the hours at hand of the retainers of a contract, as the newest evidence says. What the client approved above them is not told by it.
func (p *Program) positions(ctx context.Context, tx bun.Tx, client, contractID string, _ cal.Date) (map[string]engagement.Position, error) {
	burning, err := p.Fees.BurnOf(ctx, tx, client, nil, p.Now())
	if err != nil {
		return nil, err
	}
	out := map[string]engagement.Position{}
	for _, b := range burning {
		if b.Contract == contractID {
			out[b.Clause] = engagement.Position{AtHand: int64(b.AtHand - b.Used), ApprovalUnknown: true}
		}
	}
	return out, nil
}
