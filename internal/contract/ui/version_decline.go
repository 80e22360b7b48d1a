package ui

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) confirmDecline(w http.ResponseWriter, r *http.Request) error {
	return p.declinePage(w, r, kit.Input{})
}

// declinePage asks for the reason with which the other side says no to a proposal.
func (p *Pages) declinePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	if err := v.MayWithdraw(); err != nil && in.Err == nil {
		return instead(w, r, c, v, err)
	}
	view := bindingPage(c, v, "Decline the proposal", in)
	view.Narrow = true
	return web.Render(w, r, view, confirm(kit.ConfirmView{
		Action: VersionPath(c, v) + "/decline", What: "For the " + c.SideWords(c.Counterpart()) + " you decline the proposed version " + number(v.Number) + " of " + c.Name + ".", Danger: true,
		Bound:   []kit.Definition{{Term: "Effective", Value: kit.DateText(v.Effective)}, {Term: "SHA-256 of the text", Value: kit.Hash(v.SHA256)}},
		Follows: []string{"Nobody can accept it any more, and what is in force stays. Its text and your reason stay on record; another can be proposed."},
		Fields:  []kit.Field{{Name: "reason", Label: "Why", Kind: kit.Area, Hint: "The agency reads it."}},
		Button:  "Decline version " + number(v.Number), Cancel: VersionPath(c, v), Input: in,
	}, templ.NopComponent))
}

func (p *Pages) decline(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	v, err = p.Ops.Decline(r.Context(), actor(r), v.ID, values.Get("reason"))
	if web.Correctable(err) {
		return p.declinePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Version "+number(v.Number)+" is declined.")
	web.Redirect(w, r, ContractPath(c))
	return nil
}
