package ui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request) error {
	return newPage(w, r, kit.Input{})
}

func newPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	path := Path(r.PathValue("client"))
	view := kit.PageView{Title: "Write a contract", Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Contract", Href: path}},
		Lede: "It begins with a commented template in the names of both. Nothing binds anybody until both sides accept."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: path + "/new", Submit: "Begin", Cancel: path, Input: in, Fields: []kit.Field{
		{Name: "name", Label: "Short name", Autocomplete: "off", Placeholder: "acme-growth", Hint: "Small letters, digits and hyphens. It stays the same in every version."},
	}}))
}

func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, err := p.Ops.Begin(r.Context(), actor(r), r.PathValue("client"), values.Get("name"))
	if web.Correctable(err) {
		return newPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, ContractPath(c)+"/edit")
	return nil
}

func (p *Pages) showEditor(w http.ResponseWriter, r *http.Request) error {
	c, draft, err := p.Ops.Draft(r.Context(), actor(r), r.PathValue("contract"))
	if err == nil {
		err = elsewhere(r, c)
	}
	if err != nil {
		return err
	}
	lede := "Not saved yet. This is a text to begin with."
	if draft.Revision > 0 {
		lede = "Saved by " + draft.ByName + " on " + draft.At.Format("2 Jan 2006 at 15:04 UTC") + ". Only the agency sees it."
	}
	return p.editorPage(w, r, c, draft, lede, kit.Input{})
}

const unsaved = "This text is not saved yet."

// editorPage shows the text with what the check says of it.
func (p *Pages) editorPage(w http.ResponseWriter, r *http.Request, c ops.Contract, draft ops.Draft, lede string, in kit.Input) error {
	checked, err := p.Ops.Check(r.Context(), actor(r), c.ID, draft.Source)
	if err != nil && !web.Correctable(err) && !fault.Is(err, fault.TooLarge) {
		return err
	}
	result := checkViewOf(c, checked)
	if err != nil {
		result = checkViewOf(c, ops.Checked{Problems: fault.All(err)})
	}
	title := "Draft of the contract"
	if accepted := c.Accepted(); len(accepted) > 0 {
		title = "Draft of version " + number(accepted[len(accepted)-1].Number+1)
	}
	view := kit.PageView{Title: title, Eyebrow: c.Name, Lede: lede, Room: Room, State: kit.Pill("draft"), Status: in.Status(),
		Crumbs: []kit.Link{{Text: "Contract", Href: ContractPath(c)}}}
	if p.Priced && draft.Revision > 0 {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "What each choice is worth", Href: ContractPath(c) + "/edit/worth"}),
			kit.Button(kit.ButtonView{Text: "What if", Href: ContractPath(c) + "/what-if"}))
	}
	v := editorView{path: ContractPath(c), revision: strconv.Itoa(draft.Revision), source: strings.TrimRight(draft.Source, "\n"), check: result}
	if in.Err != nil {
		v.refused = &kit.NoticeView{Level: kit.Problem, Title: "Nothing was saved.", Text: kit.Sentence(fault.All(in.Err)[0].Message)}
		if fault.Is(in.Err, fault.Conflict) {
			v.refused.Links = []kit.Link{{Text: "Open the draft as it is now", Href: ContractPath(c) + "/edit"}}
		}
	}
	return web.Render(w, r, view, editor(v))
}

func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, err := p.contract(r)
	if err != nil {
		return err
	}
	source := values.Get("source") + "\n"
	revision, _ := strconv.Atoi(values.Get("revision"))
	if values.Get("do") == "check" {
		return p.editorPage(w, r, c, ops.Draft{Contract: c.ID, Source: source, Revision: revision}, unsaved, kit.Input{})
	}
	draft, err := p.Ops.Save(r.Context(), actor(r), ops.SaveInput{Contract: c.ID, Source: source, Revision: revision})
	if web.Correctable(err) || fault.Is(err, fault.TooLarge) {
		return p.editorPage(w, r, c, ops.Draft{Contract: c.ID, Source: source, Revision: revision}, unsaved, kit.Input{Err: err})
	}
	if err != nil {
		return err
	}
	if values.Get("do") == "propose" {
		web.Redirect(w, r, ContractPath(c)+"/propose")
		return nil
	}
	web.Flash(r, kit.Done, "Revision "+number(draft.Revision)+" of the draft is saved.")
	web.Redirect(w, r, ContractPath(c)+"/edit")
	return nil
}

// check answers with what the text would mean, while it is typed.
func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, err := p.contract(r)
	if err != nil {
		return err
	}
	checked, err := p.Ops.Check(r.Context(), actor(r), c.ID, values.Get("source")+"\n")
	if web.Correctable(err) || fault.Is(err, fault.TooLarge) {
		checked, err = ops.Checked{Problems: fault.All(err)}, nil
	}
	if err != nil {
		return err
	}
	return web.RenderFragment(w, r, checkResult(checkViewOf(c, checked)))
}
