package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// Live is credit that follows changes: a late touch, or a deal that changed, computes that deal anew and those whose journey changes, and no other. What it
// gives is always what Load and Ledger would give of all as it is now. It is for one goroutine at a time.
type Live struct {
	touches *Touches
	deals   []Deal
	of      map[uint32][]int // the deals of a person
	changed map[uint32][]step
	labels  map[Label]uint32

	one    Touches // the touches of the person whose deal is computed, if they changed
	writer *ledgerWriter
	own    *scratch // over one
	whole  *scratch // over touches
	page   page
}

// step is a touch of a person of whom one changed.
type step struct {
	at, place int64
	id        string
	label     uint32
	mark      mark
}

func (a step) compare(b step) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.place, b.place), cmp.Compare(a.id, b.id))
}

// Change is what is known now of a touch of a person.
type Change struct {
	ID        string
	At        int64 // Unknown: the touch does not count
	Seq       int64
	Label     Label
	Milestone attribution.Milestone
	Gone      bool // deleted, or another person's
}

// DealCredit is the credit of one deal under all models.
type DealCredit struct {
	Deal string
	Rows []byte // those of the ledger that are the deal's; good until the next call
	Hash string // SHA-256 of the rows, in hexadecimal digits
}

// Live follows changes from here on. The touches must be those of Load. An error: that of Ledger.
func (t *Touches) Live(deals []Deal, o Options) (*Live, error) {
	if _, err := t.Ledger(nil, o, nil); err != nil {
		return nil, err
	}
	l := &Live{touches: t, deals: slices.Clone(deals), of: map[uint32][]int{}, changed: map[uint32][]step{}, labels: make(map[Label]uint32, len(t.Labels))}
	for i := range deals {
		l.of[deals[i].Person] = append(l.of[deals[i].Person], i)
	}
	for n, label := range t.Labels {
		l.labels[label] = uint32(n)
	}
	l.one = Touches{Labels: slices.Clone(t.Labels), from: make([]uint32, 2)}
	l.writer = newLedgerWriter(t, nil, o)
	l.whole, l.own = newScratch(t, o), newScratch(&l.one, o)
	l.page.sums = make([]int64, len(o.Models))
	return l, nil
}

// Touch takes a change of a touch of a person, and gives the deals whose journey it may change.
func (l *Live) Touch(person uint32, c Change) []int {
	steps, known := l.changed[person]
	if !known {
		steps = l.stepsOf(person)
	}
	if i := slices.IndexFunc(steps, func(s step) bool { return s.id == c.ID }); i >= 0 {
		steps = slices.Delete(steps, i, i+1)
	}
	if !c.Gone && c.At != Unknown {
		s := step{at: c.At, place: c.Seq, id: c.ID, label: l.label(c.Label)}
		switch c.Milestone {
		case attribution.LeadCreated:
			s.mark = leadCreation
		case attribution.DealCreated:
			s.mark = dealCreation
		}
		at, _ := slices.BinarySearchFunc(steps, s, step.compare)
		steps = slices.Insert(steps, at, s)
	}
	l.changed[person] = steps
	return l.of[person]
}

// stepsOf are the touches of a person as they were loaded.
func (l *Live) stepsOf(person uint32) []step {
	t := l.touches
	from, to := t.from[person], t.from[person+1]
	out := make([]step, 0, to-from+1)
	for i := from; i < to; i++ {
		s := step{at: t.at[i], id: string(t.id(int(i))), label: t.label[i]}
		if n, placed := slices.BinarySearch(t.placed, i); placed {
			s.place = t.places[n]
		}
		if _, marked := slices.BinarySearch(t.leads, i); marked {
			s.mark = leadCreation
		} else if _, marked := slices.BinarySearch(t.deals, i); marked {
			s.mark = dealCreation
		}
		out = append(out, s)
	}
	return out
}

// label is the number of a label. A new one is known to the models from then on.
func (l *Live) label(label Label) uint32 {
	number, known := l.labels[label]
	if !known {
		number = uint32(len(l.one.Labels))
		l.labels[label] = number
		l.one.Labels = append(l.one.Labels, label)
		l.writer.plans = l.one.plans(l.writer.options)
	}
	return number
}

// SetDeal takes a deal as it is now. Of another person, too, it is computed from that person's touches.
func (l *Live) SetDeal(i int, d Deal) {
	if was := l.deals[i].Person; was != d.Person {
		l.of[was] = slices.DeleteFunc(l.of[was], func(n int) bool { return n == i })
		l.of[d.Person] = append(l.of[d.Person], i)
	}
	l.deals[i] = d
}

// Deals as they are now.
func (l *Live) Deals() []Deal { return l.deals }

// Credit computes a deal as it is now.
func (l *Live) Credit(i int) DealCredit {
	d := l.deals[i]
	s := l.whole
	if steps, changed := l.changed[d.Person]; changed {
		l.arrange(steps)
		d.Person, s = 0, l.own
	}
	l.writer.deals = []Deal{d}
	l.writer.page(s, &l.page, []uint32{0})
	sum := sha256.Sum256(l.page.text)
	return DealCredit{Deal: d.ID, Rows: l.page.text, Hash: hex.EncodeToString(sum[:])}
}

// arrange puts the touches of one person in columns.
func (l *Live) arrange(steps []step) {
	t := &l.one
	t.at, t.label, t.idFrom, t.ids, t.leads, t.deals = t.at[:0], t.label[:0], t.idFrom[:0], t.ids[:0], t.leads[:0], t.deals[:0]
	for i, s := range steps {
		t.at, t.label, t.idFrom, t.ids = append(t.at, s.at), append(t.label, s.label), append(t.idFrom, uint32(len(t.ids))), append(t.ids, s.id...)
		switch s.mark {
		case leadCreation:
			t.leads = append(t.leads, uint32(i))
		case dealCreation:
			t.deals = append(t.deals, uint32(i))
		}
	}
	t.idFrom = append(t.idFrom, uint32(len(t.ids)))
	t.from[1] = uint32(len(steps))
}
