package csvin

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// sheetRows gives the rows of one sheet, those without any cell left out.
type sheetRows struct {
	book    *workbook
	in      *part
	d       *xml.Decoder
	limits  Limits
	started bool
	line    int
	total   int64

	cells []string
	exact []bool
	cell  sheetCell
}

// sheetCell is the cell that is being read.
type sheetCell struct {
	column  int
	kind    string
	style   int
	value   strings.Builder
	formula bool
}

func (b *workbook) rows(part string, limits Limits) (*sheetRows, error) {
	in, err := b.open(part)
	if err != nil {
		return nil, err
	}
	return &sheetRows{book: b, in: in, d: xml.NewDecoder(in), limits: limits}, nil
}

func (s *sheetRows) close() { _ = s.in.Close() } // it was only read

// read is how many bytes of the sheet were read.
func (s *sheetRows) read() int64 { return s.in.n }

// next gives the next row that has cells; its line is the number of the row. The slices are used again by the next call.
func (s *sheetRows) next() (row Row, ok bool, err error) {
	for {
		token, err := s.d.RawToken()
		if err == io.EOF {
			return row, false, fault.New(fault.Invalid, "workbook-damaged", "The sheet is cut off behind row %d. Save the workbook again and upload it.", s.line)
		}
		if err != nil {
			return row, false, damaged(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case t.Name.Local == "sheetData":
				s.started = true
			case t.Name.Local == "row" && s.started:
				return s.row(t)
			}
		case xml.EndElement:
			if t.Name.Local == "sheetData" || t.Name.Local == "worksheet" {
				return row, false, nil
			}
		}
	}
}

func (s *sheetRows) row(start xml.StartElement) (row Row, ok bool, err error) {
	line := s.line + 1
	if at := attr(start, "r"); at != "" {
		if line, err = strconv.Atoi(at); err != nil || line <= s.line || line > 1<<20 {
			return row, false, fault.New(fault.Invalid, "workbook-damaged", "The rows of the sheet are not in order behind row %d. Save the workbook again and upload it.", s.line)
		}
	}
	s.line = line
	s.cells, s.exact = s.cells[:0], s.exact[:0]
	row = Row{Line: line, LastLine: line}
	size, at := 0, 0 // at is the column of the last cell, from 1
	var text, rich bool
	for {
		token, err := s.d.RawToken()
		if err != nil {
			return row, false, damaged(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "c":
				if at, err = s.begin(t, at); err != nil {
					return row, false, err
				}
			case "f":
				s.cell.formula = true
			case "v", "t":
				text = !rich
			case "rPh":
				rich = true
			}
		case xml.CharData:
			if text {
				s.cell.value.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v", "t":
				text = false
			case "rPh":
				rich = false
			case "c":
				f := s.end(&size)
				if row.Fault == nil && f != nil {
					row.Fault = f.AtLine(line, 0)
				}
			case "row":
				s.total += int64(size)
				if s.total > s.limits.MaxBytes {
					return row, false, fault.New(fault.TooLarge, "file-too-large", "The table is larger than %s. Split the export into smaller files, for example one a year.", bytesInWords(s.limits.MaxBytes))
				}
				row.Cells, row.exact = s.cells, s.exact
				return row, true, nil
			}
		}
	}
}

// begin starts a cell and gives its column.
func (s *sheetRows) begin(t xml.StartElement, before int) (int, error) {
	column := before + 1
	if at := attr(t, "r"); at != "" {
		if column = columnOf(at); column <= before {
			return 0, fault.New(fault.Invalid, "workbook-damaged", "The cells of row %d are not in order. Save the workbook again and upload it.", s.line)
		}
	}
	style, err := strconv.Atoi(attr(t, "s"))
	if err != nil {
		style = -1
	}
	s.cell.column, s.cell.kind, s.cell.style, s.cell.formula = column, attr(t, "t"), style, false
	if style == -1 {
		s.cell.style = 0 // a cell without a style has the first one
	}
	s.cell.value.Reset()
	return column, nil
}

// end puts the value of the cell in its place. Its fault costs the row.
func (s *sheetRows) end(size *int) *fault.Fault {
	value, exact, f := s.value()
	if f != nil {
		return f
	}
	if value == "" {
		return nil
	}
	at := columnName(s.cell.column)
	switch *size += len(value); {
	case s.cell.column > s.limits.MaxColumns:
		return fault.New(fault.TooLarge, "too-many-columns", "Cell %s%d lies beyond the %d columns that are read. Export only the columns you need.", at, s.line, s.limits.MaxColumns)
	case len(value) > s.limits.MaxCellBytes:
		return fault.New(fault.TooLarge, "cell-too-long", "Cell %s%d is longer than %s. Leave long text columns out of the export.", at, s.line, bytesInWords(int64(s.limits.MaxCellBytes)))
	case *size > s.limits.MaxRowBytes:
		return fault.New(fault.TooLarge, "row-too-long", "Row %d is longer than %s. Leave long text columns out of the export.", s.line, bytesInWords(int64(s.limits.MaxRowBytes)))
	}
	for len(s.cells) < s.cell.column {
		s.cells, s.exact = append(s.cells, ""), append(s.exact, false)
	}
	s.cells[s.cell.column-1], s.exact[s.cell.column-1] = value, exact
	return nil
}

func (s *sheetRows) value() (text string, exact bool, f *fault.Fault) {
	raw := s.cell.value.String()
	at := columnName(s.cell.column) + strconv.Itoa(s.line)
	switch s.cell.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(raw))
		text, ok := s.book.shared.at(n)
		if err != nil || !ok {
			return "", false, fault.New(fault.Invalid, "workbook-damaged", "Cell %s refers to a text that the workbook does not hold. Save the workbook again.", at)
		}
		return text, false, nil
	case "b":
		if isTrue(strings.TrimSpace(raw)) {
			return "true", false, nil
		}
		return "false", false, nil
	case "", "n":
		if raw == "" && s.cell.formula {
			return "", false, fault.New(fault.Invalid, "formula-without-value", "Cell %s holds a formula whose result was not saved. Open the workbook in a spreadsheet program, save it and upload it again.", at)
		}
		if strings.TrimSpace(raw) == "" {
			return "", false, nil
		}
		text, exact = s.book.number(raw, s.cell.style)
		return text, exact, nil
	}
	return strings.ToValidUTF8(raw, "\uFFFD"), false, nil
}

// columnOf is the number of the column that a reference such as "AB12" names, 0 when it names none.
func columnOf(ref string) int {
	n, i := 0, 0
	for ; i < len(ref) && i < 3 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	if i == len(ref) || !allDigits(ref[i:]) {
		return 0
	}
	return n
}

// columnName is the name of a column of a sheet: 1 is A, 28 is AB.
func columnName(n int) string {
	name := ""
	for ; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}
