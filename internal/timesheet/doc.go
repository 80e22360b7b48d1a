// Package timesheet is the time that people spend for a client.
//
// It owns: entries (a person, a day, whole minutes, what for), the running timer, the week's grid, their approval and locks, what they use up of what was
// agreed, and who has time. It does not own what hours cost or how lots burn (fees), nor the hours that a contract includes (contract).
//
// Words: entry, timer, week, billable (counts against what was agreed), internal (the agency's own), over-serviced (above what was agreed and not charged), lock (a
// month of a client whose entries are settled), late (entered for a day of a locked month), correction (a new entry that says what an approved one should have said), hand-over
// (the file of approved billable time that becomes evidence), capacity (the minutes a person has), promised (what the contract says a person gives), planned (what the agency intends).
//
// Invariants: time is whole minutes on one day in the contract's zone; an approved entry changes only by a correction that refers to it; an entry of a locked month is
// late, and the contract says what becomes of it; only billable, approved time with the text that is meant for the client leaves the room for the evidence; a capacity that nobody
// stated is unknown and not zero.
package timesheet
