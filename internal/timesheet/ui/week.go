package ui

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

func (p *Pages) weekRoutes() []web.Route {
	return []web.Route{
		get(Path, access.TimeOwn, p.week),
		post(Path+"/week", access.TimeOwn, p.saveWeek),
		post(Path+"/copy", access.TimeOwn, p.copyWeek),
	}
}

// cellView is a cell of the grid.
type cellView struct {
	Name, Value, Label, WasName, Was, Shown, Error string
	Locked                                         bool
}

// weekView is the grid as a form.
type weekView struct {
	Action    string
	Hidden    []kit.Field
	Table     kit.TableView
	MaySubmit bool
}

func (p *Pages) week(w http.ResponseWriter, r *http.Request) error {
	around, err := dayOf("week", r.URL.Query().Get("week"))
	if err != nil {
		return err
	}
	return p.weekPage(w, r, around, kit.Input{})
}

func (p *Pages) weekPage(w http.ResponseWriter, r *http.Request, around cal.Date, in kit.Input) error {
	week, err := p.Ops.Week(r.Context(), actor(r), around)
	if err != nil {
		return err
	}
	fields, names, err := p.whatFields(r, timesheet.What{})
	for i := range fields { // they stand folded in
		fields[i].Hint = ""
	}
	if err != nil {
		return err
	}
	running, err := p.Ops.Timer(r.Context(), actor(r))
	if err != nil {
		return err
	}
	sunday := week.Monday.AddDays(6)
	view := kit.PageView{Title: "My time", Room: Room, Tabs: tabs(r, Path), Status: in.Status(), Lede: "Week of " + week.Monday.Words() + " to " + sunday.Words() + ": " + timesheet.Clock(week.Sum()) + " entered."}
	copyIt := kit.Button(kit.ButtonView{Text: "Copy last week", Post: Path + "/copy", Hidden: []kit.Field{{Name: "week", Kind: kit.Hidden, Value: week.Monday.String()}}})
	view.Actions = append(view.Actions, copyIt)
	parts := []templ.Component{weekNav(kit.Link{Text: "Week before", Href: weekPath(week.Monday.AddDays(-7))}, kit.Link{Text: "Week after", Href: weekPath(week.Monday.AddDays(7))})}
	parts = append(parts, p.told(week, in)...)
	parts = append(parts, part("Timer", p.timerPart(r, running, names, fields)))
	var teaches templ.Component = templ.NopComponent
	if len(week.Lines) == 0 {
		teaches = kit.Quiet("Nothing entered this week. Start the timer, write time into the empty row, or copy the rows of last week. Each row is what the time was for; each cell is a day. Write 1:30, 1h 30m or 1.5.")
	}
	parts = append(parts, part("Week", kit.Group(teaches, weekForm(grid(week, names, newRow{len(week.Lines), fields, in}, in)))))
	if len(entriesOf(week)) > 0 {
		parts = append(parts, part("Entries", kit.Table(entryTable(week, names))))
	}
	add := p.addForm(week.Today, fields, kit.Input{})
	if len(week.Lines) > 0 {
		add = folded("Add an entry, or from when to when", add)
	}
	parts = append(parts, part("Add time", add))
	return web.Render(w, r, view, kit.Group(parts...))
}

// told are the words above the week: what was refused, what came back, what waits.
func (p *Pages) told(week ops.Week, in kit.Input) []templ.Component {
	var out []templ.Component
	for _, f := range fault.All(in.Err) {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was saved", Text: kit.Sentence(f.Message)}))
		break
	}
	for _, e := range week.Returned {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "Returned to you", Text: fmt.Sprintf("%s on %s, %s: %s", timesheet.Clock(e.Minutes), e.Day.Words(), about(e.What), e.Reason),
			Links: []kit.Link{{Text: "Change it", Href: entryPath(e.ID)}}}))
	}
	for _, e := range week.Waiting {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Info, Title: "A correction waits for approval", Text: fmt.Sprintf("%s on %s: %s", timesheet.Clock(e.Minutes), e.Day.Words(), e.Reason)}))
	}
	return out
}

var dayNames = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// grid is the week as a form; what was typed and refused stands in it again.
func grid(week ops.Week, names map[string]string, blank newRow, in kit.Input) weekView {
	v := weekView{Action: Path + "/week", Hidden: []kit.Field{{Name: "week", Kind: kit.Hidden, Value: week.Monday.String()}, {Name: "rows", Kind: kit.Hidden, Value: fmt.Sprint(len(week.Lines))}},
		Table: kit.TableView{Caption: "Time of the week by row and day", Quiet: true, Columns: []kit.Column{{Title: "For"}}}}
	for n := range 7 {
		v.Table.Columns = append(v.Table.Columns, kit.Column{Title: dayNames[n], Hint: fmt.Sprint(week.Monday.AddDays(n).Day()), Align: kit.End})
	}
	v.Table.Columns = append(v.Table.Columns, kit.Column{Title: "Sum", Align: kit.End})
	for i, line := range week.Lines {
		v.MaySubmit = v.MaySubmit || len(week.Drafts)+len(week.Returned) > 0
		for field, value := range rowFields(i, line.What) {
			v.Hidden = append(v.Hidden, kit.Field{Name: field, Kind: kit.Hidden, Value: value})
		}
		row := kit.Row{Cells: []templ.Component{kit.TwoLines(text(cmp.Or(names[line.Client], "The agency")), about(line.What)+classWords(line.Class))}}
		for n, c := range line.Days {
			row.Cells = append(row.Cells, cellInput(cellOf(week, i, n, line, c, in)))
		}
		v.Table.Rows = append(v.Table.Rows, kit.Row{Cells: append(row.Cells, text(timesheet.Clock(line.Sum())))})
	}
	v.Table.Rows = append(v.Table.Rows, blank.row(week))
	foot := kit.Row{Total: true, Cells: []templ.Component{text("Sum")}}
	for n := range 7 {
		foot.Cells = append(foot.Cells, text(timesheet.Clock(week.Day(n))))
	}
	if len(week.Lines) > 0 {
		v.Table.Foot = []kit.Row{{Total: true, Cells: append(foot.Cells, text(timesheet.Clock(week.Sum())))}}
	}
	return v
}

// newRow is the empty row at the end of the grid: what it is for is chosen in it.
type newRow struct {
	No    int
	Asked []kit.Field // what time is for
	in    kit.Input
}

// Fields are those of the row by its number, with what was typed and refused.
func (b newRow) Fields() []kit.Field {
	var out []kit.Field
	for _, f := range b.Asked {
		if f.Name != "client" && f.Name != "class" && f.Name != "category" && f.Name != "note" {
			continue
		}
		f.Name = fmt.Sprintf("r-%d-%s", b.No, f.Name)
		if len(f.Options) > 0 && f.Value == "" {
			f.Value = f.Options[0].Value // a client before none
		}
		if b.in.Values.Has(f.Name) {
			f.Value = b.in.Values.Get(f.Name)
		}
		f.Label, f.Placeholder = "New row: "+strings.ToLower(f.Label), f.Label
		out = append(out, f)
	}
	return out
}

// Error is what is wrong with a field of the row; empty: nothing.
func (b newRow) Error(field string) string {
	for _, f := range fault.All(b.in.Err) {
		if f.Field == field {
			return kit.Sentence(f.Message)
		}
	}
	return ""
}

func (b newRow) row(week ops.Week) kit.Row {
	row := kit.Row{Cells: []templ.Component{rowInputs(b)}}
	for n := range 7 {
		c := cellOf(week, b.No, n, timesheet.Line{}, timesheet.Cell{}, b.in)
		c.Label = fmt.Sprintf("%s, new row", week.Monday.AddDays(n).Words())
		row.Cells = append(row.Cells, cellInput(c))
	}
	return kit.Row{Cells: append(row.Cells, text(""))}
}

func classWords(c timesheet.Class) string {
	if c == timesheet.Billable {
		return ""
	}
	return " · " + c.Words()
}

func cellOf(week ops.Week, i, n int, line timesheet.Line, c timesheet.Cell, in kit.Input) cellView {
	v := cellView{Name: cellName(i, n), WasName: "was-" + cellName(i, n), Was: fmt.Sprint(c.Minutes), Value: shown(c.Minutes), Shown: shown(c.Minutes),
		Label:  fmt.Sprintf("%s, %s", week.Monday.AddDays(n).Words(), about(line.What)),
		Locked: !c.Editable() || week.Monday.AddDays(n).After(week.Today) && c.Minutes == 0}
	if in.Values != nil && in.Values.Has(v.Name) {
		v.Value = in.Values.Get(v.Name)
	}
	for _, f := range fault.All(in.Err) {
		if f.Field == v.Name {
			v.Error = kit.Sentence(f.Message)
		}
	}
	return v
}

func cellName(row, day int) string { return fmt.Sprintf("m-%d-%d", row, day) }

// rowFields are what a row of the grid is for, as hidden fields.
func rowFields(i int, w timesheet.What) map[string]string {
	out := map[string]string{}
	for name, value := range map[string]string{"client": w.Client, "class": string(w.Class), "clause": w.Clause, "category": w.Category, "request": w.Request, "note": w.Note, "internal_note": w.InternalNote} {
		out[fmt.Sprintf("r-%d-%s", i, name)] = value
	}
	return out
}

// mostGridRows is how many rows a form of the week can hold.
const mostGridRows = 200

func (p *Pages) saveWeek(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	monday, err := dayOf("week", values.Get("week"))
	if err != nil || monday.IsZero() {
		return p.weekPage(w, r, cal.Date{}, kit.Input{Values: values, Err: fault.New(fault.Invalid, "week", "The form does not say which week it is. Open the week again.").At("week")})
	}
	monday = timesheet.WeekOf(monday)
	cells, err := cellsOf(values, monday)
	if err == nil {
		err = p.Ops.SaveWeek(r.Context(), actor(r), cells)
	}
	if web.Correctable(err) {
		return p.weekPage(w, r, monday, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	words := "Saved."
	if values.Get("submit") != "" {
		n, err := p.Ops.Submit(r.Context(), actor(r), monday)
		if err != nil {
			return err
		}
		words = fmt.Sprintf("Saved, and %d entries submitted.", n)
	}
	web.Flash(r, kit.Done, words)
	web.Redirect(w, r, weekPath(monday))
	return nil
}

// cellsOf reads the grid. Faults: Invalid at cells.
func cellsOf(values url.Values, monday cal.Date) ([]ops.CellInput, error) {
	var cells []ops.CellInput
	var faults fault.List
	var seen []timesheet.What
	for i := range mostGridRows {
		at := func(name string) string { return values.Get(fmt.Sprintf("r-%d-%s", i, name)) }
		if !values.Has(fmt.Sprintf("r-%d-class", i)) {
			break
		}
		what := timesheet.What{Client: at("client"), Class: timesheet.Class(at("class")), Clause: at("clause"), Category: at("category"), Request: at("request"), Note: at("note"), InternalNote: at("internal_note")}
		if slices.Contains(seen, what) {
			faults = append(faults, twice(values, i)...)
			continue
		}
		seen = append(seen, what)
		sum, wrong := 0, len(faults)
		for n := range 7 {
			name := cellName(i, n)
			if !values.Has(name) {
				continue
			}
			minutes, err := minutesOf(name, values.Get(name))
			faults = append(faults, fault.All(err)...)
			sum += minutes
			was, err := timesheet.ParseMinutes(strings.TrimSpace(values.Get("was-"+name)) + "m")
			if err != nil {
				was = 0
			}
			cells = append(cells, ops.CellInput{What: what, Day: monday.AddDays(n), Was: was, Minutes: minutes, Field: name})
		}
		if values.Get("rows") == fmt.Sprint(i) && sum == 0 && len(faults) == wrong {
			faults = append(faults, timeless(values, i)...)
		}
	}
	return cells, faults.Err()
}

// timeless refuses words in the empty row beside which no time stands: they would be lost.
func timeless(values url.Values, row int) fault.List {
	var out fault.List
	for _, name := range []string{"category", "note"} {
		if at := fmt.Sprintf("r-%d-%s", row, name); strings.TrimSpace(values.Get(at)) != "" {
			out.Add(fault.New(fault.Invalid, "row-without-time", "The time is missing. Write it under its day, such as 1:30, or empty the row.").At(at))
			break
		}
	}
	return out
}

// twice refuses time in a row that is for the same as one above it.
func twice(values url.Values, row int) fault.List {
	var out fault.List
	for n := range 7 {
		if name := cellName(row, n); strings.TrimSpace(values.Get(name)) != "" {
			out.Add(fault.New(fault.Invalid, "row-twice", "The week has a row for that already; write the time into it.").At(name))
		}
	}
	return out
}

func (p *Pages) copyWeek(w http.ResponseWriter, r *http.Request) error {
	monday, err := p.weekIn(r)
	if err != nil {
		return p.weekPage(w, r, cal.Date{}, kit.Input{Err: err})
	}
	n, err := p.Ops.CopyWeek(r.Context(), actor(r), monday)
	if web.Correctable(err) {
		return p.weekPage(w, r, monday, kit.Input{Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, fmt.Sprintf("Copied %d entries as drafts. Days to come stay empty.", n))
	web.Redirect(w, r, weekPath(monday))
	return nil
}

// weekIn is the week that a form names. Fault: Invalid at "week".
func (p *Pages) weekIn(r *http.Request) (cal.Date, error) {
	values, err := web.ReadForm(r)
	if err != nil {
		return cal.Date{}, err
	}
	monday, err := dayOf("week", values.Get("week"))
	if err == nil && monday.IsZero() {
		err = fault.New(fault.Invalid, "week", "The form does not say which week it is. Open the week again.").At("week")
	}
	return monday, err
}

func entriesOf(week ops.Week) []timesheet.Entry {
	var out []timesheet.Entry
	for n := range 7 {
		for _, l := range week.Lines {
			out = append(out, l.Days[n].Entries...)
		}
	}
	return out
}

func entryTable(week ops.Week, names map[string]string) kit.TableView {
	t := kit.TableView{Caption: "Entries of the week", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Day"}, {Title: "For"}, {Title: "Time", Align: kit.End}, {Title: "State"}, {Title: "What can be done", Hidden: true}}}
	for _, e := range entriesOf(week) {
		act := kit.Link{Text: "Change", Href: entryPath(e.ID)}
		if e.State == timesheet.Approved {
			act.Text = "Correct"
		}
		done := kit.Anchor(act)
		if e.State == timesheet.Submitted {
			done = kit.Quiet("waits for approval")
		}
		state := string(e.State)
		if e.Late {
			state += ", late"
		}
		t.Rows = append(t.Rows, kit.Row{Cells: []templ.Component{kit.DateText(e.Day), kit.TwoLines(text(cmp.Or(names[e.Client], "The agency")), about(e.What)+classWords(e.Class)), text(timesheet.Clock(e.Minutes)),
			kit.PillIn(state, kit.ToneOf(string(e.State))), done}})
	}
	return t
}
