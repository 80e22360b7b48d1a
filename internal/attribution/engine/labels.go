package engine

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// Label is what touches are summed by. A field that was not asked for, or that is not recorded, is empty.
type Label struct{ Channel, Campaign, Content, Provider string }

// Of is the field of the label.
func (l *Label) Of(by attribution.By) string { return *l.field(by) }

func (l *Label) field(by attribution.By) *string {
	switch by {
	case attribution.ByCampaign:
		return &l.Campaign
	case attribution.ByContent:
		return &l.Content
	case attribution.ByProvider:
		return &l.Provider
	}
	return &l.Channel
}

func (l Label) compare(m Label) int {
	return cmp.Or(cmp.Compare(l.Channel, m.Channel), cmp.Compare(l.Campaign, m.Campaign), cmp.Compare(l.Content, m.Content), cmp.Compare(l.Provider, m.Provider))
}

// labels numbers the labels of one reader.
type labels struct {
	names *names // the channel, or, where there is more, all fields, each behind its length
	all   []Label
	key   []byte
	near  [256]slot // short channels that were numbered last, where only channels are read
}

func newLabels() *labels { return &labels{names: newNames(64)} }

// number gives the number of the label with these fields: the channel, and those of the others that are asked for. False: there are too many.
func (l *labels) number(fields [][]byte, by []attribution.By) (uint32, bool) {
	key := fields[0]
	if len(fields) == 1 && len(key) <= 8 {
		return l.short(key)
	}
	if len(fields) > 1 {
		l.key = l.key[:0]
		for _, field := range fields {
			l.key = append(binary.AppendUvarint(l.key, uint64(len(field))), field...)
		}
		key = l.key
	}
	return l.look(key, fields, by)
}

// short is the number of a channel by its bytes in one word.
func (l *labels) short(channel []byte) (uint32, bool) {
	key := keyOf(0, channel)
	near := &l.near[key*0x9e3779b97f4a7c15>>56]
	if near.number != 0 && near.key == key && int(near.length) == len(channel) {
		return near.number - 1, true
	}
	number, ok := l.look(channel, [][]byte{channel}, nil)
	if ok {
		*near = slot{key, uint32(len(channel)), number + 1}
	}
	return number, ok
}

func (l *labels) look(key []byte, fields [][]byte, by []attribution.By) (uint32, bool) {
	hash := l.names.hash(key)
	if n, known := l.names.find(hash, key); known {
		return n, true
	}
	if len(l.all) == maxLabels {
		return 0, false
	}
	label := Label{Channel: string(fields[0])}
	for i, field := range fields[1:] {
		*label.field(by[i]) = string(field)
	}
	l.all = append(l.all, label)
	return l.names.add(hash, key), true
}

// inOrder are all labels of some readers, sorted, and where those of each stand in them.
func inOrder(readers []*labels) (all []Label, to [][]uint32) {
	for _, l := range readers {
		all = append(all, l.all...)
	}
	slices.SortFunc(all, Label.compare)
	all = slices.Compact(all)
	for _, l := range readers {
		places := make([]uint32, len(l.all))
		for i, label := range l.all {
			at, _ := slices.BinarySearchFunc(all, label, Label.compare)
			places[i] = uint32(at)
		}
		to = append(to, places)
	}
	return all, to
}
