package engine

import "slices"

// channels numbers the channels of one reader.
type channels struct {
	numbers map[string]uint16
	names   []string
}

func newChannels() *channels { return &channels{numbers: map[string]uint16{}} }

func (c *channels) number(name []byte) (uint16, bool) {
	if n, known := c.numbers[string(name)]; known {
		return n, true
	}
	if len(c.names) == maxChannels {
		return 0, false
	}
	n := uint16(len(c.names))
	c.names = append(c.names, string(name))
	c.numbers[string(name)] = n
	return n, true
}

// rowsOf are rows with the channels by which they are numbered.
type rowsOf struct {
	rows
	channels []string
}

// renumbered are the rows by one list of channels, which is sorted.
func renumbered(all []rowsOf, names []string) []rows {
	out := make([]rows, len(all))
	for i, of := range all {
		to := make([]uint16, len(of.channels))
		for k, name := range of.channels {
			at, _ := slices.BinarySearch(names, name)
			to[k] = uint16(at)
		}
		for k := range of.all {
			of.all[k].channel = to[of.all[k].channel]
		}
		out[i] = of.rows
	}
	return out
}
