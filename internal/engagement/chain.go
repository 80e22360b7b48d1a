package engagement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Holding says whether a specialist's promise holds what the client is promised.
type Holding string

// How it stands. Waiting on a specialist stops no clock of the client, so every gap is the agency's own.
const (
	WithinTime      Holding = "within"           // the agency has time left of its own
	NoTimeLeft      Holding = "no time left"     // the specialist may take all of it
	TooLate         Holding = "later"            // the specialist may take longer than the client waits
	OtherHours      Holding = "other hours"      // the client's time runs around the clock, the specialist's does not
	NothingPromised Holding = "nothing promised" // the specialist promises nothing towards it
)

// Gap reports whether a promise to the client stands on nothing.
func (h Holding) Gap() bool { return h != WithinTime }

// Link is a promise of the agency to the client for one priority, what the agency expects of specialists for it, and what the specialist has promised the agency.
type Link struct {
	Until      contract.Until
	Priority   contract.Priority
	Client     string   // name of the promise to the client
	To         cal.Span // within it
	Own        cal.Span // within which specialists hand back, by the client's contract (operational level); zero: not said
	Provider   string   // name of the specialist's promise; empty: none
	Within     cal.Span
	Left       time.Duration // of working time between the two; negative: the specialist may be later by it
	Held       Holding
	Specialist string // who it is
}

// Chain puts what a specialist promised (underpinning contract) under what the client was promised by the agency (service level), promise by promise, the most pressing
// priority first. Both are counted in working time; where the hours of the two differ, a length is compared all the same.
func Chain(client, specialist contract.Terms) []Link {
	if client.Service == nil {
		return nil
	}
	var out []Link
	for _, p := range client.Service.Promises {
		if p.By != contract.ByAgency {
			continue
		}
		for _, priority := range contract.Priorities() {
			allowed, _, ok := client.Service.Allowed(p, priority)
			if !ok {
				continue
			}
			l := Link{Until: p.Until, Priority: priority, Client: p.Name, To: p.Within[priority], Specialist: specialist.Agency, Held: NothingPromised, Own: ownLevel(client.Service, priority)}
			l.under(specialist.Service, allowed, slices.Contains(p.Always, priority))
			out = append(out, l)
		}
	}
	return out
}

// Used is the working time that each side had the requests of one priority that were given to a specialist: the time from which the links of a chain are kept.
type Used struct {
	Priority   contract.Priority
	Requests   int
	Client     time.Duration
	Agency     time.Duration
	Specialist time.Duration
	Others     time.Duration // of other specialists
}

// Whole is the working time in which the requests were open.
func (u Used) Whole() time.Duration { return u.Client + u.Agency + u.Specialist + u.Others }

// ownLevel is what the client's contract says specialists hand back within.
func ownLevel(s *contract.ServiceLevels, priority contract.Priority) cal.Span {
	for _, p := range s.Promises {
		if p.By == contract.BySpecialist {
			return p.Within[priority]
		}
	}
	return cal.Span{}
}

// under finds the specialist's promise towards the same end. Who is paid under its contract is the agency of that text.
func (l *Link) under(s *contract.ServiceLevels, allowed time.Duration, always bool) {
	if s == nil {
		return
	}
	for _, p := range s.Promises {
		within, _, ok := s.Allowed(p, l.Priority)
		if p.By != contract.ByAgency || p.Until != l.Until || !ok {
			continue
		}
		l.Provider, l.Within, l.Left = p.Name, p.Within[l.Priority], allowed-within
		switch {
		case always && !slices.Contains(p.Always, l.Priority):
			l.Held = OtherHours
		case l.Left < 0:
			l.Held = TooLate
		case l.Left == 0:
			l.Held = NoTimeLeft
		default:
			l.Held = WithinTime
		}
		return
	}
}

var untilName = map[contract.Until]string{contract.UntilResponse: "a response", contract.UntilFirstDraft: "a first draft", contract.UntilResolution: "the resolution"}

// Words tell how the link stands: "the client is promised a first draft in 5 working days, Brightpath promises 6 working days".
func (l Link) Words() string {
	to := fmt.Sprintf("the client is promised %s in %s", untilName[l.Until], l.To)
	switch l.Held {
	case NothingPromised:
		return fmt.Sprintf("%s, %s promises nothing towards it", to, l.Specialist)
	case OtherHours:
		return fmt.Sprintf("%s around the clock, %s promises %s of its working time", to, l.Specialist, l.Within)
	case TooLate:
		return fmt.Sprintf("%s, %s promises %s: %s of working time later", to, l.Specialist, l.Within, cal.Length(-l.Left))
	case NoTimeLeft:
		return fmt.Sprintf("%s, %s promises %s: nothing is left for the agency's own work", to, l.Specialist, l.Within)
	}
	return fmt.Sprintf("%s, %s promises %s: %s of working time are left for the agency", to, l.Specialist, l.Within, cal.Length(l.Left))
}

// Promises are what the party that is paid promised, a sentence each, the most pressing priority first.
func Promises(t contract.Terms) []string {
	if t.Service == nil {
		return nil
	}
	var out []string
	for _, p := range t.Service.Promises {
		if p.By != contract.ByAgency {
			continue
		}
		var within []string
		for _, priority := range contract.Priorities() {
			if span, ok := p.Within[priority]; ok {
				within = append(within, string(priority)+" "+span.String())
			}
		}
		out = append(out, fmt.Sprintf("%s: %s within %s.", p.Name, untilName[p.Until], strings.Join(within, ", ")))
	}
	return out
}
