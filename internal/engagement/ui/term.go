package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

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

const (
	termAt       = "/clients/{client}/relationship/term"
	noticeAt     = "/clients/{client}/relationship/notice"
	exitAt       = "/clients/{client}/relationship/exit"
	settlementAt = "/clients/{client}/relationship/settlement"
)

// termRoutes are the pages of term, notice, exit and settlement.
func (p *Pages) termRoutes() []web.Route {
	post := func(pattern string, action access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Pattern: pattern, Action: string(action), Handler: h}
	}
	return []web.Route{
		get(termAt, access.ContractSee, p.showTerm),
		get(termAt+"/renew", access.NoticeGive, p.confirmRenewal),
		post(termAt+"/renew", access.NoticeGive, p.renew),
		post(termAt+"/renew/draft", access.ContractEdit, p.draftRenewal),
		get(termAt+"/calendar", access.CalendarShare, p.showCalendar),
		post(termAt+"/calendar", access.CalendarShare, p.makeCalendar),
		get(termAt+"/calendar/{calendar}/revoke", access.CalendarShare, p.confirmRevoke),
		post(termAt+"/calendar/{calendar}/revoke", access.CalendarShare, p.revoke),
		{Method: http.MethodGet, Pattern: "/calendar/{workspace}/{token}", Action: web.Public, Handler: p.feed},

		get(noticeAt, access.ContractSee, p.showNotice),
		get(noticeAt+"/give", access.NoticeGive, p.showGive),
		post(noticeAt+"/give", access.NoticeGive, p.foretell),
		post(noticeAt+"/confirm", access.NoticeGive, p.give),
		get(noticeAt+"/{notice}/{deed}", access.NoticeGive, p.confirmDeed),
		post(noticeAt+"/{notice}/{deed}", access.NoticeGive, p.deed),
		post(noticeAt+"/{notice}/draft", access.ContractEdit, p.draftEnding),

		get(exitAt, access.ContractSee, p.showExit),
		get(exitAt+"/begin", access.TransitionWork, p.confirmBegin),
		post(exitAt+"/begin", access.TransitionWork, p.beginTransition),
		get(exitAt+"/add", access.TransitionWork, p.showAddItem),
		post(exitAt+"/add", access.TransitionWork, p.addItem),
		get(exitAt+"/items/{item}/{event}", access.TransitionWork, p.confirmItem),
		post(exitAt+"/items/{item}/{event}", access.TransitionWork, p.moveItem),
		get(exitAt+"/audit.zip", access.PackDownload, p.downloadAudit),

		get(settlementAt, access.InvoiceSee, p.showSettlement),
		get(settlementAt+"/settlement.csv", access.InvoiceSee, p.downloadSettlement),
		get(settlementAt+"/state", access.SettlementState, p.showState),
		post(settlementAt+"/state", access.SettlementState, p.state),
		get(settlementAt+"/accept", access.SettlementAccept, p.confirmSettlement),
		post(settlementAt+"/accept", access.SettlementAccept, p.acceptSettlement),
	}
}

// on is the address of one of these pages, of a contract.
func on(r *http.Request, page, contractID string) string {
	at := Path(r.PathValue("client")) + "/" + page
	if contractID != "" {
		at += "?contract=" + url.QueryEscape(contractID)
	}
	return at
}

func mayDo(r *http.Request, action access.Action) bool {
	return access.Decide(actor(r), action, access.Of(r.PathValue("client"))).Allowed
}

// roomView is the frame of the pages of this room. Its faces stand as tabs above.
func roomView(r *http.Request, title, page, contractID string) kit.PageView {
	client := r.PathValue("client")
	v := kit.PageView{Title: title, Room: Room}
	if page != "" {
		v.Crumbs = []kit.Link{{Text: "Relationship", Href: Path(client)}}
	}
	for _, t := range []struct {
		text, page, href string
		action           access.Action
	}{
		{"Of record", "", Path(client), access.AppointmentSee}, {"Scope", "scope", scopePath(client), access.ContractSee}, {"Change orders", "change-orders", ordersPath(client), access.ContractSee},
		{"Leakage", "leakage", leakagePath(client), access.LeakageSee}, {"Waivers", "waivers", WaiversPath(client), access.WaiverSee},
		{"Specialists", "specialists", specialistsPath(client), access.SpecialistSee}, {"Term", "term", on(r, "term", contractID), access.ContractSee}, {"Notice", "notice", on(r, "notice", contractID), access.ContractSee},
		{"Exit", "exit", on(r, "exit", contractID), access.ContractSee}, {"Settlement", "settlement", on(r, "settlement", contractID), access.InvoiceSee},
	} {
		if mayDo(r, t.action) {
			v.Tabs = append(v.Tabs, kit.Tab{Text: t.text, Href: t.href, Current: t.page == page})
		}
	}
	return v
}

// actView is the frame of a form or a question, which leads back to one of these pages.
func actView(r *http.Request, title, back, contractID string, in kit.Input) kit.PageView {
	return kit.PageView{Title: title, Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Relationship", Href: Path(r.PathValue("client"))},
		{Text: map[string]string{"term": "Term", "notice": "Notice", "exit": "Exit", "settlement": "Settlement"}[back], Href: on(r, back, contractID)}}}
}

// chosen is the contract that a page is about: the one that is asked for, else the newest that runs, else the newest. ok is false while nothing is
// accepted.
func (p *Pages) chosen(r *http.Request, asked string) (all []ops.Agreed, one ops.Agreed, promised []engagement.Dated, ok bool, err error) {
	all, promised, err = p.Ops.Terms(r.Context(), actor(r), r.PathValue("client"))
	if err != nil || len(all) == 0 {
		return nil, one, nil, false, err
	}
	one = all[len(all)-1]
	for _, a := range all {
		if !a.Standing.Ended {
			one = a
		}
	}
	if asked == "" {
		return all, one, promised, true, nil
	}
	for _, a := range all {
		if a.ID == asked {
			return all, a, promised, true, nil
		}
	}
	return nil, one, nil, false, fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

func askedFor(r *http.Request) string { return r.URL.Query().Get("contract") }

// noTerm teaches what will stand on a page while no contract is accepted.
func noTerm(w http.ResponseWriter, r *http.Request, title, page, text string) error {
	return web.Render(w, r, roomView(r, title, page, ""), kit.Empty(kit.EmptyView{Title: "No contract is accepted by both sides yet", Text: text}))
}

// others leads to the same page of the client's other contracts.
func others(r *http.Request, page string, all []ops.Agreed, one ops.Agreed) templ.Component {
	if len(all) < 2 {
		return templ.NopComponent
	}
	var links []templ.Component
	for _, a := range all {
		if a.ID != one.ID {
			links = append(links, kit.Anchor(kit.Link{Text: a.Name, Href: on(r, page, a.ID)}))
		}
	}
	return kit.Group(append([]templ.Component{kit.Quiet("Other contracts: ")}, links...)...)
}

func (p *Pages) showTerm(w http.ResponseWriter, r *http.Request) error {
	all, a, promised, ok, err := p.chosen(r, askedFor(r))
	if err != nil {
		return err
	}
	if !ok {
		return noTerm(w, r, "Term", "term", "How long it runs, what comes when nobody acts, and the last day for notice are read from the contract. They will stand here then.")
	}
	view := roomView(r, "Term and renewal", "term", a.ID)
	view.Eyebrow, view.Lede = a.Name, a.Standing.Words()
	parts := []templ.Component{others(r, "term", all, a), claims(r, a), kit.Figures(termFigures(a)...), termSection("Dates", kit.Table(datesTable(a, promised)))}
	if a.Standing.Terms.Term.Renewal.Kind == contract.RenewalMutual {
		parts = append(parts, termSection("Renewal in writing", renewalParts(r, a)...))
	}
	parts = append(parts, saidParts(a)...)
	if mayDo(r, access.CalendarShare) {
		calendars, err := p.calendarParts(r)
		if err != nil {
			return err
		}
		parts = append(parts, termSection("Calendar", calendars...))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

// saidParts are what the version in force today says of the term, and what a later one that both have accepted says otherwise.
func saidParts(a ops.Agreed) []templ.Component {
	said := func(t contract.Terms) []string { return contract.Words(t)[0].Sentences }
	last := a.Standing.Terms
	now, runs := a.Agreement.InForce(a.Today)
	if !runs {
		now, _ = a.Agreement.InForce(a.Agreement.First().Effective)
	}
	title := "What the contract says"
	if !runs {
		title += " from " + now.Effective.Words() + " on"
	}
	parts := []templ.Component{termSection(title, sentences(said(now)))}
	if last.Version == now.Version || !last.Effective.After(a.Today) {
		return parts
	}
	coming := []string{fmt.Sprintf("Version %d is accepted by both sides and comes into force on %s.", last.Version, last.Effective.Words())}
	for n, s := range said(last) {
		if n != 1 && !slices.Contains(said(now), s) { // the second tells its version and day
			coming = append(coming, s)
		}
	}
	return append(parts, termSection("What is to come", sentences(coming)))
}

// claims tells of notices that end nothing yet, on every page that tells the last day.
func claims(r *http.Request, a ops.Agreed) templ.Component {
	var out []templ.Component
	for _, n := range a.Claims() {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "A notice is not acknowledged.", Text: n.Claim(), Links: []kit.Link{{Text: "The notice", Href: on(r, "notice", a.ID)}}}))
	}
	return kit.Group(out...)
}

func termFigures(a ops.Agreed) []kit.FigureView {
	s := a.Standing
	out := []kit.FigureView{{Label: "Runs since", Value: s.Terms.Term.Start.Words()}}
	last := kit.FigureView{Label: "Last day", Value: "open", Note: "it runs until notice"}
	if !s.Turn.To.IsZero() {
		last.Value, last.Note = s.Turn.To.AddDays(-1).Words(), inDays(a.Today, s.Turn.To.AddDays(-1))
		if s.Notice != nil {
			last.Note = "by notice, " + last.Note
		}
	}
	out = append(out, last)
	if !s.NoticeBy.IsZero() {
		f := kit.FigureView{Label: "Last day for notice", Value: s.NoticeBy.Words(), Note: inDays(a.Today, s.NoticeBy)}
		if left := s.NoticeBy.DaysSince(a.Today); left >= 0 && left <= 60 {
			f.Tone = kit.Attend
		}
		out = append(out, f)
	}
	if k := s.Terms.Term.Renewal.Kind; k == contract.RenewalAuto || k == contract.RenewalMutual {
		f := kit.FigureView{Label: "Renewals left", Value: strconv.Itoa(s.Left), Note: fmt.Sprintf("%d so far", s.Renewals)}
		if s.Left == engagement.Unlimited {
			f.Value = "no limit"
		}
		out = append(out, f)
	}
	return out
}

func inDays(today, day cal.Date) string {
	switch left := day.DaysSince(today); {
	case left == 0:
		return "today"
	case left == 1:
		return "tomorrow"
	case left > 1:
		return fmt.Sprintf("in %d days", left)
	case left == -1:
		return "yesterday"
	default:
		return fmt.Sprintf("%d days ago", -left)
	}
}

func datesTable(a ops.Agreed, promised []engagement.Dated) kit.TableView {
	v := kit.TableView{Caption: "Dates of " + a.Name + ", by day", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Day"}, {Title: "What"}, {Title: "Meaning"}}}
	dates := slices.Clone(a.Dates)
	for _, d := range promised {
		if d.Contract == "" || d.Contract == a.ID {
			dates = append(dates, d)
		}
	}
	slices.SortStableFunc(dates, func(a, b engagement.Dated) int { return a.On.Cmp(b.On) })
	for _, d := range dates {
		row := kit.Row{Cells: []templ.Component{kit.TwoLines(kit.DateText(d.On), inDays(a.Today, d.On)), kit.Text(d.Title), kit.Text(d.Words)}}
		if left := d.On.DaysSince(a.Today); left >= 0 && left <= 30 {
			row.Tone = kit.Attend
		}
		v.Rows = append(v.Rows, row)
	}
	v.Empty = kit.Quiet("No day is fixed: the contract runs until notice is given.")
	return v
}

func renewalParts(r *http.Request, a ops.Agreed) []templ.Component {
	until, length, why := a.Standing.MayRenew()
	if why != "" {
		return []templ.Component{kit.Text(why)}
	}
	said := []kit.Definition{{Term: "Until", Value: kit.DateText(until)}, {Term: "The term would be", Value: kit.Text(length.String())}}
	for _, s := range []contract.Side{contract.AgencySide, contract.ClientSide} {
		value := kit.Pill("open")
		if x, done := a.AssentOf(s); done {
			value = kit.TwoLines(kit.Pill("accepted"), x.ByName+", "+x.At.Format("2 Jan 2006"))
		}
		said = append(said, kit.Definition{Term: map[contract.Side]string{contract.AgencySide: "The agency", contract.ClientSide: "The client"}[s], Value: value})
	}
	parts := []templ.Component{kit.DefinitionList(said...)}
	own, acts := ops.SideOf(actor(r), a.Client)
	_, done := a.AssentOf(own)
	switch {
	case a.Renewed():
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Info, Title: "Both sides have agreed to renew.",
			Text: "The longer term counts from the amendment that both accept. Its text is ready to be drafted."}))
		if mayDo(r, access.ContractEdit) {
			parts = append(parts, kit.Button(kit.ButtonView{Text: "Draft the amendment", Kind: kit.Primary, Post: Path(a.Client) + "/term/renew/draft", Hidden: ofContract(a)}))
		}
	case acts && !done && mayDo(r, access.NoticeGive):
		parts = append(parts, kit.Button(kit.ButtonView{Text: "Agree to renew", Kind: kit.Primary, Href: on(r, "term/renew", a.ID)}))
	}
	return parts
}

func ofContract(a ops.Agreed) []kit.Field {
	return []kit.Field{{Name: "contract", Kind: kit.Hidden, Value: a.ID}}
}

func (p *Pages) confirmRenewal(w http.ResponseWriter, r *http.Request) error {
	return p.renewalPage(w, r, askedFor(r), kit.Input{})
}

func (p *Pages) renewalPage(w http.ResponseWriter, r *http.Request, asked string, in kit.Input) error {
	_, a, _, ok, err := p.chosen(r, asked)
	if err != nil {
		return err
	}
	until, length, why := a.Standing.MayRenew()
	if !ok || why != "" {
		return kept(w, r, on(r, "term", a.ID), why)
	}
	var odd []kit.NoticeView
	for _, n := range a.Claims() {
		odd = append(odd, kit.NoticeView{Level: kit.Warning, Text: n.Claim()})
	}
	return web.Render(w, r, actView(r, "Renew in writing", "term", a.ID, in), kit.ConfirmPage(kit.ConfirmView{Notices: odd,
		Action: Path(a.Client) + "/term/renew", What: "You agree in writing to renew " + a.Name + ".",
		Bound: []kit.Definition{{Term: "Its term ends on", Value: kit.DateText(until)}, {Term: "Renewed, the term is", Value: kit.Text(length.String())}},
		Follows: []string{"It is agreed when the other side has said so too, on " + until.Words() + " at the latest.",
			"The longer term then counts from the amendment that both accept. Your name and the time are recorded."},
		Hidden: append(ofContract(a), kit.Field{Name: "ends", Kind: kit.Hidden, Value: a.Standing.Turn.To.String()}),
		Button: "Agree to renew", Cancel: on(r, "term", a.ID), Input: in,
	}))
}

// kept says why something cannot be done any more, on the page it belongs to.
func kept(w http.ResponseWriter, r *http.Request, back, why string) error {
	web.Flash(r, kit.Info, kit.Sentence(why))
	web.Redirect(w, r, back)
	return nil
}

func (p *Pages) renew(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	ends, _ := cal.ParseDate(values.Get("ends"))
	a, err := p.Ops.AgreeRenewal(r.Context(), actor(r), r.PathValue("client"), values.Get("contract"), ends)
	if web.Correctable(err) {
		return p.renewalPage(w, r, values.Get("contract"), kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	text := "You have agreed to renew; it waits for the other side."
	if a.Renewed() {
		text = "Both sides have agreed to renew."
	}
	web.Flash(r, kit.Done, text)
	web.Redirect(w, r, on(r, "term", a.ID))
	return nil
}

func (p *Pages) draftRenewal(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := values.Get("contract")
	_, err = p.Ops.DraftRenewal(r.Context(), actor(r), r.PathValue("client"), id)
	return drafted(w, r, id, on(r, "term", id), err)
}

// drafted leads to the draft of the contract, or back with what stands in its way.
func drafted(w http.ResponseWriter, r *http.Request, contractID, back string, err error) error {
	if web.Correctable(err) {
		return kept(w, r, back, fault.All(err)[0].Message)
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The amendment is drafted. Read it, then propose it; it binds when both sides have accepted it.")
	web.Redirect(w, r, "/clients/"+url.PathEscape(r.PathValue("client"))+"/contract/"+url.PathEscape(contractID)+"/edit")
	return nil
}
