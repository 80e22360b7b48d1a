package csvin

import (
	"io"
	"slices"
)

// openSheet opens a spreadsheet document and finds the header of the sheet to read.
func openSheet(r io.Reader, opt Options, limits Limits) (*Reader, error) {
	book, err := openWorkbook(r)
	if err != nil {
		return nil, err
	}
	chosen, err := book.choose(opt.Sheet)
	if err != nil {
		return nil, err
	}
	rows, err := book.rows(chosen.part, limits)
	if err != nil {
		return nil, err
	}
	rd := &Reader{opt: opt, limits: limits, sheet: rows, line: 1, sure: true,
		layout: Layout{Encoding: UTF8, Workbook: true, Sheet: chosen.Name, Sheets: book.sheets}}
	if err := rd.readHeader(); err != nil {
		return nil, err
	}
	for n := len(rd.header); n > 0 && rd.header[n-1] == ""; n-- {
		rd.header = rd.header[:n-1]
	}
	return rd, nil
}

// Sheets lists the sheets of a workbook; none for any other file. Errors as Open.
func Sheets(r io.Reader) ([]Sheet, error) {
	book, err := openWorkbook(r)
	if err != nil {
		return nil, err
	}
	return book.sheets, nil
}

// nextOfSheet finds the next row that is not blank; those that the sheet leaves out count as blank.
func (r *Reader) nextOfSheet() bool {
	for {
		row, ok, err := r.sheet.next()
		if err != nil {
			r.err = damaged(err)
		}
		if err != nil || !ok {
			r.sheet.close()
			return false
		}
		r.counts.Blank += row.Line - r.line
		r.line = row.Line + 1
		if row.Fault == nil && allEmpty(row.Cells) {
			r.countBlank()
			continue
		}
		if row.Fault != nil {
			row.Cells, row.exact = nil, nil
		}
		r.row = row
		return true
	}
}

// fit brings a row of a sheet to the width of the header: a sheet does not keep empty cells at the end of a row.
func (r *Reader) fit() {
	if r.sheet == nil || r.row.Fault != nil {
		return
	}
	cells, exact := r.row.Cells, r.row.exact
	for len(cells) > len(r.header) && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	for len(cells) < len(r.header) {
		cells = append(cells, "")
	}
	r.row.Cells, r.row.exact = cells, slices.Clip(exact)
}
