package ui

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// comparePage is what the comparison of models shows.
type comparePage struct {
	ops.Comparison
	client  string
	list    kit.List
	notices []kit.NoticeView
}

func (p *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	page := comparePage{client: r.PathValue("client"), list: list}
	from, err := asOfOf(list)
	if err != nil {
		return err
	}
	in := ops.CompareInput{AsOf: from, Asked: askedOf(list)}
	status := 0
	if in.From, in.To, err = monthsOf(list); err == nil {
		page.Comparison, err = p.Ops.Compare(r.Context(), actor(r), page.client, in)
	}
	if web.Correctable(err) {
		status = http.StatusUnprocessableEntity
		page.notices = append(page.notices, noticeOf(err))
		page.Comparison, err = p.Ops.Compare(r.Context(), actor(r), page.client, ops.CompareInput{AsOf: from, Asked: ops.Asked{Clause: in.Asked.Clause}})
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
	view := kit.PageView{
		Title: "Attribution by model", Eyebrow: eyebrow("Evidence", name), Room: Room, Status: status,
		Lede:   "The same closed revenue under several models. Every column sums to it; what no touch holds stays visible.",
		Crumbs: []kit.Link{{Text: "Evidence", Href: evidencePath(page.client)}},
	}
	return web.Render(w, r, view, compareBody(page))
}

// monthsOf are the months in the address; zero where it names none. Faults: Invalid at "from" or "to".
func monthsOf(list kit.List) (from, to cal.Month, err error) {
	var faults fault.List
	read := func(name string) (m cal.Month) {
		text := list.Filter(name)
		if text == "" {
			return m
		}
		m, err := cal.ParseMonth(text)
		if err != nil {
			faults.Add(fault.New(fault.Invalid, "month", "%q is not a month. Write it as 2026-03.", text).At(name))
		}
		return m
	}
	from, to = read("from"), read("to")
	return from, to, faults.Err()
}

func (p comparePage) warnings() []kit.NoticeView {
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
	p.openUnder(say)
	if p.Clauseless > 0 {
		say(kit.Info, "No revenue share governs "+plural(p.Clauseless, "deal", "deals"), "No contract that both sides accepted had one in force on the day of closing. The credit is shown by a plain rule; no fee rests on it.")
	}
	return out
}

// openUnder tells of models under which much more is unattributed than as agreed: a reader takes it for a fault otherwise.
func (p comparePage) openUnder(say func(level kit.Level, title, text string, links ...kit.Link)) {
	for _, t := range p.Tables {
		if t.Total.Minor <= 0 || len(t.ByChannel) == 0 {
			continue
		}
		open := t.ByChannel[len(t.ByChannel)-1].Amounts // the unattributed row is the last
		for i := 1; i < len(open); i++ {
			if open[i].Minor-open[0].Minor > t.Total.Minor/5 {
				say(kit.Info, modelWords(p.Heads[i].Models[0])+" leaves much unattributed", figures(open[i])+" "+string(open[i].Currency)+" of "+figures(t.Total)+
					": of these deals the touches that the model credits lie before the time that the contract looks back. What others hold of them is no touch's under this model.")
			}
		}
	}
}

func (p comparePage) fields() []kit.Field {
	fields := []kit.Field{{Name: "from", Label: "Won from", Kind: kit.Month}, {Name: "to", Label: "through", Kind: kit.Month}}
	return append(fields, choices(p.list, len(p.Clauses) > 0, p.Clauses, p.Marks, p.Latest)...)
}

// chosen are the fields with the months that are shown, also where the address names none.
func (p comparePage) chosen() []kit.Field {
	fields := p.list.Filters(p.fields()...).Fields
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

func (p comparePage) figures(t ops.CurrencyTable) []kit.FigureView {
	unit := string(t.Total.Currency)
	out := []kit.FigureView{
		{Label: "Closed revenue", Value: figures(t.Total), Unit: unit, Note: plural(t.Deals, "deal won", "deals won"), Period: p.Period.Words()},
		{Label: "Earning credit", Value: figures(t.Earned[0]), Unit: unit, Note: shareWords(t.Earned[0], t.Total), Period: p.firstHead()},
	}
	none := kit.FigureView{Label: "Deals without credit", Value: strconv.Itoa(t.Creditless[0]), Note: "of " + strconv.Itoa(t.Deals) + ": no touch counts", Period: p.firstHead()}
	if t.Creditless[0] > 0 {
		none.Tone = kit.Attend
	}
	out = append(out, none)
	spread := kit.FigureView{Label: "Model spread", Value: "unknown", Note: "no revenue to divide"}
	if t.SpreadOK {
		spread = kit.FigureView{Label: "Model spread", Value: pointsWords(t.Spread), Unit: "points", Period: p.Period.Words(), Note: "earning credit by first, last, linear, W-shaped. " + spreadAside}
		if t.Spread > wide {
			spread.Note, spread.Tone = "wide: the choice of the model decides more than the work. "+spreadAside, kit.Attend
		}
	}
	return append(out, spread)
}

// spreadAside says why the advisor may tell another spread.
const spreadAside = "Which pay model fits may say another: it measures the last two sales cycles, by day and not by month, all by the latest text of the contract, and grades on that."

// wide is the spread, in hundredths of a point, above which attribution is too unsure to pay a revenue share on.
const wide = 2500

func shareWords(part, whole money.Amount) string {
	if whole.Minor == 0 {
		return ""
	}
	return percentWords(ratioOf(part, whole)) + " of it"
}

// firstHead names the rule of column 0.
func (p comparePage) firstHead() string {
	models := p.Heads[0].Models
	if len(models) == 1 {
		return modelSentence(models[0]) + ", " + agreedHint(p.agreed())
	}
	return "by the model of each deal's day"
}

func (p comparePage) agreed() bool {
	for _, r := range p.Rules {
		if !r.Agreed {
			return false
		}
	}
	return true
}

// table is one currency's revenue by channel or provider, a column a model.
func (p comparePage) table(t ops.CurrencyTable, by string, rows []ops.CompareRow) kit.TableView {
	v := kit.TableView{
		Caption: "Closed revenue in " + string(t.Total.Currency) + " by " + by + " under each model", Quiet: true, Cards: true,
		Columns: append([]kit.Column{{Title: capital(by)}}, p.modelColumns()...),
	}
	for _, row := range rows {
		name := kit.Text(row.Name)
		if row.Kind != attribution.Named {
			name = kit.Quiet(row.Label())
		}
		cells := []templ.Component{name}
		for _, a := range row.Amounts {
			cells = append(cells, p.cell(a, t.Total))
		}
		v.Rows = append(v.Rows, kit.Row{Cells: cells})
	}
	total := kit.Row{Total: true, Cells: []templ.Component{kit.Text("Closed revenue")}}
	earned := kit.Row{Cells: []templ.Component{kit.Text("Of it held by touches that earn")}}
	for i := range p.Heads {
		total.Cells = append(total.Cells, kit.Amount(t.Total))
		earned.Cells = append(earned.Cells, p.cell(t.Earned[i], t.Total))
	}
	v.Foot = []kit.Row{total, earned}
	return v
}

// modelColumns head the models; the first is the one that counts.
func (p comparePage) modelColumns() []kit.Column {
	var out []kit.Column
	for i, h := range p.Heads {
		switch {
		case i > 0:
			out = append(out, modelColumn(h.Models[0], ""))
		case len(h.Models) == 1:
			out = append(out, modelColumn(h.Models[0], agreedHint(p.agreed())))
		default:
			out = append(out, kit.Column{Title: "As agreed", Align: kit.End, Hint: plural(len(h.Models), "model", "models")})
		}
	}
	return out
}

func (p comparePage) cell(a, whole money.Amount) templ.Component {
	if a.Minor == 0 {
		return none()
	}
	share := ""
	if whole.Minor != 0 {
		share = percentWords(ratioOf(a, whole))
	}
	return kit.TwoLines(kit.Amount(a), share)
}

func ratioOf(part, whole money.Amount) money.Ratio {
	if whole.Minor < 0 {
		part, whole = part.Neg(), whole.Neg()
	}
	return money.NewRatio(part.Minor, whole.Minor)
}

func capital(s string) string { return string(s[0]-'a'+'A') + s[1:] }

// ruleFacts are the rules under which the deals of column 0 stand.
func (p comparePage) ruleFacts() []kit.Definition {
	var out []kit.Definition
	for _, r := range p.Rules {
		term := "No clause"
		words := ruleWords(r)
		if r.Clause != nil {
			term = clauseWords(*r.Clause)
			words += " " + earnsWords(r.Clause.Share.Attribution.Credits)
		}
		out = append(out, kit.Definition{Term: term, Value: kit.Text(words)})
	}
	return out
}

func (p comparePage) leftOut() kit.TableView {
	v := kit.TableView{Caption: "Won deals that no column counts", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Deal"}, {Title: "Closed"}, {Title: "Why"}}}
	for _, l := range p.LeftOut {
		name := l.Deal.Name
		if name == "" {
			name = l.Deal.ID
		}
		v.Rows = append(v.Rows, kit.Row{Tone: kit.Attend, Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: name, Href: DealPath(p.client, l.Deal.ID)}), l.Deal.ID), kit.DateText(l.Deal.ClosedOn), kit.Text(l.Why),
		}})
	}
	return v
}

func (p comparePage) empty() kit.EmptyView {
	if p.Latest == 0 {
		return kit.EmptyView{Title: "No evidence yet", Text: "Once deals, contacts and touches are imported from the CRM, this page shows how each attribution model would credit the same revenue.",
			Action: kit.Button(kit.ButtonView{Text: "Evidence", Href: evidencePath(p.client), Kind: kit.Primary})}
	}
	return kit.EmptyView{Title: "No deal was won", Text: "The evidence has no deal won in " + p.Period.Words() + ". Choose other months."}
}

// download is all tables as one: a row for each currency, grouping and name, with a column a model.
func (p comparePage) download(w http.ResponseWriter) error {
	head := []string{"from", "to", "as_of_import", "currency", "by", "name", "deals"}
	for i, h := range p.Heads {
		text := "as agreed"
		if len(h.Models) == 1 {
			text = h.Models[0].String()
		}
		if i == 0 && len(h.Models) == 1 {
			text += " (" + agreedHint(p.agreed()) + ")"
		}
		head = append(head, text)
	}
	rows := [][]string{head}
	add := func(t ops.CurrencyTable, by, name string, deals int, amounts []money.Amount) {
		row := []string{p.From.String(), p.To.String(), strconv.FormatInt(p.AsOf, 10), string(t.Total.Currency), by, name, strconv.Itoa(deals)}
		for _, a := range amounts {
			row = append(row, money.New(a.Minor, t.Total.Currency).String())
		}
		rows = append(rows, row)
	}
	for _, t := range p.Tables {
		for _, r := range t.ByChannel {
			add(t, "channel", r.Label(), r.Deals, r.Amounts)
		}
		for _, r := range t.ByProvider {
			add(t, "provider", r.Label(), r.Deals, r.Amounts)
		}
		totals := make([]money.Amount, len(p.Heads))
		for i := range totals {
			totals[i] = t.Total
		}
		add(t, "earning", "held by touches that earn", t.Deals, t.Earned)
		add(t, "total", "closed revenue", t.Deals, totals)
	}
	return writeCSV(w, "attribution.csv", rows)
}
