package fees

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Product is quantity x rate of the line, exactly, for whoever multiplies it out again. Fault: an error when either is no number.
func (l Line) Product() (*big.Rat, error) {
	quantity, err := exact(l.Quantity)
	if err != nil {
		return nil, fmt.Errorf("quantity: %w", err)
	}
	rate, err := exact(l.Rate)
	if err != nil {
		return nil, fmt.Errorf("rate: %w", err)
	}
	return new(big.Rat).Mul(quantity, rate), nil
}

// longestExact holds the exact score of a scorecard with as many metrics as one can have, and no bomb.
const longestExact = 4000

// exact reads "12000.00", "-3.5" or "12/28".
func exact(text string) (*big.Rat, error) {
	if len(text) > longestExact || strings.ContainsAny(text, "eEpPxX_") {
		return nil, fmt.Errorf("%q is no number", shortened(text))
	}
	number, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("%q is no number", shortened(text))
	}
	return number, nil
}

func shortened(text string) string {
	if len(text) > 40 {
		return text[:40] + "..."
	}
	return text
}

// MultipliesOut reports whether the amount is quantity x rate, rounded to a whole minor unit in the given way.
func (l Line) MultipliesOut(rounding money.Rounding) bool {
	product, err := l.Product()
	if err != nil {
		return false
	}
	units := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.Amount.Currency.Digits())), nil)
	minor := rounded(product.Mul(product, new(big.Rat).SetInt(units)), rounding)
	return minor.IsInt64() && minor.Int64() == l.Amount.Minor
}

// rounded is the whole number that the mode gives. It is computed apart from the rounding of money, so that one checks the other.
func rounded(r *big.Rat, mode money.Rounding) *big.Int {
	floor, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(r.Denom())
	negative := r.Sign() < 0
	var up bool
	switch {
	case rest.Sign() == 0:
	case mode == money.Ceiling:
		up = true
	case mode == money.Floor:
	case mode == money.Up:
		up = !negative
	case mode == money.Down:
		up = negative
	case half != 0:
		up = half > 0
	case mode == money.HalfEven:
		up = floor.Bit(0) == 1
	case mode == money.HalfDown:
		up = negative
	default:
		up = !negative
	}
	if up {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

// AddsUp reports whether the lines sum to the total.
func (s Statement) AddsUp() bool {
	sum := new(big.Int) // the statement may be somebody else's, with sums beyond any money
	for _, l := range s.Lines {
		sum.Add(sum, big.NewInt(l.Amount.Minor))
	}
	return s.Total.Currency == s.Currency && sum.IsInt64() && sum.Int64() == s.Total.Minor
}
