// Package blob keeps files by their content: a directory in which each file is named by its SHA-256.
//
// It owns: streaming a file in, its digest and size, keeping equal content once, and reading it back with a check. It knows no business
// word. It does not own who may read what, or which file belongs to what: the rows that name a digest do.
//
// Layout: <dir>/ab/cdef… holds the content whose digest is "abcdef…"; <dir>/tmp holds what is still arriving and
// what is needed only for a while.
//
// Invariants
//   - A file under its name is whole: it is written under tmp, synced, and only then renamed; its directory is synced after.
//   - A file under its name never changes, other than from damaged to whole.
//   - A reader that reaches the end of a file without an error has seen exactly the content of that digest.
package blob
