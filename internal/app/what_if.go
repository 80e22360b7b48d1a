package app

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// trialFiles are the files of a trial.
type trialFiles struct {
	contracts []string // the versions of the contract
	against   []string // texts to be tried beside it
	facts     string   // folder
	flag      string   // where the contracts are named, for faults; empty: as arguments
}

// trialRead is what was read of them.
type trialRead struct {
	fees.Trial
	last   cal.Date // on which the facts know something
	unread []pack.Problem
}

// read reads the texts and the facts. Faults: NotFound, TooLarge for a file, Invalid for a folder and for texts, at their lines.
func (k trialFiles) read() (trialRead, error) {
	var faults fault.List
	if len(k.contracts) == 0 {
		faults.Add(fault.New(fault.Invalid, "contract", "name the contract file; once for each version").At(k.flag))
	}
	if info, err := os.Stat(k.facts); err != nil || !info.IsDir() {
		faults.Add(fault.New(fault.Invalid, "facts", "%q is not a folder; name the folder with deals.csv, touches.csv and so on", k.facts).At("--facts"))
	} else if f := knownFiles(k.facts); f != nil {
		faults.Add(f)
	}
	text := func(path, flag string) (terms contract.Terms) {
		terms, err := readContract(path)
		for _, f := range fault.All(err) {
			if f.Line > 0 {
				f.Message = path + ": " + f.Message
			} else if flag != "" {
				f.Field = flag
			}
			faults.Add(f)
		}
		return terms
	}
	var out trialRead
	var versions []contract.Terms
	for _, path := range k.contracts {
		versions = append(versions, text(path, k.flag))
	}
	for _, path := range k.against {
		out.Texts = append(out.Texts, fees.TrialText{Name: path, Terms: text(path, "--against")})
	}
	if err := faults.Err(); err != nil {
		return out, err
	}
	var err error
	if out.Now, err = contract.NewAgreement(versions...); err != nil {
		return out, err
	}
	facts, unread, err := pack.ReadFacts(os.DirFS(k.facts), out.Now)
	out.Evidence, out.unread, out.last = facts.Evidence, unread, fees.LastKnown(facts.Evidence, out.Now)
	return out, err
}

// over tries the months. Fault: Invalid.
func (t trialRead) over(months []cal.Month) (fees.Tried, error) {
	t.Months, t.AsOf = months, months[len(months)-1].Next().First()
	tried, err := fees.Try(t.Trial)
	if err != nil && len(fault.All(err)) == 0 {
		return tried, fault.New(fault.Invalid, "facts", "the contract cannot be tried on these facts: %v", err)
	}
	return tried, err
}

// aside prints what months come to under the contract and under other texts. Faults: as read; Invalid for a flag.
func (k trialFiles) aside(out io.Writer, period, months string, asJSON bool) error {
	if period != "" && months != "" {
		return fault.New(fault.Invalid, "months", "write either --period or --months").At("--months")
	}
	if months == "" {
		months = period
	}
	shown, err := monthsOf(months, "--months")
	if err != nil {
		return err
	}
	read, err := k.read()
	if err != nil {
		return err
	}
	tried, err := read.over(shown)
	switch {
	case err != nil:
		return atFlags(err)
	case asJSON:
		return writeTried(out, tried)
	}
	for _, p := range read.unread {
		fmt.Fprintf(out, "%s\n", p)
	}
	writeAside(out, tried)
	return nil
}

// monthsOf reads "2025-07..2026-06". Fault: Invalid at the flag.
func monthsOf(text, flag string) ([]cal.Month, error) {
	first, last, two := strings.Cut(text, "..")
	if !two {
		last = first
	}
	from, err := cal.ParseMonth(first)
	to, err2 := cal.ParseMonth(last)
	if err != nil || err2 != nil {
		return nil, fault.New(fault.Invalid, "months", "%q are no months; write the first and the last as 2025-07..2026-06", text).At(flag)
	}
	return monthsBetween(from, to, flag, flag)
}

// monthsBetween are at most as many as can be priced.
func monthsBetween(from, to cal.Month, fromFlag, toFlag string) ([]cal.Month, error) {
	switch {
	case to.First().Before(from.First()):
		return nil, fault.New(fault.Invalid, "months", "the last month is before the first").At(toFlag)
	case to.First().DaysSince(from.First()) > 366*mostPricedYears:
		return nil, fault.New(fault.Invalid, "months", "these are more than %d years; name a shorter time", mostPricedYears).At(fromFlag)
	}
	return fees.MonthsBetween(from, to), nil
}

// writeAside prints the months under each side, with the total and what it differs by.
func writeAside(out io.Writer, t fees.Tried) {
	writeAsIf(out, t)
	header := []string{string(t.Currency)}
	total, difference, held := []string{"total"}, []string{"difference"}, []string{"held out"}
	for _, s := range t.Sides {
		header = append(header, s.Name)
		total, difference, held = append(total, s.Total.Format()), append(difference, signed(s.Total.Sub(t.Sides[0].Total))), append(held, fmt.Sprint(s.Held))
	}
	difference[1] = ""
	writeTable(out, append(monthTable(t, header), total, difference, held))
	for _, s := range t.Sides {
		for _, n := range s.Needs {
			fmt.Fprintf(out, "%s: %s needs %s, and is in no number above.\n", s.Name, n.Clause, n.What)
		}
	}
}

// monthTable is the months under each side.
func monthTable(t fees.Tried, header []string) [][]string {
	rows := [][]string{header}
	for i, m := range t.Months {
		row := []string{m.String()}
		for _, s := range t.Sides {
			if len(s.Needs) > 0 && s.Totals[i].IsZero() { // what other clauses come to is told
				row = append(row, needsFacts)
				continue
			}
			row = append(row, s.Totals[i].Format())
		}
		rows = append(rows, row)
	}
	return rows
}

// needsFacts stands for an amount that nobody can tell.
const needsFacts = "needs facts"

func writeAsIf(out io.Writer, t fees.Tried) {
	if !t.AsIfFrom.IsZero() {
		fmt.Fprintf(out, "The contract does not run in these months; all are tried as if they had begun on %s.\n", t.AsIfFrom.Words())
	}
}

// writeTable puts the first column to the left and the others to the right.
func writeTable(out io.Writer, rows [][]string) {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			if i == 0 {
				fmt.Fprintf(&b, "%-*s", wide[0], cell)
			} else {
				fmt.Fprintf(&b, "  %*s", wide[i], cell)
			}
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}

// writeTried prints a trial for programs.
func writeTried(out io.Writer, t fees.Tried) error {
	return writeJSON(out, struct {
		AsIfFrom   cal.Date        `json:"as_if_from,omitzero"`
		Comparison fees.Comparison `json:"comparison"`
	}{t.AsIfFrom, t.Comparison})
}

// writeJSON prints anything for programs.
func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	return nil
}
