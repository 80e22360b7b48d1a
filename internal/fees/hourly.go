package fees

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// hourlyLine is the work of one role in one month at one rate.
type hourlyLine struct {
	month  cal.Month
	role   string
	rate   money.Amount
	terms  contract.Terms // of the last day on which work was done
	clause contract.Hourly
	late   bool

	entries []WorkedEntry
	minutes int64
}

// hourlyBook gathers what one hourly clause charges on this statement.
type hourlyBook struct {
	*drafter
	clause  string
	before  []SettledLine // of locked statements of other periods
	handled map[string]bool
	count   timeCount
	again   map[string]*owedWork // what charged lines are owed now, where any entry changed
	lines   []*hourlyLine

	roles, nameless, lost []string // entries that are held or written off
}

// hourly charges the entries of a clause: those of this month, and those of locked months that came since. Each is charged once ever, as it
// was worked on its day: by the version in force then.
func (d *drafter) hourly(id string) {
	b := &hourlyBook{drafter: d, clause: id, handled: d.entriesSettled(id), count: newTimeCount()}
	maps.Copy(b.handled, d.resultsCharged(id))
	b.readSettled()
	b.again = b.recount()
	for _, e := range d.entriesOf(id) {
		if late, here := d.onThisStatement(e.WorkedOn); here && !b.handled[e.ID] {
			b.take(e, late)
		}
	}
	b.put()
	b.tell()
}

func (b *hourlyBook) readSettled() {
	for _, s := range b.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == b.facts.Period || l.Clause != b.clause || l.Kind == KindReleased || l.Hours == nil {
				continue
			}
			b.before = append(b.before, l)
			for _, w := range l.Hours.Entries {
				if _, clause, ok := b.inForce(w.On); ok {
					b.count.had(clause.Round, w, w.Role)
				}
			}
		}
	}
}

// inForce is the clause on a day.
func (b *hourlyBook) inForce(day cal.Date) (contract.Terms, contract.Hourly, bool) {
	terms, _ := b.agreement.InForce(day)
	c, _ := terms.Clause(b.clause)
	h, ok := c.(contract.Hourly)
	return terms, h, ok
}

func (b *hourlyBook) take(e crm.TimeEntry, late bool) {
	terms, clause, ok := b.inForce(e.WorkedOn)
	if !ok {
		return
	}
	role, rate, known := clause.RateOf(e.Role)
	switch {
	case late && clause.LateEntries == "written-off":
		b.lost = append(b.lost, e.ID)
		return
	case !known:
		b.roles = append(b.roles, e.ID)
		return
	case needsPerson(clause.Round) && e.Person == "":
		b.nameless = append(b.nameless, e.ID)
		return
	}
	counted := b.count.add(clause.Round, e, role)
	l := b.lineOf(cal.MonthOf(e.WorkedOn), role, rate)
	l.terms, l.clause, l.late = terms, clause, late
	l.minutes += counted
	l.entries = append(l.entries, WorkedEntry{ID: e.ID, On: e.WorkedOn, Person: e.Person, Role: role, Minutes: e.Minutes, Counted: counted})
}

func (b *hourlyBook) lineOf(month cal.Month, role string, rate money.Amount) *hourlyLine {
	for _, l := range b.lines {
		if l.month == month && l.role == role && l.rate == rate {
			return l
		}
	}
	l := &hourlyLine{month: month, role: role, rate: rate}
	b.lines = append(b.lines, l)
	return l
}

// put puts the lines of each month of work on the statement, in the order of the rate card, then what is owed otherwise of work that was charged
// before, and the cap of the month behind them.
func (b *hourlyBook) put() {
	slices.SortStableFunc(b.lines, func(x, y *hourlyLine) int {
		return cmp.Or(x.month.First().Cmp(y.month.First()), cmp.Compare(x.place(), y.place()), x.terms.Effective.Cmp(y.terms.Effective))
	})
	var months []cal.Month
	for _, l := range b.lines {
		months = append(months, l.month)
	}
	corrected := map[cal.Month][]*settledCharge{}
	if b.again != nil {
		for _, c := range b.settledCharges(b.clause, hourlyName) {
			corrected[c.workMonth()] = append(corrected[c.workMonth()], c)
			months = append(months, c.workMonth())
		}
	}
	slices.SortFunc(months, func(x, y cal.Month) int { return x.First().Cmp(y.First()) })
	for _, m := range slices.Compact(months) {
		for _, l := range b.lines {
			if l.month == m {
				line := l.line()
				if l.late { // a limit over several clauses counts it in the month of the work, too
					line.CountsOn = b.firstDay(m.Period())
				}
				b.line(line)
			}
		}
		b.correct(corrected[m])
		b.cap(m)
	}
}

// workMonth is the month in which charged work was done.
func (c *settledCharge) workMonth() cal.Month { return cal.MonthOf(c.lines[0].Hours.Window.From) }

// place of the role on the card; other roles stand last.
func (l hourlyLine) place() int {
	if i := slices.IndexFunc(l.clause.Rates, func(r contract.RoleRate) bool { return r.Role == l.role }); i >= 0 {
		return i
	}
	return len(l.clause.Rates)
}

func (l hourlyLine) line() Line {
	amount := l.rate.Mul(money.NewRatio(l.minutes, 60), l.terms.Rounding)
	events := make([]string, len(l.entries))
	var worked int64
	for i, w := range l.entries {
		events[i] = w.ID
		worked += w.Minutes
	}
	out := Line{
		Clause: l.clause.ID, Kind: KindHourly, Text: fmt.Sprintf("%s, %s", l.role, l.month.Words()), Quantity: hoursOf(l.minutes), Unit: "hours",
		Rate: l.rate.String(), RateText: l.rate.Format(), Amount: amount, Events: events,
		Basis: Basis{
			Version: l.terms.Version, Clause: l.clause.Words(l.terms), Rounding: roundingWords(l.terms),
			Formula: fmt.Sprintf("%s = %s hours; %s x %s = %s", clock(l.minutes), hoursOf(l.minutes), hoursOf(l.minutes), l.rate.Format(), amount.Format()),
			Inputs: []Input{
				{"month of work", l.month.Words()}, {"role", l.role}, {"entries", fmt.Sprint(len(l.entries))}, {"worked", clock(worked)},
				{"counted after rounding", clock(l.minutes)}, {"rate", l.rate.Format() + " per hour"},
			},
			Evidence: evidentTimes(l.entries), Hours: &HoursSum{Window: l.month.Period(), Entries: l.entries},
		},
	}
	if l.late {
		out.Text += ", late"
		out.Basis.Notes = []string{"These entries came after the statement of their month was locked. They are charged here, once, under the cap of their month."}
	}
	return out
}

// cap keeps the work of a month within its cap: due for the month to date, less what was charged for it before.
func (b *hourlyBook) cap(month cal.Month) {
	day := cal.Earlier(month.Period().Last(), b.agreement.Running().Last())
	terms, clause, ok := b.inForce(day)
	if !ok || !clause.Cap.Set {
		return
	}
	var now, before, capped int64
	for _, l := range b.statement.Lines {
		if l.Clause == b.clause && (l.Kind == KindHourly || l.Kind.corrects()) && l.Basis.Hours.Window == month.Period() {
			now += l.Amount.Minor
		}
	}
	for _, l := range b.before {
		switch {
		case l.Hours.Window != month.Period():
		case l.Kind == KindHourly || l.Kind.corrects():
			before += l.Minor
		case l.Kind == KindPeriodCap:
			capped += l.Minor
		}
	}
	_, down := adjustments(before+now, nil, minorOrNil(clause.Cap))
	if down == capped {
		return
	}
	move := money.New(down-capped, b.currency)
	sum := LimitSum{Window: month.Period(), Cap: clause.Cap.Amount.String(), Before: money.New(before, b.currency).String(), Charged: money.New(before+capped, b.currency).String()}
	l := limitLine(terms, clause, KindPeriodCap, fmt.Sprintf("Cap of %s on the work of %s", clause.Cap.Amount.Format(), month.Words()), sum, limitMove{move: move.Minor, now: now})
	l.Basis.Hours = &HoursSum{Window: month.Period()}
	if month.Period() != b.facts.Period {
		l.CountsOn = b.firstDay(month.Period())
	}
	b.line(l)
}

func (b *hourlyBook) tell() {
	subject := "clause " + b.clause
	if len(b.roles) > 0 {
		b.issue(Problem, "role-unknown", subject, "%s of a role without a rate, and held: %s. Correct the role when importing, or give it a rate in the next version.", entriesAre(len(b.roles)), listed(b.roles, 12))
	}
	b.nobody(b.clause, b.nameless)
	if len(b.lost) > 0 {
		b.issue(Info, "hours-late-written-off", subject, "%s late and written off, as the contract says: %s.", entriesAre(len(b.lost)), listed(b.lost, 12))
	}
}
