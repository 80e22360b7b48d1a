package attribution

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Kind is the family of a model.
type Kind string

// The kinds that a contract can name.
const (
	FirstTouch    Kind = "first"
	LastTouch     Kind = "last"
	LastNonDirect Kind = "last-non-direct"
	Linear        Kind = "linear"
	UShaped       Kind = "u-shaped"         // first 40, middle 20, last 40
	WShaped       Kind = "w-shaped"         // first, lead creation and deal creation 30 each, middle 10
	FullPath      Kind = "full-path"        // first, lead creation, deal creation and last 22.5 each, middle 10
	JShaped       Kind = "j-shaped"         // first 20, middle 20, last 60
	InverseJ      Kind = "inverse-j-shaped" // first 60, middle 20, last 20
	TimeDecay     Kind = "time-decay"
	Custom        Kind = "custom"
	DataDriven    Kind = "data-driven" // by frozen effects; made by ByEffects, not by ParseModel
)

// Kinds are all of them, for messages and schemas.
func Kinds() []Kind {
	return []Kind{FirstTouch, LastTouch, LastNonDirect, Linear, UShaped, WShaped, FullPath, JShaped, InverseJ, TimeDecay, Custom}
}

// fullShare is 100 % in the unit of shares, basis points.
const fullShare = 10_000

// shares are a model's basis points by role, in the order of roleNames; they sum to fullShare.
type shares [roleCount]int64

// Model says how a deal's amount is divided among its path. Models are made by ParseModel, or by ByEffects, and are never wrong; the zero Model is none.
type Model struct {
	kind     Kind
	shares   shares
	halfLife time.Duration
	direct   []string
	effects  *Effects
	frozen   string // their hash
}

// Kind of the model.
func (m Model) Kind() Kind { return m.kind }

// IsZero reports whether there is no model.
func (m Model) IsZero() bool { return m.kind == "" }

// Weighs is the roles that the model gives a share; none where it does not go by roles.
func (m Model) Weighs() Roles {
	var out Roles
	for role, share := range m.shares {
		if share > 0 {
			out |= 1 << role
		}
	}
	return out
}

// alwaysWeighs says that a touch of every path that is not empty has a weight: the first and the last are always there.
func (m *Model) alwaysWeighs() bool {
	switch m.kind {
	case Linear, TimeDecay, LastNonDirect:
		return true
	}
	return m.shares[first] > 0 || m.shares[last] > 0
}

// WithDirect is the model with the contract's list of direct channels, which last-non-direct passes over. Other kinds ignore it.
func (m Model) WithDirect(channels ...string) Model {
	if m.kind == LastNonDirect {
		m.direct = slices.Clone(channels)
	}
	return m
}

// ParseModel reads the text of a model:
//
//	first | last | linear | u-shaped | w-shaped | full-path | j-shaped | inverse-j-shaped
//	last-non-direct                 the direct channel is called "direct"
//	last-non-direct:ch_0,(none)     these are; a comma within a name is written %2C
//	time-decay:7d                   half-life: minutes m, hours h, days d, weeks w, or in words "7 days"
//	custom:30/20/50                 per cent of first / middle / last
//	custom:first=40,lead=40,middle=20    per cent by role: first, lead, deal, last, middle
//
// Shares must sum to exactly 100 %. Fault: Invalid.
func ParseModel(text string) (Model, error) {
	name, rest, hasRest := strings.Cut(strings.TrimSpace(text), ":")
	kind := Kind(strings.TrimSpace(name))
	rest = strings.TrimSpace(rest)
	switch kind {
	case LastNonDirect:
		if hasRest {
			return parseDirect(text, rest)
		}
		return Model{kind: kind, direct: []string{"direct"}}, nil
	case TimeDecay:
		return parseTimeDecay(text, rest)
	case Custom:
		return parseCustom(text, rest)
	}
	m := Model{kind: kind}
	switch kind {
	case FirstTouch:
		m.shares = shares{first: fullShare}
	case LastTouch:
		m.shares = shares{last: fullShare}
	case UShaped:
		m.shares = shares{first: 4000, last: 4000, middle: 2000}
	case WShaped:
		m.shares = shares{first: 3000, lead: 3000, deal: 3000, middle: 1000}
	case FullPath:
		m.shares = shares{first: 2250, lead: 2250, deal: 2250, last: 2250, middle: 1000}
	case JShaped:
		m.shares = shares{first: 2000, last: 6000, middle: 2000}
	case InverseJ:
		m.shares = shares{first: 6000, last: 2000, middle: 2000}
	case Linear:
	default:
		return Model{}, wrongModel(text)
	}
	if hasRest {
		return Model{}, fault.New(fault.Invalid, "model", "%q: the model %s takes no parameter; write %s alone", text, kind, kind)
	}
	return m, nil
}

func wrongModel(text string) error {
	names := make([]string, 0, len(Kinds()))
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return fault.New(fault.Invalid, "model", "%q is not an attribution model; write one of %s", text, strings.Join(names, ", "))
}

func parseDirect(text, list string) (Model, error) {
	m := Model{kind: LastNonDirect}
	for _, name := range strings.Split(list, ",") {
		if name = unescapeComma.Replace(strings.TrimSpace(name)); name == "" {
			return Model{}, fault.New(fault.Invalid, "model", "%q names an empty channel; write last-non-direct:direct or a list such as direct,offline", text)
		}
		m.direct = append(m.direct, name)
	}
	return m, nil
}

var (
	escapeComma   = strings.NewReplacer("%", "%25", ",", "%2C")
	unescapeComma = strings.NewReplacer("%25", "%", "%2C", ",", "%2c", ",")
)

// maxHalfLife keeps a half-life within what a deal's life can be.
const maxHalfLife = 10 * 366 * 24 * time.Hour

func parseTimeDecay(text, life string) (Model, error) {
	bad := fault.New(fault.Invalid, "model", "%q: write the half-life as time-decay:7d, in minutes (m), hours (h), days (d) or weeks (w), up to ten years", text)
	for short, long := range map[string]string{"m": " minutes", "h": " hours", "d": " days", "w": " weeks"} {
		if number, ok := strings.CutSuffix(life, short); ok && number != "" && number[len(number)-1] <= '9' {
			life = number + long
			break
		}
	}
	span, err := cal.ParseSpan(life)
	if err != nil {
		return Model{}, bad
	}
	length, exact := span.Duration()
	switch {
	case span.Unit == cal.Days:
		length = time.Duration(span.N) * 24 * time.Hour
	case span.Unit == cal.Weeks:
		length = time.Duration(span.N) * 7 * 24 * time.Hour
	case !exact:
		return Model{}, bad
	}
	if length <= 0 || length > maxHalfLife {
		return Model{}, bad
	}
	return Model{kind: TimeDecay, halfLife: length}, nil
}

func parseCustom(text, list string) (Model, error) {
	bad := fault.New(fault.Invalid, "model", "%q: write the shares as custom:30/20/50 (first/middle/last) or custom:first=40,lead=40,middle=20", text)
	var s shares
	if strings.Contains(list, "=") {
		var seen [roleCount]bool
		for _, part := range strings.Split(list, ",") {
			name, value, _ := strings.Cut(part, "=")
			r := slices.Index(roleNames[:], strings.TrimSpace(name))
			share, ok := parseShare(value)
			if r < 0 || !ok || seen[r] {
				return Model{}, bad
			}
			s[r], seen[r] = share, true
		}
	} else {
		parts := strings.Split(list, "/")
		if len(parts) != 3 {
			return Model{}, bad
		}
		for i, r := range []int{first, middle, last} {
			share, ok := parseShare(parts[i])
			if !ok {
				return Model{}, bad
			}
			s[r] = share
		}
	}
	var sum int64
	for _, share := range s {
		sum += share
	}
	if sum != fullShare {
		return Model{}, fault.New(fault.Invalid, "model", "%q: the shares sum to %s; make them sum to 100 %%", text, money.NewRatio(sum, fullShare))
	}
	return Model{kind: Custom, shares: s}, nil
}

// parseShare reads a percentage between 0 and 100 of at most two decimal places, with or without the sign, as basis points.
func parseShare(text string) (int64, bool) {
	r, err := money.ParsePercent(strings.TrimSuffix(strings.TrimSpace(text), "%") + "%")
	if err != nil || r.Sign() < 0 || fullShare%r.Den() != 0 {
		return 0, false
	}
	share := r.Num() * (fullShare / r.Den())
	return share, share <= fullShare
}

// Words says how the model divides, for people: "u-shaped: first touch 40 %, last touch 40 %, the touches between share 20 %".
func (m Model) Words() string {
	switch m.kind {
	case FirstTouch:
		return "first: the first touch takes all"
	case LastTouch:
		return "last: the last touch takes all"
	case LastNonDirect:
		return "last-non-direct: the last touch takes all that came through a channel other than " + strings.Join(m.direct, ", ")
	case Linear:
		return "linear: every touch takes the same"
	case DataDriven:
		return "data-driven: each channel weighs its removal effect, frozen as " + m.frozen[:frozenDigits]
	case TimeDecay:
		return "time-decay: each touch weighs half of one that is " + m.halfLifeText() + " newer"
	}
	var parts []string
	for i, share := range m.shares {
		if role := Roles(1 << i); share > 0 && role == Middle {
			parts = append(parts, "the touches between share "+money.NewRatio(share, fullShare).String())
		} else if share > 0 {
			parts = append(parts, role.String()+" "+money.NewRatio(share, fullShare).String())
		}
	}
	return string(m.kind) + ": " + strings.Join(parts, ", ")
}

// String is the canonical text; ParseModel reads it back, but for that of a data-driven model, which names the effects that it rests on.
func (m Model) String() string {
	switch m.kind {
	case LastNonDirect:
		names := make([]string, len(m.direct))
		for i, name := range m.direct {
			names[i] = escapeComma.Replace(name)
		}
		return string(m.kind) + ":" + strings.Join(names, ",")
	case TimeDecay:
		return string(m.kind) + ":" + m.halfLifeText()
	case DataDriven:
		return fmt.Sprintf("%s:%d@%s", m.kind, m.effects.Order, m.frozen[:frozenDigits])
	case Custom:
		return string(m.kind) + ":" + m.shares.text()
	default:
		return string(m.kind)
	}
}

// MarshalText writes String.
func (m Model) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseModel reads; the empty text is no model.
func (m *Model) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = Model{}
		return nil
	}
	var err error
	*m, err = ParseModel(string(b))
	return err
}
