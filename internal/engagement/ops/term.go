package ops

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Term is what the use cases of term, notice and exit need from rooms above this one. Each function may be nil: then the page says that it is
// not known here.
type Term struct {
	PublicURL string // the address people type, for links in mails

	// PromisedDates are further dated events of a client, such as the end of a non-competition.
	PromisedDates func(ctx context.Context, tx bun.Tx, client string) ([]engagement.Dated, error)
	// DeliverablesOf are the deliverables of a client with who owns each.
	DeliverablesOf func(ctx context.Context, actor access.Actor, client string) ([]engagement.Deliverable, error)
	// KnownFigures are the parts of the final settlement that the program's own records give.
	KnownFigures func(ctx context.Context, actor access.Actor, client, contractID string) (map[engagement.PartKey]engagement.Figure, error)
	// Audit writes everything of the relationship that can be verified: each file once, by its name.
	Audit func(ctx context.Context, actor access.Actor, client string, add func(name string) (io.Writer, error)) error
}

// Agreed is a contract that both sides have accepted, with where it stands in its term.
type Agreed struct {
	ID        string
	Client    string
	Name      string
	Agreement contract.Agreement
	Today     cal.Date // in the contract's zone
	Standing  engagement.Standing
	Notices   []engagement.Notice // the oldest first
	Assents   []Assent            // to renewals in writing
	Dates     []engagement.Dated  // by day, with those of the transition
	Open      bool                // a proposal of this contract waits for an acceptance
}

// EndingNotice is the notice that binds and ends the contract.
func (a Agreed) EndingNotice() (engagement.Notice, bool) {
	return engagement.Ending(a.Notices, a.Agreement.First().Zone)
}

// Claims are the notices that stand and do not bind yet.
func (a Agreed) Claims() []engagement.Notice {
	var out []engagement.Notice
	for _, n := range a.Notices {
		if n.Stands() && !n.Binds(a.Agreement.First().Zone) {
			out = append(out, n)
		}
	}
	return out
}

// Ending says in a sentence when a contract ends and what comes when nobody acts, for pages of other rooms. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Ending(ctx context.Context, actor access.Actor, c contractops.Contract, agreement contract.Agreement) (string, error) {
	if err := access.Require(actor, access.ContractSee, c.Scope()); err != nil {
		return "", err
	}
	var notices []engagement.Notice
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		notices, err = readNotices(ctx, tx, c.ID)
		return err
	})
	return engagement.StandingUnder(agreement, notices, cal.DateOf(s.now(), agreement.First().Zone)).Words(), err
}

// Terms are the terms of a client's contracts that both sides have accepted, oldest first, with further dates that were promised. Who may: see
// ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Terms(ctx context.Context, actor access.Actor, client string) (agreed []Agreed, promised []engagement.Dated, err error) {
	if err := access.Require(actor, access.ContractSee, access.Of(client)); err != nil {
		return nil, nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		agreed, promised, err = s.termsOf(ctx, tx, client)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the terms of %s: %w", client, err)
	}
	return agreed, promised, nil
}

func (s *Service) termsOf(ctx context.Context, tx bun.Tx, client string) (agreed []Agreed, promised []engagement.Dated, err error) {
	contracts, err := bindingOf(ctx, tx, client)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range contracts {
		a, err := s.agreed(ctx, tx, c)
		if err != nil {
			return nil, nil, err
		}
		agreed = append(agreed, a)
	}
	if s.PromisedDates != nil {
		promised, err = s.PromisedDates(ctx, tx, client)
	}
	return agreed, promised, err
}

// agreed puts together where a contract stands.
func (s *Service) agreed(ctx context.Context, tx bun.Tx, c Binding) (Agreed, error) {
	out := Agreed{ID: c.ID, Client: c.Client, Name: c.Name, Agreement: c.Agreement}
	_, out.Open = c.Open()
	var err error
	out.Today = cal.DateOf(s.now(), out.Agreement.First().Zone)
	if out.Notices, err = readNotices(ctx, tx, c.ID); err != nil {
		return out, err
	}
	out.Standing = engagement.StandingUnder(out.Agreement, out.Notices, out.Today)
	if out.Assents, err = readAssents(ctx, tx, c.ID); err != nil {
		return out, err
	}
	events, err := readTransition(ctx, tx, c.ID)
	if err != nil {
		return out, err
	}
	out.Dates = append(engagement.DatesOf(c.ID, out.Agreement, out.Notices, out.Today), engagement.HandoverDates(c.ID, engagement.FoldItems(events))...)
	slices.SortStableFunc(out.Dates, func(a, b engagement.Dated) int { return a.On.Cmp(b.On) })
	return out, nil
}

// term reads one contract for somebody who may do the action with it, in a transaction. Faults: NotFound, Forbidden, Conflict "no-version".
func (s *Service) term(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, client, contractID string) (Agreed, error) {
	if err := access.Require(actor, action, access.Of(client)); err != nil {
		return Agreed{}, err
	}
	c, err := contractops.ContractOf(ctx, tx, contractID)
	if err == nil && (c.Client != client || c.Underpins()) {
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	if err != nil {
		return Agreed{}, err
	}
	agreement, err := c.Agreement()
	if err != nil {
		return Agreed{}, err
	}
	return s.agreed(ctx, tx, Binding{c, agreement})
}

// side is the side for which the actor does an action. Faults: NotFound, Forbidden.
func side(actor access.Actor, action access.Action, client string) (contract.Side, error) {
	if err := access.Require(actor, action, access.Of(client)); err != nil {
		return "", err
	}
	own := actor
	own.Memberships = slices.DeleteFunc(slices.Clone(actor.Memberships), func(m access.Membership) bool { return m.OrgKind != access.Agency })
	if access.Decide(own, action, access.Of(client)).Allowed {
		return contract.AgencySide, nil
	}
	return contract.ClientSide, nil
}

// SideOf is the side for which the actor gives notice and states figures; ok is false for somebody who may do neither.
func SideOf(actor access.Actor, client string) (contract.Side, bool) {
	for _, action := range []access.Action{access.NoticeGive, access.SettlementState, access.TransitionWork} {
		if s, err := side(actor, action, client); err == nil {
			return s, true
		}
	}
	return "", false
}

func kindOf(s contract.Side) access.OrgKind {
	if s == contract.AgencySide {
		return access.Agency
	}
	return access.Client
}
