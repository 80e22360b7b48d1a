package ui

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// returnsPage is what the page of returns shows.
type returnsPage struct {
	ops.Returns
	client  string
	list    kit.List
	notices []kit.NoticeView
}

func (p *Pages) returns(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	page := returnsPage{client: r.PathValue("client"), list: list}
	from, err := asOfOf(list)
	if err != nil {
		return err
	}
	in := ops.ReturnsInput{AsOf: from, By: attribution.By(list.Filter("by")), Margin: list.Filter("margin"), Asked: askedOf(list)}
	status := 0
	if in.From, in.To, err = monthsOf(list); err == nil {
		page.Returns, err = p.Ops.Return(r.Context(), actor(r), page.client, in)
	}
	if web.Correctable(err) {
		status = http.StatusUnprocessableEntity
		page.notices = append(page.notices, noticeOf(err))
		page.Returns, err = p.Ops.Return(r.Context(), actor(r), page.client, ops.ReturnsInput{AsOf: from, Asked: ops.Asked{Clause: in.Asked.Clause}})
	}
	if err != nil {
		return err
	}
	if list.Format() == "csv" {
		return page.download(w)
	}
	name, err := p.clientName(r)
	if err != nil {
		return err
	}
	page.notices = append(page.notices, page.warnings()...)
	view := kit.PageView{Title: "Return on spend", Eyebrow: eyebrow("Evidence", name), Room: Room, Status: status,
		Lede:   "What each channel, campaign or provider brought in credited revenue, and what was spent on it. Revenue counts in the month in which a deal was won, spend in that in which it was spent.",
		Crumbs: []kit.Link{{Text: "Evidence", Href: evidencePath(page.client)}}}
	return web.Render(w, r, view, returnsBody(page))
}

func (p returnsPage) warnings() []kit.NoticeView {
	var out []kit.NoticeView
	say := func(level kit.Level, title, text string, links ...kit.Link) {
		out = append(out, kit.NoticeView{Level: level, Title: title, Text: text, Links: links})
	}
	if asksOther(p.list) {
		out = append(out, notAgreed(p.list))
	}
	if p.AsOf < p.Latest {
		say(kit.Info, fmt.Sprintf("As of import %d", p.AsOf), plural(int(p.Latest-p.AsOf), "import has", "imports have")+" come since.",
			kit.Link{Text: "Show as of the newest import", Href: without(p.list, "as_of")})
	}
	if n := len(p.Returns.Returns.LeftOut); n > 0 {
		say(kit.Warning, plural(n, "row of spend is", "rows of spend are")+" left out", "They are in another currency, or no amount of them is known.")
	}
	if n := p.Returns.Returns.Gross; n > 0 {
		say(kit.Info, plural(n, "row of spend counts", "rows of spend count")+" by the gross amount", "No net amount of them is known.")
	}
	if n := len(p.Returns.LeftOut); n > 0 {
		say(kit.Warning, plural(n, "won deal is", "won deals are")+" left out", "They are in another currency, or no amount of them is known.")
	}
	return out
}

func (p returnsPage) chosen() []kit.Field {
	fields := []kit.Field{{Name: "from", Label: "From", Kind: kit.Month}, {Name: "to", Label: "through", Kind: kit.Month},
		{Name: "by", Label: "By", Kind: kit.Select, Options: []kit.Option{{Value: "", Text: "channel"}, {Value: "campaign", Text: "campaign"}, {Value: "provider", Text: "provider"}}},
		{Name: "margin", Label: "Gross margin", Kind: kit.Search, Hint: "such as 60 %, for the ROMI"}}
	fields = p.list.Filters(append(fields, choices(p.list, len(p.Clauses) > 0, p.Clauses, p.Marks, p.Latest)...)...).Fields
	for i := range fields {
		switch {
		case fields[i].Value != "":
		case fields[i].Name == "from":
			fields[i].Value = p.From.String()
		case fields[i].Name == "to":
			fields[i].Value = p.To.String()
		}
	}
	return fields
}

// multiple is hundredths of a whole: "3.50".
func multiple(hundredths int64) string {
	sign := ""
	if hundredths < 0 {
		sign, hundredths = "−", -hundredths
	}
	return fmt.Sprintf("%s%d.%02d", sign, hundredths/100, hundredths%100)
}

func (p returnsPage) figures() []kit.FigureView {
	t := p.Returns.Returns.Total.Total
	unit, period := string(t.Revenue.Currency), p.Period.Words()
	out := []kit.FigureView{{Label: "Closed revenue", Value: figures(t.Revenue), Unit: unit, Period: period, Note: plural(t.Deals, "deal won", "deals won")}}
	spend := kit.FigureView{Label: "Spend", Value: "unknown", Period: period, Note: "no row of spend", Tone: kit.Attend}
	if t.Spent {
		spend.Value, spend.Unit, spend.Note, spend.Tone = figures(t.Spend), unit, "", kit.Plain
	}
	out = append(out, spend, p.acquisition())
	if x, ok := t.Multiple(); ok {
		out = append(out, kit.FigureView{Label: "Revenue for each " + unit + " spent", Value: multiple(x), Note: "ROAS: before margin and fees"})
	}
	return out
}

// acquisition is what a new customer cost, the agency's fee included; unknown where a part of that is.
func (p returnsPage) acquisition() kit.FigureView {
	v := kit.FigureView{Label: "Cost of a new customer", Value: "unknown", Tone: kit.Attend}
	cost, ok := p.Cost()
	switch {
	case !p.Returns.Returns.Total.Total.Spent:
		v.Note = "no row of spend"
	case !ok:
		v.Note = "not every month has a locked statement, so the agency's fee is not known"
	case !p.NewTold:
		v.Note = "the CRM does not say of every won deal whether the customer is new"
	case p.NewDeals() == 0:
		v.Note = "no deal of a new customer was won"
	default:
		each := perCustomer(cost, p.NewDeals())
		v.Value, v.Unit, v.Tone = figures(each), string(cost.Currency), kit.Plain
		v.Note = "CAC: spend and the agency's fees, " + figures(cost) + ", for " + plural(p.NewDeals(), "new customer", "new customers") + "; the client's own salaries and tools are not in it"
	}
	return v
}

func perCustomer(cost money.Amount, customers int) money.Amount {
	return money.New(money.MulDiv(cost.Minor, 1, int64(customers), money.HalfUp), cost.Currency)
}

// costOf is what a new customer of a month cost. Not ok: its spend, its fee or its new customers are not known, or there were none.
func (p returnsPage) costOf(i int) (money.Amount, bool) {
	m, x := p.Returns.Returns.Months[i], p.Returns.Returns.Total.Months[i]
	fee, locked := p.Fees[m]
	if !x.Spent || !locked || !p.NewTold || p.New[m] == 0 {
		return money.Amount{}, false
	}
	return perCustomer(x.Spend.Add(fee), p.New[m]), true
}

// row is one name's cells, of a month or together.
func (p returnsPage) row(name templ.Component, x attribution.Return) kit.Row {
	spend, times, deal, romi := kit.Unknown(""), kit.Quiet(nothing), kit.Quiet(nothing), kit.Quiet(nothing)
	if x.Spent {
		spend = kit.Text(figures(x.Spend))
	}
	if n, ok := x.Multiple(); ok {
		times = kit.Text(multiple(n))
	}
	if each, ok := x.PerDeal(); ok {
		deal = kit.Text(figures(each))
	}
	if text, _, ok := p.romi(x); ok {
		romi = kit.Text(text)
	}
	return kit.Row{Cells: []templ.Component{name, kit.Text(figures(x.Revenue)), kit.Text(strconv.Itoa(x.Deals)), spend, times, deal, romi}}
}

// romi is the return at the margin, in words and in hundredths of a point. Not ok: no margin is stated, or nothing was spent.
func (p returnsPage) romi(x attribution.Return) (text string, points int64, ok bool) {
	if p.Gross == nil {
		return "", 0, false
	}
	points, ok = x.ROMI(*p.Gross)
	return pointsWords(points) + " %", points, ok
}

func (p returnsPage) columns(first string) []kit.Column {
	unit := string(p.Returns.Returns.Total.Total.Revenue.Currency)
	return []kit.Column{{Title: first}, {Title: "Credit", Align: kit.End, Hint: unit}, {Title: "Deals", Align: kit.End}, {Title: "Spend", Align: kit.End, Hint: unit}, {Title: "ROAS", Align: kit.End, Hint: "credit ÷ spend"},
		{Title: "Spend a deal", Align: kit.End, Hint: unit}, {Title: "ROMI", Align: kit.End, Hint: p.marginHint()}}
}

func (p returnsPage) marginHint() string {
	if p.Gross == nil {
		return "needs a margin"
	}
	return "at a margin of " + p.Gross.String()
}

func (p returnsPage) table() kit.TableView {
	v := kit.TableView{Caption: "Credit and spend by " + string(p.By), Quiet: true, Cards: true, Columns: p.columns(strings.ToUpper(string(p.By)[:1]) + string(p.By)[1:]),
		Empty: kit.Notice(kit.NoticeView{Level: kit.Info, Text: "No deal was won and nothing was spent in these months."})}
	for _, row := range p.Returns.Returns.Rows {
		one := p.row(kit.Text(row.Label()), row.Total)
		one.Below = monthsOfRow(row.Label(), kit.Table(p.months(row)))
		v.Rows = append(v.Rows, one)
	}
	total := p.row(kit.Text("Together"), p.Returns.Returns.Total.Total)
	total.Total = true
	v.Foot = []kit.Row{total}
	return v
}

// months are the months of a row in which there is something, and all of them together.
func (p returnsPage) months(row attribution.ReturnRow) kit.TableView {
	v := kit.TableView{Caption: row.Label() + " by month", Quiet: true, Columns: p.columns("Month")}
	for i, m := range p.Returns.Returns.Months {
		if x := row.Months[i]; x.Spent || x.Revenue.Minor != 0 {
			v.Rows = append(v.Rows, p.row(kit.Text(m.Words()), x))
		}
	}
	return v
}

// byMonth is all names together, month by month, with the fee of the agency.
func (p returnsPage) byMonth() kit.TableView {
	total := p.Returns.Returns.Total
	v := kit.TableView{Caption: "All by month", Quiet: true, Cards: true, Columns: append(p.columns("Month"),
		kit.Column{Title: "Agency's fee", Align: kit.End}, kit.Column{Title: "New customers", Align: kit.End}, kit.Column{Title: "CAC", Align: kit.End, Hint: "(spend + fee) ÷ new customers"})}
	for i, m := range p.Returns.Returns.Months {
		row := p.row(kit.Text(m.Words()), total.Months[i])
		fee := kit.Quiet("not locked")
		if amount, locked := p.Fees[m]; locked {
			fee = kit.Text(figures(amount))
		}
		customers := kit.Unknown("")
		if p.NewTold {
			customers = kit.Text(strconv.Itoa(p.New[m]))
		}
		cost := kit.Quiet(nothing)
		if each, ok := p.costOf(i); ok {
			cost = kit.Text(figures(each))
		}
		row.Cells = append(row.Cells, fee, customers, cost)
		v.Rows = append(v.Rows, row)
	}
	return v
}

// download is every name and month in which there is something.
func (p returnsPage) download(w http.ResponseWriter) error {
	rows := [][]string{{string(p.By), "month", "credit", "deals", "spend", "currency"}}
	for _, row := range p.Returns.Returns.Rows {
		for i, m := range p.Returns.Returns.Months {
			x, spend := row.Months[i], ""
			if x.Spent {
				spend = x.Spend.String()
			}
			if x.Spent || x.Revenue.Minor != 0 {
				rows = append(rows, []string{row.Label(), m.String(), x.Revenue.String(), strconv.Itoa(x.Deals), spend, string(x.Revenue.Currency)})
			}
		}
	}
	return writeCSV(w, "returns.csv", rows)
}
