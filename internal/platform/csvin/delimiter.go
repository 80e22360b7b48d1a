package csvin

import "bytes"

// delimiters in order of preference when a sample fits several equally well.
var delimiters = []byte{',', ';', '\t', '|'}

// detectDelimiter picks the delimiter under which the sample rows agree best on a number of columns.
// A table of one column has none; a comma is assumed then.
func detectDelimiter(sample []byte, eol byte, complete bool) byte {
	if stated, _, ok := excelSeparatorLine(sample, eol); ok {
		return stated
	}
	best, bestScore := byte(','), 0
	for _, d := range delimiters {
		counts := sampleCounts(sample, d, eol, complete)
		width, agree := widthOf(counts)
		if width < 2 {
			continue
		}
		if score := agree*1000/len(counts)*100 + min(width, 99); score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

// widthOf is the number of cells of the first row, and how many rows have it. Where that is one, lines of text may stand above the table: then
// it is the number that most other rows have.
func widthOf(counts []int) (width, agree int) {
	rows := map[int]int{}
	for _, n := range counts {
		rows[n]++
	}
	if len(counts) > 0 && counts[0] > 1 {
		return counts[0], rows[counts[0]]
	}
	for n, many := range rows {
		if n > 1 && (many > agree || many == agree && n > width) {
			width, agree = n, many
		}
	}
	return width, agree
}

// excelSeparatorLine recognises the line "sep=;" that Excel accepts in front of a table.
func excelSeparatorLine(sample []byte, eol byte) (delimiter byte, length int, ok bool) {
	end := bytes.IndexByte(sample, eol)
	if end < 0 {
		return 0, 0, false
	}
	line := bytes.TrimRight(sample[:end], "\r")
	line = bytes.Trim(line, `"`)
	if len(line) != 5 || !bytes.EqualFold(line[:4], []byte("sep=")) || bytes.IndexByte(delimiters, line[4]) < 0 {
		return 0, 0, false
	}
	return line[4], end + 1, true
}

// sampleCounts counts the cells of up to 50 rows, quotes respected. A last row cut by the end of the sample is left out.
func sampleCounts(sample []byte, delimiter, eol byte, complete bool) []int {
	var counts []int
	cells, quoted, cellStart, any := 1, false, true, false
	var last byte
	for _, b := range sample {
		closed := last == '"' // a mark behind a closing mark reopens the cell: it is a doubled mark
		last = b
		switch {
		case quoted:
			quoted = b != '"'
		case b == '"' && (cellStart || closed):
			quoted, any, cellStart = true, true, false
		case b == delimiter:
			cells, cellStart, any = cells+1, true, true
		case b == eol:
			if any {
				counts = append(counts, cells)
			}
			if len(counts) == 50 {
				return counts
			}
			cells, cellStart, any = 1, true, false
		case b != '\r':
			any, cellStart = true, false
		}
	}
	if complete && any {
		counts = append(counts, cells)
	}
	return counts
}

// lineEnd tells whether lines end in a line feed (alone or behind a carriage return) or, as old Macintosh programs
// write, in a carriage return alone.
func lineEnd(sample []byte) byte {
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		return '\r'
	}
	return '\n'
}
