package ui

import (
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

func (p *Pages) showNotice(w http.ResponseWriter, r *http.Request) error {
	all, a, _, ok, err := p.chosen(r, askedFor(r))
	if err != nil {
		return err
	}
	if !ok {
		return noTerm(w, r, "Notice", "notice", "Notice ends a contract. It is given here, or recorded here, with the day on which it counts as received.")
	}
	view := roomView(r, "Notice", "notice", a.ID)
	view.Eyebrow, view.Lede = a.Name, a.Standing.Words()
	_, binds := a.EndingNotice()
	if mayDo(r, access.NoticeGive) && !binds && !a.Standing.Ended {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Give notice", Href: on(r, "notice/give", a.ID)}))
	}
	parts := []templ.Component{others(r, "notice", all, a)}
	for _, n := range slices.Backward(a.Notices) {
		parts = append(parts, termSection("Notice of the "+string(n.Side)+", "+n.Given.On.Words(), noticeParts(r, a, n)...))
	}
	if len(a.Notices) == 0 {
		parts = append(parts, kit.Empty(kit.EmptyView{Title: "No notice was given", Text: "A notice is a signed record: who gave it, on which day and how, when it counts as received, and what it brings. What it would do is shown before it binds."}))
	}
	parts = append(parts, termSection("What the contract says of notice", sentences(noticeSentences(a.Standing.Terms))))
	return web.Render(w, r, view, kit.Group(parts...))
}

// noticeSentences are what the contract says of renewal and notice.
func noticeSentences(t contract.Terms) []string { return contract.Words(t)[0].Sentences[2:4] }

func noticeParts(r *http.Request, a ops.Agreed, n engagement.Notice) []templ.Component {
	lastDay, claimed := "Last day of the contract", n.Stands() && !n.Binds(a.Agreement.First().Zone)
	if claimed {
		lastDay = "Last day that it would bring"
	}
	parts := []templ.Component{kit.DefinitionList(
		kit.Definition{Term: "State", Value: kit.Pill(string(n.State()))},
		kit.Definition{Term: "Given", Value: kit.Text(n.Given.On.Words() + ", " + n.Given.Way.Words() + ", by " + n.ByName)},
		kit.Definition{Term: "Counts as received", Value: kit.DateText(n.Effect.Received)},
		kit.Definition{Term: lastDay, Value: kit.DateText(n.Effect.End.AddDays(-1))},
		kit.Definition{Term: "Fee until then", Value: sentences(n.Fee)},
	)}
	if claimed {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "It ends nothing yet.", Text: n.Claim()}))
	}
	if n.Text != "" {
		parts = append(parts, kit.Text("“"+n.Text+"”"))
	}
	for _, u := range n.Effect.Unsaid {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Text: u}))
	}
	past := []kit.Happening{{When: kit.MomentText(n.At, a.Agreement.First().Zone), Who: n.ByName, Did: "gave notice for the " + string(n.Side)}}
	for _, d := range n.Deeds {
		did := "acknowledged it for the " + string(d.Side)
		if d.Kind == engagement.Withdrew {
			did = "agreed for the " + string(d.Side) + " to withdraw it"
		}
		past = append(past, kit.Happening{When: kit.MomentText(d.At, a.Agreement.First().Zone), Who: d.ByName, Did: did, Note: d.Note})
	}
	parts = append(parts, kit.Timeline(past))
	if n.Stands() {
		parts = append(parts, noticeActs(r, a, n)...)
	}
	return parts
}

// noticeActs is what can be done with a notice that stands, and what money follows from.
func noticeActs(r *http.Request, a ops.Agreed, n engagement.Notice) []templ.Component {
	path := Path(a.Client) + "/notice/" + url.PathEscape(n.ID)
	var acts []templ.Component
	term := a.Standing.Terms.Term
	written := term.Ended == n.Effect.End && term.Notice.Received == n.Effect.Received
	if written {
		return []templ.Component{kit.Notice(kit.NoticeView{Level: kit.Done, Text: "The contract says so: both sides have accepted the version that ends it."})}
	}
	own, acting := ops.SideOf(actor(r), a.Client)
	acting = acting && mayDo(r, access.NoticeGive)
	if acting && own != n.Side && n.State() == engagement.NoticeGiven {
		acts = append(acts, kit.Button(kit.ButtonView{Text: "Acknowledge", Kind: kit.Primary, Href: path + "/acknowledge"}))
	}
	if mayDo(r, access.ContractEdit) {
		acts = append(acts, kit.Button(kit.ButtonView{Text: "Draft the amendment", Post: path + "/draft", Hidden: ofContract(a)}))
	}
	if acting && !n.WithdrawnBy(own) {
		acts = append(acts, kit.Button(kit.ButtonView{Text: "Agree to withdraw it", Href: path + "/withdraw"}))
	}
	return []templ.Component{kit.Notice(kit.NoticeView{Level: kit.Info, Title: "Money follows from the contract.",
		Text:  "The notice is on record. Fees end, or go down, by the version of the contract that says so and that both sides accept. Its text is ready to be drafted.",
		Links: []kit.Link{{Text: "The contract", Href: "/clients/" + url.PathEscape(a.Client) + "/contract/" + url.PathEscape(a.ID)}}}), buttons(acts...)}
}

func (p *Pages) showGive(w http.ResponseWriter, r *http.Request) error {
	return p.givePage(w, r, askedFor(r), kit.Input{})
}

func (p *Pages) givePage(w http.ResponseWriter, r *http.Request, asked string, in kit.Input) error {
	_, a, _, ok, err := p.chosen(r, asked)
	if err != nil {
		return err
	}
	if !ok {
		return noTerm(w, r, "Give notice", "notice", "There is no contract to end.")
	}
	view := actView(r, "Give notice", "notice", a.ID, in)
	view.Eyebrow, view.Lede = a.Name, "What it would do is shown next. Nothing is given before you confirm it there."
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: Path(a.Client) + "/notice/give", Submit: "Show what it does", Cancel: on(r, "notice", a.ID), Input: in, Fields: append(ofContract(a), giveFields(a)...)}))
}

func giveFields(a ops.Agreed) []kit.Field {
	way := kit.Field{Name: "way", Label: "How", Kind: kit.Select}
	said := a.Standing.Terms.Term.Notice.Receipt
	for _, r := range said {
		way.Options = append(way.Options, kit.Option{Value: string(r.Way), Text: r.Way.Words()})
	}
	fields := []kit.Field{{Name: "given_on", Label: "Given on", Kind: kit.Date, Value: a.Today.String()}, way}
	if len(said) == 0 {
		for _, w := range contract.Ways() {
			fields[1].Options = append(fields[1].Options, kit.Option{Value: string(w), Text: w.Words()})
		}
		fields = append(fields, kit.Field{Name: "received_on", Label: "Received on", Kind: kit.Date, Hint: "The contract does not say when notice counts as received. Write the day on which the other side had it; it confirms the day when it acknowledges."})
	}
	return append(fields,
		kit.Field{Name: "last_day", Label: "Last day that is wanted", Kind: kit.Date, Optional: true, Hint: "Leave it out for the earliest that the contract allows."},
		kit.Field{Name: "text", Label: "What you write", Kind: kit.Area, Optional: true, Hint: "The other side reads it."})
}

// noticeOf reads the form of a notice. Faults: Invalid, each at its field.
func noticeOf(client string, values url.Values) (ops.NoticeInput, error) {
	in := ops.NoticeInput{Client: client, Contract: values.Get("contract"), Text: values.Get("text")}
	in.Given.Way = contract.Way(values.Get("way"))
	var faults fault.List
	for field, to := range map[string]*cal.Date{"given_on": &in.Given.On, "received_on": &in.Given.Received, "last_day": &in.Given.Asked} {
		if text := values.Get(field); text != "" {
			d, err := cal.ParseDate(text)
			if err != nil {
				faults.Add(fault.All(err)[0].At(field))
			}
			*to = d
		}
	}
	return in, faults.Err()
}

func (p *Pages) foretell(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := noticeOf(r.PathValue("client"), values)
	var f ops.Foretold
	if err == nil {
		f, err = p.Ops.ForetellNotice(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.givePage(w, r, values.Get("contract"), kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	return foretoldPage(w, r, f, in)
}

// foretoldPage shows what a notice would bind to, before it does.
func foretoldPage(w http.ResponseWriter, r *http.Request, f ops.Foretold, in ops.NoticeInput) error {
	v := kit.ConfirmView{Action: Path(f.Client) + "/notice/confirm", What: "For the " + string(f.Side) + " you give notice to end " + f.Name + ".", Danger: true,
		Bound: []kit.Definition{
			{Term: "Given", Value: kit.Text(in.Given.On.Words() + ", " + in.Given.Way.Words())},
			{Term: "Counts as received", Value: kit.DateText(f.Effect.Received)},
			{Term: "The notice of " + f.Standing.Terms.Term.Notice.Period.String() + " is over on", Value: kit.DateText(f.Effect.Over.AddDays(-1))},
			{Term: "Last day of the contract", Value: kit.DateText(f.Effect.End.AddDays(-1))},
			{Term: "Fee until then", Value: sentences(f.Fee)},
		},
		Follows: []string{f.Effect.Words(), "It is recorded with your name and cannot be changed. Only both sides together withdraw it.",
			"Money follows from the amendment of the contract that both sides accept; its text can be drafted from the notice."},
		Button: "Give notice", Cancel: on(r, "notice", f.ID),
		Hidden: append(ofContract(f.Agreed), kit.Field{Name: "given_on", Kind: kit.Hidden, Value: in.Given.On.String()}, kit.Field{Name: "way", Kind: kit.Hidden, Value: string(in.Given.Way)},
			kit.Field{Name: "received_on", Kind: kit.Hidden, Value: in.Given.Received.String()}, kit.Field{Name: "last_day", Kind: kit.Hidden, Value: in.Given.Asked.String()},
			kit.Field{Name: "text", Kind: kit.Hidden, Value: in.Text}),
	}
	if !f.Binds {
		v.Bound[3].Term = "Last day that it would bring"
		v.Follows = append([]string{"Until the other side acknowledges it, it is a claim and ends nothing. Acknowledged, this follows:"}, v.Follows...)
	}
	for _, o := range f.Odd {
		v.Notices = append(v.Notices, kit.NoticeView{Level: kit.Warning, Text: o})
	}
	for _, u := range f.Effect.Unsaid {
		v.Notices = append(v.Notices, kit.NoticeView{Level: kit.Warning, Text: u})
	}
	if f.Effect.ByItself {
		v.Notices = append(v.Notices, kit.NoticeView{Level: kit.Info, Text: "The contract ends by itself before this notice is over. The notice changes nothing."})
	}
	return web.Render(w, r, actView(r, "Give notice", "notice", f.ID, kit.Input{}), kit.ConfirmPage(v))
}

func (p *Pages) give(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := noticeOf(r.PathValue("client"), values)
	if err == nil {
		var n engagement.Notice
		if n, err = p.Ops.GiveNotice(r.Context(), actor(r), in); err == nil {
			done := "Notice is given. " + n.Effect.Words()
			if n.State() == engagement.NoticeGiven && !n.Given.Received.IsZero() {
				done = "The notice is on record. " + n.Claim()
			}
			web.Flash(r, kit.Done, done)
			web.Redirect(w, r, on(r, "notice", n.Contract))
			return nil
		}
	}
	if web.Correctable(err) {
		return p.givePage(w, r, values.Get("contract"), kit.Input{Values: values, Err: err})
	}
	return err
}

// deeds are what can be done with a notice, by the word in the address.
var deeds = map[string]struct{ title, what, follows, button, done string }{
	"acknowledge": {"Acknowledge the notice", "You say that your side has this notice.", "You accept that the notice was received on the day that it names. From then on it ends the contract on the last day above.", "Acknowledge", "The notice is acknowledged."},
	"withdraw":    {"Withdraw the notice", "You agree for your side that this notice is withdrawn.", "It is withdrawn when both sides have said so. It stays on record.", "Agree to withdraw it", "You have agreed to withdraw the notice."},
}

func (p *Pages) confirmDeed(w http.ResponseWriter, r *http.Request) error {
	return p.deedPage(w, r, kit.Input{})
}

func (p *Pages) deedPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	words, ok := deeds[r.PathValue("deed")]
	all, _, _, _, err := p.chosen(r, "")
	if err != nil {
		return err
	}
	for _, a := range all {
		for _, n := range a.Notices {
			if n.ID != r.PathValue("notice") || !ok {
				continue
			}
			odd, err := p.Ops.NoticeOdd(r.Context(), actor(r), a.Client, n.ID)
			if err != nil {
				return err
			}
			var notices []kit.NoticeView
			for _, o := range odd {
				notices = append(notices, kit.NoticeView{Level: kit.Warning, Text: o})
			}
			return web.Render(w, r, actView(r, words.title, "notice", a.ID, in), kit.ConfirmPage(kit.ConfirmView{Notices: notices,
				Action: Path(a.Client) + "/notice/" + url.PathEscape(n.ID) + "/" + r.PathValue("deed"), What: words.what, Follows: []string{n.Effect.Words(), words.follows},
				Bound:  []kit.Definition{{Term: "Given", Value: kit.Text(n.Given.On.Words() + ", " + n.Given.Way.Words() + ", by " + n.ByName)}, {Term: "Last day of the contract", Value: kit.DateText(n.Effect.End.AddDays(-1))}},
				Fields: []kit.Field{{Name: "note", Label: "Note", Kind: kit.Area, Optional: true, Hint: "The other side reads it."}},
				Button: words.button, Cancel: on(r, "notice", a.ID), Input: in}))
		}
	}
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

func (p *Pages) deed(w http.ResponseWriter, r *http.Request) error {
	words, ok := deeds[r.PathValue("deed")]
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	do := p.Ops.AcknowledgeNotice
	switch {
	case !ok:
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	case r.PathValue("deed") == "withdraw":
		do = p.Ops.WithdrawNotice
	}
	n, err := do(r.Context(), actor(r), r.PathValue("client"), r.PathValue("notice"), values.Get("note"))
	if web.Correctable(err) {
		return p.deedPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	text := words.done
	if !n.Stands() {
		text = "Both sides have withdrawn the notice."
	}
	web.Flash(r, kit.Done, text)
	web.Redirect(w, r, on(r, "notice", n.Contract))
	return nil
}

func (p *Pages) draftEnding(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := values.Get("contract")
	draft, err := p.Ops.DraftEnding(r.Context(), actor(r), r.PathValue("client"), r.PathValue("notice"))
	if err == nil {
		id = draft.Contract
	}
	return drafted(w, r, id, on(r, "notice", id), err)
}
