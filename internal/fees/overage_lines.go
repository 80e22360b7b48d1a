package fees

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// hoursLine shows the account of a fee period; it charges nothing, for the fee covers what it counts.
func (b *hoursBook) hoursLine(p hoursPeriod, sum HoursSum, late bool) Line {
	a := *sum.Account
	free := money.New(0, b.currency)
	quantity := hoursOf(a.Used())
	l := b.lineOf(p, KindHours, "Hours "+a.InForce.Words(), a.Used(), free, fmt.Sprintf("%s (worked) - %s (over) = %s; %s x %s = %s, for the fee covers them",
		clock(a.Worked), clock(a.Over), clock(a.Used()), quantity, free.Format(), free.Format()))
	l.Events = []string{p.fee.String()}
	l.Basis.Inputs = accountInputs(p, a)
	l.Basis.Evidence = evidentTimes(sum.Entries)
	l.Basis.Hours = &sum
	if late {
		l.Basis.Notes = append(l.Basis.Notes, "The statement of the month in which the fee period ended was locked without its hours, so they are here.")
	}
	for _, c := range b.changes {
		l.Basis.Notes = append(l.Basis.Notes, fmt.Sprintf("Hours carried on from earlier fee periods are counted again, for entry %s was %s.", c.ID, c.Words))
	}
	for _, e := range sum.Entries {
		if !p.contains(e.On) {
			l.Basis.Notes = append(l.Basis.Notes, "Entries of earlier fee periods came after those were settled; they count here as the contract says, as if worked on the first day.")
			break
		}
	}
	return l
}

// accountInputs are the numbers of the account: what every lot was, and what became of it.
func accountInputs(p hoursPeriod, a HoursAccount) []Input {
	in := []Input{{"fee period", p.fee.Words()}}
	if a.InForce != p.fee {
		in = append(in, Input{"in force", fmt.Sprintf("%s (%d of %d days)", a.InForce.Words(), a.InForce.Days(), p.fee.Days())})
	}
	in = append(in, Input{"earned in this fee period", clock(a.Base)})
	if a.Debt > 0 {
		in = append(in, Input{"debt brought forward", clock(a.Debt)}, Input{"debt taken out of this fee period's hours", clock(a.Repaid)})
	}
	if a.Rest > 0 {
		in = append(in, Input{"debt billed", clock(a.Rest)})
	}
	for _, l := range a.Lots {
		name := "hours of " + l.Earned.Words() + ", carried on"
		if l.Source == LotIncluded {
			name = "hours of this fee period"
		}
		in = append(in, Input{name, lotWords(l)})
	}
	in = append(in, Input{"at hand", clock(a.AtHand())}, Input{"worked", clock(a.Worked)}, Input{"above the hours at hand", clock(a.Over)})
	if a.Owed > 0 {
		in = append(in, Input{"owed after this fee period", clock(a.Owed)})
	}
	return in
}

func lotWords(l LotMove) string {
	parts := []string{clock(l.Minutes), "used " + clock(l.Used)}
	if l.Lapsed > 0 {
		parts = append(parts, "expired "+clock(l.Lapsed))
	}
	if l.Carried > 0 {
		parts = append(parts, "rolled over "+clock(l.Carried))
	}
	if l.Source == LotCarried && l.Expires != lastLotDay {
		parts = append(parts, "usable until "+l.Expires.AddDays(-1).Words())
	}
	return strings.Join(parts, ", ")
}

// overageLine charges minutes above the hours at hand.
func (b *hoursBook) overageLine(p hoursPeriod, a HoursAccount, minutes int64, approvals []Evident) Line {
	rate := p.hours.Overage.Rate
	amount := rate.Mul(money.NewRatio(minutes, 60), p.terms.Rounding)
	over := fmt.Sprintf("%s (worked) - %s (at hand and used) = %s", clock(a.Worked), clock(a.Used()), clock(a.Over))
	l := b.lineOf(p, KindOverage, "Overage "+a.InForce.Words(), minutes, rate, fmt.Sprintf("%s; %s x %s = %s", over, hoursOf(minutes), rate.Format(), amount.Format()))
	l.Basis.Inputs = append(accountInputs(p, a), Input{"rate", rate.Format() + " per hour"})
	if approvals != nil {
		l.Basis.Inputs = append(l.Basis.Inputs, Input{"approved and charged", clock(minutes)})
	}
	l.Basis.Evidence = approvals
	return l
}

// debtLine charges the debt that a fee period, starting with hours of its own, leaves open. Worked: 2 hours included, 10 worked, 8 owed; the
// next starts with 1 hour, so 1 of its 2 repays debt and 7 are billed.
func (b *hoursBook) debtLine(p hoursPeriod, a HoursAccount) Line {
	rate := p.hours.Overage.Rate
	amount := rate.Mul(money.NewRatio(a.Rest, 60), p.terms.Rounding)
	l := b.lineOf(p, KindOverage, "Hours owed before "+a.InForce.Words(), a.Rest, rate, fmt.Sprintf("%s (owed) - %s (out of this fee period's hours) = %s; %s x %s = %s",
		clock(a.Debt), clock(a.Repaid), clock(a.Rest), hoursOf(a.Rest), rate.Format(), amount.Format()))
	l.Basis.Inputs = append(accountInputs(p, a), Input{"rate", rate.Format() + " per hour"})
	return l
}

// lineOf is a line of minutes at a rate per hour.
func (b *hoursBook) lineOf(p hoursPeriod, kind LineKind, text string, minutes int64, rate money.Amount, formula string) Line {
	l := Line{
		Clause: b.clause, Kind: kind, Text: text, Quantity: hoursOf(minutes), Unit: "hours", Rate: rate.String(), RateText: rate.Format(),
		Amount: rate.Mul(money.NewRatio(minutes, 60), p.terms.Rounding), Events: []string{p.fee.String()},
		Basis: Basis{Version: p.terms.Version, Clause: p.retainer.HoursWords(), Formula: formula, Rounding: roundingWords(p.terms)},
	}
	if kind == KindOverage {
		l.Basis.Hours = &HoursSum{Window: p.fee, Billed: minutes}
	}
	return l
}
