package kit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Tone colours a state. It never stands alone: the word is always there.
type Tone string

// The tones.
const (
	Plain    Tone = ""
	Active   Tone = "active"   // under way, with someone
	Good     Tone = "good"     // accepted, met
	Attend   Tone = "attend"   // soon due, held, unsure
	Bad      Tone = "bad"      // disputed, breached
	Settled  Tone = "settled"  // locked, paid, closed: nothing changes any more
	Inactive Tone = "inactive" // withdrawn, superseded
)

func (t Tone) class() string {
	if t == Plain {
		return ""
	}
	return "tone-" + string(t)
}

var tones = map[string]Tone{
	"draft": Plain, "submitted": Active, "issued": Active, "review": Active, "open": Active, "running": Active, "due": Active,
	"accepted": Good, "approved": Good, "met": Good, "acknowledged": Good, "in force": Good,
	"deemed accepted": Good, "released": Good,
	"held": Attend, "on hold": Attend, "at risk": Attend, "waiting": Attend, "unknown": Attend, "returned": Attend,
	"disputed": Bad, "breached": Bad, "overdue": Bad, "failed": Bad, "rejected": Bad,
	"locked": Settled, "paid": Settled, "settled": Settled, "closed": Settled, "final": Settled,
	"withdrawn": Inactive, "superseded": Inactive, "void": Inactive, "expired": Inactive, "conceded": Inactive, "waived": Inactive,
}

// ToneOf is the usual tone of a state's word; Plain for a word it does not know.
func ToneOf(state string) Tone { return tones[strings.ToLower(state)] }

// minus is the true minus sign: as wide as a figure, so columns stay straight.
const minus = "\u2212"

// Figures of an amount without currency: "14,000.00", a true minus sign in front of a negative one.
func amountText(a money.Amount) string {
	return strings.Replace(a.Format(), "-", minus, 1)
}

func moneyClass(a money.Amount) string {
	if a.Minor < 0 {
		return "negative"
	}
	return ""
}

// dateText is the date in words that no reader takes for another: "1 Apr 2026".
func dateText(d cal.Date) string { return strings.ReplaceAll(d.Words(), " ", "\u00a0") }

// Definition is one labelled fact.
type Definition struct {
	Term  string
	Value templ.Component
}

// Happening is one entry of a timeline: "Dana Ruiz disputed line 3".
type Happening struct {
	When templ.Component
	Who  string
	Did  string
	What string
	Href string
	Note string
}

// shortHash keeps the ends of a digest, and the name of its kind.
func shortHash(full string) string {
	kind, digest, named := strings.Cut(full, ":")
	if !named {
		kind, digest = "", full
	} else {
		kind += ":"
	}
	if len(digest) <= 20 {
		return full
	}
	return kind + digest[:8] + "…" + digest[len(digest)-6:]
}

// Sentence writes a message of the program as a sentence for people: a capital first, a full stop last.
func Sentence(message string) string {
	if message == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(message)
	out := string(unicode.ToUpper(first)) + message[size:]
	if !strings.ContainsAny(out[len(out)-1:], ".!?:\")") {
		out += "."
	}
	return out
}
