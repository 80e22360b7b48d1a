package party

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Account is a person, the same in every workspace.
type Account struct {
	ID          string
	Email       Email
	Name        string
	HasPassword bool
	Epoch       int64 // sessions that were begun in an older epoch are ended
}

// Email is an e-mail address in the one form that is stored: ASCII, lower case.
type Email string

const longestEmail = 254

// ParseEmail reads an address as a person types it. Fault: Invalid at "email".
func ParseEmail(s string) (Email, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || len(s) > longestEmail || !isASCII(s) || strings.ContainsAny(s, " \"") {
		return "", fault.New(fault.Invalid, "email", "Write the e-mail address as name@example.com.").At("email")
	}
	return Email(s), nil
}

func isASCII(s string) bool {
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return true
}

// The lengths of a password, in characters. The upper one keeps the work of hashing bounded.
const (
	ShortestPassword = 12
	LongestPassword  = 200
)

// CheckPassword refuses a password that is too short or is the e-mail address. Length counts; no mix of characters is asked for
// (NIST SP 800-63B). Fault: Invalid at "password".
func CheckPassword(password string, email Email) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	name, _, _ := strings.Cut(string(email), "@")
	switch {
	case n < ShortestPassword:
		return fault.New(fault.Invalid, "password-short", "Use at least %d characters; a few words are easy to remember.", ShortestPassword).At("password")
	case n > LongestPassword:
		return fault.New(fault.Invalid, "password-long", "Use at most %d characters.", LongestPassword).At("password")
	case lower == string(email) || lower == name || strings.Trim(lower, lower[:1]) == "":
		return fault.New(fault.Invalid, "password-guessable", "Choose something that nobody would try first: not the e-mail address, not one repeated character.").At("password")
	}
	return nil
}
