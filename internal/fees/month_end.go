package fees

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Engagement is what is known of one contract when a month of it is to be ended.
type Engagement struct {
	Agreement *contract.Agreement // nil: no version is accepted
	Proposed  *contract.Version   // waits for an acceptance; nil: none does
	Today     cal.Date            // in the contract's zone
	Imported  cal.Date            // day of the newest import, in the contract's zone; zero: there is none
	State     State               // of the month's newest statement; empty: there is none
	Before    State               // of the newest statement of the month before; empty: there is none
}

// Obstacle is what keeps the statement of a month from being drafted or from being submitted by itself, and the way to mend it.
type Obstacle struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Mend   string `json:"mend"`
	Room   string `json:"room,omitempty"`   // of the client, where it is mended: contract, evidence, statements
	Drafts bool   `json:"drafts,omitempty"` // the statement is drafted all the same and only waits to be submitted
}

// Obstacles lists what stands in the way of ending the month, as far as it is known before a draft. A statement that is submitted or locked
// has none: nothing is left to do.
func (e Engagement) Obstacles(m cal.Month) []Obstacle {
	if e.Done() {
		return nil
	}
	if e.Agreement == nil {
		return []Obstacle{{Code: "not-accepted", Room: "contract", Reason: "No version of the contract is accepted by both sides" + e.proposedWords() + ".",
			Mend: "Have it accepted, or withdraw the proposal."}}
	}
	if e.Today.Before(m.Period().To) {
		return []Obstacle{{Code: "month-runs", Room: "statements", Reason: fmt.Sprintf("In the contract's time zone %s still runs.", m.Words()),
			Mend: fmt.Sprintf("Run the month end again on %s or later.", m.Period().To.Words())}}
	}
	var out []Obstacle
	if o, ok := e.withoutImport(m); ok {
		out = append(out, o)
	}
	if e.Proposed != nil && e.Proposed.Effective.Before(m.Period().To) {
		out = append(out, Obstacle{Code: "amendment-open", Room: "contract", Drafts: true, Reason: "An amendment that reaches into the month is not accepted yet" + e.proposedWords() + ".",
			Mend: "Have it accepted or withdraw it, then run the month end again."})
	}
	if o, ok := e.openBefore(m.Previous()); ok {
		out = append(out, o)
	}
	return out
}

// Done says that the month's statement is out of the agency's hands already.
func (e Engagement) Done() bool { return e.State == Submitted || e.State == Locked }

// Runs says whether the contract runs on a day of the month. One that does not can still charge a tail, settled disputes and what is known late.
func (e Engagement) Runs(m cal.Month) bool {
	return e.Agreement != nil && !e.Agreement.Running().Overlap(m.Period()).IsEmpty()
}

func (e Engagement) proposedWords() string {
	if e.Proposed == nil {
		return ""
	}
	return fmt.Sprintf(": version %d, from %s, waits", e.Proposed.Number, e.Proposed.Effective.Words())
}

// withoutImport: an import that was taken after the month tells all that the CRM knew of it; one before does not.
func (e Engagement) withoutImport(m cal.Month) (Obstacle, bool) {
	if !RestsOnEvidence(*e.Agreement) || !e.Imported.IsZero() && !e.Imported.Before(m.Period().To) {
		return Obstacle{}, false
	}
	o := Obstacle{Code: "no-import", Room: "evidence", Drafts: !e.Runs(m) && !tailReaches(*e.Agreement, m.Period()), Mend: fmt.Sprintf("Import the client's CRM as it was on %s or later, then run the month end again.", m.Period().To.Words())}
	o.Reason = "There is no import, so nobody knows what the month earned."
	if !e.Imported.IsZero() {
		o.Reason = fmt.Sprintf("The newest import is of %s: what the CRM says of the rest of %s is not known.", e.Imported.Words(), m.Words())
		if e.Imported.Before(m.First()) {
			o.Reason = fmt.Sprintf("The newest import is of %s: what the CRM says of %s is not known.", e.Imported.Words(), m.Words())
		}
	}
	return o, true
}

// RestsOnEvidence says whether a version has a clause that is computed from evidence. Fixed retainers and limits over clauses are not.
func RestsOnEvidence(a contract.Agreement) bool {
	return slices.ContainsFunc(a.Versions, func(t contract.Terms) bool {
		return slices.ContainsFunc(t.Clauses, func(c contract.Clause) bool {
			switch c.(type) {
			case contract.Minimum, contract.NotToExceed:
				return false
			case contract.Retainer:
				return contract.CountsHours(c)
			}
			return true
		})
	})
}

// tailReaches says whether revenue of the period can still count under a tail after the end.
func tailReaches(a contract.Agreement, p cal.Period) bool {
	end, ok := a.Latest().End()
	if !ok {
		return false
	}
	return slices.ContainsFunc(a.Versions, func(t contract.Terms) bool {
		return slices.ContainsFunc(t.Clauses, func(c contract.Clause) bool {
			share, ok := c.(contract.RevenueShare)
			return ok && !share.Tail.IsZero() && p.From.Before(share.Tail.After(end, t.Calendar))
		})
	})
}

// openBefore: limits, hours and corrections go on from locked months, so a statement before that is still open can change this one.
func (e Engagement) openBefore(before cal.Month) (Obstacle, bool) {
	o := Obstacle{Code: "previous-open", Room: "statements", Drafts: true}
	month := before.Words()
	switch e.Before {
	case Locked:
		return o, false
	case Submitted:
		o.Reason, o.Mend = fmt.Sprintf("The statement of %s is submitted but not locked.", month), "Settle its lines and lock it, then run the month end again."
	case Drafted:
		o.Reason, o.Mend = fmt.Sprintf("The statement of %s is a draft still.", month), fmt.Sprintf("Submit and lock %s, then run the month end again.", month)
	default:
		if !e.Runs(before) {
			return o, false
		}
		o.Reason, o.Mend = fmt.Sprintf("There is no statement of %s.", month), fmt.Sprintf("Run the month end of %s first. If it was settled outside the program, submit this statement by hand.", month)
		if e.Before == Withdrawn {
			o.Reason = fmt.Sprintf("The statement of %s was withdrawn and not drafted again.", month)
		}
	}
	return o, true
}

// HeldOut is the obstacle of a draft that leaves something out for want of a fact; ok is false when it leaves nothing out.
func HeldOut(issues []Issue) (o Obstacle, ok bool) {
	var problems []Issue
	for _, i := range issues {
		if i.Severity == Problem {
			problems = append(problems, i)
		}
	}
	if len(problems) == 0 {
		return Obstacle{}, false
	}
	o = Obstacle{Code: "problems", Room: "statements", Drafts: true, Reason: problems[0].Text,
		Mend: "Mend it in the CRM, import, and run the month end again; or open the draft and submit it without."}
	if n := len(problems); n > 1 {
		o.Reason = fmt.Sprintf("%d things are held out for want of a fact. The first: %s", n, problems[0].Text)
	}
	return o, true
}

// Refused is the obstacle of a step that the program refused.
func Refused(err error) Obstacle {
	o := Obstacle{Code: "failed", Room: "statements", Reason: "The program failed with this engagement.",
		Mend: "Draft it by hand. If that fails too, tell whoever runs the installation; the log says more."}
	faults := fault.All(err)
	if len(faults) == 0 || faults[0].Kind == fault.Internal {
		return o
	}
	o.Code, o.Reason, o.Mend = faults[0].Code, faults[0].Message, "Mend what is said, then run the month end again."
	switch faults[0].Kind {
	case fault.Conflict:
		o.Mend = "Somebody worked on it at the same time, or something it rests on changed. Run the month end again."
	case fault.NotFound, fault.Forbidden:
		o.Mend = "Somebody who may draft for this client runs the month end."
	}
	return o
}

// SumsRefused is the obstacle of a draft whose amounts leave the numbers that money is counted in.
func SumsRefused() Obstacle {
	return Obstacle{Code: "sums-refused", Room: "evidence", Reason: "An amount of the evidence or of the contract is too large to be added up.",
		Mend: "Look on the evidence page for an amount that cannot be right, have it mended in the CRM, import, and run the month end again."}
}

// OfSums says whether a rule gave up because an amount left the numbers that money is counted in: money refuses a sum that it cannot hold
// rather than wrap it.
func OfSums(cause any) bool {
	words := fmt.Sprint(cause)
	return strings.Contains(words, "overflow") || strings.Contains(words, "leaves the numbers of money")
}

// SumsFault is what a person is told of such a sum, with the cause for the log.
func SumsFault(cause any) error {
	f := fault.New(fault.Conflict, SumsRefused().Code, "%s Look on the evidence page and in the contract for an amount that cannot be right, have it mended, and try again.", SumsRefused().Reason)
	return fmt.Errorf("%w [%v]", f, cause)
}

// gaveUp is the error of a rule that panicked.
func gaveUp(doing string, cause any) error {
	if OfSums(cause) {
		return fmt.Errorf("%s: %w", doing, SumsFault(cause))
	}
	return fmt.Errorf("%s: %v", doing, cause)
}

// OutcomeKind says what a month end did with an engagement.
type OutcomeKind string

// The kinds, in the order in which they are told.
const (
	OutcomeException OutcomeKind = "exception" // something is in the way, with or without a draft
	OutcomeSubmitted OutcomeKind = "submitted"
	OutcomeDrafted   OutcomeKind = "drafted"
	OutcomeUnchanged OutcomeKind = "unchanged" // the newest draft says the same already
	OutcomeAlready   OutcomeKind = "already"   // it was submitted or locked before
	OutcomeNothing   OutcomeKind = "nothing"   // the contract has ended and nothing is left to charge
)

// OutcomeKinds are all kinds in their order.
func OutcomeKinds() []OutcomeKind {
	return []OutcomeKind{OutcomeException, OutcomeSubmitted, OutcomeDrafted, OutcomeUnchanged, OutcomeAlready, OutcomeNothing}
}

// CompareOutcomes orders what a month end came to: exceptions first, each kind by client and contract.
func CompareOutcomes(a, b OutcomeKind, clientA, clientB, contractA, contractB string) int {
	rank := func(k OutcomeKind) int { return slices.Index(OutcomeKinds(), k) }
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(clientA, clientB), cmp.Compare(contractA, contractB))
}
