package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func duplicatesPath(r *http.Request) string { return base(r) + "/duplicates" }

var alikeKinds = []crm.Kind{crm.KindContact, crm.KindCompany, crm.KindDeal}

// showDuplicates is the worklist of records that may be one, and what was stated of them.
func (p *Pages) showDuplicates(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	in := ops.DuplicatesInput{Client: r.PathValue("client"), Of: crm.Kind(list.Filter("of")), Reason: crm.LikeReason(list.Filter("reason")), Offset: list.Offset(), Limit: list.PerPage}
	if list.Format() != "" {
		in.Offset, in.Limit = 0, 0
	}
	found, err := p.Ops.Duplicates(r.Context(), actor(r), in)
	if err != nil {
		return err
	}
	if list.Format() != "" {
		return duplicateSheet(found).send(w, list.Format())
	}
	stated, err := p.Ops.StatedIdentities(r.Context(), actor(r), in.Client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Records that may be one", Room: Room, Crumbs: crumbs(r, kit.Link{Text: "Hygiene", Href: base(r) + "/hygiene"}),
		Lede: "What is counted twice splits journeys and bears a fee twice. Say of each group whether it is the same; what is said is evidence of its own, under your name, and can be taken back."}
	return web.Render(w, r, view, column(
		kit.Table(duplicateTable(r, list, found)),
		part("What was stated", kit.Table(identityTable(r, stated))),
	))
}

func duplicateTable(r *http.Request, list kit.List, found ops.DuplicatesView) kit.TableView {
	kinds, reasons := []kit.Option{{Value: "", Text: "all records"}}, []kit.Option{{Value: "", Text: "any reason"}}
	for _, k := range alikeKinds {
		kinds = append(kinds, kit.Option{Value: string(k), Text: strings.ToLower(kindWords[k])})
	}
	for _, reason := range crm.LikeReasons() {
		if n := found.Counts[reason]; n > 0 {
			reasons = append(reasons, kit.Option{Value: string(reason), Text: reason.Words() + " (" + counted(int64(n), "group") + ")"})
		}
	}
	v := kit.TableView{Caption: "Groups", Quiet: true, Cards: true, Pager: list.Pager(found.Total), Exports: list.Exports(),
		Filters: list.Filters(kit.Field{Name: "of", Label: "Of", Kind: kit.Select, Options: kinds}, kit.Field{Name: "reason", Label: "Because of", Kind: kit.Select, Options: reasons}),
		Columns: []kit.Column{{Title: "Records"}, {Title: "Alike in"}, {Title: "If they are one"}, {Title: "Look at it", Hidden: true}},
		Empty:   kit.Notice(kit.NoticeView{Level: kit.Done, Text: "No records look alike that nobody has judged."})}
	for _, g := range found.Groups {
		var names []templ.Component
		for _, m := range g.Members[:min(len(g.Members), 4)] {
			names = append(names, kit.TwoLines(kit.Text(memberName(m.Record)), memberDetail(m.Record)))
		}
		if more := len(g.Members) - 4; more > 0 {
			names = append(names, kit.Quiet("and "+counted(int64(more), "more record")))
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{below(names...), kit.TwoLines(kit.Text(capital(g.Reason.Words())), kindWords[g.Of]), kit.Text(ifOne(g)),
			kit.Anchor(kit.Link{Text: "Judge", Href: duplicatesPath(r) + "/" + g.Key})}})
	}
	return v
}

// ifOne says what would follow.
func ifOne(g ops.DuplicateGroup) string {
	won := int64(g.Won)
	switch {
	case g.Of == crm.KindDeal && won > 1:
		return counted(won, "won deal") + " would be one: the amount counts once"
	case g.Of == crm.KindDeal:
		return "one deal in the place of " + count(int64(len(g.IDs)))
	case g.Of == crm.KindCompany:
		return "its contacts and deals would stand together"
	case g.Touches() == 0:
		return "no touch moves"
	case won == 0:
		return touchesInWords(g.Touches()) + " in one journey; no won deal of theirs"
	}
	return touchesInWords(g.Touches()) + " in the journey of " + counted(won, "won deal")
}

func touchesInWords(n int64) string {
	if n == 1 {
		return "1 touch"
	}
	return count(n) + " touches"
}

// capital begins a text with a capital letter.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func memberName(r crm.Record) string {
	if name := r.Get("name"); name != "" {
		return name
	}
	return r.ID
}

func memberDetail(r crm.Record) string {
	parts := []string{r.ID}
	for _, f := range []string{"email", "domain", "amount", "currency", "closed_on"} {
		if v := r.Get(f); v != "" {
			parts = append(parts, crm.ShownAddress(v))
		}
	}
	return strings.Join(parts, ", ")
}

func duplicateSheet(v ops.DuplicatesView) sheet {
	s := sheet{name: "duplicates", header: []string{"group", "kind", "reason", "id", "name", "email", "company_id", "domain", "amount", "currency", "closed_on", "touches", "deals", "won_deals"}}
	for _, g := range v.Groups {
		for _, m := range g.Members {
			row := []cell{{text: g.Key}, {text: string(g.Of)}, {text: string(g.Reason)}, {text: m.Record.ID}}
			for _, f := range []string{"name", "email", "company_id", "domain", "amount", "currency", "closed_on"} {
				row = append(row, cell{text: m.Record.Get(f), number: f == "amount"})
			}
			s.rows = append(s.rows, append(row, cell{strconv.FormatInt(m.Touches, 10), true}, cell{strconv.Itoa(m.Deals), true}, cell{strconv.Itoa(m.Won), true}))
		}
	}
	return s
}

func (p *Pages) group(r *http.Request) (ops.DuplicateGroup, error) {
	found, err := p.Ops.Duplicates(r.Context(), actor(r), ops.DuplicatesInput{Client: r.PathValue("client"), Key: r.PathValue("key")})
	if err == nil && len(found.Groups) == 0 {
		err = fault.New(fault.NotFound, "group", "These records were judged already, or are no longer alike.")
	}
	if err != nil {
		return ops.DuplicateGroup{}, err
	}
	return found.Groups[0], nil
}

func (p *Pages) showGroup(w http.ResponseWriter, r *http.Request) error {
	return p.groupPage(w, r, kit.Input{})
}

func (p *Pages) groupPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	g, err := p.group(r)
	if err != nil {
		return err
	}
	v := kit.TableView{Caption: "The records", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Record"}, {Title: "Company"}, {Title: "Touches", Align: kit.End}, {Title: "Deals", Align: kit.End}, {Title: "Won", Align: kit.End}}}
	options := []kit.Option{}
	for _, m := range g.Members {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(memberName(m.Record)), memberDetail(m.Record)), kit.Text(m.Record.Get("company_id")), number(m.Touches), number(int64(m.Deals)), number(int64(m.Won))}})
		options = append(options, kit.Option{Value: m.Record.ID, Text: memberName(m.Record) + " (" + m.Record.ID + ")"})
	}
	if g.Of != crm.KindContact {
		shown := 1
		if g.Of == crm.KindDeal {
			shown = 2
		}
		v.Columns = v.Columns[:shown]
		for i := range v.Rows {
			v.Rows[i].Cells = v.Rows[i].Cells[:shown]
		}
	}
	view := kit.PageView{Title: capital(g.Reason.Words()), Room: Room, Status: in.Status(), Crumbs: crumbs(r, kit.Link{Text: "Records that may be one", Href: duplicatesPath(r)}), Lede: "If they are one: " + ifOne(g) + "."}
	parts := []templ.Component{kit.Table(v)}
	if may(r, access.EvidenceImport) {
		parts = append(parts, p.judgements(r, g, options, in)...)
	}
	return web.Render(w, r, view, column(parts...))
}

func (p *Pages) judgements(r *http.Request, g ops.DuplicateGroup, options []kit.Option, in kit.Input) []templ.Component {
	which := []kit.Field{}
	if len(options) > 2 {
		for i, o := range options {
			which = append(which, kit.Field{Name: "record" + strconv.Itoa(i), Label: o.Text, Kind: kit.Checkbox, Value: "on", Optional: true})
		}
	}
	judge := func(as string) kit.Field { return kit.Field{Name: "judge", Kind: kit.Hidden, Value: as} }
	hint := "What was noted of the others belongs to it from now on. Locked statements stay as they are; what it changes of them, the comparison tells."
	if g.Of == crm.KindCompany {
		hint = "Deals, contacts and carve-outs of the others belong to it from now on, and so do addresses at their domains. That can change which deal is a company’s first, and what is carved out: " +
			"locked statements stay as they are, the next one carries what the contract corrects, and the comparison tells it. It can be taken back."
	}
	if g.Of == crm.KindDeal {
		hint = "Its amount, days and outcome count. The others count nothing from now on; their payments, contacts and carve-outs belong to it. If each was paid on its own, they are two sales: say that they are different. Cash that was exported twice has to be deleted where it was exported. " +
			"Locked statements stay as they are, the next one takes back what the contract lets it, and the comparison tells it. It can be taken back."
	}
	remains := append(slices.Clone(which), judge("same"), kit.Field{Name: "into", Label: "Which one remains", Kind: kit.Select, Options: options, Hint: hint})
	if g.Of == crm.KindDeal {
		remains = append(remains, kit.Field{Name: "reason", Label: "Why they are one sale", Hint: "Both sides read it beside what it changes of the fee."})
	}
	same := kit.Form(kit.FormView{Action: r.URL.Path, Submit: "They are the same", Input: forJudge(in, "same"), Fields: remains})
	different := kit.Form(kit.FormView{Action: r.URL.Path, Submit: "They are different", Input: forJudge(in, "different"), Fields: append(slices.Clone(which), judge("different"),
		kit.Field{Name: "reason", Label: "Why", Optional: true, Hint: "For whoever asks later. They are not asked for again."})})
	return []templ.Component{part("The same", same), part("Different", different)}
}

// forJudge is the input of the form that was sent.
func forJudge(in kit.Input, judge string) kit.Input {
	if in.Values.Get("judge") != judge {
		return kit.Input{}
	}
	return in
}

func (p *Pages) judgeGroup(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	g, err := p.group(r)
	if err != nil {
		return err
	}
	ids := g.IDs
	if len(ids) > 2 {
		ids = nil
		for i, id := range g.IDs {
			if values.Get("record"+strconv.Itoa(i)) != "" {
				ids = append(ids, id)
			}
		}
	}
	client := r.PathValue("client")
	switch into := values.Get("into"); {
	case values.Get("judge") == "same" && into != "" && !slices.Contains(g.IDs, into):
		err = fault.New(fault.Invalid, "outside", "%s is none of these records. Say which of them remains.", into).At("into")
	case values.Get("judge") == "same":
		_, err = p.Ops.SaySame(r.Context(), actor(r), ops.SameInput{Client: client, Of: g.Of, IDs: ids, Into: into, Reason: values.Get("reason")})
	default:
		_, err = p.Ops.SayDifferent(r.Context(), actor(r), ops.DifferentInput{Client: client, Of: g.Of, IDs: ids, Reason: values.Get("reason")})
	}
	if web.Correctable(err) {
		return p.groupPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, duplicatesPath(r))
	return nil
}

func identityTable(r *http.Request, stated []ops.StatedIdentity) kit.TableView {
	v := kit.TableView{Caption: "What was stated, newest first", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Records"}, {Title: "Are"}, {Title: "Said by"}, {Title: "Take back", Hidden: true}},
		Empty: kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Nobody has said yet that records are the same or differ."})}
	for _, s := range stated[:min(len(stated), 100)] {
		words := "different"
		if s.Same {
			words = "the same: the second remains"
		}
		row := kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(s.IDs[0]+" and "+s.IDs[1]), kindWords[s.Of]), kit.TwoLines(kit.Text(words), s.Why), kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(s.No, 10), Href: importPath(r, s.No)}), kit.Text("")}}
		if may(r, access.EvidenceImport) {
			q := url.Values{"of": {string(s.Of)}, "one": {s.IDs[0]}, "other": {s.IDs[1]}}
			if s.Same {
				q.Set("same", "yes")
			}
			row.Cells[3] = kit.Anchor(kit.Link{Text: "Take back…", Href: base(r) + "/identity/undo?" + q.Encode()})
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// confirmUndo asks before a statement is taken back: of two records, or of an account.
func (p *Pages) confirmUndo(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if q.Get("one") == "" {
		return fault.New(fault.Invalid, "unstated", "The address does not say what is taken back. Choose it in the list of what was stated.")
	}
	if q.Get("account") == "" {
		stated, err := p.Ops.StatedIdentities(r.Context(), actor(r), r.PathValue("client"))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(stated, func(s ops.StatedIdentity) bool {
			return string(s.Of) == q.Get("of") && s.Same == (q.Get("same") != "") && s.IDs == [2]string{q.Get("one"), q.Get("other")}
		}) {
			return fault.New(fault.NotFound, "unstated", "Nobody has stated this of these records, or it was taken back already.")
		}
	}
	what := "You take back what was stated of " + strings.TrimSpace(q.Get("one")+" "+q.Get("other")) + "."
	return web.Render(w, r, kit.PageView{Title: "Take a statement back", Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Records that may be one", Href: duplicatesPath(r)})},
		kit.ConfirmPage(kit.ConfirmView{Action: r.URL.Path + "?" + r.URL.RawQuery, Button: "Take back", Danger: true, Cancel: duplicatesPath(r), What: what,
			Follows: []string{"It is an import of its own, under your name.", "Locked statements stay as they are; what it changes of them, the comparison tells."}}))
}

func (p *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	q, client := r.URL.Query(), r.PathValue("client")
	var err error
	back := duplicatesPath(r)
	switch {
	case q.Get("account") != "":
		in := ops.AccountInput{Client: client, Undo: true, Contact: q.Get("one")}
		if q.Get("account") == "domain" {
			in.Contact, in.Domain = "", q.Get("one")
		}
		back = base(r) + "/accounts"
		_, err = p.Ops.LinkAccount(r.Context(), actor(r), in)
	case q.Get("same") != "":
		_, err = p.Ops.SaySame(r.Context(), actor(r), ops.SameInput{Client: client, Of: crm.Kind(q.Get("of")), IDs: []string{q.Get("one")}, Undo: true})
	default:
		_, err = p.Ops.SayDifferent(r.Context(), actor(r), ops.DifferentInput{Client: client, Of: crm.Kind(q.Get("of")), IDs: []string{q.Get("one"), q.Get("other")}, Undo: true})
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, back)
	return nil
}
