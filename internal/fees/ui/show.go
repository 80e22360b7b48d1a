package ui

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// sheet is a statement as one person sees it.
type sheet struct {
	ops.Statement
	who     access.Actor
	newest  int64 // number of the newest import
	runs    bool  // its period is not over
	refused refusal
}

// refusal is a step on a line that was refused, to be shown at its form again. The zero refusal is none.
type refusal struct {
	line int
	verb string
	in   kit.Input
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.sheet(w, r, refusal{})
}

func (p *Pages) sheet(w http.ResponseWriter, r *http.Request, refused refusal) error {
	st, err := p.read(r)
	if err != nil {
		return err
	}
	newest, err := p.newestImport(r.Context(), st)
	if err != nil {
		return err
	}
	s := sheet{Statement: st, who: actor(r), newest: newest, refused: refused, runs: cal.DateOf(p.Ops.Now(), st.Terms.Zone).Before(st.Period.To)}
	doc := st.Document.Statement
	view := kit.PageView{
		Title: st.Name(), State: kit.Pill(s.stateWord()), Room: Room, Crumbs: crumbs(st.Client), Eyebrow: doc.Agency + " to " + doc.Client,
		Lede: s.lede(), Actions: s.actions(), Status: refused.in.Status(), Tabs: s.tabs(false),
	}
	return web.Render(w, r, view, kit.Group(s.notices(), kit.Figures(s.figures()...), s.receipt(), s.issues(), s.lines(), s.considered(), s.origin()))
}

func (s sheet) may(action access.Action, side access.OrgKind) bool {
	if side == access.Client {
		side = s.ReviewerSide()
	}
	return may(s.who, action, s.Scope(), side)
}

// ofEvidence is a link into the client's evidence, and words only for who may not go there.
func (s sheet) ofEvidence(l kit.Link) templ.Component {
	if !may(s.who, access.DealSee, access.Of(s.Client), "") {
		return kit.Text(l.Text)
	}
	return kit.Anchor(l)
}

// reviewer is who accepts or disputes the lines, in a sentence.
func reviewer(st ops.Statement) string {
	if st.Underpins() {
		return st.Reviewer()
	}
	return "the client"
}

func (s sheet) path(more string) string { return statementPath(s.Client, s.ID) + more }

func (s sheet) stateWord() string {
	if s.State == fees.Drafted && s.superseded() {
		return "superseded"
	}
	return string(s.State)
}

// superseded: a newer revision took the place of this one.
func (s sheet) superseded() bool {
	return len(s.Revisions) > 0 && s.Revisions[0].ID != s.ID
}

// lede says in one sentence where the statement stands.
func (s sheet) lede() string {
	switch {
	case s.State == fees.Drafted:
		if s.runs {
			return "A draft, revision " + strconv.Itoa(s.Revision) + ", of a month that still runs: to look at. Draft it again after " + s.Period.Last().Words() + " and submit that."
		}
		return "A draft, revision " + strconv.Itoa(s.Revision) + ". Nothing is owed yet: " + reviewer(s.Statement) + " reviews it after the agency has submitted it."
	case s.State == fees.Withdrawn:
		return s.Life.WithdrawnBy + " withdrew it. It is kept as it was, and nothing of it is owed."
	case s.State == fees.Submitted && s.WindowOpen:
		return s.Life.SubmittedBy + " submitted it. Each line can be accepted or disputed until " + s.WindowEnds.Words() + ", end of the day in " + s.Terms.ZoneName + ". " + s.silence()
	case s.State == fees.Submitted:
		return s.Life.SubmittedBy + " submitted it. The window for objections closed on " + s.WindowEnds.Words() + "; what is not disputed can be locked."
	}
	return "Locked by " + s.Life.LockedBy + ". It never changes again; what later evidence says otherwise is shown with it, and the next statement carries it."
}

func (s sheet) silence() string {
	if s.Terms.Statements.Objection.Silence == "accepted" {
		return "A line that nobody disputes by then is accepted, as the contract says."
	}
	return "A line that nobody disputes by then stays open, as the contract says."
}

// actions are the steps that this person can take now, the most likely one first in weight.
func (s sheet) actions() []templ.Component {
	var out []templ.Component
	add := func(text string, kind kit.ButtonKind, path string) {
		out = append(out, kit.Button(kit.ButtonView{Text: text, Kind: kind, Href: s.path(path)}))
	}
	if s.mayWithdraw() {
		add("Withdraw", kit.Normal, "/withdraw")
	}
	if s.may(access.PackDownload, "") && s.State != fees.Withdrawn {
		out = append(out, kit.Button(kit.ButtonView{Text: "Download pack", Href: s.path("/pack"), Download: true}))
	}
	switch {
	case s.State == fees.Drafted && !s.superseded() && !s.runs && s.may(access.StatementSubmit, access.Agency):
		add("Submit to "+reviewer(s.Statement), kit.Primary, "/submit")
	case len(s.OpenLines()) > 0 && s.may(access.StatementAccept, access.Client):
		add("Accept all open lines", kit.Primary, "/accept")
	case s.lockable() && s.may(access.StatementLock, ""):
		add("Lock", kit.Primary, "/lock")
	}
	return out
}

func (s sheet) can(kind fees.EventKind) bool {
	return s.Life.Check(s.Document.Statement, fees.Event{Kind: kind}) == nil
}

func (s sheet) lockable() bool { return s.can(fees.Lock) }

func (s sheet) mayWithdraw() bool {
	return s.can(fees.Withdraw) && !s.superseded() && s.may(access.StatementWithdraw, access.Agency)
}

func (s sheet) notices() templ.Component {
	var out []templ.Component
	if s.refused.in.Err != nil && !s.offers(s.refused.line, s.refused.verb) {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was changed", Text: sentences(s.refused.in.Err)}))
	}
	if s.superseded() {
		newest := s.Revisions[0]
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "This is not the newest revision",
			Text:  "Revision " + strconv.Itoa(newest.Revision) + " took its place.",
			Links: []kit.Link{{Text: "Open revision " + strconv.Itoa(newest.Revision), Href: statementPath(s.Client, newest.ID)}}}))
	}
	if s.Life.Overtaken && s.State != fees.Locked && s.State != fees.Withdrawn {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "Overtaken",
			Text: "A statement of another period was locked, or an amendment accepted, after this draft, and it changes what is charged here. It cannot be locked any more: it is to be withdrawn and drafted again."}))
	}
	if s.newest > s.Import && !s.superseded() && (s.State == fees.Drafted || s.State == fees.Submitted) {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Import " + strconv.FormatInt(s.newest, 10) + " is newer than the evidence of this statement, import " + strconv.FormatInt(s.Import, 10) + ".",
			Links: []kit.Link{{Text: "See what it would change", Href: s.path("/later")}}}))
	}
	return kit.Group(out...)
}

func (s sheet) figures() []kit.FigureView {
	unit := string(s.Total.Currency)
	out := []kit.FigureView{{Label: "Total", Value: figures(s.Total), Unit: unit, Period: s.Period.Words()}}
	if s.State == fees.Submitted || s.State == fees.Locked {
		payable := kit.FigureView{Label: "Payable now", Value: figures(s.Split.Payable), Unit: unit, Note: "the undisputed rest"}
		if s.Split.Payable == s.Total {
			payable.Note = "all of it"
		}
		if s.State == fees.Submitted {
			payable.Label, payable.Note = "Undisputed", "payable once it is locked"
		}
		held := kit.FigureView{Label: "Held back by disputes", Value: figures(s.Split.Held), Unit: unit}
		if n := s.inState(fees.LineDisputed); len(n) > 0 {
			held.Note, held.Tone = lineWord(len(n))+" "+listed(n)+s.beyond(n, s.Split.Held.Minor), kit.Bad
		}
		given := kit.FigureView{Label: "Conceded", Value: figures(s.Split.Conceded), Unit: unit}
		if n := append(s.inState(fees.LineConceded), s.inState(fees.LineWaived)...); len(n) > 0 {
			given.Note = lineWord(len(n)) + " " + listed(n)
		}
		out = append(out, payable, held, given)
	}
	return append(out, s.window())
}

func (s sheet) window() kit.FigureView {
	v := kit.FigureView{Label: "Objections until", Period: "end of the day, " + s.Terms.ZoneName}
	switch {
	case s.WindowEnds.IsZero():
		v.Value, v.Period = s.Terms.Statements.Objection.Within.String(), "from the day it is submitted"
		v.Label = "Window for objections"
	case s.WindowOpen:
		v.Value, v.Note, v.Tone = s.WindowEnds.Words(), "open", kit.Active
	default:
		v.Value, v.Note = s.WindowEnds.Words(), "closed"
		if s.State == fees.Locked && !s.Life.LockedAt.After(s.WindowEnds.AddDays(1).Start(s.Terms.Zone)) {
			v.Note = "all answered before"
		}
	}
	return v
}

// inState are the numbers of the lines in a state, limits of a deal left out.
func (s sheet) inState(state fees.LineState) []int {
	var out []int
	for i, l := range s.Document.Statement.Lines {
		if l.With == 0 && s.Life.Lines[i].State == state {
			out = append(out, l.No)
		}
	}
	return out
}

// beyond says that disputes hold back more or less than their lines and the limits of these charge: what the tiers, baselines and limits of
// other lines come to depends on them. It says nothing once a part of them is settled.
func (s sheet) beyond(disputed []int, held int64) string {
	own := int64(0)
	for i, l := range s.Document.Statement.Lines {
		no := l.No
		if l.With != 0 {
			no = l.With
		}
		if !slices.Contains(disputed, no) {
			continue
		}
		if life := s.Life.Lines[i]; life.Released != 0 || life.Waived != 0 {
			return ""
		}
		own += l.Amount.Minor
	}
	if own == held {
		return ""
	}
	return ", with what hangs on " + map[bool]string{true: "it", false: "them"}[len(disputed) == 1] + " in other lines"
}

func lineWord(n int) string {
	if n == 1 {
		return "line"
	}
	return "lines"
}

// issues are what a reader should know, what holds money out first.
func (s sheet) issues() templ.Component {
	if len(s.Document.Issues) == 0 {
		return templ.NopComponent
	}
	var out []kit.IssueView
	held := 0
	for _, severity := range []fees.Severity{fees.Problem, fees.Warning, fees.Info} {
		for _, i := range s.Document.Issues {
			if i.Severity != severity {
				continue
			}
			if severity == fees.Problem {
				held++
			}
			out = append(out, s.issue(i))
		}
	}
	title := "What to know"
	if held > 0 {
		title = counted(held, "thing") + " held out of this statement: money may be owed, but a fact is missing"
		if s.State == fees.Locked {
			title = counted(held, "thing") + " held out of this statement: the next one charges what the CRM has told since, as a correction"
		}
	}
	return section(title, kit.Issues(out))
}

func (s sheet) issue(i fees.Issue) kit.IssueView {
	v := issueOf(i, s.Client, contractPath(s.Client, s.Contract))
	if strings.HasPrefix(i.Subject, "deal ") && !may(s.who, access.DealSee, access.Of(s.Client), "") {
		v.Href = ""
	}
	return v
}

// issueOf is a question of a draft, with a link to the deal or the contract that it is about.
func issueOf(i fees.Issue, client, contract string) kit.IssueView {
	v := kit.IssueView{Level: kit.Level(i.Severity), Where: i.Subject, Text: i.Text}
	if deal, ok := strings.CutPrefix(i.Subject, "deal "); ok {
		v.Where, v.Href = "Deal "+deal, dealPath(client, deal)
	} else if clause, ok := strings.CutPrefix(i.Subject, "clause "); ok {
		v.Where, v.Href = "Clause "+clause, contract
	}
	return v
}

// considered are the deals of the period that are not charged.
func (s sheet) considered() templ.Component {
	all := s.Document.Statement.Considered
	if len(all) == 0 {
		return templ.NopComponent
	}
	v := kit.TableView{Caption: "Deals that were considered and not charged", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Deal"}, {Title: "Why it is not charged"}, {Title: "Clause"}}}
	for _, c := range all {
		name := c.Name
		if name == "" {
			name = c.Deal
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.TwoLines(s.ofEvidence(kit.Link{Text: name, Href: dealPath(s.Client, c.Deal)}), c.Deal), kit.Text(c.Words), kit.Text(c.Clause),
		}})
	}
	return section("Considered and not charged: "+counted(len(all), "deal"), kit.Table(v))
}
