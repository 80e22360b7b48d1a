package ui

import (
	"net/http"
	"net/url"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	if s := web.SessionOf(r); s.Account != "" && s.Workspace == "" {
		if _, err := p.Ops.Welcome(r.Context(), claimOf(r)); err == nil {
			web.Redirect(w, r, withNext(WorkspacesPath, next))
			return nil
		}
	}
	return p.signInPage(w, r, next, kit.Input{})
}

func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	// The password is taken as it was typed: ReadForm trims what surrounds it, and so it does when one is set.
	in, err := p.Ops.SignIn(r.Context(), values.Get("email"), values.Get("password"), p.address(r))
	if refused(err) {
		return p.signInPage(w, r, values.Get("next"), kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	return p.begin(w, r, in, "password", values.Get("next"))
}

// begin opens the session and leads on: to the choice of a workspace when there is one to make.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request, in ops.SignedIn, by, next string) error {
	if in.Workspace != "" {
		if err := p.Ops.Enter(r.Context(), in.Account, in.Workspace, by); err != nil {
			return err
		}
	}
	if err := web.SignIn(r, web.Session{Account: in.Account.ID, Epoch: in.Account.Epoch, Workspace: in.Workspace}); err != nil {
		return err
	}
	if in.Workspace == "" {
		next = withNext(WorkspacesPath, next)
	}
	web.Redirect(w, r, web.LocalPath(next, "/"))
	return nil
}

func (p *Pages) signInPage(w http.ResponseWriter, r *http.Request, next string, in kit.Input) error {
	view := kit.PageView{Title: "Sign in", Bare: true, Status: in.Status()}
	return web.Render(w, r, view, kit.Group(
		refusal("You are not signed in", in),
		kit.Form(kit.FormView{Action: SignInPath, Submit: "Sign in", Input: kit.Input{Values: in.Values}, Fields: []kit.Field{
			{Name: "email", Label: "E-mail", Kind: kit.Email, Autocomplete: "username"},
			{Name: "password", Label: "Password", Kind: kit.Password, Autocomplete: "current-password"},
			{Name: "next", Kind: kit.Hidden, Value: next},
		}}),
		kit.Group(other("No password, or forgotten?", kit.Link{Text: "Have a link sent to you", Href: withNext("/sign-in/link", next)})),
	))
}

// refused reports whether the person is to see the form again with the reason on top.
func refused(err error) bool {
	return web.Correctable(err) || fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.RateLimited)
}

func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := web.SignOut(r); err != nil {
		return err
	}
	web.Redirect(w, r, SignInPath)
	return nil
}

func (p *Pages) showWorkspaces(w http.ResponseWriter, r *http.Request) error {
	in, err := p.Ops.Welcome(r.Context(), claimOf(r))
	if err != nil {
		return err
	}
	options := make([]kit.Option, len(in.Workspaces))
	for i, each := range in.Workspaces {
		options[i] = kit.Option{Value: each.Slug, Text: each.Name}
	}
	current := web.SessionOf(r).Workspace
	if current == "" {
		current = options[0].Value
	}
	view := kit.PageView{Title: "Choose a workspace", Bare: true, Lede: "You belong to more than one. You can change at any time from your account."}
	if len(options) == 1 {
		view.Lede = "You belong to this one."
	}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: WorkspacesPath, Submit: "Open", Fields: []kit.Field{
		{Name: "workspace", Label: "Workspace", Kind: kit.Radio, Options: options, Value: current},
		{Name: "next", Kind: kit.Hidden, Value: r.URL.Query().Get("next")},
	}}))
}

func (p *Pages) chooseWorkspace(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := p.Ops.Welcome(r.Context(), claimOf(r))
	if err != nil {
		return err
	}
	if err := p.Ops.Enter(r.Context(), in.Account, values.Get("workspace"), "choosing the workspace"); err != nil {
		return err
	}
	if err := web.ChooseWorkspace(r, values.Get("workspace")); err != nil {
		return err
	}
	web.Redirect(w, r, web.LocalPath(values.Get("next"), "/"))
	return nil
}

func (p *Pages) showAskLink(w http.ResponseWriter, r *http.Request) error {
	return p.askLinkPage(w, r, kit.Input{})
}

func (p *Pages) askLink(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = p.Ops.RequestLink(r.Context(), values.Get("email"), p.address(r))
	if refused(err) {
		return p.askLinkPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, "/sign-in/sent")
	return nil
}

func (p *Pages) askLinkPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	view := kit.PageView{Title: "Sign in by mail", Bare: true, Lede: "We send a link to your address. It works once, for fifteen minutes.", Status: in.Status()}
	form := kit.FormView{Action: "/sign-in/link", Submit: "Send the link", Input: in, Fields: []kit.Field{
		{Name: "email", Label: "E-mail", Kind: kit.Email, Autocomplete: "username"},
	}}
	if fault.Is(in.Err, fault.RateLimited) {
		form.Input.Err = nil
		return web.Render(w, r, view, kit.Group(refusal("No link was sent", in), kit.Form(form)))
	}
	return web.Render(w, r, view, kit.Group(kit.Form(form), other("You have a password?", kit.Link{Text: "Sign in with it", Href: SignInPath})))
}

func (p *Pages) showSent(w http.ResponseWriter, r *http.Request) error {
	view := kit.PageView{Title: "Look into your mail", Bare: true,
		Lede: "If the address belongs to an account, a link is on its way. It works once, for fifteen minutes."}
	if p.NoMail {
		view.Title = "Ask for your link"
		view.Lede = "This installation sends no mail. Whoever runs it can print a link for you with: ofrecord user link and your e-mail address."
	}
	return web.Render(w, r, view, other("Nothing there after a few minutes?", kit.Link{Text: "Check the address and ask again", Href: "/sign-in/link"}))
}

// openLink shows whom the link signs in. It uses nothing: programs that scan mail open links too.
func (p *Pages) openLink(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	link, err := p.Ops.OpenLink(r.Context(), r.PathValue("token"))
	if fault.Is(err, fault.NotFound) {
		return p.linkSpent(w, r, err)
	}
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Welcome, " + link.Name, Bare: true, Lede: "You sign in as " + string(link.Email) + "."}
	return web.Render(w, r, view, kit.Group(
		kit.Form(kit.FormView{Action: r.URL.Path, Submit: "Sign in"}),
		untilNote(link.Until),
	))
}

func (p *Pages) useLink(w http.ResponseWriter, r *http.Request) error {
	in, err := p.Ops.UseLink(r.Context(), r.PathValue("token"))
	if fault.Is(err, fault.NotFound) {
		return p.linkSpent(w, r, err)
	}
	if err != nil {
		return err
	}
	next := ""
	if !in.Account.HasPassword {
		next = "/account/password"
	}
	return p.begin(w, r, in, "link", next)
}

func (p *Pages) linkSpent(w http.ResponseWriter, r *http.Request, err error) error {
	view := kit.PageView{Title: "This link does not work any more", Bare: true, Status: http.StatusNotFound, Lede: fault.All(err)[0].Message}
	return web.Render(w, r, view, kit.Button(kit.ButtonView{Text: "Have a new link sent", Kind: kit.Primary, Href: "/sign-in/link"}))
}

func withNext(path, next string) string {
	if next == "" || web.LocalPath(next, "") == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
