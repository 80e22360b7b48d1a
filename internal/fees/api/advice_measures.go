package api

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Hygiene is the score of the CRM: of each check the part that meets it, by its weight among those that could be measured.
type Hygiene struct {
	Deals  int64          `json:"deals" doc:"Open on the day of the import or closed in the 12 months before"`
	Score  string         `json:"score,omitempty" example:"61.30" doc:"Of 100; absent: nothing could be measured"`
	Checks []HygieneCheck `json:"checks" nullable:"false"`
}

// HygieneCheck is one part of the score.
type HygieneCheck struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Weight int64  `json:"weight" doc:"In hundredths of the score"`
	Met    int64  `json:"met"`
	Of     int64  `json:"of" doc:"0: there is nothing that it could be measured on"`
	Lost   string `json:"lost" example:"18.80" doc:"Points that it costs"`
}

// Clarity is how much of the won revenue of two sales cycles can be traced to marketing, and what marketing earns of it by each of four models.
type Clarity struct {
	Days    Window        `json:"days" doc:"The two sales cycles that end with the day of the import"`
	Version int           `json:"version" doc:"Of the contract: by its latest text all deals are measured, and so is the grade"`
	Deals   int64         `json:"deals" doc:"Won in these days, in the currency of the contract, with an amount"`
	Clear   Money         `json:"clear"`
	Unknown Money         `json:"unknown" doc:"Of deals that lack nothing but a history that tells whether their source was changed"`
	Of      Money         `json:"of" doc:"All of them: what clear, and what is earned, is a part of"`
	Earned  []Earned      `json:"earned" nullable:"false"`
	Spread  string        `json:"spread_points,omitempty" example:"18.90" doc:"(the most earned - the least) / of, in percentage points"`
	Year    string        `json:"spread_points_of_a_year,omitempty" doc:"The same of the deals won in the 12 months of the cycle"`
	Unclear []UnclearDeal `json:"unclear" nullable:"false"`
	LeftOut []NamedDeal   `json:"left_out" nullable:"false" doc:"Won in these days and not counted"`
	Agreed  AgreedClarity `json:"as_agreed" doc:"The same with each deal by the text that was in force when it was won"`
}

// Window is days, both included, and what their number is made of.
type Window struct {
	From    string `json:"from,omitempty" format:"date"`
	Through string `json:"through,omitempty" format:"date"`
	Days    int    `json:"days" doc:"Twice the median, rounded up, at least 30; 0: the cycle is not known"`
	Median  string `json:"median_days" example:"40.25" doc:"Of the sales cycle"`
}

// Earned is what marketing earns by one model.
type Earned struct {
	Model  string `json:"model" example:"first"`
	Amount Money  `json:"amount"`
}

// UnclearDeal is a won deal that is not clear, and all that it lacks.
type UnclearDeal struct {
	Deal   string   `json:"deal"`
	Name   string   `json:"name,omitempty"`
	Amount Money    `json:"amount"`
	Lacks  []string `json:"lacks" nullable:"false"`
}

// NamedDeal is a deal and what is to be said of it.
type NamedDeal struct {
	Deal string `json:"deal"`
	Name string `json:"name,omitempty"`
	Why  string `json:"why"`
}

// AgreedClarity is clarity and what is earned by the texts in force.
type AgreedClarity struct {
	Versions []VersionClarity `json:"versions" nullable:"false" doc:"Those that deals were won under; those before the first count with it"`
	Deals    int64            `json:"deals"`
	Clear    Money            `json:"clear"`
	Of       Money            `json:"of"`
	Earned   []Earned         `json:"earned" nullable:"false"`
	Spread   string           `json:"spread_points,omitempty"`
	Year     string           `json:"spread_points_of_a_year,omitempty"`
}

// VersionClarity is what is clear of the deals won under one version.
type VersionClarity struct {
	Version int   `json:"version"`
	Deals   int64 `json:"deals"`
	Clear   Money `json:"clear"`
	Of      Money `json:"of"`
}

// SalesCycle is how long the deals won in the 12 months took from creation to close, and how many closed later than foreseen.
type SalesCycle struct {
	From      string      `json:"from" format:"date"`
	Through   string      `json:"through" format:"date"`
	Deals     int64       `json:"deals" doc:"Won, with a day of creation"`
	Undated   []NamedDeal `json:"undated" nullable:"false" doc:"Won, and nobody knows when they were created"`
	Quartiles []string    `json:"quartiles_in_days,omitempty" doc:"A quarter, half and three quarters of the deals took at most so long; absent: too few"`
	Forecast  int64       `json:"forecast" doc:"Deals of which the close date is known that they were created with"`
	Slipped   []NamedDeal `json:"slipped" nullable:"false" doc:"Of those, won more than 30 days after it"`
}

func hygieneOf(s crm.HygieneScore) *Hygiene {
	out := &Hygiene{Deals: s.Deals, Checks: []HygieneCheck{}}
	if score, ok := s.Points(); ok {
		out.Score = hundredths(int64(score))
	}
	for _, c := range s.Checks {
		out.Checks = append(out.Checks, HygieneCheck{string(c.Code), c.Code.Name(), c.Weight, c.Met, c.Of, hundredths(int64(s.Lost(c)))})
	}
	return out
}

// hundredths are points with all their decimals: "18.90".
func hundredths(points int64) string { return fmt.Sprintf("%d.%02d", points/100, points%100) }

func pointsIf(points int64, ok bool) string {
	if !ok {
		return ""
	}
	return hundredths(points)
}

func clarityOf(m fees.Measured) *Clarity {
	c := m.Clarity
	out := &Clarity{Days: Window{Days: c.Period.Days(), Median: m.Cycle.Median().String()}, Version: m.Version, Deals: c.Deals, Clear: moneyOf(c.Clear), Unknown: moneyOf(c.Unknown), Of: moneyOf(c.Of),
		Earned: earnedOf(m.Earned), Spread: pointsIf(m.Spread, m.SpreadOK), Year: pointsIf(m.Year, m.YearOK), Unclear: []UnclearDeal{}, LeftOut: namedOf(c.LeftOut)}
	if !c.Period.IsEmpty() {
		out.Days.From, out.Days.Through = dayOf(c.Period.From), dayOf(c.Period.Last())
	}
	for _, u := range c.Failing {
		out.Unclear = append(out.Unclear, UnclearDeal{u.Deal.ID, u.Deal.Name, moneyOf(u.Deal.Amount), append([]string{}, u.Why...)})
	}
	deals, clear, earned := m.Agreed.Together()
	spread, ok := earned.Spread()
	nothing := money.New(0, c.Of.Currency)
	out.Agreed = AgreedClarity{Versions: []VersionClarity{}, Deals: deals, Clear: moneyOf(nothing.Add(clear)), Of: moneyOf(nothing.Add(earned.Of)), Earned: earnedOf(earned.By), Spread: pointsIf(spread, ok), Year: pointsIf(m.Agreed.Year, m.Agreed.YearOK)}
	for _, v := range m.Agreed.Versions {
		out.Agreed.Versions = append(out.Agreed.Versions, VersionClarity{v.Version, v.Clarity.Deals, moneyOf(v.Clarity.Clear), moneyOf(v.Clarity.Of)})
	}
	return out
}

func earnedOf(by []attribution.EarnedBy) []Earned {
	out := []Earned{}
	for _, e := range by {
		out = append(out, Earned{string(e.Model), moneyOf(e.Amount)})
	}
	return out
}

func namedOf(rows []crm.Failing) []NamedDeal {
	out := []NamedDeal{}
	for _, f := range rows {
		out = append(out, NamedDeal{f.ID, f.Name, f.Why})
	}
	return out
}

func cycleOf(c crm.Cycle) *SalesCycle {
	out := &SalesCycle{From: dayOf(c.Period().From), Through: dayOf(c.On), Deals: c.Deals, Undated: namedOf(c.Undated), Forecast: c.Forecast, Slipped: namedOf(c.Slipped)}
	if c.Enough() {
		for _, q := range c.Quartiles {
			out.Quartiles = append(out.Quartiles, q.String())
		}
	}
	return out
}
