package fees

import (
	"math/big"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// The bootstrap. A resample is the history with as many companies as it has, drawn from them by chance and put back each time: some are in it
// twice, some not at all. A company comes with all that belongs to it: its deals on their days, their contacts, touches and payments, its entries
// of carve-out lists. Companies are drawn, not deals, because the deals of one company hang together: which was its first, whose contacts they
// share, that one buyer signs often. A deal without a company stands for itself. Where a contract lets paths begin after an earlier deal, companies that share a
// contact, so that a deal of one is an earlier one of the other, are drawn together. Source of the method: Efron's bootstrap, over clusters.
//
// What is not of a deal stands in every resample as it was: fees, hours, readings, leads, deliveries, purchases, misses.
//
// A resample is not drafted from its evidence: the lines of a company hang on no other company, so they are computed once and added as often as
// the company was drawn. What does hang on all of them, baselines and tiers, the floors and caps of windows, service credits, minimums and what is not to be exceeded,
// is computed again by its own rule in every month of every resample. It is what a draft of the resampled evidence would be, where each copy of a
// company keeps the odd cents of the first.

// MostResamples keeps a comparison within seconds.
const MostResamples = 2000

// UsualResamples is enough for the 10th and the 90th percentile: fifty of them lie beyond each.
const UsualResamples = 500

// Range is how an amount varies over the resamples, in order of size. A percentile is the amount at the rank that is the least whole number not
// below that part of the resamples: of 500, the 10th is at rank 50 and the 90th at rank 450.
type Range struct {
	Expected money.Amount // the mean, half a minor unit away from zero
	Low      money.Amount // 10th percentile
	Middle   money.Amount // 50th
	High     money.Amount // 90th
}

func rangeOf(minors []int64, currency money.Currency) Range {
	sorted := slices.Sorted(slices.Values(minors))
	sum := new(big.Int)
	for _, m := range sorted {
		sum.Add(sum, big.NewInt(m))
	}
	mean := rounded(new(big.Rat).SetFrac(sum, big.NewInt(int64(len(sorted)))), money.HalfUp)
	at := func(percent int) money.Amount { return money.New(sorted[(percent*len(sorted)+99)/100-1], currency) }
	return Range{Expected: money.New(mean.Int64(), currency), Low: at(10), Middle: at(50), High: at(90)}
}

// units are what is drawn: companies by their deals.
type units struct {
	of    map[string]int // deal -> its unit
	count int
}

func unitsOf(x *index, agreements ...contract.Agreement) units {
	u := units{of: map[string]int{}}
	company := map[string]int{}
	for _, d := range x.deals {
		at, known := company[d.CompanyID]
		if !known || d.CompanyID == "" {
			at = u.count
			company[d.CompanyID] = at
			u.count++
		}
		u.of[d.ID] = at
	}
	u.join(x, agreements)
	return u
}

// join makes one unit of those of which a deal is an earlier one of another's.
func (u *units) join(x *index, agreements []contract.Agreement) {
	into := make([]int, u.count) // a unit of its own, or an earlier one that it was joined to
	for i := range into {
		into[i] = i
	}
	end := func(i int) int {
		for into[i] != i {
			i = into[i]
		}
		return i
	}
	for _, a := range agreements {
		for _, path := range resetPaths(a) {
			for _, d := range x.deals {
				for _, before := range x.links.Before(*d, path) {
					one, other := end(u.of[d.ID]), end(u.of[before])
					into[max(one, other)] = min(one, other)
				}
			}
		}
	}
	number := make([]int, u.count)
	u.count = 0
	for i := range into {
		if number[i] = u.count; into[i] == i {
			u.count++
		}
	}
	for deal, i := range u.of {
		u.of[deal] = number[end(i)]
	}
}

// standing is what the months of a side are put together from.
type standing struct {
	agreement contract.Agreement
	index     *index
	shown     []cal.Month
	months    []standingMonth // from the first that is drafted
}

// standingMonth is one month: what no deal moves, and the lines of deals by what they count as.
type standingMonth struct {
	fixed map[string][]Line // by clause
	moved []movedLines
}

// movedLines are the lines of deals that differ in nothing that a limit looks at.
type movedLines struct {
	clause string
	kind   LineKind
	counts cal.Date
	parts  []ofUnit
}

// ofUnit is what a unit has of them.
type ofUnit struct {
	unit     int
	minor    int64
	credited int64 // of a share with tiers or a baseline: the revenue
}

// keep takes a drafted month apart.
func (st *standing) keep(s Statement, u units) {
	joint := map[string]bool{}
	for _, r := range rules() {
		for _, id := range clausesOf(st.agreement, r.kind) {
			joint[id] = r.joint || r.kind == "revenue_share"
		}
	}
	month := standingMonth{fixed: map[string][]Line{}}
	for _, l := range s.Lines {
		switch {
		case l.Deal != "":
			month.move(l, u.of[l.Deal])
		case !joint[l.Clause]:
			month.fixed[l.Clause] = append(month.fixed[l.Clause], l)
		}
	}
	st.months = append(st.months, month)
}

func (m *standingMonth) move(l Line, unit int) {
	at := slices.IndexFunc(m.moved, func(o movedLines) bool { return o.clause == l.Clause && o.kind == l.Kind && o.counts == l.CountsOn })
	if at < 0 {
		at = len(m.moved)
		m.moved = append(m.moved, movedLines{clause: l.Clause, kind: l.Kind, counts: l.CountsOn})
	}
	m.moved[at].parts = append(m.moved[at].parts, ofUnit{unit, l.Amount.Minor, l.Credited})
}

// resampledMonth is a month of one resample.
type resampledMonth struct {
	standingMonth
	times    []int // how often each unit was drawn
	currency money.Currency
}

// deals are the lines of the deals that were drawn, those of one sort in one.
func (r *resampledMonth) deals(clause string) []Line {
	var out []Line
	for _, g := range r.moved {
		if g.clause != clause {
			continue
		}
		sum, credited, drawn := money.New(0, r.currency), money.New(0, r.currency), false
		for _, p := range g.parts {
			if n := r.times[p.unit]; n > 0 {
				drawn = true
				times := func(minor int64) money.Amount {
					return money.New(minor, r.currency).Mul(money.NewRatio(int64(n), 1), money.HalfUp)
				}
				sum, credited = sum.Add(times(p.minor)), credited.Add(times(p.credited))
			}
		}
		if drawn {
			out = append(out, Line{Clause: g.clause, Kind: g.kind, Amount: sum, CountsOn: g.counts, Credited: credited.Minor})
		}
	}
	return out
}

// totals are what the shown months come to when each unit is there so many times.
func (st *standing) totals(times []int) []money.Amount {
	currency := st.agreement.First().Currency
	var out []money.Amount
	n := 0
	months(st.agreement, st.shown, func(m cal.Month, settled []SettledStatement) SettledStatement {
		d := newDrafter(st.agreement, Facts{Period: m.Period(), Settled: settled})
		d.sameEvidence, d.index = true, st.index
		d.resampled = &resampledMonth{st.months[n], times, currency}
		n++
		d.chargeResampled()
		if slices.Contains(st.shown, m) {
			total := money.New(0, currency)
			for _, l := range d.statement.Lines {
				total = total.Add(l.Amount)
			}
			out = append(out, total)
		}
		return Settle("", d.statement, nil)
	})
	return out
}

// chargeResampled is charge, with what no deal moves as it was.
func (d *drafter) chargeResampled() {
	for _, r := range rules() {
		for _, id := range d.clausesOf(r.kind) {
			if r.joint || r.kind == "revenue_share" {
				r.draft(d, id)
				continue
			}
			for _, l := range d.resampled.fixed[id] {
				d.line(l)
			}
		}
	}
}

// bootstrap draws the ranges. All sides see the same resamples, so that their difference is drawn too.
func (c Comparing) bootstrap(out *Comparison, standings []*standing) error {
	totals := make([][]int64, len(standings))
	byMonth := make([][][]int64, len(standings))
	for i := range standings {
		byMonth[i] = make([][]int64, len(c.Months))
	}
	chance := splitmix(c.Seed)
	for range c.Resamples {
		if c.stopped() {
			return ErrStopped
		}
		times := make([]int, out.Drawn)
		for range times {
			times[chance.below(uint64(out.Drawn))]++
		}
		for i, st := range standings {
			if len(out.Sides[i].Needs) > 0 {
				continue
			}
			sum := money.New(0, out.Currency)
			for m, t := range st.totals(times) {
				sum = sum.Add(t)
				byMonth[i][m] = append(byMonth[i][m], t.Minor)
			}
			totals[i] = append(totals[i], sum.Minor)
		}
	}
	for i := range out.Sides {
		out.Sides[i].ranges(totals[i], byMonth[i], totals[0], out.Currency)
	}
	return nil
}

// ranges are those of the totals of a side; first are the totals of the first side in the same resamples, where it has any.
func (s *SidePrice) ranges(totals []int64, byMonth [][]int64, first []int64, currency money.Currency) {
	if len(totals) == 0 {
		return
	}
	whole := rangeOf(totals, currency)
	s.Range = &whole
	for _, m := range byMonth {
		s.ByMonth = append(s.ByMonth, rangeOf(m, currency))
	}
	if len(first) == 0 {
		return
	}
	differences := make([]int64, len(totals))
	for i := range totals {
		differences[i] = totals[i] - first[i]
		if differences[i] < 0 {
			s.Cheaper++
		}
	}
	against := rangeOf(differences, currency)
	s.Against = &against
}

// splitmix is a sequence of numbers as even as chance, the same for the same seed: SplitMix64 (Steele, Lea, Flood 2014).
type splitmix uint64

func (s *splitmix) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1, each as likely as the others: what would favour the first is drawn again.
func (s *splitmix) below(n uint64) uint64 {
	for {
		if v := s.next(); v < -n/n*n+n || -n%n == 0 {
			return v % n
		}
	}
}
