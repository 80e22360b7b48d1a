package engagement

import "strings"

// Cell is what a promise covers: one category of one brand in one market. An empty brand or market is any.
type Cell struct{ Category, Brand, Market string }

// Words is the cell for people: "paid-media of Acme in US".
func (c Cell) Words() string {
	return c.Category + " of " + orAny(c.Brand, "any brand") + " in " + orAny(c.Market, "any market")
}

func orAny(name, none string) string {
	if name == "" {
		return none
	}
	return name
}

// Key is the cell by names that differ in more than capitals and spaces.
func (c Cell) Key() Cell { return Cell{Plain(c.Category), Plain(c.Brand), Plain(c.Market)} }

// folded is the cell by names as people write them, for work that is asked for: more is the same than by Key, which is kept.
func (c Cell) folded() Cell { return Cell{Fold(c.Category), Fold(c.Brand), FoldMarket(c.Market)} }

// Plain is a name without what makes no other name of it: capitals, and spaces around and in a row.
func Plain(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// Meets says whether work can be in both cells.
func (c Cell) Meets(other Cell) bool { return meets(c.Key(), other.Key()) }

func meets(a, b Cell) bool {
	return a.Category == b.Category && meet(a.Brand, b.Brand) && meet(a.Market, b.Market)
}

func meet(a, b string) bool { return a == "" || b == "" || a == b }
