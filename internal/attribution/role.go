package attribution

import (
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Roles is the set of roles that one touch has in its path.
type Roles uint8

// The roles. Middle is the role of a touch that is none of the model's anchors.
const (
	First Roles = 1 << iota
	LeadCreation
	DealCreation
	Last
	Middle
)

// The places of the roles in shares and roleNames: 1<<first is First, and so on.
const (
	first = iota
	lead
	deal
	last
	middle
	roleCount
)

var (
	roleNames = [roleCount]string{"first", "lead", "deal", "last", "middle"}
	roleWords = [roleCount]string{"first touch", "lead creation", "deal creation", "last touch", "middle touch"}
)

// Has reports whether all of the given roles are in the set.
func (r Roles) Has(roles Roles) bool { return r&roles == roles }

// Words are the roles for people, in the order of a deal's life: "first touch", "lead creation".
func (r Roles) Words() []string {
	var out []string
	for i, words := range roleWords {
		if r.Has(1 << i) {
			out = append(out, words)
		}
	}
	return out
}

// String joins the words with " + ".
func (r Roles) String() string { return roleTexts[r&(1<<roleCount-1)] }

// roleTexts are the words of every set.
var roleTexts = func() (out [1 << roleCount]string) {
	for r := range out {
		out[r] = strings.Join(Roles(r).Words(), " + ")
	}
	return out
}()

// MarshalText writes String.
func (r Roles) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// text is "30/20/50" where only first, middle and last have a share, else the named form.
func (s shares) text() string {
	if s[lead] == 0 && s[deal] == 0 {
		return percent(s[first]) + "/" + percent(s[middle]) + "/" + percent(s[last])
	}
	var parts []string
	for i, share := range s {
		if share > 0 {
			parts = append(parts, roleNames[i]+"="+percent(share))
		}
	}
	return strings.Join(parts, ",")
}

func percent(share int64) string {
	return strings.TrimSuffix(money.NewRatio(share, fullShare).String(), " %")
}

// halfLifeText is the half-life in its largest whole unit: "7d", "36h".
func (m Model) halfLifeText() string {
	for _, u := range []struct {
		length time.Duration
		letter string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}} {
		if m.halfLife%u.length == 0 {
			return strconv.FormatInt(int64(m.halfLife/u.length), 10) + u.letter
		}
	}
	return strconv.FormatInt(int64(m.halfLife/time.Minute), 10) + "m"
}
