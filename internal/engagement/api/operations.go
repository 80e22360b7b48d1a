// Package api holds the operations of the relationship for programs: who is of record for what, who gets work, and what was spent beside the promises.
package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const tag = "Relationship"

// Operations are the operations of this room.
type Operations struct {
	Engagement *ops.Service
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	o.registerAppointments(a)
	o.registerTerm(a)
	o.registerOrders(a)
	o.registerOffers(a)
}

func (o *Operations) registerAppointments(a *api.API) {
	get := func(path, id, summary, description string, action access.Action) api.Operation {
		return api.Operation{Method: http.MethodGet, Path: "/clients/{client}" + path, ID: id, Summary: summary, Description: description, Tags: []string{tag}, Action: string(action)}
	}
	api.Register(a, get("/appointments", "listAppointments", "List who was, is and will be of record for what", "", access.AppointmentSee), o.listAppointments)
	api.Register(a, get("/route", "routeWork", "Say who gets work", "As the promises in force on the day say: exclusive, asked first, or one of a roster.", access.AppointmentSee), o.route)
	api.Register(a, get("/leakage", "listLeakage", "List spend with what it means beside the promises", "Every row has one fate. Rows that say too little are listed with what to write, and are never counted as kept.", access.LeakageSee), o.listLeakage)
}

// Appointment is a promise for one cell on a run of days.
type Appointment struct {
	Category     string `json:"category"`
	Brand        string `json:"brand,omitempty" doc:"Absent: any"`
	Market       string `json:"market,omitempty" doc:"Absent: any"`
	Provider     string `json:"provider"`
	Promise      string `json:"promise" enum:"exclusive,preferred,roster"`
	From         string `json:"from" format:"date"`
	Through      string `json:"through,omitempty" format:"date" doc:"The last day; absent: no end"`
	FirstRefusal string `json:"first_refusal,omitempty" example:"5 working days"`
	MinimumShare string `json:"minimum_share,omitempty" example:"60 % per quarter"`
	Contract     string `json:"contract" doc:"Id"`
	Version      int    `json:"version"`
	Entry        int    `json:"entry" doc:"Of the appointments of the version, the first is 1"`
}

func appointmentOf(a engagement.Appointment) Appointment {
	out := Appointment{Category: a.Cell.Category, Brand: a.Cell.Brand, Market: a.Cell.Market, Provider: a.Provider, Promise: string(a.Promise), From: a.Period.From.String(),
		Contract: a.Contract, Version: a.Version, Entry: a.Entry}
	if a.Period.To != engagement.Forever {
		out.Through = a.Period.Last().String()
	}
	if !a.FirstRefusal.IsZero() {
		out.FirstRefusal = a.FirstRefusal.String()
	}
	if a.MinimumShare.Set {
		out.MinimumShare = a.MinimumShare.String()
	}
	return out
}

func appointmentsOf(all []engagement.Appointment) []Appointment {
	out := []Appointment{}
	for _, a := range all {
		out = append(out, appointmentOf(a))
	}
	return out
}

func (o *Operations) listAppointments(ctx context.Context, in *struct {
	api.Page
	Client string `path:"client" doc:"Id of the client"`
}) (*api.Answer[api.List[Appointment]], error) {
	all, err := o.Engagement.Appointments(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	return api.Cut(in.Page, appointmentsOf(all), func(a Appointment) string {
		return a.Contract + "|" + strconv.Itoa(a.Version) + "|" + strconv.Itoa(a.Entry) + "|" + a.Category + "|" + a.Brand + "|" + a.Market
	})
}

// Routed is who gets a piece of work.
type Routed struct {
	Words    string        `json:"words" example:"Northlight LLC is asked first, and has 5 working days to answer."`
	Day      string        `json:"day" format:"date"`
	To       *Appointment  `json:"to,omitempty" doc:"The promise that decides; absent where none does"`
	First    []Appointment `json:"first" nullable:"false" doc:"Who is to be asked first; several where the contracts do not say who comes before the other"`
	Others   []Appointment `json:"others" nullable:"false" doc:"Of the roster"`
	AnswerBy *time.Time    `json:"answer_by,omitempty" doc:"When who is asked first must have answered, if the work is offered now; silence is a refusal"`
}

func (o *Operations) route(ctx context.Context, in *struct {
	Client   string `path:"client" doc:"Id of the client"`
	Category string `query:"category" doc:"As the contract names it" example:"paid-media"`
	Brand    string `query:"brand"`
	Market   string `query:"market"`
	Day      string `query:"day" doc:"The day on which the work is asked for; left out: today" example:"2026-03-31"`
}) (*api.Answer[Routed], error) {
	asked := ops.AskInput{Client: in.Client, Category: in.Category, Brand: in.Brand, Market: in.Market}
	if in.Day != "" {
		day, err := cal.ParseDate(in.Day)
		if err != nil {
			return nil, fault.New(fault.Invalid, "day", "%s", err).At("day")
		}
		asked.Day = day
	}
	found, err := o.Engagement.Ask(ctx, access.ActorFrom(ctx), asked)
	if err != nil {
		return nil, err
	}
	out := Routed{Words: found.Words(), Day: found.Day.String(), First: appointmentsOf(found.First), Others: appointmentsOf(found.Others)}
	if found.Ok {
		to := appointmentOf(found.To)
		out.To = &to
	}
	if !found.AnswerBy.IsZero() {
		by := found.AnswerBy.UTC()
		out.AnswerBy = &by
	}
	return &api.Answer[Routed]{Body: out}, nil
}

// Spent is a row of spend with what it means.
type Spent struct {
	Row      string       `json:"row"`
	On       string       `json:"on" format:"date"`
	Vendor   string       `json:"vendor,omitempty"`
	Provider string       `json:"provider,omitempty" doc:"Who did the work; absent: not said"`
	Category string       `json:"category,omitempty"`
	Brand    string       `json:"brand,omitempty"`
	Market   string       `json:"market,omitempty"`
	Amount   string       `json:"amount,omitempty" doc:"Absent: not known"`
	Currency string       `json:"currency,omitempty"`
	Fate     string       `json:"fate" enum:"kept,leaked,elsewhere,unpromised,unassigned"`
	Under    *Appointment `json:"under,omitempty"`
	Reason   string       `json:"reason,omitempty" doc:"Of unassigned rows: what is missing and what to write"`
}

func (o *Operations) listLeakage(ctx context.Context, in *struct {
	api.Page
	Client string `path:"client" doc:"Id of the client"`
	Fate   string `query:"fate" enum:"kept,leaked,elsewhere,unpromised,unassigned" doc:"Only rows with this fate"`
}) (*api.Answer[api.List[Spent]], error) {
	leak, err := o.Engagement.Leakage(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	rows := leak.Rows
	if in.Fate != "" {
		rows = leak.Of(engagement.Fate(in.Fate))
	}
	var out []Spent
	for _, h := range rows {
		s := Spent{Row: h.ID, On: h.On.String(), Vendor: h.Vendor, Provider: h.Provider, Category: h.Cell.Category, Brand: h.Cell.Brand, Market: h.Cell.Market, Fate: string(h.Fate), Reason: h.Reason}
		if h.Known {
			s.Amount, s.Currency = h.Amount.String(), string(h.Amount.Currency)
		}
		if h.Under.Contract != "" {
			under := appointmentOf(h.Under)
			s.Under = &under
		}
		out = append(out, s)
	}
	return api.Cut(in.Page, out, func(s Spent) string { return s.Row })
}
