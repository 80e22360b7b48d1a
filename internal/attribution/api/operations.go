// Package api holds the operations of attribution for programs: what marketing brought beside what it cost. It owns what programs read, not the
// rules (attribution) nor who may see it (attribution/ops).
package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

// Operations are the operations of this room.
type Operations struct {
	Attribution *ops.Service
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	api.Register(a, api.Operation{Method: http.MethodGet, Path: "/clients/{client}/returns", ID: "getReturns", Summary: "Put credited revenue beside spend, by channel, campaign or provider and month",
		Description: "Each deal is credited as the contract of its day says, unless another model or window is asked for. Revenue counts in the month in which a deal was won, spend in that in which it was spent. What is not known is absent, never zero.",
		Tags:        []string{"Evidence"}, Action: string(access.EvidenceSee)}, o.returns)
}

// Money is an amount in one currency.
type Money struct {
	Amount   string `json:"amount" doc:"Exact decimal" example:"14000.00"`
	Currency string `json:"currency" doc:"ISO 4217" example:"USD"`
}

func moneyOf(a money.Amount) Money { return Money{a.String(), string(a.Currency)} }

// Returns is what marketing brought and cost.
type Returns struct {
	AsOf    int64    `json:"as_of" doc:"Number of the import; 0 before the first"`
	Latest  int64    `json:"latest" doc:"Number of the newest import"`
	From    string   `json:"from" doc:"First month"`
	To      string   `json:"to" doc:"Last month"`
	By      string   `json:"by" enum:"channel,campaign,provider"`
	Agreed  bool     `json:"agreed" doc:"Credited as the contracts say, nothing else was asked"`
	Months  []string `json:"months" nullable:"false"`
	Rows    []Row    `json:"rows" nullable:"false"`
	Total   Row      `json:"total"`
	Fees    []Fee    `json:"fees" nullable:"false" doc:"Of the agency, by locked statements; a month that is not locked is absent"`
	LeftOut LeftOut  `json:"left_out"`

	Others []Grouping `json:"other_groupings" nullable:"false" doc:"All together by the other groupings: each knows the spend of other names and months, so the total hangs on it"`

	Acquisition []Acquisition `json:"acquisition" nullable:"false" doc:"What a new customer cost, in the order of the months"`
	CAC         CAC           `json:"cac" doc:"What a new customer cost over all months of which it is known"`
}

// Acquisition is what a new customer cost in a month.
type Acquisition struct {
	Month     string   `json:"month"`
	Customers *int     `json:"new_customers,omitempty" doc:"Won deals of new customers; absent: of some the CRM does not say it"`
	Untold    int      `json:"untold" doc:"Won deals of which the CRM does not say whether the customer is new"`
	CAC       *Money   `json:"cac,omitempty" doc:"Spend and the agency's fee for each new customer; absent: something is missing, or no new customer was won"`
	Missing   []string `json:"missing,omitempty" doc:"What is not known"`
}

// CAC is what a new customer cost over the months of which it is known.
type CAC struct {
	Months    int    `json:"months" doc:"How many it rests on"`
	Customers int    `json:"new_customers" doc:"In them"`
	Cost      Money  `json:"cost" doc:"Spend and the agency's fees in them"`
	Each      *Money `json:"cac,omitempty" doc:"Absent: no month is known, or none of them has a new customer"`
}

// Row is what one name brought and cost.
type Row struct {
	Kind   string `json:"kind" enum:"named,not-recorded,unattributed,total"`
	Name   string `json:"name,omitempty"`
	Months []Part `json:"months" nullable:"false" doc:"In the order of the months"`
	Total  Part   `json:"total"`
}

// Grouping is all together by another grouping.
type Grouping struct {
	By    string `json:"by" enum:"channel,campaign,provider"`
	Total Part   `json:"total"`
}

// Part is revenue and spend of a row.
type Part struct {
	Revenue  Money  `json:"revenue"`
	Deals    int    `json:"deals" doc:"Of which it holds money"`
	Costed   Money  `json:"costed" doc:"The part of the revenue of names in months in which their spend is known: what spend is held against. A sum is that of the names and months in it"`
	Uncosted Money  `json:"uncosted" doc:"The rest of the revenue, whose spend nobody knows: it is held against nothing"`
	Spend    *Money `json:"spend,omitempty" doc:"Absent: no row of spend says it"`
	Against  *Money `json:"costed_spend,omitempty" doc:"The part of the spend that the costed revenue is held against. Absent: there is no name and month whose spend is known"`
	Multiple string `json:"multiple,omitempty" doc:"Costed revenue for each unit of costed spend" example:"3.50"`
	ROMI     string `json:"romi,omitempty" doc:"In per cent, of the costed revenue at the margin that was stated" example:"140.00"`
}

// Fee is what the agency charged for a month.
type Fee struct {
	Month string `json:"month"`
	Fee   Money  `json:"fee"`
}

// LeftOut counts what no month counts: it is in another currency, or its amount is not known.
type LeftOut struct {
	Deals int `json:"deals"`
	Spend int `json:"spend" doc:"Rows of spend"`
}

type returnsQuery struct {
	Client   string `path:"client" doc:"Id of the client"`
	From     string `query:"from" maxLength:"7" doc:"First month; absent: the twelve months up to the last" example:"2026-01"`
	To       string `query:"to" maxLength:"7" doc:"Last month; absent: the last one that is over" example:"2026-03"`
	AsOf     int64  `query:"as_of" minimum:"1" doc:"Number of an import; absent: the newest"`
	By       string `query:"by" enum:"channel,campaign,provider" default:"channel"`
	Margin   string `query:"margin" maxLength:"20" doc:"Gross margin in per cent, with its sign or without, for the ROMI" example:"60 %"`
	Clause   string `query:"clause" maxLength:"200" doc:"Contract and clause whose rule is followed; absent: each deal's own"`
	Model    string `query:"model" maxLength:"60" doc:"Another model than the contract's" example:"linear"`
	Lookback string `query:"lookback" maxLength:"40" doc:"Another window" example:"90 days"`
	Edge     string `query:"edge" maxLength:"40" doc:"Another treatment at the edge of the window"`
}

func (q *returnsQuery) input() (ops.ReturnsInput, error) {
	var faults fault.List
	month := func(field, text string) (m cal.Month) {
		if text == "" {
			return m
		}
		m, err := cal.ParseMonth(text)
		for _, f := range fault.All(err) {
			faults.Add(f.At("query." + field))
		}
		return m
	}
	in := ops.ReturnsInput{From: month("from", q.From), To: month("to", q.To), AsOf: q.AsOf, By: attribution.By(q.By), Margin: q.Margin,
		Asked: ops.Asked{Clause: q.Clause, Model: q.Model, Lookback: q.Lookback, Edge: q.Edge}}
	return in, faults.Err()
}

func (o *Operations) returns(ctx context.Context, q *returnsQuery) (*api.Answer[Returns], error) {
	in, err := q.input()
	if err != nil {
		return nil, err
	}
	v, err := o.Attribution.Return(ctx, access.ActorFrom(ctx), q.Client, in)
	if err != nil {
		return nil, fault.Moved(err, func(place string) string { return "query." + place })
	}
	return &api.Answer[Returns]{Body: returnsOf(v)}, nil
}
