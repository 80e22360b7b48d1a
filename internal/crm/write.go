package crm

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// WriteCSV writes records of one kind as its plain file: all columns (later ones where they hold something), rows in the order of their ids, line feeds, UTF-8 without mark.
// Equal records give equal bytes in whatever order they come. Cells that spreadsheets would take for formulas get an apostrophe in front,
// which the generic profile takes away again.
func WriteCSV(k Kind, records []Record, w io.Writer) error {
	columns := Columns(k)
	if columns == nil {
		return fmt.Errorf("write records: no kind %q", k)
	}
	sorted := slices.Clone(records)
	slices.SortFunc(sorted, func(a, b Record) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), slices.Compare(a.Values, b.Values))
	})
	keep := writtenColumns(k, columns, records)
	out := csv.NewWriter(w)
	cells := make([]string, len(keep))
	for at, i := range keep {
		cells[at] = columns[i]
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	for _, r := range sorted {
		if r.Kind != k || len(r.Values) != len(columns) {
			return fmt.Errorf("write %s: record %q is a %s with %d values", FileName(k), r.ID, r.Kind, len(r.Values))
		}
		for at, i := range keep {
			cells[at] = csvin.Neutralise(r.Values[i])
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writtenColumns are the places of the columns that the file has.
func writtenColumns(k Kind, columns []string, records []Record) (keep []int) {
	for i, c := range columns {
		if !slices.Contains(laterColumns[k], c) || slices.ContainsFunc(records, func(r Record) bool { return i < len(r.Values) && r.Values[i] != "" }) {
			keep = append(keep, i)
		}
	}
	return keep
}
