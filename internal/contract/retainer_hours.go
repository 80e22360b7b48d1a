package contract

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Hours is what a retainer says of the working time that its fee includes.
type Hours struct {
	Minutes     int64  // included in the fee of a whole fee period
	Partial     string // with-fee | whole: the hours of a fee period that is only partly in force
	Round       TimeRounding
	Rollover    Rollover
	Deficit     string // billed | carried | written-off | reconciled: what becomes of hours above those at hand
	StartsWith  int64  // minutes, with carried: debt leaves a fee period at least these, and what is left of it is billed; 0: none
	Overage     Overage
	Alerts      Alerts
	LateEntries string // next-open-period | written-off: entries of a fee period that was settled without them
	Reconcile   Reconcile
}

// Rollover says how unused hours of a fee period are carried on. When not Set nothing is.
type Rollover struct {
	Set        bool
	Partial    string      // none | allowed: hours of a fee period that was only partly in force
	CapShare   money.Ratio // of the hours included in the fee period; zero: the cap is in minutes
	CapMinutes int64
	CapOn      string // base: what one fee period carries on; balance: all carried hours together; empty: there is no cap
	Periods    int    // expires so many fee periods after the end of the one in which it was earned
	Days       int    // or so many days after it; both 0: with the contract
	Burn       string // oldest-first | base-first
}

// Overage is what hours above those at hand cost. When not Set they are not allowed.
type Overage struct {
	Set      bool
	Rate     money.Amount // per hour
	Approval string       // before-work | none-needed
	Approved string       // the metric whose readings say the approved hours; empty: none needed
}

// Alerts are shares of the hours at hand; they decide no money. When not Set there are none.
type Alerts struct {
	Set              bool
	Warn, Soft, Hard money.Ratio
}

// Reconcile compares worked with included hours over a window. When not Set nothing is.
type Reconcile struct {
	Set      bool
	Every    Every
	DeadBand money.Ratio  // of the included hours: no more than this moves nothing
	Beyond   string       // whole | excess: what moves when it is more
	Rate     money.Amount // per hour
	How      string       // credit-and-bill | bill-only
}

// hoursFields are the keys of a retainer that includes hours; every one is needed then, but those that another choice calls for.
var hoursFields = []spec{
	{key: "includes", doc: "The working time that the fee includes, or none. The keys below belong to it.", optional: true, instead: wordNone(), fields: []spec{
		{key: "hours", doc: "Hours in a whole fee period.", scalar: hoursScalar},
		{key: "partial_period", doc: "Hours of a fee period that is only partly in force: with-fee prorates them as the fee, whole does not.", scalar: choice("with-fee", "whole")},
	}},
	roundTimeSpec(true),
	{key: "rollover", doc: "Whether unused hours are carried on.", optional: true, instead: wordNone(), fields: []spec{
		{key: "partial_period", doc: "Whether a fee period that was only partly in force carries hours on.", scalar: choice("none", "allowed")},
		{key: "cap", doc: "At most so much is carried on, or none for all.", scalar: rolloverCap},
		{key: "cap_on", doc: "base: the cap is for what one fee period carries on; balance: for all carried hours together. Needed with a cap.", scalar: choice("base", "balance"), optional: true},
		{key: "expires_after", doc: "Counted from the end of the fee period in which the hours were earned; none: with the contract.", scalar: rolloverExpiry},
		{key: "burn", doc: "Which hours are used first: the oldest, or those of the fee period itself and then the oldest.", scalar: choice("oldest-first", "base-first")},
	}},
	{key: "deficit", doc: "Hours above those at hand: billed as overage, carried as debt, written-off, or reconciled.", scalar: choice("billed", "carried", "written-off", "reconciled"), optional: true},
	{key: "starts_with", doc: "With carried: debt leaves each fee period at least so much, and the rest of the debt is billed; or none. Needed with carried.", scalar: spanOrNone(cal.Hours, cal.Minutes), optional: true},
	{key: "overage", doc: "What hours above those at hand cost.", optional: true, instead: choice("not-allowed"), fields: []spec{
		{key: "rate", doc: "For each hour.", scalar: ratePerHour()},
		{key: "approval", doc: "Whether the client must approve hours before they are worked.", scalar: choice("before-work", "none-needed")},
		{key: "approved_hours", doc: "The metric whose readings say how many hours were approved. Needed with before-work.", scalar: slugScalar, optional: true},
	}},
	{key: "alerts", doc: "When a statement says that much is used, in shares of the hours at hand. They decide no money.", optional: true, instead: wordNone(), fields: []spec{
		{key: "warn", doc: "Hours are running out.", scalar: percentUpTo(1000)},
		{key: "soft", doc: "More than was meant.", scalar: percentUpTo(1000)},
		{key: "hard", doc: "Work should have stopped.", scalar: percentUpTo(1000)},
	}},
	{key: "late_entries", doc: "Entries that come after their fee period was settled.", scalar: choice("next-open-period", "written-off"), optional: true},
	{key: "reconcile", doc: "Whether worked hours are compared with included hours over a longer window.", optional: true, instead: wordNone(), fields: []spec{
		{key: "every", doc: "How long the window is; it counts from the term's first month.", scalar: choice(string(EveryMonth), string(EveryQuarter), string(EveryYear))},
		{key: "dead_band", doc: "A difference of no more than this share of the included hours moves nothing.", scalar: percentUpTo(100)},
		{key: "beyond", doc: "What moves when the difference is more: the whole of it, or what exceeds the dead-band.", scalar: choice("whole", "excess")},
		{key: "rate", doc: "For each hour of the difference.", scalar: ratePerHour()},
		{key: "how", doc: "Whether the client gets a credit when less was worked.", scalar: choice("credit-and-bill", "bill-only")},
	}},
}

var (
	rolloverCap    = textOf("share of the base, hours, or none", "50 % of base, or none", `^([0-9]+(\.[0-9]+)? ?% of base|[0-9]+ (hour|minute)s?|none)$`, checkRolloverCap)
	rolloverExpiry = textOf("fee periods, days, or none", "1 period, or none", `^([0-9]+ (period|day)s?|none)$`, checkRolloverExpiry)
)

func checkRolloverCap(s string) error {
	if _, _, ok := readRolloverCap(s); !ok {
		return fmt.Errorf("write a share of the included hours such as 50 %% of base, or hours such as 10 hours, or none")
	}
	return nil
}

func readRolloverCap(s string) (share money.Ratio, minutes int64, ok bool) {
	if percent, of := strings.CutSuffix(s, " of base"); of {
		share, err := money.ParsePercent(percent)
		return share, 0, err == nil && share.Sign() > 0 && basisPointsOfAll%share.Den() == 0 && share.Num() <= 10*share.Den()
	}
	if s == "none" {
		return share, 0, true
	}
	span, err := cal.ParseSpan(s)
	return share, spanMinutes(span), err == nil && span.N > 0 && span.N <= longest[cal.Hours] && (span.Unit == cal.Hours || span.Unit == cal.Minutes)
}

func checkRolloverExpiry(s string) error {
	if _, _, ok := readRolloverExpiry(s); !ok {
		return fmt.Errorf("write fee periods such as 1 period, or days such as 60 days (at most 600 and 18262), or none")
	}
	return nil
}

func readRolloverExpiry(s string) (periods, days int, ok bool) {
	number, unit, _ := strings.Cut(s, " ")
	n, err := wholeNumber(number)
	switch unit = strings.TrimSuffix(unit, "s"); {
	case s == "none":
		return 0, 0, true
	case err != nil || n < 1:
		return 0, 0, false
	case unit == "period":
		return n, 0, n <= 600
	case unit == "day":
		return 0, n, n <= longest[cal.Days]
	}
	return 0, 0, false
}

// hours reads what a retainer says of included hours; nil when it includes none. Each missing and each contradicting choice is a problem.
func (b *builder) hours(v *value, every Every) *Hours {
	includes := v.get("includes")
	if includes == nil || includes.fields == nil {
		for _, s := range hoursFields[1:] {
			if written := v.get(s.key); written != nil {
				b.problem(written, "hours-without-includes", "the fee includes no hours, so %s says nothing; leave it out, or write includes: with hours and partial_period", s.key)
			}
		}
		return nil
	}
	whole := true
	for _, s := range hoursFields {
		if v.get(s.key) == nil && s.key != "starts_with" {
			whole = false
			b.faults.Add(fault.New(fault.Invalid, "missing", "%q is missing, and a retainer that includes hours must say it; %s", s.key, s.toWrite()).At(join(v.path, s.key)).AtLine(v.line, v.column))
		}
	}
	h := &Hours{
		Partial: includes.str("partial_period"), Round: b.timeRounding(v.get("round_time")), Rollover: b.rollover(v.get("rollover")),
		Deficit: v.str("deficit"), StartsWith: spanMinutes(v.span("starts_with")), Overage: b.overage(v.get("overage")), Alerts: b.alerts(v.get("alerts")),
		LateEntries: v.str("late_entries"), Reconcile: b.reconcile(v.get("reconcile"), every),
	}
	h.Minutes, _ = minutesOf(includes.str("hours"))
	if h.Minutes == 0 {
		b.problem(includes.get("hours"), "no-hours", "no hours are included; write includes: none, and leave out what belongs to it")
	}
	if whole {
		b.checkDeficit(v, *h)
	}
	return h
}

func (b *builder) rollover(v *value) Rollover {
	if v == nil || v.fields == nil {
		return Rollover{}
	}
	r := Rollover{Set: true, Partial: v.str("partial_period"), CapOn: v.str("cap_on"), Burn: v.str("burn")}
	r.CapShare, r.CapMinutes, _ = readRolloverCap(v.str("cap"))
	r.Periods, r.Days, _ = readRolloverExpiry(v.str("expires_after"))
	switch capped := v.str("cap") != "none"; {
	case capped && r.CapOn == "":
		b.problem(v, "cap-on", "say what the cap is for; write cap_on: base (what one fee period carries on) or cap_on: balance (all carried hours together)")
	case !capped && r.CapOn != "":
		b.problem(v.get("cap_on"), "cap-on", "without a cap there is nothing to apply it to; leave cap_on out")
	}
	return r
}

func (b *builder) overage(v *value) Overage {
	if v == nil || v.fields == nil {
		return Overage{}
	}
	rate, _ := b.amountPer(v.get("rate"))
	o := Overage{Set: true, Rate: rate, Approval: v.str("approval"), Approved: v.str("approved_hours")}
	switch {
	case o.Approval == "before-work" && o.Approved == "":
		b.problem(v, "approved-hours", "say where the approved hours stand; write approved_hours: and the name of a metric, such as approved_hours: overage-approved")
	case o.Approval == "none-needed" && o.Approved != "":
		b.problem(v.get("approved_hours"), "approved-hours", "no approval is needed, so none is looked up; leave approved_hours out")
	case b.approved[o.Approved]:
		b.problem(v.get("approved_hours"), "approved-hours", "another clause takes its approved hours from %s, and an hour is approved for one; give each its own metric", o.Approved)
	}
	b.approved[o.Approved] = o.Approved != ""
	return o
}

func (b *builder) alerts(v *value) Alerts {
	if v == nil || v.fields == nil {
		return Alerts{}
	}
	a := Alerts{Set: true, Warn: percentage(v, "warn"), Soft: percentage(v, "soft"), Hard: percentage(v, "hard")}
	if above(a.Warn, a.Soft) || above(a.Soft, a.Hard) {
		b.problem(v, "alerts", "the alerts are out of order; write warn, soft and hard from the least to the most, such as 80 %%, 110 %%, 130 %%")
	}
	return a
}

func above(a, b money.Ratio) bool { return a.Num()*b.Den() > b.Num()*a.Den() }

func (b *builder) reconcile(v *value, fee Every) Reconcile {
	if v == nil || v.fields == nil {
		return Reconcile{}
	}
	rate, _ := b.amountPer(v.get("rate"))
	r := Reconcile{Set: true, Every: Every(v.str("every")), DeadBand: percentage(v, "dead_band"), Beyond: v.str("beyond"), Rate: rate, How: v.str("how")}
	if fee.Months() > r.Every.Months() {
		b.problem(v.get("every"), "reconcile-every", "a window of a %s holds no whole fee period of a %s; write every: %s or longer", r.Every, fee, fee)
	}
	return r
}

// checkDeficit finds choices that cannot stand together: hours above those at hand have exactly one fate.
func (b *builder) checkDeficit(v *value, h Hours) {
	deficit, overage, starts := v.get("deficit"), v.get("overage"), v.get("starts_with")
	switch {
	case h.Deficit == "billed" && !h.Overage.Set:
		b.problem(deficit, "deficit", "hours above cannot be billed while overage is not-allowed; write overage: with its rate, or deficit: carried, written-off or reconciled")
	case (h.Deficit == "written-off" || h.Deficit == "reconciled") && h.Overage.Set:
		b.problem(overage, "deficit", "with deficit: %s the rate is never charged; write overage: not-allowed, or deficit: billed", h.Deficit)
	case h.Deficit == "reconciled" && !h.Reconcile.Set:
		b.problem(deficit, "deficit", "nothing is reconciled; write reconcile: with every, dead_band, beyond, rate and how, or another deficit")
	case h.Deficit != "reconciled" && h.Reconcile.Set:
		b.problem(deficit, "deficit", "hours that are reconciled have no other fate, or they would count twice; write deficit: reconciled, or reconcile: none")
	}
	if h.Reconcile.Set && h.Rollover.Set {
		b.problem(v.get("rollover"), "rollover", "hours that are reconciled are not carried on, or they would count twice; write rollover: none, or reconcile: none")
	}
	switch {
	case h.Deficit == "carried" && starts == nil:
		b.problem(deficit, "starts-with", "debt is carried; say how much of each fee period it leaves: write starts_with: 1 hour, or starts_with: none")
	case h.Deficit != "carried" && starts != nil:
		b.problem(starts, "starts-with", "no debt is carried, so starts_with says nothing; leave it out, or write deficit: carried")
	case h.StartsWith > h.Minutes:
		b.problem(starts, "starts-with", "a fee period cannot start with more than the hours that are included; write less, or none")
	case h.StartsWith > 0 && !h.Overage.Set:
		b.problem(starts, "starts-with", "what debt leaves open is billed, and overage is not-allowed; write overage: with its rate, or starts_with: none")
	}
	if h.Deficit == "carried" && h.Overage.Approval == "before-work" {
		b.problem(overage, "approval", "hours that are carried as debt are not overage when they are worked; write approval: none-needed, or deficit: billed")
	}
}
