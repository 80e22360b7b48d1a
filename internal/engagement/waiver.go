package engagement

import (
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// PaperConsent is a consent that was signed outside the program.
type PaperConsent struct {
	Reference string
	Signatory string
	SignedOn  cal.Date
}

// Consent is a waiver as it was asked for, and what the client answered. Words are all that the client is told of whom it is about: the agency wrote them.
type Consent struct {
	Waiver
	Words       string
	AskedAt     time.Time
	AskedByName string

	Answered       bool
	Given          bool
	Reason         string
	AnsweredAt     time.Time
	AnsweredByName string
	Paper          *PaperConsent // nil: given in the program
}

// State is asked, given, refused or expired, on a day.
func (c Consent) State(on cal.Date) string {
	switch {
	case !on.Before(c.Period.To) && (!c.Answered || c.Given):
		return "expired"
	case !c.Answered:
		return "asked"
	case c.Given:
		return "given"
	default:
		return "refused"
	}
}

// Signed are the waivers that the clients have given, whatever their days.
func Signed(all []Consent) []Waiver {
	var out []Waiver
	for _, c := range all {
		if c.Given {
			out = append(out, c.Waiver)
		}
	}
	return out
}

// Scope is what the client would consent to, in a sentence that names nobody.
func (c Consent) Scope() string {
	category := "any category"
	if c.Category != "" {
		category = c.Category
	}
	return "The agency may serve another client in " + category + ", in " + orAnyMarket(c.Markets) + ", as long as the two share no smaller part of the agency than the " + c.Unit.Words() +
		", from " + c.Period.From.Words() + " until " + c.Period.Last().Words() + "."
}

const longestWords = 2000

// CheckWords refuses a text for a client that names another one, or somebody whom the agency would serve, unless the agency means to. Fault: Invalid at "words".
func CheckWords(words string, others []string, meant bool) (string, error) {
	words = strings.TrimSpace(words)
	if words == "" || len(words) > longestWords {
		return "", fault.New(fault.Invalid, "waiver-words", "Write what the client is to know, at most %d characters: in which business the other account is, and what keeps the two apart.", longestWords).At("words")
	}
	if name, ok := Mentions(words, others); ok && !meant {
		return "", fault.New(fault.Invalid, "waiver-names", "This names %s, and the client will read it. Take the name out, or tick that you mean to name them.", name).At("words")
	}
	return words, nil
}

// CheckScope refuses a waiver without an end or that ends before it begins. Faults: Invalid at the fields.
func (w Waiver) CheckScope(today cal.Date) error {
	var problems fault.List
	if w.Unit.Words() == "" {
		problems.Add(fault.New(fault.Invalid, "waiver-unit", "Say how near the two accounts may be served.").At("unit"))
	}
	switch {
	case w.Period.From.IsZero():
		problems.Add(fault.New(fault.Invalid, "waiver-from", "Give the first day.").At("from"))
	case w.Period.To.IsZero():
		problems.Add(fault.New(fault.Invalid, "waiver-until", "Give the last day: a waiver always expires.").At("until"))
	case w.Period.IsEmpty():
		problems.Add(fault.New(fault.Invalid, "waiver-until", "It would end before it begins on %s.", w.Period.From.Words()).At("until"))
	case !today.Before(w.Period.To):
		problems.Add(fault.New(fault.Invalid, "waiver-until", "That day is over; a waiver of the past lifts nothing.").At("until"))
	}
	return problems.Err()
}
