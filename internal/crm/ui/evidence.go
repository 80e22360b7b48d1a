package ui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showEvidence(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	list := kit.ParseList(r)
	imports, total, err := p.Ops.ImportList(r.Context(), actor(r), client, list.Offset(), list.PerPage)
	if err != nil {
		return err
	}
	pending, err := p.Ops.Pending(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Evidence", Room: Room,
		Lede: "What the client's CRM said, frozen import by import. Statements are computed on it."}
	var begin templ.Component
	if may(r, access.EvidenceImport) {
		begin = kit.Button(kit.ButtonView{Text: "Import a file", Kind: kit.Primary, Href: base(r) + "/import"})
	}
	pulls, err := p.pullsPart(r)
	if err != nil {
		return err
	}
	if total == 0 && len(pending) == 0 {
		return web.Render(w, r, view, column(kit.Empty(kit.EmptyView{
			Title: "No evidence yet",
			Text: "Upload exports of the client's CRM: companies, contacts, deals, touches, payments. Each file becomes a numbered import that never changes; " +
				"a later export shows what became of a deal, and no earlier statement is altered by it.",
			Action: begin, Sample: &kit.Link{Text: "Sample file: deals.csv", Href: base(r) + "/samples/deals.csv"},
		}), pulls, part("Sample files", links(sampleLinks(r)))))
	}
	if begin != nil {
		view.Actions = append(view.Actions, begin)
	}
	if total == 0 {
		return web.Render(w, r, view, column(pulls, p.pendingPart(r, pending), part("Sample files", links(sampleLinks(r)))))
	}
	view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Deals", Href: base(r) + "/deals"}), kit.Button(kit.ButtonView{Text: "What changed", Href: base(r) + "/compare"}),
		kit.Button(kit.ButtonView{Text: "Hygiene score", Href: base(r) + "/hygiene"}), kit.Button(kit.ButtonView{Text: "Models side by side", Href: base(r) + "/attribution"}),
		kit.Button(kit.ButtonView{Text: "Return on spend", Href: base(r) + "/returns"}))
	weighing := p.weighing(r)
	o, err := p.Ops.Overview(r.Context(), actor(r), client, 0, p.zone(r), weighing)
	if err != nil {
		return err
	}
	return web.Render(w, r, view, column(
		kit.Figures(evidenceFigures(r, o)...),
		pulls,
		p.pendingPart(r, pending),
		part("Hygiene", hygieneBody(r, o), weighedBy(weighing)),
		part("What there is", kit.Table(kindTable(r, o))),
		part("Imports", kit.Table(p.importTable(r, list, imports, int(total)))),
		part("Sample files", links(sampleLinks(r))),
	))
}

func evidenceFigures(r *http.Request, o ops.Overview) []kit.FigureView {
	blocking, warning := 0, 0
	for _, i := range o.Issues {
		switch i.Severity {
		case crm.Blocks:
			blocking++
		case crm.Warns:
			warning++
		}
	}
	block := kit.FigureView{Label: "Blocking a fee", Value: count(int64(blocking)), Unit: "records", Note: count(int64(warning)) + " more to look at", Href: "#hygiene-issues"}
	if blocking > 0 {
		block.Tone = kit.Bad
	}
	out := []kit.FigureView{{Label: "Newest import", Value: strconv.FormatInt(o.Latest, 10), Href: importPath(r, o.Latest)}}
	for _, k := range o.Kinds {
		switch k.Kind {
		case crm.KindDeal:
			out = append(out, kit.FigureView{Label: "Deals", Value: count(k.Count), Href: base(r) + "/deals"})
		case crm.KindTouch:
			out = append(out, kit.FigureView{Label: "Touches", Value: count(k.Count), Href: recordsPath(r, k.Kind)})
		}
	}
	return append(out, block)
}

func kindTable(r *http.Request, o ops.Overview) kit.TableView {
	v := kit.TableView{Caption: "Records by kind", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Kind"}, {Title: "Records", Align: kit.End}, {Title: "Newest import"}, {Title: "File"}, {Title: "By"}}}
	for _, k := range o.Kinds {
		row := kit.Row{Cells: []templ.Component{kit.Text(kindWords[k.Kind]), number(k.Count), kit.Quiet("none yet"), nil, nil}}
		if k.Count > 0 {
			row.Cells[0] = kit.Anchor(kit.Link{Text: kindWords[k.Kind], Href: recordsPath(r, k.Kind)})
		}
		if i := k.Import; i.No > 0 {
			row.Cells[2] = kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(i.No, 10), Href: importPath(r, i.No)})
			row.Cells[3], row.Cells[4] = kit.Text(i.Filename), kit.Text(i.ActorName)
		} else if k.Count > 0 {
			row.Cells[2] = kit.Quiet("came with others")
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func (p *Pages) importTable(r *http.Request, list kit.List, imports []ops.Import, total int) kit.TableView {
	v := kit.TableView{Caption: "Imports, newest first", Quiet: true, Cards: true, Pager: list.Pager(total), Columns: []kit.Column{
		{Title: "Import"}, {Title: "File"}, {Title: "New", Align: kit.End}, {Title: "Changed", Align: kit.End}, {Title: "Unchanged", Align: kit.End},
		{Title: "Rejected", Align: kit.End, Hint: "rows"}, {Title: "When"}}}
	for _, i := range imports {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(i.No, 10), Href: importPath(r, i.No)}), contents(i.Mapping)),
			kit.Text(i.Filename), number(i.Tally.New), number(i.Tally.Changed), number(i.Tally.Unchanged), number(i.Tally.Rejected),
			kit.TwoLines(kit.MomentText(i.AppliedAt, p.zone(r)), i.ActorName),
		}})
	}
	return v
}

// pendingPart is the uploads that are not applied yet; nil when there are none.
func (p *Pages) pendingPart(r *http.Request, pending []ops.Import) templ.Component {
	if len(pending) == 0 {
		return nil
	}
	v := kit.TableView{Caption: "Uploads that are not applied yet", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "File"}, {Title: "State"}, {Title: "Uploaded"}, {Title: "Discard", Hidden: true}}}
	for _, i := range pending {
		var discard templ.Component
		if discardable(r, i) {
			discard = kit.Anchor(kit.Link{Text: "Discard…", Href: discardPath(r, i)})
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: i.Filename, Href: stepPath(r, i.ID)}), size(i.Bytes)+" · "+contents(i.Mapping)),
			statePill(i), kit.TwoLines(kit.MomentText(i.UploadedAt, p.zone(r)), i.ActorName), discard,
		}, Below: pendingMessage(i)})
	}
	return part("On the way", kit.Table(v))
}

// pendingMessage is why the file is not imported; nil when nothing stands in the way.
func pendingMessage(i ops.Import) templ.Component {
	if i.Message == "" {
		return nil
	}
	return kit.Quiet(i.Message)
}

func statePill(i ops.Import) templ.Component {
	switch {
	case i.State == ops.Applying && i.Stalled:
		return kit.PillIn("interrupted", kit.Bad)
	case i.Message != "":
		return kit.PillIn("failed", kit.Bad)
	case i.State == ops.Applying, i.State == ops.Checking && !i.Stalled:
		return kit.PillIn("running", kit.Active)
	case i.State == ops.Checked:
		return kit.PillIn("checked", kit.Attend)
	case i.State == ops.Applied:
		return kit.PillIn("applied", kit.Settled)
	default:
		return kit.PillIn("uploaded", kit.Plain)
	}
}

// issueTitles say what a sort of issue is; what to do stands with each record.
var issueTitles = map[string]string{
	"deal-without-amount": "Deals without an amount", "deal-without-currency": "Amounts without a currency", "deal-outcome-unknown": "Deals of unknown outcome",
	"closed-without-date": "Closed deals without a close date", "closed-before-created": "Closed before they were created",
	"close-date-by-default": "Close date as HubSpot proposes it", "won-linked-through-account": "Won deals linked through the account only",
	"won-without-contacts": "Won deals without any contact", "contacts-of-unknown-deal": "Contacts of deals that are not here",
	"contact-of-no-deal": "Contacts of no deal", "touch-undated": "Touches without a date", "touch-without-channel": "Touches without a channel",
	"touch-of-unknown-contact": "Touches of contacts that are not here", "touch-after-close": "Touches after the close",
	"deal-without-creation": "Won deals without a day of creation", "customer-type-unknown": "Won deals of an unknown customer type",
	"deal-in-other-currency": "Won deals in another currency than the contract", "payment-in-other-currency": "Payments in another currency than the contract",
	"payment-of-unknown-deal": "Payments and refunds of deals that are not here", "refund-above-deal": "More given back than the deal brought in",
	"contacts-same-email": "Contacts with the same e-mail", "deals-alike": "Deals that look alike",
}

// issuesShown is how many records of one sort are listed on the page.
const issuesShown = 25

func weighedBy(w *crm.Weighing) templ.Component {
	if w == nil {
		return kit.Quiet("Usual weights: no contract is in force yet")
	}
	return kit.Quiet("Weighed by the contract in force")
}

func hygieneBody(r *http.Request, o ops.Overview) templ.Component {
	if len(o.Issues) == 0 {
		return kit.Notice(kit.NoticeView{Level: kit.Done, Text: "Nothing was found that would stand in the way of a fee."})
	}
	v := kit.TableView{Caption: "What was found in the evidence", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "What"}, {Title: "Weight"}, {Title: "Records", Align: kit.End}}}
	for _, severity := range []crm.Severity{crm.Blocks, crm.Warns, crm.Notes} {
		for _, group := range byCode(o.Issues, severity) {
			title := issueTitles[group[0].Code]
			if title == "" {
				title = kit.Sentence(strings.ReplaceAll(group[0].Code, "-", " "))
			}
			v.Rows = append(v.Rows, kit.Row{Tone: severityTone(severity), Below: why("Records", issueRecords(r, o, group)),
				Cells: []templ.Component{kit.Text(title), severityPill(severity), number(int64(len(group)))}})
		}
	}
	return kit.Table(v)
}

// byCode groups the issues of a severity; issues come ordered by code.
func byCode(issues []crm.Issue, severity crm.Severity) (groups [][]crm.Issue) {
	for _, i := range issues {
		if i.Severity != severity {
			continue
		}
		if n := len(groups); n > 0 && groups[n-1][0].Code == i.Code {
			groups[n-1] = append(groups[n-1], i)
			continue
		}
		groups = append(groups, []crm.Issue{i})
	}
	return groups
}

func issueRecords(r *http.Request, o ops.Overview, group []crm.Issue) templ.Component {
	var list []kit.IssueView
	for _, i := range group[:min(issuesShown, len(group))] {
		v := kit.IssueView{Level: severityLevel(i.Severity), Text: i.Text}
		if i.Kind == crm.KindDeal && len(i.IDs) == 1 && i.Code != "contacts-of-unknown-deal" {
			v.Where, v.Href = "Deal "+i.IDs[0], dealPath(r, i.IDs[0], o.AsOf, o.Latest)
		}
		list = append(list, v)
	}
	if more := len(group) - issuesShown; more > 0 {
		return kit.Group(kit.Issues(list), kit.Quiet("and "+count(int64(more))+" more"))
	}
	return kit.Issues(list)
}

func severityTone(s crm.Severity) kit.Tone {
	switch s {
	case crm.Blocks:
		return kit.Bad
	case crm.Warns:
		return kit.Attend
	}
	return kit.Plain
}

func severityPill(s crm.Severity) templ.Component {
	switch s {
	case crm.Blocks:
		return kit.PillIn("blocks a fee", kit.Bad)
	case crm.Warns:
		return kit.PillIn("look at it", kit.Attend)
	}
	return kit.PillIn("good to know", kit.Plain)
}

func severityLevel(s crm.Severity) kit.Level {
	switch s {
	case crm.Blocks:
		return kit.Problem
	case crm.Warns:
		return kit.Warning
	}
	return kit.Info
}
