package pack

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// textWidth is the width of a statement in a terminal.
const textWidth = 96

// printer writes lines of text and keeps the first error in its buffer.
type printer struct{ *bufio.Writer }

func (p printer) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// wrapped writes a text broken at words, each line indented.
func (p printer) wrapped(indent, text string) { p.labelled(indent, indent, text) }

// labelled is wrapped with another beginning on the first line.
func (p printer) labelled(first, indent, text string) {
	line := first
	for _, word := range strings.Fields(text) {
		if utf8.RuneCountInString(line)+utf8.RuneCountInString(word) > textWidth && strings.TrimSpace(line) != strings.TrimSpace(indent) {
			p.line("%s", strings.TrimRight(line, " "))
			line = indent
		}
		line += word + " "
	}
	p.line("%s", strings.TrimRight(line, " "))
}

// ends writes a text at the left and one at the right end of the line.
func (p printer) ends(left, right string) {
	gap := textWidth - utf8.RuneCountInString(left) - utf8.RuneCountInString(right)
	if gap < 2 {
		p.line("%s", left)
		left, gap = "", textWidth-utf8.RuneCountInString(right)
	}
	p.line("%s%s%s", left, strings.Repeat(" ", gap), right)
}

func (p printer) rule() { p.line("%s", strings.Repeat("-", textWidth)) }

// WriteText writes a statement as plain text for a terminal or a mail: head, what a reader should know, lines with their formulas, the
// total, the deals that were not charged.
func WriteText(w io.Writer, d fees.Document) error {
	p := printer{bufio.NewWriter(w)}
	s := d.Statement
	p.line("STATEMENT OF %s", strings.ToUpper(s.Period.Words()))
	p.line("%s to %s", plain(s.Agency), plain(s.Client))
	p.line("contract %s, drafted %s, evidence: %s", s.Contract, s.AsOf.Words(), evidenceWords(s.Evidence))
	p.line("")
	p.issues(d.Issues)
	p.ends("LINE", "AMOUNT "+string(s.Currency))
	p.rule()
	for _, l := range s.Lines {
		p.statementLine(s, l)
	}
	if len(s.Lines) == 0 {
		p.line("Nothing is charged for this period.")
	}
	p.rule()
	p.ends("TOTAL", s.Total.Format())
	if len(s.Considered) > 0 {
		p.line("")
		p.line("LOOKED AT AND NOT CHARGED")
		for _, c := range s.Considered {
			name := plain(c.Name)
			if name == "" {
				name = plain(c.Deal)
			}
			p.labelled("  "+name+": ", "    ", plain(c.Words))
		}
	}
	return p.Flush()
}

func (p printer) issues(issues []fees.Issue) {
	if len(issues) == 0 {
		return
	}
	p.line("WHAT A READER SHOULD KNOW")
	for _, i := range issues {
		subject := ""
		if i.Subject != "" {
			subject = plain(i.Subject) + ": "
		}
		p.labelled("  "+strings.ToUpper(string(i.Severity))+"  ", "    ", subject+plain(i.Text))
	}
	p.line("")
}

func (p printer) statementLine(s fees.Statement, l fees.Line) {
	p.ends(fmt.Sprintf("%3d  %s", l.No, plain(l.Text)), l.Amount.Format())
	switch {
	case l.Basis.Limit != nil || l.Basis.Schedule != nil:
		p.wrapped("     ", plain(l.Basis.Formula))
	case l.Kind == fees.KindDeal:
		p.wrapped("     ", fmt.Sprintf("%s credited x %s   [%s, version %d]", figure(l.Quantity, s.Currency), l.RateText, l.Clause, l.Basis.Version))
	default:
		p.wrapped("     ", fmt.Sprintf("%s x %s   [%s, version %d]", l.QuantityWords(), l.RateText, l.Clause, l.Basis.Version))
	}
	if remark := l.Remark(); remark != "" {
		p.labelled("     note: ", "       ", remark)
	}
	for _, t := range l.Basis.Touches {
		p.touch(t, s.Currency)
	}
	for _, n := range l.Basis.Notes {
		p.labelled("     note: ", "       ", plain(n))
	}
}

func (p printer) touch(t fees.Credited, c money.Currency) {
	day, _, _ := strings.Cut(t.At, "T")
	what := plain(t.Channel)
	if t.Imported != "" {
		what += " (imported as " + plain(t.Imported) + ")"
	}
	if t.Campaign != "" {
		what += ", " + plain(t.Campaign)
	}
	switch {
	case t.Ignored != "":
		p.labelled("       "+day+"  ", "                   ", what+": no credit, "+plain(t.Ignored))
	case t.Earns:
		p.labelled("       "+day+"  ", "                   ", fmt.Sprintf("%s: %s = %s", what, t.Share, figure(t.Credit, c)))
	default:
		p.labelled("       "+day+"  ", "                   ", fmt.Sprintf("%s: %s = %s, does not earn", what, t.Share, figure(t.Credit, c)))
	}
}

// plain takes control characters out of what came from files: a name must not steer a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) || r == utf8.RuneError || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return ' '
		}
		return r
	}, text)
}

// WriteReport writes the result of a verification as plain text.
func WriteReport(w io.Writer, r Report) error {
	p := printer{bufio.NewWriter(w)}
	p.line("Statement of %s, contract %s", r.Period, plain(r.Contract))
	p.line("%s, revision %d", plain(r.Statement), r.Revision)
	if r.State != "" {
		p.line("state: %s", r.State)
		p.line("")
		p.line("  total      %s", r.Total.FormatWith())
		p.line("  %-10s %s", strings.ToLower(payableWord(fees.State(r.State))), r.Payable.FormatWith())
		p.line("  held       %s", r.Held.FormatWith())
	}
	p.line("  hash       %s", r.Hash)
	p.line("")
	for _, c := range r.Checked {
		p.labelled("checked  ", "         ", c)
	}
	for _, n := range r.Notes {
		p.labelled("note     ", "         ", n)
	}
	p.line("")
	if r.OK() {
		p.line("Nothing differs.")
		return p.Flush()
	}
	p.line("%s:", counted(len(r.Findings), "difference"))
	for _, f := range r.Findings {
		p.labelled("  - ", "    ", plain(f.Words))
	}
	return p.Flush()
}

// counted writes "1 difference", "2 differences".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
