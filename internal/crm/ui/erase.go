package ui

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showErase(w http.ResponseWriter, r *http.Request) error {
	return p.erasePage(w, r, kit.Input{})
}

func (p *Pages) erasePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	view := kit.PageView{Title: "Erase a person", Room: Room, Narrow: true, Status: in.Status(), Crumbs: crumbs(r, kit.Link{Text: "Accounts of contacts", Href: base(r) + "/accounts"}),
		Lede: "Where somebody asks to be forgotten: names and addresses go, and no amount changes."}
	return web.Render(w, r, view, column(
		kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "This cannot be undone", Text: "Names and addresses are taken out of every version of the evidence, of stored files and of mails; of the person's rows in files stays only what evidence was read from. The contact stays under its id, a pseudonym, with its touches; " +
			"statements, credits and packs stay what they are. When the CRM exports the person again, the name does not come back. Archives made before still hold it: make a new one and delete those."}),
		kit.Form(kit.FormView{Action: r.URL.Path, Submit: "Show who it is", Cancel: base(r) + "/accounts", Input: in, Fields: []kit.Field{
			{Name: "contact", Label: "Contact", Hint: "Its id in the CRM. Contacts merged with it, and leads that became it, are the same person.", Value: r.URL.Query().Get("contact")},
			{Name: "reason", Label: "Why", Hint: "Stays in the record of changes, so it must not name the person: “request of 3 March 2026”."}}})))
}

func (p *Pages) erase(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := ops.EraseInput{Client: r.PathValue("client"), Contact: values.Get("contact"), Reason: values.Get("reason")}
	if values.Get("sure") != "yes" {
		return p.confirmErase(w, r, in, kit.Input{Values: values})
	}
	done, err := p.Ops.Erase(r.Context(), actor(r), in)
	if web.Correctable(err) {
		return p.erasePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	// Shown in the answer itself: it is about one act, and sending the form again changes nothing.
	list := []kit.Definition{def("Contacts", kit.Text(strings.Join(done.Contacts, ", "))), def("Pseudonym", kit.Text(done.Pseudonym)), def("Rows of evidence", number(done.Rows)),
		def("Notes of imports, decisions and mails", number(done.Notes)), def("Stored files replaced", number(int64(done.Files)))}
	parts := []templ.Component{kit.DefinitionList(list...)}
	for _, s := range done.Stays {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "Something stays", Text: "The name or an address still stands in " + counted(s.Rows, "row") + " of " + s.Table + ", which cannot be changed without breaking what others verify."}))
	}
	parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Info, Title: "What nobody can find", Text: ops.NotFoundByErasing}))
	return web.Render(w, r, kit.PageView{Title: "Erased", Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Accounts of contacts", Href: base(r) + "/accounts"})}, column(parts...))
}

// confirmErase shows who would be erased.
func (p *Pages) confirmErase(w http.ResponseWriter, r *http.Request, in ops.EraseInput, values kit.Input) error {
	contacts, err := p.Ops.ToErase(r.Context(), actor(r), in)
	if values.Err = err; web.Correctable(err) {
		return p.erasePage(w, r, values)
	}
	if err != nil {
		return err
	}
	var bound []kit.Definition
	for _, c := range contacts {
		name := c.Name
		if name == "" {
			name = "no name"
		}
		said := ""
		if c.Email != "" {
			said = crm.ShownAddress(c.Email)
		}
		bound = append(bound, def(c.ID, kit.TwoLines(kit.Text(name), said)))
	}
	bound = append(bound, def("Why", kit.Text(in.Reason)))
	v := kit.ConfirmView{Action: r.URL.Path, What: "You erase this person for good.", Bound: bound, Button: "Erase for good", Danger: true, Cancel: base(r) + "/erase",
		Follows: []string{"Names and addresses are taken out of every version of the evidence, of stored files and of mails.", "No amount changes, and what is locked stays what it is.", "It cannot be undone."},
		Hidden:  []kit.Field{{Name: "contact", Value: in.Contact}, {Name: "reason", Value: in.Reason}, {Name: "sure", Value: "yes"}}}
	return web.Render(w, r, kit.PageView{Title: "Erase this person?", Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Accounts of contacts", Href: base(r) + "/accounts"})}, kit.ConfirmPage(v))
}
