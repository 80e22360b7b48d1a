package crm

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Past is what is known of how a deal became what it is: from what the imports said one after the other, and from the CRM's own history of its fields.
type Past struct {
	Forecast      cal.Date // the close date that the deal had when it was created; zero: nobody knows
	Pushes        int      // how often its close date was moved to a later day while it was open
	Stages        bool     // it is known when the deal came to one of its stages
	SourceKnown   bool     // its source was known when it was created, or soon after
	SourceChanged bool     // it has another one since, or had one in between
}

const (
	freshDays    = 14
	mostPushes   = 1
	enoughRecord = 20 // deals without which a share of them says nothing
)

// CheckCode names a check of the hygiene score.
type CheckCode string

// The checks, in their order.
const (
	Complete    CheckCode = "complete"      // required fields that hold something
	Fresh       CheckCode = "fresh"         // open deals with a touch in the last 14 days
	ClosingSane CheckCode = "close-date"    // open deals whose close date is to come and was pushed at most once
	Unique      CheckCode = "unique"        // records that are no copy of another one
	Linked      CheckCode = "linked"        // deals with an account and a contact
	StagesDated CheckCode = "stage-history" // deals of which is known when they came to a stage
)

// CheckCodes lists them in their order.
func CheckCodes() []CheckCode {
	return []CheckCode{Complete, Fresh, ClosingSane, Unique, Linked, StagesDated}
}

// Name of the check, for people.
func (c CheckCode) Name() string {
	switch c {
	case Complete:
		return "Required fields"
	case Fresh:
		return "Freshness"
	case ClosingSane:
		return "Close dates"
	case Unique:
		return "Uniqueness"
	case Linked:
		return "Links"
	default:
		return "Stage history"
	}
}

// Words say what is counted.
func (c CheckCode) Words() string {
	switch c {
	case Complete:
		return "Required fields that hold something: of deals amount, stage, close date and owner; of their contacts e-mail, name and company; of their companies name and domain."
	case Fresh:
		return "Open deals that were touched in the last 14 days."
	case ClosingSane:
		return "Open deals whose close date is to come and was pushed at most once."
	case Unique:
		return "Deals, their contacts and companies that are no copy of another one: the same name, company and amount; the same e-mail address; the same domain."
	case Linked:
		return "Deals with a company and at least one contact."
	default:
		return "Deals of which it is known when they came to one of their stages."
	}
}

// Check is one part of the score: how many of what, and which rows miss it.
type Check struct {
	Code    CheckCode
	Weight  int64 // in hundredths of the score
	Met, Of int64 // Of 0: there is nothing that it could be measured on
	Failing []Failing
}

// Failing is a row that misses a check, and why.
type Failing struct {
	Kind Kind
	ID   string
	Name string
	Why  string
}

// HygieneScore is how far a CRM can be trusted, on a day. Its definition is that of the deals that are open, or were closed in the last 12 months:
// 25 required fields, 20 freshness, 15 each close dates, uniqueness and links, 10 stage history.
type HygieneScore struct {
	On     cal.Date
	Deals  int64 // that it is of
	Checks []Check
}

// Enough says whether there are the 20 deals without which a score says nothing.
func (s HygieneScore) Enough() bool { return s.Deals >= enoughRecord }

// Points are hundredths of a point of a score from 0 to 100.
type Points int64

// String is the points with one decimal: "61.3".
func (p Points) String() string {
	tenths := (p + 5) / 10
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

// Points of the score. Checks that could not be measured are left out, and the others weigh as much more. Not ok: none could be.
func (s HygieneScore) Points() (points Points, ok bool) {
	var weights int64
	sum := new(big.Rat)
	for _, c := range s.Checks {
		if c.Of > 0 {
			weights += c.Weight
			sum.Add(sum, big.NewRat(c.Weight*c.Met, c.Of))
		}
	}
	if weights == 0 {
		return 0, false
	}
	return roundedPoints(sum.Mul(sum, big.NewRat(100, weights))), true
}

// Lost are the points that the rows that miss a check cost the score.
func (s HygieneScore) Lost(c Check) Points {
	var weights int64
	for _, other := range s.Checks {
		if other.Of > 0 {
			weights += other.Weight
		}
	}
	if c.Of == 0 {
		return 0
	}
	return roundedPoints(new(big.Rat).Mul(big.NewRat(c.Weight*(c.Of-c.Met), c.Of), big.NewRat(100, weights)))
}

// roundedPoints are hundredths of points that are not negative, rounded half up.
func roundedPoints(points *big.Rat) Points {
	hundredths := new(big.Rat).Mul(points, big.NewRat(100, 1))
	twice := new(big.Int).Mul(hundredths.Num(), big.NewInt(2))
	twice.Add(twice, hundredths.Denom())
	return Points(twice.Div(twice, new(big.Int).Mul(hundredths.Denom(), big.NewInt(2))).Int64())
}

// Score measures the hygiene of a snapshot on a day, in the zone of the client. Pasts are by deal.
func Score(s *Snapshot, pasts map[string]Past, on cal.Date, zone *time.Location) HygieneScore {
	m := newScoring(s, pasts, on, zone)
	return HygieneScore{On: on, Deals: int64(len(m.deals)), Checks: []Check{
		m.complete(), m.fresh(), m.closing(), m.unique(), m.linked(), m.stages(),
	}}
}

// scoring is the deals that count, with the contacts and companies that belong to them.
type scoring struct {
	*hygiene
	pasts     map[string]Past
	on        cal.Date
	deals     []Deal
	contacts  []Contact
	companies []Company
	last      map[string]cal.Date // contact -> the day of its last touch until on
}

func newScoring(s *Snapshot, pasts map[string]Past, on cal.Date, zone *time.Location) *scoring {
	m := &scoring{hygiene: newHygiene(s, zone, nil), pasts: pasts, on: on, last: map[string]cal.Date{}}
	since := on.AddMonths(-12, on.Day())
	for _, d := range m.hygiene.deals {
		if d.Closed && (d.ClosedOn.Before(since) || d.ClosedOn.After(on)) {
			continue
		}
		m.deals = append(m.deals, d)
	}
	slices.SortFunc(m.deals, func(a, b Deal) int { return strings.Compare(a.ID, b.ID) })
	seen, at := map[string]bool{}, map[string]bool{}
	for _, d := range m.deals {
		at[d.CompanyID] = true
		for _, c := range m.contactsOf(d) {
			at[c.CompanyID] = true
			if !seen[c.ID] {
				seen[c.ID] = true
				m.contacts = append(m.contacts, c)
			}
		}
	}
	slices.SortFunc(m.contacts, func(a, b Contact) int { return strings.Compare(a.ID, b.ID) })
	for _, c := range s.Companies {
		if !c.Deleted && at[c.ID] && c.ID != "" {
			m.companies = append(m.companies, c)
			at[c.ID] = false
		}
	}
	for _, t := range s.Touches {
		if c, ok := m.hygiene.contacts[t.ContactID]; ok && !t.Deleted && !t.At.IsZero() {
			if day := cal.DateOf(t.At, zone); !day.After(on) {
				m.last[c.ID] = cal.Later(m.last[c.ID], day)
			}
		}
	}
	return m
}

// contactsOf are the contacts of a deal that are there, each once.
func (m *scoring) contactsOf(d Deal) []Contact {
	var out []Contact
	for _, id := range m.ofDeal[d.ID] {
		if c, ok := m.hygiene.contacts[id]; ok && !slices.ContainsFunc(out, func(o Contact) bool { return o.ID == c.ID }) {
			out = append(out, c)
		}
	}
	return out
}

// missing takes the fields of a record that hold nothing into the check.
func (c *Check) missing(of Kind, id, name string, fields ...any) {
	var empty []string
	for i := 0; i < len(fields); i += 2 {
		c.Of++
		if fields[i+1].(bool) {
			c.Met++
		} else {
			empty = append(empty, fields[i].(string))
		}
	}
	if len(empty) > 0 {
		c.Failing = append(c.Failing, Failing{of, id, name, "no " + strings.Join(empty, ", no ")})
	}
}

func (m *scoring) complete() Check {
	c := Check{Code: Complete, Weight: 25}
	for _, d := range m.deals {
		c.missing(KindDeal, d.ID, d.Name, "amount", d.AmountKnown, "stage", d.Stage != "", "close date", !d.ClosedOn.IsZero(), "owner", d.Owner != "")
	}
	for _, p := range m.contacts {
		c.missing(KindContact, p.ID, p.Name, "e-mail", p.Email != "", "name", p.Name != "", "company", p.CompanyID != "")
	}
	for _, a := range m.companies {
		c.missing(KindCompany, a.ID, a.Name, "name", a.Name != "", "domain", a.Domain != "")
	}
	return c
}

// each counts the deals that the rule finds nothing to say of.
func (m *scoring) each(code CheckCode, weight int64, counts func(Deal) bool, why func(Deal) string) Check {
	c := Check{Code: code, Weight: weight}
	for _, d := range m.deals {
		if !counts(d) {
			continue
		}
		c.Of++
		if words := why(d); words != "" {
			c.Failing = append(c.Failing, Failing{KindDeal, d.ID, d.Name, words})
		} else {
			c.Met++
		}
	}
	return c
}

func open(d Deal) bool { return d.OutcomeKnown && !d.Closed }
func every(Deal) bool  { return true }

func (m *scoring) fresh() Check {
	return m.each(Fresh, 20, open, func(d Deal) string {
		var last cal.Date
		for _, c := range m.contactsOf(d) {
			last = cal.Later(last, m.last[c.ID])
		}
		switch {
		case last.IsZero():
			return "never touched"
		case last.Before(m.on.AddDays(-freshDays)):
			return fmt.Sprintf("last touched on %s", last.Words())
		}
		return ""
	})
}

func (m *scoring) closing() Check {
	return m.each(ClosingSane, 15, open, func(d Deal) string {
		switch pushes := m.pasts[d.ID].Pushes; {
		case d.ClosedOn.IsZero():
			return "no close date"
		case d.ClosedOn.Before(m.on):
			return fmt.Sprintf("the close date %s is over", d.ClosedOn.Words())
		case pushes > mostPushes:
			return fmt.Sprintf("the close date was pushed %d times", pushes)
		}
		return ""
	})
}

func (m *scoring) unique() Check {
	c := Check{Code: Unique, Weight: 15}
	type record struct {
		kind          Kind
		id, name, key string
	}
	var all []record
	for _, d := range m.deals {
		key := ""
		if d.Name != "" {
			amount, currency := amountText(d.Amount, d.AmountKnown)
			key = strings.Join([]string{strings.ToLower(d.Name), d.CompanyID, amount, currency}, "\x00")
		}
		all = append(all, record{KindDeal, d.ID, d.Name, key})
	}
	for _, p := range m.contacts {
		all = append(all, record{KindContact, p.ID, p.Name, p.Email})
	}
	for _, a := range m.companies {
		all = append(all, record{KindCompany, a.ID, a.Name, a.Domain})
	}
	first := map[[2]string]string{}
	for _, r := range all {
		c.Of++
		key := [2]string{string(r.kind), r.key}
		if other := first[key]; r.key != "" && other != "" {
			c.Failing = append(c.Failing, Failing{r.kind, r.id, r.name, "like " + other})
			continue
		}
		c.Met++
		first[key] = r.id
	}
	return c
}

func (m *scoring) linked() Check {
	return m.each(Linked, 15, every, func(d Deal) string {
		switch people := len(m.contactsOf(d)); {
		case d.CompanyID == "" && people == 0:
			return "no company and no contact"
		case d.CompanyID == "":
			return "no company"
		case people == 0:
			return "no contact"
		}
		return ""
	})
}

func (m *scoring) stages() Check {
	return m.each(StagesDated, 10, every, func(d Deal) string {
		if !m.pasts[d.ID].Stages {
			return "nobody can tell when it came to its stage"
		}
		return ""
	})
}
