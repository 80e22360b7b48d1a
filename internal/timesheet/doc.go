// Package timesheet is the time that people spend for a client.
//
// It owns: entries (a person, a day, whole minutes, what for), the running timer, the week's grid, their approval and locks, what they use up of what was
// agreed, and who has time. It does not own what hours cost (fees), nor the hours that a contract includes (contract).
//
// Words: entry, timer, week, billable (counts against what was agreed), internal (the agency's own), over-serviced (above what was agreed and not charged), lock (the day
// until which entries are settled), late (entered for a day before the lock), capacity (the minutes a person has), promised (what the contract says a person gives).
//
// Invariants: time is whole minutes on one day in the contract's zone; an approved entry changes only by a correction that refers to it; nothing before a lock changes.
package timesheet
