// Package ops credits deals of the stored evidence: one deal with its whole story, and all won deals of a period, under several models side
// by side.
//
// It owns how evidence becomes a journey (whose touches count, where the journey ends), which clause of which contract governs a deal, and
// what a reader may ask instead. It does not own the credit itself (attribution), the evidence (crm/ops), the contracts (contract/ops), nor
// whether a deal is charged and how much (fees): what is shown here decides no money.
//
// Words
//   - Governing clause: a revenue share in the version that was in force on the day the deal was won; for any other deal, today.
//   - Rule: model, window, end of the journey and contacts that a credit follows. Agreed: taken from the governing clause unchanged.
//   - Asked: what the reader wants to see instead of what was agreed.
//   - Kept credit: that of all won deals under stated terms, kept up with the imports; a deal is recorded by the hash of its rows in the ledger.
//   - Earning credit: the part that touches hold whose channel or provider earns under the clause.
//
// Invariants
//   - The journey of a deal is the one that a statement would use: associations as of the import, merged contacts followed, the contacts of
//     the company only where the clause says so and none is associated, the whole of the closing day in the zone of the contract.
//   - Under every model the rows of a comparison, with the unattributed one, sum to the closed revenue of the deals in it.
//   - A deal that is not won holds no credit; a deal whose amount is not known is named, never counted as zero.
//   - What is shown is computed. Written is only the kept credit: a line for each deal whenever its credit is another one, append-only, bound by an entry of
//     the journal; carried on from import to import it is what it would be computed anew.
package ops
