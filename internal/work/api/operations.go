// Package api holds the operations of requests for programs: list them, read one, open one, and answer so that the client reads it.
package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

const (
	tag = "Requests"
	all = "/clients/{client}/requests"
	one = all + "/{request}"
)

// Operations are the operations of this room.
type Operations struct {
	Work *ops.Service
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	of := func(method, path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	}
	list := of(http.MethodGet, all, "listRequests", "List the requests of a client, what is due first before what is due later", access.RequestSee)
	list.Description = "With words, those in whose title, brief and messages all of them stand, the newest first."
	api.Register(a, list, o.list)
	api.Register(a, of(http.MethodGet, one, "getRequest", "Read a request with its brief, its conversation as the caller may read it, and its clocks", access.RequestSee), o.get)
	open := of(http.MethodPost, all, "openRequest", "Open a request", access.RequestOpen)
	open.Status = http.StatusCreated
	open.Description = "The brief has the fields that the workspace asks for in the category; files are attached on the page."
	api.Register(a, open, o.open)
	answer := of(http.MethodPost, one+"/answers", "answerRequest", "Write on a request what everybody reads who sees it, the client too", access.RequestAnswer)
	answer.Description = "There is no operation for internal notes: they are written on the page, where it shows who reads them."
	api.Register(a, answer, o.answer)
	o.registerScope(a)
}

// Request is a request in a list.
type Request struct {
	ID       string    `json:"id"`
	Name     string    `json:"name" doc:"As people call it: R-12"`
	Client   string    `json:"client"`
	Title    string    `json:"title"`
	Category string    `json:"category"`
	Stage    string    `json:"stage" enum:"new,in-work,with-specialist,with-client,in-review,ended"`
	Phase    string    `json:"phase" enum:"open,resolved,withdrawn,declined"`
	Priority string    `json:"priority" enum:"urgent,high,normal,low"`
	OpenedAt time.Time `json:"opened_at"`
	Assignee string    `json:"assignee,omitempty" doc:"Name of the person who has it; absent: nobody"`
	Provider string    `json:"provider,omitempty" doc:"Name of the specialist that does it; absent: the agency"`
	Scope    string    `json:"scope,omitempty" enum:"in-scope,draws-retainer,overage-pre-approved,change-order,declined,open" doc:"How it stands to the scope of the contract; open: something is missing. Absent: the contract was not asked, or the caller does only some of the client's requests"`
	Next     *Clock    `json:"next_clock,omitempty" doc:"Of the clocks that run the one whose time is over first; absent when none runs, and of a request that is over"`
}

// Clock is one promise on its way.
type Clock struct {
	Promise string     `json:"promise"`
	By      string     `json:"by" enum:"agency,client,specialist"`
	Round   int        `json:"round,omitempty"`
	State   string     `json:"state" enum:"running,paused,resting,kept,missed,ended"`
	Due     *time.Time `json:"due,omitempty" doc:"Until when it is kept if it keeps running; absent while it stands still"`
	Words   string     `json:"words"`
	Likely  *Likely    `json:"likely,omitempty" doc:"Absent where there is not enough to tell, and for who does not see all requests of the client"`
}

// Likely is what clocks of the past tell of one that runs.
type Likely struct {
	Of     int `json:"of" doc:"Clocks of the same promise and priority that took more time than this one has used, among the last 500 of the client that stopped"`
	Longer int `json:"longer" doc:"How many of them took longer than this one is given"`
}

func likely(l work.Likely) *Likely {
	if !l.Known() {
		return nil
	}
	return &Likely{l.Of, l.Longer}
}

// Whole is a request with all that the caller may read.
type Whole struct {
	Request
	Seq      int64             `json:"seq" doc:"Number of its last event"`
	Answer   *Scope            `json:"scope_answer,omitempty" doc:"The answer of the contract with its reasons; absent for who may not read the contract"`
	Impact   string            `json:"impact,omitempty" enum:"high,medium,low" doc:"As it was said; absent where the contract does not ask for it"`
	Urgency  string            `json:"urgency,omitempty" enum:"high,medium,low" doc:"The same"`
	Why      string            `json:"priority_by,omitempty" doc:"What of the contract makes the priority, and whether another one was set"`
	Brief    map[string]string `json:"brief" nullable:"false" doc:"Answers by the keys of the fields"`
	Clocks   []Clock           `json:"clocks" nullable:"false"`
	Events   []Event           `json:"events" nullable:"false"`
	Messages []Message         `json:"messages" nullable:"false"`
}

// Event is one thing that happened.
type Event struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Event string    `json:"event"`
	By    string    `json:"by"`
	Words string    `json:"words"`
	Note  string    `json:"note,omitempty"`
}

// Message is what somebody wrote.
type Message struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	By         string    `json:"by"`
	Visibility string    `json:"visibility" enum:"client,internal" doc:"internal: only the agency's people are given it"`
	Text       string    `json:"text"`
}

// Of names a request in the address.
type Of struct {
	Client  string `path:"client" doc:"Id of the client"`
	Request string `path:"request" doc:"Id of the request"`
}

func clockOf(c *work.Clock, now time.Time) Clock {
	out := Clock{Promise: c.Promise, By: string(c.By), Round: c.Round, State: string(c.State), Words: c.Words(now)}
	if !c.Due.IsZero() {
		due := c.Due.UTC()
		out.Due = &due
	}
	return out
}

func lineOf(l ops.Line, now time.Time) Request {
	out := Request{ID: l.ID, Name: l.Name(), Client: l.Client, Title: l.Title, Category: l.Category, Stage: string(l.State.Stage()), Phase: string(l.State.Phase), Priority: string(l.Priority),
		OpenedAt: l.OpenedAt, Assignee: l.AssigneeName, Provider: l.ProviderName}
	if l.Clock != nil {
		c := clockOf(l.Clock, now)
		c.Likely = likely(l.Foreseen)
		out.Next = &c
	}
	if l.State.Scope != nil {
		out.Scope = cmp.Or(string(l.State.Scope.Answer), ops.ScopeOpen)
	}
	return out
}

func (o *Operations) list(ctx context.Context, in *struct {
	api.Page
	Client   string `path:"client" doc:"Id of the client"`
	Stage    string `query:"stage" enum:"new,in-work,with-specialist,with-client,in-review,ended" doc:"Only those at this stage"`
	Priority string `query:"priority" enum:"urgent,high,normal,low" doc:"Only those of this priority"`
	Words    string `query:"words" maxLength:"200" doc:"Only those in which all of these words stand"`
}) (*api.Answer[api.List[Request]], error) {
	page, err := o.Work.List(ctx, access.ActorFrom(ctx), ops.Filter{Client: in.Client, Stage: work.Stage(in.Stage), Priority: contract.Priority(in.Priority), Words: in.Words, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	var out []Request
	for _, l := range page.Lines {
		out = append(out, lineOf(l, page.Now))
	}
	return api.ListOf(out, page.Next), nil
}

func (o *Operations) whole(ctx context.Context, client, id string) (Whole, error) {
	s, err := o.Work.Show(ctx, access.ActorFrom(ctx), client, id)
	if err != nil {
		return Whole{}, err
	}
	line := ops.Line{ID: s.ID, Client: s.Client, Number: s.Number, Title: s.Title, Category: s.Category, Priority: s.State.Priority, State: s.State, AssigneeName: s.AssigneeName,
		ProviderName: s.ProviderName, OpenedAt: s.OpenedAt}
	if s.State.Phase == work.Open {
		if line.Clock, _ = s.Clocks.Nearest(); line.Clock != nil {
			line.Foreseen = s.Past.Foresee(line.Clock)
		}
	}
	out := Whole{Request: lineOf(line, s.Now), Seq: s.Seq(), Impact: string(s.State.Impact), Urgency: string(s.State.Urgency), Why: s.State.Why(s.Levels.Priority), Brief: s.Brief, Clocks: []Clock{}, Events: []Event{}, Messages: []Message{}}
	for i := range s.Clocks.Clocks {
		c := clockOf(&s.Clocks.Clocks[i], s.Now)
		c.Likely = likely(s.Past.Foresee(&s.Clocks.Clocks[i]))
		out.Clocks = append(out.Clocks, c)
	}
	if s.ReadsContract && s.State.Scope != nil {
		out.Answer = scopeOf(*s.State.Scope)
	}
	for _, e := range s.Told() {
		out.Events = append(out.Events, Event{Seq: e.Seq, At: e.At, Event: string(e.Kind), By: e.ByName, Words: e.Words(), Note: e.Said()})
	}
	for _, m := range s.Messages {
		out.Messages = append(out.Messages, Message{ID: m.ID, At: m.At, By: m.ByName, Visibility: string(m.Visibility), Text: m.Text})
	}
	return out, nil
}

func (o *Operations) get(ctx context.Context, in *Of) (*api.Answer[Whole], error) {
	out, err := o.whole(ctx, in.Client, in.Request)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Whole]{Body: out}, nil
}

// NewRequest is a request as a program writes it.
type NewRequest struct {
	Title    string            `json:"title" minLength:"1" maxLength:"160"`
	Category string            `json:"category" minLength:"1" maxLength:"100" doc:"Of a form of the workspace, such as web"`
	Priority string            `json:"priority,omitempty" enum:"urgent,high,normal,low" doc:"Needed where the contract does not make it of impact and urgency"`
	Impact   string            `json:"impact,omitempty" enum:"high,medium,low" doc:"Needed where the contract makes the priority of it"`
	Urgency  string            `json:"urgency,omitempty" enum:"high,medium,low" doc:"The same"`
	Brief    map[string]string `json:"brief" doc:"Answers by the keys of the fields of the form"`
	Brand    string            `json:"brand,omitempty" maxLength:"160"`
	Market   string            `json:"market,omitempty" maxLength:"160"`
}

func (o *Operations) open(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   NewRequest
}) (*api.Created[Whole], error) {
	b := in.Body
	r, err := o.Work.Open(ctx, access.ActorFrom(ctx), ops.OpenInput{Client: in.Client, Title: b.Title, Category: b.Category, Brand: b.Brand, Market: b.Market,
		Priority: contract.Priority(b.Priority), Impact: contract.Weight(b.Impact), Urgency: contract.Weight(b.Urgency), Brief: b.Brief})
	if err != nil {
		return nil, err
	}
	out, err := o.whole(ctx, in.Client, r.ID)
	if err != nil {
		return nil, err
	}
	return &api.Created[Whole]{Location: api.Path("clients", r.Client, "requests", r.ID), Body: out}, nil
}

// NewAnswer is a message that the client reads.
type NewAnswer struct {
	Text string `json:"text" minLength:"1" maxLength:"20000"`
}

func (o *Operations) answer(ctx context.Context, in *struct {
	Of
	Body NewAnswer
}) (*api.Answer[Whole], error) {
	if _, err := o.Work.Answer(ctx, access.ActorFrom(ctx), ops.MessageInput{Act: ops.Act{Client: in.Client, Request: in.Request}, Text: in.Body.Text}); err != nil {
		return nil, err
	}
	return o.get(ctx, &in.Of)
}
