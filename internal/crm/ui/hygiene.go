package ui

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// failingShown is how many rows of a check are listed below it.
const failingShown = 10

// showHygiene is the score with its checks, or, with ?check=, the worklist of one.
func (p *Pages) showHygiene(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	asOf, _ := strconv.ParseInt(list.Filter("as_of"), 10, 64) // what is no number means the newest
	found, err := p.Ops.Standing(r.Context(), actor(r), r.PathValue("client"), asOf, p.zone(r))
	if err != nil {
		return err
	}
	face := hygieneFace{found, r}
	if code := crm.CheckCode(list.Filter("check")); code != "" {
		return face.worklist(w, list, code)
	}
	view := kit.PageView{Title: "Hygiene", Room: Room, Crumbs: crumbs(r), Lede: "How far the client's CRM can be trusted: what is measured, on how many records, and which of them to mend. What a pay model needs of it, the contract's advisor says."}
	if found.AsOf == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No evidence yet", Text: "Hygiene is measured on what the client's CRM says of its deals, contacts and companies.",
			Action: kit.Button(kit.ButtonView{Text: "Import a file", Kind: kit.Primary, Href: base(r) + "/import"})}))
	}
	return web.Render(w, r, view, column(
		kit.Figures(face.figures()...),
		links([]kit.Link{{Text: "Records that may be one", Href: duplicatesPath(r)}, {Text: "Accounts of contacts", Href: base(r) + "/accounts"}}),
		part("Checks", kit.Table(face.checks()), kit.Quiet("Deals that are open, or were closed in the last 12 months")),
		part("Over the imports", face.course(), kit.Quiet("The last import of each month")),
	))
}

// hygieneFace is the page of a standing.
type hygieneFace struct {
	ops.Standing
	r *http.Request
}

func (f hygieneFace) figures() []kit.FigureView {
	s := f.Score
	score := kit.FigureView{Label: "Score", Value: "unknown", Period: "on " + s.On.Words() + ", as of import " + strconv.FormatInt(f.AsOf, 10)}
	points, ok := s.Points()
	switch {
	case ok && s.Enough():
		score.Value, score.Unit, score.Note = points.String(), "of 100", "of "+counted(s.Deals, "deal")
	default:
		score.Note, score.Tone = counted(s.Deals, "deal")+", 20 are needed", kit.Attend
	}
	if len(f.Trend) > 1 {
		score.Graph = kit.Sparkline(kit.SparkView{Label: "The score over the imports, as in the table below", Values: f.sparks()})
	}
	cycle := kit.FigureView{Label: "Sales cycle", Value: "unknown", Note: counted(f.Cycle.Deals, "deal") + " won in 12 months, 20 are needed", Tone: kit.Attend}
	if f.Cycle.Enough() {
		q := f.Cycle.Quartiles
		cycle.Value, cycle.Unit, cycle.Tone, cycle.Period = q[1].String(), "days", kit.Plain, "median of "+counted(f.Cycle.Deals, "deal")+" won in 12 months"
		cycle.Note = "half of them " + q[0].String() + " to " + q[2].String() + " days"
	}
	return []kit.FigureView{score, cycle}
}

// sparks are the points of the trend, as those of a small line.
func (f hygieneFace) sparks() []*float64 {
	var out []*float64
	for _, m := range f.Trend {
		var value *float64
		if m.Known {
			v := float64(m.Points) / 100
			value = &v
		}
		out = append(out, value)
	}
	return out
}

// share is a part in words, in one line: "28 of 34".
func share(c crm.Check) string {
	if c.Of == 0 {
		return "nothing to measure"
	}
	return count(c.Met) + "\u00a0of\u00a0" + count(c.Of)
}

func (f hygieneFace) address(query string) string {
	at := ""
	if f.AsOf != f.Latest {
		at = "&as_of=" + strconv.FormatInt(f.AsOf, 10)
	}
	return base(f.r) + "/hygiene?" + query + at
}

func (f hygieneFace) checks() kit.TableView {
	v := kit.TableView{Caption: "What the score is made of", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Check"}, {Title: "Weight", Align: kit.End, Hint: "points"}, {Title: "Met", Align: kit.End}, {Title: "Costs", Align: kit.End, Hint: "points"}, {Title: "To mend", Align: kit.End, Hint: "records"}}}
	for _, c := range f.Score.Checks {
		row := kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(c.Code.Name()), c.Code.Words()), number(c.Weight), kit.Text(share(c)), kit.Text(f.Score.Lost(c).String()), number(int64(len(c.Failing)))}}
		if c.Of == 0 {
			row.Cells[3] = kit.Quiet("left out")
		}
		if len(c.Failing) > 0 {
			row.Cells[4] = kit.Anchor(kit.Link{Text: count(int64(len(c.Failing))), Href: f.address("check=" + string(c.Code))})
			row.Below = why("Records", f.failing(c))
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func (f hygieneFace) failing(c crm.Check) templ.Component {
	var list []kit.IssueView
	for _, row := range c.Failing[:min(failingShown, len(c.Failing))] {
		v := kit.IssueView{Level: kit.Warning, Text: kit.Sentence(named(row) + ": " + row.Why + ".")}
		if row.Kind == crm.KindDeal {
			v.Where, v.Href = "Deal "+row.ID, dealPath(f.r, row.ID, f.AsOf, f.Latest)
		}
		list = append(list, v)
	}
	if len(c.Failing) > failingShown {
		return kit.Group(kit.Issues(list), kit.Anchor(kit.Link{Text: "All " + count(int64(len(c.Failing))) + " records", Href: f.address("check=" + string(c.Code))}))
	}
	return kit.Issues(list)
}

// named is a row for people: its name, or its sort and id.
func named(row crm.Failing) string {
	if row.Name != "" {
		return row.Name
	}
	return kit.Sentence(string(row.Kind)) + " " + row.ID
}

// course is the trend, drawn where it has two imports at least.
func (f hygieneFace) course() templ.Component {
	if len(f.Trend) < 2 {
		return kit.Table(f.trend())
	}
	return kit.Group(kit.Chart(f.trendChart()), kit.Table(f.trend()))
}

// trendChart is the score with the three checks that cost it the most as of the import that is shown, each as the share of its records that meet it.
func (f hygieneFace) trendChart() kit.ChartView {
	v := kit.ChartView{Kind: kit.ChartLines, Caption: "The score, and the checks that cost the most", Unit: "points of 100, and % of records that meet the check",
		Scale: func(at int64) string { return strconv.FormatInt(at/100, 10) }}
	score := kit.ChartSeries{Name: "Score"}
	for _, m := range f.Trend {
		v.At = append(v.At, m.On.Words())
		point := kit.ChartPoint{Text: "unknown"}
		if m.Known {
			point = kit.Known(int64(m.Points), m.Points.String())
		}
		score.Points = append(score.Points, point)
	}
	v.Series = append(v.Series, score)
	var costly []int
	for i, c := range f.Score.Checks {
		if f.Score.Lost(c) > 0 {
			costly = append(costly, i)
		}
	}
	slices.SortStableFunc(costly, func(a, b int) int {
		return cmp.Compare(f.Score.Lost(f.Score.Checks[b]), f.Score.Lost(f.Score.Checks[a]))
	})
	for _, i := range costly[:min(len(costly), kit.MaxSeries-1)] {
		one := kit.ChartSeries{Name: f.Score.Checks[i].Code.Name()}
		for _, m := range f.Trend {
			point := kit.ChartPoint{Text: share(m.Shares[i])}
			if c := m.Shares[i]; c.Of > 0 {
				point = kit.Known(money.MulDiv(c.Met, 100_00, c.Of, money.HalfUp), share(c))
			}
			one.Points = append(one.Points, point)
		}
		v.Series = append(v.Series, one)
	}
	return v
}

func (f hygieneFace) trend() kit.TableView {
	v := kit.TableView{Caption: "The score over the imports, newest first", Quiet: true, Columns: []kit.Column{{Title: "As of"}, {Title: "Day"}, {Title: "Score", Align: kit.End}, {Title: "Deals", Align: kit.End}}}
	for _, c := range f.Score.Checks {
		v.Columns = append(v.Columns, kit.Column{Title: c.Code.Name(), Align: kit.End})
	}
	for _, m := range slices.Backward(f.Trend) {
		points := kit.Unknown("")
		if m.Known {
			points = kit.Text(m.Points.String())
		}
		row := kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: "Import\u00a0" + strconv.FormatInt(m.No, 10), Href: base(f.r) + "/hygiene?as_of=" + strconv.FormatInt(m.No, 10)}), kit.DateText(m.On), points, number(m.Deals)}}
		for _, c := range m.Shares {
			row.Cells = append(row.Cells, kit.Text(share(c)))
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// worklist is the rows that miss a check.
func (f hygieneFace) worklist(w http.ResponseWriter, list kit.List, code crm.CheckCode) error {
	i := slices.IndexFunc(f.Score.Checks, func(c crm.Check) bool { return c.Code == code })
	if i < 0 {
		return fault.New(fault.NotFound, "check", "There is no such check.")
	}
	c := f.Score.Checks[i]
	if list.Format() != "" {
		s := sheet{name: "hygiene-" + string(code), header: []string{"kind", "id", "name", "why"}}
		for _, row := range c.Failing {
			s.rows = append(s.rows, []cell{{text: string(row.Kind)}, {text: row.ID}, {text: row.Name}, {text: row.Why}})
		}
		return s.send(w, list.Format())
	}
	v := kit.TableView{Caption: "Records to mend", Quiet: true, Cards: true, Exports: list.Exports(), Pager: list.Pager(len(c.Failing)),
		Columns: []kit.Column{{Title: "Record"}, {Title: "What is wrong"}}, Empty: kit.Notice(kit.NoticeView{Level: kit.Done, Text: "Nothing is to be mended here."})}
	for _, row := range c.Failing[min(list.Offset(), len(c.Failing)):min(list.Offset()+list.PerPage, len(c.Failing))] {
		name := kit.Text(named(row))
		if row.Kind == crm.KindDeal {
			name = kit.Anchor(kit.Link{Text: named(row), Href: dealPath(f.r, row.ID, f.AsOf, f.Latest)})
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(name, kindWords[row.Kind]+", "+row.ID), kit.Text(kit.Sentence(row.Why))}})
	}
	view := kit.PageView{Title: code.Name(), Room: Room, Crumbs: crumbs(f.r, kit.Link{Text: "Hygiene", Href: base(f.r) + "/hygiene"}), Lede: code.Words() + " Met: " + share(c) + "."}
	return web.Render(w, f.r, view, kit.Table(v))
}
