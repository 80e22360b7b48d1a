package fees

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
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
	Grounds  Grounds                  // what they rest on
	Versions []contract.Terms         // of Now as it was tried, in their order: each month follows those of its days

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
	out.Versions = now.Versions
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
		if out.Numbers, out.Grounds = fromHistory(*t.Models, alone.Sides[0].Total, t.Evidence, shown); out.Numbers.Yearly.Minor <= 0 {
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
