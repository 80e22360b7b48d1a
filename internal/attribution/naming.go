package attribution

import (
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// Namer names the channels of touches and remembers them: many touches come about alike. It is for one goroutine at a time.
type Namer struct {
	by    *channel.Naming // that was asked for last
	named map[came]string // by it
	all   map[*channel.Naming]map[came]string
}

// came is how a touch came about.
type came struct {
	imported string
	visit    channel.Visit
}

// Of is the channel of a touch that was imported with one; without a naming that one.
func (n *Namer) Of(by *channel.Naming, imported string, visit channel.Visit) string {
	if by == nil || !visit.Known() {
		return imported
	}
	if n.by != by {
		n.turn(by)
	}
	key := came{imported, visit}
	name, known := n.named[key]
	if !known {
		name = by.Of(imported, visit)
		n.named[key] = name
	}
	return name
}

// turn remembers by another naming.
func (n *Namer) turn(by *channel.Naming) {
	if n.all == nil {
		n.all = map[*channel.Naming]map[came]string{}
	}
	if n.all[by] == nil {
		n.all[by] = map[came]string{}
	}
	n.by, n.named = by, n.all[by]
}

// touch is the channel of a touch.
func (n *Namer) touch(by *channel.Naming, t *crm.Touch) string {
	if by == nil {
		return t.Channel
	}
	return n.Of(by, t.Channel, t.CameBy())
}
