package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
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
	list := kit.ParseList(r)
	f := ops.Filter{Client: client, Limit: mostOnBoard, Priority: contract.Priority(list.Filter("priority")), Category: list.Filter("category"), Words: list.Filter("q"), Assignee: whoAsked(r, list)}
	forms, err := p.Ops.Forms(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	views, err := p.views(r, client, true)
	if err != nil {
		return err
	}
	var columns []lane
	for _, s := range work.Stages() {
		f.Stage = s
		page, err := p.Ops.List(r.Context(), actor(r), f)
		if err != nil {
			return err
		}
		columns = append(columns, laneOf(list, client, s, page))
	}
	fields := slices.DeleteFunc(mailbox{filter: ops.Filter{Client: client}}.filters(forms.Forms), func(f kit.Field) bool { return f.Name == "stage" })
	parts := []templ.Component{views, kit.FilterBar(*list.Filters(fields...))}
	if gone := goneNotice(list.Query, forms.Forms); gone != nil {
		parts = append(parts, gone)
	}
	return web.Render(w, r, view, keys(fresh, kit.Group(append(parts, lanes(columns), kit.Quiet(foresightRule))...)))
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

func laneOf(list kit.List, client string, s work.Stage, page ops.Page) lane {
	out := lane{title: s.Words(), count: strconv.Itoa(len(page.Lines))}
	if page.Next != "" {
		out.count, out.more = strconv.Itoa(mostOnBoard)+" and more", Path(client)+"?"+wholeLane(list, s)
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

// wholeLane is the filter of the board, at one stage.
func wholeLane(list kit.List, s work.Stage) string {
	asked, _ := url.ParseQuery(work.ViewFilter(list.Query))
	asked.Set("stage", string(s))
	return asked.Encode()
}

func ordinal(n int) string { return strconv.Itoa(n) }
