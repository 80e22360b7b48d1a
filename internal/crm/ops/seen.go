package ops

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// seen remembers the ids of a file with the line of each, in 12 bytes an id and room to grow. Ids are kept as 64 bits of SHA-256: among
// twenty million ids two different ones are taken for the same with a chance of one in ninety thousand, and then one row is reported as repeated.
type seen struct {
	keys  []uint64 // 0 is free
	lines []uint32
	count int
	buf   []byte
}

// add gives the line on which the id stood before, or false after remembering it.
func (s *seen) add(k crm.Kind, id string, line int) (first int, again bool) {
	if 4*(s.count+1) > 3*len(s.keys) {
		s.grow()
	}
	s.buf = append(append(append(s.buf[:0], k...), 0), id...)
	sum := sha256.Sum256(s.buf)
	key := max(binary.LittleEndian.Uint64(sum[:8]), 1)
	i := s.slot(key)
	if s.keys[i] == key {
		return int(s.lines[i]), true
	}
	s.keys[i], s.lines[i] = key, uint32(min(line, 1<<32-1))
	s.count++
	return 0, false
}

func (s *seen) slot(key uint64) int {
	mask := len(s.keys) - 1
	i := int(key>>1) & mask
	for s.keys[i] != 0 && s.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

func (s *seen) grow() {
	old := *s
	size := max(1<<12, 2*len(old.keys))
	s.keys, s.lines = make([]uint64, size), make([]uint32, size)
	for i, key := range old.keys {
		if key != 0 {
			j := s.slot(key)
			s.keys[j], s.lines[j] = key, old.lines[i]
		}
	}
}
