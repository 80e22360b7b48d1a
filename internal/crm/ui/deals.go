package ui

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showDeals(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r, "-closed", "closed", "name", "company", "amount", "stage", "changed")
	offset, limit := list.Offset(), list.PerPage
	if list.Format() != "" {
		offset, limit = 0, 0
	}
	asOf, err := p.dealsAsOf(r, list)
	if err != nil {
		return err
	}
	filter, wrong := dealQuery(list).Filter()
	if wrong != nil && list.Format() != "" {
		return wrong // a file of other deals than were asked for is worse than none
	}
	deals, err := p.Ops.DealsAt(r.Context(), actor(r), r.PathValue("client"), asOf, filter, ops.DealSort{By: list.Sort, Desc: list.Desc}, offset, limit)
	if err != nil {
		return err
	}
	if list.Format() != "" {
		return dealSheet(deals).send(w, list.Format())
	}
	imports, _, err := p.Ops.ImportList(r.Context(), actor(r), r.PathValue("client"), 0, 200)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Deals", Room: Room, Crumbs: crumbs(r), Lede: "All deals of the client's CRM as of import " + strconv.FormatInt(deals.AsOf, 10) + ", deleted ones left out."}
	if deals.Latest == 0 {
		view.Lede = "All deals of the client's CRM."
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No deals yet", Text: "Import a table of deals; each later import shows what became of them.",
			Action: kit.Button(kit.ButtonView{Text: "Import a file", Kind: kit.Primary, Href: base(r) + "/import"}), Sample: &kit.Link{Text: "Sample file: deals.csv", Href: base(r) + "/samples/deals.csv"}}))
	}
	table := dealTable(r, list, deals, imports)
	if wrong != nil {
		view.Status = http.StatusUnprocessableEntity
		table.Rows, table.Foot, table.Pager, table.Exports = nil, nil, nil, nil
		table.Empty = kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was looked for", Text: "Mend what is marked above, then ask again."})
		for i, field := range table.Filters.Fields {
			table.Filters.Fields[i].Error = faultAt(wrong, field.Name)
		}
	}
	return web.Render(w, r, view, column(p.pastNotice(r, list, deals.AsOf, deals.Latest, imports), kit.Table(table)))
}

func faultAt(err error, field string) string {
	for _, f := range fault.All(err) {
		if f.Field == field {
			return kit.Sentence(f.Message)
		}
	}
	return ""
}

// dealQuery reads the address, by the names of the API. Older addresses name a month, or the text "q".
func dealQuery(list kit.List) ops.DealQuery {
	q := ops.DealQuery{Text: cmp.Or(list.Filter("text"), list.Filter("q")), Outcome: list.Filter("outcome"), Stage: list.Filter("stage"), Owner: list.Filter("owner"),
		ClosedFrom: list.Filter("closed_from"), ClosedThrough: list.Filter("closed_through"), ClosedTo: list.Filter("closed_to"),
		AmountFrom: list.Filter("amount_from"), Changed: list.Filter("changed")}
	if month := list.Filter("month"); month != "" && q.ClosedFrom+q.ClosedThrough+q.ClosedTo == "" {
		q.ClosedFrom = month // should it be none
		if m, err := cal.ParseMonth(month); err == nil {
			q.ClosedFrom, q.ClosedTo = m.Period().From.String(), m.Period().To.String()
		}
	}
	return q
}

// anyOr offers values that deals have.
func anyOr(values []string) []kit.Option {
	out := []kit.Option{{Value: "", Text: "any"}}
	for _, v := range values {
		out = append(out, kit.Option{Value: v, Text: v})
	}
	return out
}

// valuesOffered is how many values a choice lists; more are typed.
const valuesOffered = 60

func valueField(name, label string, values []string) kit.Field {
	if len(values) > valuesOffered {
		return kit.Field{Name: name, Label: label}
	}
	return kit.Field{Name: name, Label: label, Kind: kit.Select, Options: anyOr(values)}
}

func dealTable(r *http.Request, list kit.List, deals ops.DealList, imports []ops.Import) kit.TableView {
	changed := []kit.Option{{Value: "", Text: "any"}}
	for _, i := range imports {
		no := strconv.FormatInt(i.No, 10)
		o := kit.Option{Value: no, Text: "import " + no + ", " + i.AppliedAt.Format("2 Jan 2006") + ", " + i.Filename}
		if i.Kind == crm.KindDeal {
			changed = append(changed, o)
		}
	}
	v := kit.TableView{Caption: "Deals", Quiet: true, Cards: true, Pager: list.Pager(deals.Total), Exports: list.Exports(),
		Columns: []kit.Column{list.Sortable("name", "Deal", kit.Start), list.Sortable("company", "Company", kit.Start), {Title: "Outcome"},
			list.Sortable("closed", "Close date", kit.Start), list.Sortable("amount", "Amount", kit.End), list.Sortable("changed", "Last changed", kit.Start)},
		Filters: list.Filters(append([]kit.Field{{Name: "text", Label: "Find", Kind: kit.Search},
			{Name: "outcome", Label: "Outcome", Kind: kit.Select, Options: []kit.Option{{Value: "", Text: "any"}, {Value: "won", Text: "won"}, {Value: "lost", Text: "lost"}, {Value: "open", Text: "open"}, {Value: "unknown", Text: "unknown"}}},
			valueField("stage", "Stage", deals.Stages), valueField("owner", "Owner", deals.Owners),
			{Name: "closed_from", Label: "Closes from", Kind: kit.Date}, {Name: "closed_through", Label: "Closes through", Kind: kit.Date},
			{Name: "amount_from", Label: "Amount from"},
			{Name: "changed", Label: "Changed by", Kind: kit.Select, Options: changed}}, asOfFields(imports)...)...),
		Empty: noDeal(deals)}
	for _, d := range deals.Rows {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: nameOf(d), Href: dealPath(r, d.ID, deals.AsOf, deals.Latest)}), "CRM "+d.ID),
			kit.Text(d.Company), kit.TwoLines(outcomePill(ops.OutcomeOf(d.Deal)), d.Stage), closeDate(d), amountOf(d),
			kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(d.No, 10), Href: importPath(r, d.No)}),
		}})
	}
	for _, sum := range deals.Sums {
		v.Foot = append(v.Foot, kit.Row{Total: true, Cells: []templ.Component{kit.Text(allIn(deals, sum.Currency)), nil, nil, nil, kit.Money(sum), nil}})
	}
	if deals.Unsure > 0 {
		v.Foot = append(v.Foot, kit.Row{Cells: []templ.Component{kit.Quiet(counted(int64(deals.Unsure), "deal") + " without a known amount"), nil, nil, nil, kit.Unknown(""), nil}})
	}
	return v
}

// noDeal says why no row is shown.
func noDeal(deals ops.DealList) templ.Component {
	if deals.Total > 0 {
		return kit.Notice(kit.NoticeView{Level: kit.Info, Title: "This page is behind the last one", Text: counted(int64(deals.Total), "deal") + " fit, on earlier pages."})
	}
	return kit.Notice(kit.NoticeView{Level: kit.Info, Title: "No deal fits", Text: deals.Why})
}

// allIn names the deals of a sum.
func allIn(deals ops.DealList, c money.Currency) string {
	if n := deals.In[c]; n < deals.Total {
		return counted(int64(n), "deal") + " in " + string(c)
	}
	return "All " + counted(int64(deals.Total), "deal")
}

func nameOf(d ops.DealRow) string {
	if d.Name == "" {
		return d.ID
	}
	return d.Name
}

func outcomePill(o ops.Outcome) templ.Component {
	switch o {
	case ops.Won:
		return kit.PillIn("won", kit.Good)
	case ops.Lost:
		return kit.PillIn("lost", kit.Inactive)
	case ops.Open:
		return kit.PillIn("open", kit.Active)
	}
	return kit.PillIn("unknown", kit.Attend)
}

func closeDate(d ops.DealRow) templ.Component {
	if d.ClosedOn.IsZero() {
		return kit.Unknown("")
	}
	if !d.Closed {
		return kit.TwoLines(kit.DateText(d.ClosedOn), "forecast")
	}
	return kit.DateText(d.ClosedOn)
}

func amountOf(d ops.DealRow) templ.Component {
	switch {
	case d.AmountKnown:
		return kit.Money(d.Amount)
	case d.AmountText != "":
		return kit.Unknown(d.AmountText + ", currency not stated")
	}
	return kit.Unknown("")
}

// dealSheet is exactly the rows that fit the page's filters, all pages of them.
func dealSheet(deals ops.DealList) sheet {
	s := sheet{name: "deals-import-" + strconv.FormatInt(deals.AsOf, 10), header: []string{"deal_id", "name", "company", "outcome", "stage", "closed_on", "amount", "currency", "source", "owner", "last_changed_by_import"}}
	for _, d := range deals.Rows {
		amount, currency := cell{text: d.AmountText}, cell{}
		if d.AmountKnown {
			amount, currency = cell{text: d.Amount.String(), number: true}, cell{text: string(d.Amount.Currency)}
		}
		s.rows = append(s.rows, []cell{{text: d.ID}, {text: d.Name}, {text: d.Company}, {text: string(ops.OutcomeOf(d.Deal))}, {text: d.Stage}, {text: d.ClosedOn.String()},
			amount, currency, {text: d.Source}, {text: d.Owner}, {text: strconv.FormatInt(d.No, 10), number: true}})
	}
	return s
}
