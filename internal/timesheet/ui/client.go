package ui

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

func (p *Pages) clientRoutes() []web.Route {
	const all = "/clients/{client}/time"
	return []web.Route{
		get(all, access.TimeSee, p.client),
		get(all+"/lock", access.TimeLock, p.showLock),
		post(all+"/lock", access.TimeLock, p.lock),
		post(all+"/hand-over", access.TimeLock, p.handOver),
	}
}

// client is the time spent for a client; the same address writes the entries that it shows as a table.
func (p *Pages) client(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	filter, err := filterOf(r.PathValue("client"), list)
	if err != nil {
		return err
	}
	if format := list.Format(); format != "" {
		table, err := p.Ops.ExportOf(r.Context(), actor(r), filter)
		if err != nil {
			return err
		}
		return download(w, format, table)
	}
	all, err := p.Ops.ClientTime(r.Context(), actor(r), filter.Client)
	if err != nil {
		return err
	}
	entries, err := p.Ops.Entries(r.Context(), actor(r), filter)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Time", Room: Room, Lede: "Approved billable time, month by month, and what it uses up of what was agreed."}
	if may(r, access.TimeLock, access.Of(filter.Client)) && len(all.Months) > 0 {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Lock a month", Href: clientPath(filter.Client) + "/lock"}))
	}
	var parts []templ.Component
	parts = append(parts, burnParts(all)...)
	if len(all.Months) == 0 {
		parts = append(parts, kit.Empty(kit.EmptyView{Title: "No time yet", Text: "People enter their time on the page Time; what is approved and billable stands here, by month, person and category, and counts against the hours of the contract."}))
		return web.Render(w, r, view, kit.Group(parts...))
	}
	parts = append(parts, part("Months", kit.Table(monthTable(all))))
	parts = append(parts, part("By person and category", kit.Table(sumTable(all))))
	parts = append(parts, part("Entries", kit.Table(clientEntries(all, list, entries))))
	if all.Internal {
		parts = append(parts, part("Evidence", handOverPart(r, filter.Client, all)))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func filterOf(client string, list kit.List) (ops.Filter, error) {
	f := ops.Filter{Client: client, Person: list.Filter("person"), Category: list.Filter("category"), Class: timesheet.Class(list.Filter("class")), State: timesheet.State(list.Filter("state"))}
	if text := list.Filter("month"); text != "" {
		m, err := cal.ParseMonth(text)
		if err != nil {
			return f, fault.New(fault.Invalid, "month", "Write the month as 2026-03.").At("month")
		}
		f.Period = m.Period()
	}
	return f, nil
}

// burnParts tell what of each retainer is used.
func burnParts(all ops.ClientTime) []templ.Component {
	var out []templ.Component
	for _, b := range all.Burns {
		reached := b.Reached()
		tone, note := kit.Tone(""), timesheet.Clock(b.Left())+" left"
		if n := len(reached); n > 0 {
			tone, note = kit.ToneOf("disputed"), ops.LevelWords(reached[n-1])
			out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: ops.LevelWords(reached[n-1]), Text: fmt.Sprintf("%s of %s at hand are used in %s. Both sides were told.", timesheet.Clock(b.Used), timesheet.Clock(b.AtHand), b.Period.Words())}))
		}
		share := 0
		if b.AtHand > 0 {
			share = min(1000, b.Used*1000/b.AtHand)
		}
		figures := kit.Figures(
			kit.FigureView{Label: "Used", Value: timesheet.Clock(b.Used), Unit: "hours", Period: b.Period.Words(), Note: note, Tone: tone,
				Graph: kit.Bar(kit.BarView{Label: fmt.Sprintf("%s of %s hours used", timesheet.Clock(b.Used), timesheet.Clock(b.AtHand)), Fill: share, Mark: -1, Tone: tone})},
			kit.FigureView{Label: "At hand", Value: timesheet.Clock(b.AtHand), Unit: "hours", Period: b.Period.Words()},
			kit.FigureView{Label: "Above", Value: timesheet.Clock(b.Over), Unit: "hours", Period: b.Period.Words()})
		t := kit.TableView{Caption: "Hours at hand by the month in which they were earned, in the order in which they are used", Cards: true, Columns: []kit.Column{{Title: "Earned in"}, {Title: "At hand", Align: kit.End}, {Title: "Used", Align: kit.End}, {Title: "Left", Align: kit.End}, {Title: "Can be used until"}}}
		for _, l := range b.Lots {
			earned := l.Earned.Words()
			if l.Carried {
				earned += ", carried on"
			}
			t.Rows = append(t.Rows, kit.Row{Cells: []templ.Component{text(earned), text(timesheet.Clock(l.Minutes)), text(timesheet.Clock(l.Used)), text(timesheet.Clock(l.Minutes - l.Used)), kit.DateText(l.Expires.AddDays(-1))}})
		}
		out = append(out, part("Hours of "+b.Clause+", "+b.ContractName, kit.Group(figures, kit.Table(t))))
	}
	if !all.BurnKnown {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Info, Text: "What is used of the hours of a retainer cannot be told here."}))
	}
	return out
}

func monthTable(all ops.ClientTime) kit.TableView {
	t := kit.TableView{Caption: "Approved billable time by month, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Month"}, {Title: "Worked", Align: kit.End}, {Title: "Counted", Hint: "rounded as agreed", Align: kit.End}, {Title: "State"}}}
	if all.Internal {
		t.Columns = append(t.Columns, kit.Column{Title: "Over-serviced", Align: kit.End}, kit.Column{Title: "Not approved", Align: kit.End})
	}
	for _, m := range all.Months {
		counted := text(timesheet.Clock(m.Counted))
		if !m.Rounded {
			counted = kit.Unknown("the contract does not count all of it")
		}
		state := "open"
		if m.Locked {
			state = "locked"
		}
		cells := []templ.Component{text(m.Month.Words()), text(timesheet.Clock(m.Minutes)), counted, kit.Pill(state)}
		if all.Internal {
			cells = append(cells, text(timesheet.Clock(m.Over)), text(timesheet.Clock(m.Open)))
		}
		t.Rows = append(t.Rows, kit.Row{Cells: cells})
	}
	return t
}

func sumTable(all ops.ClientTime) kit.TableView {
	t := kit.TableView{Caption: "Approved billable time by month, person and category", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Month"}, {Title: "Of"}, {Title: "Who or what"}, {Title: "Worked", Align: kit.End}},
		Empty: kit.Quiet("Nothing is approved yet.")}
	for _, m := range all.Months {
		for _, of := range []struct {
			kind string
			sums []ops.Sum
		}{{"person", m.ByPerson}, {"category", m.ByCategory}} {
			for _, s := range of.sums {
				t.Rows = append(t.Rows, kit.Row{Cells: []templ.Component{text(m.Month.Words()), kit.Quiet(of.kind), text(s.Name), text(timesheet.Clock(s.Minutes))}})
			}
		}
	}
	return t
}

// clientEntries are the entries behind the sums, a page at a time; the exports hold all that the filter lets through.
func clientEntries(all ops.ClientTime, list kit.List, entries []timesheet.Entry) kit.TableView {
	month := kit.Field{Name: "month", Label: "Month", Kind: kit.Select, Options: []kit.Option{{Value: "", Text: "all"}}}
	for _, m := range all.Months {
		month.Options = append(month.Options, kit.Option{Value: m.Month.String(), Text: m.Month.Words()})
	}
	filters := []kit.Field{month, named("person", "Person", all, func(m ops.Month) []ops.Sum { return m.ByPerson }), named("category", "Category", all, func(m ops.Month) []ops.Sum { return m.ByCategory })}
	t := kit.TableView{Caption: "Entries", Quiet: true, Cards: true, Exports: list.Exports(), Pager: list.Pager(len(entries)), Columns: []kit.Column{{Title: "Day"}, {Title: "Person"}, {Title: "For"}, {Title: "Time", Align: kit.End}},
		Empty: kit.Quiet("No entry is like that.")}
	if all.Internal {
		t.Columns = append(t.Columns, kit.Column{Title: "State"})
	}
	t.Filters = list.Filters(filters...)
	from := min(list.Offset(), len(entries))
	for _, e := range entries[from:min(from+list.PerPage, len(entries))] {
		cells := []templ.Component{kit.DateText(e.Day), text(e.Person), text(about(e.What) + classWords(e.Class)), text(timesheet.Clock(e.Minutes))}
		if all.Internal {
			state := kit.PillIn(string(e.State), kit.ToneOf(string(e.State)))
			cells = append(cells, state)
		}
		t.Rows = append(t.Rows, kit.Row{Cells: cells})
	}
	return t
}

// named offers the names that the months know.
func named(field, label string, all ops.ClientTime, of func(ops.Month) []ops.Sum) kit.Field {
	f := kit.Field{Name: field, Label: label, Kind: kit.Select, Options: []kit.Option{{Value: "", Text: "all"}}}
	for _, m := range all.Months {
		for _, s := range of(m) {
			there := slices.ContainsFunc(f.Options, func(o kit.Option) bool { return o.Value == s.Name })
			if !there && s.Name != ops.NotStated {
				f.Options = append(f.Options, kit.Option{Value: s.Name, Text: s.Name})
			}
		}
	}
	return f
}

func timesOf(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func handOverPart(r *http.Request, client string, all ops.ClientTime) templ.Component {
	t := kit.TableView{Caption: "Files of time that became evidence", Cards: true, Columns: []kit.Column{{Title: "File"}, {Title: "Entries", Align: kit.End}, {Title: "Made"}, {Title: "Evidence"}},
		Empty: kit.Quiet("Nothing was handed over yet. Locking a month does.")}
	waits := all.Waiting > 0
	for _, h := range all.HandOvers {
		state := text(fmt.Sprintf("import %d", h.Import))
		if h.Import == 0 {
			state, waits = kit.Pill("waiting"), true
		}
		t.Rows = append(t.Rows, kit.Row{Cells: []templ.Component{text(h.Filename), text(fmt.Sprint(h.Entries)), kit.MomentText(h.At, all.Zone), state}})
	}
	parts := []templ.Component{kit.Table(t)}
	for _, h := range all.HandOvers {
		if h.Tries > 0 && may(r, access.TimeLock, access.Of(client)) {
			parts = append([]templ.Component{kit.Notice(kit.NoticeView{Level: kit.Warning, Title: h.Filename + " is not evidence yet", Text: fmt.Sprintf("%s Tried %s, last on %s; it is tried again by itself, next on %s.", kit.Sentence(h.Why), timesOf(h.Tries), clockOf(h.Tried, all.Zone), clockOf(h.Again, all.Zone))})}, parts...)
		}
	}
	if waits && may(r, access.TimeLock, access.Of(client)) {
		parts = append(parts, paragraph(fmt.Sprintf("%d approved entries of locked months, or a file, wait to be handed over.", all.Waiting)), kit.Button(kit.ButtonView{Text: "Hand over now", Post: clientPath(client) + "/hand-over"}))
	}
	return kit.Group(parts...)
}

func (p *Pages) showLock(w http.ResponseWriter, r *http.Request) error {
	return p.lockPage(w, r, kit.Input{})
}

func (p *Pages) lockPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	all, err := p.Ops.ClientTime(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	month := kit.Field{Name: "month", Label: "Month", Kind: kit.Select}
	for i := len(all.Months) - 1; i >= 0; i-- {
		m := all.Months[i]
		if !m.Locked && !m.Month.Period().To.After(all.Today) {
			month.Options = append(month.Options, kit.Option{Value: m.Month.String(), Text: fmt.Sprintf("%s: %s approved, %s not approved", m.Month.Words(), timesheet.Clock(m.Minutes), timesheet.Clock(m.Open))})
		}
	}
	view := kit.PageView{Title: "Lock a month", Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Time", Href: clientPath(client)}}}
	if len(month.Options) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No month to lock", Text: "A month is locked when all its days have passed and it has time of this client.", Action: kit.Button(kit.ButtonView{Text: "Time", Href: clientPath(client)})}))
	}
	return web.Render(w, r, view, kit.ConfirmPage(kit.ConfirmView{Action: clientPath(client) + "/lock", What: "You settle the time of a month.", Input: in, Button: "Lock the month", Cancel: clientPath(client),
		Fields:  []kit.Field{month, {Name: "leave_open", Label: "Leave time that nobody has approved", Kind: kit.Checkbox, Optional: true, Hint: "What of it is approved later is late."}},
		Follows: []string{"The approved billable time becomes evidence, and the next draft of the statement counts it.", "Time that is entered or approved later is late; the contract says what becomes of it.", "A lock is not taken back. What was wrong is corrected, entry by entry."}}))
}

func (p *Pages) lock(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	month, err := cal.ParseMonth(values.Get("month"))
	if err != nil {
		err = fault.New(fault.Invalid, "month", "Choose the month.").At("month")
	}
	client := r.PathValue("client")
	var out ops.Locked
	if err == nil {
		out, err = p.Ops.Lock(r.Context(), actor(r), ops.LockInput{Client: client, Month: month, LeaveOpen: values.Get("leave_open") != ""})
	}
	if web.Correctable(err) {
		return p.lockPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	tellDelivered(r, "Locked.", out.HandOver)
	web.Redirect(w, r, clientPath(client))
	return nil
}

func tellDelivered(r *http.Request, words string, d ops.Delivered) {
	switch {
	case d.Waiting > 0:
		web.Flash(r, kit.Warning, words+" The hand-over waits: "+kit.Sentence(d.Why))
	case d.Entries > 0:
		web.Flash(r, kit.Done, fmt.Sprintf("%s %d entries became evidence as import %d.", words, d.Entries, d.Import))
	default:
		web.Flash(r, kit.Done, words+" Nothing was left to hand over.")
	}
}

func (p *Pages) handOver(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	out, err := p.Ops.HandOverNow(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	tellDelivered(r, "Done.", out)
	web.Redirect(w, r, clientPath(client))
	return nil
}

// download writes a table as CSV or workbook. Numbers of a workbook are numbers, everything else is text and never a formula.
func download(w http.ResponseWriter, format string, table [][]string) error {
	if format == "csv" {
		web.Attach(w, "time.csv", "text/csv; charset=utf-8")
		out := csv.NewWriter(w)
		for _, row := range table {
			safe := make([]string, len(row))
			for i, cell := range row {
				safe[i] = csvin.Neutralise(cell)
			}
			_ = out.Write(safe) // a broken connection shows again at the end, and there is nobody to tell
		}
		out.Flush()
		return nil
	}
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Time"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	for i, row := range table {
		for j, cell := range row {
			name, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if i > 0 && table[0][j] == string(timesheet.ColumnMinutes) {
				err = f.SetCellDefault(sheet, name, cell)
			} else {
				err = f.SetCellStr(sheet, name, csvin.Neutralise(cell))
			}
			if err != nil {
				return fmt.Errorf("write time as a workbook: %w", err)
			}
		}
	}
	body, err := f.WriteToBuffer()
	if err != nil {
		return fmt.Errorf("write time as a workbook: %w", err)
	}
	web.Attach(w, "time.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	_, _ = w.Write(body.Bytes()) // the reader has gone; nothing to do
	return nil
}
