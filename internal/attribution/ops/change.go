package ops

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
)

// Change is what one import said of a deal, of its association with a contact, or of a payment.
type Change struct {
	Import ImportMark
	Line   int64 // of its file
	Kind   crm.Kind
	ID     string
	New    bool    // the first word on it
	Fields []Field // what differs from what was said before, in the order of the columns; of a new one all it says
}

// Field is one value as it was said.
type Field struct {
	Name   string // of the canonical column
	Before string // "" when nothing was said
	After  string // "" when nothing is said any more
}

// changes compares each saying with the one before it of the same record.
func changes(said []crmops.Said) []Change {
	type key struct {
		kind crm.Kind
		id   string
	}
	before := map[key]crm.Record{}
	var out []Change
	for _, s := range said {
		k := key{s.Record.Kind, s.Record.ID}
		last, known := before[k]
		before[k] = s.Record
		c := Change{Import: s.Import, Line: s.Line, Kind: s.Record.Kind, ID: s.Record.ID, New: !known}
		for _, column := range crm.Columns(s.Record.Kind) {
			was := ""
			if known {
				was = last.Get(column)
			}
			if is := s.Record.Get(column); is != was {
				c.Fields = append(c.Fields, Field{Name: column, Before: was, After: is})
			}
		}
		out = append(out, c)
	}
	return slices.Clip(out)
}
