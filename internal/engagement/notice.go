package engagement

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Given is notice as a side gives it.
type Given struct {
	On       cal.Date     // the day on which it was given
	Way      contract.Way // how
	Received cal.Date     // stated by who gives it, only where the contract does not say when notice counts as received
	Asked    cal.Date     // the last day that is wanted; zero: the earliest that the contract allows
}

// Effect is what notice does under the words of the contract.
type Effect struct {
	Received cal.Date     // the day on which it counts as received
	Over     cal.Date     // first day after the period
	Earliest cal.Date     // first day after the earliest end that the contract allows
	End      cal.Date     // first day after the end that this notice brings: the latest of Over, Earliest and what is asked
	ByItself bool         // the contract ends on that day anyway, before the notice is over
	Unsaid   []string     // what the contract does not say, so that the sides must agree on it
	Fee      []PhaseOfFee `json:"-"`
}

// PhaseOfFee is what of the retainers is owed on a run of days of the notice.
type PhaseOfFee struct {
	Days  cal.Period
	Share money.Ratio
}

// EffectOf reckons what notice does: it counts as received as the contract says, runs for the period in the contract's own unit, and ends
// the contract on max(the day after it, the earliest allowed end). Faults: Invalid, each at its field of the form.
func EffectOf(a contract.Agreement, g Given) (Effect, error) {
	t := a.Latest()
	var e Effect
	if err := e.receive(t, g); err != nil {
		return Effect{}, err
	}
	e.Over = t.Term.Notice.Over(e.Received, t.Calendar)
	e.earliest(t)
	e.End = cal.Later(e.Over, e.Earliest)
	if !g.Asked.IsZero() {
		if first := g.Asked.AddDays(1); first.Before(e.End) {
			return Effect{}, fault.New(fault.Invalid, "notice-too-early", "The earliest last day is %s; write that day or a later one, or leave it out.", e.End.AddDays(-1).Words()).At("last_day")
		}
		e.End = g.Asked.AddDays(1)
	}
	if end, ends := t.End(); ends && !end.After(e.End) {
		e.End, e.ByItself = end, end.Before(e.End)
	}
	t.Term.Notice.Received, t.Term.Ended = e.Received, e.End
	for _, p := range t.Phases() {
		e.Fee = append(e.Fee, PhaseOfFee{p.Period, p.Share})
	}
	return e, nil
}

func (e *Effect) receive(t contract.Terms, g Given) error {
	var faults fault.List
	add := func(field, code, format string, args ...any) {
		faults.Add(fault.New(fault.Invalid, code, format, args...).At(field))
	}
	end, ends := t.End()
	switch {
	case g.On.IsZero():
		add("given_on", "notice-day", "Write the day on which notice was given.")
	case g.On.Before(t.Term.Start):
		add("given_on", "notice-day", "Notice cannot be given before the term starts on %s.", t.Term.Start.Words())
	case ends && !g.On.Before(end):
		add("given_on", "notice-day", "The contract had ended by then: its last day is %s.", end.AddDays(-1).Words())
	}
	if len(faults) > 0 {
		return faults.Err()
	}
	if len(t.Term.Notice.Receipt) > 0 {
		received, ok := t.ReceivedOn(g.Way, g.On)
		if !ok {
			return fault.New(fault.Invalid, "notice-way", "The contract does not let notice be given in this way. Choose %s.", ways(t)).At("way")
		}
		e.Received = received
		return nil
	}
	switch {
	case g.Way.Words() == "":
		add("way", "notice-way", "Say how notice was given.")
	case g.Received.IsZero():
		add("received_on", "notice-received", "The contract does not say when notice counts as received. Write the day on which the other side had it.")
	case g.Received.Before(g.On):
		add("received_on", "notice-received", "Notice cannot be received before it was given on %s.", g.On.Words())
	}
	e.Received = g.Received
	e.Unsaid = append(e.Unsaid, "The contract does not say when notice counts as received, so the day is the one that was stated; the other side confirms it when it acknowledges the notice.")
	return faults.Err()
}

func ways(t contract.Terms) string {
	out := ""
	for i, r := range t.Term.Notice.Receipt {
		switch {
		case i > 0 && i == len(t.Term.Notice.Receipt)-1:
			out += " or "
		case i > 0:
			out += ", "
		}
		out += r.Way.Words()
	}
	return out
}

// earliest is the first day after the earliest end that the contract allows to a notice that is over by a day.
func (e *Effect) earliest(t contract.Terms) {
	e.Earliest = e.Over
	switch t.Term.Notice.Ends {
	case contract.EndsAnyDay:
	case contract.EndsWithMonth:
		if month := cal.MonthOf(e.Over); e.Over != month.First() {
			e.Earliest = month.Next().First()
		}
	case contract.EndsWithTerm:
		for k := 0; ; k++ {
			turn, ok := t.Turn(k)
			if !ok {
				return
			}
			if !turn.To.Before(e.Over) {
				e.Earliest = turn.To
				return
			}
		}
	default:
		if turn, ok := t.Turn(0); ok && e.Over.Before(turn.To) {
			e.Unsaid = append(e.Unsaid, fmt.Sprintf("The contract does not say whether notice can end it before the end of its term on %s. By its period alone it would end on %s.",
				turn.Last().Words(), e.Over.AddDays(-1).Words()))
		}
	}
}

// Words say what the notice binds to: "It counts as received on 30 Sep 2026 and ends the contract on 31 Dec 2026."
func (e Effect) Words() string {
	last := e.End.AddDays(-1).Words()
	if e.ByItself {
		return fmt.Sprintf("It counts as received on %s. The contract ends by itself on %s, before the notice is over.", e.Received.Words(), last)
	}
	return fmt.Sprintf("It counts as received on %s and ends the contract on %s.", e.Received.Words(), last)
}

// FeeWords say what of the retainers is owed until the end.
func (e Effect) FeeWords(t contract.Terms) []string {
	if t.Term.Notice.Fee == "full" {
		return []string{fmt.Sprintf("The retainers are owed in full until %s.", e.End.AddDays(-1).Words())}
	}
	var out []string
	for _, p := range e.Fee {
		if p.Share.Sign() == 0 {
			out = append(out, fmt.Sprintf("No retainer is owed on %s; only work under the other clauses is paid.", p.Days.Words()))
			continue
		}
		out = append(out, fmt.Sprintf("%s of the retainers is owed on %s.", p.Share, p.Days.Words()))
	}
	return out
}

// Notice is a notice as it is on record. What was given never changes; what became of it is told by its deeds.
type Notice struct {
	ID       string
	Client   string
	Contract string
	Version  int // of the contract, under which it was reckoned
	Side     contract.Side
	Given    Given
	Effect   Effect
	Fee      []string // what of the retainers is owed until the end, as it was shown
	Text     string   // what was written
	At       time.Time
	By       string
	ByName   string
	Deeds    []Deed
}

// Deed is what a side did with a notice.
type Deed struct {
	Kind   DeedKind
	Side   contract.Side
	Note   string
	At     time.Time
	By     string
	ByName string
}

// DeedKind is a sort of deed.
type DeedKind string

// The deeds: the other side acknowledges; a notice is withdrawn when both sides have said so.
const (
	Acknowledged DeedKind = "acknowledged"
	Withdrew     DeedKind = "withdrew"
)

// NoticeState is how far a notice has come.
type NoticeState string

// The states of a notice. One that was given stands whether or not it is acknowledged.
const (
	NoticeGiven        NoticeState = "given"
	NoticeAcknowledged NoticeState = "acknowledged"
	NoticeWithdrawn    NoticeState = "withdrawn"
)

// State follows from the deeds.
func (n Notice) State() NoticeState {
	_, agency := n.deed(Withdrew, contract.AgencySide)
	_, client := n.deed(Withdrew, contract.ClientSide)
	_, acknowledged := n.deed(Acknowledged, Other(n.Side))
	switch {
	case agency && client:
		return NoticeWithdrawn
	case acknowledged:
		return NoticeAcknowledged
	default:
		return NoticeGiven
	}
}

// Stands says whether the notice was not withdrawn.
func (n Notice) Stands() bool { return n.State() != NoticeWithdrawn }

// Binds says whether the notice ends the contract without another word: the other side has acknowledged it, or it was given on the day on which it was entered and the contract
// says when it counts as received. Everything else (a day of receipt that one side states, a day before the entry) is a claim of that side until the other acknowledges it.
func (n Notice) Binds(zone *time.Location) bool {
	switch n.State() {
	case NoticeWithdrawn:
		return false
	case NoticeAcknowledged:
		return true
	}
	return n.Given.Received.IsZero() && !n.Given.On.Before(cal.DateOf(n.At, zone))
}

// Claim is what a notice that does not bind yet comes to.
func (n Notice) Claim() string {
	return fmt.Sprintf("The %s says that notice was given on %s and received on %s, which would end the contract on %s. It is a claim until the %s acknowledges it.",
		n.Side, n.Given.On.Words(), n.Effect.Received.Words(), n.Effect.End.AddDays(-1).Words(), Other(n.Side))
}

// Ending is the notice that binds and ends the contract first; ok is false where none binds.
func Ending(notices []Notice, zone *time.Location) (first Notice, ok bool) {
	for _, n := range notices {
		if n.Binds(zone) && (!ok || n.Effect.End.Before(first.Effect.End)) {
			first, ok = n, true
		}
	}
	return first, ok
}

// Warnings say what is odd about an end: it lies before today, or before a month that is locked. locked is the first day that no locked statement covers; zero: none is.
func (e Effect) Warnings(today, locked cal.Date) []string {
	var out []string
	if e.End.Before(today) {
		out = append(out, fmt.Sprintf("The contract would have ended on %s, which is over. That binds only when the other side acknowledges the notice.", e.End.AddDays(-1).Words()))
	}
	if e.End.Before(locked) {
		out = append(out, fmt.Sprintf("Statements are locked until %s, after the last day %s. They stay as they are; what they charge after it has to be settled.", locked.AddDays(-1).Words(), e.End.AddDays(-1).Words()))
	}
	return out
}

// WithdrawnBy says whether a side has said that the notice is to be withdrawn.
func (n Notice) WithdrawnBy(side contract.Side) bool {
	_, done := n.deed(Withdrew, side)
	return done
}

func (n Notice) deed(kind DeedKind, side contract.Side) (Deed, bool) {
	for _, d := range n.Deeds {
		if d.Kind == kind && d.Side == side {
			return d, true
		}
	}
	return Deed{}, false
}

// May refuses a deed that the notice cannot take; again is true where the side has done it already, which changes nothing. Fault: Conflict.
func (n Notice) May(kind DeedKind, side contract.Side) (again bool, err error) {
	if _, done := n.deed(kind, side); done {
		return true, nil
	}
	switch {
	case !n.Stands():
		return false, fault.New(fault.Conflict, "notice-withdrawn", "Both sides have withdrawn this notice already.")
	case kind == Acknowledged && side == n.Side:
		return false, fault.New(fault.Conflict, "notice-own", "The %s gave this notice; the other side acknowledges it.", n.Side)
	}
	return false, nil
}

// Other is the other side.
func Other(side contract.Side) contract.Side {
	if side == contract.AgencySide {
		return contract.ClientSide
	}
	return contract.AgencySide
}
