package ui

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) leakageRoutes() []web.Route {
	return []web.Route{get("/clients/{client}/relationship/leakage", access.LeakageSee, p.leakage)}
}

func leakagePath(client string) string { return Path(client) + "/leakage" }

var fateWords = map[engagement.Fate]string{
	engagement.Kept: "with the provider it was promised to", engagement.Leaked: "leaked: promised to another", engagement.Elsewhere: "with another, as it may",
	engagement.Unpromised: "promised to nobody", engagement.Unassigned: "says too little",
}

var fates = []engagement.Fate{engagement.Kept, engagement.Leaked, engagement.Elsewhere, engagement.Unpromised, engagement.Unassigned}

// leakage is what was spent in the exclusive cells, how much of it went elsewhere, and every row behind it.
func (p *Pages) leakage(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	leak, err := p.Ops.Leakage(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	list := kit.ParseList(r)
	shown := slices.Clone(leak.Rows)
	if fate := engagement.Fate(list.Filter("fate")); fateWords[fate] != "" {
		shown = leak.Of(fate)
	}
	if list.Format() == "csv" {
		return sendSpend(w, shown)
	}
	view := roomView(r, "Leakage", "leakage", "")
	view.Lede = "Spend in an exclusive category, brand and market that went to another provider, of all spend in it."
	if len(leak.Rows) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No spend is known",
			Text: "Import what was spent, by invoices of vendors or reports, as spend.csv: with the provider who did the work, the category as the contract names it, brand and market. What went elsewhere shows here then."}))
	}
	parts := []templ.Component{}
	if n := len(leak.Of(engagement.Unassigned)); n > 0 {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Text: rows(n, "row of spend says", "rows of spend say") + " too little to be held against a promise. No sum by month has it in; the table of rows says what to write."}))
	}
	parts = append([]templ.Component{leakFigures(leak)}, append(parts, under("By month", kit.Table(leakTable(r, client, leak))), under("Rows of spend", kit.Table(spendTable(r, client, list, leak, shown))))...)
	return web.Render(w, r, view, kit.Group(parts...))
}

// leakFigures are the sums of all months, one for each currency.
func leakFigures(leak engagement.Leak) templ.Component {
	var sums []engagement.LeakLine
	for _, l := range leak.Lines {
		i := slices.IndexFunc(sums, func(s engagement.LeakLine) bool { return s.Kept.Currency == l.Kept.Currency })
		if i < 0 {
			sums = append(sums, engagement.LeakLine{Month: l.Month, Kept: l.Kept, Leaked: l.Leaked})
			continue
		}
		sums[i].Kept, sums[i].Leaked = sums[i].Kept.Add(l.Kept), sums[i].Leaked.Add(l.Leaked)
	}
	var figures []kit.FigureView
	for _, s := range sums {
		share := "unknown"
		if of, ok := s.Share(); ok {
			share = percent(of)
		}
		period := "since " + s.Month.Words()
		figures = append(figures, kit.FigureView{Label: "Leakage", Value: share, Period: period, Note: "of all spend in exclusive categories"},
			kit.FigureView{Label: "Spent elsewhere", Value: s.Leaked.Format(), Unit: string(s.Leaked.Currency), Period: period},
			kit.FigureView{Label: "All spend in exclusive categories", Value: s.All().Format(), Unit: string(s.Leaked.Currency), Period: period})
	}
	return kit.Figures(figures...)
}

func leakTable(r *http.Request, client string, leak engagement.Leak) kit.TableView {
	v := kit.TableView{Caption: "Spend in exclusive cells by month", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Month"}, {Title: "For"}, {Title: "Of record"}, {Title: "All spend", Align: kit.End}, {Title: "Elsewhere", Align: kit.End}, {Title: "Leakage", Align: kit.End}, {Title: "Clause"}},
		Empty:   kit.Notice(kit.NoticeView{Level: kit.Info, Text: "No row of spend falls into an exclusive category, brand and market on a day on which it is promised."})}
	for _, l := range slices.Backward(leak.Lines) {
		share := kit.Unknown("nothing spent")
		if s, ok := l.Share(); ok {
			share = kit.Text(percent(s))
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(l.Month.Words()), kit.Text(l.Under.Cell.Words()), kit.Text(l.Under.Provider), kit.Money(l.All()), kit.Money(l.Leaked), share, clauseLink(r, client, l.Under)}})
	}
	return v
}

// percent is a share to a tenth of a percent. What is not nothing never reads as nothing, and what is not all never as all.
func percent(share money.Ratio) string {
	tenths := money.MulDiv(1000, share.Num(), share.Den(), money.HalfUp)
	switch {
	case tenths == 0 && share.Sign() > 0:
		return "below 0.1 %"
	case tenths == 1000 && share.Num() < share.Den():
		return "above 99.9 %"
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, max(tenths%10, -(tenths%10)))
}

func spendTable(r *http.Request, client string, list kit.List, leak engagement.Leak, shown []engagement.Held) kit.TableView {
	options := []kit.Option{{Value: "", Text: fmt.Sprintf("all (%d)", len(leak.Rows))}}
	for _, f := range fates {
		options = append(options, kit.Option{Value: string(f), Text: fmt.Sprintf("%s (%d)", fateWords[f], len(leak.Of(f)))})
	}
	v := kit.TableView{Caption: "Rows of spend", Quiet: true, Cards: true, Pager: list.Pager(len(shown)), Exports: list.Exports()[:1], Filters: list.Filters(kit.Field{Name: "fate", Label: "What they mean", Kind: kit.Select, Options: options}),
		Columns: []kit.Column{{Title: "Day"}, {Title: "Row"}, {Title: "Provider"}, {Title: "For"}, {Title: "Amount", Align: kit.End}, {Title: "Means"}},
		Empty:   kit.Notice(kit.NoticeView{Level: kit.Info, Text: "No row of spend is so."})}
	slices.Reverse(shown) // the newest first
	for _, h := range shown[min(list.Offset(), len(shown)):min(list.Offset()+list.PerPage, len(shown))] {
		amount := kit.Unknown("no amount")
		if h.Known {
			amount = kit.Money(h.Amount)
		}
		provider := kit.Unknown("not said")
		if h.Provider != "" {
			provider = kit.Text(h.Provider)
		}
		cell := h.Cell
		if cell.Category == "" {
			cell.Category = h.Bought
		}
		means := kit.TwoLines(kit.PillIn(string(h.Fate), fateTone(h.Fate)), h.Reason)
		if h.Under.Contract != "" {
			means = kit.Group(kit.PillIn(string(h.Fate), fateTone(h.Fate)), kit.Text(" "), clauseLink(r, client, h.Under))
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.DateText(h.On), kit.TwoLines(kit.Text(h.ID), h.Vendor), provider, kit.TwoLines(orAny(cell.Category, "no category"), brandAndMarket(cell)), amount, means}})
	}
	return v
}

func brandAndMarket(c engagement.Cell) string {
	switch {
	case c.Brand == "" && c.Market == "":
		return "no brand, no market"
	case c.Brand == "":
		return "no brand, " + c.Market
	case c.Market == "":
		return c.Brand + ", no market"
	}
	return c.Brand + ", " + c.Market
}

func fateTone(f engagement.Fate) kit.Tone {
	switch f {
	case engagement.Kept:
		return kit.Good
	case engagement.Leaked:
		return kit.Bad
	}
	return kit.Plain
}

// sendSpend sends the rows as a file. Cells that a spreadsheet would take for a formula are made harmless.
func sendSpend(w http.ResponseWriter, shown []engagement.Held) error {
	web.Attach(w, "leakage.csv", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	lines := [][]string{{"day", "row", "vendor", "provider", "category", "brand", "market", "amount", "currency", "means", "of_record", "clause", "reason"}}
	for _, h := range shown {
		line := []string{h.On.String(), h.ID, h.Vendor, h.Provider, h.Cell.Category, h.Cell.Brand, h.Cell.Market, "", "", string(h.Fate), "", "", h.Reason}
		if h.Known {
			line[7], line[8] = h.Amount.String(), string(h.Amount.Currency)
		}
		if h.Under.Contract != "" {
			line[10], line[11] = h.Under.Provider, h.Under.Clause()
		}
		for i, cell := range line {
			line[i] = csvin.Neutralise(cell)
		}
		lines = append(lines, line)
	}
	return out.WriteAll(lines)
}
