package engagement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Shift is one date that a change order moves.
type Shift struct {
	What string   `json:"what"`
	From cal.Date `json:"from,omitzero"` // zero: there was none
	To   cal.Date `json:"to"`
}

// Words of a shift.
func (s Shift) Words() string {
	if s.From.IsZero() {
		return fmt.Sprintf("%s: by %s", s.What, s.To.Words())
	}
	days := s.To.DaysSince(s.From)
	switch {
	case days == 0:
		return fmt.Sprintf("%s: stays on %s", s.What, s.To.Words())
	case days < 0:
		return fmt.Sprintf("%s: from %s to %s, %s earlier", s.What, s.From.Words(), s.To.Words(), cal.Span{N: -days, Unit: cal.Days})
	}
	return fmt.Sprintf("%s: from %s to %s, %s later", s.What, s.From.Words(), s.To.Words(), cal.Span{N: days, Unit: cal.Days})
}

// FeeEffect is what two versions of a contract differ by in fixed money and in hours.
type FeeEffect struct {
	Lines []FeeLine
	Once  money.Amount // the prices that are new, less those that are gone
}

// FeeLine is the effect on one clause.
type FeeLine struct {
	Clause string
	Words  string
	Every  contract.Every // of a retainer; empty: paid once
	Before money.Amount
	After  money.Amount
	Change money.Amount
}

// EffectOn is what a new version does to fixed fees and prices: of every retainer its fee and hours, of every milestone its amount. What depends on results is
// told by the choices that differ (contract.Compare), not here.
func EffectOn(before, after contract.Terms) FeeEffect {
	e := FeeEffect{Once: money.New(0, after.Currency)}
	for _, r := range retainersOf(before, after) {
		old, new := retainerOf(before, r), retainerOf(after, r)
		e.retainer(r, old, new, after.Currency)
	}
	old, new := pricesOf(before), pricesOf(after)
	for _, name := range namesOf(old, new) {
		was, is := old[name], new[name]
		if was == is {
			continue
		}
		line := FeeLine{Clause: name.clause, Before: money.New(was, after.Currency), After: money.New(is, after.Currency), Change: money.New(is-was, after.Currency)}
		switch {
		case was == 0:
			line.Words = fmt.Sprintf("%s: %s once, when it is accepted", name.milestone, line.After.FormatWith())
		case is == 0:
			line.Words = fmt.Sprintf("%s: %s is no longer agreed", name.milestone, line.Before.FormatWith())
		default:
			line.Words = fmt.Sprintf("%s: %s in place of %s, once", name.milestone, line.After.FormatWith(), line.Before.FormatWith())
		}
		e.Once = e.Once.Add(line.Change)
		e.Lines = append(e.Lines, line)
	}
	return e
}

// PerPeriod is what retainers change by, for each fee period that there is.
func (e FeeEffect) PerPeriod() map[contract.Every]money.Amount {
	out := map[contract.Every]money.Amount{}
	for _, l := range e.Lines {
		if l.Every == "" || l.Change.IsZero() {
			continue
		}
		if sum, ok := out[l.Every]; ok {
			out[l.Every] = sum.Add(l.Change)
		} else {
			out[l.Every] = l.Change
		}
	}
	return out
}

// Words are the effect in one sentence.
func (e FeeEffect) Words() string {
	var parts []string
	each := e.PerPeriod()
	for _, every := range []contract.Every{contract.EveryMonth, contract.EveryQuarter, contract.EveryYear} {
		if sum, ok := each[every]; ok {
			parts = append(parts, changeWords(sum)+" per "+string(every))
		}
	}
	if !e.Once.IsZero() {
		parts = append(parts, changeWords(e.Once)+" once")
	}
	if len(parts) == 0 {
		return "Fixed fees and prices stay as they are."
	}
	return "Fixed fees and prices change by " + strings.Join(parts, " and ") + "."
}

func changeWords(a money.Amount) string {
	if a.Minor > 0 {
		return "+" + a.FormatWith()
	}
	return a.FormatWith()
}

func (e *FeeEffect) retainer(id string, old, new *contract.Retainer, c money.Currency) {
	line := FeeLine{Clause: id, Before: money.New(0, c), After: money.New(0, c)}
	switch {
	case old == nil:
		line.Every, line.After = new.Every, new.Fee
		line.Words = fmt.Sprintf("%s: %s, new", id, new.RateWords())
	case new == nil:
		line.Every, line.Before = old.Every, old.Fee
		line.Words = fmt.Sprintf("%s: %s ends", id, old.RateWords())
	case old.Every != new.Every:
		e.retainer(id, old, nil, c)
		e.retainer(id, nil, new, c)
		return
	default:
		line.Every, line.Before, line.After = new.Every, old.Fee, new.Fee
		line.Words = fmt.Sprintf("%s: %s in place of %s", id, new.RateWords(), old.RateWords())
		if line.Before == line.After {
			line.Words = fmt.Sprintf("%s: the fee stays %s", id, new.RateWords())
		}
		hours := hoursWords(old, new)
		if line.Before == line.After && hours == "" {
			return
		}
		line.Words += hours
	}
	line.Change = line.After.Sub(line.Before)
	e.Lines = append(e.Lines, line)
}

func hoursWords(old, new *contract.Retainer) string {
	included := func(r *contract.Retainer) int64 {
		if r.Hours == nil {
			return 0
		}
		return r.Hours.Minutes
	}
	was, is := included(old), included(new)
	if was == is {
		return ""
	}
	return fmt.Sprintf("; it includes %s in place of %s", Length(is), Length(was))
}

func retainersOf(terms ...contract.Terms) []string {
	var out []string
	for _, t := range terms {
		for _, c := range t.Clauses {
			if r, ok := c.(contract.Retainer); ok && !slices.Contains(out, r.ID) {
				out = append(out, r.ID)
			}
		}
	}
	return out
}

func retainerOf(t contract.Terms, id string) *contract.Retainer {
	for _, c := range t.Clauses {
		if r, ok := c.(contract.Retainer); ok && r.ID == id {
			return &r
		}
	}
	return nil
}

// priced is a milestone of a clause.
type priced struct{ clause, milestone string }

func pricesOf(t contract.Terms) map[priced]int64 {
	out := map[priced]int64{}
	for _, c := range t.Clauses {
		if m, ok := c.(contract.Milestones); ok {
			for _, stone := range m.List {
				out[priced{m.ID, stone.Name}] = stone.Amount.Minor
			}
		}
	}
	return out
}

func namesOf(lists ...map[priced]int64) []priced {
	var out []priced
	for _, list := range lists {
		for name := range list {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.SortFunc(out, func(a, b priced) int {
		return strings.Compare(a.clause+"\x00"+a.milestone, b.clause+"\x00"+b.milestone)
	})
	return out
}
