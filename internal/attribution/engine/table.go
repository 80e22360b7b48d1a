package engine

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Problem is what was wrong with a row, which is left out.
type Problem struct {
	Line int // of the file, from 1
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

// openTable reads the header: the wanted columns, those from the needed-th on optional. Names are compared without case.
func openTable(data []byte, needed int, wanted ...string) (*table, error) {
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
	for i, name := range wanted {
		at := slices.IndexFunc(head, func(h string) bool { return slices.Contains(strings.Split(name, "|"), h) })
		if at < 0 && i < needed {
			return nil, fmt.Errorf("the header has no column %q; it has %s", strings.ReplaceAll(name, "|", `" or "`), strings.Join(head, ", "))
		}
		t.columns = append(t.columns, at)
	}
	return t, nil
}

// chunk reads the rows of a part of the body. Each is called with the wanted cells, nil where there is no such column, and says what is wrong.
func (t *table) chunk(body []byte, each func(cells [][]byte) string) (problems []Problem, rows int) {
	cells, all := make([][]byte, len(t.columns)), make([][]byte, t.width)
	line := 0
	for len(body) > 0 {
		var row []byte
		if end := bytes.IndexByte(body, '\n'); end >= 0 {
			row, body = body[:end], body[end+1:]
		} else {
			row, body = body, nil
		}
		line++
		if n := len(row); n > 0 && row[n-1] == '\r' {
			row = row[:n-1]
		}
		if len(row) == 0 {
			continue
		}
		rows++
		n := 0
		for ; n < t.width-1; n++ {
			end := bytes.IndexByte(row, t.delimiter)
			if end < 0 {
				break
			}
			all[n], row = row[:end], row[end+1:]
		}
		all[n] = row
		if text := t.pick(cells, all[:n+1], each); text != "" {
			problems = append(problems, Problem{line, text})
		}
	}
	return problems, rows
}

func (t *table) pick(cells, all [][]byte, each func(cells [][]byte) string) string {
	if len(all) != t.width || bytes.IndexByte(all[len(all)-1], t.delimiter) >= 0 {
		return fmt.Sprintf("the row does not have the %d cells of the header", t.width)
	}
	for i, at := range t.columns {
		if at >= 0 {
			cells[i] = all[at]
		}
	}
	return each(cells)
}

// slow reads a body with quotes, in one go.
func (t *table) slow(each func(cells [][]byte) string) (problems []Problem, rows int) {
	r := csv.NewReader(bytes.NewReader(t.body))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = rune(t.delimiter), -1, true
	cells, all := make([][]byte, len(t.columns)), [][]byte(nil)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return problems, rows
		}
		rows++
		if err != nil {
			var at *csv.ParseError
			if errors.As(err, &at) {
				problems = append(problems, Problem{at.StartLine, at.Err.Error()})
				continue
			}
			return append(problems, Problem{0, err.Error()}), rows
		}
		line, _ := r.FieldPos(0)
		if len(record) != t.width {
			problems = append(problems, Problem{line, fmt.Sprintf("the row has %d cells, the header %d", len(record), t.width)})
			continue
		}
		all = all[:0]
		for _, cell := range record {
			all = append(all, []byte(cell))
		}
		for i, at := range t.columns {
			if at >= 0 {
				cells[i] = all[at]
			}
		}
		if text := each(cells); text != "" {
			problems = append(problems, Problem{line, text})
		}
	}
}

// read reads the body in as many parts as there are readers, which are numbered and do not share anything.
func (t *table) read(parts int, reader func(part int) func(cells [][]byte) string) (problems []Problem, rows int) {
	if t.quoted {
		problems, rows = t.slow(reader(0))
		for i := range problems {
			problems[i].Line += t.lines
		}
		return problems, rows
	}
	bounds := []int{0}
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
	found, counts := make([][]Problem, parts), make([]int, parts)
	var wait sync.WaitGroup
	for i := range parts {
		wait.Go(func() { found[i], counts[i] = t.chunk(t.body[bounds[i]:bounds[i+1]], reader(i)) })
	}
	wait.Wait()
	for i, some := range found {
		rows += counts[i]
		if len(some) == 0 {
			continue
		}
		before := t.lines + bytes.Count(t.body[:bounds[i]], []byte("\n"))
		for _, p := range some {
			problems = append(problems, Problem{p.Line + before, p.Text})
		}
	}
	return problems, rows
}
