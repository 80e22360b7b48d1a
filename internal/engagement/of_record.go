package engagement

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Line is one cell over time.
type Line struct {
	Cell      Cell
	Stretches []Stretch // in order, without a hole between the first and the last
}

// Stretch is days on which the same promises hold for a cell. Without any it is a gap: nobody is of record.
type Stretch struct {
	Period  cal.Period
	Holders []Appointment // the strongest promise first
}

// Gap says whether nobody is of record.
func (s Stretch) Gap() bool { return len(s.Holders) == 0 }

// Map is who is of record for what over time: each cell that was ever named, with its days cut where the promises change. A promise for any brand or any market counts
// in each cell that it meets.
func Map(all []Appointment) []Line {
	cells, keys := map[Cell]Cell{}, keysOf(all)
	for i, a := range all {
		if _, known := cells[keys[i]]; !known {
			cells[keys[i]] = a.Cell
		}
	}
	var out []Line
	for _, key := range slices.SortedFunc(maps.Keys(cells), compareCells) {
		var own []Appointment
		for i := range all {
			if covers(keys[i], key) {
				own = append(own, all[i])
			}
		}
		out = append(out, Line{cells[key], stretches(own)})
	}
	return out
}

func compareCells(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Brand, b.Brand), cmp.Compare(a.Market, b.Market))
}

// covers says whether the promise for one cell holds in all of the other.
func covers(wide, cell Cell) bool {
	return wide.Category == cell.Category && (wide.Brand == "" || wide.Brand == cell.Brand) && (wide.Market == "" || wide.Market == cell.Market)
}

func stretches(own []Appointment) []Stretch {
	var days []cal.Date
	for _, a := range own {
		days = append(days, a.Period.From, a.Period.To)
	}
	slices.SortFunc(days, cal.Date.Cmp)
	days = slices.Compact(days)
	var out []Stretch
	for i := 1; i < len(days); i++ {
		now := Stretch{Period: cal.Period{From: days[i-1], To: days[i]}, Holders: InForce(own, days[i-1])}
		slices.SortFunc(now.Holders, byStrength)
		if n := len(out); n > 0 && slices.EqualFunc(out[n-1].Holders, now.Holders, samePromise) {
			out[n-1].Period.To = now.Period.To
			out[n-1].Holders = now.Holders // as the later version says it
			continue
		}
		out = append(out, now)
	}
	return out
}

// samePromise says whether two appointments promise the same, whatever version says it.
func samePromise(a, b Appointment) bool {
	return a.Is(b.Provider) && a.Promise == b.Promise && a.FirstRefusal == b.FirstRefusal && a.MinimumShare == b.MinimumShare && a.Contract == b.Contract
}
