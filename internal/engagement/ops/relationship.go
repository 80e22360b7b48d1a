package ops

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Relationship is what stands between a client and its providers.
type Relationship struct {
	Today     cal.Date // in the zone of the client's first contract
	Contracts []Binding
	Ends      map[string]string // what comes at the end of each contract, by its id, in a sentence
	Lines     []engagement.Line
	Resources []engagement.ResourceMonth // of the month before and of this one
}

// Relationship tells who is of record for what, over time, and what became of the time that was promised. Who may: see AppointmentSee. Faults: NotFound, Forbidden.
func (s *Service) Relationship(ctx context.Context, actor access.Actor, client string) (Relationship, error) {
	if err := access.Require(actor, access.AppointmentSee, access.Of(client)); err != nil {
		return Relationship{}, err
	}
	var out Relationship
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		contracts, err := bindingOf(ctx, tx, client)
		if err != nil {
			return err
		}
		appointments, err := AppointmentsOf(ctx, tx, client)
		if err != nil {
			return err
		}
		out = Relationship{Today: today(contracts, s.now()), Contracts: contracts, Ends: map[string]string{}, Lines: engagement.Map(appointments)}
		for _, c := range contracts {
			notices, err := readNotices(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			out.Ends[c.ID] = engagement.StandingUnder(c.Agreement, notices, out.Today).Words()
			resources, err := s.resources(ctx, tx, client, c.Agreement, out.Today)
			if err != nil {
				return err
			}
			out.Resources = append(out.Resources, resources...)
		}
		return nil
	})
	return out, err
}

func (s *Service) resources(ctx context.Context, tx bun.Tx, client string, agreement contract.Agreement, today cal.Date) ([]engagement.ResourceMonth, error) {
	var out []engagement.ResourceMonth
	for _, month := range []cal.Month{cal.MonthOf(today).Previous(), cal.MonthOf(today)} {
		var worked []engagement.Worked
		known := false
		if s.WorkedOf != nil {
			var err error
			if worked, known, err = s.WorkedOf(ctx, tx, client, month); err != nil {
				return nil, err
			}
		}
		out = append(out, engagement.ResourcesIn(agreement, month, worked, known, today)...)
	}
	return out, nil
}

// Leakage is what was spent, held against the promises. Who may: see LeakageSee. Faults: NotFound, Forbidden.
func (s *Service) Leakage(ctx context.Context, actor access.Actor, client string) (engagement.Leak, error) {
	if err := access.Require(actor, access.LeakageSee, access.Of(client)); err != nil {
		return engagement.Leak{}, err
	}
	var out engagement.Leak
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		contracts, err := bindingOf(ctx, tx, client)
		if err != nil {
			return err
		}
		appointments, err := AppointmentsOf(ctx, tx, client)
		if err != nil {
			return err
		}
		var rows []engagement.Spend
		if s.SpendOf != nil {
			if rows, err = s.SpendOf(ctx, tx, client); err != nil {
				return err
			}
		}
		out = engagement.Leakage(rows, appointments, today(contracts, s.now()))
		return nil
	})
	return out, err
}

// AskInput is work of which it is asked who gets it. Day zero is today.
type AskInput struct {
	Client, Category, Brand, Market string
	Day                             cal.Date
}

// Asked is who gets the work, and by when who is asked first must answer if it is offered now; zero where nobody is.
type Asked struct {
	engagement.Routed
	AnswerBy time.Time
	Zone     *time.Location
}

// Ask says who gets work of a category for a brand in a market on a day. Who may: see AppointmentSee. Faults: NotFound, Forbidden; Invalid at "category", "brand" or "market" when it is not said.
func (s *Service) Ask(ctx context.Context, actor access.Actor, in AskInput) (Asked, error) {
	if err := access.Require(actor, access.AppointmentSee, access.Of(in.Client)); err != nil {
		return Asked{}, err
	}
	var faults fault.List
	sayCell(&faults, in.Category, in.Brand, in.Market)
	if err := faults.Err(); err != nil {
		return Asked{}, err
	}
	var out Asked
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.routeOn(ctx, tx, in)
		return err
	})
	return out, err
}

// sayCell finds what of a cell is not said.
func sayCell(faults *fault.List, category, brand, market string) {
	for _, said := range []struct{ field, value, words string }{
		{"category", category, "Name the category, such as paid-media."}, {"brand", brand, "Name the brand."}, {"market", market, "Name the market."},
	} {
		if strings.TrimSpace(said.value) == "" {
			faults.Add(fault.New(fault.Invalid, "ask-"+said.field, "%s", said.words).At(said.field))
		}
	}
}

func (s *Service) routeOn(ctx context.Context, tx bun.Tx, in AskInput) (Asked, error) {
	contracts, err := bindingOf(ctx, tx, in.Client)
	if err != nil {
		return Asked{}, err
	}
	appointments, err := AppointmentsOf(ctx, tx, in.Client)
	if err != nil {
		return Asked{}, err
	}
	now := s.now()
	if in.Day.IsZero() {
		in.Day = today(contracts, now)
	}
	out := Asked{Routed: engagement.RouteAsked(appointments, in.Category, in.Brand, in.Market, in.Day), Zone: time.UTC}
	if t := out.To.Terms; out.Ok && t != nil && out.To.Promise == engagement.Preferred {
		out.AnswerBy, out.Zone = engagement.Deadline(*t, out.To.FirstRefusal, now), t.Zone
	}
	return out, nil
}

// RouteOf is who gets work that is asked for on a day, for use cases that have decided access already, inside their transaction.
func (s *Service) RouteOf(ctx context.Context, tx bun.Tx, client, category, brand, market string, day cal.Date) (Asked, error) {
	return s.routeOn(ctx, tx, AskInput{Client: client, Category: category, Brand: brand, Market: market, Day: day})
}

// Named are the categories, brands and markets of the promises, for forms that ask for one.
type Named struct{ Categories, Brands, Markets []string }

// Named are the names in the promises, each once.
func (r Relationship) Named() Named {
	var n Named
	add := func(list *[]string, name string) {
		if name != "" && !slices.ContainsFunc(*list, func(have string) bool { return engagement.Plain(have) == engagement.Plain(name) }) {
			*list = append(*list, name)
		}
	}
	for _, l := range r.Lines {
		add(&n.Categories, l.Cell.Category)
		add(&n.Brands, l.Cell.Brand)
		add(&n.Markets, l.Cell.Market)
	}
	return n
}

// Appointments are all promises of the client, past and future ones too. Who may: see AppointmentSee. Faults: NotFound, Forbidden.
func (s *Service) Appointments(ctx context.Context, actor access.Actor, client string) ([]engagement.Appointment, error) {
	if err := access.Require(actor, access.AppointmentSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []engagement.Appointment
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = AppointmentsOf(ctx, tx, client)
		return err
	})
	return out, err
}
