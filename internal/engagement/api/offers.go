package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const offersPath = "/clients/{client}/first-refusals"

func (o *Operations) registerOffers(a *api.API) {
	of := func(method, path, id, summary, description string, action access.Action) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Description: description, Tags: []string{tag}, Action: string(action)}
	}
	api.Register(a, of(http.MethodGet, offersPath, "listFirstRefusals", "List the work that was offered first, with the answers, the newest first", "", access.AppointmentSee), o.listOffers)
	offer := of(http.MethodPost, offersPath, "offerFirst", "Offer work to who was promised to be asked first", "The window of the contract begins now. The same work again gives the offer that stands.", access.WorkOffer)
	offer.Status = http.StatusCreated
	api.Register(a, offer, o.offer)
	api.Register(a, of(http.MethodPost, offersPath+"/{offer}/answer", "answerFirstRefusal", "Take work that was offered first, or decline it", "Silence until the end of the window is a refusal.", access.OfferAnswer), o.answerOffer)
	api.Register(a, of(http.MethodGet, "/clients/{client}/scope", "askScope", "Say how work would stand to the scope of each contract", "Nothing is recorded: it only tells what the contracts in force on the day say.", access.ContractSee), o.askScope)
}

// FirstRefusal is work that was offered first.
type FirstRefusal struct {
	ID       string     `json:"id"`
	Work     string     `json:"work"`
	Category string     `json:"category"`
	Brand    string     `json:"brand,omitempty"`
	Market   string     `json:"market,omitempty"`
	Provider string     `json:"provider" doc:"Who is asked first"`
	Contract string     `json:"contract" doc:"Id"`
	Version  int        `json:"version"`
	Entry    int        `json:"entry" doc:"Of the appointments of the version, the first is 1"`
	State    string     `json:"state" enum:"offered,taken,declined,lapsed"`
	At       time.Time  `json:"offered_at"`
	By       string     `json:"offered_by"`
	Until    time.Time  `json:"until" doc:"An answer at this instant or later comes too late"`
	AnswerAt *time.Time `json:"answered_at,omitempty"`
	AnswerBy string     `json:"answered_by,omitempty"`
	Reason   string     `json:"reason,omitempty" doc:"Of the answer"`
}

func (o *Operations) offerOf(f ops.FirstRefusal) FirstRefusal {
	out := FirstRefusal{ID: f.ID, Work: f.Work, Category: f.Cell.Category, Brand: f.Cell.Brand, Market: f.Cell.Market, Provider: f.Provider, Contract: f.Contract, Version: f.Version, Entry: f.Entry,
		State: string(f.Offer.State(o.Engagement.Now())), At: f.At, By: f.ByName, Until: f.Until, AnswerBy: f.AnswerByName, Reason: f.Reason}
	if !f.AnswerAt.IsZero() {
		out.AnswerAt = &f.AnswerAt
	}
	return out
}

func (o *Operations) listOffers(ctx context.Context, in *struct {
	api.Page
	Client string `path:"client" doc:"Id of the client"`
	State  string `query:"state" enum:"offered,taken,declined,lapsed" doc:"Only those"`
}) (*api.Answer[api.List[FirstRefusal]], error) {
	all, err := o.Engagement.FirstRefusals(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	var out []FirstRefusal
	for _, f := range all {
		if one := o.offerOf(f); in.State == "" || one.State == in.State {
			out = append(out, one)
		}
	}
	return api.Cut(in.Page, out, func(f FirstRefusal) string { return f.ID })
}

// WorkOffered names the work that is offered.
type WorkOffered struct {
	Work     string `json:"work" minLength:"1" maxLength:"200" doc:"In a few words, once for each piece of work"`
	Category string `json:"category" minLength:"1" maxLength:"100"`
	Brand    string `json:"brand" minLength:"1" maxLength:"160"`
	Market   string `json:"market" minLength:"1" maxLength:"160"`
}

func (o *Operations) offer(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   WorkOffered
}) (*api.Created[FirstRefusal], error) {
	b := in.Body
	f, err := o.Engagement.OfferFirst(ctx, access.ActorFrom(ctx), ops.OfferInput{Client: in.Client, Category: b.Category, Brand: b.Brand, Market: b.Market, Work: b.Work})
	if err != nil {
		return nil, err
	}
	return &api.Created[FirstRefusal]{Location: api.Path("clients", in.Client, "first-refusals"), Body: o.offerOf(f)}, nil
}

// OfferAnswer is what who was asked first says.
type OfferAnswer struct {
	Answer string `json:"answer" enum:"taken,declined"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

func (o *Operations) answerOffer(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Offer  string `path:"offer" doc:"Id of the offer"`
	Body   OfferAnswer
}) (*api.Answer[FirstRefusal], error) {
	f, err := o.Engagement.AnswerOffer(ctx, access.ActorFrom(ctx), ops.AnswerInput{Client: in.Client, Offer: in.Offer, Answer: engagement.OfferState(in.Body.Answer), Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	return &api.Answer[FirstRefusal]{Body: o.offerOf(f)}, nil
}

// ScopeAnswer is what one contract says of the work.
type ScopeAnswer struct {
	Contract string   `json:"contract" doc:"Id"`
	Version  int      `json:"version"`
	SOW      string   `json:"sow,omitempty" doc:"The statement of work; absent: the version says nothing of the scope"`
	Work     string   `json:"work,omitempty" doc:"The kind of work that it is under it"`
	Retainer string   `json:"retainer,omitempty" doc:"The clause whose hours it draws"`
	Answer   string   `json:"answer" enum:"in-scope,draws-retainer,overage-pre-approved,change-order,declined,open"`
	Words    string   `json:"words"`
	Above    int64    `json:"above,omitempty" doc:"Minutes above the hours at hand"`
	Approve  int64    `json:"approve,omitempty" doc:"Of those, minutes that the client has not approved"`
	Costs    *Money   `json:"costs,omitempty" doc:"Of the minutes above, at the rate of the contract"`
	Reasons  []string `json:"reasons" nullable:"false"`
	Missing  string   `json:"missing,omitempty" doc:"What has to be said or known before the contract answers"`
}

func (o *Operations) askScope(ctx context.Context, in *struct {
	Client   string `path:"client" doc:"Id of the client"`
	Category string `query:"category" maxLength:"100" doc:"As the contract names it" example:"paid-media"`
	Work     string `query:"work" maxLength:"100" doc:"The kind of work as the contract names it; absent: by the category"`
	Minutes  int64  `query:"minutes" minimum:"1" maximum:"600000" doc:"Estimated; absent: nobody estimated it"`
	Day      string `query:"day" doc:"The terms in force on it decide; absent: today" example:"2026-03-31"`
}) (*api.Answer[api.List[ScopeAnswer]], error) {
	actor := access.ActorFrom(ctx)
	if in.Category == "" && in.Work == "" {
		return nil, fault.New(fault.Invalid, "scope-ask", "Name the category, or the kind of work.").At("category")
	}
	ask := engagement.Ask{Category: in.Category, Work: in.Work, Minutes: in.Minutes, Estimate: in.Minutes > 0}
	var err error
	if in.Day == "" {
		ask.Day, err = o.Engagement.Today(ctx, actor, in.Client)
	} else if ask.Day, err = cal.ParseDate(in.Day); err != nil {
		err = fault.New(fault.Invalid, "day", "%s", err).At("day")
	}
	if err != nil {
		return nil, err
	}
	all, err := o.Engagement.Scope(ctx, actor, in.Client, ask.Day)
	if err != nil {
		return nil, err
	}
	var out []ScopeAnswer
	for _, s := range all {
		found := engagement.Resolve(s.Terms, ask, s.Positions)
		one := ScopeAnswer{Contract: s.Contract, Version: found.Version, SOW: found.SOW, Work: found.Work.Name, Retainer: found.Work.Of, Answer: string(found.Answer), Words: found.Words(), Above: found.Above, Approve: found.Approve,
			Costs: moneyOf(found.Costs), Reasons: append([]string{}, found.Reasons...), Missing: found.Missing}
		if found.Answer == engagement.AnswerOpen {
			one.Answer = "open"
		}
		out = append(out, one)
	}
	return api.ListOf(out, ""), nil
}
