package ui

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
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
	switch {
	case list.Format() == "csv" && list.Filter("table") == "months":
		return page.downloadMonths(w)
	case list.Format() == "csv":
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
		note := "ROAS: before margin and fees"
		if t.Costed != t.Revenue {
			note += "; of the " + figures(t.Costed) + " of names whose spend is known"
		}
		out = append(out, kit.FigureView{Label: "Credit for each " + unit + " spent", Value: multiple(x), Note: note})
	}
	return out
}

// acquisition is what a new customer cost, the agency's fee included, in the months of which it is known.
func (p returnsPage) acquisition() kit.FigureView {
	v := kit.FigureView{Label: "Cost of a new customer", Value: "unknown", Tone: kit.Attend}
	a := p.Acquisition()
	known := fmt.Sprintf("%d of %s", len(a.Months), plural(len(p.Returns.Returns.Months), "month", "months"))
	each, ok := a.Each()
	switch {
	case len(a.Months) == 0:
		v.Note = "of no month is all of it known: " + gapWords(a.Without)
	case !ok:
		v.Note = "no deal of a new customer was won in the " + known + " of which it is known"
	default:
		v.Value, v.Unit, v.Tone = figures(each), string(a.Cost.Currency), kit.Plain
		v.Note = "CAC: spend and the agency's fees, " + figures(a.Cost) + ", for " + plural(a.Customers, "new customer", "new customers") + ", in " + known + "; the client's own salaries and tools are not in it"
	}
	return v
}

// gapWords say what is not known of which months.
func gapWords(without map[ops.Gap][]cal.Month) string {
	var out []string
	for _, gap := range []ops.Gap{ops.NoSpend, ops.NotLocked, ops.NotTold} {
		if months := without[gap]; len(months) > 0 {
			out = append(out, string(gap)+" in "+monthsWords(months))
		}
	}
	return strings.Join(out, "; ")
}

// monthsWords are months in their order, those that follow each other as one: "May 2026, July 2026 to September 2026".
func monthsWords(months []cal.Month) string {
	var out []string
	for i := 0; i < len(months); {
		last := i
		for last+1 < len(months) && months[last].Next() == months[last+1] {
			last++
		}
		text := months[i].Words()
		if last > i {
			text += " to " + months[last].Words()
		}
		out = append(out, text)
		i = last + 1
	}
	return strings.Join(out, ", ")
}

// acquisitionGaps says which months the cost of a new customer leaves out; empty: none, or it is told of none.
func (p returnsPage) acquisitionGaps() string {
	a := p.Acquisition()
	if len(a.Months) == 0 || len(a.Without) == 0 {
		return ""
	}
	return fmt.Sprintf("The cost of a new customer rests on %d of %s. Left out is what is not known: %s.", len(a.Months), plural(len(p.Returns.Returns.Months), "month", "months"), gapWords(a.Without))
}

// namesShown is how many names a sentence has room for.
const namesShown = 6

// notCosted says which credit ROAS and ROMI of all names together leave out; empty: none.
func (p returnsPage) notCosted() string {
	r := p.Returns.Returns
	all := r.Total.Total
	if !all.Told || all.Costed == all.Revenue {
		return ""
	}
	var names []string
	for _, row := range r.Rows {
		if rest := row.Total.Revenue.Sub(row.Total.Costed); rest.Minor != 0 {
			names = append(names, row.Label()+" "+figures(rest))
		}
	}
	if n := len(names) - namesShown; n > 1 {
		names = append(names[:namesShown], strconv.Itoa(n)+" more")
	}
	return fmt.Sprintf("ROAS, spend a deal and ROMI of all together hold the spend against the %s of names whose spend is known, of %s. Not in it, for nobody knows what was spent on it: %s.",
		figures(all.Costed), figures(all.Revenue), strings.Join(names, "; "))
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
		customers := kit.Text(strconv.Itoa(p.New[m]))
		if n := p.Untold[m]; n > 0 {
			customers = kit.Unknown("of " + plural(n, "won deal", "won deals"))
		}
		cost := kit.Quiet(nothing)
		if each, ok := p.AcquisitionIn(i).Each(); ok {
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

// downloadMonths is all names together, month by month; what is not known is empty.
func (p returnsPage) downloadMonths(w http.ResponseWriter) error {
	rows := [][]string{{"month", "credit", "credit_of_known_spend", "deals", "spend", "agency_fee", "new_customers", "cac", "currency", "cac_not_known_for"}}
	for i, m := range p.Returns.Returns.Months {
		x := p.Returns.Returns.Total.Months[i]
		var spend, charged, customers, cac, gaps string
		if x.Spent {
			spend = x.Spend.String()
		}
		if fee, locked := p.Fees[m]; locked {
			charged = fee.String()
		}
		if p.Untold[m] == 0 {
			customers = strconv.Itoa(p.New[m])
		}
		if each, ok := p.AcquisitionIn(i).Each(); ok {
			cac = each.String()
		}
		for _, gap := range p.Gaps(i) {
			gaps = strings.TrimPrefix(gaps+"; "+string(gap), "; ")
		}
		rows = append(rows, []string{m.String(), x.Revenue.String(), x.Costed.String(), strconv.Itoa(x.Deals), spend, charged, customers, cac, string(x.Revenue.Currency), gaps})
	}
	return writeCSV(w, "returns-by-month.csv", rows)
}
