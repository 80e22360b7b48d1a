package attribution

import (
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// Namer names the channels of touches and remembers them: many touches come about alike. It is for one goroutine at a time.
type Namer struct {
	by    *channel.Naming          // that was asked for last
	named map[channel.Visit]string // by it
	all   map[*channel.Naming]map[channel.Visit]string
}

// Named is that of the naming.
func (n *Namer) Named(by *channel.Naming, visit channel.Visit) string {
	if by == nil || !visit.Known() {
		return ""
	}
	if n.by != by {
		n.turn(by)
	}
	name, known := n.named[visit]
	if !known {
		name = by.Named(visit)
		n.named[visit] = name
	}
	return name
}

// turn remembers by another naming.
func (n *Namer) turn(by *channel.Naming) {
	if n.all == nil {
		n.all = map[*channel.Naming]map[channel.Visit]string{}
	}
	if n.all[by] == nil {
		n.all[by] = map[channel.Visit]string{}
	}
	n.by, n.named = by, n.all[by]
}

// Of is the channel of a touch by a naming; without one that with which it was imported.
func (n *Namer) Of(by *channel.Naming, t *crm.Touch) string {
	if by == nil {
		return t.Channel
	}
	if name := n.Named(by, t.CameBy()); name != "" {
		return name
	}
	return t.Channel
}
