package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

// Conflicts are the operations of conflicts between clients: the register, a check, walls, and a client's waivers.
type Conflicts struct {
	Engagement *ops.Service
}

// Register adds them to the API.
func (o *Conflicts) Register(a *api.API) {
	op := func(method, path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{"Conflicts"}, Action: string(action)}
	}
	api.Register(a, op(http.MethodGet, "/conflicts", "listConflicts", "List the newest check of each, the open ones first", access.ConflictSee), o.list)
	check := op(http.MethodPost, "/conflicts", "checkConflict", "Check a newcomer for conflicts and keep the result", access.ConflictCheck)
	check.Status = http.StatusCreated
	api.Register(a, check, o.check)
	api.Register(a, op(http.MethodGet, "/conflicts/{check}", "getConflict", "Read a check with its overlaps", access.ConflictSee), o.get)
	api.Register(a, op(http.MethodGet, "/walls", "listWalls", "List the walls between clients, oldest first", access.ConflictSee), o.walls)
	api.Register(a, op(http.MethodGet, "/clients/{client}/waivers", "listWaivers", "List the waivers of a client, newest first", access.WaiverSee), o.waivers)
}

// ConflictCheck is a check as it was made.
type ConflictCheck struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"prospect,client,specialist,staffing"`
	Name      string     `json:"name"`
	Outcome   string     `json:"outcome" enum:"clear,wall-required,waiver-required,blocked"`
	Open      bool       `json:"open" doc:"Somebody has to do something"`
	Next      string     `json:"next,omitempty" doc:"Who must do what"`
	JudgedOn  string     `json:"judged_on" format:"date"`
	At        time.Time  `json:"at"`
	By        string     `json:"by"`
	Overlaps  []Overlap  `json:"overlaps" nullable:"false" doc:"The worst first"`
	Questions []Question `json:"questions" nullable:"false" doc:"What a person has to say before the check is an answer"`
	Looked    []string   `json:"looked_at" nullable:"false" doc:"The promises that it was held against"`
}

// Overlap is a promise that the newcomer would break.
type Overlap struct {
	PromiseTo string `json:"promise_to"`
	Against   string `json:"against"`
	Clause    string `json:"clause"`
	Words     string `json:"words"`
	Outcome   string `json:"outcome" enum:"clear,wall-required,waiver-required,blocked" doc:"After waivers and walls"`
	Required  string `json:"required" enum:"wall-required,waiver-required,blocked" doc:"Without them"`
	Cure      string `json:"cure" doc:"What would clear it, or what has"`
}

// Question is what is not known.
type Question struct {
	Text   string `json:"text"`
	Clause string `json:"clause"`
}

func conflictOf(m engagement.Made) ConflictCheck {
	out := ConflictCheck{ID: m.ID, Kind: string(m.Kind), Name: m.Newcomer.Name, Outcome: string(m.Outcome), Open: m.Open(), Next: m.Next(), JudgedOn: m.On.String(), At: m.At, By: m.ByName,
		Overlaps: []Overlap{}, Questions: []Question{}, Looked: append([]string{}, m.Looked.Promises...)}
	for _, l := range m.Lines {
		out.Overlaps = append(out.Overlaps, Overlap{PromiseTo: l.Client, Against: l.Against, Clause: l.Clause, Words: l.Words, Outcome: string(l.Outcome), Required: string(l.Required), Cure: l.Cure})
	}
	for _, q := range m.Questions {
		out.Questions = append(out.Questions, Question(q))
	}
	return out
}

func (o *Conflicts) list(ctx context.Context, in *struct {
	api.Page
}) (*api.Answer[api.List[ConflictCheck]], error) {
	list, err := o.Engagement.Conflicts(ctx, access.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]ConflictCheck, len(list))
	for i, m := range list {
		out[i] = conflictOf(m)
	}
	return api.Cut(in.Page, out, func(c ConflictCheck) string { return c.ID })
}

func (o *Conflicts) get(ctx context.Context, in *struct {
	Check string `path:"check" doc:"Id of the check"`
}) (*api.Answer[ConflictCheck], error) {
	m, _, err := o.Engagement.Conflict(ctx, access.ActorFrom(ctx), in.Check)
	if err != nil {
		return nil, err
	}
	return &api.Answer[ConflictCheck]{Body: conflictOf(m)}, nil
}

// Newcomer is who is to be checked.
type Newcomer struct {
	Client     string   `json:"client,omitempty" doc:"Id of an existing client of which something new is told; absent for a prospect"`
	Name       string   `json:"name,omitempty" maxLength:"120" doc:"Of a prospect"`
	Also       []string `json:"also,omitempty" maxItems:"40" doc:"Other names"`
	Brands     []string `json:"brands,omitempty" maxItems:"40"`
	Categories []string `json:"categories" nullable:"false" maxItems:"40" doc:"Lines of business, or indications, in the words of the contracts"`
	Markets    []string `json:"markets,omitempty" maxItems:"40" doc:"Absent: any"`
	Unit       string   `json:"unit" enum:"team,office,agency-brand,holding" doc:"What its people would share with those of other accounts, at the nearest"`
	From       string   `json:"from" format:"date" doc:"First day"`
	Until      string   `json:"until,omitempty" format:"date" doc:"Last day; absent: no end yet"`
}

func (o *Conflicts) check(ctx context.Context, in *struct{ Body Newcomer }) (*api.Created[ConflictCheck], error) {
	b := in.Body
	a := engagement.Account{Client: b.Client, Name: b.Name, Also: b.Also, Brands: b.Brands, Categories: b.Categories, Markets: b.Markets, Shared: contract.Unit(b.Unit)}
	var problems fault.List
	day := func(field, text string) cal.Date {
		if text == "" {
			return cal.Date{}
		}
		d, err := cal.ParseDate(text)
		if err != nil {
			problems.Add(fault.New(fault.Invalid, "date", "Write the day as 2026-12-31.").At(field))
		}
		return d
	}
	a.Served.From = day("from", b.From)
	if last := day("until", b.Until); !last.IsZero() {
		a.Served.To = last.AddDays(1)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	m, err := o.Engagement.CheckConflict(ctx, access.ActorFrom(ctx), ops.CheckInput{Newcomer: a})
	if err != nil {
		return nil, err
	}
	return &api.Created[ConflictCheck]{Location: api.Path("conflicts", m.ID), Body: conflictOf(m)}, nil
}

// Wall keeps the people of two clients' accounts apart.
type Wall struct {
	ID      string     `json:"id"`
	One     string     `json:"one" doc:"Id of a client"`
	Other   string     `json:"other" doc:"Id of a client"`
	Reason  string     `json:"reason"`
	BegunAt time.Time  `json:"begun_at"`
	EndedAt *time.Time `json:"ended_at,omitempty" doc:"Absent while it stands"`
	People  []Placed   `json:"people" nullable:"false" doc:"Where everybody stands, or stood at the end"`
}

// Placed is a person at a wall.
type Placed struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Side    string `json:"side" doc:"Id of a client, keeper, or off"`
}

func (o *Conflicts) walls(ctx context.Context, in *struct {
	api.Page
}) (*api.Answer[api.List[Wall]], error) {
	walls, _, err := o.Engagement.Walls(ctx, access.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]Wall, len(walls))
	for i, w := range walls {
		out[i] = Wall{ID: w.ID, One: w.One, Other: w.Other, Reason: w.Reason, BegunAt: w.BegunAt, People: []Placed{}}
		if !w.EndedAt.IsZero() {
			out[i].EndedAt = &w.EndedAt
		}
		for _, p := range w.Placed() {
			out[i].People = append(out[i].People, Placed{Account: p.Account, Name: p.Name, Side: p.Side})
		}
	}
	return api.Cut(in.Page, out, func(w Wall) string { return w.ID })
}

// Waiver is a consent that the client was asked for.
type Waiver struct {
	ID         string     `json:"id"`
	State      string     `json:"state" enum:"asked,given,refused,expired" doc:"Today, in UTC"`
	Category   string     `json:"category,omitempty" doc:"Absent: any"`
	Markets    []string   `json:"markets" nullable:"false" doc:"Empty: any"`
	Unit       string     `json:"unit" enum:"team,office,agency-brand,holding" doc:"The smallest part of the agency that both accounts may share"`
	From       string     `json:"from" format:"date"`
	Until      string     `json:"until" format:"date" doc:"Last day"`
	Words      string     `json:"words" doc:"What the agency wrote to the client"`
	AskedAt    time.Time  `json:"asked_at"`
	AskedBy    string     `json:"asked_by"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	AnsweredBy string     `json:"answered_by,omitempty"`
	Reason     string     `json:"reason,omitempty"`
	Paper      string     `json:"paper,omitempty" doc:"Where the signed paper is kept; absent when it was given in the program"`
}

func (o *Conflicts) waivers(ctx context.Context, in *struct {
	api.Page
	Client string `path:"client" doc:"Id of the client"`
}) (*api.Answer[api.List[Waiver]], error) {
	list, err := o.Engagement.Waivers(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	today := cal.DateOf(o.Engagement.Now(), time.UTC)
	out := make([]Waiver, len(list))
	for i, c := range list {
		out[i] = Waiver{ID: c.ID, State: c.State(today), Category: c.Category, Markets: append([]string{}, c.Markets...), Unit: string(c.Unit), From: c.Period.From.String(), Until: c.Period.Last().String(),
			Words: c.Words, AskedAt: c.AskedAt, AskedBy: c.AskedByName, AnsweredBy: c.AnsweredByName, Reason: c.Reason}
		if c.Answered {
			out[i].AnsweredAt = &c.AnsweredAt
		}
		if c.Paper != nil {
			out[i].Paper = c.Paper.Reference
		}
	}
	return api.Cut(in.Page, out, func(w Waiver) string { return w.ID })
}
