package ui

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	client, list := r.PathValue("client"), kit.ParseList(r)
	list.PerPage = ops.PageSize
	page, err := p.Ops.Statements(r.Context(), actor(r), client, list.Page)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Statements", Room: Room, Lede: "What is owed for each period, line by line, with the reason of every amount."}
	drafts := may(actor(r), access.StatementDraft, access.Of(client), access.Agency)
	if drafts && page.Total > 0 {
		view.Actions = append(view.Actions, draftButton(client, kit.Primary))
	}
	table := statementTable(client, page.Statements)
	table.Pager = list.Pager(page.Total)
	table.Empty = emptyList(client, drafts)
	return web.Render(w, r, view, kit.Table(table))
}

func draftButton(client string, kind kit.ButtonKind) templ.Component {
	return kit.Button(kit.ButtonView{Text: "Draft a statement", Kind: kind, Href: listPath(client) + "/draft"})
}

func emptyList(client string, drafts bool) templ.Component {
	v := kit.EmptyView{Title: "No statement yet", Text: "A statement says what is owed for one month: each line with its quantity, rate and amount, " +
		"the clause it follows from, and the deals behind it. The agency drafts it from the contract and the newest import and submits it; " +
		"the client accepts or disputes each line within the window of the contract; then it is locked and never changes again."}
	if drafts {
		v.Action = draftButton(client, kit.Primary)
	} else {
		v.Text += " The agency drafts the first one."
	}
	return kit.Empty(v)
}

func statementTable(client string, all []ops.Summary) kit.TableView {
	v := kit.TableView{Caption: "Statements, newest period first", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Period"}, {Title: "State"}, {Title: "Total", Align: kit.End}, {Title: "Payable", Align: kit.End}, {Title: "Held back", Align: kit.End},
		{Title: "Objections until"}, {Title: "What is next"},
	}}
	for _, s := range all {
		v.Rows = append(v.Rows, statementRow(client, s))
	}
	return v
}

func statementRow(client string, s ops.Summary) kit.Row {
	none := kit.Quiet("–")
	payable, held, until := none, none, none
	if s.State == fees.Submitted || s.State == fees.Locked {
		payable, held = kit.Money(s.Split.Payable), kit.Money(s.Split.Held)
		if s.State == fees.Submitted {
			payable = kit.TwoLines(payable, "once locked")
		}
		if s.Split.Held.Minor == 0 {
			held = none
		}
		until = kit.DateText(s.WindowEnds)
	}
	row := kit.Row{ID: s.ID, Cells: []templ.Component{
		kit.TwoLines(kit.Anchor(kit.Link{Text: s.Period.Words(), Href: statementPath(client, s.ID)}), "revision "+strconv.Itoa(s.Revision)+", import "+strconv.FormatInt(s.Import, 10)),
		kit.Pill(string(s.State)), kit.Money(s.Total), payable, held, until, kit.Text(nextStep(s)),
	}}
	if s.State == fees.Submitted && s.WindowOpen {
		row.Tone = kit.Active
	}
	return row
}

func (p *Pages) showDraft(w http.ResponseWriter, r *http.Request) error {
	return p.draftPage(w, r, kit.Input{})
}

func (p *Pages) draftPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	contracts, err := p.Contracts(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Draft a statement", Room: Room, Narrow: true, Status: in.Status(), Crumbs: crumbs(client),
		Lede: "It is computed from the contract and the newest import. Nobody but the agency acts on a draft; the other side reviews it once it is submitted."}
	if len(contracts) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "There is no contract yet",
			Text:   "A statement follows from a contract that both sides have accepted. Write the contract and have it accepted first.",
			Action: kit.Button(kit.ButtonView{Text: "Open the contract", Kind: kit.Primary, Href: contractsPath(client)})}))
	}
	month, err := p.monthToDraft(r, client)
	if err != nil {
		return err
	}
	chosen := r.URL.Query().Get("contract")
	fields := []kit.Field{{Name: "period", Label: "Month", Kind: kit.Month, Value: month.String(), Placeholder: "2026-03", Hint: "As 2026-03. A month that still runs can be drafted to look at, but not submitted."}}
	if len(contracts) == 1 {
		fields = append(fields, kit.Field{Name: "contract", Kind: kit.Hidden, Value: contracts[0].ID})
	} else {
		choice := kit.Field{Name: "contract", Label: "Contract", Kind: kit.Select, Value: chosen}
		for _, c := range contracts {
			choice.Options = append(choice.Options, kit.Option{Value: c.ID, Text: c.Name})
		}
		fields = append([]kit.Field{choice}, fields...)
	}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: r.URL.Path, Submit: "Draft", Cancel: listPath(client), Input: in, Fields: fields}))
}

// monthToDraft is the last month that is over, or the one after the newest that is submitted or locked already.
func (p *Pages) monthToDraft(r *http.Request, client string) (cal.Month, error) {
	month := cal.MonthOf(cal.DateOf(p.Ops.Now(), time.UTC)).Previous()
	page, err := p.Ops.Statements(r.Context(), actor(r), client, 1)
	if err != nil {
		return month, err
	}
	for _, s := range page.Statements {
		if next := cal.MonthOf(s.Period.From).Next(); (s.State == fees.Submitted || s.State == fees.Locked) && next.First().After(month.First()) {
			month = next
		}
	}
	return month, nil
}

func (p *Pages) draft(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	month, err := cal.ParseMonth(values.Get("period"))
	if err != nil {
		err = fault.New(fault.Invalid, "period", "Write the month as 2026-03.").At("period")
		return p.draftPage(w, r, kit.Input{Values: values, Err: err})
	}
	out, err := p.Ops.Draft(r.Context(), actor(r), ops.DraftInput{Contract: values.Get("contract"), Month: month})
	if web.Correctable(err) {
		return p.draftPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	if out.Same {
		web.Flash(r, kit.Info, "The newest draft of "+out.Statement.Period.Words()+" already says exactly this; no revision was added.")
	} else {
		web.Flash(r, kit.Done, "Drafted. Look through it, then submit it to "+reviewer(out.Statement)+".")
	}
	web.Redirect(w, r, statementPath(client, out.Statement.ID))
	return nil
}

func crumbs(client string) []kit.Link {
	return []kit.Link{{Text: "Statements", Href: listPath(client)}}
}
