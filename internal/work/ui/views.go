package ui

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// viewsPath is where views are kept. It is of nobody's client: whoever sees requests may keep some.
const viewsPath = "/work-views"

func (p *Pages) viewRoutes() []web.Route {
	return []web.Route{
		get(viewsPath, access.RequestViewKeep, func(w http.ResponseWriter, r *http.Request) error { return p.viewsPage(w, r, "", kit.Input{}) }),
		post(viewsPath, access.RequestViewKeep, p.keepView),
		post(viewsPath+"/{view}/{verb}", access.RequestViewKeep, p.changeView),
	}
}

// viewHref is the address of a view.
func viewHref(v ops.View) string {
	path := InboxPath
	if v.Client != "" {
		path = Path(v.Client)
	}
	if v.Board {
		path += "/board"
	}
	return path + "?" + v.Filter
}

// views are the views that fit where somebody is, and the way to keep another one; the figures 1 to 9 open the first of them.
func (p *Pages) views(r *http.Request, client string, board bool) (templ.Component, error) {
	all, err := p.Ops.Views(r.Context(), actor(r))
	if err != nil {
		return nil, err
	}
	now := work.ViewFilter(r.URL.Query())
	var tabs []kit.Tab
	kept := false
	for _, v := range all {
		if v.Lost || v.Client != client {
			continue
		}
		here := v.Board == board && v.Filter == now
		kept = kept || here
		tabs = append(tabs, kit.Tab{Text: v.Name, Href: viewHref(v), Current: here})
	}
	var parts []templ.Component
	if len(tabs) > 0 {
		parts = append(parts, viewTabs(kit.Tabs(append(tabs, kit.Tab{Text: "Arrange views", Href: viewsPath}))))
	}
	if now != "" && !kept {
		parts = append(parts, stepForm("Keep this as a view", false, p.keepForm(r, kit.Input{}, client, board, now)))
	}
	return kit.Group(parts...), nil
}

func (p *Pages) keepForm(r *http.Request, in kit.Input, client string, board bool, filter string) kit.FormView {
	fields := []kit.Field{{Name: "client", Kind: kit.Hidden, Value: client}, {Name: "filter", Kind: kit.Hidden, Value: filter}, {Name: "name", Label: "Name"}}
	if board {
		fields = append(fields, kit.Field{Name: "board", Kind: kit.Hidden, Value: "yes"})
	}
	if p.Ops.SharesViews(actor(r)) {
		fields = append(fields, kit.Field{Name: "shared", Label: "Share it with the people of the agency", Kind: kit.Checkbox, Optional: true, Hint: "Each sees of it what they see anyway."})
	}
	return kit.FormView{Action: viewsPath, Submit: "Keep the view", Fields: fields, Input: in}
}

// goneNotice says what a filter asks for that there is no more; nil where all of it is there.
func goneNotice(asked url.Values, forms work.Forms) templ.Component {
	gone := work.Vanished(asked, forms)
	if len(gone) == 0 {
		return nil
	}
	return kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "This filter asks for what there is no more",
		Text: "There is no such thing any more as " + strings.Join(gone, ", ") + ", so nothing new is found by it. Choose another one, or delete the view."})
}

func (p *Pages) viewsPage(w http.ResponseWriter, r *http.Request, at string, in kit.Input) error {
	all, err := p.Ops.Views(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Views of requests", Room: InboxRoom, Status: in.Status(), Lede: "Filters that you kept under a name, in the order in which they stand above the list, and those that others of the agency share."}
	var parts []templ.Component
	if at == "new" {
		parts = append(parts, kit.Form(p.keepForm(r, in, in.Values.Get("client"), in.Values.Get("board") != "", in.Values.Get("filter"))))
	} else if in.Err != nil && !ownView(all, at) {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was changed", Text: kit.Sentence(in.Err.Error())}))
	}
	table := kit.TableView{Caption: "Views", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "View"}, {Title: "Whose"}, {Title: "Change"}},
		Empty: kit.Empty(kit.EmptyView{Title: "You keep no view yet", Text: "Filter the inbox, or the work of a client, and keep what you see under a name: it then stands above the list, and the figures 1 to 9 open the first nine."})}
	for _, v := range all {
		table.Rows = append(table.Rows, kit.Row{ID: v.ID, Cells: []templ.Component{viewCell(v), kit.Text(whose(v)), p.arrange(r, v, at, in)}})
	}
	return web.Render(w, r, view, kit.Group(append(parts, kit.Table(table))...))
}

func ownView(all []ops.View, id string) bool {
	for _, v := range all {
		if v.ID == id && v.Mine {
			return true
		}
	}
	return false
}

func viewCell(v ops.View) templ.Component {
	if v.Lost {
		return kit.TwoLines(kit.Text(v.Name), "What it is of is not yours to see any more.")
	}
	asked, _ := url.QueryUnescape(strings.ReplaceAll(v.Filter, "&", ", "))
	return kit.TwoLines(kit.Anchor(kit.Link{Text: v.Name, Href: viewHref(v)}), asked)
}

func whose(v ops.View) string {
	switch {
	case v.Mine && v.Shared:
		return "yours, shared with the agency"
	case v.Mine:
		return "yours"
	}
	return v.ByName + ", shared with the agency"
}

func (p *Pages) arrange(r *http.Request, v ops.View, at string, in kit.Input) templ.Component {
	if !v.Mine {
		return kit.Quiet("–")
	}
	if at != v.ID {
		in = kit.Input{}
	}
	verb := func(text, verb string, kind kit.ButtonKind) templ.Component {
		return kit.Button(kit.ButtonView{Text: text, Kind: kind, Post: viewsPath + "/" + url.PathEscape(v.ID) + "/" + verb})
	}
	parts := []templ.Component{stepForm("Rename", in.Err != nil, kit.FormView{Action: viewsPath + "/" + url.PathEscape(v.ID) + "/rename", Submit: "Rename it", Input: in,
		Fields: []kit.Field{{Name: "name", Label: "Name", Value: v.Name}}}), verb("Up", "up", ""), verb("Down", "down", "")}
	switch {
	case v.Shared:
		parts = append(parts, verb("Share no more", "keep", ""))
	case p.Ops.SharesViews(actor(r)):
		parts = append(parts, verb("Share", "share", ""))
	}
	return kit.Group(append(parts, verb("Delete", "delete", kit.Danger))...)
}

func (p *Pages) keepView(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	asked, err := url.ParseQuery(values.Get("filter"))
	if err != nil {
		return fault.New(fault.Invalid, "filter", "This is no filter; open the list again and filter it.").At("filter").Because(err)
	}
	in := ops.ViewInput{Name: values.Get("name"), Client: values.Get("client"), Board: values.Get("board") != "", Asked: asked, Shared: values.Get("shared") != ""}
	err = p.Ops.KeepView(r.Context(), actor(r), in)
	if correctable(err) {
		return p.viewsPage(w, r, "new", kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Kept. It stands above the list from now on.")
	web.Redirect(w, r, viewHref(ops.View{Client: in.Client, Board: in.Board, Filter: work.ViewFilter(asked)}))
	return nil
}

func (p *Pages) changeView(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	ctx, who, id := r.Context(), actor(r), r.PathValue("view")
	switch r.PathValue("verb") {
	case "rename":
		err = p.Ops.RenameView(ctx, who, id, values.Get("name"))
	case "up", "down":
		err = p.Ops.MoveView(ctx, who, id, r.PathValue("verb") == "up")
	case "share", "keep":
		err = p.Ops.ShareView(ctx, who, id, r.PathValue("verb") == "share")
	case "delete":
		err = p.Ops.DeleteView(ctx, who, id)
	default:
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	if correctable(err) {
		return p.viewsPage(w, r, id, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, viewsPath)
	return nil
}
