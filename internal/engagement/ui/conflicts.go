package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// ConflictsRoom of the navigation of the workspace.
const ConflictsRoom = "conflicts"

// ConflictsPath is the register of conflicts.
const ConflictsPath = "/conflicts"

const checksPath = ConflictsPath + "/checks"

func (p *Pages) conflictRoutes() []web.Route {
	return []web.Route{
		get(ConflictsPath, access.ConflictSee, p.showConflicts),
		get(ConflictsPath+"/new", access.ConflictCheck, p.showNewCheck),
		post(ConflictsPath+"/new", access.ConflictCheck, p.makeCheck),
		get(checksPath+"/{check}", access.ConflictSee, p.showCheck),
		post(checksPath+"/{check}/settle", access.ConflictCheck, p.settleCheck),
	}
}

func checkPath(id string) string { return checksPath + "/" + url.PathEscape(id) }

func outcomePill(o engagement.Outcome) templ.Component {
	tones := map[engagement.Outcome]kit.Tone{engagement.Clear: kit.Good, engagement.WallRequired: kit.Attend, engagement.WaiverRequired: kit.Attend, engagement.Blocked: kit.Bad}
	return kit.PillIn(o.Words(), tones[o])
}

// stateOf is the outcome, or what was decided.
func checkState(m engagement.Made) templ.Component {
	switch {
	case !m.SettledAt.IsZero():
		return kit.TwoLines(kit.Pill("settled"), m.SettledReason)
	case m.Outcome == engagement.Clear && len(m.Questions) > 0:
		return kit.PillIn("a question", kit.Attend)
	default:
		return outcomePill(m.Outcome)
	}
}

var kindWords = map[engagement.CheckKind]string{
	engagement.OfProspect: "prospect", engagement.OfClient: "client", engagement.OfSpecialist: "specialist", engagement.OfStaffing: "staffing",
}

func (p *Pages) showConflicts(w http.ResponseWriter, r *http.Request) error {
	list, err := p.Ops.Conflicts(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Conflicts", Room: ConflictsRoom,
		Lede:    "Who competes with whom, by what the contracts promise. Only people who cover all clients see this page.",
		Actions: []templ.Component{kit.Button(kit.ButtonView{Text: "Walls", Href: wallsPath}), kit.Button(kit.ButtonView{Text: "New check", Kind: kit.Primary, Href: ConflictsPath + "/new"})}}
	t := kit.TableView{Caption: "The newest check of each, the open ones first", Cards: true,
		Columns: []kit.Column{{Title: "Checked"}, {Title: "Result"}, {Title: "What is to do"}, {Title: "When"}},
		Empty: kit.Empty(kit.EmptyView{Title: "Nothing was checked yet",
			Text: "Check a prospect before you pitch. When a client, a contract, a specialist or a person comes, it is checked by itself, as soon as a contract says whom you do not serve."})}
	for _, m := range list {
		t.Rows = append(t.Rows, kit.Row{ID: m.ID, Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: m.Newcomer.Name, Href: checkPath(m.ID)}), kindWords[m.Kind]), checkState(m), kit.Text(orNothing(m.Next())),
			kit.TwoLines(kit.MomentText(m.At, time.UTC), "by "+m.ByName),
		}})
	}
	return web.Render(w, r, view, kit.Table(t))
}

func orNothing(text string) string {
	if text == "" {
		return "Nothing"
	}
	return text
}

func (p *Pages) showCheck(w http.ResponseWriter, r *http.Request) error {
	return p.checkPage(w, r, kit.Input{})
}

func (p *Pages) checkPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	m, same, err := p.Ops.Conflict(r.Context(), actor(r), r.PathValue("check"))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: m.Newcomer.Name, Eyebrow: "Check of a " + kindWords[m.Kind], Room: ConflictsRoom, State: checkState(m), Status: in.Status(),
		Crumbs: []kit.Link{{Text: "Conflicts", Href: ConflictsPath}}, Lede: checkLede(m)}
	if m.Kind == engagement.OfProspect || m.Kind == engagement.OfClient {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Check again", Href: ConflictsPath + "/new?from=" + url.QueryEscape(m.ID)}))
	}
	body := []templ.Component{kit.DefinitionList(checkFacts(m)...)}
	if len(m.Questions) > 0 {
		var issues []kit.IssueView
		for _, q := range m.Questions {
			issues = append(issues, kit.IssueView{Level: kit.Warning, Where: clauseWords(q.Clause), Text: q.Text})
		}
		body = append(body, conflictPart("To be answered", kit.Issues(issues)))
	}
	body = append(body, conflictPart("Overlaps", kit.Table(overlapTable(m))),
		lookedAt(fmt.Sprintf("What it looked at: %s, %s, %s, %s", counted(len(m.Looked.Promises), "promise"), counted(m.Looked.Accounts, "client"), counted(m.Looked.Waivers, "waiver"), counted(m.Looked.Walls, "wall")), inWords(m.Looked.Promises)))
	if len(same) > 1 {
		body = append(body, conflictPart("All checks of it", kit.Table(checksOfIt(same))))
	}
	if m.Open() && same[0].ID == m.ID {
		body = append(body, conflictPart("Settle it", kit.Form(kit.FormView{Action: checkPath(m.ID) + "/settle", Submit: "Settle", Tone: kit.Normal, Input: in, Fields: []kit.Field{
			{Name: "reason", Label: "What was decided, and why", Kind: kit.Area, Hint: "Such as: turned down; or: not the same company, by its register number. It lifts no promise."},
		}})))
	}
	return web.Render(w, r, view, kit.Group(body...))
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func checkLede(m engagement.Made) string {
	switch {
	case !m.SettledAt.IsZero():
		return "Settled by " + m.SettledByName + ": " + m.SettledReason
	case m.Open():
		return m.Next()
	case len(m.Lines) > 0:
		return "Nothing stands in the way, as long as what lifts the promises holds."
	default:
		return "No promise stands in the way."
	}
}

func checkFacts(m engagement.Made) []kit.Definition {
	a := m.Newcomer
	shared := "not known: counts as one team"
	if a.Shared != "" {
		shared = "the same " + a.Shared.Words()
	}
	served := "from " + a.Served.From.Words()
	if a.Served.To.Before(contract.Forever) {
		served += " until " + a.Served.Last().Words()
	}
	out := []kit.Definition{
		{Term: "Judged on", Value: kit.DateText(m.On)},
		{Term: "Categories", Value: inRow(a.Categories, "not told")},
		{Term: "Markets", Value: inRow(a.Markets, "any")},
		{Term: "Served", Value: kit.Text(served)},
		{Term: "Nearest to other accounts", Value: kit.Text(shared)},
	}
	if names := append(append([]string{}, a.Also...), a.Brands...); len(names) > 0 {
		out = append(out, kit.Definition{Term: "Other names and brands", Value: inRow(names, "")})
	}
	return out
}

func inRow(list []string, none string) templ.Component {
	if len(list) == 0 {
		return kit.Text(none)
	}
	return kit.Text(strings.Join(list, ", "))
}

var entryOfText = regexp.MustCompile(`non_competition\[(\d+)\]`)

// clauseWords is where a promise stands, for people: "growth, non-competition, entry 1" for the non_competition[0] of the text.
func clauseWords(clause string) string {
	return entryOfText.ReplaceAllStringFunc(clause, func(at string) string {
		n, _ := strconv.Atoi(entryOfText.FindStringSubmatch(at)[1])
		return "non-competition, entry " + strconv.Itoa(n+1)
	})
}

func inWords(clauses []string) []string {
	out := make([]string, len(clauses))
	for i, c := range clauses {
		out[i] = clauseWords(c)
	}
	return out
}

func overlapTable(m engagement.Made) kit.TableView {
	t := kit.TableView{Caption: "Promises whose scope overlaps, the worst first", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Promise to"}, {Title: "Overlap"}, {Title: "Result"}, {Title: "What clears it"}},
		Empty: kit.Text("No promise overlaps on category, market, unit and time, and nobody is named.")}
	for _, l := range m.Lines {
		whom := kit.TwoLines(kit.Text(l.Client), clauseWords(l.Clause))
		if l.Own {
			whom = threeLines(kit.Text(l.Client), clauseWords(l.Clause), "held against "+l.Against)
		}
		t.Rows = append(t.Rows, kit.Row{Cells: []templ.Component{whom, kit.Text(l.Words), outcomePill(l.Outcome), cureOf(m, l)}})
	}
	return t
}

// cure is what clears an overlap, with the way to it.
func cureOf(m engagement.Made, l engagement.OverlapLine) templ.Component {
	q := url.Values{}
	switch {
	case l.Outcome == engagement.WaiverRequired && (!l.Own || m.Newcomer.Client != ""):
		whose, whom := l.ClientID, m.Newcomer.Name
		if l.Own {
			whose, whom = m.Newcomer.Client, l.Against
		}
		q.Set("client", whose)
		q.Set("for", whom)
		q.Set("category", l.Category)
		return kit.Group(kit.Text(l.Cure+" "), kit.Anchor(kit.Link{Text: "Ask for a waiver", Href: ConflictsPath + "/waivers/new?" + q.Encode()}))
	case l.Outcome == engagement.WallRequired && m.Newcomer.Client != "":
		q.Set("one", l.ClientID)
		q.Set("other", m.Newcomer.Client)
		return kit.Group(kit.Text(l.Cure+" "), kit.Anchor(kit.Link{Text: "Build a wall", Href: wallsPath + "/new?" + q.Encode()}))
	default:
		return kit.Text(l.Cure)
	}
}

func checksOfIt(same []engagement.Made) kit.TableView {
	t := kit.TableView{Caption: "All checks of the same", Quiet: true, Columns: []kit.Column{{Title: "When"}, {Title: "Result"}, {Title: "By"}}}
	for _, m := range same {
		t.Rows = append(t.Rows, kit.Row{Cells: []templ.Component{
			kit.Group(kit.Anchor(kit.Link{Text: m.On.Words(), Href: checkPath(m.ID)})), checkState(m), kit.Text(m.ByName)}})
	}
	return t
}

func (p *Pages) settleCheck(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := r.PathValue("check")
	err = p.Ops.Settle(r.Context(), actor(r), id, values.Get("reason"))
	if web.Correctable(err) {
		return p.checkPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "It is settled. A later check of the same is open again.")
	web.Redirect(w, r, checkPath(id))
	return nil
}
