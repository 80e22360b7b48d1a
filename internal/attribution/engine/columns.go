package engine

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
)

// columns puts piles in columns, group by group: each is sorted by person, which keeps the order otherwise, and then each person's rows by time. All
// piles have the same groups.
func columns(persons int, piles []pile, workers int) *Touches {
	t := &Touches{from: make([]uint32, persons+1)}
	readers := make([]*labels, len(piles))
	for i := range piles {
		readers[i] = piles[i].labels
	}
	all, to := inOrder(readers)
	t.Labels = all
	groups := make([]group, len(piles[0].groups))
	var rows, bytes int
	for g := range groups {
		groups[g] = group{rows: rows, bytes: bytes}
		for _, p := range piles {
			for _, some := range p.groups[g] {
				rows += len(some.all)
				bytes += len(some.ids)
			}
		}
		groups[g].rowsEnd, groups[g].bytesEnd = rows, bytes
	}
	t.at, t.label = make([]int64, rows), make([]uint32, rows)
	t.idFrom, t.ids = make([]uint32, rows+1), make([]byte, bytes)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range max(1, min(workers, len(groups))) {
		wait.Go(func() {
			s := sorter{stored: piles[0].stored}
			for g := int(next.Add(1)) - 1; g < len(groups); g = int(next.Add(1)) - 1 {
				s.take(t, g, piles, to)
				s.put(t, &groups[g])
			}
		})
	}
	wait.Wait()
	t.close(groups, piles[0].shift)
	return t
}

// group is where the touches of some persons stand in the columns, before and after their copies are left out.
type group struct {
	rows, rowsEnd   int
	bytes, bytesEnd int
	copies          int
	copied          int // bytes of the ids of the copies, and of places
	leads, deals    []uint32
	placed          []uint32
	places          []int64
}

// sorter puts one group after the other in order.
type sorter struct {
	all  []row
	ids  []byte
	next []uint32
	low  int // the first person of the group

	stored bool
}

// take gathers the rows of a group by person.
func (s *sorter) take(t *Touches, g int, piles []pile, to [][]uint32) {
	shift := piles[0].shift
	s.low = g << shift
	high := min((g+1)<<shift, len(t.from)-1)
	if s.low >= high { // more groups than persons
		s.low = high
	}
	s.next = append(slices.Grow(s.next[:0], high-s.low+1), make([]uint32, high-s.low+1)...)
	n := 0
	for _, p := range piles {
		for _, some := range p.groups[g] {
			for i := range some.all {
				s.next[int(some.all[i].person)-s.low+1]++
			}
			n += len(some.all)
		}
	}
	for p := 1; p < len(s.next); p++ {
		s.next[p] += s.next[p-1]
	}
	s.all, s.ids = slices.Grow(s.all[:0], n)[:n], s.ids[:0]
	for i, p := range piles {
		for _, some := range p.groups[g] {
			base := uint32(len(s.ids))
			for _, r := range some.all {
				r.id += base
				r.label = to[i][r.label]
				at := &s.next[int(r.person)-s.low]
				s.all[*at] = r
				*at++
			}
			s.ids = append(s.ids, some.ids...)
		}
	}
}

func (s *sorter) id(r *row) []byte { return s.ids[r.id : r.id+uint32(r.length)] }

func (s *sorter) order(a, b row) int {
	if a.at != b.at {
		return cmp.Compare(a.at, b.at)
	}
	if s.stored {
		return cmp.Or(cmp.Compare(s.place(&a), s.place(&b)), bytes.Compare(s.id(&a), s.id(&b)), cmp.Compare(a.label, b.label))
	}
	return cmp.Or(compareIDs(s.id(&a), s.id(&b)), cmp.Compare(a.label, b.label))
}

// place is that of a touch within its instant.
func (s *sorter) place(r *row) int64 {
	if !r.placed {
		return 0
	}
	return int64(binary.BigEndian.Uint64(s.ids[r.id+uint32(r.length):]))
}

// put writes the columns of the group, each person's rows in order and once.
func (s *sorter) put(t *Touches, g *group) {
	at, bytesAt, begin := g.rows, g.bytes, 0
	for p, end := range s.next[:len(s.next)-1] {
		mine := s.all[begin:end]
		begin = int(end)
		t.from[s.low+p] = uint32(at)
		if !s.inOrder(mine) {
			slices.SortFunc(mine, s.order)
		}
		for i := range mine {
			r := &mine[i]
			id := s.id(r)
			if i > 0 && r.at == mine[i-1].at && bytes.Equal(id, s.id(&mine[i-1])) {
				g.copies++
				g.copied += len(id)
				if r.placed {
					g.copied += 8
				}
				continue
			}
			if r.placed {
				g.copied += 8
				g.placed, g.places = append(g.placed, uint32(at)), append(g.places, s.place(r))
			}
			switch r.mark {
			case leadCreation:
				g.leads = append(g.leads, uint32(at))
			case dealCreation:
				g.deals = append(g.deals, uint32(at))
			}
			t.at[at], t.label[at], t.idFrom[at] = r.at, r.label, uint32(bytesAt)
			bytesAt += copy(t.ids[bytesAt:], id)
			at++
		}
	}
}

func (s *sorter) inOrder(mine []row) bool {
	for i := 1; i < len(mine); i++ {
		if a, b := &mine[i-1], &mine[i]; a.at >= b.at && s.order(*a, *b) > 0 {
			return false
		}
	}
	return true
}

// close moves the groups together where copies were left out, and ends the columns.
func (t *Touches) close(groups []group, shift int) {
	n, size := 0, 0
	for i := range groups {
		g := &groups[i]
		low, high := min(i<<shift, len(t.from)-1), min((i+1)<<shift, len(t.from)-1)
		if moved, shorter := g.rows-n, g.bytes-size; moved > 0 || shorter > 0 {
			for p := low; p < high; p++ {
				t.from[p] -= uint32(moved)
			}
			end := g.rowsEnd - g.copies
			copy(t.at[n:], t.at[g.rows:end])
			copy(t.label[n:], t.label[g.rows:end])
			for k := g.rows; k < end; k++ {
				t.idFrom[n+k-g.rows] = t.idFrom[k] - uint32(shorter)
			}
			copy(t.ids[size:], t.ids[g.bytes:g.bytesEnd-g.copied])
		}
		moved := uint32(g.rows - n)
		t.leads, t.deals, t.placed = appendMoved(t.leads, g.leads, moved), appendMoved(t.deals, g.deals, moved), appendMoved(t.placed, g.placed, moved)
		t.places = append(t.places, g.places...)
		n += g.rowsEnd - g.rows - g.copies
		size += g.bytesEnd - g.bytes - g.copied
		t.Copies += g.copies
	}
	t.from[len(t.from)-1], t.idFrom[n] = uint32(n), uint32(size)
	t.at, t.label, t.idFrom, t.ids = t.at[:n], t.label[:n], t.idFrom[:n+1], t.ids[:size]
}

func appendMoved(to, places []uint32, by uint32) []uint32 {
	for _, i := range places {
		to = append(to, i-by)
	}
	return to
}
