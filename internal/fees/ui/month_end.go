package ui

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// MonthEndRoom of the navigation, and its path.
const (
	MonthEndRoom = "month-end"
	MonthEndPath = "/month-ends"
)

func monthEndPath(id string) string { return MonthEndPath + "/" + url.PathEscape(id) }

func (p *Pages) registerMonthEnds(g *web.Registry) {
	const one = MonthEndPath + "/{run}"
	g.Get(MonthEndPath, string(access.MonthEndSee), p.monthEnds)
	g.Get(MonthEndPath+"/new", string(access.MonthEndRun), p.newMonthEnd)
	g.Post(MonthEndPath+"/new", string(access.MonthEndRun), p.runMonthEnd)
	g.Get(one, string(access.MonthEndSee), p.showMonthEnd)
	g.Get(one+"/progress", string(access.MonthEndSee), p.monthEndProgress)
	g.Post(one+"/resume", string(access.MonthEndRun), p.resumeMonthEnd)
}

func (p *Pages) monthEnds(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	list.PerPage = ops.PageSize
	page, err := p.Ops.MonthEnds(r.Context(), actor(r), list.Page)
	if err != nil {
		return err
	}
	run := kit.Button(kit.ButtonView{Text: "Run a month end", Kind: kit.Primary, Href: MonthEndPath + "/new"})
	view := kit.PageView{Title: "Month end", Room: MonthEndRoom, Lede: "The statements of a month for all engagements in one run, and what stands in the way of the others."}
	if page.Total > 0 {
		view.Actions = append(view.Actions, run)
	}
	table := kit.TableView{Caption: "Month ends, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Month"}, {Title: "State"}, {Title: "Came to"}, {Title: "Begun"}, {Title: "By"},
	}}
	for _, m := range page.Runs {
		table.Rows = append(table.Rows, monthEndRow(m))
	}
	table.Pager = list.Pager(page.Total)
	table.Empty = kit.Empty(kit.EmptyView{Title: "No month end yet", Action: run,
		Text: "A month end drafts the statement of a month for every contract that is in force or still has something to charge. What it cannot end it lists, " +
			"each with the reason and the way to mend it. It can be repeated: it does only what is not yet done."})
	return web.Render(w, r, view, kit.Table(table))
}

func monthEndRow(m ops.MonthEnd) kit.Row {
	row := kit.Row{ID: m.ID, Cells: []templ.Component{
		kit.TwoLines(kit.Anchor(kit.Link{Text: m.Month.Words(), Href: monthEndPath(m.ID)}), purpose(m)), monthEndState(m), kit.Text(m.Words()),
		kit.MomentText(m.BegunAt, time.UTC), kit.Text(m.BegunBy),
	}}
	if m.Count(fees.OutcomeException) > 0 {
		row.Tone = kit.Attend
	}
	return row
}

func purpose(m ops.MonthEnd) string {
	if m.Submits {
		return "drafted and submitted"
	}
	return "drafted only"
}

func monthEndState(m ops.MonthEnd) templ.Component {
	switch {
	case m.Stalled:
		return kit.PillIn("interrupted", kit.Attend)
	case m.Running:
		return kit.Pill("running")
	}
	return kit.PillIn("ended", kit.Settled)
}

func (p *Pages) newMonthEnd(w http.ResponseWriter, r *http.Request) error {
	return p.monthEndForm(w, r, kit.Input{})
}

func (p *Pages) monthEndForm(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	over := cal.MonthOf(cal.DateOf(p.Ops.Now(), time.UTC)).Previous()
	view := kit.PageView{Title: "Run a month end", Room: MonthEndRoom, Narrow: true, Status: in.Status(), Crumbs: monthEndCrumbs(),
		Lede: "One engagement after the other, of every client that you may draft for. It goes on when you close the page."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: MonthEndPath + "/new", Submit: "Run the month end", Cancel: MonthEndPath, Input: in, Fields: []kit.Field{
		{Name: "month", Label: "Month", Kind: kit.Month, Value: over.String(), Placeholder: "2026-03", Hint: "As 2026-03. It must be over."},
		{Name: "purpose", Label: "What is done", Kind: kit.Radio, Options: []kit.Option{
			{Value: "draft", Text: "Draft", Hint: "Nobody but the agency acts on a draft. Look through them, then run the month end again to submit."},
			{Value: "submit", Text: "Draft and submit", Hint: "Each statement that nothing stands in the way of goes to its client, and their window to object begins: " + p.tells() + "."},
		}},
		{Name: "key", Kind: kit.Hidden, Value: rand.Text()},
	}}))
}

func (p *Pages) runMonthEnd(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var faults fault.List
	month, err := cal.ParseMonth(values.Get("month"))
	if err != nil {
		faults.Add(fault.New(fault.Invalid, "month", "Write the month as 2026-03.").At("month"))
	}
	if what := values.Get("purpose"); what != "draft" && what != "submit" {
		faults.Add(fault.New(fault.Invalid, "purpose", "Choose whether the statements are only drafted or also submitted.").At("purpose"))
	}
	if err := faults.Err(); err != nil {
		return p.monthEndForm(w, r, kit.Input{Values: values, Err: err})
	}
	run, err := p.Ops.StartMonthEnd(r.Context(), actor(r), ops.MonthEndInput{Month: month, Submit: values.Get("purpose") == "submit", Key: values.Get("key")})
	if web.Correctable(err) {
		return p.monthEndForm(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, monthEndPath(run.ID))
	return nil
}

func monthEndCrumbs() []kit.Link { return []kit.Link{{Text: "Month end", Href: MonthEndPath}} }

// showMonthEnd shows a run, one kind of outcome at a time. While it runs and without JavaScript the browser is asked to look again.
func (p *Pages) showMonthEnd(w http.ResponseWriter, r *http.Request) error {
	m, err := p.Ops.ShowMonthEnd(r.Context(), actor(r), r.PathValue("run"))
	if err != nil {
		return err
	}
	kind, tabs := monthEndTabs(m, fees.OutcomeKind(r.URL.Query().Get("kind")))
	view := kit.PageView{Title: "Month end of " + m.Month.Words(), Room: MonthEndRoom, Crumbs: monthEndCrumbs(), State: monthEndState(m), Tabs: tabs,
		Eyebrow: purpose(m) + ", begun by " + m.BegunBy}
	parts := []templ.Component{}
	switch {
	case m.Stalled:
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "This month end was interrupted",
			Text: counted(m.Done, "engagement") + " of " + strconv.Itoa(m.Total) + " are done, each whole; it goes on from there. " + m.Message}))
		if access.Decide(actor(r), access.MonthEndRun, access.Scope{}).Allowed {
			parts = append(parts, kit.Button(kit.ButtonView{Text: "Go on", Kind: kit.Primary, Post: monthEndPath(m.ID) + "/resume"}))
		}
	case m.Running:
		w.Header().Set("Refresh", "5")
		parts = append(parts, progressOf(m))
	default:
		if access.Decide(actor(r), access.MonthEndRun, access.Scope{}).Allowed {
			view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Run a month end", Href: MonthEndPath + "/new"}))
		}
		parts = append(parts, kit.Figures(monthEndFigures(m)...))
	}
	return web.Render(w, r, view, kit.Group(append(parts, outcomeTable(r, m, kind))...))
}

func progressOf(m ops.MonthEnd) templ.Component {
	text := strconv.Itoa(m.Done) + " of " + counted(m.Total, "engagement")
	if m.Now != "" {
		text += ", now " + m.Now
	}
	return kit.Progress(kit.ProgressView{Label: "Ending " + m.Month.Words(), Done: int64(m.Done), Total: int64(m.Total), Text: text, Poll: monthEndPath(m.ID) + "/progress"})
}

// monthEndProgress answers the page that asks how far the run is.
func (p *Pages) monthEndProgress(w http.ResponseWriter, r *http.Request) error {
	m, err := p.Ops.ShowMonthEnd(r.Context(), actor(r), r.PathValue("run"))
	if err != nil {
		return err
	}
	if m.Running && !m.Stalled {
		return web.RenderFragment(w, r, progressOf(m))
	}
	return web.RenderFragment(w, r, monthEnded(monthEndPath(m.ID)))
}

func (p *Pages) resumeMonthEnd(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run")
	err := p.Ops.ResumeMonthEnd(r.Context(), actor(r), id)
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	web.Redirect(w, r, monthEndPath(id))
	return nil
}

var outcomeWords = map[fees.OutcomeKind]string{
	fees.OutcomeException: "Exceptions", fees.OutcomeSubmitted: "Submitted", fees.OutcomeDrafted: "Drafted", fees.OutcomeUnchanged: "Unchanged",
	fees.OutcomeAlready: "Submitted or locked before", fees.OutcomeNothing: "Nothing to charge",
}

// monthEndTabs are the kinds that there are. The kind that is asked for is shown, or the first.
func monthEndTabs(m ops.MonthEnd, asked fees.OutcomeKind) (fees.OutcomeKind, []kit.Tab) {
	var kinds []fees.OutcomeKind
	for _, k := range fees.OutcomeKinds() {
		if m.Count(k) > 0 {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 0 {
		return "", nil
	}
	if !slices.Contains(kinds, asked) {
		asked = kinds[0]
	}
	var tabs []kit.Tab
	for _, k := range kinds {
		tabs = append(tabs, kit.Tab{Text: outcomeWords[k], Count: m.Count(k), Current: k == asked, Href: monthEndPath(m.ID) + "?kind=" + string(k)})
	}
	return asked, tabs
}

// monthEndFigures are the engagements, the exceptions, and what the statements of the month come to in each currency.
func monthEndFigures(m ops.MonthEnd) []kit.FigureView {
	exceptions := kit.FigureView{Label: "Exceptions", Value: strconv.Itoa(m.Count(fees.OutcomeException)), Note: "nothing stands in the way"}
	if m.Count(fees.OutcomeException) > 0 {
		exceptions.Note, exceptions.Tone = "each with the way to mend it", kit.Attend
	}
	out := []kit.FigureView{{Label: "Engagements", Value: strconv.Itoa(m.Total), Note: m.Words()}, exceptions}
	sums, statements := map[money.Currency]money.Amount{}, map[money.Currency]int{}
	var currencies []money.Currency
	for _, o := range m.Outcomes {
		if o.Statement == "" {
			continue
		}
		c := o.Total.Currency
		if statements[c]++; statements[c] == 1 {
			currencies, sums[c] = append(currencies, c), money.New(0, c)
		}
		sums[c] = sums[c].Add(o.Total)
	}
	slices.Sort(currencies)
	for _, c := range currencies {
		out = append(out, kit.FigureView{Label: "Statements together", Value: sums[c].Format(), Unit: string(c), Period: m.Month.Words(), Note: "total of " + counted(statements[c], "statement") + ", exceptions included"})
	}
	return out
}

func outcomeTable(r *http.Request, m ops.MonthEnd, kind fees.OutcomeKind) templ.Component {
	var shown []ops.Outcome
	for _, o := range m.Outcomes {
		if o.Kind == kind {
			shown = append(shown, o)
		}
	}
	list := kit.ParseList(r)
	list.PerPage = ops.PageSize
	v := kit.TableView{Caption: outcomeWords[kind], Quiet: true, Cards: true, Pager: list.Pager(len(shown)),
		Columns: []kit.Column{{Title: "Client and contract"}, {Title: "Statement"}, {Title: "Total", Align: kit.End}, {Title: "Difference", Align: kit.End, Hint: "to the revision before"}}}
	if kind == fees.OutcomeException {
		v.Columns = v.Columns[:3]
	}
	v.Empty = kit.Empty(kit.EmptyView{Title: "Nothing is done yet", Text: "What comes of each engagement is listed here as it is done."})
	if !m.Running && len(m.Outcomes) == 0 {
		v.Empty = kit.Empty(kit.EmptyView{Title: "There is no engagement", Text: "No contract of yours had begun by the end of the month."})
	}
	from := min(list.Offset(), len(shown))
	for _, o := range shown[from:min(from+list.PerPage, len(shown))] {
		v.Rows = append(v.Rows, outcomeRow(o))
	}
	return kit.Table(v)
}

func outcomeRow(o ops.Outcome) kit.Row {
	none := kit.Quiet("–")
	statement, total, difference := none, none, none
	if o.Statement != "" {
		statement = kit.TwoLines(kit.Anchor(kit.Link{Text: "Revision " + strconv.Itoa(o.Revision), Href: statementPath(o.Client, o.Statement)}), string(o.State))
		total = kit.Money(o.Total)
	}
	client := kit.TwoLines(kit.Anchor(kit.Link{Text: o.ClientName, Href: clientPath(o.Client)}), o.ContractName)
	if o.Kind == fees.OutcomeException {
		return kit.Row{ID: o.Contract, Tone: kit.Attend, Cells: []templ.Component{client, statement, total}, Below: obstacles(obstacleViews(o))}
	}
	if o.Before > 0 {
		difference = kit.Money(o.Difference)
	}
	return kit.Row{ID: o.Contract, Cells: []templ.Component{client, statement, total, difference}}
}

// obstacleView is one thing in the way, and where it is mended.
type obstacleView struct{ reason, mend, link, href string }

func obstacleViews(o ops.Outcome) []obstacleView {
	var out []obstacleView
	for _, x := range o.Obstacles {
		v := obstacleView{reason: x.Reason, mend: x.Mend}
		switch {
		case x.Code == "problems" && o.Statement != "":
			v.link, v.href = "Open the draft", statementPath(o.Client, o.Statement)
		case x.Room == "contract":
			v.link, v.href = "Open the contract", contractPath(o.Client, o.Contract)
		case x.Room == "evidence":
			v.link, v.href = "Open the evidence", clientPath(o.Client)+"/evidence"
		case x.Room == "statements":
			v.link, v.href = "Open the statements", listPath(o.Client)
		}
		out = append(out, v)
	}
	return out
}
