package work

import (
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Kind is what happened to a request.
type Kind string

// What can happen. Triaged says who does it, the agency or a specialist; Assigned names the person. Drafted hands in the first draft. Delivered hands a version to the client and waits for its
// feedback, TakenBack takes it back before that came; Withdrawn ends a request that nobody wants any more, Declined one that the agency does not take. Scoped says how it
// stands to the scope of the contract.
const (
	Opened      Kind = "opened"
	Triaged     Kind = "triaged"
	Assigned    Kind = "assigned"
	Responded   Kind = "responded"
	Drafted     Kind = "drafted"
	Prioritised Kind = "priority"
	Waits       Kind = "waiting"
	Delivered   Kind = "delivered"
	Feedback    Kind = "feedback"
	TakenBack   Kind = "taken-back"
	Resolved    Kind = "resolved"
	Reopened    Kind = "reopened"
	Withdrawn   Kind = "withdrawn"
	Declined    Kind = "declined"
	Scoped      Kind = "scope"
)

// Kinds are those that clocks follow from, for messages.
func Kinds() []Kind {
	return []Kind{Opened, Triaged, Assigned, Responded, Drafted, Prioritised, Waits, Delivered, Feedback, TakenBack, Resolved, Reopened, Withdrawn, Declined}
}

// Waiting is on whom a request waits.
type Waiting string

// On nobody is on the agency, which works on it.
const (
	OnNobody     Waiting = "nobody"
	OnClient     Waiting = "client"
	OnSpecialist Waiting = "specialist"
)

// Event is one thing that happened to a request.
type Event struct {
	At       time.Time
	Kind     Kind
	Priority contract.Priority // of Opened and Prioritised
	Impact   contract.Weight   // of the same, as the contract asks for it; empty: not said
	Urgency  contract.Weight   // likewise
	On       Waiting           // of Waits
	Provider string            // of Triaged: the organisation that does it; empty: the agency
	Assignee string            // of Assigned: the account of the person; empty: nobody any more
	Scope    *Scope            // of Scoped
	Of       string            // of Delivered, Feedback and TakenBack: the deliverable whose version it is; empty: not said, as where there is but one
}

// Phase is where a request stands.
type Phase string

// The phases.
const (
	Unopened Phase = ""
	Open     Phase = "open"
	Done     Phase = "resolved"
	Gone     Phase = "withdrawn"
	Refused  Phase = "declined"
)

// Phases are those that a request can be in.
func Phases() []Phase { return []Phase{Open, Done, Gone, Refused} }

// Request is where a request stands after some events.
type Request struct {
	Phase     Phase
	Priority  contract.Priority
	Impact    contract.Weight // as it was said last; empty: never
	Urgency   contract.Weight
	Waiting   Waiting
	Opened    time.Time
	Responded time.Time // zero: not yet
	Drafted   time.Time // when the first draft came; zero: not yet
	Versions  int       // that were delivered
	Awaited   []string  // deliverables of which a version waits for its feedback; "" is one that was not named
	Triaged   bool      // somebody said who does it
	Provider  string    // organisation that does it; empty: the agency
	Assignee  string    // account of the person; empty: nobody
	Ended     time.Time // when it was resolved or withdrawn; zero while it is open
	Scope     *Scope    // how it stands to the scope; nil: nobody asked the contract
	last      time.Time
}

// allowed are the phases in which something can happen.
var allowed = map[Kind]Phase{Opened: Unopened, Triaged: Open, Assigned: Open, Responded: Open, Drafted: Open, Prioritised: Open, Waits: Open, Delivered: Open, Feedback: Open, TakenBack: Open,
	Resolved: Open, Reopened: Done, Withdrawn: Open, Declined: Open, Scoped: Open}

// ends are the phases into which an event takes a request out of its hands.
var ends = map[Kind]Phase{Resolved: Done, Withdrawn: Gone, Declined: Refused}

// Can reports whether the phase of the request allows such an event. Feedback asks besides for a version that waits for it.
func (r Request) Can(k Kind) bool {
	phase, known := allowed[k]
	return known && phase == r.Phase && (k != Feedback && k != TakenBack || len(r.Awaited) > 0)
}

// AwaitsFeedback: a version was handed over and has no word of the client yet.
func (r Request) AwaitsFeedback() bool { return r.Phase == Open && len(r.Awaited) > 0 }

// Awaits finds the version that a word on a deliverable is about: that of the deliverable, or one that was not named. ok is false where none waits.
func (r Request) Awaits(of string) (awaited string, ok bool) {
	for _, name := range []string{of, ""} {
		if slices.Contains(r.Awaited, name) {
			return name, true
		}
	}
	return "", false
}

func (r Request) respond(at time.Time) Request {
	if r.Responded.IsZero() {
		r.Responded = at
	}
	return r
}

func (r Request) draft(at time.Time) Request {
	if r.Drafted.IsZero() {
		r.Drafted = at
	}
	return r
}

// deliver lets a version wait, in the place of the one before of the same deliverable, or of one that was not named.
func (r Request) deliver(of string) Request {
	r.Versions++
	r = r.without(of).without("")
	r.Awaited, r.Waiting = append(r.Awaited, of), OnClient
	return r
}

// without takes a version from those that wait. The request is the agency's again when none does.
func (r Request) without(of string) Request {
	r.Awaited = slices.DeleteFunc(slices.Clone(r.Awaited), func(name string) bool { return name == of })
	if len(r.Awaited) == 0 {
		r.Waiting = OnNobody
	}
	return r
}

// After is where the request stands after one more event. Fault: Invalid for an event that cannot happen then, or before the one before it; Conflict where
// the phase does not allow it.
func (r Request) After(e Event) (Request, error) {
	phase, known := allowed[e.Kind]
	switch {
	case !known:
		return r, fault.New(fault.Invalid, "event", "%q is no event; write one of %v", e.Kind, Kinds()).At("event")
	case e.At.IsZero():
		return r, fault.New(fault.Invalid, "event-time", "the event has no time").At("at")
	case e.At.Before(r.last):
		return r, fault.New(fault.Invalid, "event-order", "%s at %s comes before what happened last, at %s", e.Kind, e.At.Format(time.RFC3339), r.last.In(e.At.Location()).Format(time.RFC3339)).At("at")
	case phase != r.Phase:
		return r, r.refuse(e)
	}
	r.last = e.At
	switch e.Kind {
	case Opened:
		r.Phase, r.Opened, r.Waiting = Open, e.At, OnNobody
		return r.prioritise(e)
	case Prioritised:
		return r.prioritise(e)
	case Triaged:
		if r.Triaged && r.Provider != e.Provider {
			r.Assignee = "" // who did it works for the other one
		}
		r.Triaged, r.Provider = true, e.Provider
	case Assigned:
		r.Assignee = e.Assignee
	case Scoped:
		r.Scope = e.Scope
	case Responded:
		r = r.respond(e.At)
	case Drafted:
		r = r.respond(e.At).draft(e.At)
	case Waits:
		if e.On != OnNobody && e.On != OnClient && e.On != OnSpecialist {
			return r, fault.New(fault.Invalid, "waiting", "%q is nobody to wait on; write client, specialist or nobody", e.On).At("on")
		}
		if e.On != OnClient && len(r.Awaited) > 0 {
			return r, fault.New(fault.Conflict, "feedback-awaited", "waiting %s at %s, and a version waits for the client's word; feedback, or taken-back, comes first", e.On, e.At.Format(time.RFC3339)).At("on")
		}
		if r.Waiting = e.On; e.On == OnClient {
			r = r.respond(e.At) // a question is a response
		}
	case Delivered:
		r = r.draft(e.At).deliver(e.Of)
	case Feedback, TakenBack:
		of, ok := r.Awaits(e.Of)
		if !ok {
			return r, fault.New(fault.Conflict, "feedback", "%s at %s, and no version waits for it; deliver one first", e.Kind, e.At.Format(time.RFC3339)).At("event")
		}
		r = r.without(of)
	case Resolved, Withdrawn, Declined:
		r.Phase, r.Ended, r.Waiting = ends[e.Kind], e.At, OnNobody
	case Reopened:
		r.Phase, r.Ended, r.Waiting = Open, time.Time{}, OnNobody
		if len(r.Awaited) > 0 {
			r.Waiting = OnClient
		}
	}
	return r, nil
}

func (r Request) prioritise(e Event) (Request, error) {
	for _, p := range contract.Priorities() {
		if p == e.Priority {
			r.Priority = p
			if e.Impact != "" {
				r.Impact, r.Urgency = e.Impact, e.Urgency
			}
			return r, nil
		}
	}
	return r, fault.New(fault.Invalid, "priority", "%q is no priority; write one of %v", e.Priority, contract.Priorities()).At("priority")
}

func (r Request) refuse(e Event) error {
	words := map[Phase]string{Unopened: "was not opened yet", Open: "is open already", Done: "is resolved; reopen it first", Gone: "was withdrawn; open a new one",
		Refused: "was declined; open a new one"}[r.Phase]
	if r.Phase == Open && e.Kind == Reopened {
		words = "is open"
	}
	return fault.New(fault.Conflict, "event-phase", "%s at %s: the request %s", e.Kind, e.At.Format(time.RFC3339), words).At("event")
}
