package pack

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// pageView is what the printed page shows.
type pageView struct {
	Title, Client, Agency, Contract, Currency, ID, Hash, State, Evidence, AsOf string
	Revision                                                                   int
	Total, Payable, PayableWord, Held, Conceded                                string
	Issues                                                                     []fees.Issue
	Lines                                                                      []lineView
	Considered                                                                 []fees.Considered
	Clauses                                                                    []clauseView
	Versions                                                                   []fees.Version
	Events                                                                     []happening
}

type lineView struct {
	fees.Line
	AmountText, State string
	Quantity          string
	Formula           string
	Journey           []touchView
	Said              []happening
}

type touchView struct {
	fees.Credited
	Day, CreditText string
}

// clauseView is a clause in words, once however many lines it has.
type clauseView struct {
	ID      string
	Version int
	Words   string
}

type happening struct {
	When, Who, What, Text string
}

// page is the statement to read and print, in a form (see pageVersion), without any reference outside itself.
func (p Pack) page(form int) ([]byte, error) {
	s, life := p.Document.Statement, p.life()
	split := p.split(life)
	v := pageView{
		Title: "Statement of " + s.Period.Words(), Client: s.Client, Agency: s.Agency, Contract: s.Contract, Currency: string(s.Currency),
		ID: p.ID, Revision: p.Revision, Hash: p.Hash, State: string(life.State), AsOf: s.AsOf.Words(), Evidence: evidenceWords(s.Evidence),
		Total: s.Total.Format(), Payable: split.Payable.Format(), PayableWord: payableWord(life.State), Held: split.Held.Format(), Conceded: split.Conceded.Format(),
		Issues: p.Document.Issues, Considered: s.Considered, Versions: s.Versions,
	}
	for i, l := range s.Lines {
		row := lineView{Line: l, AmountText: l.Amount.Format(), Quantity: figure(l.Quantity, s.Currency), Formula: typeset(l.Basis.Formula)}
		if form >= 2 {
			row.Quantity, row.Formula = quantity(l), typeset(fees.Percentages(l.Basis.Formula))
		}
		for _, t := range l.Basis.Touches {
			row.Journey = append(row.Journey, touchView{t, dayOf(t.At), figure(t.Credit, s.Currency)})
		}
		clause := clauseView{l.Clause, l.Basis.Version, l.Basis.Clause}
		if clause.Version > 0 && !slices.Contains(v.Clauses, clause) {
			v.Clauses = append(v.Clauses, clause)
		}
		if life.State != fees.Drafted {
			row.State = string(life.Lines[i].State)
		}
		for _, e := range life.Lines[i].Events {
			row.Said = append(row.Said, p.happened(e))
		}
		v.Lines = append(v.Lines, row)
	}
	for _, e := range p.Events {
		if e.Line == 0 {
			v.Events = append(v.Events, p.happened(e))
		}
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, v)
	return b.Bytes(), err
}

func (p Pack) happened(e fees.Event) happening {
	h := happening{When: e.At.In(p.Terms.Zone).Format("2 Jan 2006 15:04 MST"), Who: e.By, What: did[e.Kind], Text: e.Text}
	if e.Minor != 0 {
		h.What += " " + money.New(e.Minor, p.Document.Statement.Currency).Format()
	}
	return h
}

// did is what a person did, in the past tense.
var did = map[fees.EventKind]string{
	fees.Submit: "submitted it", fees.Withdraw: "withdrew it", fees.Lock: "locked it", fees.Accept: "accepted", fees.Dispute: "disputed",
	fees.Answer: "answered", fees.Concede: "gave it up", fees.Release: "accepted of what was held:", fees.Waive: "gave up of what was held:",
}

// typeset writes a formula with the signs that people know.
func typeset(formula string) string {
	return strings.NewReplacer(" x ", " × ", " - ", " − ", " -", " −").Replace(formula)
}

// dayOf is the day of a touch, as its instant says it.
func dayOf(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	return cal.DateOf(t, t.Location()).Words()
}

// quantity is that of a line without its unit: a fraction of a pool as a percentage beside it.
func quantity(l fees.Line) string {
	words, unit := l.QuantityWords(), " "+l.Unit
	if strings.Contains(l.Quantity, "/") && strings.HasSuffix(words, unit) {
		return strings.TrimSuffix(words, unit)
	}
	return figure(l.Quantity, l.Amount.Currency)
}

// figure shows a decimal quantity with its thousands apart; a fraction and what is no amount stay as they are.
func figure(text string, c money.Currency) string {
	a, err := money.ParseSum(text, c)
	if err != nil || a.String() != text {
		return text
	}
	return a.Format()
}

func evidenceWords(importNo int64) string {
	if importNo == 0 {
		return "files, without a server"
	}
	return fmt.Sprintf("as of import %d", importNo)
}
