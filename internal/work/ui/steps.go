package ui

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// stepping is what the form of a step sent.
type stepping struct {
	ops.Act
	values url.Values
}

// step is what can be done with a request. Its fields are named after its verb, for several stand on one page.
type step struct {
	verb   string
	action access.Action
	label  string // opens the form
	button string
	tone   kit.ButtonKind
	offers func(d desk) bool
	fields func(d desk) []kit.Field
	take   func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error)
	done   string                      // after "R-12 "
	said   func(r *ops.Request) string // instead of done, where it depends
}

var needed = kit.Field{Name: "note", Label: "Words", Kind: kit.Area, Rows: 2}

func noteField(label, hint string, optional bool) kit.Field {
	f := needed
	f.Label, f.Hint, f.Optional = label, hint, optional
	return f
}

// only are the same fields for everybody; each page gets its own, for it names them.
func only(fields ...kit.Field) func(desk) []kit.Field {
	return func(desk) []kit.Field { return slices.Clone(fields) }
}

const clientReads = "Everybody who sees the request reads this, the client too."

func can(kind work.Kind) func(desk) bool {
	return func(d desk) bool { return d.State.Can(kind) }
}

var steps = []step{
	{verb: "assign", action: access.RequestWork, label: "Give to a person", button: "Give it", offers: can(work.Assigned), said: assignedWords,
		fields: func(d desk) []kit.Field {
			return []kit.Field{{Name: "assignee", Label: "Person", Kind: kit.Select, Optional: true, Value: d.State.Assignee, Options: choose("nobody", d.Doers)}}
		},
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
			return o.Assign(ctx, who, in.Act, in.values.Get("assignee"))
		}},
	{verb: "triage", action: access.RequestWork, label: "Give to the agency or a specialist", button: "Give it", offers: can(work.Triaged), said: givenWords,
		fields: func(d desk) []kit.Field {
			return []kit.Field{{Name: "provider", Label: "Done by", Kind: kit.Select, Optional: true, Value: d.State.Provider, Options: choose("the agency", d.Specialists), Hint: "A specialist has it at once and its time begins; the agency's runs on."}, noteField("Words", clientReads, true)}
		},
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
			return o.HandTo(ctx, who, in.Act, in.values.Get("provider"))
		}},
	scopeStep,
	{verb: "ask", action: access.RequestWork, label: "Wait on the client", button: "Wait on the client", done: "waits on the client; the agency's time stands still.",
		offers: func(d desk) bool { return d.State.Can(work.Waits) && d.State.Waiting != work.OnClient },
		fields: only(noteField("What the client is asked for", clientReads, false)), take: waitsOn(work.OnClient)},
	{verb: "hand", action: access.RequestWork, label: "Wait on the specialist", button: "Wait on the specialist", done: "waits on the specialist; the agency's time runs on.",
		offers: func(d desk) bool {
			return d.State.Can(work.Waits) && d.State.Waiting == work.OnNobody && (len(d.Specialists) > 0 || d.State.Provider != "")
		},
		fields: only(noteField("What is asked of it", clientReads, true)), take: waitsOn(work.OnSpecialist)},
	{verb: "back", action: access.RequestReturn, label: "Hand back to the agency", button: "Hand it back", done: "is with the agency again.",
		offers: func(d desk) bool {
			return d.State.Can(work.Waits) && d.State.Waiting == work.OnSpecialist && !d.State.AwaitsFeedback()
		},
		fields: only(noteField("Words", clientReads, true)), take: waitsOn(work.OnNobody)},
	{verb: "go-on", action: access.RequestWork, label: "Wait on the client no more", button: "Go on with it", done: "goes on; the agency's time runs again.",
		offers: func(d desk) bool {
			return d.State.Can(work.Waits) && d.State.Waiting == work.OnClient && !d.State.AwaitsFeedback()
		},
		fields: only(noteField("Words", clientReads, true)), take: waitsOn(work.OnNobody)},
	{verb: "priority", action: access.RequestWork, label: "Change the priority", button: "Change it", offers: can(work.Prioritised), done: "has its new priority; what is used of the time stays used.",
		fields: rankingFields,
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
			return o.Prioritise(ctx, who, in.Act, work.Ranking{Priority: contract.Priority(in.values.Get("priority")), Impact: contract.Weight(in.values.Get("impact")), Urgency: contract.Weight(in.values.Get("urgency"))})
		}},
	{verb: "resolve", action: access.RequestWork, label: "Resolve", button: "Resolve it", offers: can(work.Resolved), done: "is resolved.",
		fields: only(noteField("What was done", clientReads, true)),
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
			return o.Resolve(ctx, who, in.Act)
		}},
	{verb: "decline", action: access.RequestWork, label: "Decline", button: "Decline it", tone: kit.Danger, offers: can(work.Declined), done: "is declined.",
		fields: only(noteField("Why", clientReads, false)),
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
			return o.Decline(ctx, who, in.Act)
		}},
	{verb: "excuse", action: access.RequestExcuse, label: "Excuse a missed promise", button: "Excuse it", done: "has a miss less that counts; the evidence of a month that was handed over is corrected.",
		offers: func(d desk) bool { return len(d.missed(false)) > 0 },
		fields: func(d desk) []kit.Field {
			return []kit.Field{{Name: "clock", Label: "Promise", Kind: kit.Select, Options: d.missed(false)}, noteField("Why it does not count", clientReads, false)}
		},
		take: excuses(true)},
	{verb: "unexcuse", action: access.RequestExcuse, label: "Take an excuse back", button: "Let it count", tone: kit.Danger, done: "has a miss more that counts; the evidence of a month that was handed over is corrected.",
		offers: func(d desk) bool { return len(d.missed(true)) > 0 },
		fields: func(d desk) []kit.Field {
			return []kit.Field{{Name: "clock", Label: "Promise", Kind: kit.Select, Options: d.missed(true)}, noteField("Why it counts", clientReads, false)}
		},
		take: excuses(false)},
	{verb: "withdraw", action: access.RequestWithdraw, label: "Withdraw", button: "Withdraw it", tone: kit.Danger, offers: can(work.Withdrawn), done: "is withdrawn.",
		fields: only(noteField("Why", "", true)),
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
			return o.Withdraw(ctx, who, in.Act)
		}},
	{verb: "reopen", action: access.RequestReopen, label: "Reopen", button: "Reopen it", offers: can(work.Reopened), done: "is open again.",
		fields: only(noteField("What is missing or wrong", clientReads, false)),
		take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
			return o.Reopen(ctx, who, in.Act)
		}},
}

// assignedWords and givenWords tell to whom a request was given, after its name.
func assignedWords(r *ops.Request) string {
	if r.State.Assignee == "" {
		return "has nobody now. What was promised of it runs on."
	}
	return "has its person."
}

func givenWords(r *ops.Request) string {
	switch {
	case r.State.Provider == "":
		return "is done by the agency."
	case r.State.Waiting == work.OnSpecialist:
		return "is with the specialist, whose time runs; the agency's runs on."
	}
	return "is done by the specialist, and is handed over when nothing waits on the client any more."
}

// rankingFields ask for what the contract makes the priority of, and besides for one that is set against it.
func rankingFields(d desk) []kit.Field {
	f := priorityField("priority", "")
	why := noteField("Why", clientReads, false)
	if d.Levels.Priority == nil {
		f.Value = string(d.State.Priority)
		return []kit.Field{f, why}
	}
	f.Optional, f.Hint = true, "Another one than the contract says needs its reason below."
	f.Options = append([]kit.Option{{Value: "", Text: "what the contract says"}}, f.Options...)
	if m := d.Levels.Priority; d.State.Impact != "" {
		if p, _ := m.Of(d.State.Impact, d.State.Urgency); p != d.State.Priority {
			f.Value = string(d.State.Priority)
		}
	}
	return append(weightFields(d.Levels.Priority, d.State), f, why)
}

func excuses(excused bool) func(context.Context, *ops.Service, access.Actor, stepping) (*ops.Request, error) {
	return func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
		return o.Excuse(ctx, who, in.Act, in.values.Get("clock"), excused)
	}
}

// missed are the promises that the agency missed and of which the client has the last word, excused or not.
func (d desk) missed(excused bool) (out []kit.Option) {
	for i := range d.Clocks.Clocks {
		c := &d.Clocks.Clocks[i]
		if c.State == work.Missed && c.By == contract.ByAgency && d.Clocks.ExcusedByContract(c) == "" && (d.Excused(c) != "") == excused {
			out = append(out, kit.Option{Value: c.Name(""), Text: promiseWords(c)})
		}
	}
	return out
}

func waitsOn(on work.Waiting) func(context.Context, *ops.Service, access.Actor, stepping) (*ops.Request, error) {
	return func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
		return o.Wait(ctx, who, in.Act, on)
	}
}

func choose(none string, some []ops.Choice) []kit.Option {
	out := []kit.Option{{Value: "", Text: none}}
	for _, c := range some {
		out = append(out, kit.Option{Value: c.ID, Text: c.Name})
	}
	return out
}

func (p *Pages) stepRoutes() []web.Route {
	routes := []web.Route{
		upload(onePath+"/answer", access.RequestAnswer, p.say("answer", (*ops.Service).Answer, "Sent.")),
		upload(onePath+"/note", access.RequestNote, p.say("note", (*ops.Service).Note, "Kept as an internal note. The client does not see it.")),
		upload(onePath+"/draft", access.RequestWork, p.say("draft", (*ops.Service).HandInDraft, "has its first draft. The client reads it in the conversation.")),
	}
	for _, s := range steps {
		routes = append(routes, post(onePath+"/"+s.verb, s.action, p.takeStep(s)))
	}
	return routes
}

// steps are the forms of what this person can do now, each behind its words.
func (d desk) steps() templ.Component {
	var forms []templ.Component
	if d.offered("draft") {
		forms = append(forms, stepForm("Hand in the first draft", d.refused.verb == "draft", d.compose("draft", "Hand it in to the client")))
	}
	for _, s := range steps {
		if !d.May(s.action) || !s.offers(d) {
			continue
		}
		fields := s.fields(d)
		for i := range fields {
			fields[i].Name = s.verb + "-" + fields[i].Name
		}
		fields = append(fields, kit.Field{Name: "seen", Kind: kit.Hidden, Value: strconv.FormatInt(d.Seq(), 10)}, kit.Field{Name: "once", Kind: kit.Hidden, Value: d.key()})
		forms = append(forms, stepForm(s.label, d.refused.verb == s.verb, kit.FormView{Action: d.path(s.verb), Submit: s.button, Tone: s.tone, Fields: fields, Input: d.input(s.verb)}))
	}
	if len(forms) == 0 {
		return kit.Quiet("Nothing for you at this moment.")
	}
	return kit.Group(forms...)
}

func (p *Pages) takeStep(s step) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		seen, _ := strconv.ParseInt(values.Get("seen"), 10, 64) // none: whatever has happened
		in := stepping{Act: ops.Act{Client: r.PathValue("client"), Request: r.PathValue("request"), Seen: seen, Key: values.Get("once"), Note: values.Get(s.verb + "-note")}, values: url.Values{}}
		for name, v := range values {
			in.values[strings.TrimPrefix(name, s.verb+"-")] = v
		}
		changed, err := s.take(r.Context(), p.Ops, actor(r), in)
		done := s.done
		if s.said != nil && err == nil {
			done = s.said(changed)
		}
		return p.after(w, r, s.verb, values, changed, err, done)
	}
}

type writing func(*ops.Service, context.Context, access.Actor, ops.MessageInput) (*ops.Request, error)

// say answers the form of a message.
func (p *Pages) say(verb string, write writing, done string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, files, err := readForm(r)
		if err != nil && !correctable(err) {
			return err
		}
		var changed *ops.Request
		if err == nil {
			changed, err = write(p.Ops, r.Context(), actor(r), ops.MessageInput{Act: ops.Act{Client: r.PathValue("client"), Request: r.PathValue("request"), Key: values.Get("once")},
				Text: values.Get(verb + "-text"), Files: files})
		}
		return p.after(w, r, verb, values, changed, err, done)
	}
}

// after shows the page again: as it stands now, or with what was refused and typed.
func (p *Pages) after(w http.ResponseWriter, r *http.Request, verb string, values url.Values, changed *ops.Request, err error, done string) error {
	if correctable(err) {
		if fault.Is(err, fault.Conflict) {
			values.Del("seen") // it is seen now
		}
		at := fault.Moved(err, func(place string) string {
			if place == "" || strings.HasPrefix(place, verb+"-") {
				return place
			}
			return verb + "-" + place
		})
		return p.requestPage(w, r, refusal{verb, kit.Input{Values: values, Err: at}})
	}
	if err != nil {
		return err
	}
	words := done
	if verb != "answer" && verb != "note" {
		words = changed.Name() + " " + done
	}
	web.Flash(r, kit.Done, words)
	if access.Decide(actor(r), access.RequestSee, changed.Scope()).Allowed {
		web.Redirect(w, r, RequestPath(changed.Client, changed.ID))
		return nil
	}
	web.Redirect(w, r, Path(changed.Client))
	return nil
}
