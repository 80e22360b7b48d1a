package ui

import (
	"net/http"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const briefsPath = InboxPath + "/briefs"

func (p *Pages) briefRoutes() []web.Route {
	return []web.Route{
		get(briefsPath, access.RequestFormsEdit, p.showBriefs),
		post(briefsPath, access.RequestFormsEdit, p.saveBriefs),
	}
}

func (p *Pages) showBriefs(w http.ResponseWriter, r *http.Request) error {
	return p.briefsPage(w, r, kit.Input{})
}

func (p *Pages) briefsPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	have, err := p.Ops.Forms(r.Context(), actor(r), "")
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "What briefs ask", Room: InboxRoom, Status: in.Status(), Crumbs: []kit.Link{{Text: "Inbox", Href: InboxPath}},
		Lede: "One form a category. A field asks for text, long-text, date, choice, money or files. Requests that were opened keep the form that they were asked."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: briefsPath, Submit: "Save the briefs", Cancel: InboxPath, Input: in, Fields: []kit.Field{
		{Name: "version", Kind: kit.Hidden, Value: strconv.FormatInt(have.Version, 10)},
		{Name: "forms", Label: "Forms", Kind: kit.Source, Value: have.Source, Rows: 30},
	}}))
}

func (p *Pages) saveBriefs(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(values.Get("version"), 10, 64)
	_, err = p.Ops.SaveForms(r.Context(), actor(r), values.Get("forms")+"\n", version)
	if correctable(err) {
		return p.briefsPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Saved. New requests are asked this.")
	web.Redirect(w, r, briefsPath)
	return nil
}
