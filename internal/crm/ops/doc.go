// Package ops takes CRM exports in and says what a client's CRM said as of any import.
//
// Words
//   - Upload: a file that arrived, kept by its content; nothing is known of it yet.
//   - Check: the dry run. It goes the same way as applying and writes nothing but its own result.
//   - Trial: a check of a file of which nothing is kept, neither the file nor a note of it.
//   - Discard: an upload that is not applied is taken away with its file; the record keeps who did.
//   - Found file: one that lay in a watched directory; it is taken in once by its content, and what cannot be read by itself waits as an upload with the reason.
//   - Upload address: where a program sends files of one client, for a time, on behalf of whoever made it.
//   - Import: a file applied under a mapping. It gets its number, gap-free per client, in its last transaction.
//   - Decision: what a person decided about a row, or a few together; an import of its own, written in one transaction with its number.
//   - Version: what one import said of one record. A version is written only where it differs from the one before.
//   - As of import N: for each record the version with the largest number up to N. Companies that were stated to be one by then have one id in it; lists and comparisons show rows as they were said.
//   - Moment: an import, or the newest one up to the end of a day. Comparison: what differs between two of them.
//   - Resting: a statement that was given on evidence, as its room tells of it; an import that a locked one rests on is pinned.
//   - Tally: what became of the rows of a file.
//   - Pull: all tables of a client's CRM, through a connection that the configuration describes. Each becomes an upload, and is applied by the mapping that was kept for it.
//   - Segment: the touches that one import brought, as an immutable file by its content; made of the same rows it has the same bytes.
//   - Memory: the evidence that was read last, kept within a bound of bytes; as of an import it never changes unless it was rewritten, which is asked for.
//   - Rewriting: what is changed in place of rows that stay: people who were erased, addresses that were hashed. Tidied: the files and the disk follow it.
//   - Arrival: the digest of a file as it came, where another one stands in its place.
//
// Invariants
//   - Versions, imports, results and rejected rows are append-only; an import shows only when its result is written, with all its rows.
//   - One import of a client applies at a time. Its number is settled when it begins, so one that began is always finished: it is resumed from
//     its last committed chunk, by the running program, by the next import from the command line or by a person. What can fail in the file itself is looked for before.
//   - A decision names the version of each row that it saw, and is refused when there is a newer one; it waits for an import that applies.
//   - An import resumed, redone or run in chunks of another size leaves the same rows, and the same segment.
//   - A segment is on the disk before the transaction that names it; it is never the only place of a row.
//   - Of several rows of a file with the same id the first is taken; each other one is rejected with the line of the first.
//   - A record that a file does not mention stays as it was: exports may be partial.
//   - A page of a pull is stored with the place behind it, so that a pull taken up again loses and doubles nothing. One that fails leaves no upload.
//   - What opens a CRM is never stored, told or logged.
//   - A rewriting is one transaction; what follows it is done again until it is done, also by another process.
//   - With another key than the one that addresses were hashed with, nothing is imported, stated or erased.
//   - What an import reads beside its file (names of campaigns, stages, converted leads) comes from earlier imports that it names.
package ops
