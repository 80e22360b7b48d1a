package fees

import (
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

type pricesJSON struct {
	Currency money.Currency    `json:"currency"`
	Evidence int64             `json:"evidence_as_of_import"`
	Months   []string          `json:"months"`
	Written  courseJSON        `json:"as_written"`
	Needs    []string          `json:"needs,omitempty"`
	Choices  []choicePriceJSON `json:"choices"`
}

type courseJSON struct {
	Total   string   `json:"total"`
	ByMonth []string `json:"by_month"`
	Held    int      `json:"held"`
}

type choicePriceJSON struct {
	Path     string             `json:"path"`
	Name     string             `json:"name"`
	Clause   string             `json:"clause,omitempty"`
	Written  string             `json:"written"`
	Readings []readingPriceJSON `json:"readings"`
}

type readingPriceJSON struct {
	Other      string   `json:"other"`
	Difference string   `json:"difference,omitempty"` // left out where it is unknown
	Needs      []string `json:"needs,omitempty"`
	courseJSON
}

// MarshalJSON writes the printed form: months as 2026-03, amounts as decimals.
func (p Prices) MarshalJSON() ([]byte, error) {
	j := pricesJSON{Currency: p.Currency, Evidence: p.Evidence, Months: []string{}, Written: p.Written.printed(), Choices: []choicePriceJSON{}}
	for _, m := range p.Months {
		j.Months = append(j.Months, m.String())
	}
	for _, n := range p.Needs {
		j.Needs = append(j.Needs, n.Words())
	}
	for _, c := range p.Choices {
		choice := choicePriceJSON{Path: c.Path, Name: c.Name, Clause: c.Clause, Written: c.Written}
		for _, r := range c.Readings {
			choice.Readings = append(choice.Readings, readingPriceJSON{r.Other, r.difference(), r.Needs, r.printed()})
		}
		j.Choices = append(j.Choices, choice)
	}
	return plainJSON(j)
}

func (c Course) printed() courseJSON {
	out := courseJSON{Total: c.Total.String(), ByMonth: []string{}, Held: c.Held}
	for _, t := range c.Totals {
		out.ByMonth = append(out.ByMonth, t.String())
	}
	return out
}

func (r ReadingPrice) difference() string {
	if len(r.Needs) > 0 {
		return ""
	}
	return r.Difference.String()
}
