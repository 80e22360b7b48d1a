package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (o *Operations) registerScope(a *api.API) {
	api.Register(a, api.Operation{Method: http.MethodPost, Path: one + "/scope", ID: "askScopeOfRequest", Tags: []string{tag}, Action: string(access.ScopeResolve),
		Summary:     "Say what a request is and how large, and ask the contract how it stands to the scope",
		Description: "The terms in force on the day on which the request was opened decide, or those of a change order that answers it. The answer is an event of the request. Another answer than the contract's needs a reason."}, o.askScope)
}

// Scope is how a request stands to the scope of the contract.
type Scope struct {
	Answer   string   `json:"answer" enum:"in-scope,draws-retainer,overage-pre-approved,change-order,declined,open"`
	Words    string   `json:"words"`
	Contract string   `json:"contract,omitempty" doc:"Id; absent: none was in force"`
	Version  int      `json:"version,omitempty" doc:"Of the contract"`
	SOW      string   `json:"sow,omitempty" doc:"The statement of work"`
	Work     string   `json:"work,omitempty" doc:"The kind of work that it is under it"`
	Retainer string   `json:"retainer,omitempty" doc:"The clause whose hours it draws"`
	Day      string   `json:"day" format:"date" doc:"The terms in force on it decide"`
	Category string   `json:"category"`
	Minutes  int64    `json:"minutes,omitempty" doc:"Estimated; absent: nobody estimated it"`
	Above    int64    `json:"above,omitempty" doc:"Minutes above the hours at hand"`
	Approve  int64    `json:"approve,omitempty" doc:"Of those, minutes that the client has not approved"`
	Costs    string   `json:"costs,omitempty" doc:"Of the minutes above, at the rate of the contract" example:"750.00"`
	Currency string   `json:"currency,omitempty"`
	Reasons  []string `json:"reasons" nullable:"false"`
	Missing  string   `json:"missing,omitempty" doc:"What has to be said or known before the contract answers"`
	Found    string   `json:"contract_says,omitempty" doc:"The contract's own answer, where a person decided otherwise"`
	Reason   string   `json:"reason,omitempty" doc:"Of the person who decided otherwise"`
}

func scopeOf(s work.Scope) *Scope {
	answer := func(a engagement.Answer) string {
		if a == engagement.AnswerOpen {
			return ops.ScopeOpen
		}
		return string(a)
	}
	out := &Scope{Answer: answer(s.Answer), Words: s.Words(), Contract: s.Contract, Version: s.Found.Version, SOW: s.Found.SOW, Work: s.Found.Work.Name, Retainer: s.Found.Work.Of,
		Day: s.Ask.Day.String(), Category: s.Ask.Category, Minutes: s.Ask.Minutes, Above: s.Found.Above, Approve: s.Found.Approve, Reasons: append([]string{}, s.Found.Reasons...), Missing: s.Found.Missing, Reason: s.Reason}
	if s.Found.Costs != nil {
		out.Costs, out.Currency = s.Found.Costs.String(), string(s.Found.Costs.Currency)
	}
	if s.Decided() {
		out.Found = answer(s.Found.Answer)
	}
	return out
}

// ScopeAsked says what a request is.
type ScopeAsked struct {
	Category string `json:"category,omitempty" maxLength:"100" doc:"Of a form of the workspace; absent: as it is"`
	Brand    string `json:"brand,omitempty" maxLength:"160" doc:"Absent: as it is"`
	Contract string `json:"contract,omitempty" maxLength:"100" doc:"Id, where several name the work; with work"`
	Work     string `json:"work,omitempty" maxLength:"100" doc:"The kind of work as the contract names it; absent: by the category"`
	Minutes  int64  `json:"minutes,omitempty" minimum:"0" maximum:"600000" doc:"Estimated; absent: nobody estimated it"`
	Answer   string `json:"answer,omitempty" enum:"in-scope,draws-retainer,overage-pre-approved,change-order,declined" doc:"Absent: as the contract says"`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"Needed with another answer than the contract's"`
}

func (o *Operations) askScope(ctx context.Context, in *struct {
	Of
	Body ScopeAsked
}) (*api.Answer[Whole], error) {
	b := in.Body
	say := ops.ScopeInput{Category: b.Category, Brand: b.Brand, Minutes: b.Minutes, Answer: engagement.Answer(b.Answer), Reason: b.Reason}
	if b.Work != "" {
		say.Kind = b.Contract + "/" + b.Work
	}
	if _, err := o.Work.AskContract(ctx, access.ActorFrom(ctx), ops.Act{Client: in.Client, Request: in.Request}, say); err != nil {
		return nil, err
	}
	return o.get(ctx, &in.Of)
}
