package ui

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	filter := filterOf(r, list)
	if list.Format() == "csv" {
		return p.download(w, r, filter)
	}
	client := r.PathValue("client")
	name, err := p.clientName(r, client)
	if err != nil {
		return err
	}
	listed, err := p.Ops.List(r.Context(), actor(r), filter, ops.Page{Number: int64(list.Page), Size: int64(list.PerPage)})
	if err != nil {
		return err
	}
	choices, err := p.Ops.Choices(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	table, err := p.table(r, listed.Entries)
	if err != nil {
		return err
	}
	table.Filters = list.Filters(filters(choices)...)
	table.Pager = list.Pager(int(listed.Total))
	table.Exports = []kit.Link{list.Exports()[0]}
	table.Empty = kit.Empty(empty(list.Filtered()))
	view := kit.PageView{Title: "Record", Eyebrow: name, Room: Room,
		Lede:    "Every change, by whom and when. Each entry carries the fingerprint of the one before it, so that nothing is altered or taken out unnoticed.",
		Actions: []templ.Component{kit.Button(kit.ButtonView{Text: "Verify", Href: base(r) + "/verify"})}}
	return web.Render(w, r, view, kit.Table(table))
}

func filterOf(r *http.Request, list kit.List) ops.Filter {
	f := ops.Filter{Client: r.PathValue("client"), ActorID: list.Filter("person"), Action: list.Filter("action"),
		SubjectKind: list.Filter("subject"), SubjectID: list.Filter("id")}
	if d, err := cal.ParseDate(list.Filter("from")); err == nil {
		f.From = d.Start(time.UTC)
	}
	if d, err := cal.ParseDate(list.Filter("to")); err == nil {
		f.To = d.AddDays(1).Start(time.UTC)
	}
	return f
}

func filters(c ops.Choices) []kit.Field {
	people := []kit.Option{{Text: "Everybody"}}
	for _, each := range c.People {
		people = append(people, kit.Option{Value: each.ID, Text: each.Name})
	}
	return []kit.Field{
		{Name: "person", Label: "Person", Kind: kit.Select, Options: people},
		{Name: "action", Label: "Action", Kind: kit.Select, Options: wordOptions("Any", c.Actions)},
		{Name: "subject", Label: "Subject", Kind: kit.Select, Options: wordOptions("Any", c.Subjects)},
		{Name: "from", Label: "From", Kind: kit.Date},
		{Name: "to", Label: "To", Kind: kit.Date},
	}
}

func wordOptions(any string, words []string) []kit.Option {
	out := []kit.Option{{Text: any}}
	for _, w := range words {
		out = append(out, kit.Option{Value: w, Text: inWords(w)})
	}
	return out
}

// inWords reads "people.change-role" as "people: change role".
func inWords(action string) string {
	return strings.NewReplacer(".", ": ", "-", " ").Replace(action)
}

func (p *Pages) table(r *http.Request, entries []journal.Entry) (kit.TableView, error) {
	whole := r.PathValue("client") == ""
	v := kit.TableView{Caption: "What was done, newest first; times are UTC", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "No.", Align: kit.End}, {Title: "When"}, {Title: "Who"}, {Title: "What"}}}
	if whole {
		v.Columns = append(v.Columns, kit.Column{Title: "Client"})
	}
	names := map[string]string{}
	for _, e := range entries {
		row := kit.Row{ID: "entry-" + strconv.FormatInt(e.Seq, 10), Cells: []templ.Component{
			kit.Text(strconv.FormatInt(e.Seq, 10)), kit.MomentText(e.At, time.UTC), kit.Text(e.ActorName), what(e, p.subject(e)),
		}, Below: detail(e, journal.Changes(e.Before, e.After))}
		if whole {
			name, known := names[e.Client]
			if !known {
				var err error
				if name, err = p.clientName(r, e.Client); err != nil {
					return v, err
				}
				names[e.Client] = name
			}
			row.Cells = append(row.Cells, kit.Text(name))
		}
		v.Rows = append(v.Rows, row)
	}
	return v, nil
}

func (p *Pages) subject(e journal.Entry) string {
	if p.Subject == nil {
		return ""
	}
	return p.Subject(e)
}

func facts(e journal.Entry, changes []journal.Change) []kit.Definition {
	var out []kit.Definition
	for _, c := range changes {
		out = append(out, kit.Definition{Term: c.Field, Value: change(c)})
	}
	return append(out,
		kit.Definition{Term: "Action", Value: kit.Text(inWords(e.Action))},
		kit.Definition{Term: "Subject", Value: kit.Text(subjectWords(e.Subject))},
		kit.Definition{Term: "Fingerprint", Value: kit.Hash(e.Hash)},
		kit.Definition{Term: "Of the entry before", Value: previous(e)},
	)
}

func detailTitle(changes int) string {
	switch changes {
	case 0:
		return "Details"
	case 1:
		return "1 field"
	}
	return strconv.Itoa(changes) + " fields"
}

func subjectWords(s journal.Subject) string {
	if s.Name == "" {
		return s.Kind
	}
	return s.Kind + " " + s.Name
}

func empty(filtered bool) kit.EmptyView {
	if filtered {
		return kit.EmptyView{Title: "Nothing fits", Text: "No entry of the record fits these filters."}
	}
	return kit.EmptyView{Title: "Nothing is recorded yet", Text: "Whatever anybody changes here is written down with time and name: contracts, imports, statements, people. The first change is the first entry."}
}
