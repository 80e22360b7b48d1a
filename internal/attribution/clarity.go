package attribution

import (
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Clarity is how much of the won revenue of a period can be traced to marketing: the value of the deals of which all is told that a share of revenue
// rests on, as a part of the value of all. A deal is clear when its source is known and was not changed since it was created, a contact of it had a
// dated touch before that, and one such touch names a campaign that the agency ran.
type Clarity struct {
	Period  cal.Period
	Deals   int64 // won in the currency, with an amount
	Clear   money.Amount
	Unknown money.Amount // of deals that lack nothing but a history that tells whether their source was changed
	Of      money.Amount
	Failing []Unclear
	LeftOut []crm.Failing // won, in another currency or without an amount
}

// Unclear is a deal that is not clear: all that it lacks.
type Unclear struct {
	Deal   crm.Deal
	Why    []string
	Untold bool // it lacks nothing but a history of its source
}

// enoughDeals is how many won deals it takes to tell how clear attribution is.
const enoughDeals = 10

// Enough says whether there are the 10 deals, and the revenue, without which clarity says nothing.
func (c Clarity) Enough() bool { return c.Deals >= enoughDeals && c.Of.Minor > 0 }

// Share is the clear part of the value. Not ok: there is no value.
func (c Clarity) Share() (money.Ratio, bool) {
	if c.Of.Minor <= 0 {
		return money.Ratio{}, false
	}
	return money.NewRatio(max(0, c.Clear.Minor), c.Of.Minor), true
}

// ClarityOf measures the deals of a snapshot that were won in a period, in one currency. Links are those of the snapshot; pasts are by deal; owned says of
// a touch by its channel, as it is named by the naming, and its provider whether the agency ran its campaign.
func ClarityOf(s *crm.Snapshot, x *Links, pasts map[string]crm.Past, in cal.Period, currency money.Currency, named *channel.Naming, owned func(channel, provider string) bool) Clarity {
	c := Clarity{Period: in, Clear: money.New(0, currency), Unknown: money.New(0, currency), Of: money.New(0, currency)}
	namer := new(Namer)
	ours := func(t *crm.Touch) bool { return owned(namer.Of(named, t), t.Provider) }
	for _, d := range crm.Won(s, in) {
		switch {
		case !d.AmountKnown:
			c.LeftOut = append(c.LeftOut, crm.Failing{Kind: crm.KindDeal, ID: d.ID, Name: d.Name, Why: "no amount"})
			continue
		case d.Amount.Currency != currency:
			c.LeftOut = append(c.LeftOut, crm.Failing{Kind: crm.KindDeal, ID: d.ID, Name: d.Name, Why: "in " + string(d.Amount.Currency)})
			continue
		}
		c.Deals++
		c.Of = c.Of.Add(d.Amount)
		u := unclear(x, d, pasts[d.ID], ours)
		switch {
		case len(u.Why) == 0:
			c.Clear = c.Clear.Add(d.Amount)
			continue
		case u.Untold:
			c.Unknown = c.Unknown.Add(d.Amount)
		}
		c.Failing = append(c.Failing, u)
	}
	return c
}

func unclear(x *Links, d crm.Deal, past crm.Past, ours func(t *crm.Touch) bool) Unclear {
	u := Unclear{Deal: d}
	lacks := func(why string) { u.Why = append(u.Why, why) }
	if d.Source == "" {
		lacks("no source")
	}
	if past.SourceChanged {
		lacks("its source was changed")
	}
	if d.CreatedAt.IsZero() {
		lacks("no day of creation")
	} else {
		before := x.touchesBefore(d, d.CreatedAt)
		if len(before) == 0 {
			lacks("no dated touch of its contacts before it was created")
		} else if !slices.ContainsFunc(before, func(t *crm.Touch) bool { return t.Campaign != "" && ours(t) }) {
			lacks("no touch before it was created is of a campaign that the agency ran")
		}
	}
	if d.Source != "" && !past.SourceChanged && !past.SourceKnown {
		u.Untold = len(u.Why) == 0
		lacks("nobody can tell whether its source was changed")
	}
	return u
}

// touchesBefore are the dated touches of the contacts of a deal before an instant.
func (x *Links) touchesBefore(d crm.Deal, end time.Time) []*crm.Touch {
	var out []*crm.Touch
	contacts, _ := x.contactsOf(&d, Path{})
	for _, contact := range contacts {
		for _, t := range x.touches.of(contact) {
			if !t.At.IsZero() && t.At.Before(end) {
				out = append(out, t)
			}
		}
	}
	return out
}

// Words are what an unclear deal lacks, in a sentence.
func (u Unclear) Words() string { return strings.Join(u.Why, "; ") }

// EarnedBy is what marketing earns under one model.
type EarnedBy struct {
	Model  Kind
	Amount money.Amount
}

// Earning is what marketing earns of some deals by each of the four models that its spread is measured by: first, last, linear and w-shaped touch.
type Earning struct {
	By []EarnedBy
	Of money.Amount // the value of the deals
}

// EarningOf is what marketing earns of the deals that ClarityOf counts.
func EarningOf(s *crm.Snapshot, x *Links, in cal.Period, currency money.Currency, path Path, w Lookback, owned func(channel, provider string) bool) Earning {
	crediting := new(Crediting)
	models := make([]Model, 0, 4)
	e := Earning{Of: money.New(0, currency)}
	for _, name := range []Kind{FirstTouch, LastTouch, Linear, WShaped} {
		m, err := ParseModel(string(name))
		if err != nil {
			panic("attribution: a model that is measured: " + err.Error())
		}
		models = append(models, m)
		e.By = append(e.By, EarnedBy{m.kind, money.New(0, currency)})
	}
	for _, d := range crm.Won(s, in) {
		if !d.AmountKnown || d.Amount.Currency != currency {
			continue
		}
		e.Of = e.Of.Add(d.Amount)
		for i := range models {
			j, _ := crediting.Journey(x, &d, path)
			crediting.Weigh(j, &models[i], w)
			e.By[i].Amount.Minor += crediting.Held(d.Amount.Minor, owned)
		}
	}
	return e
}

// And is what is earned of these deals and of others, which none of these is.
func (e Earning) And(other Earning) Earning {
	if len(e.By) == 0 {
		return other
	}
	out := Earning{Of: e.Of.Add(other.Of)}
	for i, by := range e.By {
		out.By = append(out.By, EarnedBy{by.Model, by.Amount.Add(other.By[i].Amount)})
	}
	return out
}

// Spread is how far the models are apart, in hundredths of a percentage point of the deals' value: the most less the least. Where it is wide, the choice
// of the model decides the fee. Not ok: there is no value.
func (e Earning) Spread() (points int64, ok bool) {
	var earned []int64
	for _, by := range e.By {
		earned = append(earned, by.Amount.Minor)
	}
	return Spread(earned, e.Of.Minor)
}

// Spread is the most of some amounts less the least, in hundredths of a percentage point of a total. Not ok: there is no total to divide.
func Spread(earned []int64, total int64) (points int64, ok bool) {
	if total == 0 || len(earned) == 0 {
		return 0, false
	}
	return money.MulDiv(slices.Max(earned)-slices.Min(earned), 10_000, max(total, -total), money.HalfUp), true
}
