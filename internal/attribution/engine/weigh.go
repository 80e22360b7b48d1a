package engine

import (
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// plan is a model made ready for columns.
type plan struct {
	model    attribution.Model
	kind     attribution.Kind
	shares   [5]int64 // first, lead, deal, last, middle
	direct   []bool   // by label
	halfLife time.Duration
	effects  []int64  // by channel
	channel  []uint32 // the number of the channel, by label; of a data-driven model only
}

const (
	roleFirst = iota
	roleLead
	roleDeal
	roleLast
	roleMiddle
)

func (t *Touches) plans(o Options) []plan {
	out := make([]plan, len(o.Models))
	for i, m := range o.Models {
		p := plan{model: m, kind: m.Kind(), halfLife: m.HalfLife()}
		p.shares[roleFirst], p.shares[roleLead], p.shares[roleDeal], p.shares[roleLast], p.shares[roleMiddle] = m.Shares()
		if p.kind == attribution.LastNonDirect {
			p.direct = make([]bool, len(t.Labels))
			for l := range t.Labels {
				p.direct[l] = m.IsDirect(t.Labels[l].Channel)
			}
		}
		if p.kind == attribution.DataDriven {
			p.takeEffects(t)
		}
		out[i] = p
	}
	return out
}

// takeEffects numbers the channels and finds the effect of each.
func (p *plan) takeEffects(t *Touches) {
	p.channel = make([]uint32, len(t.Labels))
	numbers := map[string]uint32{}
	for l := range t.Labels {
		name := t.Labels[l].Channel
		number, known := numbers[name]
		if !known {
			number = uint32(len(p.effects))
			numbers[name] = number
			effect, _ := p.model.Effect(name)
			p.effects = append(p.effects, effect)
		}
		p.channel[l] = number
	}
}

// Unweighed are the channels of the touches that a data-driven model has no effect of.
func (t *Touches) Unweighed(m attribution.Model) []string {
	var out []string
	for l := range t.Labels {
		name := t.Labels[l].Channel
		if _, known := m.Effect(name); !known && (l == 0 || name != t.Labels[l-1].Channel) {
			out = append(out, name)
		}
	}
	return out
}

// holder is the only touch of the path with a weight, for the models that give all to one.
func (p *plan) holder(t *Touches, at path) (int, bool) {
	switch p.kind {
	case attribution.FirstTouch:
		return at.first, true
	case attribution.LastTouch:
		return at.end - 1, true
	case attribution.LastNonDirect:
		for i := at.end - 1; i >= at.first; i-- {
			if !p.direct[t.label[i]] {
				return i, true
			}
		}
		return at.end - 1, true
	}
	return 0, false
}

// weigh writes the weights of the path's touches.
func (p *plan) weigh(s *scratch, out []int64) {
	t, d, at := s.touches, s.deal, s.at
	switch p.kind {
	case attribution.DataDriven:
		p.weighByEffect(s, out)
	case attribution.Linear:
		for i := range out {
			out[i] = 1
		}
	case attribution.TimeDecay:
		newest := t.at[at.end-1]
		for i := range out {
			out[i] = attribution.Decay(time.Duration(newest-t.at[at.first+i]), p.halfLife)
		}
	default:
		p.weighByRole(t, d, at, out)
	}
}

// weighByEffect gives each channel its effect once, in equal parts to its touches.
func (p *plan) weighByEffect(s *scratch, out []int64) {
	if len(s.counts) < len(p.effects) {
		s.counts = make([]int64, len(p.effects))
	}
	labels := s.touches.label[s.at.first:s.at.end]
	for _, l := range labels {
		s.counts[p.channel[l]]++
	}
	for i, l := range labels {
		c := p.channel[l]
		out[i] = p.effects[c] / s.counts[c]
	}
	for _, l := range labels {
		s.counts[p.channel[l]] = 0
	}
}

// weighByRole is the rule of attribution for anchors and the touches between them.
func (p *plan) weighByRole(t *Touches, d *Deal, at path, out []int64) {
	holder := [4]int{0, -1, -1, len(out) - 1}
	if d.LeadCreated != Unknown {
		holder[roleLead] = after(t.at[at.first:at.end], d.LeadCreated) - 1
	}
	if d.DealCreated != Unknown {
		holder[roleDeal] = after(t.at[at.first:at.end], d.DealCreated) - 1
	}
	if i, found := first(t.leads, at); found {
		holder[roleLead] = i
	}
	if i, found := last(t.deals, at); found {
		holder[roleDeal] = i
	}
	var held int64
	middles := int64(len(out))
	for role, i := range holder {
		if p.shares[role] == 0 || i < 0 {
			continue
		}
		held += p.shares[role]
		seen := false
		for before := range role {
			seen = seen || p.shares[before] > 0 && holder[before] == i
		}
		if !seen {
			middles--
		}
	}
	perAnchor, perMiddle := int64(1), int64(0)
	switch share := p.shares[roleMiddle]; {
	case share == 0 || middles == 0:
	case held == 0:
		perMiddle = 1
	default:
		perAnchor, perMiddle = (fullShare-share)*middles, share*held
	}
	for i := range out {
		out[i] = perMiddle
	}
	for role, i := range holder {
		if p.shares[role] > 0 && i >= 0 {
			out[i] = 0
		}
	}
	for role, i := range holder {
		if p.shares[role] > 0 && i >= 0 {
			out[i] += p.shares[role] * perAnchor
		}
	}
}

// first is the place in the path of the first of some touches, which are in order.
func first(marked []uint32, at path) (int, bool) {
	i, _ := slices.BinarySearch(marked, uint32(at.first))
	if i == len(marked) || int(marked[i]) >= at.end {
		return 0, false
	}
	return int(marked[i]) - at.first, true
}

// last is that of the last of them.
func last(marked []uint32, at path) (int, bool) {
	i, _ := slices.BinarySearch(marked, uint32(at.end))
	if i == 0 || int(marked[i-1]) < at.first {
		return 0, false
	}
	return int(marked[i-1]) - at.first, true
}

// fullShare is 100 % in basis points.
const fullShare = 10_000
