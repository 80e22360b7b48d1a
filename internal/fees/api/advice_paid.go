package api

import (
	"github.com/ofrecord/ofrecord/internal/fees"
)

// Paid is what terms would have come to.
type Paid struct {
	Name     string       `json:"name"`
	Total    *Money       `json:"total,omitempty" doc:"Absent while facts are lacking"`
	Expected *Money       `json:"expected,omitempty" doc:"Mean over resampled deals"`
	Low      *Money       `json:"low,omitempty" doc:"10 % come to less"`
	High     *Money       `json:"high,omitempty" doc:"10 % come to more"`
	Needs    int          `json:"needs,omitempty" doc:"How many facts the history lacks for it"`
	Held     int          `json:"held,omitempty" doc:"How many questions hold money out"`
	HeldOut  []Question   `json:"held_out,omitempty" doc:"These questions"`
	Notes    []string     `json:"notes,omitempty" doc:"What the numbers do not tell: what does not vary, where it breaks even with the contract as it stands, what floors and caps made of its share"`
	Months   []PaidMonth  `json:"months" nullable:"false" doc:"They sum to the total; while facts are lacking, of what is known"`
	Clauses  []PaidClause `json:"clauses" nullable:"false" doc:"They sum to the total, and month by month to the months"`
	Texts    []PaidText   `json:"texts" nullable:"false" doc:"What was tried: of the contract as it stands every version, each for its days; of the others one text"`
}

// Question is a fact that is missing, so that money is held out.
type Question struct {
	Subject string `json:"subject,omitempty" example:"deal D3"`
	Text    string `json:"text"`
}

// PaidMonth is what a month comes to.
type PaidMonth struct {
	Month  string `json:"month" example:"2026-03"`
	Amount Money  `json:"amount"`
}

// PaidClause is what a clause comes to.
type PaidClause struct {
	Clause string      `json:"clause"`
	Kind   string      `json:"kind"`
	Total  Money       `json:"total"`
	Months []PaidMonth `json:"months" nullable:"false"`
}

// PaidText is a text of a contract.
type PaidText struct {
	Version   int    `json:"version"`
	Effective string `json:"effective" format:"date"`
	Text      string `json:"text" doc:"As it is written"`
}

// Grounds are the numbers of the models, and what they rest on.
type Grounds struct {
	Yearly            Money          `json:"yearly" doc:"What a year of the models pays when all is at target"`
	Came              *Money         `json:"came_to,omitempty" doc:"What the contract as it stands came to in the months: x 12 / months, to the nearest 1,000, is the yearly amount. Absent: that was given"`
	Months            int            `json:"months" doc:"That all were tried on"`
	Fixed             string         `json:"fixed" example:"70 %" doc:"Part of the yearly amount that is fixed beside a bonus"`
	FixedMonthly      Money          `json:"fixed_monthly" doc:"yearly x fixed / 12"`
	Reduced           string         `json:"reduced" example:"60 %" doc:"Part of it that is the retainer beside a share"`
	ReducedMonthly    Money          `json:"reduced_monthly" doc:"yearly x reduced / 12"`
	Share             string         `json:"share" example:"3 %" doc:"Of credited revenue"`
	Every             string         `json:"every" doc:"Performance period of the bonus"`
	BonusAtTarget     Money          `json:"bonus_at_target" doc:"yearly x (100 % - fixed) x months of the performance period / 12"`
	Rounding          string         `json:"rounding" doc:"Of the amounts in the texts"`
	Metrics           []GroundMetric `json:"metrics" nullable:"false"`
	PointsAreExamples bool           `json:"points_are_examples" doc:"The history has no reading that they could be drawn from"`
	Words             []string       `json:"words" nullable:"false" doc:"The same as arithmetic in sentences"`
}

// GroundMetric is a metric of the bonus with its points: the target is the median of the readings, threshold and max a fifth below and above it.
type GroundMetric struct {
	Metric    string          `json:"metric"`
	Threshold string          `json:"threshold"`
	Target    string          `json:"target"`
	Max       string          `json:"max"`
	Readings  []GroundReading `json:"readings" nullable:"false"`
}

// GroundReading is what was read of a metric for a whole performance period.
type GroundReading struct {
	From    string `json:"from" format:"date"`
	Through string `json:"through" format:"date"`
	Value   string `json:"value"`
}

// PaidOf is what each side of a trial comes to, with its texts.
func PaidOf(t fees.Tried) []Paid {
	out := []Paid{}
	for i, side := range t.Sides {
		p := paidOf(t, side)
		texts := t.Texts[i : i+1]
		if i == 0 {
			texts = t.Versions
		}
		for _, v := range texts {
			p.Texts = append(p.Texts, PaidText{v.Version, dayOf(v.Effective), v.Source})
		}
		out = append(out, p)
	}
	return out
}

func paidOf(t fees.Tried, side fees.SidePrice) Paid {
	p := Paid{Name: side.Name, Needs: len(side.Needs), Held: side.Held, Months: monthsOf(t, side.Course), Clauses: []PaidClause{}, Texts: []PaidText{}}
	for _, i := range side.Asked {
		p.HeldOut = append(p.HeldOut, Question{i.Subject, i.Text})
	}
	p.Notes = fees.Notes(t, side)
	for _, c := range side.Clauses {
		p.Clauses = append(p.Clauses, PaidClause{c.Clause, c.Kind, moneyOf(c.Total), monthsOf(t, fees.Course{Totals: c.Totals})})
	}
	if p.Needs > 0 {
		return p
	}
	p.Total = there(&side.Total)
	if r := side.Range; r != nil {
		p.Expected, p.Low, p.High = there(&r.Expected), there(&r.Low), there(&r.High)
	}
	return p
}

func monthsOf(t fees.Tried, c fees.Course) []PaidMonth {
	out := []PaidMonth{}
	for i, amount := range c.Totals {
		out = append(out, PaidMonth{t.Months[i].String(), moneyOf(amount)})
	}
	return out
}

// GroundsOf are those of a trial; nil: no model was tried.
func GroundsOf(t fees.Tried) *Grounds {
	n, rounding := t.Numbers, t.Texts[0].Rounding
	if n.Yearly.Minor == 0 {
		return nil
	}
	out := &Grounds{Yearly: moneyOf(n.Yearly), Came: there(t.Grounds.Came), Months: len(t.Months), Fixed: n.Fixed.String(), FixedMonthly: moneyOf(n.Monthly(n.Fixed, rounding)),
		Reduced: n.Reduced.String(), ReducedMonthly: moneyOf(n.Monthly(n.Reduced, rounding)), Share: n.Share.String(), Every: string(n.Every), BonusAtTarget: moneyOf(n.Pool(rounding)), Rounding: string(rounding),
		Metrics: []GroundMetric{}, PointsAreExamples: t.Grounds.Points && len(t.Grounds.Read) == 0, Words: fees.GroundWords(t)}
	for i, m := range n.Metrics {
		metric := GroundMetric{m.Metric, m.Threshold.String(), m.Target.String(), m.Max.String(), []GroundReading{}}
		if i < len(t.Grounds.Read) {
			for _, r := range t.Grounds.Read[i] {
				metric.Readings = append(metric.Readings, GroundReading{dayOf(r.From), dayOf(r.Through), r.Value})
			}
		}
		out.Metrics = append(out.Metrics, metric)
	}
	return out
}
