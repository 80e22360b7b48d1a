package crm

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// slipDays is how much later than forecast a deal may close without having slipped.
const slipDays = 30

// Cycle is how long deals that were won in the last 12 months took from their creation to their close, and how well that was foreseen.
type Cycle struct {
	On        cal.Date
	Deals     int64 // won, with a day of creation
	Undated   []Failing
	Quartiles [3]Days // the first, the median and the third
	Slipped   []Failing
	Forecast  int64 // of the deals, those of which is known when they were to close when they were created
}

// Days is a number of days in quarters of a day, so that quartiles are exact.
type Days int64

// String is the days with two decimals at most: "41.25".
func (d Days) String() string {
	return strconv.FormatInt(int64(d/4), 10) + [...]string{"", ".25", ".5", ".75"}[d%4]
}

// Enough says whether there are the 20 deals without which the cycle is not known.
func (c Cycle) Enough() bool { return c.Deals >= enoughRecord }

// Period is the 12 months that end with the day of the measure, in which the deals were won: on 2 October those from 3 October of the year before.
func (c Cycle) Period() cal.Period { return yearTo(c.On) }

// yearTo is the 12 months that end with a day.
func yearTo(on cal.Date) cal.Period {
	next := on.AddDays(1)
	return cal.Period{From: next.AddMonths(-12, next.Day()), To: next}
}

// Median of the days.
func (c Cycle) Median() Days { return c.Quartiles[1] }

// Spread is the range of the middle half of the days, as a part of the median. Not ok: the median is 0.
func (c Cycle) Spread() (money.Ratio, bool) {
	if c.Median() == 0 {
		return money.Ratio{}, false
	}
	return money.NewRatio(int64(c.Quartiles[2]-c.Quartiles[0]), int64(c.Median())), true
}

// SlipRate is the part of the deals with a forecast that closed more than 30 days after it. Not ok: none has one.
func (c Cycle) SlipRate() (money.Ratio, bool) {
	if c.Forecast == 0 {
		return money.Ratio{}, false
	}
	return money.NewRatio(int64(len(c.Slipped)), c.Forecast), true
}

// CycleOf measures the cycle of a snapshot on a day, in the zone of the client. Pasts are by deal.
func CycleOf(s *Snapshot, pasts map[string]Past, on cal.Date, zone *time.Location) Cycle {
	c := Cycle{On: on}
	var took []int64
	for _, d := range Won(s, c.Period()) {
		if d.CreatedAt.IsZero() {
			c.Undated = append(c.Undated, Failing{KindDeal, d.ID, d.Name, "nobody knows when it was created"})
			continue
		}
		c.Deals++
		took = append(took, max(0, int64(d.ClosedOn.DaysSince(cal.DateOf(d.CreatedAt, zone)))))
		forecast := pasts[d.ID].Forecast
		if forecast.IsZero() {
			continue
		}
		c.Forecast++
		if d.ClosedOn.After(forecast.AddDays(slipDays)) {
			c.Slipped = append(c.Slipped, Failing{KindDeal, d.ID, d.Name, "forecast for " + forecast.Words() + ", won on " + d.ClosedOn.Words()})
		}
	}
	slices.Sort(took)
	for i := range c.Quartiles {
		c.Quartiles[i] = quantile(took, int64(i)+1)
	}
	return c
}

// quantile is the value below which so many quarters of the sorted values lie, between two of them in proportion (the seventh definition of Hyndman
// and Fan, that of spreadsheets).
func quantile(sorted []int64, quarters int64) Days {
	if len(sorted) == 0 {
		return 0
	}
	at := int64(len(sorted)-1) * quarters
	i, rest := at/4, at%4
	out := 4 * sorted[i]
	if rest > 0 {
		out += rest * (sorted[i+1] - sorted[i])
	}
	return Days(out)
}

// Won are the deals that were won in a period, by id.
func Won(s *Snapshot, in cal.Period) []Deal {
	var out []Deal
	for _, d := range s.Deals {
		if !d.Deleted && d.Won && in.Contains(d.ClosedOn) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Deal) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b Deal) bool { return a.ID == b.ID })
}
