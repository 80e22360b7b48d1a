package csvin

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what the format of a cell makes of its number.
type numberFormat int

const (
	plainNumber numberFormat = iota
	percentage
	dayOrTime // a day, a time of day or both
	elapsed   // hours, minutes and seconds that passed
)

// formatOf reads a format by its number, and by its code where the workbook gives one. Source of the built-in numbers: ECMA-376 part 1, 18.8.30.
func formatOf(id string, custom map[string]string) numberFormat {
	if code, ok := custom[id]; ok {
		return formatOfCode(code)
	}
	n, err := strconv.Atoi(id)
	switch {
	case err != nil:
		return plainNumber
	case n == 9 || n == 10:
		return percentage
	case n == 46:
		return elapsed
	case n >= 14 && n <= 22, n == 45, n == 47, n >= 27 && n <= 36, n >= 50 && n <= 58: // the last two: dates of East Asian settings
		return dayOrTime
	}
	return plainNumber
}

// formatOfCode reads the first section of a format code, without what it only shows: text in quotation marks, colours and conditions.
func formatOfCode(code string) numberFormat {
	quoted, percent, date := false, false, false
	for i := 0; i < len(code); i++ {
		c := code[i]
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return plainNumber
			}
			if inside := strings.ToLower(code[i+1 : i+end]); inside != "" && strings.Trim(inside, "hms") == "" {
				return elapsed
			}
			i += end
		case c == ';':
			i = len(code)
		case c == '%':
			percent = true
		case strings.IndexByte("yYdDhHsSmM", c) >= 0:
			date = true
		case c == 'G' || c == 'g': // General
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				i += len("general") - 1
			}
		case c == 'A' && (strings.HasPrefix(code[i:], "AM/PM") || strings.HasPrefix(code[i:], "A/P")):
			date = true
		}
	}
	switch {
	case date:
		return dayOrTime
	case percent:
		return percentage
	}
	return plainNumber
}

// number writes the number of a cell as a person reads it there, in one way whatever the settings of the sheet: a day as 2026-03-31, a time
// behind it, a share as "12.5%", and every other number as a plain decimal of up to the 15 digits that a spreadsheet keeps. exact is false
// where digits are lost already.
func (b *workbook) number(raw string, style int) (text string, exact bool) {
	raw = strings.TrimSpace(raw)
	x, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return raw, false
	}
	format := plainNumber
	if style >= 0 && style < len(b.formats) {
		format = b.formats[style]
	}
	switch format {
	case dayOrTime:
		if text, ok := b.moment(x); ok {
			return text, false
		}
	case elapsed:
		if x >= 0 && x < 1e6 {
			s := int64(math.Round(x * 86400))
			return strconv.FormatInt(s/3600, 10) + ":" + two(s/60%60) + ":" + two(s%60), false
		}
	case percentage:
		if text, ok := plainDecimal(x, 2); ok {
			return text + "%", false
		}
	}
	if text, ok := plainDecimal(x, 0); ok {
		return text, true
	}
	return strconv.FormatFloat(x, 'E', 14, 64), false
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// plainDecimal writes x times ten to the power of shift with at most 15 digits that count, without exponent. A number of 16 or more digits
// before the point has none: a spreadsheet has rounded it.
func plainDecimal(x float64, shift int) (string, bool) {
	if x == 0 {
		return "0", true
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'e', 14, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return "", false
	}
	digits := strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0")
	point := e + 1 + shift // digits before the point
	if e >= 15 || point < -15 {
		return "", false
	}
	switch {
	case point <= 0:
		digits = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		digits += strings.Repeat("0", point-len(digits))
	default:
		digits = digits[:point] + "." + digits[point:]
	}
	if x < 0 {
		digits = "-" + digits
	}
	return digits, true
}

// moment reads a day number: days since the end of 1899, in which a 29 February 1900 is counted that there never was, or since 1904. What is
// below one is a time of day.
func (b *workbook) moment(x float64) (string, bool) {
	if x < 0 || x > 2958465+1 {
		return "", false
	}
	ms := int64(math.Round(x * 86_400_000))
	days, rest := ms/86_400_000, ms%86_400_000
	clock := two(rest/3_600_000) + ":" + two(rest/60_000%60) + ":" + two(rest/1000%60)
	if rest%1000 != 0 {
		clock += "." + strconv.FormatInt(1000+rest%1000, 10)[1:]
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case b.date04:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days == 0:
		return clock, true
	case days == 60:
		return "1900-02-29", true // no day of the calendar, and refused as such
	case days < 60:
		base = base.AddDate(0, 0, 1)
	}
	day := base.AddDate(0, 0, int(days)).Format("2006-01-02")
	if rest == 0 {
		return day, true
	}
	return day + " " + clock, true
}
