package csvin

import (
	"fmt"
	"strings"
	"unicode"
)

// Number is an amount as written in a cell, brought to plain form.
type Number struct {
	Text string // "-1234.50": a minus, digits without leading zeros, a point before any decimals as written
	Mark string // the currency mark beside it: "$", "EUR", "US$", or ""
}

// ValueError says in plain words why a cell cannot be read.
type ValueError struct {
	Code    string // "amount-format", "date-impossible", "zone-missing", ...
	Message string // names the cell's text and what to do
}

func (e *ValueError) Error() string { return e.Message }

func valueError(code, format string, args ...any) *ValueError {
	return &ValueError{code, fmt.Sprintf(format, args...)}
}

const longestNumber = 40

// Number reads an amount: "3,100.00", "3.100,00", "1 234,50", "1'234.50", "$1,200", "EUR 5", "(500.00)", "-500", "500-", and "144.", as programs write whole numbers.
// Marks are read only as Decimal states. Without a stated mark, a number that holds a comma or a point is refused.
func (c Convention) Number(cell string) (Number, error) {
	s := strings.TrimFunc(cell, unicode.IsSpace)
	if s == "" {
		return Number{}, valueError("amount-empty", "The amount is empty.")
	}
	if len(s) > longestNumber {
		return Number{}, valueError("amount-format", "%s is too long for an amount.", shown(cell))
	}
	s, negative, ok := cutSign(s)
	if !ok {
		return Number{}, notAnAmount(cell)
	}
	s, mark := cutCurrency(s)
	if rest, again, ok := cutSign(s); again {
		if negative || !ok {
			return Number{}, notAnAmount(cell)
		}
		s, negative = rest, true
	}
	if s == "" || !isDigit(s[0]) && s[0] != c.Decimal {
		return Number{}, notAnAmount(cell)
	}
	whole, frac, err := c.cutDecimals(s, cell)
	if err != nil {
		return Number{}, err
	}
	text, err := ungroup(whole, cell, c.Decimal)
	if err != nil {
		return Number{}, err
	}
	if text = strings.TrimLeft(text, "0"); text == "" {
		text = "0"
	}
	if frac != "" {
		text += "." + frac
	}
	if negative && strings.Trim(text, "0.") != "" {
		text = "-" + text
	}
	return Number{text, mark}, nil
}

func notAnAmount(cell string) *ValueError {
	t := strings.ToLower(cell)
	if strings.ContainsAny(t, "e") && strings.IndexFunc(t, func(r rune) bool { return !strings.ContainsRune("0123456789.,e+- ", r) }) < 0 {
		return valueError("amount-scientific", "%s is in scientific notation, which drops digits. Format the column as a plain number and export again.", shown(cell))
	}
	if strings.HasPrefix(t, "#") {
		return valueError("amount-format", "%s is a spreadsheet error, not an amount. Mend the formula and export again.", shown(cell))
	}
	return valueError("amount-format", "%s is not an amount. Write digits with one decimal mark, such as 14000.00.", shown(cell))
}

// cutSign takes a minus in front or behind, or the brackets of accountants.
func cutSign(s string) (rest string, negative, ok bool) {
	if strings.HasPrefix(s, "(") || strings.HasSuffix(s, ")") {
		if len(s) < 3 || s[0] != '(' || s[len(s)-1] != ')' {
			return s, false, false
		}
		return strings.TrimSpace(s[1 : len(s)-1]), true, true
	}
	for _, minus := range []string{"-", "−"} {
		if r, found := strings.CutPrefix(s, minus); found {
			return strings.TrimSpace(r), true, true
		}
		if r, found := strings.CutSuffix(s, minus); found {
			return strings.TrimSpace(r), true, true
		}
	}
	return strings.TrimPrefix(s, "+"), false, true
}

// cutCurrency takes a currency symbol or a three-letter code in front or behind.
func cutCurrency(s string) (rest, mark string) {
	isMark := func(r rune) bool { return unicode.Is(unicode.Sc, r) || unicode.IsLetter(r) }
	first := strings.IndexFunc(s, func(r rune) bool { return !isMark(r) })
	if first > 0 && plausibleMark(s[:first]) {
		return strings.TrimLeftFunc(s[first:], unicode.IsSpace), s[:first]
	}
	last := strings.LastIndexFunc(s, func(r rune) bool { return !isMark(r) })
	if last < 0 {
		return s, ""
	}
	for last++; last < len(s) && s[last]&0xc0 == 0x80; last++ {
	}
	if last < len(s) && plausibleMark(s[last:]) {
		return strings.TrimRightFunc(s[:last], unicode.IsSpace), s[last:]
	}
	return s, ""
}

// plausibleMark accepts "€", "kr", "USD", "US$", "CA$": up to three letters, at most one symbol. A lone "e" is no currency.
func plausibleMark(m string) bool {
	letters, symbols := 0, 0
	for _, r := range m {
		if unicode.IsLetter(r) {
			letters++
		} else {
			symbols++
		}
	}
	return symbols == 1 && letters <= 3 || symbols == 0 && (letters == 2 || letters == 3)
}

// cutDecimals separates what is behind the stated decimal mark.
func (c Convention) cutDecimals(s, cell string) (whole, frac string, err error) {
	if c.Decimal == 0 {
		if strings.ContainsAny(s, ".,") {
			return "", "", valueError("decimal-not-stated", "%s holds a point or comma, and the decimal mark is not stated. Choose point or comma for this file.", shown(cell))
		}
		return s, "", nil
	}
	mark := string(rune(c.Decimal))
	if strings.Count(s, mark) > 1 {
		return "", "", valueError("amount-two-decimal-marks", "%s holds the decimal mark (%s) more than once. If it groups thousands, the other decimal mark applies to this file.",
			shown(cell), markInWords(c.Decimal))
	}
	whole, frac, has := strings.Cut(s, mark)
	if has && whole == "" && frac == "" {
		return "", "", notAnAmount(cell)
	}
	if strings.IndexFunc(frac, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		if strings.ContainsAny(frac, ".,") {
			return "", "", valueError("amount-marks-swapped", "%s has a grouping mark behind the decimal mark, which is stated as %s. Check which decimal mark this file uses.",
				shown(cell), markInWords(c.Decimal))
		}
		return "", "", notAnAmount(cell)
	}
	return whole, frac, nil
}

// ungroup removes grouping marks after checking that they group: one kind, three digits behind each (the Indian 12,34,567 too).
func ungroup(whole, cell string, decimal byte) (string, error) {
	if strings.IndexFunc(whole, func(r rune) bool { return r < '0' || r > '9' }) < 0 {
		return whole, nil
	}
	var groups []string
	var sep rune
	from := 0
	for i, r := range whole {
		if r >= '0' && r <= '9' {
			continue
		}
		if !strings.ContainsRune(".,'’ \u00a0\u202f\u2009", r) {
			return "", notAnAmount(cell)
		}
		if sep != 0 && r != sep {
			return "", valueError("amount-grouping", "%s mixes grouping marks. Write it as 14000.00 or with one kind of mark.", shown(cell))
		}
		sep = r
		groups = append(groups, whole[from:i])
		from = i + len(string(r))
	}
	groups = append(groups, whole[from:])
	last := groups[len(groups)-1]
	good := len(groups[0]) >= 1 && len(groups[0]) <= 3 && len(last) == 3
	width := 3
	if len(groups) > 2 && sep == ',' && len(groups[1]) == 2 {
		width = 2
		good = good && len(groups[0]) <= 2
	}
	for _, g := range groups[1 : len(groups)-1] {
		good = good && len(g) == width
	}
	if !good {
		return "", valueError("amount-grouping", "In %s the mark %q does not group three digits, and the decimal mark is stated as %s. Check which decimal mark this file uses.",
			shown(cell), string(sep), markInWords(decimal))
	}
	return strings.Join(groups, ""), nil
}

func markInWords(b byte) string {
	switch b {
	case '.':
		return "point"
	case ',':
		return "comma"
	}
	return "none"
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// shown quotes a cell for a message, shortened.
func shown(cell string) string {
	r := []rune(cell)
	if len(r) > 40 {
		return fmt.Sprintf("%q", string(r[:40])+"…")
	}
	return fmt.Sprintf("%q", cell)
}
