package attribution

import (
	"slices"
	"strings"
)

// CalledDirect are those of the channels whose names say that nobody is known to have led there, as CRMs and web analytics write it: "direct", "(direct)",
// "Direct Traffic", "DIRECT_TRAFFIC", "(direct) / (none)"; each once, sorted. It is for showing a model where no contract names the channels: a fee never rests on it.
func CalledDirect(channels []string) []string {
	var out []string
	for _, name := range channels {
		switch strings.ToLower(strings.Trim(strings.ReplaceAll(name, "_", " "), "() ")) {
		case "direct", "direct traffic", "direct) / (none":
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
