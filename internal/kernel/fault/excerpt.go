package fault

import "unicode/utf8"

// Excerpt is somebody's text as a message may quote it: the first bytes of it, at most so many, with "…" where more was.
func Excerpt(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
