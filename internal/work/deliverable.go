package work

import (
	"fmt"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Step is what happened to a deliverable.
type Step string

// What can happen. A version is submitted to the agency, which releases it to the client or holds it back. Lapsed: the client's time was over and silence
// accepts. Order: a further round was agreed.
const (
	StepProposed            Step = "proposed"
	StepSubmitted           Step = "submitted"
	StepHeldBack            Step = "held-back"
	StepReleased            Step = "released"
	StepFeedback            Step = "feedback"
	StepApproved            Step = "approved"
	StepApprovedWithChanges Step = "approved-with-changes"
	StepRejected            Step = "rejected"
	StepLapsed              Step = "deemed-accepted"
	StepPaid                Step = "paid" // on a day; without one: the payment of its fee was taken back
	StepHandedOver          Step = "handed-over"
	StepWithdrawn           Step = "withdrawn"
	StepArchived            Step = "archived"
)

// DeliverableStage is where a deliverable stands for the client: what it has not seen is not in it.
type DeliverableStage string

// The stages. An archived deliverable keeps its stage.
const (
	StageProposed  DeliverableStage = "proposed"
	StageAtClient  DeliverableStage = "with client"
	StageChanges   DeliverableStage = "changes asked"
	StageRejected  DeliverableStage = "rejected"
	StageAccepted  DeliverableStage = "accepted"
	StageWithdrawn DeliverableStage = "withdrawn"
)

// Happened is one thing that happened to a deliverable.
type Happened struct {
	At       time.Time
	Step     Step
	Version  int    // its number, where the step is about one
	SHA256   string // of exactly the file of the version
	By       string // the name of the person
	Changes  []string
	OwnError bool     // of feedback and rejection: what is wrong is the agency's own error, so that its mending is no round
	Order    string   // of a release that opens a further round: the change order that was agreed
	Words    string   // why it was rejected, held back or withdrawn
	On       cal.Date // of the payment
}

// Version is one file that was made, and what became of it.
type Version struct {
	Number    int
	SHA256    string
	Submitted time.Time
	HeldBack  time.Time // zero: not
	Released  time.Time // zero: the client does not see it
	Round     int       // in which it was released
	Opens     bool      // it opened that round
	Ends      time.Time // end of the client's time, the first instant that is late; zero: no time is set
	Answered  time.Time // zero: not yet
	Answer    Step
	AnswerBy  string
	Changes   []string
	OwnError  bool
	Replaced  bool // a newer version came before the client said anything
}

// Acceptance is that a version was accepted.
type Acceptance struct {
	At       time.Time
	How      Step // StepApproved, StepApprovedWithChanges or StepLapsed
	Version  int
	SHA256   string
	By       string // empty: silence
	Recorded bool   // of silence: the step is recorded

	Confirmed   time.Time // of silence: when a person accepted in writing after it; zero: not
	ConfirmedBy string
}

// Deliverable is where a deliverable stands after what happened.
type Deliverable struct {
	Stage      DeliverableStage
	Proposed   time.Time
	Due        cal.Date // as it was agreed; zero: no day
	Versions   []Version
	Round      int         // the round that goes on; 0: none was opened
	Accepted   *Acceptance // nil: not yet
	Paid       cal.Date    // of its fee; zero: not known to be paid
	PaidWords  string
	HandedOver bool // the acceptance became evidence
	Archived   bool
	Ended      time.Time // of a withdrawal

	rules Rules
	last  time.Time
}

// ProposedDeliverable is a deliverable of which nothing but its proposal is known. due may be zero.
func ProposedDeliverable(r Rules, at time.Time, due cal.Date) Deliverable {
	return Deliverable{Stage: StageProposed, Proposed: at, Due: due, rules: r, last: at}
}

// AsOf lets what follows from silence follow until now. Every look at a deliverable ends with it.
func (d Deliverable) AsOf(now time.Time) Deliverable {
	v, waits := d.Waiting()
	if !waits || !d.rules.SilenceAccepts || v.Ends.IsZero() || now.Before(v.Ends) {
		return d
	}
	return d.accept(Acceptance{At: v.Ends, How: StepLapsed, Version: v.Number, SHA256: v.SHA256})
}

// Outside is the deliverable as the client sees it: without versions that did not reach it.
func (d Deliverable) Outside() Deliverable {
	d.Versions = slices.DeleteFunc(slices.Clone(d.Versions), func(v Version) bool { return v.Released.IsZero() })
	return d
}

// Waiting is the version that waits for the client's word.
func (d Deliverable) Waiting() (Version, bool) {
	if d.Stage != StageAtClient {
		return Version{}, false
	}
	i := d.shown()
	return d.Versions[i], true
}

// Shown is the newest version that the client sees.
func (d Deliverable) Shown() (Version, bool) {
	if i := d.shown(); i >= 0 {
		return d.Versions[i], true
	}
	return Version{}, false
}

func (d Deliverable) shown() int {
	for i := len(d.Versions) - 1; i >= 0; i-- {
		if !d.Versions[i].Released.IsZero() {
			return i
		}
	}
	return -1
}

// InReview is the newest version when the agency has still to look at it.
func (d Deliverable) InReview() (Version, bool) {
	if n := len(d.Versions); n > 0 {
		v := d.Versions[n-1]
		return v, v.Released.IsZero() && v.HeldBack.IsZero()
	}
	return Version{}, false
}

// After is the deliverable after one more step. What silence accepted before counts first. Faults: Invalid for a step that cannot be, each at its field; Conflict where
// something else was first, with who and when.
func (d Deliverable) After(e Happened) (Deliverable, error) {
	if e.Step != StepLapsed {
		d = d.AsOf(e.At)
	}
	if e.At.Before(d.last) && e.Step != StepLapsed {
		return d, fault.New(fault.Invalid, "step-order", "%s at %s comes before what happened last, at %s", e.Step, e.At.Format(time.RFC3339), d.last.In(e.At.Location()).Format(time.RFC3339)).At("at")
	}
	if err := d.open(e); err != nil {
		return d, err
	}
	d.Versions = slices.Clone(d.Versions)
	next, err := d.take(e)
	if err == nil && e.At.After(next.last) {
		next.last = e.At
	}
	return next, err
}

// take is the step itself.
func (d Deliverable) take(e Happened) (Deliverable, error) {
	switch e.Step {
	case StepSubmitted:
		return d.submit(e)
	case StepHeldBack, StepReleased:
		return d.review(e)
	case StepFeedback, StepRejected, StepApproved, StepApprovedWithChanges:
		return d.answer(e)
	case StepLapsed:
		return d.lapse(e)
	case StepPaid:
		d.Paid, d.PaidWords = e.On, e.Words
	case StepHandedOver:
		d.HandedOver = true
	case StepWithdrawn:
		d.Stage, d.Ended = StageWithdrawn, e.At
	case StepArchived:
		d.Archived = true
	default:
		return d, fault.New(fault.Invalid, "step", "%q is nothing that happens to a deliverable", e.Step).At("step")
	}
	return d, nil
}

// open refuses what a deliverable that came to its end does not allow.
func (d Deliverable) open(e Happened) error {
	afterwards := e.Step == StepPaid || e.Step == StepHandedOver || e.Step == StepArchived
	switch {
	case d.Archived:
		return fault.New(fault.Conflict, "archived", "this deliverable is archived")
	case d.Stage == StageWithdrawn && e.Step != StepArchived:
		return fault.New(fault.Conflict, "withdrawn", "this deliverable was withdrawn on %s; propose a new one", d.rules.moment(d.Ended))
	case e.Step == StepHandedOver && (d.Accepted == nil || d.HandedOver), e.Step == StepPaid && d.Paid.IsZero() == e.On.IsZero(), e.Step == StepArchived && d.Accepted == nil && d.Stage != StageWithdrawn:
		return fault.New(fault.Conflict, "step-not-now", "this deliverable is %s, so it cannot be %s now", d.Stage, e.Step)
	case d.Accepted == nil || afterwards:
		return nil
	}
	final := d.Accepted.How == StepApprovedWithChanges && (e.Step == StepSubmitted || e.Step == StepHeldBack || e.Step == StepReleased)
	if final || e.Step == StepLapsed && !d.Accepted.Recorded || e.Step == StepApproved && d.Confirmable() {
		return nil
	}
	return fault.New(fault.Conflict, "accepted", "%s; what is accepted does not change", d.Accepted.words(d.rules))
}

func (d Deliverable) submit(e Happened) (Deliverable, error) {
	if v, waits := d.InReview(); waits && d.rules.Reviewed {
		return d, fault.New(fault.Conflict, "in-review", "version %d still waits for the agency's review; it is released or held back first", v.Number)
	}
	if e.Version != len(d.Versions)+1 {
		return d, fault.New(fault.Conflict, "version", "version %d was submitted meanwhile; look at it, and submit yours as version %d if it is still needed", len(d.Versions), len(d.Versions)+1).At("version")
	}
	d.Versions = append(d.Versions, Version{Number: e.Version, SHA256: e.SHA256, Submitted: e.At})
	return d, nil
}

// review releases the newest version to the client, or holds it back.
func (d Deliverable) review(e Happened) (Deliverable, error) {
	v, waits := d.InReview()
	if !waits || e.Version != v.Number {
		return d, fault.New(fault.Conflict, "not-in-review", "version %d does not wait for a review: it was released or held back already, or a newer one came", e.Version).At("version")
	}
	if e.SHA256 != v.SHA256 {
		return d, anotherFile(v)
	}
	i := len(d.Versions) - 1
	if e.Step == StepHeldBack {
		d.Versions[i].HeldBack = e.At
		return d, nil
	}
	opens := d.Opens()
	if opens && d.rules.NeedsOrder(d.Round+1) && e.Order == "" {
		return d, fault.New(fault.Invalid, "round-needs-order", "version %d opens round %d, and %d are included: say which change order agreed it", e.Version, d.Round+1, d.rules.Included).At("order")
	}
	if before := d.shown(); before >= 0 && d.Versions[before].Answered.IsZero() {
		d.Versions[before].Replaced = true
	}
	if opens {
		d.Round++
	}
	d.Versions[i].Released, d.Versions[i].Opens, d.Versions[i].Round = e.At, opens, d.Round
	if d.Accepted == nil {
		d.Versions[i].Ends, _ = d.rules.Ends(e.At)
		d.Stage = StageAtClient
	}
	return d, nil
}

// Opens says whether the next version that reaches the client opens a round.
func (d Deliverable) Opens() bool {
	before, seen := d.Shown()
	switch {
	case d.Accepted != nil:
		return false
	case !seen:
		return d.rules.EachVersion
	}
	return !before.Answered.IsZero() && !before.OwnError
}

// answer is the client's word on the version that it was shown.
func (d Deliverable) answer(e Happened) (Deliverable, error) {
	if d.Confirmable() {
		return d.confirm(e)
	}
	v, waits := d.Waiting()
	if !waits {
		return d, d.firstAnswer()
	}
	if e.Version != v.Number {
		return d, fault.New(fault.Conflict, "newer-version", "version %d came since you looked; say it of that one", v.Number).At("version")
	}
	if e.SHA256 != v.SHA256 {
		return d, anotherFile(v)
	}
	if (e.Step == StepFeedback || e.Step == StepApprovedWithChanges) && len(e.Changes) == 0 {
		return d, fault.New(fault.Invalid, "changes", "write at least one change, one a line; without any the version is approved as it is").At("changes")
	}
	if e.Step == StepRejected && e.Words == "" {
		return d, fault.New(fault.Invalid, "words", "say why it is rejected, so that the agency can do better").At("words")
	}
	i := d.shown()
	d.Versions[i].Answered, d.Versions[i].Answer, d.Versions[i].AnswerBy = e.At, e.Step, e.By
	d.Versions[i].Changes, d.Versions[i].OwnError = e.Changes, e.OwnError
	switch e.Step {
	case StepFeedback:
		d.Stage = StageChanges
	case StepRejected:
		d.Stage = StageRejected
	default:
		d = d.accept(Acceptance{At: e.At, How: e.Step, Version: v.Number, SHA256: v.SHA256, By: e.By, Recorded: true})
	}
	return d, nil
}

// Confirmable says whether silence accepted a version and nobody has accepted it in writing since.
func (d Deliverable) Confirmable() bool {
	return d.Accepted != nil && d.Accepted.How == StepLapsed && d.Accepted.Confirmed.IsZero() && d.Stage == StageAccepted
}

// confirm accepts in writing what silence accepted before.
func (d Deliverable) confirm(e Happened) (Deliverable, error) {
	a := *d.Accepted
	if e.Version != a.Version || e.SHA256 != a.SHA256 {
		return d, fault.New(fault.Conflict, "another-file", "silence accepted version %d; open it again", a.Version).At("sha256")
	}
	a.Confirmed, a.ConfirmedBy = e.At, e.By
	d.Accepted = &a
	return d, nil
}

// firstAnswer tells the second of two people what the first one said.
func (d Deliverable) firstAnswer() error {
	v, seen := d.Shown()
	if !seen {
		return fault.New(fault.Conflict, "no-version", "no version has reached the client yet")
	}
	return fault.New(fault.Conflict, "answered", "%s %s version %d on %s; it counts, and yours was not kept", v.AnswerBy, did[v.Answer], v.Number, d.rules.moment(v.Answered))
}

func anotherFile(v Version) error {
	return fault.New(fault.Conflict, "another-file", "this is not the file of version %d that you were shown; open it again", v.Number).At("sha256")
}

// lapse records what silence accepted.
func (d Deliverable) lapse(e Happened) (Deliverable, error) {
	d = d.AsOf(e.At)
	if a := d.Accepted; a == nil || a.How != StepLapsed || a.Recorded || !a.At.Equal(e.At) {
		return d, fault.New(fault.Conflict, "not-lapsed", "no version is accepted by silence at %s", e.At.Format(time.RFC3339))
	}
	recorded := *d.Accepted
	recorded.Recorded = true
	d.Accepted = &recorded
	return d, nil
}

func (d Deliverable) accept(a Acceptance) Deliverable {
	d.Stage, d.Accepted = StageAccepted, &a
	return d
}

// DeliverableOf is a deliverable as of now, from its proposal and the steps after it in their order. Faults are those of After, each at the number of its step.
func DeliverableOf(r Rules, proposed Happened, due cal.Date, steps []Happened, now time.Time) (Deliverable, error) {
	d := ProposedDeliverable(r, proposed.At, due)
	for i, e := range steps {
		next, err := d.After(e)
		if err != nil {
			return d, fault.Moved(err, func(place string) string { return fmt.Sprintf("steps[%d].%s", i+1, place) })
		}
		d = next
	}
	return d.AsOf(now), nil
}
