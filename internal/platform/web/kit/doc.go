// Package kit is the set of components that every page of Ofrecord is built from.
//
// It owns how things look and read: the layout, figures, tables, fields, notices, statement lines, journeys, and the
// words of empty and failing pages. It does not own what they say: a view struct arrives with strings formatted, links
// resolved and permissions decided. Nothing here reads a request, a clock or a store.
//
// Words: a *view* is the plain struct a component shows; a *level* says how serious a notice is; a *tone* colours a
// state, always together with its word; a *list* is a table's sort, page and filters as they stand in the address; a *chart* is
// a picture of a table on the same page.
//
// Invariants, held by tests: no inline style and no inline script; every field has a label, its hint and error tied to
// it; every table has a caption and headers with scope; colour never carries meaning alone; every page works without
// JavaScript; text contrast is at least 4.5 to 1 in both themes.
package kit
