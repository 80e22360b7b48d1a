package kit

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/web/static"
)

func usd(minor int64) money.Amount { return money.New(minor, "USD") }

// spend is credit beside spend over three months; the spend of the last one is not known.
func spend() ChartView {
	return ChartView{Kind: ChartColumns, Caption: "Credit and spend", Unit: "USD", At: []string{"May", "June", `July "26`}, Scale: AxisMoney("USD"), Series: []ChartSeries{
		{Name: "Credit", Points: []ChartPoint{KnownMoney(usd(41176876)), KnownMoney(usd(53427096)), KnownMoney(usd(0))}},
		{Name: "Spend", Points: []ChartPoint{KnownMoney(usd(1730255)), KnownMoney(usd(-3093926)), {Text: "unknown"}}},
	}}
}

func rendered(t *testing.T, charts ...ChartView) *goquery.Document {
	t.Helper()
	var parts []templ.Component
	for _, v := range charts {
		parts = append(parts, Chart(v))
	}
	var b strings.Builder
	if err := Group(parts...).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestChartCarriesTheTextsOfItsTable(t *testing.T) {
	figure := rendered(t, spend()).Find("figure.chart")
	var got drawing
	if err := json.Unmarshal([]byte(figure.AttrOr("data-chart", "")), &got); err != nil {
		t.Fatal(err)
	}
	if want := "534,270.96"; got.Series[0].Texts[1] != want || *got.Series[0].Values[1] != 53427096 {
		t.Errorf("June: %s at %d, want %s", got.Series[0].Texts[1], *got.Series[0].Values[1], want)
	}
	if got.Series[1].Texts[1] != "−30,939.26" || got.At[2] != `July "26` {
		t.Errorf("%v %v", got.Series[1].Texts, got.At)
	}
	if got.Series[1].Values[2] != nil || got.Series[1].Texts[2] != "unknown" || got.Series[0].Values[2] == nil {
		t.Error("what is not known must be a gap, and nothing must be a zero")
	}
	if strings.Join(got.Scale, " ") != "−200,000 0 200,000 400,000 600,000" {
		t.Errorf("axis: %v at %v", got.Scale, got.Ticks)
	}
}

func TestChartIsThereOnlyWithItsScript(t *testing.T) {
	doc := rendered(t, spend(), spend())
	if n := doc.Find("figure.chart[hidden]").Length(); n != 2 {
		t.Errorf("%d of 2 charts wait for the script", n)
	}
	if n := doc.Find("script[src*=echarts]").Length(); n != 1 {
		t.Errorf("the library is asked for %d times", n)
	}
	if doc.Find("script[src*=charts][defer]").Length() != 2 || strings.TrimSpace(doc.Find("script").Text()) != "" {
		t.Error("scripts must wait for the page, and none may stand in it")
	}
	label := doc.Find(".chart-drawing[role=img]").First().AttrOr("aria-label", "")
	if !strings.HasPrefix(label, "Credit and spend.") || doc.Find(".chart-key[aria-hidden=true]").Length() != 2 {
		t.Errorf("read aloud: %q", label)
	}
}

func TestChartOfDotsNamesTheFirstSeriesOnly(t *testing.T) {
	v := spend()
	v.Kind = ChartDots
	v.Series = append(v.Series, ChartSeries{Name: "Fee", Points: v.Series[0].Points})
	if got := strings.Join(v.key(), ", "); got != "Credit, the other columns of the table" {
		t.Error(got)
	}
}

func TestStepsCountWhatIsKnown(t *testing.T) {
	if n := spend().Steps(); n != 3 {
		t.Error(n)
	}
	if n := (ChartView{Series: []ChartSeries{{Points: []ChartPoint{{Text: "unknown"}, {}}}}}).Steps(); n != 0 {
		t.Error(n)
	}
}

func TestAxisMoneyLeavesOutCentsThatAreNone(t *testing.T) {
	for minor, want := range map[int64]string{20000000: "200,000", -150: "−1.50", 0: "0", 5: "0.05"} {
		if got := AxisMoney("USD")(minor); got != want {
			t.Errorf("%d: %s, want %s", minor, got, want)
		}
	}
	if got := AxisMoney("JPY")(1000); got != "1,000" {
		t.Error(got)
	}
}

// Every axis holds zero and all values, in at most seven round steps of one length.
func TestAxisHoldsAllValues(t *testing.T) {
	round := regexp.MustCompile(`^[125]0*$`)
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.Int64Range(-1e15, 1e15)).Draw(t, "values")
		var v ChartView
		var low, high int64
		series := ChartSeries{}
		for _, n := range values {
			series.Points = append(series.Points, Known(n, ""))
			low, high = min(low, n), max(high, n)
		}
		v.Series = []ChartSeries{series, {Points: []ChartPoint{{Known: false, Value: math.MaxInt64}}}}
		ticks := v.ticks()
		first, last := ticks[0], ticks[len(ticks)-1]
		if len(ticks) < 2 || len(ticks) > 8 || first > low || last < high || first > 0 || last < 0 {
			t.Fatalf("%v for %d to %d", ticks, low, high)
		}
		step := ticks[1] - ticks[0]
		if !round.MatchString(strconv.FormatInt(step, 10)) || first%step != 0 {
			t.Fatalf("%v", ticks)
		}
		for i := range ticks {
			if ticks[i] != first+int64(i)*step {
				t.Fatalf("%v", ticks)
			}
		}
	})
	extreme := ChartView{Series: []ChartSeries{{Points: []ChartPoint{Known(math.MinInt64, ""), Known(math.MaxInt64, "")}}}}
	if n := len(extreme.ticks()); n < 2 || n > 12 {
		t.Errorf("%d ticks", n)
	}
}

// The colours of series, in both themes, stand out from the paper by 3 to 1 and from each other for people with full sight and for those who see no
// red or no green (Machado, Oliveira and Fernandes 2009, full severity). The distance is that of CIE 1976 in L*a*b*.
func TestSeriesCanBeToldApart(t *testing.T) {
	css, err := static.Files.ReadFile("app.css")
	if err != nil {
		t.Fatal(err)
	}
	token := func(name string, dark bool) [3]float64 {
		found := regexp.MustCompile(`--` + name + `: light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)`).FindStringSubmatch(string(css))
		if found == nil {
			t.Fatalf("app.css has no colour %s", name)
		}
		text := found[1]
		if dark {
			text = found[2]
		}
		var out [3]float64
		for i := range out {
			n, _ := strconv.ParseUint(text[2*i:2*i+2], 16, 8)
			out[i] = linear(float64(n) / 255)
		}
		return out
	}
	sights := map[string][3][3]float64{
		"full sight": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"no red":     {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
		"no green":   {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	}
	for _, dark := range []bool{false, true} {
		paper := luminance(token("paper", dark))
		for i := 1; i <= MaxSeries; i++ {
			one := token("series-"+strconv.Itoa(i), dark)
			l := luminance(one)
			if contrast := (max(l, paper) + 0.05) / (min(l, paper) + 0.05); contrast < 3 {
				t.Errorf("series %d (dark %t) has a contrast of %.2f", i, dark, contrast)
			}
			for j := i + 1; j <= MaxSeries; j++ {
				for sight, m := range sights {
					if d := distance(seen(m, one), seen(m, token("series-"+strconv.Itoa(j), dark))); d < 20 {
						t.Errorf("series %d and %d (dark %t) are %.1f apart with %s", i, j, dark, d, sight)
					}
				}
			}
		}
	}
}

func linear(c float64) float64 {
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

func luminance(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

func seen(m [3][3]float64, c [3]float64) (out [3]float64) {
	for i := range out {
		out[i] = min(max(m[i][0]*c[0]+m[i][1]*c[1]+m[i][2]*c[2], 0), 1)
	}
	return out
}

func distance(a, b [3]float64) float64 {
	x, y := lab(a), lab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

func lab(c [3]float64) [3]float64 {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124*c[0] + 0.3576*c[1] + 0.1805*c[2]) / 0.95047)
	y := f(luminance(c))
	z := f((0.0193*c[0] + 0.1192*c[1] + 0.9505*c[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}
