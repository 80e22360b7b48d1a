package ui

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func addressesPath(r *http.Request) string { return base(r) + "/addresses" }

// showAddresses is how e-mail addresses are kept, and what would follow from keeping them otherwise.
func (p *Pages) showAddresses(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Ops.Addresses(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "E-mail addresses", Room: Room, Crumbs: crumbs(r, kit.Link{Text: "Accounts of contacts", Href: base(r) + "/accounts"}),
		Lede: "How the addresses of people in this client’s evidence are kept. A keyed hash tells that two addresses are the same, and not whose they are."}
	parts := []templ.Component{kit.Notice(p.addressState(r, v))}
	if !v.KeyIsHere {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "The key is not there", Text: "Addresses were hashed with another key than the one beside the stored files, so imports are refused: nothing could be matched. Whoever runs this installation must put the file “key” back."}))
	}
	if v.Untidied {
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "Not finished", Text: "The program was stopped before files of touches were written anew. It does so within minutes."}))
	}
	if v.Ever {
		if left := p.addressesLeft(v); len(left) > 0 {
			parts = append(parts, part("Where addresses still stand", kit.DefinitionList(left...)))
		}
	}
	if may(r, access.EvidenceErase) {
		parts = append(parts, p.addressChoice(r, v))
	}
	parts = append(parts, part("What is hashed, and what is not", kit.DefinitionList(
		def("Addresses of contacts", kit.Text("HMAC-SHA-256 under a secret key. The domain stays where it can tell the company; one that gives addresses to anybody becomes free-mail.invalid.")),
		def("Keys of results", kit.Text("An address that tells results apart. The same person is a repetition as before.")),
		def("Addresses in names, notes and texts", kit.Text("Hashed with their domain, in every column but those that rows are joined by.")),
		def("Stored files", kit.Text("Replaced by copies with hashes in every cell, workbooks too. The record of changes has the digest of the file that came.")),
		def("Not hashed", kit.Text("Names and telephone numbers; ids and channels, even one that is an address; the person of an hour, by whom hours are rounded; names of files in the record of changes; what was frozen with statements; the accounts of people who sign in.")))))
	return web.Render(w, r, view, column(parts...))
}

func (p *Pages) addressState(r *http.Request, v ops.AddressesView) kit.NoticeView {
	since := ""
	if !v.At.IsZero() {
		since = ", since " + v.At.In(p.zone(r)).Format("2 January 2006, 15:04") + ", by " + v.By
	}
	switch {
	case v.Hashed:
		return kit.NoticeView{Level: kit.Done, Text: "Addresses are kept as keyed hashes" + since + "."}
	case v.Ever:
		return kit.NoticeView{Level: kit.Info, Text: "Addresses are kept as they come" + since + ". Those that were hashed stay so until the CRM exports them again; until then an old and a new row of one person do not look alike. What tells results apart is hashed for good."}
	}
	return kit.NoticeView{Level: kit.Info, Text: "Addresses are kept as they come."}
}

func (p *Pages) addressesLeft(v ops.AddressesView) (left []kit.Definition) {
	if v.Waiting > 0 {
		left = append(left, def("Uploads that are not applied", kit.Text(count(v.Waiting)+", as they came. Apply or discard them.")))
	}
	if v.IDs > 0 {
		left = append(left, def("Contacts whose id is an address", kit.Text(count(v.IDs)+". Rows are joined by ids, so they stay: let the CRM export its own.")))
	}
	for _, s := range v.Stay {
		left = append(left, def("Addresses in "+s.Table, kit.Text(counted(s.Rows, "row")+". Contracts name what is in this column, or rows are joined or counted by it, so it stays: let the CRM export something else there.")))
	}
	for _, s := range v.Mappings {
		left = append(left, def("Mappings, in "+s.Table, kit.Text(counted(s.Rows, "row")+", such as with a stage that is an address. A mapping says how a file was read, so it stays.")))
	}
	if v.Journal > 0 {
		left = append(left, def("Record of changes", kit.Text(counted(int64(v.Journal), "entry")+", such as of a file that is named by an address. A chain of hashes holds them, and they stay.")))
	}
	if v.Frozen > 0 {
		left = append(left, def("Statements", kit.Text(count(int64(v.Frozen))+", in what was frozen with them before. It is what others verify, and stays.")))
	}
	return left
}

func (p *Pages) addressChoice(r *http.Request, v ops.AddressesView) templ.Component {
	if v.Hashed {
		return part("Keep them as they come again", kit.Group(kit.Button(kit.ButtonView{Text: "Keep addresses as they come…", Href: addressesPath(r) + "/plain"})))
	}
	return part("Keep them as hashes", kit.Group(kit.Button(kit.ButtonView{Text: "Hash addresses…", Href: addressesPath(r) + "/hashed"})))
}

func (p *Pages) confirmAddresses(how string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return p.confirmHow(w, r, how) }
}

func (p *Pages) confirmHow(w http.ResponseWriter, r *http.Request, how string) error {
	v := kit.ConfirmView{Action: r.URL.Path, Button: "Hash all addresses", Danger: true, Cancel: addressesPath(r), What: "You keep the e-mail addresses of this client as keyed hashes, from now on and those that are there already.",
		Follows: []string{
			"Addresses are replaced in every version of the evidence, in what imports noted, and in stored files. This cannot be undone.",
			"Accounts, duplicates and repeated results are found as before, and no amount, credit or statement changes.",
			"Names, telephone numbers, ids, channels and what mappings state that are addresses, names of files in the record of changes, and what was frozen with statements stay. The page then counts what is left.",
			"Later imports are hashed before anything of their rows is stored.",
			"Archives made before still hold addresses: make a new one and delete those.",
			"The key lies beside the stored files and in no archive. Whoever runs this installation must keep a copy of it apart: without it imports are refused.",
		}}
	title := "Hash addresses"
	if how == "plain" {
		title = "Keep addresses as they come"
		v.Button, v.Danger, v.What = "Keep as they come", false, "You keep the addresses of later imports as they come."
		v.Follows = []string{
			"What was hashed cannot be read again: it stays hashed until the CRM exports it again.",
			"Until all contacts are imported again, an old and a new row of one person do not look alike.",
			"What tells results apart is hashed for good, so that no result is paid twice.",
		}
	}
	return web.Render(w, r, kit.PageView{Title: title, Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "E-mail addresses", Href: addressesPath(r)})}, kit.ConfirmPage(v))
}

func (p *Pages) chooseAddresses(how string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) (err error) {
		if how == "plain" {
			err = p.Ops.KeepAddresses(r.Context(), actor(r), r.PathValue("client"))
		} else {
			_, err = p.Ops.HashAddresses(r.Context(), actor(r), r.PathValue("client"))
		}
		if err != nil {
			return err
		}
		web.Redirect(w, r, addressesPath(r))
		return nil
	}
}
