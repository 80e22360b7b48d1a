package ui

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) monthRoutes() []web.Route {
	return []web.Route{
		get("/clients/{client}/work/promises", access.RequestSee, p.promises),
		post("/clients/{client}/work/promises", access.EvidenceImport, p.handOver),
	}
}

func promisesPath(client string, m cal.Month) string {
	return Path(client) + "/promises?month=" + m.String()
}

// monthOf is the month that the address or a form asks for; the running one where it asks for none.
func (p *Pages) monthOf(text string) (cal.Month, error) {
	if text == "" {
		return cal.MonthOf(cal.DateOf(p.Ops.Now().UTC(), p.Ops.Now().UTC().Location())), nil
	}
	m, err := cal.ParseMonth(text)
	if err != nil {
		return m, fault.New(fault.Invalid, "month", "%q is no month; write it as 2026-03.", text).At("month")
	}
	return m, nil
}

// promises shows how promises were kept in a month, and what was missed.
func (p *Pages) promises(w http.ResponseWriter, r *http.Request) error {
	m, err := p.monthOf(r.URL.Query().Get("month"))
	if err != nil {
		return err
	}
	return p.promisesPage(w, r, m, kit.Input{})
}

func (p *Pages) promisesPage(w http.ResponseWriter, r *http.Request, m cal.Month, in kit.Input) error {
	client := r.PathValue("client")
	month, err := p.Ops.Compliance(r.Context(), actor(r), client, m)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "csv" {
		web.Attach(w, "sla_misses-"+m.String()+".csv", "text/csv; charset=utf-8")
		_, err := w.Write(month.File())
		return err
	}
	view := kit.PageView{Title: "Promises in " + m.Words(), Room: Room, Tabs: tabs(client, 2), Status: in.Status(),
		Lede: "What was kept counts in the month in which it came, what was missed in that in which its time was over."}
	var parts []templ.Component
	if in.Err != nil {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was handed over", Text: kit.Sentence(in.Err.Error())}))
	}
	parts = append(parts, kept(client, month), section("What the agency missed", p.misses(r, month)))
	return web.Render(w, r, view, kit.Group(parts...))
}

func kept(client string, m ops.Month) templ.Component {
	table := kit.TableView{Caption: "How each promise was kept", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Promise"}, {Title: "By"},
		{Title: "Kept", Align: kit.End}, {Title: "Missed", Align: kit.End}, {Title: "Excused", Align: kit.End}, {Title: "Open at the end", Align: kit.End}, {Title: "Share kept", Align: kit.End}, {Title: "If the excused counted", Align: kit.End}},
		Empty:   kit.Empty(kit.EmptyView{Title: "No clock of a promise ran", Text: "What the contract promises under service levels is counted here, month by month, from the requests of the client."}),
		Filters: &kit.FilterView{Action: Path(client) + "/promises", Fields: []kit.Field{{Name: "month", Label: "Month", Kind: kit.Month, Value: m.Month.String()}}}}
	for _, c := range m.Kept {
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{kit.Text(c.Promise), kit.Text("the " + string(c.By)), kit.Text(strconv.Itoa(c.Kept)), kit.Text(strconv.Itoa(c.Missed)),
			kit.Text(strconv.Itoa(c.Excused)), kit.Text(strconv.Itoa(c.Open)), share(c.Share()), share(c.ShareWithExcused())}})
	}
	return kit.Table(table)
}

// share is cut off: what is not wholly kept never shows as 100 %.
func share(s money.Ratio, ok bool) templ.Component {
	if !ok {
		return kit.Quiet("nothing counts yet")
	}
	tenths := 1000 * s.Num() / s.Den()
	return kit.Text(fmt.Sprintf("%d.%d %%", tenths/10, tenths%10))
}

func (p *Pages) misses(r *http.Request, m ops.Month) templ.Component {
	client := r.PathValue("client")
	if len(m.Misses) == 0 {
		return kit.Quiet("Nothing.")
	}
	table := kit.TableView{Caption: "Missed promises", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Request"}, {Title: "Promise"}, {Title: "Time was over on"}, {Title: "Does it count"}},
		Exports: []kit.Link{{Text: "CSV", Href: promisesPath(client, m.Month) + "&format=csv"}}}
	for _, x := range m.Misses {
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Anchor(kit.Link{Text: x.Title, Href: RequestPath(client, x.Request)}), x.ID), kit.Text(x.Promise), kit.DateText(x.On()), counts(x)}})
	}
	told := kit.Quiet("These are no evidence yet.")
	if h := m.Handed; h != nil {
		told = kit.Quiet(fmt.Sprintf("Handed to the evidence on %s by %s: %d, %d of them excused.", cal.DateOf(h.At, h.At.Location()).Words(), h.ByName, h.Misses, h.Excused))
		if m.Behind() {
			told = kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "The evidence tells otherwise", Text: fmt.Sprintf("What was handed over on %s has %d misses, %d of them excused. It is corrected by a newer version within minutes; the one before stays.",
				cal.DateOf(h.At, h.At.Location()).Words(), h.Misses, h.Excused)})
		}
	}
	who := actor(r)
	if !access.Decide(who, access.EvidenceImport, access.Of(client)).Allowed {
		return kit.Group(kit.Table(table), told)
	}
	if from := ops.HandedFrom(m.Month); p.Ops.Now().Before(from) {
		return kit.Group(kit.Table(table), told, kit.Quiet(fmt.Sprintf("Service credits are computed from evidence; the misses of %s are handed over when it has ended, from %s on.", m.Month.Words(), cal.DateOf(from, time.UTC).Words())))
	}
	return kit.Group(kit.Table(table), told, kit.Quiet("Service credits are computed from evidence: hand the misses of a month over when it has ended. Doing it again changes nothing, but where something was excused since."),
		kit.Button(kit.ButtonView{Text: "Hand these to the evidence", Post: Path(client) + "/promises", Hidden: []kit.Field{{Name: "month", Value: m.Month.String()}}}))
}

// counts says whether a miss counts, and if not, why.
func counts(m ops.Missed) templ.Component {
	if m.Excused == "" {
		return kit.Text("yes")
	}
	return kit.TwoLines(kit.PillIn("excused", kit.Inactive), kit.Sentence(m.Excused))
}

func (p *Pages) handOver(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	m, err := p.monthOf(values.Get("month"))
	if err != nil {
		return err
	}
	n, err := p.Ops.HandOverMisses(r.Context(), actor(r), r.PathValue("client"), m)
	if correctable(err) {
		return p.promisesPage(w, r, m, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, fmt.Sprintf("Handed over: %d missed promises of %s are evidence now.", n, m.Words()))
	web.Redirect(w, r, promisesPath(r.PathValue("client"), m))
	return nil
}
