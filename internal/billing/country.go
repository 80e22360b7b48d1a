package billing

import (
	"slices"
	"strings"

	goblcal "github.com/invopop/gobl/cal"
	"github.com/invopop/gobl/l10n"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Country is an ISO 3166 code of two letters with its name.
type Country struct {
	Code string
	Name string
}

// Countries are all countries, by name.
func Countries() []Country {
	var out []Country
	for _, c := range l10n.Countries().ISO() {
		out = append(out, Country{string(c.Code), c.Name})
	}
	slices.SortFunc(out, func(a, b Country) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// CountryName is the name of a code; the code itself when nobody knows it.
func CountryName(code string) string {
	if name := l10n.ISOCountryCode(code).Name(); name != "" {
		return name
	}
	return code
}

func knownCountry(code string) bool { return l10n.ISOCountryCode(code).Validate() == nil && code != "" }

// inEU reports whether the country is a member of the European Union on the day.
func inEU(code string, on cal.Date) bool {
	return l10n.Union(l10n.EU).HasMemberOn(dateOf(on), l10n.Code(code))
}

func dateOf(d cal.Date) goblcal.Date { return goblcal.MakeDate(d.Year(), d.Month(), d.Day()) }
