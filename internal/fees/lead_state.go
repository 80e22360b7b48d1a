package fees

import (
	"cmp"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// leadState is where a result that is paid for one by one stands between the two sides.
type leadState string

// The states. Only accepted, deemed and denied are billed.
const (
	leadPending   leadState = "waiting for the client"
	leadDuplicate leadState = "duplicate"
	leadRejected  leadState = "rejected"
	leadLapsed    leadState = "rejected by silence"
	leadAccepted  leadState = "accepted"
	leadDeemed    leadState = "deemed accepted"
	leadDisputed  leadState = "disputed"
	leadUpheld    leadState = "found invalid" // the dispute was upheld
	leadDenied    leadState = "accepted by the ruling"
)

func (s leadState) billed() bool { return s == leadAccepted || s == leadDeemed || s == leadDenied }

// invalid: it was nothing worth, so that the same key may be delivered again.
func (s leadState) invalid() bool { return s == leadRejected || s == leadLapsed || s == leadUpheld }

// leadEvent is what happens to a result.
type leadEvent string

const (
	leadRepeats leadEvent = "repeats an earlier one" // told when it is received
	leadReject  leadEvent = "is rejected"
	leadAccept  leadEvent = "is accepted"
	leadDispute leadEvent = "is disputed"
	leadDeem    leadEvent = "window ends, silence accepts"
	leadLapse   leadEvent = "window ends, silence rejects"
	leadUphold  leadEvent = "dispute is upheld"
	leadDeny    leadEvent = "dispute is denied"
)

// leadTable is the whole state machine. An event that a state does not know changes nothing.
var leadTable = map[leadState]map[leadEvent]leadState{
	leadPending:  {leadRepeats: leadDuplicate, leadReject: leadRejected, leadAccept: leadAccepted, leadDispute: leadDisputed, leadDeem: leadDeemed, leadLapse: leadLapsed},
	leadAccepted: {leadDispute: leadDisputed},
	leadDeemed:   {leadDispute: leadDisputed},
	leadDisputed: {leadAccept: leadAccepted, leadUphold: leadUpheld, leadDeny: leadDenied},
}

// leadLife is what is known of a result at an instant.
type leadLife struct {
	state leadState
	since time.Time
	// billedAt decides the month that bills it: when it was accepted, deemed accepted or its dispute denied. A dispute before the end of
	// that month takes it back; one after it does not, for the month's statement carries it. Zero: no month bills it.
	billedAt time.Time
	ignored  []ignoredAct
}

// ignoredAct is what the client did that does not count under the contract, though it would have changed what is billed.
type ignoredAct struct {
	at    time.Time
	words string
}

// step is one event with its time.
type step struct {
	at   time.Time
	what leadEvent
}

// lifeOf goes through what happened to a result before an instant, by the clause that governs it.
func lifeOf(l crm.Lead, c contract.PerResult, t contract.Terms, duplicate bool, before time.Time) leadLife {
	life := leadLife{state: leadPending, since: l.DeliveredAt}
	for _, s := range stepsOf(l, c, t, duplicate) {
		if !s.at.Before(before) {
			break
		}
		next, known := leadTable[life.state][s.what]
		switch {
		case !known && s.what == leadReject && life.state.billed():
			life.ignored = append(life.ignored, ignoredAct{s.at, "rejected when it was " + string(life.state)})
		case s.what == leadDispute && known && !s.at.Before(windowEnd(l.DeliveredAt, c.Disputes.Within, t)):
			life.ignored = append(life.ignored, ignoredAct{s.at, "disputed after " + c.Disputes.Within.String()})
		case s.what == leadDispute && known && !c.Disputes.Counts(l.Reason):
			life.ignored = append(life.ignored, ignoredAct{s.at, "disputed for a reason that does not count: " + cmp.Or(l.Reason, "none is given")})
		case known:
			life.enter(next, s.at, t.Zone)
		}
	}
	return life
}

// enter moves to a state.
func (life *leadLife) enter(next leadState, at time.Time, zone *time.Location) {
	life.state, life.since = next, at
	switch {
	case next.billed() && life.billedAt.IsZero():
		life.billedAt = at
	case next == leadDisputed && !life.billedAt.IsZero() && cal.MonthOf(cal.DateOf(at, zone)) == cal.MonthOf(cal.DateOf(life.billedAt, zone)):
		life.billedAt = time.Time{}
	}
}

// stepsOf is what happened to a result, in order. The window ends before what happens in the same instant.
func stepsOf(l crm.Lead, c contract.PerResult, t contract.Terms, duplicate bool) []step {
	silence := leadDeem
	if c.Acceptance.AfterWindow == "rejected" {
		silence = leadLapse
	}
	steps := []step{{windowEnd(l.DeliveredAt, c.Acceptance.Within, t), silence}, {l.RejectedAt, leadReject}, {l.DisputedAt, leadDispute}, {l.AcceptedAt, leadAccept}}
	if duplicate {
		steps = append([]step{{l.DeliveredAt, leadRepeats}}, steps...)
	}
	switch l.Ruling {
	case crm.RulingUpheld:
		steps = append(steps, step{l.RuledAt, leadUphold})
	case crm.RulingDenied:
		steps = append(steps, step{l.RuledAt, leadDeny})
	}
	steps = slices.DeleteFunc(steps, func(s step) bool { return s.at.IsZero() })
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	return steps
}

// windowEnd is the first instant after a window that runs from a delivery: hours are exact; days are whole days in the contract's zone,
// the day of delivery not counted.
func windowEnd(delivered time.Time, within cal.Span, t contract.Terms) time.Time {
	if length, exact := within.Duration(); exact {
		return delivered.Add(length)
	}
	return within.After(cal.DateOf(delivered, t.Zone), t.Calendar).AddDays(1).Start(t.Zone)
}
