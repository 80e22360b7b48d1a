package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Amending is what a change order writes into the text of a contract.
type Amending struct {
	Effective cal.Date
	Fees      []NewFee
	Hours     []NewHours
	Prices    []OncePrice
	Work      []ScopeWork // kinds of work that are new, or that become something else
}

// NewFee of a retainer, for its fee period.
type NewFee struct {
	Retainer string
	Fee      money.Amount
}

// NewHours that a retainer includes.
type NewHours struct {
	Retainer string
	Minutes  int64
}

// OncePrice is a price for a piece of work, paid when it is accepted: a milestone of a clause. Where Terms is given, the clause is new.
type OncePrice struct {
	Clause string
	Name   string
	Amount money.Amount
	Due    cal.Date // zero: no day is agreed
	Terms  *OnceTerms
}

// OnceTerms are the choices of a new clause of milestones.
type OnceTerms struct {
	Within  cal.Span // the client's time to accept or return
	Silence string   // accepted | open
	Partial string   // by-part | whole-only
}

// Amend is the text of an accepted version with the changes, under the next number. Everything else stays as it was written, notes included. Faults:
// Invalid at "fees", "hours", "prices", "work" for what the text has no place for; what the new text says is for Parse and CheckNext to judge.
func Amend(source string, number int, a Amending) (string, error) {
	doc, faults := readDocument([]byte(source))
	if doc == nil || len(faults) > 0 {
		return "", fault.New(fault.Invalid, "amend-source", "The text in force cannot be read any more, so nothing can be written into it. Write the amendment in the contract's editor.")
	}
	w := &amender{doc: doc, edit: edit(source)}
	w.edit.set(doc.get("version"), fmt.Sprint(number))
	w.edit.set(doc.get("effective"), a.Effective.String())
	for _, f := range a.Fees {
		w.fee(f)
	}
	for _, h := range a.Hours {
		w.hours(h)
	}
	w.prices(a.Prices)
	w.work(a.Work)
	if err := w.faults.Err(); err != nil {
		return "", err
	}
	text, ok := w.edit.result()
	if !ok {
		return "", fault.New(fault.Invalid, "amend-form", "The text is written in a form that cannot be changed for certain. Write the amendment in the contract's editor.")
	}
	return text, nil
}

type amender struct {
	doc    *value
	edit   *editing
	faults fault.List
}

func (w *amender) refuse(field, code, format string, args ...any) {
	w.faults.Add(fault.New(fault.Invalid, code, format, args...).At(field))
}

// clause finds a clause of a kind by its name.
func (w *amender) clause(kind, name string) *value {
	for _, item := range w.doc.get("clauses").items {
		if item.str(kind) == name {
			return item
		}
	}
	return nil
}

func (w *amender) fee(f NewFee) {
	item := w.clause("retainer", f.Retainer)
	if item == nil {
		w.refuse("fees", "no-retainer", "There is no retainer named %q in this contract. Choose one that there is.", f.Retainer)
		return
	}
	_, per, _ := strings.Cut(item.str("fee"), " per ")
	text := f.Fee.Format() + " per " + per
	if item.get("fee").inFlow {
		text = strconv.Quote(text)
	}
	w.edit.set(item.get("fee"), text)
}

func (w *amender) hours(h NewHours) {
	var hours *value
	if item := w.clause("retainer", h.Retainer); item != nil && item.get("includes") != nil {
		hours = item.get("includes").get("hours")
	}
	if hours == nil {
		w.refuse("hours", "no-hours", "No retainer named %q includes hours in this contract. Choose one that does.", h.Retainer)
		return
	}
	text, exact := hoursText(h.Minutes)
	if !exact {
		w.refuse("hours", "hours-exact", "Included hours are written as a decimal number; %s cannot be. Choose a multiple of 3 minutes.", minutesWords(h.Minutes))
		return
	}
	w.edit.set(hours, text)
}

// hoursText writes minutes as hours with at most two decimals; not exact where it takes more.
func hoursText(minutes int64) (text string, exact bool) {
	hundredths := minutes * 100
	if hundredths%60 != 0 {
		return "", false
	}
	hundredths /= 60
	text = fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), "."), true
}

// prices adds milestones to the clauses that carry them. Those of one clause are written in one go.
func (w *amender) prices(prices []OncePrice) {
	written := map[string]bool{}
	for _, p := range prices {
		if written[p.Clause] {
			continue
		}
		written[p.Clause] = true
		var entries []string
		for _, q := range prices {
			if q.Clause == p.Clause {
				entries = append(entries, q.entry())
			}
		}
		item := w.clause("milestones", p.Clause)
		switch {
		case item != nil:
			w.edit.add(item.get("list"), entries)
		case p.Terms == nil:
			w.refuse("prices", "no-milestones", "No clause of this contract named %q is paid by milestones. Choose one that is, or say how a new one is accepted.", p.Clause)
		default:
			w.edit.add(w.doc.get("clauses"), []string{fmt.Sprintf("{milestones: %s, list: [%s], acceptance: {within: %s, silence: %s}, partial: %s}",
				p.Clause, strings.Join(entries, ", "), p.Terms.Within, p.Terms.Silence, p.Terms.Partial)})
		}
	}
}

func (p OncePrice) entry() string {
	due := ""
	if !p.Due.IsZero() {
		due = ", due: " + p.Due.String()
	}
	return fmt.Sprintf("{milestone: %s, amount: %q%s, bonus: none}", p.Name, p.Amount.Format(), due)
}

// work writes kinds of work: those that are known are changed where they stand.
func (w *amender) work(work []ScopeWork) {
	if len(work) == 0 {
		return
	}
	scope := w.doc.get("scope")
	if scope == nil {
		w.refuse("work", "no-scope", "This contract has no scope that work could be added to. Write the section in the contract's editor first.")
		return
	}
	list := scope.get("work")
	var added []string
	for _, kind := range work {
		i := slices.IndexFunc(list.items, func(v *value) bool { return v.str("work") == kind.Name })
		if i < 0 {
			added = append(added, kind.entry())
			continue
		}
		w.edit.replace(list.items[i], kind.entry())
	}
	w.edit.add(list, added)
}

func (w ScopeWork) entry() string {
	covers, _ := json.Marshal(w.Covers) // a string cannot fail
	text := fmt.Sprintf("{work: %s, category: %s, covers: %s, is: %s", w.Name, w.Category, covers, w.Is)
	if w.Of != "" {
		text += ", of: " + w.Of
	}
	if w.Is == InScope || w.Is == DrawsRetainer {
		size := "none"
		if w.EachAtMost > 0 {
			size = cal.Span{N: int(w.EachAtMost), Unit: cal.Minutes}.String()
		}
		text += ", each_at_most: " + size
	}
	return text + "}"
}
