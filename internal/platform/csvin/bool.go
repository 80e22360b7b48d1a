package csvin

import "strings"

// Bool reads a yes/no value as exports write it: true, t, yes, y, 1 and false, f, no, n, 0, in any case. An empty cell is not known
// here: what it means is stated by whoever maps the column.
func Bool(cell string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "true", "t", "yes", "y", "1":
		return true, nil
	case "false", "f", "no", "n", "0":
		return false, nil
	case "":
		return false, valueError("bool-empty", "The yes/no value is empty.")
	}
	return false, valueError("bool-format", "%s is neither yes nor no. Write true or false.", shown(cell))
}
