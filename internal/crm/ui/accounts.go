package ui

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

var accountRules = []struct {
	by    crm.AccountBy
	words string
}{
	{crm.ByCRM, "the CRM says so"}, {crm.ByLink, "linked by a person"}, {crm.ByRule, "a stated rule for the domain"}, {crm.ByDomain, "the domain of the e-mail address"},
	{crm.Ambiguous, "none: several companies fit"}, {crm.NoCompany, "none: no company has the domain"}, {crm.FreeMail, "none: a free-mail domain"}, {crm.NoAddress, "none: no e-mail address"},
}

func accountWords(by crm.AccountBy) string {
	for _, a := range accountRules {
		if a.by == by {
			return a.words
		}
	}
	return string(by)
}

func (p *Pages) showAccounts(w http.ResponseWriter, r *http.Request) error {
	return p.accountsPage(w, r, kit.Input{})
}

// accountsPage is which contacts belong to which companies where the CRM does not say, and the forms to state it.
func (p *Pages) accountsPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	list := kit.ParseList(r)
	found, err := p.Ops.Accounts(r.Context(), actor(r), r.PathValue("client"), 0, crm.AccountBy(list.Filter("by")))
	if err != nil {
		return err
	}
	if list.Format() != "" {
		s := sheet{name: "accounts", header: []string{"contact_id", "name", "email", "company_id", "company", "by"}}
		for _, row := range found.Rows {
			s.rows = append(s.rows, []cell{{text: row.Contact.ID}, {text: row.Contact.Name}, {text: row.Contact.Email}, {text: row.Account.CompanyID}, {text: row.Company}, {text: string(row.Account.By)}})
		}
		return s.send(w, list.Format())
	}
	view := kit.PageView{Title: "Accounts of contacts", Room: Room, Status: in.Status(), Crumbs: crumbs(r),
		Lede: "To which company each contact belongs where the CRM does not say. Whether such a contact can bear a fee is a term of the contract: contacts: associated-or-inferred-account."}
	view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "E-mail addresses", Href: addressesPath(r)}))
	if may(r, access.EvidenceErase) {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Erase a person…", Href: base(r) + "/erase"}))
	}
	parts := []templ.Component{kit.Table(accountTable(list, found)), kit.Quiet("Domains that give addresses to anybody tell nothing (list " + crm.FreeMailList + "), nor does a domain that several companies have.")}
	if may(r, access.EvidenceImport) {
		parts = append(parts, part("State whose it is", kit.Form(kit.FormView{Action: base(r) + "/accounts", Submit: "State it", Input: in, Fields: []kit.Field{
			{Name: "contact", Label: "Contact", Optional: true, Hint: "Its id in the CRM; or else"},
			{Name: "domain", Label: "Domain of e-mail addresses", Optional: true, Hint: "Everybody who writes from it, such as boreal-robotics.example."},
			{Name: "company", Label: "Belongs to the company", Hint: "Its id in the CRM."},
			{Name: "reason", Label: "Why", Hint: "For whoever asks later."}}})))
	}
	parts = append(parts, part("What was stated", kit.Table(statedTable(r, found))))
	return web.Render(w, r, view, column(parts...))
}

func accountTable(list kit.List, found ops.AccountsView) kit.TableView {
	options := []kit.Option{{Value: "", Text: "all that the CRM does not say"}}
	for _, a := range accountRules {
		options = append(options, kit.Option{Value: string(a.by), Text: a.words + " (" + count(found.Counts[a.by]) + ")"})
	}
	v := kit.TableView{Caption: "Contacts", Quiet: true, Cards: true, Pager: list.Pager(len(found.Rows)), Exports: list.Exports(), Filters: list.Filters(kit.Field{Name: "by", Label: "Because", Kind: kit.Select, Options: options}),
		Columns: []kit.Column{{Title: "Contact"}, {Title: "Company"}, {Title: "Because"}}, Empty: kit.Notice(kit.NoticeView{Level: kit.Done, Text: "The CRM says of every contact to which company it belongs."})}
	for _, row := range found.Rows[min(list.Offset(), len(found.Rows)):min(list.Offset()+list.PerPage, len(found.Rows))] {
		company := kit.Quiet("none")
		if row.Account.CompanyID != "" {
			company = kit.TwoLines(kit.Text(named(crm.Failing{Kind: crm.KindCompany, ID: row.Account.CompanyID, Name: row.Company})), row.Account.CompanyID)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(memberName(row.Contact.Record())), memberDetail(row.Contact.Record())), company, kit.TwoLines(kit.Text(capital(accountWords(row.Account.By))), row.Account.Domain)}})
	}
	return v
}

func statedTable(r *http.Request, found ops.AccountsView) kit.TableView {
	v := kit.TableView{Caption: "Stated accounts", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Of"}, {Title: "Company"}, {Title: "Why"}, {Title: "Said by"}, {Title: "What to do", Hidden: true}},
		Empty: kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Nobody has stated an account yet."})}
	for _, s := range found.Stated {
		of, q := "Contact "+s.ContactID, url.Values{"account": {"contact"}, "one": {s.ContactID}}
		if s.Domain != "" {
			of, q = "Addresses at "+s.Domain, url.Values{"account": {"domain"}, "one": {s.Domain}}
		}
		row := kit.Row{Cells: []templ.Component{kit.Text(of), kit.TwoLines(kit.Text(s.Company), s.CompanyID), kit.Text(s.Reason), kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(s.No, 10), Href: importPath(r, s.No)}), kit.Text("")}}
		if may(r, access.EvidenceImport) {
			row.Cells[4] = kit.Anchor(kit.Link{Text: "Take back…", Href: base(r) + "/identity/undo?" + q.Encode()})
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func (p *Pages) stateAccount(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = p.Ops.LinkAccount(r.Context(), actor(r), ops.AccountInput{Client: r.PathValue("client"), Contact: values.Get("contact"), Domain: values.Get("domain"), Company: values.Get("company"), Reason: values.Get("reason")})
	if web.Correctable(err) {
		return p.accountsPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, base(r)+"/accounts")
	return nil
}
