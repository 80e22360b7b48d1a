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
	w, terms := c.said, &c.governs.terms
	l.Unit, l.Rate, l.RateText = w.unit, w.rate, w.rateText
	l.Events = w.ids.take(len(c.events))
	for i := range c.events {
		l.Events[i] = c.events[i].id
	}
	l.Basis = Basis{Version: terms.Version, Clause: w.clause, Rounding: w.rounding, Touches: c.touches(), Evidence: c.evidence(), Notes: c.notes()}
	l.Basis.Inputs = c.inputs()
	c.text(&l.Text)
	t := &w.text
	t.b = money.New(c.moved, terms.Currency).Append(t.b)
	t.end(&l.Quantity)
	t.money(c, c.moved).add(" x ").add(w.rateText).add(" = ")
	t.b = l.Amount.AppendFormat(t.b)
	t.end(&l.Basis.Formula)
	t.write()
}

// sharingWords are what every line of a version's clause says alike, and room for what they say each.
type sharingWords struct {
	of                                            *sharing
	clause, rounding, rate, rateText, unit, model string
	channels                                      string // by which rules they are named; "": as they were imported
	shares                                        []weightShare
	text                                          text
	ids, said                                     stock[string]
	inputs                                        stock[Input]
	touches                                       stock[Credited]
	evidence                                      stock[Evident]
}

// words of a version's clause, put together once by each drafter.
func (d *drafter) words(g *sharing) *sharingWords {
	for _, w := range d.said {
		if w.of == g {
			return w
		}
	}
	w := &sharingWords{of: g, clause: g.share.Words(g.terms), rounding: roundingWords(g.terms), rate: decimalOf(g.share.Rate), rateText: g.share.Rate.String(),
		unit: string(g.terms.Currency) + " credited"}
	if !g.share.Attribution.None {
		w.model = capital(g.model.Words()) + "."
		if by := g.share.Attribution.Touched.Channels.NamedBy(); by != "" {
			w.channels = "Channels of visits are named by " + by + ", whatever the import said."
		}
	}
	d.said = append(d.said, w)
	return w
}

// weightShare is the part of a whole that a weight is.
type weightShare struct {
	weight, whole int64
	text          string
}

// fewShares are as many as most paths have; the models that weigh by age have others for every deal.
const fewShares = 16

// share is the part of the whole that a weight is.
func (w *sharingWords) share(r *attribution.Result, weight int64) string {
	for i := range w.shares {
		if s := &w.shares[i]; s.weight == weight && s.whole == r.Whole {
			return s.text
		}
	}
	text := r.Share(weight).String()
	if len(w.shares) < fewShares {
		w.shares = append(w.shares, weightShare{weight, r.Whole, text})
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

func (c *credited) text(into *string) {
	last := &c.events[len(c.events)-1]
	t := c.said.text.add(dealName(c.deal))
	switch {
	case len(c.events) > 1:
		t.add(", ").add(strconv.Itoa(len(c.events))).add(" events until ")
	case last.payment == nil:
		t.add(", won ")
	case last.minor < 0:
		t.add(", refund ")
	default:
		t.add(", collected ")
	}
	t.day(last.date)
	if last.cut {
		t.add(", of what counted in ").add(cal.MonthOf(last.gives).Words())
	}
	t.end(into)
}

func (c *credited) inputs() []Input {
	w := c.said
	t, in := &w.text, w.inputs.take(c.inputCount())[:0] // all of them, for what is pointed to must not move
	next := func(name string) *string {
		in = append(in, Input{Name: name})
		return &in[len(in)-1].Value
	}
	t.day(createdOn(c.deal, c.governs.terms.Zone)).end(next("deal created"))
	t.day(c.deal.ClosedOn).end(next("deal won"))
	if c.before != 0 {
		t.money(c, c.before).end(next("revenue before"))
	}
	for i := range c.events {
		if rate := c.events[i].rate; rate != "" {
			*next("rate of exchange") = rate
		}
	}
	t.money(c, c.after).end(next("revenue to date"))
	if !c.governs.share.Attribution.None {
		t.money(c, c.earned).add(" of ").money(c, c.after).end(next("credited to touches that earn"))
	}
	if c.result.Unattributed != 0 {
		t.money(c, c.result.Unattributed).end(next("unattributed"))
	}
	if c.earned != c.moved {
		t.money(c, c.earned-c.moved).end(next("credited before"))
	}
	t.money(c, c.moved).end(next("credited in this line"))
	*next("rate") = w.rateText
	return in
}

// inputCount is how many inputs a line can have.
func (c *credited) inputCount() int {
	n := 6
	for i := range c.events {
		if c.events[i].rate != "" {
			n++
		}
	}
	for _, said := range []bool{c.before != 0, c.result.Unattributed != 0, c.earned != c.moved} {
		if said {
			n++
		}
	}
	return n
}

func (c *credited) touches() []Credited {
	credits, ignored := c.holdings, c.result.Ignored
	w, currency := c.said, c.governs.terms.Currency
	out := w.touches.take(len(credits) + len(ignored))
	for i := range credits {
		tc, r := &credits[i], &out[i]
		c.touch(r, tc.Touch)
		r.Roles, r.Share, r.Earns = tc.Roles.String(), w.share(c.result, tc.Weight), c.governs.earns(tc.Touch.Channel, tc.Touch.Provider)
		w.text.b = money.New(tc.Minor, currency).Append(w.text.b)
		w.text.end(&r.Credit)
	}
	for i := range ignored {
		g, r := &ignored[i], &out[len(credits)+i]
		c.touch(r, &g.Touch)
		r.Share, r.Ignored = "0 %", g.Reason.Words()
		w.text.b = money.New(0, currency).Append(w.text.b)
		w.text.end(&r.Credit)
	}
	return out
}

// touch fills in what is known of a touch.
func (c *credited) touch(r *Credited, t *attribution.Touch) {
	r.Touch, r.Contact, r.Channel, r.Imported, r.Campaign, r.Provider = t.ID, t.Contact, t.Channel, t.Imported, t.Campaign, t.Provider
	if w := c.said; !t.At.IsZero() {
		w.text.b = t.At.In(c.governs.terms.Zone).AppendFormat(w.text.b, time.RFC3339)
		w.text.end(&r.At)
	}
}

func (c *credited) evidence() []Evident {
	w := c.said
	n := 1
	for i := range c.events {
		if c.events[i].payment != nil {
			n++
		}
	}
	if c.earlier != "" {
		n++
	}
	out := w.evidence.take(n)[:1] // all of it, as above
	out[0] = Evident{"deal", c.deal.ID, dealName(c.deal)}
	if c.earlier != "" {
		out = append(out, Evident{"deal", c.earlier, "an earlier deal of the same contacts, after which the path begins"})
	}
	for i := range c.events {
		if e := &c.events[i]; e.payment != nil {
			out = append(out, Evident{Kind: "payment", ID: e.id})
			w.text.money(c, e.minor).add(" on ").day(e.payment.PaidOn).end(&out[len(out)-1].Words)
		}
	}
	return out
}

func (c *credited) notes() []string {
	w, a := c.said, &c.governs.share.Attribution
	if a.None {
		return []string{"The contract attributes nothing: all revenue of the deal counts."}
	}
	notes := append(w.said.take(2 + len(c.result.Notes))[:0], w.model)
	if w.channels != "" {
		notes = append(notes, w.channels)
	}
	notes = append(notes, c.result.Notes...)
	for i := range c.holdings {
		if t := c.holdings[i].Touch; t.Channel == "" && a.Credits.By != "providers" {
			notes = append(notes, fmt.Sprintf("The CRM does not say the channel of touch %s: it earns nothing until it does.", t.ID))
		}
	}
	if c.byAccount {
		notes = append(notes, "No contact is associated with the deal: the touches of all contacts of its company were taken, as the contract says.")
	}
	return notes
}
