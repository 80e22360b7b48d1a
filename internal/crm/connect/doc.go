// Package connect is what the APIs of HubSpot and Salesforce promise, as rules: what to ask for next, what an answer says, and what to do
// about one that says no. It speaks to nobody: a request is a value that crm/ops sends, and an answer a value that it brings back.
//
// Words
//   - System: one CRM with an API; its tables are those of the profile of the same name, so that what is pulled is read as an export of it would be.
//   - Cursor: how far one table is pulled. It is text, holds no secret, and whoever has it goes on from there.
//   - Page: the rows of one answer and the cursor behind them.
//   - Verdict: what an answer means before it is read: well, wait, sign in again, begin again behind the last row, or no.
//   - Gone: a row that an earlier pull had and a complete one has not.
//
// Invariants
//   - A cell holds what the CRM said, letter by letter: no number passes through floating point, and what it does not say stays blank.
//   - A request goes to the address of its system, whatever an answer says: of an address in an answer only a path of the same API is taken.
//   - What stands in an answer is data: ids are checked before they enter a query.
//   - Credentials do not print.
package connect
