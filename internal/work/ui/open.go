package ui

import (
	"net/http"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) openRoutes() []web.Route {
	return []web.Route{
		get("/clients/{client}/work/new", access.RequestOpen, p.showOpen),
		upload("/clients/{client}/work/new", access.RequestOpen, p.open),
	}
}

func (p *Pages) showOpen(w http.ResponseWriter, r *http.Request) error {
	return p.openPage(w, r, r.URL.Query().Get("category"), kit.Input{})
}

// openPage asks first what the request is about, then what the brief of that asks.
func (p *Pages) openPage(w http.ResponseWriter, r *http.Request, category string, in kit.Input) error {
	client := r.PathValue("client")
	forms, err := p.Ops.Intake(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "New request", Room: Room, Narrow: true, Crumbs: []kit.Link{{Text: "Work", Href: Path(client)}}, Status: in.Status()}
	form, ok := forms.Forms.Of(category)
	if !ok {
		view.Lede = "What is it about? The brief asks for what whoever does it needs to begin."
		return web.Render(w, r, view, choices(client, forms.Forms))
	}
	view.Lede = form.Title + ". A good brief saves a round of questions."
	fields := []kit.Field{{Name: "category", Kind: kit.Hidden, Value: category}, {Name: "once", Kind: kit.Hidden, Value: p.Ops.FormKey()},
		{Name: "title", Label: "Title", Hint: "As it should stand in a list."}}
	if forms.Matrix != nil {
		fields = append(fields, weightFields(forms.Matrix, work.Request{})...)
	} else {
		priority := priorityField("priority", "How pressing it is is what the clocks of the contract go by.")
		priority.Value = string(contract.Normal)
		fields = append(fields, priority)
	}
	for _, f := range form.Fields {
		fields = append(fields, briefField(f))
	}
	fields = append(fields, kit.Field{Name: "brand", Label: "Brand", Optional: true, Hint: "As the contract names it: who was promised work of this kind for a brand and a market gets the request at once."},
		kit.Field{Name: "market", Label: "Market", Optional: true, Hint: "As the contract names it, such as US."})
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: Path(client) + "/new", Submit: "Send the request", Cancel: Path(client), Upload: true, Fields: fields, Input: in}))
}

func priorityField(name, hint string) kit.Field {
	f := kit.Field{Name: name, Label: "Priority", Kind: kit.Select, Hint: hint}
	for _, x := range contract.Priorities() {
		f.Options = append(f.Options, kit.Option{Value: string(x), Text: string(x)})
	}
	return f
}

// weightFields ask for impact and urgency in the words of the contract.
func weightFields(m *contract.PriorityMatrix, is work.Request) []kit.Field {
	of := func(name, label, hint string, value contract.Weight, words map[contract.Weight]string) kit.Field {
		f := kit.Field{Name: name, Label: label, Kind: kit.Select, Hint: hint, Value: string(value), Options: []kit.Option{{Value: "", Text: "choose"}}}
		for _, w := range contract.Weights() {
			f.Options = append(f.Options, kit.Option{Value: string(w), Text: string(w) + ": " + words[w]})
		}
		return f
	}
	return []kit.Field{of("impact", "Impact", "What it concerns.", is.Impact, m.Impact),
		of("urgency", "Urgency", "How soon it hurts. The contract makes the priority of both.", is.Urgency, m.Urgency)}
}

var fieldKinds = map[work.FieldKind]kit.FieldKind{work.LongField: kit.Area, work.DateField: kit.Date, work.ChoiceField: kit.Select, work.FilesField: kit.Upload}

func briefField(f work.BriefField) kit.Field {
	out := kit.Field{Name: "brief." + f.Key, Label: f.Label, Hint: f.Hint, Optional: !f.Required, Kind: fieldKinds[f.Kind]}
	switch f.Kind {
	case work.ChoiceField:
		out.Options = []kit.Option{{Value: "", Text: "choose"}}
		for _, c := range f.Choices {
			out.Options = append(out.Options, kit.Option{Value: c, Text: c})
		}
	case work.MoneyField:
		out.Hint = strings.TrimSpace(out.Hint + " With its currency, such as 1500.00 USD.")
	case work.FilesField:
		filesOf(&out)
	}
	return out
}

// filesOf says of a field of files what is taken.
func filesOf(f *kit.Field) {
	f.Kind, f.Many, f.Accept = kit.Upload, true, strings.Join(ops.FileEndings(), ",")
	f.Hint = strings.TrimSpace(f.Hint + " Up to 10 files of 25 MB: pictures, PDF, Office, text, MP4, ZIP.")
}

func (p *Pages) open(w http.ResponseWriter, r *http.Request) error {
	values, files, err := readForm(r)
	if err != nil && !correctable(err) {
		return err
	}
	var made *ops.Request
	if err == nil {
		brief := work.Answers{}
		for name, v := range values {
			if key, ok := strings.CutPrefix(name, "brief."); ok {
				brief[key] = v[0]
			}
		}
		made, err = p.Ops.Open(r.Context(), actor(r), ops.OpenInput{Client: r.PathValue("client"), Title: values.Get("title"), Category: values.Get("category"), Brand: values.Get("brand"),
			Market: values.Get("market"), Priority: contract.Priority(values.Get("priority")), Impact: contract.Weight(values.Get("impact")), Urgency: contract.Weight(values.Get("urgency")), Brief: brief, Files: files, Key: values.Get("once")})
	}
	if correctable(err) {
		return p.openPage(w, r, values.Get("category"), kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, made.Name()+" is sent. Its clocks run from now, in the working hours of the contract.")
	web.Redirect(w, r, RequestPath(made.Client, made.ID))
	return nil
}
