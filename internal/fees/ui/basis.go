package ui

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// reason is why a line is what it is, ready to be shown.
type reason struct {
	clause  string // in words
	basis   kit.BasisView
	journey *kit.JourneyView
	earning string // what of the journey earns, in a sentence
	folds   []fold // tables behind their headings
	notes   []string
}

// fold is a table that opens when asked for.
type fold struct {
	summary string
	table   kit.TableView
}

func (s sheet) why(l fees.Line) templ.Component {
	b := l.Basis
	v := reason{clause: b.Clause, notes: b.Notes, basis: kit.BasisView{Formula: typeset(fees.Percentages(b.Formula)), Rounding: b.Rounding}}
	if b.Version > 0 {
		v.basis.Clause = kit.Link{Text: l.Clause + ", version " + strconv.Itoa(b.Version) + " of the contract", Href: contractPath(s.Client, s.Contract)}
	}
	for _, in := range b.Inputs {
		v.basis.Inputs = append(v.basis.Inputs, kit.Definition{Term: inputName(l, in), Value: kit.Text(trueMinus(fees.Percentages(in.Value)))})
	}
	var rows []fees.Evident
	for _, e := range b.Evidence {
		if hasPage(e.Kind) {
			v.basis.Evidence = append(v.basis.Evidence, s.evident(l, e))
			continue
		}
		rows = append(rows, e)
	}
	if len(rows) > 0 {
		v.folds = append(v.folds, fold{"The evidence: " + countedAs(len(rows), "row", "rows"), s.evidenceTable(rows)})
	}
	if len(b.Touches) > 0 {
		s.journey(l, &v)
	}
	return whyBody(v)
}

// hasPage says whether rows of this kind of evidence can be looked at on a page of their own.
func hasPage(kind string) bool { return kind == "deal" || kind == "payment" || kind == "statement" }

// evidenceTable lists rows of evidence that have no page; there may be a thousand.
func (s sheet) evidenceTable(rows []fees.Evident) kit.TableView {
	v := kit.TableView{Caption: "Rows of evidence", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Row"}, {Title: "What it says"}}}
	for _, e := range rows {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{s.rowOf(e), kit.Text(e.Words)}})
	}
	return v
}

// rowOf names a row of evidence. A miss of a request, whose id is the request's name and the promise, leads to the request.
func (s sheet) rowOf(e fees.Evident) templ.Component {
	request, _, found := strings.Cut(e.ID, "/")
	number, isName := strings.CutPrefix(request, "R-")
	if _, err := strconv.Atoi(number); e.Kind != string(crm.KindSLAMiss) || !found || !isName || err != nil || !may(s.who, access.RequestSee, access.Of(s.Client), "") {
		return kit.Text(rowName(e))
	}
	return kit.Anchor(kit.Link{Text: rowName(e), Href: "/clients/" + url.PathEscape(s.Client) + "/work/" + request})
}

// inputName is the name of an input with a capital; a metric is written as the contract writes it.
func inputName(l fees.Line, in fees.Input) string {
	if l.Kind == fees.KindScorecard && strings.Contains(in.Name, ", weight ") {
		return in.Name
	}
	return sentence(in.Name)
}

// rowName is a row of evidence for people. What a reading is of stands in its words; its id repeats them.
func rowName(e fees.Evident) string {
	if e.Kind == string(crm.KindMetricReading) {
		return "Reading of a metric"
	}
	if e.Kind == string(crm.KindSLAMiss) {
		return "Missed promise " + e.ID
	}
	return sentence(strings.ReplaceAll(e.Kind, "_", " ")) + " " + e.ID
}

// evident is the link to a row of evidence.
func (s sheet) evident(l fees.Line, e fees.Evident) kit.Link {
	sees := may(s.who, access.DealSee, access.Of(s.Client), "")
	switch {
	case e.Kind == "deal" && sees:
		return kit.Link{Text: "Deal " + e.ID + ": " + e.Words, Href: dealPath(s.Client, e.ID)}
	case e.Kind == "payment" && sees:
		return kit.Link{Text: "Payment " + e.ID + ": " + trueMinus(e.Words), Href: dealPath(s.Client, l.Deal)}
	case e.Kind == "statement":
		return kit.Link{Text: "Statement of " + e.Words, Href: statementPath(s.Client, e.ID)}
	}
	return kit.Link{Text: e.Words, Href: s.path("")}
}

// sentence writes a name of the basis with a capital.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
