package engine

import "slices"

// mostNumbered is how many names of a field the key of a label has room for, and mostPlaced how many labels have a place of their own.
const (
	mostNumbered = 1 << 16
	mostPlaced   = 1 << 18
)

// sizeLabels numbers the names in the dictionaries of a group, and makes room for its labels.
func (k *loading) sizeLabels() {
	grown, places := false, 1
	for c := storedChannel; c <= storedProvider; c++ {
		if !k.wanted[c] {
			continue
		}
		dict := &k.cells[c].Dict
		k.numbers[c] = k.numbers[c][:0]
		for i := range dict.Len() {
			if k.names[c].len() == mostNumbered { // they are told apart by their texts
				k.numbers[c] = k.numbers[c][:0]
				break
			}
			n, _ := k.names[c].number(dict.At(uint32(i)))
			k.numbers[c] = append(k.numbers[c], n)
		}
		if len(k.numbers[c]) < dict.Len() {
			places = mostPlaced + 1
		}
		grown = grown || k.names[c].len() > k.sizes[c]
		k.sizes[c] = k.names[c].len()
		places = min(places*k.sizes[c], mostPlaced+1)
	}
	switch {
	case places > mostPlaced:
		k.labels = k.labels[:0]
	case grown || len(k.labels) != places:
		k.placeLabels(places)
	}
}

// placeLabels gives those that are known their places.
func (k *loading) placeLabels(places int) {
	k.labels = slices.Grow(k.labels[:0], places)[:places]
	clear(k.labels)
	for key, label := range k.numbered {
		var numbers [storedColumns]int
		for c := storedProvider; c >= storedChannel; c-- { // the last is lowest in the key
			if k.wanted[c] {
				numbers[c] = int(key & (mostNumbered - 1))
				key >>= 16
			}
		}
		at := 0
		for c := storedChannel; c <= storedProvider; c++ {
			if k.wanted[c] {
				at = at*k.sizes[c] + numbers[c]
			}
		}
		k.labels[at] = label + 1
	}
}

// label is the number of a label, which is found by its place, or by the numbers of its fields, where it can be.
func (k *loading) label(row int) (uint32, bool) {
	if len(k.labels) == 0 {
		return k.labelOf(row)
	}
	at := 0
	for c := storedChannel; c <= storedProvider; c++ {
		if k.wanted[c] {
			at = at*k.sizes[c] + int(k.numbers[c][k.cells[c].Index[row]])
		}
	}
	if k.labels[at] > 0 {
		return k.labels[at] - 1, true
	}
	n, ok := k.labelOf(row)
	if ok {
		k.labels[at] = n + 1
	}
	return n, ok
}

func (k *loading) labelOf(row int) (uint32, bool) {
	key, short := uint64(0), true
	for c := storedChannel; c <= storedProvider && short; c++ {
		if k.wanted[c] {
			if short = len(k.numbers[c]) > 0; short {
				key = key<<16 | uint64(k.numbers[c][k.cells[c].Index[row]])
			}
		}
	}
	if short {
		if n, known := k.numbered[key]; known {
			return n, true
		}
	}
	k.fields = k.fields[:0]
	for c := storedChannel; c <= storedProvider; c++ {
		if k.wanted[c] {
			k.fields = append(k.fields, k.text(c, row))
		} else {
			k.fields = append(k.fields, nil)
		}
	}
	n, ok := k.pile.labels.number(k.fields, moreFields)
	if short && ok {
		k.numbered[key] = n
	}
	return n, ok
}
