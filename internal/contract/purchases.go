package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Purchases say which part of what the agency buys for the client a clause is about, and how a row of spend is read.
type Purchases struct {
	Categories    []string    // what counts
	NotCounted    []string    // what is known not to count; a category in no list of the contract is a question
	Derives       bool        // net and gross follow from each other by the vendor's commission
	VendorRate    money.Ratio // the vendor's commission, of gross; below 100 %
	ByVendor      bool        // one line for each vendor instead of one for each category
	OtherCurrency string      // hold
}

// purchaseFields are the keys that every clause about spend has.
func purchaseFields(first, last []spec) []spec {
	return slices.Concat(first, []spec{
		list("categories", "The categories of spend that count.", textScalar, false),
		list("not_counted", "The categories that do not count here. Write [] for none. A category that no clause names is held for a decision.", textScalar, false),
		{key: "vendor_commission", doc: "The vendor's commission, of gross, by which net and gross follow from each other where a row states only one; or none: such a row is held when the other is needed.", scalar: finePercentOrNone("15 %")},
	}, last, []spec{
		{key: "lines", doc: "One line for each category, or one for each vendor in it.", scalar: choice("by-category", "by-vendor")},
		{key: "other_currency", doc: "A row in another currency is held for a decision.", scalar: choice("hold")},
	})
}

func (b *builder) purchases(v *value) Purchases {
	p := Purchases{
		Categories: v.texts("categories"), NotCounted: v.texts("not_counted"), Derives: v.str("vendor_commission") != "none",
		ByVendor: v.str("lines") == "by-vendor", OtherCurrency: v.str("other_currency"),
	}
	p.VendorRate, _ = money.ParsePercent(v.str("vendor_commission"))
	if len(p.Categories) == 0 {
		b.problem(v.get("categories"), "categories-empty", "this clause counts nothing; name at least one category, such as categories: [media]")
	}
	for i, c := range p.Categories {
		if Names(p.Categories[:i], c) {
			b.problem(v.get("categories"), "category-twice", "%q is written twice; keep one", c)
		}
		if Names(p.NotCounted, c) {
			b.problem(v.get("not_counted"), "category-contradiction", "%q stands in categories and in not_counted; keep it in one of them", c)
		}
	}
	if p.VendorRate.Num() == p.VendorRate.Den() {
		b.problem(v.get("vendor_commission"), "vendor-commission", "a vendor's commission of the whole price leaves no net; write less than 100 %%")
	}
	return p
}

// Names says whether a list of categories or targets has the name, whatever the case and the spaces around it.
func Names(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(strings.TrimSpace(n), strings.TrimSpace(name)) })
}

// Net is the part of gross that is left of it after the vendor's commission: 85 % after 15 %.
func (p Purchases) Net() money.Ratio {
	return money.NewRatio(p.VendorRate.Den()-p.VendorRate.Num(), p.VendorRate.Den())
}

// words are the sentences that every clause about spend has.
func (p Purchases) words(t Terms) []string {
	s := []string{"Nothing is charged here for what is bought in " + strings.Join(p.NotCounted, ", ")}
	if len(p.NotCounted) == 0 {
		s[0] = "No category is named that is not charged here"
	}
	if p.Derives {
		s = append(s, fmt.Sprintf("Where a row states only one of net and gross, the other follows from a vendor's commission of %s of gross: gross is net / %s, net is gross x %s; what a row states itself is taken as it is", p.VendorRate, p.Net(), p.Net()))
	} else {
		s = append(s, "A row without the amount that is needed, net or gross, is held: no vendor's commission is agreed from which it would follow")
	}
	if p.ByVendor {
		s = append(s, "There is one line for each category and vendor")
	} else {
		s = append(s, "There is one line for each category")
	}
	return append(s, "A row in another currency than "+string(t.Currency)+" is held for a decision",
		"Each row is charged once: on the statement of the month of its day, or, when that one is locked, on the first after it that is not")
}

// bought is "what is bought in media, talent".
func (p Purchases) bought() string { return "what is bought in " + strings.Join(p.Categories, ", ") }

// Buys are the purchases of a clause about spend, and whether it bills their cost too. ok is false for any other clause.
func Buys(c Clause) (p Purchases, bills, ok bool) {
	switch c := c.(type) {
	case MediaCommission:
		return c.Purchases, c.BillsMedia, true
	case Markup:
		return c.Purchases, c.BillsCost, true
	case PassThrough:
		return c.Purchases, true, true
	}
	return Purchases{}, false, false
}

// checkPurchases refuses what would charge a purchase twice: two clauses of one kind about a category, or two that bill its cost.
func (b *builder) checkPurchases(v *value, own Clause, all []Clause) {
	p, bills, _ := Buys(own)
	for _, other := range all {
		if other.ClauseID() == own.ClauseID() {
			return // those after it look back at it
		}
		q, billsToo, ok := Buys(other)
		for _, category := range p.Categories {
			switch {
			case !ok || !Names(q.Categories, category):
			case other.Kind() == own.Kind():
				b.problem(v, "category-charged-twice", "the clause %q of the same kind charges for %q already; name the category in one of them", other.ClauseID(), category)
			case bills && billsToo:
				b.problem(v, "cost-billed-twice", "the clause %q bills the cost of %q already; let only one of them bill it", other.ClauseID(), category)
			}
		}
	}
}

func finePercent(example string) *scalar {
	return textOf("percentage", example, `^[0-9]+(\.[0-9]{1,3})? ?%$`, checkFinePercent)
}

func finePercentOrNone(example string) *scalar {
	return textOf("percentage, or none", example+", or none", `^(none|[0-9]+(\.[0-9]{1,3})? ?%)$`, func(s string) error {
		if s == "none" {
			return nil
		}
		return checkFinePercent(s)
	})
}

// checkFinePercent keeps the products and quotients of two percentages exact.
func checkFinePercent(s string) error {
	if err := percentOf().check(s); err != nil {
		return err
	}
	if _, decimals, _ := strings.Cut(strings.TrimRight(s, " %"), "."); len(decimals) > 3 {
		return fmt.Errorf("write at most three decimals")
	}
	return nil
}
