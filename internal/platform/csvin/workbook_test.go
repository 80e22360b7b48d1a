package csvin

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// sheetFile writes a workbook by another hand than the one that reads.
func sheetFile(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readSheet(t *testing.T, file []byte, opt Options) (*Reader, [][]string) {
	t.Helper()
	r, err := Open(bytes.NewReader(file), opt)
	must(t, err)
	var rows [][]string
	for r.Next() {
		if f := r.Row().Fault; f != nil {
			rows = append(rows, []string{fmt.Sprintf("!%s %d", f.Code, f.Line)})
			continue
		}
		rows = append(rows, slices.Clone(r.Row().Cells))
	}
	must(t, r.Err())
	return r, rows
}

func TestWorkbookIsReadLikeATable(t *testing.T) {
	file := sheetFile(t, func(f *excelize.File) {
		day, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		german := "dd.mm.yy"
		short, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &german})
		whole := `#,##0 "EUR"`
		rounded, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &whole})
		percent, _ := f.NewStyle(&excelize.Style{NumFmt: 10})
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"Deals of March"}))
		must(t, f.SetSheetRow("Sheet1", "A3", &[]any{"deal_id", "amount", "closed_on", "share", "name"}))
		must(t, f.SetSheetRow("Sheet1", "A4", &[]any{"D1", 0.1 + 0.2, 46112, 0.125, "Acme, \"pipes\""}))
		must(t, f.SetSheetRow("Sheet1", "A6", &[]any{"D2", 14000.5, 46112.604166666664, true, "Zoë"}))
		must(t, f.SetSheetRow("Sheet1", "A7", &[]any{12345678901, 12345678901234567, nil, nil, nil, "beyond"}))
		must(t, f.SetSheetRow("Sheet1", "A8", &[]any{12345678901, 1234567890123456789}))
		must(t, f.SetCellStyle("Sheet1", "C4", "C4", day))
		must(t, f.SetCellStyle("Sheet1", "C6", "C6", short))
		must(t, f.SetCellStyle("Sheet1", "B6", "B6", rounded))
		must(t, f.SetCellStyle("Sheet1", "D4", "D4", percent))
	})

	r, rows := readSheet(t, file, Options{})

	want := [][]string{
		{"D1", "0.3", "2026-03-31", "12.5%", `Acme, "pipes"`},
		{"D2", "14000.5", "2026-03-31 14:30:00", "true", "Zoë"},
		{"!column-count 7"},
		{"12345678901", "1.23456789012346E+18", "", "", ""},
	}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("read\n%q, want\n%q", rows, want)
	}
	if r.HeaderLine() != 3 || !slices.Equal(r.Layout().Preamble, []string{"Deals of March"}) || !r.Layout().Workbook || r.Layout().Sheet != "Sheet1" {
		t.Errorf("header on line %d, layout %+v", r.HeaderLine(), r.Layout())
	}
	if c := r.Counts(); c != (Counts{Rows: 3, Rejected: 1, Blank: 1}) {
		t.Errorf("counts %+v", c)
	}
}

func TestNumberOfAWorkbookIsExactUnderEveryConvention(t *testing.T) {
	file := sheetFile(t, func(f *excelize.File) {
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"id", "amount"}))
		must(t, f.SetSheetRow("Sheet1", "A2", &[]any{"x", 1.234}))
		must(t, f.SetSheetRow("Sheet1", "A3", &[]any{"y", "1.234"}))
	})
	r, err := Open(bytes.NewReader(file), Options{})
	must(t, err)
	for _, exact := range []bool{true, false} {
		if !r.Next() || r.Row().Exact(1) != exact || r.Row().Exact(0) {
			t.Errorf("row %d: exact %t", r.Row().Line, r.Row().Exact(1))
		}
	}
}

func TestDaysOfBothDateSystems(t *testing.T) {
	for _, c := range []struct {
		from1904 bool
		serial   float64
		want     string
	}{
		{false, 1, "1900-01-01"}, {false, 59, "1900-02-28"}, {false, 60, "1900-02-29"}, {false, 61, "1900-03-01"}, {false, 45292, "2024-01-01"},
		{false, 0.75, "18:00:00"}, {false, 45292.999988425925, "2024-01-01 23:59:59"}, {false, 45292.5000000001, "2024-01-01 12:00:00"}, {false, 2958465, "9999-12-31"},
		{true, 0, "1904-01-01"}, {true, 43830, "2024-01-01"}, {true, 43830.25, "2024-01-01 06:00:00"},
	} {
		if got, ok := (&workbook{date04: c.from1904}).moment(c.serial); !ok || got != c.want {
			t.Errorf("%v (1904: %t) is %s, want %s", c.serial, c.from1904, got, c.want)
		}
	}
	if _, err := (Convention{}).Date("1900-02-29"); codeOf(err) != "!date-impossible" {
		t.Errorf("the day that never was: %v", err)
	}
	file := sheetFile(t, func(f *excelize.File) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		style, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"id", "day"}))
		must(t, f.SetSheetRow("Sheet1", "A2", &[]any{"x", time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}))
		must(t, f.SetCellStyle("Sheet1", "B2", "B2", style))
	})
	if _, rows := readSheet(t, file, Options{}); rows[0][1] != "2024-01-01" {
		t.Errorf("a day since 1904 is %s", rows[0][1])
	}
}

func TestFormatCodes(t *testing.T) {
	for code, want := range map[string]numberFormat{
		"General": plainNumber, "0.00": plainNumber, `#,##0.00 "day"`: plainNumber, "[Red]0": plainNumber, "[$-407]dd.mm.yyyy": dayOrTime, "yyyy-mm-dd": dayOrTime,
		"h:mm AM/PM": dayOrTime, "[h]:mm": elapsed, "0.0%": percentage, `0;"d"`: plainNumber, `\d0`: plainNumber, "[$€-2] #,##0": plainNumber, "mmm yyyy": dayOrTime,
	} {
		if got := formatOfCode(code); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
}

func TestSheetIsChosen(t *testing.T) {
	two := sheetFile(t, func(f *excelize.File) {
		for _, name := range []string{"March", "Notes", "Old"} {
			_, err := f.NewSheet(name)
			must(t, err)
			must(t, f.SetSheetRow(name, "A1", &[]any{"id", "name"}))
			must(t, f.SetSheetRow(name, "A2", &[]any{"x", name}))
		}
		must(t, f.SetSheetVisible("Old", false))
	})
	if _, err := Open(bytes.NewReader(two), Options{}); fault.Code(err) != "sheet-not-stated" || !strings.Contains(err.Error(), `"March", "Notes", "Old"`) {
		t.Errorf("of several sheets none is taken by itself: %v", err)
	}
	if _, err := Open(bytes.NewReader(two), Options{Sheet: "April"}); fault.Code(err) != "sheet-unknown" {
		t.Errorf("an unknown sheet: %v", err)
	}
	for _, name := range []string{"Notes", "Old"} {
		if _, rows := readSheet(t, two, Options{Sheet: name}); rows[0][1] != name {
			t.Errorf("the sheet %s: %q", name, rows)
		}
	}
	one := sheetFile(t, func(f *excelize.File) { // beside an empty and a hidden one
		_, err := f.NewSheet("Data")
		must(t, err)
		must(t, f.SetSheetRow("Data", "A1", &[]any{"id", "name"}))
		_, err = f.NewSheet("Lists")
		must(t, err)
		must(t, f.SetSheetRow("Lists", "A1", &[]any{"a", "b"}))
		must(t, f.SetSheetVisible("Lists", false))
	})
	if r, _ := readSheet(t, one, Options{}); r.Layout().Sheet != "Data" || len(r.Layout().Sheets) != 3 {
		t.Errorf("layout %+v", r.Layout())
	}
}

// handmade is a workbook of which the sheet, and texts or styles, are written by hand.
func handmade(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	all := map[string]string{
		"xl/workbook.xml": `<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="t/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>id</t></si><si><r><t>na</t></r><r><t>me</t></r><rPh><t>x</t></rPh></si></sst>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	for name, text := range all {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write([]byte(text))
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

func sheetXML(rows string) map[string]string {
	return map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>` + rows + `</sheetData></worksheet>`}
}

func TestWorkbookThatIsOdd(t *testing.T) {
	cases := []struct{ name, rows, want string }{
		{"texts in every form", `<row r="2"><c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c><c r="B2" t="str"><f>x</f><v>y</v></c></row>`, `[["ab" "y"]]`},
		{"a formula without its result", `<row r="2"><c r="A2"><f>1+1</f></c></row><row r="3"><c r="A3"><f>1+1</f><v>2</v></c></row>`, `[["!formula-without-value 2"] ["2" ""]]`},
		{"an error of a formula", `<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>`, `[["#REF!" ""]]`},
		{"no references", `<row><c><v>1</v></c><c><v>2</v></c></row>`, `[["1" "2"]]`},
		{"a text that is not there", `<row r="2"><c r="A2" t="s"><v>77</v></c></row>`, `[["!workbook-damaged 2"]]`},
		{"far to the right", `<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>1</v></c></row>`, `[["!too-many-columns 2"]]`},
		{"far below", `<row r="1048576"><c r="A1048576"><v>7</v></c></row>`, `[["7" ""]]`},
	}
	for _, c := range cases {
		if _, rows := readSheet(t, handmade(t, sheetXML(c.rows)), Options{}); fmt.Sprintf("%q", rows) != c.want {
			t.Errorf("%s: %q, want %s", c.name, rows, c.want)
		}
	}
	for name, rows := range map[string]string{
		"rows out of order":  `<row r="3"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>`,
		"cells out of order": `<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>`,
		"a declaration":      `<!DOCTYPE x>`,
		"a comment":          `<!-- x -->`,
		"not XML":            `<row r="2"><c r="A2`,
	} {
		r, err := Open(bytes.NewReader(handmade(t, sheetXML(rows))), Options{})
		for err == nil && r.Next() {
		}
		if err == nil {
			err = r.Err()
		}
		if fault.Code(err) != "workbook-damaged" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWorkbookThatIsABomb(t *testing.T) {
	long := strings.Repeat("<si><t/></si>", maxShared+1)
	for name, c := range map[string]struct {
		parts map[string]string
		code  string
	}{
		"a sheet of nothing":    {sheetXML(strings.Repeat(" ", 40<<20)), "cell-too-long"},
		"a million empty cells": {sheetXML(strings.Repeat(`<row><c s="1"/></row>`, 2<<20)), "workbook-expands-too-much"},
		"shared texts":          {map[string]string{"xl/sharedStrings.xml": "<sst>" + long + "</sst>"}, "workbook-expands-too-much"},
		"one long cell":         {sheetXML(`<row><c t="str"><v>` + strings.Repeat("x", 5<<20) + `</v></c></row>`), "cell-too-long"},
	} {
		r, err := Open(bytes.NewReader(handmade(t, c.parts)), Options{})
		for err == nil && r.Next() {
		}
		if err == nil {
			err = r.Err()
		}
		if fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestArchiveThatIsNoWorkbook(t *testing.T) {
	archive := func(names ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, n := range names {
			_, err := z.Create(n)
			must(t, err)
		}
		must(t, z.Close())
		return b.Bytes()
	}
	for code, file := range map[string][]byte{
		"file-is-zip": archive("deals.csv"), "file-is-xlsb": archive("xl/workbook.bin"), "file-is-ods": archive("mimetype", "content.xml"),
	} {
		if _, err := Open(bytes.NewReader(file), Options{}); fault.Code(err) != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
}

func TestHeaderBehindAPreamble(t *testing.T) {
	cases := []struct {
		name, file string
		line       int
		preamble   int
	}{
		{"none", "id,name\nx,y\n", 1, 0},
		{"title and days", "Campaign report\n\"June 1, 2026 - June 30, 2026\"\nCampaign,Cost,Currency code\nBrand,1.00,USD\n", 3, 2},
		{"comments", "# ----\n# Account: a, b\n# ----\n\nDate,Campaign,Ads cost\n20260601,x,1\n", 5, 3},
		{"names and values", "Report Start:\tJune 1\nReport End:\tJune 2\n\nStart\tName\tId\tSpent\nx\ty\tz\tu\n", 4, 2},
		{"one column", "id\nx\ny\n", 1, 0},
		{"a header that is too short", "id,name\n1,a,b,c\n2,a,b,c\n", 1, 0},
		{"a short header above names", "total\nid,name\n", 2, 1},
	}
	for _, c := range cases {
		r, err := Open(strings.NewReader(c.file), Options{})
		if err != nil || r.HeaderLine() != c.line || len(r.Layout().Preamble) != c.preamble {
			t.Errorf("%s: %v, %+v", c.name, err, r)
		}
	}
	r, err := Open(strings.NewReader("a,b\nid,name\nx,y\n"), Options{Header: 2})
	if err != nil || r.Header()[0] != "id" || !r.Next() || r.Row().Cells[0] != "x" {
		t.Errorf("a stated header: %v", err)
	}
	if _, err := Open(strings.NewReader("a,b\nx,y\n"), Options{Header: 9}); fault.Code(err) != "header-line" {
		t.Errorf("a stated header that is not there: %v", err)
	}
}

func FuzzWorkbook(f *testing.F) {
	f.Add(sheetXML(`<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c><c r="B2" s="1"><v>45292.5</v></c></row>`)["xl/worksheets/sheet1.xml"], `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`, false)
	f.Add(`<worksheet><sheetData><row><c t="s"><v>1</v></c></row><row r="9"><c><f/></c></row></sheetData></worksheet>`, `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts></styleSheet>`, true)
	f.Fuzz(func(t *testing.T, sheet, styles string, raw bool) {
		file := []byte("PK\x03\x04" + sheet)
		if !raw {
			file = handmade(t, map[string]string{"xl/worksheets/sheet1.xml": sheet, "xl/styles.xml": styles,
				"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="t/styles" Target="styles.xml"/></Relationships>`})
		}
		r, err := Open(bytes.NewReader(file), Options{})
		if err != nil {
			if len(fault.All(err)) == 0 || fault.KindOf(err) == fault.Internal {
				t.Fatalf("an error without words: %v", err)
			}
			return
		}
		for last := 0; r.Next(); last = r.Row().Line {
			row := r.Row()
			if row.Line <= last || row.Fault == nil && len(row.Cells) != len(r.Header()) {
				t.Fatalf("row %d behind %d has %d cells of %d", row.Line, last, len(row.Cells), len(r.Header()))
			}
			for i := range row.Cells {
				if n, err := (Convention{Decimal: '.'}).Number(row.Cells[i]); row.Exact(i) && (err != nil || n.Mark != "") {
					t.Fatalf("%q is no plain decimal: %v", row.Cells[i], err)
				}
			}
		}
	})
}

func TestFileOfSeveralTables(t *testing.T) {
	file := "# Overview\n# Start: 20260601\nNth day,Users\n0000,5\n0001,7\n\n# Start: 20260601\n# by campaign\nCampaign,Date,Ads cost\nx,20260601,1.00\n"
	read := func(opt Options) (header []string, lines []string) {
		r, err := Open(strings.NewReader(file), opt)
		must(t, err)
		for r.Next() {
			code := "ok"
			if f := r.Row().Fault; f != nil {
				code = f.Code
			}
			lines = append(lines, fmt.Sprintf("%d %s", r.Row().Line, code))
		}
		return r.Header(), lines
	}
	if header, lines := read(Options{}); header[0] != "Nth day" || fmt.Sprint(lines) != "[4 ok 5 ok 9 another-table 10 another-table]" {
		t.Errorf("%q %q", header, lines)
	}
	if header, lines := read(Options{Sheet: "Table 2"}); header[0] != "Campaign" || fmt.Sprint(lines) != "[10 ok]" {
		t.Errorf("%q %q", header, lines)
	}
	for _, name := range []string{"Table 3", "June"} {
		if _, err := Open(strings.NewReader(file), Options{Sheet: name}); fault.Code(err) != "sheet-unknown" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTablesOfOneFile(t *testing.T) {
	file := "# Overview\n# Start date: 20260601\n# End date: 20260602\n\nNth day,New users\n0000,5\n0001,7\n\nSource,Medium,Sessions,Key events\ngoogle,cpc,7,1\nbing,cpc,2,0\nx,y,2,0\n\n" +
		"# Pages\n# Start date: 20260501\n\nPage,Views\n/,9\n"
	tables, err := Tables(strings.NewReader(file))
	must(t, err)
	if fmt.Sprint(tables) != "[{Table 1 [Nth day New users]} {Table 2 [Source Medium Sessions Key events]} {Table 3 [Page Views]}]" {
		t.Error(tables)
	}
	for sheet, want := range map[string]string{
		"":        "[Nth day New users] [6 7 9! 10! 11! 12! 17! 18!] Overview/20260601/20260602",
		"Table 2": "[Source Medium Sessions Key events] [10 11 12 17! 18!] Overview/20260601/20260602",
		"Table 3": "[Page Views] [18] Pages/20260501",
	} {
		r, err := Open(strings.NewReader(file), Options{Sheet: sheet})
		must(t, err)
		var lines []string
		for r.Next() {
			mark := ""
			if f := r.Row().Fault; f != nil && f.Code == "another-table" {
				mark = "!"
			} else if f != nil {
				mark = f.Code
			}
			lines = append(lines, fmt.Sprint(r.Row().Line, mark))
		}
		above := strings.NewReplacer("# ", "", "Start date: ", "", "End date: ", "").Replace(strings.Join(r.Layout().Preamble, "/"))
		if got := fmt.Sprint(r.Header(), " ", lines, " ", above); got != want {
			t.Errorf("%s: %s, want %s", sheet, got, want)
		}
	}
	for _, file := range []string{"a,b\n1,2\n\nc,d\n3,4\n", "", "PK\x03\x04"} {
		if tables, _ := Tables(strings.NewReader(file)); tables != nil {
			t.Errorf("%q holds %v", file, tables)
		}
	}
	r, err := Open(strings.NewReader("a,b\n1,2\n\nc,d\n3,4\n"), Options{})
	must(t, err)
	for r.Next() {
		if r.Row().Fault != nil {
			t.Errorf("a file without comments has one table: %v", r.Row().Fault)
		}
	}
}
