package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// comparePath is the address of the comparison of two imports.
func comparePath(r *http.Request, from, to int64) string {
	return base(r) + "/compare?from=" + strconv.FormatInt(from, 10) + "&to=" + strconv.FormatInt(to, 10)
}

// comparePage is what the comparison of two moments shows.
type comparePage struct {
	ops.Comparison
	r       *http.Request
	list    kit.List
	in      ops.CompareInput
	imports []ops.Import
	pinned  []ops.Resting // locked statements, the newest first
	values  values
	priced  bool // what the newest evidence would make of statements, and what the difference costs, was asked for
	costly  bool // it can be asked for
	problem error
}

func (p *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	list := kit.ParseList(r)
	page := comparePage{r: r, list: list, in: p.compareInput(r, list), values: values{p.zone(r)}, costly: p.Ops.MayCost(actor(r), r.PathValue("client"))}
	status := 0
	var err error
	if page.imports, _, err = p.Ops.ImportList(r.Context(), actor(r), page.in.Client, 0, importsOffered); err != nil {
		return err
	}
	if page.pinned, err = p.Ops.Pinned(r.Context(), actor(r), page.in.Client, 0); err != nil {
		return err
	}
	if page.in.From == "" && page.in.To == "" {
		page.in.From = page.dayBefore()
	}
	if page.Comparison, err = p.Ops.Compare(r.Context(), actor(r), page.in); web.Correctable(err) {
		status, page.problem = http.StatusUnprocessableEntity, err
		page.in.From, page.in.To, page.in.Filter = page.dayBefore(), "", ops.CompareFilter{}
		page.Comparison, err = p.Ops.Compare(r.Context(), actor(r), page.in)
	}
	if err != nil {
		return err
	}
	page.priced = page.costly && page.in.Costs > 0
	view := kit.PageView{Title: "What changed in the evidence", Room: Room, Crumbs: crumbs(r), Status: status,
		Lede: "Every record that is new, gone or says something else at the later of two moments. Both stay as they are; nothing is changed by looking."}
	if page.Latest == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No evidence yet", Text: "Import a file; each later import can be compared with those before.",
			Action: kit.Button(kit.ButtonView{Text: "Evidence", Kind: kit.Primary, Href: base(r)})}))
	}
	return web.Render(w, r, view, page.body())
}

// importsOffered is how many imports a choice lists.
const importsOffered = 200

// compareInput reads the address. A day that is given wins over the import beside it.
func (p *Pages) compareInput(r *http.Request, list kit.List) ops.CompareInput {
	in := ops.CompareInput{Client: r.PathValue("client"), From: list.Filter("from"), To: list.Filter("to"), Zone: p.zone(r), Offset: list.Offset(), Limit: list.PerPage,
		Filter: ops.CompareFilter{Kind: crm.Kind(list.Filter("kind")), Fate: crm.Fate(list.Filter("fate")), Field: list.Filter("field"), Text: list.Filter("q"),
			Touching: list.Filter("touching") == "locked", Statement: list.Filter("statement")}}
	if list.Filter("cost") != "" {
		in.Costs = ops.Costed
	}
	if day := list.Filter("from_day"); day != "" {
		in.From = day
	}
	if day := list.Filter("to_day"); day != "" {
		in.To = day
	}
	return in
}

func (c comparePage) body() templ.Component {
	parts := []templ.Component{}
	if c.problem != nil {
		parts = append(parts, problemNotice(c.problem))
	}
	parts = append(parts, kit.Tabs(c.questions()), moments(c.list.Path, c.momentFields()), kit.Quiet(c.words()))
	if c.Differing() == 0 {
		parts = append(parts, kit.Empty(kit.EmptyView{Title: "Nothing differs", Text: strings.TrimSpace("At both moments the evidence says exactly the same of every record that is known. " + c.absentWords())}))
		return column(parts...)
	}
	parts = append(parts, kit.Figures(c.figures()...), c.absentNotice())
	if len(c.Revenue)+len(c.Payments) > 0 || c.Unsure > 0 {
		parts = append(parts, part("What it moves of revenue", kit.Group(kit.Table(c.movementTable()),
			kit.Quiet("New: won now and not before. Changed: the new amount less the old. Gone: won before and not now. Other month: amounts of deals whose close date moved to another month, which is no part of the net."))))
	}
	parts = append(parts, c.costs()...)
	parts = append(parts, part("By kind", kit.Table(c.kindTable())), part("Record by record", kit.Table(c.rowTable())))
	return column(parts...)
}

// dayBefore is the last import of a day before that of the newest one: an export comes in several files. "" where all came on one day.
func (c comparePage) dayBefore() string {
	for _, i := range c.imports {
		if c.day(i) != c.day(c.imports[0]) {
			return strconv.FormatInt(i.No, 10)
		}
	}
	return ""
}

func (c comparePage) day(i ops.Import) string {
	return i.AppliedAt.In(c.values.zone).Format("2006-01-02")
}

// questions are the comparisons that are asked for most.
func (c comparePage) questions() []kit.Tab {
	var out []kit.Tab
	offer := func(text string, from int64) {
		to := c.Latest
		if from >= to || slices.ContainsFunc(out, func(t kit.Tab) bool { return t.Href == comparePath(c.r, from, to) }) {
			return
		}
		out = append(out, kit.Tab{Text: text, Href: comparePath(c.r, from, to), Current: c.From.No == from && c.To.No == to})
	}
	if day := c.dayBefore(); day != "" {
		no, _ := strconv.ParseInt(day, 10, 64)
		offer("The imports of "+c.imports[0].AppliedAt.In(c.values.zone).Format("2 Jan 2006"), no)
	}
	if len(c.pinned) > 0 {
		offer("Since the last locked statement", c.pinned[0].Import)
	}
	offer("The newest import alone", c.Latest-1)
	return out
}

// words say what is compared.
func (c comparePage) words() string {
	name := func(m ops.ImportMark) string {
		if m.No == 0 {
			return "nothing, as before the first import"
		}
		return "import " + strconv.FormatInt(m.No, 10) + " (" + m.Filename + ", " + m.AppliedAt.In(c.values.zone).Format("2 Jan 2006") + ")"
	}
	return "From " + name(c.From) + " to " + name(c.To) + "."
}

func (c comparePage) momentFields() []kit.Field {
	from, to := []kit.Option{}, []kit.Option{}
	for _, i := range c.imports {
		no := strconv.FormatInt(i.No, 10)
		o := kit.Option{Value: no, Text: "import " + no + ", " + i.AppliedAt.In(c.values.zone).Format("2 Jan 2006") + ", " + i.Filename}
		from, to = append(from, o), append(to, o)
	}
	from = append(from, kit.Option{Value: "0", Text: "before the first import"})
	fields := []kit.Field{
		{Name: "from", Label: "From", Kind: kit.Select, Options: offered(from, c.From.No), Value: strconv.FormatInt(c.From.No, 10)},
		{Name: "from_day", Label: "or the end of the day", Kind: kit.Date, Value: c.list.Filter("from_day"), Optional: true},
		{Name: "to", Label: "To", Kind: kit.Select, Options: offered(to, c.To.No), Value: strconv.FormatInt(c.To.No, 10)},
		{Name: "to_day", Label: "or the end of the day", Kind: kit.Date, Value: c.list.Filter("to_day"), Optional: true},
	}
	return kit.Input{Err: c.problem}.Fill(fields)
}

// offered are the options with the import that is shown among them.
func offered(options []kit.Option, no int64) []kit.Option {
	text := strconv.FormatInt(no, 10)
	for _, o := range options {
		if o.Value == text {
			return options
		}
	}
	return append(options, kit.Option{Value: text, Text: "import " + text})
}

func (c comparePage) figures() []kit.FigureView {
	var came, changed, gone int64
	for _, k := range c.Kinds {
		came, changed, gone = came+k.New, changed+k.Changed, gone+k.Gone
	}
	out := []kit.FigureView{{Label: "Records that differ", Value: count(c.Differing()), Note: count(came) + " new, " + count(changed) + " changed, " + count(gone) + " gone"}}
	for _, m := range c.Revenue {
		out = append(out, kit.FigureView{Label: "Won revenue", Value: signed(m.Net()), Unit: string(m.Net().Currency), Note: "the later evidence minus the earlier"})
	}
	for _, m := range c.Payments {
		out = append(out, kit.FigureView{Label: "Payments", Value: signed(m.Net()), Unit: string(m.Net().Currency), Note: "the later evidence minus the earlier"})
	}
	out = append(out, kit.FigureView{Label: "Deals touched", Value: count(int64(c.Deals))})
	locked, rows := 0, 0
	for _, t := range c.Touched {
		if t.Locked() && t.Rows > 0 {
			locked++
			rows += t.Rows
		}
	}
	f := kit.FigureView{Label: "Locked statements touched", Value: count(int64(locked)), Note: "none rests on a record that differs"}
	if locked > 0 {
		f.Tone, f.Note, f.Href = kit.Attend, "they stay as they are; see what it would cost", "#statements"
	}
	return append(out, f)
}

// absentWords tell of records that the later file does not mention, which is no deletion; "" where there are none.
func (c comparePage) absentWords() string {
	for _, i := range c.imports {
		if n := i.Tally.Absent(i.Kind); i.No == c.To.No && i.Kind != "" && n > 0 {
			return counted(n, "known record") + " of " + lower(kindWords[i.Kind]) + " " + isOrAre(n) + " not in the file of import " +
				strconv.FormatInt(i.No, 10) + " and " + isOrAre(n) + " not counted as gone: an export may be partial, and a record that a file does not mention stays as it was."
		}
	}
	return ""
}

func (c comparePage) absentNotice() templ.Component {
	if words := c.absentWords(); words != "" {
		return kit.Notice(kit.NoticeView{Level: kit.Info, Text: words})
	}
	return nil
}

func (c comparePage) movementTable() kit.TableView {
	v := kit.TableView{Caption: "Revenue that differs", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Of"},
		{Title: "New", Align: kit.End}, {Title: "Changed", Align: kit.End}, {Title: "Gone", Align: kit.End}, {Title: "Net", Align: kit.End}, {Title: "Other month", Align: kit.End}}}
	add := func(what string, list []crm.Movement, moves bool) {
		for _, m := range list {
			moved := kit.Quiet("–")
			if moves {
				moved = kit.Money(m.Moved)
			}
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(what), kit.Money(m.Came), kit.Money(m.Altered), kit.Money(m.Left.Neg()), kit.Money(m.Net()), moved}})
		}
	}
	add("Won deals", c.Revenue, true)
	add("Payments and refunds", c.Payments, false)
	if c.Unsure > 0 {
		v.Foot = append(v.Foot, kit.Row{Tone: kit.Attend, Cells: []templ.Component{kit.Text(counted(int64(c.Unsure), "won deal") + " without a known amount"), nil, nil, nil, kit.Unknown(""), nil}})
	}
	return v
}

// with is this address with one more thing asked for, from the first page on.
func (c comparePage) with(name, value string) string {
	q := url.Values{}
	for k, v := range c.list.Query {
		if k != "page" && k != "from_day" && k != "to_day" {
			q[k] = v
		}
	}
	q.Set("from", strconv.FormatInt(c.From.No, 10))
	q.Set("to", strconv.FormatInt(c.To.No, 10))
	q.Set(name, value)
	return c.list.Path + "?" + q.Encode()
}

func (c comparePage) kindTable() kit.TableView {
	v := kit.TableView{Caption: "What differs, by kind", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Kind"}, {Title: "New", Align: kit.End}, {Title: "Changed", Align: kit.End},
		{Title: "Gone", Align: kit.End}, {Title: "Fields that changed"}}}
	for _, k := range c.Kinds {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: kindWords[k.Kind], Href: c.with("kind", string(k.Kind)) + "#rows"}),
			number(k.New), number(k.Changed), number(k.Gone), kit.Text(fieldCountWords(k.Fields))}})
	}
	return v
}
