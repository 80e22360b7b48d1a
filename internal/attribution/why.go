package attribution

import (
	"fmt"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Share is the exact part of the deal's amount that the weight is: 30 %, or 4/7.
func (r Result) Share(weight int64) money.Ratio {
	if r.Whole == 0 {
		return money.Ratio{}
	}
	return money.NewRatio(weight, r.Whole)
}

// Amount is minor units in the currency of the deal.
func (r Result) Amount(minor int64) money.Amount { return money.New(minor, r.Total.Currency) }

// Why explains the i-th of Credits in a sentence that multiplies out by hand: "first touch + lead creation: 60 % of 100,000.00 is 60,000.00".
func (r Result) Why(i int) string {
	c := r.Credits[i]
	nearest, rest := r.nearest(c.Weight, c.Minor)
	return fmt.Sprintf("%s: %s of %s is %s%s", r.claim(c), r.Share(c.Weight), r.Total.Format(), nearest, rest)
}

// WhyIgnored explains the i-th of Ignored, with the money that stays unattributed because of it.
func (r Result) WhyIgnored(i int) string {
	g := r.Ignored[i]
	if g.Weight == 0 {
		return g.Reason.Words()
	}
	nearest, rest := r.nearest(g.Weight, g.Minor)
	return fmt.Sprintf("%s: its %s of %s, %s%s, is unattributed", g.Reason.Words(), r.Share(g.Weight), r.Total.Format(), nearest, rest)
}

// nearest is what the weight multiplies out to, and in words by how much what the touch holds differs from it: the parts of an amount that
// does not divide evenly are rounded so that they add up.
func (r Result) nearest(weight, minor int64) (amount, rest string) {
	exact := money.MulDiv(r.Total.Minor, weight, max(r.Whole, 1), money.HalfUp)
	switch difference := minor - exact; {
	case difference > 0:
		rest = fmt.Sprintf(", plus %s so that the parts add up to %s", r.Amount(difference).Format(), r.Total.Format())
	case difference < 0:
		rest = fmt.Sprintf(", less %s so that the parts add up to %s", r.Amount(-difference).Format(), r.Total.Format())
	}
	return r.Amount(exact).Format(), rest
}

func (r Result) claim(c TouchCredit) string {
	switch r.Model.kind {
	case Linear:
		return fmt.Sprintf("one of %d touches with equal weight", r.Whole)
	case TimeDecay:
		age := r.Credits[len(r.Credits)-1].Touch.At.Sub(c.Touch.At).Round(time.Second)
		return fmt.Sprintf("%s, with a half-life of %s", ageWords(age), r.Model.halfLifeText())
	case DataDriven:
		return fmt.Sprintf("channel %q by its removal effect", c.Touch.Channel)
	case LastNonDirect:
		if c.Weight == 0 {
			return "not the last touch through a channel other than " + strings.Join(r.Model.direct, ", ")
		}
		return "last touch through a channel other than " + strings.Join(r.Model.direct, ", ")
	case FirstTouch, LastTouch:
		if c.Weight == 0 {
			return fmt.Sprintf("not the %s touch", r.Model.kind)
		}
		return fmt.Sprintf("%s touch", r.Model.kind)
	default:
		return (c.Roles & (r.Model.Weighs() | Middle)).String()
	}
}

// ageWords is how long before the newest touch another one was: "60 days 4 h before the newest touch".
func ageWords(age time.Duration) string {
	if age == 0 {
		return "at the time of the newest touch"
	}
	var parts []string
	for _, u := range []struct {
		length time.Duration
		words  string
	}{{24 * time.Hour, "days"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		n := age / u.length
		age %= u.length
		switch {
		case n == 1 && u.words == "days":
			parts = append(parts, "1 day")
		case n > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n, u.words))
		}
	}
	return strings.Join(parts, " ") + " before the newest touch"
}
