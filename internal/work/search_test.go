package work

import (
	"strings"
	"testing"
)

func TestTextsAreFoundByTheirWords(t *testing.T) {
	if got := strings.Join(SearchWords("R-12: Über die Anzeige, ÜBER", "die 3 Seiten"), " "); got != "12 3 anzeige die r r-12 seiten uber" {
		t.Errorf("got %q", got)
	}
	if got := SearchWords(" .,- "); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}
