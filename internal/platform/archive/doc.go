// Package archive writes one workspace into one file and reads it back, into the same engine or the other one.
//
// It owns: the form of the file, what of the shared tables belongs to a workspace, the checks of a restore, the atomic
// writing of a file. It does not own what the rows mean: tables and columns are those that the database describes.
//
// Form: a tar packed with gzip. First manifest.json (who, when, which tables and content, with counts and digests), then
// tables/<name>.jsonl, a row a line, a table after those it refers to, then blobs/<digest>. Values are typed: text as a string
// (or {"base64"} when it is no UTF-8), whole numbers and others as numbers, true and false, instants as RFC 3339 in UTC
// with six decimals, null. The same workspace gives the same tables, byte for byte, whichever engine holds it.
//
// Belonging: every table of the workspace; of the shared ones the accounts its rows name, their entries in the list of the
// workspace, and its API tokens. Not: sessions, links and attempts of signing in, mails that wait to be sent.
//
// Invariants
//   - All tables of a file are one snapshot, taken while the program goes on; its content holds all that they name.
//   - A restore adds rows and changes none. It accepts only an empty workspace with the very same migration steps.
//   - A restore is whole or did not happen: rows become visible in one commit, after every digest and count was found right.
//   - Memory does not grow with the size of tables or content.
//
// A file holds the hashes of passwords and tokens and everything the parties keep secret: guard it as the database itself.
package archive
