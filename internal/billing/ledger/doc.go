// Package ledger says what each locked statement, invoice and payment means in double-entry bookkeeping.
//
// It owns: the accounts, the postings of each event, the trial balance, the ledger as plain text for hledger and as a journal in CSV. It does not
// own: the events (fees, billing), where postings are kept (billing/ops).
//
// Words: posting (one amount that moves from the credit of one account to the debit of another), entry (the postings of one event, by its
// ref), balance (debits less credits: assets are positive, liabilities and revenue negative), unbilled (locked and not invoiced), deferred
// (charged for days after the month of the statement), reserve (a part of revenue shares that can still be taken back and is not counted as
// revenue yet, where the agency keeps one).
//
// Invariants: every posting has one debit, one credit and one amount above zero, so that nothing can be out of balance; the entries of an event follow
// from the event alone, so that a check can compute them again (but for the reserve, which follows from those before it); no clock, no floating point.
//
// Time: a statement is posted on the last day of its month, when its services were given, whenever it is locked; deferred revenue is released on the last
// day of its fee period, and a credit note takes back its part of what is deferred until then; invoices, late charges and discounts on the day of issue, payments on the day the money moved, what is applied on the later day of the payment and its invoice.
package ledger
