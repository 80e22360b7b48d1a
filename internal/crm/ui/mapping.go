package ui

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showMapping(w http.ResponseWriter, r *http.Request) error {
	as := readingOf(r.URL.Query())
	preview, err := p.Ops.PreviewOf(r.Context(), actor(r), r.PathValue("client"), r.PathValue("id"), as)
	if fault.Code(err) == "header-line" {
		web.Flash(r, kit.Problem, fault.All(err)[0].Message)
		web.Redirect(w, r, stepPath(r, r.PathValue("id"))+"/mapping")
		return nil
	}
	if len(preview.Layout.Sheets) > 0 && web.Correctable(err) {
		return p.sheetPage(w, r, preview)
	}
	if err != nil {
		return err
	}
	if s := preview.Import.State; s == ops.Applied || s == ops.Applying {
		web.Redirect(w, r, stepPath(r, preview.Import.ID))
		return nil
	}
	saved, err := p.Ops.SavedMappings(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	return p.mappingPage(w, r, preview, saved, withReading(startMapping(r, preview, saved), as), kit.Input{})
}

// readingOf is how the file itself is read, as the address or the form states it.
func readingOf(values url.Values) csvin.Options {
	line, _ := strconv.Atoi(values.Get("header")) // what is no number states nothing
	return csvin.Options{Sheet: values.Get("sheet"), Header: max(0, line)}
}

func withReading(m crm.Mapping, as csvin.Options) crm.Mapping {
	m.Sheet, m.Header = cmp.Or(as.Sheet, m.Sheet), cmp.Or(as.Header, m.Header)
	return m
}

// sheetPage asks which sheet of a workbook is read, before anything else can be said of it.
func (p *Pages) sheetPage(w http.ResponseWriter, r *http.Request, preview ops.Preview) error {
	i := preview.Import
	view := kit.PageView{Title: "Which sheet of " + i.Filename + " is read?", Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Import a file", Href: base(r) + "/import"}),
		Lede: "The workbook has several sheets that hold rows. One import reads one of them; upload the file again for another.", Actions: discardAction(r, i)}
	return web.Render(w, r, view, asForm([]kit.Field{sheetField(preview)}, stepPath(r, i.ID)+"/mapping"))
}

// tableField chooses one of several tables of a text file.
func tableField(p ops.Preview) kit.Field {
	f := kit.Field{Name: "sheet", Label: "Table of the file", Kind: kit.Select, Value: cmp.Or(p.Layout.Sheet, p.Tables[0].Name), Hint: "One import reads one table; upload the file again for another."}
	for _, t := range p.Tables {
		f.Options = append(f.Options, kit.Option{Value: t.Name, Text: t.Name + ": " + short(strings.Join(t.Columns, ", "))})
	}
	return f
}

func sheetField(p ops.Preview) kit.Field {
	f := kit.Field{Name: "sheet", Label: "Sheet", Kind: kit.Select, Value: p.Layout.Sheet}
	if p.Layout.Sheet == "" {
		f.Options = append(f.Options, kit.Option{Value: "", Text: "Choose"})
	}
	for _, s := range p.Layout.Sheets {
		words := s.Name
		switch {
		case s.Empty:
			continue
		case s.Hidden:
			words += " (hidden in the workbook)"
		}
		f.Options = append(f.Options, kit.Option{Value: s.Name, Text: words})
	}
	return f
}

// startMapping is what the form begins with: what was stated before, what the address asks for, or what fits the header best.
func startMapping(r *http.Request, preview ops.Preview, saved []ops.SavedMapping) crm.Mapping {
	q := r.URL.Query()
	for _, s := range saved {
		if s.Name == q.Get("saved") {
			return s.Mapping
		}
	}
	as := q.Get("as")
	if m := preview.Import.Mapping; m.Object != "" && (as == "" || as == asText(m)) && withReading(m, readingOf(q)).Reading() == m.Reading() {
		return m
	}
	for _, c := range preview.Candidates {
		if as == "" || as == asText(c.Mapping) {
			m, _ := preview.Propose(c.Mapping)
			return m
		}
	}
	profile, object, _ := strings.Cut(as, "/")
	if _, ok := crm.ObjectOf(crm.Profile(profile), object); ok {
		return crm.Mapping{Profile: crm.Profile(profile), Object: object}
	}
	return crm.Mapping{}
}

func asText(m crm.Mapping) string { return string(m.Profile) + "/" + m.Object }

func (p *Pages) mappingPage(w http.ResponseWriter, r *http.Request, preview ops.Preview, saved []ops.SavedMapping, m crm.Mapping, in kit.Input) error {
	i := preview.Import
	view := kit.PageView{Title: "How is " + i.Filename + " read?", Room: Room, Crumbs: crumbs(r, kit.Link{Text: "Import a file", Href: base(r) + "/import"}), Status: in.Status(),
		Lede: layoutWords(preview), Actions: discardAction(r, i)}
	parts := []templ.Component{failedNotice(i), faultyNotice(preview), kit.Table(firstRows(preview)), asForm(asFields(preview, saved, m), stepPath(r, i.ID)+"/mapping")}
	if _, ok := crm.ObjectOf(m.Profile, m.Object); ok {
		fields, submit := mappingFields(preview, saved, m), "Dry run"
		if len(m.Columns) == 0 {
			submit = "Go on"
		}
		if in.Values != nil {
			parts = append(parts, questionsNotice(unasked(fields, in.Values)))
			in.Values = answered(fields, in.Values)
		}
		parts = append(parts, part("Columns and conventions", kit.Form(kit.FormView{Action: stepPath(r, i.ID) + "/mapping", Submit: submit, Cancel: base(r), Input: in, Fields: fields})))
	} else {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "The columns fit no known export", Text: "Choose above what the file holds; then say which column holds what."}))
	}
	return web.Render(w, r, view, column(parts...))
}

func failedNotice(i ops.Import) templ.Component {
	if i.Message == "" {
		return nil
	}
	title := "The dry run did not end"
	if i.ActorName == ops.FinderName && i.Mapping.Object == "" {
		title = "The file could not be imported by itself"
	}
	return kit.Notice(kit.NoticeView{Level: kit.Problem, Title: title, Text: i.Message})
}

// faultyNotice says what is wrong with rows near the start, where it is seen best that the file is not what it seems.
func faultyNotice(p ops.Preview) templ.Component {
	if len(p.Faulty) == 0 {
		return nil
	}
	var list []kit.IssueView
	for _, f := range p.Faulty {
		list = append(list, kit.IssueView{Level: kit.Warning, Text: kit.Sentence(f)})
	}
	return kit.Group(kit.Notice(kit.NoticeView{Level: kit.Warning, Text: "Some of the first rows cannot be read. They will be left out and listed."}), kit.Issues(list))
}

func layoutWords(p ops.Preview) string {
	delimiter := map[byte]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "vertical bar"}[p.Layout.Delimiter]
	words := fmt.Sprintf("%s; %d columns separated by %s; %s", size(p.Import.Bytes), len(p.Header), delimiter, strings.ToUpper(string(p.Layout.Encoding)))
	if p.Layout.Workbook {
		words = fmt.Sprintf("%s; sheet %s with %d columns", size(p.Import.Bytes), p.Layout.Sheet, len(p.Header))
	}
	if above := p.Layout.Preamble; len(above) > 0 {
		words += fmt.Sprintf("; the columns are named on line %d, below “%s”", p.HeaderLine, short(strings.Join(above, " / ")))
	}
	if p.Layout.Gzip {
		words += ", packed with gzip"
	}
	if p.Layout.Fallback {
		words += " (assumed: look at letters with accents)"
	}
	return words + ". These are its first rows."
}

func firstRows(p ops.Preview) kit.TableView {
	v := kit.TableView{Caption: "The first rows of the file", Quiet: true}
	for _, h := range p.Header {
		v.Columns = append(v.Columns, kit.Column{Title: h})
	}
	for _, cells := range p.Rows {
		var row kit.Row
		for _, c := range cells {
			row.Cells = append(row.Cells, kit.Text(short(c)))
		}
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) == 0 {
		v.Empty = kit.Notice(kit.NoticeView{Level: kit.Warning, Text: "The file has a header and no row that can be read."})
	}
	return v
}

func short(s string) string {
	runes := []rune(s)
	if len(runes) <= 60 {
		return s
	}
	return string(runes[:60]) + "…"
}

// asFields choose what the file is, or a kept mapping.
func asFields(p ops.Preview, saved []ops.SavedMapping, m crm.Mapping) []kit.Field {
	options := []kit.Option{{Value: "", Text: "Choose"}}
	fits := map[string]bool{}
	for _, c := range p.Candidates {
		fits[asText(c.Mapping)] = true
		options = append(options, kit.Option{Value: asText(c.Mapping), Text: objectWords(c.Mapping.Profile, c.Mapping.Object) + " (fits the columns)"})
	}
	for _, o := range crm.Objects() {
		if v := string(o.Profile) + "/" + o.Name; !fits[v] {
			options = append(options, kit.Option{Value: v, Text: objectWords(o.Profile, o.Name)})
		}
	}
	as := ""
	if m.Object != "" {
		as = asText(m)
	}
	out := []kit.Field{{Name: "as", Label: "This file is", Kind: kit.Select, Options: options, Value: as, Optional: len(saved) > 0}}
	stated := ""
	if m.Header > 0 {
		stated = strconv.Itoa(m.Header)
	}
	out = append(out, kit.Field{Name: "header", Label: "The columns are named on line", Value: stated, Optional: true, Hint: fmt.Sprintf("Left blank: found by itself, now on line %d.", p.HeaderLine)})
	switch {
	case len(p.Layout.Sheets) > 1:
		out = append(out, sheetField(p))
	case len(p.Tables) > 1:
		out = append(out, tableField(p))
	}
	if len(saved) == 0 {
		return out
	}
	kept := []kit.Option{{Value: "", Text: "none"}}
	for _, s := range saved {
		kept = append(kept, kit.Option{Value: s.Name, Text: s.Name + " (" + objectWords(s.Mapping.Profile, s.Mapping.Object) + ")"})
	}
	return append(out, kit.Field{Name: "saved", Label: "Or read it by a kept mapping", Kind: kit.Select, Options: kept, Optional: true})
}

func objectWords(p crm.Profile, object string) string {
	name := map[crm.Profile]string{crm.Generic: "Plain file", crm.HubSpot: "HubSpot", crm.Salesforce: "Salesforce",
		crm.GoogleAds: "Google Ads", crm.MetaAds: "Meta", crm.LinkedInAds: "LinkedIn", crm.MicrosoftAds: "Microsoft Advertising", crm.GA4: "Google Analytics 4", crm.Web: "Web, calls and payments"}[p]
	o, _ := crm.ObjectOf(p, object)
	if o.Words == "" || o.Words == object {
		return name + ": " + object
	}
	return name + ": " + object + ", " + o.Words
}

// valuesShown is how many stages or customer types of the first rows get a question of their own.
const valuesShown = 40

func mappingFields(p ops.Preview, saved []ops.SavedMapping, m crm.Mapping) []kit.Field {
	o, _ := crm.ObjectOf(m.Profile, m.Object)
	fields := []kit.Field{{Kind: kit.Hidden, Name: "as", Value: asText(m)}}
	if m.Sheet != "" {
		fields = append(fields, kit.Field{Kind: kit.Hidden, Name: "sheet", Value: m.Sheet})
	}
	if m.Header > 0 {
		fields = append(fields, kit.Field{Kind: kit.Hidden, Name: "header", Value: strconv.Itoa(m.Header)})
	}
	headers := []kit.Option{{Value: "", Text: "— not in this file —"}}
	for _, h := range p.Header {
		if h != "" {
			headers = append(headers, kit.Option{Value: h, Text: h})
		}
	}
	for _, f := range o.Fields {
		if f.Stated {
			fields = append(fields, statedField(m, f))
			continue
		}
		field := kit.Field{Name: "columns." + f.Name, Label: kit.Sentence(fieldWords(f.Name)), Kind: kit.Select, Options: headers, Value: m.Columns[f.Name], Optional: !f.Required}
		field.Label = strings.TrimSuffix(field.Label, ".")
		if values := p.Values(m.Columns[f.Name], 3); len(values) > 0 {
			field.Hint = "Such as " + short(strings.Join(values, "; "))
		}
		if f.Choice {
			field.Hint = choiceWords(p, m, f.Name)
		}
		fields = append(fields, field)
	}
	fields = append(fields, conventionFields(p, m)...)
	fields = append(fields, stageFields(p, m, o)...)
	fields = append(fields, customerFields(p, m)...)
	return append(fields,
		kit.Field{Name: "constants", Label: "The same in every row", Kind: kit.Area, Optional: true, Value: constantLines(m),
			Hint: "One a line, for what no column holds: channel = e-mail"},
		kit.Field{Name: "save_as", Label: "Keep this mapping as", Optional: true, Value: keptAs(saved, m),
			Hint: "A name, to read the next export of this sort the same way. Under the name of a kept mapping, this one takes its place."})
}

var statedHints = map[string]string{
	"category":         "What was bought, as the contract names it, such as media. No report says it.",
	"vendor":           "Left blank, the name of the platform.",
	"channel_grouping": "ga4-1 is the default channel group of Google Analytics 4; blank where a column or rules of your own tell the channel.",
	"channel_rules":    "Own channels, which count first: Partners: source=partner*, medium=referral; Fairs: campaign=*fair*",
	"deal_pattern":     "Where the reference names the deal: how its ids are written, such as D-* or INV-2026-*.",
	"clause":           "The clause of the contract that pays per result, where there are several.",
	"readings":         "The contract's name of a metric, the column, and what its rows must say: leads: Key events, channel=Organic Search. Several are separated by semicolons.",
	"span":             "Of which days one reading is, where the report is divided by day: day, month (its whole months) or report (all its days).",
	"from":             "The first day of the report, such as 2026-03-01, where neither its comments nor a column say it.",
	"through":          "Its last day.",
	"rounding":         "Only for costs that are finer than the currency has units: half-even, half-up or down, row by row.",
}

// statedField asks for what no column holds.
func statedField(m crm.Mapping, f crm.Field) kit.Field {
	return kit.Field{Name: "constants." + f.Name, Label: strings.TrimSuffix(kit.Sentence(fieldWords(f.Name)), "."), Value: m.Constants[f.Name], Optional: !f.Required, Hint: statedHints[f.Name]}
}

// keptAs is the name under which the mapping's columns are kept already, so that meanings stated later are kept with them.
func keptAs(saved []ops.SavedMapping, m crm.Mapping) string {
	for _, s := range saved {
		if s.Mapping.Profile == m.Profile && s.Mapping.Object == m.Object && maps.Equal(s.Mapping.Columns, m.Columns) {
			return s.Name
		}
	}
	return ""
}

func choiceWords(p ops.Preview, m crm.Mapping, field string) string {
	for _, c := range p.Candidates {
		if asText(c.Mapping) != asText(m) {
			continue
		}
		for _, choice := range c.Choices {
			if choice.Field == field {
				return choice.Words
			}
		}
	}
	return ""
}

// conventionFields ask what the columns that are named leave open, and nothing else.
func conventionFields(p ops.Preview, m crm.Mapping) (out []kit.Field) {
	proposed, proposal := p.Propose(m)
	if m.HasAmount() {
		out = append(out, kit.Field{Name: "convention.decimal", Label: "Decimal mark of amounts", Kind: kit.Radio, Hint: proposal.Decimal.Evidence, Value: decimalText(proposed.Convention.Decimal),
			Options: []kit.Option{{Value: ".", Text: "point", Hint: "1,234.56"}, {Value: ",", Text: "comma", Hint: "1.234,56"}}})
	}
	if m.HasTime() {
		unstated := "Choose"
		if proposal.DateOrder.Values == 0 {
			unstated = "not stated: only dates with the year in front are read"
		}
		out = append(out,
			kit.Field{Name: "convention.date_order", Label: "Dates written with numbers only", Kind: kit.Select, Optional: proposal.DateOrder.Values == 0, Hint: proposal.DateOrder.Evidence,
				Value: string(proposed.Convention.DateOrder), Options: []kit.Option{{Value: "", Text: unstated}, {Value: "ymd", Text: "year, month, day: 2026-03-14"},
					{Value: "dmy", Text: "day, month, year: 14/03/2026"}, {Value: "mdy", Text: "month, day, year: 03/14/2026"}}},
			kit.Field{Name: "convention.zone", Label: "Zone of times that carry none", Optional: !proposal.NeedsZone, Value: zoneText(m), Placeholder: "Europe/Berlin", Hint: zoneHint(proposal.NeedsZone)})
	}
	if m.Columns["amount"]+m.Columns["net"]+m.Columns["gross"]+m.Columns["micros"]+m.Columns["credit"]+m.Columns["debit"] != "" {
		out = append(out, kit.Field{Name: "default_currency", Label: "Currency of amounts without one", Optional: true, Value: string(m.DefaultCurrency), Placeholder: "USD",
			Hint: "Left blank, such amounts stay unknown; they are never taken for zero."})
	}
	if m.Columns["home_amount"] != "" {
		out = append(out, kit.Field{Name: "home_currency", Label: "Currency of converted amounts", Optional: true, Value: string(m.HomeCurrency), Placeholder: "USD"})
	}
	return out
}

func decimalText(b byte) string {
	if b == 0 {
		return ""
	}
	return string(rune(b))
}

func zoneText(m crm.Mapping) string {
	if m.Convention.Zone == nil {
		return ""
	}
	return m.Convention.Zone.String()
}

func zoneHint(needed bool) string {
	if needed {
		return "Some values of the first rows need it: times that carry none, or days written as points in time. State where they were written down."
	}
	return "No value of the first rows needs it."
}

// stageFields ask what each stage of the first rows means.
func stageFields(p ops.Preview, m crm.Mapping, o crm.Object) (out []kit.Field) {
	if o.Kind != crm.KindDeal || m.Columns["stage"] == "" {
		return nil
	}
	unstated := "as the file or the table of stages says"
	if m.Profile == crm.Generic && m.Columns["is_won"] == "" {
		unstated = "not stated: the outcome stays unknown"
	}
	shown := p.Values(m.Columns["stage"], valuesShown)
	meanings := []kit.Option{{Value: "", Text: unstated}, {Value: "won", Text: "won"}, {Value: "lost", Text: "lost"}, {Value: "open", Text: "open"}}
	for i, stage := range shown {
		meaning := ""
		switch {
		case slices.Contains(m.WonStages, stage):
			meaning = "won"
		case slices.Contains(m.LostStages, stage):
			meaning = "lost"
		case slices.Contains(m.OpenStages, stage):
			meaning = "open"
		}
		out = append(out, kit.Field{Kind: kit.Hidden, Name: fmt.Sprintf("stage_name.%d", i), Value: stage},
			kit.Field{Name: fmt.Sprintf("stage.%d", i), Label: "Stage " + stage, Kind: kit.Select, Options: meanings, Value: meaning, Optional: true})
	}
	for _, l := range []struct {
		name, label string
		stages      []string
	}{{"won_stages", "Further stages that mean won", m.WonStages}, {"lost_stages", "Further stages that mean lost", m.LostStages}, {"open_stages", "Further stages that are open", m.OpenStages}} {
		rest := slices.DeleteFunc(slices.Clone(l.stages), func(s string) bool { return slices.Contains(shown, s) })
		out = append(out, kit.Field{Name: l.name, Label: l.label, Kind: kit.Area, Optional: true, Value: strings.Join(rest, "\n"), Hint: "One a line, written exactly as in the file."})
	}
	return out
}

var typeWords = map[crm.CustomerType]string{crm.CustomerNew: "new customer", crm.CustomerExisting: "existing customer", crm.CustomerRenewal: "renewal"}

// customerFields ask what each customer type of the first rows means, and keep what is stated of others.
func customerFields(p ops.Preview, m crm.Mapping) (out []kit.Field) {
	if m.Columns["customer_type"] == "" {
		return nil
	}
	shown := p.Values(m.Columns["customer_type"], valuesShown)
	for _, v := range slices.Sorted(maps.Keys(m.CustomerTypes)) {
		if !slices.Contains(shown, v) {
			shown = append(shown, v)
		}
	}
	for i, v := range shown {
		meanings := []kit.Option{{Value: "", Text: "not stated: stays unknown"}}
		if t, ok := crm.UsualCustomerType(v); ok {
			meanings[0].Text = "as usual: " + typeWords[t]
		}
		for _, t := range []crm.CustomerType{crm.CustomerNew, crm.CustomerExisting, crm.CustomerRenewal} {
			meanings = append(meanings, kit.Option{Value: string(t), Text: typeWords[t]})
		}
		out = append(out, kit.Field{Kind: kit.Hidden, Name: fmt.Sprintf("type_name.%d", i), Value: v},
			kit.Field{Name: fmt.Sprintf("type.%d", i), Label: "Customer type " + v, Kind: kit.Select, Options: meanings, Value: string(m.CustomerTypes[v]), Optional: true})
	}
	return out
}

func constantLines(m crm.Mapping) string {
	var lines []string
	o, _ := crm.ObjectOf(m.Profile, m.Object)
	for k, v := range m.Constants {
		if slices.ContainsFunc(o.Fields, func(f crm.Field) bool { return f.Stated && f.Name == k }) {
			continue // asked by itself
		}
		lines = append(lines, k+" = "+v)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// setMapping takes the mapping and begins the dry run. Where the columns leave something open that the form did not ask, it asks first.
func (p *Pages) setMapping(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client, id := r.PathValue("client"), r.PathValue("id")
	preview, err := p.Ops.PreviewOf(r.Context(), actor(r), client, id, readingOf(values))
	if err != nil {
		return err
	}
	saved, err := p.Ops.SavedMappings(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	m, err := mappingOf(values)
	if len(unasked(mappingFields(preview, saved, m), values)) > 0 {
		return p.mappingPage(w, r, preview, saved, m, kit.Input{Values: values, Err: errors.Join(err, atAsked(m.Validate(preview.Header), values))})
	}
	if err == nil {
		err = p.Ops.SetMapping(r.Context(), actor(r), client, id, m, values.Get("save_as"))
	}
	if err == nil {
		err = p.Ops.StartCheck(r.Context(), actor(r), client, id)
	}
	if web.Correctable(err) {
		return p.mappingPage(w, r, preview, saved, m, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, stepPath(r, id))
	return nil
}

// mappingOf reads the form. Faults: Invalid, all at once, each at its field; the mapping is then as far as it could be read.
func mappingOf(values url.Values) (crm.Mapping, error) {
	profile, object, _ := strings.Cut(values.Get("as"), "/")
	m := withReading(crm.Mapping{Profile: crm.Profile(profile), Object: object, Columns: map[string]string{}}, readingOf(values))
	var faults fault.List
	for name := range values {
		if field, ok := strings.CutPrefix(name, "columns."); ok && values.Get(name) != "" {
			m.Columns[field] = values.Get(name)
		}
	}
	for name := range values {
		if field, ok := strings.CutPrefix(name, "constants."); ok && strings.TrimSpace(values.Get(name)) != "" {
			m.Constants = with(m.Constants, field, strings.TrimSpace(values.Get(name)))
		}
	}
	var err error
	m.Convention, err = csvin.ParseConvention(values.Get("convention.decimal"), values.Get("convention.date_order"), values.Get("convention.zone"))
	for _, f := range fault.All(err) {
		faults.Add(f.At("convention." + f.Field))
	}
	m.DefaultCurrency = money.Currency(strings.ToUpper(values.Get("default_currency")))
	m.HomeCurrency = money.Currency(strings.ToUpper(values.Get("home_currency")))
	m.WonStages, m.LostStages, m.OpenStages = lines(values.Get("won_stages")), lines(values.Get("lost_stages")), lines(values.Get("open_stages"))
	for i := 0; values.Has(fmt.Sprintf("stage_name.%d", i)) || values.Has(fmt.Sprintf("type_name.%d", i)); i++ {
		stage := values.Get(fmt.Sprintf("stage_name.%d", i))
		switch values.Get(fmt.Sprintf("stage.%d", i)) {
		case "won":
			m.WonStages = append(m.WonStages, stage)
		case "lost":
			m.LostStages = append(m.LostStages, stage)
		case "open":
			m.OpenStages = append(m.OpenStages, stage)
		}
		if t := values.Get(fmt.Sprintf("type.%d", i)); t != "" {
			if m.CustomerTypes == nil {
				m.CustomerTypes = map[string]crm.CustomerType{}
			}
			m.CustomerTypes[values.Get(fmt.Sprintf("type_name.%d", i))] = crm.CustomerType(t)
		}
	}
	for _, line := range lines(values.Get("constants")) {
		field, value, ok := strings.Cut(line, "=")
		if !ok {
			faults.Add(fault.New(fault.Invalid, "constant", "Write %q as field = value, such as channel = e-mail.", line).At("constants"))
			continue
		}
		m.Constants = with(m.Constants, strings.TrimSpace(field), strings.TrimSpace(value))
	}
	return m, faults.Err()
}

func with(constants map[string]string, field, value string) map[string]string {
	if constants == nil {
		constants = map[string]string{}
	}
	constants[field] = value
	return constants
}

func lines(text string) (out []string) {
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}
