package ui

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// sheet is a table to save. Cells that a spreadsheet would take for formulas are made harmless.
type sheet struct {
	name   string // of the file, without its ending
	header []string
	rows   [][]cell
}

type cell struct {
	text   string
	number bool // a plain decimal that a spreadsheet should calculate with
}

func (s sheet) send(w http.ResponseWriter, format string) error {
	if format == "xlsx" {
		return s.xlsx(w)
	}
	web.Attach(w, s.name+".csv", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	if err := out.Write(s.header); err != nil {
		return err
	}
	line := make([]string, len(s.header))
	for _, row := range s.rows {
		for i, c := range row {
			line[i] = csvin.Neutralise(c.text)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (s sheet) xlsx(w http.ResponseWriter) error {
	f := excelize.NewFile()
	defer f.Close()
	stream, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	values := make([]any, len(s.header))
	for i, h := range s.header {
		values[i] = h
	}
	if err := stream.SetRow("A1", values); err != nil {
		return err
	}
	for n, row := range s.rows {
		for i, c := range row {
			values[i] = csvin.Neutralise(c.text)
			if v, err := strconv.ParseFloat(c.text, 64); c.number && err == nil {
				values[i] = v
			}
		}
		if err := stream.SetRow(fmt.Sprintf("A%d", n+2), values); err != nil {
			return err
		}
	}
	if err := stream.Flush(); err != nil {
		return err
	}
	web.Attach(w, s.name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return f.Write(w)
}
