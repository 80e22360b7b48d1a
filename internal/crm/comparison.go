package crm

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Fate is what became of a record between two moments of the evidence.
type Fate string

// The fates. A record that is flagged as deleted is not there.
const (
	Came    Fate = "new"     // it was not there and is now, also after it had been deleted
	Altered Fate = "changed" // it was there, is there, and says something else
	Left    Fate = "gone"    // it was there and is deleted now
)

// Fates lists them.
func Fates() []Fate { return []Fate{Came, Altered, Left} }

// FateOf is what became of a record; ok is false when nothing did. A record that was never known has no values.
func FateOf(old, now Record) (f Fate, ok bool) {
	was, is := there(old), there(now)
	switch {
	case !was && is:
		return Came, true
	case was && !is:
		return Left, true
	case was && old.Hash() != now.Hash():
		return Altered, true
	}
	return "", false
}

func there(r Record) bool { return len(r.Values) > 0 && r.Get("deleted") != "true" }

// Movement is what a comparison moves of revenue in one currency: of deals that are won, or of payments. Net = Came + Altered - Left.
type Movement struct {
	Came    money.Amount // of deals won now and not before
	Altered money.Amount // of deals won before and now: the new amount less the old
	Left    money.Amount // of deals won before and not now
	Moved   money.Amount // the new amounts of deals won before and now whose close date fell into another month; no part of Net
}

// Net is by how much revenue differs.
func (m Movement) Net() money.Amount { return m.Came.Add(m.Altered).Sub(m.Left) }

// Movements sums what changed records move. The zero value is ready.
type Movements struct {
	of     map[money.Currency]Movement
	unsure int
}

// Deal counts a deal. One whose currency changed leaves in the old one and comes in the new one. Records that are not there have no values.
func (s *Movements) Deal(old, now Record) error {
	was, err := wonDeal(old)
	if err != nil {
		return err
	}
	is, err := wonDeal(now)
	if err != nil {
		return err
	}
	if was != nil && !was.AmountKnown || is != nil && !is.AmountKnown {
		s.unsure++
	}
	s.move(amountOf(was), amountOf(is))
	if was != nil && is != nil && is.AmountKnown && monthOf(was) != monthOf(is) {
		s.change(is.Amount, func(m *Movement) *money.Amount { return &m.Moved })
	}
	return nil
}

func wonDeal(r Record) (*Deal, error) {
	if !there(r) {
		return nil, nil
	}
	d, err := r.Deal()
	if err != nil || !d.Won {
		return nil, err
	}
	return &d, nil
}

func amountOf(d *Deal) *money.Amount {
	if d == nil || !d.AmountKnown {
		return nil
	}
	return &d.Amount
}

func monthOf(d *Deal) string { return d.ClosedOn.String()[:min(7, len(d.ClosedOn.String()))] }

// Payment counts a payment or a refund, which is negative.
func (s *Movements) Payment(old, now Record) error {
	read := func(r Record) (*money.Amount, error) {
		if !there(r) {
			return nil, nil
		}
		p, err := r.Payment()
		return &p.Amount, err
	}
	was, err := read(old)
	if err != nil {
		return err
	}
	is, err := read(now)
	if err == nil {
		s.move(was, is)
	}
	return err
}

func (s *Movements) move(was, is *money.Amount) {
	switch {
	case was != nil && is != nil && was.Currency == is.Currency:
		s.change(is.Sub(*was), func(m *Movement) *money.Amount { return &m.Altered })
		return
	case was != nil:
		s.change(*was, func(m *Movement) *money.Amount { return &m.Left })
	}
	if is != nil {
		s.change(*is, func(m *Movement) *money.Amount { return &m.Came })
	}
}

// largestSum is what a sum may reach, so that three of them can be added up; beyond it an amount is left out and counted as unsure.
const largestSum = 1 << 60

func (s *Movements) change(by money.Amount, part func(*Movement) *money.Amount) {
	if s.of == nil {
		s.of = map[money.Currency]Movement{}
	}
	m, known := s.of[by.Currency]
	if !known {
		zero := money.New(0, by.Currency)
		m = Movement{zero, zero, zero, zero}
	}
	sum := part(&m)
	if next := sum.Add(by); next.Minor <= largestSum && next.Minor >= -largestSum {
		*sum = next
	} else {
		s.unsure++
	}
	s.of[by.Currency] = m
}

// Sums are the movements, one for each currency in which anything moved.
func (s *Movements) Sums() []Movement {
	var out []Movement
	for _, m := range s.of {
		if !m.Came.IsZero() || !m.Altered.IsZero() || !m.Left.IsZero() || !m.Moved.IsZero() {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Movement) int { return cmp.Compare(a.Came.Currency, b.Came.Currency) })
	return out
}

// Unsure is how many won deals had or have no known amount, or one too large to be added up, so that the sums do not hold them.
func (s *Movements) Unsure() int { return s.unsure }
