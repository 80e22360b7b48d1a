package ui

import (
	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// waitTable says what waits, on which side, and until when.
func waitTable(list []waitView) kit.TableView { return tableOf("What waits on whom", list) }

// dailyTable is the same of the relationship and the daily work.
func dailyTable(list []waitView) kit.TableView {
	return tableOf("What waits on whom in the relationship and the daily work", list)
}

// owingTable is the same of invoices.
func owingTable(list []waitView) kit.TableView {
	return tableOf("What is to be invoiced and paid", list)
}

func tableOf(caption string, list []waitView) kit.TableView {
	v := kit.TableView{
		Caption: caption, Cards: true,
		Columns: []kit.Column{{Title: "What"}, {Title: "Waits on"}, {Title: "By"}},
	}
	for _, w := range list {
		on, tone := w.On, kit.Plain
		if w.Mine {
			on, tone = w.On+" (you)", kit.Active
		}
		by := kit.Quiet("no day agreed")
		switch {
		case w.Late:
			by = kit.TwoLines(kit.DateText(w.By), "late")
		case !w.By.IsZero():
			by = kit.DateText(w.By)
		}
		what := templ.Component(kit.Anchor(kit.Link{Text: w.What, Href: w.Href}))
		if w.Who != "" {
			what = kit.TwoLines(what, w.Who)
		}
		row := kit.Row{Cells: []templ.Component{what, kit.PillIn(on, tone), by}}
		if w.Late {
			row.Tone = kit.Attend
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
