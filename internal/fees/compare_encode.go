package fees

import (
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

type comparisonJSON struct {
	Currency  money.Currency  `json:"currency"`
	Evidence  int64           `json:"evidence_as_of_import"`
	Months    []string        `json:"months"`
	Resamples int             `json:"resamples"`
	Seed      uint64          `json:"seed"`
	Drawn     int             `json:"companies_drawn"`
	Sides     []sidePriceJSON `json:"sides"`
}

type sidePriceJSON struct {
	Name     string            `json:"name"`
	Known    bool              `json:"known"` // false: total and by_month are only the part that is known
	Needs    []needJSON        `json:"needs"`
	Varies   bool              `json:"varies_with_deals"`
	Earning  int               `json:"companies_that_earn"`
	Credited string            `json:"credited_revenue"`
	Clauses  []clausePriceJSON `json:"clauses"`
	Range    *Range            `json:"range,omitempty"`
	ByMonth  []Range           `json:"range_by_month,omitempty"`
	Against  *Range            `json:"range_of_difference,omitempty"`
	Cheaper  *int              `json:"resamples_below_first,omitempty"`
	courseJSON
}

type needJSON struct {
	Clause string `json:"clause"`
	What   string `json:"what"`
	Most   string `json:"at_most,omitempty"`
}

type clausePriceJSON struct {
	Clause  string   `json:"clause"`
	Kind    string   `json:"kind"`
	Total   string   `json:"total"`
	ByMonth []string `json:"by_month"`
}

type rangeJSON struct {
	Expected string `json:"expected"`
	Low      string `json:"p10"`
	Middle   string `json:"p50"`
	High     string `json:"p90"`
}

// MarshalJSON writes the printed form: months as 2026-03, amounts as decimals.
func (c Comparison) MarshalJSON() ([]byte, error) {
	j := comparisonJSON{Currency: c.Currency, Evidence: c.Evidence, Months: []string{}, Resamples: c.Resamples, Seed: c.Seed, Drawn: c.Drawn, Sides: []sidePriceJSON{}}
	for _, m := range c.Months {
		j.Months = append(j.Months, m.String())
	}
	for _, s := range c.Sides {
		j.Sides = append(j.Sides, s.printed())
	}
	return plainJSON(j)
}

func (s SidePrice) printed() sidePriceJSON {
	out := sidePriceJSON{Name: s.Name, Known: len(s.Needs) == 0, Needs: []needJSON{}, Varies: s.Varies, Earning: s.Earning, Credited: s.Credited.String(), Clauses: []clausePriceJSON{},
		Range: s.Range, ByMonth: s.ByMonth, Against: s.Against, courseJSON: s.Course.printed()}
	if s.Against != nil {
		out.Cheaper = &s.Cheaper
	}
	for _, n := range s.Needs {
		need := needJSON{Clause: n.Clause, What: n.What}
		if n.Most != nil {
			need.Most = n.Most.String()
		}
		out.Needs = append(out.Needs, need)
	}
	for _, c := range s.Clauses {
		clause := clausePriceJSON{Clause: c.Clause, Kind: c.Kind, Total: c.Total.String(), ByMonth: []string{}}
		for _, t := range c.Totals {
			clause.ByMonth = append(clause.ByMonth, t.String())
		}
		out.Clauses = append(out.Clauses, clause)
	}
	return out
}

// MarshalJSON writes the amounts as decimals.
func (r Range) MarshalJSON() ([]byte, error) {
	return plainJSON(rangeJSON{r.Expected.String(), r.Low.String(), r.Middle.String(), r.High.String()})
}
