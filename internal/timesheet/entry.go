package timesheet

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Class says what the time is to the fee.
type Class string

// The classes.
const (
	Billable     Class = "billable"      // counts against what was agreed
	Internal     Class = "internal"      // the agency's own; the client never sees it
	OverServiced Class = "over-serviced" // for the client, above what was agreed, and not charged
)

// Classes are all classes, the usual one first.
func Classes() []Class { return []Class{Billable, OverServiced, Internal} }

// Words is the class within a sentence.
func (c Class) Words() string {
	if c == OverServiced {
		return "over-serviced, not charged"
	}
	return string(c)
}

// State of an entry.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Approved  State = "approved"
	Returned  State = "returned" // to whoever entered it, with a reason; it can be changed and submitted again
)

// Editable reports whether whoever entered it may still change it.
func (s State) Editable() bool { return s == Draft || s == Returned }

// What is what time is for. Entries of the same What stand in one row of the week.
type What struct {
	Client       string // id; empty only for the agency's internal time
	Class        Class
	Clause       string // the contract's name of the clause, where several count hours; empty: the only one
	Category     string // of the service, such as "paid search"; empty: none
	Request      string // id or name of the request; empty: none
	Note         string // text that the client may read
	InternalNote string // text that never leaves the agency
}

// Entry is time of one person on one day.
type Entry struct {
	ID       string
	Version  int
	Account  string
	Person   string // name, as the evidence writes it
	Provider string // the specialist's organisation that did it; empty: the agency
	Role     string // as the rate card names it; empty: none
	Day      cal.Date
	Minutes  int // 1 to 1440; a correction may have 0: the time was not worked
	What
	State    State
	Reason   string // why it was returned, or why it corrects or is late
	Late     bool   // its month was locked when it was entered
	Corrects string // id of the approved entry that it replaces; empty: none
}

// MinutesOfADay bounds an entry, and all entries of a person on a day: a day of a change of clocks is counted like any other.
const MinutesOfADay = 24 * 60

const (
	longestNote = 500
	longestName = 120
)

// Around is what an entry is held against.
type Around struct {
	Today  cal.Date // in the entry's zone
	Others []Entry  // of the same person on the same day, without the entry itself
	Locked bool     // its client's month is locked
	ToCome int      // minutes of today that are still to come, where that is held against the entry
	Again  bool     // the person says that it really happened twice
}

// Check holds an entry against the rules, all problems at once. Faults: Invalid at "client", "day", "minutes", "class", "clause", "category", "request", "note",
// "internal_note" or "reason"; Conflict when its month is locked and it does not say why it comes late, or when the same entry stands there already.
func (e Entry) Check(a Around) error {
	var faults fault.List
	bad := func(field, code, message string, args ...any) {
		faults.Add(fault.New(fault.Invalid, code, message, args...).At(field))
	}
	if !slices.Contains(Classes(), e.Class) {
		bad("class", "class", "Say whether the time is billable, over-serviced or internal.")
	}
	if e.Client == "" && e.Class != Internal {
		bad("client", "client-missing", "Choose the client; only internal time can do without.")
	}
	switch {
	case e.Day.IsZero():
		bad("day", "day-missing", "Say on which day it was worked, as 2026-03-31.")
	case e.Day.After(a.Today):
		bad("day", "day-to-come", "%s is still to come, and time is entered when it was worked. Choose %s or earlier.", e.Day.Words(), a.Today.Words())
	}
	if !e.Day.IsZero() && e.Corrects == "" && e.Day.Before(a.Today.AddMonths(-LongestAgo, a.Today.Day())) {
		bad("day", "day-long-ago", "%s is more than ten years ago. Choose the day on which it was worked.", e.Day.Words())
	}
	e.checkMinutes(a, bad)
	for _, text := range []struct {
		field, text string
		longest     int
	}{{"clause", e.Clause, longestName}, {"category", e.Category, longestName}, {"request", e.Request, longestName}, {"note", e.Note, longestNote},
		{"internal_note", e.InternalNote, longestNote}, {"reason", e.Reason, longestNote}} {
		if utf8.RuneCountInString(text.text) > text.longest {
			bad(text.field, "text-long", "Shorten it to %d characters.", text.longest)
		}
		if !utf8.ValidString(text.text) || strings.ContainsFunc(text.text, unicode.IsControl) {
			bad(text.field, "text-letters", "Write it on one line, without control characters.")
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return e.checkPlace(a)
}

func (e Entry) checkMinutes(a Around, bad func(field, code, message string, args ...any)) {
	least := 1
	if e.Corrects != "" {
		least = 0
	}
	if e.Minutes == 0 && least == 1 {
		bad("minutes", "minutes-missing", "Write how long it was, such as 1:30, or from when to when.")
		return
	}
	if e.Minutes < least || e.Minutes > MinutesOfADay {
		bad("minutes", "minutes", "%s cannot be worked on one day. Write whole minutes up to 24:00, such as 1:30; time over midnight is two entries, one a day.", Clock(e.Minutes))
		return
	}
	sum := e.Minutes
	for _, o := range a.Others {
		sum += o.Minutes
	}
	if sum > MinutesOfADay {
		bad("minutes", "day-full", "With it %s would have %s on %s, and a day has 24:00. Shorten this entry or another one of the day.", e.Person, Clock(sum), e.Day.Words())
		return
	}
	if passed := MinutesOfADay - a.ToCome; e.Day == a.Today && sum > passed {
		bad("minutes", "time-to-come", "With it %s would have %s today, and only %s of the day have passed. Time is entered when it was worked.", e.Person, Clock(sum), Clock(passed))
	}
}

// checkPlace finds what is right by itself and wrong where it stands.
func (e Entry) checkPlace(a Around) error {
	if a.Locked && (e.Reason == "" || !e.Late && e.Corrects == "") {
		return fault.New(fault.Conflict, "month-locked",
			"%s is locked for this client: its time is settled. Enter it as late and say why; the contract says what becomes of late entries.", cal.MonthOf(e.Day).Words()).At("day")
	}
	same := func(o Entry) bool { return o.What == e.What && o.Minutes == e.Minutes && o.ID != e.ID }
	if !a.Again && e.Corrects == "" && slices.ContainsFunc(a.Others, same) {
		return fault.New(fault.Conflict, "entry-twice", "The same time stands there already: %s on %s for the same thing. If it really happened twice, say so.", Clock(e.Minutes), e.Day.Words()).At("minutes")
	}
	return nil
}

// LongestAgo is how many months back time is entered at most: a day before that is a slip of the pen.
const LongestAgo = 120

// NameClause writes the clause as the contract spells it. can are the clauses that take hours on the entry's day, tell those of them that may be named, running whether a contract is
// accepted at all. Fault: Invalid at "clause" when none of them is meant, or when several could be and the time is charged.
func (e *Entry) NameClause(can, tell []string, running bool) error {
	same := func(name string) bool { return strings.EqualFold(name, e.Clause) }
	switch i := slices.IndexFunc(can, same); {
	case e.Clause == "" && (e.Class != Billable || len(tell) < 2):
	case e.Clause == "":
		return fault.New(fault.Invalid, "clause-missing", "Several clauses take hours on %s: %s. Write which one it is for.", e.Day.Words(), strings.Join(tell, ", ")).At("clause")
	case i >= 0:
		e.Clause = can[i]
	case !running:
		return fault.New(fault.Invalid, "clause-unknown", "No contract with this client is accepted yet, so there is no clause %q. Leave it empty.", e.Clause).At("clause")
	case len(tell) == 0:
		return fault.New(fault.Invalid, "clause-unknown", "No clause of a contract takes hours on %s. Leave it empty.", e.Day.Words()).At("clause")
	default:
		return fault.New(fault.Invalid, "clause-unknown", "%q takes no hours on %s. Write %s, or leave it empty where there is one only.", e.Clause, e.Day.Words(), strings.Join(tell, " or ")).At("clause")
	}
	return nil
}

// Counts reports whether the entry counts against what was agreed.
func (e Entry) Counts() bool { return e.State == Approved && e.Class == Billable && e.Minutes > 0 }

// ForClient is the entry as the client may read it: without internal words.
func (e Entry) ForClient() Entry {
	e.InternalNote, e.Reason, e.Account = "", "", ""
	return e
}
