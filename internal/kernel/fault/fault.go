// Package fault is the one vocabulary of errors that a person can act on.
//
// A Fault is made only where the rule is known; on the way up errors are wrapped with fmt.Errorf and %w.
// Its Kind decides the HTTP status and the exit status of the command line, by the tables in this package.
// Its Message tells the person what was wrong and what to do. It never holds secrets or personal data of others.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of problem it is. The zero Kind is Internal.
type Kind int

// The kinds, from our own mistakes to the person's.
const (
	Internal        Kind = iota // a defect of ours, or of the machine
	Invalid                     // the input is wrong; the message says how to mend it
	Unauthenticated             // nobody is signed in
	Forbidden                   // signed in, but this role may not
	NotFound                    // not there, or hidden from this person
	Conflict                    // the state forbids it: done already, changed meanwhile, frozen
	TooLarge                    // more than the stated limit
	RateLimited                 // too many attempts; try later
	Unavailable                 // database, disk or mail cannot be reached now
)

var kinds = [...]struct {
	name   string
	status int
	exit   int
}{
	Internal:        {"internal", 500, 70},
	Invalid:         {"invalid", 422, 2},
	Unauthenticated: {"unauthenticated", 401, 77},
	Forbidden:       {"forbidden", 403, 77},
	NotFound:        {"not-found", 404, 66},
	Conflict:        {"conflict", 409, 75},
	TooLarge:        {"too-large", 413, 65},
	RateLimited:     {"rate-limited", 429, 75},
	Unavailable:     {"unavailable", 503, 69},
}

// String is the stable name of the kind, as used in API problems.
func (k Kind) String() string { return kinds[k.known()].name }

// HTTPStatus is the status of a page or API answer that failed for this kind of reason.
func HTTPStatus(k Kind) int { return kinds[k.known()].status }

// ExitCode is the exit status of a command that failed for this kind of reason. It is never 0 or 1:
// 1 is reserved for a check that ran and found something.
func ExitCode(k Kind) int { return kinds[k.known()].exit }

func (k Kind) known() Kind {
	if k < 0 || int(k) >= len(kinds) {
		return Internal
	}
	return k
}

// Fault is one problem that a person can understand and act on.
type Fault struct {
	Kind    Kind
	Code    string // stable, for programs: "statement-locked"
	Field   string // where in the input: "clauses[1].rate", "amount"; empty when it concerns the whole
	Place   string // the field in words for people: "clause closed-won, rate"; empty: Field is one
	Line    int    // 1-based line in a document or file; 0 when it has none
	Column  int    // 1-based column; 0 when it has none
	Message string
	cause   error
}

// New makes a fault. The format is the message for the person.
func New(kind Kind, code, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// At returns a copy that points at a field of the input.
func (f *Fault) At(field string) *Fault {
	c := *f
	c.Field = field
	return &c
}

// In returns a copy that says its place in words.
func (f *Fault) In(place string) *Fault {
	c := *f
	c.Place = place
	return &c
}

// Where is the place as a person reads it; empty when the fault concerns the whole.
func (f *Fault) Where() string {
	if f.Place != "" {
		return f.Place
	}
	return f.Field
}

// AtLine returns a copy that points at a line and column of a document.
func (f *Fault) AtLine(line, column int) *Fault {
	c := *f
	c.Line, c.Column = line, column
	return &c
}

// Because returns a copy that keeps the technical cause for the log, which reads it by Cause. The person never sees it.
func (f *Fault) Because(cause error) *Fault {
	c := *f
	c.cause = cause
	return &c
}

// Error is the message with its place in front.
func (f *Fault) Error() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ", column %d", f.Column)
		}
		b.WriteString(": ")
	}
	if where := f.Where(); where != "" {
		b.WriteString(where)
		b.WriteString(": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Unwrap gives the technical cause.
func (f *Fault) Unwrap() error { return f.cause }

// Cause is what the Internal and Unavailable faults in an error keep back, in the words of the driver or of the machine: for the log and for
// whoever runs the installation. It is "" when there is nothing. What other kinds keep back is not in it, for that may hold what a person wrote.
func Cause(err error) string { return strings.Join(causes(err), "; ") }

func causes(err error) []string {
	switch e := err.(type) {
	case *Fault:
		if e.cause == nil || e.Kind != Internal && e.Kind != Unavailable {
			return nil
		}
		return append([]string{oneLine(e.cause.Error())}, causes(e.cause)...)
	case List:
		var all []string
		for _, f := range e {
			all = append(all, causes(f)...)
		}
		return all
	case interface{ Unwrap() []error }:
		var all []string
		for _, one := range e.Unwrap() {
			all = append(all, causes(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		return causes(e.Unwrap())
	}
	return nil
}

// oneLine keeps a cause of several lines, as errors.Join and drivers make them, readable in a log and in a table.
func oneLine(words string) string {
	lines := strings.Split(words, "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(lines, "; ")
}

// List is several faults of one input, shown together, each at its field. An empty List is no error: use Err.
type List []*Fault

// Add appends a fault.
func (l *List) Add(f *Fault) { *l = append(*l, f) }

// Err is nil for an empty list.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error joins the messages, one a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, f := range l {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// All finds every fault in an error chain: the members of a List, or the single Fault, or nothing.
func All(err error) []*Fault {
	var list List
	if errors.As(err, &list) {
		return list
	}
	var f *Fault
	if errors.As(err, &f) {
		return []*Fault{f}
	}
	return nil
}

// Moved gives the faults of an input at the places that to makes of theirs, for whoever names its parts otherwise. An error none of whose
// faults has a place stays as it is.
func Moved(err error, to func(place string) string) error {
	var moved List
	placed := false
	for _, f := range All(err) {
		if f.Field != "" {
			f, placed = f.At(to(f.Field)), true
		}
		moved.Add(f)
	}
	if !placed {
		return err
	}
	return moved
}

// KindOf is the kind of an error: that of its first fault, Internal for any other error.
func KindOf(err error) Kind {
	if all := All(err); len(all) > 0 {
		return all[0].Kind
	}
	return Internal
}

// Is reports whether the error is a fault of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Code is the stable code of the error's first fault, or "".
func Code(err error) string {
	if all := All(err); len(all) > 0 {
		return all[0].Code
	}
	return ""
}
