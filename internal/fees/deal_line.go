package fees

import (
	"fmt"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// charge is the line without words: what it charges for which events.
func (c credited) charge() Line {
	events := make([]string, len(c.events))
	for i, e := range c.events {
		events[i] = e.id
	}
	amount := money.New(c.moved, c.terms.Currency).Mul(c.share.Rate, c.terms.Rounding)
	l := Line{Clause: c.share.ID, Kind: KindDeal, Amount: amount, Deal: c.deal.ID, Events: events, Basis: Basis{Version: c.terms.Version}}
	if c.share.Scheduled() {
		l.Credited = c.moved
	}
	return l
}

// line is the charge with its reason.
func (c credited) line() Line {
	l, quantity := c.charge(), money.New(c.moved, c.terms.Currency)
	l.Text, l.Quantity, l.Unit = c.text(), quantity.String(), string(c.terms.Currency)+" credited"
	l.Rate, l.RateText = decimalOf(c.share.Rate), c.share.Rate.String()
	l.Basis = Basis{
		Version:  c.terms.Version,
		Clause:   c.events[0].governs.words,
		Formula:  fmt.Sprintf("%s x %s = %s", quantity.Format(), c.share.Rate, l.Amount.Format()),
		Rounding: roundingWords(*c.terms),
		Inputs:   c.inputs(),
		Touches:  c.touches(),
		Evidence: c.evidence(),
		Notes:    c.notes(),
	}
	return l
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

func (c credited) text() string {
	name := dealName(c.deal)
	if len(c.events) == 1 {
		e := c.events[0]
		switch {
		case e.payment == nil:
			return fmt.Sprintf("%s, won %s", name, e.date.Words())
		case e.minor < 0:
			return fmt.Sprintf("%s, refund %s", name, e.date.Words())
		default:
			return fmt.Sprintf("%s, collected %s", name, e.date.Words())
		}
	}
	return fmt.Sprintf("%s, %d events until %s", name, len(c.events), c.events[len(c.events)-1].date.Words())
}

func (c credited) inputs() []Input {
	in := []Input{{"deal created", createdOn(c.deal, c.terms.Zone).Words()}, {"deal won", c.deal.ClosedOn.Words()}}
	if c.before != 0 {
		in = append(in, Input{"revenue before", c.money(c.before)})
	}
	for _, e := range c.events {
		if e.rate != "" {
			in = append(in, Input{"rate of exchange", e.rate})
		}
	}
	in = append(in, Input{"revenue to date", c.money(c.after)})
	if !c.share.Attribution.None {
		in = append(in, Input{"credited to touches that earn", fmt.Sprintf("%s of %s", c.money(c.earned), c.money(c.after))})
	}
	if c.result.Unattributed != 0 {
		in = append(in, Input{"unattributed", c.money(c.result.Unattributed)})
	}
	if c.earned != c.moved {
		in = append(in, Input{"credited before", c.money(c.earned - c.moved)})
	}
	return append(in, Input{"credited in this line", c.money(c.moved)}, Input{"rate", c.share.Rate.String()})
}

func (c credited) touches() []Credited {
	out := make([]Credited, 0, len(c.result.Credits)+len(c.result.Ignored))
	row := func(t attribution.Touch) Credited {
		r := Credited{
			Touch: t.ID, Contact: t.Contact, Channel: t.Channel, Campaign: t.Campaign,
			Provider: t.Provider, Earns: c.share.Attribution.Credits.Earns(t.Channel, t.Provider),
		}
		if !t.At.IsZero() {
			r.At = t.At.In(c.terms.Zone).Format(time.RFC3339)
		}
		return r
	}
	for _, tc := range c.result.Credits {
		r := row(tc.Touch)
		r.Roles, r.Share, r.Credit = tc.Roles.String(), c.result.Share(tc.Weight).String(), money.New(tc.Minor, c.terms.Currency).String()
		out = append(out, r)
	}
	for _, i := range c.result.Ignored {
		r := row(i.Touch)
		r.Share, r.Credit, r.Earns, r.Ignored = "0 %", money.New(0, c.terms.Currency).String(), false, i.Reason.Words()
		out = append(out, r)
	}
	return out
}

func (c credited) evidence() []Evident {
	out := []Evident{{"deal", c.deal.ID, dealName(c.deal)}}
	for _, e := range c.events {
		if e.payment != nil {
			out = append(out, Evident{"payment", e.id, fmt.Sprintf("%s on %s", c.money(e.minor), e.payment.PaidOn.Words())})
		}
	}
	return out
}

func (c credited) notes() []string {
	if c.share.Attribution.None {
		return []string{"The contract attributes nothing: all revenue of the deal counts."}
	}
	notes := append([]string{capital(c.result.Model.Words()) + "."}, c.result.Notes...)
	for _, t := range c.result.Credits {
		if t.Touch.Channel == "" && c.share.Attribution.Credits.By != "providers" {
			notes = append(notes, fmt.Sprintf("The CRM does not say the channel of touch %s: it earns nothing until it does.", t.Touch.ID))
		}
	}
	if c.byAccount {
		notes = append(notes, "No contact is associated with the deal: the touches of all contacts of its company were taken, as the contract says.")
	}
	return notes
}
