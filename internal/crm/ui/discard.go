package ui

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func discardPath(r *http.Request, i ops.Import) string { return stepPath(r, i.ID) + "/discard" }

// discardable: the upload may still be taken away, by this person.
func discardable(r *http.Request, i ops.Import) bool {
	return i.State != ops.Applying && i.State != ops.Applied && may(r, access.EvidenceImport)
}

// discardAction leads to the question; nothing when it is not to be asked.
func discardAction(r *http.Request, i ops.Import) []templ.Component {
	if !discardable(r, i) {
		return nil
	}
	return []templ.Component{kit.Button(kit.ButtonView{Text: "Discard…", Href: discardPath(r, i)})}
}

func (p *Pages) confirmDiscard(w http.ResponseWriter, r *http.Request) error {
	i, err := p.step(r)
	if err != nil {
		return err
	}
	if !discardable(r, i) {
		web.Redirect(w, r, stepPath(r, i.ID))
		return nil
	}
	return web.Render(w, r, kit.PageView{Title: "Discard " + i.Filename, Room: Room, Narrow: true, Crumbs: crumbs(r)},
		kit.ConfirmPage(kit.ConfirmView{Action: discardPath(r, i), What: "You take this upload away.",
			Bound: []kit.Definition{def("File", kit.TwoLines(kit.Text(i.Filename), size(i.Bytes))), def("SHA-256", kit.Hash(i.SHA256)),
				def("Uploaded", kit.TwoLines(kit.MomentText(i.UploadedAt, p.zone(r)), i.ActorName))},
			Follows: []string{"The file is deleted, unless another upload or import is the same file. Nothing of this one has become evidence, so no deal and no statement changes.", "The record keeps that you did it."},
			Button:  "Discard the upload", Danger: true, Cancel: base(r)}))
}

func (p *Pages) discard(w http.ResponseWriter, r *http.Request) error {
	i, err := p.step(r)
	if err != nil {
		return err
	}
	err = p.Ops.Discard(r.Context(), actor(r), i.Client, i.ID)
	if fault.Is(err, fault.Conflict) {
		web.Flash(r, kit.Problem, fault.All(err)[0].Message)
		web.Redirect(w, r, stepPath(r, i.ID))
		return nil
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, i.Filename+" is discarded.")
	web.Redirect(w, r, base(r))
	return nil
}
