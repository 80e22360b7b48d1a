package app

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// write prints what was found for people: problems, then what is left open, then what each choice is worth.
func (c checkedContract) write(out io.Writer, byMonth bool) error {
	warnings, notes := 0, 0
	for _, f := range c.Files {
		for _, problem := range f.faults {
			fmt.Fprintf(out, "%s: %s\n", f.File, problem.Error())
		}
		if len(f.faults) > 0 {
			continue
		}
		fmt.Fprintf(out, "%s: version %d of %s reads well; in force from %s\n", f.File, f.Version, f.Contract, f.Effective)
		for _, found := range f.Findings {
			if found.Severity == contract.Warning {
				warnings++
			} else {
				notes++
			}
			clause := ""
			if found.Clause != "" {
				clause = found.Clause + ": "
			}
			fmt.Fprintf(out, "%s: line %d, column %d: %s: %s%s\n    write: %s\n", f.File, found.Line, found.Column, found.Severity, clause, found.Text, found.Write)
		}
	}
	for _, problem := range c.faults {
		fmt.Fprintf(out, "together: %s\n", problem.Error())
	}
	if n := c.problems(); n > 0 {
		fmt.Fprintf(out, "%s to mend\n", counted(n, "problem"))
	}
	if warnings+notes > 0 {
		fmt.Fprintf(out, "left open: %s, %s; none of them keeps the contract from being signed\n", counted(warnings, "warning"), counted(notes, "note"))
	}
	for _, p := range c.unread {
		fmt.Fprintf(out, "%s\n", p)
	}
	if c.Prices == nil {
		return nil
	}
	return c.writePrices(out, byMonth)
}

func (c checkedContract) writePrices(out io.Writer, byMonth bool) error {
	p := c.Prices
	fmt.Fprintf(out, "\nWhat each choice is worth, %s to %s\n", p.Months[0], p.Months[len(p.Months)-1])
	if !c.AsIfFrom.IsZero() {
		fmt.Fprintf(out, "The contract does not run in these months; it is priced as if it had begun on %s.\n", c.AsIfFrom.Words())
	}
	fmt.Fprintf(out, "As written: %s, %s held out\n\n", p.Written.Total.FormatWith(), counted(p.Written.Held, "question"))
	for _, n := range p.Needs {
		fmt.Fprintf(out, "Unknown on this history, and not as the totals count it: %s\n", n.Words())
	}
	if len(p.Needs) > 0 {
		fmt.Fprintln(out)
	}
	rows := [][5]string{{"choice", "written", "other reading", "difference", "held out"}}
	var still []string
	for _, choice := range p.Choices {
		if !p.Moves(choice) {
			still = append(still, choice.Name)
			continue
		}
		name, written := choice.Name, choice.Written
		for _, r := range choice.Readings {
			rows = append(rows, [5]string{name, written, r.Other, differs(r), heldMore(r.Held - p.Written.Held)})
			name, written = "", ""
			if byMonth && len(r.Needs) == 0 {
				rows = append(rows, monthRows(*p, r)...)
			}
		}
	}
	writeRows(out, rows)
	if len(still) > 0 {
		fmt.Fprintf(out, "\nNothing on this history hangs on: %s.\n", strings.Join(still, "; "))
	}
	return nil
}

// differs is the difference of a reading, or what the history lacks to tell it.
func differs(r fees.ReadingPrice) string {
	if len(r.Needs) > 0 {
		return "needs " + strings.Join(r.Needs, ", ")
	}
	return signed(r.Difference)
}

// monthRows are the months in which a reading differs.
func monthRows(p fees.Prices, r fees.ReadingPrice) [][5]string {
	var out [][5]string
	for i, total := range r.Totals {
		if written := p.Written.Totals[i]; total != written {
			out = append(out, [5]string{"  in " + p.Months[i].String(), written.Format(), total.Format(), signed(total.Sub(written)), ""})
		}
	}
	return out
}

// writeRows puts texts to the left and numbers to the right.
func writeRows(out io.Writer, rows [][5]string) {
	var wide [5]int
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		line := fmt.Sprintf("%-*s  %-*s  %-*s  %*s  %*s", wide[0], r[0], wide[1], r[1], wide[2], r[2], wide[3], r[3], wide[4], r[4])
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

func signed(a money.Amount) string {
	if a.Minor > 0 {
		return "+" + a.Format()
	}
	return a.Format()
}

// heldMore is how many more questions hold money out; empty for none.
func heldMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%+d", n)
}
