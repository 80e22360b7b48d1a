package ops

import (
	"encoding/csv"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// ComparedMonth is what a difference costs of one month.
type ComparedMonth struct {
	Name      string `json:"name" doc:"Statement of March 2026, or March 2026 where none stands"`
	Statement string `json:"statement_id,omitempty" doc:"On evidence of the later moment or after it; absent: none stands, and a next one will charge the month"`
	State     string `json:"state,omitempty" enum:"locked,submitted,draft" doc:"Of the statement"`
	Import    int64  `json:"import,omitempty" doc:"That the statement is as of"`

	Currency string   `json:"currency"`
	This     string   `json:"this_difference" doc:"By the same terms on the later evidence, less on the earlier"`
	Held     []string `json:"held,omitempty" doc:"What either leaves out for want of a fact: this_difference does not hold it"`
}

// ComparedCosts are the costs of all statements and months together.
type ComparedCosts struct {
	Left     []ComparedSum `json:"still_to_correct" nullable:"false" doc:"What the next statement would carry on the newest evidence, one for each currency; drafts are none of it"`
	This     []ComparedSum `json:"this_difference" nullable:"false" doc:"What the difference between the two moments costs, one for each currency"`
	Held     int           `json:"held" doc:"Things that are left out of this_difference for want of a fact"`
	Uncosted int           `json:"not_computed" doc:"Older statements and months that are in no sum"`
}

// ComparedSum is a sum in one currency.
type ComparedSum struct {
	Currency string `json:"currency"`
	Amount   string `json:"amount"`
}

func (c Comparison) costsDocument() *ComparedCosts {
	if !c.costed() {
		return nil
	}
	return &ComparedCosts{Left: sumsDocument(c.Together()), This: sumsDocument(c.ThisCosts()), Held: c.Unknown(), Uncosted: c.Uncosted}
}

func (c Comparison) costed() bool {
	for _, t := range c.Touched {
		if t.Cost != nil {
			return true
		}
	}
	return len(c.monthCosts()) > 0
}

func sumsDocument(sums []money.Amount) []ComparedSum {
	out := []ComparedSum{}
	for _, s := range sums {
		out = append(out, ComparedSum{string(s.Currency), s.String()})
	}
	return out
}

func (m MonthCost) document() ComparedMonth {
	return ComparedMonth{Name: m.Name, Statement: m.Statement, State: m.State, Import: m.Import, Currency: string(m.Differs.Currency), This: m.Differs.String(), Held: m.Held}
}

// costsCSV writes a line for each statement on earlier evidence, and for each other month of which the difference costs something or of which something is held. What
// was not computed is an empty cell.
type costsCSV struct{ out *csv.Writer }

func (f *costsCSV) head(c Comparison) error {
	lines := [][]string{{"id", "name", "state", "import", "currency", "as_given", "computed_again", "still_to_correct", "this_difference", "held"}}
	for _, t := range c.Touched {
		line := []string{t.ID, t.Name, t.State, strconv.FormatInt(t.Import, 10), string(t.Total.Currency), t.Total.String(), "", "", "", ""}
		if t.Cost != nil {
			line[6] = t.Cost.Now.String()
		}
		if t.Cost != nil && !t.Draft() {
			line[7] = t.Cost.Left.String()
		}
		if t.This != nil {
			line[8], line[9] = t.This.Differs.String(), strconv.Itoa(len(t.This.Held))
		}
		lines = append(lines, line)
	}
	for _, m := range c.Months {
		if !m.Tells() {
			continue
		}
		no := ""
		if m.Import > 0 {
			no = strconv.FormatInt(m.Import, 10)
		}
		lines = append(lines, []string{m.Statement, m.Name, m.State, no, string(m.Differs.Currency), "", "", "", m.Differs.String(), strconv.Itoa(len(m.Held))})
	}
	for _, line := range lines {
		for i := range line {
			line[i] = csvin.Neutralise(line[i]) // a plain number stays one
		}
		if err := f.out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func (f *costsCSV) row(ComparedRow) error { return nil }

func (f *costsCSV) close() error {
	f.out.Flush()
	return f.out.Error()
}
