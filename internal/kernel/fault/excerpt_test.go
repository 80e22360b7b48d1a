package fault

import (
	"strings"
	"testing"
)

func TestExcerptCutsBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc…"}, {"aéb", 2, "a…"}, {"aéb", 3, "aé…"}, {"\xa9\xa9\xa9", 2, "…"},
		{strings.Repeat("x", 1000), 5, "xxxxx…"},
	} {
		if got := Excerpt(c.text, c.most); got != c.want {
			t.Errorf("%q to %d: got %q, want %q", c.text, c.most, got, c.want)
		}
	}
}
