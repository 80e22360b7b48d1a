package engagement

import "github.com/ofrecord/ofrecord/internal/kernel/cal"

// Deliverable is a piece of work as the exit lists it: who owns it follows from a rule of the room that keeps it.
type Deliverable struct {
	Name       string
	AcceptedOn cal.Date // zero: not accepted in writing
	Paid       string   // in words: "paid", "not invoiced"
	Ownership  string   // in words: "the client's", "the agency's: not accepted within 12 months"
}
