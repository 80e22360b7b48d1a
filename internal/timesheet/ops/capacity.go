package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Loaded is a person and the weeks that are looked at.
type Loaded struct {
	Account string
	Name    string
	Role    string // of the rate card
	Zone    string
	Hours   *Hours // nil: nobody stated them
	Weeks   []timesheet.Load
}

// Capacity is who has time in which week.
type Capacity struct {
	Mondays       []cal.Date
	People        []Loaded
	PromisesKnown bool // whether contracts can be asked what they promise
	Unmet         []timesheet.Promise
}

// Capacity tells of each person of the agency, week by week from a day on, what there is, promised, planned and worked. Unmet are promises of a person or role that nobody here has. Who may: see CapacitySee.
func (s *Service) Capacity(ctx context.Context, actor access.Actor, from cal.Date, weeks int) (Capacity, error) {
	if err := access.Require(actor, access.CapacitySee, access.Scope{}); err != nil {
		return Capacity{}, err
	}
	out := Capacity{Mondays: timesheet.Weeks(from, min(max(weeks, 1), 26)), PromisesKnown: s.Promised != nil}
	clients, err := s.Parties.Clients(ctx, actor)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out.People, out.Unmet = nil, nil
		var promises []timesheet.Promise
		for _, c := range clients {
			if s.Promised == nil {
				break
			}
			of, err := s.Promised(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			promises = append(promises, of...)
		}
		people, err := s.workers(ctx, tx)
		if err != nil {
			return err
		}
		if err := load(ctx, tx, &out, people, promises); err != nil {
			return err
		}
		for _, p := range promises {
			met := func(l Loaded) bool { return p.By(l.Name, l.Role) }
			if !slices.ContainsFunc(out.People, met) {
				out.Unmet = append(out.Unmet, p)
			}
		}
		return nil
	})
	return out, err
}

// workers are the people of the agency who enter time, each once, by name.
func (s *Service) workers(ctx context.Context, tx bun.Tx) ([]personRow, error) {
	all, err := partyops.PeopleOf(ctx, tx, "", s.now())
	if err != nil {
		return nil, err
	}
	var known []personRow
	if err := tx.NewSelect().Model(&known).Scan(ctx); err != nil {
		return nil, err
	}
	var out []personRow
	for _, l := range all {
		m := l.Membership
		if m.Org.Kind != access.Agency || !m.InForce(s.now()) || access.GrantOf(m.Role, access.TimeOwn) == access.Never ||
			slices.ContainsFunc(out, func(p personRow) bool { return p.AccountID == l.Account.ID }) {
			continue
		}
		p := personRow{AccountID: l.Account.ID, Name: l.Account.Name}
		if i := slices.IndexFunc(known, func(k personRow) bool { return k.AccountID == p.AccountID }); i >= 0 {
			p = known[i]
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b personRow) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.AccountID, b.AccountID))
	})
	return out, nil
}

func load(ctx context.Context, tx bun.Tx, out *Capacity, people []personRow, promises []timesheet.Promise) error {
	first, end := out.Mondays[0].String(), out.Mondays[len(out.Mondays)-1].AddDays(7).String()
	entries, err := readEntries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("worked_on >= ? AND worked_on < ? AND (corrects IS NULL OR state = ?)", first, end, string(timesheet.Approved))
	})
	if err != nil {
		return err
	}
	var plans []planRow
	if err := tx.NewSelect().Model(&plans).Where("monday >= ? AND monday < ?", first, end).Scan(ctx); err != nil {
		return err
	}
	type week struct {
		account string
		monday  cal.Date
	}
	worked, planned := map[week]int{}, map[week]int{}
	for _, e := range entries {
		worked[week{e.Account, timesheet.WeekOf(e.Day)}] += e.Minutes
	}
	for _, p := range plans {
		planned[week{p.AccountID, day(p.Monday)}] += p.Minutes
	}
	for _, p := range people {
		l := Loaded{Account: p.AccountID, Name: p.Name, Role: p.Role, Zone: p.Zone}
		if hours := p.workHours(); hours != nil {
			l.Hours = p.hours()
		}
		for _, monday := range out.Mondays {
			at := week{p.AccountID, monday}
			l.Weeks = append(l.Weeks, timesheet.LoadOf(monday, p.Name, p.Role, p.workHours(), promises, planned[at], worked[at]))
		}
		out.People = append(out.People, l)
	}
	return nil
}

// PersonInput is how a person works.
type PersonInput struct {
	Account string
	Role    string // as the rate card names it; of time that is entered from now on
	Zone    string
	Hours   Hours
}

// SetPerson states a person's working hours and role. Who may: see CapacityPlan. Faults: NotFound, Forbidden; Invalid at "zone", a day's name, "closed" or "role".
func (s *Service) SetPerson(ctx context.Context, actor access.Actor, in PersonInput) error {
	if err := access.Require(actor, access.CapacityPlan, access.Scope{}); err != nil {
		return err
	}
	if _, err := in.Hours.read(in.Zone); err != nil {
		return err
	}
	if in.Role = oneLine(in.Role); len(in.Role) > 120 {
		return fault.New(fault.Invalid, "role", "Shorten the role to 120 characters.").At("role")
	}
	return s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		people, err := s.workers(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p personRow) bool { return p.AccountID == in.Account })
		if i < 0 {
			return notFound()
		}
		p, err := personOf(ctx, tx, in.Account, people[i].Name)
		if err != nil {
			return err
		}
		p.Role, p.Zone, p.Hours = in.Role, in.Zone, encode(in.Hours)
		if _, err := tx.NewUpdate().Model(&p).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.planned(ctx, tx, actor, in.Account, "", "stated the working hours of "+p.Name)
	})
}

// PlanInput is time that the agency intends a person to spend for a client in a week.
type PlanInput struct {
	Account string
	Client  string
	Week    cal.Date // any day of it
	Minutes int      // 0: none any more
}

// Plan writes down what the agency intends. Who may: see CapacityPlan. Faults: NotFound, Forbidden; Invalid at "minutes".
func (s *Service) Plan(ctx context.Context, actor access.Actor, in PlanInput) error {
	if err := access.Require(actor, access.CapacityPlan, access.Of(in.Client)); err != nil {
		return err
	}
	if _, err := s.Parties.Client(ctx, actor, in.Client); err != nil {
		return err
	}
	if in.Minutes < 0 || in.Minutes > 7*timesheet.MinutesOfADay {
		return fault.New(fault.Invalid, "minutes", "A week has 168 hours. Write the hours of the week, such as 12:00.").At("minutes")
	}
	return s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		people, err := s.workers(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p personRow) bool { return p.AccountID == in.Account })
		if i < 0 {
			return notFound()
		}
		row := planRow{AccountID: in.Account, ClientID: in.Client, Monday: timesheet.WeekOf(in.Week).String(), Minutes: in.Minutes}
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return err
		}
		if in.Minutes > 0 {
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
		return s.planned(ctx, tx, actor, in.Account, in.Client, fmt.Sprintf("planned %s of %s in the week of %s", timesheet.Clock(in.Minutes), people[i].Name, day(row.Monday).Words()))
	})
}

func (s *Service) planned(ctx context.Context, tx bun.Tx, actor access.Actor, account, client, words string) error {
	e := journal.Entry{At: s.now(), Action: string(access.CapacityPlan), Client: client, Subject: journal.Subject{Kind: "time", ID: account, Name: "Capacity"}, Words: words, Internal: true}
	_, err := journalops.Append(ctx, tx, journalops.By(actor, e))
	return err
}
