// Package gallery shows every component of the kit on pages with made-up content, for eyes, screenshots and checks.
// It is registered only in tests and when the program is started for development.
package gallery

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// Register adds the gallery below /gallery/, open without sign-in.
func Register(g *web.Registry) {
	show := func(path string, page func(r *http.Request) (kit.PageView, templ.Component)) {
		g.Get("/gallery/"+path, web.Public, func(w http.ResponseWriter, r *http.Request) error {
			view, body := page(r)
			return web.Render(w, r, view, body)
		})
	}
	show("overview", overview)
	show("statement", statement)
	show("deals", deals)
	show("words", words)
	show("charts", charts)
	show("contract", contract)
	show("form", form)
	show("confirm", confirm)
	show("empty", empty)
	g.Get("/gallery/sign-in", web.Public, signIn)
	g.Get("/gallery/progress", web.Public, progress)
	g.Post("/gallery/check", web.Public, check)
	g.Get("/gallery/failure", web.Public, func(http.ResponseWriter, *http.Request) error {
		return fault.List{
			fault.New(fault.Conflict, "statement-locked", "The statement of March 2026 is locked since 12 Apr 2026. Dispute the next one, or ask Northlight for a correction."),
		}
	})
}

// Frame is a frame with all of the navigation filled.
func Frame(*http.Request) kit.Frame {
	return kit.Frame{
		Workspace: "Northlight",
		Main: []kit.NavLink{
			{Key: "portfolio", Text: "Portfolio", Href: "/gallery/overview"}, {Key: "clients", Text: "Clients", Href: "/gallery/deals"},
			{Key: "month-end", Text: "Month end", Href: "/gallery/empty", Count: 3}, {Key: "administration", Text: "Administration", Href: "/gallery/form"},
		},
		Client: &kit.ClientNav{Name: "Acme Robotics", Href: "/gallery/overview", Rooms: []kit.NavLink{
			{Key: "overview", Text: "Overview", Href: "/gallery/overview"}, {Key: "contract", Text: "Contract", Href: "/gallery/contract"},
			{Key: "statements", Text: "Statements", Href: "/gallery/statement", Count: 1}, {Key: "evidence", Text: "Evidence", Href: "/gallery/deals"},
			{Key: "people", Text: "People", Href: "/gallery/form"}, {Key: "record", Text: "Record", Href: "/gallery/words"},
		}},
		Person: &kit.Person{Name: "Dana Ruiz", Role: "Client finance", Href: "/gallery/form", SignOut: "/gallery/sign-out"},
	}
}

func usd(text string) money.Amount {
	a, err := money.Parse(text, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

func day(text string) templ.Component { return kit.DateText(cal.MustDate(text)) }

func def(term string, value templ.Component) kit.Definition {
	return kit.Definition{Term: term, Value: value}
}

func values(known ...float64) []*float64 {
	out := make([]*float64, len(known))
	for i := range known {
		if known[i] >= 0 {
			out[i] = &known[i]
		}
	}
	return out
}
