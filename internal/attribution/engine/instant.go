package engine

import (
	"math"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// wholeNumber reads a whole number that fits.
func wholeNumber(cell []byte) (int64, bool) {
	negative := len(cell) > 0 && cell[0] == '-'
	digits := cell
	if negative {
		digits = cell[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// latest second that nanoseconds can tell.
const latest = math.MaxInt64 / 1_000_000_000

// clock reads instants as a zone writes them.
type clock struct{ zone *time.Location }

// instant reads an instant; an empty cell is unknown. A day is its end or its beginning.
func (k clock) instant(cell []byte, end bool) (int64, bool) {
	if len(cell) == 0 {
		return Unknown, true
	}
	if seconds, ok := wholeNumber(cell); ok {
		return seconds * 1_000_000_000, seconds >= -latest && seconds <= latest
	}
	text := string(cell)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, k.zone); err == nil {
			return nanoseconds(at)
		}
	}
	day, err := cal.ParseDate(text)
	if err != nil {
		return 0, false
	}
	return k.day(day, end)
}

// day is its beginning, or its last nanosecond.
func (k clock) day(day cal.Date, end bool) (int64, bool) {
	if end {
		at, ok := nanoseconds(day.AddDays(1).Start(k.zone))
		return at - 1, ok
	}
	return nanoseconds(day.Start(k.zone))
}

func nanoseconds(at time.Time) (int64, bool) {
	return at.UnixNano(), at.Unix() > -latest && at.Unix() < latest
}
