package ui

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) deliverables(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	list := kit.ParseList(r, "newest")
	page, err := p.Ops.ListDeliverables(r.Context(), actor(r), client, ops.DeliverableFilter{Name: list.Filter("name"), Request: list.Filter("request"), Offset: list.Offset(), Limit: list.PerPage})
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Deliverables", Room: DeliverablesRoom, Lede: "What is made for the client: its versions, whose word is awaited until when, in which round, and whose it is."}
	may := access.Decide(actor(r), access.DeliverablePropose, access.Of(client)).Allowed
	if may {
		view.Actions = []templ.Component{kit.Button(kit.ButtonView{Text: "Propose a deliverable", Kind: kit.Primary, Href: DeliverablesPath(client) + "/new"})}
	}
	if page.Total == 0 && !list.Filtered() {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nothing is proposed yet",
			Text: "A deliverable is one thing that is made: a film, a page, a plan. Its versions come here, the client answers each within the time that the contract gives, and an approval names exactly the file that was shown."}))
	}
	table := kit.TableView{Caption: "Deliverables, the newest first", Quiet: true, Cards: true, Pager: list.Pager(page.Total),
		Columns: []kit.Column{{Title: "Deliverable"}, {Title: "State"}, {Title: "Round"}, {Title: "Waits for"}, {Title: "Due"}, {Title: "Whose it is"}},
		Filters: list.Filters(kit.Field{Kind: kit.Search, Name: "name", Label: "Name", Optional: true}),
		Empty:   kit.Empty(kit.EmptyView{Title: "None is called so", Text: "Look for another part of the name."})}
	for _, one := range page.List {
		table.Rows = append(table.Rows, deliverableDesk{one, actor(r), p.Ops.Now()}.row())
	}
	return web.Render(w, r, view, kit.Table(table))
}

func (d deliverableDesk) row() kit.Row {
	due, owned, waits := kit.Quiet("no day"), kit.Quiet("not said"), kit.Quiet("nothing")
	if at, ok := d.State.DueNow(d.now); ok {
		due = kit.Text(d.State.DueDay(at))
	}
	if d.Owned != nil && d.Owned.Owner != work.OwnerUnsaid {
		owned = kit.Text(string(d.Owned.Owner))
	}
	switch v, review := d.State.InReview(); {
	case review:
		waits = kit.TwoLines(kit.Text("the agency"), "to release version "+itoa(v.Number))
	case d.State.WaitWords(d.now) != "":
		waits = kit.TwoLines(kit.Text("the client"), d.State.WaitWords(d.now))
	case d.State.Stage == work.StageChanges || d.State.Stage == work.StageRejected || d.State.Stage == work.StageProposed:
		waits = kit.Text("a version")
	}
	name := kit.Anchor(kit.Link{Text: d.Name, Href: d.path()})
	if d.RequestName != "" {
		name = kit.TwoLines(name, "for "+d.RequestName)
	}
	return kit.Row{ID: d.ID, Cells: []templ.Component{name, d.pill(), kit.Text(d.State.RoundWords()), waits, due, owned}}
}
