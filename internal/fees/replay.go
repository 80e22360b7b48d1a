package fees

import (
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// Replay hands over each event with where the statement stood just before it, as Fold tells it of the events before, as of the event. It
// stops where ok says no, and says whether it came to the end.
func Replay(s Statement, t contract.Terms, events []Event, ok func(before Life, e Event) bool) bool {
	l := Fold(s, t, nil, time.Time{})
	for i, e := range events {
		before := l
		before.Lines, before.Next = slices.Clone(l.Lines), i+1
		before.closeWindow(s, t, e.At)
		if !ok(before, e) {
			return false
		}
		l.apply(s, t, e)
	}
	return true
}
