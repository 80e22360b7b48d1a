package ops

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// longestRecord is how far an open quote is followed.
const longestRecord = 1 << 20

// records gives the rows of a text table as they are written, each with the end of its line.
type records struct {
	in        *bufio.Reader
	delimiter byte
	end       byte     // of a line
	ahead     [][]byte // lines behind a quote that nothing closes: each is a row
}

func newRecords(from io.Reader, delimiter byte) *records {
	in := bufio.NewReaderSize(from, 1<<16)
	end := byte('\n')
	if start, _ := in.Peek(1 << 16); bytes.IndexByte(start, '\n') < 0 && bytes.IndexByte(start, '\r') >= 0 {
		end = '\r'
	}
	return &records{in: in, delimiter: delimiter, end: end}
}

// next is a line, or several of them while a quote is open.
func (r *records) next() (record []byte, lines int64, err error) {
	if len(r.ahead) > 0 {
		record, r.ahead = r.ahead[0], r.ahead[1:]
		return record, 1, nil
	}
	state := cellState{delimiter: r.delimiter}
	var all [][]byte
	for {
		line, err := r.in.ReadBytes(r.end)
		if len(line) > 0 {
			all, record = append(all, line), append(record, line...)
		}
		state.read(string(line))
		switch {
		case state.quoted && (err != nil || len(record) > longestRecord) && len(all) > 1:
			r.ahead = all[1:]
			return all[0], 1, nil // the end of the file is met again
		case err != nil || !state.quoted:
			return record, int64(len(all)), err
		}
	}
}

// cellState knows whether a quote is open. One opens at the start of a cell only.
type cellState struct {
	delimiter              byte
	quoted, closed, inside bool
	stray                  bool // a quote stands where none may: no reader takes such a row
}

func (s *cellState) read(text string) (ends []int) {
	for i := range len(text) {
		c := text[i]
		again := s.closed && c == '"' // a quote that is written twice
		s.stray = s.stray || !s.quoted && c == '"' && s.inside && !again || s.closed && !strings.ContainsRune("\"\r\n", rune(c)) && c != s.delimiter
		s.closed = false
		switch {
		case s.quoted:
			s.quoted, s.closed = c != '"', c == '"'
		case c == s.delimiter:
			ends, s.inside = append(ends, i), false
		case c == '"' && (again || !s.inside):
			s.quoted, s.inside = true, true
		case c == '\r', c == '\n':
			s.inside = false
		case c != 0xef && c != 0xbb && c != 0xbf: // the mark of the encoding
			s.inside = true
		}
	}
	return ends
}

func splitCells(line string, delimiter byte) []string {
	var out []string
	from := 0
	state := cellState{delimiter: delimiter}
	for _, end := range state.read(line) {
		out, from = append(out, line[from:end]), end+1
	}
	return append(out, line[from:])
}

// damaged says whether the quotes of a record are wrong.
func damaged(record string, delimiter byte) bool {
	state := cellState{delimiter: delimiter}
	state.read(record)
	return state.stray || state.quoted
}

func plainCell(c string) string {
	c = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff"))
	if len(c) >= 2 && c[0] == '"' && c[len(c)-1] == '"' {
		c = strings.ReplaceAll(c[1:len(c)-1], `""`, `"`)
	}
	return strings.TrimSpace(c)
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
