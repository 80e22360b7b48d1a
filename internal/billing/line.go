package billing

import (
	"math/big"
	"regexp"
	"strings"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Line is one charge of an invoice, or what a credit note takes back. Quantity x Price = Net, exactly.
type Line struct {
	No       int           `json:"no"`
	From     int           `json:"from"` // number of the line of the statement; of a credit note to an invoice, that of the invoice
	Clause   string        `json:"clause"`
	Kind     fees.LineKind `json:"kind"`
	Text     string        `json:"text"`
	Detail   string        `json:"detail,omitempty"` // how the amount came about, where quantity and price do not say it
	Quantity string        `json:"quantity"`         // decimal; negative for a deduction
	Unit     Unit          `json:"unit,omitempty"`
	Price    string        `json:"price"` // decimal, never negative
	Net      money.Amount  `json:"net"`
	Tax      money.Amount  `json:"tax"`
	Gross    money.Amount  `json:"gross"`
	Due      money.Amount  `json:"due"` // what of the document is to be paid for this line, or is given back for it
}

// Unit is what a quantity counts, by the codes of UN/ECE recommendation 20; empty: one.
type Unit string

// The units of lines.
const (
	Month Unit = "MON"
	Hour  Unit = "HUR"
	Piece Unit = "C62"
)

// Words is the unit for people: "hours".
func (u Unit) Words() string {
	return map[Unit]string{Month: "month", Hour: "h"}[u]
}

// compose makes the lines of what is payable of a statement. Lines of which nothing is payable are left out. Of a credit, sign is -1: the
// lines say what is given back.
func compose(s fees.Statement, payable []money.Amount, sign int64) []Line {
	var out []Line
	for i, l := range s.Lines {
		net := money.New(payable[i].Minor*sign, s.Currency)
		if net.IsZero() {
			continue
		}
		line := Line{No: len(out) + 1, From: l.No, Clause: l.Clause, Kind: l.Kind, Text: l.Text, Net: net}
		if quantity, ok := multiplies(l, net); ok {
			line.Quantity, line.Unit, line.Price = quantity, unitOf(l.Unit), l.Rate
		} else {
			line.single()
			line.Detail = detailOf(l, net)
		}
		out = append(out, line)
	}
	return out
}

// single writes the line as one piece at its amount.
func (l *Line) single() {
	l.Quantity, l.Unit, l.Price = "1", Piece, l.Net.String()
	if l.Net.Minor < 0 {
		l.Quantity, l.Price = "-1", l.Net.Neg().String()
	}
}

// multiplies reports whether the statement's own quantity and rate give the amount exactly. A share of an amount of money is no quantity.
func multiplies(l fees.Line, net money.Amount) (quantity string, ok bool) {
	unit := unitOf(l.Unit)
	if unit == Piece || net.Minor != l.Amount.Minor {
		return "", false
	}
	q, quantityIsDecimal := decimal(l.Quantity)
	p, priceIsDecimal := decimal(l.Rate)
	if !quantityIsDecimal || !priceIsDecimal || p.Sign() <= 0 {
		return "", false
	}
	want := big.NewRat(net.Minor, net.Currency.Unit())
	return l.Quantity, q.Mul(q, p).Cmp(want) == 0
}

func unitOf(words string) Unit {
	switch words {
	case "month", "months":
		return Month
	case "hour", "hours", "h":
		return Hour
	}
	return Piece
}

// decimal reads a plain decimal, not a fraction.
func decimal(text string) (*big.Rat, bool) {
	if text == "" || strings.Trim(text, "-.0123456789") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func detailOf(l fees.Line, net money.Amount) string {
	switch {
	case net.Minor != l.Amount.Minor && net.Minor != -l.Amount.Minor:
		return "as it stands on the undisputed lines; " + l.Amount.Format() + " on the statement"
	case l.Quantity == "" || l.RateText == "":
		return ""
	case l.Quantity == "1" && l.RateText == l.Amount.Format():
		return ""
	}
	return l.QuantityWords() + " × " + l.RateText
}

// DetailWords is the detail as it is printed: with a true minus sign, as every amount.
func (l Line) DetailWords() string {
	return hyphenBeforeFigure.ReplaceAllString(l.Detail, "$1\u2212$2")
}

var hyphenBeforeFigure = regexp.MustCompile(`(^|[ (])-([0-9])`)

// share spreads tax and rounding over the lines by cumulative rounding, so that they sum to the whole whatever the signs, and computes what
// is due for each line.
func share(lines []Line, net, gross money.Amount) {
	var seen, given int64
	for i := range lines {
		l := &lines[i]
		seen += l.Net.Minor
		total := int64(0)
		if net.Minor != 0 {
			total = mulDiv(gross.Minor-net.Minor, seen, net.Minor)
		}
		l.Tax = money.New(total-given, net.Currency)
		given = total
		l.Gross = l.Net.Add(l.Tax)
	}
	for i, minor := range dues(lines) {
		lines[i].Due = money.New(minor, net.Currency)
	}
}

// mulDiv is n*num/den for a positive den, or a negative one with both signs turned.
func mulDiv(n, num, den int64) int64 {
	if den < 0 {
		num, den = -num, -den
	}
	return money.MulDiv(n, num, den, money.HalfUp)
}

// dues are the grosses with every deduction taken off the lines that it reduces: first those of its own clause, the last first, then the others.
// None is negative while their sum is not.
func dues(lines []Line) []int64 {
	out := make([]int64, len(lines))
	for i, l := range lines {
		out[i] = max(0, l.Gross.Minor)
	}
	for _, l := range lines {
		left := max(0, -l.Gross.Minor)
		for _, own := range []bool{true, false} {
			for i := len(lines) - 1; i >= 0 && left > 0; i-- {
				if (lines[i].Clause == l.Clause) == own {
					taken := min(left, out[i])
					out[i] -= taken
					left -= taken
				}
			}
		}
	}
	return out
}
