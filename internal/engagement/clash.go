package engagement

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Clash is two promises that cannot both be kept: on some days one cell is all one provider's and also another's.
type Clash struct {
	Stands  Appointment
	Refused Appointment
	Days    cal.Period
}

// Words say which promise is refused, and why.
func (c Clash) Words() string {
	days := "from " + c.Days.From.Words() + " on"
	if c.Days.To != Forever {
		days = "from " + c.Days.From.Words() + " until " + c.Days.To.AddDays(-1).Words()
	}
	return fmt.Sprintf("%s cannot be %s for %s: %s, %s (%s).", c.Refused.Cell.Words(), c.Refused.Promise, c.Refused.Provider, c.Stands.Sentence(), days, c.Stands.Clause())
}

// AtOdds says on which days two promises cannot both be kept, whichever comes first: a cell is exclusive only once, and where it is exclusive nobody else is preferred
// or of the roster. The period is empty where both can.
func AtOdds(a, b Appointment) cal.Period {
	if !a.Cell.Meets(b.Cell) || a.Promise != Exclusive && b.Promise != Exclusive {
		return cal.Period{}
	}
	if a.Is(b.Provider) && (a.Promise != Exclusive || b.Promise != Exclusive) {
		return cal.Period{}
	}
	if days := a.Period.Overlap(b.Period); !days.IsEmpty() {
		return days
	}
	return cal.Period{}
}

// Clashes are what of the later promises cannot be kept beside those that stand. What stands was agreed first.
func Clashes(standing, later []Appointment) []Clash {
	first, second := keysOf(standing), keysOf(later)
	var out []Clash
	for i := range later {
		for j := range standing {
			if !meets(first[j], second[i]) {
				continue
			}
			if days := AtOdds(standing[j], later[i]); !days.IsEmpty() {
				out = append(out, Clash{standing[j], later[i], days})
			}
		}
	}
	return out
}

// keysOf are the keys of the cells, for what compares many with many.
func keysOf(all []Appointment) []Cell {
	out := make([]Cell, len(all))
	for i, a := range all {
		out[i] = a.Cell.Key()
	}
	return out
}
