package ui

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func linksPath(r *http.Request) string { return base(r) + "/links" }

func (p *Pages) showLinks(w http.ResponseWriter, r *http.Request) error {
	return p.linksPage(w, r, kit.Input{})
}

func (p *Pages) linksPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	list, err := p.Ops.UploadLinks(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	kept := []kit.Option{{Value: "", Text: "wait until a person says how each file is read"}}
	if may(r, access.EvidenceMap) {
		saved, err := p.Ops.SavedMappings(r.Context(), actor(r), r.PathValue("client"))
		if err != nil {
			return err
		}
		for _, s := range saved {
			kept = append(kept, kit.Option{Value: s.Name, Text: "apply at once by the kept mapping " + s.Name})
		}
	}
	view := kit.PageView{Title: "Upload addresses", Room: Room, Crumbs: crumbs(r, kit.Link{Text: "Import a file", Href: base(r) + "/import"}), Status: in.Status(),
		Lede: "An address to which a program sends files of this client, such as a nightly report. Whoever knows it can send files and do nothing else. It acts for you, as long as you may import."}
	return web.Render(w, r, view, column(
		kit.Table(p.linkTable(r, list)),
		part("Make an address", kit.Form(kit.FormView{Action: linksPath(r), Submit: "Make the address", Input: in, Fields: []kit.Field{
			{Name: "label", Label: "Who sends", Hint: "Shown in the record beside each file, such as “Google Ads, nightly”."},
			{Name: "days", Label: "Works for how many days", Value: "90", Hint: "After that a new one must be made."},
			{Name: "mapping", Label: "A file that arrives shall", Kind: kit.Select, Options: kept, Optional: true, Hint: "Where the mapping does not fit a file, that one waits for a person."},
		}})),
	))
}

func (p *Pages) linkTable(r *http.Request, list []ops.UploadLink) kit.TableView {
	v := kit.TableView{Caption: "Upload addresses", Cards: true, Columns: []kit.Column{{Title: "Who sends"}, {Title: "A file"}, {Title: "Made by"}, {Title: "Works until"}, {Title: "Files sent", Align: kit.End}, {Title: "Revoke", Hidden: true}}}
	for _, l := range list {
		reads := "waits for a person"
		if l.Mapping != "" {
			reads = "is applied by the mapping " + l.Mapping
		}
		until, action := l.ExpiresAt.In(p.zone(r)).Format("2 January 2006, 15:04"), templ.Component(kit.Button(kit.ButtonView{Text: "Revoke…", Href: linksPath(r) + "/" + url.PathEscape(l.ID) + "/revoke"}))
		switch {
		case !l.RevokedAt.IsZero():
			until, action = "revoked", kit.Text("")
		case !l.ExpiresAt.After(p.Ops.Now()):
			until, action = "ended "+until, kit.Text("")
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(l.Label), kit.Text(reads), kit.Text(l.MadeBy), kit.Text(until), number(l.Used), action}})
	}
	if len(v.Rows) == 0 {
		v.Empty = kit.Notice(kit.NoticeView{Level: kit.Info, Text: "There is no upload address yet."})
	}
	return v
}

func (p *Pages) makeLink(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	days, _ := strconv.Atoi(strings.TrimSpace(values.Get("days"))) // what is no number is refused as too few
	secret, link, err := p.Ops.MakeUploadLink(r.Context(), actor(r), ops.UploadLinkInput{Client: r.PathValue("client"), Label: values.Get("label"), Days: days,
		Mapping: values.Get("mapping"), MaxBytes: p.maxUpload()})
	if web.Correctable(err) {
		return p.linksPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	// Shown in the answer itself: the secret is kept nowhere, so there is no page to lead to.
	w.Header().Set("Cache-Control", "no-store")
	workspace, _ := db.Workspace(r.Context())
	address := strings.TrimSuffix(p.PublicURL, "/") + "/upload/" + url.PathEscape(workspace) + "/" + link.ID + "/" + secret
	view := kit.PageView{Title: "Address for " + link.Label, Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Upload addresses", Href: linksPath(r)})}
	return web.Render(w, r, view, addressBody(address, linksPath(r)))
}

func (p *Pages) confirmRevokeLink(w http.ResponseWriter, r *http.Request) error {
	list, err := p.Ops.UploadLinks(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(l ops.UploadLink) bool { return l.ID == r.PathValue("link") }) {
		return fault.New(fault.NotFound, "upload-link", "There is no such upload address.")
	}
	return web.Render(w, r, kit.PageView{Title: "Revoke an upload address", Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Upload addresses", Href: linksPath(r)})},
		kit.ConfirmPage(kit.ConfirmView{Action: r.URL.Path, Button: "Revoke", Danger: true, Cancel: linksPath(r), What: "You revoke this upload address.",
			Follows: []string{"The program that uses it is refused from its next file on.", "Files that it sent stay what they are."}}))
}

func (p *Pages) revokeLink(w http.ResponseWriter, r *http.Request) error {
	if err := p.Ops.RevokeUploadLink(r.Context(), actor(r), r.PathValue("client"), r.PathValue("link")); err != nil {
		return err
	}
	web.Redirect(w, r, linksPath(r))
	return nil
}

// receiveFile takes the body of a request in as a file. It is for programs: answers are JSON.
func (p *Pages) receiveFile(w http.ResponseWriter, r *http.Request) error {
	ctx := db.WithWorkspace(r.Context(), r.PathValue("workspace"))
	got, err := p.Ops.ReceiveByLink(ctx, r.PathValue("link"), r.PathValue("secret"), sentName(r), r.Body)
	if err = whole(err); err != nil && (len(fault.All(err)) == 0 || fault.KindOf(err) == fault.Internal) {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	answer := map[string]any{"import": got.Import, "state": got.State}
	status := http.StatusAccepted
	switch {
	case err != nil:
		status, answer = fault.HTTPStatus(fault.KindOf(err)), map[string]any{"code": fault.Code(err), "message": fault.All(err)[0].Message}
	case got.No > 0:
		status, answer["number"] = http.StatusOK, got.No
	default:
		answer["message"] = got.Message
	}
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(answer)
}

// sentName is the name that the sender gives the file: behind the address, or in the header that browsers use; "" when it gives none.
func sentName(r *http.Request) string {
	if name := r.URL.Query().Get("filename"); name != "" {
		return name
	}
	if _, with, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil && with["filename"] != "" {
		return with["filename"]
	}
	return ""
}
