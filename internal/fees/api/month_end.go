package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const (
	monthEnds = "/month-ends"
	monthEnd  = monthEnds + "/{run}"
)

func (o *Operations) registerMonthEnds(a *api.API) {
	operation := func(method, path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	}
	run := operation(http.MethodPost, monthEnds, "runMonthEnd", "Run the month end of all engagements", access.MonthEndRun)
	run.Status = http.StatusCreated
	run.Description = "Drafts the statement of the month for every contract of the caller's clients that is in force or still has something to charge, and submits those that nothing stands in the way of " +
		"when asked to. It runs on after the answer: read it until state is ended. It does only what is not yet done, so it can be repeated. Two at once are a conflict."
	api.Register(a, run, o.runMonthEnd)
	list := operation(http.MethodGet, monthEnds, "listMonthEnds", "List the month ends, the newest first", access.MonthEndSee)
	list.Description = "What is counted are the engagements of the caller's clients."
	api.Register(a, list, o.listMonthEnds)
	api.Register(a, operation(http.MethodGet, monthEnd, "getMonthEnd", "Read how far a month end is and what it came to", access.MonthEndSee), o.getMonthEnd)
	outcomes := operation(http.MethodGet, monthEnd+"/outcomes", "listMonthEndOutcomes", "List what came of each engagement, exceptions first", access.MonthEndSee)
	api.Register(a, outcomes, o.listOutcomes)
	resume := operation(http.MethodPost, monthEnd+"/resume", "resumeMonthEnd", "Go on with a month end that was interrupted", access.MonthEndRun)
	api.Register(a, resume, o.resumeMonthEnd)
}

// RunMonthEnd says which month is ended.
type RunMonthEnd struct {
	Month  string `json:"month" pattern:"^\\d{4}-\\d{2}$" example:"2026-03" doc:"A month that is over"`
	Submit bool   `json:"submit" doc:"Also submit each statement that nothing stands in the way of; false: only draft"`
}

// MonthEnd is a run and what it came to so far.
type MonthEnd struct {
	ID      string         `json:"id"`
	Month   string         `json:"month" example:"2026-03"`
	Submits bool           `json:"submits"`
	State   string         `json:"state" enum:"running,interrupted,ended"`
	Done    int            `json:"done" doc:"Engagements that are done"`
	Total   int            `json:"total"`
	Now     string         `json:"now,omitempty" doc:"The client that is worked on"`
	Message string         `json:"message,omitempty" doc:"Why it was interrupted"`
	Counts  MonthEndCounts `json:"counts"`
	BegunAt time.Time      `json:"begun_at"`
	BegunBy string         `json:"begun_by"`
	EndedAt *time.Time     `json:"ended_at,omitempty"`
}

// MonthEndCounts are how many engagements came to what.
type MonthEndCounts struct {
	Exceptions int `json:"exceptions"`
	Submitted  int `json:"submitted"`
	Drafted    int `json:"drafted"`
	Unchanged  int `json:"unchanged" doc:"The newest draft says the same already"`
	Already    int `json:"already" doc:"Submitted or locked before"`
	Nothing    int `json:"nothing" doc:"The contract has ended and nothing is left to charge"`
}

// Outcome is what came of one engagement.
type Outcome struct {
	Kind         string     `json:"kind" enum:"exception,submitted,drafted,unchanged,already,nothing"`
	Client       string     `json:"client_id"`
	ClientName   string     `json:"client"`
	Contract     string     `json:"contract_id"`
	ContractName string     `json:"contract"`
	Statement    string     `json:"statement_id,omitempty"`
	State        string     `json:"state,omitempty" enum:"draft,submitted,withdrawn,locked" doc:"Of the statement, when the engagement was done"`
	Revision     int        `json:"revision,omitempty"`
	Total        *Money     `json:"total,omitempty"`
	Difference   *Money     `json:"difference,omitempty" doc:"To the revision before; absent without one"`
	Obstacles    []Obstacle `json:"obstacles" nullable:"false" doc:"What stands in the way; empty but for an exception"`
}

// Obstacle is one thing in the way.
type Obstacle struct {
	Code   string `json:"code" example:"no-import"`
	Reason string `json:"reason"`
	Mend   string `json:"mend" doc:"What to do about it"`
}

func monthEndOf(m ops.MonthEnd) MonthEnd {
	out := MonthEnd{ID: m.ID, Month: m.Month.String(), Submits: m.Submits, State: "ended", Done: m.Done, Total: m.Total, Now: m.Now, Message: m.Message,
		BegunAt: m.BegunAt, BegunBy: m.BegunBy, EndedAt: instant(m.EndedAt), Counts: MonthEndCounts{
			Exceptions: m.Count(fees.OutcomeException), Submitted: m.Count(fees.OutcomeSubmitted), Drafted: m.Count(fees.OutcomeDrafted),
			Unchanged: m.Count(fees.OutcomeUnchanged), Already: m.Count(fees.OutcomeAlready), Nothing: m.Count(fees.OutcomeNothing),
		}}
	switch {
	case m.Stalled:
		out.State = "interrupted"
	case m.Running:
		out.State = "running"
	}
	return out
}

func outcomeOf(o ops.Outcome) Outcome {
	out := Outcome{Kind: string(o.Kind), Client: o.Client, ClientName: o.ClientName, Contract: o.Contract, ContractName: o.ContractName,
		Statement: o.Statement, State: string(o.State), Revision: o.Revision, Obstacles: []Obstacle{}}
	if o.Statement != "" {
		total := moneyOf(o.Total)
		out.Total = &total
	}
	if o.Before > 0 {
		difference := moneyOf(o.Difference)
		out.Difference = &difference
	}
	for _, x := range o.Obstacles {
		out.Obstacles = append(out.Obstacles, Obstacle{x.Code, x.Reason, x.Mend})
	}
	return out
}

func (o *Operations) runMonthEnd(ctx context.Context, in *struct{ Body RunMonthEnd }) (*api.Created[MonthEnd], error) {
	month, err := cal.ParseMonth(in.Body.Month)
	if err != nil {
		return nil, fault.New(fault.Invalid, "month", "Write the month as 2026-03.").At("body.month").Because(err)
	}
	m, err := o.Fees.StartMonthEnd(ctx, access.ActorFrom(ctx), ops.MonthEndInput{Month: month, Submit: in.Body.Submit})
	if err != nil {
		return nil, fault.Moved(err, func(place string) string { return "body." + place })
	}
	return &api.Created[MonthEnd]{Location: api.Path("month-ends", m.ID), Body: monthEndOf(m)}, nil
}

func (o *Operations) listMonthEnds(ctx context.Context, in *struct{ api.Page }) (*api.Answer[api.List[MonthEnd]], error) {
	found := []MonthEnd{}
	for page := 1; ; page++ {
		p, err := o.Fees.MonthEnds(ctx, access.ActorFrom(ctx), page)
		if err != nil {
			return nil, err
		}
		for _, m := range p.Runs {
			found = append(found, monthEndOf(m))
		}
		if len(p.Runs) < ops.PageSize {
			return api.Cut(in.Page, found, func(m MonthEnd) string { return m.ID })
		}
	}
}

// OfRun names a month end in the address.
type OfRun struct {
	Run string `path:"run" maxLength:"64" doc:"Id of the month end"`
}

func (o *Operations) getMonthEnd(ctx context.Context, in *OfRun) (*api.Answer[MonthEnd], error) {
	m, err := o.Fees.ShowMonthEnd(ctx, access.ActorFrom(ctx), in.Run)
	if err != nil {
		return nil, err
	}
	return &api.Answer[MonthEnd]{Body: monthEndOf(m)}, nil
}

func (o *Operations) listOutcomes(ctx context.Context, in *struct {
	OfRun
	Kind string `query:"kind" enum:"exception,submitted,drafted,unchanged,already,nothing" doc:"Only these; absent: all"`
	api.Page
}) (*api.Answer[api.List[Outcome]], error) {
	m, err := o.Fees.ShowMonthEnd(ctx, access.ActorFrom(ctx), in.Run)
	if err != nil {
		return nil, err
	}
	found := []Outcome{}
	for _, x := range m.Outcomes {
		if in.Kind == "" || in.Kind == string(x.Kind) {
			found = append(found, outcomeOf(x))
		}
	}
	return api.Cut(in.Page, found, func(x Outcome) string { return x.Contract })
}

func (o *Operations) resumeMonthEnd(ctx context.Context, in *OfRun) (*api.Answer[MonthEnd], error) {
	if err := o.Fees.ResumeMonthEnd(ctx, access.ActorFrom(ctx), in.Run); err != nil {
		return nil, err
	}
	return o.getMonthEnd(ctx, in)
}
