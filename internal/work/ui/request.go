package ui

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

const onePath = "/clients/{client}/work/{request}"

func (p *Pages) requestRoutes() []web.Route {
	return []web.Route{
		get(onePath, access.RequestSee, p.request),
		get(onePath+"/files/{file}", access.RequestSee, p.file),
	}
}

// refusal is a form of the page that was refused, to be shown with what was typed. The zero value is none.
type refusal struct {
	verb string
	in   kit.Input
}

func (p *Pages) request(w http.ResponseWriter, r *http.Request) error {
	return p.requestPage(w, r, refusal{})
}

// desk is a request as one person sees it, with the form that was refused.
type desk struct {
	ops.Shown
	who     access.Actor
	refused refusal
	key     func() string
}

func (p *Pages) requestPage(w http.ResponseWriter, r *http.Request, refused refusal) error {
	shown, err := p.Ops.Show(r.Context(), actor(r), r.PathValue("client"), r.PathValue("request"))
	if err != nil {
		return err
	}
	d := desk{shown, actor(r), refused, p.Ops.FormKey}
	view := kit.PageView{Title: d.Title, Eyebrow: d.Name() + " · " + d.Form.Title, Room: Room, State: stagePill(d.State), Status: refused.in.Status(),
		Crumbs: []kit.Link{{Text: "Work", Href: Path(d.Client)}}}
	main := []templ.Component{}
	if notice := d.notice(); notice != nil {
		main = append(main, notice)
	}
	if asked := d.asked(); asked != "" {
		title := "The agency waits on " + d.ClientName
		if d.byClient() {
			title = "The agency waits on you"
		}
		main = append(main, kit.Notice(kit.NoticeView{Level: kit.Info, Title: title, Text: asked}))
	}
	if scope := d.scope(); scope != nil {
		main = append(main, section("Scope", scope))
	}
	main = append(main, section("Clocks", d.clocks()), section("Brief", d.brief()), section("Conversation", d.conversation()))
	made, err := p.made(r, d)
	if err != nil {
		return err
	}
	return web.Render(w, r, view, sides(kit.Group(main...), kit.Group(section("Facts", d.facts()), made, section("What can be done", d.steps()), section("What happened", d.history()))))
}

// notice says what went wrong with a form that does not stand on the page any more.
func (d desk) notice() templ.Component {
	if d.refused.in.Err == nil || d.offered(d.refused.verb) {
		return nil
	}
	return kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was changed", Text: kit.Sentence(d.refused.in.Err.Error())})
}

// made is what is made for the request, with the way to propose more of it.
func (p *Pages) made(r *http.Request, d desk) (templ.Component, error) {
	if access.RequireAny(d.who, access.DeliverableSee, d.Client) != nil {
		return templ.NopComponent, nil
	}
	page, err := p.Ops.ListDeliverables(r.Context(), d.who, d.Client, ops.DeliverableFilter{Request: d.ID})
	if err != nil {
		return nil, err
	}
	var items []kit.Definition
	for _, one := range page.List {
		items = append(items, kit.Definition{Term: string(one.State.Stage), Value: kit.Anchor(kit.Link{Text: one.Name, Href: DeliverablePath(d.Client, one.ID)})})
	}
	parts := []templ.Component{kit.Quiet("Nothing is proposed yet.")}
	if len(items) > 0 {
		parts = []templ.Component{kit.DefinitionList(items...)}
	}
	if d.State.Phase == work.Open && access.Decide(d.who, access.DeliverablePropose, access.Of(d.Client)).Allowed {
		parts = append(parts, kit.Anchor(kit.Link{Text: "Propose a deliverable", Href: DeliverablesPath(d.Client) + "/new?" + url.Values{"request": {d.Name()}}.Encode()}))
	}
	return section("Deliverables", stack(parts...)), nil
}

// asked is what the client is asked for while the request waits on it.
func (d desk) asked() string {
	if d.State.Phase != work.Open || d.State.Waiting != work.OnClient || d.State.AwaitsFeedback() {
		return ""
	}
	for _, e := range slices.Backward(d.Events) {
		if e.Kind == work.Waits && e.On == work.OnClient {
			return e.Note
		}
	}
	return ""
}

// offered: the form of the verb stands on the page.
func (d desk) offered(verb string) bool {
	switch verb {
	case "answer":
		return d.May(access.RequestAnswer)
	case "note":
		return d.Internal && d.May(access.RequestNote)
	case "draft":
		return d.Internal && d.May(access.RequestWork) && d.State.Can(work.Drafted) && d.State.Drafted.IsZero()
	}
	return slices.ContainsFunc(steps, func(s step) bool { return s.verb == verb && d.May(s.action) && s.offers(d) })
}

// input is what was typed into the form of a verb.
func (d desk) input(verb string) kit.Input {
	if d.refused.verb == verb {
		return d.refused.in
	}
	return kit.Input{}
}

func (d desk) path(verb string) string { return RequestPath(d.Client, d.ID) + "/" + verb }

func (d desk) clocks() templ.Component {
	if len(d.Clocks.Clocks) == 0 {
		return kit.Quiet("Nothing is promised of this request: no contract with service levels was in force when it was opened.")
	}
	table := kit.TableView{Caption: "Clocks", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "What is promised"}, {Title: "State"}, {Title: "Where it stands"}}}
	for i := range d.Clocks.Clocks {
		c := &d.Clocks.Clocks[i]
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{kit.Text(capital(promiseWords(c))), kit.PillIn(string(c.State), clockTones[c.State]), d.stands(c)}})
	}
	var used []string
	for _, by := range []contract.Party{contract.ByAgency, contract.BySpecialist, contract.ByClient} {
		if t := d.Clocks.Used[by]; t > 0 {
			used = append(used, cal.Length(t)+" by the "+string(by))
		}
	}
	if len(used) == 0 {
		return kit.Table(table)
	}
	return kit.Group(kit.Table(table), kit.Quiet("Working time used so far: "+strings.Join(used, ", ")+"."))
}

// stands tells where a clock stands, what is likely, and who is told next.
func (d desk) stands(c *work.Clock) templ.Component {
	words := kit.Text(kit.Sentence(c.Words(d.Now)))
	if why := d.Excused(c); why != "" {
		if e := d.Excuses[c.Name("")]; e.Excused && d.Clocks.ExcusedByContract(c) == "" {
			why = "on " + cal.DateOf(e.At, d.Zone).Words() + " " + why
		}
		return kit.TwoLines(words, kit.Sentence("excused "+why)+" It does not count.")
	}
	if c.State != work.Running {
		return words
	}
	var below []string
	if d.Past != nil {
		below = append(below, kit.Sentence(d.Past.Foresee(c).Words(c)))
	}
	for _, m := range c.Moments(d.Levels) {
		below = append(below, fmt.Sprintf("The %s is told when %s of the time is used, %s.", strings.ReplaceAll(m.Used.To, "-", " "), m.Used.At, m.At.In(d.Zone).Format("2 Jan 15:04")))
	}
	if len(below) == 0 {
		return words
	}
	return kit.TwoLines(words, strings.Join(below, " "))
}

func capital(words string) string { return strings.ToUpper(words[:1]) + words[1:] }

var clockTones = map[work.State]kit.Tone{work.Running: kit.Active, work.Paused: kit.Plain, work.Resting: kit.Inactive, work.Kept: kit.Good, work.Missed: kit.Bad, work.Ended: kit.Inactive}

func (d desk) brief() templ.Component {
	var items []kit.Definition
	for _, f := range d.Form.Fields {
		switch text := d.Brief[f.Key]; {
		case f.Kind == work.FilesField:
			var files []fileLink
			for _, file := range d.Files {
				if file.Field == f.Key {
					files = append(files, d.link(file))
				}
			}
			if len(files) > 0 {
				items = append(items, kit.Definition{Term: f.Label, Value: fileLinks(files)})
			}
		case text != "":
			items = append(items, kit.Definition{Term: f.Label, Value: lines(strings.Split(f.Words(text), "\n"))})
		}
	}
	for _, x := range []kit.Link{{Text: "Brand", Href: d.Brand}, {Text: "Market", Href: d.Market}} {
		if x.Href != "" {
			items = append(items, kit.Definition{Term: x.Text, Value: kit.Text(x.Href)})
		}
	}
	return kit.DefinitionList(items...)
}

// fileLink is a file that can be saved.
type fileLink struct{ name, href, size string }

func (d desk) link(f ops.File) fileLink {
	return fileLink{f.Name, d.path("files/" + url.PathEscape(f.ID)), web.Bytes(f.Size)}
}

func (d desk) facts() templ.Component {
	does := "nobody said yet"
	if d.State.Triaged {
		does = "the agency"
	}
	if d.ProviderName != "" {
		does = d.ProviderName
	}
	with := d.AssigneeName
	if with == "" {
		with = "nobody yet"
	}
	priority := kit.Text(string(d.State.Priority))
	if why := d.State.Why(d.Levels.Priority); why != "" {
		priority = kit.TwoLines(priority, capital(why)+".")
	}
	items := []kit.Definition{
		{Term: "Priority", Value: priority}, {Term: "Done by", Value: d.doneBy(does)}, {Term: "With", Value: kit.Text(with)},
		{Term: "Opened", Value: kit.MomentText(d.OpenedAt, d.Zone)}, {Term: "By", Value: kit.Text(d.OpenedByName)},
	}
	if d.State.Versions > 0 {
		items = append(items, kit.Definition{Term: "Versions delivered", Value: kit.Text(fmt.Sprint(d.State.Versions))})
	}
	return kit.DefinitionList(items...)
}

// doneBy names who does the request, and who has it now where that is somebody else.
func (d desk) doneBy(does string) templ.Component {
	if d.ProviderName != "" && d.State.Stage() == work.InWork {
		return kit.TwoLines(kit.Text(does), "The agency has it now.")
	}
	return kit.Text(does)
}

func (d desk) history() templ.Component {
	var items []kit.Happening
	excusals := d.Excusals
	excused := func(since time.Time) { // those that came after it, the latest first
		for n := len(excusals); n > 0 && !excusals[n-1].At.Before(since); n = len(excusals) {
			items, excusals = append(items, d.excusal(excusals[n-1])), excusals[:n-1]
		}
	}
	for _, e := range slices.Backward(d.Told()) {
		excused(e.At)
		items = append(items, kit.Happening{When: kit.MomentText(e.At, d.Zone), Who: e.ByName, Did: d.Did(e), Note: e.Said()})
	}
	return kit.Timeline(items)
}

// excusal tells of a missed promise that was excused, or that counts after all.
func (d desk) excusal(e ops.Excusal) kit.Happening {
	promise := e.Clock
	for i := range d.Clocks.Clocks {
		if c := &d.Clocks.Clocks[i]; c.Name("") == e.Clock {
			promise = promiseWords(c)
		}
	}
	did := "took back the excuse of the missed promise " + promise
	if e.Excused {
		did = "excused the missed promise " + promise
	}
	return kit.Happening{When: kit.MomentText(e.At, d.Zone), Who: e.ByName, Did: did, Note: e.Reason}
}

// file hands an attachment over to be saved; a browser never shows it within this site.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	f, content, err := p.Ops.Download(r.Context(), actor(r), r.PathValue("client"), r.PathValue("request"), r.PathValue("file"))
	if err != nil {
		return err
	}
	defer content.Close()
	web.Attach(w, f.Name, f.Media)
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	_, err = io.Copy(w, content)
	return err
}
