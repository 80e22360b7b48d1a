package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// NoticeEnds says on which days notice can end the contract.
type NoticeEnds string

// The days on which notice can end a contract.
const (
	EndsAnyDay    NoticeEnds = "any-day"
	EndsWithMonth NoticeEnds = "month-end"
	EndsWithTerm  NoticeEnds = "term-end"
)

// Way is how notice is given.
type Way string

// The ways of giving notice.
const (
	ByEmail   Way = "email"
	ByPost    Way = "post"
	ByCourier Way = "courier"
	ByHand    Way = "hand"
	InProduct Way = "in_product"
)

// Words is the way for people: "by e-mail".
func (w Way) Words() string {
	return map[Way]string{ByEmail: "by e-mail", ByPost: "by registered post", ByCourier: "by courier", ByHand: "by hand", InProduct: "in Ofrecord"}[w]
}

// Ways are all ways, in the order in which they are listed.
func Ways() []Way { return []Way{ByEmail, ByPost, ByCourier, ByHand, InProduct} }

// Receipt says when notice counts as received that was given in one way.
type Receipt struct {
	Way   Way
	After cal.Span // days or working days; "0 working days" is the same day, or the next working day
}

var receiptSpec = spec{key: "receipt", doc: "How notice is given, and when it counts as received: that long after it was given, whether or not anybody read it. 0 working days is the same day, or the next working day. A way that is not named does not count.", optional: true, fields: []spec{
	receiptBy(ByEmail, "By e-mail to the address that the other side has named for it."),
	receiptBy(ByPost, "By registered post."),
	receiptBy(ByCourier, "By courier."),
	receiptBy(ByHand, "Handed over."),
	receiptBy(InProduct, "Given here, where the other side is told."),
}}

func receiptBy(way Way, doc string) spec {
	return spec{key: string(way), doc: doc, scalar: spanOf(cal.Days, cal.WorkingDays), optional: true}
}

// Exit is what becomes of what was paid and not used when the contract ends.
type Exit struct {
	RetainerBalance string   // forfeit | credit
	SettleWithin    cal.Span // after the end; zero: the contract does not say
}

var exitSpec = spec{key: "exit", doc: "What is settled when the contract ends.", optional: true, fields: []spec{
	{key: "retainer_balance", doc: "What becomes of hours that a retainer has paid for and that were not used: forfeit, they are lost; credit, their price is given back.", scalar: choice("forfeit", "credit")},
	{key: "settle_within", doc: "How soon after the end the final settlement is due.", scalar: spanOf(cal.Days, cal.WorkingDays), optional: true},
}}

func exitOf(v *value) *Exit {
	if v == nil {
		return nil
	}
	return &Exit{RetainerBalance: v.str("retainer_balance"), SettleWithin: v.span("settle_within")}
}

func (e *Exit) words() string {
	out := "At the end, what a retainer has paid for and was not used is lost."
	if e.RetainerBalance == "credit" {
		out = "At the end, the price of what a retainer has paid for and was not used is given back."
	}
	if !e.SettleWithin.IsZero() {
		out += fmt.Sprintf(" The final settlement is due within %s of the end.", e.SettleWithin)
	}
	return out
}

// receipt reads how notice is given, and checks that notice can end the contract on a day that there is.
func (b *builder) receipt(v *value, t *Term) {
	at := v.get("notice")
	t.Notice.Ends = NoticeEnds(at.str("ends"))
	if t.Notice.Ends == EndsWithTerm && (t.Length.IsZero() || t.Renewal.Kind == RenewalEvergreen) {
		b.problem(at.get("ends"), "notice-ends", "the contract has no term with whose end notice could end it; write ends: any-day, or a length and kind: auto")
	}
	ways := at.get("receipt")
	if ways == nil {
		return
	}
	for _, way := range Ways() {
		if ways.get(string(way)) != nil {
			t.Notice.Receipt = append(t.Notice.Receipt, Receipt{way, ways.span(string(way))})
		}
	}
	if len(t.Notice.Receipt) == 0 {
		b.problem(ways, "notice-receipt", "no way of giving notice is named; write at least one, such as email: 1 working day")
	}
}

// ReceivedOn is the day on which notice counts as received that was given on a day in a way; ok is false where the contract does not name it.
func (t Terms) ReceivedOn(way Way, given cal.Date) (received cal.Date, ok bool) {
	for _, r := range t.Term.Notice.Receipt {
		if r.Way != way {
			continue
		}
		if r.After.Unit == cal.WorkingDays && r.After.N == 0 && !t.Calendar.IsWorking(given) {
			return t.Calendar.AddWorkingDays(given, 1), true
		}
		return r.After.After(given, t.Calendar), true
	}
	return cal.Date{}, false
}

// Over is the first day after the notice that was received on a day.
func (n Notice) Over(received cal.Date, work cal.WorkCalendar) cal.Date {
	return n.Period.After(received, work).AddDays(1)
}

// By is the last day on which notice can be received that is over by a day, the first one after the end. It is the inverse of Over, also where
// months differ in length and where the end is no working day. "90 days" before the end of 31 Dec 2026 is 2 Oct 2026, "3 months" 30 Sep 2026.
func (n Notice) By(end cal.Date, work cal.WorkCalendar) cal.Date {
	by := n.Period.Before(end.AddDays(-1), work)
	for n.Over(by, work).After(end) {
		by = by.AddDays(-1)
	}
	for next := by.AddDays(1); !n.Over(next, work).After(end); next = by.AddDays(1) {
		by = next
	}
	return by
}

func (n Notice) receiptWords() string {
	var out string
	if len(n.Receipt) > 0 {
		ways := make([]string, len(n.Receipt))
		for i, r := range n.Receipt {
			ways[i] = fmt.Sprintf("%s, %s after it was given", r.Way.Words(), r.After)
			if r.After.N == 0 {
				ways[i] = r.Way.Words() + ", on the same day"
			}
			if r.After.N == 0 && r.After.Unit == cal.WorkingDays {
				ways[i] += " or the next working day"
			}
		}
		out = " It counts as received: " + strings.Join(ways, "; ") + "."
	}
	switch n.Ends {
	case EndsAnyDay:
		out += " It can end the contract on any day once the notice is over."
	case EndsWithMonth:
		out += " It can end the contract only with a month."
	case EndsWithTerm:
		out += " It can end the contract only with the term or a renewal."
	}
	return out
}

func lintNoticeReceipt(l *linter) {
	if len(l.terms.Term.Notice.Receipt) == 0 && l.terms.Term.Ended.IsZero() {
		l.found(l.doc.find("term.notice"), "receipt: { email: 1 working day, post: 3 working days }",
			"It does not say how notice is given, nor when it counts as received. The period of %s runs from that day, and nobody can prove it.", l.terms.Term.Notice.Period)
	}
}

func lintNoticeEnds(l *linter) {
	if end, ok := l.firstEnd(); ok && l.terms.Term.Notice.Ends == "" && l.terms.Term.Renewal.Kind != RenewalEvergreen {
		l.found(l.doc.find("term.notice"), "ends: term-end, or any-day",
			"It does not say whether notice can end it before %s, the last day of its term.", end.AddDays(-1).Words())
	}
}

func lintExitRetainer(l *linter) {
	held := slices.ContainsFunc(l.terms.Clauses, func(c Clause) bool {
		r, ok := c.(Retainer)
		return ok && r.Hours != nil
	})
	if held && l.terms.Term.Exit == nil {
		l.found(l.doc.get("term"), "exit: { retainer_balance: credit }, or forfeit",
			"It does not say what becomes of what the retainer has paid for and was not used when the contract ends.")
	}
}
