// Package csvin reads tables that people export from other systems: comma, semicolon, tab or
// pipe separated text, plain or gzipped, in the encodings that spreadsheets and CRMs write, and
// sheets of Excel workbooks (.xlsx).
//
// It owns
//   - reading a table as a stream: encoding, byte order mark, delimiter, header row, quoting,
//     limits; a table is never held in memory as a whole (a workbook is, packed);
//   - the reading of single values (amounts, dates, instants, yes/no) under a stated [Convention];
//   - proposing a convention from sample rows ([Sniff]), without ever choosing silently;
//   - making cells harmless for spreadsheet programs on the way out ([Neutralise]).
//
// It does not own what a column means: that is the business of the capability that imports.
//
// Words
//   - A refusal is about the whole file (a zip, a photograph, a damaged gzip): an error of Open or Err.
//   - A row fault is about one row: its line, a code and a reason. Reading goes on behind it.
//   - A line is a physical line of the file, counted from 1; a quoted cell may span several. In a workbook it is a row of the sheet.
//   - A preamble is what stands above the header: lines of text, comments.
//   - An exact cell is a number of a workbook: a plain decimal, which no convention concerns.
//
// Invariants
//   - Every row of the file is either returned, counted as blank or reported as faulty: none vanishes.
//   - "3,100" and "05/11/2024" are read as the convention says and in no other way.
//   - A truncated or damaged file ends in an error, never in a quiet end of table.
package csvin
