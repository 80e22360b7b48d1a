package engagement

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// OfferState is how far an offer of first refusal is.
type OfferState string

// The states. Silence until the end of the window is a refusal.
const (
	Offered  OfferState = "offered"
	Taken    OfferState = "taken"
	Declined OfferState = "declined"
	Lapsed   OfferState = "lapsed"
)

// Offer is work that was offered to a preferred provider first.
type Offer struct {
	At       time.Time
	Until    time.Time // an answer at this instant or later comes too late
	Answer   OfferState
	AnswerAt time.Time
}

// State at an instant.
func (o Offer) State(now time.Time) OfferState {
	switch {
	case o.Answer != "":
		return o.Answer
	case now.Before(o.Until):
		return Offered
	default:
		return Lapsed
	}
}

// Answered is the offer with its answer, taken or declined. Saying the same again changes nothing. Faults: Invalid for another word; Conflict when it was answered
// otherwise or the window is over.
func (o Offer) Answered(answer OfferState, now time.Time) (Offer, error) {
	if answer != Taken && answer != Declined {
		return o, fault.New(fault.Invalid, "first-refusal-answer", "Answer an offer with taken or declined.").At("answer")
	}
	switch state := o.State(now); {
	case state == answer:
		return o, nil
	case state == Lapsed:
		return o, fault.New(fault.Conflict, "first-refusal-lapsed", "The window of first refusal was over on %s. The work may go to others; ask whether it has.", o.Until.Format("2 Jan 2006 at 15:04 MST"))
	case state != Offered:
		return o, fault.New(fault.Conflict, "first-refusal-answered", "The offer was %s on %s.", state, o.AnswerAt.Format("2 Jan 2006 at 15:04 MST"))
	}
	o.Answer, o.AnswerAt = answer, now
	return o, nil
}
