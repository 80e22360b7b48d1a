package ui

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// priced are the sides of which everything is known.
func (f trialFace) priced() []fees.SidePrice {
	var out []fees.SidePrice
	for _, s := range f.Tried.Sides {
		if len(s.Needs) == 0 {
			out = append(out, s)
		}
	}
	return out
}

// byMonth is what each side comes to in each month, drawn and as a table; nothing of fewer than two sides or months.
func (f trialFace) byMonth() templ.Component {
	sides := f.priced()
	if len(sides) < 2 || len(f.Tried.Months) < 2 {
		return nil
	}
	unit := string(f.Tried.Currency)
	table := kit.TableView{Caption: "What each comes to in each month", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Month"}}}
	together := kit.Row{Total: true, Cells: []templ.Component{kit.Text("Together")}}
	chart := kit.ChartView{Kind: kit.ChartLines, Caption: "Fee of each month", Unit: unit, Scale: kit.AxisMoney(f.Tried.Currency)}
	for i, m := range f.Tried.Months {
		row := kit.Row{Cells: []templ.Component{kit.Text(m.Words())}}
		for _, s := range sides {
			row.Cells = append(row.Cells, kit.Amount(s.Totals[i]))
		}
		table.Rows = append(table.Rows, row)
		chart.At = append(chart.At, fmt.Sprintf("%.3s %d", m.Month, m.Year))
	}
	for _, s := range sides {
		series := kit.ChartSeries{Name: s.Name}
		for _, amount := range s.Totals {
			series.Points = append(series.Points, kit.KnownMoney(amount))
		}
		chart.Series = append(chart.Series, series)
		table.Columns = append(table.Columns, kit.Column{Title: s.Name, Align: kit.End, Hint: unit})
		together.Cells = append(together.Cells, kit.Amount(s.Total))
	}
	table.Foot = []kit.Row{together}
	if len(chart.Series) > kit.MaxSeries {
		chart.Series = append(chart.Series[:1:1], chart.Series[len(chart.Series)-kit.MaxSeries+1:]...)
	}
	return kit.Group(kit.Chart(chart), kit.Table(table))
}
