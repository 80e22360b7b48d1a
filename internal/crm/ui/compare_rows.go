package ui

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// values writes canonical values for people.
type values struct{ zone *time.Location }

func (v values) of(r crm.Record, field string) string { return v.words(r, field, r.Get(field)) }

func (v values) words(r crm.Record, field, value string) string {
	return r.Words(field, value, v.zone)
}

// summary is what a record that is new or gone says, in a few words.
func (v values) summary(r crm.Record) string {
	var out []string
	if merged := r.MergeWords(); merged != "" {
		out = append(out, merged)
	}
	for _, f := range summaryFields[r.Kind] {
		if s := v.of(r, f); s != "" {
			out = append(out, s)
		}
	}
	if r.Kind == crm.KindDeal && r.Get("is_won") == "true" {
		out = append(out, "won")
	}
	return strings.Join(out, " · ")
}

var summaryFields = map[crm.Kind][]string{
	crm.KindCompany: {"name", "domain"}, crm.KindContact: {"name", "email"}, crm.KindDeal: {"name", "amount", "closed_on", "stage"},
	crm.KindDealContact: {"deal_id", "contact_id", "role"}, crm.KindTouch: {"at", "channel", "campaign", "provider"},
	crm.KindPayment: {"paid_on", "amount", "kind"}, crm.KindCarveOut: {"list", "company", "deal_id", "reason"},
	crm.KindTimeEntry: {"worked_on", "person", "minutes"}, crm.KindMetricReading: {"metric", "from", "through", "value"},
	crm.KindLead: {"delivered_at", "dedupe_key"}, crm.KindDelivery: {"milestone", "delivered_on"}, crm.KindSpend: {"spent_on", "vendor", "net", "gross"},
	crm.KindSLAMiss: {"missed_on", "target"}, crm.KindMerge: {"at", "by"}, crm.KindCompanyMerge: {"at", "by"}, crm.KindDealMerge: {"at", "by", "reason"}, crm.KindEdit: {"record_id", "field", "at", "by", "before", "after"},
	crm.KindAccountLink: {"contact_id", "domain", "company_id", "reason"}, crm.KindDifferent: {"of", "one_id", "other_id", "reason"},
}

// rowTable is one page of the records that differ.
func (c comparePage) rowTable() kit.TableView {
	v := kit.TableView{Caption: "Records that differ", Quiet: true, Cards: true, Pager: c.list.Pager(c.Total), Exports: c.exports(), Filters: c.list.Filters(c.filterFields()...),
		Columns: []kit.Column{{Title: "Record"}, {Title: "What"}, {Title: "Before"}, {Title: "After"}, {Title: "Touches"}, {Title: "Said by"}},
		Empty:   kit.Notice(kit.NoticeView{Level: kit.Info, Text: "No record that differs fits what is asked above."})}
	v.Filters.Clear = comparePath(c.r, c.From.No, c.To.No)
	names := map[string]string{}
	for _, t := range c.Touched {
		names[t.ID] = t.Name + " (" + t.State + ")"
	}
	for i, row := range c.Rows {
		before, after := c.sides(row)
		view := kit.Row{Cells: []templ.Component{c.record(row), fatePill(row.Fate), before, after, c.touches(row, names),
			kit.TwoLines(kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(row.No, 10), Href: importPath(c.r, row.No)}), "line "+count(row.Line))}}
		if len(row.Statements) > 0 {
			view.Tone = kit.Attend
		}
		if i == 0 {
			view.ID = "rows"
		}
		v.Rows = append(v.Rows, view)
	}
	return v
}

func (c comparePage) record(row ops.ComparedRow) templ.Component {
	kind := strings.TrimSuffix(kindWords[row.Kind], "s")
	if row.Kind == crm.KindCompany {
		kind = "Company"
	}
	if row.Kind != crm.KindDeal {
		return kit.TwoLines(kit.Text(row.ID), kind)
	}
	name := cmp.Or(row.Now.Get("name"), row.Old.Get("name"), row.ID)
	return kit.TwoLines(kit.Anchor(kit.Link{Text: name, Href: dealPath(c.r, row.ID, c.dealAsOf(row), c.Latest)}), kind+" "+row.ID)
}

// dealAsOf is the import as of which the deal of a row can be looked at: of one that is gone, the earlier.
func (c comparePage) dealAsOf(row ops.ComparedRow) int64 {
	if row.Fate == crm.Left {
		return c.From.No
	}
	return c.To.No
}

func (c comparePage) sides(row ops.ComparedRow) (before, after templ.Component) {
	switch row.Fate {
	case crm.Came:
		return kit.Quiet("not there"), kit.Text(c.values.summary(row.Now))
	case crm.Left:
		return kit.Text(c.values.summary(row.Old)), kit.Quiet("deleted")
	}
	var old, now []change
	for _, f := range row.Fields {
		old = append(old, change{field: titleWords(f.Field), value: c.values.of(row.Old, f.Field)})
		now = append(now, change{titleWords(f.Field), c.values.of(row.Now, f.Field), c.values.editor(row.Edits, f.Field)})
	}
	return fieldList(old, false), fieldList(now, true)
}

// change is one field of a record with what it says.
type change struct{ field, value, note string }

// editor says who changed a field, where the CRM's history tells.
func (v values) editor(edits map[string]crm.Edit, field string) string {
	e, told := edits[field]
	switch {
	case !told:
		return ""
	case e.By == "":
		return "in the CRM on " + e.At.In(v.zone).Format("2 Jan 2006 15:04")
	}
	return "in the CRM by " + e.By + " on " + e.At.In(v.zone).Format("2 Jan 2006 15:04")
}

// dealsNamed is how many deals of one row are named.
const dealsNamed = 3

func (c comparePage) touches(row ops.ComparedRow, names map[string]string) templ.Component {
	var out []kit.Link
	for _, id := range row.Statements {
		out = append(out, kit.Link{Text: names[id], Href: "/clients/" + url.PathEscape(c.in.Client) + "/statements/" + url.PathEscape(id) + "/later"})
	}
	if row.Kind != crm.KindDeal {
		for i, d := range row.Deals {
			if i == dealsNamed {
				out = append(out, kit.Link{Text: "and " + counted(int64(len(row.Deals)-i), "more deal")})
				break
			}
			out = append(out, kit.Link{Text: cmp.Or(d.Name, d.ID), Href: dealPath(c.r, d.ID, c.To.No, c.Latest)})
		}
	}
	if len(out) == 0 {
		return kit.Quiet("–")
	}
	return touchList(out)
}

func fatePill(f crm.Fate) templ.Component {
	switch f {
	case crm.Came:
		return kit.PillIn("new", kit.Active)
	case crm.Left:
		return kit.PillIn("gone", kit.Bad)
	}
	return kit.PillIn("changed", kit.Attend)
}

func (c comparePage) filterFields() []kit.Field {
	kinds := []kit.Option{{Text: "any"}}
	for _, k := range c.Kinds {
		kinds = append(kinds, kit.Option{Value: string(k.Kind), Text: kindWords[k.Kind]})
	}
	fates := []kit.Option{{Text: "any"}}
	for _, f := range crm.Fates() {
		fates = append(fates, kit.Option{Value: string(f), Text: string(f)})
	}
	fields := []kit.Option{{Text: "any"}}
	seen := map[string]bool{}
	for _, k := range c.Kinds {
		for _, f := range crm.Columns(k.Kind) {
			if k.Fields[f] > 0 && !seen[f] {
				seen[f] = true
				fields = append(fields, kit.Option{Value: f, Text: fieldWords(f)})
			}
		}
	}
	statements := []kit.Option{{Text: "any"}}
	for _, t := range c.Touched {
		statements = append(statements, kit.Option{Value: t.ID, Text: t.Name})
	}
	out := []kit.Field{{Name: "from", Kind: kit.Hidden}, {Name: "to", Kind: kit.Hidden}, {Name: "from_day", Kind: kit.Hidden}, {Name: "to_day", Kind: kit.Hidden},
		{Name: "q", Label: "Id", Kind: kit.Search}, {Name: "kind", Label: "Kind", Kind: kit.Select, Options: kinds},
		{Name: "fate", Label: "What", Kind: kit.Select, Options: fates}, {Name: "field", Label: "Field", Kind: kit.Select, Options: fields}}
	if len(c.Touched) > 0 {
		out = append(out, kit.Field{Name: "touching", Label: "Touches", Kind: kit.Select, Options: []kit.Option{{Text: "anything"}, {Value: "locked", Text: "a locked statement"}}},
			kit.Field{Name: "statement", Label: "Statement", Kind: kit.Select, Options: statements})
	}
	return out
}

func (c comparePage) exports() []kit.Link {
	_, query, _ := strings.Cut(c.with("page", ""), "?")
	return []kit.Link{{Text: "CSV", Href: base(c.r) + "/compare.csv?" + query}, {Text: "JSON", Href: base(c.r) + "/compare.json?" + query}}
}

// compareFile sends exactly the rows that fit the page's filters, all pages of them.
func (p *Pages) compareFile(format string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		in := p.compareInput(r, kit.ParseList(r))
		in.Offset, in.Limit = 0, 0
		if format == "costs" {
			in.Costs = ops.Costed
		}
		media := map[string]string{"csv": "text/csv; charset=utf-8", "costs": "text/csv; charset=utf-8", "json": "application/json"}[format]
		return p.Ops.WriteComparison(r.Context(), actor(r), in, format, func(name string) { web.Attach(w, name, media) }, w)
	}
}

func problemNotice(err error) templ.Component {
	var words []string
	for _, f := range fault.All(err) {
		words = append(words, kit.Sentence(f.Message))
	}
	return kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "That cannot be compared", Text: strings.Join(words, " ") + " Below is what the newest import changed."})
}

func fieldCountWords(fields map[string]int64) string {
	names := slices.SortedFunc(maps.Keys(fields), func(a, b string) int { return cmp.Or(cmp.Compare(fields[b], fields[a]), cmp.Compare(a, b)) })
	var out []string
	for _, f := range names {
		out = append(out, fieldWords(f)+" "+count(fields[f]))
	}
	return strings.Join(out, ", ")
}

// signed is an amount with its sign, also where it is more.
func signed(a money.Amount) string {
	text := strings.Replace(a.Format(), "-", "\u2212", 1)
	if a.Minor > 0 {
		return "+" + text
	}
	return text
}

// titleWords is a field's name as a heading: "closed_on" is "Closed on".
func titleWords(field string) string {
	s := fieldWords(field)
	return strings.ToUpper(s[:1]) + s[1:]
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }
