package engagement

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// CheckKind is the moment at which a check is made.
type CheckKind string

// The moments: somebody new asks, a client is added or its contract binds, a specialist is added, somebody gets a role.
const (
	OfProspect   CheckKind = "prospect"
	OfClient     CheckKind = "client"
	OfSpecialist CheckKind = "specialist"
	OfStaffing   CheckKind = "staffing"
)

// OverlapLine is one overlap as the record keeps it.
type OverlapLine struct {
	Client   string  `json:"client"` // whose promise it is
	Against  string  `json:"against"`
	ClientID string  `json:"client_id,omitempty"` // of the existing client
	Clause   string  `json:"clause"`
	Words    string  `json:"words"`
	Cure     string  `json:"cure"`
	Outcome  Outcome `json:"outcome"`
	Required Outcome `json:"required"`
	Category string  `json:"category,omitempty"`
	Markets  string  `json:"markets,omitempty"`
	Own      bool    `json:"own"`
}

// Asked is one question as the record keeps it.
type Asked struct {
	Text   string `json:"text"`
	Clause string `json:"clause"`
}

// Looked is what a check looked at.
type Looked struct {
	Promises []string `json:"promises"` // "Acme Robotics: northlight-acme-growth, non_competition[0]"
	Accounts int      `json:"accounts"`
	Waivers  int      `json:"waivers"`
	Walls    int      `json:"walls"`
}

// Made is a check that was made: it never changes. The next one of the same topic takes its place in the register.
type Made struct {
	ID        string
	Topic     string // what it is about: the checks of one prospect, client, specialist or person have the same
	Kind      CheckKind
	Newcomer  Account
	Outcome   Outcome
	Lines     []OverlapLine
	Questions []Asked
	Looked    Looked
	On        cal.Date
	At        time.Time
	ByName    string

	SettledReason string // what a person decided about what is open; empty: nobody has
	SettledAt     time.Time
	SettledByName string
}

// Open reports whether somebody has to do something: an overlap that nothing lifts, or a question that nobody has answered.
func (m Made) Open() bool {
	return m.SettledAt.IsZero() && (m.Outcome != Clear || len(m.Questions) > 0)
}

// Lines are the overlaps as the record keeps them, the worst first.
func (f Found) Lines() []OverlapLine {
	var out []OverlapLine
	for _, outcome := range []Outcome{Blocked, WaiverRequired, WallRequired, Clear} {
		for _, o := range f.Overlaps {
			if o.Outcome != outcome {
				continue
			}
			existing := o.Promise.Client
			if o.Own {
				existing = o.Account.Client
			}
			out = append(out, OverlapLine{Client: o.Promise.ClientName, Against: o.Account.Name, ClientID: existing, Clause: o.Clause(), Words: o.Words(), Cure: o.Cure(), Outcome: o.Outcome,
				Required: o.Required, Category: o.Category, Markets: orAnyMarket(o.Markets), Own: o.Own})
		}
	}
	return out
}

// Asked are the questions as the record keeps them.
func (f Found) Asked() []Asked {
	var out []Asked
	for _, q := range f.Questions {
		out = append(out, Asked{Text: q.Text, Clause: Overlap{Promise: q.Promise}.Clause()})
	}
	return out
}

// Next is who must do what about an open check, in a sentence.
func (m Made) Next() string {
	if !m.Open() {
		return ""
	}
	for _, l := range m.Lines {
		switch {
		case l.Outcome == Clear:
		case l.Outcome == Blocked:
			return "Nobody may begin: amend the contract with " + l.Client + ", or turn it down."
		case l.Own && m.Newcomer.Client == "":
			return "Whoever negotiates: agree with " + l.Client + " on a narrower scope, or do not agree."
		case l.Outcome == WaiverRequired:
			return "The account lead asks " + l.Client + " for a waiver, and its executive answers."
		default:
			return "The owner builds a wall between " + l.Client + " and " + l.Against + "."
		}
	}
	return "Whoever checks: answer the questions, and check again or settle it."
}
