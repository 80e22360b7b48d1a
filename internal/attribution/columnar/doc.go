// Package columnar reads the flat columns of a Parquet file from its bytes, value by value.
//
// It owns: the pages of a column and what they may claim. It does not own what a column means, nor files. The metadata is read by parquet-go; pages are
// decoded here, as nothing may be believed that a stranger's file says: no claim of a size makes this room take more memory than a page may have, and
// what does not fit is an error.
//
// Words: group (of rows: its columns stand one behind the other), chunk (one column of a group), page (a piece of a chunk), dictionary (the different
// values of a chunk, of which a page has the numbers).
//
// Read are columns at the top of the schema, required or optional, of texts, whole numbers, dates and instants in any unit; plain, by dictionary, or as
// differences; not compressed, or by Snappy, Zstandard or gzip.
package columnar
