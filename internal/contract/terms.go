package contract

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Terms is one version of a contract, read and checked.
type Terms struct {
	Key          string // stable name of the contract, the same in every version
	Version      int    // 1, 2, 3 ...
	Effective    cal.Date
	Client       string
	Agency       string
	Currency     money.Currency
	ZoneName     string
	Zone         *time.Location
	Rounding     money.Rounding
	Calendar     cal.WorkCalendar
	Term         Term
	Appointments []Appointment
	Resources    []Resource
	Clauses      []Clause
	Statements   StatementTerms
	Payment      *Payment       // nil: the contract says nothing of it
	Service      *ServiceLevels // nil: nothing is promised
	Scope        *Scope         // nil: nothing is agreed of it
	Approvals    *Approvals     // nil: the contract says nothing of rounds and feedback
	Ownership    *Ownership     // nil: the contract does not say
	Source       string         // the YAML text
	SHA256       string         // of Source, in hex

	NonCompetition []NonCompetition // whom the agency does not serve beside the client
}

// Term is how long the contract runs and how it ends.
type Term struct {
	Start   cal.Date
	Length  cal.Span // zero when open-ended
	Renewal Renewal
	Notice  Notice
	Ended   cal.Date // first day after an early end; zero: not ended early
	Exit    *Exit    // nil: the contract says nothing of what is settled at its end
}

// RenewalKind says what happens at the end of the term when nobody acts.
type RenewalKind string

// MutualWritten and Auto have opposite outcomes when nobody acts.
const (
	RenewalNone      RenewalKind = "none"
	RenewalMutual    RenewalKind = "mutual-written"
	RenewalAuto      RenewalKind = "auto"
	RenewalEvergreen RenewalKind = "evergreen"
)

// Renewal of the term.
type Renewal struct {
	Kind   RenewalKind
	AtMost int      // 0: without limit (auto) or not applicable
	Each   cal.Span // length of a renewal
}

// Notice to end the contract.
type Notice struct {
	Period   cal.Span
	Fee      string        // full | ramp | work-only: what of the retainers is owed on the days of the notice
	Ramp     []money.Ratio // with ramp: in each month of the notice, the last for the rest of it
	Received cal.Date      // zero: no notice was received
	Receipt  []Receipt     // nil: the contract does not say how notice is given and when it counts as received
	Ends     NoticeEnds    // empty: the contract does not say on which days notice can end it
}

// StatementTerms is how statements are made and reviewed.
type StatementTerms struct {
	Cadence     string   // monthly
	IssueWithin cal.Span // after the end of the period
	Objection   Objection
}

// Objection is the client's window to dispute a line.
type Objection struct {
	Within  cal.Span // working days or days from submission
	Silence string   // accepted | open: what an uncontested line becomes when the window closes
}

// Every is the length of a fee period or of a window of caps and floors.
type Every string

// The lengths that a fee, a cap or a floor can have.
const (
	EveryMonth        Every = "month"
	EveryQuarter      Every = "quarter"
	EveryYear         Every = "year"          // calendar year in caps, twelve months from the anchor in fees
	EveryContractYear Every = "contract-year" // twelve months from the start of the term
	EveryTerm         Every = "term"          // the whole of the contract
)

// Months in the length; 0 for the term.
func (e Every) Months() int {
	switch e {
	case EveryMonth:
		return 1
	case EveryQuarter:
		return 3
	case EveryYear, EveryContractYear:
		return 12
	default:
		return 0
	}
}

// End is the first day on which the contract no longer runs; ok is false while it has no end. A contract that renews by mutual
// writing ends with its term (a renewal is an amendment with a longer term); one that renews by itself ends after its last renewal.
func (t Terms) End() (end cal.Date, ok bool) { return t.end() }

func (t *Terms) end() (end cal.Date, ok bool) {
	if !t.Term.Ended.IsZero() {
		return t.Term.Ended, true
	}
	renewal := t.Term.Renewal
	switch {
	case t.Term.Length.IsZero(), renewal.Kind == RenewalEvergreen, renewal.Kind == RenewalAuto && renewal.AtMost == 0:
		return cal.Date{}, false
	}
	if renewal.Kind == RenewalAuto {
		return t.turnEnd(renewal.AtMost), true
	}
	return t.turnEnd(0), true
}

// Window is the window of limits and tiers that a day belongs to. A contract year is twelve statements, the first that of the month in which the
// term starts. The window of the term has no end but that of the calendar.
func (t Terms) Window(per Every, day cal.Date) cal.Period {
	switch per {
	case EveryTerm, "":
		return cal.Period{From: t.Term.Start, To: lastDay}
	case EveryContractYear:
		return cal.Cycle{Anchor: cal.MonthOf(t.Term.Start).First(), Months: 12}.Containing(day)
	default:
		return cal.Cycle{Anchor: cal.MustDate("2000-01-01"), Months: per.Months()}.Containing(day)
	}
}

// Clause finds a clause by its id.
func (t Terms) Clause(id string) (Clause, bool) {
	for _, c := range t.Clauses {
		if c.ClauseID() == id {
			return c, true
		}
	}
	return nil, false
}
