// Package journal is the record of every change: who did what to what, when, before and after, in one chain per workspace that
// cannot be altered unnoticed.
//
// Words: entry (one change, with a sentence for people), subject (what was changed), chain (each entry carries the hash of the one before),
// head (the number and hash of the newest entry; whoever noted one can later prove that nothing up to it was altered or cut off),
// break (the first entry that does not fit), stub (an entry the reader may not see: only its number and hashes, so that the chain still verifies).
//
// Owns: entries, their canonical encoding and hash, verification, the table journal_entry, reading it within a person's access.
// Does not own: what is worth recording (each use case appends in its own transaction), receipts of statements (fees).
//
// Invariants:
//   - Numbers begin at 1 and have no gap: the primary key refuses a second, the chain a missing one.
//   - The hash is SHA-256 over a length-prefixed encoding of every field and the previous hash; two different entries never encode alike.
//   - The database refuses UPDATE and DELETE; a correction is a new entry.
//   - A client's people see their client's entries only, and none that is internal; everybody who sees the record can verify the whole of it.
//
// Time: At is the instant of the use case, UTC, cut to microseconds, the finest that both engines keep.
package journal
