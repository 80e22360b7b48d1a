package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const newWaiverPath = ConflictsPath + "/waivers/new"

func (p *Pages) waiverRoutes() []web.Route {
	const all = "/clients/{client}/relationship/waivers"
	return []web.Route{
		get(newWaiverPath, access.WaiverAsk, p.showNewWaiver),
		post(newWaiverPath, access.WaiverAsk, p.askWaiver),
		get(all, access.WaiverSee, p.showWaivers),
		get(all+"/{waiver}/answer", access.WaiverAnswer, p.showWaiverAnswer),
		post(all+"/{waiver}/answer", access.WaiverAnswer, p.answerWaiver),
	}
}

// WaiversPath is the address of a client's waivers.
func WaiversPath(client string) string { return Path(client) + "/waivers" }

func (p *Pages) showWaivers(w http.ResponseWriter, r *http.Request) error {
	client, who := r.PathValue("client"), actor(r)
	list, err := p.Ops.Waivers(r.Context(), who, client)
	if err != nil {
		return err
	}
	view := roomView(r, "Waivers", "waivers", "")
	view.Lede = "Written consents to what the contract keeps the agency from: each within its scope, and until it expires."
	if access.Decide(who, access.ConflictSee, access.Scope{}).Allowed && access.Decide(who, access.WaiverAsk, access.Of(client)).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Ask for a waiver", Kind: kit.Primary, Href: newWaiverPath + "?client=" + url.QueryEscape(client)}))
	}
	today := cal.DateOf(p.Ops.Now(), time.UTC)
	t := kit.TableView{Caption: "Waivers, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "What is consented to"}, {Title: "State"}, {Title: "Asked"}, {Title: "Answered"}},
		Empty: kit.Empty(kit.EmptyView{Title: "No consent was asked for", Text: "Where the contract keeps the agency from serving a competitor without consent, the question and its answer stand here."})}
	for _, c := range list {
		t.Rows = append(t.Rows, kit.Row{ID: c.ID, Cells: []templ.Component{
			threeLines(kit.Text(c.Scope()), c.Words, inMind(c)), waiverState(c, today, client, who), kit.TwoLines(kit.MomentText(c.AskedAt, time.UTC), "by "+c.AskedByName), waiverAnswered(c)}})
	}
	return web.Render(w, r, view, kit.Table(t))
}

// inMind tells the agency alone whom the waiver is for: it comes empty to everybody else.
func inMind(c engagement.Consent) string {
	if c.For == "" {
		return ""
	}
	return "Internal: lifts for " + c.For + " alone."
}

func waiverState(c engagement.Consent, today cal.Date, client string, who access.Actor) templ.Component {
	tones := map[string]kit.Tone{"asked": kit.Active, "given": kit.Good, "refused": kit.Bad, "expired": kit.Inactive}
	state := c.State(today)
	pill := kit.PillIn(state, tones[state])
	if state == "asked" && access.Decide(who, access.WaiverAnswer, access.Of(client)).Allowed {
		return kit.Group(pill, kit.Text(" "), kit.Anchor(kit.Link{Text: "Answer", Href: WaiversPath(client) + "/" + url.PathEscape(c.ID) + "/answer"}))
	}
	return pill
}

func waiverAnswered(c engagement.Consent) templ.Component {
	switch {
	case !c.Answered:
		return kit.Quiet("not yet")
	case c.Paper != nil:
		return threeLines(kit.DateText(c.Paper.SignedOn), "on paper by "+c.Paper.Signatory+" ("+c.Paper.Reference+")", "recorded by "+c.AnsweredByName)
	default:
		return threeLines(kit.MomentText(c.AnsweredAt, time.UTC), "by "+c.AnsweredByName, c.Reason)
	}
}

func (p *Pages) showNewWaiver(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return p.newWaiverPage(w, r, kit.Input{Values: url.Values{"client": {q.Get("client")}, "for": {q.Get("for")}, "category": {q.Get("category")}}})
}

func (p *Pages) newWaiverPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	clients, err := p.Ops.Parties.Clients(r.Context(), actor(r))
	if err != nil {
		return err
	}
	options := []kit.Option{{Text: "Choose"}}
	for _, c := range clients {
		options = append(options, kit.Option{Value: c.ID, Text: c.Name})
	}
	view := kit.PageView{Title: "Ask for a waiver", Room: ConflictsRoom, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Conflicts", Href: ConflictsPath}},
		Lede: "The client’s executives get a mail and can give it or refuse it. They read the scope and your text, and nothing else."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: newWaiverPath, Submit: "Ask", Cancel: ConflictsPath, Input: in, Fields: []kit.Field{
		{Name: "client", Label: "Whose consent", Kind: kit.Select, Options: options},
		{Name: "for", Label: "For whom (internal)", Optional: true, Autocomplete: "off", Hint: "The client does not read this. The waiver lifts for this company alone; empty means for any within the scope."},
		{Name: "category", Label: "Category or indication", Optional: true, Autocomplete: "off", Hint: "As in the contract. Empty means any."},
		{Name: "markets", Label: "Markets", Optional: true, Autocomplete: "off", Hint: "Between commas. Empty means any."},
		{Name: "unit", Label: "The smallest part of the agency that both may share", Kind: kit.Radio, Options: unitOptions()},
		{Name: "from", Label: "First day", Kind: kit.Date},
		{Name: "until", Label: "Last day", Kind: kit.Date, Hint: "A waiver always expires."},
		{Name: "words", Label: "What the client reads", Kind: kit.Area, Rows: 5, Hint: "In which business the other account is, and what keeps the two apart. No other client is named unless you mean to."},
		{Name: "names", Label: "I mean to name the company that stands in the text", Kind: kit.Checkbox, Optional: true},
		{Name: "reference", Label: "Signed on paper: where it is kept", Optional: true, Autocomplete: "off", Hint: "Only when the client has signed already. Then nobody is asked."},
		{Name: "signatory", Label: "Signed on paper: by whom", Optional: true, Autocomplete: "off"},
		{Name: "signed_on", Label: "Signed on paper: when", Kind: kit.Date, Optional: true},
	}}))
}

func waiverInput(values url.Values) (ops.WaiverInput, error) {
	var problems fault.List
	in := ops.WaiverInput{Words: values.Get("words"), Names: values.Get("names") != "", Waiver: engagement.Waiver{Client: values.Get("client"), Category: values.Get("category"), Markets: listIn(values.Get("markets")),
		Unit: contract.Unit(values.Get("unit")), For: values.Get("for"), Period: cal.Period{From: dayIn(values, "from", &problems), To: dayAfter(values, "until", &problems)}}}
	if values.Get("reference")+values.Get("signatory")+values.Get("signed_on") != "" {
		in.Paper = &engagement.PaperConsent{Reference: values.Get("reference"), Signatory: values.Get("signatory"), SignedOn: dayIn(values, "signed_on", &problems)}
	}
	if in.Client == "" {
		problems.Add(fault.New(fault.Invalid, "client-missing", "Choose the client.").At("client"))
	}
	if !slices.Contains(contract.Units(), in.Unit) {
		problems.Add(fault.New(fault.Invalid, "waiver-unit", "Say how near the two accounts may be served.").At("unit"))
	}
	return in, problems.Err()
}

// alsoWrong adds to what the form lacks all that asking would refuse beside it, each field once.
func alsoWrong(in ops.WaiverInput, today cal.Date, err error) error {
	problems := fault.List(fault.All(err))
	_, words := engagement.CheckWords(in.Words, nil, in.Names)
	for _, f := range append(fault.All(in.CheckScope(today)), fault.All(words)...) {
		if !slices.ContainsFunc(problems, func(have *fault.Fault) bool { return have.Field == f.Field }) {
			problems.Add(f)
		}
	}
	return problems.Err()
}

func (p *Pages) askWaiver(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := waiverInput(values)
	if err == nil {
		_, err = p.Ops.AskWaiver(r.Context(), actor(r), in)
	} else {
		err = alsoWrong(in, cal.DateOf(p.Ops.Now(), time.UTC), err)
	}
	if web.Correctable(err) {
		return p.newWaiverPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "It stands with the client’s waivers.")
	web.Redirect(w, r, WaiversPath(in.Client))
	return nil
}

func (p *Pages) showWaiverAnswer(w http.ResponseWriter, r *http.Request) error {
	return p.waiverAnswerPage(w, r, kit.Input{})
}

func (p *Pages) waiverAnswerPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	list, err := p.Ops.Waivers(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(c engagement.Consent) bool { return c.ID == r.PathValue("waiver") })
	if i < 0 {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	c := list[i]
	view := kit.PageView{Title: "Your consent", Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}, {Text: "Waivers", Href: WaiversPath(client)}}}
	return web.Render(w, r, view, kit.ConfirmPage(kit.ConfirmView{Action: r.URL.Path, Button: "Answer", Cancel: WaiversPath(client), Input: in,
		What:    c.Scope(),
		Bound:   []kit.Definition{{Term: "The agency says", Value: kit.Text(c.Words)}, {Term: "Asked by", Value: kit.Text(c.AskedByName)}},
		Follows: []string{"Your answer stays in the record under your name and cannot be changed.", "A consent ends by itself after " + c.Period.Last().Words() + "."},
		Fields: []kit.Field{{Name: "answer", Label: "Your answer", Kind: kit.Radio, Options: []kit.Option{{Value: "given", Text: "I consent"}, {Value: "refused", Text: "I refuse"}}},
			{Name: "reason", Label: "Why", Kind: kit.Area, Optional: true, Hint: "Needed when you refuse; the agency reads it."}}}))
}

func (p *Pages) answerWaiver(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	answer := values.Get("answer")
	if answer != "given" && answer != "refused" {
		err = fault.New(fault.Invalid, "answer", "Choose an answer.").At("answer")
	} else {
		_, err = p.Ops.AnswerWaiver(r.Context(), actor(r), r.PathValue("waiver"), answer == "given", values.Get("reason"))
	}
	if web.Correctable(err) && !strings.HasPrefix(fault.Code(err), "waiver-") {
		return p.waiverAnswerPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Your answer is recorded.")
	web.Redirect(w, r, WaiversPath(r.PathValue("client")))
	return nil
}
