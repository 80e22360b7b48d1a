package engagement

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Worked is the time that one person worked for the client in a month.
type Worked struct {
	Person  string
	Role    string
	Minutes int64
}

// ResourceMonth is what became of the promise of somebody's time in one month.
type ResourceMonth struct {
	Promised contract.Resource
	Contract string // name
	Version  int
	Month    cal.Month
	Minutes  int64 // promised; of the days of the month on which the promise holds
	Worked   int64 // meaningful when Known
	Known    bool  // false: it is not known who worked how long
	Over     bool  // the month has ended
}

// Verdict on the month. Time that comes first only when there is work is broken by nobody who asked for less: with priority, less is open.
func (r ResourceMonth) Verdict() Verdict {
	switch {
	case !r.Known:
		return VerdictUnknown
	case r.Worked >= r.Minutes:
		return VerdictKept
	case !r.Over || r.Promised.Kind == contract.PriorityCall:
		return VerdictOpen
	default:
		return VerdictBroken
	}
}

// ResourcesIn tells the promises of time of an agreement in a month. Hours of a month that the promise holds only in part count by its days, rounded down to a minute; a share counts of the
// working time that the service levels give. Worked is nil where nothing is known of the time of that month.
func ResourcesIn(agreement contract.Agreement, month cal.Month, worked []Worked, known bool, today cal.Date) []ResourceMonth {
	var out []ResourceMonth
	for _, segment := range agreement.Segments(month.Period()) {
		t := segment.Terms
		for _, promised := range t.Resources {
			days := promised.Holds(segment.Period)
			if days.IsEmpty() {
				continue
			}
			r := ResourceMonth{Promised: promised, Contract: t.Key, Version: t.Version, Month: month, Minutes: promisedMinutes(promised, t, month, days),
				Known: known, Over: !today.Before(month.Next().First())}
			for _, w := range worked {
				if Plain(w.Person) == Plain(promised.Who) || Plain(w.Role) == Plain(promised.Who) {
					r.Worked += w.Minutes
				}
			}
			out = appendPromise(out, r)
		}
	}
	return out
}

// appendPromise adds up what is promised of one name in one month, by several entries or versions.
func appendPromise(all []ResourceMonth, r ResourceMonth) []ResourceMonth {
	for i, have := range all {
		if Plain(have.Promised.Who) == Plain(r.Promised.Who) && have.Promised.Kind == r.Promised.Kind {
			all[i].Minutes += r.Minutes
			all[i].Version, all[i].Promised = r.Version, r.Promised
			return all
		}
	}
	return append(all, r)
}

func promisedMinutes(r contract.Resource, t contract.Terms, month cal.Month, days cal.Period) int64 {
	if r.Hours > 0 {
		return int64(r.Hours) * 60 * int64(days.Days()) / int64(month.Period().Days())
	}
	if t.Service == nil {
		return 0
	}
	working := t.Service.Hours.Between(days.From.Start(t.Zone), days.To.Start(t.Zone))
	return int64(working/time.Minute) * r.Share.Num() / r.Share.Den()
}
