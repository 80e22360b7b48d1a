package ui

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func accepting(st ops.Statement) (string, kit.ConfirmView) {
	open := st.OpenLines()
	sum := money.New(0, st.Total.Currency)
	for _, l := range st.Document.Statement.Lines {
		for _, no := range open {
			if l.No == no || l.With == no {
				sum = sum.Add(l.Amount)
			}
		}
	}
	v := kit.ConfirmView{
		What:  "You accept every line of the " + lowerFirst(st.Name()) + " that is still open.",
		Bound: []kit.Definition{bound(sentence(lineWord(len(open))), listed(open)), boundMoney("Their amount", sum)},
		Follows: []string{
			"An accepted line can no longer be disputed. What later evidence changes is shown.",
			"Disputed lines stay disputed and held back.",
		},
		Button: "Accept " + counted(len(open), "line"),
	}
	if disputed := (sheet{Statement: st}).inState(fees.LineDisputed); len(disputed) > 0 {
		v.Bound = append(v.Bound, bound("Not accepted", lineWord(len(disputed))+" "+listed(disputed)+", disputed"))
	}
	return "Accept the open lines?", v
}

func (p *Pages) showAcceptRest(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, accepting, kit.Input{})
}

func (p *Pages) acceptRest(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, accepting, func(st ops.Statement, v answers) (ops.Statement, error) {
		if err := v.moved(st); err != nil {
			return st, err
		}
		return p.Ops.Accept(r.Context(), actor(r), st.ID, st.OpenLines()...)
	}, func(ops.Statement) string { return "Accepted. The statement can be locked now." })
}

func locking(st ops.Statement) (string, kit.ConfirmView) {
	v := kit.ConfirmView{
		What: "You make the " + lowerFirst(st.Name()) + " final, for both sides.",
		Bound: []kit.Definition{
			{Term: "Hash", Value: kit.Hash(st.Hash)}, boundMoney("Total", st.Total), boundMoney("Payable", st.Split.Payable),
			boundMoney("Held back by disputes", st.Split.Held), boundMoney("Conceded", st.Split.Conceded), bound("Evidence", "as of import "+strconv.FormatInt(st.Import, 10)),
		},
		Follows: []string{
			st.Split.Payable.FormatWith() + " is payable.",
			"Nothing of it changes again: not its lines, not its evidence, not the contract texts that it was computed under. What later evidence says otherwise is shown with it.",
			"No deal or payment on it can be charged a second time, whatever the CRM says later.",
			"Its hash is the receipt. Whoever keeps it can verify the downloaded pack on their own machine.",
		},
		Button: "Lock",
	}
	if st.Split.Held.Minor != 0 {
		v.Follows = append(v.Follows, "The disputes go on. What "+reviewer(st)+" releases of "+st.Split.Held.FormatWith()+" is carried by the next statement.")
	}
	return "Lock the " + lowerFirst(st.Name()) + "?", v
}

// lockQuestion asks to lock with what evidence that is newer than the statement says otherwise.
func (p *Pages) lockQuestion(r *http.Request) (confirmation, error) {
	d, err := p.Ops.Difference(r.Context(), actor(r), r.PathValue("statement"))
	return func(st ops.Statement) (string, kit.ConfirmView) {
		title, v := locking(st)
		if st.State == fees.Submitted && d.To > d.From {
			v.Notices = append(v.Notices, newerEvidence(st, d))
		}
		return title, v
	}, err
}

// newerEvidence says what the imports since say otherwise, and what becomes of it once the statement is locked.
func newerEvidence(st ops.Statement, d ops.Difference) kit.NoticeView {
	v := kit.NoticeView{Level: kit.Info, Title: "There is newer evidence", Links: []kit.Link{{Text: "Later evidence, line by line", Href: statementPath(st.Client, st.ID) + "/later"}}}
	words := "This statement rests on import " + strconv.FormatInt(d.From, 10) + ". Since then came " + importsInWords(d, st.Terms.Zone) + ". "
	move := d.Now.Sub(d.Total)
	if move.IsZero() {
		words += "A draft on the newest would come to the same, " + d.Now.FormatWith() + "."
	} else {
		words += "A draft on the newest would come to " + d.Now.FormatWith() + " instead of " + d.Total.FormatWith() + ": " + change(move) + "."
	}
	if d.Held > 0 {
		words += " That is without " + counted(d.Held, "thing") + " held out for want of a fact."
	}
	if v.Text = words; move.IsZero() && len(d.Lines) == 0 {
		return v
	}
	v.Level = kit.Warning
	v.Text += " If you lock now, the statement stays as it is, and what differs comes as a correction on the next statement. To take it in now, let the agency withdraw the statement and draft it again."
	return v
}

// importsInWords names the imports since, the oldest of those that are named first.
func importsInWords(d ops.Difference, zone *time.Location) string {
	var names []string
	for _, m := range slices.Backward(d.Newer) {
		name := "import " + strconv.FormatInt(m.No, 10)
		if m.Filename != "" {
			name += " (" + m.Filename + ", " + m.AppliedAt.In(zone).Format("2 Jan 2006") + ")"
		}
		names = append(names, name)
	}
	words := strings.Join(names, ", ")
	if more := int(d.To-d.From) - len(d.Newer); more > 0 {
		words = counted(more, "import") + " and then " + words
	}
	return words
}

func (p *Pages) showLock(w http.ResponseWriter, r *http.Request) error {
	question, err := p.lockQuestion(r)
	if err != nil {
		return err
	}
	return p.ask(w, r, question, kit.Input{})
}

func (p *Pages) lock(w http.ResponseWriter, r *http.Request) error {
	question, err := p.lockQuestion(r)
	if err != nil {
		return err
	}
	return p.answer(w, r, question, func(st ops.Statement, v answers) (ops.Statement, error) {
		return p.Ops.Lock(r.Context(), actor(r), ops.LockInput{Statement: st.ID, Hash: v.hash, Seen: v.seen, Newest: v.newest})
	}, func(st ops.Statement) string { return "Locked. " + st.Split.Payable.FormatWith() + " is payable." })
}
