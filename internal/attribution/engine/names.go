package engine

import "hash/maphash"

// names numbers strings in the order in which they come, and finds most that it does not have without looking further than a bit.
type names struct {
	text  []string
	slots []uint32 // number + 1, by hash; 0: free
	bits  []uint64 // one for each hash that is there
	seed  maphash.Seed
}

func newNames(most int) *names {
	size := 16
	for size < 2*most {
		size *= 2
	}
	return &names{slots: make([]uint32, size), bits: make([]uint64, max(1, size/8)), seed: maphash.MakeSeed()}
}

func (n *names) bit(hash uint64) (word *uint64, bit uint64) {
	at := (hash >> 32) & uint64(len(n.bits)*64-1)
	return &n.bits[at/64], 1 << (at % 64)
}

// find gives the number of a name.
func (n *names) find(name []byte) (uint32, bool) {
	hash := maphash.Bytes(n.seed, name)
	if word, bit := n.bit(hash); *word&bit == 0 {
		return 0, false
	}
	mask := uint64(len(n.slots) - 1)
	for i := hash & mask; n.slots[i] != 0; i = (i + 1) & mask {
		if at := n.slots[i] - 1; n.text[at] == string(name) {
			return at, true
		}
	}
	return 0, false
}

// roomForOne is n, or, where it is half full, the same names with twice the room.
func (n *names) roomForOne() *names {
	if 2*len(n.text) < len(n.slots) {
		return n
	}
	more := newNames(len(n.slots))
	for _, name := range n.text {
		more.number([]byte(name))
	}
	return more
}

// number gives the number of a name, a new one where it is not there yet. Before it is asked there must be room for one.
func (n *names) number(name []byte) uint32 {
	if at, known := n.find(name); known {
		return at
	}
	hash := maphash.Bytes(n.seed, name)
	word, bit := n.bit(hash)
	*word |= bit
	mask := uint64(len(n.slots) - 1)
	i := hash & mask
	for n.slots[i] != 0 {
		i = (i + 1) & mask
	}
	n.text = append(n.text, string(name))
	n.slots[i] = uint32(len(n.text))
	return n.slots[i] - 1
}
