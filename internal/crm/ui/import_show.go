package ui

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) ofNumber(r *http.Request) (ops.Import, error) {
	n, err := numbered(r)
	if err != nil {
		return ops.Import{}, err
	}
	return p.Ops.ShowNo(r.Context(), actor(r), r.PathValue("client"), n)
}

func (p *Pages) showImport(w http.ResponseWriter, r *http.Request) error {
	i, err := p.ofNumber(r)
	if err != nil {
		return err
	}
	no := strconv.FormatInt(i.No, 10)
	view := kit.PageView{Title: "Import " + no, Eyebrow: contents(i.Mapping), Room: Room, Crumbs: crumbs(r), State: statePill(i)}
	if i.Kind == crm.KindDeal && may(r, access.DealSee) {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Deals it brought or changed", Href: base(r) + "/deals?as_of=" + no + "&changed=" + no}))
	}
	if i.Kind != "" && i.Tally.New+i.Tally.Changed > 0 {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "What it changed", Href: comparePath(r, i.No-1, i.No)}))
	}
	pinned, err := p.Ops.Pinned(r.Context(), actor(r), i.Client, i.No)
	if err != nil {
		return err
	}
	return web.Render(w, r, view, column(
		outcomeOf(i, importPath(r, i.No)+"/rejects.csv", values{p.zone(r)}),
		part("The file", kit.DefinitionList(append(p.fileFacts(r, i), keptFact(r, pinned))...)),
		part("How it was read", kit.DefinitionList(mappingFacts(r, i)...)),
	))
}

func (p *Pages) fileFacts(r *http.Request, i ops.Import) []kit.Definition {
	return []kit.Definition{
		def("Name", kit.TwoLines(kit.Anchor(kit.Link{Text: i.Filename, Href: importPath(r, i.No) + "/file"}), size(i.Bytes)+storedAs(i.Tally))),
		def("SHA-256", kit.Hash(i.SHA256)),
		def("Imported by", kit.Text(i.ActorName)),
		def("Uploaded", kit.MomentText(i.UploadedAt, p.zone(r))),
		def("Applied", kit.MomentText(i.AppliedAt, p.zone(r))),
	}
}

// keptFact says that the import is never deleted, and what rests on it.
func keptFact(r *http.Request, pinned []ops.Resting) kit.Definition {
	if len(pinned) == 0 {
		return def("Kept", kit.Text("for ever, as all imports are; no locked statement rests on it yet"))
	}
	first := pinned[len(pinned)-1]
	text := first.Name
	if more := len(pinned) - 1; more > 0 {
		text += " and " + counted(int64(more), "later one")
	}
	return def("Kept", kit.TwoLines(kit.Anchor(kit.Link{Text: "Pinned by the " + lower(text), Href: "/clients/" + url.PathEscape(r.PathValue("client")) + "/statements/" + url.PathEscape(first.ID)}),
		"locked on evidence that holds this import: neither its rows nor its file are ever deleted"))
}

// mappingFacts are the choices under which a file was read.
func mappingFacts(r *http.Request, i ops.Import) []kit.Definition {
	m := i.Mapping
	unstated := func(s string) templ.Component {
		if s == "" {
			return kit.Quiet("not stated")
		}
		return kit.Text(s)
	}
	decimal := map[byte]string{'.': "point", ',': "comma"}[m.Convention.Decimal]
	order := map[string]string{"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year in front"}[string(m.Convention.DateOrder)]
	zone := ""
	if m.Convention.Zone != nil {
		zone = m.Convention.Zone.String()
	}
	out := []kit.Definition{def("Read as", kit.Text(m.Object+", "+string(m.Profile)))}
	var pairs []string
	if o, ok := crm.ObjectOf(m.Profile, m.Object); ok {
		for _, f := range o.Fields {
			if h := m.Columns[f.Name]; h != "" && h != f.Name {
				pairs = append(pairs, fieldWords(f.Name)+" from "+h)
			}
		}
	}
	if len(pairs) > 0 {
		out = append(out, def("Columns", kit.Text(strings.Join(pairs, ", "))))
	}
	out = append(out, def("Decimal mark", unstated(decimal)), def("Dates", unstated(order)), def("Zone of times without one", unstated(zone)),
		def("Currency of amounts without one", unstated(string(m.DefaultCurrency))))
	if m.HomeCurrency != "" {
		out = append(out, def("Currency of converted amounts", kit.Text(string(m.HomeCurrency))))
	}
	for _, s := range []struct {
		term   string
		stages []string
	}{{"Stages that mean won", m.WonStages}, {"Stages that mean lost", m.LostStages}, {"Stages that are open", m.OpenStages}} {
		if len(s.stages) > 0 {
			out = append(out, def(s.term, kit.Text(strings.Join(s.stages, ", "))))
		}
	}
	if types := typeFacts(m); types != "" {
		out = append(out, def("Customer types", kit.Text(types)))
	}
	if len(m.Constants) > 0 {
		out = append(out, def("The same in every row", kit.Text(strings.ReplaceAll(constantLines(m), "\n", ", "))))
	}
	for _, s := range i.SideReads {
		out = append(out, def("Looked up in "+s.Object, kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(s.No, 10), Href: importPath(r, s.No)})))
	}
	return out
}

// typeFacts say what each customer type of the export was stated to mean.
func typeFacts(m crm.Mapping) string {
	var out []string
	for _, raw := range slices.Sorted(maps.Keys(m.CustomerTypes)) {
		if t := m.CustomerTypes[raw]; t != "" {
			out = append(out, raw+" = "+typeWords[t])
		}
	}
	return strings.Join(out, ", ")
}

func (p *Pages) importRejects(w http.ResponseWriter, r *http.Request) error {
	i, err := p.ofNumber(r)
	if err != nil {
		return err
	}
	return p.sendRejects(w, r, i)
}

// importFile is the file as it was uploaded.
func (p *Pages) importFile(w http.ResponseWriter, r *http.Request) error {
	i, err := p.ofNumber(r)
	if err != nil {
		return err
	}
	f, err := p.Ops.File(r.Context(), actor(r), i.Client, i.ID)
	if err != nil {
		return err
	}
	defer f.Close()
	web.Attach(w, i.Filename, "application/octet-stream")
	_, err = io.Copy(w, f)
	return err
}

// storedAs says whether the file is the one that came.
func storedAs(t ops.Tally) string {
	if t.Erased > 0 {
		return ", without people who were erased; the digest of the one that came stands in the record of changes"
	}
	return ", as it was uploaded"
}
