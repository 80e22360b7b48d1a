// Package feestest is the bench that tests of statements and invoices begin at: an agency, a client and its people, a contract in force, a clock
// that the test moves, and imports that the test adds.
//
// It owns: the people by role, the texts of the contract, deals that earn, and the steps that bring a month to its lock.
// It does not own: the database (dbtest), pages and operations, which stand in the tests of their rooms.
//
// Invariants:
//   - Nothing but tests imports it.
//   - The clock never stands: each look at it is a second later.
//   - What fails ends the test at the line that asked.
package feestest
