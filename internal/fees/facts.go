package fees

import (
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Facts is all that a draft looks at, beside the agreement. It is frozen with the statement.
type Facts struct {
	Period   cal.Period // of the statement
	Evidence crm.Evidence
	Settled  []SettledStatement // locked statements of the same contract, any order
	Released []Released         // amounts of settled disputes that this statement carries
	Changes  []FactChange       // what changed since the locked statements, to tell the story of a correction; it decides no amount
}

// SettledStatement is what a locked statement charged.
type SettledStatement struct {
	ID     string        `json:"id"`
	Period cal.Period    `json:"period"`
	Lines  []SettledLine `json:"lines"`
}

// SettledLine is one charge of a locked statement, disputed lines included: a dispute holds the money back but the deal was charged.
type SettledLine struct {
	Clause string   `json:"clause"`
	Kind   LineKind `json:"kind"`
	Deal   string   `json:"deal,omitempty"`
	Events []string `json:"events,omitempty"` // "won", or the ids of payments; of a retainer, its fee period; of a scorecard, its performance period
	Minor  int64    `json:"minor"`

	// Conceded: the agency gave the line up before the lock. It was not charged, and it is not charged again.
	Conceded bool     `json:"conceded,omitempty"`
	GivenUp  int64    `json:"given_up,omitempty"` // the amount of a conceded line
	Waived   int64    `json:"waived,omitempty"`   // what the agency gave up of it after the lock; in Minor still
	CountsOn cal.Date `json:"counts_on,omitzero"`

	Hours    *HoursSum `json:"hours,omitempty"`    // of working time: what the line counted
	Credited int64     `json:"credited,omitempty"` // of a share with tiers or a baseline: the revenue that the line credits
}

// Released is a line that was held by a dispute on a locked statement and is now owed, in whole or in part. It is carried by one
// statement only: a draft passes over what a settled statement carried.
type Released struct {
	ID        string       `json:"id"` // of the release: statement and number of the event
	Statement string       `json:"statement"`
	Period    cal.Period   `json:"period"`
	Line      int          `json:"line"`
	Clause    string       `json:"clause"`
	Text      string       `json:"text"`
	Amount    money.Amount `json:"amount"`
	Words     string       `json:"words"` // how the dispute ended
}
