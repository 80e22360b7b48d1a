package portfolio

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Standing is one contract of a client as of a day. Paths are addresses of pages.
type Standing struct {
	Name      string         // of the contract
	Agreement bool           // a version is accepted
	Terms     contract.Terms // the version in force, or the first accepted one to come; only with Agreement
	Ending    string         // when it ends and what comes when nobody acts, in a sentence; empty: nobody tells
	Proposal  *Proposal
	Evidence  bool       // a clause is computed from evidence
	Imported  cal.Date   // day of the newest evidence; zero: there is none
	Latest    *Statement // the newest statement that is not withdrawn
	Locked    cal.Date   // first day after the last locked period; zero: nothing is locked
	Held      []Held     // what disputes still hold over the lock, newest first
	Decisions []Decision // rows of evidence that wait for a person
}

// Decision is a row of evidence that waits for a person of a side.
type Decision struct {
	On    contract.Side
	Kind  crm.Kind
	Worth money.Amount
	By    cal.Date // zero: the contract sets no day
	Late  bool
}

// Held is what a dispute of a locked statement still holds back.
type Held struct {
	ID     string // of the statement
	Period cal.Period
	Amount money.Amount

	Unanswered int // of its disputed lines, those that the agency has not answered
}

// HeldSum is what disputes still hold of all locked statements in one currency.
type HeldSum struct {
	Held           // its amount is the sum; the rest is of the newest of them
	Statements int // of which something is held
}

// StillHeld sums what disputes still hold by currency, in the order in which the currencies first occur.
func (s Standing) StillHeld() []HeldSum {
	var out []HeldSum
	for _, h := range s.Held {
		i := slices.IndexFunc(out, func(x HeldSum) bool { return x.Amount.Currency == h.Amount.Currency })
		if i < 0 {
			out = append(out, HeldSum{h, 1})
			continue
		}
		out[i].Amount = out[i].Amount.Add(h.Amount)
		out[i].Statements++
	}
	return out
}

// Proposal is a version that waits for a side to accept it.
type Proposal struct {
	Number    int
	Effective cal.Date
	WaitsOn   contract.Side
}

// Statement is the newest statement of the contract.
type Statement struct {
	ID     string
	Period cal.Period
	State  fees.State
	Open   int // lines that nobody has answered for yet
	// Disputed lines, and those of them that the agency has not answered.
	Disputed, Unanswered int
	WindowEnds           cal.Date
	WindowOpen           bool
}

// Wait is one thing that somebody must do.
type Wait struct {
	On   contract.Side
	What string
	By   cal.Date // the day by which it was promised; zero: no day was agreed
	Late bool
	Room string // the room of the client in which it is done: "statements"
	ID   string // of the statement, or what else it is about, in it; empty: the room itself

	Act     access.Action // what whoever does it must be allowed to; empty: whoever sees it
	Path    string        // address of the page, where it is none of the client's; empty: by Room and ID
	Before  time.Time     // the instant by which it was promised, where that is no whole day; zero: By says it
	Instead string        // id of the contract whose proposal this tells of, better than the wait of that contract; empty: none
}

// Told is something that everybody who sees the contract has to know, and that nobody has to do anything about.
type Told struct {
	Title, Words string
	Room         string
}

// Daily is what waits, and is told, of the relationship and the daily work with a client.
type Daily struct {
	Waits []Wait
	Told  []Told
	Zone  *time.Location // where the client's days begin and end; nil: nobody has agreed, it is UTC
}

// Dated gives waits the days of the client, the same for whoever reads them. What is to be done before midnight is to be done on the day before.
func (d Daily) Dated() Daily {
	zone := cmp.Or(d.Zone, time.UTC)
	d.Waits = slices.Clone(d.Waits)
	for i, w := range d.Waits {
		if !w.Before.IsZero() {
			d.Waits[i].By = cal.DateOf(w.Before.Add(-time.Nanosecond), zone)
		}
	}
	return d
}

// ToldBy leaves out of the waits of a contract the proposal that others tell of.
func ToldBy(list, others []Wait, contractID string) []Wait {
	if !slices.ContainsFunc(others, func(w Wait) bool { return w.Instead == contractID }) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(w Wait) bool { return w.Room == "contract" })
}

// Waits lists what the contract now waits for, as of today, the most binding first.
func Waits(s Standing, today cal.Date) []Wait {
	var out []Wait
	if s.Proposal != nil {
		out = append(out, Wait{On: s.Proposal.WaitsOn, Act: access.ContractAccept, Room: "contract", By: s.Proposal.Effective,
			What: fmt.Sprintf("Read version %d of the contract and accept it", s.Proposal.Number)})
	}
	if !s.Agreement {
		if s.Proposal == nil {
			out = append(out, Wait{On: contract.AgencySide, Act: access.ContractEdit, Room: "contract", What: "Write the contract and propose it"})
		}
		return out
	}
	if s.Evidence && s.Imported.IsZero() {
		out = append(out, Wait{On: contract.AgencySide, Act: access.EvidenceImport, Room: "evidence", What: "Import the CRM: there is no evidence yet"})
	}
	if w, ok := reviewWait(s, today); ok {
		w.Late = !w.By.IsZero() && today.After(w.By)
		out = append(out, w)
	} else if w, ok := issueWait(s, today); ok {
		out = append(out, w)
	}
	for _, h := range s.Held {
		w := Wait{On: contract.ClientSide, Act: access.StatementRelease, Room: "statements", ID: h.ID, What: fmt.Sprintf("Settle the dispute of %s: %s is held", h.Period.Words(), h.Amount.FormatWith())}
		if h.Unanswered > 0 {
			w.On, w.Act, w.What = contract.AgencySide, access.StatementAnswer, fmt.Sprintf("Answer the dispute of %s: %s is held", h.Period.Words(), h.Amount.FormatWith())
		}
		out = append(out, w)
	}
	return append(out, decisionWaits(s)...)
}

// decisionWaits are the rows that wait for a person, as one thing a side and kind, with the earliest day.
func decisionWaits(s Standing) []Wait {
	var out []Wait
	for _, on := range []contract.Side{contract.ClientSide, contract.AgencySide} {
		for _, k := range []crm.Kind{crm.KindDelivery, crm.KindLead, crm.KindMetricReading} {
			w, n, worth := Wait{On: on, Act: decides(on, k), Room: "approvals"}, 0, money.New(0, s.Terms.Currency)
			for _, d := range s.Decisions {
				if d.On != on || d.Kind != k {
					continue
				}
				n++
				if d.Worth.Currency == worth.Currency {
					worth = worth.Add(d.Worth)
				}
				if w.By.IsZero() || !d.By.IsZero() && d.By.Before(w.By) {
					w.By = d.By
				}
				w.Late = w.Late || d.Late
			}
			if n == 0 {
				continue
			}
			w.What = decisionWords(on, k, n)
			if worth.Minor != 0 {
				w.What += ": " + worth.FormatWith()
			}
			out = append(out, w)
		}
	}
	return out
}

// decides is what whoever decides about rows must be allowed to.
func decides(on contract.Side, k crm.Kind) access.Action {
	switch {
	case k == crm.KindDelivery && on == contract.ClientSide:
		return access.DeliveryDecide
	case k == crm.KindDelivery:
		return access.DeliveryHandOver
	case k == crm.KindLead && on == contract.ClientSide:
		return access.ResultDecide
	case k == crm.KindLead:
		return access.ResultAnswer
	}
	return access.HoursApprove
}

func decisionWords(on contract.Side, k crm.Kind, n int) string {
	switch {
	case k == crm.KindDelivery && on == contract.ClientSide:
		if n == 1 {
			return "Accept or return 1 delivery"
		}
		return fmt.Sprintf("Accept or return %d deliveries", n)
	case k == crm.KindDelivery:
		return "Hand over again what was returned"
	case k == crm.KindLead && on == contract.ClientSide:
		return "Decide about " + plural(n, "result")
	case k == crm.KindLead:
		return "Answer " + plural(n, "disputed result")
	}
	return "Approve hours above those included"
}

// reviewWait is what the newest statement waits for.
func reviewWait(s Standing, today cal.Date) (Wait, bool) {
	latest := s.Latest
	if latest == nil {
		return Wait{}, false
	}
	w := Wait{Room: "statements", ID: latest.ID}
	month := latest.Period.Words()
	switch {
	case latest.State == fees.Drafted && today.Before(latest.Period.To):
		return Wait{}, false // it cannot be submitted yet
	case latest.State == fees.Drafted:
		w.Act = access.StatementSubmit
		w.On, w.What, w.By = contract.AgencySide, "Submit the statement of "+month, issueBy(s.Terms, latest.Period)
	case latest.State != fees.Submitted:
		return Wait{}, false
	case latest.Unanswered > 0:
		w.On, w.Act, w.What = contract.AgencySide, access.StatementAnswer, fmt.Sprintf("Answer %s of the statement of %s", plural(latest.Unanswered, "disputed line"), month)
	case latest.Open > 0:
		w.Act = access.StatementAccept
		w.On, w.What, w.By = contract.ClientSide, fmt.Sprintf("Review %s of the statement of %s", plural(latest.Open, "line"), month), latest.WindowEnds
	default:
		w.On, w.Act, w.What = contract.ClientSide, access.StatementLock, "Lock the statement of "+month
	}
	return w, true
}

// issueWait: the oldest month that is over and has no locked statement wants a draft.
func issueWait(s Standing, today cal.Date) (Wait, bool) {
	from := s.Locked
	if from.IsZero() {
		from = s.Terms.Term.Start
	}
	month := cal.MonthOf(from).Period()
	if today.Before(month.To) {
		return Wait{}, false
	}
	if end, ok := s.Terms.End(); ok && !month.From.Before(end) {
		return Wait{}, false
	}
	by := issueBy(s.Terms, month)
	return Wait{On: contract.AgencySide, Act: access.StatementDraft, Room: "statements", What: "Draft the statement of " + month.Words(), By: by, Late: today.After(by)}, true
}

// issueBy is the last day to issue a period's statement.
func issueBy(t contract.Terms, p cal.Period) cal.Date {
	return t.Statements.IssueWithin.After(p.Last(), t.Calendar)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Promise is the relationship in words: what for, and what comes at the end, as the pages of its term say it.
func Promise(t contract.Terms, ending string) string {
	var of []string
	for _, a := range t.Appointments {
		of = append(of, fmt.Sprintf("%s for %s in %s", a.Promise, strings.ReplaceAll(a.Category, "-", " "), strings.Join(a.Markets, ", ")))
	}
	what := t.Agency + " works for " + t.Client
	if len(of) > 0 {
		what = t.Agency + " is " + strings.Join(of, "; ")
	}
	if ending == "" {
		return what + "."
	}
	return what + ". " + ending
}

// Clauses names the ways of pay: "growth-team 14,500.00 per month · closed-won 3 %".
func Clauses(t contract.Terms) string {
	parts := make([]string, len(t.Clauses))
	for i, c := range t.Clauses {
		parts[i] = c.ClauseID() + " " + contract.RateOf(c)
	}
	return strings.Join(parts, " · ")
}
