package ui

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showExit(w http.ResponseWriter, r *http.Request) error {
	all, a, _, ok, err := p.chosen(r, askedFor(r))
	if err != nil {
		return err
	}
	if !ok {
		return noTerm(w, r, "Exit", "exit", "At the end of a contract accounts, assets, data and access change hands. The checklist of it will stand here.")
	}
	exit, err := p.Ops.Exit(r.Context(), actor(r), a.Client, a.ID)
	if err != nil {
		return err
	}
	view := roomView(r, "Exit", "exit", a.ID)
	view.Eyebrow, view.Lede = a.Name, "What is handed over before the final settlement."
	if last := exit.Last(); !last.IsZero() {
		view.Lede += " The last day of the contract is " + last.Words() + "."
	}
	parts := []templ.Component{others(r, "exit", all, a), claims(r, a)}
	if len(exit.Items) == 0 {
		parts = append(parts, beginExit(r, exit))
	} else {
		if mayDo(r, access.TransitionWork) {
			view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Add an item", Href: on(r, "exit/add", a.ID)}))
		}
		parts = append(parts, kit.Figures(exitFigures(exit)...), termSection("Transition", kit.Table(itemTable(r, exit))))
	}
	parts = append(parts, termSection("Who owns the work", deliverableParts(exit)...))
	if mayDo(r, access.PackDownload) {
		parts = append(parts, termSection("Audit pack", kit.Text("One file with the accepted texts of the contracts, a pack of every locked statement, and the record. Each pack verifies offline with ofrecord verify."),
			buttons(kit.Button(kit.ButtonView{Text: "Download the audit pack", Href: Path(a.Client) + "/exit/audit.zip", Download: true}))))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func beginExit(r *http.Request, exit ops.Exit) templ.Component {
	v := kit.EmptyView{Title: "The transition has not begun", Text: "It begins with a checklist of accounts, assets, data and access. Each item has a side that does it, a day, and the word of the other side that it is done."}
	switch {
	case exit.Last().IsZero():
		v.Text += " It can begin when notice is given or the end is agreed."
	case !exit.Ending() && !mayDo(r, access.NoticeGive):
		v.Text += " No notice ends the contract: before one does, those begin it who may give notice, with a reason."
	case mayDo(r, access.TransitionWork):
		v.Action = kit.Button(kit.ButtonView{Text: "Begin the transition", Kind: kit.Primary, Href: on(r, "exit/begin", exit.ID)})
	}
	return kit.Empty(v)
}

func exitFigures(exit ops.Exit) []kit.FigureView {
	var open, done, confirmed, late int64
	for _, i := range exit.Items {
		switch i.State {
		case engagement.ItemDone:
			done++
		case engagement.ItemConfirmed:
			confirmed++
		default:
			open++
		}
		if i.State == engagement.ItemOpen && i.DueOn.Before(exit.Today) {
			late++
		}
	}
	figure := func(label string, n int64) kit.FigureView { return kit.FigureView{Label: label, Value: itoa(n)} }
	out := []kit.FigureView{figure("Open", open), figure("Done, to be confirmed", done), figure("Confirmed", confirmed)}
	if late > 0 {
		out[0].Note, out[0].Tone = itoa(late)+" late", kit.Bad
	}
	return out
}

func itemTable(r *http.Request, exit ops.Exit) kit.TableView {
	v := kit.TableView{Caption: "Checklist of the transition", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Area"}, {Title: "What"}, {Title: "Who"}, {Title: "Due"}, {Title: "State"}, {Title: "Act", Hidden: true, Align: kit.End}}}
	own, acts := ops.SideOf(actor(r), exit.Client)
	acts = acts && mayDo(r, access.TransitionWork)
	for _, i := range exit.Items {
		what := kit.Text(i.Text)
		for _, past := range slices.Backward(i.Past) {
			if past.Note != "" {
				what = kit.TwoLines(what, past.ByName+": "+past.Note)
				break
			}
		}
		row := kit.Row{ID: i.ID, Cells: []templ.Component{kit.Text(string(i.Area)), what, kit.Text("the " + string(i.Owner)), kit.DateText(i.DueOn), kit.PillIn(string(i.State), itemTone(i, exit.Today)), itemActs(r, exit, i, own, acts)}}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func itemTone(i engagement.TransitionItem, today cal.Date) kit.Tone {
	switch {
	case i.State == engagement.ItemConfirmed:
		return kit.Good
	case i.State == engagement.ItemDone:
		return kit.Attend
	case i.DueOn.Before(today):
		return kit.Bad
	default:
		return kit.Active
	}
}

func itemActs(r *http.Request, exit ops.Exit, i engagement.TransitionItem, own contract.Side, acts bool) templ.Component {
	link := func(text string, kind engagement.ItemEventKind) templ.Component {
		return kit.Anchor(kit.Link{Text: text, Href: on(r, "exit/items/"+url.PathEscape(i.ID)+"/"+string(kind), exit.ID)})
	}
	switch {
	case !acts:
		return kit.Quiet("–")
	case i.State == engagement.ItemOpen && own == i.Owner:
		return link("Done", engagement.ItemWasDone)
	case i.State == engagement.ItemDone && own != i.Owner:
		return kit.Group(link("Confirm", engagement.ItemAgreed), kit.Text(" "), link("Open\u00a0again", engagement.ItemReopened))
	case i.State != engagement.ItemOpen:
		return link("Open again", engagement.ItemReopened)
	default:
		return kit.Quiet("waits for the " + string(i.Owner))
	}
}

func deliverableParts(exit ops.Exit) []templ.Component {
	if exit.Unlisted {
		return []templ.Component{kit.Unknown("Nothing here keeps a list of deliverables yet. Who owns each follows from the contract: what was accepted in writing and paid.")}
	}
	v := kit.TableView{Caption: "Deliverables and who owns them", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Deliverable"}, {Title: "Accepted"}, {Title: "Paid"}, {Title: "Owner"}}}
	for _, d := range exit.Deliverables {
		accepted := kit.Quiet("not accepted in writing")
		if !d.AcceptedOn.IsZero() {
			accepted = kit.DateText(d.AcceptedOn)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(d.Name), accepted, kit.Text(d.Paid), kit.Text(d.Ownership)}})
	}
	v.Empty = kit.Quiet("No deliverable is on record.")
	return []templ.Component{kit.Table(v)}
}

func (p *Pages) confirmBegin(w http.ResponseWriter, r *http.Request) error {
	return p.beginPage(w, r, askedFor(r), kit.Input{})
}

// beginPage asks before a transition begins, for a reason where no notice ends the contract.
func (p *Pages) beginPage(w http.ResponseWriter, r *http.Request, asked string, in kit.Input) error {
	_, a, _, ok, err := p.chosen(r, asked)
	if err != nil {
		return err
	}
	if !ok || a.Last().IsZero() {
		return kept(w, r, on(r, "exit", asked), "The contract has no end yet. The transition begins when notice is given or the end is agreed.")
	}
	v := kit.ConfirmView{Action: Path(a.Client) + "/exit/begin", What: "You begin the handover of " + a.Name + ".", Hidden: ofContract(a), Button: "Begin the transition", Cancel: on(r, "exit", a.ID), Input: in,
		Bound:   []kit.Definition{{Term: "Last day of the contract", Value: kit.DateText(a.Last())}},
		Follows: []string{"A checklist of accounts, assets, data and access stands here for both sides, due on that day. Your name is recorded.", "It ends nothing and changes no fee."},
		Fields:  []kit.Field{{Name: "reason", Label: "Why it begins", Kind: kit.Area, Optional: a.Ending(), Hint: "The other side reads it."}}}
	if !a.Ending() {
		v.Notices = []kit.NoticeView{{Level: kit.Warning, Title: "No notice ends this contract.", Text: a.Standing.Words() + " The handover can begin before, by somebody who may give notice, and with a reason."}}
	}
	return web.Render(w, r, actView(r, "Begin the transition", "exit", a.ID, in), kit.ConfirmPage(v))
}

func (p *Pages) beginTransition(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := values.Get("contract")
	err = p.Ops.BeginTransition(r.Context(), actor(r), r.PathValue("client"), id, values.Get("reason"))
	if web.Correctable(err) {
		return p.beginPage(w, r, id, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The transition has begun.")
	web.Redirect(w, r, on(r, "exit", id))
	return nil
}

func (p *Pages) showAddItem(w http.ResponseWriter, r *http.Request) error {
	return p.addItemPage(w, r, askedFor(r), kit.Input{})
}

func (p *Pages) addItemPage(w http.ResponseWriter, r *http.Request, asked string, in kit.Input) error {
	_, a, _, ok, err := p.chosen(r, asked)
	if err != nil {
		return err
	}
	if !ok {
		return noTerm(w, r, "Add an item", "exit", "There is no contract to end.")
	}
	area := kit.Field{Name: "area", Label: "Area", Kind: kit.Select}
	for _, x := range engagement.Areas() {
		area.Options = append(area.Options, kit.Option{Value: string(x), Text: string(x)})
	}
	due := a.Last()
	if due.IsZero() {
		due = a.Today
	}
	return web.Render(w, r, actView(r, "Add an item", "exit", a.ID, in), kit.Form(kit.FormView{Action: Path(a.Client) + "/exit/add", Submit: "Add the item", Cancel: on(r, "exit", a.ID), Input: in,
		Fields: append(ofContract(a), kit.Field{Name: "text", Label: "What is handed over or closed", Autocomplete: "off"}, area,
			kit.Field{Name: "owner", Label: "Who does it", Kind: kit.Radio, Options: []kit.Option{{Value: "agency", Text: "The agency"}, {Value: "client", Text: "The client"}}, Value: "agency"},
			kit.Field{Name: "due_on", Label: "Due on", Kind: kit.Date, Value: due.String()})}))
}

func (p *Pages) addItem(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := values.Get("contract")
	due, err := cal.ParseDate(values.Get("due_on"))
	if err != nil && values.Get("due_on") != "" {
		return p.addItemPage(w, r, id, kit.Input{Values: values, Err: fault.All(err)[0].At("due_on")})
	}
	err = p.Ops.AddItem(r.Context(), actor(r), r.PathValue("client"), id, ops.ItemInput{Area: engagement.Area(values.Get("area")), Text: values.Get("text"), Owner: contract.Side(values.Get("owner")), DueOn: due})
	if web.Correctable(err) {
		return p.addItemPage(w, r, id, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The item is on the checklist.")
	web.Redirect(w, r, on(r, "exit", id))
	return nil
}

// itemEvents are what can happen to an item, by the word in the address.
var itemEvents = map[engagement.ItemEventKind]struct{ title, label, hint, button string }{
	engagement.ItemWasDone:  {"Say that it is done", "How it can be seen", "The account that was moved, the place of the files, who has the keys.", "It is done"},
	engagement.ItemAgreed:   {"Confirm that it is done", "Note", "", "Confirm"},
	engagement.ItemReopened: {"Open it again", "What is missing", "The other side reads it.", "Open it again"},
}

func (p *Pages) confirmItem(w http.ResponseWriter, r *http.Request) error {
	return p.itemPage(w, r, askedFor(r), kit.Input{})
}

func (p *Pages) itemPage(w http.ResponseWriter, r *http.Request, contractID string, in kit.Input) error {
	kind := engagement.ItemEventKind(r.PathValue("event"))
	words, ok := itemEvents[kind]
	exit, err := p.Ops.Exit(r.Context(), actor(r), r.PathValue("client"), contractID)
	if err != nil {
		return err
	}
	for _, i := range exit.Items {
		if i.ID == r.PathValue("item") && ok {
			return web.Render(w, r, actView(r, words.title, "exit", exit.ID, in), kit.ConfirmPage(kit.ConfirmView{
				Action: Path(exit.Client) + "/exit/items/" + url.PathEscape(i.ID) + "/" + string(kind), What: i.Text + ".",
				Bound:  []kit.Definition{{Term: "Who does it", Value: kit.Text("the " + string(i.Owner))}, {Term: "Due", Value: kit.DateText(i.DueOn)}, {Term: "State", Value: kit.PillIn(string(i.State), itemTone(i, exit.Today))}},
				Fields: []kit.Field{{Name: "note", Label: words.label, Hint: words.hint, Kind: kit.Area, Optional: kind == engagement.ItemAgreed}}, Hidden: ofContract(exit.Agreed),
				Button: words.button, Cancel: on(r, "exit", exit.ID), Input: in}))
		}
	}
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

func (p *Pages) moveItem(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := values.Get("contract")
	err = p.Ops.MoveItem(r.Context(), actor(r), r.PathValue("client"), id, r.PathValue("item"), engagement.ItemEventKind(r.PathValue("event")), values.Get("note"))
	if web.Correctable(err) {
		return p.itemPage(w, r, id, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "It is noted.")
	web.Redirect(w, r, on(r, "exit", id))
	return nil
}

// downloadAudit writes the audit pack whole or not at all: a broken one would look like a forged one.
func (p *Pages) downloadAudit(w http.ResponseWriter, r *http.Request) error {
	var body bytes.Buffer
	if err := p.Ops.AuditPack(r.Context(), actor(r), r.PathValue("client"), &body); err != nil {
		return err
	}
	web.Attach(w, "audit-pack.zip", "application/zip")
	_, _ = w.Write(body.Bytes()) // the reader has gone; nothing to do
	return nil
}
