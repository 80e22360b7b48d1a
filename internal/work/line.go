package work

import (
	"strings"
	"unicode"
)

// Line is a text of one line as it is kept: words with one space between them, without control characters and without the marks that turn the direction in which text is read, behind
// which a title can say something else than it shows.
func Line(text string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(kept), " ")
}
