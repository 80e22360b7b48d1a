package pack

import "github.com/ofrecord/ofrecord/internal/kernel/fault"

// deepest is how many lists and objects may stand within each other.
const deepest = 100

// crowded refuses a JSON text with more entries in its lists than a pack can have: in memory an entry takes a hundred times the three bytes that
// "{}," takes in a file. Lists that stand in no other list are counted together, and so are all others. Whether it is JSON at all is not asked.
func crowded(body []byte) *fault.Fault {
	var open []byte         // brackets that are not closed
	lists, text := 0, false // lists among them; whether the place is within a text
	outer, inner := 0, 0
	for i := 0; i < len(body); i++ {
		c := body[i]
		switch {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if open = append(open, c); c == '[' {
				lists++
			}
			if len(open) > deepest {
				return fault.New(fault.TooLarge, "crowded", "The file nests its lists deeper than a pack does.")
			}
		case len(open) == 0:
		case c == '}' || c == ']':
			if open[len(open)-1] == '[' {
				lists--
			}
			open = open[:len(open)-1]
		}
		if !text && (c == '[' || c == ',' && len(open) > 0 && open[len(open)-1] == '[') {
			if lists == 1 {
				outer++
			} else {
				inner++
			}
		}
	}
	if outer > mostEntries || inner > mostInnerEntries {
		return fault.New(fault.TooLarge, "crowded", "The file has more entries than a pack can have: at most %d lines, events or statements, and %d touches and reasons.", mostEntries, mostInnerEntries)
	}
	return nil
}
