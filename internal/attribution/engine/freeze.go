package engine

import (
	"fmt"
	"math"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/paths"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Freeze computes the removal effects of the channels by a chain of an order from 1 to 4, over all journeys: the path of each deal converted once,
// whatever the deal was worth; the touches of a person after the last deal, all of one without a deal, did not, and have no window. Refunds are no
// conversions. An error: another order, no deal with a touch, or more channels than a chain can have.
func (t *Touches) Freeze(deals []Deal, order int, o Options) (attribution.Effects, error) {
	e := attribution.Effects{Order: order, Unit: attribution.EffectUnit, Channels: map[string]int64{}}
	names, number, err := t.channels()
	if err != nil {
		return e, err
	}
	var all []paths.Path
	s := newScratch(t, o)
	take := func(labels []uint32, converted bool) {
		p := paths.Path{Channels: make([]uint16, 0, len(labels))}
		for _, l := range labels {
			p.Channels = append(p.Channels, number[l])
		}
		if converted {
			p.Conversions = paths.Whole(1)
			e.Conversions++
		} else {
			p.Null = paths.Whole(1)
			e.Others++
		}
		all = append(all, p)
	}
	rest := make([]uint32, len(t.from)-1) // of each person: the first touch after the last deal
	copy(rest, t.from)
	for i := range deals {
		if d := &deals[i]; d.RefundOf == "" && d.Minor >= 0 {
			s.begin(d)
			take(s.touches.label[s.at.first+s.at.outside:s.at.end], true)
			rest[d.Person] = max(rest[d.Person], uint32(s.upTo))
		}
	}
	for person, from := range rest {
		if to := t.from[person+1]; to > from {
			take(t.label[from:to], false)
		}
	}
	table, err := paths.New(names, all)
	if err != nil {
		return e, err
	}
	r, err := table.Markov(order, o.Workers)
	if err != nil {
		return e, err
	}
	for _, row := range r.Rows {
		e.Channels[row.Channel] = frozen(row.Effect)
	}
	if len(r.Notes) > 0 {
		return e, fmt.Errorf("no deal has a touch, so nothing can be learned of the channels")
	}
	return e, nil
}

// frozen rounds an effect to nine decimal places of a percentage, which a contract can write, and then to its unit.
func frozen(effect float64) int64 {
	const places = 100_000_000_000
	return money.MulDiv(int64(math.Round(float64(effect*places))), attribution.EffectUnit, places, money.HalfUp)
}

// channels numbers the channels of the labels.
func (t *Touches) channels() (names []string, number []uint16, err error) {
	number = make([]uint16, len(t.Labels))
	for l := range t.Labels { // they are sorted by channel
		if name := t.Labels[l].Channel; l == 0 || name != t.Labels[l-1].Channel {
			names = append(names, name)
		}
		if len(names) > math.MaxUint16 {
			return nil, nil, fmt.Errorf("more channels than a chain can have, %d", math.MaxUint16)
		}
		number[l] = uint16(len(names) - 1)
	}
	return names, number, nil
}
