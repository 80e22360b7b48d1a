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

// WriteCSV writes records of one kind as its plain file: all columns, rows in the order of their ids, line feeds, UTF-8 without mark.
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
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	cells := make([]string, len(columns))
	for _, r := range sorted {
		if r.Kind != k || len(r.Values) != len(columns) {
			return fmt.Errorf("write %s: record %q is a %s with %d values", FileName(k), r.ID, r.Kind, len(r.Values))
		}
		for i, v := range r.Values {
			cells[i] = csvin.Neutralise(v)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
