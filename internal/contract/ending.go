package contract

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// EndingText is the text of an accepted version as the amendment that ends the contract: with the day on which notice was received and the
// first day after the end, in force from a day. Everything else stays as it was written. ok is false for a text that cannot be changed for
// certain; then people write it.
func EndingText(source string, number int, effective, received, ended cal.Date) (text string, ok bool) {
	return writtenAnew(source, number, effective, func(e *editing, term *value) {
		notice := term.get("notice")
		if at := notice.get("received"); at != nil {
			e.set(at, received.String())
		} else {
			e.insert(notice.get("fee"), "received", received.String())
		}
		if at := term.get("ended"); at != nil {
			e.set(at, ended.String())
		} else {
			e.insert(notice, "ended", ended.String())
		}
	}, func(t Terms) bool { return t.Term.Notice.Received == received && t.Term.Ended == ended })
}

// RenewalText is the text of an accepted version as the amendment by which both renew it: with the longer term, in force from a day. ok as
// EndingText.
func RenewalText(source string, number int, effective cal.Date, length cal.Span) (text string, ok bool) {
	return writtenAnew(source, number, effective, func(e *editing, term *value) { e.set(term.get("length"), length.String()) },
		func(t Terms) bool { return t.Term.Length == length })
}

func writtenAnew(source string, number int, effective cal.Date, change func(e *editing, term *value), says func(Terms) bool) (string, bool) {
	doc, faults := readDocument([]byte(source))
	if doc == nil || len(faults) > 0 {
		return "", false
	}
	e := edit(source)
	e.set(doc.get("version"), fmt.Sprint(number))
	e.set(doc.get("effective"), effective.String())
	change(e, doc.get("term"))
	text, ok := e.result()
	if !ok {
		return "", false
	}
	// Where the text itself contradicts the amendment the check of the draft says so; here only what was written counts.
	terms, _ := Parse([]byte(text))
	return text, says(terms)
}

// Renewed is the length of the term with one more renewal, where both are in months or years; ok is false otherwise.
func (t Terms) Renewed() (length cal.Span, ok bool) {
	have, first := inMonths(t.Term.Length)
	more, second := inMonths(t.Term.Renewal.Each)
	switch {
	case !first || !second || more == 0:
		return cal.Span{}, false
	case t.Term.Length.Unit == cal.Years && t.Term.Renewal.Each.Unit == cal.Years:
		return cal.Span{N: t.Term.Length.N + t.Term.Renewal.Each.N, Unit: cal.Years}, true
	default:
		return cal.Span{N: have + more, Unit: cal.Months}, true
	}
}
