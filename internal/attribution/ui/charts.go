package ui

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// barsShown is how many names a chart shows; the table has all.
const barsShown = 12

// monthMark is a month where there is little room: "Mar 2026".
func monthMark(m cal.Month) string { return fmt.Sprintf("%.3s %d", m.Month, m.Year) }

// byNameChart is credit beside spend for the names that hold the most credit.
func (p returnsPage) byNameChart() kit.ChartView {
	rows := slices.Clone(p.Returns.Returns.Rows)
	slices.SortStableFunc(rows, func(a, b attribution.ReturnRow) int { return cmp.Compare(b.Total.Revenue.Minor, a.Total.Revenue.Minor) })
	currency := p.Returns.Returns.Total.Total.Revenue.Currency
	v := kit.ChartView{Kind: kit.ChartBars, Caption: "Credit and spend by " + string(p.By), Unit: string(currency), Scale: kit.AxisMoney(currency)}
	if len(rows) > barsShown {
		v.Caption = fmt.Sprintf("Credit and spend of the %d %ss with the most credit, of %d", barsShown, p.By, len(rows))
		rows = rows[:barsShown]
	}
	var credit, spend []kit.ChartPoint
	for _, row := range rows {
		v.At = append(v.At, row.Label())
		credit, spend = append(credit, kit.KnownMoney(row.Total.Revenue)), append(spend, spendPoint(row.Total))
	}
	v.Series = []kit.ChartSeries{{Name: "Credit", Points: credit}, {Name: "Spend", Points: spend}}
	return v
}

func spendPoint(x attribution.Return) kit.ChartPoint {
	if !x.Spent {
		return kit.ChartPoint{Text: "unknown"}
	}
	return kit.KnownMoney(x.Spend)
}

// byMonthCharts are what was credited, spent and charged in each month, and what came of it where that can be told.
func (p returnsPage) byMonthCharts() []kit.ChartView {
	r := p.Returns.Returns
	currency := r.Total.Total.Revenue.Currency
	var months []string
	var credit, spend, fee, romi, cost []kit.ChartPoint
	for i, m := range r.Months {
		x := r.Total.Months[i]
		months = append(months, monthMark(m))
		credit, spend = append(credit, kit.KnownMoney(x.Revenue)), append(spend, spendPoint(x))
		charged := kit.ChartPoint{Text: "not locked"}
		if amount, locked := p.Fees[m]; locked {
			charged = kit.KnownMoney(amount)
		}
		fee = append(fee, charged)
		ratio := kit.ChartPoint{}
		if text, points, ok := p.romi(x); ok {
			ratio = kit.Known(points, text)
		}
		romi = append(romi, ratio)
		each := kit.ChartPoint{}
		if amount, ok := p.AcquisitionIn(i).Each(); ok {
			each = kit.KnownMoney(amount)
		}
		cost = append(cost, each)
	}
	amounts := func(caption string, kind kit.ChartKind, series ...kit.ChartSeries) kit.ChartView {
		return kit.ChartView{Kind: kind, Caption: caption, Unit: string(currency), At: months, Series: series, Scale: kit.AxisMoney(currency)}
	}
	all := []kit.ChartView{
		amounts("Credit, spend and the agency's fee by month", kit.ChartColumns, kit.ChartSeries{Name: "Credit", Points: credit}, kit.ChartSeries{Name: "Spend", Points: spend}, kit.ChartSeries{Name: "Agency's fee", Points: fee}),
		{Kind: kit.ChartLines, Caption: "ROMI by month", Unit: p.marginHint(), At: months, Series: []kit.ChartSeries{{Name: "ROMI", Points: romi}},
			Scale: func(points int64) string { return pointsWords(points) + " %" }},
		amounts("Cost of a new customer by month", kit.ChartLines, kit.ChartSeries{Name: "CAC", Points: cost}),
	}
	return slices.DeleteFunc(all, func(v kit.ChartView) bool { return v.Steps() < 2 })
}

// spreadChart is how far the models lie apart for each channel or provider: the more, the more the choice of the model decides.
func (p comparePage) spreadChart(t ops.CurrencyTable, by string, rows []ops.CompareRow) kit.ChartView {
	v := kit.ChartView{Kind: kit.ChartDots, Caption: "Closed revenue by " + by + " under each model", Unit: string(t.Total.Currency), Scale: kit.AxisMoney(t.Total.Currency)}
	if len(rows) > dotsShown {
		v.Caption = fmt.Sprintf("Closed revenue of the %d %ss on which the models differ most, of %d", dotsShown, by, len(rows))
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, func(a, b ops.CompareRow) int { return cmp.Compare(apart(b), apart(a)) })
		rows = rows[:dotsShown]
	}
	for _, row := range rows {
		v.At = append(v.At, row.Label())
	}
	for i, column := range p.modelColumns() {
		series := kit.ChartSeries{Name: column.Title}
		for _, row := range rows {
			point := kit.KnownMoney(row.Amounts[i])
			if row.Amounts[i].Minor == 0 {
				point.Text = nothing
			}
			series.Points = append(series.Points, point)
		}
		v.Series = append(v.Series, series)
	}
	return v
}

// dotsShown is how many names a chart of the spread shows; the table has all.
const dotsShown = 20

// apart is the distance of the models on a row, in minor units.
func apart(r ops.CompareRow) int64 {
	byMinor := func(a, b money.Amount) int { return cmp.Compare(a.Minor, b.Minor) }
	return slices.MaxFunc(r.Amounts, byMinor).Minor - slices.MinFunc(r.Amounts, byMinor).Minor
}

// columnsShown is how many touches a chart has room for.
const columnsShown = 60

// touchChart is the credit of each touch, in their order, under the model of the rule and the one beside it.
func (p dealPage) touchChart() kit.ChartView {
	currency := p.Total.Amount.Currency
	v := kit.ChartView{Kind: kit.ChartColumns, Caption: "Credit of each touch, first to last", Unit: string(currency), Scale: kit.AxisMoney(currency)}
	for _, c := range []*ops.Column{p.main(), p.other()} {
		series := kit.ChartSeries{Name: modelSentence(c.Model)}
		for _, tc := range c.Result.Credits {
			point := kit.KnownMoney(c.Result.Amount(tc.Minor))
			if tc.Weight == 0 {
				point.Text = nothing
			}
			series.Points = append(series.Points, point)
		}
		v.Series = append(v.Series, series)
	}
	for _, tc := range p.main().Result.Credits {
		v.At = append(v.At, dateIn(tc.Touch.At, p.Rule.Zone).Words()+" · "+channelWords(tc.Touch.Channel))
	}
	return v
}
