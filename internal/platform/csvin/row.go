package csvin

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// next finds the next row that is not blank, without comparing it with the header.
func (r *Reader) next() bool {
	if r.err != nil {
		return false
	}
	if r.sheet != nil {
		return r.nextOfSheet()
	}
	for gap := false; ; {
		n, found := r.physicalLine()
		if r.err != nil {
			return false
		}
		if !found && n == 0 {
			return false
		}
		r.row = Row{Line: r.line, LastLine: r.line, gap: gap}
		if n > r.limits.MaxRowBytes {
			r.rejectLine(n, found, fault.New(fault.TooLarge, "row-too-long",
				"The row is longer than %s. Leave long text columns out of the export.", bytesInWords(int64(r.limits.MaxRowBytes))))
			return r.err == nil
		}
		line := r.buf[r.start : r.start+n]
		content := trimLineEnd(line, r.eol)
		if len(content) == 0 {
			r.advance(n, 1)
			r.countBlank()
			gap = true
			continue
		}
		if bytes.IndexByte(content, '"') < 0 {
			r.split(content)
			r.finish()
			r.advance(n, 1)
		} else if f := r.splitQuoted(); f != nil {
			if r.err != nil {
				return false
			}
			r.row.Fault, r.row.LastLine, r.row.Cells = f, r.row.Line, nil
			n, _ = r.physicalLine() // the buffer may have moved, the first line has not changed
			r.advance(n, 1)
			return true
		}
		if r.row.Fault == nil && allEmpty(r.row.Cells) {
			r.countBlank()
			continue
		}
		return true
	}
}

func (r *Reader) countBlank() { r.counts.Blank++ }

func (r *Reader) advance(bytes, lines int) {
	r.start += bytes
	r.line += lines
}

// physicalLine is the length of the line at start with its end, up to a little more than a row may have. found is false when no end of
// line was met: at the end of the file, or because the line is too long.
func (r *Reader) physicalLine() (n int, found bool) {
	seen := 0
	for {
		if i := bytes.IndexByte(r.buf[r.start+seen:r.end], r.eol); i >= 0 {
			return seen + i + 1, true
		}
		seen = r.end - r.start
		if seen > r.limits.MaxRowBytes {
			return seen, false
		}
		if !r.fill() {
			if r.broken() {
				return 0, false
			}
			return r.end - r.start, false
		}
	}
}

// rejectLine makes a physical line that is too long the faulty row, and skips it to its end.
func (r *Reader) rejectLine(n int, found bool, f *fault.Fault) {
	r.row.Fault = f.AtLine(r.line, 0)
	r.start += n
	for !found {
		if i := bytes.IndexByte(r.buf[r.start:r.end], r.eol); i >= 0 {
			r.start += i + 1
			break
		}
		r.start = r.end
		if !r.fill() {
			r.broken()
			break
		}
	}
	r.line++
}

// split cuts a line without quotation marks at the delimiters.
func (r *Reader) split(content []byte) {
	r.ends = r.ends[:0]
	r.text = content
	d := r.layout.Delimiter
	for i, b := range content {
		if b == d {
			r.ends = append(r.ends, i, i+1)
		}
	}
	r.ends = append(r.ends, len(content))
}

// splitQuoted reads a row with quotation marks, over as many lines as they span, and moves behind it. A fault leaves the position
// at the start of the row: the caller drops the first line only, so that a stray mark does not swallow the good rows behind it.
func (r *Reader) splitQuoted() *fault.Fault {
	d, pos, lines := r.layout.Delimiter, 0, 0
	r.ends, r.recoded = r.ends[:0], r.recoded[:0]
	out := r.recoded
	for {
		if b, ok := r.at(pos); ok && b == '"' {
			opened := lines
			pos++
			for closed := false; !closed; {
				i := bytes.IndexByte(r.buf[r.start+pos:r.end], '"')
				chunk := r.buf[r.start+pos : r.end]
				if i >= 0 {
					chunk = chunk[:i]
				}
				out = append(out, chunk...)
				lines += bytes.Count(chunk, []byte{r.eol})
				pos += len(chunk)
				if pos > r.limits.MaxRowBytes || i < 0 && !r.fill() {
					r.broken()
					r.recoded = out
					return r.unclosed(opened)
				}
				if i < 0 {
					continue
				}
				pos++
				if b, ok := r.at(pos); ok && b == '"' {
					out = append(out, '"')
					pos++
				} else {
					closed = true
				}
			}
			if b, ok := r.at(pos); ok && b != d && b != r.eol && !r.lineEndsAt(pos) {
				r.recoded = out
				return r.stray(lines, len(r.ends)/2+1, "text follows the closing quotation mark")
			}
		} else {
			for {
				b, ok := r.at(pos)
				if !ok || b == d || b == r.eol || r.lineEndsAt(pos) {
					break
				}
				if b == '"' {
					r.recoded = out
					return r.stray(lines, len(r.ends)/2+1, "a quotation mark stands inside a cell that does not begin with one")
				}
				if pos > r.limits.MaxRowBytes {
					r.recoded = out
					return r.unclosed(0)
				}
				out = append(out, b)
				pos++
			}
		}
		b, ok := r.at(pos)
		if ok && b == d {
			r.ends = append(r.ends, len(out), len(out))
			pos++
			continue
		}
		r.ends = append(r.ends, len(out))
		for ok && b != r.eol { // the carriage return of a line end
			pos++
			b, ok = r.at(pos)
		}
		if ok {
			pos++
		}
		break
	}
	if r.broken() {
		return r.unclosed(0)
	}
	r.text, r.recoded = out, out
	r.row.LastLine = r.row.Line + lines
	r.finish()
	r.advance(pos, lines+1)
	return nil
}

// at is the byte at a distance from the start of the row, or false at the end of the file.
func (r *Reader) at(pos int) (byte, bool) {
	for r.start+pos >= r.end {
		if !r.fill() {
			return 0, false
		}
	}
	return r.buf[r.start+pos], true
}

// lineEndsAt reports whether a carriage return at pos belongs to the end of the line or file.
func (r *Reader) lineEndsAt(pos int) bool {
	if b, _ := r.at(pos); b != '\r' || r.eol == '\r' {
		return false
	}
	b, ok := r.at(pos + 1)
	return !ok || b == r.eol
}

func (r *Reader) stray(lines, cell int, what string) *fault.Fault {
	return fault.New(fault.Invalid, "stray-quote",
		"In cell %d %s. Put the whole cell in quotation marks and double those inside it: \"5\"\" pipe\".", cell, what).AtLine(r.row.Line+lines, 0)
}

func (r *Reader) unclosed(lines int) *fault.Fault {
	return fault.New(fault.Invalid, "quote-not-closed",
		"A quotation mark opens on this line and is not closed within a row's length. Close it, or double it if it belongs to the text.").AtLine(r.row.Line+lines, 0)
}

// finish turns the text and ends of a row into cells, in UTF-8. ends holds the end of each cell followed by the start of the next.
func (r *Reader) finish() {
	text := r.text
	if bytes.IndexByte(text, 0) >= 0 {
		r.row.Fault = fault.New(fault.Invalid, "nul-byte", "The row holds NUL bytes: this part of the file is damaged or not text. Export again.").AtLine(r.row.Line, 0)
		return
	}
	if !isASCII(text) && !r.readable(text) {
		r.row.Fault = fault.New(fault.Invalid, "not-utf8",
			"The row holds bytes that are not UTF-8, although the rows before are. Export as CSV UTF-8, or state the encoding windows-1252 for the whole file.").AtLine(r.row.Line, 0)
		return
	}
	recode := r.layout.Encoding == Windows1252 && !isASCII(text)
	var whole string
	if !recode {
		whole = string(text)
	}
	r.cells = r.cells[:0]
	from := 0
	for i := 0; i < len(r.ends); i += 2 {
		to := r.ends[i]
		if to-from > r.limits.MaxCellBytes {
			r.row.Fault = fault.New(fault.TooLarge, "cell-too-long", "Cell %d is longer than %s. Leave long text columns out of the export.",
				i/2+1, bytesInWords(int64(r.limits.MaxCellBytes))).AtLine(r.row.Line, 0)
			return
		}
		if recode {
			r.cells = append(r.cells, string(appendWindows1252(nil, text[from:to])))
		} else {
			r.cells = append(r.cells, whole[from:to])
		}
		if i+1 < len(r.ends) {
			from = r.ends[i+1]
		}
	}
	r.row.Cells = r.cells
}

// readable settles the encoding at the first bytes beyond ASCII, and reports whether the row fits it.
func (r *Reader) readable(text []byte) bool {
	if r.layout.Encoding == Windows1252 {
		return true
	}
	valid := utf8.Valid(text)
	if !r.sure {
		r.sure = true
		if !valid {
			r.layout.Encoding, r.layout.Fallback = Windows1252, true
			return true
		}
	}
	return valid
}

func trimLineEnd(line []byte, eol byte) []byte {
	if n := len(line); n > 0 && line[n-1] == eol {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

func allEmpty(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

func cellsInWords(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

func spanInWords(row Row) string {
	if row.LastLine == row.Line {
		return ""
	}
	return fmt.Sprintf("; it runs over lines %d to %d, so a quotation mark may be unclosed", row.Line, row.LastLine)
}

func delimiterInWords(d byte) string {
	switch d {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "vertical bar"
	}
	return "delimiter " + string(rune(d))
}
