package fees

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Fraction is the part of a fee that is owed, as it is written: 12/28, not 3/7.
type Fraction struct {
	Num, Den int64
}

func (f Fraction) whole() bool { return f.Num >= f.Den }

// String is "12/28", or "1" for the whole.
func (f Fraction) String() string {
	if f.whole() {
		return "1"
	}
	return fmt.Sprintf("%d/%d", f.Num, f.Den)
}

// Prorate is the part of a fee period's fee that is owed when only some of its days are in force, by the convention of the contract.
// A fee period that is wholly in force owes the whole fee under every convention, and none owes more.
// Worked: 12,000.00 a month from 17 Feb 2026 is 12/28, 12/30, 14/30, 144/365 or 1.
func Prorate(convention contract.Proration, every contract.Every, fee, inForce cal.Period) Fraction {
	months := int64(every.Months())
	days := int64(inForce.Days())
	var f Fraction
	switch {
	case inForce == fee || convention == contract.NoProration:
		f = Fraction{1, 1}
	case convention == contract.ActualDays:
		f = Fraction{days, int64(fee.Days())}
	case convention == contract.Fixed30:
		f = Fraction{days, 30 * months}
	case convention == contract.Thirty360:
		f = Fraction{int64(inForce.Days360()), 30 * months}
	case convention == contract.Annual365:
		f = Fraction{12 / months * days, 365}
	default:
		panic(fmt.Sprintf("fees: unknown proration %q", convention))
	}
	if f.whole() {
		return Fraction{1, 1}
	}
	return f
}

// feeRun is the days on which one retainer is in force unchanged, over one or more versions.
type feeRun struct {
	retainer contract.Retainer
	terms    contract.Terms
	period   cal.Period
}

// feeRuns joins neighbouring versions whose retainer is the same, so that an amendment of something else never prorates a fee.
func feeRuns(a contract.Agreement, id string) []feeRun {
	var runs []feeRun
	for _, s := range a.Segments(a.Running()) {
		c, _ := s.Terms.Clause(id)
		r, ok := c.(contract.Retainer)
		if !ok {
			continue
		}
		r.Hours = nil // they change no fee
		if n := len(runs); n > 0 && runs[n-1].retainer == r && runs[n-1].period.To == s.Period.From {
			runs[n-1].period.To = s.Period.To
			continue
		}
		runs = append(runs, feeRun{r, s.Terms, s.Period})
	}
	return runs
}

func (d *drafter) retainers(id string) {
	charged := d.feesCharged(id)
	for _, run := range feeRuns(d.agreement, id) {
		d.retainer(run, charged)
	}
	d.correctFees(id, charged)
	d.retainerHours(id)
}

// feeCharged is what locked statements charged for a fee period, what of it was charged and not taken back again, and what the agency gave up.
type feeCharged struct{ charged, gross, givenUp int64 }

// feesCharged sums what locked statements of other periods charged for each fee period of a retainer.
func (d *drafter) feesCharged(id string) map[string]feeCharged {
	out := map[string]feeCharged{}
	for _, l := range d.linesUnder(id) {
		if l.Kind == KindRetainer && len(l.Events) == 1 {
			c := out[l.Events[0]]
			c.charged += l.Minor + l.GivenUp
			c.gross = max(c.gross, c.charged)
			c.givenUp += l.GivenUp + l.Waived
			out[l.Events[0]] = c
		}
	}
	return out
}

// feePart is the part of a fee period that one run of a retainer covers.
type feePart struct {
	run          *feeRun
	fee, inForce cal.Period
}

// feeParts cuts a run by its fee periods, a year around the statement's period.
func (d *drafter) feeParts(run feeRun) []feePart {
	near := d.facts.Period
	near.From, near.To = near.From.AddMonths(-12, near.From.Day()), near.To.AddMonths(12, near.To.Day())
	cycle := feeCycle(run.retainer, run.terms)
	var out []feePart
	for k := cycle.Index(near.From); cycle.Start(k).Before(near.To); k++ {
		fee := cycle.At(k)
		if inForce := fee.Overlap(run.period); !inForce.IsEmpty() {
			out = append(out, feePart{&run, fee, inForce})
		}
	}
	return out
}

// retainer charges the fee periods of a run that this statement carries. One that a locked statement has charged is corrected instead.
func (d *drafter) retainer(run feeRun, charged map[string]feeCharged) {
	for _, p := range d.feeParts(run) {
		if _, locked := charged[p.fee.String()]; locked || !d.facts.Period.Contains(d.billedOn(p)) {
			continue
		}
		if d.nextPeriodOnly(p) {
			d.issue(Info, "fee-from-next-period", "clause "+run.retainer.ID, "The fee of version %d applies from the fee period after %s: proration is none, and that period was begun under the version before.",
				run.terms.Version, p.fee.Last().Words())
			continue
		}
		d.line(d.retainerLine(p))
	}
}

// nextPeriodOnly: without proration a fee period is owed whole by the version that it began under.
func (d *drafter) nextPeriodOnly(p feePart) bool {
	return p.run.retainer.Proration == contract.NoProration && p.inForce.From.After(p.fee.From) && d.chargedEarlier(*p.run, p.fee)
}

// correctFees brings fee periods that locked statements charged to what is owed for them now: an amendment or an early end inside a period that
// was charged at its start changes what is owed for it. Owed to date less charged before.
func (d *drafter) correctFees(id string, charged map[string]feeCharged) {
	owed, last := map[string]int64{}, map[string]feePart{}
	var order []string
	for _, run := range feeRuns(d.agreement, id) {
		for _, p := range d.feeParts(run) {
			key := p.fee.String()
			if _, locked := charged[key]; !locked || !d.billedOn(p).Before(d.facts.Period.To) || d.nextPeriodOnly(p) {
				continue
			}
			if _, seen := last[key]; !seen {
				order = append(order, key)
			}
			part := d.fraction(p)
			owed[key] += run.retainer.Fee.Mul(money.NewRatio(part.Num, part.Den), run.terms.Rounding).Minor
			last[key] = p
		}
	}
	for _, key := range order {
		c := charged[key]
		if settleUp(owed[key], c.charged, c.gross, c.givenUp) != 0 {
			d.line(d.correctionLine(last[key], owed[key], c))
		}
	}
}

func (d *drafter) correctionLine(p feePart, owed int64, c feeCharged) Line {
	r, t := p.run.retainer, p.run.terms
	due, paid := money.New(min(owed, max(owed, c.gross)-c.givenUp), d.currency), money.New(c.charged-c.givenUp, d.currency)
	move := due.Sub(paid)
	var given []Input
	if c.givenUp != 0 {
		given = []Input{{"given up by the agency", money.New(c.givenUp, d.currency).Format()}}
	}
	return Line{
		Clause: r.ID, Kind: KindRetainer, Text: "Retainer " + p.fee.Words() + ", corrected", Events: []string{p.fee.String()},
		Quantity: "1", Unit: "correction", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: t.Version, Clause: r.Words(t), Rounding: "none: sums of whole amounts",
			Formula: fmt.Sprintf("%s (owed) - %s (charged before) = %s", due.Format(), paid.Format(), move.Format()),
			Inputs: append([]Input{
				{"fee period", fmt.Sprintf("%s (%d days)", p.fee.Words(), p.fee.Days())},
				{"owed by all versions in force in it", money.New(owed, d.currency).Format()},
				{"charged by locked statements", money.New(c.charged, d.currency).Format()},
			}, given...),
			Notes: []string{"The contract changed inside a fee period that was charged before. What is owed for it now, less what was charged, is charged or given back."},
		},
	}
}

// chargedEarlier says whether the same clause was already in force in this fee period before the run began.
func (d *drafter) chargedEarlier(run feeRun, fee cal.Period) bool {
	for _, earlier := range feeRuns(d.agreement, run.retainer.ID) {
		if earlier.period.From.Before(run.period.From) && !earlier.period.Overlap(fee).IsEmpty() {
			return true
		}
	}
	return false
}

// feeCycle is the row of fee periods. Quarters and years count from the month of the term's start.
func feeCycle(r contract.Retainer, t contract.Terms) cal.Cycle {
	return cal.Cycle{Anchor: t.Term.Start.AddMonths(0, r.AnchorDay), Months: r.Every.Months(), AnchorDay: r.AnchorDay}
}

// billedOn is the day that decides which statement carries the fee: at its start, the first day in force; at its end, the last day of the fee
// period, or of the contract when that ends first.
func (d *drafter) billedOn(p feePart) cal.Date {
	if p.run.retainer.Billed == "at-end" {
		return cal.Later(p.inForce.Last(), cal.Earlier(p.fee.Last(), d.agreement.Running().Last()))
	}
	return p.inForce.From
}

// fraction is the part of the fee that a part of a fee period owes. Where several versions share a fee period that is wholly in force, the last
// owes what the others left of the whole, so that equal fees sum to the fee whatever the convention counts.
func (d *drafter) fraction(p feePart) Fraction {
	r := p.run.retainer
	own := Prorate(r.Proration, r.Every, p.fee, p.inForce)
	if r.Proration == contract.NoProration || p.inForce == p.fee || p.inForce.To != p.fee.To {
		return own
	}
	left := Fraction{own.Den, own.Den}
	days := p.inForce.Days()
	for _, run := range feeRuns(d.agreement, r.ID) {
		earlier := p.fee.Overlap(run.period)
		same := feeCycle(run.retainer, run.terms) == feeCycle(r, p.run.terms) && run.retainer.Proration == r.Proration
		if run.period == p.run.period || earlier.IsEmpty() || !same {
			continue
		}
		f := Prorate(r.Proration, r.Every, p.fee, earlier)
		left.Num -= f.Num * own.Den / f.Den
		days += earlier.Days()
	}
	if days != p.fee.Days() {
		return own
	}
	return left
}

func (d *drafter) retainerLine(p feePart) Line {
	run, fee, inForce := p.run, p.fee, p.inForce
	r, t := run.retainer, run.terms
	part := d.fraction(p)
	amount := r.Fee.Mul(money.NewRatio(part.Num, part.Den), t.Rounding)
	inputs := []Input{
		{"fee", r.Fee.Format() + " per " + string(r.Every)},
	}
	if !r.Full.IsZero() {
		inputs = []Input{{"whole fee", r.Full.Format() + " per " + string(r.Every)}, {"owed of it during notice", fmt.Sprintf("%s x %s = %s", r.InNotice, r.Full.Format(), r.Fee.Format())}}
	}
	inputs = append(inputs, Input{"fee period", fmt.Sprintf("%s (%d days)", fee.Words(), fee.Days())})
	formula := fmt.Sprintf("1 x %s = %s", r.Fee.Format(), amount.Format())
	var notes []string
	if inForce != fee {
		inputs = append(inputs,
			Input{"in force", fmt.Sprintf("%s (%d days, first and last included)", inForce.Words(), inForce.Days())},
			Input{"proration", prorationWords(r, inForce)})
		formula = fmt.Sprintf("%s x %s = %s", part, r.Fee.Format(), amount.Format())
		notes = append(notes, "Only a part of the fee period is in force, so the fee is prorated as the contract says.")
		if part != Prorate(r.Proration, r.Every, fee, inForce) {
			notes = append(notes, "The fee period is wholly in force under several versions: the last part is what the others left of the whole.")
		}
	}
	return Line{
		Clause: r.ID, Kind: KindRetainer, Text: "Retainer " + inForce.Words(), Events: []string{fee.String()},
		Quantity: part.String(), Unit: string(r.Every), Rate: r.Fee.String(), RateText: r.Fee.Format(), Amount: amount,
		Basis: Basis{
			Version: t.Version, Clause: r.Words(t), Formula: formula,
			Rounding: roundingWords(t), Inputs: inputs, Notes: notes,
		},
	}
}

func roundingWords(t contract.Terms) string {
	return fmt.Sprintf("%s to %d decimals of %s", t.Rounding, t.Currency.Digits(), t.Currency)
}

func prorationWords(r contract.Retainer, inForce cal.Period) string {
	switch r.Proration {
	case contract.ActualDays:
		return "actual-days: days in force / days of the fee period"
	case contract.Fixed30:
		return "30-day-month: days in force / 30 for each month"
	case contract.Thirty360:
		return fmt.Sprintf("30/360: every month has 30 days, so %d days are in force", inForce.Days360())
	case contract.Annual365:
		return "annual-365: the fee of a year x days in force / 365"
	default:
		return "none: the whole fee"
	}
}
