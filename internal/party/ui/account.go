package ui

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showAccount(w http.ResponseWriter, r *http.Request) error {
	return p.accountPage(w, r, kit.Input{})
}

// accountPage is the page with the input of its one form, the token's.
func (p *Pages) accountPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	who := actor(r)
	account, err := p.Ops.Account(r.Context(), who)
	if err != nil {
		return err
	}
	tokens, err := p.Ops.Tokens(r.Context(), who)
	if err != nil {
		return err
	}
	welcome, err := p.Ops.Welcome(r.Context(), ops.Claim{Account: account.ID, Epoch: account.Epoch})
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Your account", Room: AccountRoom, Narrow: true, Status: in.Status()}
	return web.Render(w, r, view, accountBody(account, who, tokensTable(tokens), welcome.Workspaces, in))
}

func (p *Pages) showName(w http.ResponseWriter, r *http.Request) error {
	account, err := p.Ops.Account(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return namePage(w, r, account.Name, kit.Input{})
}

func namePage(w http.ResponseWriter, r *http.Request, name string, in kit.Input) error {
	view := kit.PageView{Title: "Change your name", Room: AccountRoom, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Your account", Href: AccountPath}}}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: "/account/name", Submit: "Change the name", Cancel: AccountPath, Input: in, Fields: []kit.Field{
		{Name: "name", Label: "Name", Value: name, Autocomplete: "name", Hint: "What was recorded before keeps the old name."},
	}}))
}

func (p *Pages) rename(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = p.Ops.Rename(r.Context(), actor(r), values.Get("name"))
	if web.Correctable(err) {
		return namePage(w, r, "", kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Your name is changed.")
	web.Redirect(w, r, AccountPath)
	return nil
}

func (p *Pages) showPassword(w http.ResponseWriter, r *http.Request) error {
	return p.passwordPage(w, r, kit.Input{})
}

func (p *Pages) passwordPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	account, err := p.Ops.Account(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Change your password", Room: AccountRoom, Narrow: true, Status: in.Status(),
		Crumbs: []kit.Link{{Text: "Your account", Href: AccountPath}}}
	if account.HasPassword {
		return web.Render(w, r, view, kit.Form(passwordForm(account, in)))
	}
	view.Title, view.Lede = "Set a password", "With a password you sign in without waiting for mail. You can also go on without one."
	return web.Render(w, r, view, kit.Group(
		kit.Form(passwordForm(account, in)), other("Not now?", kit.Link{Text: "Go on without a password", Href: "/"})))
}

func (p *Pages) setPassword(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	account, err := p.Ops.SetPassword(r.Context(), actor(r), values.Get("current"), values.Get("password"))
	if refused(err) {
		return p.passwordPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	// Every session has ended; this browser goes on under a new one.
	if err := web.SignIn(r, web.Session{Account: account.ID, Epoch: account.Epoch, Workspace: actor(r).Workspace}); err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The password is set. Other browsers were signed out.")
	web.Redirect(w, r, AccountPath)
	return nil
}

func (p *Pages) confirmSignOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	view := kit.PageView{Title: "Sign out everywhere", Room: AccountRoom, Narrow: true, Crumbs: []kit.Link{{Text: "Your account", Href: AccountPath}}}
	return web.Render(w, r, view, kit.ConfirmPage(kit.ConfirmView{
		Action: r.URL.Path, Button: "Sign out everywhere", Danger: true, Cancel: AccountPath,
		What: "You end every session of your account, in this browser too.",
		Follows: []string{
			"Links to sign in that were not used yet stop working.",
			"Tokens for programs go on working; revoke them one by one.",
		},
	}))
}

func (p *Pages) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.Ops.SignOutEverywhere(r.Context(), actor(r)); err != nil {
		return err
	}
	return p.signOut(w, r)
}

func (p *Pages) makeToken(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	secret, token, err := p.Ops.MakeToken(r.Context(), actor(r), values.Get("label"))
	if web.Correctable(err) {
		return p.accountPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	// Shown in the answer itself: the secret is kept nowhere, so there is no page to lead to.
	w.Header().Set("Cache-Control", "no-store")
	view := kit.PageView{Title: "Token for " + token.Label, Room: AccountRoom, Narrow: true, Crumbs: []kit.Link{{Text: "Your account", Href: AccountPath}}}
	return web.Render(w, r, view, tokenBody(secret))
}

func (p *Pages) confirmRevoke(w http.ResponseWriter, r *http.Request) error {
	tokens, err := p.Ops.Tokens(r.Context(), actor(r))
	if err != nil {
		return err
	}
	label := "this token"
	for _, t := range tokens {
		if t.ID == r.PathValue("token") {
			label = "the token “" + t.Label + "”"
		}
	}
	view := kit.PageView{Title: "Revoke a token", Room: AccountRoom, Narrow: true, Crumbs: []kit.Link{{Text: "Your account", Href: AccountPath}}}
	return web.Render(w, r, view, kit.ConfirmPage(kit.ConfirmView{
		Action: r.URL.Path, Button: "Revoke", Danger: true, Cancel: AccountPath,
		What: "You revoke " + label + ".", Follows: []string{"The program that uses it is refused from its next request on."},
	}))
}

func (p *Pages) revokeToken(w http.ResponseWriter, r *http.Request) error {
	if err := p.Ops.RevokeToken(r.Context(), actor(r), r.PathValue("token")); err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The token is revoked.")
	web.Redirect(w, r, AccountPath)
	return nil
}

func passwordForm(account party.Account, in kit.Input) kit.FormView {
	form := kit.FormView{Action: "/account/password", Submit: "Set the password", Input: in, Fields: []kit.Field{
		{Name: "password", Label: "New password", Kind: kit.Password, Autocomplete: "new-password", Hint: "At least 12 characters; a few words are easy to remember."},
	}}
	if account.HasPassword {
		form.Submit, form.Cancel = "Change the password", AccountPath
		form.Fields = append([]kit.Field{{Name: "current", Label: "Current password", Kind: kit.Password, Autocomplete: "current-password"}}, form.Fields...)
	}
	return form
}

func tokensTable(tokens []ops.Token) kit.TableView {
	v := kit.TableView{Caption: "Your tokens", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Program"}, {Title: "Made"}, {Title: "Last used"}, {Title: "Act", Hidden: true}}}
	for _, t := range tokens {
		used := kit.Quiet("never")
		if !t.LastUsedAt.IsZero() {
			used = kit.MomentText(t.LastUsedAt, time.UTC)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.Text(t.Label), kit.MomentText(t.CreatedAt, time.UTC), used,
			kit.Anchor(kit.Link{Text: "Revoke", Href: "/account/tokens/" + t.ID + "/revoke"}),
		}})
	}
	return v
}

func rolesOf(who access.Actor) string {
	var out []string
	for _, m := range who.Memberships {
		if words := m.Role.Label() + " at " + m.OrgName; !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return strings.Join(out, "; ")
}
