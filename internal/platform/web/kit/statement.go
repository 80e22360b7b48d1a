package kit

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"
)

// StatementView is the lines of a statement: each multiplies out by hand and opens into its reason.
type StatementView struct {
	Caption  string // "Statement of March 2026, Northlight LLC to Acme Robotics, Inc."
	Currency string
	Groups   []StatementGroup
	Totals   []StatementTotal // subtotal, credits, total due; the last one is the sum that is owed
}

// StatementGroup is the lines of one clause under its heading.
type StatementGroup struct {
	Title string // "Retainer · growth team"
	Note  string
	Lines []StatementLine
}

// StatementLine is one line: text, quantity times rate, amount, why.
type StatementLine struct {
	ID       string // anchor
	No       string // its number, as people name it: "3"; "" for none
	Under    bool   // belongs to the line above and stands indented under it, as a cap on a deal does
	Text     string
	Note     string          // in place: "2 of 3 metrics known; held by clause 7"
	Quantity string          // "92.00 h"
	Rate     string          // "175.00"
	Amount   string          // "2,100.00"; "held" when it is not known
	State    string          // Pill; "" for none
	Changed  string          // against the last statement: "+1,400.00"
	Talk     templ.Component // what was said about it; it is printed too
	Why      templ.Component
	Actions  templ.Component // "Dispute this line"
}

// StatementTotal is one sum under the lines.
type StatementTotal struct {
	Text   string
	Note   string
	Amount string
}

// BasisView is the reason of an amount in words with the numbers filled in.
type BasisView struct {
	Formula  string // "92.00 h worked − 80.00 h included = 12.00 h × 175.00 USD = 2,100.00 USD"
	Rounding string // "each line to the cent, half up"
	Clause   Link   // "Clause 1 · retainer growth-team"
	Inputs   []Definition
	Evidence []Link // each deal or hour
	More     *Link  // "and 37 more"
}

// Touch is one point of contact on the way to a deal.
type Touch struct {
	When    templ.Component // a date
	Channel string          // "Paid search"
	Detail  string          // campaign; ""
	Mark    string          // role in the journey: "First touch", "Lead created", "Deal created"; "" for none
	Credit  int             // permille of the deal; 0 is shown as no credit
	Share   string          // "40 %"
	Amount  string          // "4,800.00 USD"
	Word    string          // what the credit leads to: "earns"; "" for nothing to say
	Earns   bool            // the credit earns money: its word stands out
	Outside string          // why it gets nothing: "before the look-back of 180 days"; ""
}

// JourneyView is a deal's touches in order with the credit on each.
type JourneyView struct {
	Label   string // "Journey of deal 4711, w-shaped, 180 days"
	Touches []Touch
	End     string // "Closed won · 14 Mar 2026 · 12,000.00 USD"
	Won     bool   // there is something to credit; of another deal nothing is said of credit
}

// LongJourney is the number of touches above which a page shows a journey condensed.
const LongJourney = 8

// Condense shows each run of three or more neighbours of one group as a single point, in a journey of more than LongJourney touches. A touch
// of the group "" always stands alone.
func Condense[T any](all []T, group func(T) string, one func(T) Touch, several func([]T) Touch) []Touch {
	var out []Touch
	for i := 0; i < len(all); {
		n := 1
		for g := group(all[i]); g != "" && i+n < len(all) && group(all[i+n]) == g; {
			n++
		}
		if len(all) > LongJourney && n >= 3 {
			out = append(out, several(all[i:i+n]))
		} else {
			for _, t := range all[i : i+n] {
				out = append(out, one(t))
			}
		}
		i += n
	}
	return out
}

// CodeView is a text with line numbers, such as a contract. Marks are notes on lines, by 1-based number.
type CodeView struct {
	Label string
	Text  string
	Marks map[int]IssueView
}

// DiffRow is one changed fact: what it was and what it is.
type DiffRow struct {
	Field  string
	Before string // "" when it was not there
	After  string // "" when it is gone
	Effect string // what it does to money: "+300.00 USD"; ""
}

// effects reports whether any row says what it does to money.
func effects(rows []DiffRow) bool {
	return slices.ContainsFunc(rows, func(r DiffRow) bool { return r.Effect != "" })
}

func (t Touch) credited() bool { return t.Credit > 0 }

func (t Touch) wordTone() Tone {
	if t.Earns {
		return Good
	}
	return Inactive
}

func (l StatementLine) hasBelow() bool { return l.Talk != nil || l.Why != nil || l.Actions != nil }

// dot is the radius of a touch on the line: its area grows with the credit.
func (t Touch) dot() string {
	switch c := t.Credit; {
	case c <= 0:
		return "3"
	case c < 150:
		return "4.5"
	case c < 300:
		return "6"
	}
	return "7.5"
}

func lineNumber(i int) string { return strconv.Itoa(i + 1) }

func (v CodeView) lineClass(n int) string {
	if m, ok := v.Marks[n]; ok {
		return "marked notice-" + string(m.Level)
	}
	return ""
}
