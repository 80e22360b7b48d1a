package engine

import (
	"encoding/binary"
	"hash/maphash"
)

// names numbers texts in the order in which they come. Most that it does not have it knows by a bit; a short one that it has, by one place in memory.
type names struct {
	slots []slot
	bits  []uint64 // one for each hash that is there
	bytes []byte   // of all names
	from  []uint32 // where each begins
	seed  maphash.Seed

	warmed uint64 // of what was read only to be near
}

// slot is a name by its hash.
type slot struct {
	key    uint64 // the name itself, where it has at most eight bytes; otherwise its hash
	length uint32
	number uint32 // and 1; 0: free
}

func newNames(most int) *names {
	n := &names{seed: maphash.MakeSeed()}
	n.room(most)
	return n
}

func (n *names) room(most int) {
	size := 16
	for size < 2*most {
		size *= 2
	}
	n.slots, n.bits = make([]slot, size), make([]uint64, max(1, size/8))
}

// len is how many names there are.
func (n *names) len() int { return len(n.from) }

// text of a number.
func (n *names) text(number int) []byte {
	end := len(n.bytes)
	if number+1 < len(n.from) {
		end = int(n.from[number+1])
	}
	return n.bytes[n.from[number]:end]
}

func (n *names) hash(name []byte) uint64 { return maphash.Bytes(n.seed, name) }

func (n *names) bit(hash uint64) (word *uint64, bit uint64) {
	at := (hash >> 32) & uint64(len(n.bits)*64-1)
	return &n.bits[at/64], 1 << (at % 64)
}

// maybe is 0 where no name has the hash, otherwise 1.
func (n *names) maybe(hash uint64) int {
	at := (hash >> 32) & uint64(len(n.bits)*64-1)
	return int(n.bits[at/64] >> (at % 64) & 1)
}

// warm reads the place of a hash in memory, so that it is near when it is looked up.
func (n *names) warm(hash uint64) uint64 { return n.slots[hash&uint64(len(n.slots)-1)].key }

// keyOf is what a slot keeps of a name.
func keyOf(hash uint64, name []byte) uint64 {
	switch {
	case len(name) > 8:
		return hash
	case len(name) == 8:
		return binary.LittleEndian.Uint64(name)
	case len(name) >= 4:
		return uint64(binary.LittleEndian.Uint32(name)) | uint64(binary.LittleEndian.Uint32(name[len(name)-4:]))<<(8*uint(len(name)-4))
	}
	var key uint64
	for i, c := range name {
		key |= uint64(c) << (8 * i)
	}
	return key
}

// find gives the number of a name by its hash.
func (n *names) find(hash uint64, name []byte) (uint32, bool) {
	mask, key := uint64(len(n.slots)-1), keyOf(hash, name)
	for i := hash & mask; n.slots[i].number != 0; i = (i + 1) & mask {
		s := &n.slots[i]
		if s.key == key && int(s.length) == len(name) && (len(name) <= 8 || string(n.text(int(s.number-1))) == string(name)) {
			return s.number - 1, true
		}
	}
	return 0, false
}

// add gives a name that is not there its number.
func (n *names) add(hash uint64, name []byte) uint32 {
	if 2*len(n.from) >= len(n.slots) {
		n.room(len(n.slots))
		for i := range n.from {
			text := n.text(i)
			n.put(n.hash(text), text, uint32(i))
		}
	}
	number := uint32(len(n.from))
	n.from = append(n.from, uint32(len(n.bytes)))
	n.bytes = append(n.bytes, name...)
	n.put(hash, name, number)
	return number
}

func (n *names) put(hash uint64, name []byte, number uint32) {
	word, bit := n.bit(hash)
	*word |= bit
	mask := uint64(len(n.slots) - 1)
	i := hash & mask
	for n.slots[i].number != 0 {
		i = (i + 1) & mask
	}
	n.slots[i] = slot{keyOf(hash, name), uint32(len(name)), number + 1}
}

// number gives the number of a name, and whether it is new.
func (n *names) number(name []byte) (number uint32, added bool) {
	hash := n.hash(name)
	if at, known := n.find(hash, name); known {
		return at, false
	}
	return n.add(hash, name), true
}
