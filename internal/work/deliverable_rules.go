package work

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Rules are what a contract says about one deliverable.
type Rules struct {
	Zone           *time.Location
	Calendar       cal.WorkCalendar
	Hours          *cal.WorkHours // nil: the contract names none
	Window         cal.Span       // the client's time; zero: none is set
	SilenceAccepts bool
	Late           string // as contract.Approvals; empty: nothing is said
	Rounds         bool   // the contract says how many are included
	Included       int
	EachVersion    bool // the first version opens a round
	Further        string
	AcceptedBy     string              // who accepts the milestone, as the contract names them; empty: nobody is named
	Clause         string              // the clause that pays it as a milestone or piece; empty: none
	Ownership      *contract.Ownership // nil: nothing is said
	Reviewed       bool                // each version is looked at by the agency before the next is submitted
}

// RulesFor are the rules of the terms for a deliverable. milestone is the name that the contract gives it, or empty. A milestone is accepted as its clause says, by its time and
// its silence. Fault: Invalid at "milestone" for a name that no clause has.
func RulesFor(t contract.Terms, milestone string) (Rules, error) {
	r := Rules{Zone: t.Zone, Calendar: t.Calendar, Ownership: t.Ownership, Reviewed: true}
	if t.Service != nil {
		r.Hours = &t.Service.Hours
	}
	if a := t.Approvals; a != nil {
		r.Window, r.SilenceAccepts, r.Late = a.Within, a.Silence == "accepted", a.Late
		r.Rounds, r.Included, r.EachVersion, r.Further = true, a.Included, a.Counted == contract.CountEach, a.Further
	}
	if milestone == "" {
		return r, nil
	}
	for _, c := range t.Clauses {
		switch c := c.(type) {
		case contract.Milestones:
			if _, ok := c.Find(milestone); ok {
				r.Clause, r.Window, r.SilenceAccepts, r.AcceptedBy = c.ID, c.Within, c.Silence == "accepted", c.By
			}
		case contract.Deliverables:
			if _, ok := c.Find(milestone); ok {
				r.Clause = c.ID
			}
		}
	}
	if r.Clause == "" {
		return r, fault.New(fault.Invalid, "milestone-unknown", "no clause of the contract names %q; write the name of a milestone or piece as the contract gives it, or leave it out", milestone).At("milestone")
	}
	return r, nil
}

// AcceptedByName are the names of the milestones and pieces of a contract.
func AcceptedByName(t contract.Terms) (names []string) {
	for _, c := range t.Clauses {
		switch c := c.(type) {
		case contract.Milestones:
			for _, m := range c.List {
				names = append(names, m.Name)
			}
		case contract.Deliverables:
			for _, m := range c.List {
				names = append(names, m.Name)
			}
		}
	}
	return names
}

// Ends is the end of the client's time for a version that reaches it at an instant: the first instant that is late. ok is false where no time is set.
func (r Rules) Ends(from time.Time) (end time.Time, ok bool) {
	switch r.Window.Unit {
	case "":
		return time.Time{}, false
	case cal.Hours, cal.Minutes:
		length, _ := r.Window.Duration()
		return r.Hours.After(from, length)
	}
	return r.Window.After(cal.DateOf(from, r.Zone), r.Calendar).AddDays(1).Start(r.Zone), true
}

// Beyond says whether a round is one more than the contract includes, and not free.
func (r Rules) Beyond(round int) bool {
	return r.Rounds && round > r.Included && r.Further != contract.FurtherIncluded
}

// NeedsOrder says whether a round needs a change order.
func (r Rules) NeedsOrder(round int) bool {
	return r.Beyond(round) && r.Further == contract.FurtherOrder
}

// RoundWords are where a round stands: "round 1 of 2".
func (r Rules) RoundWords(round int) string {
	switch {
	case round == 0 && !r.Rounds:
		return "no round of changes yet"
	case round == 0:
		return fmt.Sprintf("no round used of %d", r.Included)
	case !r.Rounds:
		return fmt.Sprintf("round %d; the contract limits none", round)
	case r.Beyond(round):
		return fmt.Sprintf("round %d, beyond the %d included", round, r.Included)
	}
	return fmt.Sprintf("round %d of %d", round, r.Included)
}

// moment names an instant for people, in the zone of the contract.
func (r Rules) moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return cal.DateOf(at, r.Zone).Words() + " " + at.In(r.Zone).Format("15:04")
}

// endWords name the end of the client's time: the last day, or the instant where it is counted in hours.
func (r Rules) endWords(end time.Time) string {
	if r.Window.Unit == cal.Hours || r.Window.Unit == cal.Minutes {
		return r.moment(end)
	}
	return "the end of " + cal.DateOf(end.Add(-time.Nanosecond), r.Zone).Words()
}
