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
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const ordersPath = "/clients/{client}/change-orders"

func (o *Operations) registerOrders(a *api.API) {
	of := func(method, path, id, summary, description string, action access.Action) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Description: description, Tags: []string{tag}, Action: string(action)}
	}
	api.Register(a, of(http.MethodGet, ordersPath, "listChangeOrders", "List the change orders of a client, the newest first", "", access.ContractSee), o.listOrders)
	api.Register(a, of(http.MethodGet, ordersPath+"/{order}", "getChangeOrder", "Read a change order: why, cost, schedule, and what it changes in the contract",
		"It is accepted or withdrawn as the version of the contract that it is.", access.ContractSee), o.getOrder)
	api.Register(a, of(http.MethodPost, ordersPath+"/preview", "previewChangeOrder", "Say what a change order would write and do, and change nothing", "", access.ContractPropose), o.previewOrder)
	issue := of(http.MethodPost, ordersPath, "issueChangeOrder", "Offer a change order to the client",
		"It needs the SHA-256 of the text that the preview showed, so that nothing else is offered than was looked at. The same text again gives the order that was issued.", access.ContractPropose)
	issue.Status = http.StatusCreated
	api.Register(a, issue, o.issueOrder)
}

// ChangeOrder is a change that binds when both sides have accepted it.
type ChangeOrder struct {
	ID        string     `json:"id,omitempty" doc:"Absent in a preview"`
	Contract  string     `json:"contract" doc:"Id"`
	Number    int        `json:"number"`
	Title     string     `json:"title"`
	Reason    string     `json:"reason"`
	Request   string     `json:"request,omitempty" doc:"Id of the request that it answers"`
	State     string     `json:"state" enum:"preview,waiting,accepted,withdrawn"`
	Version   int        `json:"version" doc:"Of the contract, that it is"`
	VersionID string     `json:"version_id,omitempty" doc:"Accept or withdraw it by this id"`
	Effective string     `json:"effective" format:"date"`
	SHA256    string     `json:"sha256" doc:"Of the text"`
	Effect    string     `json:"effect" example:"Fixed fees and prices change by +USD 2,500.00 per month."`
	Lines     []FeeLine  `json:"lines" nullable:"false"`
	Shifts    []Shift    `json:"schedule" nullable:"false"`
	Changes   []Changed  `json:"changes" nullable:"false" doc:"Every choice of the contract that differs"`
	IssuedAt  *time.Time `json:"issued_at,omitempty"`
	By        string     `json:"by,omitempty"`
}

// FeeLine is the effect on one clause.
type FeeLine struct {
	Clause string `json:"clause"`
	Words  string `json:"words"`
	Every  string `json:"every,omitempty" doc:"Fee period of a retainer; absent: paid once"`
	Before *Money `json:"before"`
	After  *Money `json:"after"`
	Change *Money `json:"change"`
}

// Shift is a date that moves.
type Shift struct {
	What string `json:"what" minLength:"1" maxLength:"200"`
	From string `json:"from,omitempty" format:"date"`
	To   string `json:"to" format:"date"`
}

// Changed is a choice of the contract that differs.
type Changed struct {
	Choice string `json:"choice"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func orderOf(o ops.ChangeOrder) ChangeOrder {
	out := ChangeOrder{ID: o.ID, Contract: o.Contract, Number: o.Number, Title: o.Title, Reason: o.Reason, Request: o.Request, State: "preview", Version: o.Terms.Version, VersionID: o.Version.ID,
		Effective: o.Terms.Effective.String(), SHA256: o.Terms.SHA256, Effect: o.Effect().Words(), Lines: []FeeLine{}, Shifts: []Shift{}, Changes: []Changed{}, By: o.ByName}
	if o.ID != "" {
		at := o.IssuedAt
		out.IssuedAt, out.State = &at, "waiting"
		switch o.Version.State() {
		case contract.Accepted:
			out.State = "accepted"
		case contract.Withdrawn:
			out.State = "withdrawn"
		}
	}
	for _, l := range o.Effect().Lines {
		out.Lines = append(out.Lines, FeeLine{l.Clause, l.Words, string(l.Every), moneyOf(&l.Before), moneyOf(&l.After), moneyOf(&l.Change)})
	}
	for _, s := range o.Shifts {
		shift := Shift{What: s.What, To: s.To.String()}
		if !s.From.IsZero() {
			shift.From = s.From.String()
		}
		out.Shifts = append(out.Shifts, shift)
	}
	for _, c := range o.Changes() {
		out.Changes = append(out.Changes, Changed{c.Name, c.Before, c.After})
	}
	return out
}

func (o *Operations) listOrders(ctx context.Context, in *struct {
	api.Page
	Client string `path:"client" doc:"Id of the client"`
}) (*api.Answer[api.List[ChangeOrder]], error) {
	list, err := o.Engagement.Orders(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	var out []ChangeOrder
	for _, one := range list {
		out = append(out, orderOf(one))
	}
	return api.Cut(in.Page, out, func(o ChangeOrder) string { return o.ID })
}

func (o *Operations) getOrder(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Order  string `path:"order" doc:"Id of the change order"`
}) (*api.Answer[ChangeOrder], error) {
	one, err := o.Engagement.Order(ctx, access.ActorFrom(ctx), in.Order)
	if err == nil && one.Client != in.Client {
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	if err != nil {
		return nil, err
	}
	return &api.Answer[ChangeOrder]{Body: orderOf(one)}, nil
}

// OrderWritten is a change order as a program writes it. What is left out stays as it is.
type OrderWritten struct {
	Contract  string     `json:"contract" minLength:"1" maxLength:"100" doc:"Id"`
	Title     string     `json:"title" minLength:"1" maxLength:"120"`
	Reason    string     `json:"reason" minLength:"1" maxLength:"2000"`
	Request   string     `json:"request,omitempty" maxLength:"100" doc:"Id of the request that it answers"`
	Effective string     `json:"effective" format:"date"`
	Fees      []NewFee   `json:"fees,omitempty" maxItems:"50"`
	Hours     []NewHours `json:"hours,omitempty" maxItems:"50"`
	Prices    []NewPrice `json:"prices,omitempty" maxItems:"50"`
	Shifts    []Shift    `json:"schedule,omitempty" maxItems:"50"`
	SHA256    string     `json:"sha256,omitempty" maxLength:"64" doc:"Of the text that the preview showed; needed to issue"`
}

// NewFee of a retainer, for its fee period.
type NewFee struct {
	Retainer string `json:"retainer" minLength:"1" maxLength:"100"`
	Fee      string `json:"fee" minLength:"1" maxLength:"40" example:"12500.00"`
}

// NewHours that a retainer includes.
type NewHours struct {
	Retainer string `json:"retainer" minLength:"1" maxLength:"100"`
	Minutes  int64  `json:"minutes" minimum:"1" maximum:"600000"`
}

// NewPrice is a price that is paid once, when the piece of work is accepted, under a clause of milestones that there is. A new clause is written on the page, where its choices are asked for.
type NewPrice struct {
	Clause string `json:"clause" minLength:"1" maxLength:"100"`
	Name   string `json:"name" minLength:"1" maxLength:"60" pattern:"^[a-z][a-z0-9-]*$"`
	Amount string `json:"amount" minLength:"1" maxLength:"40" example:"4000.00"`
	Due    string `json:"due,omitempty" format:"date"`
}

// order reads what was written. Faults stand at its fields; NotFound for a contract that is not this client's.
func (o *Operations) order(ctx context.Context, client string, b OrderWritten) (ops.OrderInput, error) {
	in := ops.OrderInput{Contract: b.Contract, Title: b.Title, Reason: b.Reason, Request: b.Request, SHA256: b.SHA256}
	binding, err := o.Engagement.Binding(ctx, access.ActorFrom(ctx), client)
	if err != nil {
		return in, err
	}
	var currency money.Currency
	for _, c := range binding {
		if c.ID == b.Contract {
			currency = c.Agreement.Latest().Currency
		}
	}
	if currency == "" {
		return in, fault.New(fault.Invalid, "contract", "Name a contract of this client that both sides have accepted.").At("contract")
	}
	var faults fault.List
	day := func(field, text string) cal.Date {
		if text == "" {
			return cal.Date{}
		}
		d, err := cal.ParseDate(text)
		for _, f := range fault.All(err) {
			faults.Add(f.At(field))
		}
		return d
	}
	amount := func(field, text string) money.Amount {
		a, err := money.Parse(text, currency)
		for _, f := range fault.All(err) {
			faults.Add(f.At(field))
		}
		if err == nil && a.Minor <= 0 {
			faults.Add(fault.New(fault.Invalid, "order-field", "Write an amount above nothing.").At(field))
		}
		return a
	}
	in.Amending.Effective = day("effective", b.Effective)
	for _, f := range b.Fees {
		in.Amending.Fees = append(in.Amending.Fees, contract.NewFee{Retainer: f.Retainer, Fee: amount("fees", f.Fee)})
	}
	for _, h := range b.Hours {
		in.Amending.Hours = append(in.Amending.Hours, contract.NewHours{Retainer: h.Retainer, Minutes: h.Minutes})
	}
	for _, p := range b.Prices {
		in.Amending.Prices = append(in.Amending.Prices, contract.OncePrice{Clause: p.Clause, Name: p.Name, Amount: amount("prices", p.Amount), Due: day("prices", p.Due)})
	}
	for _, s := range b.Shifts {
		in.Shifts = append(in.Shifts, engagement.Shift{What: s.What, From: day("schedule", s.From), To: day("schedule", s.To)})
	}
	return in, faults.Err()
}

func (o *Operations) previewOrder(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   OrderWritten
}) (*api.Answer[ChangeOrder], error) {
	written, err := o.order(ctx, in.Client, in.Body)
	if err != nil {
		return nil, err
	}
	shown, err := o.Engagement.PreviewOrder(ctx, access.ActorFrom(ctx), written)
	if err != nil {
		return nil, err
	}
	return &api.Answer[ChangeOrder]{Body: orderOf(shown)}, nil
}

func (o *Operations) issueOrder(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   OrderWritten
}) (*api.Created[ChangeOrder], error) {
	written, err := o.order(ctx, in.Client, in.Body)
	if err != nil {
		return nil, err
	}
	issued, err := o.Engagement.IssueOrder(ctx, access.ActorFrom(ctx), written)
	if err != nil {
		return nil, err
	}
	return &api.Created[ChangeOrder]{Location: api.Path("clients", in.Client, "change-orders", issued.ID), Body: orderOf(issued)}, nil
}
