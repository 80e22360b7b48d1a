package attribution

import (
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// Namer names the channels of touches by one naming after the other, and remembers those of the last: many touches come about alike. It is for one goroutine
// at a time.
type Namer struct {
	by    *channel.Naming
	named map[came]string
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
	if n.by != by || n.named == nil {
		n.by, n.named = by, map[came]string{}
	}
	key := came{imported, visit}
	name, known := n.named[key]
	if !known {
		name = by.Of(imported, visit)
		n.named[key] = name
	}
	return name
}

func (n *Namer) touch(by *channel.Naming, t *crm.Touch) string {
	if by == nil {
		return t.Channel
	}
	return n.Of(by, t.Channel, t.CameBy())
}
