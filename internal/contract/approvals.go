package contract

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// What the words of the approvals section mean.
const (
	CountEach      = "each-version" // the first version opens round 1
	CountRevisions = "revisions"    // the first new version after a client's word opens round 1

	LateDayForDay  = "day-for-day" // dates move a working day for each that feedback was late, one that has begun counts
	LateByLateness = "by-lateness" // dates move by the working time that feedback was late
	LateNone       = "none"

	FurtherIncluded = "included"
	FurtherOverage  = "overage"
	FurtherOrder    = "change-order"
)

// When a deliverable passes to the client.
const (
	PassesAcceptedAndPaid = "accepted-and-paid"
	PassesOnPayment       = "on-payment"
	PassesOnCreation      = "on-creation"
)

var approvalsSpec = spec{key: "approvals", optional: true, doc: "How the client looks at what is made for it: its time for feedback and the rounds. Left out: no round is included or charged for, and silence accepts nothing.", fields: []spec{
	{key: "feedback", doc: "The client's time to say what it thinks of a version.", fields: []spec{
		{key: "within", doc: "Working days are counted from the day on which the version reached the client, which is not counted, and end with the last of them; hours are working time of service_levels.", scalar: spanOf(cal.WorkingDays, cal.Hours)},
		{key: "silence", doc: "What a version becomes of which the client said nothing in that time.", scalar: choice("accepted", "not-accepted")},
		{key: "late", doc: "What late feedback does to the day on which the deliverable is due: it moves by a working day for each that the feedback was late, one that has begun counts; by the working time that it was late; or not at all.", scalar: choice(LateDayForDay, LateByLateness, LateNone)},
	}},
	{key: "rounds", doc: "How often the client may ask for changes.", fields: []spec{
		{key: "included", doc: "How many rounds the fee includes.", scalar: integerFrom(0, 99)},
		{key: "counted", doc: "each-version: the first version opens round 1; revisions: it opens none, and the first version after the client's word opens round 1.", scalar: choice(CountEach, CountRevisions)},
		{key: "further", doc: "What a round beyond those is: work that needs a change order; work at the rate of overage; or included as well.", scalar: choice(FurtherOrder, FurtherOverage, FurtherIncluded)},
	}},
}}

var ownershipSpec = spec{key: "ownership", optional: true, doc: "When what is made becomes the client's. Left out: the contract does not say, and no state of ownership is shown.", fields: []spec{
	{key: "passes", doc: "accepted-and-paid: when it was accepted in writing in time and its fee is paid, else it stays with the agency; on-payment: when its fee is paid; on-creation: when it is made.", scalar: choice(PassesAcceptedAndPaid, PassesOnPayment, PassesOnCreation)},
	{key: "accepted_within", doc: "Of being proposed, the day of which is not counted. Needed with accepted-and-paid.", scalar: spanOf(cal.Days, cal.Months, cal.Years), optional: true},
	{key: "silence_accepts", doc: "Whether silence that accepts a version is an acceptance in writing. Needed with accepted-and-paid.", scalar: choice("yes", "no"), optional: true},
}}

// Approvals is how the client looks at what is made for it.
type Approvals struct {
	Within   cal.Span // working days or hours
	Silence  string   // accepted | not-accepted
	Late     string   // day-for-day | by-lateness | none
	Included int
	Counted  string // each-version | revisions
	Further  string // change-order | overage | included
}

// Ownership is when what is made becomes the client's.
type Ownership struct {
	Passes         string   // accepted-and-paid | on-payment | on-creation
	Within         cal.Span // of being proposed; zero without accepted-and-paid
	SilenceAccepts bool     // silence counts as an acceptance in writing
}

func (b *builder) approvals(v *value, levels *ServiceLevels) *Approvals {
	if v == nil {
		return nil
	}
	feedback, rounds := v.get("feedback"), v.get("rounds")
	a := &Approvals{Within: feedback.span("within"), Silence: feedback.str("silence"), Late: feedback.str("late"),
		Included: rounds.number("included"), Counted: rounds.str("counted"), Further: rounds.str("further")}
	if a.Within.N == 0 {
		b.problem(feedback.get("within"), "feedback-of-nothing", "nobody can answer within no time; write a length such as 5 working days")
	}
	if levels == nil && a.Within.Unit == cal.Hours {
		b.problem(feedback.get("within"), "feedback-hours", "hours of which time? Write the working hours under service_levels, or the window in working days")
	}
	if levels == nil && a.Late == LateByLateness {
		b.problem(feedback.get("late"), "feedback-hours", "lateness is measured in working time; write the working hours under service_levels, or late: day-for-day")
	}
	return a
}

func (b *builder) ownership(v *value) *Ownership {
	if v == nil {
		return nil
	}
	o := &Ownership{Passes: v.str("passes"), Within: v.span("accepted_within"), SilenceAccepts: v.str("silence_accepts") == "yes"}
	within, silence := v.get("accepted_within"), v.get("silence_accepts")
	if o.Passes == PassesAcceptedAndPaid {
		switch {
		case within == nil:
			b.problem(v, "accepted-within", "until when must it be accepted? Write accepted_within: 12 months")
		case o.Within.N == 0:
			b.problem(within, "accepted-within", "nothing can be accepted within no time; write a length such as 12 months")
		}
		if silence == nil {
			b.problem(v, "silence-accepts", "is silence an acceptance in writing? Write silence_accepts: no, or yes")
		}
		return o
	}
	for key, written := range map[string]*value{"accepted_within": within, "silence_accepts": silence} {
		if written != nil {
			b.problem(written, "ownership-unused", "it passes %s, so %s decides nothing; leave it out", o.Passes, key)
		}
	}
	return o
}

// Words are the approvals as sentences.
func (a *Approvals) Words() []string {
	within := a.Within.String()
	if a.Within.Unit == cal.Hours {
		within += " of working time"
	}
	silence := map[string]string{"accepted": "A version of which it says nothing by then is accepted.", "not-accepted": "Silence accepts nothing."}[a.Silence]
	late := map[string]string{
		LateDayForDay:  "Late feedback moves the day on which the deliverable is due by a working day for each that it was late; one that has begun counts.",
		LateByLateness: "Late feedback moves the time at which the deliverable is due by the working time that it was late.",
		LateNone:       "Late feedback moves no date.",
	}[a.Late]
	counted := map[string]string{CountEach: "the first version opens the first", CountRevisions: "the first version opens none"}[a.Counted]
	further := map[string]string{FurtherOrder: "needs a change order", FurtherOverage: "is work at the rate of overage", FurtherIncluded: "is included as well"}[a.Further]
	rounds := "rounds are"
	if a.Included == 1 {
		rounds = "round is"
	}
	return []string{
		fmt.Sprintf("The client says what it thinks of a version within %s. %s", within, silence), late,
		fmt.Sprintf("%d %s included; %s. A further round %s.", a.Included, rounds, counted, further),
		"A version that mends what the client calls the agency's own error opens no round.",
	}
}

// Words is the ownership as sentences.
func (o *Ownership) Words() []string {
	switch o.Passes {
	case PassesOnCreation:
		return []string{"What is made belongs to the client from the moment at which it is made."}
	case PassesOnPayment:
		return []string{"What is made becomes the client's when its fee is paid."}
	}
	silence := "Silence is no acceptance in writing."
	if o.SilenceAccepts {
		silence = "Silence that accepts a version counts as an acceptance in writing."
	}
	return []string{fmt.Sprintf("What is made becomes the client's when it was accepted in writing within %s of being proposed and its fee is paid; otherwise it stays with the agency.", o.Within), silence}
}
