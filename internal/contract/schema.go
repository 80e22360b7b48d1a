package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// spec describes one key of the document. Reader, JSON Schema and reference are all made from it.
type spec struct {
	key      string
	doc      string
	scalar   *scalar // exactly one of scalar, fields, items is set
	fields   []spec
	items    *spec
	either   []spec  // a list whose entries are told apart by their first key (clauses)
	instead  *scalar // beside fields: a word that may stand in place of the keys, such as none
	optional bool
	since    string // of a key that is needed only since later: what a text that was accepted before means without it
	unsaid   string // of an optional key whose silence has other readings: what a text without it means, as it would be written
}

// scalar is a value written as one piece of text.
type scalar struct {
	name    string // in the reference: "date"
	write   string // completes "write it as ..."
	pattern string // JSON Schema pattern; empty: any text
	choices []string
	check   func(string) error
	number  bool // a whole number from low to high
	low     int
	high    int
}

func choice(values ...string) *scalar {
	return &scalar{
		name: "one of", write: strings.Join(values, ", "), choices: values,
		check: func(s string) error {
			for _, v := range values {
				if s == v {
					return nil
				}
			}
			return fmt.Errorf("write one of %s", strings.Join(values, ", "))
		},
	}
}

func textOf(name, write, pattern string, check func(string) error) *scalar {
	return &scalar{name: name, write: write, pattern: pattern, check: check}
}

func nonEmpty(s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("write a text")
	}
	return nil
}

func slug(s string) error {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return fmt.Errorf("write a short name of small letters, digits and hyphens, such as growth-team")
		}
	}
	return nonEmpty(s)
}

func integerFrom(low, high int) *scalar {
	return &scalar{
		name: "whole number", write: fmt.Sprintf("a whole number from %d to %d", low, high), number: true, low: low, high: high,
		check: func(s string) error {
			n, err := wholeNumber(s)
			if err != nil || n < low || n > high {
				return fmt.Errorf("write a whole number from %d to %d", low, high)
			}
			return nil
		},
	}
}

func spanOf(units ...cal.Unit) *scalar {
	return textOf("length in "+unitsOf(units), exampleOf(units), `^[0-9]+ [a-z ]+$`, func(s string) error { return checkSpan(s, units) })
}

func spanOrNone(units ...cal.Unit) *scalar {
	return textOf("length in "+unitsOf(units)+", or none", exampleOf(units)+", or none", `^([0-9]+ [a-z ]+|none)$`, func(s string) error {
		if s == "none" {
			return nil
		}
		if err := checkSpan(s, units); err != nil {
			return fmt.Errorf("%w, or none", err)
		}
		return nil
	})
}

func unitsOf(units []cal.Unit) string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = string(u)
	}
	return strings.Join(names, ", ")
}

func exampleOf(units []cal.Unit) string {
	for _, likely := range []cal.Span{{N: 5, Unit: cal.WorkingDays}, {N: 90, Unit: cal.Days}, {N: 15, Unit: cal.Minutes}} {
		if slices.Contains(units, likely.Unit) && len(units) <= 2 || likely.Unit == cal.Days && slices.Contains(units, cal.Days) {
			return likely.String()
		}
	}
	return cal.Span{N: 12, Unit: units[0]}.String()
}

func checkSpan(s string, units []cal.Unit) error {
	span, err := cal.ParseSpan(s)
	if err != nil {
		return fmt.Errorf("write a length of time such as 90 days or 3 months")
	}
	switch {
	case !slices.Contains(units, span.Unit):
		return fmt.Errorf("write it in %s", unitsOf(units))
	case span.N > longest[span.Unit]:
		return fmt.Errorf("write at most %d %s, about half a century", longest[span.Unit], span.Unit)
	}
	return nil
}

// longest keeps every length within half a century, so that no date leaves the calendar.
var longest = map[cal.Unit]int{cal.Minutes: 60 * 24 * 18262, cal.Hours: 24 * 18262, cal.Days: 18262, cal.WorkingDays: 13000, cal.Weeks: 2600, cal.Months: 600, cal.Years: 50}

func percentOf() *scalar {
	return textOf("percentage", "3 %", `^[0-9]+(\.[0-9]+)? ?%$`, func(s string) error {
		r, err := money.ParsePercent(s)
		switch {
		case err != nil:
			return fmt.Errorf("write a percentage such as 3 %% or 2.5 %%")
		case r.Sign() < 0:
			return fmt.Errorf("a rate cannot be negative; write 0 %% or more")
		case r.Num() > r.Den():
			return fmt.Errorf("a rate cannot be more than 100 %%")
		}
		return nil
	})
}

// amountPer is "14,000.00 per month"; the digits are checked against the currency when the terms are built.
func amountPer(per ...Every) *scalar {
	return textOf("amount per period", "14,000.00 per "+string(per[0]), "^"+amountPattern+periods(per)+"$", func(s string) error {
		return checkAmountPer(s, per)
	})
}

func limitPer(per ...Every) *scalar {
	return textOf("amount per period, or none", "60,000.00 per "+string(per[0])+", or none", "^(none|"+amountPattern+periods(per)+")$", func(s string) error {
		if s == "none" {
			return nil
		}
		return checkAmountPer(s, per)
	})
}

func amountOrNone() *scalar {
	return textOf("amount, or none", "5,000.00, or none", "^(none|"+amountPattern+")$", func(s string) error {
		if s == "none" {
			return nil
		}
		return checkAmount(s)
	})
}

const amountPattern = `[0-9][0-9,]*(\.[0-9]+)?`

func periods(per []Every) string {
	names := make([]string, len(per))
	for i, p := range per {
		names[i] = string(p)
	}
	return " per (" + strings.Join(names, "|") + ")"
}

func checkAmountPer(s string, per []Every) error {
	amount, every, ok := strings.Cut(s, " per ")
	names := make([]string, len(per))
	known := false
	for i, p := range per {
		names[i] = string(p)
		known = known || strings.TrimSpace(every) == string(p)
	}
	if !ok || !known {
		return fmt.Errorf("write an amount and its period, such as 14,000.00 per %s (known: %s)", per[0], strings.Join(names, ", "))
	}
	return checkAmount(amount)
}

// currencySign is a code or a sign of a currency beside a number.
var currencySign = regexp.MustCompile(`^\s*([A-Za-z]{3}|\p{Sc})\s*-?[0-9]|[0-9]\s*([A-Za-z]{3}|\p{Sc})\s*$`)

func checkAmount(s string) error {
	a, err := money.Parse(s, "KWD") // three digits, the most that any currency has; the exact number is checked later
	switch {
	case err != nil:
		if currencySign.MatchString(s) {
			return fmt.Errorf("write the amount without a currency, such as 14,000.00: all amounts are in the currency of the contract, and another one needs a contract of its own")
		}
		return fmt.Errorf("write an amount such as 14,000.00")
	case a.Minor < 0:
		return fmt.Errorf("an amount here cannot be negative")
	}
	return nil
}

var (
	textScalar  = textOf("text", "a text", "", nonEmpty)
	slugScalar  = textOf("short name", "growth-team", `^[a-z0-9_-]+$`, slug)
	dateScalar  = textOf("date", "2026-04-01", `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, func(s string) error { _, err := cal.ParseDate(s); return err })
	zoneScalar  = textOf("time zone", "America/New_York", "", func(s string) error { _, err := cal.Zone(s); return err })
	codeScalar  = textOf("currency", "USD", `^[A-Z]{3}$`, func(s string) error { _, err := money.ParseCurrency(s); return err })
	daysOff     = textOf("date, or first..last", "2026-12-24..2027-01-01", `^[0-9-]{10}(\.\.[0-9-]{10})?$`, checkDays)
	workWeek    = textOf("first-last day of the working week", "mon-fri", `^[a-z]{3}-[a-z]{3}$`, func(s string) error { _, err := weekend(s); return err })
	modelScalar = textOf("attribution model", "w-shaped", "", checkModel)
)

func checkDays(s string) error {
	_, err := daysOffOf(s)
	return err
}
