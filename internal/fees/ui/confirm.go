package ui

import (
	"net/http"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// confirmation is a page that asks once, with what it is about to bind.
type confirmation func(st ops.Statement) (title string, v kit.ConfirmView)

// ask shows a confirmation, or what was wrong with the last answer.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, c confirmation, in kit.Input) error {
	st, err := p.read(r)
	if err != nil {
		return err
	}
	title, v := c(st)
	v.Action, v.Cancel, v.Input = r.URL.Path, statementPath(st.Client, st.ID), in
	v.Hidden = []kit.Field{{Name: "hash", Value: st.Hash}, {Name: "seen", Value: strconv.Itoa(len(st.Events))}, {Name: "newest", Value: strconv.FormatInt(st.Newest, 10)}}
	view := kit.PageView{Title: title, Room: Room, Narrow: true, Status: in.Status(), Eyebrow: st.Document.Statement.Agency + " to " + st.Document.Statement.Client,
		Crumbs: append(crumbs(st.Client), kit.Link{Text: st.Name(), Href: v.Cancel})}
	return web.Render(w, r, view, kit.ConfirmPage(v))
}

// answer takes the step that was asked for. A refusal asks again.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request, c confirmation, take func(st ops.Statement, v answers) (ops.Statement, error), done func(ops.Statement) string) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	st, err := p.read(r)
	if err != nil {
		return err
	}
	v := answers{hash: values.Get("hash"), text: values.Get("reason")}
	v.newest, _ = strconv.ParseInt(values.Get("newest"), 10, 64) // a lock alone compares it
	v.seen, err = strconv.Atoi(values.Get("seen"))
	if err != nil || v.hash == "" {
		err = fault.New(fault.Invalid, "not-shown", "Look at what is asked below and press the button again.")
	} else {
		st, err = take(st, v)
	}
	if web.Correctable(err) {
		return p.ask(w, r, c, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, done(st))
	web.Redirect(w, r, statementPath(st.Client, st.ID))
	return nil
}

// answers are what a confirmation sends: what was shown, and words.
type answers struct {
	hash   string
	seen   int
	newest int64
	text   string
}

// moved refuses a step on a statement to which something happened after it was shown.
func (v answers) moved(st ops.Statement) error {
	if st.Hash == v.hash && len(st.Events) == v.seen {
		return nil
	}
	if len(st.Events) == 0 {
		return fault.New(fault.Conflict, "seen", "This is not the statement that you were shown. Look at it again.")
	}
	last := st.Events[len(st.Events)-1]
	return fault.New(fault.Conflict, "seen", "Something happened since you looked: %s %s on %s. Look at what is asked now, and press the button again if it is still right.",
		last.By, did(last), last.At.In(st.Terms.Zone).Format("2 Jan 2006, 15:04 MST"))
}

func bound(term string, value string) kit.Definition {
	return kit.Definition{Term: term, Value: kit.Text(value)}
}

func boundMoney(term string, a money.Amount) kit.Definition {
	return kit.Definition{Term: term, Value: kit.Money(a)}
}

func (p *Pages) submitting(st ops.Statement) (string, kit.ConfirmView) {
	doc := st.Document.Statement
	ends := st.WindowEnds
	if ends.IsZero() {
		ends = st.Terms.Statements.Objection.Within.After(cal.DateOf(p.Ops.Now(), st.Terms.Zone), st.Terms.Calendar)
	}
	v := kit.ConfirmView{
		What: "You put the " + lowerFirst(st.Name()) + " before " + st.Reviewer() + ", exactly as it stands.",
		Bound: []kit.Definition{
			bound("Lines", strconv.Itoa(len(doc.Lines))), boundMoney("Total", st.Total),
			bound("Last day to object", ends.Words()+", "+st.Terms.ZoneName), bound("Evidence", "as of import "+strconv.FormatInt(st.Import, 10)),
			bound("Revision", strconv.Itoa(st.Revision)), {Term: "Hash", Value: kit.Hash(st.Hash)},
		},
		Follows: []string{
			"The people of " + st.Reviewer() + " can accept or dispute each line until " + ends.Words() + ": " + p.tells() + ".",
			whenSilent(st), "Until " + reviewer(st) + " has accepted a line you can withdraw it and draft again.",
		},
		Button: "Submit",
	}
	if n := problems(st.Document.Issues); n > 0 {
		v.Bound = append(v.Bound, bound("Held out", counted(n, "thing")+" for want of a fact: not charged here. When the CRM tells it, a draft made anew charges it, or after the lock the next statement, as a correction"))
	}
	return "Submit the " + lowerFirst(st.Name()) + "?", v
}

func problems(issues []fees.Issue) int {
	n := 0
	for _, i := range issues {
		if i.Severity == fees.Problem {
			n++
		}
	}
	return n
}

func whenSilent(st ops.Statement) string {
	if st.Terms.Statements.Objection.Silence == "accepted" {
		return "A line that nobody disputes by then is accepted, as the contract says."
	}
	return "A line that nobody disputes by then stays open, as the contract says."
}

func (p *Pages) showSubmit(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.submitting, kit.Input{})
}

func (p *Pages) submit(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.submitting, func(st ops.Statement, v answers) (ops.Statement, error) {
		return p.Ops.Submit(r.Context(), actor(r), ops.SubmitInput{Statement: st.ID, Hash: v.hash})
	}, func(st ops.Statement) string {
		return "Submitted. " + sentence(reviewer(st)) + " can accept or dispute lines until " + st.WindowEnds.Words() + "."
	})
}

func withdrawing(st ops.Statement) (string, kit.ConfirmView) {
	return "Withdraw the " + lowerFirst(st.Name()) + "?", kit.ConfirmView{
		What:    "You take revision " + strconv.Itoa(st.Revision) + " of the " + lowerFirst(st.Name()) + " back.",
		Bound:   []kit.Definition{boundMoney("Total", st.Total), bound("Lines", strconv.Itoa(len(st.Document.Statement.Lines))), {Term: "Hash", Value: kit.Hash(st.Hash)}},
		Follows: []string{"It is kept and shown as withdrawn; nothing of it is owed.", "You can draft the month again, as the next revision."},
		Fields:  []kit.Field{{Name: "reason", Label: "Reason", Kind: kit.Area, Optional: true, Hint: "The other side reads it when the statement was submitted already."}},
		Button:  "Withdraw", Danger: true,
	}
}

func (p *Pages) showWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, withdrawing, kit.Input{})
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, withdrawing, func(st ops.Statement, v answers) (ops.Statement, error) {
		return p.Ops.Withdraw(r.Context(), actor(r), st.ID, v.text)
	}, func(ops.Statement) string { return "Withdrawn. Draft the month again when it is right." })
}

// tells says how the client's people hear of a submitted statement.
func (p *Pages) tells() string {
	if p.NoMail {
		return "no mail is sent here, so tell them yourself"
	}
	return "they are told by mail"
}
