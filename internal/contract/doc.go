// Package contract is the agreement as a document: what two parties promised, in words that decide money.
//
// It owns: the YAML form of a contract and its strict reading (every problem at once, each with line, column and the words to
// write), the JSON Schema and the reference table made from the same specification, the typed Terms, the Agreement (the versions of
// one contract in order, each in force from its effective date until the next), what differs between two versions, what may follow
// what (proposing, accepting, withdrawing), the rendering in plain sentences, what a text leaves open or contradicts (Lint), and the same text
// with one choice, or what it is silent on, read otherwise (Alternatives), and the same contract paid by one of the three pay models (PayModel).
// It does not own: what the clauses are worth (fees), who may sign (access), the rows of drafts and versions (contract/ops).
//
// Words: draft (the agency's working text), version (one immutable text, effective from a date; an amendment is the next version),
// side (agency or client; a version binds when both have accepted), paper (a signature outside the product), underpinning contract (with a specialist or vendor that works under the agency for the client: in its text the agency is the client, who pays, and the specialist the agency, who is paid), clause (one promise with an
// id that is stable across versions), retainer, revenue share, scorecard (pool, weight, threshold, target and max, gate, malus, relief),
// proration, tiers, baseline (the revenue that would have come anyway), lookback, edge (what happens to touches that the lookback cuts off), carve-out (deals that the client already had), tail (how
// long revenue counts after the end), earlier deal (of the same contacts: its touches are reused, or paths are reset), repeats, steps, clawback, objection window, ramp (what of the retainers is owed during notice), rate of exchange (agreed, for other currencies), spend (what the agency buys for the client: net is what the vendor charges,
// gross the price before the vendor's commission), coverage (the clauses that a limit over several of them counts), rung (a step of the ladder
// of service credits), hours and deliverables (what a retainer's fee includes), rollover, deficit, overage, rate card, result
// (what is paid for one by one), duplicate, milestone, payment (when an invoice is due; late charge, grace, discount), finding (what a text leaves open: a warning or a note), choice of money (a value that
// another would make pay differently), reading (an agreement in which one choice says something else in every version).
//
// Order of clauses: fees, then service credits, then minimums, then what is not to be exceeded; a limit counts only what is charged before it.
//
// Invariants: no choice that changes money has a default: what is missing is a fault that says what to write; "none" is written, never
// implied. Keys that the form took in later (tiers, over_baseline, charged, restated, payment, the ramp of a notice, what makes a path) may be left out, and a text without
// them means what it meant before; the reference says so at each, and Lint asks for those about which people may think differently. What was accepted stays readable: a key that is needed only since later
// (clawback) may be missing from it (ParseAccepted), though from no new text. Reading is pure and bounded: the same text gives the same Terms, and no text takes long. A version never changes; a
// withdrawn one never binds. Dates are days in the contract's own time zone.
package contract
