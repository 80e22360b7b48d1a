package ui

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) offerRoutes() []web.Route {
	const at = "/clients/{client}/relationship/offers"
	return []web.Route{
		get(at, access.AppointmentSee, p.showOffers),
		{Method: http.MethodPost, Pattern: at, Action: string(access.WorkOffer), Handler: p.offer},
		get(at+"/{offer}/answer", access.OfferAnswer, p.showAnswer),
		{Method: http.MethodPost, Pattern: at + "/{offer}/answer", Action: string(access.OfferAnswer), Handler: p.answer},
	}
}

func offersPath(client string) string { return Path(client) + "/offers" }

var offerWords = map[engagement.OfferState]string{
	engagement.Offered: "waits for an answer", engagement.Taken: "the work is theirs", engagement.Declined: "declined: the work may go to others", engagement.Lapsed: "no answer in time: the work may go to others",
}

func offerTone(s engagement.OfferState) kit.Tone {
	return map[engagement.OfferState]kit.Tone{engagement.Offered: kit.Active, engagement.Taken: kit.Good, engagement.Declined: kit.Inactive, engagement.Lapsed: kit.Attend}[s]
}

func (p *Pages) showOffers(w http.ResponseWriter, r *http.Request) error {
	return p.offersPage(w, r, kit.Input{})
}

// offersPage is the work that was offered first, with what became of it, and the form to offer more.
func (p *Pages) offersPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	offers, err := p.Ops.FirstRefusals(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	found, err := p.Ops.Relationship(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Offers of first refusal", Room: Room, Status: in.Status(), Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}},
		Lede: "Work of a preferred category, offered to who was promised to be asked first. Silence until the day that stands there is a refusal."}
	parts := []templ.Component{kit.Table(offersTable(r, client, found, offers))}
	if access.Decide(actor(r), access.WorkOffer, access.Of(client)).Allowed && len(found.Lines) > 0 {
		named := found.Named()
		parts = append(parts, under("Offer work", kit.Form(kit.FormView{Action: offersPath(client), Submit: "Offer it", Input: in, Fields: []kit.Field{
			{Name: "category", Label: "Category", Kind: kit.Select, Options: options(named.Categories)}, {Name: "brand", Label: "Brand", Kind: kit.Select, Options: options(named.Brands)},
			{Name: "market", Label: "Market", Kind: kit.Select, Options: options(named.Markets)}, {Name: "work", Label: "Work", Hint: "In a few words, such as: booth for the fair in June."}}})))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func offersTable(r *http.Request, client string, found ops.Relationship, offers []ops.FirstRefusal) kit.TableView {
	v := kit.TableView{Caption: "Offers", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Work"}, {Title: "Asked"}, {Title: "Offered"}, {Title: "Answer due"}, {Title: "Answer"}, {Title: "What to do", Hidden: true}},
		Empty: kit.Empty(kit.EmptyView{Title: "Nothing was offered yet", Text: "Where a category is preferred, work is offered to who is preferred before others get it. What was offered, when, and what the answer was stands here."})}
	for _, o := range offers {
		act := kit.Text("")
		if o.State == engagement.Offered && access.Decide(actor(r), access.OfferAnswer, access.Of(client)).Allowed {
			act = kit.Anchor(kit.Link{Text: "Answer…", Href: offersPath(client) + "/" + url.PathEscape(o.ID) + "/answer"})
		}
		zone := zoneOf(found, o.Contract)
		answer := offerWords[o.State]
		if o.Answer != "" {
			answer = o.AnswerByName + ", " + o.AnswerAt.In(zone).Format("2 Jan 2006 15:04")
			if o.Reason != "" {
				answer += ": " + o.Reason
			}
		}
		v.Rows = append(v.Rows, kit.Row{ID: o.ID, Cells: []templ.Component{kit.TwoLines(kit.Text(o.Work), o.Cell.Words()), kit.Text(o.Provider), kit.TwoLines(kit.MomentText(o.At, zone), o.ByName),
			kit.Text(dueWords(o.Until, zone)), kit.TwoLines(kit.PillIn(string(o.State), offerTone(o.State)), answer), act}})
	}
	return v
}

// zoneOf is where the days of a contract begin and end.
func zoneOf(found ops.Relationship, id string) *time.Location {
	for _, c := range found.Contracts {
		if c.ID == id {
			return c.TermsOn(found.Today).Zone
		}
	}
	return time.UTC
}

func (p *Pages) offer(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = p.Ops.OfferFirst(r.Context(), actor(r), ops.OfferInput{Client: r.PathValue("client"), Category: values.Get("category"), Brand: values.Get("brand"), Market: values.Get("market"), Work: values.Get("work")})
	if web.Correctable(err) {
		return p.offersPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, offersPath(r.PathValue("client")))
	return nil
}

func (p *Pages) showAnswer(w http.ResponseWriter, r *http.Request) error {
	return p.answerPage(w, r, kit.Input{})
}

func (p *Pages) answerPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	offers, err := p.Ops.FirstRefusals(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if o.ID != r.PathValue("offer") {
			continue
		}
		view := kit.PageView{Title: "Answer the offer", Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}, {Text: "Offers of first refusal", Href: offersPath(client)}},
			Lede: o.Work + ", " + o.Cell.Words() + "."}
		return web.Render(w, r, view, kit.Form(kit.FormView{Action: offersPath(client) + "/" + url.PathEscape(o.ID) + "/answer", Submit: "Answer", Cancel: offersPath(client), Input: in, Fields: []kit.Field{
			{Name: "answer", Label: "For " + o.Provider, Kind: kit.Radio, Options: []kit.Option{{Value: string(engagement.Taken), Text: "Take it", Hint: "The work is yours."}, {Value: string(engagement.Declined), Text: "Decline it", Hint: "It may go to others."}}},
			{Name: "reason", Label: "Reason", Kind: kit.Area, Optional: true, Hint: "The client reads it."}}}))
	}
	web.Redirect(w, r, offersPath(client))
	return nil
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = p.Ops.AnswerOffer(r.Context(), actor(r), ops.AnswerInput{Client: r.PathValue("client"), Offer: r.PathValue("offer"), Answer: engagement.OfferState(values.Get("answer")), Reason: values.Get("reason")})
	if web.Correctable(err) {
		return p.answerPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, offersPath(r.PathValue("client")))
	return nil
}
