package engine

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// Problem is what was wrong with a row, which is left out.
type Problem struct {
	Line int // of the file, from 1; of a Parquet file, the row
	Text string
}

// String is "line 7: ...".
func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// maxProblems of a file are told one by one.
const maxProblems = 20

// table is the bytes of a delimited file behind its header.
type table struct {
	columns   []int // where each wanted column stands; -1: nowhere
	width     int   // of the header
	delimiter byte
	body      []byte
	quoted    bool
	lines     int // before the body
}

// column is a wanted column: under one of its names, which are compared without case.
type column struct {
	names    []string
	optional bool
}

func (c column) among(head []string) (int, error) {
	at := slices.IndexFunc(head, func(h string) bool { return slices.Contains(c.names, h) })
	if at < 0 && !c.optional {
		return -1, fmt.Errorf("the header has no column \"%s\"; it has %s", strings.Join(c.names, `" or "`), strings.Join(head, ", "))
	}
	return at, nil
}

// reader takes the rows of a part of a file, some together, and collects what is wrong with them.
type reader struct {
	problems []Problem
	rows     int
	begins   int // where its part begins in the body
	take     func(*block)
	done     func() // there is no more; may be nil
}

// together are so many rows, that what is looked up for each of them in memory is waited for once.
const together = 64

// block is some rows by their wanted cells.
type block struct {
	rows  int
	width int
	lines [together]int
	cells [][]byte // of row i: from i*width; nil where there is no such column. They stay as they are.
}

func newBlock(width int) *block { return &block{width: width, cells: make([][]byte, together*width)} }

func (b *block) row(i int) [][]byte { return b.cells[i*b.width : (i+1)*b.width] }

// end ends a row, and hands all on where there is no room for another.
func (b *block) end(line int, to *reader) {
	b.lines[b.rows] = line
	if b.rows++; b.rows == together {
		b.flush(to)
	}
}

func (b *block) flush(to *reader) {
	if b.rows > 0 {
		to.take(b)
		b.rows = 0
	}
}

func (r *reader) tell(line int, text string) { r.problems = append(r.problems, Problem{line, text}) }

// openTable reads the header.
func openTable(data []byte, wanted []column) (*table, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	header, body, _ := bytes.Cut(data, []byte("\n"))
	header = bytes.TrimSuffix(header, []byte("\r"))
	t := &table{body: body, lines: 1, delimiter: ',', quoted: bytes.IndexByte(data, '"') >= 0}
	most := 0
	for _, d := range []byte(",;\t|") {
		if n := bytes.Count(header, []byte{d}); n > most {
			t.delimiter, most = d, n
		}
	}
	var head []string
	for _, name := range bytes.Split(header, []byte{t.delimiter}) {
		head = append(head, strings.ToLower(strings.Trim(strings.TrimSpace(string(name)), `"`)))
	}
	t.width = len(head)
	for _, c := range wanted {
		at, err := c.among(head)
		if err != nil {
			return nil, err
		}
		t.columns = append(t.columns, at)
	}
	return t, nil
}

// chunk reads the rows of a part of the body. It looks for the ends of lines and of cells together, in 64 bytes at once: cells are short.
func (t *table) chunk(body []byte, r *reader) {
	c := cutter{table: t, body: body, to: r, block: newBlock(len(t.columns)), line: 1, places: make([]int, t.width)}
	for n := range c.places {
		c.places[n] = slices.Index(t.columns, n)
	}
	c.cells = c.block.row(0)
	at := 0
	for ; at+64 <= len(body); at += 64 {
		c.cut(at, separators((*[64]byte)(body[at:]), t.delimiter))
	}
	var rest [64]byte
	copy(rest[:], body[at:])
	c.cut(at, separators(&rest, t.delimiter)&(1<<(len(body)-at)-1))
	if c.begins < len(body) {
		c.end(len(body))
	}
	c.block.flush(r)
}

// cutter cuts a body into rows and cells.
type cutter struct {
	table  *table
	body   []byte
	places []int // of each column of the file among the wanted ones; -1: it is not wanted
	to     *reader
	block  *block
	cells  [][]byte // of the row
	line   int
	begins int // the row
	column int
	from   int // the column
}

// cut goes on to the separators of 64 bytes, of which each has a bit.
func (c *cutter) cut(at int, found uint64) {
	for ; found != 0; found &= found - 1 {
		end := at + bits.TrailingZeros64(found)
		if c.body[end] == '\n' {
			c.end(end)
			continue
		}
		if c.column < len(c.places) {
			if place := c.places[c.column]; place >= 0 {
				c.cells[place] = c.body[c.from:end]
			}
		}
		c.column, c.from = c.column+1, end+1
	}
}

// end ends a row where its line ends. An empty one is none; one that has not as many cells as the header is told.
func (c *cutter) end(newline int) {
	end, last := newline, len(c.places)-1
	if end > c.begins && c.body[end-1] == '\r' {
		end--
	}
	switch {
	case end == c.begins:
	case c.column == last:
		if place := c.places[last]; place >= 0 {
			c.cells[place] = c.body[c.from:end]
		}
		c.to.rows++
		c.block.end(c.line, c.to)
		c.cells = c.block.row(c.block.rows)
	default:
		c.to.rows++
		c.to.tell(c.line, fmt.Sprintf("the row does not have the %d cells of the header", c.table.width))
	}
	c.line++
	c.begins, c.column, c.from = newline+1, 0, newline+1
}

// separators has a bit for each byte that ends a cell or a line.
func separators(some *[64]byte, delimiter byte) uint64 {
	const each, low = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	cell, line := uint64(delimiter)*each, uint64('\n')*each
	var found uint64
	for i := 0; i < 64; i += 8 {
		eight := binary.LittleEndian.Uint64(some[i : i+8])
		a, b := eight^cell, eight^line
		other := (a&low + low | a) & (b&low + low | b) // the highest bit of each byte that is neither
		found |= (^(other | low) >> 7) * 0x0102040810204080 >> 56 << i
	}
	return found
}

// slow reads a body with quotes, in one go.
func (t *table) slow(to *reader) {
	r := csv.NewReader(bytes.NewReader(t.body))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = rune(t.delimiter), -1, true
	b := newBlock(len(t.columns))
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			b.flush(to)
			return
		}
		to.rows++
		if err != nil {
			var at *csv.ParseError
			if errors.As(err, &at) {
				to.tell(at.StartLine, at.Err.Error())
				continue
			}
			to.tell(0, err.Error())
			return
		}
		line, _ := r.FieldPos(0)
		if len(record) != t.width {
			to.tell(line, fmt.Sprintf("the row has %d cells, the header %d", len(record), t.width))
			continue
		}
		cells := b.row(b.rows)
		for i, at := range t.columns {
			if at >= 0 {
				cells[i] = []byte(record[at])
			}
		}
		b.end(line, to)
	}
}

// read reads the body in as many parts as there are readers, which do not share anything. Problems are told by the line of the file.
func (t *table) read(readers []*reader) (problems []Problem, rows int) {
	bounds := []int{0}
	if t.quoted {
		readers = readers[:1]
	}
	parts := len(readers)
	for i := 1; i < parts; i++ {
		at := max(bounds[i-1], len(t.body)*i/parts)
		if end := bytes.IndexByte(t.body[at:], '\n'); end >= 0 {
			at += end + 1
		} else {
			at = len(t.body)
		}
		bounds = append(bounds, at)
	}
	bounds = append(bounds, len(t.body))
	var wait sync.WaitGroup
	for i, r := range readers {
		r.begins = bounds[i]
		wait.Go(func() {
			if t.quoted {
				t.slow(r)
			} else {
				t.chunk(t.body[bounds[i]:bounds[i+1]], r)
			}
			if r.done != nil {
				r.done()
			}
		})
	}
	wait.Wait()
	for _, r := range readers {
		rows += r.rows
		if len(r.problems) == 0 {
			continue
		}
		before := t.linesBefore(r)
		slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		for _, p := range r.problems {
			problems = append(problems, Problem{p.Line + before, p.Text})
		}
	}
	return problems, rows
}

// linesBefore is how many lines of the file stand before the part of a reader.
func (t *table) linesBefore(r *reader) int {
	return t.lines + bytes.Count(t.body[:r.begins], []byte("\n"))
}
