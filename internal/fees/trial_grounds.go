package fees

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Grounds are what the numbers of the models rest on, where they were not given.
type Grounds struct {
	Came   *money.Amount         // what the contract as it stands came to in the months; nil: the year's amount was given
	Points bool                  // the points of the metrics were not given
	Read   [][]crm.MetricReading // of each metric of the bonus, by their days; none: the points are examples
}

// GroundWords tell the numbers of the models as arithmetic, from the facts that they rest on. None: no model was tried.
func GroundWords(t Tried) []string {
	n, b := t.Numbers, t.Grounds
	if n.Yearly.Minor == 0 {
		return nil
	}
	out := []string{yearWords(t), partsWords(n, t.Texts[0].Rounding)}
	for i, readings := range b.Read {
		out = append(out, targetWords(n.Metrics[i], n.Every, readings))
	}
	if b.Points && len(b.Read) == 0 {
		out = append(out, "Of mql and pipeline_value the history has no reading of a whole quarter or month of these: the points of the bonus are examples.")
	}
	name := contract.FixedAndBonus.Name(n)
	switch {
	case b.Came != nil && len(b.Read) > 0:
		out = append(out, "The year's amount and the targets come from the same months that the models are tried on. So "+name+" lands near what the contract came to by construction: that it does is no evidence for it.")
	case b.Came != nil:
		out = append(out, "The year's amount comes from the same months that the models are tried on: it says nothing about what the work is worth.")
	case len(b.Read) > 0:
		out = append(out, "The targets come from the same months that the models are tried on. So "+name+" lands near the year's amount by construction: that it does is no evidence for it.")
	}
	return out
}

// VersionWords tell of a contract with several versions which of them the months follow. None: it was tried as one text.
func VersionWords(t Tried) []string {
	if len(t.Versions) < 2 {
		return nil
	}
	var out []string
	for i, v := range t.Versions {
		days := "from " + v.Effective.Words() + " on"
		if i+1 < len(t.Versions) {
			days = "from " + v.Effective.Words() + " to " + t.Versions[i+1].Effective.AddDays(-1).Words()
		}
		var rates []string
		for _, c := range v.Clauses {
			rates = append(rates, c.ClauseID()+" "+c.RateWords())
		}
		out = append(out, fmt.Sprintf("Version %d, %s: %s.", v.Version, days, strings.Join(rates, "; ")))
	}
	return out
}

func yearWords(t Tried) string {
	year := t.Numbers.Yearly.Format()
	if t.Grounds.Came == nil {
		return fmt.Sprintf("A year of the models pays %s when all is at target, as it was asked for.", year)
	}
	sum := t.Grounds.Came.Format()
	known := ""
	if len(t.Sides[0].Needs) > 0 {
		known = ", as far as it is known"
	}
	if len(t.Months) != 12 {
		sum += fmt.Sprintf(" x 12 / %d", len(t.Months))
	}
	return fmt.Sprintf("A year of the models pays %s when all is at target: the contract as it stands came to %s in %s%s; %s to the nearest 1,000 is %s.", year, t.Grounds.Came.Format(), countedOf(len(t.Months), "month"), known, sum, year)
}

// partsWords are the amounts that stand in the texts.
func partsWords(n contract.PayModelNumbers, rounding money.Rounding) string {
	year := n.Yearly.Format()
	return fmt.Sprintf("Retainers: %s x %s / 12 = %s a month beside the bonus, %s x %s / 12 = %s a month beside the share. Bonus at target: %s x %s x %d / 12 = %s a %s. Milestones: the %s in parts.",
		year, n.Fixed, n.Monthly(n.Fixed, rounding).Format(), year, n.Reduced, n.Monthly(n.Reduced, rounding).Format(), year, n.Bonus(), n.Every.Months(), n.Pool(rounding).Format(), n.Every, year)
}

// targetWords are the readings behind the points of a metric.
func targetWords(m contract.ModelMetric, every contract.Every, readings []crm.MetricReading) string {
	var read []string
	for _, r := range readings {
		read = append(read, fmt.Sprintf("%s (%s)", readWords(r.Value), cal.Period{From: r.From, To: r.Through.AddDays(1)}.Words()))
	}
	return fmt.Sprintf("Target of %s: %s, the median of %s of a whole %s: %s. Threshold %s and max %s are a fifth below and above.", m.Metric, m.Target, countedOf(len(readings), "reading"), every, strings.Join(read, ", "), m.Threshold, m.Max)
}

// readWords is a reading with its thousands grouped.
func readWords(value string) string {
	n, err := exact(value)
	if err != nil {
		return value
	}
	return number(n)
}

// fromHistory fills what is zero: the year's amount by what the contract as it stands came to over the months, to the nearest 1,000, so that the
// models begin with the same money; the metrics by what was read of them.
func fromHistory(n contract.PayModelNumbers, total money.Amount, e crm.Evidence, shown []cal.Month) (contract.PayModelNumbers, Grounds) {
	var grounds Grounds
	if n.Yearly.Minor == 0 {
		n.Yearly, grounds.Came = total, &total
		if thousand := 1000 * scale(total.Currency); len(shown) > 0 {
			n.Yearly.Minor = thousand * money.MulDiv(total.Minor, 12, int64(len(shown))*thousand, money.HalfUp)
		}
	}
	if len(n.Metrics) > 0 {
		return n, grounds
	}
	grounds.Points = true
	usual := contract.UsualNumbers(n.Yearly)
	n.Metrics, n.Every = usual.Metrics, usual.Every
	for _, every := range []contract.Every{contract.EveryQuarter, contract.EveryMonth} {
		if metrics, read := readMetrics(e, shown, every); len(metrics) > 0 {
			n.Metrics, n.Every, grounds.Read = metrics, every, read
			break
		}
	}
	return n, grounds
}

// scale is the minor units of one whole unit.
func scale(c money.Currency) int64 {
	out := int64(1)
	for range c.Digits() {
		out *= 10
	}
	return out
}

// readMetrics are the usual metrics of which the history has readings for whole performance periods of the months. The target is the median of
// them (of an even number the mean of the two in the middle), so that the past pays about what is agreed at target; threshold and max are a fifth below
// and above it. All three are rounded half up to a millionth.
func readMetrics(e crm.Evidence, shown []cal.Month, every contract.Every) ([]contract.ModelMetric, [][]crm.MetricReading) {
	cycle := cal.Cycle{Anchor: cal.MustDate("2000-01-01"), Months: every.Months()}
	var out []contract.ModelMetric
	var read [][]crm.MetricReading
	for _, usual := range contract.UsualNumbers(money.Amount{}).Metrics {
		var values []*big.Rat
		var readings []crm.MetricReading
		for _, r := range e.MetricReadings {
			whole := cycle.Containing(r.From) == cal.Period{From: r.From, To: r.Through.AddDays(1)}
			value, err := exact(r.Value)
			if err != nil || r.Deleted || r.Broken || !whole || !strings.EqualFold(strings.TrimSpace(r.Metric), usual.Metric) || !slices.Contains(shown, cal.MonthOf(r.Through)) {
				continue
			}
			values, readings = append(values, value), append(readings, r)
		}
		if len(values) == 0 {
			continue
		}
		slices.SortFunc(values, (*big.Rat).Cmp)
		median := medianOf(values)
		points, ok := pointsAround(median)
		if median.Sign() > 0 && ok {
			points.Metric = usual.Metric
			slices.SortFunc(readings, func(a, b crm.MetricReading) int { return a.From.Cmp(b.From) })
			out, read = append(out, points), append(read, readings)
		}
	}
	return out, read
}

// medianOf is the one in the middle of sorted values, of an even number the mean of the two in the middle.
func medianOf(sorted []*big.Rat) *big.Rat {
	low, high := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]
	sum := new(big.Rat).Add(low, high)
	return sum.Quo(sum, big.NewRat(2, 1))
}

func pointsAround(target *big.Rat) (contract.ModelMetric, bool) {
	at := func(num, den int64) (contract.Number, bool) {
		minor := rounded(new(big.Rat).Mul(target, big.NewRat(num*1_000_000, den)), money.HalfUp)
		return contract.Number(minor.Int64()), minor.IsInt64()
	}
	low, okLow := at(4, 5)
	middle, okMiddle := at(1, 1)
	high, okHigh := at(6, 5)
	return contract.ModelMetric{Threshold: low, Target: middle, Max: high}, okLow && okMiddle && okHigh
}
