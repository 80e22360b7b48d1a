package fees

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// A commission, a mark-up and a pass-through are charged alike: a row of spend under the clause of its day, by one or more parts, each the
// exact part of net or gross. Net and gross follow from each other by division or multiplication of exact fractions, and each line is
// rounded once.

// purchase is a row of spend under the clause that governs its day.
type purchase struct {
	row      crm.Spend
	terms    contract.Terms
	clause   contract.Clause
	buys     contract.Purchases
	category int // its place in the clause
	late     bool
}

// amountOf is which of its two amounts a row is computed from.
type amountOf string

const (
	ofNet   amountOf = "net"
	ofGross amountOf = "gross"
)

// part is one charge on a purchase: its cost, a percentage on it, or what is shown as returned.
type part struct {
	kind LineKind
	of   amountOf
	rate money.Ratio
}

func partsOf(c contract.Clause) []part {
	cost := part{KindSpend, ofNet, money.NewRatio(1, 1)}
	var parts []part
	switch c := c.(type) {
	case contract.MediaCommission:
		of := ofNet
		if c.Of == "gross" {
			of = ofGross
		}
		if c.BillsMedia {
			parts = append(parts, cost)
		}
		parts = append(parts, part{KindCommission, of, c.Rate})
		if c.Rebate.Sign() != 0 {
			parts = append(parts, part{KindReturned, of, money.NewRatio(-c.Rebate.Num(), c.Rebate.Den())})
		}
	case contract.Markup:
		if c.BillsCost {
			parts = append(parts, cost)
		}
		parts = append(parts, part{KindMarkup, amountOf(c.Of), c.Rate})
	case contract.PassThrough:
		parts = append(parts, cost)
	}
	return parts
}

// stated is the amount of the row that the part is computed from: its own, where the row states it, else the other, where the contract
// says how one follows from the other.
func (p part) stated(u purchase) (of amountOf, minor int64, ok bool) {
	own, other := ofNet, ofGross
	if p.of == ofGross {
		own, other = ofGross, ofNet
	}
	if minor, ok := u.stated(own); ok {
		return own, minor, true
	}
	if minor, ok := u.stated(other); ok && u.buys.Derives {
		return other, minor, true
	}
	return "", 0, false
}

func (u purchase) stated(of amountOf) (int64, bool) {
	if of == ofGross {
		return u.row.Gross.Minor, u.row.GrossKnown
	}
	return u.row.Net.Minor, u.row.NetKnown
}

// purchases charges the rows of spend of one clause that this statement carries.
func (d *drafter) purchases(id string) {
	before := d.resultsCharged(id)
	var charged []purchase
	var otherwise []string
	for _, row := range d.index.spend {
		u, ok := d.purchaseUnder(id, row)
		if !ok {
			continue
		}
		late, here := d.onThisStatement(row.SpentOn)
		if !here || before[row.ID] || d.givenUpElsewhere(row.ID) {
			continue
		}
		if code, why := u.held(d.currency); code != "" {
			d.issue(Problem, code, "spend "+row.ID, "%s", why)
			continue
		}
		if u.contradictsVendor() {
			otherwise = append(otherwise, row.ID)
		}
		u.late = late
		charged = append(charged, u)
	}
	for _, l := range purchaseLines(charged) {
		d.line(l)
	}
	if len(otherwise) > 0 {
		d.issue(Info, "vendor-commission-differs", "clause "+id, "Net and gross of these rows differ by another commission than the vendor's in the contract; they are charged by what they state: %s.", listed(otherwise, 8))
	}
	d.correctPurchases(id)
}

// purchaseUnder is the row under the clause in force on its day; ok is false when the clause does not count its category, another provider than the agency bought it, or the
// contract does not run on that day.
func (d *drafter) purchaseUnder(id string, row crm.Spend) (purchase, bool) {
	terms, ok := d.agreement.InForce(row.SpentOn)
	if !ok || !d.agreement.Running().Contains(row.SpentOn) || !row.ByAgency(terms.Agency) {
		return purchase{}, false
	}
	c, _ := terms.Clause(id)
	buys, _, ok := contract.Buys(c)
	if !ok {
		return purchase{}, false
	}
	at := slices.IndexFunc(buys.Categories, func(name string) bool { return contract.Names([]string{name}, row.Category) })
	return purchase{row: row, terms: terms, clause: c, buys: buys, category: at}, at >= 0
}

// givenUpElsewhere says whether the agency gave the row up when another clause charged it: no clause charges it then.
func (d *drafter) givenUpElsewhere(row string) bool {
	if d.givenUpRows == nil {
		d.givenUpRows = map[string]bool{}
		for _, s := range d.facts.Settled {
			for _, l := range s.Lines {
				for _, e := range l.Events {
					if s.Period != d.facts.Period && forPurchase(l.Kind) && l.Conceded {
						d.givenUpRows[e] = true
					}
				}
			}
		}
	}
	return d.givenUpRows[row]
}

// forPurchase says whether a line of this kind names rows of spend.
func forPurchase(k LineKind) bool {
	return k == KindSpend || k == KindCommission || k == KindMarkup || k == KindReturned
}

// held says why a row cannot be charged; empty: it can.
func (u purchase) held(currency money.Currency) (code, why string) {
	row := u.row
	stated := cmp.Or(row.Net.Currency, row.Gross.Currency)
	switch {
	case (row.NetKnown || row.GrossKnown) && stated != currency:
		return "spend-other-currency", fmt.Sprintf("%s is in %s, the contract in %s. It is held for a decision: import it in %s at the rate that both sides agree on.", rowWords(row), stated, currency, currency)
	case row.NetKnown && row.GrossKnown && !within(row.Net.Minor, row.Gross.Minor):
		return "gross-below-net", fmt.Sprintf("%s has a gross price below its net cost, so one of them is wrong.", rowWords(row))
	}
	for _, p := range partsOf(u.clause) {
		if _, _, ok := p.stated(u); !ok {
			return string(p.of) + "-unknown", fmt.Sprintf("%s does not state %s, and the contract names no vendor's commission from which it would follow. Import it with %s.", rowWords(row), p.of, p.of)
		}
	}
	return "", ""
}

// within says whether net is a part of gross: of the same sign, and not more.
func within(net, gross int64) bool {
	if gross < 0 {
		net, gross = -net, -gross
	}
	return 0 <= net && net <= gross
}

// contradictsVendor says whether a row states both amounts and they are not apart by the vendor's commission of the contract.
func (u purchase) contradictsVendor() bool {
	if !u.buys.Derives || !u.row.NetKnown || !u.row.GrossKnown {
		return false
	}
	net := u.row.Gross.Mul(u.buys.Net(), u.terms.Rounding).Minor
	return net-u.row.Net.Minor > 1 || u.row.Net.Minor-net > 1
}

func rowWords(row crm.Spend) string {
	what := []string{row.ID}
	for _, w := range []string{row.Vendor, row.Campaign} {
		if w != "" {
			what = append(what, w)
		}
	}
	return strings.Join(what, ", ") + " of " + row.SpentOn.Words()
}

// checkCategories tells of spend that nobody said anything about: of a category that no clause names, or of days on which the contract does
// not run.
func (d *drafter) checkCategories() {
	unnamed := map[string][]string{}
	var order, outside []string
	for _, row := range d.index.spend {
		terms, ok := d.agreement.InForce(row.SpentOn)
		if !ok {
			terms = d.agreement.First()
		}
		named, any := categoryNamed(terms, row.Category)
		_, here := d.onThisStatement(row.SpentOn)
		switch {
		case !any || !here || !row.ByAgency(terms.Agency):
		case !d.agreement.Running().Contains(row.SpentOn):
			outside = append(outside, row.ID)
		case !named:
			if unnamed[row.Category] == nil {
				order = append(order, row.Category)
			}
			unnamed[row.Category] = append(unnamed[row.Category], row.ID)
		}
	}
	for _, category := range order {
		d.issue(Problem, "category-unnamed", "spend of "+category, "No clause says whether %q counts, so these rows are held: %s. Name the category in categories or not_counted of the next version, or correct the rows.",
			category, listed(unnamed[category], 8))
	}
	if len(outside) > 0 {
		d.issue(Info, "spend-outside-contract", "", "The contract does not run on the day of these rows of spend: %s.", listed(outside, 8))
	}
}

// categoryNamed says whether a clause about spend names the category, and whether there is such a clause at all.
func categoryNamed(t contract.Terms, category string) (named, any bool) {
	for _, c := range t.Clauses {
		if buys, _, ok := contract.Buys(c); ok {
			any = true
			named = named || contract.Names(buys.Categories, category) || contract.Names(buys.NotCounted, category)
		}
	}
	return named, any
}
