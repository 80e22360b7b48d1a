// Package pack is a statement that anybody can check without the server: one zip with the contract's texts, the evidence that was used,
// the statement, what happened to it, and a page to print; and the programs that write, read and verify it.
//
// It owns: the files of a pack and their names, the statement hash, reading a folder of facts, verification, the preview of a
// statement from files, and the statement as plain text and as a page. It does not own: the rules (fees), who may download (ops).
//
// Words: inputs (what a statement was computed from: terms and facts as files), statement hash (what a receipt names), manifest (the
// list of all files with their hashes), finding (one thing that verification found to differ, in words).
//
// The statement hash is the SHA-256, in hex, of one line "<sha-256 of the file>  <name>\n" for each of terms/*, facts/* and
// statement.json, in the order of their names, so that sha256sum can repeat it. It binds the terms, the facts and the result; reviews
// and the printed page are not in it, for they come later or say the same.
//
// Invariants: the same statement gives the same bytes (files are stored, not compressed, and carry no time). Verification reads nothing
// but the pack, refuses what is no pack before it costs much, and reports every difference, not the first.
package pack
