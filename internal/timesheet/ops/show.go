package ops

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Filter says which entries of a client are wanted.
type Filter struct {
	Client   string
	Period   cal.Period // zero: all days
	Person   string
	Category string
	Class    timesheet.Class
	State    timesheet.State
}

// Entries are the entries of a client, by day. The agency sees all of them; the client what is approved and billable, without internal words. Who may: see TimeSee. Faults: NotFound,
// Forbidden.
func (s *Service) Entries(ctx context.Context, actor access.Actor, f Filter) ([]timesheet.Entry, error) {
	if err := access.Require(actor, access.TimeSee, access.Of(f.Client)); err != nil {
		return nil, err
	}
	internal := access.SeesInternal(actor, f.Client)
	var out []timesheet.Entry
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readEntries(ctx, tx, f.narrow(internal))
		return err
	})
	if err != nil || internal {
		return out, err
	}
	for i, e := range out {
		out[i] = e.ForClient()
	}
	return out, nil
}

// narrow asks for what the filter wants and the reader may see.
func (f Filter) narrow(internal bool) func(q *bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("client_id = ?", f.Client)
		if !f.Period.From.IsZero() {
			q = q.Where("worked_on >= ?", f.Period.From.String())
		}
		if !f.Period.To.IsZero() {
			q = q.Where("worked_on < ?", f.Period.To.String())
		}
		if !internal {
			f.Class, f.State = timesheet.Billable, timesheet.Approved
			q = q.Where("minutes > 0")
		}
		for _, w := range [][2]string{{"person = ?", f.Person}, {"category = ?", f.Category}, {"class = ?", string(f.Class)}, {"state = ?", string(f.State)}} {
			if w[1] != "" {
				q = q.Where(w[0], w[1])
			}
		}
		return q
	}
}

// Month is the approved billable time of a month.
type Month struct {
	Month      cal.Month
	Minutes    int
	Counted    int // after the rounding of the contract
	Rounded    bool
	Over       int // over-serviced; the agency alone sees it
	Open       int // not approved yet; the agency alone sees it
	Locked     bool
	ByPerson   []Sum
	ByCategory []Sum
}

// NotStated is the name of time without a category.
const NotStated = "not stated"

// Sum is time under a name.
type Sum struct {
	Name    string
	Minutes int
}

// ClientTime is the time spent for a client.
type ClientTime struct {
	Internal  bool // whether the reader sees what is internal to the agency
	Months    []Month
	Burns     []timesheet.Burn
	BurnKnown bool
	HandOvers []HandOver // for the agency
	Waiting   int        // approved in locked months and not handed over yet
	Today     cal.Date
	Zone      *time.Location
}

// ClientTime tells what was spent for a client in the months up to now, and what it uses up. Who may: see TimeSee; the client sees approved billable time only. Faults: NotFound, Forbidden.
func (s *Service) ClientTime(ctx context.Context, actor access.Actor, client string) (ClientTime, error) {
	if err := access.Require(actor, access.TimeSee, access.Of(client)); err != nil {
		return ClientTime{}, err
	}
	out := ClientTime{Internal: access.SeesInternal(actor, client)}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		var err error
		if out.Zone, err = d.zone(ctx, tx, client, personRow{}); err != nil {
			return err
		}
		out.Today = cal.DateOf(d.at, out.Zone)
		entries, err := readEntries(ctx, tx, Filter{Client: client}.narrow(out.Internal))
		if err != nil {
			return err
		}
		locks, err := lockedMonths(ctx, tx, client)
		if err != nil {
			return err
		}
		round, err := roundings(ctx, tx, client)
		if err != nil {
			return err
		}
		out.Months = months(entries, locks, round)
		if out.Burns, out.BurnKnown, err = d.burn(ctx, tx, client); err != nil || !out.Internal {
			return err
		}
		if out.HandOvers, err = handOvers(ctx, tx, client); err != nil {
			return err
		}
		out.Waiting, err = notHandedOver(ctx, tx, client)
		return err
	})
	return out, err
}

// notHandedOver counts what is approved in locked months and waits for the next hand-over.
func notHandedOver(ctx context.Context, tx bun.Tx, client string) (int, error) {
	n, err := tx.NewSelect().Model((*approvedRow)(nil)).Where("client_id = ? AND (class = ? OR corrects IS NOT NULL)", client, string(timesheet.Billable)).
		Where("EXISTS (SELECT 1 FROM time_lock AS l WHERE l.client_id = approved_row.client_id AND l.month = SUBSTR(approved_row.worked_on, 1, 7))").
		Where("NOT EXISTS (SELECT 1 FROM time_handed AS h WHERE h.entry_id = approved_row.entry_id)").Count(ctx)
	return int(n), err
}

// counted says how the time of an entry is rounded, and for a rate card within which role.
type counted struct {
	contract.TimeRounding
	role string
}

// rounding says how the time of an entry is rounded; ok is false when no clause in force counts it, or none can be told.
type rounding func(e timesheet.Entry) (r counted, ok bool)

// roundings finds the rounding of the clause that an entry counts under.
func roundings(ctx context.Context, tx bun.Tx, client string) (rounding, error) {
	all, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var agreements []contract.Agreement
	for _, c := range all {
		if len(c.Accepted()) == 0 {
			continue
		}
		a, err := c.Agreement()
		if err != nil {
			return nil, err
		}
		agreements = append(agreements, a)
	}
	return func(e timesheet.Entry) (counted, bool) {
		var found []counted
		for _, a := range agreements {
			terms, ok := a.InForce(e.Day)
			if !ok || !a.Running().Contains(e.Day) {
				continue
			}
			for _, c := range terms.Clauses {
				if e.Clause != "" && c.ClauseID() != e.Clause {
					continue
				}
				switch c := c.(type) {
				case contract.Retainer:
					if c.Hours != nil {
						found = append(found, counted{TimeRounding: c.Hours.Round})
					}
				case contract.Hourly:
					found = append(found, counted{c.Round, e.Role})
				}
			}
		}
		if len(found) != 1 {
			return counted{}, false
		}
		return found[0], true
	}, nil
}

func months(entries []timesheet.Entry, locks []lockRow, round rounding) []Month {
	by := map[cal.Month][]timesheet.Entry{}
	for _, e := range entries {
		m := cal.MonthOf(e.Day)
		by[m] = append(by[m], e)
	}
	for _, l := range locks {
		if m, err := cal.ParseMonth(l.Month); err == nil && by[m] == nil {
			by[m] = []timesheet.Entry{}
		}
	}
	var out []Month
	for m, of := range by {
		out = append(out, monthOf(m, of, locks, round))
	}
	slices.SortFunc(out, func(a, b Month) int { return -a.Month.First().Cmp(b.Month.First()) })
	return out
}

func monthOf(m cal.Month, entries []timesheet.Entry, locks []lockRow, round rounding) Month {
	out := Month{Month: m, Rounded: true, Locked: slices.ContainsFunc(locks, func(l lockRow) bool { return l.Month == m.String() })}
	people, categories := map[string]int{}, map[string]int{}
	rules := map[counted][]timesheet.Entry{}
	for _, e := range entries {
		switch {
		case e.State != timesheet.Approved:
			if e.Corrects == "" {
				out.Open += e.Minutes
			}
		case e.Class == timesheet.OverServiced:
			out.Over += e.Minutes
		case e.Class == timesheet.Billable:
			out.Minutes += e.Minutes
			people[e.Person] += e.Minutes
			categories[cmp.Or(e.Category, NotStated)] += e.Minutes
			r, ok := round(e)
			out.Rounded = out.Rounded && ok
			rules[r] = append(rules[r], e)
		}
	}
	for r, of := range rules {
		out.Counted += timesheet.Counted(r.TimeRounding, of)
	}
	out.ByPerson, out.ByCategory = sums(people), sums(categories)
	return out
}

func sums(by map[string]int) []Sum {
	var out []Sum
	for name, minutes := range by {
		out = append(out, Sum{name, minutes})
	}
	slices.SortFunc(out, func(a, b Sum) int { return cmp.Or(cmp.Compare(b.Minutes, a.Minutes), cmp.Compare(a.Name, b.Name)) })
	return out
}
