package demo

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// budgets are what a campaign costs in an ordinary month, in whole units, and how far a month is from that by the season, in per cent.
var (
	budgets = map[string]int64{"brand": 900, "category": 5_200, "competitors": 2_600, "launch video": 3_100, "retargeting": 1_400, "lookalikes": 1_900, "autumn series": 1_100, "spring series": 1_100}
	seasons = [12]int64{90, 95, 110, 105, 100, 95, 80, 75, 110, 120, 115, 85}
)

// tradeFair is what the fair of June costs, in whole units.
const tradeFair = 14_500

// bought are the rows of spend of the months that ended since the export before.
func (y *year) bought(on, before cal.Date, put func(crm.Record)) {
	for m := cal.MonthOf(First); !m.First().After(Last); m = m.Next() {
		day := m.Period().Last()
		if day.After(on) || !before.IsZero() && !day.After(before) {
			continue
		}
		for _, c := range channels {
			for _, campaign := range c.campaigns {
				cents := budgets[campaign]*seasons[m.Month-1] + int64(len(campaign)*int(m.Month)*37%100)
				if campaign == "trade fair" && m.Month == 6 {
					cents = tradeFair * 100
				}
				if cents < 100 {
					continue
				}
				id := fmt.Sprintf("sp-%s-%s", m, strings.ReplaceAll(campaign, " ", "-"))
				put(appointed(crm.Spend{ID: id, SpentOn: day, Vendor: c.name, Campaign: campaign, Category: "media", Net: money.New(cents, "USD"), NetKnown: true}).Record())
			}
		}
	}
}

// read are the metrics of the quarters that ended since the export before: contacts that came in (MQL), and the value of the deals that were begun.
func (y *year) read(on, before cal.Date, put func(crm.Record)) {
	for m := cal.MonthOf(First); !m.First().After(Last); m = m.Next().Next().Next() {
		quarter := cal.Period{From: m.First(), To: m.First().AddMonths(3, 1)}
		if quarter.Last().After(on) || !before.IsZero() && !quarter.Last().After(before) {
			continue
		}
		leads, pipeline := 0, int64(0)
		for _, c := range y.contacts {
			if quarter.Contains(cal.DateOf(c.CreatedAt, zone)) {
				leads++
			}
		}
		for _, d := range y.deals {
			if quarter.Contains(cal.DateOf(d.CreatedAt, zone)) && d.AmountKnown && d.Amount.Currency == "USD" {
				pipeline += d.Amount.Minor
			}
		}
		put(crm.MetricReading{Metric: "mql", From: quarter.From, Through: quarter.Last(), Value: strconv.Itoa(leads)}.Record())
		put(crm.MetricReading{Metric: "pipeline_value", From: quarter.From, Through: quarter.Last(), Value: money.New(pipeline, "USD").String()}.Record())
	}
}
