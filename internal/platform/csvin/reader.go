package csvin

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Options state what the person knows about the file. Zero fields are detected.
type Options struct {
	Encoding  Encoding
	Delimiter byte
	Sheet     string // of a workbook, or of a file of several tables; "" for the only one that holds something
	Header    int    // line of the header row; 0: the first row that names columns
	Limits    Limits
}

// Layout says how a file is read, so that a page can show it and a record can keep it.
type Layout struct {
	Encoding  Encoding
	BOM       bool // a byte order mark was present
	Fallback  bool // the bytes are not UTF-8, so Windows-1252 was assumed; the person should check accents
	Delimiter byte // 0 in a workbook
	Gzip      bool
	Workbook  bool     // a spreadsheet document: lines are rows of the sheet
	Sheet     string   // the sheet that is read
	Sheets    []Sheet  // all sheets, in their order
	Preamble  []string // the rows above the header, as text, the first few
}

// Counts say what became of the rows read so far: Rows + Rejected + Blank is all of them.
type Counts struct {
	Rows, Rejected, Blank int
}

// Row is one row of the table. Cells has as many cells as the header, unless Fault is set. The slice is reused by
// the next call of Next; its strings stay valid.
type Row struct {
	Line     int // physical line where the row starts
	LastLine int // physical line where it ends
	Cells    []string
	Fault    *fault.Fault // why the row cannot be used; its Line is Row.Line or that of the culprit

	exact []bool
	gap   bool // an empty line stands directly before it
}

// Exact reports whether the cell is a number of a workbook, written as a plain decimal with a point whatever the convention.
func (r Row) Exact(cell int) bool { return cell < len(r.exact) && r.exact[cell] }

// Reader gives the rows of one table one after the other.
type Reader struct {
	src    io.Reader
	opt    Options
	limits Limits
	layout Layout
	eol    byte
	sure   bool // the encoding is settled

	buf        []byte
	start, end int
	srcErr     error // set once src is exhausted or broken

	sheet *sheetRows // of a workbook; nil for text
	ahead []Row      // rows behind the header that were read to find it
	last  error      // what stopped reading while they were read
	notes bool       // comments stand above the table, and may follow
	other int        // line on which another table of the file begins; 0: none did

	line    int // physical line at buf[start]
	header  []string
	headLn  int
	row     Row
	counts  Counts
	err     error
	ends    []int  // end offset of each cell in text
	text    []byte // unquoted cells, back to back
	recoded []byte
	cells   []string
}

const sampleBytes = 128 << 10

// Open reads the start of a file: encoding, delimiter and the header row. It refuses what is not a text table. The error
// is a fault of kind Invalid or TooLarge that says what to do, or the error of r.
func Open(r io.Reader, opt Options) (*Reader, error) {
	limits := opt.Limits.orDefault()
	start := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := start.Peek(4); bytes.Equal(magic, []byte("PK\x03\x04")) { // what Peek fails of, unpack meets again
		return openSheet(start, opt, limits)
	}
	src, zipped, err := unpack(start, limits)
	if err != nil {
		return nil, err
	}
	rd := &Reader{src: src, opt: opt, limits: limits, line: 1, buf: make([]byte, 2*sampleBytes)}
	rd.layout.Gzip = zipped
	if err := rd.fillSample(); err != nil {
		return nil, err
	}
	if rd.end == 0 {
		return nil, fault.New(fault.Invalid, "file-empty", "The file is empty. Export again and check that the report has rows.")
	}
	if err := rd.settleEncoding(); err != nil {
		return nil, err
	}
	sample := rd.buf[rd.start:rd.end]
	rd.eol = lineEnd(sample)
	rd.layout.Delimiter = opt.Delimiter
	if opt.Delimiter == 0 {
		rd.layout.Delimiter = detectDelimiter(sample, rd.eol, rd.srcErr == io.EOF)
	}
	if _, n, ok := excelSeparatorLine(sample, rd.eol); ok {
		rd.start += n
		rd.line++
	}
	if err := rd.readHeader(); err != nil {
		return nil, err
	}
	return rd, nil
}

// Header is the row that names the columns, cells trimmed of surrounding spaces.
func (r *Reader) Header() []string { return r.header }

// HeaderLine is the physical line of the header.
func (r *Reader) HeaderLine() int { return r.headLn }

// Layout is how the file is read. The encoding of a file that begins in plain ASCII is settled by its first other byte.
func (r *Reader) Layout() Layout { return r.layout }

// Counts are the rows seen so far.
func (r *Reader) Counts() Counts { return r.counts }

// Row is the row that Next found.
func (r *Reader) Row() Row { return r.row }

// Err is what stopped reading before the end of the table: damage, a limit of the whole file, or the error of the source.
// Rows read before it must not be taken for the whole table.
func (r *Reader) Err() error { return r.err }

func (r *Reader) fillSample() error {
	for r.srcErr == nil && r.end < sampleBytes {
		n, err := r.src.Read(r.buf[r.end:sampleBytes])
		r.end += n
		r.srcErr = err
	}
	if r.srcErr != nil && r.srcErr != io.EOF {
		return r.srcErr
	}
	return nil
}

func (r *Reader) settleEncoding() error {
	e, bom, sure, binary := detectEncoding(r.buf[:r.end])
	if r.opt.Encoding != "" && r.opt.Encoding != e {
		e, sure, binary = r.opt.Encoding, true, false
		if bom > 0 {
			return fault.New(fault.Invalid, "encoding-contradicts", "The file begins with the mark of another encoding than %s. Leave the encoding to be detected.", e)
		}
	} else if r.opt.Encoding != "" {
		sure = true
	}
	if binary {
		return fault.New(fault.Invalid, "file-is-binary", "The file holds NUL bytes, so it is not a text table. Export as CSV (UTF-8) and upload that file.")
	}
	r.layout.Encoding, r.layout.BOM, r.sure = e, bom > 0, sure
	r.layout.Fallback = e == Windows1252 && r.opt.Encoding == ""
	r.sure = r.sure || r.layout.Fallback
	r.start = bom
	switch e {
	case UTF8, Windows1252:
		return nil
	case UTF16LE, UTF16BE:
		return r.transcode(e)
	}
	return fault.New(fault.Invalid, "encoding-unknown", "The encoding %q is not known. Use utf-8, utf-16le, utf-16be or windows-1252.", string(e))
}

// transcode puts a UTF-16 decoder between the file and the rows and samples again.
func (r *Reader) transcode(e Encoding) error {
	order := unicode.LittleEndian
	if e == UTF16BE {
		order = unicode.BigEndian
	}
	rest := r.src
	if r.srcErr == io.EOF {
		rest = bytes.NewReader(nil)
	}
	raw := io.MultiReader(bytes.NewReader(bytes.Clone(r.buf[r.start:r.end])), rest)
	r.src = transform.NewReader(raw, unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder())
	r.start, r.end, r.srcErr = 0, 0, nil
	return r.fillSample()
}

// Next reads the next row that is not blank, usable or not. It returns false at the end of the table or when Err is set.
func (r *Reader) Next() bool {
	if !r.pop() {
		return false
	}
	for r.notes && comment(r.row) { // a comment behind the rows ends the table
		r.other = r.row.Line
		r.countBlank()
		if !r.pop() {
			return false
		}
	}
	if r.notes && r.other == 0 && r.row.opens() { // so do names of columns behind an empty line
		r.other = r.row.Line - 1
	}
	r.fit()
	if r.other > 0 && r.row.Fault == nil {
		r.row.Fault = fault.New(fault.Invalid, "another-table",
			"Another table of the file begins behind line %d. One import reads one table: state the next one as the sheet, such as \"Table 2\".", r.other).AtLine(r.row.Line, 0)
	}
	if r.row.Fault == nil && len(r.row.Cells) != len(r.header) {
		r.row.Fault = r.wrongWidth()
	}
	if r.row.Fault != nil {
		r.counts.Rejected++
	} else {
		r.counts.Rows++
	}
	return true
}

func (r *Reader) wrongWidth() *fault.Fault {
	if r.sheet != nil {
		return fault.New(fault.Invalid, "column-count", "The row reaches to column %s, behind the last column that has a name, %s. Name the column, or clear the cell.",
			columnName(len(r.row.Cells)), columnName(len(r.header))).AtLine(r.row.Line, 0)
	}
	return fault.New(fault.Invalid, "column-count",
		"The row has %s where the header has %s%s. Put cells that hold a %s in quotation marks.",
		cellsInWords(len(r.row.Cells)), cellsInWords(len(r.header)), spanInWords(r.row), delimiterInWords(r.layout.Delimiter)).AtLine(r.row.Line, 0)
}

// fill reads more bytes behind those at hand, keeping all from start on. It returns false when there are no more.
func (r *Reader) fill() bool {
	if r.srcErr != nil {
		return false
	}
	if r.start > 0 {
		copy(r.buf, r.buf[r.start:r.end])
		r.end -= r.start
		r.start = 0
	}
	if r.end == len(r.buf) {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for tries := 0; ; tries++ {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		r.srcErr = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
		if tries == 100 {
			r.srcErr = io.ErrNoProgress
			return false
		}
	}
}

// broken reports whether the source failed, as opposed to ended, and keeps its error.
func (r *Reader) broken() bool {
	if r.srcErr != nil && r.srcErr != io.EOF {
		r.err = r.srcErr
		return true
	}
	return false
}
