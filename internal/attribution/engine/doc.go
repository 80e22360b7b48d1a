// Package engine credits many deals at once: the same credit as attribution.Credit, deal by deal and unit by unit, from touches in columns.
//
// It owns: touches in columns (Touches), the credit of many deals under several models (Run), the canonical list of all credits with its hash
// (Ledger), and reading both from CSV bytes. It does not own models, windows and ties (attribution), files (whoever has the bytes), nor what is paid.
//
// Words: person (whose touches make one journey: a contact, or an account with all its contacts), deal (a conversion of a person), sums (credit by
// channel), scratch (what a worker computes in).
//
// Invariants: sums + unattributed == the amounts of the deals, for every model; the order of the input and the number of workers change nothing;
// no floating point. Touches of the same instant stand in the order of their ids, those that are whole numbers as numbers before the others.
package engine
