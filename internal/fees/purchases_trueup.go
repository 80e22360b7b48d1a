package fees

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
)

// correctPurchases brings what locked statements charged for rows of spend to what these rows cost as the evidence now says, each under the
// version of its day. What the client pays for is what was bought: a row that is deleted, not counted or under another clause now costs nothing here.
func (d *drafter) correctPurchases(id string) {
	rows := rowsOf(d.index.spend, func(s crm.Spend) string { return s.ID })
	for _, c := range d.settledCharges(id, purchaseName) {
		now, said, why := d.purchasesNow(id, c.lines[0], rows)
		if why != "" {
			d.heldTrueUp(c, id, why)
			continue
		}
		o := owedNow{kind: KindCorrection, evidence: said}
		kind := c.lines[0].Kind
		if kind.AtCost() {
			o.kind = KindSpendCorrection
		}
		o.price(purchaseLines(now), kind)
		if o.clause == "" { // no row is left under the clause
			terms, clause := d.clauseFor(c, id)
			o.version, o.clause, o.text = terms.Version, clause.Words(terms), partWords[kind]
		}
		d.trueUp(c, o)
	}
	d.newParts(id, rows)
}

// newParts charges what a row costs now that it did not cost when it was charged: it was moved to a day whose version bills more of it.
func (d *drafter) newParts(id string, rows map[string]crm.Spend) {
	if d.sameEvidence {
		return
	}
	had := map[string][]LineKind{}
	var order []string
	for _, s := range d.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == d.facts.Period || l.Clause != id || !forPurchase(l.Kind) {
				continue
			}
			_, here := d.onThisStatement(s.Period.From)
			for _, e := range l.Events {
				if len(had[e]) == 0 && here {
					order = append(order, e)
				}
				had[e] = append(had[e], l.Kind)
			}
		}
	}
	lacking := map[LineKind][]purchase{}
	for _, e := range order {
		row, there := rows[e]
		u, ok := d.purchaseUnder(id, row)
		if !there || !ok || d.givenUpElsewhere(e) {
			continue
		}
		if code, _ := u.held(d.currency); code != "" {
			continue // told where it is corrected
		}
		u.late = true
		for _, p := range partsOf(u.clause) {
			if !slices.Contains(had[e], p.kind) {
				lacking[p.kind] = append(lacking[p.kind], u)
			}
		}
	}
	for _, kind := range []LineKind{KindSpend, KindCommission, KindMarkup, KindReturned} {
		for _, l := range purchaseLines(lacking[kind]) {
			if l.Kind == kind {
				d.line(l)
			}
		}
	}
}

// purchaseName names a line that charges rows of spend: by its part and its first row. A clause charges a row once.
func purchaseName(l SettledLine) string {
	if !forPurchase(l.Kind) || len(l.Events) == 0 {
		return ""
	}
	return string(l.Kind) + " " + l.Events[0]
}

var partWords = map[LineKind]string{KindSpend: "Cost", KindCommission: "Commission", KindMarkup: "Mark-up", KindReturned: "Returned to the client"}

// price sums the lines of one part.
func (o *owedNow) price(lines []Line, kind LineKind) {
	var texts []string
	for _, l := range lines {
		if l.Kind != kind {
			continue
		}
		o.minor += l.Amount.Minor
		o.version, o.clause = l.Basis.Version, l.Basis.Clause
		o.how = append(o.how, Input{"how it is owed: " + l.Text, l.Basis.Formula})
		if !slices.Contains(texts, l.Text) {
			texts = append(texts, l.Text)
		}
	}
	o.text = strings.Join(texts, " and ")
	if len(texts) > 2 {
		o.text = partWords[kind]
	}
}

// purchasesNow are the rows of a settled line that its clause still charges, and what the evidence says of each; why says what must be known first.
func (d *drafter) purchasesNow(id string, l SettledLine, rows map[string]crm.Spend) (now []purchase, said []Evident, why string) {
	say := func(row, format string, args ...any) {
		said = append(said, Evident{string(crm.KindSpend), row, fmt.Sprintf(format, args...)})
	}
	for _, e := range l.Events {
		row, there := rows[e]
		switch u, ok := d.purchaseUnder(id, row); {
		case d.index.goneRows[rowKey{crm.KindSpend, e}]:
			say(e, "%s: deleted", e)
		case !there:
			return nil, nil, fmt.Sprintf("row %s of spend is not in the evidence any more, and nothing says that it was deleted", e)
		case ok:
			if code, held := u.held(d.currency); code != "" {
				return nil, nil, held
			}
			now = append(now, u)
			say(e, "%s: %s", rowWords(row), amountsOf(row))
		case !d.agreement.Running().Contains(row.SpentOn):
			say(e, "%s: the contract does not run on that day", rowWords(row))
		default:
			terms, _ := d.agreement.InForce(row.SpentOn)
			if !row.ByAgency(terms.Agency) {
				say(e, "%s: bought by %s, not by the agency", rowWords(row), row.Provider)
				continue
			}
			if named, _ := categoryNamed(terms, row.Category); !named {
				return nil, nil, fmt.Sprintf("no clause says whether %q counts, which row %s is of now", row.Category, e)
			}
			say(e, "%s: %s, which this clause does not charge", rowWords(row), row.Category)
		}
	}
	return now, said, ""
}

func amountsOf(row crm.Spend) string {
	var out []string
	if row.NetKnown {
		out = append(out, "net "+row.Net.Format())
	}
	if row.GrossKnown {
		out = append(out, "gross "+row.Gross.Format())
	}
	return strings.Join(out, ", ")
}

// clauseFor is the clause as it was for the month of a charge, or else as the first version that has it says.
func (d *drafter) clauseFor(c *settledCharge, id string) (contract.Terms, contract.Clause) {
	if terms, ok := d.agreement.InForce(d.firstDay(c.period)); ok {
		if clause, ok := terms.Clause(id); ok {
			return terms, clause
		}
	}
	for _, t := range d.agreement.Versions {
		if clause, ok := t.Clause(id); ok {
			return t, clause
		}
	}
	panic("fees: a charge of a clause that no version has")
}
