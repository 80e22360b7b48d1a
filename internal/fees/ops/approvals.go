package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// Approvals are what waits for a decision of either side of a client's contracts, and what was decided.
type Approvals struct {
	Client     string
	Waiting    []Approval
	Disputable []Approval // results that are accepted and can still be disputed
	Decided    []Decided  // newest first, at most mostDecided
	HandOver   []fees.HandsOver
	Contracts  int // accepted ones, of which something is decided by people: 0 means that nothing ever waits here
	Today      cal.Date
	Zone       *time.Location
}

// Decision is what a person decided about a row of evidence, as the evidence keeps it.
type Decision = crmops.Decision

// Overruling is an import that says otherwise than a person decided.
type Overruling = crmops.Overruling

// Approval is one thing that waits, under its contract.
type Approval struct {
	fees.Waiting
	Contract     string // id
	ContractName string
	Seen         int64         // the import that said the row last; a decision names it
	Talk         []Decision    // what was decided and said about the row, in order
	Acceptors    []fees.Person // of a delivery: the people who may decide, where the contract names some of them
}

// Entered is who entered the hand-over in the program, when that was on a later day than the one that it names; nil otherwise.
func (a Approval) Entered() (by *Decision, handedOver cal.Date) {
	for _, d := range a.Talk {
		if x, err := d.Record().Delivery(); err == nil && d.Act == crm.ActHandOver && cal.DateOf(d.At, a.Zone) != x.DeliveredOn {
			return &d, x.DeliveredOn
		}
	}
	return nil, cal.Date{}
}

// Decided is a decision, and whether a later import says otherwise of it.
type Decided struct {
	Decision
	Name      string      // what it was about, in words
	Overruled *Overruling // nil: it stands
}

const mostDecided = 50

// Approvals lists what waits for a decision and what was decided. Who may: see EvidenceSee. Faults: NotFound, Forbidden.
func (s *Service) Approvals(ctx context.Context, actor access.Actor, client string) (Approvals, error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return Approvals{}, err
	}
	people, err := s.members(ctx, actor, client)
	if err != nil {
		return Approvals{}, err
	}
	var out Approvals
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = Approvals{Client: client, Zone: time.UTC}
		g, err := s.decidable(ctx, tx, client, s.now())
		if err != nil {
			return err
		}
		out.Contracts, out.Zone = len(g.contracts), g.zone()
		out.Today = cal.DateOf(g.at, out.Zone)
		out.Waiting, out.Disputable = g.waiting, g.disputable
		if err := talk(ctx, tx, client, out.Waiting); err != nil {
			return err
		}
		for i, w := range out.Waiting {
			out.Waiting[i].Acceptors = named(w.By, s.mayAct(people, access.Client, access.DeliveryDecide))
		}
		for _, c := range g.contracts {
			out.HandOver = append(out.HandOver, fees.CanHandOver(c.agreement, out.Today)...)
		}
		out.Decided, err = s.decided(ctx, tx, client, g)
		return err
	})
	if err != nil {
		return Approvals{}, fmt.Errorf("list approvals: %w", err)
	}
	return out, nil
}

// WaitingApprovals is Approvals without the people and without what was decided, for who only asks what waits. Who may: see EvidenceSee.
func (s *Service) WaitingApprovals(ctx context.Context, actor access.Actor, client string) ([]Approval, error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []Approval
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		g, err := s.decidable(ctx, tx, client, s.now())
		if err != nil {
			return err
		}
		out = slices.DeleteFunc(g.waiting, func(a Approval) bool { return a.IsHours() && !a.Unapproved() })
		return talk(ctx, tx, client, out)
	})
	return out, err
}

// named are those whom the contract names; none where it leaves it to all.
func named(by string, people []fees.Person) []fees.Person {
	of := fees.Acceptors(by, people)
	if by == "" || len(of) == len(people) {
		return nil
	}
	return of
}

// talk adds what was decided and said about what waits. A dispute that the agency has answered waits for the client.
func talk(ctx context.Context, tx bun.Tx, client string, list []Approval) error {
	ids := map[crm.Kind][]string{}
	for _, w := range list {
		ids[w.Kind] = append(ids[w.Kind], w.ID)
	}
	for k, of := range ids {
		made, err := crmops.DecisionsAbout(ctx, tx, client, k, of...)
		if err != nil {
			return err
		}
		for i, w := range list {
			if w.Kind == k {
				list[i].Talk = made[w.ID]
			}
		}
	}
	for i, w := range list {
		if w.Kind == crm.KindLead && w.On == contract.AgencySide && answered(w.Talk) {
			list[i].On = contract.ClientSide
		}
	}
	return nil
}

// answered: the agency spoke last.
func answered(talk []Decision) bool {
	return len(talk) > 0 && talk[len(talk)-1].Act == crm.ActAnswer
}

// decided are the newest decisions.
func (s *Service) decided(ctx context.Context, tx bun.Tx, client string, g ground) ([]Decided, error) {
	list, err := crmops.DecisionsOf(ctx, tx, client, mostDecided)
	if err != nil {
		return nil, err
	}
	out := make([]Decided, len(list))
	for i, d := range list {
		out[i] = Decided{Decision: d, Name: nameOf(d.Record())}
		if out[i].Overruled, err = crmops.Overruled(ctx, tx, d, g.said[d.Kind][d.Row]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// nameOf is what a row is called among people.
func nameOf(r crm.Record) string {
	switch r.Kind {
	case crm.KindDelivery:
		name := r.Get("milestone")
		if part := r.Get("part"); part != "" {
			name = part + " of " + name
		}
		return name
	case crm.KindMetricReading:
		days := r.Get("from") + " to " + r.Get("through")
		if m, err := r.MetricReading(); err == nil {
			days = cal.Period{From: m.From, To: m.Through.AddDays(1)}.Words()
		}
		return hoursWords(r.Get("value")) + " of " + days
	}
	return r.ID
}

// under is a contract of which something is decided by people.
type under struct {
	id, name  string
	agreement contract.Agreement
}

// ground is the rows that a decision rests on.
type ground struct {
	at         time.Time
	contracts  []under
	rows       crmops.Rows
	said       map[crm.Kind]map[string]int64
	waiting    []Approval
	disputable []Approval
}

func (g ground) zone() *time.Location {
	if len(g.contracts) == 0 {
		return time.UTC
	}
	return g.contracts[0].agreement.First().Zone
}

// decidable reads what waits under each contract of a client, as of now. A row that two contracts count stands under the first of them.
func (s *Service) decidable(ctx context.Context, tx bun.Tx, client string, at time.Time) (ground, error) {
	g := ground{at: at}
	all, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return g, err
	}
	var kinds []crm.Kind
	for _, c := range all {
		if len(c.Accepted()) == 0 {
			continue
		}
		a, err := c.Agreement()
		if err != nil {
			return g, err
		}
		of := fees.DecidedKinds(a)
		if len(of) > 0 {
			g.contracts = append(g.contracts, under{c.ID, c.Name, a})
		}
		kinds = append(kinds, of...)
	}
	slices.Sort(kinds)
	newest, err := s.NewestImport(ctx, tx, client)
	if err != nil {
		return g, err
	}
	if g.rows, err = crmops.RowsAt(ctx, tx, client, newest, slices.Compact(kinds)...); err != nil {
		return g, err
	}
	g.said = g.rows.Said
	have := map[string]bool{}
	for _, c := range g.contracts {
		facts := fees.Facts{Evidence: g.rows.Evidence}
		if slices.Contains(fees.DecidedKinds(c.agreement), crm.KindTimeEntry) {
			finals, err := readFinals(ctx, tx, c.id)
			if err != nil {
				return g, err
			}
			if facts.Settled, err = settledOf(ctx, tx, finals); err != nil {
				return g, err
			}
		}
		add := func(list []fees.Waiting) (out []Approval) {
			for _, w := range list {
				if key := string(w.Kind) + " " + w.ID; !have[key] {
					have[key] = true
					out = append(out, Approval{Waiting: w, Contract: c.id, ContractName: c.name, Seen: g.said[w.Kind][w.ID]})
				}
			}
			return out
		}
		waiting, err := g.closed(ctx, tx, client, c.agreement, facts, fees.WaitingFor(c.agreement, facts, at))
		if err != nil {
			return g, err
		}
		g.waiting = append(g.waiting, add(waiting)...)
		g.disputable = append(g.disputable, add(fees.Disputable(c.agreement, facts, at))...)
	}
	return g, nil
}

// members are the people who can see something of the client; none where nobody is known, or the actor may not see them.
func (s *Service) members(ctx context.Context, actor access.Actor, client string) ([]partyops.Listing, error) {
	if s.Parties == nil || !access.Decide(actor, access.PeopleSee, access.Of(client)).Allowed {
		return nil, nil
	}
	people, err := s.Parties.ListPeople(ctx, actor, client)
	if err != nil {
		return nil, fmt.Errorf("list who decides: %w", err)
	}
	return slices.DeleteFunc(people, func(l partyops.Listing) bool { return !l.Membership.InForce(s.now()) }), nil
}

// mayAct are the people of a side whose role may do the action, each once.
func (s *Service) mayAct(people []partyops.Listing, side access.OrgKind, action access.Action) []fees.Person {
	var out []fees.Person
	for _, l := range people {
		m := l.Membership
		if m.Org.Kind != side || access.GrantOf(m.Role, action) != access.OfClient {
			continue
		}
		out = append(out, fees.Person{Account: l.Account.ID, Name: cmp.Or(l.Account.Name, string(l.Account.Email)), Role: m.Role})
	}
	return out
}
