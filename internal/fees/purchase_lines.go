package fees

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// purchaseKey says which rows stand in one line: those under the same words, of one category, of one vendor where the contract says so, and of
// those that are late, of one month.
type purchaseKey struct {
	words    string
	rounding money.Rounding
	category int
	vendor   string
	late     cal.Month // whose statement was locked without them; zero: the statement's own
}

// purchaseLines are the lines of one clause, by category, vendor and part. Rows that state the amount which a part is computed from, and
// rows from which it is derived, stand in two lines, so that each is quantity x an exact rate.
func purchaseLines(charged []purchase) []Line {
	groups := map[purchaseKey][]purchase{}
	var order []purchaseKey
	for _, u := range charged {
		key := purchaseKey{words: u.clause.Words(u.terms), rounding: u.terms.Rounding, category: u.category}
		if u.buys.ByVendor {
			key.vendor = strings.ToLower(strings.TrimSpace(u.row.Vendor))
		}
		if u.late {
			key.late = cal.MonthOf(u.row.SpentOn)
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], u)
	}
	first := func(k purchaseKey) int { return groups[k][0].terms.Version }
	slices.SortFunc(order, func(a, b purchaseKey) int {
		return cmp.Or(first(a)-first(b), a.category-b.category, cmp.Compare(a.vendor, b.vendor), a.late.First().Cmp(b.late.First()), cmp.Compare(a.words, b.words))
	})
	var out []Line
	for _, key := range order {
		for _, p := range partsOf(groups[key][0].clause) {
			out = append(out, p.lines(groups[key])...)
		}
	}
	return out
}

func (p part) lines(rows []purchase) []Line {
	var out []Line
	for _, of := range []amountOf{ofNet, ofGross} {
		var sum money.Amount
		var these []purchase
		for _, u := range rows {
			if stated, minor, ok := p.stated(u); ok && stated == of {
				sum = sum.Add(money.New(minor, u.terms.Currency))
				these = append(these, u)
			}
		}
		if len(these) > 0 {
			out = append(out, p.line(these, of, sum))
		}
	}
	return out
}

// line charges rows that all state the same one of net and gross.
func (p part) line(rows []purchase, stated amountOf, quantity money.Amount) Line {
	last := rows[len(rows)-1]
	t, c := last.terms, last.clause
	rate := p.on(stated, last.buys.Net())
	amount := quantity.Mul(rate.ratio, t.Rounding)
	events := make([]string, len(rows))
	evidence := make([]Evident, len(rows))
	for i, u := range rows {
		minor, _ := u.stated(stated)
		events[i] = u.row.ID
		evidence[i] = Evident{"spend", u.row.ID, fmt.Sprintf("%s: %s %s", rowWords(u.row), stated, money.New(minor, t.Currency).Format())}
	}
	var counts cal.Date // a limit counts what is late in the window of its own month, as it counts what is corrected
	if last.late {
		counts = rows[0].row.SpentOn
	}
	return Line{
		CountsOn: counts,
		Clause:   c.ClauseID(), Kind: p.kind, Text: p.text(last, stated), Quantity: quantity.String(), Unit: string(t.Currency) + " " + string(stated),
		Rate: rate.exact, RateText: rate.written, Amount: amount, Events: events,
		Basis: Basis{
			Version: t.Version, Clause: c.Words(t), Rounding: roundingWords(t), Evidence: evidence,
			Formula: fmt.Sprintf("%s x %s = %s", quantity.Format(), rate.written, amount.Format()),
			Inputs:  p.inputs(rows, stated, quantity), Notes: lateRows(rows),
		},
	}
}

// partRate is the rate of a part on the amount that rows state.
type partRate struct {
	ratio   money.Ratio
	exact   string // 0.15, or 15/85
	written string // for people: 15 %, 15/85
}

// on is the part's rate on net or gross. Of gross, where net is stated, it is the rate / the part of gross that is net: 15 % is 15/85 of net.
func (p part) on(stated amountOf, net money.Ratio) partRate {
	r := p.rate
	switch {
	case p.of == stated:
	case p.of == ofGross:
		exact := fraction(r, net)
		return partRate{money.NewRatio(r.Num()*net.Den(), r.Den()*net.Num()), exact, exact}
	default:
		r = money.NewRatio(r.Num()*net.Num(), r.Den()*net.Den())
	}
	if r == money.NewRatio(1, 1) {
		return partRate{r, "1", "1"}
	}
	return partRate{r, exactRate(r), r.String()}
}

// fraction writes a / b, both percentages, in the numbers that people know: 15/85, not 3/17.
func fraction(a, b money.Ratio) string {
	scale := int64(100)
	for scale%a.Den() != 0 || scale%b.Den() != 0 {
		scale *= 10
	}
	return fmt.Sprintf("%d/%d", a.Num()*(scale/a.Den()), b.Num()*(scale/b.Den()))
}

// exactRate writes a percentage as a decimal: -0.05.
func exactRate(r money.Ratio) string {
	if r.Sign() < 0 {
		return "-" + exactRate(money.NewRatio(-r.Num(), r.Den()))
	}
	return strings.TrimSuffix(decimalOf(r), ".")
}

func (p part) text(u purchase, stated amountOf) string {
	what := u.buys.Categories[u.category]
	if u.buys.ByVendor {
		what += ", " + cmp.Or(strings.TrimSpace(u.row.Vendor), "vendor not named")
	}
	text := map[LineKind]string{KindSpend: "Cost of ", KindCommission: "Commission on ", KindMarkup: "Mark-up on ", KindReturned: "Returned to the client on "}[p.kind] + what
	if p.of != stated {
		text += fmt.Sprintf(" (%s from %s)", p.of, stated)
	}
	return text
}

func (p part) inputs(rows []purchase, stated amountOf, quantity money.Amount) []Input {
	in := []Input{{"rows of spend", fmt.Sprint(len(rows))}, {string(stated), quantity.Format()}}
	if p.of != stated {
		buys := rows[0].buys
		net := buys.Net()
		num, den, how := net.Num(), net.Den(), fmt.Sprintf("gross x %s", net)
		if p.of == ofGross {
			num, den, how = net.Den(), net.Num(), fmt.Sprintf("net / %s", net)
		}
		other := money.New(money.MulDiv(quantity.Minor, num, den, money.HalfEven), quantity.Currency)
		shown := other.Format()
		if money.MulDiv(quantity.Minor, num, den, money.Floor) != money.MulDiv(quantity.Minor, num, den, money.Ceiling) {
			shown = "about " + shown + "; the line is computed from the exact fraction"
		}
		in = append(in, Input{"vendor's commission", buys.VendorRate.String() + " of gross"}, Input{string(p.of) + ", " + how, shown})
	}
	switch p.kind {
	case KindCommission:
		in = append(in, Input{"commission", p.rate.String() + " of " + string(p.of)})
	case KindMarkup:
		in = append(in, Input{"mark-up", p.rate.String() + " on " + string(p.of)})
	case KindReturned:
		in = append(in, Input{"returned", money.NewRatio(-p.rate.Num(), p.rate.Den()).String() + " of " + string(p.of)})
	}
	return in
}

// lateRows says which rows are of months whose statement is locked.
func lateRows(rows []purchase) []string {
	var late []string
	for _, u := range rows {
		if u.late {
			late = append(late, u.row.ID+" of "+u.row.SpentOn.Words())
		}
	}
	if len(late) == 0 {
		return nil
	}
	return []string{"Charged here because the statement of their month is locked: " + listed(late, 8) + "."}
}
