// Package segment writes the touches that one import brought as one Parquet file, so that ten millions of them are read in a second and other programs
// (DuckDB, pandas, ClickHouse) read them too.
//
// It owns: the columns, their order, and that the same rows give the same bytes. It does not own where the rows come from, the file's place and its hash
// (crm/ops), nor reading (attribution/columnar).
//
// Words: segment (the touches of one import: those that were new or changed by it), replaces (a touch that an earlier import had brought already).
//
// Invariants
//   - The same rows, whatever the pieces in which they are given, give the same bytes by one version of this program on every machine: nothing is
//     compressed, and no clock or name is in the file. Another form (Format) has other columns; files of an earlier one stay readable.
//   - Memory does not grow with the rows: a group of them is held, and what the file says of each group at its end.
package segment
