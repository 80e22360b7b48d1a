package engagement

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// legalForms are the endings of companies' names that say what kind of company it is, not which one.
var legalForms = map[string]bool{
	"inc": true, "incorporated": true, "corp": true, "corporation": true, "co": true, "company": true, "llc": true, "llp": true, "lp": true, "plc": true,
	"ltd": true, "limited": true, "pty": true, "gmbh": true, "ag": true, "kg": true, "se": true, "sa": true, "sas": true, "sarl": true, "srl": true, "spa": true,
	"bv": true, "nv": true, "oy": true, "oyj": true, "ab": true, "as": true, "aps": true, "kk": true, "kft": true, "doo": true,
}

// nameWords are the words of a company's name as it is compared: small letters, without marks, punctuation, a leading article and the legal form.
func nameWords(name string) []string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '.', r == '\'', r == '’':
		case r == '&':
			b.WriteString(" and ")
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteString(folded(r))
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	if len(words) > 1 && words[0] == "the" {
		words = words[1:]
	}
	for len(words) > 1 && legalForms[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return words
}

// folded writes letters that people write in two ways in one.
func folded(r rune) string {
	switch r {
	case 'ß', 'ẞ':
		return "ss"
	case 'ø', 'Ø':
		return "o"
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	case 'ł', 'Ł':
		return "l"
	case 'đ', 'Đ':
		return "d"
	}
	return strings.ToLower(string(r))
}

// SameName says whether two names are one company's, as people write them: "Boltworks, Inc." is "BOLTWORKS". Empty names are nobody's.
func SameName(a, b string) bool {
	x, y := nameWords(a), nameWords(b)
	return len(x) > 0 && slices.Equal(x, y)
}

// NearName says whether two names that are not the same may be one company's: the same letters in other words, one name that begins with the other,
// or a letter or two apart. It decides nothing: a person has to say.
func NearName(a, b string) bool {
	x, y := nameWords(a), nameWords(b)
	if len(x) == 0 || len(y) == 0 || slices.Equal(x, y) {
		return false
	}
	if short, long := shorter(x, y); len(short) < len(long) && slices.Equal(short, long[:len(short)]) {
		return true
	}
	p, q := []rune(strings.Join(x, "")), []rune(strings.Join(y, ""))
	allowed := 0
	switch n := min(len(p), len(q)); {
	case n >= 9:
		allowed = 2
	case n >= 5:
		allowed = 1
	}
	return edits(p, q) <= allowed
}

func shorter(a, b []string) (short, long []string) {
	if len(a) <= len(b) {
		return a, b
	}
	return b, a
}

// edits counts the letters to add, leave out or change between two words.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			above := row[j+1]
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, above, row[j])
			}
			diagonal, row[j+1] = above, cost
		}
	}
	return row[len(b)]
}

// Mentions says whether a text names one of the companies, as people write it, and which.
func Mentions(text string, names []string) (string, bool) {
	words := textWords(text)
	for _, name := range names {
		n := nameWords(name)
		for i := 0; len(n) > 0 && i+len(n) <= len(words); i++ {
			if slices.Equal(n, words[i:i+len(n)]) {
				return name, true
			}
		}
		// "Bolt Works" for "Boltworks": the same letters over other words.
		if joined := strings.Join(n, ""); len(joined) >= 5 && spells(words, joined) {
			return name, true
		}
	}
	return "", false
}

// textWords are the words of a text, compared as those of names, each on its own.
func textWords(text string) []string {
	var out []string
	for line := range strings.FieldsSeq(text) {
		out = append(out, nameWords(line)...)
	}
	return out
}

// spells says whether words in a row are together the letters.
func spells(words []string, letters string) bool {
	for i := range words {
		rest := letters
		for _, w := range words[i:] {
			after, ok := strings.CutPrefix(rest, w)
			if !ok {
				break
			}
			if rest = after; rest == "" {
				return true
			}
		}
	}
	return false
}

// common are the entries that two lists share; an empty list is all there is. any is true where both are.
func common(a, b []string) (shared []string, meets bool) {
	switch {
	case len(a) == 0:
		return b, true
	case len(b) == 0:
		return a, true
	}
	for _, x := range a {
		if slices.ContainsFunc(b, func(y string) bool { return sameMarket(x, y) }) {
			shared = append(shared, x)
		}
	}
	return shared, len(shared) > 0
}
