package timesheet

import (
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Burn is what of a retainer's hours is used in the fee period that runs, as the rules of the fee count it.
type Burn struct {
	Contract     string // id
	ContractName string
	Clause       string
	Period       cal.Period
	AtHand       int // minutes that can be used: included, and carried on from before
	Used         int // counted minutes, after rounding
	Over         int // of those, above what is at hand
	Lots         []BurnLot
	Alerts       bool // whether the contract names shares at which both sides are told
	Warn         money.Ratio
	Soft         money.Ratio
	Hard         money.Ratio
}

// BurnLot is hours that were earned in one fee period, and how far they are used.
type BurnLot struct {
	Earned  cal.Period
	Carried bool // from an earlier fee period
	Minutes int
	Used    int
	Expires cal.Date // the first day on which it can no longer be used; zero: at the end of the contract
}

// Level is how far the use of a retainer has come.
type Level string

// The levels of a contract's alerts, from the least to the most. NoLevel: none is reached.
const (
	NoLevel Level = ""
	Warn    Level = "warn"
	Soft    Level = "soft"
	Hard    Level = "hard"
)

// Reached are the levels that the use has come to, from the least on.
func (b Burn) Reached() []Level {
	var out []Level
	if !b.Alerts {
		return nil
	}
	for _, l := range []struct {
		level Level
		share money.Ratio
	}{{Warn, b.Warn}, {Soft, b.Soft}, {Hard, b.Hard}} {
		if b.Used > 0 && int64(b.Used)*l.share.Den() >= int64(b.AtHand)*l.share.Num() {
			out = append(out, l.level)
		}
	}
	return out
}

// Share is the level's share of the hours at hand.
func (b Burn) Share(l Level) money.Ratio {
	return map[Level]money.Ratio{Warn: b.Warn, Soft: b.Soft, Hard: b.Hard}[l]
}

// Left is the minutes that can still be used, 0 when none are.
func (b Burn) Left() int { return max(0, b.AtHand-b.Used) }
