package paths

import "slices"

// Trim is what becomes of paths before they are divided, in this order.
type Trim struct {
	Exclude  []string // channels whose touches are left out
	Collapse bool     // equal channels in a row are one touch
	Steps    int      // only so many touches at the end count; 0: all
}

// Trimmed are the paths so trimmed. A path of which nothing is left is unattributed. Whether a chain is fed equal states in a row, or one of them, changes
// nothing in it: what counts is where a state is left to.
func (t *Table) Trimmed(o Trim) (*Table, error) {
	all := make([]Path, len(t.Paths))
	gone := make([]bool, len(t.Channels))
	var names []string
	to := make([]uint16, len(t.Channels))
	for c, name := range t.Channels {
		if gone[c] = slices.Contains(o.Exclude, name); !gone[c] {
			to[c] = uint16(len(names))
			names = append(names, name)
		}
	}
	for i, p := range t.Paths {
		kept := make([]uint16, 0, len(p.Channels))
		for _, c := range p.Channels {
			if !gone[c] {
				kept = append(kept, to[c])
			}
		}
		if o.Collapse {
			kept = slices.Compact(kept)
		}
		if o.Steps > 0 && len(kept) > o.Steps {
			kept = kept[len(kept)-o.Steps:]
		}
		p.Channels = kept
		all[i] = p
	}
	return New(names, all)
}
