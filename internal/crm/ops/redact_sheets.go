package ops

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// sheets puts a copy of a workbook into the store of which a cell tells of an erased person: its sheets, with their rows in their places and what the cells say, and nothing else that a
// workbook may hold. A copy that cannot be made or does not read as it should is no copy: the workbook is then removed.
func (r redactor) sheets(ctx context.Context, files *blob.Store, sha string, layout csvin.Layout, of *rowsOf) (out copied, err error) {
	out.was = sha
	if len(layout.Sheets) == 0 { // nobody can tell what is in it
		out.is, out.changed, err = removed(ctx, files, nil)
		return out, err
	}
	f, err := files.Get(sha)
	if err != nil {
		return out, err
	}
	content, err := io.ReadAll(f)
	if err = firstOf(err, f.Close()); err != nil {
		return out, err
	}
	book := excelize.NewFile()
	defer book.Close()
	for n, sheet := range layout.Sheets {
		if n == 0 {
			err = book.SetSheetName("Sheet1", sheet.Name)
		} else {
			_, err = book.NewSheet(sheet.Name)
		}
		if err != nil || sheet.Empty {
			continue
		}
		rows := of
		if sheet.Name != layout.Sheet { // nothing was read from it
			rows = &rowsOf{}
		}
		changed, people, copyErr := r.sheet(book, content, sheet.Name, rows)
		if err = copyErr; err != nil {
			break
		}
		out.changed = out.changed || changed
		if sheet.Name == layout.Sheet {
			out.people = people
		}
	}
	if err == nil && !out.changed {
		return out, nil
	}
	var packed bytes.Buffer
	if err == nil {
		err = book.Write(&packed)
	}
	if err != nil || !r.reads(packed.Bytes(), of, layout) {
		out.is, out.changed, err = removed(ctx, files, nil)
		return out, err
	}
	out.is, _, err = files.Put(ctx, &packed)
	return out, err
}

// sheet copies a sheet, row by row.
func (r redactor) sheet(to *excelize.File, content []byte, name string, of *rowsOf) (changed bool, people []int64, err error) {
	reading := csvin.Options{Sheet: name}
	if of.reading.Header > 0 {
		reading.Header = of.reading.Header
	}
	table, err := csvin.Open(bytes.NewReader(content), reading)
	if err != nil {
		return false, nil, err
	}
	of.place(table.HeaderLine(), table.Header())
	w, err := to.NewStreamWriter(name)
	if err != nil {
		return false, nil, err
	}
	write := func(cells []string, line int, exact func(int) bool) error {
		is, person := r.row(cells, int64(line), int64(line), of)
		changed = changed || !slices.Equal(is, cells)
		if person {
			people = append(people, int64(line))
		}
		values := make([]any, len(is))
		for i, text := range is {
			if values[i] = text; text == "" {
				values[i] = nil
			}
			if x, err := strconv.ParseFloat(text, 64); err == nil && exact(i) {
				values[i] = x
			}
		}
		return w.SetRow("A"+strconv.Itoa(line), values)
	}
	text := func(int) bool { return false }
	above := table.Layout().Preamble
	for n, preamble := range above {
		if err := write([]string{preamble}, table.HeaderLine()-len(above)+n, text); err != nil {
			return false, nil, err
		}
	}
	if err := write(table.Header(), table.HeaderLine(), text); err != nil {
		return false, nil, err
	}
	for table.Next() {
		row := table.Row()
		if err := write(row.Cells, row.Line, row.Exact); err != nil {
			return false, nil, err
		}
	}
	return changed, people, firstOf(table.Err(), w.Flush())
}

// reads says whether a copy has the columns of what it was made of.
func (r redactor) reads(content []byte, of *rowsOf, layout csvin.Layout) bool {
	if layout.Sheet == "" {
		return true
	}
	table, err := csvin.Open(bytes.NewReader(content), csvin.Options{Sheet: layout.Sheet, Header: of.reading.Header})
	if err != nil || int64(table.HeaderLine()) != of.header {
		return false
	}
	for i, field := range of.at {
		if i >= len(table.Header()) || of.fields[table.Header()[i]] != field {
			return false
		}
	}
	return true
}
