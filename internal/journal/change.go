package journal

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Change is one field that differs between before and after. An absent value is "".
type Change struct {
	Field  string // "terms.fee.amount", "lines[2].text"
	Before string
	After  string
}

// Changes lists the fields that differ between two snapshots, by name. A text that is no JSON is one unnamed field.
func Changes(before, after string) []Change {
	old, new := leaves(before), leaves(after)
	names := map[string]bool{}
	for n := range old {
		names[n] = true
	}
	for n := range new {
		names[n] = true
	}
	var out []Change
	for _, n := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return strings.Compare(inOrder(a), inOrder(b)) }) {
		if old[n] != new[n] {
			out = append(out, Change{n, old[n], new[n]})
		}
	}
	return out
}

func leaves(snapshot string) map[string]string {
	out := map[string]string{}
	if snapshot == "" {
		return out
	}
	read := json.NewDecoder(strings.NewReader(snapshot))
	read.UseNumber()
	var v any
	if read.Decode(&v) != nil {
		out[""] = snapshot
		return out
	}
	collect(out, "", v)
	return out
}

func collect(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, child := range v {
			if path != "" {
				key = path + "." + key
			}
			collect(out, key, child)
		}
	case []any:
		for i, child := range v {
			collect(out, path+"["+strconv.Itoa(i)+"]", child)
		}
	case string:
		out[path] = v
	case json.Number:
		out[path] = v.String()
	case bool:
		out[path] = strconv.FormatBool(v)
	}
}

var number = regexp.MustCompile(`[0-9]+`)

// inOrder makes "lines[2]" sort before "lines[10]".
func inOrder(field string) string {
	return number.ReplaceAllStringFunc(field, func(n string) string { return fmt.Sprintf("%012s", n) })
}
