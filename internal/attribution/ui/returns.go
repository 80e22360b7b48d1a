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
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// returnsPage is what the page of returns shows.
type returnsPage struct {
	ops.Returns
	client  string
	list    kit.List
	notices []kit.NoticeView
	wrong   fault.List // what was chosen and cannot be shown
}

func (p *Pages) returns(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	page := returnsPage{client: r.PathValue("client"), list: list}
	from, err := asOfOf(list)
	if err != nil {
		return err
	}
	in := ops.ReturnsInput{AsOf: from, By: attribution.By(list.Filter("by")), Margin: list.Filter("margin"), Asked: askedOf(list)}
	in.From, in.To, err = monthsOf(list)
	page.wrong = fault.All(err)
	page.Returns, err = p.Ops.Return(r.Context(), actor(r), page.client, in)
	for web.Correctable(err) && withoutWrong(&in, &page.wrong, err) { // what is right is kept
		page.Returns, err = p.Ops.Return(r.Context(), actor(r), page.client, in)
	}
	if err != nil {
		return err
	}
	status := 0
	if len(page.wrong) > 0 {
		status = http.StatusUnprocessableEntity
		page.notices = append(page.notices, page.refused())
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

// withoutWrong takes away the choices that are refused, and keeps them; it says whether there was one.
func withoutWrong(in *ops.ReturnsInput, wrong *fault.List, err error) bool {
	taken, none := false, cal.Month{}
	for _, f := range fault.All(err) {
		choice, there := map[string]*string{"by": (*string)(&in.By), "margin": &in.Margin, "model": &in.Asked.Model, "lookback": &in.Asked.Lookback, "edge": &in.Asked.Edge,
			"at_the_deal": &in.Asked.AtTheDeal, "earlier_deals": &in.Asked.EarlierDeals}[f.Field]
		switch {
		case f.Field == "from" || f.Field == "to":
			taken = taken || in.From != none || in.To != none
			in.From, in.To = none, none
		case there:
			taken = taken || *choice != ""
			*choice = ""
		default:
			continue
		}
		wrong.Add(f)
	}
	return taken
}

// refused says what was wrong, and what is shown in its place.
func (p returnsPage) refused() kit.NoticeView {
	var words []string
	for _, f := range p.wrong {
		words = append(words, kit.Sentence(f.Message))
	}
	return kit.NoticeView{Level: kit.Problem, Title: "One of the choices cannot be shown", Text: strings.Join(words, " ") + " Below is what the other choices come to, without it."}
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
		say(kit.Warning, plural(n, "row of spend is", "rows of spend are")+" left out", "They are in another currency, or no amount of them is known. So the spend of their names is not known in their months, and no credit of them is held against it.")
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
		{Name: "margin", Label: "Gross margin", Kind: kit.Search, Hint: "in per cent, such as 60, for the ROMI"}}
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
	return kit.Input{Err: p.wrong.Err()}.Fill(fields)
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
		out = append(out, kit.FigureView{Label: "ROAS by " + string(p.By), Value: multiple(x), Period: figures(t.Costed) + " of credit ÷ " + figures(t.Against) + " of spend", Note: p.otherGroupings()})
	}
	if rest := t.Uncosted(); rest.Minor != 0 {
		out = append(out, kit.FigureView{Label: "Credit without known spend", Value: figures(rest), Unit: unit, Period: period, Note: "in no ROAS, spend a deal or ROMI", Tone: kit.Attend})
	}
	return out
}

// otherGroupings says that the return of all names together hangs on what it is looked at by.
func (p returnsPage) otherGroupings() string {
	note := "Before margin and fees."
	var others []string
	for _, by := range []attribution.By{attribution.ByChannel, attribution.ByProvider, attribution.ByCampaign} {
		r, there := p.Others[by]
		if !there {
			continue
		}
		text := "by " + string(by) + " unknown"
		if x, ok := r.Multiple(); ok {
			text = "by " + string(by) + " " + multiple(x) + " (" + figures(r.Costed) + " ÷ " + figures(r.Against) + ")"
		}
		others = append(others, text)
	}
	if len(others) == 0 {
		return note
	}
	return note + " It hangs on the grouping, for each knows the spend of other names and months: " + strings.Join(others, ", ") + "."
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
		v.Note = "CAC: spend and the agency's fees, " + figures(a.Cost) + ", for " + plural(a.Customers, "new customer", "new customers") + ", in " + known + "; what was spent without a row of spend, and the client's own salaries and tools, are not in it"
	}
	return v
}

// gapWords say what is not known of which months.
func gapWords(without map[ops.Gap][]cal.Month) string {
	var out []string
	for _, gap := range []ops.Gap{ops.NoSpend, ops.PartSpend, ops.NotLocked, ops.NotTold} {
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

// notCosted says which credit and which spend the return of all names together leaves out, and why; empty: none.
func (p returnsPage) notCosted() []string {
	r := p.Returns.Returns
	all := r.Total.Total
	var out []string
	if rest := all.Uncosted(); rest.Minor != 0 {
		var names []string
		for _, row := range r.Rows {
			if rest := row.Total.Uncosted(); rest.Minor != 0 {
				names = append(names, row.Label()+" "+figures(rest)+p.monthsWithout(row))
			}
		}
		if n := len(names) - namesShown; n > 1 {
			names = append(names[:namesShown], strconv.Itoa(n)+" more")
		}
		out = append(out, fmt.Sprintf("Of %s of credit, %s has no known spend in the month of its deals, and is held against nothing: %s.", figures(all.Revenue), figures(rest), strings.Join(names, "; ")))
	}
	if rest := all.Unheld(); rest.Minor != 0 {
		out = append(out, fmt.Sprintf("Of %s of spend, %s is held against no credit: it can be told to no %s, or not all of its %s is known in its month. It may have brought some of the credit, so the ROAS of all together may be too high.",
			figures(all.Spend), figures(rest), p.By, p.By))
	}
	return out
}

// monthsWithout counts the months of a name with credit and without known spend, where it has both kinds.
func (p returnsPage) monthsWithout(row attribution.ReturnRow) string {
	without, with := 0, 0
	for _, m := range row.Months {
		switch {
		case m.Uncosted().Minor != 0:
			without++
		case m.Revenue.Minor != 0 || m.Told:
			with++
		}
	}
	if with == 0 {
		return ""
	}
	return fmt.Sprintf(" (in %d of %s)", without, plural(without+with, "month", "months"))
}

// row is one name's cells, of a month or together.
func (p returnsPage) row(name templ.Component, x attribution.Return) kit.Row {
	rest, spend, times, deal, romi := kit.Quiet(nothing), kit.Unknown(""), kit.Quiet(nothing), kit.Quiet(nothing), kit.Quiet(nothing)
	if left := x.Uncosted(); left.Minor != 0 {
		rest = kit.Text(figures(left))
	}
	if x.Spent {
		spend = kit.Text(figures(x.Spend))
	}
	if left := x.Unheld(); left.Minor != 0 {
		spend = kit.TwoLines(spend, figures(left)+" not held")
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
	return kit.Row{Cells: []templ.Component{name, kit.Text(figures(x.Revenue)), rest, kit.Text(strconv.Itoa(x.Deals)), spend, times, deal, romi}}
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
	return []kit.Column{{Title: first}, {Title: "Credit", Align: kit.End, Hint: unit}, {Title: "Left out", Align: kit.End, Hint: unit}, {Title: "Deals", Align: kit.End}, {Title: "Spend", Align: kit.End, Hint: unit},
		{Title: "ROAS", Align: kit.End},
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
