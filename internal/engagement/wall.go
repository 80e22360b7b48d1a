package engagement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Where somebody stands who is not on the side of one of the two clients.
const (
	Keeper = "keeper" // sees both, keeps the wall and carries nothing over it
	Off    = "off"    // has left the side on which they stood
)

// Placement puts a person to a side of a wall, from a moment until the next one.
type Placement struct {
	Account string
	Name    string
	Side    string // id of a client, Keeper or Off
	At      time.Time
	ByName  string
}

// Wall keeps the people of two clients' accounts apart.
type Wall struct {
	ID          string
	One, Other  string // ids of the clients
	Reason      string
	BegunAt     time.Time
	BegunByName string
	Placements  []Placement // in the order in which they were made
	EndedAt     time.Time   // zero: it stands
	EndedByName string
	EndReason   string
}

// Stands reports whether the wall is there at a moment.
func (w Wall) Stands(at time.Time) bool {
	return !at.Before(w.BegunAt) && (w.EndedAt.IsZero() || at.Before(w.EndedAt))
}

// Opposite is the client on the other side; empty for one that is on neither.
func (w Wall) Opposite(client string) string {
	switch client {
	case w.One:
		return w.Other
	case w.Other:
		return w.One
	default:
		return ""
	}
}

// Placed is where everybody stands now, in the order in which they came.
func (w Wall) Placed() []Placement {
	var out []Placement
	for _, p := range w.Placements {
		out = slices.DeleteFunc(out, func(q Placement) bool { return q.Account == p.Account })
		out = append(out, p)
	}
	return out
}

// Away is a client that a wall keeps somebody from.
type Away struct {
	Client string
	Until  time.Time // exclusive; zero: as long as the wall stands
}

// KeptFrom is what the wall keeps an account from: who is on a side, from the other one; who has left a side, from the other one until the
// cool-off is over that the left client was promised; a keeper, from nothing; and who is on no side yet, from both.
func (w Wall) KeptFrom(account string, coolOff func(client string, left time.Time) time.Time) []Away {
	var side, left string
	var at time.Time
	for _, p := range w.Placements {
		if p.Account != account {
			continue
		}
		if p.Side == Off && w.Opposite(side) != "" {
			left, at = side, p.At
		}
		side = p.Side
	}
	switch {
	case side == Keeper:
		return nil
	case w.Opposite(side) != "":
		return []Away{{Client: w.Opposite(side)}}
	case side == Off && left != "":
		if until := coolOff(left, at); until.After(at) {
			return []Away{{Client: w.Opposite(left), Until: until}}
		}
		return nil
	case side == Off:
		return nil
	default:
		return []Away{{Client: w.One}, {Client: w.Other}}
	}
}

// MayPlace refuses to put somebody to a side who may not go there: a place that the wall does not have, where they stand already, or the other side while
// they stand on the first or their cool-off lasts. Faults: Invalid at "side", Conflict.
func (w Wall) MayPlace(account, side string, now time.Time, coolOff func(client string, left time.Time) time.Time) error {
	if !w.Stands(now) {
		return fault.New(fault.Conflict, "wall-ended", "This wall has ended. Build another one.")
	}
	if w.Opposite(side) == "" && side != Keeper && side != Off {
		return fault.New(fault.Invalid, "side", "Choose a side of the wall, keeper, or off.").At("side")
	}
	var have string
	if i := slices.IndexFunc(w.Placed(), func(p Placement) bool { return p.Account == account }); i >= 0 {
		have = w.Placed()[i].Side
	}
	switch {
	case have == side:
		return fault.New(fault.Conflict, "side-same", "This person stands there already.").At("side")
	case have == "" && side == Off:
		return fault.New(fault.Invalid, "side", "This person stands on no side yet, so there is none to leave.").At("side")
	case side == Off:
		return nil
	case w.Opposite(have) != "":
		return fault.New(fault.Conflict, "side-first-off", "This person stands on a side. Let them leave it first: the cool-off is counted from that day.").At("side")
	}
	for _, k := range w.KeptFrom(account, coolOff) {
		if have == Off && now.Before(k.Until) && side != w.Opposite(k.Client) {
			return coolingOff(k.Until)
		}
	}
	return nil
}

// coolingOff says until when somebody stays away, and names nobody.
func coolingOff(until time.Time) error {
	last := cal.DateOf(until.Add(-time.Microsecond), time.UTC)
	return fault.New(fault.Conflict, "cool-off", "This person has worked for an account from which they stay away from this one: until %s, as the contract says. From %s on they can be put on it.",
		last.Words(), last.AddDays(1).Words())
}

// CoolOffEnds is the moment, exclusive, until which somebody stays away who left an account: the longest of the cool-offs that its client was promised, counted from
// the day of leaving in the unit that was agreed.
func CoolOffEnds(promises []Restraint, client string, left time.Time, work cal.WorkCalendar) time.Time {
	day := cal.DateOf(left, time.UTC)
	until := left
	for _, p := range promises {
		if p.Client == client && !p.Terms.CoolOff.IsZero() {
			if end := p.Terms.CoolOff.After(day, work).Start(time.UTC); end.After(until) {
				until = end
			}
		}
	}
	return until
}

// Stay is one role that somebody has, or had, on a client's account.
type Stay struct {
	Client string
	Until  time.Time // exclusive; zero: still there
}

// MayStaff refuses to put somebody on a client's account who is, or was until lately, on one that a promise keeps apart from it: no team may serve both.
// The accounts and promises are those of all clients; a waiver lifts a promise here as it does in a check. Fault: Conflict, which names no client.
func MayStaff(client string, stays []Stay, promises []Restraint, accounts []Account, held Lifting, now time.Time, work cal.WorkCalendar) error {
	on := cal.DateOf(now, time.UTC)
	for _, stay := range stays {
		if stay.Client == client {
			continue
		}
		for _, p := range promises {
			other := client
			if p.Client == client {
				other = stay.Client
			} else if p.Client != stay.Client {
				continue
			}
			if !apart(p, other, accounts, held, on) {
				continue
			}
			if stay.Until.IsZero() || now.Before(stay.Until) {
				return fault.New(fault.Conflict, "other-side", "This person is on an account whose people are kept apart from this one's, as a contract says. Choose somebody else, or end that role first.")
			}
			if p.Client != stay.Client || p.Terms.CoolOff.IsZero() {
				continue
			}
			if until := p.Terms.CoolOff.After(cal.DateOf(stay.Until, time.UTC), work).Start(time.UTC); now.Before(until) {
				return coolingOff(until)
			}
		}
	}
	return nil
}

// apart says whether a promise forbids that one team serves both. A wall does not lift it: it is what keeps the two teams apart.
func apart(p Restraint, other string, accounts []Account, held Lifting, on cal.Date) bool {
	for _, a := range accounts {
		if a.Client != other {
			continue
		}
		a.Shared = "team"
		f := Check(a, []Restraint{p}, nil, nil, Lifting{Waivers: held.Waivers}, on)
		if f.Outcome != Clear {
			return true
		}
	}
	return false
}

// Unplaced lists who sees both sides and stands on none: the people are those who reach each client. Fault: Invalid at "people", with their names.
func Unplaced(one, other map[string]string, placed map[string]string) error {
	var names []string
	for account, name := range one {
		if other[account] != "" && placed[account] == "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return fault.New(fault.Invalid, "people-unplaced", "%s %s both clients. Put each on a side, or name them keeper.", strings.Join(names, ", "), sees(len(names))).At("people")
}

func sees(n int) string {
	if n == 1 {
		return "sees"
	}
	return "see"
}

// Words are what the placement says, after the person's name.
func (p Placement) Words(clientName func(string) string) string {
	switch p.Side {
	case Keeper:
		return "keeps the wall and sees both"
	case Off:
		return "has left"
	default:
		return fmt.Sprintf("is on the side of %s", clientName(p.Side))
	}
}
