// Package ops reads where each client stands.
package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/portfolio"
)

// Service reads through the use cases of the rooms, so that it never shows what they would not. Every field of the first block is needed.
type Service struct {
	Now       func() time.Time
	Party     *partyops.Service
	Contracts *contractops.Service
	CRM       *crmops.Service
	Fees      *feesops.Service
	Billing   *billingops.Service

	// Daily is what waits of the relationship and the daily work with a client, of what the actor sees. nil: nothing of them is told.
	Daily func(ctx context.Context, actor access.Actor, client string) (portfolio.Daily, error)
	// Ending says when a contract ends and what comes when nobody acts. Notices stand in another room, so the program wires it. nil: nobody tells.
	Ending func(ctx context.Context, actor access.Actor, c contractops.Contract, agreement contract.Agreement) (string, error)
}

// Engagement is one contract with its standing and what it waits for.
type Engagement struct {
	portfolio.Standing
	ContractID string
	Underpins  bool // it is with a specialist, who stands where the client does elsewhere
	Today      cal.Date
	Waits      []portfolio.Wait
	Statements []feesops.Summary // of this contract, newest first
}

// Newest is the newest statement that is not withdrawn.
func (e Engagement) Newest() (feesops.Summary, bool) {
	for _, s := range e.Statements {
		if s.State != fees.Withdrawn {
			return s, true
		}
	}
	return feesops.Summary{}, false
}

// Card is a client in the portfolio.
type Card struct {
	Client      party.Org
	Engagements []Engagement
	Daily       portfolio.Daily
	Owing       *portfolio.Owing // nil: for who may not see invoices
}

// Portfolio lists the clients within the actor's reach with where each stands. Who may: everybody; each sees their own.
func (s *Service) Portfolio(ctx context.Context, actor access.Actor) ([]Card, error) {
	clients, err := s.Party.Clients(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := make([]Card, 0, len(clients))
	for _, c := range clients {
		card, err := s.card(ctx, actor, c)
		if err != nil {
			return nil, fmt.Errorf("portfolio: client %s: %w", c.ID, err)
		}
		out = append(out, card)
	}
	return out, nil
}

// Overview is where one client stands. Who may: see ClientSee. Faults: NotFound.
func (s *Service) Overview(ctx context.Context, actor access.Actor, client string) (Card, error) {
	org, err := s.Party.Client(ctx, actor, client)
	if err != nil {
		return Card{}, err
	}
	card, err := s.card(ctx, actor, org)
	if err != nil {
		return Card{}, fmt.Errorf("overview of client %s: %w", client, err)
	}
	return card, nil
}

func (s *Service) card(ctx context.Context, actor access.Actor, client party.Org) (Card, error) {
	engagements, err := s.engagements(ctx, actor, client.ID)
	if err != nil {
		return Card{}, err
	}
	owing, err := s.owing(ctx, actor, client.ID)
	if err != nil || s.Daily == nil {
		return Card{Client: client, Engagements: engagements, Owing: owing}, err
	}
	daily, err := s.Daily(ctx, actor, client.ID)
	for i, e := range engagements {
		engagements[i].Waits = portfolio.ToldBy(e.Waits, daily.Waits, e.ContractID)
	}
	return Card{Client: client, Engagements: engagements, Daily: daily.Dated(), Owing: owing}, err
}

// owing is what is to be invoiced, overdue and open; nil for a person who may not see invoices.
func (s *Service) owing(ctx context.Context, actor access.Actor, client string) (*portfolio.Owing, error) {
	have, err := s.Billing.Owing(ctx, actor, client)
	if hidden(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out portfolio.Owing
	for _, w := range have.Waiting {
		out.ToInvoice = append(out.ToInvoice, portfolio.ToInvoice{Statement: w.Statement, Period: w.Period, Amount: w.Payable})
	}
	for _, o := range have.Overdue {
		out.Overdue = append(out.Overdue, portfolio.Overdue{Invoice: o.Invoice, Number: o.Number, DueOn: o.DueOn, Amount: o.Left})
	}
	for _, o := range have.Open {
		out.Open = append(out.Open, portfolio.Open{Invoice: o.Invoice, Number: o.Number, DueOn: o.DueOn, Amount: o.Left, Discount: o.Discount, Until: o.Until})
	}
	return &out, nil
}

// engagements of a client. A person who may not see contracts or statements gets what is left.
func (s *Service) engagements(ctx context.Context, actor access.Actor, client string) ([]Engagement, error) {
	contracts, err := s.Contracts.Contracts(ctx, actor, client)
	if hidden(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	imported, err := s.imported(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	statements, err := s.statements(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	waiting, err := s.Fees.WaitingApprovals(ctx, actor, client)
	if err != nil && !hidden(err) {
		return nil, err
	}
	out := make([]Engagement, 0, len(contracts))
	for _, c := range contracts {
		e, err := s.engagement(ctx, actor, c, imported, statements)
		if err != nil {
			return nil, err
		}
		for _, w := range waiting {
			if w.Contract == c.ID {
				e.Decisions = append(e.Decisions, portfolio.Decision{On: w.On, Kind: w.Kind, Worth: w.Worth, By: w.LastDay(), Late: w.Late})
			}
		}
		e.Waits = portfolio.Waits(e.Standing, e.Today)
		out = append(out, e)
	}
	return out, nil
}

// statements are all of a client, for the oldest can still hold something; none for a person who may not see them.
func (s *Service) statements(ctx context.Context, actor access.Actor, client string) ([]feesops.Summary, error) {
	var out []feesops.Summary
	for n := 1; ; n++ {
		page, err := s.Fees.Statements(ctx, actor, client, n)
		if hidden(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, page.Statements...)
		if len(page.Statements) == 0 || len(out) >= page.Total {
			return out, nil
		}
	}
}

func hidden(err error) bool { return fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) }

// imported is when the newest evidence was imported; zero when there is none or it may not be seen.
func (s *Service) imported(ctx context.Context, actor access.Actor, client string) (time.Time, error) {
	list, _, err := s.CRM.ImportList(ctx, actor, client, 0, 1)
	if err != nil && !hidden(err) {
		return time.Time{}, err
	}
	if len(list) == 0 {
		return time.Time{}, nil
	}
	return list[0].AppliedAt, nil
}

func (s *Service) engagement(ctx context.Context, actor access.Actor, c contractops.Contract, imported time.Time, statements []feesops.Summary) (Engagement, error) {
	e := Engagement{ContractID: c.ID, Underpins: c.Underpins(), Standing: portfolio.Standing{Name: c.Name}}
	zone := time.UTC
	agreement, err := c.Agreement()
	switch {
	case err == nil:
		zone = agreement.First().Zone
		e.Today = cal.DateOf(s.Now(), zone)
		e.Agreement, e.Terms, e.Evidence = true, agreement.First(), fees.RestsOnEvidence(agreement) && !c.Underpins() // the client's evidence is told with the client's contracts
		if now, ok := agreement.InForce(e.Today); ok {
			e.Terms = now
		}
		if s.Ending != nil {
			if e.Ending, err = s.Ending(ctx, actor, c, agreement); err != nil && !hidden(err) {
				return Engagement{}, err
			}
		}
	case fault.Is(err, fault.Conflict):
		e.Today = cal.DateOf(s.Now(), zone)
	default:
		return Engagement{}, err
	}
	if open, ok := c.Open(); ok {
		e.Proposal = &portfolio.Proposal{Number: open.Number, Effective: open.Effective, WaitsOn: contract.ClientSide}
		if _, agency := open.AcceptedBy(c.HostSide()); !agency {
			e.Proposal.WaitsOn = contract.AgencySide
		}
	}
	if !imported.IsZero() {
		e.Imported = cal.DateOf(imported, zone)
	}
	for _, st := range statements {
		if st.Contract == c.ID {
			e.Statements = append(e.Statements, st)
		}
	}
	if err := s.latest(ctx, actor, &e); err != nil {
		return Engagement{}, err
	}
	return e, nil
}

// latest looks into the newest statement that is not withdrawn.
func (s *Service) latest(ctx context.Context, actor access.Actor, e *Engagement) error {
	for _, st := range e.Statements {
		if st.State != fees.Locked {
			continue
		}
		e.Locked = cal.Later(e.Locked, st.Period.To)
		if err := s.held(ctx, actor, e, st); err != nil {
			return err
		}
	}
	newest, ok := e.Newest()
	if !ok {
		return nil
	}
	whole, err := s.Fees.Statement(ctx, actor, newest.ID)
	if err != nil {
		return err
	}
	e.Latest = standingOf(whole)
	return nil
}

// held adds what disputes of a locked statement still hold back.
func (s *Service) held(ctx context.Context, actor access.Actor, e *Engagement, st feesops.Summary) error {
	if st.Split.Held.IsZero() {
		return nil
	}
	whole, err := s.Fees.Statement(ctx, actor, st.ID)
	if err != nil {
		return err
	}
	still := portfolio.Held{ID: st.ID, Period: st.Period, Amount: money.New(0, st.Total.Currency)}
	for _, line := range whole.Life.Lines {
		still.Amount.Minor += line.Held
		if line.Held != 0 && unanswered(line) {
			still.Unanswered++
		}
	}
	if !still.Amount.IsZero() {
		e.Held = append(e.Held, still)
	}
	return nil
}

func standingOf(st feesops.Statement) *portfolio.Statement {
	out := &portfolio.Statement{
		ID: st.ID, Period: st.Period, State: st.State, Open: len(st.OpenLines()), WindowEnds: st.WindowEnds, WindowOpen: st.WindowOpen,
	}
	for i, l := range st.Document.Statement.Lines {
		life := st.Life.Lines[i]
		if l.With != 0 || life.State != fees.LineDisputed {
			continue
		}
		out.Disputed++
		if unanswered(life) {
			out.Unanswered++
		}
	}
	return out
}

// unanswered: the client spoke last.
func unanswered(l fees.LineLife) bool { return len(l.Events) > 0 && l.Events[len(l.Events)-1].Client }
