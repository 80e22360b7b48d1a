package fees

import (
	"runtime"
	"slices"
	"sync"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// partOfDeals is how many deals are worth a processor of their own.
const partOfDeals = 200

// parts says in how many parts the deals of the month are computed side by side. A statement is the same in any number of them: a deal is computed
// alone, but for a limit over its life, which looks at what other months charge and is left to one.
func (m *shareMonth) parts(deals int) int {
	if !m.current || m.shared(m.clause).limited || m.past.dealLimit {
		return 1
	}
	return min(runtime.GOMAXPROCS(0), deals/partOfDeals)
}

// inParts charges the deals at some places, in order. The month has no line yet.
func (m *shareMonth) inParts(deals []int32, parts int) {
	room := m.lines[:cap(m.lines)]
	all := make([]*shareMonth, parts)
	var done sync.WaitGroup
	for i := range all {
		from, to := len(deals)*i/parts, len(deals)*(i+1)/parts
		part := &shareMonth{drafter: m.apart(), clause: m.clause, period: m.period, past: m.past, current: true, lines: room[from:from:to]}
		all[i] = part
		done.Go(func() { part.ownOf(deals[from:to]) })
	}
	done.Wait()
	lines := 0
	for i, part := range all {
		if len(part.lines) > len(deals)*(i+1)/parts-len(deals)*i/parts {
			room = nil // it has more lines than deals, and they stand elsewhere
		}
		lines += len(part.lines)
	}
	m.lines = slices.Grow(room[:0], lines)
	for _, part := range all {
		m.lines = append(m.lines, part.lines...)
		m.held = append(m.held, part.held...)
		m.issues = append(m.issues, part.issues...)
		m.statement.Considered = append(m.statement.Considered, part.statement.Considered...)
	}
}

// apart is a drafter that computes deals beside others of the same statement: what they all look up is there, and what it says is its own.
func (d *drafter) apart() *drafter {
	part := *d
	part.crediting, part.said, part.issues, part.statement = attribution.Crediting{}, nil, nil, Statement{}
	return &part
}

// beside begins some work, on a processor of its own when it is much, and gives what waits for it.
func beside(much bool, work func()) (wait func()) {
	if !much {
		work()
		return func() {}
	}
	var done sync.WaitGroup
	done.Go(work)
	return done.Wait
}
