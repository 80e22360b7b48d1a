package attribution

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// MonthCredit is the credit of a deal in the month in which it was won.
type MonthCredit struct {
	Month  cal.Month
	Result Result
}

// Return is what a name brought and cost: credited revenue, the deals that it holds money of, and spend.
type Return struct {
	Revenue money.Amount
	Deals   int
	Spend   money.Amount
	Spent   bool // there is a row of spend; without one the cost is not known, and not nothing
}

// Multiple is revenue for each unit of spend in hundredths, rounded half up: 350 is 3.50 (ROAS). Not ok: nothing was spent, as far as is known.
func (r Return) Multiple() (hundredths int64, ok bool) {
	if r.Spend.Minor <= 0 {
		return 0, false
	}
	return money.MulDiv(r.Revenue.Minor, 100, r.Spend.Minor, money.HalfUp), true
}

// ROMI is (attributed margin - cost) / cost in hundredths of a percentage point, at a gross margin: revenue of 400 at a margin of 60 % for a spend of 100
// is 140 %. Not ok: nothing was spent, as far as is known.
func (r Return) ROMI(margin money.Ratio) (points int64, ok bool) {
	if r.Spend.Minor <= 0 {
		return 0, false
	}
	earned := r.Revenue.Mul(margin, money.HalfUp)
	return money.MulDiv(earned.Minor-r.Spend.Minor, 10_000, r.Spend.Minor, money.HalfUp), true
}

// PerDeal is spend for each deal. Not ok: there is no deal, or nothing was spent.
func (r Return) PerDeal() (money.Amount, bool) {
	if r.Deals == 0 || r.Spend.Minor <= 0 {
		return money.Amount{}, false
	}
	return money.New(money.MulDiv(r.Spend.Minor, 1, int64(r.Deals), money.HalfUp), r.Spend.Currency), true
}

func (r *Return) add(o Return) {
	r.Revenue, r.Spend = r.Revenue.Add(o.Revenue), r.Spend.Add(o.Spend)
	r.Deals += o.Deals
	r.Spent = r.Spent || o.Spent
}

// ReturnRow is what one name brought and cost, by month and together.
type ReturnRow struct {
	Kind   RowKind
	Name   string // empty unless Kind is Named
	Months []Return
	Total  Return
}

// Label is as a Row's.
func (r ReturnRow) Label() string { return Row{Kind: r.Kind, Name: r.Name}.Label() }

// Returns is credit and spend of some months beside each other. Every month's revenue sums to that of the deals won in it, and its spend to what was
// spent in it.
type Returns struct {
	Months  []cal.Month
	Rows    []ReturnRow
	Total   ReturnRow
	LeftOut []crm.Spend // in another currency, or of an unknown amount
	Gross   int         // rows of spend that count by their gross amount: the net one is not known
}

// ReturnsOf puts them together, by a field of the touches. Spend names a campaign; the channel or provider of a campaign is that of its touches, where they
// all have one. Spend that cannot be told to a name stands in the row of what is not recorded. Credits are in the currency.
func ReturnsOf(s *crm.Snapshot, months []cal.Month, currency money.Currency, by By, credits []MonthCredit) Returns {
	b := returnsBook{Returns: Returns{Months: months}, zero: money.New(0, currency), rows: map[Row]*ReturnRow{}}
	b.Total = b.empty(Row{})
	for i := range credits {
		b.credit(&credits[i], by)
	}
	names := campaignNames(s, by)
	for _, row := range Once(s.Spend, func(x crm.Spend) string { return x.ID }) {
		if !row.Deleted {
			b.spend(row, names)
		}
	}
	for _, row := range b.rows {
		b.Rows = append(b.Rows, *row)
	}
	slices.SortFunc(b.Rows, func(x, y ReturnRow) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name)) })
	return b.Returns
}

type returnsBook struct {
	Returns
	zero money.Amount
	rows map[Row]*ReturnRow
}

func (b *returnsBook) empty(of Row) ReturnRow {
	nothing := Return{Revenue: b.zero, Spend: b.zero}
	return ReturnRow{Kind: of.Kind, Name: of.Name, Months: slices.Repeat([]Return{nothing}, len(b.Months)), Total: nothing}
}

// add puts a part into the row of a name, and leaves out how many deals there are for the total, which counts each once.
func (b *returnsBook) add(kind RowKind, name string, month int, part Return) {
	key := Row{Kind: kind, Name: name}
	row := b.rows[key]
	if row == nil {
		made := b.empty(key)
		row = &made
		b.rows[key] = row
	}
	row.Months[month].add(part)
	row.Total.add(part)
	part.Deals = 0
	b.Total.Months[month].add(part)
	b.Total.Total.add(part)
}

func (b *returnsBook) credit(c *MonthCredit, by By) {
	month := slices.Index(b.Months, c.Month)
	if month < 0 {
		return
	}
	for _, row := range Aggregate([]Result{c.Result}, by) {
		if row.Amount.Minor != 0 {
			b.add(row.Kind, row.Name, month, Return{Revenue: money.New(row.Amount.Minor, b.zero.Currency), Deals: 1, Spend: b.zero})
		}
	}
	b.Total.Months[month].Deals++
	b.Total.Total.Deals++
}

func (b *returnsBook) spend(row crm.Spend, names map[string]string) {
	month := slices.Index(b.Months, cal.MonthOf(row.SpentOn))
	if row.SpentOn.IsZero() || month < 0 {
		return
	}
	amount := row.Net
	if !row.NetKnown {
		amount = row.Gross
	}
	if !row.NetKnown && !row.GrossKnown || amount.Currency != b.zero.Currency {
		b.LeftOut = append(b.LeftOut, row)
		return
	}
	if !row.NetKnown {
		b.Gross++
	}
	kind, name := Unnamed, names[row.Campaign]
	if name != "" {
		kind = Named
	}
	b.add(kind, name, month, Return{Revenue: b.zero, Spend: amount, Spent: true})
}

// campaignNames says which name each campaign belongs to; of one with touches of several names, or of none, nothing is said.
func campaignNames(s *crm.Snapshot, by By) map[string]string {
	out := map[string]string{}
	if by == ByCampaign {
		for _, row := range s.Spend {
			out[row.Campaign] = row.Campaign
		}
		return out
	}
	several := map[string]bool{}
	for i := range s.Touches {
		t := &s.Touches[i]
		name := t.Channel
		if by == ByProvider {
			name = t.Provider
		}
		if t.Deleted || t.Campaign == "" || name == "" {
			continue
		}
		if other, known := out[t.Campaign]; known && other != name {
			several[t.Campaign] = true
		}
		out[t.Campaign] = name
	}
	for campaign := range several {
		delete(out, campaign)
	}
	return out
}
