package ui

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// readingOf is how the file itself is read, as the address or the form states it.
func readingOf(values url.Values) csvin.Options {
	line, _ := strconv.Atoi(values.Get("header")) // what is no number states nothing
	return csvin.Options{Sheet: values.Get("sheet"), Header: max(0, line)}
}

func withReading(m crm.Mapping, as csvin.Options) crm.Mapping {
	m.Sheet, m.Header = cmp.Or(as.Sheet, m.Sheet), cmp.Or(as.Header, m.Header)
	return m
}

// sheetPage asks which sheet of a workbook is read, before anything else can be said of it.
func (p *Pages) sheetPage(w http.ResponseWriter, r *http.Request, preview ops.Preview) error {
	i := preview.Import
	view := kit.PageView{Title: "Which sheet of " + i.Filename + " is read?", Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Import a file", Href: base(r) + "/import"}),
		Lede: "The workbook has several sheets that hold rows. One import reads one of them; upload the file again for another.", Actions: discardAction(r, i)}
	return web.Render(w, r, view, asForm([]kit.Field{sheetField(preview)}, stepPath(r, i.ID)+"/mapping"))
}

// tableField chooses one of several tables of a text file.
func tableField(p ops.Preview) kit.Field {
	f := kit.Field{Name: "sheet", Label: "Table of the file", Kind: kit.Select, Value: cmp.Or(p.Layout.Sheet, p.Tables[0].Name), Hint: "One import reads one table; upload the file again for another."}
	for _, t := range p.Tables {
		f.Options = append(f.Options, kit.Option{Value: t.Name, Text: t.Name + ": " + short(strings.Join(t.Columns, ", "))})
	}
	return f
}

func sheetField(p ops.Preview) kit.Field {
	f := kit.Field{Name: "sheet", Label: "Sheet", Kind: kit.Select, Value: p.Layout.Sheet}
	if p.Layout.Sheet == "" {
		f.Options = append(f.Options, kit.Option{Value: "", Text: "Choose"})
	}
	for _, s := range p.Layout.Sheets {
		words := s.Name
		switch {
		case s.Empty:
			continue
		case s.Hidden:
			words += " (hidden in the workbook)"
		}
		f.Options = append(f.Options, kit.Option{Value: s.Name, Text: words})
	}
	return f
}

func failedNotice(i ops.Import) templ.Component {
	if i.Message == "" {
		return nil
	}
	title := "The dry run did not end"
	if i.ActorName == ops.FinderName && i.Mapping.Object == "" {
		title = "The file could not be imported by itself"
	}
	return kit.Notice(kit.NoticeView{Level: kit.Problem, Title: title, Text: i.Message})
}

// faultyNotice says what is wrong with rows near the start, where it is seen best that the file is not what it seems.
func faultyNotice(p ops.Preview) templ.Component {
	if len(p.Faulty) == 0 {
		return nil
	}
	var list []kit.IssueView
	for _, f := range p.Faulty {
		list = append(list, kit.IssueView{Level: kit.Warning, Text: kit.Sentence(f)})
	}
	return kit.Group(kit.Notice(kit.NoticeView{Level: kit.Warning, Text: "Some of the first rows cannot be read. They will be left out and listed."}), kit.Issues(list))
}

func layoutWords(p ops.Preview) string {
	delimiter := map[byte]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "vertical bar"}[p.Layout.Delimiter]
	words := fmt.Sprintf("%s; %d columns separated by %s; %s", size(p.Import.Bytes), len(p.Header), delimiter, strings.ToUpper(string(p.Layout.Encoding)))
	if p.Layout.Workbook {
		words = fmt.Sprintf("%s; sheet %s with %d columns", size(p.Import.Bytes), p.Layout.Sheet, len(p.Header))
	}
	if above := p.Layout.Preamble; len(above) > 0 {
		words += fmt.Sprintf("; the columns are named on line %d, below “%s”", p.HeaderLine, short(aboveWords(above)))
	}
	if p.Layout.Gzip {
		words += ", packed with gzip"
	}
	if p.Layout.Fallback {
		words += " (assumed: look at letters with accents)"
	}
	return words + ". These are its first rows."
}

// aboveWords are the lines above the table without the signs of comments, and without those that say nothing.
func aboveWords(above []string) string {
	var words []string
	for _, line := range above {
		if line = strings.Trim(line, "#- "); line != "" {
			words = append(words, line)
		}
	}
	return strings.Join(words, " / ")
}

func firstRows(p ops.Preview) kit.TableView {
	v := kit.TableView{Caption: "The first rows of the file", Quiet: true}
	for _, h := range p.Header {
		v.Columns = append(v.Columns, kit.Column{Title: h})
	}
	for _, cells := range p.Rows {
		var row kit.Row
		for _, c := range cells {
			row.Cells = append(row.Cells, kit.Text(short(c)))
		}
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) == 0 {
		v.Empty = kit.Notice(kit.NoticeView{Level: kit.Warning, Text: "The file has a header and no row that can be read."})
	}
	return v
}

func short(s string) string {
	runes := []rune(s)
	if len(runes) <= 60 {
		return s
	}
	return string(runes[:60]) + "…"
}
