package api

import (
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// reference is the page at /api: what programs can do, for people.
func (a *API) reference(w http.ResponseWriter, r *http.Request) error {
	view := kit.PageView{
		Title: "API",
		Lede:  "Everything the pages do, programs can do: with a token of yours, as Authorization: Bearer <token>.",
		Actions: []templ.Component{
			kit.Anchor(kit.Link{Text: "OpenAPI as JSON", Href: Prefix + "openapi.json"}),
			kit.Anchor(kit.Link{Text: "as YAML", Href: Prefix + "openapi.yaml"}),
		},
	}
	var tags []string
	for _, l := range a.operations {
		if !slices.Contains(tags, l.Tag) {
			tags = append(tags, l.Tag)
		}
	}
	var parts []templ.Component
	for _, tag := range tags {
		parts = append(parts, section(tag, a.table(tag)))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func (a *API) table(tag string) templ.Component {
	v := kit.TableView{
		Caption: tag, Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "What it does"}, {Title: "Method"}, {Title: "Address"}, {Title: "Action"}},
	}
	for _, l := range a.operations {
		if l.Tag != tag {
			continue
		}
		v.Rows = append(v.Rows, kit.Row{ID: l.ID, Cells: []templ.Component{
			kit.TwoLines(kit.Text(l.Summary), l.ID), kit.Text(l.Method), kit.Text(l.Path), kit.Quiet(l.Action),
		}})
	}
	return kit.Table(v)
}

func section(title string, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return kit.Section(title).Render(templ.WithChildren(ctx, body), w)
	})
}
