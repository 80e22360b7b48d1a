package ledger

import (
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Kept is what was put into the reserve by an earlier statement, or taken out of it (negative).
type Kept struct {
	On    cal.Date
	Minor int64
}

// ReservePolicy says how much of the revenue shares is kept back, and when what a statement of a day put aside can no longer be taken back.
type ReservePolicy struct {
	Part money.Ratio
	Over func(revenue, on cal.Date) bool
}

// OfReserve is the entry of what a locked statement puts into the reserve and takes out of it, given what was kept before. What corrections take
// back comes out of the reserve while there is something in it; what can no longer be taken back becomes revenue. ok is false when nothing moves.
func OfReserve(l Locked, p ReservePolicy, before []Kept) (Entry, bool) {
	s := l.Statement
	account := Of(fees.KindDeal, "revenue_share")
	e := Entry{Ref: "reserve:" + l.ID, Client: l.Client, Contract: s.Contract, Kind: OfStatement, Subject: l.ID, On: s.Period.Last(), Currency: s.Currency, Words: "Clawback reserve, " + s.Period.Words()}
	var shares, takenBack, balance, used, over int64
	for i, line := range s.Lines {
		if l.KindOf(line.Clause) != "revenue_share" {
			continue
		}
		if line.Kind == fees.KindCorrection && l.Payable[i].Minor < 0 {
			takenBack -= l.Payable[i].Minor
			continue
		}
		shares += l.Payable[i].Minor
	}
	for _, k := range before {
		balance += k.Minor
		switch {
		case k.Minor < 0:
			used -= k.Minor
		case p.Over(k.On, e.On):
			over += k.Minor
		}
	}
	drawn := min(takenBack, max(0, balance))
	e.move(Reserve, account, drawn)
	e.move(Reserve, account, min(max(0, over-used-drawn), max(0, balance-drawn)))
	if shares > 0 && !p.Over(e.On, e.On.AddDays(1)) {
		e.move(account, Reserve, money.New(shares, s.Currency).Mul(p.Part, money.HalfUp).Minor)
	}
	return e, len(e.Postings) > 0
}
