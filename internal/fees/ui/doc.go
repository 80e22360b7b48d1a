// Package ui holds the pages of statements: the list, the statement with the reason of every line, its review, its downloads, what waits for a person's decision, and the
// month end of all engagements.
//
// It owns: what is shown of a statement and in which order, the forms of each step, the words of what is about to be bound, and the CSV
// and XLSX of the lines. It does not own: the numbers and their reasons (fees), what may happen when (fees, fees/ops), who may (access).
//
// Words: a *confirmation* is a page that shows exactly what a step binds and asks once; the *seen* number in it is the number of the next
// event at the time it was shown, so that a step is never taken on a statement that moved meanwhile; of a row that waits, it is the number of the import that said it last.
//
// Invariants, held by tests: nothing is computed here but sums of what is shown; a form is offered only when the step is possible now and
// allowed to this person; every page works without JavaScript; a refused input comes back in its form; text from the evidence or from
// people is never markup, and never a formula in a spreadsheet.
package ui
