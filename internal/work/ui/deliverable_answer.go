package ui

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// word is what a client can say of a version.
type word struct {
	step   work.Step
	verb   string // last part of the address
	title  string
	what   string // before "version 2 of Headline"
	button string
	danger bool
	done   string
	fields []kit.Field
}

var changesField = kit.Field{Name: "changes", Label: "What is to change", Kind: kit.Area, Rows: 8, Hint: "One point a line."}

var (
	approving = word{step: work.StepApproved, verb: "approve", title: "Approve", what: "You approve ", button: "Approve exactly this file", done: "Approved. Your name, the time and the SHA-256 of the file are recorded."}

	approvingWithChanges = word{step: work.StepApprovedWithChanges, verb: "approve-with-changes", title: "Approve with changes", what: "You approve, with changes that need no further look, ", button: "Approve with these changes",
		done: "Approved with changes.", fields: []kit.Field{changesField}}

	changing = word{step: work.StepFeedback, verb: "feedback", title: "Ask for changes", what: "You ask for changes to ", button: "Send these changes", done: "Sent to those who make it.", fields: []kit.Field{changesField,
		{Name: "own_error", Label: "They mend the agency's own error, so the next version opens no round", Kind: kit.Checkbox, Optional: true}}}

	rejecting = word{step: work.StepRejected, verb: "reject", title: "Reject", what: "You reject ", button: "Reject this version", danger: true, done: "Rejected.", fields: []kit.Field{
		{Name: "words", Label: "Why", Kind: kit.Area, Hint: "The agency reads it, and it stays in the record."},
		{Name: "own_error", Label: "It is the agency's own error, so the next version opens no round", Kind: kit.Checkbox, Optional: true}}}
)

func (p *Pages) showAnswer(a word) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return p.answerPage(w, r, a, kit.Input{}) }
}

func (p *Pages) answerPage(w http.ResponseWriter, r *http.Request, a word, in kit.Input) error {
	d, f, err := p.readVersion(r)
	if err != nil {
		return err
	}
	v := kit.ConfirmView{Action: versionPath(d.Deliverable, f.Number) + "/" + a.verb, What: a.what + "version " + itoa(f.Number) + " of " + d.Name + ".", Fields: a.fields, Danger: a.danger,
		Hidden: []kit.Field{{Name: "sha256", Value: f.SHA256}}, Button: a.button, Cancel: d.path(), Input: in, Follows: d.follows(a),
		Bound: []kit.Definition{{Term: "File", Value: kit.Text(f.Name + ", " + sizeWords(f.Bytes))}, {Term: "SHA-256", Value: kit.Hash(f.SHA256)}, {Term: "Round", Value: kit.Text(kit.Sentence(d.State.RoundWords()))}}}
	if wait := d.State.WaitWords(d.now); wait != "" {
		v.Bound = append(v.Bound, kit.Definition{Term: "Time", Value: kit.Text(kit.Sentence(wait))})
	}
	view := kit.PageView{Title: a.title, Eyebrow: d.Name, Room: DeliverablesRoom, Crumbs: d.crumbs(true), Status: in.Status()}
	web.AllowFrames(w)
	return web.Render(w, r, view, confirmed(v, d.preview(p, r, f)))
}

// follows is what the word brings: on the fee, the rounds and the dates.
func (d deliverableDesk) follows(a word) []string {
	switch a.step {
	case work.StepFeedback, work.StepRejected:
		return d.State.ChangeEffects(d.now)
	}
	return append(d.State.ApprovalEffects(d.now), d.State.DueWords(d.now)...)
}

func (p *Pages) answer(a word) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		_, f, err := p.readVersion(r)
		if err != nil {
			return err
		}
		in := ops.AnswerInput{Client: r.PathValue("client"), Deliverable: r.PathValue("deliverable"), Version: f.Number, SHA256: values.Get("sha256"), Step: a.step,
			OwnError: values.Get("own_error") != "", Words: values.Get("words")}
		if text := values.Get("changes"); text != "" {
			in.Changes = strings.Split(text, "\n")
		}
		if _, err = p.Ops.AnswerVersion(r.Context(), actor(r), in); web.Correctable(err) {
			return p.answerPage(w, r, a, kit.Input{Values: values, Err: err})
		}
		if err != nil {
			return err
		}
		web.Flash(r, kit.Done, a.done)
		web.Redirect(w, r, DeliverablePath(in.Client, in.Deliverable))
		return nil
	}
}

// history is what happened, the newest first.
func (d deliverableDesk) history() templ.Component {
	var items []kit.Happening
	for i := len(d.Steps) - 1; i >= 0; i-- {
		s := d.Steps[i]
		h := kit.Happening{When: d.moment(s.At), Who: s.By, Did: stepDid[s.Step]}
		if s.Version > 0 {
			h.What = "version " + itoa(s.Version)
		}
		var notes []string
		if s.Internal {
			notes = append(notes, "The client does not see this.")
		}
		if s.OwnError {
			notes = append(notes, "It mends the agency's own error.")
		}
		if s.Order != "" {
			notes = append(notes, "Agreed by "+s.Order+".")
		}
		if s.Words != "" {
			notes = append(notes, kit.Sentence(s.Words))
		}
		notes = append(notes, s.Changes...)
		h.Note = strings.Join(notes, " · ")
		items = append(items, h)
	}
	return under("What happened", kit.Timeline(items))
}

var stepDid = map[work.Step]string{
	work.StepProposed: "proposed it", work.StepSubmitted: "submitted", work.StepHeldBack: "held back", work.StepReleased: "showed the client", work.StepFeedback: "asked for changes to",
	work.StepApproved: "approved", work.StepApprovedWithChanges: "approved with changes", work.StepRejected: "rejected", work.StepLapsed: "accepted, by the client's silence,", work.StepPaid: "took note of the payment of its fee",
	work.StepHandedOver: "handed the acceptance over as evidence", work.StepWithdrawn: "withdrew it", work.StepArchived: "archived it",
}
