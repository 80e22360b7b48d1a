package engine

import (
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// naming is what names the channels of a group.
type naming struct {
	namer attribution.Namer
	came  map[[3]uint32]uint32 // the number of the channel and 1, by the places in the dictionaries of the group; 0: the one that was imported
	kept  []uint32             // the number and 1 of channels that were imported, by their place in the dictionary; 0: it has none yet
	at    map[string]uint32
	names []string
}

// nameChannels puts the channels by which touches are named in the place of those that they were imported with. Each way in which the touches of a group came
// about is named once.
func (k *loading) nameChannels() error {
	channels, n := &k.cells[storedChannel], &k.naming
	n.begin(channels.Dict.Len())
	campaigns, sources, mediums := k.cells[storedCampaign].Index, k.cells[storedSource].Index, k.cells[storedMedium].Index
	var last [3]uint32
	var number uint32
	for i, imported := range channels.Index {
		if by := [3]uint32{campaigns[i], sources[i], mediums[i]}; i == 0 || by != last {
			known := false
			if number, known = n.came[by]; !known {
				number = n.number(n.namer.Named(k.evidence.Channels, channel.Visit{Source: string(k.text(storedSource, i)), Medium: string(k.text(storedMedium, i)), Campaign: string(k.text(storedCampaign, i))}))
				n.came[by] = number
			}
			last = by
		}
		if number > 0 {
			channels.Index[i] = number - 1
			continue
		}
		if n.kept[imported] == 0 {
			n.kept[imported] = n.add(string(k.text(storedChannel, i)))
		}
		channels.Index[i] = n.kept[imported] - 1
	}
	var err error
	channels.Dict, err = columnar.TextsOf(n.names)
	return err
}

// begin forgets the group before.
func (n *naming) begin(imported int) {
	if n.came == nil {
		n.came, n.at = map[[3]uint32]uint32{}, map[string]uint32{}
	}
	clear(n.came)
	clear(n.at)
	n.names = n.names[:0]
	n.kept = append(n.kept[:0], make([]uint32, imported)...)
}

// number of a name and 1; 0: there is none.
func (n *naming) number(name string) uint32 {
	if name == "" {
		return 0
	}
	return n.add(name)
}

func (n *naming) add(name string) uint32 {
	at, known := n.at[name]
	if !known {
		n.names = append(n.names, name)
		at = uint32(len(n.names))
		n.at[name] = at
	}
	return at
}
