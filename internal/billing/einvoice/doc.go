// Package einvoice writes an invoice or credit note for other programs: as GOBL, and as UBL 2.1 after EN 16931.
//
// It owns: the form. It does not own: the amounts, which billing computes; GOBL computes them again from the lines and the tax, and a document
// on which the two differ is refused. UBL is written from the GOBL document, so that both say the same.
//
// Words: envelope (a GOBL document with its digest), category (the code of UNTDID 5305 for how something is taxed: S, AE, E, O).
//
// Invariants: the same document gives the same bytes; no clock and no chance, for the ids follow from the number. A document with value added
// tax, or without any tax, keeps the business rules of EN 16931; with another tax it is plain UBL 2.1.
package einvoice
