package attribution

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// TouchCredit is what one touch of the path holds.
type TouchCredit struct {
	Touch  Touch
	Roles  Roles
	Weight int64 // of Result.Whole, exact
	Minor  int64 // of Result.Total
}

// Result is the credit of one deal. The Minor of all Credits and Unattributed sum to Total, always.
type Result struct {
	Deal         string
	Total        money.Amount
	Model        Model
	Lookback     Lookback
	Whole        int64         // the sum of all weights, those of dropped touches included; 0 when no touch has a weight
	Credits      []TouchCredit // the path inside the window, in order; touches of weight 0 included
	Unattributed int64
	Ignored      []Ignored
	Notes        []string // which special rule was used, for people
}

// The notes.
const (
	noteNoEnd      = "The deal has no closing date, or no payment, with which its journey ends, so nothing can be credited."
	noteEarlier    = "The path begins after the deal %s: touches up to the end of that one's journey belong to it."
	noteWonFirst   = "The CRM created the deal only after it was won: its path ends with the day on which it was won."
	noteNoTouch    = "No touch counts for this deal: the amount is unattributed."
	noteNoWeight   = "No touch inside the window holds a role that the model credits: the amount is unattributed."
	noteNoLead     = "No touch at or before the creation of the oldest contact: the share of lead creation goes to the other anchors in proportion."
	noteNoDeal     = "No touch at or before the creation of the deal: the share of deal creation goes to the other anchors in proportion."
	noteNoMiddle   = "No middle touch: the middle share goes to the anchors in proportion."
	noteNoAnchor   = "No touch holds one of the model's anchor roles: the middle touches take everything."
	noteAllDirect  = "Every touch is direct: the last touch is credited."
	noteNoEffect   = "A channel of the path had no removal effect when they were frozen, and holds nothing."
	noteDropped    = "Touches before the lookback window keep their weight, which is unattributed."
	noteNormalised = "Touches before the lookback window lost their weight, together %s; the weight of each other one is divided by the %s that is left."
	noteRePathed   = "Touches before the lookback window are left out; roles are those of the remaining touches."
)

// Credit divides the total among the touches of the journey by the model, within the window. It is exact, repeatable and does not depend
// on the order of the touches. It panics on the zero Model and on a window without an edge: defects of the caller.
func Credit(j Journey, m Model, w Lookback, total money.Amount) Result {
	r, holdings := new(Crediting).Credit(&j, &m, w, total)
	if holdings != nil {
		r.Credits = make([]TouchCredit, len(holdings))
	}
	for i, h := range holdings {
		r.Credits[i] = TouchCredit{*h.Touch, h.Roles, h.Weight, h.Minor}
	}
	return *r
}

// Crediting credits many deals one after the other in the same room: what Journey and Credit give is good until their next call.
type Crediting struct {
	journey Journey
	namer   Namer
	closed  lastInstantOf
	earlier *earlierDeals // of the path that was asked for last
	asked   earlierOf
	opens   lastOpened
	result  Result
	deal    string    // of the journey that was weighed last
	steps   []Holding // its path, in order
	outside int       // so many of them are before the window
	weights []int64
	parts   money.Allocation
	divided dividedTotal
}

// dividedTotal are the parts of the total that was divided last.
type dividedTotal struct {
	total int64
	parts []int64 // nil: there is none
}

// Holding is what one touch of the path holds, beside the touch itself.
type Holding struct {
	Touch  *Touch
	Roles  Roles
	Weight int64 // of Result.Whole, exact
	Minor  int64 // of Result.Total
}

// Credit is the function of this name, but that it gives the Credits as holdings.
func (c *Crediting) Credit(j *Journey, m *Model, w Lookback, total money.Amount) (*Result, []Holding) {
	r := &c.result
	*r = Result{Deal: j.Deal, Total: total, Model: *m, Lookback: w, Ignored: r.Ignored[:0], Notes: r.Notes[:0]}
	c.weigh(j, m, w, r)
	if j.WonFirst {
		r.note(noteWonFirst)
	}
	r.Whole = c.whole()
	if r.Whole == 0 {
		if len(c.steps) > 0 {
			r.note(noteNoWeight)
		}
		r.Unattributed = total.Minor
	}
	for i, minor := range c.divide(total.Minor) {
		s := &c.steps[i]
		s.Minor = minor
		if i < c.outside {
			r.Unattributed += minor
			r.ignore(s.Touch, OutsideLookback, s.Weight, minor)
		}
	}
	if len(c.steps) == 0 {
		return r, nil
	}
	return r, c.steps[c.outside:]
}

// Weigh weighs the touches of a journey, for Held.
func (c *Crediting) Weigh(j *Journey, m *Model, w Lookback) { c.weigh(j, m, w, nil) }

// Held is what the touches that belong hold together of a total, by the weights of the journey that was weighed or credited last.
func (c *Crediting) Held(total int64, belongs func(channel, provider string) bool) int64 {
	if total == 0 {
		return 0
	}
	var sum int64
	for i, part := range c.divide(total) {
		if i >= c.outside && part != 0 && belongs(c.steps[i].Touch.Channel, c.steps[i].Touch.Provider) {
			sum += part
		}
	}
	return sum
}

// weigh finds the path of a journey and gives every touch of it its weight. It tells r, which may be nil, what is ignored and which special rule
// was used.
func (c *Crediting) weigh(j *Journey, m *Model, w Lookback, r *Result) {
	if m.IsZero() {
		panic("attribution: credit without a model")
	}
	w.mustEdge()
	c.deal, c.divided = j.Deal, dividedTotal{}
	c.path(j, r)
	if n := c.before(w, j.End); n > 0 && w.Edge == RePath {
		c.leaveOut(n, OutsideLookback, r)
		r.note(noteRePathed)
	}
	c.trim(&j.Trim, r)
	c.outside = c.before(w, j.End)
	if c.outside > 0 && w.Edge != Renormalise { // which is noted when it is known how much they lose
		r.note(noteDropped)
	}
	if len(c.steps) == 0 {
		r.note(noteNoTouch)
		return
	}
	m.weigh(c.steps, j, r)
	if w.Edge == Renormalise && c.outside > 0 {
		c.normalise(r)
	}
}

// normalise takes the weight of the touches before the window away, and says how much that was.
func (c *Crediting) normalise(r *Result) {
	var lost, whole int64
	for i := range c.steps {
		s := &c.steps[i]
		whole += s.Weight
		if i < c.outside {
			lost += s.Weight
			s.Weight = 0
		}
	}
	if whole > 0 && r != nil {
		r.note(fmt.Sprintf(noteNormalised, money.NewRatio(lost, whole), money.NewRatio(whole-lost, whole)))
	}
}

// path finds the touches that count, in order; the others are ignored.
func (c *Crediting) path(j *Journey, r *Result) {
	c.steps = slices.Grow(c.steps[:0], len(j.Touches))
	sorted, earlier := true, false
	for i := range j.Touches {
		t := &j.Touches[i]
		var why Reason
		switch {
		case t.At.IsZero():
			why = Undated
		case j.End.IsZero():
			why = NoEnd
		case t.At.After(j.End):
			why = AfterClose
		case !j.Moment.IsZero() && !t.At.Before(j.Moment):
			why = AtTheDeal
		case !j.Since.IsZero() && !t.At.After(j.Since):
			why, earlier = EarlierDeal, true
		case len(j.Trim.Exclude) > 0 && slices.Contains(j.Trim.Exclude, t.Channel):
			why = Excluded
		default:
			n := len(c.steps)
			sorted = sorted && (n == 0 || c.steps[n-1].Touch.compare(t) < 0 && !t.isCopyOf(c.steps[n-1].Touch))
			c.steps = append(c.steps, Holding{Touch: t})
			continue
		}
		r.ignore(t, why, 0, 0)
	}
	if r != nil && len(r.Ignored) > 1 {
		slices.SortFunc(r.Ignored, func(a, b Ignored) int { return a.Touch.compare(&b.Touch) })
	}
	if j.End.IsZero() {
		r.note(noteNoEnd)
	}
	if earlier && r != nil && j.Earlier != "" {
		r.note(fmt.Sprintf(noteEarlier, j.Earlier))
	}
	if sorted {
		return
	}
	slices.SortFunc(c.steps, func(a, b Holding) int { return a.Touch.compare(b.Touch) })
	kept := c.steps[:1]
	for _, s := range c.steps[1:] {
		if s.Touch.isCopyOf(kept[len(kept)-1].Touch) {
			r.ignore(s.Touch, Duplicate, 0, 0)
			continue
		}
		kept = append(kept, s)
	}
	c.steps = kept
}

// leaveOut takes the first touches out of the path.
func (c *Crediting) leaveOut(n int, why Reason, r *Result) {
	for _, s := range c.steps[:n] {
		r.ignore(s.Touch, why, 0, 0)
	}
	c.steps = slices.Delete(c.steps, 0, n)
}

// trim takes repeats, and all but the newest touches, out of the path.
func (c *Crediting) trim(t *Trim, r *Result) {
	if t.Collapse && len(c.steps) > 1 {
		kept := c.steps[:1]
		before := c.steps[0].Touch
		for _, s := range c.steps[1:] {
			if s.Touch.repeats(before) {
				r.ignore(s.Touch, Repeated, 0, 0)
			} else {
				kept = append(kept, s)
			}
			before = s.Touch
		}
		c.steps = kept
	}
	if n := len(c.steps) - t.Steps; t.Steps > 0 && n > 0 {
		c.leaveOut(n, BeyondSteps, r)
	}
}

// before is the number of touches of the path before the window opens.
func (c *Crediting) before(w Lookback, end time.Time) int {
	opens, limited := c.opens.of(w, end)
	n := 0
	for limited && n < len(c.steps) && c.steps[n].Touch.At.Before(opens) {
		n++
	}
	return n
}

// lastOpened remembers when the window opened that was asked for last: many deals close on one day.
type lastOpened struct {
	window  Lookback
	end     time.Time
	opens   time.Time
	limited bool
}

func (l *lastOpened) of(w Lookback, end time.Time) (opens time.Time, limited bool) {
	if l.window != w || l.end != end {
		opens, limited := w.Opens(end)
		*l = lastOpened{w, end, opens, limited}
	}
	return l.opens, l.limited
}

// HoldsAll says that the touches that belong hold all of any total of a deal, so that nothing has to be divided: every touch that counts belongs and
// is inside the window, and the model gives one of them a weight. Where it is false, Journey, Weigh and Held tell.
func (c *Crediting) HoldsAll(x *Links, d *crm.Deal, p Path, m *Model, w Lookback, belongs func(channel, provider string) bool) bool {
	end := c.end(x, d, p)
	if end.IsZero() || !m.alwaysWeighs() {
		return false
	}
	opens, limited := c.opens.of(w, end)
	contacts, _ := x.contactsOf(d, p)
	since, _ := c.since(x, d, p, contacts, end)
	moment := c.moment(x, d, p, end)
	found := false
	for _, n := range contacts {
		for _, t := range x.touches.of(n) {
			channel := c.namer.Of(p.Channels, t)
			switch {
			case t.At.IsZero() || t.At.After(end),
				!moment.IsZero() && !t.At.Before(moment), !since.IsZero() && !t.At.After(since), len(p.Trim.Exclude) > 0 && slices.Contains(p.Trim.Exclude, channel):
				continue
			}
			if limited && t.At.Before(opens) || !belongs(channel, t.Provider) {
				return false
			}
			found = true
		}
	}
	return found
}

// ignore notes a touch that holds no credit, with what it would have held.
func (r *Result) ignore(t *Touch, why Reason, weight, minor int64) {
	if r != nil {
		r.Ignored = append(r.Ignored, Ignored{Touch: *t, Reason: why, Weight: weight, Minor: minor})
	}
}

func (r *Result) note(text string) {
	if r != nil {
		r.Notes = append(r.Notes, text)
	}
}

func (c *Crediting) whole() int64 {
	var sum int64
	for _, s := range c.steps {
		sum += s.Weight
	}
	return sum
}

// divide gives each touch of the path its part of a total by the weights; without any weight it is nobody's.
func (c *Crediting) divide(total int64) []int64 {
	if c.divided.parts == nil || c.divided.total != total {
		c.divided = dividedTotal{total, c.partsOf(total)}
	}
	return c.divided.parts
}

func (c *Crediting) partsOf(total int64) []int64 {
	c.weights = slices.Grow(c.weights[:0], len(c.steps))[:len(c.steps)]
	holders, only := 0, 0
	for i, s := range c.steps {
		c.weights[i] = s.Weight
		if s.Weight > 0 {
			holders++
			only = i
		}
	}
	if holders > 1 {
		return c.parts.Of(total, c.weights, func(i int) uint64 { return tie(c.deal, c.steps[i].Touch.ID) })
	}
	clear(c.weights) // one takes all, or nobody anything: the parts stand in their place
	if holders == 1 {
		c.weights[only] = total
	}
	return c.weights
}

// tie is the first eight bytes of SHA-256 over the deal id, a zero byte and the touch id: who gets a unit among equal rests is fair to every
// position and channel, and anyone can repeat it. (FNV-1a was tried: over ids that count up it gave one of three positions 38 % of the units.)
func tie(deal, touch string) uint64 {
	var buffer [128]byte
	sum := sha256.Sum256(append(append(append(buffer[:0], deal...), 0), touch...))
	return binary.BigEndian.Uint64(sum[:8])
}
