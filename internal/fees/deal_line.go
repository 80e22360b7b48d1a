package fees

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
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
	w, moved := c.governs.words(), c.money(c.moved)
	l.Events = make([]string, len(c.events))
	for i := range c.events {
		l.Events[i] = c.events[i].id
	}
	l.Text, l.Quantity, l.Unit = c.text(), money.New(c.moved, c.governs.terms.Currency).String(), w.unit
	l.Rate, l.RateText = w.rate, w.rateText
	l.Basis = Basis{
		Version:  c.governs.terms.Version,
		Clause:   w.clause,
		Formula:  moved + " x " + w.rateText + " = " + l.Amount.Format(),
		Rounding: w.rounding,
		Inputs:   c.inputs(moved),
		Touches:  c.touches(),
		Evidence: c.evidence(),
		Notes:    c.notes(),
	}
}

// sharingWords are what every line of a version's clause says alike.
type sharingWords struct {
	clause, rounding, rate, rateText, unit, model string
	shares                                        map[[2]int64]string // of a weight in the whole
}

func (g *sharing) words() *sharingWords {
	if g.said == nil {
		g.said = &sharingWords{clause: g.share.Words(g.terms), rounding: roundingWords(g.terms), rate: decimalOf(g.share.Rate), rateText: g.share.Rate.String(),
			unit: string(g.terms.Currency) + " credited", shares: map[[2]int64]string{}}
		if !g.share.Attribution.None {
			g.said.model = capital(g.model.Words()) + "."
		}
	}
	return g.said
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
	return name + what + last.date.Words()
}

func (c *credited) inputs(moved string) []Input {
	after := c.money(c.after)
	in := append(make([]Input, 0, 8), Input{"deal created", createdOn(c.deal, c.governs.terms.Zone).Words()}, Input{"deal won", c.deal.ClosedOn.Words()})
	if c.before != 0 {
		in = append(in, Input{"revenue before", c.money(c.before)})
	}
	for i := range c.events {
		if rate := c.events[i].rate; rate != "" {
			in = append(in, Input{"rate of exchange", rate})
		}
	}
	in = append(in, Input{"revenue to date", after})
	if !c.governs.share.Attribution.None {
		in = append(in, Input{"credited to touches that earn", c.money(c.earned) + " of " + after})
	}
	if c.result.Unattributed != 0 {
		in = append(in, Input{"unattributed", c.money(c.result.Unattributed)})
	}
	if c.earned != c.moved {
		in = append(in, Input{"credited before", c.money(c.earned - c.moved)})
	}
	return append(in, Input{"credited in this line", moved}, Input{"rate", c.governs.words().rateText})
}

func (c *credited) touches() []Credited {
	out := make([]Credited, len(c.result.Credits)+len(c.result.Ignored))
	w, terms := c.governs.words(), &c.governs.terms
	row := func(r *Credited, t *attribution.Touch) {
		r.Touch, r.Contact, r.Channel, r.Campaign, r.Provider = t.ID, t.Contact, t.Channel, t.Campaign, t.Provider
		if !t.At.IsZero() {
			r.At = t.At.In(terms.Zone).Format(time.RFC3339)
		}
	}
	n := 0
	for i := range c.result.Credits {
		tc, r := &c.result.Credits[i], &out[n]
		row(r, &tc.Touch)
		r.Roles, r.Share, r.Credit, r.Earns = tc.Roles.String(), w.share(c.result, tc.Weight), money.New(tc.Minor, terms.Currency).String(), c.governs.earns(&tc.Touch)
		n++
	}
	for i := range c.result.Ignored {
		g, r := &c.result.Ignored[i], &out[n]
		row(r, &g.Touch)
		r.Share, r.Credit, r.Ignored = "0 %", money.New(0, terms.Currency).String(), g.Reason.Words()
		n++
	}
	return out
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
