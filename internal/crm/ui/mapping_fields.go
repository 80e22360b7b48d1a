package ui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

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
	"category":          "What was bought, as the contract names it, such as media. No report says it.",
	"provider":          "Who bought it or did the work, where it was not the agency. Left blank, the agency.",
	"service":           "The category of the appointment, where the contract calls it otherwise there.",
	"brand":             "For which brand, as the appointments name it.",
	"market":            "In which market, as the appointments name it.",
	"vendor":            "Left blank, the name of the platform.",
	"channel_grouping":  "ga4-1 is the default channel group of Google Analytics 4; blank where a column or rules of your own tell the channel.",
	"channel_rules":     "Own channels, which count first: Partners: source=partner*, medium=referral; Fairs: campaign=*fair*",
	"channel_otherwise": "The channel of submissions whose page does not say where they came from, such as form; none leaves them without one.",
	"deal_pattern":      "Where the reference names the deal: how its ids are written, such as D-* or INV-2026-*.",
	"clause":            "The clause of the contract that pays per result, where there are several.",
	"readings":          "The contract's name of a metric, the column, and what its rows must say: leads: Key events, channel=Organic Search. Several are separated by semicolons.",
	"span":              "Of which days one reading is, where the report is divided by day: day, month (its whole months) or report (all its days).",
	"from":              "The first day of the report, such as 2026-03-01, where neither its comments nor a column say it.",
	"through":           "Its last day.",
	"rounding":          "Only for costs that are finer than the currency has units: half-even, half-up or down, row by row.",
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
