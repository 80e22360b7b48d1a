package ui

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) confirmProposal(w http.ResponseWriter, r *http.Request) error {
	return p.proposalPage(w, r, kit.Input{})
}

func (p *Pages) proposalPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	c, draft, err := p.Ops.Draft(r.Context(), actor(r), r.PathValue("contract"))
	if err == nil {
		err = elsewhere(r, c)
	}
	if err != nil {
		return err
	}
	checked, err := p.Ops.Check(r.Context(), actor(r), c.ID, draft.Source)
	if err != nil {
		return err
	}
	edit := ContractPath(c) + "/edit"
	view := kit.PageView{Title: "Propose the contract", Eyebrow: c.Name, Room: Room, Status: in.Status(),
		Crumbs: []kit.Link{{Text: "Contract", Href: ContractPath(c)}, {Text: "Draft", Href: edit}}}
	if len(checked.Problems) > 0 || draft.Revision == 0 {
		return web.Render(w, r, view, kit.Group(kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "This draft cannot be proposed yet.",
			Text: "Mend what is listed, and save the draft.", Links: []kit.Link{{Text: "Back to the draft", Href: edit}}}), kit.Issues(checkViewOf(c, checked).problems)))
	}
	t := checked.Terms
	v := kit.ConfirmView{
		Action: ContractPath(c) + "/propose", What: "To " + partyOf(t, c.Counterpart()) + " you propose version " + number(t.Version) + " of " + c.Name + ".",
		Bound: boundBy(t), Hidden: []kit.Field{{Name: "revision", Value: strconv.Itoa(draft.Revision)}},
		Button: "Propose version " + number(t.Version), Cancel: edit, Input: in,
		Follows: []string{"The text below is frozen; nobody can edit it. It can be withdrawn until both sides have accepted."},
	}
	if may(r, access.ContractAcceptAgency, c) {
		v.Follows = append(v.Follows, "This is the acceptance of "+partyOf(t, c.HostSide())+". It binds when "+partyOf(t, c.Counterpart())+" accepts, from "+t.Effective.Words()+".")
	} else {
		v.Follows = append(v.Follows, "It binds when both "+t.Agency+" and "+t.Client+" have accepted, from "+t.Effective.Words()+".")
	}
	result := checkViewOf(c, checked)
	return web.Render(w, r, view, confirm(v, reading(versionView{terms: t, against: result.against, changes: result.changes})))
}

// partyOf is the name of a side in the text.
func partyOf(t contract.Terms, side contract.Side) string {
	if side == contract.ClientSide {
		return t.Client
	}
	return t.Agency
}

// boundBy is what an assent to the terms binds to.
func boundBy(t contract.Terms) []kit.Definition {
	return []kit.Definition{
		{Term: "In short", Value: kit.Text(contract.Promise(t))},
		{Term: "Effective", Value: kit.DateText(t.Effective)},
		{Term: "SHA-256 of the text", Value: kit.Hash(t.SHA256)},
	}
}

func (p *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, err := p.contract(r)
	if err != nil {
		return err
	}
	revision, _ := strconv.Atoi(values.Get("revision"))
	v, err := p.Ops.Propose(r.Context(), actor(r), ops.ProposeInput{Contract: c.ID, Revision: revision})
	if web.Correctable(err) {
		return p.proposalPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Version "+number(v.Number)+" is proposed.")
	web.Redirect(w, r, VersionPath(c, v))
	return nil
}

func (p *Pages) confirmAcceptance(w http.ResponseWriter, r *http.Request) error {
	return p.acceptancePage(w, r, contract.Side(r.URL.Query().Get("side")), kit.Input{})
}

func (p *Pages) acceptancePage(w http.ResponseWriter, r *http.Request, side contract.Side, in kit.Input) error {
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	if side != contract.AgencySide && side != contract.ClientSide {
		side = c.Counterpart()
		if may(r, access.ContractAcceptAgency, c) {
			side = c.HostSide()
		}
	}
	if err := access.Require(actor(r), c.Accepts(side), c.Scope()); err != nil {
		return err
	}
	if err := v.MayAccept(side, v.SHA256); err != nil && in.Err == nil {
		return instead(w, r, c, v, err)
	}
	shown, err := viewOf(c, v, p.Ops.Now())
	if err != nil {
		return err
	}
	t := shown.terms
	name, other, otherSide := t.Client, t.Agency, contract.AgencySide
	if side == contract.AgencySide {
		name, other, otherSide = t.Agency, t.Client, contract.ClientSide
	}
	follows := "It binds both sides from " + t.Effective.Words() + "; only an amendment that both accept changes it."
	if _, done := v.AcceptedBy(otherSide); !done {
		follows = "It binds when " + other + " has accepted too, from " + t.Effective.Words() + "."
	}
	return web.Render(w, r, bindingPage(c, v, "Accept the contract", in), confirm(kit.ConfirmView{
		Action: VersionPath(c, v) + "/accept", What: "For " + name + " you accept version " + number(v.Number) + " of " + c.Name + ".",
		Bound: boundBy(t), Follows: []string{follows, "Your name and the time are recorded with the SHA-256 of exactly this text."},
		Hidden: []kit.Field{{Name: "sha256", Value: v.SHA256}, {Name: "side", Value: string(side)}},
		Button: "Accept version " + number(v.Number), Cancel: VersionPath(c, v), Input: in,
	}, reading(shown)))
}

// instead of asking for what is no longer possible, shows the version with the reason.
func instead(w http.ResponseWriter, r *http.Request, c ops.Contract, v contract.Version, why error) error {
	web.Flash(r, kit.Info, kit.Sentence(fault.All(why)[0].Message))
	web.Redirect(w, r, VersionPath(c, v))
	return nil
}

func bindingPage(c ops.Contract, v contract.Version, title string, in kit.Input) kit.PageView {
	return kit.PageView{Title: title, Eyebrow: c.Name, Room: Room, Status: in.Status(),
		Crumbs: []kit.Link{{Text: "Contract", Href: ContractPath(c)}, {Text: "Version " + number(v.Number), Href: VersionPath(c, v)}}}
}

func (p *Pages) accept(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	side := contract.Side(values.Get("side"))
	v, err = p.Ops.Accept(r.Context(), actor(r), ops.AcceptInput{Version: v.ID, SHA256: values.Get("sha256"), Side: side})
	if web.Correctable(err) {
		return p.acceptancePage(w, r, side, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	return bound(w, r, c, v)
}

func bound(w http.ResponseWriter, r *http.Request, c ops.Contract, v contract.Version) error {
	text := "Version " + number(v.Number) + " is accepted; it waits for the other side."
	if v.State() == contract.Accepted {
		text = "Version " + number(v.Number) + " binds both sides from " + v.Effective.Words() + "."
	}
	web.Flash(r, kit.Done, text)
	web.Redirect(w, r, VersionPath(c, v))
	return nil
}

func (p *Pages) showPaper(w http.ResponseWriter, r *http.Request) error {
	return p.paperPage(w, r, kit.Input{})
}

func (p *Pages) paperPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	if err := v.MayAccept(c.Counterpart(), v.SHA256); err != nil && in.Err == nil {
		return instead(w, r, c, v, err)
	}
	shown, err := viewOf(c, v, p.Ops.Now())
	if err != nil {
		return err
	}
	other := partyOf(shown.terms, c.Counterpart())
	return web.Render(w, r, bindingPage(c, v, "Record a signature on paper", in), confirm(kit.ConfirmView{
		Action: VersionPath(c, v) + "/paper", What: "You record that " + other + " has signed version " + number(v.Number) + " of " + c.Name + " on paper.",
		Bound: boundBy(shown.terms), Hidden: []kit.Field{{Name: "sha256", Value: v.SHA256}}, Button: "Record the signature", Cancel: VersionPath(c, v), Input: in,
		Follows: []string{"It counts as the acceptance of " + other + ", and is shown for ever as recorded by you from a paper.", "Make sure that the paper carries exactly this text."},
		Fields: []kit.Field{
			{Name: "signatory", Label: "Who signed for the " + c.SideWords(c.Counterpart()), Autocomplete: "off"},
			{Name: "signed_on", Label: "Signed on", Kind: kit.Date},
			{Name: "reference", Label: "Where the paper is kept", Autocomplete: "off", Hint: "Such as DocuSign 4711, or folder Contracts 2026."},
		},
	}, templ.NopComponent))
}

func (p *Pages) recordPaper(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	signed, err := cal.ParseDate(values.Get("signed_on"))
	if err != nil && values.Get("signed_on") != "" {
		return p.paperPage(w, r, kit.Input{Values: values, Err: fault.All(err)[0].At("signed_on")})
	}
	v, err = p.Ops.RecordPaper(r.Context(), actor(r), ops.PaperInput{Version: v.ID, SHA256: values.Get("sha256"),
		Paper: contract.Paper{Reference: values.Get("reference"), Signatory: values.Get("signatory"), SignedOn: signed}})
	if web.Correctable(err) {
		return p.paperPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	return bound(w, r, c, v)
}

func (p *Pages) confirmWithdrawal(w http.ResponseWriter, r *http.Request) error {
	return p.withdrawalPage(w, r, kit.Input{})
}

func (p *Pages) withdrawalPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	if err := v.MayWithdraw(); err != nil && in.Err == nil {
		return instead(w, r, c, v, err)
	}
	view := bindingPage(c, v, "Withdraw the proposal", in)
	view.Narrow = true
	return web.Render(w, r, view, confirm(kit.ConfirmView{
		Action: VersionPath(c, v) + "/withdraw", What: "You withdraw the proposed version " + number(v.Number) + " of " + c.Name + ".", Danger: true,
		Bound:   []kit.Definition{{Term: "Effective", Value: kit.DateText(v.Effective)}, {Term: "SHA-256 of the text", Value: kit.Hash(v.SHA256)}},
		Follows: []string{"Nobody can accept it any more. Its text stays on record, and the next draft begins with it."},
		Fields:  []kit.Field{{Name: "reason", Label: "Why", Kind: kit.Area, Hint: "The client sees it."}},
		Button:  "Withdraw version " + number(v.Number), Cancel: VersionPath(c, v), Input: in,
	}, templ.NopComponent))
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	v, err = p.Ops.Withdraw(r.Context(), actor(r), v.ID, values.Get("reason"))
	if web.Correctable(err) {
		return p.withdrawalPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Version "+number(v.Number)+" is withdrawn.")
	web.Redirect(w, r, ContractPath(c))
	return nil
}
