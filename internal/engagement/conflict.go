package engagement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Outcome of a check, from one overlap or all of them.
type Outcome string

// The outcomes, the easiest first.
const (
	Clear          Outcome = "clear"
	WallRequired   Outcome = "wall-required"
	WaiverRequired Outcome = "waiver-required"
	Blocked        Outcome = "blocked"
)

// Outcomes are all of them, the easiest first.
func Outcomes() []Outcome { return []Outcome{Clear, WallRequired, WaiverRequired, Blocked} }

// Rank orders outcomes: the higher, the more stands in the way.
func (o Outcome) Rank() int { return slices.Index(Outcomes(), o) }

// Words are the outcome for people: "waiver required".
func (o Outcome) Words() string { return strings.ReplaceAll(string(o), "-", " ") }

// Restraint is a non-competition that one client has of the agency, with the days on which it binds.
type Restraint struct {
	Client     string // id; empty: of a prospect, which has none yet
	ClientName string
	Contract   string // its name; empty: asked for, not agreed yet
	Offered    bool   // by the agency, in a version that the other side has not accepted yet
	Clause     string // "non_competition[0]": where it stands in the contract
	Terms      contract.NonCompetition
	Binds      cal.Period
}

// Account is somebody whom the agency serves, or would: what a promise to another is held against.
type Account struct {
	Client     string   `json:"client,omitempty"` // id; empty: a prospect
	Name       string   `json:"name"`
	Also       []string `json:"also,omitempty"`       // other names it goes by
	Brands     []string `json:"brands,omitempty"`     // its brands
	Categories []string `json:"categories,omitempty"` // its lines of business, or the illnesses that it treats; empty: not known
	Markets    []string `json:"markets,omitempty"`    // empty: any
	Served     cal.Period
	// Shared is the smallest unit that its people share with those of the other account; empty: not known, which counts as one team.
	Shared contract.Unit `json:"shared,omitempty"`
}

// Waiver is a client's consent to what a promise to it forbids, within a scope and until a day.
type Waiver struct {
	ID       string
	Client   string
	Category string   // or indication; empty: any
	Markets  []string // empty: any
	Unit     contract.Unit
	Period   cal.Period
	For      string // the account that the agency had in mind, for the agency alone; empty: any
}

// Barrier says that a wall stands between two clients.
type Barrier struct{ One, Other string }

// Lifting is what lifts promises: waivers that are signed, and walls that stand.
type Lifting struct {
	Waivers []Waiver
	Walls   []Barrier
}

// Overlap is a promise that an account would break.
type Overlap struct {
	Promise   Restraint
	Account   Account
	Named     string     // the name on the list; empty: it is the category
	Category  string     // in which both are; empty where the name decides alone
	Markets   []string   // in which both are; empty: any
	Period    cal.Period // of both
	Outcome   Outcome    // what stands in the way on the day, after what lifts it
	Required  Outcome    // what stands in the way without waiver or wall
	LiftedBy  string     // id of a waiver, or "wall"
	LiftedTo  cal.Date   // first day on which the waiver lifts no more; zero: not lifted by a waiver
	Own       bool       // the promise is the newcomer's: it asks not to be served beside the account
	FromFirst cal.Date   // the day that was judged
}

// Question is what a person has to say before the check is an answer.
type Question struct {
	Promise Restraint
	Account Account
	Text    string
	Own     bool
}

// Found is what a check came to.
type Found struct {
	Outcome   Outcome
	Overlaps  []Overlap
	Questions []Question
}

// Check holds a newcomer against the promises to existing clients, and its own promises against the accounts that exist: conflicts are looked for in both
// directions. An overlap is judged on the day, or on its first day when it begins later; one that is over is none. What is not known is a question,
// never clear: near names, and categories that nobody has told.
func Check(newcomer Account, theirs []Restraint, own []Restraint, existing []Account, held Lifting, on cal.Date) Found {
	out := Found{Outcome: Clear}
	for _, p := range theirs {
		out.add(p, newcomer, held, on, false)
	}
	for _, p := range own {
		for _, a := range existing {
			out.add(p, a, held, on, true)
		}
	}
	return out
}

func (f *Found) add(p Restraint, a Account, held Lifting, on cal.Date, own bool) {
	if p.Client != "" && p.Client == a.Client {
		return
	}
	o, q := restrained(p, a, on)
	if q != "" {
		f.Questions = append(f.Questions, Question{Promise: p, Account: a, Text: q, Own: own})
	}
	if o == nil {
		return
	}
	o.Own = own
	o.lift(held)
	f.Overlaps = append(f.Overlaps, *o)
	if o.Outcome.Rank() > f.Outcome.Rank() {
		f.Outcome = o.Outcome
	}
}

// meet finds where scopes overlap on market, restricted unit and time, and there on the category, or on a name of the list.
func restrained(p Restraint, a Account, on cal.Date) (*Overlap, string) {
	markets, meets := common(p.Terms.Markets, a.Markets)
	period := p.Binds.Overlap(a.Served)
	doubt := ""
	if !meets {
		doubt = marketDoubt(p.Terms.Markets, a)
		meets = doubt != ""
	}
	if !meets || period.IsEmpty() || !on.Before(period.To) || !a.Shared.Within(p.Terms.Unit) {
		return nil, ""
	}
	o := &Overlap{Promise: p, Account: a, Markets: markets, Period: period, Required: required(p.Terms.ClearedBy), FromFirst: cal.Later(on, period.From)}
	named, near := named(p.Terms.Named, a)
	if named != "" && doubt != "" {
		return nil, doubt
	}
	if named != "" {
		o.Named = named
		return o, ""
	}
	if about := p.Terms.About(); about != "" {
		if slices.ContainsFunc(a.Categories, func(c string) bool { return sameWord(c, about) }) {
			if doubt != "" {
				return nil, doubt
			}
			o.Category = about
			return o, ""
		}
		if len(a.Categories) == 0 {
			return nil, fmt.Sprintf("Is %s in %s? Its categories are not told.", a.Name, about)
		}
		if i := slices.IndexFunc(a.Categories, func(c string) bool { return likeCategory(c, about) }); i >= 0 {
			return nil, fmt.Sprintf("Is %s, as told of %s, the same as %s?", a.Categories[i], a.Name, about)
		}
	}
	return nil, near
}

// marketDoubt is a question where two lists of markets share none, and it is not known of one that it lies apart from the others: a region, or a word that is no country's.
func marketDoubt(promised []string, a Account) string {
	for _, x := range promised {
		for _, y := range a.Markets {
			if likeMarket(x, y) {
				return fmt.Sprintf("Does %s, as told of %s, overlap with the market %s?", y, a.Name, x)
			}
		}
	}
	return ""
}

// likeCategory says whether two categories that are not the same may be: near as names are, or sharing a word that is not short.
func likeCategory(a, b string) bool {
	if NearName(a, b) {
		return true
	}
	for _, x := range nameWords(a) {
		for _, y := range nameWords(b) {
			if len(x) > 3 && singular(x) == singular(y) {
				return true
			}
		}
	}
	return false
}

// named finds a name of the list that is the account's, or a question where one is near.
func named(list []string, a Account) (name, question string) {
	for _, n := range list {
		for _, own := range slices.Concat([]string{a.Name}, a.Also, a.Brands) {
			switch {
			case SameName(n, own):
				return n, ""
			case NearName(n, own):
				question = fmt.Sprintf("Is %s the same as %s, who is named?", own, n)
			}
		}
	}
	return "", question
}

func required(r contract.Remedy) Outcome {
	switch r {
	case contract.RemedyWall:
		return WallRequired
	case contract.RemedyWaiver:
		return WaiverRequired
	default:
		return Blocked
	}
}

// lift takes what is signed and what stands into account. Neither lifts what only an amendment does; a wall is enough only where the contract says so.
func (o *Overlap) lift(held Lifting) {
	o.Outcome = o.Required
	if o.Required == Blocked {
		return
	}
	if o.Required == WallRequired && slices.ContainsFunc(held.Walls, o.between) {
		o.Outcome, o.LiftedBy = Clear, "wall"
		return
	}
	for day := o.FromFirst; ; {
		id, until := o.waivedOn(held.Waivers, day)
		if id == "" {
			return
		}
		o.Outcome = Clear
		if o.LiftedBy == "" {
			o.LiftedBy = id
		}
		o.LiftedTo, day = until, until
	}
}

func (o *Overlap) between(w Barrier) bool {
	a, b := o.Promise.Client, o.Account.Client
	return a != "" && b != "" && (w.One == a && w.Other == b || w.One == b && w.Other == a)
}

// waivedOn finds whether waivers of the client cover, together, every market of the overlap on a day, and until which day.
func (o *Overlap) waivedOn(waivers []Waiver, day cal.Date) (id string, until cal.Date) {
	left := o.Markets
	for _, w := range waivers {
		if !o.covered(w) || !w.Period.Contains(day) {
			continue
		}
		rest := left
		if len(w.Markets) == 0 {
			rest = nil
		} else if len(left) > 0 {
			rest = slices.DeleteFunc(slices.Clone(left), func(m string) bool {
				return slices.ContainsFunc(w.Markets, func(x string) bool { return sameMarket(m, x) })
			})
		}
		if len(w.Markets) > 0 && len(rest) == len(left) {
			continue // of other markets, or of some where any are meant
		}
		if until.IsZero() || w.Period.To.Before(until) {
			until = w.Period.To
		}
		if id == "" {
			id = w.ID
		}
		if left = rest; len(left) == 0 {
			return id, until
		}
	}
	return "", cal.Date{}
}

// covered says whether the waiver is about this promise and this account at all: never beyond its category, its unit and whom it is for.
func (o *Overlap) covered(w Waiver) bool {
	if w.Client == "" || w.Client != o.Promise.Client || o.Account.Shared == "" || !w.Unit.Within(o.Account.Shared) {
		return false
	}
	if w.Category != "" && !sameWord(w.Category, o.Promise.Terms.About()) {
		return false
	}
	return w.For == "" || SameName(w.For, o.Account.Name)
}
