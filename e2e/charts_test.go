package e2e

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// chartOnPage is a chart as a browser shows it.
type chartOnPage struct {
	Label  string   `json:"label"`
	Known  []int    `json:"known"`  // values of each series
	Drawn  []int    `json:"drawn"`  // shapes in its colour
	Absent []string `json:"absent"` // texts that no table of the section writes
	Width  int      `json:"width"`
	Room   int      `json:"room"` // the width that there is for it
}

// chartsOnPage reads each chart: what it was given, what it drew, and what its table writes. Dots but for the first series share a colour and are hollow.
const chartsOnPage = `JSON.stringify([...document.querySelectorAll("figure.chart")].map(f => {
	const chart = JSON.parse(f.dataset.chart), inks = [...f.querySelectorAll(".chart-key svg")].map(e => getComputedStyle(e).color);
	const rgb = c => { const p = document.createElement("i"); p.style.color = c; document.body.append(p); const v = getComputedStyle(p).color; p.remove(); return v; };
	const fills = [...f.querySelectorAll(".chart-drawing svg path")].map(e => e.getAttribute("fill")).filter(c => c && c !== "none" && c !== "transparent").map(rgb);
	const bare = s => s.replace(/\s/g, ""), cells = [...f.closest("section, main").querySelectorAll("td")].map(c => bare(c.textContent)).join("\n");
	const shown = chart.kind === "dots" ? chart.series.slice(0, 1) : chart.series;
	return {label: chart.label, known: shown.map(s => s.values.filter(v => v !== null).length), drawn: shown.map((_, i) => fills.filter(c => c === inks[i]).length),
		absent: chart.series.flatMap(s => s.texts).filter(t => !cells.includes(bare(t))), room: f.clientWidth, width: f.hidden ? 0 : Math.round(f.querySelector(".chart-drawing svg").getBoundingClientRect().width)};
}))`

// clientOf is the address of the demo's client: the one to which the start page has the most links.
func clientOf(t *testing.T, v *visitor) (most string) {
	t.Helper()
	links := map[string]int{}
	for _, client := range regexp.MustCompile(`/clients/org_[0-9a-z]+`).FindAllString(v.get("/").body, -1) {
		if links[client]++; links[client] > links[most] {
			most = client
		}
	}
	if most == "" {
		t.Fatal("no client on the start page")
	}
	return most
}

// TestChartsAreDrawn looks at each page that has charts: one shape a value, as wide as the page on any screen, and no text that the table does not write. A
// page without charts does not ask for the library.
func TestChartsAreDrawn(t *testing.T) {
	t.Parallel()
	h := sharedDemo(t)
	v := visit(t, h, h.Links["Account lead"])
	client := clientOf(t, v)
	t.Run("without script", func(t *testing.T) { tablesStandAlone(t, h, v, client) })
	advice := v.page(client+"/contract").Find("a[href$='/advice']").First().AttrOr("href", "")
	p := browse(t, h)
	p.adopt(v)
	for _, c := range []struct {
		path   string
		charts int
	}{
		{client + "/evidence/hygiene", 1}, {client + "/evidence/returns?margin=60+%25", 4}, {client + "/evidence/returns?by=campaign", 3},
		{client + "/evidence/attribution", 4}, {client + "/evidence/deals/D-0287?beside=first", 1}, {advice, 1}, {client + "/evidence", 0}, {client + "/evidence/deals/D-0287", 0},
	} {
		p.show("light", 1440)
		p.open(c.path)
		asked := eval[int](p, `performance.getEntriesByType("resource").filter(e => e.name.includes("echarts")).length`)
		if asked != min(c.charts, 1) {
			t.Errorf("%s asks for the library %d times", c.path, asked)
		}
		wide := p.charts(c.path)
		if len(wide) != c.charts {
			t.Errorf("%s has %d charts, want %d", c.path, len(wide), c.charts)
		}
		p.show("dark", narrow)
		for i, chart := range p.charts(c.path + " (narrow, dark)") {
			if chart.Room > narrow || chart.Room >= wide[i].Room {
				t.Errorf("%s: %s has room for %d on a screen of %d", c.path, chart.Label, chart.Room, narrow)
			}
		}
	}
}

// charts reads the charts of the page and holds each to its values and its table. What the theme or the width changes comes a moment later.
func (p *page) charts(where string) []chartOnPage {
	p.t.Helper()
	var found []chartOnPage
	text := p.awaited(`new Promise(r => setTimeout(r, 400)).then(() => ` + chartsOnPage + `)`)
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		p.t.Fatal(err)
	}
	for _, c := range found {
		if c.Width == 0 || c.Width != c.Room || !slices.Equal(c.Known, c.Drawn) {
			p.t.Errorf("%s: %s has %v values and room for %d, and draws %v on %d", where, c.Label, c.Known, c.Room, c.Drawn, c.Width)
		}
		if len(c.Absent) > 0 {
			p.t.Errorf("%s: %s shows what no table writes: %q", where, c.Label, c.Absent)
		}
	}
	return found
}

// tablesStandAlone: without JavaScript, and on paper, no chart and no key of one is to be seen, and every figure is.
func tablesStandAlone(t *testing.T, h *house, v *visitor, client string) {
	path := client + "/evidence/returns?margin=60+%25"
	const seen = `[...document.querySelectorAll("figure.chart")].filter(e => e.checkVisibility()).length + " charts, " + [...document.querySelectorAll("main td")].filter(e => e.checkVisibility()).length + " cells"`
	p := browse(t, h)
	p.adopt(v)
	p.open(path)
	with := eval[string](p, seen)
	send(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	onPaper := eval[string](p, seen)
	send(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	send(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open(path)
	without := eval[string](p, seen)
	if want := strings.Replace(with, "4 charts", "0 charts", 1); !strings.HasPrefix(with, "4 charts") || without != want || onPaper != want {
		t.Errorf("with JavaScript %s; without %s; on paper %s", with, without, onPaper)
	}
}
