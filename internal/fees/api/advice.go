package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerAdvice(a *api.API) {
	api.Register(a, api.Operation{Method: http.MethodGet, Path: "/clients/{client}/contracts/{contract}/advice", ID: "getAdvice", Summary: "Say which pay model the client's evidence can carry, on what measures",
		Description: "From hygiene of the CRM, clarity of attribution and predictability of the sales cycle, with what each model would have paid on the last twelve months that the newest import covers whole. Nothing is kept.",
		Tags:        []string{tag}, Action: string(access.ContractSee)}, o.advice)
}

// Advice is which pay model fits, and why.
type Advice struct {
	Import   int64    `json:"import" doc:"Number of the newest import, which was measured; 0: there is none"`
	On       string   `json:"on,omitempty" format:"date" doc:"Of that import"`
	Model    string   `json:"model,omitempty" doc:"Absent: there is not enough to say"`
	Why      []string `json:"why" nullable:"false"`
	Terms    []string `json:"terms" nullable:"false" doc:"What the model needs to hold"`
	Measures []Grade  `json:"measures" nullable:"false" doc:"Hygiene, clarity, predictability"`
	Cadence  string   `json:"cadence,omitempty" doc:"How often a result can be paid for"`
	Ran      string   `json:"ran,omitempty" doc:"Whose campaigns count as the agency's"`

	Hygiene *Hygiene    `json:"hygiene,omitempty" doc:"What the first grade is computed from"`
	Clarity *Clarity    `json:"clarity,omitempty" doc:"What the second is computed from"`
	Cycle   *SalesCycle `json:"cycle,omitempty" doc:"What the third is computed from"`

	Paid    []Paid   `json:"paid" nullable:"false" doc:"The contract as it stands and the models, on the same months"`
	Range   string   `json:"range,omitempty" doc:"How expected, low and high were drawn: how many resamples, by which seed, of how many companies"`
	Locked  []Locked `json:"locked" nullable:"false" doc:"The months of the contract as it stands that have a locked statement. As it stands each month is computed on the newest evidence, so a correction counts in the month that it corrects; a locked statement has the corrections of earlier months"`
	Grounds *Grounds `json:"grounds,omitempty" doc:"What the numbers of the models rest on"`
	Untried string   `json:"untried,omitempty" doc:"Why they could not be tried"`
}

// Locked is a month beside its locked statement.
type Locked struct {
	Month      string `json:"month" example:"2026-03"`
	Statement  string `json:"statement" doc:"Id of the locked statement"`
	Charged    Money  `json:"charged" doc:"By all of its lines, less what was given up since"`
	AsItStands Money  `json:"as_it_stands" doc:"What the month comes to on the newest evidence"`
	Difference Money  `json:"difference" doc:"charged - as_it_stands"`
}

// Grade is a measure with the lines that it was graded by.
type Grade struct {
	Name   string   `json:"name"`
	Grade  string   `json:"grade" enum:"good,fair,poor,insufficient data"`
	Value  string   `json:"value"`
	Why    []string `json:"why" nullable:"false"`
	Better []string `json:"better" nullable:"false" doc:"What would have to improve, the most first"`
}

func (o *Operations) advice(ctx context.Context, in *struct {
	Client   string `path:"client" doc:"Id of the client"`
	Contract string `path:"contract" maxLength:"64" doc:"Id of the contract"`
}) (*api.Answer[Advice], error) {
	found, err := o.Fees.Advise(ctx, access.ActorFrom(ctx), in.Contract)
	if err == nil && found.Contract.Client != in.Client {
		err = elsewhere()
	}
	if err != nil {
		return nil, err
	}
	return &api.Answer[Advice]{Body: AdviceOf(found)}, nil
}

// AdviceOf is the advice with all that it can be recomputed from.
func AdviceOf(found ops.Advice) Advice {
	a := found.Advice
	out := Advice{Import: found.Import, On: dayOf(found.On), Why: []string{}, Terms: []string{}, Measures: []Grade{}, Paid: []Paid{}, Locked: []Locked{}}
	if found.Import == 0 {
		return out
	}
	out.Model, out.Why, out.Terms, out.Cadence, out.Ran = string(a.Model), append(out.Why, a.Why...), append(out.Terms, a.Terms...), a.Cadence.Words, found.Ran
	for _, g := range a.Graded {
		out.Measures = append(out.Measures, Grade{g.Name, string(g.Grade), g.Value, append([]string{}, g.Why...), append([]string{}, g.Better...)})
	}
	out.Hygiene, out.Clarity, out.Cycle = hygieneOf(found.Measured.Hygiene), clarityOf(found.Measured), cycleOf(found.Measured.Cycle)
	if found.Untried != nil {
		out.Untried = found.Untried.Message
		return out
	}
	if tried := found.Paid.Tried; tried != nil {
		out.Paid, out.Grounds = PaidOf(*tried), GroundsOf(*tried)
		out.Range = fees.RangeWords(tried.Comparison)
		for _, l := range fees.BesideLocked(*tried, found.Paid.Locked) {
			out.Locked = append(out.Locked, Locked{l.Month.String(), l.Statement, moneyOf(l.Charged), moneyOf(l.Here), moneyOf(l.Difference())})
		}
	}
	return out
}
