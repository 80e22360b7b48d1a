package fees

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
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
		if !here || before[row.ID] || d.boughtOtherwise(id, row) {
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
	d.changedPurchases(id)
}

// purchaseUnder is the row under the clause in force on its day; ok is false when the clause does not count its category, or the contract
// does not run on that day.
func (d *drafter) purchaseUnder(id string, row crm.Spend) (purchase, bool) {
	terms, ok := d.agreement.InForce(row.SpentOn)
	if !ok || !d.agreement.Running().Contains(row.SpentOn) {
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

// boughtOtherwise says whether a locked statement of another period charged the row under another clause that governs it no more, because its
// day or category was changed since.
func (d *drafter) boughtOtherwise(id string, row crm.Spend) bool {
	for _, clause := range d.boughtUnder()[row.ID] {
		if _, governs := d.purchaseUnder(clause, row); clause != id && !governs {
			return true
		}
	}
	return false
}

// boughtUnder are the clauses under which locked statements of other periods charged each row of spend.
func (d *drafter) boughtUnder() map[string][]string {
	if d.bought != nil {
		return d.bought
	}
	d.bought = map[string][]string{}
	for _, s := range d.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == d.facts.Period || !forPurchase(l.Kind) {
				continue
			}
			for _, e := range l.Events {
				if !slices.Contains(d.bought[e], l.Clause) {
					d.bought[e] = append(d.bought[e], l.Clause)
				}
			}
		}
	}
	return d.bought
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

// changedPurchases tells of rows that locked statements charged and that the evidence now says otherwise. They are not charged again.
func (d *drafter) changedPurchases(id string) {
	rows := map[string]crm.Spend{}
	until := d.until()
	for _, row := range d.index.spend {
		if row.SpentOn.Before(until) {
			rows[row.ID] = row
		}
	}
	changed := map[cal.Period][]string{}
	for _, s := range d.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == d.facts.Period || l.Clause != id || !forPurchase(l.Kind) || l.Conceded || d.wouldCharge(id, l, rows) == l.Minor {
				continue
			}
			for _, e := range l.Events {
				if !slices.Contains(changed[s.Period], e) {
					changed[s.Period] = append(changed[s.Period], e)
				}
			}
		}
	}
	for _, s := range d.facts.Settled {
		if ids := changed[s.Period]; len(ids) > 0 {
			d.issue(Warning, "spend-changed", "clause "+id, "%s is locked, and the evidence now says otherwise of what it charged for these rows: %s.", s.Period.Words(), listed(ids, 8))
			delete(changed, s.Period)
		}
	}
}

// wouldCharge is what a settled line would be by the evidence as it is now.
func (d *drafter) wouldCharge(id string, l SettledLine, rows map[string]crm.Spend) int64 {
	var now []purchase
	for _, e := range l.Events {
		row, known := rows[e]
		if !known {
			continue
		}
		if u, ok := d.purchaseUnder(id, row); ok {
			if code, _ := u.held(d.currency); code == "" {
				now = append(now, u)
			}
		}
	}
	var sum int64
	for _, line := range purchaseLines(now) {
		if line.Kind == l.Kind {
			sum += line.Amount.Minor
		}
	}
	return sum
}

// until is the first day that no month of the statement or of a locked one covers.
func (d *drafter) until() cal.Date {
	until := d.facts.Period.To
	for _, s := range d.facts.Settled {
		until = cal.Later(until, s.Period.To)
	}
	return until
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
		case !any || !here:
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
