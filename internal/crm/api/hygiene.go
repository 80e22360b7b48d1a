package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const hygiene = "/clients/{client}/hygiene"

func (o *Operations) registerHygiene(a *api.API) {
	api.Register(a, api.Operation{Method: http.MethodGet, Path: hygiene, ID: "getHygiene", Summary: "Measure how far the evidence can be trusted, with the score over the imports",
		Description: "The score is of the deals that are open, or were closed in the last 12 months. It is absent below 20 deals, which say nothing.",
		Tags:        []string{tag}, Action: string(access.EvidenceSee)}, o.getHygiene)
	api.Register(a, api.Operation{Method: http.MethodGet, Path: hygiene + "/{check}/failing", ID: "listFailing", Summary: "List the records that miss a check of the hygiene score",
		Description: "The following pages stay with the import of the first, whatever is imported meanwhile.",
		Tags:        []string{tag}, Action: string(access.EvidenceSee)}, o.listFailing)
}

// Hygiene is how far the evidence of a client can be trusted.
type Hygiene struct {
	AsOf   int64       `json:"as_of" doc:"Number of the import; 0 before the first, and then nothing is measured"`
	Latest int64       `json:"latest" doc:"Number of the newest import"`
	On     string      `json:"on,omitempty" format:"date" doc:"Day of the import, on which it is measured"`
	Deals  int64       `json:"deals" doc:"That it is of"`
	Points string      `json:"points,omitempty" doc:"Of 100" example:"61.3"`
	Checks []Check     `json:"checks" nullable:"false"`
	Cycle  *Cycle      `json:"cycle,omitempty" doc:"Absent below 20 won deals"`
	Trend  []ScoreMark `json:"trend" nullable:"false" doc:"The last import of each of the last twelve months that have one, oldest first"`
}

// Check is one part of the score.
type Check struct {
	Code    string `json:"code" enum:"complete,fresh,close-date,unique,linked,stage-history"`
	Name    string `json:"name"`
	Words   string `json:"words" doc:"What is counted"`
	Weight  int64  `json:"weight" doc:"In hundredths of the score"`
	Met     int64  `json:"met"`
	Of      int64  `json:"of" doc:"0: there is nothing to measure, and the other checks weigh as much more"`
	Lost    string `json:"lost" doc:"Points that the records that miss it cost"`
	Failing int    `json:"failing" doc:"How many records listFailing lists"`
}

// Cycle is how long deals take that were won in the last 12 months.
type Cycle struct {
	Deals    int64  `json:"deals"`
	Quarter  string `json:"quarter" doc:"Days within which a quarter of them closed"`
	Median   string `json:"median" example:"41.25"`
	ThreeOf4 string `json:"three_quarters"`
	Forecast int64  `json:"forecast" doc:"Those of which is known when they were to close"`
	Slipped  int    `json:"slipped" doc:"Of those, closed more than 30 days later"`
}

// ScoreMark is the score as of an import.
type ScoreMark struct {
	Import int64  `json:"import"`
	On     string `json:"on" format:"date"`
	Deals  int64  `json:"deals"`
	Points string `json:"points,omitempty" doc:"Absent below 20 deals"`
}

// zone is that of the client's days.
func (o *Operations) zone(ctx context.Context, client string) *time.Location {
	if o.Zone != nil {
		if z := o.Zone(ctx, client); z != nil {
			return z
		}
	}
	return time.UTC
}

func (o *Operations) getHygiene(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	AsOf   int64  `query:"as_of" minimum:"1" doc:"Number of an import; absent: the newest"`
}) (*api.Answer[Hygiene], error) {
	found, err := o.CRM.Standing(ctx, access.ActorFrom(ctx), in.Client, in.AsOf, o.zone(ctx, in.Client))
	if err != nil {
		return nil, err
	}
	return &api.Answer[Hygiene]{Body: hygieneOf(found)}, nil
}

func hygieneOf(found ops.Standing) Hygiene {
	s := found.Score
	out := Hygiene{AsOf: found.AsOf, Latest: found.Latest, On: dayOf(s.On), Deals: s.Deals, Checks: []Check{}, Trend: []ScoreMark{}}
	if points, ok := s.Points(); ok && s.Enough() {
		out.Points = points.String()
	}
	for _, c := range s.Checks {
		out.Checks = append(out.Checks, Check{string(c.Code), c.Code.Name(), c.Code.Words(), c.Weight, c.Met, c.Of, s.Lost(c).String(), len(c.Failing)})
	}
	if c := found.Cycle; c.Enough() {
		out.Cycle = &Cycle{c.Deals, c.Quartiles[0].String(), c.Median().String(), c.Quartiles[2].String(), c.Forecast, len(c.Slipped)}
	}
	for _, m := range found.Trend {
		mark := ScoreMark{Import: m.No, On: dayOf(m.On), Deals: m.Deals}
		if m.Known {
			mark.Points = m.Points.String()
		}
		out.Trend = append(out.Trend, mark)
	}
	return out
}

// Failing is a record that misses a check.
type Failing struct {
	Kind string `json:"kind"`
	ID   string `json:"id" doc:"As the CRM has it"`
	Name string `json:"name,omitempty"`
	Why  string `json:"why"`
}

// AllFailing is one stretch of them.
type AllFailing struct {
	AsOf  int64     `json:"as_of" doc:"Number of the import; 0 before the first"`
	Total int       `json:"total"`
	Items []Failing `json:"items" nullable:"false"`
	Next  string    `json:"next,omitempty" doc:"Send it as after to go on; absent at the end"`
}

func (o *Operations) listFailing(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Check  string `path:"check" maxLength:"40" doc:"Code of the check" example:"fresh"`
	AsOf   int64  `query:"as_of" minimum:"1" doc:"Number of an import; absent: the newest"`
	api.Page
}) (*api.Answer[AllFailing], error) {
	number, offset, err := placeIn(in.AsOf, in.After)
	if err != nil {
		return nil, err
	}
	found, err := o.CRM.Standing(ctx, access.ActorFrom(ctx), in.Client, number, o.zone(ctx, in.Client))
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(found.Score.Checks, func(c crm.Check) bool { return string(c.Code) == in.Check })
	if !slices.Contains(crm.CheckCodes(), crm.CheckCode(in.Check)) {
		return nil, fault.New(fault.NotFound, "check", "There is no check %q of the hygiene score.", in.Check)
	}
	out := AllFailing{AsOf: found.AsOf, Items: []Failing{}}
	if at < 0 {
		return &api.Answer[AllFailing]{Body: out}, nil
	}
	all := found.Score.Checks[at].Failing
	out.Total = len(all)
	rest := all[min(offset, len(all)):]
	for _, f := range rest[:min(in.Limit, len(rest))] {
		out.Items = append(out.Items, Failing{string(f.Kind), f.ID, f.Name, f.Why})
	}
	if end := offset + len(out.Items); end < out.Total {
		out.Next = placeAfter(found.AsOf, end)
	}
	return &api.Answer[AllFailing]{Body: out}, nil
}
