package kit

import (
	"encoding/json"
	"math"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// ChartKind is how a chart is drawn.
type ChartKind string

// The kinds of charts.
const (
	ChartLines   ChartKind = "lines"   // over time: a gap where nothing is known
	ChartColumns ChartKind = "columns" // over time, beside each other
	ChartBars    ChartKind = "bars"    // one row a name
	ChartDots    ChartKind = "dots"    // one row a name: how far the others lie from the first series
)

// ChartView is a picture of a table that stands on the same page. The table is the source: each text of a point is written there too, and a page
// without JavaScript, or on paper, shows the table alone.
type ChartView struct {
	Kind    ChartKind
	Caption string                // what it shows; read aloud in place of the picture
	Unit    string                // "USD", "points of 100"
	At      []string              // what stands along the axis: months, names
	Series  []ChartSeries         // at most MaxSeries; of dots any number
	Scale   func(at int64) string // writes a round value of the axis
}

// ChartSeries is one line, or one colour of columns.
type ChartSeries struct {
	Name   string
	Points []ChartPoint // one for each of At
}

// ChartPoint is a value and its text as the table writes it. The value places it on the axis and is never written.
type ChartPoint struct {
	Known bool // unknown is a gap, never zero
	Value int64
	Text  string // "unknown" where it is; empty where there is nothing to tell
}

// MaxSeries is how many colours can be told apart, also by those who do not see red or green.
const MaxSeries = 4

// Known is a point of a chart.
func Known(value int64, text string) ChartPoint { return ChartPoint{true, value, text} }

// KnownMoney is an amount as a point, written as kit.Amount writes it.
func KnownMoney(a money.Amount) ChartPoint { return Known(a.Minor, amountText(a)) }

// Steps is how many points of the chart are known in its fullest series: a single one makes no line, none no chart.
func (v ChartView) Steps() (most int) {
	for _, s := range v.Series {
		n := 0
		for _, p := range s.Points {
			if p.Known {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// AxisMoney writes round amounts of an axis: without cents where there are none.
func AxisMoney(c money.Currency) func(int64) string {
	return func(minor int64) string {
		text := amountText(money.New(minor, c))
		if whole, err := money.Parse("1", c); err == nil && whole.Minor > 1 && minor%whole.Minor == 0 {
			for i := len(text) - 1; i > 0; i-- {
				if text[i] == '.' {
					return text[:i]
				}
			}
		}
		return text
	}
}

// farthest is how far from zero a value may lie to have its place on an axis.
const farthest = math.MaxInt64 / 2

// ticks are the round values of the axis, zero among them, from the lowest value or below to the highest or beyond.
func (v ChartView) ticks() []int64 {
	var low, high int64
	for _, s := range v.Series {
		for _, p := range s.Points {
			if p.Known {
				low, high = max(min(low, p.Value), -farthest), min(max(high, p.Value), farthest)
			}
		}
	}
	step := roundStep(low, high)
	first := low / step
	if low%step != 0 {
		first--
	}
	out := []int64{first * step}
	for last := out[0]; last < high || len(out) < 2; {
		last += step
		out = append(out, last)
	}
	return out
}

// roundStep is the smallest of 1, 2, 5, 10, 20, ... of which five, or one more at an end that is not round, lead from low to high.
func roundStep(low, high int64) int64 {
	for power := int64(1); ; power *= 10 {
		for _, digit := range []int64{1, 2, 5} {
			if step := digit * power; high/5-low/5 < step {
				return step
			}
		}
	}
}

// drawing is what charts.js reads.
type drawing struct {
	Kind   ChartKind       `json:"kind"`
	Label  string          `json:"label"`
	At     []string        `json:"at"`
	Series []drawingSeries `json:"series"`
	Ticks  []int64         `json:"ticks"`
	Scale  []string        `json:"scale"` // the text of each tick
}

type drawingSeries struct {
	Name   string   `json:"name"`
	Values []*int64 `json:"values"`
	Texts  []string `json:"texts"`
}

func (v ChartView) label() string { return v.Caption + ". The same figures stand in the table below." }

func (v ChartView) json() (string, error) {
	d := drawing{Kind: v.Kind, Label: v.label(), At: v.At, Ticks: v.ticks()}
	for _, at := range d.Ticks {
		d.Scale = append(d.Scale, v.Scale(at))
	}
	for _, s := range v.Series {
		one := drawingSeries{Name: s.Name}
		for _, p := range s.Points {
			var value *int64
			if p.Known {
				value = &p.Value
			}
			one.Values, one.Texts = append(one.Values, value), append(one.Texts, p.Text)
		}
		d.Series = append(d.Series, one)
	}
	text, err := json.Marshal(d)
	return string(text), err
}

// key are the series that the key names: of dots the first and all others as one.
func (v ChartView) key() []string {
	var names []string
	for _, s := range v.Series {
		names = append(names, s.Name)
	}
	if v.Kind == ChartDots && len(names) > 2 {
		return []string{names[0], "the other columns of the table"}
	}
	return names
}

// gaps says what the absence of a bar means; empty where every value is known, and for lines and dots, which show none as none.
func (v ChartView) gaps() string {
	if v.Kind != ChartColumns && v.Kind != ChartBars {
		return ""
	}
	for _, s := range v.Series {
		for _, p := range s.Points {
			if !p.Known {
				return "no bar: not known"
			}
		}
	}
	return ""
}

// drawn gives the scripts of charts once a page.
var drawn = templ.NewOnceHandle()
