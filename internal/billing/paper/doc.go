// Package paper prints an invoice or credit note as a PDF, A4, one or more pages.
//
// It owns: the form on paper. It does not own: any amount or word of the document (billing).
//
// Invariants: the same document gives the same bytes; every sign that the font has is printed as it is, others as a box; no page is without
// the number of the document; nothing is computed.
//
// The font is Noto Sans, as npm's @expo-google-fonts/noto-sans 0.4.2 ships it, under the Open Font License in font/OFL.txt.
package paper
