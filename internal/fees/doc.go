// Package fees turns an agreement and frozen evidence into a statement of what is owed, with the reason on every line.
//
// It owns: Facts (all that a draft looks at), Draft (the one pure function from terms and facts to a Statement), the rule of each clause,
// the order of limits, the life of a statement as a fold over its events, what of it is payable, and the comparison of a statement with
// later evidence. It does not own: the terms (contract), the evidence's form (crm), credit inside a deal (attribution), storage (ops).
//
// Words: line (one charge that can be accepted or disputed), basis (why a line is what it is: clause, inputs, formula with its numbers,
// rounding, evidence), considered (a deal that was looked at and not charged, with the reason), settled (what earlier, locked statements
// charged), limit (a floor or a cap, always its own line), payable (the undisputed rest), held (what a dispute holds back over the lock),
// released (what of it the client accepts: the next statement carries it, once), waived (what of it the agency gives up), used (the part of
// the evidence that decides a statement, and no more), result (a lead, appointment or acquisition that is paid for one by one), handover (a
// delivery of a milestone or of a part of it).
//
// Order of a revenue share: event in the period -> won -> amount and currency known -> under the contract -> created from -> carve-out ->
// customer type -> not charged before -> attribution credit -> rate, rounded once for each line -> floor and cap per deal ->
// floor of the period -> cap of the period. A cap or floor is computed on the whole window to date less what was charged before
// (cumulative due - cumulative charged), so that it never charges twice.
//
// Invariants: no clock, no storage, no floating point. Quantity x rate = amount on every line, rounded as the contract says; lines sum to
// the total; the same agreement and facts give the same bytes. Unknown is never zero: it is an Issue, and the line is held out.
// Time: a statement's period is half-open, in the contract's zone; a deal counts on its close date, a payment on the day it was
// received or the deal was won, whichever is later; the version in force on the day it was won governs a deal for life. A statement belongs
// to the limit window in which its first day lies. Results and milestones stand as they are known at the end of the statement's period, or, while
// it runs, before the day of the draft; the version in force on the day of delivery governs them for life.
package fees
