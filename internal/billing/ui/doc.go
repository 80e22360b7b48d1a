// Package ui holds the pages of invoices, cash and the ledger: the list, one invoice with its downloads, issuing, crediting, recording payments, the
// statement of account, the billing profiles, the trial balance, the accounts of the ledger and its exports.
//
// It owns: what is shown and in which order, the forms, the words of what is about to be bound. It does not own: any amount (billing, ledger), what may
// happen when (billing/ops), who may (access), the forms for other programs (einvoice) and on paper (paper).
//
// Invariants, held by tests: nothing is computed here; a form is offered only when the step is possible now and allowed to this person; every
// page works without JavaScript; a refused input comes back in its form; text that people wrote is never markup, nor a formula in a file.
package ui
