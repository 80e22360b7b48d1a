package ui

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/portfolio"
	"github.com/ofrecord/ofrecord/internal/portfolio/ops"
)

// cardView is a client in the portfolio.
type cardView struct {
	Name, Href  string
	Engagements []engagementView
	Empty       *kit.EmptyView
	Daily       []waitView
	Told        []kit.NoticeView
	Owing       *owingView // nil: nothing is owed, or it is not for this person
}

// owingView is what of a client is to be invoiced and what is overdue.
type owingView struct {
	Figures []kit.FigureView
	Waits   []waitView
	All     string // address of the invoices
}

// engagementView is one contract of a client.
type engagementView struct {
	Name    string
	Promise string
	Pay     string
	Figures []kit.FigureView
	Waits   []waitView
	History *kit.TableView

	AllStatements string // address
}

// waitView is one thing that waits.
type waitView struct {
	On, What, Href string
	By             cal.Date
	Late           bool
	Mine           bool
	Who            string // who may do it, where it waits on the person's side and not on them
}

func portfolioPage(actor access.Actor) kit.PageView {
	v := kit.PageView{Title: "Portfolio", Room: "portfolio", Lede: "Each client with what was promised, where the month's statement stands, and what waits on whom."}
	if access.Decide(actor, access.MonthEndRun, access.Scope{}).Allowed {
		v.Actions = append(v.Actions, kit.Button(kit.ButtonView{Text: "Run a month end", Href: "/month-ends/new"}))
	}
	if access.Decide(actor, access.ClientCreate, access.Scope{}).Allowed {
		v.Actions = append(v.Actions, kit.Button(kit.ButtonView{Text: "Add a client", Href: "/clients/new"}))
	}
	return v
}

func cardViews(cards []ops.Card, actor access.Actor) []cardView {
	out := make([]cardView, len(cards))
	for i, c := range cards {
		out[i] = cardView{Name: c.Client.Name, Href: "/clients/" + c.Client.ID, Daily: dailyOf(c, actor), Told: toldOf(c), Engagements: engagementViews(c, actor, false), Empty: emptyOf(c, actor), Owing: owingOf(c, actor)}
	}
	return out
}

func overviewPage(card ops.Card) kit.PageView {
	return kit.PageView{Title: card.Client.Name, Room: "overview", Eyebrow: "Overview"}
}

func overviewView(card ops.Card, actor access.Actor) cardView {
	return cardView{Name: card.Client.Name, Daily: dailyOf(card, actor), Told: toldOf(card), Engagements: engagementViews(card, actor, true), Empty: emptyOf(card, actor), Owing: owingOf(card, actor)}
}

// dailyOf are the waits of the relationship and the daily work.
func dailyOf(card ops.Card, actor access.Actor) []waitView {
	var out []waitView
	for _, w := range card.Daily.Waits {
		out = append(out, viewOf(w, "/clients/"+card.Client.ID, actor, card.Client.ID))
	}
	return out
}

func toldOf(card ops.Card) []kit.NoticeView {
	var out []kit.NoticeView
	for _, t := range card.Daily.Told {
		out = append(out, kit.NoticeView{Level: kit.Warning, Title: t.Title, Text: t.Words, Links: []kit.Link{{Text: "Term and notice", Href: "/clients/" + card.Client.ID + "/" + t.Room}}})
	}
	return out
}

// emptyOf teaches where to begin with a client that has no contract.
func emptyOf(card ops.Card, actor access.Actor) *kit.EmptyView {
	if len(card.Engagements) > 0 {
		return nil
	}
	if !access.Decide(actor, access.ContractSee, access.Of(card.Client.ID)).Allowed {
		return &kit.EmptyView{Title: "Nothing of yours here yet", Text: "What your organisation does for this client, and what it earned, will stand here."}
	}
	v := &kit.EmptyView{
		Title: "No contract yet",
		Text:  "A contract says what is promised and how the agency is paid. Statements are computed from it and from the CRM's evidence.",
	}
	if access.Decide(actor, access.ContractEdit, access.Of(card.Client.ID)).Allowed {
		v.Action = kit.Button(kit.ButtonView{Text: "Write the contract", Href: "/clients/" + card.Client.ID + "/contract"})
	}
	return v
}

func engagementViews(card ops.Card, actor access.Actor, whole bool) []engagementView {
	home := "/clients/" + card.Client.ID
	out := make([]engagementView, len(card.Engagements))
	for i, e := range card.Engagements {
		v := engagementView{Name: e.Name, Figures: figures(e, home), AllStatements: home + "/statements"}
		if e.Agreement {
			v.Promise, v.Pay = portfolio.Promise(e.Terms, e.Ending), portfolio.Clauses(e.Terms)
		}
		for _, w := range e.Waits {
			if e.Underpins {
				w.Act = "" // the specialist stands where the client does elsewhere
			}
			wait := viewOf(w, home, actor, card.Client.ID)
			if e.Underpins && w.On == contract.ClientSide {
				wait.On = "Specialist"
			}
			v.Waits = append(v.Waits, wait)
		}
		if whole && len(e.Statements) > 0 {
			v.History = history(e, home)
		}
		out[i] = v
	}
	return out
}

func viewOf(w portfolio.Wait, home string, actor access.Actor, client string) waitView {
	v := waitView{On: "Agency", What: w.What, Href: home + "/" + w.Room, By: w.By, Late: w.Late}
	agency := access.SeesInternal(actor, client)
	v.Mine = agency
	if w.On == contract.ClientSide {
		v.On, v.Mine = "Client", !agency
	}
	if w.ID != "" {
		v.Href += "/" + w.ID
	}
	if w.Path != "" {
		v.Href = w.Path
	}
	if v.Mine && w.Act != "" {
		d := access.Decide(actor, w.Act, access.Of(client))
		v.Mine, v.Who = d.Allowed, d.Reason
		if w.Act == access.InvoiceAcknowledge || w.Act == access.RequestAnswer {
			v.Who = "" // who may acknowledge an invoice does not tell who pays it, nor who may write on a request who of the client answers it
		}
	}
	return v
}

// figures are the four numbers of an engagement: the month's fee, what is payable, what is held, the age of the evidence.
func figures(e ops.Engagement, home string) []kit.FigureView {
	var out []kit.FigureView
	if s, ok := e.Newest(); ok {
		href := home + "/statements/" + s.ID
		out = append(out, kit.FigureView{Label: "Fee of the month", Value: s.Total.Format(), Unit: string(s.Total.Currency), Period: s.Period.Words(), Note: string(s.State), Href: href})
		if s.State == fees.Submitted || s.State == fees.Locked {
			note := "as the lines stand"
			if s.State == fees.Locked {
				note = "locked"
			}
			out = append(out, kit.FigureView{Label: "Payable", Value: s.Split.Payable.Format(), Unit: string(s.Total.Currency), Period: s.Period.Words(), Note: note, Href: href})
		}
		if s.State == fees.Submitted && !s.Split.Held.IsZero() {
			out = append(out, kit.FigureView{Label: "Disputed", Value: s.Split.Held.Format(), Unit: string(s.Total.Currency), Period: s.Period.Words(), Note: "as the lines stand", Tone: kit.Attend, Href: href})
		}
		out = append(out, heldFigures(e, home)...)
	} else {
		out = append(out, kit.FigureView{Label: "Fee of the month", Value: "unknown", Note: "no statement yet", Href: home + "/statements"})
	}
	if e.Underpins {
		return out
	}
	evidence := kit.FigureView{Label: "Evidence", Value: "none", Note: "nothing imported yet", Tone: kit.Attend, Href: home + "/evidence"}
	if e.Agreement && !e.Evidence {
		evidence.Note, evidence.Tone = "the contract needs none", kit.Plain
	}
	if !e.Imported.IsZero() {
		evidence.Value, evidence.Note, evidence.Tone = e.Imported.Words(), age(e.Today.DaysSince(e.Imported)), kit.Plain
	}
	return append(out, evidence)
}

// owingOf are what is to be invoiced and what is overdue, each where there is something.
// heldFigures are what disputes still hold of all locked statements, in each currency.
func heldFigures(e ops.Engagement, home string) []kit.FigureView {
	if e.Locked.IsZero() {
		return nil
	}
	all := e.StillHeld()
	if len(all) == 0 {
		return []kit.FigureView{{Label: "Held by disputes", Value: money.New(0, e.Terms.Currency).Format(), Unit: string(e.Terms.Currency), Period: "all locked statements", Href: home + "/statements"}}
	}
	out := make([]kit.FigureView, len(all))
	for i, h := range all {
		out[i] = kit.FigureView{Label: "Held by disputes", Value: trueMinus(h.Amount), Unit: string(h.Amount.Currency), Period: "all locked statements", Note: "of " + statements(h.Statements), Tone: kit.Attend, Href: home + "/statements"}
		if h.Statements == 1 {
			out[i].Note, out[i].Href = h.Period.Words(), home+"/statements/"+h.ID
		}
	}
	return out
}

func owingOf(card ops.Card, actor access.Actor) *owingView {
	if card.Owing == nil {
		return nil
	}
	home := "/clients/" + card.Client.ID
	v := owingView{All: home + "/invoices"}
	for _, d := range card.Owing.Sums() {
		if d.Statements > 0 {
			v.Figures = append(v.Figures, kit.FigureView{Label: "To invoice", Value: trueMinus(d.ToInvoice), Unit: string(d.ToInvoice.Currency), Note: statements(d.Statements), Tone: kit.Attend, Href: home + "/invoices"})
		}
		if d.Overdue.Minor > 0 {
			v.Figures = append(v.Figures, kit.FigureView{Label: "Overdue", Value: d.Overdue.Format(), Unit: string(d.Overdue.Currency), Note: "since " + d.Since.Words(), Tone: kit.Bad, Href: home + "/account"})
		}
		if d.Open.Minor > 0 {
			v.Figures = append(v.Figures, kit.FigureView{Label: "Open, not yet due", Value: d.Open.Format(), Unit: string(d.Open.Currency), Note: "due from " + d.Next.Words(), Href: home + "/account"})
		}
	}
	for _, w := range card.Owing.Waits() {
		v.Waits = append(v.Waits, viewOf(w, home, actor, card.Client.ID))
	}
	if len(v.Waits) == 0 {
		return nil
	}
	return &v
}

func trueMinus(a money.Amount) string { return strings.Replace(a.Format(), "-", "\u2212", 1) }

func statements(n int) string {
	if n == 1 {
		return "1 locked statement"
	}
	return fmt.Sprintf("%d locked statements", n)
}

func age(days int) string {
	switch days {
	case 0:
		return "imported today"
	case 1:
		return "imported yesterday"
	default:
		return fmt.Sprintf("imported %d days ago", days)
	}
}

// history is the table of the newest statements.
func history(e ops.Engagement, home string) *kit.TableView {
	v := &kit.TableView{
		Caption: "Statements of " + e.Name, Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Period"}, {Title: "State"}, {Title: "Total", Align: kit.End, Hint: string(e.Terms.Currency)}, {Title: "Payable", Align: kit.End}, {Title: "Held", Align: kit.End}},
	}
	for _, s := range e.Statements[:min(len(e.Statements), 6)] {
		payable, held := kit.Quiet("–"), kit.Quiet("–")
		if s.State == fees.Submitted || s.State == fees.Locked {
			payable, held = kit.Amount(s.Split.Payable), kit.Amount(s.Split.Held)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.Anchor(kit.Link{Text: s.Period.Words(), Href: home + "/statements/" + s.ID}), kit.Pill(string(s.State)), kit.Amount(s.Total), payable, held,
		}})
	}
	return v
}
