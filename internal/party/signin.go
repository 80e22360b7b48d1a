package party

import (
	"slices"
	"time"
)

// Purpose is what a link is for.
type Purpose string

// The purposes of links.
const (
	SignInLink Purpose = "sign-in"
	Invitation Purpose = "invitation"
)

// LinkPath is where a link leads, with its secret at the end.
const LinkPath = "/sign-in/link/"

// Life is how long a link of the purpose can be used.
func (p Purpose) Life() time.Duration {
	if p == Invitation {
		return 7 * 24 * time.Hour
	}
	return 15 * time.Minute
}

// Limit is how many attempts are allowed within a window that slides with the clock.
type Limit struct {
	Attempts int
	Window   time.Duration
}

// The limits of guessing: the failed attempts for one e-mail address, those from one network address, and the links one may ask for.
var (
	PerEmail   = Limit{10, 15 * time.Minute}
	PerAddress = Limit{60, 15 * time.Minute}
	PerLink    = Limit{5, time.Hour}
)

// Retry says when another attempt is allowed, given the earlier ones: the zero time when it is allowed now.
func (l Limit) Retry(earlier []time.Time, now time.Time) time.Time {
	within := slices.DeleteFunc(slices.Clone(earlier), func(at time.Time) bool { return !at.Add(l.Window).After(now) })
	if len(within) < l.Attempts {
		return time.Time{}
	}
	slices.SortFunc(within, time.Time.Compare)
	return within[len(within)-l.Attempts].Add(l.Window)
}
