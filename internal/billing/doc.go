// Package billing turns what is payable of a locked statement into an invoice, and tells what of it is still open.
//
// It owns: the billing profile of an organisation (address, tax id, terms), how tax is charged, the invoice and the credit note with their
// numbers, how cash is applied line by line, what paying late costs and paying early is worth, the statement of account. It does not own: what is owed (fees), who may do what (access),
// storage (ops); einvoice writes an invoice as GOBL and UBL, paper as PDF.
//
// Words: issuer (the agency), customer (the client), profile (what has to stand of an organisation on an invoice, entered once), treatment (how
// tax is charged: standard, reverse charge, none), series (a sequence of numbers without gaps, within an issuer and year), due of a line (what of
// the invoice is to be paid for it: its gross less the deductions that fall on it), source (money or credit that can be applied: a payment,
// a credit note), applied (a part of a source that pays a line), on account (what of the sources is not applied to anything), agreed (what the contract says of paying an
// invoice, kept by it), late charge, basis (how it comes about: the parts that were open, with their time), waived (a late charge that a credit
// note took back), discount (what a payment takes off by being early).
//
// Invariants: no clock, no storage, no floating point. Quantity x price = net on every line; lines sum to the totals; the dues of an
// invoice sum to what is payable. A line that is disputed, conceded or worth nothing is never invoiced; what a dispute releases comes with the
// statement that carries it. What is issued never changes: a credit note takes back, at most what the invoice charged less earlier credit
// notes. What is charged for paying late is what is due since the due day less what was charged, so that charging often or once comes to the same;
// what is waived is not charged again. No line is ever paid above its due, and no source applied above its amount: what is paid too much is on account.
//
// Time: the day of issue is a civil date in the zone of the contract; numbers and days of a series ascend together. A tax rate is that of the
// day of issue. For paying late or early the day counts on which the money came in, whenever it is recorded.
package billing
