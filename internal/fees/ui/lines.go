package ui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// lines are the lines by clause with their totals, and the downloads of them.
func (s sheet) lines() templ.Component {
	doc := s.Document.Statement
	v := kit.StatementView{Caption: s.Name() + ", " + doc.Agency + " to " + doc.Client, Currency: string(doc.Currency), Groups: s.groups(), Totals: s.totals()}
	downloads := links([]kit.Link{{Text: "CSV", Href: s.path("/lines.csv")}, {Text: "XLSX", Href: s.path("/lines.xlsx")}, {Text: "JSON", Href: s.path("/statement.json")}})
	if len(doc.Lines) == 0 {
		return section("Lines", kit.Empty(kit.EmptyView{Title: "Nothing is charged for this period",
			Text: "No fee falls into it, and no deal or result of the period passed the steps of the contract. What was considered stands on this page with the reason."}), downloads)
	}
	return section("Lines", kit.Statement(v), downloads)
}

// group is a heading of the statement: one clause, or the disputes that were settled.
type group struct {
	clause   string
	released bool
}

func (s sheet) groups() []kit.StatementGroup {
	var out []kit.StatementGroup
	var last group
	var sum money.Amount
	count := 0
	finish := func() {
		if count > 1 {
			note := counted(count, "line") + ", together " + figures(sum)
			if g := &out[len(out)-1]; g.Note != "" {
				g.Note += "; " + note
			} else {
				g.Note = note
			}
		}
	}
	for i, l := range s.Document.Statement.Lines {
		g := group{l.Clause, l.Kind == fees.KindReleased}
		if i == 0 || g != last {
			finish()
			title, note := s.title(g)
			out = append(out, kit.StatementGroup{Title: title, Note: note})
			last, sum, count = g, money.New(0, s.Total.Currency), 0
		}
		sum, count = sum.Add(l.Amount), count+1
		out[len(out)-1].Lines = append(out[len(out)-1].Lines, s.line(i))
	}
	finish()
	return out
}

func (s sheet) title(g group) (title, note string) {
	if g.released {
		return "Settled disputes · " + g.clause, ""
	}
	for _, t := range s.Agreement.Versions {
		c, ok := t.Clause(g.clause)
		if !ok {
			continue
		}
		if _, share := c.(contract.RevenueShare); share {
			note = "quantity is the revenue credited to touches that earn"
		}
		return contract.KindName(c.Kind()) + " · " + g.clause, note
	}
	return g.clause, ""
}

func (s sheet) line(i int) kit.StatementLine {
	l := s.Document.Statement.Lines[i]
	note := s.note(i)
	if remark := l.Remark(); remark != "" {
		note = strings.TrimPrefix(note+". "+remark, ". ")
	}
	v := kit.StatementLine{
		ID: anchor(l.No), No: strconv.Itoa(l.No), Under: l.With != 0, Text: l.Text, Amount: figures(l.Amount), Note: note,
		Why: s.why(l), Talk: s.talk(i), Actions: s.review(l),
	}
	switch {
	case l.Kind == fees.KindDeal:
		v.Quantity, v.Rate = decimal(l.Quantity, l.Amount.Currency), l.RateText
	case l.Kind != fees.KindReleased && l.Basis.Limit == nil && l.Basis.Schedule == nil:
		v.Quantity, v.Rate = trueMinus(l.QuantityWords()), trueMinus(l.RateText)
	}
	if l.With == 0 && (s.State == fees.Submitted || s.State == fees.Locked) {
		v.State = string(s.Life.Lines[i].State)
	}
	return v
}

func anchor(line int) string { return "line-" + strconv.Itoa(line) }

// note says how the line came to its state.
func (s sheet) note(i int) string {
	l, life := s.Document.Statement.Lines[i], s.Life.Lines[i]
	if l.With != 0 || s.State != fees.Submitted && s.State != fees.Locked {
		return ""
	}
	on := life.Since.In(s.Terms.Zone).Format("2 Jan 2006")
	switch life.State {
	case fees.LineAccepted:
		return "accepted by " + life.By + ", " + on
	case fees.LineDeemed:
		return "nobody disputed it until " + s.WindowEnds.Words()
	case fees.LineConceded:
		return "given up by " + life.By + ", " + on + "; not owed"
	case fees.LineDisputed:
		if l.Amount.Minor < 0 {
			return "disputed; a credit to " + s.Document.Statement.Client + " is not held back"
		}
		return s.heldNote(l.No, life)
	case fees.LineReleased:
		return figures(money.New(life.Released, s.Total.Currency)) + " released; the next statement carries it"
	case fees.LineWaived:
		return "given up by " + life.By + ", " + on
	}
	return ""
}

func (s sheet) heldNote(no int, life fees.LineLife) string {
	if s.State != fees.Locked {
		return "held back until the dispute is settled"
	}
	note := "still held back: " + figures(money.New(life.Held, s.Total.Currency)) + s.beyond([]int{no}, life.Held)
	if life.Released != 0 {
		note += ", released: " + figures(money.New(life.Released, s.Total.Currency))
	}
	if life.Waived != 0 {
		note += ", given up: " + figures(money.New(life.Waived, s.Total.Currency))
	}
	return note
}

func (s sheet) totals() []kit.StatementTotal {
	if s.State != fees.Submitted && s.State != fees.Locked {
		return []kit.StatementTotal{{Text: "Total", Note: s.Period.Words(), Amount: figures(s.Total)}}
	}
	out := []kit.StatementTotal{{Text: "Total", Note: s.Period.Words(), Amount: figures(s.Total)}}
	less := func(text, note string, a money.Amount) {
		if a.Minor != 0 {
			out = append(out, kit.StatementTotal{Text: text, Note: note, Amount: figures(a.Neg())})
		}
	}
	less("Conceded", "given up by the agency", s.Split.Conceded)
	less("Held back by disputes", "not payable until they are settled", s.Split.Held)
	less("Released since the lock", "owed on the statement that carries it", s.Total.Sub(s.Split.Payable).Sub(s.Split.Held).Sub(s.Split.Conceded))
	payable := kit.StatementTotal{Text: "Payable now", Amount: figures(s.Split.Payable)}
	if s.State == fees.Submitted {
		payable.Text, payable.Note = "Undisputed", "payable once it is locked"
	}
	return append(out, payable)
}
