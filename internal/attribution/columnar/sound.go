package columnar

import (
	"encoding/binary"
	"errors"
)

var errCut = errors.New("it is cut off or damaged")

// sound walks a structure of the compact form of Thrift and gives its length. It is an error where a list or a text claims to be longer than all that
// is left, or where it is deeper than any such structure is: what passes can be decoded without taking memory for a mere claim.
func sound(data []byte) (int, error) {
	w := walk{data: data}
	if w.structure(0); w.bad {
		return 0, errCut
	}
	return w.at, nil
}

type walk struct {
	data []byte
	at   int
	bad  bool
}

func (w *walk) skip(n uint64) {
	if w.bad = w.bad || n > uint64(len(w.data)-w.at); !w.bad {
		w.at += int(n)
	}
}

func (w *walk) byte() byte {
	if w.skip(1); w.bad {
		return 0
	}
	return w.data[w.at-1]
}

func (w *walk) uvarint() uint64 {
	n, size := binary.Uvarint(w.data[w.at:])
	if w.bad = w.bad || size <= 0; w.bad {
		return 0
	}
	w.at += size
	return n
}

// The types of the compact form.
const (
	boolTrue  = 1
	boolFalse = 2
	byteType  = 3
	double    = 7
	text      = 8
	list      = 9
	set       = 10
	mapping   = 11
	structure = 12
)

const deepest = 32

func (w *walk) structure(depth int) {
	for w.bad = w.bad || depth > deepest; !w.bad; {
		head := w.byte()
		kind := head & 15
		if w.bad || kind == 0 {
			return
		}
		if head>>4 == 0 {
			w.uvarint() // the field's number
		}
		if kind != boolTrue && kind != boolFalse {
			w.value(kind, depth)
		}
	}
}

func (w *walk) value(kind byte, depth int) {
	switch kind {
	case boolTrue, boolFalse, byteType:
		w.skip(1)
	case 4, 5, 6:
		w.uvarint()
	case double:
		w.skip(8)
	case text:
		w.skip(w.uvarint())
	case list, set:
		w.list(depth)
	case structure:
		w.structure(depth + 1)
	default: // a mapping, which there is none of in Parquet, or nothing that is known
		w.bad = true
	}
}

func (w *walk) list(depth int) {
	head := w.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = w.uvarint()
	}
	for ; n > 0 && !w.bad; n-- {
		w.value(head&15, depth)
	}
}
