package ui

import (
	"net/http"
	"strings"

	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) showRelease(w http.ResponseWriter, r *http.Request) error {
	return p.releasePage(w, r, kit.Input{})
}

func (p *Pages) releasePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	d, f, err := p.readVersion(r)
	if err != nil {
		return err
	}
	v := kit.ConfirmView{Action: versionPath(d.Deliverable, f.Number) + "/release", What: "The client sees version " + itoa(f.Number) + " of " + d.Name + ".", Bound: d.reviewed(f),
		Hidden: []kit.Field{{Name: "sha256", Value: f.SHA256}}, Button: "Release it to the client", Cancel: d.path(), Input: in, Follows: d.State.ReleaseEffects(d.now)}
	if d.State.Opens() && d.Rules.NeedsOrder(d.State.Round+1) {
		orders, err := p.Ops.ReleaseOrders(r.Context(), actor(r), d.Client)
		if err != nil {
			return err
		}
		agreed := kit.Field{Name: "order", Label: "Change order", Kind: kit.Select, Optional: true, Hint: "The round is beyond those included; say which change order agreed it.", Options: []kit.Option{{Text: "Choose"}}}
		for _, name := range orders {
			agreed.Options = append(agreed.Options, kit.Option{Value: name, Text: name})
		}
		v.Fields = []kit.Field{agreed, {Name: "paper", Label: "Signed on paper: where it is kept", Optional: true, Hint: "Only where the order was not made here."}}
	}
	view := kit.PageView{Title: "Release a version", Eyebrow: d.Name, Room: DeliverablesRoom, Crumbs: d.crumbs(true), Status: in.Status()}
	web.AllowFrames(w)
	return web.Render(w, r, view, confirmed(v, d.preview(p, r, f)))
}

func (d deliverableDesk) reviewed(f ops.VersionFile) []kit.Definition {
	return []kit.Definition{{Term: "File", Value: kit.Text(f.Name + ", " + sizeWords(f.Bytes))}, {Term: "SHA-256", Value: kit.Hash(f.SHA256)}, {Term: "Submitted by", Value: kit.Text(f.ByName)}}
}

func (p *Pages) release(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, f, err := p.readVersion(r)
	if err != nil {
		return err
	}
	order := values.Get("order")
	if paper := strings.TrimSpace(values.Get("paper")); order == "" && paper != "" {
		order = ops.OnPaper + paper
	}
	d, err := p.Ops.ReleaseVersion(r.Context(), actor(r), ops.ReviewInput{Client: r.PathValue("client"), Deliverable: r.PathValue("deliverable"), Version: f.Number, SHA256: values.Get("sha256"), Order: order})
	if web.Correctable(err) {
		return p.releasePage(w, r, kit.Input{Values: values, Err: err})
	}
	return p.done(w, r, d, err, "Released. The client sees it now, and its time runs.")
}

func (p *Pages) showHoldBack(w http.ResponseWriter, r *http.Request) error {
	return p.holdBackPage(w, r, kit.Input{})
}

func (p *Pages) holdBackPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	d, f, err := p.readVersion(r)
	if err != nil {
		return err
	}
	web.AllowFrames(w)
	view := kit.PageView{Title: "Hold a version back", Eyebrow: d.Name, Room: DeliverablesRoom, Crumbs: d.crumbs(true), Status: in.Status()}
	return web.Render(w, r, view, confirmed(kit.ConfirmView{Action: versionPath(d.Deliverable, f.Number) + "/hold-back", What: "You hold version " + itoa(f.Number) + " of " + d.Name + " back.", Bound: d.reviewed(f),
		Hidden: []kit.Field{{Name: "sha256", Value: f.SHA256}}, Button: "Hold it back", Danger: true, Cancel: d.path(), Input: in,
		Follows: []string{"The client never sees it; the next version can be submitted.", "No round begins."},
		Fields:  []kit.Field{{Name: "words", Label: "Why", Kind: kit.Area, Hint: "Who made it reads it; the client does not."}}}, d.preview(p, r, f)))
}

func (p *Pages) holdBack(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, f, err := p.readVersion(r)
	if err != nil {
		return err
	}
	d, err := p.Ops.HoldBackVersion(r.Context(), actor(r), ops.ReviewInput{Client: r.PathValue("client"), Deliverable: r.PathValue("deliverable"), Version: f.Number, SHA256: values.Get("sha256"), Words: values.Get("words")})
	if web.Correctable(err) {
		return p.holdBackPage(w, r, kit.Input{Values: values, Err: err})
	}
	return p.done(w, r, d, err, "Held back.")
}
