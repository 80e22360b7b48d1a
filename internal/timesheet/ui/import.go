package ui

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

const importPath = Path + "/import"

// mostImport is how long a table of time can be.
const mostImport = 8 << 20

func (p *Pages) importRoutes() []web.Route {
	upload := post(importPath, access.TimeOwn, p.importTable)
	upload.BodyLimit = mostImport + 1<<20
	return []web.Route{get(importPath, access.TimeOwn, p.showImport), upload}
}

func (p *Pages) showImport(w http.ResponseWriter, r *http.Request) error {
	return p.importPage(w, r, kit.Input{}, nil)
}

func (p *Pages) importPage(w http.ResponseWriter, r *http.Request, in kit.Input, would *ops.Imported) error {
	view := kit.PageView{Title: "Import time", Room: Room, Narrow: true, Tabs: tabs(r, importPath), Status: in.Status(),
		Lede: "A table of your own time as drafts, or of others where you approve it. All of it or nothing; the same table again changes nothing."}
	fields := []kit.Field{
		{Name: "file", Label: "File", Kind: kit.Upload, Accept: ".csv,.tsv,.txt,.gz,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Hint: "CSV or .xlsx: the export of a client's page here, or the detailed report of Toggl Track, Harvest or Clockify."},
		{Name: "date_order", Label: "Days written with numbers only", Kind: kit.Select, Options: []kit.Option{{Value: "ymd", Text: "2026-03-31"}, {Value: "dmy", Text: "31/03/2026"}, {Value: "mdy", Text: "03/31/2026"}}},
		{Name: "rounding", Label: "Parts of a minute", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "are a problem"}, {Value: "nearest", Text: "to the nearest minute"}, {Value: "up", Text: "up"}, {Value: "down", Text: "down"}}},
		{Name: "class", Label: "Rows that do not say how they count", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "are a problem"}, {Value: "billable", Text: "are billable"}, {Value: "over-serviced", Text: "are over-serviced, not charged"}, {Value: "internal", Text: "are internal"}}},
		{Name: "preview", Label: "Only look at what would come of it", Kind: kit.Checkbox, Optional: true, Value: "yes"},
	}
	var parts []templ.Component
	if would != nil {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Info, Title: "It can be imported; nothing was entered yet", Text: importedWords(*would) + " Choose the file again, without the tick, to enter it."}))
		t := kit.TableView{Caption: "The first entries", Cards: true, Columns: []kit.Column{{Title: "Day"}, {Title: "Person"}, {Title: "For"}, {Title: "Time", Align: kit.End}}}
		for _, e := range would.Entries[:min(20, len(would.Entries))] {
			t.Rows = append(t.Rows, kit.Row{Cells: []templ.Component{kit.DateText(e.Day), text(e.Person), text(about(e.What) + classWords(e.Class)), text(timesheet.Clock(e.Minutes))}})
		}
		if len(t.Rows) > 0 {
			parts = append(parts, kit.Table(t))
		}
	}
	parts = append(parts, kit.Form(kit.FormView{Action: importPath, Fields: fields, Submit: "Go on", Cancel: Path, Upload: true, Input: in}))
	return web.Render(w, r, view, kit.Group(parts...))
}

func importedWords(i ops.Imported) string {
	return fmt.Sprintf("%d rows: %d new, %d changed, %d stand there already, %d without time; %s in all.", i.Rows, i.New, i.Changed, i.Unchanged, i.Empty, timesheet.Clock(i.Minutes))
}

func (p *Pages) importTable(w http.ResponseWriter, r *http.Request) error {
	values, file, err := readUpload(r)
	in := ops.ImportInput{Reader: bytes.NewReader(file), DateOrder: csvin.DateOrder(values.Get("date_order")), Rounding: timesheet.Rounding(values.Get("rounding")), Class: timesheet.Class(values.Get("class")), Preview: values.Get("preview") != ""}
	var out ops.Imported
	if err == nil {
		out, err = p.Ops.Import(r.Context(), actor(r), in)
	}
	if web.Correctable(err) || fault.Is(err, fault.TooLarge) {
		return p.importPage(w, r, kit.Input{Values: values, Err: err}, nil)
	}
	if err != nil {
		return err
	}
	if in.Preview {
		return p.importPage(w, r, kit.Input{Values: values}, &out)
	}
	web.Flash(r, kit.Done, importedWords(out))
	web.Redirect(w, r, Path)
	return nil
}

// readUpload reads the form with its file. Faults: Invalid at "file"; TooLarge.
func readUpload(r *http.Request) (url.Values, []byte, error) {
	missing := fault.New(fault.Invalid, "file-missing", "Choose the file to import.").At("file")
	values := url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return values, nil, missing
	}
	var file []byte
	for {
		field, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return values, nil, fault.New(fault.Invalid, "form", "The form did not arrive whole; send it again.").At("file").Because(err)
		}
		limit := int64(1 << 10)
		if field.FormName() == "file" {
			limit = mostImport
		}
		body, err := io.ReadAll(io.LimitReader(field, limit+1))
		switch {
		case err != nil:
			return values, nil, fault.New(fault.Invalid, "form", "The form did not arrive whole; send it again.").At("file").Because(err)
		case int64(len(body)) > limit:
			return values, nil, fault.New(fault.TooLarge, "file-too-large", "A table of time has at most %d MiB. Split it, for example by quarter.", mostImport>>20).At("file")
		case field.FormName() == "file":
			file = body
		case web.Storable(string(body)):
			values.Set(field.FormName(), string(body))
		}
	}
	if len(file) == 0 {
		return values, nil, missing
	}
	return values, file, nil
}
