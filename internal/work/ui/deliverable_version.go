package ui

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// previewBytes is how much of a text is shown.
const previewBytes = 64 << 10

// filePolicy lets a file that a browser shows load nothing and run nothing.
const filePolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// documentPolicy lets a page of this program show a PDF in a frame; its reader is the browser's own, and what is in it reaches nothing.
const documentPolicy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

func itoa(n int) string { return strconv.Itoa(n) }

func (p *Pages) version(w http.ResponseWriter, r *http.Request) error {
	d, f, err := p.readVersion(r)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Version " + itoa(f.Number), Eyebrow: d.Name, Room: DeliverablesRoom, Crumbs: d.crumbs(true)}
	web.AllowFrames(w)
	return web.Render(w, r, view, columns(d.preview(p, r, f), stack(under("The file", kit.DefinitionList(d.fileFacts(f)...)), d.said(f.Number))))
}

// fileFacts are what is known of a version.
func (d deliverableDesk) fileFacts(f ops.VersionFile) []kit.Definition {
	out := []kit.Definition{
		{Term: "File", Value: kit.Anchor(kit.Link{Text: f.Name, Href: versionPath(d.Deliverable, f.Number) + "/file"})},
		{Term: "Size", Value: kit.Text(sizeWords(f.Bytes))},
		{Term: "SHA-256", Value: kit.Hash(f.SHA256)},
		{Term: "Submitted", Value: kit.TwoLines(d.moment(f.At), "by "+f.ByName)},
	}
	for _, v := range d.State.Versions {
		if v.Number == f.Number && !v.Released.IsZero() {
			out = append(out, kit.Definition{Term: "Shown to the client", Value: d.moment(v.Released)}, kit.Definition{Term: "Round", Value: kit.Text(kit.Sentence(d.Rules.RoundWords(v.Round)))})
		}
	}
	if f.Note != "" {
		out = append(out, kit.Definition{Term: "What is new", Value: kit.Text(f.Note)})
	}
	return out
}

// said is the client's word on a version.
func (d deliverableDesk) said(number int) templ.Component {
	for _, v := range d.State.Versions {
		if v.Number == number && len(v.Changes) > 0 {
			return under("Changes that "+v.AnswerBy+" asked for", points(v.Changes))
		}
	}
	return templ.NopComponent
}

func sizeWords(n int64) string {
	switch {
	case n >= 10<<20:
		return itoa(int(n>>20)) + " MB"
	case n >= 10<<10:
		return itoa(int(n>>10)) + " KB"
	}
	return itoa(int(n)) + " bytes"
}

// newest is a look at the newest version that the person sees.
func (d deliverableDesk) newest(p *Pages, r *http.Request) templ.Component {
	if len(d.Files) == 0 {
		return kit.Empty(kit.EmptyView{Title: "No version yet", Text: "The first one stands here when it is ready to be seen."})
	}
	f := d.Files[len(d.Files)-1]
	return under("Version "+itoa(f.Number)+": "+f.Name, d.preview(p, r, f))
}

// preview shows a version: a picture, a PDF in the browser's own reader, which a page lets in by web.AllowFrames, or the beginning of a text. What could run is never run.
func (d deliverableDesk) preview(p *Pages, r *http.Request, f ops.VersionFile) templ.Component {
	at := versionPath(d.Deliverable, f.Number) + "/file"
	download := kit.Button(kit.ButtonView{Text: "Download " + f.Name, Href: at, Download: true})
	switch work.PreviewOf(f.Name) {
	case work.PreviewImage:
		return kit.Group(picture(at+"?show=1", "Version "+itoa(f.Number)+" of "+d.Name), download)
	case work.PreviewPDF:
		return kit.Group(document(at+"?show=1", "Version "+itoa(f.Number)+" of "+d.Name), kit.Button(kit.ButtonView{Text: "Open the PDF", Href: at + "?show=1"}), download)
	case work.PreviewText:
		text, whole, err := p.beginning(r, d.Deliverable, f)
		if err != nil {
			return kit.Notice(kit.NoticeView{Level: kit.Problem, Text: "The file cannot be read now. Tell whoever runs this installation."})
		}
		var note templ.Component = templ.NopComponent
		if !whole {
			note = kit.Quiet("The beginning is shown; the file has the rest.")
		}
		return kit.Group(kit.Code(kit.CodeView{Label: f.Name, Text: text}), note, download)
	}
	return kit.Group(kit.Text("Files of this type are not shown here."), download)
}

// beginning reads the first part of a text.
func (p *Pages) beginning(r *http.Request, d ops.Deliverable, f ops.VersionFile) (text string, whole bool, err error) {
	_, content, err := p.Ops.OpenVersion(r.Context(), actor(r), d.Client, d.ID, f.Number)
	if err != nil {
		return "", false, err
	}
	defer content.Close()
	head, err := io.ReadAll(io.LimitReader(content, previewBytes))
	for len(head) > 0 && !utf8.Valid(head) && f.Bytes > previewBytes {
		head = head[:len(head)-1]
	}
	return strings.ToValidUTF8(string(head), "\uFFFD"), f.Bytes <= previewBytes, err
}

// versionFile sends the file: as a download, or a picture or a PDF to be shown.
func (p *Pages) versionFile(w http.ResponseWriter, r *http.Request) error {
	d, f, err := p.readVersion(r)
	if err != nil {
		return err
	}
	_, content, err := p.Ops.OpenVersion(r.Context(), actor(r), d.Client, d.ID, f.Number)
	if err != nil {
		return err
	}
	defer content.Close()
	web.Attach(w, f.Name, f.Media)
	h := w.Header()
	h.Set("Content-Length", strconv.FormatInt(f.Bytes, 10))
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", filePolicy)
	if shown := work.PreviewOf(f.Name); r.URL.Query().Get("show") != "" && (shown == work.PreviewImage || shown == work.PreviewPDF) {
		h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": f.Name}))
		if shown == work.PreviewPDF {
			h.Set("Content-Security-Policy", documentPolicy)
		}
	}
	_, _ = io.Copy(w, content) // the reader has gone; nothing to do
	return nil
}

func (d deliverableDesk) versionTable() templ.Component {
	if len(d.Files) == 0 {
		return templ.NopComponent
	}
	table := kit.TableView{Caption: "Versions", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Version"}, {Title: "Submitted"}, {Title: "Round"}, {Title: "The client's word"}, {Title: "SHA-256"}}}
	for i := len(d.Files) - 1; i >= 0; i-- {
		f := d.Files[i]
		round, word := kit.Quiet("not shown to the client"), kit.Quiet("none yet")
		for _, v := range d.State.Versions {
			if v.Number != f.Number {
				continue
			}
			if !v.HeldBack.IsZero() {
				round = kit.Quiet("held back")
			}
			if !v.Released.IsZero() {
				round = kit.Text(d.Rules.RoundWords(v.Round))
			}
			word = d.wordOn(v, word)
		}
		name := kit.Anchor(kit.Link{Text: itoa(f.Number) + ": " + f.Name, Href: versionPath(d.Deliverable, f.Number)})
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{name, kit.TwoLines(d.moment(f.At), f.ByName), round, word, kit.Hash(f.SHA256)}})
	}
	parts := []templ.Component{kit.Table(table)}
	if n := len(d.Files); n > 1 {
		parts = append(parts, kit.Anchor(kit.Link{Text: "Compare versions " + itoa(d.Files[n-2].Number) + " and " + itoa(d.Files[n-1].Number), Href: d.path() + "/compare?a=" + itoa(d.Files[n-2].Number) + "&b=" + itoa(d.Files[n-1].Number)}))
	}
	return under("Versions", parts...)
}

// wordOn is what the client said of a version.
func (d deliverableDesk) wordOn(v work.Version, none templ.Component) templ.Component {
	a := d.State.Accepted
	switch {
	case v.Replaced:
		return kit.Quiet("replaced by a newer one")
	case !v.Answered.IsZero():
		return kit.TwoLines(kit.Text(answerWords[v.Answer]), v.AnswerBy)
	case a != nil && a.Version == v.Number:
		return kit.Text("accepted by silence")
	}
	return none
}

var answerWords = map[work.Step]string{work.StepFeedback: "changes asked", work.StepRejected: "rejected", work.StepApproved: "approved", work.StepApprovedWithChanges: "approved with changes"}

func (p *Pages) compareVersions(w http.ResponseWriter, r *http.Request) error {
	d, err := p.read(r)
	if err != nil {
		return err
	}
	var sides []templ.Component
	for _, side := range []string{"a", "b"} {
		number, _ := strconv.Atoi(r.URL.Query().Get(side))
		f, ok := d.File(number)
		if !ok {
			return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
		}
		sides = append(sides, under("Version "+itoa(f.Number)+": "+f.Name, d.preview(p, r, f), d.said(f.Number)))
	}
	view := kit.PageView{Title: "Two versions", Eyebrow: d.Name, Room: DeliverablesRoom, Crumbs: d.crumbs(true)}
	web.AllowFrames(w)
	return web.Render(w, r, view, sideBySide(sides[0], sides[1]))
}

func (p *Pages) submitVersion(w http.ResponseWriter, r *http.Request) error {
	d, note, err := p.receiveVersion(r)
	if web.Correctable(err) || fault.Is(err, fault.TooLarge) {
		return p.deliverablePage(w, r, kit.Input{Values: url.Values{"note": {note}}, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Version "+itoa(len(d.State.Versions))+" waits for the agency's review. The client does not see it yet.")
	web.Redirect(w, r, DeliverablePath(d.Client, d.ID))
	return nil
}

// receiveVersion takes the note and the file out of the form as they arrive: the note stands first, and is told for a form that is shown again.
func (p *Pages) receiveVersion(r *http.Request) (d ops.Deliverable, typed string, err error) {
	missing := fault.New(fault.Invalid, "file-missing", "Choose the file to submit.").At("file")
	parts, err := r.MultipartReader()
	if err != nil {
		return ops.Deliverable{}, "", missing.Because(err)
	}
	in := ops.SubmitVersionInput{Client: r.PathValue("client"), Deliverable: r.PathValue("deliverable")}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return ops.Deliverable{}, in.Note, missing
		}
		if err != nil {
			return ops.Deliverable{}, in.Note, brokenVersion(err)
		}
		switch part.FormName() {
		case "note":
			note, err := io.ReadAll(io.LimitReader(part, 64<<10))
			if err != nil {
				return ops.Deliverable{}, in.Note, brokenVersion(err)
			}
			if !web.Storable(string(note)) {
				return ops.Deliverable{}, in.Note, fault.New(fault.Invalid, "unprintable", "This holds a sign that no text can keep; type it again rather than paste it.").At("note")
			}
			in.Note = string(note)
		case "file":
			if part.FileName() == "" {
				return ops.Deliverable{}, in.Note, missing
			}
			in.Filename, in.Reader = part.FileName(), part
			d, err := p.Ops.SubmitVersion(r.Context(), actor(r), in)
			return d, in.Note, brokenVersion(err)
		}
	}
}

// broken turns the error of a form that broke off into words; it leaves every other as it is.
func brokenVersion(err error) error {
	for _, cause := range []error{web.ErrIncomplete, io.ErrUnexpectedEOF} {
		if errors.Is(err, cause) {
			return fault.New(fault.Invalid, "file-incomplete", "The file did not arrive whole. Choose it and send it again.").At("file").Because(err)
		}
	}
	return err
}
