package engagement

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Answer is how a request stands to the scope.
type Answer string

// The answers, after the rule of the domain: every request resolves to one of them at intake, against the terms in force on its day.
const (
	AnswerInScope     Answer = "in-scope"
	AnswerDraws       Answer = "draws-retainer"
	AnswerPreApproved Answer = "overage-pre-approved"
	AnswerChangeOrder Answer = "change-order"
	AnswerDeclined    Answer = "declined"
	AnswerOpen        Answer = "" // something is not known yet
)

// Answers are those that resolve a request.
func Answers() []Answer {
	return []Answer{AnswerInScope, AnswerDraws, AnswerPreApproved, AnswerChangeOrder, AnswerDeclined}
}

// Words of an answer, for people.
func (a Answer) Words() string {
	switch a {
	case AnswerInScope:
		return "in scope"
	case AnswerDraws:
		return "draws retainer hours"
	case AnswerPreApproved:
		return "overage, approved before"
	case AnswerChangeOrder:
		return "needs a change order"
	case AnswerDeclined:
		return "declined"
	}
	return "not resolved"
}

// Ask is what a request asks for.
type Ask struct {
	Day      cal.Date `json:"day"`
	Category string   `json:"category"`
	Work     string   `json:"work,omitempty"` // the kind of work, where it was chosen; empty: by the category
	Minutes  int64    `json:"minutes"`        // estimated
	Estimate bool     `json:"estimate"`       // somebody estimated it
}

// Position is how the hours of a retainer stand on the day of a request.
type Position struct {
	AtHand   int64 // minutes of the fee period that are not used
	Approved int64 // minutes of overage that the client approved and that are not used or spoken for; with none-needed it is not asked
	Given    int64 // minutes of overage that the client approved in all for the fee period
	// From is the first day of the fee period that all this is of.
	From cal.Date
	// ApprovalUnknown: nobody knows how much the client approved; Approved says nothing.
	ApprovalUnknown bool
}

// Intake is an answer with its reasons.
type Intake struct {
	Answer  Answer             `json:"answer"`
	Version int                `json:"version"` // of the contract, in force that day
	SOW     string             `json:"sow,omitempty"`
	Work    contract.ScopeWork `json:"work"`
	Above   int64              `json:"above,omitempty"`   // minutes above those at hand, with AnswerPreApproved, and with AnswerChangeOrder where hours run out
	Costs   *money.Amount      `json:"costs,omitempty"`   // of those, at the rate of the contract, rounded as it says; nil where nothing is charged beside the fees
	Approve int64              `json:"approve,omitempty"` // minutes that the client would have to approve besides, with AnswerChangeOrder
	From    cal.Date           `json:"from,omitzero"`     // first day of the fee period whose approved hours it uses, with AnswerPreApproved
	Reasons []string           `json:"reasons,omitempty"`
	Missing string             `json:"missing,omitempty"` // with AnswerOpen: what has to be said or known
}

// Words of the answer, for people.
func (in Intake) Words() string {
	if in.Approve > 0 {
		return "needs approval of " + Length(in.Approve)
	}
	return in.Answer.Words()
}

// Draws is the retainer of whose hours it has to be known how many are left before the request can be answered; empty: none.
func Draws(t contract.Terms, a Ask) string {
	if t.Scope == nil || !a.Estimate {
		return ""
	}
	if work, found, _ := chosen(t.Scope, a); found && work.Is == contract.DrawsRetainer {
		return work.Of
	}
	return ""
}

// Resolve answers a request under the terms in force on its day. The positions are those of retainers by the name of the clause; one that is not there is not known,
// and never taken for none.
func Resolve(t contract.Terms, a Ask, positions map[string]Position) Intake {
	in := Intake{Version: t.Version}
	if t.Scope == nil {
		in.Missing = fmt.Sprintf("Version %d of the contract says nothing of the scope. Somebody has to decide, with a reason.", t.Version)
		return in
	}
	in.SOW = t.Scope.SOW
	work, found, ask := chosen(t.Scope, a)
	if ask != "" {
		in.Missing = ask
		return in
	}
	if !found {
		in.Answer = AnswerChangeOrder
		if t.Scope.Otherwise == contract.NotOffered {
			in.Answer = AnswerDeclined
		}
		in.because("%s names no work of %s; other work %s.", t.Scope.SOW, a.Category, otherwiseWords(t.Scope.Otherwise))
		return in
	}
	in.Work = work
	switch work.Is {
	case contract.ByChangeOrder:
		in.Answer = AnswerChangeOrder
		in.because("%s says of %s: by change order.", t.Scope.SOW, work.Name)
	case contract.NotOffered:
		in.Answer = AnswerDeclined
		in.because("%s says of %s: not offered.", t.Scope.SOW, work.Name)
	default:
		in.covered(t, a, positions)
	}
	return in
}

func (in *Intake) because(format string, args ...any) {
	in.Reasons = append(in.Reasons, fmt.Sprintf(format, args...))
}

// chosen finds the kind of work that is asked for, or says what has to be chosen.
func chosen(s *contract.Scope, a Ask) (work contract.ScopeWork, found bool, ask string) {
	if a.Work != "" {
		work, found = s.Find(a.Work)
		if !found {
			return work, false, fmt.Sprintf("%s names no work %q. Choose one that it names, or leave it open.", s.SOW, a.Work)
		}
		return work, true, ""
	}
	switch list := s.InCategory(a.Category); len(list) {
	case 0:
		return work, false, ""
	case 1:
		return list[0], true, ""
	default:
		names := make([]string, len(list))
		for i, w := range list {
			names[i] = fmt.Sprintf("%s (%s)", w.Name, w.Covers)
		}
		return work, false, fmt.Sprintf("%s is several kinds of work. Choose one: %s.", a.Category, strings.Join(names, "; "))
	}
}

func otherwiseWords(c contract.Covered) string {
	if c == contract.NotOffered {
		return "is declined"
	}
	return "needs a change order"
}

// covered answers work that a fee covers.
func (in *Intake) covered(t contract.Terms, a Ask, positions map[string]Position) {
	work := in.Work
	if !a.Estimate && (work.EachAtMost > 0 || work.Is == contract.DrawsRetainer) {
		in.Missing = fmt.Sprintf("How long will it take? %s depends on it.", work.Name)
		return
	}
	if work.EachAtMost > 0 && a.Minutes > work.EachAtMost {
		in.Answer = AnswerChangeOrder
		in.because("It is estimated at %s; one request of %s may take %s.", Length(a.Minutes), work.Name, Length(work.EachAtMost))
		return
	}
	if work.Is == contract.InScope {
		in.Answer = AnswerInScope
		in.because("%s covers %s by the fees.", t.Scope.SOW, work.Name)
		return
	}
	at, known := positions[work.Of]
	if !known {
		in.Missing = fmt.Sprintf("How many hours of %s are left on %s is not known: import or approve the hours worked.", work.Of, a.Day.Words())
		return
	}
	if a.Minutes <= at.AtHand {
		in.Answer = AnswerDraws
		in.because("%s of %s are left, and it takes %s.", Length(at.AtHand), work.Of, Length(a.Minutes))
		return
	}
	in.above(t, a, at)
}

// above answers work for which the hours at hand do not suffice.
func (in *Intake) above(t contract.Terms, a Ask, at Position) {
	left := max(at.AtHand, 0)
	in.Above = a.Minutes - left
	in.because("%s of %s are left, and it takes %s: %s above.", Length(left), in.Work.Of, Length(a.Minutes), Length(in.Above))
	in.Answer = AnswerChangeOrder
	hours := hoursOf(t, in.Work.Of)
	if hours == nil || !hours.Overage.Set {
		in.because("%s allows no hours above those included.", in.Work.Of)
		return
	}
	rate := hours.Overage
	switch {
	case rate.Approval != "before-work":
		in.because("Hours above need no approval.")
	case at.ApprovalUnknown:
		in.Answer = AnswerOpen
		in.Missing = fmt.Sprintf("Hours above must be approved before they are worked, and how many are approved of %s is not known here. Look at the approvals, and decide with a reason.", in.Work.Of)
		return
	case in.Above > at.Approved:
		in.Approve = in.Above - at.Approved // with what is worked above already
		in.because("Hours above must be approved before they are worked; %s.", at.approved())
		return
	default:
		in.because("Hours above must be approved before they are worked; %s.", at.approved())
		in.From = at.From
	}
	in.Answer = AnswerPreApproved
	costs := rate.Rate.Mul(money.NewRatio(in.Above, 60), t.Rounding)
	in.Costs = &costs
	in.because("%s x %s per hour = %s.", Length(in.Above), rate.Rate.Format(), costs.FormatWith())
}

// approved tells how far what the client approved is used.
func (p Position) approved() string {
	given, left := max(p.Given, p.Approved), max(p.Approved, 0)
	switch {
	case given <= 0:
		return "none are approved"
	case left == given:
		return Length(given) + " are approved"
	}
	return fmt.Sprintf("%s are approved, and %s of them are left", Length(given), Length(left))
}

func hoursOf(t contract.Terms, retainer string) *contract.Hours {
	for _, c := range t.Clauses {
		if r, ok := c.(contract.Retainer); ok && r.ID == retainer {
			return r.Hours
		}
	}
	return nil
}

// ParseHours reads hours above none and up to 10,000, with at most two decimals, that are whole minutes: "7.5" is 450.
func ParseHours(text string) (minutes int64, ok bool) {
	hundredths, err := money.Parse(text, "USD") // a decimal of two places
	if err != nil || hundredths.Minor <= 0 || hundredths.Minor > 10_000_00 || hundredths.Minor*60%100 != 0 {
		return 0, false
	}
	return hundredths.Minor * 60 / 100, true
}

// Length is a length of work in words: "7 hours 30 minutes".
func Length(m int64) string {
	hours, rest := cal.Span{N: int(m / 60), Unit: cal.Hours}.String(), cal.Span{N: int(m % 60), Unit: cal.Minutes}.String()
	switch {
	case m%60 == 0:
		return hours
	case m < 60:
		return rest
	}
	return hours + " " + rest
}
