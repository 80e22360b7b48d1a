package work

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// did is a step after the name of who took it.
var did = map[Step]string{
	StepFeedback: "asked for changes to", StepRejected: "rejected", StepApproved: "approved", StepApprovedWithChanges: "approved with changes",
}

// words tell the acceptance.
func (a Acceptance) words(r Rules) string {
	if a.How == StepLapsed {
		return fmt.Sprintf("version %d was accepted by silence on %s", a.Version, r.moment(a.At))
	}
	return fmt.Sprintf("%s %s version %d on %s", a.By, did[a.How], a.Version, r.moment(a.At))
}

// RoundWords are where the rounds stand: "round 1 of 2".
func (d Deliverable) RoundWords() string { return d.rules.RoundWords(d.Round) }

// WaitWords are until when the client's word is awaited; empty where nothing waits.
func (d Deliverable) WaitWords(now time.Time) string {
	v, waits := d.Waiting()
	switch {
	case !waits:
		return ""
	case v.Ends.IsZero():
		return "waits for the client; the contract sets no time"
	case !now.Before(v.Ends):
		return "feedback was due by " + d.rules.endWords(v.Ends)
	}
	return "feedback due by " + d.rules.endWords(v.Ends)
}

// AcceptedWords tell who accepted what, and when; empty while nobody did.
func (d Deliverable) AcceptedWords() string {
	if d.Accepted == nil {
		return ""
	}
	return d.Accepted.words(d.rules)
}

// SilenceWords are what silence does to the version that waits; empty where nothing waits.
func (d Deliverable) SilenceWords() string {
	v, waits := d.Waiting()
	switch {
	case !waits || v.Ends.IsZero():
		return ""
	case d.rules.SilenceAccepts:
		return "Without a word by then the version is accepted."
	}
	return "Silence accepts nothing."
}

// ApprovalEffects are what an approval of the waiting version brings: on the fee and on whose it is.
func (d Deliverable) ApprovalEffects(now time.Time) []string {
	v, _ := d.Waiting()
	out := []string{"The version is accepted, and no further round begins."}
	if d.rules.Clause != "" {
		out = append(out, fmt.Sprintf("It is accepted under %s too, and counts there for the fee; it need not be accepted in another place.", d.rules.Clause))
	} else {
		out = append(out, "It moves no fee by itself.")
	}
	done, err := d.After(Happened{At: now, Step: StepApproved, Version: v.Number, SHA256: v.SHA256})
	if o := done.Ownership(now); err == nil && o.Owner != OwnerUnsaid {
		out = append(out, "Then: "+o.Why+".")
	}
	return out
}

// ReleaseEffects are what the release of the next version brings: the round that it opens, and the client's time.
func (d Deliverable) ReleaseEffects(now time.Time) []string {
	if d.Accepted != nil {
		return []string{"The deliverable is accepted already: this is the version after the changes, and needs no answer."}
	}
	words := "It opens no round."
	if d.Opens() {
		words = "It opens a round: " + d.rules.RoundWords(d.Round+1) + "."
	}
	out := []string{words}
	end, ok := d.rules.Ends(now)
	if !ok {
		return append(out, "The contract sets no time for the client's answer.")
	}
	silence := "silence accepts nothing."
	if d.rules.SilenceAccepts {
		silence = "without a word by then the version is accepted."
	}
	return append(out, fmt.Sprintf("The client has until %s; %s", d.rules.endWords(end), silence))
}

// ChangeEffects are what asking for changes brings: on the rounds and on the dates.
func (d Deliverable) ChangeEffects(now time.Time) []string {
	next := d.Round + 1
	words := fmt.Sprintf("The next version opens round %d.", next)
	switch {
	case d.rules.Beyond(next) && d.rules.Further == contract.FurtherOrder:
		words = fmt.Sprintf("The next version opens round %d, and %d are included: it needs a change order.", next, d.rules.Included)
	case d.rules.Beyond(next):
		words = fmt.Sprintf("The next version opens round %d, and %d are included: it is work at the rate of overage.", next, d.rules.Included)
	case d.rules.Rounds && next <= d.rules.Included:
		words = fmt.Sprintf("The next version opens round %d of the %d included.", next, d.rules.Included)
	}
	return append([]string{words, "Where you say that it mends the agency's own error, it opens none."}, d.DueWords(now)...)
}
