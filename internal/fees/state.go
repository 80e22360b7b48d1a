package fees

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// State of a statement.
type State string

// The states. A withdrawn draft or submission is kept; a new draft takes its place.
const (
	Drafted   State = "draft"
	Submitted State = "submitted"
	Withdrawn State = "withdrawn"
	Locked    State = "locked"
)

// LineState is where one line stands between the two sides.
type LineState string

// The states of a line. Accepted, Deemed and Conceded are final before the lock; Disputed is held back, and after the lock becomes
// Released or Waived once nothing of it is held any more.
const (
	LineOpen     LineState = "open"
	LineAccepted LineState = "accepted"
	LineDeemed   LineState = "deemed accepted" // nobody contested it in the window
	LineDisputed LineState = "disputed"
	LineConceded LineState = "conceded" // the agency gave the disputed line up
	LineReleased LineState = "released" // after the lock: the client accepted what was held, or a part of it
	LineWaived   LineState = "waived"   // after the lock: the agency gave all of it up
)

// EventKind is one step in the life of a statement.
type EventKind string

// The steps.
const (
	Submit   EventKind = "submit"   // agency: freezes the draft and opens the objection window
	Withdraw EventKind = "withdraw" // agency: takes it back while nothing is locked
	Accept   EventKind = "accept"   // client: accepts a line, also one that it disputed
	Dispute  EventKind = "dispute"  // client: contests a line, with a reason
	Answer   EventKind = "answer"   // agency: answers a dispute
	Concede  EventKind = "concede"  // agency: gives a disputed line up
	Lock     EventKind = "lock"     // either side: makes it final
	Release  EventKind = "release"  // client, after the lock: accepts a held amount, which the next statement carries
	Waive    EventKind = "waive"    // agency, after the lock: gives a held amount up
)

// Event happened to a statement. Events are appended, never changed; the state is their fold.
type Event struct {
	Seq    int
	Kind   EventKind
	Line   int // the line it is about; 0: the whole statement
	At     time.Time
	By     string // the person's name
	ByID   string
	Client bool   // done by the client's side
	Text   string // reason or answer
	Minor  int64  // the amount of a Release or Waive
}

// LineLife is the state of a line and what was said about it.
type LineLife struct {
	State    LineState
	Since    time.Time
	By       string
	Events   []Event // what was said and done about it, in order
	Held     int64   // after the lock: what the dispute still holds back
	Released int64   // after the lock: what the client accepted of it
	Waived   int64   // after the lock: what the agency gave up of it
}

// Life is the state of a statement as of an instant.
type Life struct {
	State       State
	SubmittedAt time.Time
	SubmittedBy string
	WindowEnds  cal.Date // the last day on which a line can be disputed; zero before submission
	WindowOpen  bool
	LockedAt    time.Time
	LockedBy    string
	WithdrawnAt time.Time
	WithdrawnBy string
	Lines       []LineLife // by line number less one
	Held        int64      // after the lock: what disputes still hold back together
	holdsNone   bool       // after the lock: the client would have owed more without what was disputed, so that nothing was held back
	Next        int        // the number of the next event
	// Overtaken: a statement of another period was locked meanwhile and changes what this one charges. It cannot be locked, but always be
	// withdrawn. Fold does not know it: whoever holds the other statements sets it.
	Overtaken bool
}

// Fold computes the life of a statement from its events, as of now. The objection window is counted from the day of submission, in the
// zone and calendar of the terms.
func Fold(s Statement, t contract.Terms, events []Event, now time.Time) Life {
	l := Life{State: Drafted, Lines: make([]LineLife, len(s.Lines)), Next: len(events) + 1}
	for i := range l.Lines {
		l.Lines[i].State = LineOpen
	}
	for _, e := range events {
		l.apply(s, t, e)
	}
	l.closeWindow(s, t, now)
	return l
}

func (l *Life) apply(s Statement, t contract.Terms, e Event) {
	switch e.Kind {
	case Submit:
		l.State, l.SubmittedAt, l.SubmittedBy = Submitted, e.At, e.By
		l.WindowEnds = t.Statements.Objection.Within.After(cal.DateOf(e.At, t.Zone), t.Calendar)
	case Withdraw:
		l.State, l.WithdrawnAt, l.WithdrawnBy, l.WindowOpen = Withdrawn, e.At, e.By, false
	case Lock:
		l.closeWindow(s, t, e.At)
		l.State, l.LockedAt, l.LockedBy, l.WindowOpen = Locked, e.At, e.By, false
		l.hold(s)
	case Accept:
		l.move(s, e, LineAccepted)
	case Dispute:
		l.move(s, e, LineDisputed)
	case Concede:
		l.move(s, e, LineConceded)
	case Answer:
		l.note(e)
	case Release, Waive:
		l.settle(s, e)
	}
}

// move changes a line together with the limits that belong to it.
func (l *Life) move(s Statement, e Event, to LineState) {
	l.note(e)
	for i := range s.Lines {
		if line := &s.Lines[i]; line.No == e.Line || line.With == e.Line {
			l.Lines[i].State, l.Lines[i].Since, l.Lines[i].By = to, e.At, e.By
		}
	}
}

func (l *Life) note(e Event) {
	if e.Line >= 1 && e.Line <= len(l.Lines) {
		l.Lines[e.Line-1].Events = append(l.Lines[e.Line-1].Events, e)
	}
}

// closeWindow lets open lines become what the contract says of silence, once the window's last day is over.
func (l *Life) closeWindow(s Statement, t contract.Terms, now time.Time) {
	if l.State != Submitted {
		return
	}
	ends := l.WindowEnds.AddDays(1).Start(t.Zone)
	l.WindowOpen = now.Before(ends)
	if l.WindowOpen || t.Statements.Objection.Silence != "accepted" {
		return
	}
	for i := range s.Lines {
		if l.Lines[i].State == LineOpen {
			l.Lines[i].State, l.Lines[i].Since, l.Lines[i].By = LineDeemed, ends, ""
		}
	}
}

// Check says whether the event may happen now. Fault: Conflict, with what to do; NotFound for a line that is not there.
func (l Life) Check(s Statement, e Event) error {
	if e.Line != 0 && (e.Line < 1 || e.Line > len(s.Lines)) {
		return fault.New(fault.NotFound, "line", "The statement has no line %d.", e.Line)
	}
	if l.State == Locked && (e.Kind == Release || e.Kind == Waive || e.Kind == Answer) {
		return l.checkHeld(s, e)
	}
	if l.State == Locked {
		return fault.New(fault.Conflict, "statement-locked", "%s locked the statement on %s; it never changes again. What later evidence says otherwise is shown with it.", l.LockedBy, moment(l.LockedAt))
	}
	switch e.Kind {
	case Submit:
		return l.checkState(Drafted, "submit", fmt.Sprintf("%s submitted the statement on %s.", l.SubmittedBy, moment(l.SubmittedAt)))
	case Withdraw:
		return l.checkWithdraw()
	case Lock:
		return l.checkLock(s)
	case Release, Waive:
		return l.checkState(Locked, string(e.Kind), "What a dispute holds is settled after the lock; before it the line is accepted or conceded.")
	}
	if err := l.checkState(Submitted, string(e.Kind), "Lines are reviewed after the statement is submitted."); err != nil {
		return err
	}
	if err := checkStandsAlone(s, e); err != nil {
		return err
	}
	if e.Kind == Concede && l.concedingCosts(s, e.Line) {
		return fault.New(fault.Conflict, "credit-line", "Line %d is a credit to the client: giving it up would take the credit away. Answer the dispute, or withdraw the statement and correct it.", e.Line)
	}
	return l.checkLine(e)
}

// concedingCosts says whether the client would owe more without the line: it is a credit, or one by what it does to the tiers of its clause.
func (l Life) concedingCosts(s Statement, no int) bool {
	conceded := func(i int) bool { return l.Lines[i].State == LineConceded }
	without := func(i int) bool { return conceded(i) || s.Lines[i].No == no || s.Lines[i].With == no }
	return groupSum(s, s.Lines[no-1]) < 0 || totalWithout(s, without).Cmp(totalWithout(s, conceded)) > 0
}

// checkStandsAlone refuses the whole statement where a line is asked for, and a limit that goes with its line.
func checkStandsAlone(s Statement, e Event) error {
	if e.Line == 0 {
		return fault.New(fault.Invalid, "line-missing", "Say which line.").At("line")
	}
	if main := s.Lines[e.Line-1].With; main != 0 {
		return fault.New(fault.Conflict, "limit-line", "Line %d belongs to line %d: accept or dispute that one.", e.Line, main)
	}
	return nil
}

func moment(at time.Time) string { return at.UTC().Format("2 Jan 2006 15:04 UTC") }

func (l Life) checkState(want State, verb, otherwise string) error {
	switch l.State {
	case want:
		return nil
	case Withdrawn:
		return fault.New(fault.Conflict, "statement-withdrawn", "%s withdrew this statement on %s; look at the newest draft of the period.", l.WithdrawnBy, moment(l.WithdrawnAt))
	default:
		return fault.New(fault.Conflict, "statement-"+string(l.State), "%s It is %s, so nobody can %s it now.", otherwise, l.State, verb)
	}
}

func (l Life) checkWithdraw() error {
	if l.State == Withdrawn {
		return fault.New(fault.Conflict, "statement-withdrawn", "%s withdrew this statement on %s.", l.WithdrawnBy, moment(l.WithdrawnAt))
	}
	for _, line := range l.Lines {
		if line.State == LineAccepted && !l.Overtaken {
			return fault.New(fault.Conflict, "line-accepted", "The client has accepted lines of this statement; it can no longer be withdrawn. Concede or lock instead.")
		}
	}
	return nil
}

func (l Life) checkLine(e Event) error {
	line := l.Lines[e.Line-1]
	wrong := func(want string) error {
		return fault.New(fault.Conflict, "line-"+string(line.State), "Line %d is %s; only %s can be %s.", e.Line, line.State, want, past(e.Kind))
	}
	switch e.Kind {
	case Accept:
		if line.State != LineOpen && line.State != LineDisputed {
			return wrong("an open or disputed line")
		}
	case Dispute:
		if line.State != LineOpen {
			return wrong("an open line")
		}
		if !l.WindowOpen {
			return fault.New(fault.Conflict, "window-closed", "The window to dispute closed on %s.", l.WindowEnds.Words())
		}
	case Concede, Answer:
		if line.State != LineDisputed {
			return wrong("a disputed line")
		}
	}
	return nil
}

func past(k EventKind) string {
	return map[EventKind]string{Accept: "accepted", Dispute: "disputed", Concede: "conceded", Answer: "answered", Release: "released", Waive: "waived"}[k]
}

// checkLock: every line must be settled or disputed; a disputed line is held back and goes on after the lock.
func (l Life) checkLock(s Statement) error {
	if err := l.checkState(Submitted, "lock", "A statement is locked after it was submitted and reviewed."); err != nil {
		return err
	}
	if l.Overtaken {
		return fault.New(fault.Conflict, "overtaken", "A statement of another period was locked after this draft and changes it. Withdraw this one and draft again.")
	}
	var open []string
	for i, line := range l.Lines {
		if line.State == LineOpen && s.Lines[i].With == 0 {
			open = append(open, fmt.Sprint(s.Lines[i].No))
		}
	}
	if len(open) > 0 {
		return fault.New(fault.Conflict, "lines-open", "Lines %s are still open: accept or dispute them, or wait until the window closes on %s.", listed(open, 12), l.WindowEnds.Words())
	}
	return nil
}
