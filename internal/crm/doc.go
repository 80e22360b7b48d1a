// Package crm is the vocabulary and the rules of evidence: what an export says about companies, contacts, deals, touches and
// payments, and what the two sides note of hours, results and spend, read without guessing.
//
// It owns the kinds of records and their canonical form, the profiles of known exports (HubSpot, Salesforce, advertising platforms, the
// web, and the plain files of this program), what the address of a visit says, the mapping of columns to fields, and hygiene checks.
//
// It does not own by which rules a channel is named (kernel/channel), storage, imports over time and their comparison (crm/ops), credit
// for touches (attribution) or what any of it is worth (fees).
//
// Words
//   - Record: one row of evidence in canonical form, with a kind, an id and a hash that tells whether it changed.
//   - Profile: a system whose exports are known; object: one of its tables ("Opportunity", "deals").
//   - Mapping: which column of a file holds which field, and by which stated convention its values are read.
//   - Stated: what a person says of a file where there is no form, over what the file or a kept mapping settles.
//   - Reference: what side tables say (names of campaigns, stages that mean won, leads that became contacts).
//   - Weighing: what a contract says that decides how much an issue of the evidence matters, in plain values; the contract itself is not known here.
//   - Report: a table of an advertising platform, with total rows that are checked and never counted.
//   - Measure: a metric that a person finds in a column of a report; rows are added up to a reading only where that is right of what they count.
//   - Visit: a touch that is known by the address it led to; its origin is what that address says, its channel what stated rules make of it.
//   - Decision: what a person decided in the program about a row; an act is one sort of them. How a later row of a file meets it is a rule of this package.
//   - Merge: two contacts that the CRM made one. Edit: who changed which field, as the CRM's own history tells.
//   - Company merge, deal merge: two companies, or two deals, that a person stated to be one.
//   - Account link: what a person states of whose a contact or a domain is. Account: the company of a contact, and the rule that told it. Different: two records that look alike and are not one.
//   - Erased: a person of whom nothing is kept but a pseudonym and keyed hashes; what that makes of a record is a rule of this package.
//   - Hashed: an address of which only a keyed hash is kept; which columns that concerns, and what stays, is a rule of this package.
//   - Past: how a deal became what it is, by what imports said one after the other. Hygiene score: how far a CRM can be trusted on a day, by checks with
//     their denominators. Cycle: how long won deals took, and how well that was foreseen.
//   - Fate: what became of a record between two moments of the evidence: new, changed, gone. Movement: what that moves of revenue.
//   - Problem: what was wrong with one row, at its line and column, with a code and words. A problem with Lost set cost the row.
//
// Invariants
//   - Unknown is never zero: a deal without an amount, a currency or an outcome says so.
//   - The same record has the same canonical form and hash on every machine; fields that are empty do not enter the hash.
//   - What WriteCSV writes, the generic profile reads back identically.
//   - A file does not undo a decision by leaving it blank; what it says otherwise is a change like any other.
//   - Hashed addresses match as the addresses did, and hashing changes no id and nothing that money is counted by.
//   - A contact is put to one company at most, and never by a guess between several.
//   - Merges hold in whatever order they and the contacts came; every contact ends in one that remains.
//   - Instants are UTC; ClosedOn and PaidOn are civil dates in the client's calendar.
package crm
