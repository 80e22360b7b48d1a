package attribution

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// By is the field of a touch that credit is summed by.
type By string

// The fields.
const (
	ByChannel  By = "channel"
	ByCampaign By = "campaign"
	ByContent  By = "content"
	ByProvider By = "provider"
)

// Bys are all of them, for messages.
func Bys() []By { return []By{ByChannel, ByCampaign, ByContent, ByProvider} }

func (b By) of(t *Touch) string {
	switch b {
	case ByChannel:
		return t.Channel
	case ByCampaign:
		return t.Campaign
	case ByContent:
		return t.Content
	case ByProvider:
		return t.Provider
	default:
		panic("attribution: credit by " + string(b))
	}
}

// RowKind says whose the money of a row is.
type RowKind int

// The kinds of rows, in the order of a table.
const (
	Named        RowKind = iota // touches with this name
	Unnamed                     // touches of which the field is not recorded
	Unattributed                // no touch: the money stays visible
)

// Row is the credit of one name over many deals.
type Row struct {
	Kind   RowKind
	Name   string // exactly as recorded; empty unless Kind is Named
	Amount money.Amount
	Deals  int // in how many deals it holds money
}

// Label is the name for people: "(not recorded)" and "(unattributed)" for the special rows.
func (r Row) Label() string {
	switch r.Kind {
	case Unnamed:
		return "(not recorded)"
	case Unattributed:
		return "(unattributed)"
	default:
		return r.Name
	}
}

// Aggregate sums credit that was already rounded per deal, so every grouping has the same total: that of the deals. Rows are in the order of
// their names, then the special ones; the unattributed row is always there. It panics when currencies meet: convert before.
func Aggregate(results []Result, by By) []Row {
	type key struct {
		kind RowKind
		name string
	}
	rows := map[key]*Row{}
	add := func(kind RowKind, name string, a money.Amount, deals int) *Row {
		row := rows[key{kind, name}]
		if row == nil {
			row = &Row{Kind: kind, Name: name}
			rows[key{kind, name}] = row
		}
		row.Amount = row.Amount.Add(a)
		row.Deals += deals
		return row
	}
	add(Unattributed, "", money.Amount{}, 0)
	for i := range results {
		r := &results[i]
		held := map[*Row]bool{}
		for k := range r.Credits {
			c := &r.Credits[k]
			name := by.of(&c.Touch)
			kind := Named
			if name == "" {
				kind = Unnamed
			}
			if row := add(kind, name, r.Amount(c.Minor), 0); c.Minor != 0 && !held[row] {
				held[row] = true
				row.Deals++
			}
		}
		deals := 0
		if r.Unattributed != 0 {
			deals = 1
		}
		add(Unattributed, "", r.Amount(r.Unattributed), deals)
	}
	out := make([]Row, 0, len(rows))
	for _, row := range rows {
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b Row) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Portion is the part of a deal's credit that some touches hold together.
type Portion struct {
	Amount  money.Amount // a sum of whole minor units: what a fee is computed on
	Share   money.Ratio  // exact, of the deal's total; to be shown, not to be multiplied again
	Touches int          // touches with a weight
}

// Portion sums the credits of the touches that belong; unattributed money belongs to nobody.
func (r Result) Portion(belongs func(Touch) bool) Portion {
	p := Portion{Amount: r.Amount(0)}
	var weight int64
	for i := range r.Credits {
		c := &r.Credits[i]
		if c.Weight == 0 || !belongs(c.Touch) {
			continue
		}
		p.Amount.Minor += c.Minor
		weight += c.Weight
		p.Touches++
	}
	p.Share = r.Share(weight)
	return p
}

// Among is the condition that the field of a touch is one of the names, exactly.
func Among(by By, names ...string) func(Touch) bool {
	return func(t Touch) bool { return slices.Contains(names, by.of(&t)) }
}
