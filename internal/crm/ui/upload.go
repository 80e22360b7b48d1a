package ui

import (
	"errors"
	"io"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showUpload(w http.ResponseWriter, r *http.Request) error {
	return p.uploadPage(w, r, kit.Input{})
}

func (p *Pages) uploadPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	view := kit.PageView{Title: "Import a file", Room: Room, Narrow: true, Crumbs: crumbs(r), Status: in.Status(),
		Lede: "First the file, then how it is read, then a dry run. Nothing becomes evidence before you apply it."}
	return web.Render(w, r, view, column(
		kit.Form(kit.FormView{Action: base(r) + "/import", Submit: "Upload", Cancel: base(r), Upload: true, Input: in, Fields: []kit.Field{{
			Name: "file", Label: "File", Kind: kit.Upload, Accept: ".csv,.tsv,.txt,.gz,.xlsx,text/csv,application/gzip,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			Hint: "CSV or an Excel workbook (.xlsx) from HubSpot, Salesforce, an advertising platform or any other system; CSV with comma, semicolon or tab, also packed with gzip; up to " + size(p.maxUpload()) + ". One table a file.",
		}}}),
		part("The order that works best", paragraphs(
			"Tables that others look things up in come first: Salesforce campaigns and leads, HubSpot deal stages and merges. Then companies, contacts, deals, the contacts of deals, touches, payments.",
			"Importing the same file twice changes nothing. A later export of the same table changes what differs, and keeps what it does not mention.")),
		part("Without a browser, or a file", links([]kit.Link{{Text: "Upload addresses for programs", Href: linksPath(r)}, {Text: "Pull from HubSpot or Salesforce", Href: pullsPath(r)}})),
		part("Sample files", links(sampleLinks(r))),
	))
}

func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	i, err := p.receive(r)
	if web.Correctable(err) || fault.Is(err, fault.TooLarge) {
		return p.uploadPage(w, r, kit.Input{Err: atFile(err)})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, stepPath(r, i.ID)+"/mapping")
	return nil
}

// receive takes the file out of the form as it arrives.
func (p *Pages) receive(r *http.Request) (ops.Import, error) {
	missing := fault.New(fault.Invalid, "file-missing", "Choose the file to upload.").At("file")
	parts, err := r.MultipartReader()
	if err != nil {
		return ops.Import{}, missing.Because(err)
	}
	for {
		field, err := parts.NextPart()
		if err == io.EOF {
			return ops.Import{}, missing
		}
		if err != nil {
			return ops.Import{}, whole(err)
		}
		if field.FormName() != "file" {
			continue
		}
		if field.FileName() == "" {
			return ops.Import{}, missing
		}
		i, err := p.Ops.Upload(r.Context(), actor(r), ops.UploadInput{Client: r.PathValue("client"), Filename: field.FileName(), Reader: field})
		return i, whole(err)
	}
}

// whole turns the error of a form that broke off, or whose parts have no end, into words; it leaves every other as it is.
func whole(err error) error {
	var badForm bool
	for _, cause := range []error{web.ErrIncomplete, io.ErrUnexpectedEOF, io.EOF} {
		badForm = badForm || errors.Is(err, cause)
	}
	if !badForm || len(fault.All(err)) > 0 && fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.New(fault.Invalid, "file-incomplete", "The file did not arrive whole. Choose it and send it again.").At("file").Because(err)
}

// atFile puts what is wrong with the file at its field.
func atFile(err error) error {
	var out fault.List
	for _, f := range fault.All(err) {
		out.Add(f.At("file"))
	}
	return out.Err()
}

// showStep leads to where an upload stands.
func (p *Pages) showStep(w http.ResponseWriter, r *http.Request) error {
	i, err := p.Ops.Show(r.Context(), actor(r), r.PathValue("client"), r.PathValue("id"))
	if err != nil {
		return err
	}
	switch {
	case i.State == ops.Applied:
		web.Redirect(w, r, importPath(r, i.No))
		return nil
	case i.State == ops.Checked:
		return p.checkedPage(w, r, i, kit.Input{})
	case i.State == ops.Applying, i.State == ops.Checking && !i.Stalled:
		return p.runningPage(w, r, i)
	case may(r, access.EvidenceMap):
		web.Redirect(w, r, stepPath(r, i.ID)+"/mapping")
		return nil
	}
	return web.Render(w, r, kit.PageView{Title: i.Filename, Room: Room, Crumbs: crumbs(r), State: statePill(i), Actions: discardAction(r, i)},
		kit.Notice(kit.NoticeView{Level: kit.Info, Text: "This file is uploaded and waits for somebody to state how it is read."}))
}
