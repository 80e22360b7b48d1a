// Package portfolio says where each client stands and what waits on whom.
//
// It owns: the standing of an engagement (its promise in one sentence, the month's fee, the review, what waits for a person's decision, the evidence's age), the list of what
// waits, on which side, until when, what is to be invoiced and what is overdue, and the two pages that show it: the portfolio and the overview of a client.
// It owns no fact: all of it is read from contracts, evidence, statements and invoices, and, by functions that the program wires, from the relationship and the daily work; nothing is stored.
//
// Words: standing (one contract with one client, as of a day), wait (one thing that somebody must do, with the day by which it was promised),
// owing (what of a client's locked statements has no invoice, and what of its invoices is overdue; for those who may see invoices).
//
// Invariants: pure; days are counted in the contract's zone and calendar; what is unknown is said to be unknown, never shown as zero.
package portfolio
