// Package fees turns an agreement and frozen evidence into a statement of what is owed, with the reason on every line.
//
// It owns: Facts (all that a draft looks at), Draft (the one pure function from terms and facts to a Statement), the rule of each clause,
// the order of limits, the life of a statement as a fold over its events, what of it is payable, the comparison of a statement with
// later evidence, what each choice of a contract is worth on a history (Price), and what other terms are, with the range of the fee (SideBySide, Try), which pay model the evidence can carry (Measure, Advise), and what waits for a person to decide (WaitingFor). It does not own: the terms (contract), the evidence's form (crm), credit inside a deal (attribution), storage (ops).
//
// Words: line (one charge that can be accepted or disputed), basis (why a line is what it is: clause, inputs, formula with its numbers,
// rounding, evidence), considered (a deal that was looked at and not charged, with the reason), settled (what earlier, locked statements
// charged), limit (a floor or a cap, always its own line), payable (the undisputed rest), held (what a dispute holds back over the lock),
// released (what of it the client accepts: the next statement carries it, once), waived (what of it the agency gives up), correction (what
// later evidence changes of a locked month: owed now less charged), used (the part of the evidence that decides a statement, and no more), lot
// (hours earned in one fee period, with their expiry), account (the hours of a fee period), hours at hand (its lots less repaid debt), overage,
// late entry (one of a fee period that is settled without it), result (a lead, appointment or acquisition that is paid for one by one), handover
// (a delivery of a milestone or of a part of it), side (an agreement in a comparison), resample (a history of companies drawn by chance), need (a fact
// that a history lacks altogether), reviewer (who accepts or disputes: the client, or the specialist of an underpinning contract), waiting (a row that a person of a side has to decide about, with the time for it and what silence makes of it).
//
// Order of a statement: fees, then service credits, then minimums, then what is not to be exceeded, each computed on what stands before it; then
// settled disputes, which no limit counts again. A limit over several clauses counts other months as they were charged, and those without
// a locked statement as they would be (history). A row of spend is charged once ever: net and gross follow from each other by exact
// fractions (15 % of gross is 15/85 of net), and a row that is known late stands on the first statement that is not locked. A month's
// service credit is owed by all of its misses, less what was given for it. What locked statements charged for rows is trued up by its charge:
// owed for the rows of the line as the evidence now says, less what was charged and corrected (settledCharge).
//
// Order of a revenue share: event in the period -> won -> amount and currency known -> under the contract -> created from -> carve-out ->
// customer type -> clawback of a refund -> not conceded -> attribution credit -> rate, rounded once for each line -> floor and cap per deal ->
// corrections of locked months -> baseline -> tiers -> floor of the period -> cap of the period. Corrections, baseline, tiers and limits are cumulative due less cumulative charged,
// each limit over its own window to date, so that nothing is charged twice.
//
// Order of a scorecard: reading of exactly the days in force -> payout by the curve of the metric (or the rule for a missing or broken one) -> relief ->
// cap of the metric -> weights -> cap and floor of the whole -> gates that lose, gates that hold -> days of each version -> proration -> pool,
// rounded once for each pool. A performance period is charged once, and corrected where the contract says so; one that is held comes on the first open statement after what held it is known.
//
// Invariants: no clock, no storage, no floating point. Quantity x rate = amount on every line, rounded as the contract says; lines sum to
// the total; the same agreement and facts give the same bytes. Unknown is never zero: it is an Issue, and the line is held out.
// Time: a statement's period is half-open, in the contract's zone; a deal counts on its close date, a payment on the day it was
// received or the deal was won, whichever is later, but what a locked statement charged stays in its month; the version in force on the day it
// was won governs a deal for life. A line belongs to the limit window in which the first day of its month lies; a contract year is twelve statements.
// Results and milestones stand as they are known at the end of the statement's period, or, while it runs, before the day of the draft; the version
// in force on the day of delivery governs them for life.
package fees
