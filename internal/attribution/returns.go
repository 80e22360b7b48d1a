package attribution

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// MonthCredit is the credit of a deal in the month in which it was won.
type MonthCredit struct {
	Month  cal.Month
	Result Result
}

// Return is what a name, or all of them together, brought and cost: credited revenue, the deals that it holds money of, and spend.
//
// Credit and spend are held against each other by name and month, and only where the spend of that name in that month is known: where a row of spend says
// it, be it nothing, and no row of it is left out. A month without a row is not known. What stands for several names or months is the sum of those that are
// held, and of no other, so the same history held by another grouping may come to another return.
type Return struct {
	Revenue     money.Amount
	Deals       int
	Spend       money.Amount
	Spent       bool         // there is a row of spend; without one the cost is not known, and not nothing
	Costed      money.Amount // the part of Revenue whose spend is known
	CostedDeals int          // deals that it is of, each once
	Against     money.Amount // the part of Spend that Costed is held against: of a name, in a month that is known
	Told        bool         // there is such a name and month; without one there is nothing to hold
}

// Uncosted is credit without known spend: no return counts it.
func (r Return) Uncosted() money.Amount { return r.Revenue.Sub(r.Costed) }

// Unheld is spend that no return counts: it can be told to no name, or not all of its name in its month is known.
func (r Return) Unheld() money.Amount { return r.Spend.Sub(r.Against) }

// Multiple is costed credit for each unit of the spend that it is held against in hundredths, rounded half up: 350 is 3.50 (ROAS). Not ok: nothing was spent
// on a name, as far as is known.
func (r Return) Multiple() (hundredths int64, ok bool) {
	if !r.Told || r.Against.Minor <= 0 {
		return 0, false
	}
	return money.MulDiv(r.Costed.Minor, 100, r.Against.Minor, money.HalfUp), true
}

// ROMI is (attributed margin - cost) / cost in hundredths of a percentage point, at a gross margin: costed credit of 400 at a margin of 60 % for a spend of
// 100 is 140 %. Not ok: nothing was spent on a name, as far as is known.
func (r Return) ROMI(margin money.Ratio) (points int64, ok bool) {
	if !r.Told || r.Against.Minor <= 0 {
		return 0, false
	}
	earned := r.Costed.Mul(margin, money.HalfUp)
	return money.MulDiv(earned.Minor-r.Against.Minor, 10_000, r.Against.Minor, money.HalfUp), true
}

// PerDeal is the spend that is held for each deal of the costed credit. Not ok: there is none, or nothing was spent.
func (r Return) PerDeal() (money.Amount, bool) {
	if r.CostedDeals == 0 || r.Against.Minor <= 0 {
		return money.Amount{}, false
	}
	return money.New(money.MulDiv(r.Against.Minor, 1, int64(r.CostedDeals), money.HalfUp), r.Against.Currency), true
}

// won adds credit of a deal without the deal. What is not told has no cost.
func (r *Return) won(credit money.Amount, told bool) {
	r.Revenue = r.Revenue.Add(credit)
	if told {
		r.Costed = r.Costed.Add(credit)
	}
}

// counted adds a deal.
func (r *Return) counted(told bool) {
	r.Deals++
	if told {
		r.CostedDeals++
	}
}

// held holds all spend of a name in a month.
func (r *Return) held(spend money.Amount) { r.Against, r.Told = r.Against.Add(spend), true }

// plus is the sum of two. A deal is in one month only, so months of one row can be added.
func (r Return) plus(x Return) Return {
	return Return{Revenue: r.Revenue.Add(x.Revenue), Deals: r.Deals + x.Deals, Spend: r.Spend.Add(x.Spend), Spent: r.Spent || x.Spent,
		Costed: r.Costed.Add(x.Costed), CostedDeals: r.CostedDeals + x.CostedDeals, Against: r.Against.Add(x.Against), Told: r.Told || x.Told}
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
// spent in it; every amount of a row is the sum of its months, and every amount of the total that of the rows.
type Returns struct {
	Months  []cal.Month
	Rows    []ReturnRow
	Total   ReturnRow
	LeftOut []crm.Spend // in another currency, or of an unknown amount
	Gross   int         // rows of spend that count by their gross amount: the net one is not known
}

// ReturnsOf puts them together, by a field of the touches. Spend names a campaign; the channel or provider of a campaign is that of its touches, where they
// all have one, as the naming of the month names them: one each, or none at all. Spend that cannot be told to a name stands in the row of what is not recorded.
// Credits are in the currency.
func ReturnsOf(s *crm.Snapshot, months []cal.Month, currency money.Currency, by By, namings []*channel.Naming, credits []MonthCredit) Returns {
	b := returnsBook{Returns: Returns{Months: months}, zero: money.New(0, currency), rows: map[Row]*ReturnRow{}, partly: map[nameMonth]bool{}}
	b.Total = b.empty(Row{})
	names := monthsNames(s, by, months, namings)
	for _, row := range Once(s.Spend, func(x crm.Spend) string { return x.ID }) {
		if !row.Deleted {
			b.spend(row, names)
		}
	}
	b.hold()
	for i := range credits { // after the spend, which says what is costed
		b.credit(&credits[i], by)
	}
	b.Total.sum()
	for _, row := range b.rows {
		row.sum()
		b.Rows = append(b.Rows, *row)
	}
	slices.SortFunc(b.Rows, func(x, y ReturnRow) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name)) })
	return b.Returns
}

type returnsBook struct {
	Returns
	zero   money.Amount
	rows   map[Row]*ReturnRow
	partly map[nameMonth]bool // spend of it is left out, so that not all is known
}

type nameMonth struct {
	name  string
	month int
}

func (b *returnsBook) empty(of Row) ReturnRow {
	nothing := Return{Revenue: b.zero, Spend: b.zero, Costed: b.zero, Against: b.zero}
	return ReturnRow{Kind: of.Kind, Name: of.Name, Months: slices.Repeat([]Return{nothing}, len(b.Months)), Total: nothing}
}

func (b *returnsBook) row(kind RowKind, name string) *ReturnRow {
	key := Row{Kind: kind, Name: name}
	if b.rows[key] == nil {
		made := b.empty(key)
		b.rows[key] = &made
	}
	return b.rows[key]
}

// credit puts the credit of a deal with the names that hold it; the total counts the deal once.
func (b *returnsBook) credit(c *MonthCredit, by By) {
	month := slices.Index(b.Months, c.Month)
	if month < 0 {
		return
	}
	var costed bool // a name whose spend of the month is known holds money of the deal
	for _, part := range Aggregate([]Result{c.Result}, by) {
		if part.Amount.Minor == 0 {
			continue
		}
		cell, amount := &b.row(part.Kind, part.Name).Months[month], money.New(part.Amount.Minor, b.zero.Currency)
		costed = costed || cell.Told
		cell.won(amount, cell.Told)
		cell.counted(cell.Told)
		b.Total.Months[month].won(amount, cell.Told)
	}
	b.Total.Months[month].counted(costed)
}

// hold says of which names the spend of which months is known.
func (b *returnsBook) hold() {
	for _, row := range b.rows {
		for i := range row.Months {
			if cell := &row.Months[i]; row.Kind == Named && cell.Spent && !b.partly[nameMonth{row.Name, i}] {
				cell.held(cell.Spend)
				b.Total.Months[i].held(cell.Spend)
			}
		}
	}
}

// sum puts the months together.
func (r *ReturnRow) sum() {
	for _, m := range r.Months {
		r.Total = r.Total.plus(m)
	}
}

func (b *returnsBook) spend(row crm.Spend, names []map[string]string) {
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
		b.partly[nameMonth{names[month][row.Campaign], month}] = true
		return
	}
	if !row.NetKnown {
		b.Gross++
	}
	kind, name := Unnamed, names[month][row.Campaign]
	if name != "" {
		kind = Named
	}
	for _, cell := range []*Return{&b.row(kind, name).Months[month], &b.Total.Months[month]} {
		cell.Spend, cell.Spent = cell.Spend.Add(amount), true
	}
}

// monthsNames are the names of campaigns, month by month.
func monthsNames(s *crm.Snapshot, by By, months []cal.Month, namings []*channel.Naming) []map[string]string {
	made := map[string]map[string]string{}
	out := make([]map[string]string, len(months))
	for i := range months {
		var naming *channel.Naming
		if i < len(namings) {
			naming = namings[i]
		}
		if made[naming.String()] == nil {
			made[naming.String()] = campaignNames(s, by, naming)
		}
		out[i] = made[naming.String()]
	}
	return out
}

// campaignNames says which name each campaign belongs to; of one with touches of several names, or of none, nothing is said.
func campaignNames(s *crm.Snapshot, by By, naming *channel.Naming) map[string]string {
	out, namer := map[string]string{}, new(Namer)
	if by == ByCampaign {
		for _, row := range s.Spend {
			out[row.Campaign] = row.Campaign
		}
		return out
	}
	several := map[string]bool{}
	for i := range s.Touches {
		t := &s.Touches[i]
		name := namer.Of(naming, t)
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
