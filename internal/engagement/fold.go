package engagement

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Fold is a category or a brand as it is compared: without capitals, marks, blanks, hyphens, underscores and plurals. "Frozen Foods" is "frozen-food".
func Fold(word string) string {
	words := nameWords(word)
	for i, w := range words {
		words[i] = singular(w)
	}
	return strings.Join(words, "")
}

func singular(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss"):
		return w[:len(w)-1]
	}
	return w
}

// FoldMarket is a market as it is compared: a country by its ISO 3166 code of two letters, however it is written (USA, United States, UK), else as Fold.
func FoldMarket(market string) string {
	if code := country(market); code != "" {
		return code
	}
	return Fold(market)
}

// country is the ISO 3166 code of two letters; empty for what is no country's code or English name.
func country(market string) string {
	plain := strings.Join(nameWords(market), "")
	if code, ok := countries()[plain]; ok {
		return code
	}
	if len(plain) != 2 && len(plain) != 3 || strings.Trim(plain, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	region, err := language.ParseRegion(plain)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.Canonicalize().String()
}

// countries are the codes by the English name as it is compared, with what people write for some.
var countries = sync.OnceValue(func() map[string]string {
	out := map[string]string{"unitedstatesofamerica": "US", "america": "US", "greatbritain": "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "uk": "GB", "holland": "NL", "czechrepublic": "CZ"}
	names := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			region, err := language.ParseRegion(string([]rune{a, b}))
			if err != nil || !region.IsCountry() || region.Canonicalize() != region {
				continue
			}
			if name := strings.Join(nameWords(names.Name(region)), ""); name != "" {
				out[name] = region.String()
			}
		}
	}
	return out
})

// sameWord compares categories as people write them.
func sameWord(a, b string) bool { return Fold(a) == Fold(b) }

// sameMarket compares markets as people write them.
func sameMarket(a, b string) bool { return FoldMarket(a) == FoldMarket(b) }

// likeMarket says whether two markets that are not the same may still overlap: only of two countries is it known that they do not.
func likeMarket(a, b string) bool { return country(a) == "" || country(b) == "" }
