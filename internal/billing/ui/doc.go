// Package ui holds the pages of invoices and cash: the list, one invoice with its downloads, issuing, crediting, recording payments, the
// statement of account, and the billing profiles.
//
// It owns: what is shown and in which order, the forms, the words of what is about to be bound. It does not own: any amount (billing), what may
// happen when (billing/ops), who may (access), the forms for other programs (einvoice) and on paper (paper).
//
// Invariants, held by tests: nothing is computed here; a form is offered only when the step is possible now and allowed to this person; every
// page works without JavaScript; a refused input comes back in its form; text that people wrote is never markup, nor a formula in a file.
package ui
