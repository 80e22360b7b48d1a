package fees

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// result is a lead, appointment or acquisition under the clause that governs it: that of the version in force on the day of its delivery.
type result struct {
	crm.Lead
	terms   contract.Terms
	clause  contract.PerResult
	life    leadLife
	repeats string // the id of the one that was delivered before it with the same key
}

func (r result) day(at time.Time) cal.Date { return cal.DateOf(at, r.terms.Zone) }

// when is a time for people: the day, or for windows in hours the minute, in the contract's zone.
func (r result) when(at time.Time) string {
	if _, exact := r.clause.Acceptance.Within.Duration(); exact {
		return at.In(r.terms.Zone).Format("2 Jan 2006 15:04")
	}
	return r.day(at).Words()
}

// withoutKey: nobody can tell whether it is a duplicate, and the contract holds it until somebody can.
func (r result) withoutKey() bool { return r.Key == "" && r.clause.Duplicate.WithoutKey == "hold" }

// billedResult is what a locked statement of another period billed for a result.
type billedResult struct {
	clause, statement string
	period            cal.Period
	price             money.Amount
	conceded          bool
}

// resultMonth computes one clause that pays per result for one statement.
type resultMonth struct {
	*drafter
	id      string
	noun    string    // what a result is called
	before  time.Time // what happened before this instant is known
	results []result  // by delivery
	billed  map[string]billedResult
	late    map[string]bool // billed here though its month is locked
}

// perResult charges one clause that pays per result: what became billable in the month, once ever; what was billed and is found invalid; the
// fee for denied disputes. What is known at the end of the period decides, or, while it runs, before the day of the draft.
func (d *drafter) perResult(id string) {
	m := &resultMonth{drafter: d, id: id, before: d.knownUntil().Start(d.agreement.First().Zone), billed: d.billedResults(), late: map[string]bool{}}
	if id == d.clausesOf("per_result")[0] {
		d.resultsOfNoClause()
	}
	m.billedElsewhere()
	m.collect()
	m.charge()
	m.credits()
	m.disputeFees()
	m.correct()
	m.report()
}

// knownUntil is the first day whose events a statement does not know: the first after its period, or the day of the draft of a period that runs.
func (d *drafter) knownUntil() cal.Date { return cal.Earlier(d.facts.Period.To, d.statement.AsOf) }

// billedResults are the results that locked statements of other periods billed, under whatever clause.
func (d *drafter) billedResults() map[string]billedResult {
	out := map[string]billedResult{}
	for _, s := range d.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == d.facts.Period || l.Kind != KindResult && l.Kind != KindResultFree || len(l.Events) == 0 {
				continue
			}
			for _, e := range l.Events {
				price := money.New(l.Minor/int64(len(l.Events)), d.currency)
				out[e] = billedResult{clause: l.Clause, statement: s.ID, period: s.Period, price: price, conceded: l.Conceded}
			}
		}
	}
	return out
}

// eventsOf are the events of the lines of a kind that locked statements of other periods carried.
func (d *drafter) eventsOf(kind LineKind) map[string]bool {
	out := map[string]bool{}
	for _, s := range d.facts.Settled {
		for _, l := range s.Lines {
			if s.Period != d.facts.Period && l.Kind == kind {
				for _, e := range l.Events {
					out[e] = true
				}
			}
		}
	}
	return out
}

// perResultOn is the clause as it was in force on a day.
func (d *drafter) perResultOn(day cal.Date, id string) (contract.Terms, contract.PerResult, bool) {
	terms, ok := d.agreement.InForce(day)
	if !ok || !d.agreement.Running().Contains(day) {
		return terms, contract.PerResult{}, false
	}
	c, _ := terms.Clause(id)
	clause, ok := c.(contract.PerResult)
	return terms, clause, ok
}

// clauseOf is the clause that a result belongs to; empty when nobody can tell.
func (d *drafter) clauseOf(l crm.Lead) string {
	all := d.clausesOf("per_result")
	switch {
	case slices.Contains(all, l.Clause):
		return l.Clause
	case l.Clause == "" && len(all) == 1:
		return all[0]
	}
	return ""
}

// collect takes the results of the clause that were delivered, each as it is known now.
func (m *resultMonth) collect() {
	var outside []string
	keys := map[string]*firstOfKey{}
	for _, l := range m.index.leads {
		if m.clauseOf(l) != m.id || !l.DeliveredAt.Before(m.before) {
			continue
		}
		day := cal.DateOf(l.DeliveredAt, m.agreement.First().Zone)
		terms, clause, ok := m.perResultOn(day, m.id)
		if !ok {
			if m.facts.Period.Contains(day) {
				outside = append(outside, l.ID)
			}
			continue
		}
		r := result{Lead: l, terms: terms, clause: clause}
		r.repeats = repeated(keys, r)
		r.life = lifeOf(l, clause, terms, r.repeats != "", m.before)
		m.results, m.noun = append(m.results, r), clause.Result
	}
	if len(outside) > 0 {
		m.issue(Warning, "result-outside", "clause "+m.id, "Delivered on days on which the clause was not in force, so they are not billed: %s.", listed(outside, 12))
	}
}

// firstOfKey is the delivery of a key that pays, and from when the time for duplicates is counted.
type firstOfKey struct {
	result
	from time.Time
}

// repeated finds the earlier delivery of the same key that makes this one a duplicate; empty for none. One that was found invalid before makes
// no duplicate, and whether it was is told at the delivery: what becomes known later changes the state of neither.
func repeated(keys map[string]*firstOfKey, r result) string {
	if r.Key == "" {
		return ""
	}
	first, seen := keys[r.Key]
	rule := r.clause.Duplicate
	within := seen && rule.By == "dedupe-key" && (rule.Within.IsZero() || !r.day(r.DeliveredAt).After(rule.Within.After(r.day(first.from), r.terms.Calendar)))
	if !within || lifeOf(first.Lead, first.clause, first.terms, false, r.DeliveredAt).state.invalid() {
		keys[r.Key] = &firstOfKey{r, r.DeliveredAt}
		return ""
	}
	if rule.Since == "latest" {
		first.from = r.DeliveredAt
	}
	return first.ID
}

// charge bills what became billable in the month, or in a locked one that did not know it, up to the cap of its month.
func (m *resultMonth) charge() {
	billable := slices.DeleteFunc(slices.Clone(m.results), func(r result) bool {
		_, before := m.billed[r.ID]
		return before || !r.life.state.billed()
	})
	slices.SortStableFunc(billable, func(a, b result) int {
		return cmp.Or(a.life.billedAt.Compare(b.life.billedAt), cmp.Compare(a.ID, b.ID))
	})
	room := m.room()
	due, free := map[int][]result{}, map[int][]result{}
	var held []string
	for _, r := range billable {
		late, here := m.onThisStatement(r.day(r.life.billedAt))
		switch {
		case !here:
			continue
		case r.withoutKey():
			held = append(held, r.ID)
			continue
		case room(r):
			due[r.terms.Version] = append(due[r.terms.Version], r)
		default:
			free[r.terms.Version] = append(free[r.terms.Version], r)
		}
		m.late[r.ID] = late
	}
	if len(held) > 0 {
		m.issue(Problem, "result-without-key", "clause "+m.id, "Nobody can tell whether these are duplicates, for they have no key; the contract holds them until it is known: %s.", listed(held, 12))
	}
	for _, version := range slices.Sorted(maps.Keys(due)) {
		m.line(m.billLine(due[version]))
	}
	for _, version := range slices.Sorted(maps.Keys(free)) {
		m.line(m.freeLine(free[version]))
	}
}

// room tells of one result after the other whether its month's cap leaves room for it. The cap is that of the version in force on the last
// day of the month in which the result became billable; what locked statements billed of that month counts.
func (m *resultMonth) room() func(result) bool {
	used := map[cal.Month]int{}
	for _, r := range m.results {
		if b, ok := m.billed[r.ID]; ok && b.clause == m.id && !r.life.billedAt.IsZero() {
			used[cal.MonthOf(r.day(r.life.billedAt))]++
		}
	}
	return func(r result) bool {
		month := cal.MonthOf(r.day(r.life.billedAt))
		limit := capOf(m.agreement, month, r)
		if limit > 0 && used[month] >= limit {
			return false
		}
		used[month]++
		return true
	}
}

// capOf is the cap of a month; 0 for none.
func capOf(a contract.Agreement, month cal.Month, r result) int {
	if terms, ok := a.InForce(month.Period().Last()); ok {
		if c, _ := terms.Clause(r.clause.ID); c != nil {
			if clause, ok := c.(contract.PerResult); ok {
				return clause.Cap
			}
		}
	}
	return r.clause.Cap
}

// credits gives back what locked statements billed of results that a ruling found invalid since, while it is not given back.
func (m *resultMonth) credits() {
	type group struct {
		version int
		price   int64
	}
	since := m.movedSince(priceOfResults)
	groups := map[group][]result{}
	for _, r := range m.results {
		b, ok := m.billed[r.ID]
		if !ok || b.clause != m.id || b.conceded || b.price.IsZero() || b.price.Minor+since[r.ID] <= 0 || r.life.state != leadUpheld {
			continue
		}
		if _, here := m.onThisStatement(cal.Later(r.day(r.life.since), b.period.From)); here {
			g := group{r.terms.Version, b.price.Minor + since[r.ID]}
			groups[g] = append(groups[g], r)
		}
	}
	order := func(a, b group) int { return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.price, b.price)) }
	for _, g := range slices.SortedFunc(maps.Keys(groups), order) {
		m.line(m.creditLine(groups[g], money.New(g.price, m.currency)))
	}
}

// disputeFees charges the fee for disputes that were denied, once.
func (m *resultMonth) disputeFees() {
	charged := m.eventsOf(KindDisputeFee)
	groups := map[int][]result{}
	for _, r := range m.results {
		fee := r.clause.Disputes.Fee
		if r.life.state != leadDenied || !fee.Set || fee.Amount.IsZero() || charged[r.ID] {
			continue
		}
		if late, here := m.onThisStatement(r.day(r.life.since)); here {
			groups[r.terms.Version] = append(groups[r.terms.Version], r)
			m.late[r.ID] = m.late[r.ID] || late
		}
	}
	for _, version := range slices.Sorted(maps.Keys(groups)) {
		m.line(m.feeLine(groups[version]))
	}
}

// counted is "1 lead" or "12 leads".
func counted(n int, noun string) string { return fmt.Sprintf("%d %s", n, plural(n, noun)) }

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func capital(words string) string { return strings.ToUpper(words[:1]) + words[1:] }
