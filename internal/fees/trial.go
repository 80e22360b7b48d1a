package fees

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Trial is a contract on its history, with other texts and the pay models to be tried beside it.
type Trial struct {
	Now       contract.Agreement
	Texts     []TrialText
	Models    *contract.PayModelNumbers // nil: none are tried. What is zero in them is taken from the history
	Number    int                       // of the version that the models are written as; 0: that of the latest
	Evidence  crm.Evidence
	Months    []cal.Month // those in which Now does not run are left out, unless it runs in none of them
	AsOf      cal.Date
	Resamples int
	Seed      uint64
	Stop      func() bool
}

// TrialText is a text with its name.
type TrialText struct {
	Name  string
	Terms contract.Terms
}

// Tried is what came of it.
type Tried struct {
	Comparison
	AsIfFrom cal.Date                 // Now does not run in the months: all are tried as if they had begun then; zero: it runs
	Numbers  contract.PayModelNumbers // of the models

	// Throughout: Now has several versions, so the second side is the latest of them as if it had been the only one: what a copy of it changes is
	// told against that one.
	Throughout bool

	Texts []contract.Terms // of each side as it is written; of the first the latest version
}

// NowName is the first side of a trial.
const NowName = "As it stands"

// Try compares a contract as it stands with other texts. Each of them is taken as the only version since the day on which the contract began, so
// that all have the same months and windows behind them. Faults: Invalid for a text that cannot be moved to that day, and as SideBySide.
func Try(t Trial) (Tried, error) {
	shown := RunningMonths(t.Now, t.Months)
	out, now, day := Tried{Texts: []contract.Terms{t.Now.Latest()}}, t.Now, t.Now.First().Effective
	if len(shown) == 0 && len(t.Months) > 0 {
		day = t.Months[0].First()
		moved, ok := Backdated(t.Now.Latest(), day)
		if !ok {
			return Tried{}, unmovable(NowName, day)
		}
		now, out.AsIfFrom, shown = moved, day, RunningMonths(moved, t.Months)
	}
	c := Comparing{Sides: []Side{{NowName, now}}, Evidence: t.Evidence, Months: shown, AsOf: t.AsOf, Seed: t.Seed, Stop: t.Stop}
	texts := slices.Clone(t.Texts)
	if latest := t.Now.Latest(); len(now.Versions) > 1 && len(texts) > 0 {
		out.Throughout = true
		texts = slices.Insert(texts, 0, TrialText{fmt.Sprintf("Version %d throughout", latest.Version), latest})
	}
	if t.Models != nil {
		alone, err := SideBySide(c)
		if err != nil {
			return Tried{}, err
		}
		if out.Numbers = fromHistory(*t.Models, alone.Sides[0].Total, t.Evidence, shown); out.Numbers.Yearly.Minor <= 0 {
			return Tried{}, fault.New(fault.Invalid, "yearly", "the contract comes to nothing on these months, so nothing says how large the models are; write what a year should pay").At("yearly")
		}
		models, err := modelTexts(t.base(), out.Numbers)
		if err != nil {
			return Tried{}, err
		}
		texts = append(texts, models...)
	}
	for _, text := range texts {
		tried, ok := since(text.Terms, day)
		if !ok {
			return Tried{}, unmovable(text.Name, day)
		}
		c.Sides, out.Texts = append(c.Sides, Side{text.Name, tried}), append(out.Texts, text.Terms)
	}
	c.Resamples = t.Resamples
	var err error
	out.Comparison, err = SideBySide(c)
	return out, err
}

// base is the text that the models are written from.
func (t Trial) base() contract.Terms {
	base := t.Now.Latest()
	if t.Number > 0 {
		base.Source = contract.Amendment(base.Source, t.Number)
	}
	return base
}

func unmovable(name string, day cal.Date) error {
	return fault.New(fault.Invalid, "months", "%s: this text cannot be tried from %s on; write each date and each choice on one line", name, day.Words())
}

// since is a text as the only version from a day on, or from its own when that is earlier.
func since(t contract.Terms, day cal.Date) (contract.Agreement, bool) {
	if t.Effective.After(day) {
		return Backdated(t, day)
	}
	a, err := contract.NewAgreement(t)
	return a, err == nil
}

func modelTexts(base contract.Terms, n contract.PayModelNumbers) ([]TrialText, error) {
	var out []TrialText
	for _, m := range contract.PayModels() {
		terms, err := m.Text(base, n)
		if err != nil {
			return nil, fmt.Errorf("write the pay model %s: %w", m, err)
		}
		out = append(out, TrialText{m.Name(n), terms})
	}
	return out, nil
}

// fromHistory fills what is zero: the year's amount by what the contract as it stands came to over the months, to the nearest 1,000, so that the
// models begin with the same money; the metrics by what was read of them.
func fromHistory(n contract.PayModelNumbers, total money.Amount, e crm.Evidence, shown []cal.Month) contract.PayModelNumbers {
	if n.Yearly.Minor == 0 {
		n.Yearly = total
		if thousand := 1000 * scale(total.Currency); len(shown) > 0 {
			n.Yearly.Minor = thousand * money.MulDiv(total.Minor, 12, int64(len(shown))*thousand, money.HalfUp)
		}
	}
	if len(n.Metrics) > 0 {
		return n
	}
	usual := contract.UsualNumbers(n.Yearly)
	n.Metrics, n.Every = usual.Metrics, usual.Every
	for _, every := range []contract.Every{contract.EveryQuarter, contract.EveryMonth} {
		if read := readMetrics(e, shown, every); len(read) > 0 {
			n.Metrics, n.Every = read, every
			return n
		}
	}
	return n
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
func readMetrics(e crm.Evidence, shown []cal.Month, every contract.Every) []contract.ModelMetric {
	cycle := cal.Cycle{Anchor: cal.MustDate("2000-01-01"), Months: every.Months()}
	var out []contract.ModelMetric
	for _, usual := range contract.UsualNumbers(money.Amount{}).Metrics {
		var values []*big.Rat
		for _, r := range e.MetricReadings {
			whole := cycle.Containing(r.From) == cal.Period{From: r.From, To: r.Through.AddDays(1)}
			value, err := exact(r.Value)
			if err != nil || r.Deleted || r.Broken || !whole || !strings.EqualFold(strings.TrimSpace(r.Metric), usual.Metric) || !slices.Contains(shown, cal.MonthOf(r.Through)) {
				continue
			}
			values = append(values, value)
		}
		if len(values) == 0 {
			continue
		}
		slices.SortFunc(values, (*big.Rat).Cmp)
		median := medianOf(values)
		points, ok := pointsAround(median)
		if median.Sign() > 0 && ok {
			points.Metric = usual.Metric
			out = append(out, points)
		}
	}
	return out
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
