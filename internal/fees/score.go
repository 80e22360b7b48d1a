package fees

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// payoutAt is what a metric pays, of its weight, at a reading, and the sum in words: nothing is rounded.
// Worked with 50, 100 and 150 %: 112 of 80/100/120 pays 130 %, 860 of 800/1,000/1,300 pays 65 %, and of 18/15/12 where lower is better
// 18 pays 50 % and 19 nothing.
func payoutAt(card contract.Scorecard, m contract.ScoredMetric, x *big.Rat) (*big.Rat, string) {
	p := card.Payout
	switch {
	case m.Reaches(x, m.Max):
		return capped(card, rat(p.AtMax), fmt.Sprintf("at or beyond max %s", m.Max))
	case !m.Reaches(x, m.Threshold):
		return taken(card, m, x)
	case p.Between == "stepped":
		for _, s := range m.Steps {
			if m.Reaches(x, s.From) && !m.Reaches(x, s.To) {
				return capped(card, rat(s.Payout), fmt.Sprintf("in the band from %s until before %s", s.From, s.To))
			}
		}
		panic("fees: a band is missing between threshold and max")
	case m.Reaches(x, m.Target):
		return between(card, m, x, m.Target, m.Max, rat(p.AtTarget), rat(p.AtMax))
	default:
		return between(card, m, x, m.Threshold, m.Target, rat(p.AtThreshold), rat(p.AtTarget))
	}
}

// taken is what a metric pays that does not reach its threshold: the agreed payout, or, when it is bad, a part of the malus.
func taken(card contract.Scorecard, m contract.ScoredMetric, x *big.Rat) (*big.Rat, string) {
	if m.Malus == nil || m.Reaches(x, m.Malus.From) {
		return rat(card.Payout.Below), fmt.Sprintf("short of threshold %s", m.Threshold)
	}
	most := rat(card.Malus.Share)
	most.Neg(most)
	if !m.Reaches(x, m.Malus.Full) {
		return most, fmt.Sprintf("at or beyond %s, where it takes back all of the malus", m.Malus.Full)
	}
	return straight(m, x, m.Malus.From, m.Malus.Full, new(big.Rat), most)
}

func between(card contract.Scorecard, m contract.ScoredMetric, x *big.Rat, from, to contract.Number, low, high *big.Rat) (*big.Rat, string) {
	payout, words := straight(m, x, from, to, low, high)
	return capped(card, payout, words)
}

// capped holds the payout of one metric under the cap of the contract.
func capped(card contract.Scorecard, payout *big.Rat, words string) (*big.Rat, string) {
	if limit := rat(card.MetricCap.Share); card.MetricCap.Set && payout.Cmp(limit) > 0 {
		return limit, fmt.Sprintf("%s: %s, capped for one metric", words, percent(payout))
	}
	return payout, words
}

// straight is the value at x of the line from low at from to high at to.
func straight(m contract.ScoredMetric, x *big.Rat, from, to contract.Number, low, high *big.Rat) (*big.Rat, string) {
	way, whole := new(big.Rat).Sub(x, from.Rat()), new(big.Rat).Sub(to.Rat(), from.Rat())
	payout := new(big.Rat).Quo(way, whole)
	payout.Mul(payout, new(big.Rat).Sub(high, low)).Add(payout, low)
	a, b, c, d := number(x), from.String(), to.String(), from.String()
	if whole.Sign() < 0 {
		a, b, c, d = b, a, d, c
	}
	return payout, fmt.Sprintf("%s + (%s - %s) / (%s - %s) x (%s - %s)", percent(low), a, b, c, d, percent(high), percent(low))
}

// scoredMetric is one metric of a score.
type scoredMetric struct {
	metric  contract.ScoredMetric
	reading reading
	payout  *big.Rat // nil: left out of the score
	how     string   // the payout in words
	rule    string   // the rule that stood in for a reading: zero, renormalise, carry, last-good, hold; empty: none was needed
	held    string   // why the bonus is held; empty: it is not
}

// score of one performance period under one version.
type score struct {
	metrics []scoredMetric
	value   *big.Rat // nil: held
	formula string   // with its numbers, up to the value
}

// sumUp weighs the payouts, divides by the weights that are left, and keeps the limits of the whole score.
func (s *score) sumUp(card contract.Scorecard) {
	sum, weights := new(big.Rat), new(big.Rat)
	var terms []string
	for _, m := range s.metrics {
		if m.held != "" {
			return
		}
		if m.payout == nil {
			continue
		}
		w := rat(m.metric.Weight)
		weights.Add(weights, w)
		sum.Add(sum, new(big.Rat).Mul(w, m.payout))
		terms = append(terms, percent(w)+" x "+percent(m.payout))
	}
	if weights.Sign() == 0 {
		return
	}
	s.formula = strings.Join(terms, " + ")
	if weights.Cmp(one()) != 0 {
		sum.Quo(sum, weights)
		s.formula = fmt.Sprintf("(%s) / %s", s.formula, percent(weights))
	}
	s.formula += " = " + percent(sum)
	if limit := rat(card.TotalCap.Share); card.TotalCap.Set && sum.Cmp(limit) > 0 {
		sum = limit
		s.formula += ", at most " + percent(limit)
	}
	if limit := rat(card.TotalFloor.Share); card.TotalFloor.Set && sum.Cmp(limit) < 0 {
		sum = limit
		s.formula += ", at least " + percent(limit)
	}
	s.value = sum
}

func rat(r money.Ratio) *big.Rat { return big.NewRat(r.Num(), r.Den()) }

func one() *big.Rat { return big.NewRat(1, 1) }

// percent is a share as people write it, exactly: "97.5 %", "200/3 %".
func percent(r *big.Rat) string {
	return number(new(big.Rat).Mul(r, big.NewRat(100, 1))) + " %"
}

// ofThePool is the unit of a bonus.
const ofThePool = "of the pool"

// nearPercent is a share for people, to two places with the exact one beside it: "124.67 % (187/150)".
func nearPercent(share *big.Rat) string {
	near := strings.TrimSuffix(strings.TrimRight(new(big.Rat).Mul(share, big.NewRat(100, 1)).FloatString(2), "0"), ".")
	return near + " % (" + share.String() + ")"
}

var fractionOfHundred = regexp.MustCompile(`-?[0-9]+/[0-9]+ %`)

// Percentages writes the percentages of a formula that do not end as people read them: "350/3 %" as "116.67 % (7/6)". The numbers stay exact.
func Percentages(formula string) string {
	return fractionOfHundred.ReplaceAllStringFunc(formula, func(text string) string {
		hundredfold, ok := new(big.Rat).SetString(strings.TrimSuffix(text, " %"))
		if !ok {
			return text
		}
		return nearPercent(hundredfold.Quo(hundredfold, big.NewRat(100, 1)))
	})
}

// number is a plain decimal with its thousands grouped where it ends within nine decimals, else a fraction.
func number(r *big.Rat) string {
	text := decimalOrFraction(r)
	if strings.Contains(text, "/") {
		return text
	}
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, frac, dotted := strings.Cut(text, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if dotted {
		whole += "." + frac
	}
	return sign + whole
}

// decimalOrFraction is the exact number for machines: a decimal where it ends within nine digits, else a fraction in lowest terms.
func decimalOrFraction(r *big.Rat) string {
	const places = 9
	if r.IsInt() {
		return r.Num().String()
	}
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(places), nil)))
	if !scaled.IsInt() {
		return r.String()
	}
	return strings.TrimRight(r.FloatString(places), "0")
}

// times is the amount x an exact share, rounded once by the mode.
func times(a money.Amount, share *big.Rat, mode money.Rounding) money.Amount {
	product := new(big.Rat).Mul(new(big.Rat).SetInt64(a.Minor), share)
	floor, rest := new(big.Int).DivMod(product.Num(), product.Denom(), new(big.Int))
	quarters := floor.Lsh(floor, 2) // with the rest as nothing, less than a half, a half, more: all that rounding looks at
	if rest.Sign() > 0 {
		quarters.Add(quarters, big.NewInt(int64(2+rest.Lsh(rest, 1).Cmp(product.Denom()))))
	}
	if !quarters.IsInt64() {
		panic("fees: a bonus leaves the numbers of money")
	}
	return money.New(money.MulDiv(quarters.Int64(), 1, 4, mode), a.Currency)
}
