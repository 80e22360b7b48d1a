package billing

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Number is the place of a document in its series: "INV-2026-0001". Within an issuer, series and year serials run from 1 without gaps.
type Number struct {
	Series string `json:"series"`
	Year   int    `json:"year"`
	Serial int    `json:"serial"`
}

// String is the number as it is printed.
func (n Number) String() string { return fmt.Sprintf("%s-%d-%04d", n.Series, n.Year, n.Serial) }

const longestSeries = 12

// readSeries accepts capitals, digits and single hyphens between them.
func readSeries(field, text, fallback string) (string, *fault.Fault) {
	text = strings.ToUpper(strings.TrimSpace(text))
	if text == "" {
		return fallback, nil
	}
	for _, part := range strings.Split(text, "-") {
		if part == "" || strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			return "", fault.New(fault.Invalid, "series", "Write a series as letters and digits, such as INV or NL-INV.").At(field)
		}
	}
	if len(text) > longestSeries {
		return "", fault.New(fault.Invalid, "series", "Shorten the series to %d characters.", longestSeries).At(field)
	}
	return text, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
