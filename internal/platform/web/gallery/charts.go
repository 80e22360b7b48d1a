package gallery

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func charts(*http.Request) (kit.PageView, templ.Component) {
	var parts []templ.Component
	for _, kind := range []kit.ChartKind{kit.ChartColumns, kit.ChartLines, kit.ChartBars, kit.ChartDots} {
		view, table := sampleChart(kind)
		parts = append(parts, kit.Chart(view), kit.Table(table))
	}
	return kit.PageView{Title: "Charts", Room: "evidence", Lede: "A picture where it says more than its table, and the table always."}, kit.Group(parts...)
}

// sampleChart is a chart of one kind with its table: one amount is negative, one is not known.
func sampleChart(kind kit.ChartKind) (kit.ChartView, kit.TableView) {
	months, names := []string{"November 2025", "December 2025", "January 2026", "February 2026"}, []string{"Paid search", "Webinar", "Partner programme of the Pacific Northwest", "(unattributed)"}
	v := kit.ChartView{Kind: kind, Caption: "Credit, spend and fee", Unit: "USD", At: months, Scale: kit.AxisMoney("USD")}
	if kind == kit.ChartBars || kind == kit.ChartDots {
		v.At = names
	}
	table := kit.TableView{Caption: "The figures of the chart: " + string(kind), Columns: []kit.Column{{Title: "Of"}}}
	for _, at := range v.At {
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{kit.Text(at)}})
	}
	for name, amounts := range [][]string{{"121077.09", "376167.29", "364479.99", "307821.80"}, {"19900.81", "-14709.52", "15574.71", ""}, {"13221.26", "17255.85", "14229.00", "15312.08"}, {"84000.00", "92000.00", "101500.50", "99000.00"}} {
		series := kit.ChartSeries{Name: []string{"Credit", "Spend", "Fee", "Plan"}[name]}
		table.Columns = append(table.Columns, kit.Column{Title: series.Name, Align: kit.End})
		for i, text := range amounts {
			if text == "" {
				series.Points = append(series.Points, kit.ChartPoint{Text: "unknown"})
				table.Rows[i].Cells = append(table.Rows[i].Cells, kit.Unknown(""))
				continue
			}
			amount := usd(text)
			series.Points = append(series.Points, kit.KnownMoney(amount))
			table.Rows[i].Cells = append(table.Rows[i].Cells, kit.Amount(amount))
		}
		v.Series = append(v.Series, series)
	}
	return v, table
}
