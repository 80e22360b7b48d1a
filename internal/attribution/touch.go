package attribution

import (
	"cmp"
	"time"
)

// Milestone is what the CRM itself says about a touch.
type Milestone string

// The milestones of a deal's life.
const (
	NoMilestone Milestone = ""
	LeadCreated Milestone = "lead-created"
	DealCreated Milestone = "deal-created"
)

// Touch is one dated interaction of a contact. Names are compared exactly, never normalised; ID is unique within a journey.
type Touch struct {
	ID        string
	Contact   string
	Channel   string
	Campaign  string
	Content   string
	Provider  string // who delivered it: agency, specialist, the client's own team
	At        time.Time
	Seq       int64 // order within the source, for touches of the same instant
	Milestone Milestone
	Imported  string // the channel that it was imported with, where Path.Channels names it otherwise; "": it had none, or has it still
}

// compare is the total order of touches. The fields after ID only make the choice among contradicting copies repeatable.
func (t *Touch) compare(u *Touch) int {
	if c := t.At.Compare(u.At); c != 0 {
		return c
	}
	if c := cmp.Compare(t.Seq, u.Seq); c != 0 {
		return c
	}
	if c := cmp.Compare(t.ID, u.ID); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(t.Contact, u.Contact), cmp.Compare(t.Channel, u.Channel), cmp.Compare(t.Campaign, u.Campaign),
		cmp.Compare(t.Content, u.Content), cmp.Compare(t.Provider, u.Provider), cmp.Compare(t.Milestone, u.Milestone))
}

// isCopyOf reports whether both are the same touch, given twice.
func (t *Touch) isCopyOf(u *Touch) bool { return t.ID == u.ID && t.Seq == u.Seq && t.At.Equal(u.At) }

// repeats reports whether a touch adds nothing to the one before it: the same channel, the same provider, and no milestone of its own.
func (t *Touch) repeats(before *Touch) bool {
	return t.Channel == before.Channel && t.Provider == before.Provider && t.Milestone == ""
}

// Journey is a deal with the touches of all its associated contacts, in any order.
type Journey struct {
	Deal        string
	Touches     []Touch
	LeadCreated time.Time // when the oldest associated contact was created; zero: unknown
	DealCreated time.Time // when the deal was created; zero: unknown
	Since       time.Time // touches at or before it belong to an earlier deal of the same contacts; zero: none do
	Earlier     string    // that deal
	Moment      time.Time // touches from then on are the deal itself and none of its touches; zero: they count
	End         time.Time // the last instant that counts; zero: unknown, and nothing can be credited
	WonFirst    bool      // it would end with the creation, but the deal was won before
	Trim        Trim
}

// Trim is which touches up to the end of a journey make no path, in this order: those of excluded channels; repeats; all but the newest.
type Trim struct {
	Exclude  []string // channels whose touches are left out
	Collapse bool     // of touches in a row through one channel by one provider the first stands for all; one that the CRM marks as a milestone stays
	Steps    int      // at most so many touches, the newest; 0: all
}

// Reason says why a touch holds no credit.
type Reason string

// The reasons, as stored and printed.
const (
	Undated         Reason = "undated"          // the touch has no time
	Duplicate       Reason = "duplicate"        // the same touch was given twice
	EarlierDeal     Reason = "earlier-deal"     // at or before Journey.Since
	AfterClose      Reason = "after-close"      // after Journey.End
	AtTheDeal       Reason = "at-the-deal"      // at or after Journey.Moment
	NoEnd           Reason = "no-end"           // Journey.End is unknown
	OutsideLookback Reason = "outside-lookback" // before the window opens
	Excluded        Reason = "excluded-channel" // of a channel of Trim.Exclude
	Repeated        Reason = "repeated"         // by Trim.Collapse
	BeyondSteps     Reason = "beyond-steps"     // by Trim.Steps
)

// Words is the reason for people.
func (r Reason) Words() string {
	switch r {
	case Undated:
		return "the touch has no date"
	case Duplicate:
		return "the same touch was recorded twice and counts once"
	case EarlierDeal:
		return "the touch belongs to an earlier deal of the same contacts"
	case AfterClose:
		return "the touch came after the deal's closing date"
	case AtTheDeal:
		return "the touch came on the day, or at the very moment, with which the journey ends"
	case NoEnd:
		return "the deal has no closing date, or no payment, with which its journey ends, so no touch can be placed before it"
	case Excluded:
		return "touches of this channel are left out of the path"
	case Repeated:
		return "the touch repeats the one before it, which stands for both"
	case BeyondSteps:
		return "the touch is older than the newest ones that make the path"
	case OutsideLookback:
		return "the touch came before the lookback window opened"
	default:
		return string(r)
	}
}

// Ignored is a touch that holds no credit.
type Ignored struct {
	Touch  Touch
	Reason Reason
	// Weight and Minor are what the touch would have held, under the edge "drop"; that money is part of Result.Unattributed.
	Weight int64
	Minor  int64
}
