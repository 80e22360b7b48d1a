package fees

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// The advisor says which pay model a history can bear. That it depends on the hygiene of the CRM, the clarity of attribution and the predictability of
// the sales cycle is the field's; where good ends and poor begins is this program's own choice, and each of its words names the line that it drew.

// Grade of a measure.
type Grade string

// The grades.
const (
	Good         Grade = "good"
	Fair         Grade = "fair"
	Poor         Grade = "poor"
	Insufficient Grade = "insufficient data"
)

// The lines between the grades. Points and shares are in hundredths of a point.
const (
	goodHygiene, fairHygiene crm.Points = 8000, 6000 // first audits score 45 to 60
	goodClarity, fairClarity crm.Points = 7000, 4000
	widestSpread             int64      = 2500 // of the credit of marketing by four models: beyond it the model decides the fee
	goodRange, fairRange     crm.Points = 5000, 10_000
	goodSlips, fairSlips     crm.Points = 2000, 4000
)

// Measured is what the advice rests on.
type Measured struct {
	Hygiene  crm.HygieneScore
	Clarity  attribution.Clarity
	Cycle    crm.Cycle
	Earned   []attribution.EarnedBy // what marketing earns of the deals of clarity by each of the four models
	Spread   int64                  // between what marketing earns by first, last, linear and w-shaped touch, in hundredths of a percentage point
	SpreadOK bool
	Year     int64 // the same of the deals won in the 12 months of the cycle
	YearOK   bool
	Accepted int // readings of the metric sal, the leads that sales accepted
	Version  int // whose text clarity, what is earned and the spread are measured by: the latest
	Versions int // that the contract has
	Agreed   Agreed
}

// Graded is a measure with its grade, what it comes to, and the lines that the grade was drawn by.
type Graded struct {
	Name   string
	Grade  Grade
	Value  string
	Why    []string // each with its figures and the line
	Better []string // what would have to improve, the most first; empty when it is good
}

// Advice is which pay model fits, and why.
type Advice struct {
	Model   contract.PayModel // empty: there is not enough to say
	Terms   []string          // what the model needs to hold, beside its numbers
	Why     []string
	Graded  [3]Graded // hygiene, clarity, predictability
	Cadence Cadence
}

// Cadence is how often a result can be paid for, by the length of the sales cycle.
type Cadence struct {
	Every  contract.Every // how often it is charged; empty: unknown
	ToDate bool           // a plan of a year, of which each payment is what is owed for the year to date less what was paid
	Words  string
}

// ModelWords name a model as the advice speaks of it; without one there is not enough to say.
func ModelWords(m contract.PayModel) string {
	switch m {
	case contract.FixedAndBonus:
		return "70/30: fixed and bonus"
	case contract.RetainerAndShare:
		return "Reduced retainer and a share of revenue"
	case contract.MilestonesOnly:
		return "Milestones with bonuses"
	}
	return "Insufficient data"
}

// Advise says which model the measures bear.
func Advise(m Measured) Advice {
	hygiene, clarity, cycle := gradeHygiene(m.Hygiene), gradeClarity(m), gradeCycle(m.Cycle)
	a := Advice{Graded: [3]Graded{hygiene, clarity, cycle}, Cadence: CadenceOf(m.Cycle)}
	switch {
	case hygiene.Grade == Insufficient:
		a.Why = append(a.Why, fmt.Sprintf("Only %s can be measured, and it takes 20: no model can be advised on what is there. Until then a fixed fee, or milestones, need no history.", dealsWord(m.Hygiene.Deals)))
	case hygiene.Grade == Poor:
		a.Model = contract.MilestonesOnly
		a.Why = append(a.Why, "The CRM is too poor to measure results in: both sides would argue about the numbers instead of the work. Milestones are accepted by a person, and the first of them is to mend the CRM.")
		a.Terms = append(a.Terms, "First milestone: the hygiene score is at "+points(fairHygiene)+" or above for two months in a row.")
	case hygiene.Grade == Good && clarity.Grade == Good && cycle.Grade == Good:
		a.Model = contract.RetainerAndShare
		a.Why = append(a.Why, "All three are good: what a deal owes to marketing can be told from the CRM, whatever model tells it, and when deals close can be foreseen. A share of revenue is feasible.")
		a.Terms = append(a.Terms, "Write the attribution model, the lookback and the clawback into the contract, and count deals created after it began.")
	default:
		a.Model = contract.FixedAndBonus
		a.Why = append(a.Why, "The CRM can carry numbers of leads and pipeline, but not yet a share of revenue: "+notYet(hygiene, clarity, cycle)+".")
		a.Terms = append(a.Terms, gateWords(m.Accepted))
	}
	return a
}

// gateWords say what a gate needs, which no text of a model has: its line is for the two sides to agree on.
func gateWords(readings int) string {
	there := "the history has no reading of sal yet, and without one such a gate holds the bonus"
	if readings > 0 {
		there = fmt.Sprintf("the history has %s of sal to draw it by", countedOf(readings, "reading"))
	}
	return "Before you sign, write a gate by leads that sales accepted (SAL) into the text by hand, so that the bonus is not earned by volume alone. The text of the model has none (gates: []): a gate is a line that both sides agree on, and needs readings of its metric; " + there + "."
}

func countedOf(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// notYet names what keeps a share of revenue from being feasible.
func notYet(all ...Graded) string {
	var out []string
	for _, g := range all {
		switch g.Grade {
		case Good:
		case Insufficient:
			out = append(out, "of "+lower(g.Name)+" too little is known")
		default:
			out = append(out, lower(g.Name)+" is "+string(g.Grade))
		}
	}
	return strings.Join(out, ", ")
}

func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }

func dealsWord(n int64) string {
	if n == 1 {
		return "1 deal"
	}
	return strconv.FormatInt(n, 10) + " deals"
}

// oneOr is the verb that goes with a number of things.
func oneOr[N int | int64](n N, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

func points(p crm.Points) string { return strings.TrimSuffix(p.String(), ".0") }

func inPercent(p crm.Points) string { return points(p) + " %" }

// PartWords are a part of an amount in per cent: "18.9 %".
func PartWords(part, whole money.Amount) string { return inPercent(partOf(part.Minor, whole.Minor)) }

// partOf is a part in hundredths of a percentage point, rounded half up. A part of nothing is none.
func partOf(part, whole int64) crm.Points {
	if whole <= 0 || part <= 0 {
		return 0
	}
	return crm.Points(money.MulDiv(part, 10_000, whole, money.HalfUp))
}

func gradeHygiene(s crm.HygieneScore) Graded {
	g := Graded{Name: "Hygiene of the CRM"}
	score, ok := s.Points()
	if !ok || !s.Enough() {
		g.Grade, g.Value = Insufficient, dealsWord(s.Deals)
		g.Why = []string{fmt.Sprintf("%s are open or were closed in the last 12 months; 20 are needed.", dealsWord(s.Deals))}
		g.Better = []string{"More deals."}
		return g
	}
	g.Value = points(score) + " of 100"
	g.Why = []string{
		fmt.Sprintf("The score of %s is %s: good from %s, fair from %s.", dealsWord(s.Deals), points(score), points(goodHygiene), points(fairHygiene)),
		"It counts the deals that were open on " + s.On.Words() + " or closed in the 12 months before, lost ones too.",
	}
	if g.Grade = graded(score >= goodHygiene, score >= fairHygiene); g.Grade == Good {
		return g
	}
	checks := slices.Clone(s.Checks)
	slices.SortStableFunc(checks, func(a, b crm.Check) int { return int(s.Lost(b) - s.Lost(a)) })
	for _, c := range checks {
		if lost := s.Lost(c); lost >= 5 { // what is shown as nothing is none
			g.Better = append(g.Better, fmt.Sprintf("%s: %d of %d, which costs %s points.", c.Code.Name(), c.Met, c.Of, points(lost)))
		}
	}
	return g
}

func graded(good, fair bool) Grade {
	switch {
	case good:
		return Good
	case fair:
		return Fair
	}
	return Poor
}

func gradeCycle(c crm.Cycle) Graded {
	g := Graded{Name: "Predictability of the sales cycle"}
	if !c.Enough() {
		g.Grade, g.Value = Insufficient, dealsWord(c.Deals)+" won"
		g.Why = []string{fmt.Sprintf("%s won in the last 12 months %s a day of creation; 20 are needed.", capital(dealsWord(c.Deals)), oneOr(c.Deals, "has", "have"))}
		g.Better = []string{"More won deals of which the day of creation is known."}
		return g
	}
	q := c.Quartiles
	g.Value = "median " + q[1].String() + " days"
	wide := partOf(int64(q[2]-q[0]), int64(q[1]))
	steady := q[1] > 0 || q[2] == q[0]
	g.Why = []string{fmt.Sprintf("Half of %s took between %s and %s days: %s of the median; good up to %s, fair up to %s.", dealsWord(c.Deals), q[0], q[2], inPercent(wide), inPercent(goodRange), inPercent(fairRange))}
	if len(c.Undated) == 0 {
		g.Why = append(g.Why, fmt.Sprintf("%s won from %s to %s, all measured: each has a day of creation.", capital(dealsWord(c.Deals)), c.Period().From.Words(), c.On.Words()))
	} else {
		g.Why = append(g.Why, fmt.Sprintf("Measured are %d of %s won from %s to %s; of %d nobody knows when they were created.", c.Deals, dealsWord(c.Deals+int64(len(c.Undated))), c.Period().From.Words(), c.On.Words(), len(c.Undated)))
	}
	slips := partOf(int64(len(c.Slipped)), c.Forecast)
	told := 2*c.Forecast >= c.Deals
	if c.Forecast > 0 {
		g.Why = append(g.Why, fmt.Sprintf("%d of %s closed more than 30 days after the close date that they were created with: %s; good up to %s, fair up to %s.", len(c.Slipped), dealsWord(c.Forecast), inPercent(slips), inPercent(goodSlips), inPercent(fairSlips)))
	}
	if unseen := c.Deals - c.Forecast; c.Forecast > 0 && unseen > 0 {
		g.Why = append(g.Why, fmt.Sprintf("Left out of that are %d of the %s: neither an import within 30 days of their creation nor the CRM's history tells the close date that they were created with.", unseen, dealsWord(c.Deals)))
	}
	if !told {
		g.Why = append(g.Why, fmt.Sprintf("Only of %d of %s is it known which close date they were created with, so that nothing can be called good: it takes half of them.", c.Forecast, dealsWord(c.Deals)))
	}
	g.Grade = graded(steady && told && wide <= goodRange && slips <= goodSlips, steady && wide <= fairRange && slips <= fairSlips)
	if g.Grade == Good {
		return g
	}
	if wide > goodRange || !steady {
		g.Better = append(g.Better, "Deals of one kind: price those with a long and a short cycle by clauses of their own.")
	}
	if slips > goodSlips {
		g.Better = append(g.Better, fmt.Sprintf("Close dates that hold: %d deals slipped.", len(c.Slipped)))
	}
	if !told {
		g.Better = append(g.Better, "Import while deals are open, or the CRM's history of close dates.")
	}
	return g
}

// CadenceOf is how often results can be paid for: below a month monthly, up to three months quarterly, up to a year by an annual plan of which each
// quarter is charged to date. Source: the practice of commission plans.
func CadenceOf(c crm.Cycle) Cadence {
	median := c.Median()
	words := "The median cycle is " + median.String() + " days: "
	switch {
	case !c.Enough():
		return Cadence{Words: "Of the sales cycle too little is known to say how often results can be paid for."}
	case median < 4*30:
		return Cadence{Every: contract.EveryMonth, Words: words + "below a month, so results can be paid for monthly."}
	case median <= 4*91:
		return Cadence{Every: contract.EveryQuarter, Words: words + "up to three months, so results can be paid for quarterly."}
	case median <= 4*365:
		return Cadence{Every: contract.EveryQuarter, ToDate: true, Words: words + "up to a year, so a plan of a year fits, of which each quarter is charged to date."}
	}
	return Cadence{Every: contract.EveryContractYear, Words: words + "longer than a year, so results can be paid for once a year, and milestones between."}
}

// leastWindow is on how many days clarity is measured at least.
const leastWindow = 30

// ClarityPeriod is the two sales cycles before a day, at least a month, in which clarity is measured; empty when the cycle is not known.
func ClarityPeriod(c crm.Cycle) cal.Period {
	if !c.Enough() {
		return cal.Period{}
	}
	days := max(leastWindow, (2*int(c.Median())+3)/4)
	return cal.Period{From: c.On.AddDays(1 - days), To: c.On.AddDays(1)}
}
