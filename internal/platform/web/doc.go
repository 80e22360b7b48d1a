// Package web is the platform of the pages: server, registry of routes, sessions, protection, errors, rendering.
//
// It owns how a request travels (id, recovery, log, metrics, headers, cross-origin refusal, body limit, session,
// admission, handler, answer) and the look of pages through web/kit and web/static. It knows no business word: action
// names are opaque, and who may do what is decided by the function Options.Admit that the program wires in.
//
// Words: a *route* is an address with its action; the *registry* is the one list of them; the *frame* is what surrounds
// every page of a person; a *flash* is one message for the next page.
//
// Invariants, held by tests: every route has an action; every answer carries the content policy; a cross-origin unsafe
// request never reaches a handler; an error that is no fault never shows its text; the log holds no personal data.
//
// A room registers its pages and answers like this:
//
//	type Pages struct{ ops *ops.Service }
//
//	func (p *Pages) Register(g *web.Registry) {
//		g.Get("/clients/{client}/statements/{id}", "statement.read", p.show)
//		g.Post("/clients/{client}/statements/{id}/note", "statement.note", p.note)
//	}
//
//	func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
//		return p.page(w, r, kit.Input{})
//	}
//
//	func (p *Pages) note(w http.ResponseWriter, r *http.Request) error {
//		values, err := web.ReadForm(r)
//		if err != nil {
//			return err
//		}
//		err = p.ops.Note(r.Context(), actor(r), r.PathValue("id"), values.Get("text"))
//		if web.Correctable(err) {
//			return p.page(w, r, kit.Input{Values: values, Err: err}) // same form, input kept, faults at their fields
//		}
//		if err != nil {
//			return err // becomes the error page
//		}
//		web.Flash(r, kit.Done, "Note added.")
//		web.Redirect(w, r, statementPath(r))
//		return nil
//	}
//
//	func (p *Pages) page(w http.ResponseWriter, r *http.Request, in kit.Input) error {
//		view := kit.PageView{Title: "Statement of March 2026", Room: "statements", State: kit.Pill("issued"), Status: in.Status()}
//		return web.Render(w, r, view, kit.Form(kit.FormView{
//			Action: r.URL.Path + "/note", Submit: "Add note", Input: in,
//			Fields: []kit.Field{{Name: "text", Label: "Note", Kind: kit.Area}},
//		}))
//	}
package web
