package app

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/work"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// route is where a request goes by what both sides have agreed: to a specialist of the client by its name, else to the agency. Whoever is asked first has it under the offers of the
// client until the time for an answer is over. Where nobody is promised the work, somebody of the agency says who does it.
func (p *Program) route(ctx context.Context, tx bun.Tx, actor access.Actor, in workops.RouteAsk) (workops.Routed, error) {
	asked, err := p.Engagement.RouteOf(ctx, tx, in.Client, in.Category, in.Brand, in.Market, in.Day)
	if err != nil || !asked.Ok {
		return workops.Routed{Asks: asked.Asks}, err
	}
	to := workops.Routed{Agreed: true, Words: asked.Words()}
	if !asked.AnswerBy.IsZero() {
		to.Words += " First refusal until " + engagement.DueIn(asked.AnswerBy, asked.Zone) + "."
		if err := p.offerFirst(ctx, tx, actor, in); err != nil {
			return to, err
		}
	}
	people, err := partyops.PeopleOf(ctx, tx, in.Client, p.Now())
	for _, l := range people {
		if o := l.Membership.Org; o.Kind == access.Specialist && engagement.Plain(o.Name) == engagement.Plain(asked.To.Provider) {
			to.Provider = o.ID
		}
	}
	return to, err
}

// offerFirst offers a request to whom it was promised first. A window that is over at once makes no offer.
func (p *Program) offerFirst(ctx context.Context, tx bun.Tx, actor access.Actor, in workops.RouteAsk) error {
	words := []rune(in.Work)
	_, err := p.Engagement.OfferFirstIn(ctx, tx, actor, engagementops.OfferInput{Client: in.Client, Category: in.Category, Brand: in.Brand, Market: in.Market, Work: string(words[:min(len(words), 50)])})
	if fault.Code(err) == "no-first-refusal" {
		return nil
	}
	return err
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
				one.Ownership = d.Owned.Why
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

// positions are the hours at hand of the retainers of a contract, as approved time and the newest evidence say, and what is left of the overage that the client approved in the fee period
// that runs: less what is worked of it, and what other requests take of it. Work that is resolved is counted once, whether its time is known already or not.
func (p *Program) positions(ctx context.Context, tx bun.Tx, client, contractID, request string) (map[string]engagement.Position, error) {
	burning, known, err := p.Timesheet.BurnIn(ctx, tx, client)
	if err != nil || !known {
		return nil, err
	}
	approved, err := p.Fees.HoursApproved(ctx, tx, client, contractID, p.Now())
	if err != nil {
		return nil, err
	}
	out := map[string]engagement.Position{}
	for _, b := range burning {
		if b.Contract != contractID {
			continue
		}
		at := engagement.Position{AtHand: int64(b.AtHand - b.Used), From: b.Period.From}
		given, asked := approved[b.Clause]
		if at.ApprovalUnknown = !asked; asked {
			spoken, err := p.Work.SpokenFor(ctx, tx, client, contractID, at.From, request)
			if err != nil {
				return nil, err
			}
			at.Given = given.Given + given.Before
			at.Approved = at.Given - spoken[b.Clause].Open - max(int64(b.Over), spoken[b.Clause].Done)
		}
		out[b.Clause] = at
	}
	return out, nil
}

// scoping lets the intake of requests ask the contracts.
func (p *Program) scoping() workops.ScopeDoors {
	return workops.ScopeDoors{Resolve: p.resolveScope, Kinds: kindsOfWork}
}

// resolveScope says how a request stands to the scope of the client's contracts.
func (p *Program) resolveScope(ctx context.Context, tx bun.Tx, actor access.Actor, in workops.ScopeAsk) (work.Scope, error) {
	r, err := p.Engagement.Resolve(ctx, tx, actor, engagementops.ResolveInput{Client: in.Client, Contract: in.Contract, Request: in.Request, Ask: in.Ask, Answer: in.Answer, Reason: in.Reason})
	return work.Scope{Contract: r.Contract, Name: r.Name, VersionID: r.VersionID, Ask: r.Ask, Found: r.Found, Answer: r.Answer, Reason: r.Reason}, err
}

// kindsOfWork are those that the contracts of a client name, each under its contract.
func kindsOfWork(ctx context.Context, tx bun.Tx, client string, day cal.Date) ([]workops.Choice, error) {
	kinds, err := engagementops.KindsOfWork(ctx, tx, client, day)
	var out []workops.Choice
	for _, k := range kinds {
		out = append(out, workops.Choice{ID: k.Contract + "/" + k.Work.Name, Name: k.Work.Name + ": " + k.Work.Covers + " (" + k.Name + ")"})
	}
	return out, err
}

// workedOf is the approved time of people for a client in a month.
func (p *Program) workedOf(ctx context.Context, tx bun.Tx, client string, month cal.Month) (worked []engagement.Worked, known bool, err error) {
	list, known, err := p.Timesheet.WorkedIn(ctx, tx, client, month)
	for _, w := range list {
		worked = append(worked, engagement.Worked{Person: w.Person, Role: w.Role, Minutes: int64(w.Minutes)})
	}
	return worked, known, err
}

// promisedDates are the days on which deliverables are due.
func (p *Program) promisedDates(ctx context.Context, tx bun.Tx, client string) ([]engagement.Dated, error) {
	days, err := p.Work.PromisedDays(ctx, tx, client)
	var out []engagement.Dated
	for _, d := range days {
		out = append(out, engagement.Dated{Key: d.Contract + "/" + string(engagement.Promised) + "/" + d.Deliverable, Contract: d.Contract, Kind: engagement.Promised, On: d.On,
			Title: "Due: " + d.Name, Words: "The deliverable " + d.Name + " is due by the end of this day. It is " + string(d.Stage) + "."})
	}
	return out, err
}
