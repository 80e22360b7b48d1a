package engine

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Unknown is the instant that nobody knows.
const Unknown = math.MinInt64

// Touches are the touches of many persons in columns: of each person together, in the order of a journey, without copies. At most 35 bytes a touch
// with ids of ten bytes.
type Touches struct {
	Channels []string // by number
	Copies   int      // touches that were given twice and count once

	from    []uint32 // of person p: from[p] to from[p+1]
	at      []int64  // nanoseconds since 1970, UTC
	channel []uint16
	idFrom  []uint32 // of touch i: ids[idFrom[i]:idFrom[i+1]]
	ids     []byte
}

// Len is the number of touches.
func (t *Touches) Len() int { return len(t.at) }

// Bytes that the columns take.
func (t *Touches) Bytes() int {
	return 4*cap(t.from) + 8*cap(t.at) + 2*cap(t.channel) + 4*cap(t.idFrom) + cap(t.ids)
}

func (t *Touches) id(i int) []byte { return t.ids[t.idFrom[i]:t.idFrom[i+1]] }

// row is a touch before it has its place.
type row struct {
	at      int64
	id      uint32 // where its id begins in the rows' bytes
	person  uint32
	channel uint16
	length  uint16 // of the id
}

// rows are touches in the order of the input, with the bytes of their ids.
type rows struct {
	all []row
	ids []byte
}

// slab of rows: what is read comes in such, so that nothing is moved when more comes.
const slab = 1 << 15

const (
	maxTouches  = math.MaxUint32 - 1
	maxChannels = math.MaxUint16
	maxID       = math.MaxUint16
)

// Builder takes touches in any order.
type Builder struct {
	channels *channels
	persons  int
	rows     rows
}

// NewBuilder takes touches of so many persons, numbered from 0.
func NewBuilder(persons int) *Builder {
	return &Builder{persons: persons, channels: newChannels()}
}

// Add takes a touch. An error: too many channels or bytes of ids, or a person beyond those announced.
func (b *Builder) Add(person int, id string, at time.Time, channel string) error {
	number, ok := b.channels.number([]byte(channel))
	if !ok {
		return fmt.Errorf("more than %d channels: is %q a channel?", maxChannels, channel)
	}
	switch {
	case person < 0 || person >= b.persons:
		return fmt.Errorf("person %d of %d", person, b.persons)
	case len(id) > maxID:
		return fmt.Errorf("the id of a touch has %d bytes; at most %d", len(id), maxID)
	case len(b.rows.ids)+len(id) > math.MaxUint32 || len(b.rows.all) == maxTouches:
		return fmt.Errorf("more touches than can be held at once: %d with %d bytes of ids", len(b.rows.all), len(b.rows.ids))
	}
	b.rows.all = append(b.rows.all, row{at.UnixNano(), uint32(len(b.rows.ids)), uint32(person), number, uint16(len(id))})
	b.rows.ids = append(b.rows.ids, id...)
	return nil
}

// Touches puts them in columns. The builder is used up.
func (b *Builder) Touches() *Touches {
	names := slices.Sorted(slices.Values(b.channels.names))
	return columns(b.persons, renumbered([]rowsOf{{b.rows, b.channels.names}}, names), names)
}

// columns sorts rows by person, which keeps their order otherwise, and then each person's by time.
func columns(persons int, chunks []rows, channels []string) *Touches {
	t := &Touches{Channels: channels, from: make([]uint32, persons+1)}
	for _, c := range chunks {
		for i := range c.all {
			t.from[c.all[i].person+1]++
		}
	}
	for p := range persons {
		t.from[p+1] += t.from[p]
	}
	n := int(t.from[persons])
	sorted := make([]row, n)
	next := slices.Clone(t.from[:persons])
	var base uint32 // where the chunk's ids begin in all of them
	size := 0
	for _, c := range chunks {
		size += len(c.ids)
	}
	ids := make([]byte, 0, size)
	for _, c := range chunks {
		for _, r := range c.all {
			r.id += base
			sorted[next[r.person]] = r
			next[r.person]++
		}
		ids = append(ids, c.ids...)
		base += uint32(len(c.ids))
	}
	t.put(sorted, ids)
	return t
}

// put writes the columns, each person's rows in order and once.
func (t *Touches) put(sorted []row, ids []byte) {
	t.at, t.channel = make([]int64, 0, len(sorted)), make([]uint16, 0, len(sorted))
	t.idFrom, t.ids = make([]uint32, 1, len(sorted)+1), make([]byte, 0, len(ids))
	id := func(r row) []byte { return ids[r.id : r.id+uint32(r.length)] }
	order := func(a, b row) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Or(compareIDs(id(a), id(b)), strings.Compare(t.Channels[a.channel], t.Channels[b.channel]))
	}
	for p := 1; p < len(t.from); p++ {
		mine := sorted[t.from[p-1]:t.from[p]]
		t.from[p-1] = uint32(len(t.at))
		if !slices.IsSortedFunc(mine, order) {
			slices.SortFunc(mine, order)
		}
		for i, r := range mine {
			if i > 0 && r.at == mine[i-1].at && bytes.Equal(id(r), id(mine[i-1])) {
				t.Copies++
				continue
			}
			t.at, t.channel = append(t.at, r.at), append(t.channel, r.channel)
			t.ids = append(t.ids, id(r)...)
			t.idFrom = append(t.idFrom, uint32(len(t.ids)))
		}
	}
	t.from[len(t.from)-1] = uint32(len(t.at))
}

// compareIDs orders whole numbers as numbers, before all other ids, and those by their bytes. "7" and "07" differ.
func compareIDs(a, b []byte) int {
	wholeA, wholeB := isWhole(a), isWhole(b)
	switch {
	case wholeA && wholeB:
		x, y := bytes.TrimLeft(a, "0"), bytes.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), bytes.Compare(x, y), bytes.Compare(a, b))
	case wholeA != wholeB && wholeA:
		return -1
	case wholeA != wholeB:
		return 1
	default:
		return bytes.Compare(a, b)
	}
}

func isWhole(id []byte) bool {
	for _, c := range id {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(id) > 0
}
