package ui

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// mostOnBoard is how many requests of a stage stand on the board.
const mostOnBoard = 20

// board shows the requests by where they are.
func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	view := kit.PageView{Title: "Work", Room: Room, Tabs: tabsFor(r, 1), Lede: "Where each request is. Within a stage, what is due first is on top."}
	fresh := ""
	if access.Decide(actor(r), access.RequestOpen, access.Of(client)).Allowed {
		fresh = Path(client) + "/new"
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "New request", Kind: kit.Primary, Href: fresh}))
	}
	var columns []lane
	for _, s := range work.Stages() {
		page, err := p.Ops.List(r.Context(), actor(r), ops.Filter{Client: client, Stage: s, Limit: mostOnBoard})
		if err != nil {
			return err
		}
		columns = append(columns, laneOf(client, s, page))
	}
	return web.Render(w, r, view, keys(fresh, kit.Group(lanes(columns), kit.Quiet(foresightRule))))
}

// lane is a stage of the board.
type lane struct {
	title string
	count string
	more  string // address of the whole list; empty: all stand here
	cards []card
}

type card struct {
	title, href, line, clock string
	state                    templ.Component
}

func laneOf(client string, s work.Stage, page ops.Page) lane {
	out := lane{title: s.Words(), count: strconv.Itoa(len(page.Lines))}
	if page.Next != "" {
		out.count, out.more = strconv.Itoa(mostOnBoard)+" and more", Path(client)+"?"+url.Values{"stage": {string(s)}}.Encode()
	}
	for _, l := range page.Lines {
		c := card{title: l.Title, href: RequestPath(l.Client, l.ID), line: l.Name() + " · " + string(l.Priority) + " · " + who(l)}
		if shown := pills(l.State); s == work.Over {
			c.state = apart(shown)
		} else if len(shown) > 1 {
			c.state = shown[1]
		}
		if l.Clock != nil {
			c.clock = kit.Sentence(l.Clock.Words(page.Now))
			if l.Foreseen.Late() {
				c.state, c.line = kit.PillIn("likely late", kit.Attend), c.line+" · "+l.Foreseen.Short()
			}
		}
		out.cards = append(out.cards, c)
	}
	return out
}

func ordinal(n int) string { return strconv.Itoa(n) }
