package work

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// longestWord is how many characters of a word count; what is the same up to there is the same word.
const longestWord = 40

// SearchWords are the words by which texts are found, each once, in order: small letters without accents, figures; "R-12" is one word.
func SearchWords(texts ...string) []string {
	var out []string
	for _, text := range texts {
		for _, w := range strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' }) {
			parts := strings.Split(w, "-")
			if len(parts) > 1 {
				parts = append(parts, w)
			}
			for _, p := range parts {
				if p = strings.Trim(p, "-"); p == "" {
					continue
				}
				if letters := []rune(p); len(letters) > longestWord {
					p = string(letters[:longestWord])
				}
				out = append(out, p)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func fold(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), strings.ToLower(text))
	if err != nil {
		return strings.ToLower(text)
	}
	return plain
}
