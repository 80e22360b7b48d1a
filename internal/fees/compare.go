package fees

import (
	"math/big"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Comparing is several agreements on one history.
type Comparing struct {
	Sides     []Side // the first is what the others are compared with
	Evidence  crm.Evidence
	Months    []cal.Month // as of Pricing
	AsOf      cal.Date
	Resamples int         // of the bootstrap, at most MostResamples; 0: no ranges
	Seed      uint64      // the same seed draws the same resamples
	Stop      func() bool // asked before each month and each resample; nil: never
}

// Side is an agreement with its name in the comparison.
type Side struct {
	Name      string
	Agreement contract.Agreement
}

// Comparison is what each side comes to.
type Comparison struct {
	Currency  money.Currency
	Months    []cal.Month
	Evidence  int64
	Resamples int
	Seed      uint64
	Drawn     int // companies with a deal, and deals without a company: what a resample draws from, and how many it draws
	Sides     []SidePrice
}

// SidePrice is what a side comes to on the history as it was, and how that varies with the deals.
type SidePrice struct {
	Name string
	Course
	Clauses []ClausePrice
	Needs   []Need // facts that the history lacks: Total is then only the part that is known, and there are no ranges
	Varies  bool   // a part of it hangs on deals
	Earning int    // companies that a line of the months charges for

	Credited money.Amount // revenue that shares were paid on, over the months
	Share    []KindSum    // what the one share of revenue paid, by the kinds of its lines
	Rate     *money.Ratio // of the one share of revenue; nil: there is none, several, or several rates

	Range   *Range  // of the total; nil: not asked for, or facts are lacking
	ByMonth []Range // of each month
	Against *Range  // of the total less that of the first side, resample by resample
	Cheaper int     // resamples in which it comes to less than the first side
}

// KindSum is what the lines of a kind come to over the months.
type KindSum struct {
	Kind  LineKind
	Total money.Amount
}

// ClausePrice is the part of a clause.
type ClausePrice struct {
	Clause string
	Kind   string
	Totals []money.Amount // by month
	Total  money.Amount
}

// Dearest is the month that comes to most: the client's worst.
func (s SidePrice) Dearest() int {
	return extreme(s.Totals, func(a, b money.Amount) bool { return a.Cmp(b) > 0 })
}

// Leanest is the month that comes to least: the agency's worst.
func (s SidePrice) Leanest() int {
	return extreme(s.Totals, func(a, b money.Amount) bool { return a.Cmp(b) < 0 })
}

// extreme is the first that no other is beyond.
func extreme(list []money.Amount, beyond func(a, b money.Amount) bool) int {
	at := 0
	for i := range list {
		if beyond(list[i], list[at]) {
			at = i
		}
	}
	return at
}

// SideBySide drafts the months under each side, all from the same evidence and each as if the months before it were locked, and draws the ranges. It
// is pure: the same input gives the same bytes. Nothing that was locked is looked at. Fault: Invalid for sides in several currencies or too many
// resamples, and SumsFault for sums beyond any money; another error is ErrStopped.
func SideBySide(c Comparing) (out Comparison, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			out, err = Comparison{}, gaveUp("compare the agreements", cause)
		}
	}()
	if err := c.check(); err != nil {
		return Comparison{}, err
	}
	x := newIndex(c.Evidence)
	var agreements []contract.Agreement
	for _, side := range c.Sides {
		agreements = append(agreements, side.Agreement)
	}
	units := unitsOf(x, agreements...)
	out = Comparison{Currency: c.Sides[0].Agreement.First().Currency, Months: c.Months, Evidence: c.Evidence.AsOf, Resamples: c.Resamples, Seed: c.Seed, Drawn: units.count}
	var standings []*standing
	for _, side := range c.Sides {
		price, st, err := c.draft(side, x, units)
		if err != nil {
			return Comparison{}, err
		}
		out.Sides, standings = append(out.Sides, price), append(standings, st)
	}
	if c.Resamples > 0 && units.count > 0 {
		err = c.bootstrap(&out, standings)
	}
	if err != nil {
		return Comparison{}, err
	}
	return out, nil
}

func (c Comparing) check() error {
	if c.Resamples < 0 || c.Resamples > MostResamples {
		return fault.New(fault.Invalid, "resamples", "draw 0 to %d resamples", MostResamples).At("resamples")
	}
	for _, s := range c.Sides[1:] {
		if first, other := c.Sides[0].Agreement.First().Currency, s.Agreement.First().Currency; first != other {
			return fault.New(fault.Invalid, "currency", "%s is in %s, %s in %s; amounts of two currencies cannot be compared", c.Sides[0].Name, first, s.Name, other).At("currency")
		}
	}
	return nil
}

func (c Comparing) stopped() bool { return c.Stop != nil && c.Stop() }

// draft drafts the months under a side, and keeps what a resample is put together from.
func (c Comparing) draft(side Side, x *index, units units) (SidePrice, *standing, error) {
	a := side.Agreement
	currency := a.First().Currency
	out := SidePrice{Name: side.Name, Course: Course{Total: money.New(0, currency)}, Needs: needs(a, x, c.Months), Clauses: clausePrices(a, len(c.Months)), Credited: money.New(0, currency), Rate: rateOf(a)}
	st := &standing{agreement: a, index: x, shown: c.Months}
	earning, stopped := map[int]bool{}, false
	months(a, c.Months, func(m cal.Month, settled []SettledStatement) SettledStatement {
		if stopped = stopped || c.stopped(); stopped {
			return SettledStatement{}
		}
		s, issues := draft(a, Facts{Period: m.Period(), Evidence: c.Evidence, Settled: settled}, c.AsOf, x, sameEvidence)
		st.keep(s, units)
		if at := slices.Index(c.Months, m); at >= 0 {
			out.add(s, issues, currency)
			out.divide(at, s)
			for _, l := range s.Lines {
				if l.Kind == KindDeal {
					credited, _ := money.ParseSum(l.Quantity, currency)
					out.Credited = out.Credited.Add(credited)
				}
				if l.Deal != "" {
					out.Varies, earning[units.of[l.Deal]] = true, true
				}
			}
		}
		return Settle(m.String(), s, nil)
	})
	if stopped {
		return SidePrice{}, nil, ErrStopped
	}
	out.Varies = out.Varies || len(clausesOf(a, "revenue_share")) > 0
	out.Earning = len(earning)
	return out, st, nil
}

// clausePrices are the clauses of all versions, with nothing in any month, in the order of a statement.
func clausePrices(a contract.Agreement, months int) []ClausePrice {
	var out []ClausePrice
	nothing := money.New(0, a.First().Currency)
	for _, r := range rules() {
		for _, id := range clausesOf(a, r.kind) {
			out = append(out, ClausePrice{Clause: id, Kind: r.kind, Totals: slices.Repeat([]money.Amount{nothing}, months), Total: nothing})
		}
	}
	return out
}

// divide gives each clause its lines.
func (s *SidePrice) divide(month int, of Statement) {
	for _, l := range of.Lines {
		at := slices.IndexFunc(s.Clauses, func(c ClausePrice) bool { return c.Clause == l.Clause })
		c := &s.Clauses[at]
		c.Totals[month], c.Total = c.Totals[month].Add(l.Amount), c.Total.Add(l.Amount)
		if c.Kind == "revenue_share" {
			s.share(l)
		}
	}
}

// share adds a line of a share of revenue to those of its kind.
func (s *SidePrice) share(l Line) {
	at := slices.IndexFunc(s.Share, func(k KindSum) bool { return k.Kind == l.Kind })
	if at < 0 {
		at, s.Share = len(s.Share), append(s.Share, KindSum{l.Kind, money.New(0, l.Amount.Currency)})
	}
	s.Share[at].Total = s.Share[at].Total.Add(l.Amount)
}

// rateOf is the rate of the one share of an agreement, the same in every version; nil when there is no such, or when tiers or a baseline make
// what is paid no single part of the revenue.
func rateOf(a contract.Agreement) *money.Ratio {
	ids := clausesOf(a, "revenue_share")
	if len(ids) != 1 {
		return nil
	}
	var rate *money.Ratio
	for _, c := range clauses[contract.RevenueShare](a, ids[0]) {
		if c.Tiers.Set || c.Base.Over.Set || rate != nil && *rate != c.Rate {
			return nil
		}
		rate = &c.Rate
	}
	return rate
}

// BreakEven is the credited revenue over the months at which two sides come to the same: each its share of it, and beside that what it came to
// without. Floors and caps of a share are not looked at. ok is false when a side lacks facts, has several shares or a limit over other clauses, and when no revenue makes them the same.
func BreakEven(a, b SidePrice) (revenue money.Amount, ok bool) {
	rateA, fixedA, okA := a.line()
	rateB, fixedB, okB := b.line()
	if !okA || !okB || rateA.Cmp(rateB) == 0 {
		return money.Amount{}, false
	}
	more := new(big.Rat).SetInt64(fixedB.Sub(fixedA).Minor)
	at := rounded(more.Quo(more, new(big.Rat).Sub(rateA, rateB)), money.HalfUp)
	return money.New(at.Int64(), a.Total.Currency), at.Sign() > 0 && at.IsInt64()
}

// line is what a side comes to as a line over credited revenue: the rate, and where it begins.
func (s SidePrice) line() (rate *big.Rat, fixed money.Amount, ok bool) {
	rate, fixed, ok = new(big.Rat), money.New(0, s.Total.Currency), len(s.Needs) == 0
	for _, c := range s.Clauses {
		switch {
		case slices.ContainsFunc(rules(), func(r rule) bool { return r.joint && r.kind == c.Kind }):
			ok = false
		case c.Kind != "revenue_share":
			fixed = fixed.Add(c.Total)
		case s.Rate == nil:
			ok = false
		default:
			rate.SetFrac64(s.Rate.Num(), s.Rate.Den())
		}
	}
	return rate, fixed, ok
}
