package ops

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Summary is a statement as a list shows it.
type Summary struct {
	ID        string
	Contract  string // id
	Client    string
	Provider  string // id of the specialist or vendor that the contract is with; empty: it is the agency's own
	Period    cal.Period
	Revision  int
	AsOf      cal.Date
	Import    int64 // number of the import that the evidence is as of
	Total     money.Amount
	Hash      string
	DraftedAt time.Time
	DraftedBy string

	State      fees.State
	Superseded bool // a newer revision took its place
	WindowEnds cal.Date
	WindowOpen bool
	Split      fees.Split // of a submitted or locked statement: what is payable now and what is held
}

// Name is the statement as a person would call it.
func (s Summary) Name() string { return "Statement of " + s.Period.Words() }

// Statement is one statement with all that a reader needs.
type Statement struct {
	Summary
	Newest    int64 // number of the client's newest import, while the statement can still be locked; 0 else
	Document  fees.Document
	Agreement contract.Agreement // as it was when the statement was drafted
	Terms     contract.Terms     // that rule the review: those in force on the last day of the period under the contract
	Events    []fees.Event
	Life      fees.Life
	Revisions []Summary // all revisions of the contract and period, newest first
}
