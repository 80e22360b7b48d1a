package fees

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// EndPart is what terms and facts give of one part of a final settlement.
type EndPart struct {
	Amount money.Amount // more than zero is owed by the client
	Open   string       // why the facts do not decide the amount, as a sentence; empty: they do
	Basis  string       // how it comes about
	Source string       // what it was taken from
	Rows   []EndRow     // what it rests on; of an open part, what is known of it
}

// EndRow is one thing that a part rests on.
type EndRow struct {
	Text   string
	Clause string
	Ref    string        // id of the statement that says so; empty: the terms or the evidence do
	Amount *money.Amount // nil: the row has none of its own
}

// unusedLot is hours that a retainer was paid for and that were not used when the contract ended.
type unusedLot struct {
	clause    string
	earned    cal.Period
	minutes   int64
	charged   int64 // for the fee period in which they were earned
	base      int64 // minutes that the fee of that period included
	statement string
	terms     contract.Terms
}

// price is what was paid for the lot: its part of what was charged for the hours of its fee period.
func (l unusedLot) price() money.Amount {
	return money.New(money.MulDiv(l.charged, l.minutes, l.base, l.terms.Rounding), l.terms.Currency)
}

func (l unusedLot) row() EndRow {
	price := l.price()
	return EndRow{Clause: l.clause, Ref: l.statement, Amount: &price, Text: fmt.Sprintf("%s h of %s, of which %s h were charged at %s",
		hoursOf(l.minutes), l.earned.Words(), hoursOf(l.base), money.New(l.charged, l.terms.Currency).Format())}
}

// BalanceAtEnd is what becomes of the hours of retainers that were paid for and not used when the contract ends: those that the rollover would have
// carried into another fee period, at what was charged for them. Worked, 4,000.00 for 20 hours, of which 10 are carried on at most: 12 and 18 hours leave
// 10 hours or 2,000.00 when the oldest are used first, 2 hours or 400.00 when those of the period itself are. Source: domain reference, sections 1.5 and 1.15.
func BalanceAtEnd(a contract.Agreement, settled []SettledStatement) EndPart {
	t := a.Latest()
	out := EndPart{Amount: money.New(0, t.Currency), Source: "the hours of the last locked statements"}
	end, ends := t.End()
	if !ends {
		out.Open = "The contract has no end yet."
		return out
	}
	d := newDrafter(a, Facts{Period: cal.Period{From: end, To: end.AddDays(1)}, Settled: inOrder(settled)})
	d.index = newIndex(crm.Evidence{})
	var lots []unusedLot
	var open []string
	retainers := 0
	for _, id := range d.clausesOf("retainer") {
		b := d.book(id)
		if b == nil {
			continue
		}
		retainers++
		left, why := b.leftAtEnd()
		lots = append(lots, left...)
		open = append(open, why...)
	}
	for _, l := range lots {
		out.Rows = append(out.Rows, l.row())
		out.Amount = out.Amount.Sub(l.price())
	}
	switch exit := t.Term.Exit; {
	case retainers == 0:
		out.Basis, out.Source = "No retainer includes hours, so none were paid for and left.", "the contract"
	case exit != nil && exit.RetainerBalance == "forfeit":
		out.Amount, out.Basis, out.Source = money.New(0, t.Currency), "What was paid for and not used is lost.", "the contract, term.exit"
	case len(open) > 0:
		out.Open = strings.Join(open, " ")
	case exit == nil && len(lots) > 0:
		out.Open = fmt.Sprintf("The contract does not say whether %s of unused hours is forfeit or credited.", out.Amount.Neg().FormatWith())
	case len(lots) == 0:
		out.Basis = "No hours were left that another period could have used."
	default:
		out.Basis = "Hours that were paid for and not used, at what was charged for them; the contract credits them."
	}
	return out
}

// leftAtEnd are the lots that the rollover would have carried into a fee period after the last one, and why more is not known.
func (b *hoursBook) leftAtEnd() (lots []unusedLot, open []string) {
	in := map[cal.Period]string{}
	for _, s := range b.facts.Settled {
		for _, l := range s.Lines {
			if l.Clause == b.clause && l.Kind == KindHours && l.Hours != nil && l.Hours.Account != nil {
				b.settled[l.Hours.Account.Fee], in[l.Hours.Account.Fee] = *l.Hours, s.ID
			}
		}
	}
	last := b.periods[len(b.periods)-1]
	sum, locked := b.settled[last.fee]
	if !locked {
		return nil, []string{fmt.Sprintf("The hours of %q in %s stand on no locked statement yet.", b.clause, last.fee.Words())}
	}
	account := *sum.Account
	if account.Owed > 0 {
		open = append(open, fmt.Sprintf("%s h of %q were worked above those at hand, and the contract names no price for what is owed at its end.", hoursOf(account.Owed), b.clause))
	}
	rules := b.rules(last)
	rules.Last = false
	account.Lots, account.Carried = slices.Clone(account.Lots), nil
	for i := range account.Lots {
		account.Lots[i].Lapsed, account.Lots[i].Carried = 0, 0
		if l := account.Lots[i]; l.Source == LotIncluded && l.left() > 0 && !last.hours.Rollover.Set && creditsBalance(b.agreement.Latest()) {
			open = append(open, fmt.Sprintf("%s h of %q in %s were not used: the rollover carries nothing on, and the end gives the price back, so both sides have to say which counts.", hoursOf(l.left()), b.clause, last.fee.Words()))
		}
	}
	account.close(rules)
	for _, l := range account.Carried {
		earned := b.settled[l.Earned]
		if earned.Account == nil || earned.Account.Base == 0 {
			open = append(open, fmt.Sprintf("What was charged for the hours of %q in %s is not known.", b.clause, l.Earned.Words()))
			continue
		}
		lots = append(lots, unusedLot{clause: b.clause, earned: l.Earned, minutes: l.Minutes, charged: b.chargedFor(l.Earned), base: earned.Account.Base, statement: in[l.Earned], terms: last.terms})
	}
	return lots, open
}

func creditsBalance(t contract.Terms) bool {
	return t.Term.Exit != nil && t.Term.Exit.RetainerBalance == "credit"
}

// chargedFor is what locked statements charged for a fee period and the agency did not give up.
func (b *hoursBook) chargedFor(fee cal.Period) int64 {
	var sum int64
	for _, s := range b.facts.Settled {
		for _, l := range s.Lines {
			if l.Clause == b.clause && l.Kind == KindRetainer && len(l.Events) == 1 && l.Events[0] == fee.String() {
				sum += l.Minor - l.Waived
			}
		}
	}
	return sum
}

// TailAtEnd is what shares of revenue bring after the end: nothing where no clause has a tail. While a tail runs, or a month of it stands on no locked statement, nobody knows; once it is
// over the statements of its months tell it, and the part is not open. Amount is zero then: what is not invoiced of them is added by who knows the invoices.
func TailAtEnd(a contract.Agreement, deals []crm.Deal, settled []SettledStatement) EndPart {
	t := a.Latest()
	out := EndPart{Amount: money.New(0, t.Currency), Source: "the contract"}
	end, ends := t.End()
	var until cal.Date
	for _, c := range t.Clauses {
		if share, ok := c.(contract.RevenueShare); ok && !share.Tail.IsZero() && ends {
			over := share.TailOver(end, t.Calendar)
			until = cal.Later(until, over)
			out.Rows = append(out.Rows, EndRow{Clause: share.ID, Text: fmt.Sprintf("Revenue of deals that were created before the end counts until %s", over.AddDays(-1).Words())})
		}
	}
	if until.IsZero() {
		out.Basis = "No clause counts revenue after the end."
		return out
	}
	if n := openBefore(deals, end, t); n > 0 {
		out.Rows = append(out.Rows, EndRow{Text: fmt.Sprintf("Deals that were created before the end and are open: %d", n)})
	}
	if m, missing := unlocked(settled, cal.MonthOf(end), until); missing {
		out.Open = fmt.Sprintf("The tail runs until %s, and %s stands on no locked statement yet.", until.AddDays(-1).Words(), m.Words())
		return out
	}
	out.Basis, out.Source = "The tail is over and its months are on locked statements.", "locked statements after the end"
	return out
}

func openBefore(deals []crm.Deal, end cal.Date, t contract.Terms) int {
	n := 0
	for i := range deals {
		d := &deals[i]
		if created := createdOn(d, t.Zone); !d.Deleted && !d.Won && !d.Closed && !created.IsZero() && created.Before(end) {
			n++
		}
	}
	return n
}

// unlocked is the first month from one on, that begins before a day, without a locked statement.
func unlocked(settled []SettledStatement, from cal.Month, until cal.Date) (m cal.Month, missing bool) {
	for m := from; m.First().Before(until); m = m.Next() {
		if !slices.ContainsFunc(settled, func(s SettledStatement) bool { return s.Period == m.Period() }) {
			return m, true
		}
	}
	return m, false
}

// UnlockedBeforeEnd is the first month of the contract without a locked statement; missing is false where all of them are locked.
func UnlockedBeforeEnd(a contract.Agreement, settled []SettledStatement) (m cal.Month, missing bool) {
	end, ends := a.Latest().End()
	if !ends {
		return m, true
	}
	return unlocked(settled, cal.MonthOf(a.First().Effective), end)
}

// ReserveAtEnd is what may still have to be given back of fees for performance, as of a day. It is nothing where no such fee can be taken back any more; else
// it is open, for a contract names no reserve, and the rows say what can be taken back until when.
func ReserveAtEnd(a contract.Agreement, settled []SettledStatement, today cal.Date) EndPart {
	t := a.Latest()
	out := EndPart{Amount: money.New(0, t.Currency), Source: "locked statements and the clawback of their clauses"}
	var open []string
	exposed := money.New(0, t.Currency)
	for _, id := range clausesOf(a, "revenue_share") {
		row, sum := exposure(a, settled, id, today)
		if sum > 0 {
			exposed.Minor += sum
			out.Rows = append(out.Rows, row)
		}
	}
	if exposed.Minor > 0 {
		open = append(open, fmt.Sprintf("%s of shares can still be taken back, and the contract names no reserve.", exposed.FormatWith()))
	}
	for _, kind := range []string{"scorecard", "per_result"} {
		for _, id := range clausesOf(a, kind) {
			open = append(open, fmt.Sprintf("What was paid under %q can still be corrected, and the contract names no reserve.", id))
			out.Rows = append(out.Rows, EndRow{Clause: id, Text: "Corrections and disputes of what was paid"})
		}
	}
	if out.Open = strings.Join(open, " "); out.Open == "" {
		out.Basis = "No fee for performance can be taken back any more."
	}
	return out
}

// exposure is what locked statements charged under a share and can still take back on a day.
func exposure(a contract.Agreement, settled []SettledStatement, id string, today cal.Date) (EndRow, int64) {
	var sum int64
	var last cal.Date
	unlimited := false
	for _, s := range settled {
		for _, l := range s.Lines {
			if l.Clause != id || l.Kind != KindDeal && l.Kind != KindCorrection {
				continue
			}
			day := l.CountsOn
			if day.IsZero() {
				day = s.Period.Last()
			}
			terms, _ := a.InForce(day)
			c, ok := terms.Clause(id)
			if !ok {
				c, _ = a.Latest().Clause(id)
				terms = a.Latest()
			}
			share, ok := c.(contract.RevenueShare)
			if !ok || share.Clawback.Over(day, today, terms.Calendar) {
				continue
			}
			sum += l.Minor - l.Waived
			if unlimited = unlimited || share.Clawback.Unlimited; !share.Clawback.Unlimited {
				last = cal.Later(last, share.Clawback.Within.After(day, terms.Calendar))
			}
		}
	}
	row := EndRow{Clause: id, Text: "Shares that can be taken back until " + last.Words() + " at the latest"}
	if unlimited {
		row.Text = "Shares that can be taken back, however late"
	}
	amount := money.New(sum, a.Latest().Currency)
	row.Amount = &amount
	return row, sum
}

// BoughtAtEnd is what runs past the end of what the agency bought for the client, and what vendors still give back: nothing where no clause is about purchases. Else both are open: orders
// are not kept, so rows of spend after the end do not tell what was booked with consent and cannot be cancelled.
func BoughtAtEnd(a contract.Agreement, spend []crm.Spend) (commitments, credits EndPart) {
	t := a.Latest()
	end, _ := t.End()
	none := EndPart{Amount: money.New(0, t.Currency), Basis: "No clause charges for what is bought for the client.", Source: "the contract"}
	if !slices.ContainsFunc(t.Clauses, func(c contract.Clause) bool { _, _, ok := contract.Buys(c); return ok }) {
		return none, none
	}
	commitments = EndPart{Amount: money.New(0, t.Currency), Open: "Orders are not kept here, so nobody can tell from the records what was booked and cannot be cancelled."}
	credits = EndPart{Amount: money.New(0, t.Currency), Open: "Makegoods and bonuses of vendors are not kept here; rebates that the contract names are on the statements already."}
	for _, row := range spend {
		if row.Deleted || row.SpentOn.Before(end) || !row.ByAgency(t.Agency) {
			continue
		}
		known := EndRow{Text: "Spend after the end: " + rowWords(row)}
		if row.NetKnown {
			known.Amount = &row.Net
		}
		commitments.Rows = append(commitments.Rows, known)
	}
	return commitments, credits
}
