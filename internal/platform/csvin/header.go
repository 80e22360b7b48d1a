package csvin

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

const (
	headerWithin = 40 // rows that are looked through for the header, blank ones not counted
	preambleKept = 20 // rows above the header that are kept for people to see
)

// readHeader finds the row that names the columns: the stated one, else the first that is no preamble. Reports of advertising systems
// begin with a few lines of text (the report's name, its days) or of comments; those have fewer cells than the table.
func (r *Reader) readHeader() error {
	blanks := []int{}
	if r.sheet == nil && r.opt.Sheet != "" {
		if err := r.skipTables(); err != nil {
			return err
		}
		blanks = append(blanks, r.counts.Blank)
	}
	for len(r.ahead) < headerWithin && r.next() {
		row := r.row
		row.Cells, row.exact = slices.Clone(row.Cells), slices.Clone(row.exact)
		if row.Fault == nil && named(row.Cells) == 0 {
			continue // only spaces
		}
		r.ahead, blanks = append(r.ahead, row), append(blanks, r.counts.Blank)
		if r.opt.Header > 0 && row.Line >= r.opt.Header {
			break
		}
	}
	r.last, r.err = r.err, nil
	if len(r.ahead) == 0 {
		if r.last != nil {
			return r.last
		}
		return fault.New(fault.Invalid, "file-empty", "The file holds no header row, only blank lines. Export again and check that the report has rows.")
	}
	at := headerAmong(r.ahead[:firstTable(r.ahead, r.notes)])
	if r.opt.Header > 0 {
		if at = slices.IndexFunc(r.ahead, func(row Row) bool { return row.Line == r.opt.Header }); at < 0 {
			return fault.New(fault.Invalid, "header-line", "There is no row on line %d among the first %d rows of the file. Say on which line the names of the columns stand.", r.opt.Header, headerWithin).At("header")
		}
	}
	row := r.ahead[at]
	if row.Fault != nil {
		return row.Fault
	}
	if len(row.Cells) > r.limits.MaxColumns {
		return fault.New(fault.TooLarge, "too-many-columns", "The header has %d columns; at most %d are read. Export only the columns you need.", len(row.Cells), r.limits.MaxColumns)
	}
	for _, above := range r.ahead[:at] {
		r.above(above)
	}
	r.notes = r.notes || slices.ContainsFunc(r.ahead[:at], comment)
	r.header, r.headLn = make([]string, len(row.Cells)), row.Line
	for i, c := range row.Cells {
		r.header[i] = strings.TrimSpace(c)
	}
	r.counts = Counts{Blank: r.counts.Blank - blanks[at]}
	r.ahead = r.ahead[at+1:]
	return nil
}

// comment reports whether a row is a line of comment, as Google Analytics writes them around its tables.
func comment(row Row) bool {
	return len(row.Cells) > 0 && (row.Cells[0] == "#" || strings.HasPrefix(row.Cells[0], "# ") || strings.HasPrefix(row.Cells[0], "#-"))
}

// above keeps a row that stands above the header, for people to see.
func (r *Reader) above(row Row) {
	if len(r.layout.Preamble) < preambleKept {
		r.layout.Preamble = append(r.layout.Preamble, strings.TrimSpace(strings.Join(row.Cells, " ")))
	}
}

// opens reports whether a row of a file with comments begins another table: it names columns, and an empty line stands before it.
func (row Row) opens() bool {
	return row.gap && row.Fault == nil && len(row.Cells) > 1 && named(row.Cells) > 1 && headerDoubts(row.Cells) == ""
}

// skipTables goes to the table that is stated by its number, "Table 2": the tables of one file have comments or empty lines between them. The
// comments that stand nearest above it are its own.
func (r *Reader) skipTables() error {
	digits, ok := strings.CutPrefix(r.opt.Sheet, "Table ")
	want, err := strconv.Atoi(digits)
	if !ok || err != nil || want < 1 {
		return fault.New(fault.Invalid, "sheet-unknown", "This file is no workbook and has no sheet %q. Of a file with several tables, state one as \"Table 2\".", r.opt.Sheet).At("sheet")
	}
	if want == 1 {
		return nil
	}
	table := 0
	for r.nextTable(&table) {
		if table == want {
			r.layout.Sheet = r.opt.Sheet
			row := r.row
			row.Cells = slices.Clone(row.Cells)
			r.ahead = append(r.ahead, row)
			return nil
		}
	}
	return fault.New(fault.Invalid, "sheet-unknown", "The file has no %s.", r.opt.Sheet).At("sheet")
}

// nextTable goes on to the row that begins the next table of a file with comments; table is the number of the one before, 0 at the start.
func (r *Reader) nextTable(table *int) bool {
	inside := *table > 0
	for r.next() {
		switch {
		case comment(r.row):
			if inside || !r.notes {
				r.layout.Preamble = nil
			}
			inside, r.notes = false, true
			r.above(r.row)
		case !inside, r.row.opens() && r.notes:
			*table++
			return true
		}
	}
	return false
}

// Table is one of several tables of a file with comments.
type Table struct {
	Name    string   // by which it is stated: "Table 2"
	Columns []string // of its first row
}

const (
	tablesWithin = 4 << 20 // bytes that are looked through for tables
	mostTables   = 50
)

// Tables lists the tables of a file with comments, as Google Analytics writes them, near its start; none where the file begins with no comment or is a workbook.
func Tables(in io.Reader) (out []Table, err error) {
	start := bufio.NewReaderSize(in, 64<<10)
	if first, _ := start.Peek(8); !bytes.Contains(first, []byte("#")) { // behind a mark of the encoding, at most
		return nil, nil
	}
	r, err := Open(io.LimitReader(start, tablesWithin), Options{Sheet: "Table 1"})
	if err != nil || !r.notes {
		return nil, err
	}
	out = append(out, Table{"Table 1", r.header})
	table := 1
	for more := r.popTable(&table); more && len(out) < mostTables; more = r.popTable(&table) {
		out = append(out, Table{"Table " + strconv.Itoa(table), slices.Clone(r.row.Cells)})
	}
	return out, nil // what is damaged shows when the table is read
}

// popTable is nextTable, of the rows that were read ahead first.
func (r *Reader) popTable(table *int) bool {
	for inside := true; r.pop(); {
		switch {
		case comment(r.row):
			inside = false
		case !inside, r.row.opens():
			*table++
			return true
		}
	}
	return false
}

// firstTable is how many of the rows belong to the first table, with what stands above it. Only a file with comments has several.
func firstTable(rows []Row, notes bool) int {
	inside := false
	for i, row := range rows {
		switch {
		case comment(row) && !inside:
			notes = true
		case inside && notes && (comment(row) || row.opens()):
			return i
		default:
			inside = true
		}
	}
	return len(rows)
}

func named(cells []string) (n int) {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// headerAmong is the place of the header: the first row, unless it and those behind it are a preamble to a wider row of names.
func headerAmong(rows []Row) int {
	width := usualWidth(rows)
	for i, row := range rows {
		switch {
		case row.Fault != nil:
			return 0
		case preamble(row.Cells, width):
			continue
		case i > 0 && (len(row.Cells) < width || headerDoubts(row.Cells) != ""):
			return 0 // what stands behind the first lines names no columns
		}
		return i
	}
	return 0
}

// preamble reports whether a row is a line of text above a table of that width: a comment, or at most a name and a value.
func preamble(cells []string, width int) bool {
	n := named(cells)
	return width > 1 && (n <= 1 || n <= 2 && width > 3 && len(cells) < width || comment(Row{Cells: cells}))
}

// usualWidth is how many cells most rows have; of two numbers that come equally often the larger. Lines of text and comments do not count: no
// table has one column only.
func usualWidth(rows []Row) int {
	counts, best := map[int]int{}, 0
	for _, row := range rows {
		if row.Fault == nil && len(row.Cells) > 1 && named(row.Cells) > 1 && !comment(row) {
			counts[len(row.Cells)]++
		}
	}
	for width, n := range counts {
		if n > counts[best] || n == counts[best] && width > best {
			best = width
		}
	}
	return best
}

// pop gives the next row, of those read ahead first.
func (r *Reader) pop() bool {
	if len(r.ahead) > 0 {
		r.row, r.ahead = r.ahead[0], r.ahead[1:]
		return true
	}
	if r.last != nil {
		r.err, r.last = r.last, nil
		return false
	}
	return r.next()
}
