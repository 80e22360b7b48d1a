package connect

import (
	"strconv"
	"strings"
	"time"
)

// The methods and statuses that are spoken of.
const (
	get, post    = "GET", "POST"
	unauthorized = 401
	forbidden    = 403
	notFound     = 404
	timedOut     = 408
	tooMany      = 429
)

// Outcome is what an answer means before it is read.
type Outcome int

// The outcomes.
const (
	Fine    Outcome = iota
	Limited         // too many requests: wait, then ask again
	Unwell          // the CRM failed: wait a little, then ask again
	Expired         // the token is not taken any more: sign in again
	Lapsed          // the place between pages is forgotten: begin again behind the last row
	Absent          // this account does not have or does not show the table
	Refused         // no
)

// Verdict is the outcome with what else the answer says.
type Verdict struct {
	Outcome Outcome
	After   time.Duration // how long the CRM asks to wait; 0: it does not say
	Words   string        // for people, without a secret
}

// Judge says what an answer means. now is for answers that name a time.
func (s System) Judge(r Response, now time.Time) Verdict {
	v := s.judge(r)
	if v.Outcome == Limited || v.Outcome == Unwell {
		if after, ok := retryAfter(r.Header("Retry-After"), now); ok {
			v.After = after
		}
	}
	return v
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && n >= 0 && n <= int64(longestNamed/time.Second) {
		return time.Duration(n) * time.Second, true
	} else if err == nil && n > 0 {
		return longestNamed, true
	}
	at, err := time.Parse(time.RFC1123, strings.Replace(strings.TrimSpace(text), "GMT", "UTC", 1))
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), longestNamed), true
}

// Bounds of waiting.
const (
	longestNamed = 365 * 24 * time.Hour // what is longer counts as this
	Longest      = 10 * time.Minute     // a pull waits no longer for one answer; the next pull tries again
	MostTries    = 8                    // of one request
	firstWait    = time.Second
	mostWait     = time.Minute
)

// Wait is how long to wait before the request is tried again that was tried so often (1 or more); ok is false when it is given up. chance is
// from 0 to 255 and spreads those who wait.
func (v Verdict) Wait(tries int, chance byte) (d time.Duration, ok bool) {
	if v.Outcome != Limited && v.Outcome != Unwell || tries >= MostTries || v.After > Longest {
		return 0, false
	}
	d = min(firstWait<<min(tries-1, 10), mostWait)
	d = d/2 + d/2*time.Duration(chance)/255
	if v.After > 0 { // never earlier than asked
		d = v.After + d/4
	}
	return d, true
}

// byStatus judges what both systems answer alike.
func byStatus(status int) Verdict {
	switch {
	case status >= 200 && status < 300:
		return Verdict{Outcome: Fine}
	case status == tooMany:
		return Verdict{Outcome: Limited, Words: "It took no more requests."}
	case status == unauthorized:
		return Verdict{Outcome: Expired, Words: "It did not take the credentials. Make new ones, and put them into the configuration."}
	case status == timedOut, status >= 500:
		return Verdict{Outcome: Unwell, Words: "It answered with the error " + strconv.Itoa(status) + "."}
	case status >= 300 && status < 400:
		return Verdict{Outcome: Refused, Words: "It pointed to another address, which is not followed. Check the address in the configuration."}
	}
	return Verdict{Outcome: Refused, Words: "It refused the request with the status " + strconv.Itoa(status) + "."}
}
