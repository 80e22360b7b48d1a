package ui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
