package gallery

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const sampleContract = `contract: northlight-acme-growth
version: 2
effective: 2026-04-01
currency: USD
time_zone: America/New_York
rounding: half-up
term:
  start: 2026-01-15
  notice: {period: 90 days, fee: full}          # "3 months" would be another date
clauses:
  - retainer: growth-team
    fee: 14,000.00 per month
    includes: {hours: 80}
    overage: {rate: 175.00 per hour, soft: 110 %, hard: 130 %}
`

func waitingRows() []kit.Row {
	return []kit.Row{
		{Tone: kit.Attend, Cells: []templ.Component{kit.Anchor(kit.Link{Text: "Approve statement of March", Href: "/gallery/statement"}), kit.Text("Dana Ruiz"), day("2026-04-17"), kit.Amount(usd("24310.00"))}},
		{Cells: []templ.Component{kit.Anchor(kit.Link{Text: "Accept 7 leads", Href: "/gallery/deals"}), kit.Text("Joan Meyer"), day("2026-04-11"), nil}},
		{Tone: kit.Bad, Cells: []templ.Component{kit.Anchor(kit.Link{Text: "Report CAC payback, first quarter", Href: "/gallery/form"}), kit.Text("Northlight"), kit.TwoLines(day("2026-04-07"), "2 working days late"), kit.Amount(usd("18000.00"))}},
	}
}

func dealTable(list kit.List) kit.TableView {
	names := []string{"Boreal Freight", "Kestrel Foods", "Orchard Labs", "Pinnacle Marine Logistics of the Pacific Northwest", "Quarry & Sons"}
	states := []string{"accepted", "accepted", "held", "disputed", "void"}
	minor := []string{"12000.00", "48250.00", "4400.00", "131900.50", "-1250.00"}
	v := kit.TableView{
		Caption: "Deals closed in March 2026", Cards: true,
		Columns: []kit.Column{
			list.Sortable("name", "Deal", kit.Start), {Title: "State"}, list.Sortable("closed", "Closed", kit.Start),
			{Title: "Credit", Align: kit.End, Hint: "of agency"}, withHint(list.Sortable("amount", "Collected", kit.End), "USD"),
		},
		Filters: list.Filters(
			kit.Field{Name: "q", Label: "Find", Kind: kit.Search},
			kit.Field{Name: "state", Label: "State", Kind: kit.Select, Options: []kit.Option{{Value: "", Text: "any"}, {Value: "held", Text: "held"}, {Value: "disputed", Text: "disputed"}}},
			kit.Field{Name: "month", Label: "Month", Kind: kit.Month},
		),
		Pager: list.Pager(1312), Exports: list.Exports(),
		Foot: []kit.Row{{Total: true, Cells: []templ.Component{kit.Text("Shown"), nil, nil, nil, kit.Amount(usd("195300.50"))}}},
	}
	for i, n := range names {
		row := kit.Row{Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: n, Href: "/gallery/words"}), fmt.Sprintf("CRM 00%d4711", i)),
			kit.Pill(states[i]), day(fmt.Sprintf("2026-03-%02d", 24-i)), kit.Text(fmt.Sprintf("%d %%", 100-13*i)), kit.Amount(usd(minor[i])),
		}}
		if i == 3 {
			row.Tone, row.Below = kit.Bad, kit.Quiet("Disputed by Joan Meyer: the deal came from the partner programme.")
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func withHint(c kit.Column, hint string) kit.Column {
	c.Hint = hint
	return c
}
