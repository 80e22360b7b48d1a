package ui

import (
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// figures is an amount without its currency, with a true minus sign.
func figures(a money.Amount) string { return trueMinus(a.Format()) }

// change is an amount with its sign, also a plus.
func change(a money.Amount) string {
	if a.Minor > 0 {
		return "+" + a.Format()
	}
	return figures(a)
}

func trueMinus(number string) string {
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		return "\u2212" + rest
	}
	return number
}

// monthsWords is "March 2026", or "March 2026 to May 2026".
func monthsWords(months []cal.Month) string {
	first, last := months[0], months[len(months)-1]
	if first == last {
		return first.Words()
	}
	return first.Words() + " to " + last.Words()
}

// typeset writes a formula with the signs that people know: "3 x 4 - 2" becomes "3 × 4 − 2".
func typeset(formula string) string {
	return trueMinus(typesetter.Replace(formula))
}

func typesetAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = typeset(w)
	}
	return out
}

var typesetter = strings.NewReplacer(" x -", " × \u2212", " - -", " \u2212 \u2212", " x ", " × ", " - ", " \u2212 ", " -", " \u2212")

// decimal shows an exact decimal of the statement's currency with its thousands apart; what is no amount stays as it is.
func decimal(text string, c money.Currency) string {
	a, err := money.ParseSum(text, c)
	if err != nil {
		return text
	}
	return figures(a)
}

// counted is "1 line" or "3 lines".
func counted(n int, one string) string { return countedAs(n, one, one+"s") }

// countedAs is counted where the plural is not the singular with an s.
func countedAs(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// listed is "3", "3 and 5" or "3, 5 and 8".
func listed(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// did is what an event was, after the person's name.
func did(e fees.Event) string {
	on := ""
	if e.Line > 0 {
		on = " line " + strconv.Itoa(e.Line)
	}
	switch e.Kind {
	case fees.Submit:
		return "submitted the statement"
	case fees.Withdraw:
		return "withdrew the statement"
	case fees.Accept:
		return "accepted" + on
	case fees.Dispute:
		return "disputed" + on
	case fees.Answer:
		return "answered on" + on
	case fees.Concede:
		return "gave up" + on
	case fees.Lock:
		return "locked the statement"
	case fees.Release:
		return "released an amount of" + on
	case fees.Waive:
		return "gave up an amount of" + on
	}
	return string(e.Kind) + on
}

// nextStep says what the statement waits for, and on whom.
func nextStep(s ops.Summary) string {
	switch {
	case s.State == fees.Drafted && s.Superseded:
		return "A newer draft took its place"
	case s.State == fees.Drafted:
		return "Agency: look through it and submit it"
	case s.State == fees.Withdrawn:
		return "Agency: draft it again"
	case s.State == fees.Submitted && s.WindowOpen:
		return sentence(string(s.ReviewerSide())) + ": accept or dispute lines until " + s.WindowEnds.Words()
	case s.State == fees.Submitted:
		return "The window is closed: lock it"
	case s.State == fees.Locked && s.Split.Held.Minor != 0:
		return "Settle what the disputes hold back"
	}
	return "Nothing: it is final"
}
