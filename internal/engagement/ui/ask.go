package ui

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) askRoutes() []web.Route {
	return []web.Route{get("/clients/{client}/relationship/who", access.AppointmentSee, p.ask)}
}

// ask says who gets a piece of work. What is asked stands in the address.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	found, err := p.Ops.Relationship(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	list := kit.ParseList(r)
	in := ops.AskInput{Client: client, Category: list.Filter("category"), Brand: list.Filter("brand"), Market: list.Filter("market"), Day: found.Today}
	view := kit.PageView{Title: "Who gets this?", Room: Room, Narrow: true, Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}},
		Lede: "Name the work, and the promises in force on its day say who gets it."}
	named := found.Named()
	table := kit.TableView{Caption: "Who gets the work", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Provider"}, {Title: "Promise"}, {Title: "Clause"}},
		Filters: list.Filters(kit.Field{Name: "category", Label: "Category", Kind: kit.Select, Options: options(named.Categories)},
			kit.Field{Name: "brand", Label: "Brand", Kind: kit.Select, Options: options(named.Brands)},
			kit.Field{Name: "market", Label: "Market", Kind: kit.Select, Options: options(named.Markets)},
			kit.Field{Name: "day", Label: "Day", Kind: kit.Date, Optional: true, Placeholder: "2026-03-31"})}
	if in.Category == "" || in.Brand == "" || in.Market == "" {
		table.Empty = kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Choose a category, a brand and a market."})
		return web.Render(w, r, view, kit.Table(table))
	}
	if text := list.Filter("day"); text != "" {
		if in.Day, err = cal.ParseDate(text); err != nil {
			view.Status = http.StatusUnprocessableEntity
			table.Empty = kit.Notice(kit.NoticeView{Level: kit.Problem, Text: "The day cannot be read: " + err.Error() + "."})
			return web.Render(w, r, view, kit.Table(table))
		}
	}
	asked, err := p.Ops.Ask(r.Context(), actor(r), in)
	if err != nil {
		return err
	}
	table.Empty = kit.Notice(kit.NoticeView{Level: kit.Info, Title: asked.Words(), Text: "Work that nobody was promised is the client's to place."})
	table.Rows = askRows(r, client, asked)
	parts := []templ.Component{kit.Table(table)}
	if len(table.Rows) > 0 {
		answer := kit.NoticeView{Level: kit.Info, Title: asked.Words(), Text: "For " + asked.Cell.Words() + " on " + asked.Day.Words() + "."}
		if !asked.AnswerBy.IsZero() {
			answer.Text += " Offered now, the answer is due by " + dueWords(asked.AnswerBy, asked.Zone) + "; silence is a refusal."
		}
		parts = append([]templ.Component{kit.Notice(answer)}, parts...)
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

// dueWords is a deadline for people; one at midnight is the end of the day before.
func dueWords(at time.Time, zone *time.Location) string {
	at = at.In(zone)
	if last := cal.DateOf(at.Add(-time.Second), zone); last != cal.DateOf(at, zone) {
		return "the end of " + last.Weekday().String() + " " + last.Words() + " in " + zone.String()
	}
	return at.Format("Monday 2 Jan 2006 at 15:04 MST")
}

func options(names []string) []kit.Option {
	out := []kit.Option{{Value: "", Text: "choose"}}
	for _, n := range names {
		out = append(out, kit.Option{Value: n, Text: n})
	}
	return out
}

func askRows(r *http.Request, client string, asked ops.Asked) []kit.Row {
	var all []engagement.Appointment
	if asked.Ok {
		all = append(all, asked.To)
	} else {
		all = append(all, asked.First...)
	}
	all = append(all, asked.Others...)
	var out []kit.Row
	for _, a := range all {
		out = append(out, kit.Row{Cells: []templ.Component{kit.Text(a.Provider), kit.TwoLines(kit.PillIn(string(a.Promise), promiseTone(a.Promise)), termsOf(a)), clauseLink(r, client, a)}})
	}
	return out
}
