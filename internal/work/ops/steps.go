package ops

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Wait says on whom a request waits; the words say for what, and are needed for the client, whose time it costs: they stand in the conversation too, and are a response. Who may: see RequestWork; a specialist that does
// the request may only hand it back, see RequestReturn. Faults: those of an act; Invalid at "on" and "note"; Conflict while a version waits for its feedback.
func (s *Service) Wait(ctx context.Context, actor access.Actor, in Act, on work.Waiting) (*Request, error) {
	action := access.RequestWork
	if on == work.OnNobody {
		action = access.RequestReturn
	}
	return s.act(ctx, actor, action, in, func(ctx context.Context, c *change) error {
		switch {
		case on == work.OnClient:
			if err := c.needNote("Say what the client is asked for: its answer is what the work waits on."); err != nil {
				return err
			}
		case c.r.State.AwaitsFeedback():
			return fault.New(fault.Conflict, "feedback-awaited", "A version waits for the client's word; that comes first.").At("on")
		}
		if c.r.State.Waiting == on {
			return fault.New(fault.Conflict, "waits-already", "It is so already: the request waits on %s.", on).At("on")
		}
		if on == work.OnClient {
			if err := c.asked(ctx); err != nil {
				return err
			}
		}
		words := waitWords[on]
		if on == work.OnNobody && c.r.State.Waiting == work.OnSpecialist && c.r.State.Provider != "" {
			words = "handed back to the agency"
		}
		if err := c.step(ctx, work.Event{Kind: work.Waits, On: on}, "request.wait", words); err != nil {
			return err
		}
		switch on {
		case work.OnClient:
			return c.tellClient(ctx, "waits on you", "The request waits on you.")
		case work.OnSpecialist:
			return c.tell(ctx, c.tx, c.actor, c.r, ofProvider, "Request "+c.r.Name()+" waits on you: "+c.r.Title, "The request "+c.r.Name()+" waits on you."+said(c.note))
		}
		return c.tell(ctx, c.tx, c.actor, c.r, doers(c.r), "Request "+c.r.Name()+" goes on: "+c.r.Title, c.actor.Name+" handed the request "+c.r.Name()+" back."+said(c.note))
	})
}

// asked writes what the client is asked into the conversation, where it answers, if it is not what was written to the client last already.
func (c *change) asked(ctx context.Context) error {
	var last messageRow
	err := c.tx.NewSelect().Model(&last).Where("request_id = ? AND visibility = ?", c.r.ID, string(ForClient)).OrderExpr("seq DESC").Limit(1).Scan(ctx)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case err == nil && last.Body == c.note && last.BySide != string(access.Client):
		return nil
	}
	return c.write(ctx, ForClient, c.note, nil)
}

var waitWords = map[work.Waiting]string{work.OnNobody: "went on with", work.OnClient: "waits on the client for", work.OnSpecialist: "waits on a specialist for"}

// tellClient tells who opened the request and who of the client wrote on it.
func (c *change) tellClient(ctx context.Context, subject, text string) error {
	writers, err := writersOf(ctx, c.tx, c.r, ForClient, access.Client)
	if err != nil {
		return err
	}
	return c.tell(ctx, c.tx, c.actor, c.r, among(append(writers, c.r.OpenedBy)), "Request "+c.r.Name()+" "+subject+": "+c.r.Title, fmt.Sprintf("%s: %s %s\n%s%s", c.actor.Name, c.r.Name(), c.r.Title, text, said(c.note)))
}

// Prioritise ranks a request anew: by another impact or urgency, or with another priority than the contract makes of them. Time that is used stays used. Who may:
// see RequestWork. Faults: those of an act; Invalid at "priority", "impact", "urgency" and "note".
func (s *Service) Prioritise(ctx context.Context, actor access.Actor, in Act, ranking work.Ranking) (*Request, error) {
	return s.act(ctx, actor, access.RequestWork, in, func(ctx context.Context, c *change) error {
		levels, err := s.levelsOf(ctx, c.tx, c.r)
		if err != nil {
			return err
		}
		had := c.r.State.Ranking()
		is, err := ranking.Instead(levels.Priority, had)
		if err != nil {
			return err
		}
		p := is.Priority
		if err := c.needNote("Say why the priority changes: it changes what is promised."); err != nil {
			return err
		}
		if had == is {
			return fault.New(fault.Conflict, "priority-same", "The priority is %s already.", p).At("priority")
		}
		if err := c.step(ctx, work.Event{Kind: work.Prioritised, Priority: p, Impact: is.Impact, Urgency: is.Urgency}, "request.priority", rankWords(levels.Priority, is)); err != nil {
			return err
		}
		return c.tellClient(ctx, "has priority "+string(p), fmt.Sprintf("The priority is %s now.", p))
	})
}

// rankWords complete "somebody ...", before the name of the request. What is set against the contract says so.
func rankWords(m *contract.PriorityMatrix, r work.Ranking) string {
	if m != nil {
		if p, ok := m.Of(r.Impact, r.Urgency); ok && p != r.Priority {
			return fmt.Sprintf("set the priority to %s, where the contract says %s, of", r.Priority, p)
		}
	}
	return fmt.Sprintf("set the priority to %s of", r.Priority)
}

// Resolve ends a request: what was asked is done. Who may: see RequestWork. Faults: those of an act.
func (s *Service) Resolve(ctx context.Context, actor access.Actor, in Act) (*Request, error) {
	return s.act(ctx, actor, access.RequestWork, in, func(ctx context.Context, c *change) error {
		if err := c.step(ctx, work.Event{Kind: work.Resolved}, "request.resolve", "resolved"); err != nil {
			return err
		}
		return c.tellClient(ctx, "is resolved", "The request is resolved. Reopen it if it is not what you asked for.")
	})
}

// Decline ends a request that the agency does not take. Who may: see RequestWork. Faults: those of an act; Invalid at "note".
func (s *Service) Decline(ctx context.Context, actor access.Actor, in Act) (*Request, error) {
	return s.act(ctx, actor, access.RequestWork, in, func(ctx context.Context, c *change) error {
		if err := c.needNote("Say why it is declined; the client reads it."); err != nil {
			return err
		}
		if err := c.step(ctx, work.Event{Kind: work.Declined}, "request.decline", "declined"); err != nil {
			return err
		}
		return c.tellClient(ctx, "is declined", "The request is declined.")
	})
}

// Reopen takes a resolved request up again; the clock of its resolution goes on where it stopped. Who may: see RequestReopen. Faults: those of an act; Invalid at
// "note".
func (s *Service) Reopen(ctx context.Context, actor access.Actor, in Act) (*Request, error) {
	return s.act(ctx, actor, access.RequestReopen, in, func(ctx context.Context, c *change) error {
		if err := c.needNote("Say what is missing or wrong."); err != nil {
			return err
		}
		if err := c.step(ctx, work.Event{Kind: work.Reopened}, "request.reopen", "reopened"); err != nil {
			return err
		}
		return c.tell(ctx, c.tx, c.actor, c.r, doers(c.r), "Request "+c.r.Name()+" is open again: "+c.r.Title, c.actor.Name+" reopened the request "+c.r.Name()+"."+said(c.note))
	})
}

// Withdraw ends a request that the client does not want any more. Who may: see RequestWithdraw. Faults: those of an act.
func (s *Service) Withdraw(ctx context.Context, actor access.Actor, in Act) (*Request, error) {
	return s.act(ctx, actor, access.RequestWithdraw, in, func(ctx context.Context, c *change) error {
		if err := c.step(ctx, work.Event{Kind: work.Withdrawn}, "request.withdraw", "withdrew"); err != nil {
			return err
		}
		return c.tell(ctx, c.tx, c.actor, c.r, doers(c.r), "Request "+c.r.Name()+" is withdrawn: "+c.r.Title, c.actor.Name+" withdrew the request "+c.r.Name()+"."+said(c.note))
	})
}
