package ui

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// fileName is what a download is called: "growth-2026-03-r1.csv".
func fileName(st ops.Statement, extension string) string {
	return strings.TrimSuffix(sheet{Statement: st}.packName(), ".zip") + extension
}

func (p *Pages) downloadJSON(w http.ResponseWriter, r *http.Request) error {
	st, err := p.read(r)
	if err != nil {
		return err
	}
	body, err := st.Document.Encode()
	if err != nil {
		return fmt.Errorf("encode statement %s: %w", st.ID, err)
	}
	web.Attach(w, fileName(st, ".json"), "application/json")
	_, _ = w.Write(body) // the reader has gone; nothing to do
	return nil
}

// downloadPack writes the pack whole or not at all: a broken one would look like a forged one.
func (p *Pages) downloadPack(w http.ResponseWriter, r *http.Request) error {
	st, err := p.read(r)
	if err != nil {
		return err
	}
	out, err := p.Ops.Pack(r.Context(), actor(r), st.ID)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := pack.Write(&body, out); err != nil {
		return err
	}
	web.Attach(w, out.FileName(), "application/zip")
	_, _ = w.Write(body.Bytes()) // the reader has gone; nothing to do
	return nil
}

// column is one column of the lines as a table for other programs.
type column struct {
	name   string
	number bool // holds a plain decimal wherever the line has one
	value  func(st ops.Statement, l fees.Line) string
}

var columns = []column{
	{"line", true, func(_ ops.Statement, l fees.Line) string { return strconv.Itoa(l.No) }},
	{"clause", false, func(_ ops.Statement, l fees.Line) string { return l.Clause }},
	{"kind", false, func(_ ops.Statement, l fees.Line) string { return string(l.Kind) }},
	{"text", false, func(_ ops.Statement, l fees.Line) string { return l.Text }},
	{"quantity", true, func(_ ops.Statement, l fees.Line) string { return l.Quantity }},
	{"unit", false, func(_ ops.Statement, l fees.Line) string { return l.Unit }},
	{"rate", true, func(_ ops.Statement, l fees.Line) string { return l.Rate }},
	{"amount", true, func(_ ops.Statement, l fees.Line) string { return l.Amount.String() }},
	{"currency", false, func(_ ops.Statement, l fees.Line) string { return string(l.Amount.Currency) }},
	{"belongs_to_line", true, func(_ ops.Statement, l fees.Line) string {
		if l.With == 0 {
			return ""
		}
		return strconv.Itoa(l.With)
	}},
	{"state", false, lineState},
	{"deal", false, func(_ ops.Statement, l fees.Line) string { return l.Deal }},
	{"contract_version", true, func(_ ops.Statement, l fees.Line) string {
		if l.Basis.Version == 0 {
			return ""
		}
		return strconv.Itoa(l.Basis.Version)
	}},
	{"formula", false, func(_ ops.Statement, l fees.Line) string { return l.Basis.Formula }},
	{"rounding", false, func(_ ops.Statement, l fees.Line) string { return l.Basis.Rounding }},
}

// lineState is empty before the statement is submitted: nothing was reviewed yet.
func lineState(st ops.Statement, l fees.Line) string {
	if st.State != fees.Submitted && st.State != fees.Locked {
		return ""
	}
	return string(st.Life.Lines[l.No-1].State)
}

func (p *Pages) downloadCSV(w http.ResponseWriter, r *http.Request) error {
	st, err := p.read(r)
	if err != nil {
		return err
	}
	web.Attach(w, fileName(st, ".csv"), "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = c.name
	}
	_ = out.Write(head) // a broken connection shows again at the end, and there is nobody to tell
	for _, l := range st.Document.Statement.Lines {
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = csvin.Neutralise(c.value(st, l))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return nil
}

func (p *Pages) downloadXLSX(w http.ResponseWriter, r *http.Request) error {
	st, err := p.read(r)
	if err != nil {
		return err
	}
	file, err := workbook(st)
	if err != nil {
		return fmt.Errorf("write the lines of statement %s as a workbook: %w", st.ID, err)
	}
	defer file.Close()
	body, err := file.WriteToBuffer()
	if err != nil {
		return fmt.Errorf("write the lines of statement %s as a workbook: %w", st.ID, err)
	}
	web.Attach(w, fileName(st, ".xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	_, _ = w.Write(body.Bytes()) // the reader has gone; nothing to do
	return nil
}

const sheetName = "Lines"

// workbook holds the lines as one table. Exact decimals become numbers; everything else is text and never a formula.
func workbook(st ops.Statement) (*excelize.File, error) {
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", sheetName); err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	amounts := "#,##0." + strings.Repeat("0", st.Total.Currency.Digits())
	if st.Total.Currency.Digits() == 0 {
		amounts = "#,##0"
	}
	money, err := f.NewStyle(&excelize.Style{CustomNumFmt: &amounts})
	if err != nil {
		return nil, err
	}
	for i, c := range columns {
		if err := setCell(f, i, 1, c.name, false, bold); err != nil {
			return nil, err
		}
		for j, l := range st.Document.Statement.Lines {
			style := 0
			if c.name == "amount" {
				style = money
			}
			if err := setCell(f, i, j+2, c.value(st, l), c.number, style); err != nil {
				return nil, err
			}
		}
	}
	if err := f.SetColWidth(sheetName, "D", "D", 48); err != nil {
		return nil, err
	}
	return f, f.SetPanes(sheetName, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func setCell(f *excelize.File, column, row int, value string, number bool, style int) error {
	cell, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil || value == "" {
		return err
	}
	if number && isDecimal(value) {
		err = f.SetCellDefault(sheetName, cell, value) // as it is written, not by way of a float
	} else {
		err = f.SetCellStr(sheetName, cell, csvin.Neutralise(value))
	}
	if err != nil || style == 0 {
		return err
	}
	return f.SetCellStyle(sheetName, cell, cell, style)
}

// isDecimal reports whether the text is a plain decimal: "-1300.00".
func isDecimal(text string) bool {
	whole, frac, dotted := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool {
		return s != "" && strings.Trim(s, "0123456789") == ""
	}
	return digits(whole) && (!dotted || digits(frac))
}
