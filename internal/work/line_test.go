package work

import "testing"

func TestALineSaysWhatItShows(t *testing.T) {
	for text, want := range map[string]string{
		"Invoice \u202Efdp.exe\u202C":    "Invoice fdp.exe",
		"a\u2066b\u2069c":                "abc",
		" a\tbanner\r\nin  red\x00\x1b ": "a banner in red",
		"\u202E":                         "",
		"שלום, \u200Fעולם":               "שלום, \u200Fעולם",
	} {
		if got := Line(text); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}
