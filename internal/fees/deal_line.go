package fees

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// charge makes the line without words: what it charges for which events.
func (c *credited) charge(l *Line) {
	g := c.governs
	l.Clause, l.Kind, l.Deal = g.share.ID, KindDeal, c.deal.ID
	l.Amount = money.New(c.moved, g.terms.Currency).Mul(g.share.Rate, g.terms.Rounding)
	l.Basis.Version = g.terms.Version
	if g.share.Scheduled() {
		l.Credited = c.moved
	}
}

// line makes the charge with its reason.
func (c *credited) line(l *Line) {
	c.charge(l)
	w, said := c.governs.words(), c.said()
	l.Events = make([]string, len(c.events))
	for i := range c.events {
		l.Events[i] = c.events[i].id
	}
	l.Text, l.Quantity, l.Unit = c.text(), money.New(c.moved, c.governs.terms.Currency).String(), w.unit
	l.Rate, l.RateText = w.rate, w.rateText
	l.Basis = Basis{
		Version:  c.governs.terms.Version,
		Clause:   w.clause,
		Formula:  said.moved + " x " + w.rateText + " = " + l.Amount.Format(),
		Rounding: w.rounding,
		Inputs:   c.inputs(said),
		Touches:  c.touches(),
		Evidence: c.evidence(),
		Notes:    c.notes(),
	}
}

// sharingWords are what every line of a version's clause says alike.
type sharingWords struct {
	clause, rounding, rate, rateText, unit, model string
	shares                                        map[[2]int64]string // of a weight in the whole
	days                                          map[cal.Date]string
	texts                                         []byte // of the touches of one line
	ends                                          []int
}

func (g *sharing) words() *sharingWords {
	if g.said == nil {
		g.said = &sharingWords{clause: g.share.Words(g.terms), rounding: roundingWords(g.terms), rate: decimalOf(g.share.Rate), rateText: g.share.Rate.String(),
			unit: string(g.terms.Currency) + " credited", shares: map[[2]int64]string{}, days: map[cal.Date]string{}}
		if !g.share.Attribution.None {
			g.said.model = capital(g.model.Words()) + "."
		}
	}
	return g.said
}

// creditedWords are amounts of a credit that its line says more than once.
type creditedWords struct{ after, earned, moved string }

func (c *credited) said() creditedWords {
	s := creditedWords{after: c.money(c.after)}
	s.earned, s.moved = s.after, s.after
	if c.earned != c.after {
		s.earned = c.money(c.earned)
	}
	if c.moved != c.after {
		s.moved = c.money(c.moved)
	}
	return s
}

// day is a date for people; many deals are won on one day.
func (w *sharingWords) day(d cal.Date) string {
	text, known := w.days[d]
	if !known {
		text = d.Words()
		w.days[d] = text
	}
	return text
}

// share is the part of the whole that a weight is.
func (w *sharingWords) share(r *attribution.Result, weight int64) string {
	key := [2]int64{weight, r.Whole}
	text, known := w.shares[key]
	if !known {
		text = r.Share(weight).String()
		w.shares[key] = text
	}
	return text
}

// decimalOf writes an exact rate: 3 % is 0.03, 100 % is 1. Percentages always end within a few decimals.
func decimalOf(r money.Ratio) string {
	percent, ok := strings.CutSuffix(money.NewRatio(r.Num(), r.Den()).String(), " %")
	if !ok {
		return r.String()
	}
	whole, frac, _ := strings.Cut(percent, ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	return strings.TrimSuffix(strings.TrimRight(whole[:len(whole)-2]+"."+whole[len(whole)-2:]+frac, "0"), ".")
}

func (c *credited) text() string {
	name, last := dealName(c.deal), &c.events[len(c.events)-1]
	what := ", collected "
	switch {
	case len(c.events) > 1:
		what = ", " + strconv.Itoa(len(c.events)) + " events until "
	case last.payment == nil:
		what = ", won "
	case last.minor < 0:
		what = ", refund "
	}
	return name + what + c.governs.words().day(last.date)
}

func (c *credited) inputs(said creditedWords) []Input {
	w := c.governs.words()
	in := append(make([]Input, 0, 6), Input{"deal created", w.day(createdOn(c.deal, c.governs.terms.Zone))}, Input{"deal won", w.day(c.deal.ClosedOn)})
	if c.before != 0 {
		in = append(in, Input{"revenue before", c.money(c.before)})
	}
	for i := range c.events {
		if rate := c.events[i].rate; rate != "" {
			in = append(in, Input{"rate of exchange", rate})
		}
	}
	in = append(in, Input{"revenue to date", said.after})
	if !c.governs.share.Attribution.None {
		in = append(in, Input{"credited to touches that earn", said.earned + " of " + said.after})
	}
	if c.result.Unattributed != 0 {
		in = append(in, Input{"unattributed", c.money(c.result.Unattributed)})
	}
	if c.earned != c.moved {
		in = append(in, Input{"credited before", c.money(c.earned - c.moved)})
	}
	return append(in, Input{"credited in this line", said.moved}, Input{"rate", w.rateText})
}

func (c *credited) touches() []Credited {
	credits, ignored := c.result.Credits, c.result.Ignored
	out := make([]Credited, len(credits)+len(ignored))
	w, currency := c.governs.words(), c.governs.terms.Currency
	w.texts, w.ends = w.texts[:0], w.ends[:0]
	for i := range credits {
		tc, r := &credits[i], &out[i]
		c.touch(r, &tc.Touch)
		r.Roles, r.Share, r.Earns = tc.Roles.String(), w.share(c.result, tc.Weight), c.governs.earns(&tc.Touch)
		w.texts = money.New(tc.Minor, currency).Append(w.texts)
		w.ends = append(w.ends, len(w.texts))
	}
	for i := range ignored {
		g, r := &ignored[i], &out[len(credits)+i]
		c.touch(r, &g.Touch)
		r.Share, r.Ignored = "0 %", g.Reason.Words()
		w.texts = money.New(0, currency).Append(w.texts)
		w.ends = append(w.ends, len(w.texts))
	}
	texts, from := string(w.texts), 0 // one for all
	for i := range out {
		at, to := w.ends[2*i], w.ends[2*i+1]
		out[i].At, out[i].Credit, from = texts[from:at], texts[at:to], to
	}
	return out
}

// touch fills in what is known of a touch, and puts its time to the texts.
func (c *credited) touch(r *Credited, t *attribution.Touch) {
	r.Touch, r.Contact, r.Channel, r.Campaign, r.Provider = t.ID, t.Contact, t.Channel, t.Campaign, t.Provider
	w := c.governs.words()
	if !t.At.IsZero() {
		w.texts = t.At.In(c.governs.terms.Zone).AppendFormat(w.texts, time.RFC3339)
	}
	w.ends = append(w.ends, len(w.texts))
}

func (c *credited) evidence() []Evident {
	out := append(make([]Evident, 0, 1), Evident{"deal", c.deal.ID, dealName(c.deal)})
	for i := range c.events {
		if e := &c.events[i]; e.payment != nil {
			out = append(out, Evident{"payment", e.id, c.money(e.minor) + " on " + e.payment.PaidOn.Words()})
		}
	}
	return out
}

func (c *credited) notes() []string {
	a := &c.governs.share.Attribution
	if a.None {
		return []string{"The contract attributes nothing: all revenue of the deal counts."}
	}
	notes := append(append(make([]string, 0, 1+len(c.result.Notes)), c.governs.words().model), c.result.Notes...)
	for i := range c.result.Credits {
		if t := &c.result.Credits[i].Touch; t.Channel == "" && a.Credits.By != "providers" {
			notes = append(notes, fmt.Sprintf("The CRM does not say the channel of touch %s: it earns nothing until it does.", t.ID))
		}
	}
	if c.byAccount {
		notes = append(notes, "No contact is associated with the deal: the touches of all contacts of its company were taken, as the contract says.")
	}
	return notes
}
