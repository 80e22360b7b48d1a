package ops

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// tableMaker gathers the credit of the deals of one currency.
type tableMaker struct {
	deals      int
	total      money.Amount
	rows       [2]map[rowKey]*CompareRow // by channel, by provider
	earned     []money.Amount
	creditless []int
}

// rowKey names a row of a table.
type rowKey struct {
	kind attribution.RowKind
	name string
}

var comparedBy = [2]attribution.By{attribution.ByChannel, attribution.ByProvider}

func newTable(currency money.Currency, columns int) *tableMaker {
	zero := money.New(0, currency)
	t := &tableMaker{total: zero, earned: slices.Repeat([]money.Amount{zero}, columns), creditless: make([]int, columns)}
	for i := range t.rows {
		t.rows[i] = map[rowKey]*CompareRow{}
	}
	return t
}

// add credits the deals of a group under its own model and the others.
func (t *tableMaker) add(touches *engine.Touches, deals []engine.Deal, g *group, models []attribution.Model) error {
	o := g.rule.options()
	o.Models = append(o.Models, models...)
	tallies, err := touches.Tally(deals, o, comparedBy[:]...)
	if err != nil {
		return err
	}
	t.deals += len(g.deals)
	t.total = t.total.Add(g.total)
	for column := range tallies {
		tally := &tallies[column]
		for l, minor := range tally.Labels {
			if label := &touches.Labels[l]; g.rule.Earns(attribution.Touch{Channel: label.Channel, Provider: label.Provider}) {
				t.earned[column] = t.earned[column].Add(money.New(minor, t.total.Currency))
			}
		}
		t.creditless[column] += tally.Creditless
		for by := range comparedBy {
			open := rowKey{kind: attribution.Unattributed}
			t.row(by, open, column, tally.Unattributed, tally.Open)
			for _, share := range tally.By[by] {
				key := rowKey{attribution.Named, share.Name}
				if share.Name == "" {
					key.kind = attribution.Unnamed
				}
				t.row(by, key, column, share.Minor, share.Deals)
			}
		}
	}
	return nil
}

// row adds to a row. A name that holds nothing under one model is there with zero, which it is.
func (t *tableMaker) row(by int, key rowKey, column int, minor int64, deals int) {
	row := t.rows[by][key]
	if row == nil {
		row = &CompareRow{Row: attribution.Row{Kind: key.kind, Name: key.name}, Amounts: slices.Repeat([]money.Amount{money.New(0, t.total.Currency)}, len(t.earned)), deals: make([]int, len(t.earned))}
		t.rows[by][key] = row
	}
	row.Amounts[column] = row.Amounts[column].Add(money.New(minor, t.total.Currency))
	row.deals[column] += deals
}

func (t *tableMaker) table(heads []Head) CurrencyTable {
	out := CurrencyTable{Deals: t.deals, Total: t.total, ByChannel: t.sorted(0), ByProvider: t.sorted(1), Earned: t.earned, Creditless: t.creditless}
	var plain []int64
	for i, h := range heads {
		if len(h.Models) == 1 && measured(h.Models[0]) {
			plain = append(plain, t.earned[i].Minor)
		}
	}
	out.Spread, out.SpreadOK = attribution.Spread(plain, t.total.Minor)
	return out
}

func (t *tableMaker) sorted(by int) []CompareRow {
	out := make([]CompareRow, 0, len(t.rows[by]))
	for _, r := range t.rows[by] {
		r.Deals = slices.Max(r.deals)
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b CompareRow) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return out
}
