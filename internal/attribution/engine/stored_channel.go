package engine

import (
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// naming is what names the channels of a group.
type naming struct {
	namer attribution.Namer
	came  map[[4]uint32]uint32 // the number of the channel, by the places in the dictionaries of the group
	at    map[string]uint32
	names []string
}

// nameChannels puts the channels by which touches are named in the place of those that they were imported with. Each way in which the touches of a group came
// about is named once.
func (k *loading) nameChannels() error {
	n := &k.naming
	if n.came == nil {
		n.came, n.at = map[[4]uint32]uint32{}, map[string]uint32{}
	}
	clear(n.came)
	clear(n.at)
	n.names = n.names[:0]
	channels, campaigns, sources, mediums := k.cells[storedChannel].Index, k.cells[storedCampaign].Index, k.cells[storedSource].Index, k.cells[storedMedium].Index
	var last [4]uint32
	var number uint32
	for i := range channels {
		if by := [4]uint32{channels[i], campaigns[i], sources[i], mediums[i]}; i == 0 || by != last {
			known := false
			if number, known = n.came[by]; !known {
				number = n.number(n.namer.Of(k.evidence.Channels, string(k.text(storedChannel, i)), channel.Visit{
					Source: string(k.text(storedSource, i)), Medium: string(k.text(storedMedium, i)), Campaign: string(k.text(storedCampaign, i))}))
				n.came[by] = number
			}
			last = by
		}
		channels[i] = number
	}
	var err error
	k.cells[storedChannel].Dict, err = columnar.TextsOf(n.names)
	return err
}

func (n *naming) number(name string) uint32 {
	at, known := n.at[name]
	if !known {
		at = uint32(len(n.names))
		n.at[name], n.names = at, append(n.names, name)
	}
	return at
}
