package contract

import (
	"embed"
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// PayModel is one of the three ways in which fractional leaders of marketing and specialist agencies are paid. Which of them fits depends on how
// clean the CRM is, how clear attribution is, and how predictable the sales cycle.
type PayModel string

// The three models.
const (
	FixedAndBonus    PayModel = "fixed-and-bonus"    // a fixed part, the rest for metrics at their targets
	RetainerAndShare PayModel = "retainer-and-share" // a reduced retainer, and a share of revenue
	MilestonesOnly   PayModel = "milestones"         // milestones with bonuses
)

// PayModels are all three.
func PayModels() []PayModel { return []PayModel{FixedAndBonus, RetainerAndShare, MilestonesOnly} }

// PayModelNumbers are the numbers of the models. They are no defaults: each stands in the text of its model, to be read and edited.
type PayModelNumbers struct {
	Yearly  money.Amount  // what a year pays when everything is at target
	Fixed   money.Ratio   // the part of it that is fixed beside a bonus
	Reduced money.Ratio   // the part of it that is the retainer beside a share
	Share   money.Ratio   // of credited revenue
	Metrics []ModelMetric // of the bonus; higher is better
	Every   Every         // performance period: month or quarter
}

// ModelMetric is a metric with its points.
type ModelMetric struct {
	Metric                 string
	Threshold, Target, Max Number
}

// UsualNumbers are those to begin with: 70 % fixed and 30 % for the volume of MQL and the value of pipeline, 3 % of revenue (2 to 5 % are usual). How
// far the retainer is reduced for it, and the points of the metrics, are examples.
func UsualNumbers(yearly money.Amount) PayModelNumbers {
	const one = Number(1_000_000)
	return PayModelNumbers{Yearly: yearly, Fixed: money.Percent(70), Reduced: money.Percent(60), Share: money.Percent(3), Every: EveryQuarter,
		Metrics: []ModelMetric{{"mql", 80 * one, 100 * one, 120 * one}, {"pipeline_value", 800_000 * one, 1_000_000 * one, 1_300_000 * one}}}
}

// Bonus is the part of the year's amount that is not fixed.
func (n PayModelNumbers) Bonus() money.Ratio {
	return money.NewRatio(n.Fixed.Den()-n.Fixed.Num(), n.Fixed.Den())
}

// Name is the model in a few words, with its numbers: "70 % fixed, 30 % bonus".
func (m PayModel) Name(n PayModelNumbers) string {
	switch m {
	case FixedAndBonus:
		return fmt.Sprintf("%s fixed, %s bonus", n.Fixed, n.Bonus())
	case RetainerAndShare:
		return fmt.Sprintf("%s retainer, %s share", n.Reduced, n.Share)
	default:
		return "Milestones with bonuses"
	}
}

//go:embed pay_model_*.yaml
var payModels embed.FS

// Text is the contract paid by the model: the same parties, currency, zone, calendar and term, other clauses. A share of revenue keeps the terms
// that the contract has for one, but for its tiers: their rates were agreed with another first one. Fault: Invalid when the text cannot be edited or is no contract with these numbers.
func (m PayModel) Text(t Terms, n PayModelNumbers) (Terms, error) {
	file, fill := "pay_model_milestones.yaml", []string{"{{list}}", n.milestones(t)}
	switch m {
	case FixedAndBonus:
		file, fill = "pay_model_bonus.yaml", []string{"{{retainer}}", retainerName(t), "{{fixed}}", n.Monthly(n.Fixed, t.Rounding).Format(), "{{pool}}", n.Pool(t.Rounding).Format(), "{{every}}", string(n.Every), "{{metrics}}", n.metrics()}
	case RetainerAndShare:
		share, ok := n.share(t)
		if !ok {
			return Terms{}, uneditable()
		}
		file, fill = "pay_model_share.yaml", []string{"{{retainer}}", retainerName(t), "{{reduced}}", n.Monthly(n.Reduced, t.Rounding).Format(), "{{share}}", share}
	}
	clauses, err := payModels.ReadFile(file)
	if err != nil {
		return Terms{}, fmt.Errorf("read the pay model: %w", err)
	}
	text, ok := withClauses(t.Source, strings.NewReplacer(fill...).Replace(strings.TrimSpace(string(clauses))))
	if !ok {
		return Terms{}, uneditable()
	}
	return ParseAccepted([]byte(text))
}

func uneditable() error {
	return fault.New(fault.Invalid, "contract-form", "a pay model cannot be written into this text; write its clauses below each other, one key a line").At("clauses")
}

// withClauses writes other clauses in the place of those of a text. Notes at its head go: they tell of the clauses that it had.
func withClauses(source, clauses string) (string, bool) {
	doc, faults := readDocument([]byte(source))
	if doc == nil || len(faults) > 0 {
		return "", false
	}
	e := edit(source)
	v := doc.get("clauses")
	from, known := e.offset(v.key)
	_, to, ok := e.span(v.node)
	if !known || !ok || v.inFlow {
		return "", false
	}
	from += strings.IndexByte(e.text[from:], ':') + 1
	e.put(0, headNotes(e.text), "")
	e.put(from, e.lineEnd(to), "\n  "+strings.ReplaceAll(clauses, "\n", "\n  "))
	text, ok := e.result()
	return strings.ReplaceAll(text, "\n  \n", "\n\n"), ok
}

// headNotes is where the notes and blank lines at the head of a text end.
func headNotes(text string) int {
	end := 0
	for line := range strings.Lines(text) {
		if rest := strings.TrimSpace(line); rest != "" && !strings.HasPrefix(rest, "#") {
			break
		}
		end += len(line)
	}
	return end
}

func retainerName(t Terms) string {
	for _, c := range t.Clauses {
		if c.Kind() == retainerKind.spec.key {
			return c.ClauseID()
		}
	}
	return "fixed-fee"
}

// Monthly is a twelfth of a part of the year's amount.
func (n PayModelNumbers) Monthly(part money.Ratio, rounding money.Rounding) money.Amount {
	return n.Yearly.Mul(money.NewRatio(part.Num(), part.Den()*12), rounding)
}

// Pool is what the bonus of a performance period pays at target: what is not fixed of so many months.
func (n PayModelNumbers) Pool(rounding money.Rounding) money.Amount {
	part := n.Bonus()
	return n.Yearly.Mul(money.NewRatio(part.Num()*int64(n.Every.Months()), part.Den()*12), rounding)
}

// metrics have equal weights; the last takes what does not divide.
func (n PayModelNumbers) metrics() string {
	lines := make([]string, len(n.Metrics))
	each := 100 / max(1, len(n.Metrics))
	for i, m := range n.Metrics {
		weight := each
		if i == len(n.Metrics)-1 {
			weight = 100 - i*each
		}
		lines[i] = fmt.Sprintf("    - {metric: %s, weight: %d %%, better: higher, threshold: %s, target: %s, max: %s}", m.Metric, weight, m.Threshold.plain(), m.Target.plain(), m.Max.plain())
	}
	return strings.Join(lines, "\n")
}

// milestones are the four steps of the first 90 days (diagnosis until day 14, metrics until 30, channels until 60, the case for the return until
// 90) and the plans of the quarters after them, with a tenth on top for those that come by their day.
func (n PayModelNumbers) milestones(t Terms) string {
	start := t.Term.Start
	stones := []struct {
		name  string
		due   cal.Date
		parts int64
	}{
		{"diagnostic", start.AddDays(13), 1}, {"metrics-framework", start.AddDays(29), 1}, {"channel-launch", start.AddDays(59), 1}, {"roi-case", start.AddDays(89), 1},
		{"second-quarter-plan", start.AddMonths(6, start.Day()).AddDays(-1), 4}, {"third-quarter-plan", start.AddMonths(9, start.Day()).AddDays(-1), 4}, {"fourth-quarter-plan", start.AddMonths(12, start.Day()).AddDays(-1), 4},
	}
	lines, left := make([]string, len(stones)), n.Yearly
	for i, s := range stones {
		amount := n.Yearly.Mul(money.NewRatio(s.parts, 16), t.Rounding)
		if i == len(stones)-1 {
			amount = left
		}
		left = left.Sub(amount)
		lines[i] = fmt.Sprintf("    - {milestone: %s, amount: %s, due: %s, bonus: %s, bonus_by: %s}", s.name, amount, s.due, amount.Mul(money.Percent(10), t.Rounding), s.due)
	}
	return strings.Join(lines, "\n")
}

// share is the contract's own share of revenue at another rate, or one to begin with.
func (n PayModelNumbers) share(t Terms) (string, bool) {
	doc, faults := readDocument([]byte(t.Source))
	if doc == nil || len(faults) > 0 {
		return "", false
	}
	for i, item := range doc.get("clauses").items {
		if item.get("revenue_share") == nil {
			continue
		}
		e := edit(t.Source)
		e.set(item.get("rate"), n.Share.String())
		if tiers := item.get("tiers"); tiers != nil {
			e.remove(tiers)
		}
		text, ok := e.result()
		if !ok {
			return "", false
		}
		return entry(text, i)
	}
	text, err := payModels.ReadFile("pay_model_share_terms.yaml")
	return strings.NewReplacer("{{rate}}", n.Share.String(), "{{start}}", t.Term.Start.String()).Replace(strings.TrimSpace(string(text))), err == nil
}

// entry is a clause as it is written, its dash in the first column.
func entry(source string, n int) (string, bool) {
	doc, faults := readDocument([]byte(source))
	if doc == nil || len(faults) > 0 {
		return "", false
	}
	e := edit(source)
	from, to, ok := e.span(doc.get("clauses").items[n].node)
	if !ok {
		return "", false
	}
	indent := from - strings.LastIndexByte(e.text[:from], '\n') - 1
	lines := strings.Split(e.text[from:e.lineEnd(to)], "\n")
	for i, line := range lines[1:] {
		rest := strings.TrimLeft(line, " ")
		lines[i+1] = "  " + strings.Repeat(" ", max(0, len(line)-len(rest)-indent)) + rest
	}
	return "- " + strings.Join(lines, "\n"), true
}
