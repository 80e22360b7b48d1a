package engine

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// Unknown is the instant that nobody knows.
const Unknown = math.MinInt64

// Touches are the touches of many persons in columns: of each person together, in the order of a journey, without copies. With ids of ten bytes a
// touch takes 27 bytes.
type Touches struct {
	Labels []Label // by number, sorted
	Copies int     // touches that were given twice and count once

	from   []uint32 // of person p: from[p] to from[p+1]
	at     []int64  // nanoseconds since 1970, UTC
	label  []uint32
	idFrom []uint32 // of touch i: ids[idFrom[i]:idFrom[i+1]]
	ids    []byte

	leads, deals []uint32 // the touches of which the CRM says that they created the lead, or the deal; in order
	placed       []uint32 // the touches that have a place within their instant, in order, and the place of each
	places       []int64
}

// Len is the number of touches.
func (t *Touches) Len() int { return len(t.at) }

// Bytes that the columns take.
func (t *Touches) Bytes() int {
	return 4*cap(t.from) + 8*cap(t.at) + 4*cap(t.label) + 4*cap(t.idFrom) + cap(t.ids) + 4*(cap(t.leads)+cap(t.deals)+cap(t.placed)) + 8*cap(t.places)
}

func (t *Touches) id(i int) []byte { return t.ids[t.idFrom[i]:t.idFrom[i+1]] }

// row is a touch before it has its place.
type row struct {
	at     int64
	id     uint32 // where its id begins in the rows' bytes
	person uint32
	label  uint32
	length uint16 // of the id
	mark   mark
	placed bool // the place within its instant stands in eight bytes behind the id
}

// mark is what the CRM itself says of a touch.
type mark uint8

const (
	unmarked mark = iota
	leadCreation
	dealCreation
)

// rows are touches in the order of the input, with the bytes of their ids.
type rows struct {
	all []row
	ids []byte
}

// slab of rows: what is read comes in such, so that nothing is moved when more comes.
const slab = 1 << 10

const (
	maxTouches = math.MaxUint32 - 1
	maxLabels  = 1 << 20
	maxID      = math.MaxUint16
)

// pile is the rows of one reader, by groups of persons that stand beside each other, so that each group can be put in order by itself.
type pile struct {
	groups [][]rows
	shift  int // of a person's number to that of the group
	labels *labels
	stored bool // the touches are in the order of evidence: by instant, place, and the bytes of their ids
}

func newPile(groups, shift int) pile {
	return pile{groups: make([][]rows, groups), shift: shift, labels: newLabels()}
}

func (p *pile) add(r row, id []byte) {
	g := &p.groups[r.person>>p.shift]
	if n := len(*g); n == 0 || len((*g)[n-1].all) == slab {
		*g = append(*g, rows{make([]row, 0, slab), make([]byte, 0, 10*slab)})
	}
	last := &(*g)[len(*g)-1]
	r.id, r.length = uint32(len(last.ids)), uint16(len(id))
	last.all, last.ids = append(last.all, r), append(last.ids, id...)
}

// place adds a touch that has a place within its instant.
func (p *pile) place(r row, id []byte, place int64) {
	if place == 0 {
		p.add(r, id)
		return
	}
	r.placed = true
	p.add(r, id)
	last := &p.groups[r.person>>p.shift]
	some := &(*last)[len(*last)-1]
	some.ids = binary.BigEndian.AppendUint64(some.ids, uint64(place))
}

// Builder takes touches in any order.
type Builder struct {
	persons int
	pile    pile
	touches int
	bytes   int
}

// NewBuilder takes touches of so many persons, numbered from 0.
func NewBuilder(persons int) *Builder {
	return &Builder{persons: persons, pile: newPile(1, 32)}
}

// Add takes a touch. An error: too many labels or bytes of ids, or a person beyond those announced.
func (b *Builder) Add(person int, id string, at time.Time, label Label) error {
	switch {
	case person < 0 || person >= b.persons:
		return fmt.Errorf("person %d of %d", person, b.persons)
	case len(id) > maxID:
		return fmt.Errorf("the id of a touch has %d bytes; at most %d", len(id), maxID)
	case b.bytes+len(id) > math.MaxUint32 || b.touches == maxTouches:
		return fmt.Errorf("more touches than can be held at once: %d with %d bytes of ids", b.touches, b.bytes)
	}
	number, ok := b.pile.labels.number([][]byte{[]byte(label.Channel), []byte(label.Campaign), []byte(label.Content), []byte(label.Provider)}, moreFields)
	if !ok {
		return fmt.Errorf("more than %d channels, campaigns, contents and providers: is %q a channel?", maxLabels, label.Channel)
	}
	b.touches++
	b.bytes += len(id)
	b.pile.add(row{at: at.UnixNano(), person: uint32(person), label: number}, []byte(id))
	return nil
}

// Touches puts them in columns. The builder is used up.
func (b *Builder) Touches() *Touches { return columns(b.persons, []pile{b.pile}, 1) }

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
