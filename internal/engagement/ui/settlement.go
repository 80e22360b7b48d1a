package ui

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// settlement is the settlement that a page is about; ok is false while no contract is accepted.
func (p *Pages) settlement(r *http.Request, asked string) (all []ops.Agreed, s ops.Settlement, ok bool, err error) {
	all, a, _, ok, err := p.chosen(r, asked)
	if err != nil || !ok {
		return nil, s, false, err
	}
	s, err = p.Ops.Settlement(r.Context(), actor(r), a.Client, a.ID)
	return all, s, err == nil, err
}

func (p *Pages) showSettlement(w http.ResponseWriter, r *http.Request) error {
	all, s, ok, err := p.settlement(r, askedFor(r))
	if err != nil {
		return err
	}
	const teaches = "When the contract ends, the final settlement lists every part of what is owed: fees, retainer balance, commitments, funds and credits, performance, reserve. Each has its basis and its source."
	if !ok {
		return noTerm(w, r, "Final settlement", "settlement", teaches)
	}
	view := roomView(r, "Final settlement", "settlement", s.ID)
	view.Eyebrow = s.Name
	if s.NoEnd {
		return web.Render(w, r, view, kit.Group(others(r, "settlement", all, s.Agreed), kit.Empty(kit.EmptyView{Title: "The contract has no end yet", Text: teaches})))
	}
	t := s.Standing.Terms
	view.Lede = "As of the last day of the contract, " + s.Settlement.Last.Words() + ". " + s.Words(t.Client, t.Agency)
	view.State = kit.Pill("open")
	if !s.ClosedAt.IsZero() {
		view.State = kit.Pill("closed")
	}
	parts := []templ.Component{others(r, "settlement", all, s.Agreed), claims(r, s.Agreed)}
	if !s.Ripe() {
		note := kit.NoticeView{Level: kit.Info, Title: "The contract runs.", Text: "This is what would be settled if it ended on " + s.Settlement.Last.Words() + ". It can be accepted when it has ended, or both sides have accepted the version that ends it."}
		if s.Standing.Notice != nil {
			note = kit.NoticeView{Level: kit.Info, Title: "A notice ends the contract on " + s.Settlement.Last.Words() + ".", Text: "This is what is to be settled then. It can be accepted when the contract has ended, or both sides have accepted the version that ends it; fees follow from that version."}
		}
		parts = append(parts, kit.Notice(note))
	} else if issues := s.Issues(); len(issues) > 0 {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: partsOpen(len(issues)), Text: "What is unknown is not zero. The settlement can be accepted when every part is stated."}))
	}
	parts = append(parts, kit.Table(partTable(r, s)))
	if rows := restTable(s); len(rows.Rows) > 0 {
		parts = append(parts, termSection("What the parts rest on", kit.Table(rows)))
	}
	parts = append(parts, termSection("Accepted", acceptanceParts(r, s)...))
	if len(s.Stated) > 0 {
		parts = append(parts, termSection("What was stated", kit.Table(statedTable(s))))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func partsOpen(n int) string {
	if n == 1 {
		return "1 part is open."
	}
	return strconv.Itoa(n) + " parts are open."
}

func partTable(r *http.Request, s ops.Settlement) kit.TableView {
	v := kit.TableView{Caption: "Parts of the settlement in " + string(s.Currency) + "; more than zero is owed by the client", Cards: true, Columns: []kit.Column{
		{Title: "Part"}, {Title: "Basis"}, {Title: "Source"}, {Title: "Amount", Align: kit.End}},
		Exports: []kit.Link{{Text: "CSV", Href: on(r, "settlement/settlement.csv", s.ID)}}}
	states := mayDo(r, access.SettlementState) && s.ClosedAt.IsZero()
	if states {
		v.Columns = append(v.Columns, kit.Column{Title: "State it", Hidden: true, Align: kit.End})
	}
	for _, p := range s.Parts {
		rule, _ := engagement.RuleOf(p.Key)
		amount := kit.Unknown(p.Issue)
		if p.Amount != nil {
			amount = kit.Money(*p.Amount)
		}
		row := kit.Row{ID: string(p.Key), Cells: []templ.Component{kit.TwoLines(kit.Text(p.Name), rule.Means), orQuiet(p.Basis, "nothing stated"), orQuiet(p.Source, "–"), amount}}
		if p.Issue != "" {
			row.Tone = kit.Attend
			if p.Amount != nil {
				row.Cells[1] = kit.TwoLines(row.Cells[1], p.Issue)
			}
		} else if p.Why != "" {
			row.Cells[1] = kit.TwoLines(row.Cells[1], p.Why)
		}
		if states {
			row.Cells = append(row.Cells, kit.Anchor(kit.Link{Text: "State\u00a0it", Href: on(r, "settlement/state", s.ID) + "&part=" + string(p.Key)}))
		}
		v.Rows = append(v.Rows, row)
	}
	total := kit.Unknown("not every part is known")
	if s.Total != nil {
		total = kit.Money(*s.Total)
	}
	foot := kit.Row{Total: true, Cells: []templ.Component{kit.Text("Total"), kit.Text(""), kit.Text(""), total}}
	if states {
		foot.Cells = append(foot.Cells, kit.Text(""))
	}
	v.Foot = []kit.Row{foot}
	return v
}

// restTable is what the amounts of the records rest on, with the clause and the statement of each, and what is known of those that people state.
func restTable(s ops.Settlement) kit.TableView {
	v := kit.TableView{Caption: "Rows of the records behind the parts", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Part"}, {Title: "Row"}, {Title: "Clause"}, {Title: "Amount", Align: kit.End}}}
	for _, p := range s.Parts {
		for _, x := range append(slices.Clone(p.Rows), p.Help...) {
			text, amount := kit.Text(x.Text), kit.Quiet("–")
			if x.Ref != "" {
				text = kit.Anchor(kit.Link{Text: x.Text, Href: "/clients/" + url.PathEscape(s.Client) + "/statements/" + url.PathEscape(x.Ref)})
			}
			if x.Amount != nil {
				amount = kit.Money(*x.Amount)
			}
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(p.Name), text, orQuiet(x.Clause, "–"), amount}})
		}
	}
	return v
}

func orQuiet(text, none string) templ.Component {
	if text == "" {
		return kit.Quiet(none)
	}
	return kit.Text(text)
}

func acceptanceParts(r *http.Request, s ops.Settlement) []templ.Component {
	var said []kit.Definition
	for _, side := range []contract.Side{contract.AgencySide, contract.ClientSide} {
		value := kit.Pill("open")
		if x, done := s.Accepted[side]; done {
			value = kit.TwoLines(kit.Pill("accepted"), x.ByName+", "+x.At.Format("2 Jan 2006"))
		}
		said = append(said, kit.Definition{Term: map[contract.Side]string{contract.AgencySide: "The agency", contract.ClientSide: "The client"}[side], Value: value})
	}
	said = append(said, kit.Definition{Term: "SHA-256 of the text", Value: kit.Hash(s.SHA256)})
	parts := []templ.Component{kit.DefinitionList(said...)}
	own, _ := ops.SideOf(actor(r), s.Client)
	_, done := s.Accepted[own]
	switch {
	case !s.ClosedAt.IsZero():
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Done, Text: "Both sides have accepted it. It was closed on " + s.ClosedAt.Format("2 Jan 2006") + " and does not change any more."}))
	case s.Ripe() && len(s.Issues()) == 0 && !done && mayDo(r, access.SettlementAccept):
		parts = append(parts, kit.Button(kit.ButtonView{Text: "Accept the settlement", Kind: kit.Primary, Href: on(r, "settlement/accept", s.ID)}))
	}
	return parts
}

func statedTable(s ops.Settlement) kit.TableView {
	v := kit.TableView{Caption: "Statements of both sides, the oldest first", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "When"}, {Title: "Part"}, {Title: "By"}, {Title: "Basis and evidence"}, {Title: "Amount", Align: kit.End}}}
	for _, x := range s.Stated {
		rule, _ := engagement.RuleOf(x.Part)
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.MomentText(x.At, s.Agreement.First().Zone), kit.Text(rule.Name), kit.TwoLines(kit.Text(x.ByName), "the "+string(x.Side)), kit.TwoLines(kit.Text(x.Basis), x.Evidence), kit.Money(x.Amount)}})
	}
	return v
}

func (p *Pages) showState(w http.ResponseWriter, r *http.Request) error {
	return p.statePage(w, r, askedFor(r), r.URL.Query().Get("part"), kit.Input{})
}

func (p *Pages) statePage(w http.ResponseWriter, r *http.Request, asked, part string, in kit.Input) error {
	_, s, ok, err := p.settlement(r, asked)
	if err != nil {
		return err
	}
	rule, known := engagement.RuleOf(engagement.PartKey(part))
	if !ok || !known { // nothing to state: the settlement says what there is
		web.Redirect(w, r, on(r, "settlement", asked))
		return nil
	}
	view := actView(r, rule.Name, "settlement", s.ID, in)
	view.Lede = rule.Means
	hint := "More than zero is owed by the client, less than zero to the client."
	switch {
	case rule.Sign > 0:
		hint = "It adds to what the client owes."
	case rule.Sign < 0:
		hint = "It is taken off what the client owes. Write it without a minus."
	}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: Path(s.Client) + "/settlement/state", Submit: "State it", Cancel: on(r, "settlement", s.ID), Input: in, Fields: append(ofContract(s.Agreed),
		kit.Field{Name: "part", Kind: kit.Hidden, Value: part},
		kit.Field{Name: "amount", Label: "Amount", Kind: kit.Decimal, Unit: string(s.Currency), Hint: hint + " Write 0.00 where there is nothing."},
		kit.Field{Name: "basis", Label: "How it comes about", Kind: kit.Area},
		kit.Field{Name: "evidence", Label: "Where the evidence is kept", Autocomplete: "off", Hint: "Such as the confirmation of the vendor of 3 June, folder Exit."})}))
}

func (p *Pages) state(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := values.Get("contract")
	_, err = p.Ops.StatePart(r.Context(), actor(r), ops.StateInput{Client: r.PathValue("client"), Contract: id, Part: engagement.PartKey(values.Get("part")),
		Amount: values.Get("amount"), Basis: values.Get("basis"), Evidence: values.Get("evidence")})
	if web.Correctable(err) {
		return p.statePage(w, r, id, values.Get("part"), kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "It is stated.")
	web.Redirect(w, r, on(r, "settlement", id))
	return nil
}

func (p *Pages) confirmSettlement(w http.ResponseWriter, r *http.Request) error {
	return p.acceptPage(w, r, askedFor(r), kit.Input{})
}

func (p *Pages) acceptPage(w http.ResponseWriter, r *http.Request, asked string, in kit.Input) error {
	_, s, ok, err := p.settlement(r, asked)
	if err != nil {
		return err
	}
	if !ok || s.Total == nil || !s.Ripe() || !s.ClosedAt.IsZero() {
		return kept(w, r, on(r, "settlement", asked), "The settlement cannot be accepted now; read what is open.")
	}
	own, _ := ops.SideOf(actor(r), s.Client)
	t := s.Standing.Terms
	bound := []kit.Definition{{Term: "Result", Value: kit.Text(s.Words(t.Client, t.Agency))}}
	for _, part := range s.Parts {
		bound = append(bound, kit.Definition{Term: part.Name, Value: kit.Money(*part.Amount)})
	}
	follows := "It is closed when the other side has accepted the same text."
	if _, other := s.Accepted[engagement.Other(own)]; other {
		follows = "The other side has accepted it: with your acceptance it is closed, and does not change any more."
	}
	return web.Render(w, r, actView(r, "Accept the final settlement", "settlement", s.ID, in), kit.ConfirmPage(kit.ConfirmView{
		Action: Path(s.Client) + "/settlement/accept", What: "For the " + string(own) + " you accept the final settlement of " + s.Name + ".",
		Bound: append(bound, kit.Definition{Term: "SHA-256 of the text", Value: kit.Hash(s.SHA256)}), Follows: []string{follows, "Your name and the time are recorded with the SHA-256 of exactly this text."},
		Hidden: append(ofContract(s.Agreed), kit.Field{Name: "sha256", Kind: kit.Hidden, Value: s.SHA256}), Button: "Accept the settlement", Cancel: on(r, "settlement", s.ID), Input: in}))
}

func (p *Pages) acceptSettlement(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := values.Get("contract")
	s, err := p.Ops.AcceptSettlement(r.Context(), actor(r), r.PathValue("client"), id, values.Get("sha256"))
	if web.Correctable(err) {
		return kept(w, r, on(r, "settlement", id), fault.All(err)[0].Message)
	}
	if err != nil {
		return err
	}
	text := "The settlement is accepted; it waits for the other side."
	if !s.ClosedAt.IsZero() {
		text = "Both sides have accepted the settlement. It is closed."
	}
	web.Flash(r, kit.Done, text)
	web.Redirect(w, r, on(r, "settlement", id))
	return nil
}

func (p *Pages) downloadSettlement(w http.ResponseWriter, r *http.Request) error {
	_, s, ok, err := p.settlement(r, askedFor(r))
	if err != nil {
		return err
	}
	if !ok || s.NoEnd {
		return fault.New(fault.NotFound, "not-found", "The contract has no end yet, so there is no settlement.")
	}
	web.Attach(w, s.Name+"-settlement.csv", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	_ = out.Write([]string{"part", "name", "amount", "currency", "basis", "source", "open"}) // the writer keeps its first error
	for _, p := range s.Parts {
		amount := ""
		if p.Amount != nil {
			amount = p.Amount.String()
		}
		_ = out.Write([]string{string(p.Key), p.Name, amount, string(s.Currency), csvin.Neutralise(p.Basis), csvin.Neutralise(p.Source), p.Issue}) // as above
	}
	total := ""
	if s.Total != nil {
		total = s.Total.String()
	}
	_ = out.Write([]string{"total", "Total", total, string(s.Currency), "", "", ""}) // as above
	out.Flush()
	return out.Error()
}
