// Package api holds the operations of the work for programs: deliverables, their versions and the client's word on them.
package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

const (
	deliverablesPath = "/clients/{client}/deliverables"
	deliverablePath  = deliverablesPath + "/{deliverable}"
	versionPath      = deliverablePath + "/versions/{version}"
)

// Deliverables are the operations of deliverables.
type Deliverables struct {
	Work *ops.Service
}

// Register adds them to the API.
func (o *Deliverables) Register(a *api.API) {
	op := func(method, path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{"Deliverables"}, Action: string(action)}
	}
	api.Register(a, op(http.MethodGet, deliverablesPath, "listDeliverables", "List the deliverables of a client, the newest first", access.DeliverableSee), o.list)
	propose := op(http.MethodPost, deliverablesPath, "proposeDeliverable", "Propose a deliverable", access.DeliverablePropose)
	propose.Status = http.StatusCreated
	api.Register(a, propose, o.propose)
	api.Register(a, op(http.MethodGet, deliverablePath, "getDeliverable", "Read a deliverable with its versions, rounds and whose it is", access.DeliverableSee), o.get)
	submit := op(http.MethodPost, deliverablePath+"/versions", "submitVersion", "Submit a file as the next version", access.DeliverableSubmit)
	submit.Description, submit.Status, submit.MaxBody = "The file is the body itself. The client sees it when the agency has released it.", http.StatusCreated, work.MaxVersion
	submit.Accepts = []string{"application/octet-stream"}
	api.Register(a, submit, o.submit)
	file := op(http.MethodGet, versionPath+"/file", "getVersionFile", "Download the file of a version", access.DeliverableSee)
	file.Produces = []string{"application/octet-stream"}
	api.Register(a, file, o.file)
	api.Register(a, op(http.MethodPost, versionPath+"/release", "releaseVersion", "Let the client see a version", access.DeliverableRelease), o.release)
	api.Register(a, op(http.MethodPost, versionPath+"/hold-back", "holdVersionBack", "Send a version back to who made it", access.DeliverableRelease), o.holdBack)
	api.Register(a, op(http.MethodPost, versionPath+"/answer", "answerVersion", "Approve exactly this file, ask for changes, or reject it", access.DeliverableAnswer), o.answer)
	api.Register(a, op(http.MethodPost, deliverablePath+"/withdraw", "withdrawDeliverable", "Withdraw a deliverable that nobody wants any more", access.DeliverablePropose), o.withdraw)
}

// Deliverable is one as the caller may see it.
type Deliverable struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Note      string    `json:"note,omitempty"`
	Contract  string    `json:"contract,omitempty" doc:"Id of the contract that governs it"`
	Terms     int       `json:"terms,omitempty" doc:"Version of the contract that governs it for life"`
	Request   string    `json:"request,omitempty"`
	Provider  string    `json:"provider,omitempty" doc:"Id of the specialist that makes it; absent for the agency"`
	Milestone string    `json:"milestone,omitempty"`
	Part      string    `json:"part,omitempty"`
	FeeMonth  string    `json:"fee_month,omitempty"`
	Stage     string    `json:"stage" enum:"proposed,with client,changes asked,rejected,accepted,withdrawn"`
	Archived  bool      `json:"archived"`
	Round     int       `json:"round" doc:"The round that goes on; 0: none was opened"`
	Rounds    string    `json:"rounds" doc:"In words: round 1 of 2"`
	Due       string    `json:"due,omitempty" format:"date-time" doc:"The first instant that is late, after what late feedback moved"`
	DueWords  []string  `json:"due_words" nullable:"false" doc:"The day, and what moved it"`
	Waits     string    `json:"waits,omitempty" doc:"Until when the client's word is awaited"`
	Accepted  *Accepted `json:"accepted,omitempty"`
	Owner     string    `json:"owner,omitempty" enum:"agency,client" doc:"Absent where the contract does not say, and to specialists"`
	OwnerWhy  string    `json:"owner_why,omitempty"`
	Versions  []Version `json:"versions" nullable:"false"`
	CreatedAt time.Time `json:"created_at"`
}

// Accepted is the acceptance of a version.
type Accepted struct {
	Version int       `json:"version"`
	SHA256  string    `json:"sha256" doc:"Of exactly the file that was shown"`
	How     string    `json:"how" enum:"approved,approved-with-changes,deemed-accepted"`
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty" doc:"Absent for silence"`
}

// Version is one file.
type Version struct {
	Number      int       `json:"number"`
	File        string    `json:"file"`
	Media       string    `json:"media"`
	Bytes       int64     `json:"bytes"`
	SHA256      string    `json:"sha256"`
	Note        string    `json:"note,omitempty"`
	SubmittedAt time.Time `json:"submitted_at"`
	SubmittedBy string    `json:"submitted_by"`
	Released    bool      `json:"released" doc:"The client sees it"`
	Answer      string    `json:"answer,omitempty" enum:"feedback,approved,approved-with-changes,rejected"`
	Changes     []string  `json:"changes" nullable:"false"`
}

func (o *Deliverables) of(d ops.Deliverable) Deliverable {
	now := o.Work.Now()
	out := Deliverable{ID: d.ID, Name: d.Name, Note: d.Note, Contract: d.Contract, Terms: d.Terms, Request: d.Request, Provider: d.Provider, Milestone: d.Milestone, Part: d.Part, FeeMonth: d.FeeMonth,
		Stage: string(d.State.Stage), Archived: d.State.Archived, Round: d.State.Round, Rounds: d.State.RoundWords(), DueWords: d.State.DueWords(now), Waits: d.State.WaitWords(now), Versions: []Version{}, CreatedAt: d.CreatedAt}
	if out.DueWords == nil {
		out.DueWords = []string{}
	}
	if due, ok := d.State.DueNow(now); ok {
		out.Due = due.UTC().Format(time.RFC3339)
	}
	if a := d.State.Accepted; a != nil {
		out.Accepted = &Accepted{Version: a.Version, SHA256: a.SHA256, How: string(a.How), At: a.At.UTC(), By: a.By}
	}
	if d.Owned != nil {
		out.Owner, out.OwnerWhy = string(d.Owned.Owner), d.Owned.Why
	}
	for _, f := range d.Files {
		v := Version{Number: f.Number, File: f.Name, Media: f.Media, Bytes: f.Bytes, SHA256: f.SHA256, Note: f.Note, SubmittedAt: f.At, SubmittedBy: f.ByName, Released: f.Released, Changes: []string{}}
		for _, s := range d.State.Versions {
			if s.Number == f.Number {
				v.Answer, v.Changes = string(s.Answer), append(v.Changes, s.Changes...)
			}
		}
		out.Versions = append(out.Versions, v)
	}
	return out
}

// OfDeliverable names a deliverable in the address.
type OfDeliverable struct {
	Client      string `path:"client" doc:"Id of the client"`
	Deliverable string `path:"deliverable" doc:"Id of the deliverable"`
}

// OfVersion names a version in the address.
type OfVersion struct {
	OfDeliverable
	Version int `path:"version" minimum:"1" maximum:"100000" doc:"Its number"`
}

func (o *Deliverables) list(ctx context.Context, in *struct {
	api.Page
	Client  string `path:"client" doc:"Id of the client"`
	Name    string `query:"name" maxLength:"200" doc:"Part of the name"`
	Request string `query:"request" maxLength:"100" doc:"Only those of a request"`
}) (*api.Answer[api.List[Deliverable]], error) {
	page, err := o.Work.ListDeliverables(ctx, access.ActorFrom(ctx), in.Client, ops.DeliverableFilter{Name: in.Name, Request: in.Request, After: in.After, Limit: in.Limit})
	if err != nil {
		if fault.Code(err) == "after-unknown" {
			err = fault.Moved(err, func(string) string { return "query.after" })
		}
		return nil, err
	}
	out := make([]Deliverable, len(page.List))
	for i, d := range page.List {
		out[i] = o.of(d)
	}
	next := ""
	if page.More {
		next = out[len(out)-1].ID
	}
	return api.ListOf(out, next), nil
}

// Proposal is what the agency will make.
type Proposal struct {
	Name      string `json:"name" minLength:"1" maxLength:"200"`
	Note      string `json:"note,omitempty" maxLength:"4000"`
	Contract  string `json:"contract,omitempty" doc:"Id of the contract; its terms of today govern the deliverable for life"`
	Request   string `json:"request,omitempty" maxLength:"100"`
	Provider  string `json:"provider,omitempty" doc:"Id of a specialist; absent for the agency"`
	Due       string `json:"due,omitempty" format:"date"`
	Milestone string `json:"milestone,omitempty" doc:"As the contract names it: approved here, it is accepted there"`
	Part      string `json:"part,omitempty" example:"50 %"`
	FeeMonth  string `json:"fee_month,omitempty" example:"2026-03" doc:"It counts as paid when all invoices up to this month are"`
	PastDue   bool   `json:"past_due,omitempty" doc:"It is meant that the day on which it is due is past"`
	Key       string `json:"key" minLength:"8" maxLength:"100" doc:"The same key proposes once, however often it is sent"`
}

func (o *Deliverables) propose(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   Proposal
}) (*api.Created[Deliverable], error) {
	b := in.Body
	p := ops.ProposeDeliverableInput{Client: in.Client, Name: b.Name, Note: b.Note, Contract: b.Contract, Request: b.Request, Provider: b.Provider, Milestone: b.Milestone, Part: b.Part, FeeMonth: b.FeeMonth, PastDue: b.PastDue, Key: b.Key}
	if b.Due != "" {
		var err error
		if p.Due, err = cal.ParseDate(b.Due); err != nil {
			return nil, fault.All(err)[0].At("due")
		}
	}
	d, err := o.Work.ProposeDeliverable(ctx, access.ActorFrom(ctx), p)
	if err != nil {
		return nil, err
	}
	return &api.Created[Deliverable]{Location: api.Path("clients", d.Client, "deliverables", d.ID), Body: o.of(d)}, nil
}

func (o *Deliverables) answerWith(d ops.Deliverable, err error) (*api.Answer[Deliverable], error) {
	if err != nil {
		return nil, err
	}
	return &api.Answer[Deliverable]{Body: o.of(d)}, nil
}

func (o *Deliverables) get(ctx context.Context, in *OfDeliverable) (*api.Answer[Deliverable], error) {
	return o.answerWith(o.Work.ShowDeliverable(ctx, access.ActorFrom(ctx), in.Client, in.Deliverable))
}

func (o *Deliverables) submit(ctx context.Context, in *struct {
	OfDeliverable
	api.Upload
	Filename string `query:"filename" required:"true" minLength:"1" maxLength:"200" example:"landing-page.png" doc:"Its ending says what it is; the content must be that"`
	Note     string `query:"note" maxLength:"4000" doc:"What is new in it; the client reads it when it is released"`
}) (*api.Created[Deliverable], error) {
	d, err := o.Work.SubmitVersion(ctx, access.ActorFrom(ctx), ops.SubmitVersionInput{Client: in.Client, Deliverable: in.Deliverable, Filename: in.Filename, Reader: in.Stream(), Note: in.Note})
	if err != nil {
		return nil, err
	}
	return &api.Created[Deliverable]{Location: api.Path("clients", d.Client, "deliverables", d.ID), Body: o.of(d)}, nil
}

func (o *Deliverables) file(ctx context.Context, in *OfVersion) (*api.Download, error) {
	f, content, err := o.Work.OpenVersion(ctx, access.ActorFrom(ctx), in.Client, in.Deliverable, in.Version)
	if err != nil {
		return nil, err
	}
	return api.Stream("application/octet-stream", f.Name, func(_ context.Context, w io.Writer) error {
		defer content.Close()
		_, err := io.Copy(w, content)
		return err
	}), nil
}

// Review is the agency's word on exactly a file.
type Review struct {
	SHA256 string `json:"sha256" minLength:"64" maxLength:"64" doc:"Of the file that was looked at"`
	Order  string `json:"order,omitempty" maxLength:"200" doc:"Of a release that opens a further round: the change order that agreed it, such as change order 2: One more round; or on paper: and where it is kept"`
	Words  string `json:"words,omitempty" maxLength:"4000" doc:"Why it is held back"`
}

func (in Review) of(at OfVersion) ops.ReviewInput {
	return ops.ReviewInput{Client: at.Client, Deliverable: at.Deliverable, Version: at.Version, SHA256: in.SHA256, Order: in.Order, Words: in.Words}
}

func (o *Deliverables) release(ctx context.Context, in *struct {
	OfVersion
	Body Review
}) (*api.Answer[Deliverable], error) {
	return o.answerWith(o.Work.ReleaseVersion(ctx, access.ActorFrom(ctx), in.Body.of(in.OfVersion)))
}

func (o *Deliverables) holdBack(ctx context.Context, in *struct {
	OfVersion
	Body Review
}) (*api.Answer[Deliverable], error) {
	return o.answerWith(o.Work.HoldBackVersion(ctx, access.ActorFrom(ctx), in.Body.of(in.OfVersion)))
}

// Answer is the client's word on exactly a file.
type Answer struct {
	SHA256   string   `json:"sha256" minLength:"64" maxLength:"64" doc:"Of the file that was shown"`
	Answer   string   `json:"answer" enum:"feedback,approved,approved-with-changes,rejected"`
	Changes  []string `json:"changes,omitempty" maxItems:"100" nullable:"false" doc:"Of feedback and of an approval with changes"`
	OwnError bool     `json:"own_error,omitempty" doc:"They mend the agency's own error, so that the next version opens no round"`
	Words    string   `json:"words,omitempty" maxLength:"4000" doc:"Why it is rejected"`
}

func (o *Deliverables) answer(ctx context.Context, in *struct {
	OfVersion
	Body Answer
}) (*api.Answer[Deliverable], error) {
	b := in.Body
	return o.answerWith(o.Work.AnswerVersion(ctx, access.ActorFrom(ctx), ops.AnswerInput{Client: in.Client, Deliverable: in.Deliverable, Version: in.Version, SHA256: b.SHA256, Step: work.Step(b.Answer),
		Changes: b.Changes, OwnError: b.OwnError, Words: b.Words}))
}

func (o *Deliverables) withdraw(ctx context.Context, in *struct {
	OfDeliverable
	Body struct {
		Words string `json:"words" minLength:"1" maxLength:"4000" doc:"Why; the client reads it"`
	}
}) (*api.Answer[Deliverable], error) {
	return o.answerWith(o.Work.WithdrawDeliverable(ctx, access.ActorFrom(ctx), in.Client, in.Deliverable, in.Body.Words))
}
