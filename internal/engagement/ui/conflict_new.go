package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showNewCheck(w http.ResponseWriter, r *http.Request) error {
	values := url.Values{}
	if from := r.URL.Query().Get("from"); from != "" {
		m, _, err := p.Ops.Conflict(r.Context(), actor(r), from)
		if err != nil {
			return err
		}
		values = asTyped(m.Newcomer)
	}
	return p.newCheckPage(w, r, kit.Input{Values: values})
}

// typed is an account as somebody would have typed it.
func asTyped(a engagement.Account) url.Values {
	v := url.Values{"client": {a.Client}, "name": {a.Name}, "also": {strings.Join(a.Also, ", ")}, "brands": {strings.Join(a.Brands, ", ")}, "categories": {strings.Join(a.Categories, ", ")},
		"markets": {strings.Join(a.Markets, ", ")}, "unit": {string(a.Shared)}, "from": {a.Served.From.String()}}
	if a.Served.To.Before(contract.Forever) {
		v.Set("until", a.Served.Last().String())
	}
	return v
}

func unitOptions() []kit.Option {
	hints := map[contract.Unit]string{contract.Team: "The same people.", contract.Office: "Other people of the same office.", contract.AgencyBrand: "Another office of the same agency brand.", contract.Holding: "Another agency brand of the holding."}
	var out []kit.Option
	for _, u := range contract.Units() {
		out = append(out, kit.Option{Value: string(u), Text: "The same " + u.Words(), Hint: hints[u]})
	}
	return out
}

func (p *Pages) newCheckPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	clients, err := p.Ops.Parties.Clients(r.Context(), actor(r))
	if err != nil {
		return err
	}
	categories, markets, err := p.Ops.Words(r.Context(), actor(r))
	if err != nil {
		return err
	}
	whom := []kit.Option{{Value: "", Text: "A prospect, by the name below"}}
	for _, c := range clients {
		whom = append(whom, kit.Option{Value: c.ID, Text: c.Name})
	}
	view := kit.PageView{Title: "New check", Room: ConflictsRoom, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Conflicts", Href: ConflictsPath}},
		Lede: "What you write here is held against what every contract promises, and kept with the result. No client sees it."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: ConflictsPath + "/new", Submit: "Check", Cancel: ConflictsPath, Input: in, Fields: []kit.Field{
		{Name: "client", Label: "Who", Kind: kit.Select, Options: whom, Optional: true},
		{Name: "name", Label: "Name of the prospect", Optional: true, Autocomplete: "off", Hint: "As it stands in its register. Inc., Ltd, capitals and accents make no difference."},
		{Name: "also", Label: "Other names", Optional: true, Autocomplete: "off", Hint: "Between commas: its parent, what it was called before."},
		{Name: "brands", Label: "Brands", Optional: true, Autocomplete: "off", Hint: "Between commas."},
		{Name: "categories", Label: "Categories or indications", Autocomplete: "off", Hint: "Its lines of business, between commas, in the words that your contracts use: " + usedOr(categories, "warehouse-robots") + "."},
		{Name: "markets", Label: "Markets", Optional: true, Autocomplete: "off", Hint: "Between commas, as in your contracts: " + usedOr(markets, "US, CA") + ". Empty means any."},
		{Name: "unit", Label: "What its people would share with those of other accounts, at the nearest", Kind: kit.Radio, Options: unitOptions()},
		{Name: "from", Label: "First day", Kind: kit.Date, Hint: "Or the one that is expected."},
		{Name: "until", Label: "Last day", Kind: kit.Date, Optional: true},
		{Name: "asks_category", Label: "They ask: no competitor in", Optional: true, Autocomplete: "off", Hint: "A category in which a prospect asks you to serve nobody else."},
		{Name: "asks_named", Label: "They ask: none of", Optional: true, Autocomplete: "off", Hint: "Names, between commas."},
		{Name: "asks_unit", Label: "They ask: nobody of the same", Kind: kit.Select, Optional: true, Options: slices.Concat([]kit.Option{{Text: "Choose"}}, unitOptions())},
	}}))
}

// usedOr are the words that the contracts use, for a hint, or an example.
func usedOr(words []string, example string) string {
	const most = 20
	switch {
	case len(words) == 0:
		return example
	case len(words) > most:
		return strings.Join(words[:most], ", ") + " and others"
	}
	return strings.Join(words, ", ")
}

// split reads a list that somebody wrote between commas or on lines.
func listIn(text string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if part = strings.Join(strings.Fields(part), " "); part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

// day reads a day, zero for none, and keeps what is wrong with it.
func dayIn(values url.Values, field string, problems *fault.List) cal.Date {
	if values.Get(field) == "" {
		return cal.Date{}
	}
	d, err := cal.ParseDate(values.Get(field))
	if err != nil {
		problems.Add(fault.New(fault.Invalid, "date", "Write the day as 2026-12-31.").At(field))
	}
	return d
}

// dayAfter is the day after the last one, zero for none.
func dayAfter(values url.Values, field string, problems *fault.List) cal.Date {
	if d := dayIn(values, field, problems); !d.IsZero() {
		return d.AddDays(1)
	}
	return cal.Date{}
}

func checkInput(values url.Values) (ops.CheckInput, error) {
	var problems fault.List
	in := ops.CheckInput{Newcomer: engagement.Account{Client: values.Get("client"), Name: values.Get("name"), Also: listIn(values.Get("also")), Brands: listIn(values.Get("brands")),
		Categories: listIn(values.Get("categories")), Markets: listIn(values.Get("markets")), Shared: contract.Unit(values.Get("unit")),
		Served: cal.Period{From: dayIn(values, "from", &problems), To: dayAfter(values, "until", &problems)}}}
	category, named, unit := values.Get("asks_category"), listIn(values.Get("asks_named")), contract.Unit(values.Get("asks_unit"))
	if category != "" || len(named) > 0 || unit != "" {
		if unit == "" {
			problems.Add(fault.New(fault.Invalid, "asks-unit", "Say which part of the agency they mean.").At("asks_unit"))
		}
		in.Asks = &contract.NonCompetition{Category: category, Named: named, Markets: in.Newcomer.Markets, Unit: unit, ClearedBy: contract.RemedyWaiver}
	}
	return in, problems.Err()
}

func (p *Pages) makeCheck(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := checkInput(values)
	var m engagement.Made
	if err == nil {
		m, err = p.Ops.CheckConflict(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.newCheckPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, checkPath(m.ID))
	return nil
}
