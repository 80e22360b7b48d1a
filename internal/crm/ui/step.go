package ui

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) step(r *http.Request) (ops.Import, error) {
	return p.Ops.Show(r.Context(), actor(r), r.PathValue("client"), r.PathValue("id"))
}

func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	err := p.Ops.StartCheck(r.Context(), actor(r), r.PathValue("client"), id)
	if err != nil && !web.Correctable(err) {
		return err
	}
	if err != nil {
		web.Flash(r, kit.Problem, fault.All(err)[0].Message)
	}
	web.Redirect(w, r, stepPath(r, id))
	return nil
}

// runningPage shows how far a check or an import is. Without JavaScript the browser is asked to look again.
func (p *Pages) runningPage(w http.ResponseWriter, r *http.Request, i ops.Import) error {
	view := kit.PageView{Title: i.Filename, Room: Room, Narrow: true, Crumbs: crumbs(r), State: statePill(i)}
	if i.Stalled {
		return web.Render(w, r, view, column(
			kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "This import was interrupted",
				Text: "Nothing of it is visible yet. " + counted(i.RowsDone, "row") + " " + isOrAre(i.RowsDone) + " stored; it goes on from there. " + i.Message}),
			resumeButton(r, i)))
	}
	w.Header().Set("Refresh", "5")
	return web.Render(w, r, view, progressOf(r, i))
}

func resumeButton(r *http.Request, i ops.Import) templ.Component {
	if !may(r, access.EvidenceImport) {
		return nil
	}
	return kit.Button(kit.ButtonView{Text: "Go on with the import", Kind: kit.Primary, Post: stepPath(r, i.ID) + "/resume"})
}

func progressOf(r *http.Request, i ops.Import) templ.Component {
	label := "Reading " + i.Filename + " for the dry run"
	if i.State == ops.Applying {
		label = "Importing " + i.Filename
	}
	return kit.Progress(kit.ProgressView{Label: label, Done: min(i.BytesDone, i.Bytes), Total: i.Bytes,
		Text: counted(i.RowsDone, "row") + ", " + size(min(i.BytesDone, i.Bytes)) + " of " + size(i.Bytes), Poll: stepPath(r, i.ID) + "/progress"})
}

// progress answers the page that asks how far the work is.
func (p *Pages) progress(w http.ResponseWriter, r *http.Request) error {
	i, err := p.step(r)
	if err != nil {
		return err
	}
	if (i.State == ops.Checking || i.State == ops.Applying) && !i.Stalled {
		return web.RenderFragment(w, r, progressOf(r, i))
	}
	return web.RenderFragment(w, r, finished(stepPath(r, i.ID), "See what came out"))
}

func (p *Pages) resume(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	err := p.Ops.Resume(r.Context(), actor(r), r.PathValue("client"), id)
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	web.Redirect(w, r, stepPath(r, id))
	return nil
}

func (p *Pages) checkedPage(w http.ResponseWriter, r *http.Request, i ops.Import, in kit.Input) error {
	view := kit.PageView{Title: "Dry run of " + i.Filename, Room: Room, Crumbs: crumbs(r), State: statePill(i), Status: in.Status(),
		Lede: "This is what applying the file would do. Nothing has been stored as evidence yet."}
	if may(r, access.EvidenceImport) {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Apply…", Kind: kit.Primary, Href: stepPath(r, i.ID) + "/apply"}))
	}
	if may(r, access.EvidenceMap) {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Change the mapping", Href: stepPath(r, i.ID) + "/mapping"}))
	}
	view.Actions = append(view.Actions, discardAction(r, i)...)
	return web.Render(w, r, view, column(conflictNotice(in.Err), outcomeOf(i, stepPath(r, i.ID)+"/rejects.csv", values{p.zone(r)})))
}

func conflictNotice(err error) templ.Component {
	if err == nil {
		return nil
	}
	return kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "The import was not begun", Text: fault.All(err)[0].Message})
}

func (p *Pages) confirmApply(w http.ResponseWriter, r *http.Request) error {
	i, err := p.step(r)
	if err != nil {
		return err
	}
	if i.State != ops.Checked {
		web.Redirect(w, r, stepPath(r, i.ID))
		return nil
	}
	t := i.Tally
	follows := []string{"It gets the next number, and the record names you. It cannot be taken back: a mistake is corrected by a later import.",
		"Statements that are locked keep the import they were computed on."}
	if t.Rejected > 0 {
		follows = append(follows, counted(t.Rejected, "row")+" "+isOrAre(t.Rejected)+" left out, as the dry run lists.")
	}
	return web.Render(w, r, kit.PageView{Title: "Apply " + i.Filename, Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Dry run", Href: stepPath(r, i.ID)})},
		kit.ConfirmPage(kit.ConfirmView{Action: stepPath(r, i.ID) + "/apply", What: "You make this file part of the evidence.",
			Bound: []kit.Definition{def("File", kit.TwoLines(kit.Text(i.Filename), size(i.Bytes))), def("SHA-256", kit.Hash(i.SHA256)), def("Holds", kit.Text(contents(i.Mapping))),
				def("New", number(t.New)), def("Changed", number(t.Changed)), def("Unchanged", number(t.Unchanged)), def("Rejected rows", number(t.Rejected))},
			Follows: follows, Button: "Apply the import", Cancel: stepPath(r, i.ID)}))
}

func (p *Pages) apply(w http.ResponseWriter, r *http.Request) error {
	i, err := p.step(r)
	if err != nil {
		return err
	}
	err = p.Ops.StartApply(r.Context(), actor(r), i.Client, i.ID)
	if web.Correctable(err) && i.State == ops.Checked {
		return p.checkedPage(w, r, i, kit.Input{Err: err})
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	web.Redirect(w, r, stepPath(r, i.ID))
	return nil
}

func (p *Pages) stepRejects(w http.ResponseWriter, r *http.Request) error {
	i, err := p.step(r)
	if err != nil {
		return err
	}
	return p.sendRejects(w, r, i)
}

func (p *Pages) sendRejects(w http.ResponseWriter, r *http.Request, i ops.Import) error {
	name := "rejects.csv"
	if i.No > 0 {
		name = "rejects-import-" + strconv.FormatInt(i.No, 10) + ".csv"
	}
	web.Attach(w, name, "text/csv; charset=utf-8")
	return p.Ops.WriteRejects(r.Context(), actor(r), i.Client, i.ID, w)
}
