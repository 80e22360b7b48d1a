package ui

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// recordsPath is the list of the records of a kind.
func recordsPath(r *http.Request, k crm.Kind) string {
	if k == crm.KindDeal {
		return base(r) + "/deals"
	}
	return base(r) + "/records/" + string(k)
}

// momentOf is the moment that a list is asked for: a day wins over the import beside it; "" is now.
func momentOf(list kit.List) string { return cmp.Or(list.Filter("day"), list.Filter("as_of")) }

// showRecords lists the records of one kind as they were known at a moment.
func (p *Pages) showRecords(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	kind := crm.Kind(r.PathValue("kind"))
	in := ops.ListInput{Client: r.PathValue("client"), Kind: kind, AsOf: momentOf(list), Zone: p.zone(r), Text: list.Filter("q"), Offset: list.Offset(), Limit: list.PerPage}
	if list.Format() == "csv" {
		in.Offset, in.Limit = 0, 0
	}
	found, err := p.Ops.RowsAsOf(r.Context(), actor(r), in)
	if err != nil {
		return err
	}
	if list.Format() == "csv" {
		return sendRecords(w, kind, found)
	}
	imports, _, err := p.Ops.ImportList(r.Context(), actor(r), in.Client, 0, importsOffered)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: kindWords[kind], Room: Room, Crumbs: crumbs(r),
		Lede: "Every record as of import " + strconv.FormatInt(found.AsOf.No, 10) + ": exactly what was known then, those that the CRM deleted flagged."}
	if found.AsOf.No < found.Latest {
		view.State = kit.PillIn("as of import "+strconv.FormatInt(found.AsOf.No, 10), kit.Attend)
	}
	return web.Render(w, r, view, column(p.pastNotice(r, list, found.AsOf.No, found.Latest, imports), kit.Table(recordTable(r, list, kind, found, imports, values{p.zone(r)}))))
}

// pastNotice marks a list that shows the past, and leads to now; nil for a list of now.
func (p *Pages) pastNotice(r *http.Request, list kit.List, asOf, latest int64, imports []ops.Import) templ.Component {
	if asOf == latest {
		return nil
	}
	text := "Nothing had been imported yet."
	for _, i := range imports {
		if i.No == asOf {
			text = "It is what was known from " + i.AppliedAt.In(p.zone(r)).Format("2 Jan 2006 15:04") + " on, until the next import."
		}
	}
	text += " " + counted(latest-asOf, "import") + " came since; what is shown holds nothing of that."
	return kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "You look at the past: as of import " + strconv.FormatInt(asOf, 10), Text: text,
		Links: []kit.Link{{Text: "Show now, as of import " + strconv.FormatInt(latest, 10), Href: list.Path}, {Text: "What changed since", Href: comparePath(r, asOf, latest)}}})
}

// asOfFields choose the moment of a list.
func asOfFields(imports []ops.Import) []kit.Field {
	asOf := []kit.Option{{Value: "", Text: "now"}}
	for _, i := range imports {
		no := strconv.FormatInt(i.No, 10)
		asOf = append(asOf, kit.Option{Value: no, Text: "import " + no + ", " + i.AppliedAt.Format("2 Jan 2006") + ", " + i.Filename})
	}
	return []kit.Field{{Name: "as_of", Label: "As of", Kind: kit.Select, Options: asOf}, {Name: "day", Label: "or the end of the day", Kind: kit.Date}}
}

func recordTable(r *http.Request, list kit.List, k crm.Kind, found ops.Listing, imports []ops.Import, words values) kit.TableView {
	v := kit.TableView{Caption: kindWords[k], Quiet: true, Cards: true, Pager: list.Pager(found.Total), Exports: list.Exports()[:1],
		Filters: list.Filters(append([]kit.Field{{Name: "q", Label: "Find", Kind: kit.Search}}, asOfFields(imports)...)...),
		Columns: []kit.Column{{Title: "Record"}}, Empty: kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Nothing of this kind was known then that fits what is asked above."})}
	var shown []string
	for _, c := range crm.Columns(k) {
		says := func(row ops.ListedRow) bool { return row.Get(c) != "" && row.Get(c) != row.ID }
		if c != "deleted" && c != "currency" && slices.ContainsFunc(found.Rows, says) {
			shown = append(shown, c)
			v.Columns = append(v.Columns, kit.Column{Title: titleWords(c), Align: alignOf(c)})
		}
	}
	v.Columns = append(v.Columns, kit.Column{Title: "Said by"})
	for _, row := range found.Rows {
		view := kit.Row{Cells: []templ.Component{kit.OneLine(row.ID)}}
		if row.Get("deleted") == "true" {
			view.Tone, view.Cells[0] = kit.Inactive, kit.TwoLines(kit.OneLine(row.ID), "deleted in the CRM")
		}
		for _, c := range shown {
			view.Cells = append(view.Cells, recordCell(r, row, c, found, words))
		}
		view.Cells = append(view.Cells, kit.TwoLines(kit.Anchor(kit.Link{Text: "Import\u00a0" + strconv.FormatInt(row.No, 10), Href: importPath(r, row.No)}), "line\u00a0"+count(row.Line)))
		v.Rows = append(v.Rows, view)
	}
	return v
}

func recordCell(r *http.Request, row ops.ListedRow, c string, found ops.Listing, words values) templ.Component {
	text := words.of(row.Record, c)
	switch {
	case text == "":
		return kit.Quiet("–")
	case c == "deal_id":
		return kit.Anchor(kit.Link{Text: text, Href: dealPath(r, text, found.AsOf.No, found.Latest)})
	case crm.HoldsTime(c):
		if day := strings.SplitN(text, " ", 4); len(day) == 4 {
			return kit.TwoLines(kit.OneLine(strings.Join(day[:3], " ")), day[3])
		}
		return kit.OneLine(text)
	case crm.HoldsAmount(c):
		return kit.OneLine(text)
	}
	return kit.Text(text)
}

func alignOf(column string) kit.Align {
	if crm.HoldsAmount(column) || column == "minutes" {
		return kit.End
	}
	return kit.Start
}

// sendRecords is the plain file of what was known, which can be imported again.
func sendRecords(w http.ResponseWriter, k crm.Kind, found ops.Listing) error {
	records := make([]crm.Record, len(found.Rows))
	for i, row := range found.Rows {
		records[i] = row.Record
	}
	web.Attach(w, "import-"+strconv.FormatInt(found.AsOf.No, 10)+"-"+crm.FileName(k), "text/csv; charset=utf-8")
	return crm.WriteCSV(k, records, w)
}

// dealsAsOf is the import that the list of deals is asked for, 0 for the newest. Faults: Invalid; NotFound for a day before the first import.
func (p *Pages) dealsAsOf(r *http.Request, list kit.List) (int64, error) {
	day := list.Filter("day")
	if day == "" {
		text := list.Filter("as_of")
		if text == "" {
			return 0, nil
		}
		asOf, err := strconv.ParseInt(text, 10, 64)
		if err != nil || asOf < 1 {
			return 0, fault.New(fault.Invalid, "import", "%q is no number of an import. Choose one of the list, or leave it out for the newest.", text).At("as_of")
		}
		return asOf, nil
	}
	no, err := p.Ops.Moment(r.Context(), actor(r), r.PathValue("client"), day, p.zone(r))
	if err == nil && no == 0 {
		err = fault.New(fault.NotFound, "import", "Nothing had been imported by the end of %s.", day)
	}
	return no, err
}
