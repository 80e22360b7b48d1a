package engagement

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Spend is one row of what the client spent on work, whoever did it.
type Spend struct {
	ID       string
	On       cal.Date
	Provider string // who did the work
	Vendor   string // who was paid for it
	Cell     Cell   // what of it is not known is empty
	Bought   string // what was bought, in words that may be those of an appointment's category where Cell names none
	Amount   money.Amount
	Known    bool   // whether there is an amount
	Source   string // where the row comes from, in words
}

// Fate is what a row of spend means beside the promises.
type Fate string

// The fates. Unassigned rows say too little to be held against a promise; they are listed, and never counted as kept.
const (
	Kept       Fate = "kept"       // with a provider that it was promised to
	Leaked     Fate = "leaked"     // in an exclusive cell, with another
	Elsewhere  Fate = "elsewhere"  // in a preferred cell or one of a roster, with another: allowed, and counted against a minimum share
	Unpromised Fate = "unpromised" // nobody is appointed for it
	Unassigned Fate = "unassigned"
)

// Held is a row of spend with its fate.
type Held struct {
	Spend
	Fate   Fate
	Under  Appointment // of kept, leaked and elsewhere
	Reason string      // of unassigned: what is missing, and what to write
}

// LeakLine is the spend of a month in one exclusive cell, in one currency.
type LeakLine struct {
	Month  cal.Month
	Under  Appointment
	Kept   money.Amount
	Leaked money.Amount
	Rows   []Held // those that leaked
}

// All is what was spent in the cell.
func (l LeakLine) All() money.Amount { return l.Kept.Add(l.Leaked) }

// Share is the leakage: spend in the exclusive cell that went elsewhere, of all spend in it. ok is false when nothing was spent.
func (l LeakLine) Share() (share money.Ratio, ok bool) {
	if l.All().Minor <= 0 {
		return money.Ratio{}, false
	}
	return money.NewRatio(l.Leaked.Minor, l.All().Minor), true
}

// Leak is spend held against the promises.
type Leak struct {
	Rows   []Held     // every row, by day
	Lines  []LeakLine // the exclusive cells in which something was spent, by month and cell
	Shares []ShareKept
}

// Of are the rows with a fate.
func (l Leak) Of(fate Fate) []Held {
	var out []Held
	for _, r := range l.Rows {
		if r.Fate == fate {
			out = append(out, r)
		}
	}
	return out
}

// Leakage holds spend against the promises in force on its day. Every row has one fate, and none is dropped. Minimum shares are told of the windows that have begun by today.
func Leakage(rows []Spend, all []Appointment, today cal.Date) Leak {
	var out Leak
	by := byCategory(all)
	for _, row := range rows {
		out.Rows = append(out.Rows, hold(row, by))
	}
	slices.SortStableFunc(out.Rows, func(a, b Held) int { return cmp.Or(a.On.Cmp(b.On), cmp.Compare(a.ID, b.ID)) })
	out.Lines = leakLines(out.Rows)
	out.Shares = sharesKept(out.Rows, all, today)
	return out
}

// ofCategory are the appointments of one category with the keys of their cells.
type ofCategory struct {
	all  []Appointment
	keys []Cell
}

func byCategory(all []Appointment) map[string]ofCategory {
	out := map[string]ofCategory{}
	for _, a := range all {
		key := a.Cell.Key()
		c := out[key.Category]
		out[key.Category] = ofCategory{append(c.all, a), append(c.keys, key)}
	}
	return out
}

func hold(row Spend, by map[string]ofCategory) Held {
	h := Held{Spend: row, Fate: Unassigned}
	if row.Cell.Category == "" && len(by[Plain(row.Bought)].all) > 0 {
		row.Cell.Category, h.Cell.Category = row.Bought, row.Bought
	}
	if row.Cell.Category == "" {
		h.Reason = "The row names no category of an appointment. Write it as the contract does, in the column service."
		return h
	}
	var here []Appointment
	promised, byBrand, byMarket := false, false, false // anything of the category on that day, and what its promises hang on
	key := row.Cell.Key()
	of := by[key.Category]
	for i := range of.all {
		if !of.all[i].Period.Contains(row.On) {
			continue
		}
		promised, byBrand, byMarket = true, byBrand || of.keys[i].Brand != "", byMarket || of.keys[i].Market != ""
		if covers(of.keys[i], key) {
			here = append(here, of.all[i])
		}
	}
	slices.SortFunc(here, byStrength)
	switch {
	case !promised:
		h.Fate = Unpromised
	case row.Cell.Brand == "" && byBrand:
		h.Reason = "The row names no brand, and the promise for " + row.Cell.Category + " hangs on it. Write the brand."
	case row.Cell.Market == "" && byMarket:
		h.Reason = "The row names no market, and the promise for " + row.Cell.Category + " hangs on it. Write the market."
	case len(here) == 0:
		h.Fate = Unpromised
	case row.Provider == "":
		h.Reason = "The row does not say who did the work. Write the provider as the contract names it."
	case !row.Known:
		h.Reason = "The row has no amount that can be read."
	default:
		h.judge(here)
	}
	return h
}

func (h *Held) judge(here []Appointment) {
	h.Under, h.Fate = here[0], Elsewhere
	for _, a := range here {
		if a.Is(h.Provider) {
			h.Under, h.Fate = a, Kept
			return
		}
	}
	if here[0].Promise == Exclusive {
		h.Fate = Leaked
	}
}

func leakLines(rows []Held) []LeakLine {
	type key struct {
		month    cal.Month
		cell     Cell
		contract string
		version  int
		entry    int
		currency money.Currency
	}
	at := map[key]int{}
	var out []LeakLine
	for _, r := range rows {
		if r.Fate != Kept && r.Fate != Leaked || r.Under.Promise != Exclusive {
			continue
		}
		k := key{cal.MonthOf(r.On), r.Under.Cell.Key(), r.Under.Contract, r.Under.Version, r.Under.Entry, r.Amount.Currency}
		i, known := at[k]
		if !known {
			i = len(out)
			at[k] = i
			zero := money.New(0, r.Amount.Currency)
			out = append(out, LeakLine{Month: k.month, Under: r.Under, Kept: zero, Leaked: zero})
		}
		if r.Fate == Leaked {
			out[i].Leaked = out[i].Leaked.Add(r.Amount)
			out[i].Rows = append(out[i].Rows, r)
		} else {
			out[i].Kept = out[i].Kept.Add(r.Amount)
		}
	}
	slices.SortStableFunc(out, func(a, b LeakLine) int {
		return cmp.Or(a.Month.First().Cmp(b.Month.First()), compareCells(a.Under.Cell.Key(), b.Under.Cell.Key()), cmp.Compare(a.Kept.Currency, b.Kept.Currency))
	})
	return out
}

// ShareKept is whether the least share of one preferred appointment was kept in one window, in one currency.
type ShareKept struct {
	Under    Appointment // of its first cell; all cells of the entry count together
	Window   cal.Period
	Over     bool // the window has ended
	Provider money.Amount
	All      money.Amount
	Unplaced int // rows of the category in the window that say too little to be counted
}

// Verdict on a promise that is counted.
type Verdict string

// The verdicts. Open: the window has not ended, so nothing is broken yet. Unknown: nothing was spent, or rows that say too little could decide it.
const (
	VerdictKept    Verdict = "kept"
	VerdictBroken  Verdict = "broken"
	VerdictOpen    Verdict = "open"
	VerdictUnknown Verdict = "unknown"
)

// Verdict on the share.
func (s ShareKept) Verdict() Verdict {
	switch {
	case !s.Over:
		return VerdictOpen
	case s.All.Minor <= 0 || s.Unplaced > 0:
		return VerdictUnknown
	case s.reached():
		return VerdictKept
	default:
		return VerdictBroken
	}
}

// reached compares exactly: provider / all >= rate.
func (s ShareKept) reached() bool {
	rate := s.Under.MinimumShare.Rate
	have := new(big.Int).Mul(big.NewInt(s.Provider.Minor), big.NewInt(rate.Den()))
	need := new(big.Int).Mul(big.NewInt(s.All.Minor), big.NewInt(rate.Num()))
	return have.Cmp(need) >= 0
}

// Words are the sum, its part and the promise: "USD 6,000.00 of USD 10,000.00, 60 %; promised are 60 % per quarter". The part is rounded down, so that what is missed never reads as
// reached.
func (s ShareKept) Words() string {
	if s.All.Minor > 0 && s.Provider.Minor >= 0 {
		tenths := money.MulDiv(1000, s.Provider.Minor, s.All.Minor, money.Down)
		part := fmt.Sprint(tenths / 10)
		if tenths%10 != 0 {
			part += fmt.Sprintf(".%d", tenths%10)
		}
		return fmt.Sprintf("%s of %s, %s %%; promised are %s", s.Provider.FormatWith(), s.All.FormatWith(), part, s.Under.MinimumShare)
	}
	return fmt.Sprintf("%s of %s; promised are %s", s.Provider.FormatWith(), s.All.FormatWith(), s.Under.MinimumShare)
}

// sharesKept follows each promise of a minimum share through the windows on which it holds.
func sharesKept(rows []Held, all []Appointment, today cal.Date) []ShareKept {
	var out []ShareKept
	for _, promise := range sharesPromised(all) {
		holds := promise[0].Period
		for _, a := range promise {
			holds = cal.Period{From: cal.Earlier(holds.From, a.Period.From), To: cal.Later(holds.To, a.Period.To)}
		}
		for day := holds.From; day.Before(holds.To) && !day.After(today); {
			window := promise[0].Terms.Window(promise[0].MinimumShare.Per, day)
			if slices.ContainsFunc(promise, func(a Appointment) bool { return !a.Period.Overlap(window).IsEmpty() }) {
				out = append(out, shareIn(rows, promise, window.Overlap(holds), today)...)
			}
			if !window.To.After(day) {
				break
			}
			day = window.To
		}
	}
	return out
}

// sharesPromised are the appointments of each minimum share: those of one entry, and of the entry of a later version that promises the same of the same cells.
func sharesPromised(all []Appointment) [][]Appointment {
	type entry struct {
		contract       string
		version, entry int
	}
	cells := map[entry]string{}
	for _, a := range all {
		key := a.Cell.Key()
		cells[entry{a.Contract, a.Version, a.Entry}] += fmt.Sprintf("%q", []string{key.Category, key.Brand, key.Market})
	}
	at := map[string]int{}
	var out [][]Appointment
	for _, a := range all {
		if !a.MinimumShare.Set || a.Terms == nil {
			continue
		}
		k := fmt.Sprintf("%q %s %s", []string{a.Contract, Plain(a.Provider)}, a.MinimumShare, cells[entry{a.Contract, a.Version, a.Entry}])
		i, known := at[k]
		if !known {
			i = len(out)
			at[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], a)
	}
	return out
}

func shareIn(rows []Held, promise []Appointment, window cal.Period, today cal.Date) []ShareKept {
	var out []ShareKept
	unplaced := 0
	for _, r := range rows {
		if !window.Contains(r.On) || Plain(r.Cell.Category) != "" && Plain(r.Cell.Category) != Plain(promise[0].Cell.Category) {
			continue
		}
		if r.Fate == Unassigned {
			unplaced++
			continue
		}
		if !r.Known || !slices.ContainsFunc(promise, func(a Appointment) bool { return a.Period.Contains(r.On) && covers(a.Cell.Key(), r.Cell.Key()) }) {
			continue
		}
		i := slices.IndexFunc(out, func(s ShareKept) bool { return s.All.Currency == r.Amount.Currency })
		if i < 0 {
			i = len(out)
			out = append(out, newShare(promise[0], window, r.Amount.Currency, today))
		}
		out[i].All = out[i].All.Add(r.Amount)
		if promise[0].Is(r.Provider) {
			out[i].Provider = out[i].Provider.Add(r.Amount)
		}
	}
	if len(out) == 0 {
		out = []ShareKept{newShare(promise[0], window, promise[0].Terms.Currency, today)}
	}
	for i := range out {
		out[i].Unplaced = unplaced
	}
	return out
}

func newShare(under Appointment, window cal.Period, c money.Currency, today cal.Date) ShareKept {
	return ShareKept{Under: under, Window: window, Over: !today.Before(window.To), Provider: money.New(0, c), All: money.New(0, c)}
}
