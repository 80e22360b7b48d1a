package ui

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func importLink(client string, number int64) templ.Component {
	return kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(number, 10), Href: importPath(client, number)})
}

// origin is what the statement was made from, its revisions, and what happened to it.
func (s sheet) origin() templ.Component {
	return kit.Group(section("Made from", kit.DefinitionList(s.facts()...)), s.revisions(), section("What happened", kit.Timeline(s.happenings())))
}

func (s sheet) facts() []kit.Definition {
	out := []kit.Definition{}
	for _, v := range s.Document.Statement.Versions {
		out = append(out, kit.Definition{Term: "Contract, version " + strconv.Itoa(v.Number),
			Value: kit.TwoLines(kit.Anchor(kit.Link{Text: "effective " + v.Effective.Words(), Href: contractPath(s.Client, s.Contract)}), "text "+v.SHA256[:min(12, len(v.SHA256))]+"…")})
	}
	evidence := kit.Text("no import yet")
	if s.Import > 0 {
		evidence = s.ofEvidence(kit.Link{Text: "Import " + strconv.FormatInt(s.Import, 10), Href: importPath(s.Client, s.Import)})
	}
	if s.newest > s.Import {
		evidence = kit.TwoLines(evidence, "import "+strconv.FormatInt(s.newest, 10)+" is the newest now")
	}
	return append(out,
		kit.Definition{Term: "Evidence as of", Value: evidence},
		kit.Definition{Term: "Drafted", Value: kit.TwoLines(kit.MomentText(s.DraftedAt, s.Terms.Zone), "by "+s.DraftedBy+", revision "+strconv.Itoa(s.Revision))},
		kit.Definition{Term: "Hash", Value: kit.Hash(s.Hash)},
	)
}

func (s sheet) revisions() templ.Component {
	if len(s.Revisions) < 2 {
		return templ.NopComponent
	}
	v := kit.TableView{Caption: "Revisions of " + s.Period.Words(), Quiet: true, Columns: []kit.Column{
		{Title: "Revision"}, {Title: "State"}, {Title: "Total", Align: kit.End}, {Title: "Import", Align: kit.End}, {Title: "Drafted"}}}
	for _, each := range s.Revisions {
		name := kit.Anchor(kit.Link{Text: "Revision " + strconv.Itoa(each.Revision), Href: statementPath(s.Client, each.ID)})
		if each.ID == s.ID {
			name = kit.Text("Revision " + strconv.Itoa(each.Revision) + ", this one")
		}
		state := string(each.State)
		if each.Superseded && each.State == fees.Drafted {
			state = "superseded"
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{name, kit.Pill(state), kit.Money(each.Total), kit.Text(strconv.FormatInt(each.Import, 10)),
			kit.TwoLines(kit.MomentText(each.DraftedAt, s.Terms.Zone), each.DraftedBy)}})
	}
	return section("Revisions", kit.Table(v))
}

// happenings are the events, newest first, down to the draft.
func (s sheet) happenings() []kit.Happening {
	var out []kit.Happening
	for i := len(s.Events) - 1; i >= 0; i-- {
		e := s.Events[i]
		h := kit.Happening{When: kit.MomentText(e.At, s.Terms.Zone), Who: e.By, Did: did(e), Note: e.Text}
		if e.Minor != 0 {
			h.What = s.amount(e.Minor).FormatWith()
		}
		out = append(out, h)
	}
	return append(out, kit.Happening{When: kit.MomentText(s.DraftedAt, s.Terms.Zone), Who: s.DraftedBy, Did: "drafted revision " + strconv.Itoa(s.Revision)})
}
