// Package engine credits many deals at once: the same credit as attribution.Credit, deal by deal and unit by unit, from touches in columns.
//
// It owns: touches in columns (Touches), the credit of many deals under several models (Run), the canonical list of all credits with its hash
// (Ledger), how many deals each name holds money of (Tally), credit that follows changes (Live), the removal effects of a closed period (Freeze), and reading touches
// and deals from the bytes of CSV and Parquet files, and of the segments of imports (Load). It does not own
// models, windows and ties (attribution), chains (paths), files (whoever has the bytes), nor what is paid.
//
// Words: person (whose touches make one journey: a contact, or an account with all its contacts), deal (a conversion of a person), label (what a
// touch says of itself: channel, campaign, content, provider), sums (credit by label), ledger (every credit in its one form), scratch (what a worker
// computes in).
//
// Invariants: sums + unattributed == the amounts of the deals, for every model; the order of the input and the number of workers change nothing;
// no floating point in a credit: effects are frozen to whole numbers first. Touches of the same instant stand in the order of their ids, those that
// are whole numbers as numbers before the others. A refund has the path, the weights and the ties of its deal.
package engine
