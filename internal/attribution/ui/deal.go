package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// dealPage is what the page of one deal shows.
type dealPage struct {
	ops.DealView
	list    kit.List
	notices []kit.NoticeView
	names   map[string]string // contact -> name
}

func (p *Pages) deal(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	from, err := asOfOf(list)
	if err != nil {
		return err
	}
	client, asked := r.PathValue("client"), askedOf(list)
	page := dealPage{list: list}
	status := 0
	page.DealView, err = p.Ops.Deal(r.Context(), actor(r), client, r.PathValue("deal"), from, asked)
	if web.Correctable(err) {
		status = http.StatusUnprocessableEntity
		page.notices = append(page.notices, noticeOf(err))
		page.DealView, err = p.Ops.Deal(r.Context(), actor(r), client, r.PathValue("deal"), from, ops.Asked{Clause: asked.Clause})
	}
	if err != nil {
		return err
	}
	page.names = namesOf(page.Contacts)
	if list.Format() == "csv" {
		return page.download(w)
	}
	name, err := p.clientName(r)
	if err != nil {
		return err
	}
	page.notices = append(page.notices, page.warnings()...)
	state, tone := standingPill(page.Standing)
	view := kit.PageView{
		Title: page.title(), Eyebrow: eyebrow("Deal", page.Company.Name, name), Room: Room, Status: status, State: kit.PillIn(state, tone),
		Lede:   fmt.Sprintf("What the CRM said as of import %d of %d, and which touches hold the credit.", page.AsOf, page.Latest),
		Crumbs: []kit.Link{{Text: "Evidence", Href: evidencePath(client)}, {Text: "Deals", Href: evidencePath(client) + "/deals"}},
	}
	return web.Render(w, r, view, dealBody(page))
}

func eyebrow(parts ...string) string {
	var known []string
	for _, s := range parts {
		if s != "" {
			known = append(known, s)
		}
	}
	return strings.Join(known, " · ")
}

func (p dealPage) title() string {
	if p.Deal.Name == "" {
		return "Deal " + p.Deal.ID
	}
	return p.Deal.Name
}

func namesOf(contacts []ops.Contact) map[string]string {
	out := map[string]string{}
	for _, c := range contacts {
		switch {
		case c.Name != "":
			out[c.ID] = c.Name
		case c.Email != "":
			out[c.ID] = crm.ShownAddress(c.Email)
		default:
			out[c.ID] = c.ID
		}
	}
	return out
}

// warnings are what a reader must know before the numbers.
func (p dealPage) warnings() []kit.NoticeView {
	var out []kit.NoticeView
	say := func(level kit.Level, title, text string, links ...kit.Link) {
		out = append(out, kit.NoticeView{Level: level, Title: title, Text: text, Links: links})
	}
	for _, doubt := range p.Doubts {
		say(kit.Warning, "Stated to be one sale with another deal", doubt)
	}
	switch {
	case p.Standing == ops.Open:
		say(kit.Info, "Nothing is credited before the deal is won", "The touches so far are shown in their order. Who holds how much is settled on the day the deal is won.")
	case p.Standing == ops.Lost:
		say(kit.Info, "The deal was lost", "There is no revenue to credit. The touches are shown in their order.")
	case p.Standing == ops.Unknown:
		say(kit.Warning, "Nobody can say whether the deal is won", fmt.Sprintf("Neither the export nor its mapping says what the stage %q means. State it when importing the next file of deals.", p.Deal.Stage))
	case p.Into != "":
		say(kit.Warning, "One sale with another deal", "It was stated that this deal and deal "+p.Into+" are one sale. That one counts, with the payments and contacts of both; this one counts nothing. What was said stands below.")
	case p.Standing == ops.Deleted:
		say(kit.Warning, "Deleted in the CRM", "The newest word on this deal is that it was deleted, so nothing is credited. What was said before stands below.")
	case p.Deal.ClosedOn.IsZero():
		say(kit.Warning, "The closing date is not known", "A statement cannot place the deal in a month. Enter the date in the CRM and import again.")
	}
	if p.Standing == ops.Won && p.Total.Note != "" {
		title := "Held by a statement"
		if !p.Total.Known {
			title = "The amount is not known"
		} else if p.Deal.HomeKnown && p.Total.Amount == p.Deal.HomeAmount {
			title = "Converted by the CRM"
		}
		say(kit.Warning, title, p.Total.Note)
	}
	if p.ByAccount {
		say(kit.Info, "Contacts found through the company", "The CRM associates no contact with this deal, so the touches of all contacts of its company count.")
	}
	if p.AsOf < p.Latest {
		say(kit.Info, fmt.Sprintf("As of import %d", p.AsOf), plural(int(p.Latest-p.AsOf), "import has", "imports have")+" come since. What they say of this deal is not in what is shown.",
			kit.Link{Text: "Show as of the newest import", Href: p.without("as_of")})
	}
	switch {
	case p.Rule.Clause == nil:
		say(kit.Info, "No revenue share governs this deal", "No contract that both sides accepted had one in force on its day. The credit is shown by a plain rule; no fee rests on it.")
	case !p.Rule.Agreed && p.Standing == ops.Won:
		out = append(out, notAgreed(p.list))
	}
	return out
}

// without is the address of this page less some of what it asks for.
func (p dealPage) without(names ...string) string { return without(p.list, names...) }

func without(list kit.List, names ...string) string {
	q := url.Values{}
	for k, v := range list.Query {
		q[k] = v
	}
	for _, n := range append(names, "format") {
		q.Del(n)
	}
	if len(q) == 0 {
		return list.Path
	}
	return list.Path + "?" + q.Encode()
}

// choices are what a reader may ask for: of a deal that is not won only another import, as nothing is credited.
func (p dealPage) choices() []kit.Field {
	fields := choices(p.list, p.Rule.Clause != nil, p.Clauses, p.Marks, p.Latest)
	if p.Standing != ops.Won {
		return slices.DeleteFunc(fields, func(f kit.Field) bool { return f.Name != "as_of" })
	}
	other := kit.Field{Name: "beside", Label: "Beside it", Kind: kit.Select, Options: []kit.Option{{Text: "no other model"}}}
	for _, c := range p.Columns[1:] {
		other.Options = append(other.Options, kit.Option{Value: c.Model.String(), Text: modelSentence(c.Model)})
	}
	at := 1 + slices.IndexFunc(fields, func(f kit.Field) bool { return f.Name == "model" })
	return slices.Insert(fields, at, other)
}

// value is a value that an import said, for people.
func (p dealPage) value(column, text string) string {
	return valueWords(column, text, p.Rule.Zone, p.Total.Amount.Currency)
}

// main is the credit under the rule; only for a won deal.
func (p dealPage) main() *ops.Column {
	if len(p.Columns) == 0 {
		return nil
	}
	return &p.Columns[0]
}

// other is the credit under the model that the reader put beside the rule's; nil where there is none.
func (p dealPage) other() *ops.Column {
	for i := 1; i < len(p.Columns); i++ {
		if p.Columns[i].Model.String() == p.list.Filter("beside") {
			return &p.Columns[i]
		}
	}
	return nil
}

func (p dealPage) figures() []kit.FigureView {
	amount := kit.FigureView{Label: "Amount", Value: "unknown", Note: "the CRM has none", Tone: kit.Attend}
	switch {
	case p.Total.Known:
		amount = kit.FigureView{Label: "Amount", Value: figures(p.Total.Amount), Unit: string(p.Total.Amount.Currency)}
	case p.Deal.AmountText != "":
		amount.Note = p.Deal.AmountText + " in no stated currency"
	}
	closing := kit.FigureView{Label: "Closed", Value: "unknown", Note: "no closing date", Tone: kit.Attend}
	if !p.Deal.ClosedOn.IsZero() {
		closing = kit.FigureView{Label: "Closed", Value: p.Deal.ClosedOn.Words()}
		if p.Standing == ops.Open || p.Standing == ops.Unknown {
			closing.Label, closing.Note = "Closing expected", "a forecast of the CRM"
		}
	}
	touches := kit.FigureView{Label: "Touches", Value: strconv.Itoa(len(p.Journey.Touches)), Note: "of " + plural(len(p.Contacts), "contact", "contacts")}
	c := p.main()
	if c == nil {
		return []kit.FigureView{amount, closing, touches}
	}
	earned := kit.FigureView{Label: "Earning credit", Value: percentWords(c.Earned.Share), Note: "held by touches that earn"}
	rest := kit.FigureView{Label: "Unattributed", Value: restWords(c.Result), Note: "no touch holds it"}
	if p.Rule.Clause == nil {
		earned.Label, earned.Note = "Credited", "held by touches"
	}
	if p.Total.Known {
		earned.Value, earned.Unit = figures(c.Earned.Amount), string(p.Total.Amount.Currency)
		earned.Note = percentWords(c.Earned.Share) + " of the amount"
		rest.Value, rest.Unit = figures(c.Result.Amount(c.Result.Unattributed)), string(p.Total.Amount.Currency)
		rest.Note = restWords(c.Result) + ": no touch holds it"
	}
	return []kit.FigureView{amount, closing, touches, earned, rest}
}

// step is a touch on the line of the journey, with what it takes to show it together with its neighbours.
type step struct {
	kit.Touch
	group         string // what neighbours shown as one have in common, in words; "" for a touch that stands alone
	weight, minor int64
}

// journey is the line of touches with the credit of a column; nil of a deal that is not won.
func (p dealPage) journey(c *ops.Column) kit.JourneyView {
	model := p.Rule.Model
	if c != nil {
		model = c.Model
	}
	return kit.JourneyView{Label: "Journey of " + p.title() + ", " + modelSentence(model), End: p.end(), Won: p.Standing == ops.Won, Touches: kit.Condense(p.steps(c),
		func(s step) string { return s.group }, func(s step) kit.Touch { return s.Touch }, func(run []step) kit.Touch { return p.several(c, run) })}
}

// steps are the touches before the window and those that count; of a deal that is not won, all.
func (p dealPage) steps(c *ops.Column) []step {
	var out []step
	if c == nil {
		for _, t := range sorted(p.Journey.Touches) {
			out = append(out, step{Touch: p.point(t), group: "touches"})
		}
		return endsAlone(out)
	}
	r := c.Result
	for i, g := range r.Ignored {
		if g.Reason != attribution.OutsideLookback {
			continue
		}
		t := p.point(g.Touch)
		t.Outside = r.WhyIgnored(i)
		if !p.Total.Known {
			t.Outside = g.Reason.Words()
		}
		out = append(out, step{t, "earlier touches", g.Weight, g.Minor})
	}
	var path []step
	for _, tc := range r.Credits {
		s := step{p.holding(c, p.point(tc.Touch), tc.Weight, tc.Minor), "touches", tc.Weight, tc.Minor}
		s.Mark = mark(tc.Roles & r.Model.Weighs())
		switch {
		case s.Mark != "":
			s.group = ""
		case r.Model.Weighs().Has(attribution.Middle):
			s.group = "middle touches"
		}
		path = append(path, s)
	}
	return append(out, endsAlone(path)...)
}

// endsAlone keeps the first and the last of a path apart from their neighbours.
func endsAlone(path []step) []step {
	if len(path) > 0 {
		path[0].group, path[len(path)-1].group = "", ""
	}
	return path
}

// holding is a touch, or several together, with what they hold.
func (p dealPage) holding(c *ops.Column, t kit.Touch, weight, minor int64) kit.Touch {
	r := c.Result
	t.Credit = int(money.MulDiv(weight, 1000, max(r.Whole, 1), money.Up))
	t.Share = percentWords(r.Share(weight))
	if p.Total.Known {
		t.Amount = figures(r.Amount(minor)) + " " + string(p.Total.Amount.Currency)
	}
	return t
}

// several are neighbouring touches of one group, shown as one from the day of the first.
func (p dealPage) several(c *ops.Column, run []step) kit.Touch {
	var weight, minor int64
	for _, s := range run {
		weight += s.weight
		minor += s.minor
	}
	v := kit.Touch{When: run[0].When, Channel: strconv.Itoa(len(run)) + " " + run[0].group}
	switch {
	case run[0].Outside == "" && c != nil:
		v.Detail = "together"
		return p.holding(c, v, weight, minor)
	case run[0].Outside != "":
		v.Outside = "they came before the lookback window opened"
		if minor != 0 {
			v.Outside += "; their " + figures(c.Result.Amount(minor)) + " is unattributed"
		}
	}
	return v
}

func (p dealPage) point(t attribution.Touch) kit.Touch {
	out := kit.Touch{Channel: channelWords(t.Channel), Detail: joined(importedWords(t), t.Campaign), When: kit.Text("no date")}
	if !t.At.IsZero() {
		out.When = kit.DateText(dateIn(t.At, p.Rule.Zone))
	}
	return out
}

// mark is the roles of a touch as a heading; a middle touch has none.
func mark(r attribution.Roles) string {
	words := (r &^ attribution.Middle).String()
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

func (p dealPage) end() string {
	var parts []string
	switch p.Standing {
	case ops.Won:
		parts = []string{"Won"}
	case ops.Lost:
		parts = []string{"Lost"}
	default:
		parts = []string{"Not won yet"}
	}
	if !p.Deal.ClosedOn.IsZero() && p.Standing != ops.Open && p.Standing != ops.Unknown {
		parts = append(parts, p.Deal.ClosedOn.Words())
	}
	if p.Total.Known {
		parts = append(parts, figures(p.Total.Amount)+" "+string(p.Total.Amount.Currency))
	}
	return strings.Join(parts, " · ")
}

// ruleFacts are the rule's parts with what follows from them for this deal.
func (p dealPage) ruleFacts() []kit.Definition {
	r := p.Rule
	var out []kit.Definition
	say := func(term string, value templ.Component) { out = append(out, kit.Definition{Term: term, Value: value}) }
	if r.Clause != nil {
		say("Clause", kit.Anchor(kit.Link{Text: clauseWords(*r.Clause), Href: "/clients/" + url.PathEscape(p.Client) + "/contract"}))
	}
	say("Model", kit.Text(modelSentence(r.Model)))
	say("Window", kit.Text(capital(lookbackWords(r.Lookback))))
	say("Touches", kit.Text(capital(strings.TrimPrefix(contactsWords(r.Contacts), "touches "))))
	if touched := r.Touched.Words(r.Anchor); touched != "" {
		say("Path", kit.Text(touched+"."))
	}
	if r.Clause != nil {
		say("Earning", kit.Text(earnsWords(r.Clause.Share.Attribution.Credits)))
	}
	if p.Standing != ops.Won {
		return out
	}
	if p.Journey.End.IsZero() {
		say("Journey ends", kit.Unknown("the date that ends it is not in the CRM"))
		return out
	}
	say("Journey ends", kit.TwoLines(kit.MomentText(p.Journey.End, r.Zone), "when "+untilWords(r.Anchor)))
	if p.Journey.Earlier != "" {
		say("Path begins", kit.TwoLines(kit.MomentText(p.Journey.Since, r.Zone), "after the deal "+p.Journey.Earlier))
	}
	if opens, limited := r.Lookback.Opens(p.Journey.End); limited {
		say("Window opens", kit.MomentText(opens, r.Zone))
	}
	return out
}
