package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func number(n int) string { return strconv.Itoa(n) }

// versionView is one version, ready to be read.
type versionView struct {
	version  contract.Version
	terms    contract.Terms
	state    string // in words, of today
	against  int    // the version it amends; 0: none
	changes  []contract.Change
	download string
	facts    []kit.Definition
}

func (v versionView) zone() *time.Location {
	if v.terms.Zone == nil {
		return time.UTC
	}
	return v.terms.Zone
}

// viewOf reads a version and compares it with the accepted one before it.
func viewOf(c ops.Contract, v contract.Version, now time.Time) (versionView, error) {
	terms, err := contract.ParseAccepted([]byte(v.Source))
	if err != nil {
		return versionView{}, fmt.Errorf("read version %d of the contract %s: %w", v.Number, c.ID, err)
	}
	out := versionView{version: v, terms: terms, download: VersionPath(c, v) + "/yaml"}
	out.state = stateWords(c, v, cal.DateOf(now, out.zone()))
	if before, ok := amended(c, v); ok {
		earlier, err := contract.ParseAccepted([]byte(before.Source))
		if err != nil {
			return versionView{}, fmt.Errorf("read version %d of the contract %s: %w", before.Number, c.ID, err)
		}
		out.against, out.changes = before.Number, contract.Compare(earlier, terms)
	}
	out.facts = out.standingFacts()
	return out, nil
}

// amended is the latest accepted version with a lower number.
func amended(c ops.Contract, v contract.Version) (contract.Version, bool) {
	for _, other := range slices.Backward(c.Accepted()) {
		if other.Number < v.Number {
			return other, true
		}
	}
	return contract.Version{}, false
}

// inForce is the accepted version that governs the day; else the first that will.
func inForce(c ops.Contract, today cal.Date) (contract.Version, bool) {
	accepted := c.Accepted()
	for _, v := range slices.Backward(accepted) {
		if !today.Before(v.Effective) {
			return v, true
		}
	}
	if len(accepted) > 0 {
		return accepted[0], true
	}
	return contract.Version{}, false
}

// stateWords is where a version stands on a day: proposed, withdrawn, or, once accepted, in force, to come or superseded.
func stateWords(c ops.Contract, v contract.Version, today cal.Date) string {
	if v.State() != contract.Accepted {
		return string(v.State())
	}
	current, _ := inForce(c, today)
	switch {
	case today.Before(v.Effective):
		return "accepted"
	case current.ID == v.ID:
		return "in force"
	default:
		return "superseded"
	}
}

func (v versionView) standingFacts() []kit.Definition {
	facts := []kit.Definition{
		{Term: "Effective", Value: kit.DateText(v.version.Effective)},
		{Term: "Proposed", Value: v.happened(v.version.ByName, v.version.At)},
	}
	for _, s := range []struct {
		side contract.Side
		name string
	}{{contract.AgencySide, v.terms.Agency}, {contract.ClientSide, v.terms.Client}} {
		fact := kit.Definition{Term: "Accepted for " + s.name, Value: kit.Quiet("not yet")}
		if a, ok := v.version.AcceptedBy(s.side); ok {
			fact.Value = side(a, v)
		} else if v.version.Withdrawal != nil {
			fact.Value = kit.Quiet("no")
		}
		facts = append(facts, fact)
	}
	if w := v.version.Withdrawal; w != nil {
		facts = append(facts, kit.Definition{Term: "Withdrawn", Value: v.happened(w.ByName, w.At)}, kit.Definition{Term: "Because", Value: kit.Text(w.Reason)})
	}
	return append(facts, kit.Definition{Term: "SHA-256 of the text", Value: kit.Hash(v.version.SHA256)})
}

func (v versionView) happened(who string, at time.Time) templ.Component {
	return kit.TwoLines(kit.Text(who), at.In(v.zone()).Format("2 Jan 2006, 15:04 MST"))
}

func changesTable(list []contract.Change, against int) kit.TableView {
	v := kit.TableView{Caption: "Choices that differ from version " + number(against), Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "What"}, {Title: "Version " + number(against)}, {Title: "This version"}}}
	for _, c := range list {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(c.Name), kit.Quiet(cmp.Or(c.Before, "not there")), kit.Text(cmp.Or(c.After, "gone"))}})
	}
	return v
}

// versionsTable lists every text that was ever proposed, the newest first.
func versionsTable(c ops.Contract, shown string, today cal.Date) kit.TableView {
	v := kit.TableView{Caption: "Versions of the contract", Quiet: true, Columns: []kit.Column{{Title: "Version"}, {Title: "State"}}}
	for _, version := range slices.Backward(c.Versions) {
		name := "Version " + number(version.Number)
		if version.Attempt > 1 {
			name += ", proposal " + number(version.Attempt)
		}
		row := kit.Row{ID: version.ID, Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: name, Href: VersionPath(c, version)}), "from "+version.Effective.Words()+" · "+version.SHA256[:8]),
			pill(stateWords(c, version, today)),
		}}
		if version.ID == shown {
			row.Tone = kit.Active
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func pill(state string) templ.Component {
	if state == string(contract.Proposed) {
		return kit.PillIn(state, kit.Active)
	}
	return kit.Pill(state)
}

// editorView is the editor of a draft.
type editorView struct {
	path     string
	revision string
	source   string
	check    checkView
	refused  *kit.NoticeView
}

// checkView is what the check says of a text.
type checkView struct {
	title    string
	problems []kit.IssueView
	open     []kit.IssueView // what it leaves open
	terms    contract.Terms
	readable bool
	against  int
	changes  []contract.Change
}

func checkViewOf(c ops.Contract, checked ops.Checked) checkView {
	v := checkView{terms: checked.Terms, readable: checked.Readable, changes: checked.Changes, title: "1 thing to mend before it can be proposed."}
	if n := len(checked.Problems); n > 1 {
		v.title = fmt.Sprintf("%d things to mend before it can be proposed.", n)
	}
	if accepted := c.Accepted(); len(accepted) > 0 {
		v.against = accepted[len(accepted)-1].Number
	}
	for _, f := range checked.Problems {
		issue := kit.IssueView{Level: kit.Warning, Where: where(f), Text: kit.Sentence(f.Message), Line: f.Line, Column: f.Column}
		if f.Line > 0 {
			issue.Href = "#L" + number(f.Line)
		}
		v.problems = append(v.problems, issue)
	}
	if checked.Readable {
		v.open = openIn(checked.Terms)
	}
	return v
}

func openIn(t contract.Terms) []kit.IssueView {
	var out []kit.IssueView
	for _, f := range contract.Lint(t) {
		level := kit.Info
		if f.Severity == contract.Warning {
			level = kit.Warning
		}
		out = append(out, kit.IssueView{Level: level, Where: f.Where(), Href: "#L" + number(f.Line), Text: f.Words(), Line: f.Line, Column: f.Column})
	}
	return out
}

func (v checkView) openTitle() string {
	if len(v.open) == 1 {
		return "1 thing that it leaves open"
	}
	return number(len(v.open)) + " things that it leaves open"
}

// where is the place in words: "Line 42, column 17: clause closed-won, rate".
func where(f *fault.Fault) string {
	var parts []string
	switch {
	case f.Line > 0 && f.Column > 0:
		parts = append(parts, fmt.Sprintf("Line %d, column %d", f.Line, f.Column))
	case f.Line > 0:
		parts = append(parts, fmt.Sprintf("Line %d", f.Line))
	}
	if in := f.Where(); in != "" {
		parts = append(parts, in)
	}
	return strings.Join(parts, ": ")
}
