package attribution

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

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
	noteNoEnd      = "The deal has no closing date, so nothing can be credited."
	noteNoTouch    = "No touch counts for this deal: the amount is unattributed."
	noteNoWeight   = "No touch inside the window holds a role that the model credits: the amount is unattributed."
	noteNoLead     = "No touch at or before the creation of the oldest contact: the share of lead creation goes to the other anchors in proportion."
	noteNoDeal     = "No touch at or before the creation of the deal: the share of deal creation goes to the other anchors in proportion."
	noteNoMiddle   = "No middle touch: the middle share goes to the anchors in proportion."
	noteNoAnchor   = "No touch holds one of the model's anchor roles: the middle touches take everything."
	noteAllDirect  = "Every touch is direct: the last touch is credited."
	noteDropped    = "Touches before the lookback window keep their weight, which is unattributed."
	noteNormalised = "Touches before the lookback window lost their weight, together %s; the weight of each other one is divided by the %s that is left."
	noteRePathed   = "Touches before the lookback window are left out; roles are those of the remaining touches."
)

// Credit divides the total among the touches of the journey by the model, within the window. It is exact, repeatable and does not depend
// on the order of the touches. It panics on the zero Model and on a window without an edge: defects of the caller.
func Credit(j Journey, m Model, w Lookback, total money.Amount) Result {
	return *new(Crediting).Credit(&j, m, w, total)
}

// Crediting credits many deals one after the other in the same room: what Journey and Credit give is good until their next call.
type Crediting struct {
	journey Journey
	closed  lastInstantOf
	result  Result
	room    []TouchCredit
	path    []TouchCredit // of the deal that was credited last: what is divided
	weights []int64
	parts   money.Allocation
}

// Credit is the function of this name.
func (c *Crediting) Credit(j *Journey, m Model, w Lookback, total money.Amount) *Result {
	if m.IsZero() {
		panic("attribution: credit without a model")
	}
	w.mustEdge()
	r := &c.result
	*r = Result{Deal: j.Deal, Total: total, Model: m, Lookback: w, Ignored: r.Ignored[:0], Notes: r.Notes[:0]}
	c.room = slices.Grow(c.room[:0], len(j.Touches))
	path := r.path(j, c.room)
	outside := w.before(path, j)
	switch {
	case outside == 0:
	case w.Edge == RePath:
		r.ignore(path[:outside], OutsideLookback)
		path, outside = path[outside:], 0
		r.note(noteRePathed)
	case w.Edge == Renormalise: // noted when it is known how much they lose
	default:
		r.note(noteDropped)
	}
	c.path = path
	if len(path) == 0 {
		r.note(noteNoTouch)
		r.Unattributed = total.Minor
		return r
	}
	r.weigh(path, j)
	if w.Edge == Renormalise && outside > 0 {
		r.normalise(path, outside)
	}
	c.apportion(path)
	for i := range path[:outside] {
		r.Unattributed += path[i].Minor
	}
	r.ignore(path[:outside], OutsideLookback)
	r.Credits = path[outside:]
	return r
}

// Held is what the touches that belong hold together of the deal that was credited last.
func (c *Crediting) Held(belongs func(*Touch) bool) int64 {
	var sum int64
	for i := range c.result.Credits {
		if t := &c.result.Credits[i]; t.Weight != 0 && belongs(&t.Touch) {
			sum += t.Minor
		}
	}
	return sum
}

// HeldOf is Held of another total, by the same weights.
func (c *Crediting) HeldOf(total int64, belongs func(*Touch) bool) int64 {
	if total == 0 || c.result.Whole == 0 {
		return 0
	}
	var sum int64
	outside := len(c.path) - len(c.result.Credits)
	for i, minor := range c.divide(c.path, total) {
		if i >= outside && c.path[i].Weight != 0 && belongs(&c.path[i].Touch) {
			sum += minor
		}
	}
	return sum
}

// normalise takes the weight of the touches before the window away, and says how much that was.
func (r *Result) normalise(path []TouchCredit, outside int) {
	var lost, whole int64
	for i := range path {
		whole += path[i].Weight
		if i < outside {
			lost += path[i].Weight
			path[i].Weight = 0
		}
	}
	if whole > 0 {
		r.note(fmt.Sprintf(noteNormalised, money.NewRatio(lost, whole), money.NewRatio(whole-lost, whole)))
	}
}

// path is the touches that count, in order; the others go to Ignored.
func (r *Result) path(j *Journey, path []TouchCredit) []TouchCredit {
	sorted := true
	for i := range j.Touches {
		t := &j.Touches[i]
		switch {
		case t.At.IsZero():
			r.Ignored = append(r.Ignored, Ignored{Touch: *t, Reason: Undated})
			continue
		case j.End.IsZero():
			r.Ignored = append(r.Ignored, Ignored{Touch: *t, Reason: NoEnd})
			continue
		case t.At.After(j.End):
			r.Ignored = append(r.Ignored, Ignored{Touch: *t, Reason: AfterClose})
			continue
		case !j.Since.IsZero() && !t.At.After(j.Since):
			r.Ignored = append(r.Ignored, Ignored{Touch: *t, Reason: EarlierDeal})
			continue
		}
		n := len(path)
		sorted = sorted && (n == 0 || path[n-1].Touch.compare(t) < 0 && !t.isCopyOf(&path[n-1].Touch))
		path = append(path, TouchCredit{Touch: *t})
	}
	if len(r.Ignored) > 1 {
		slices.SortFunc(r.Ignored, func(a, b Ignored) int { return a.Touch.compare(&b.Touch) })
	}
	if j.End.IsZero() {
		r.note(noteNoEnd)
	}
	if sorted {
		return path
	}
	slices.SortFunc(path, func(a, b TouchCredit) int { return a.Touch.compare(&b.Touch) })
	return r.withoutCopies(path)
}

func (r *Result) withoutCopies(path []TouchCredit) []TouchCredit {
	kept := path[:1]
	for _, c := range path[1:] {
		if c.Touch.isCopyOf(&kept[len(kept)-1].Touch) {
			r.Ignored = append(r.Ignored, Ignored{Touch: c.Touch, Reason: Duplicate})
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// before is the number of touches of the path before the window opens.
func (w Lookback) before(path []TouchCredit, j *Journey) int {
	opens, limited := w.Opens(j.End)
	if !limited {
		return 0
	}
	n := 0
	for n < len(path) && path[n].Touch.At.Before(opens) {
		n++
	}
	return n
}

func (r *Result) ignore(cut []TouchCredit, why Reason) {
	r.Ignored = slices.Grow(r.Ignored, len(cut))
	for _, c := range cut {
		r.Ignored = append(r.Ignored, Ignored{Touch: c.Touch, Reason: why, Weight: c.Weight, Minor: c.Minor})
	}
}

func (r *Result) note(text string) { r.Notes = append(r.Notes, text) }

// apportion divides the total by the weights of the path; without any weight it is unattributed.
func (c *Crediting) apportion(path []TouchCredit) {
	r := &c.result
	only, holders := 0, 0
	for i := range path {
		if path[i].Weight > 0 {
			r.Whole += path[i].Weight
			only = i
			holders++
		}
	}
	switch holders {
	case 0:
		r.note(noteNoWeight)
		r.Unattributed = r.Total.Minor
		return
	case 1:
		path[only].Minor = r.Total.Minor
		return
	}
	for i, minor := range c.divide(path, r.Total.Minor) {
		path[i].Minor = minor
	}
}

// divide gives each touch of the path its part of a total.
func (c *Crediting) divide(path []TouchCredit, total int64) []int64 {
	c.weights = c.weights[:0]
	for i := range path {
		c.weights = append(c.weights, path[i].Weight)
	}
	return c.parts.Of(total, c.weights, func(i int) uint64 { return tie(c.result.Deal, path[i].Touch.ID) })
}

// tie is the first eight bytes of SHA-256 over the deal id, a zero byte and the touch id: who gets a unit among equal rests is fair to every
// position and channel, and anyone can repeat it. (FNV-1a was tried: over ids that count up it gave one of three positions 38 % of the units.)
func tie(deal, touch string) uint64 {
	var buffer [128]byte
	sum := sha256.Sum256(append(append(append(buffer[:0], deal...), 0), touch...))
	return binary.BigEndian.Uint64(sum[:8])
}
