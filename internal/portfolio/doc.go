// Package portfolio says where each client stands and what waits on whom.
//
// It owns: the standing of an engagement (its promise in one sentence, the month's fee, the review, the evidence's age), the list of what
// waits, on which side, until when, and the two pages that show it: the portfolio and the overview of a client.
// It owns no fact: all of it is read from contracts, evidence and statements, and nothing is stored.
//
// Words: standing (one contract with one client, as of a day), wait (one thing that somebody must do, with the day by which it was promised).
//
// Invariants: pure; days are counted in the contract's zone and calendar; what is unknown is said to be unknown, never shown as zero.
package portfolio
