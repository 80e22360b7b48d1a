package csvin

import "strings"

// Neutralise makes a cell harmless for programs that take a leading =, +, -, @, tab or carriage return for the start of a
// formula: it puts an apostrophe in front. Plain numbers with a sign stay as they are. [Restore] undoes it.
func Neutralise(cell string) string {
	if looksLikeFormula(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// Restore undoes Neutralise: Restore(Neutralise(x)) is x for every x.
func Restore(cell string) string {
	if rest, marked := strings.CutPrefix(cell, "'"); marked && looksLikeFormula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return cell
}

func looksLikeFormula(cell string) bool {
	trimmed := strings.TrimLeft(cell, " ")
	return trimmed != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", firstRune(trimmed)) && !isPlainNumber(cell)
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func isPlainNumber(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	whole, frac, dotted := strings.Cut(s, ".")
	return whole != "" && allDigits(whole) && (!dotted || frac != "" && allDigits(frac))
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}
