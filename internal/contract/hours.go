package contract

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// EveryHour is the unit of a rate for working time.
const EveryHour Every = "hour"

// Unit of work within which minutes are rounded.
const (
	PerEntry       = "entry"
	PerPersonDay   = "person-day"
	PerPersonMonth = "person-month"
)

// TimeRounding says how worked minutes become counted minutes: the minutes of a unit of work together, up to the next whole step, and at
// least so many. The zero TimeRounding counts minutes as they are.
type TimeRounding struct {
	Per     string // entry | person-day | person-month; empty: minutes count as they are
	UpTo    int64  // minutes of a step; what is a whole number of steps stays
	AtLeast int64  // minutes; 0: no least
}

// Counted is what the worked minutes of a unit of work count as: up to the next whole step, and at least the least. Up to 15 minutes 13:45 is 13:45, and 13:46 is 14:00.
func (r TimeRounding) Counted(worked int64) int64 {
	if r.Per == "" || worked == 0 {
		return worked
	}
	return max(r.AtLeast, (worked+r.UpTo-1)/r.UpTo*r.UpTo)
}

// CountsHours reports whether time entries can belong to the clause.
func CountsHours(c Clause) bool {
	switch c := c.(type) {
	case Retainer:
		return c.Hours != nil
	case Hourly:
		return true
	}
	return false
}

func wordNone() *scalar { return choice("none") }

func roundTimeSpec(optional bool) spec {
	return spec{key: "round_time", doc: "How worked minutes become counted minutes, or none: they count as they are.", optional: optional, instead: wordNone(), fields: []spec{
		{key: "per", doc: "What is rounded as one: each entry, all entries of one person on a day, or in a calendar month.", scalar: choice(PerEntry, PerPersonDay, PerPersonMonth)},
		{key: "up_to", doc: "Up to the next whole step of so many minutes; an exact number of steps stays.", scalar: spanOf(cal.Minutes)},
		{key: "at_least", doc: "At least this for each, or none.", scalar: spanOrNone(cal.Minutes, cal.Hours)},
	}}
}

func (b *builder) timeRounding(v *value) TimeRounding {
	if v == nil || v.fields == nil {
		return TimeRounding{}
	}
	r := TimeRounding{Per: v.str("per"), UpTo: spanMinutes(v.span("up_to")), AtLeast: spanMinutes(v.span("at_least"))}
	if r.UpTo < 1 || r.UpTo > dayMinutes {
		b.problem(v.get("up_to"), "round-time", "a step has 1 to 1440 minutes; write, for example, up_to: 15 minutes, or round_time: none")
	}
	if !v.span("at_least").IsZero() && (r.AtLeast < 1 || r.AtLeast > dayMinutes) {
		b.problem(v.get("at_least"), "round-time", "a least time has 1 minute to 24 hours; write, for example, at_least: 15 minutes, or at_least: none")
	}
	return r
}

const dayMinutes = 24 * 60

// spanMinutes is the length of a span of hours or minutes; 0 for none.
func spanMinutes(s cal.Span) int64 {
	if s.Unit == cal.Hours {
		return int64(s.N) * 60
	}
	return int64(s.N)
}

// roundTimeWords is a sentence without its full stop; within narrows the unit further, such as " in one role".
func roundTimeWords(r TimeRounding, within string) string {
	if r.Per == "" {
		return "Minutes count as they are worked"
	}
	unit := map[string]string{
		PerEntry:       "Each entry is",
		PerPersonDay:   "All time of one person on one day" + within + " is",
		PerPersonMonth: "All time of one person in one calendar month" + within + " is",
	}[r.Per]
	least := "with no least time"
	if r.AtLeast > 0 {
		least = fmt.Sprintf("and is at least %s", minutesWords(r.AtLeast))
	}
	return fmt.Sprintf("%s rounded up to the next %s, %s; what is an exact number of them stays", unit, minutesWords(r.UpTo), least)
}

func minutesWords(m int64) string {
	if m%60 == 0 {
		return cal.Span{N: int(m / 60), Unit: cal.Hours}.String()
	}
	minutes := cal.Span{N: int(m % 60), Unit: cal.Minutes}.String()
	if m < 60 {
		return minutes
	}
	return cal.Span{N: int(m / 60), Unit: cal.Hours}.String() + " " + minutes
}

// mostHours of a fee period: 100 people, a year long.
const mostHours = 876_000

var hoursScalar = textOf("hours", "80", `^[0-9]+(\.[0-9]+)?$`, func(s string) error {
	_, err := minutesOf(s)
	return err
})

// minutesOf reads hours as a plain decimal: "7.5" is 450 minutes. It refuses what is no whole number of minutes.
func minutesOf(s string) (int64, error) {
	bad := fmt.Errorf("write hours that are whole minutes, such as 20, 7.5 or 13.75")
	r, err := money.ParsePercent(s + "%") // an exact decimal, over 100
	if err != nil || r.Sign() < 0 {
		return 0, bad
	}
	sixty := r.Num() * 6000
	if r.Num()*100 > mostHours*r.Den() || sixty%r.Den() != 0 || sixty/r.Den() > mostHours*60 {
		return 0, bad
	}
	return sixty / r.Den(), nil
}

func ratePerHour() *scalar {
	return textOf("amount per hour", "175.00 per hour", "^"+amountPattern+periods([]Every{EveryHour})+"$", checkRatePerHour)
}

func checkRatePerHour(s string) error {
	if checkAmountPer(s, []Every{EveryHour}) != nil {
		return fmt.Errorf("write an amount for each hour, such as 175.00 per hour")
	}
	return nil
}

// basisPointsOfAll keeps percentages so short that they multiply with hours.
const basisPointsOfAll = 10_000

// percentUpTo is a percentage that may be above 100.
func percentUpTo(most int64) *scalar {
	return textOf("percentage", "80 %", `^[0-9]+(\.[0-9]+)? ?%$`, func(s string) error {
		r, err := money.ParsePercent(s)
		if err != nil || r.Sign() < 0 || basisPointsOfAll%r.Den() != 0 || r.Num()*100 > most*r.Den() {
			return fmt.Errorf("write a percentage from 0 %% to %d %% with at most two decimal places, such as 80 %%", most)
		}
		return nil
	})
}

func percentage(v *value, key string) money.Ratio {
	r, _ := money.ParsePercent(v.str(key))
	return r
}

// joined puts sentences without their full stops together.
func joined(sentences []string) string { return strings.Join(sentences, ". ") + "." }
