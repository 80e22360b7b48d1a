package contract

import (
	"strings"
	"testing"
)

func TestTheWordsSayHowLongARenewalIs(t *testing.T) {
	for renewal, want := range map[string]string{
		"kind: auto, at_most: 2, each: 12 months":          "it renews for 12 months, at most 2 times.",
		"kind: mutual-written, at_most: 1, each: 6 months": "it renews for 6 months by a written agreement, at most once.",
		"kind: mutual-written":                             "it renews by a written agreement.",
	} {
		terms := parsed(t, edited(t, closed(t), []string{"kind: auto, at_most: 2, each: 12 months", renewal}))
		if all := said(terms); !strings.Contains(all, want) {
			t.Errorf("%s: %q is not in\n%s", renewal, want, all)
		}
	}
}
