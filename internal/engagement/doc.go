// Package engagement is the living relationship of a client and its agency under their contracts.
//
// It owns: who is of record for what (appointments in force, exclusive, preferred or of a roster, by category, brand, market and time), whether
// the promise is kept (routing, first refusal, leakage), conflicts of interest, walls and waivers, the days of term, renewal and notice, scope and change orders, and the exit. It
// does not own the promises themselves, which are terms of the contract, nor the work done under them (work, timesheet), nor what is paid (fees).
//
// Words: of record, cell (one category of one brand in one market), appointment (a promise for a cell from a day until another), provider (the organisation
// that is appointed), leakage (spend in an exclusive cell that went elsewhere, of all spend in it), wall (people of one account do not see the other), waiver
// (a signed record that a conflict is accepted, with scope and expiry), deemed receipt (the day on which a notice counts as received).
//
// Invariants: at most one provider is exclusive in a cell on a day, by rule and by constraint; dates are days in the contract's zone; a period keeps the unit in which it was agreed;
// notices, waivers and accepted change orders never change; what a specialist is paid is between it and the agency. Waiting on a specialist stops no clock of the client, so a chain of promises
// (client <- agency <- specialist) holds only where the specialist's is the shorter.
package engagement
