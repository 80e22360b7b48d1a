package webtest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Charts holds every chart of a page to its table: each text of a point stands in a cell of a table of the same section, and the library comes with a
// chart and never without. It gives the number of charts.
func Charts(t testing.TB, page *goquery.Document) int {
	t.Helper()
	charts := page.Find("figure.chart")
	if asked := page.Find("script[src*=echarts]").Length(); asked != min(charts.Length(), 1) {
		t.Errorf("%d charts, and the library asked for %d times", charts.Length(), asked)
	}
	charts.Each(func(_ int, figure *goquery.Selection) {
		var drawing struct {
			Label  string
			At     []string
			Series []struct {
				Name   string
				Values []*int64
				Texts  []string
			}
		}
		if err := json.Unmarshal([]byte(figure.AttrOr("data-chart", "")), &drawing); err != nil {
			t.Error(err)
			return
		}
		var cells []string
		figure.Closest("section, main").Find("td").Each(func(_ int, cell *goquery.Selection) { cells = append(cells, spaceless(cell.Text())) })
		written := strings.Join(cells, "\n")
		for _, s := range drawing.Series {
			if len(s.Values) != len(drawing.At) || len(s.Texts) != len(drawing.At) {
				t.Errorf("%s: %s has %d values and %d texts for %d places", drawing.Label, s.Name, len(s.Values), len(s.Texts), len(drawing.At))
			}
			for i, text := range s.Texts {
				if s.Values[i] != nil && text == "" || !strings.Contains(written, spaceless(text)) {
					t.Errorf("%s: no table of the section writes %q, which %s shows at %s", drawing.Label, text, s.Name, drawing.At[i])
				}
			}
		}
	})
	return charts.Length()
}
