package engine

import (
	"slices"
	"sync"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// Share is what the touches of one name hold together; the empty name is that of touches of which it is not recorded.
type Share struct {
	Name  string
	Minor int64
	Deals int // in how many it holds money
}

// Tally is the credit of some deals under one model, by names.
type Tally struct {
	Sums
	By         [][]Share // for each field that was asked for: the names of all touches that count, in order, those that hold nothing too
	Open       int       // deals of which something is unattributed
	Creditless int       // deals of which nothing is attributed
}

// Tally is Run, and counts deals. An error: that of Run.
func (t *Touches) Tally(deals []Deal, o Options, by ...attribution.By) ([]Tally, error) {
	if err := countable(deals); err != nil {
		return nil, err
	}
	deals = t.byPerson(deals)
	g := t.groupings(by)
	plans, workers := t.plans(o), workersOf(o, len(deals))
	parts := make([]*tallying, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			parts[w] = g.tally(t, deals[len(deals)*w/workers:len(deals)*(w+1)/workers], plans, o)
		})
	}
	wait.Wait()
	out := make([]Tally, len(plans))
	for m := range plans {
		all := &parts[0].models[m]
		for _, p := range parts[1:] {
			all.add(&p.models[m])
		}
		out[m] = Tally{Sums: all.Sums, Open: all.open, Creditless: all.creditless, By: g.shares(parts, all)}
	}
	return out, nil
}

// groupings are the names of some fields, and which of them each label has.
type groupings struct {
	names [][]string // by field, sorted
	of    [][]uint32 // by field and label
}

func (t *Touches) groupings(by []attribution.By) *groupings {
	g := &groupings{names: make([][]string, len(by)), of: make([][]uint32, len(by))}
	for f, field := range by {
		for l := range t.Labels {
			g.names[f] = append(g.names[f], t.Labels[l].Of(field))
		}
		slices.Sort(g.names[f])
		g.names[f] = slices.Compact(g.names[f])
		for l := range t.Labels {
			n, _ := slices.BinarySearch(g.names[f], t.Labels[l].Of(field))
			g.of[f] = append(g.of[f], uint32(n))
		}
	}
	return g
}

// tallying is what one worker counts.
type tallying struct {
	models []modelTally
	seen   [][]bool // by field and name: a touch that counts has it
}

type modelTally struct {
	Sums
	deals            [][]int // by field and name
	last             [][]int // by field and name: the deal that was counted last, and 1
	open, creditless int
}

func (m *modelTally) add(o *modelTally) {
	m.Unattributed += o.Unattributed
	m.open += o.open
	m.creditless += o.creditless
	for l, minor := range o.Labels {
		m.Labels[l] += minor
	}
	for f := range m.deals {
		for n, deals := range o.deals[f] {
			m.deals[f][n] += deals
		}
	}
}

func (g *groupings) tally(t *Touches, deals []Deal, plans []plan, o Options) *tallying {
	out := &tallying{models: make([]modelTally, len(plans))}
	for _, names := range g.names {
		out.seen = append(out.seen, make([]bool, len(names)))
	}
	for m := range plans {
		out.models[m].Sums = Sums{Model: plans[m].model, Labels: make([]int64, len(t.Labels))}
		for _, names := range g.names {
			out.models[m].deals = append(out.models[m].deals, make([]int, len(names)))
			out.models[m].last = append(out.models[m].last, make([]int, len(names)))
		}
	}
	s := newScratch(t, o)
	for i := range deals {
		s.begin(&deals[i])
		for _, label := range t.label[s.at.first+s.at.outside : s.at.end] {
			for f := range out.seen {
				out.seen[f][g.of[f][label]] = true
			}
		}
		for m := range plans {
			g.count(s, &plans[m], &out.models[m], i+1)
		}
	}
	return out
}

// count adds the credit of a deal under a model; number is that of the deal, from 1.
func (g *groupings) count(s *scratch, p *plan, m *modelTally, number int) {
	open := int64(0)
	hold := func(label uint32, minor int64) {
		m.Labels[label] += minor
		if minor == 0 {
			return
		}
		for f := range m.last {
			if n := g.of[f][label]; m.last[f][n] != number {
				m.last[f][n] = number
				m.deals[f][n]++
			}
		}
	}
	switch who, touch := s.divide(p); who {
	case nobody:
		open = s.deal.Minor
	case one:
		hold(s.touches.label[touch], s.deal.Minor)
	case some:
		for i, part := range s.parts[:s.at.end-s.at.first] {
			if minor := s.minor(part); i < s.at.outside {
				open += minor
			} else {
				hold(s.touches.label[s.at.first+i], minor)
			}
		}
	}
	m.Unattributed += open
	if open != 0 {
		m.open++
	}
	if open == s.deal.Minor {
		m.creditless++
	}
}

// shares are the names that any touch that counts has.
func (g *groupings) shares(parts []*tallying, m *modelTally) [][]Share {
	out := make([][]Share, len(g.names))
	for f, names := range g.names {
		minor := make([]int64, len(names))
		for l, n := range g.of[f] {
			minor[n] += m.Labels[l]
		}
		for n, name := range names {
			if slices.ContainsFunc(parts, func(p *tallying) bool { return p.seen[f][n] }) {
				out[f] = append(out[f], Share{name, minor[n], m.deals[f][n]})
			}
		}
	}
	return out
}
