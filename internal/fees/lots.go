package fees

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Lot is hours that were earned in one fee period, and how long they can be used. A balance is the sum of its lots.
type Lot struct {
	Earned  cal.Period `json:"earned"`  // the fee period
	Minutes int64      `json:"minutes"` // what of it can still be used
	From    cal.Date   `json:"from"`    // the first day on which it can be used
	Expires cal.Date   `json:"expires"` // the first day on which it can no longer be used
	Source  LotSource  `json:"source"`
}

// LotSource says where a lot comes from.
type LotSource string

// A lot is included in the fee of its own period, or carried on from an earlier one.
const (
	LotIncluded LotSource = "included"
	LotCarried  LotSource = "carried"
)

func (l Lot) live(day cal.Date) bool { return !day.Before(l.From) && day.Before(l.Expires) }

// LotMove is what became of a lot in one fee period: Minutes = Used + Lapsed + Carried.
type LotMove struct {
	Lot
	Used    int64 `json:"used"`
	Lapsed  int64 `json:"lapsed"` // expired, or above the cap
	Carried int64 `json:"carried"`
}

func (m LotMove) left() int64 { return m.Minutes - m.Used - m.Lapsed - m.Carried }

// Spent is counted minutes of one day.
type Spent struct {
	Day     cal.Date
	Minutes int64
}

// HoursRules are the choices of a contract that decide an account of hours.
type HoursRules struct {
	BaseFirst  bool      // use the hours of the period itself before older ones; else the oldest first
	Roll       *RollRule // nil: unused hours are not carried on
	CarryDebt  bool      // hours above those at hand are debt of the next period
	StartsWith int64     // minutes that debt leaves of a period's hours; 0: debt may take all
	BillRest   bool      // what is left of debt is billed
	Last       bool      // no fee period follows
}

// RollRule is how unused hours of the period are carried on.
type RollRule struct {
	Cap     *int64 // minutes; nil: all
	Balance bool   // the cap is for all carried lots together
	Expires cal.Date
}

// HoursAccount is the hours of one fee period.
//
//	lots before + Base = Repaid + used + lapsed + carried
//	Worked             = used + Over
//	Debt               = Repaid + Rest + what is left of it
type HoursAccount struct {
	Fee     cal.Period `json:"fee_period"`
	InForce cal.Period `json:"in_force"`
	Base    int64      `json:"base"`             // minutes that the fee of the period includes
	Debt    int64      `json:"debt,omitempty"`   // brought forward
	Repaid  int64      `json:"repaid,omitempty"` // of the debt, out of Base
	Rest    int64      `json:"rest,omitempty"`   // of the debt, billed because the period starts with hours of its own
	Worked  int64      `json:"worked"`           // counted minutes
	Over    int64      `json:"over,omitempty"`   // of those, above the lots at hand
	Owed    int64      `json:"owed,omitempty"`   // debt that is carried on
	Lots    []LotMove  `json:"lots"`
	Carried []Lot      `json:"carried,omitempty"`
}

// AtHand is the minutes that can be used in the period: what earlier ones carried on and its own, less repaid debt.
func (a HoursAccount) AtHand() int64 {
	var sum int64
	for _, l := range a.Lots {
		sum += l.Minutes
	}
	return sum
}

// Used is the worked minutes that the lots cover.
func (a HoursAccount) Used() int64 { return a.Worked - a.Over }

// Account computes the hours of a fee period that earns base minutes and is opened with the lots and the debt of those before it.
// Worked, 20 hours included, 10 carried on at most, for one period: 12, 18 and 35 hours leave 5 hours over when the oldest are used first,
// 13 when those of the period itself are.
func Account(fee, inForce cal.Period, base int64, lots []Lot, debt int64, spent []Spent, r HoursRules) HoursAccount {
	a := HoursAccount{Fee: fee, InForce: inForce, Base: base, Debt: debt}
	a.Repaid = min(debt, base-min(r.StartsWith, base))
	left := debt - a.Repaid
	if r.StartsWith > 0 || r.Last && r.BillRest {
		a.Rest, left = left, 0
	}
	own := Lot{Earned: fee, Minutes: base - a.Repaid, From: inForce.From, Expires: inForce.To, Source: LotIncluded}
	for _, l := range append(slices.Clone(lots), own) {
		if l.Minutes > 0 || l.Source == LotIncluded {
			a.Lots = append(a.Lots, LotMove{Lot: l})
		}
	}
	a.order(r.BaseFirst)
	for _, s := range slices.SortedStableFunc(slices.Values(spent), func(x, y Spent) int { return x.Day.Cmp(y.Day) }) {
		a.spend(s)
	}
	if r.CarryDebt && !(r.Last && r.BillRest) {
		a.Owed = left + a.Over
	}
	a.close(r)
	return a
}

// order puts the lots in the order in which they are used.
func (a *HoursAccount) order(baseFirst bool) {
	slices.SortStableFunc(a.Lots, func(x, y LotMove) int {
		if baseFirst && x.Source != y.Source {
			if x.Source == LotIncluded {
				return -1
			}
			return 1
		}
		return cmp.Or(x.Earned.From.Cmp(y.Earned.From), x.Expires.Cmp(y.Expires))
	})
}

// spend draws on the lots that can be used on the day; what they do not cover is over.
func (a *HoursAccount) spend(s Spent) {
	a.Worked += s.Minutes
	for i := range a.Lots {
		l := &a.Lots[i]
		if !l.live(s.Day) {
			continue
		}
		drawn := min(s.Minutes, l.left())
		l.Used += drawn
		s.Minutes -= drawn
	}
	a.Over += s.Minutes
}

// close lets lots lapse that end with the period, and carries on the others and, within the cap, what is left of the period's own.
func (a *HoursAccount) close(r HoursRules) {
	var balance int64
	for i := range a.Lots {
		l := &a.Lots[i]
		if l.Source == LotIncluded {
			continue
		}
		if r.Last || !a.InForce.To.Before(l.Expires) {
			l.Lapsed = l.left()
			continue
		}
		l.Carried = l.left()
		balance += l.Carried
		a.carry(l.Lot, l.Carried)
	}
	for i := range a.Lots {
		l := &a.Lots[i]
		if l.Source != LotIncluded {
			continue
		}
		if r.Roll != nil && !r.Last && a.InForce.To.Before(r.Roll.Expires) {
			l.Carried = r.Roll.within(l.left(), balance)
			a.carry(Lot{Earned: a.Fee, From: a.InForce.To, Expires: r.Roll.Expires, Source: LotCarried}, l.Carried)
		}
		l.Lapsed = l.left()
	}
}

func (a *HoursAccount) carry(l Lot, minutes int64) {
	if l.Minutes = minutes; minutes > 0 {
		a.Carried = append(a.Carried, l)
	}
}

// within is what of the unused minutes the cap lets through, beside the balance that is carried on already.
func (r RollRule) within(unused, balance int64) int64 {
	switch {
	case r.Cap == nil:
		return unused
	case r.Balance:
		return max(0, min(unused, *r.Cap-balance))
	default:
		return min(unused, *r.Cap)
	}
}
