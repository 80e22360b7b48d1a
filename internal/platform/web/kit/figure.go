package kit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// FigureView is one number that matters, with what it means and when.
type FigureView struct {
	Label    string // "Fee this period"
	Value    string // "24,310.00"; "unknown" is written out, never 0
	Unit     string // "USD", "hours", "%"
	Period   string // "1–31 Mar 2026"
	Note     string // "range 21,800 to 27,450"
	Tone     Tone   // colours the note, not the number
	Href     string // where the number comes from
	Graph    templ.Component
	Why      templ.Component
	WhyLabel string // "" means "Why"
}

// SparkView is a small line of values over equal steps. Gaps are nil: unknown is never zero.
type SparkView struct {
	Label  string // what it shows, for those who do not see it: "Leads a week, 31 to 44"
	Values []*float64
}

const (
	sparkWidth  = 120.0
	sparkHeight = 28.0
	sparkInset  = 3.0
)

// segments are the runs of known values as SVG paths.
func (v SparkView) segments() []string {
	low, high, known := 0.0, 0.0, false
	for _, p := range v.Values {
		if p == nil {
			continue
		}
		if !known {
			low, high, known = *p, *p, true
		}
		low, high = min(low, *p), max(high, *p)
	}
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for i, p := range v.Values {
		if p == nil {
			flush()
			continue
		}
		x, y := v.x(i), v.y(*p, low, high)
		if b.Len() == 0 {
			fmt.Fprintf(&b, "M%.1f %.1fl0 0", x, y) // a lone point still shows, as a round cap
			continue
		}
		fmt.Fprintf(&b, "L%.1f %.1f", x, y)
	}
	flush()
	return out
}

func (v SparkView) x(i int) float64 {
	if len(v.Values) < 2 {
		return sparkWidth / 2
	}
	return sparkInset + float64(i)*(sparkWidth-2*sparkInset)/float64(len(v.Values)-1)
}

func (v SparkView) y(p, low, high float64) float64 {
	if high == low {
		return sparkHeight / 2
	}
	return sparkHeight - sparkInset - (p-low)/(high-low)*(sparkHeight-2*sparkInset)
}

// BarView is a part of a whole as a bar, with an optional mark such as the plan. Permille of the full width, so that
// the caller decides the scale with integers.
type BarView struct {
	Label string // read aloud: "62 of 80 hours used; 77 % of the month has passed"
	From  int    // 0..1000: where the fill begins
	Fill  int    // 0..1000: where it ends
	Mark  int    // 0..1000; negative for none
	Tone  Tone
}

func permille(n int) string { return strconv.FormatFloat(float64(min(max(n, 0), 1000))/5, 'f', 1, 64) }

// ProgressView is work that runs in the background.
type ProgressView struct {
	Label string // "Importing deals"
	Done  int64
	Total int64  // 0 while unknown
	Text  string // "12,400 of 31,000 rows"
	Poll  string // address that answers with this component again; "" when finished
}

func (v ProgressView) value() string { return strconv.FormatInt(v.Done, 10) }
func (v ProgressView) max() string   { return strconv.FormatInt(v.Total, 10) }
