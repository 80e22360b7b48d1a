package work

import (
	"net/url"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// ViewKeys are what a kept view may ask of requests: words, where they are, how pressing, what about, and who has them.
func ViewKeys() []string { return []string{"q", "stage", "priority", "category", "who"} }

// ViewFilter is a filter as a view keeps it: the keys above with a value, in order. Everything else of an address is left out.
func ViewFilter(asked url.Values) string {
	kept := url.Values{}
	for _, key := range ViewKeys() {
		if v := asked.Get(key); v != "" {
			kept.Set(key, v)
		}
	}
	return kept.Encode()
}

// Vanished are what a filter asks for that there is no more, in words; empty where all of it is there.
func Vanished(asked url.Values, forms Forms) (out []string) {
	for _, x := range []struct {
		key, of string
		there   func(v string) bool
	}{
		{"stage", "place", func(v string) bool { return slices.Contains(Stages(), Stage(v)) }},
		{"priority", "priority", func(v string) bool { return slices.Contains(contract.Priorities(), contract.Priority(v)) }},
		{"category", "category", func(v string) bool { _, ok := forms.Of(v); return ok }},
		{"who", "person", func(v string) bool { return v == "me" || v == "nobody" }},
	} {
		if v := asked.Get(x.key); v != "" && !x.there(v) {
			out = append(out, "the "+x.of+" "+v)
		}
	}
	return out
}
