package attribution

import (
	"fmt"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Edge says what happens to the weight of touches that fell out of the window. A contract names one: the fee depends on it.
type Edge string

// The edges.
const (
	Drop        Edge = "drop"        // roles and weights on the whole path; what fell out is unattributed
	Renormalise Edge = "renormalise" // roles on the whole path; the remaining weights are scaled to the whole
	RePath      Edge = "re-path"     // roles on the touches inside the window only
)

// ParseEdge accepts the names above. Fault: Invalid.
func ParseEdge(name string) (Edge, error) {
	switch e := Edge(strings.TrimSpace(name)); e {
	case Drop, Renormalise, RePath:
		return e, nil
	default:
		return "", fault.New(fault.Invalid, "lookback-edge", "%q does not say what happens to touches outside the lookback window; write drop, renormalise or re-path", name)
	}
}

// Lookback is the window before a journey's End in which touches earn credit. The zero Lookback has no limit.
type Lookback struct {
	Span cal.Span       // hours and minutes are exact; days, weeks, months and years are counted on the calendar of Zone
	Edge Edge           // required with a Span
	Zone *time.Location // nil: UTC
}

// ParseLookback reads a span such as "180 days" or "2160 hours" with its edge; the span "none" has no limit and needs no edge.
// Working days are refused, as touches do not wait for Monday. Fault: Invalid.
func ParseLookback(span, edge string, zone *time.Location) (Lookback, error) {
	if strings.TrimSpace(span) == "none" {
		return Lookback{Zone: zone}, nil
	}
	s, err := cal.ParseSpan(span)
	if err != nil || s.Unit == cal.WorkingDays {
		return Lookback{}, fault.New(fault.Invalid, "lookback", "%q is not a lookback window; write it as 180 days, 6 months, 2160 hours or none", span)
	}
	e, err := ParseEdge(edge)
	if err != nil {
		return Lookback{}, err
	}
	return Lookback{s, e, zone}, nil
}

// String is "180 days, drop" or "none".
func (w Lookback) String() string {
	if w.Span.IsZero() {
		return "none"
	}
	return w.Span.String() + ", " + string(w.Edge)
}

// Opens is the first instant inside the window that ends at end; ok is false when there is no limit.
func (w Lookback) Opens(end time.Time) (opens time.Time, ok bool) {
	if w.Span.IsZero() {
		return time.Time{}, false
	}
	if length, exact := w.Span.Duration(); exact {
		return end.Add(-length), true
	}
	zone := w.Zone
	if zone == nil {
		zone = time.UTC
	}
	return w.Span.Before(cal.DateOf(end, zone), cal.WorkCalendar{}).Start(zone), true
}

// mustEdge panics on a window without a known edge: a defect of the caller.
func (w Lookback) mustEdge() {
	if w.Span.IsZero() {
		return
	}
	if _, err := ParseEdge(string(w.Edge)); err != nil {
		panic(fmt.Sprintf("attribution: lookback of %s with edge %q", w.Span, w.Edge))
	}
}
