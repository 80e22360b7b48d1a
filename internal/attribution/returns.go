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
// Spend is held against the credit of names whose spend is known, and of no other: what nobody knows the spend of (direct, a call of the sales team, what is
// credited to nobody) was not bought with it. All known spend is held against it, also that which can be told to no name: it may have brought some of it, and
// leaving it out would flatter.
type Return struct {
	Revenue     money.Amount
	Deals       int
	Costed      money.Amount // the part of Revenue that names with known spend hold, of the same months
	CostedDeals int          // deals that they hold money of, each once
	Spend       money.Amount
	Spent       bool // there is a row of spend; without one the cost is not known, and not nothing
	Told        bool // there is one of a name; without one there is no credit to hold spend against
}

// Multiple is costed credit for each unit of spend in hundredths, rounded half up: 350 is 3.50 (ROAS). Not ok: nothing was spent on a name, as far as is
// known.
func (r Return) Multiple() (hundredths int64, ok bool) {
	if !r.Told || r.Spend.Minor <= 0 {
		return 0, false
	}
	return money.MulDiv(r.Costed.Minor, 100, r.Spend.Minor, money.HalfUp), true
}

// ROMI is (attributed margin - cost) / cost in hundredths of a percentage point, at a gross margin: costed credit of 400 at a margin of 60 % for a spend of
// 100 is 140 %. Not ok: nothing was spent on a name, as far as is known.
func (r Return) ROMI(margin money.Ratio) (points int64, ok bool) {
	if !r.Told || r.Spend.Minor <= 0 {
		return 0, false
	}
	earned := r.Costed.Mul(margin, money.HalfUp)
	return money.MulDiv(earned.Minor-r.Spend.Minor, 10_000, r.Spend.Minor, money.HalfUp), true
}

// PerDeal is spend for each deal that names with known spend hold money of. Not ok: there is none, or nothing was spent.
func (r Return) PerDeal() (money.Amount, bool) {
	if r.CostedDeals == 0 || r.Spend.Minor <= 0 {
		return money.Amount{}, false
	}
	return money.New(money.MulDiv(r.Spend.Minor, 1, int64(r.CostedDeals), money.HalfUp), r.Spend.Currency), true
}

// won adds credit of a deal, costed or not, without the deal.
func (r *Return) won(credit money.Amount, costed bool) {
	r.Revenue = r.Revenue.Add(credit)
	if costed {
		r.Costed = r.Costed.Add(credit)
	}
}

// counted adds a deal.
func (r *Return) counted(costed bool) {
	r.Deals++
	if costed {
		r.CostedDeals++
	}
}

func (r *Return) cost(amount money.Amount, told bool) {
	r.Spend, r.Spent, r.Told = r.Spend.Add(amount), true, r.Told || told
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
// all have one, as the naming of the month names them: one each, or none at all. Spend that cannot be told to a name stands in the row of what is not recorded.
// Credits are in the currency.
func ReturnsOf(s *crm.Snapshot, months []cal.Month, currency money.Currency, by By, namings []*channel.Naming, credits []MonthCredit) Returns {
	b := returnsBook{Returns: Returns{Months: months}, zero: money.New(0, currency), rows: map[Row]*ReturnRow{}}
	b.Total = b.empty(Row{})
	names := monthsNames(s, by, months, namings)
	for _, row := range Once(s.Spend, func(x crm.Spend) string { return x.ID }) {
		if !row.Deleted {
			b.spend(row, names)
		}
	}
	for i := range credits { // after the spend, which says what is costed
		b.credit(&credits[i], by)
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
	nothing := Return{Revenue: b.zero, Costed: b.zero, Spend: b.zero}
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
	var inMonth, inAll bool // a name with known spend holds money of the deal
	for _, part := range Aggregate([]Result{c.Result}, by) {
		if part.Amount.Minor == 0 {
			continue
		}
		row, amount := b.row(part.Kind, part.Name), money.New(part.Amount.Minor, b.zero.Currency)
		known, ever := row.Months[month].Told, row.Total.Told
		inMonth, inAll = inMonth || known, inAll || ever
		row.Months[month].won(amount, known)
		row.Months[month].counted(known)
		row.Total.won(amount, ever)
		row.Total.counted(ever)
		b.Total.Months[month].won(amount, known)
		b.Total.Total.won(amount, ever)
	}
	b.Total.Months[month].counted(inMonth)
	b.Total.Total.counted(inAll)
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
		return
	}
	if !row.NetKnown {
		b.Gross++
	}
	kind, name := Unnamed, names[month][row.Campaign]
	if name != "" {
		kind = Named
	}
	for _, row := range []*ReturnRow{b.row(kind, name), &b.Total} {
		row.Months[month].cost(amount, kind == Named)
		row.Total.cost(amount, kind == Named)
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
