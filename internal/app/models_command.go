package app

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// modelsFlags are how the pay models are compared.
type modelsFlags struct {
	files                         trialFiles
	from, to                      string
	yearly, fixed, reduced, share string
	seed                          uint64
	resamples                     int
	byMonth, asJSON               bool
	text, format                  string
}

func modelsCommand() *cobra.Command {
	var k modelsFlags
	cmd := &cobra.Command{
		Use:   "models FILE... --facts DIR",
		Short: "Compare a contract with the three pay models on a history, with the range of the fee",
		Long: "Writes the three pay models (fixed and bonus, reduced retainer and share of revenue, milestones) as texts in the names of the contract, and computes the months of a history under each.\n" +
			"The range comes from resamples of the history: as many companies as it has, drawn by chance with all that belongs to them. The same --seed draws the same.\n" +
			"--text prints the text of one model, to be edited and tried with --against.",
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			k.files.contracts = args
			return k.run(cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&k.files.facts, "facts", "", "folder of CSV files")
	f.StringArrayVar(&k.files.against, "against", nil, "another text to try; once for each")
	f.StringVar(&k.from, "from", "", "the first month, such as 2026-01; without it, the last twelve of the history")
	f.StringVar(&k.to, "to", "", "the last month, such as 2026-12")
	f.StringVar(&k.yearly, "yearly", "", "what a year pays at target, such as 240,000.00; without it, what the contract came to")
	f.StringVar(&k.fixed, "fixed", "70 %", "the fixed part of it beside a bonus")
	f.StringVar(&k.reduced, "reduced", "60 %", "the part of it that is the retainer beside a share of revenue")
	f.StringVar(&k.share, "share", "3 %", "the share of revenue")
	f.Uint64Var(&k.seed, "seed", 1, "of the resamples")
	f.IntVar(&k.resamples, "resamples", fees.UsualResamples, "how many; 0 for no range")
	f.BoolVar(&k.byMonth, "by-month", false, "tell the months, too")
	f.StringVar(&k.format, "format", formatTable, "table or json")
	f.BoolVar(&k.asJSON, "json", false, "the same as --format json")
	f.StringVar(&k.text, "text", "", "print the text of a model instead: "+strings.Join(modelWords(), ", "))
	return cmd
}

func modelWords() []string {
	var out []string
	for _, m := range contract.PayModels() {
		out = append(out, string(m))
	}
	return out
}

// run compares, or prints a model's text. Faults: NotFound, TooLarge for a file, Invalid for a flag, a text, or facts.
func (k modelsFlags) run(out io.Writer) error {
	if k.text != "" && !slices.Contains(modelWords(), k.text) {
		return fault.New(fault.Invalid, "text", "there is no pay model %q; write %s", k.text, strings.Join(modelWords(), ", ")).At("--text")
	}
	if err := checkTableOrJSON(k.format); err != nil {
		return err
	}
	read, err := k.files.read()
	if err != nil {
		return err
	}
	months, err := contractCheck{facts: k.files.facts, from: k.from, to: k.to}.checkedMonths(read.last)
	if err != nil {
		return err
	}
	numbers, err := k.numbers(read.Now.First().Currency)
	if err != nil {
		return err
	}
	read.Models, read.Seed, read.Resamples = &numbers, k.seed, k.resamples
	tried, err := read.over(months)
	switch {
	case err != nil:
		return atFlags(err)
	case k.text != "":
		i := slices.Index(modelWords(), k.text)
		_, err := io.WriteString(out, tried.Texts[len(tried.Texts)-len(contract.PayModels())+i].Source)
		return err
	case k.asJSON || k.format == formatJSON:
		return writeJSON(out, modelsJSON{tried.AsIfFrom, tried.Comparison, feesapi.GroundsOf(tried), feesapi.PaidOf(tried)})
	}
	for _, p := range read.unread {
		fmt.Fprintf(out, "%s\n", p)
	}
	fmt.Fprintf(out, "The contract and the three pay models, %s to %s, in %s\n", tried.Months[0], tried.Months[len(tried.Months)-1], tried.Currency)
	writeModels(out, tried, k.byMonth)
	return nil
}

// atFlags names the flags that faults are about.
func atFlags(err error) error {
	var faults fault.List
	for _, f := range fault.All(err) {
		if flag := map[string]string{"resamples": "--resamples", "yearly": "--yearly", "months": "--from"}[f.Field]; flag != "" {
			f = f.At(flag)
		}
		faults.Add(f)
	}
	if len(faults) == 0 {
		return err
	}
	return faults.Err()
}

// numbers reads the flags of the models; what is not given is taken from the history.
func (k modelsFlags) numbers(currency money.Currency) (contract.PayModelNumbers, error) {
	var faults fault.List
	n := contract.PayModelNumbers{Yearly: money.New(0, currency)}
	at := func(flag string, err error) {
		for _, f := range fault.All(err) {
			faults.Add(f.At(flag))
		}
	}
	var err error
	if k.yearly != "" {
		n.Yearly, err = money.Parse(k.yearly, currency)
		at("--yearly", err)
	}
	for _, p := range []struct {
		flag, text string
		to         *money.Ratio
	}{{"--fixed", k.fixed, &n.Fixed}, {"--reduced", k.reduced, &n.Reduced}, {"--share", k.share, &n.Share}} {
		*p.to, err = money.ParsePercent(p.text)
		at(p.flag, err)
	}
	return n, faults.Err()
}

// modelsJSON is a comparison of models for programs: what each side comes to with its texts, and what the numbers of the models rest on.
type modelsJSON struct {
	AsIfFrom   cal.Date         `json:"as_if_from,omitzero"`
	Comparison fees.Comparison  `json:"comparison"`
	Grounds    *feesapi.Grounds `json:"grounds,omitempty"`
	Paid       []feesapi.Paid   `json:"paid"`
}

// writeModels prints what the contract and the models come to, with the arithmetic of their numbers.
func writeModels(out io.Writer, t fees.Tried, byMonth bool) {
	writeAsIf(out, t)
	fmt.Fprintln(out)
	rows := [][]string{{"", "on this history", "expected", "10 %", "90 %", "against it", "dearest month", "leanest month", "held out"}}
	for _, s := range t.Sides {
		if len(s.Needs) > 0 {
			rows = append(rows, []string{s.Name, needsFacts})
			continue
		}
		row := []string{s.Name, s.Total.Format(), "", "", "", "", monthOf(t, s, s.Dearest()), monthOf(t, s, s.Leanest()), fmt.Sprint(s.Held)}
		if s.Range != nil {
			row[2], row[3], row[4] = s.Range.Expected.Format(), s.Range.Low.Format(), s.Range.High.Format()
		}
		if s.Against != nil && s.Name != fees.NowName {
			row[5] = signed(s.Against.Expected)
		}
		rows = append(rows, row)
	}
	writeTable(out, rows)
	fmt.Fprintln(out)
	for _, s := range t.Sides {
		for _, words := range append(fees.Notes(t, s), fees.HeldWords(s)...) {
			fmt.Fprintf(out, "%s: %s\n", s.Name, words)
		}
	}
	fmt.Fprintln(out, fees.RangeWords(t.Comparison))
	writeList(out, "What the numbers of the models rest on", fees.GroundWords(t))
	writeList(out, "The versions of the contract", fees.VersionWords(t))
	if byMonth {
		header := []string{""}
		for _, s := range t.Sides {
			header = append(header, s.Name)
		}
		fmt.Fprintln(out)
		writeTable(out, monthTable(t, header))
	}
}

// writeList prints sentences under a heading; nothing where there are none.
func writeList(out io.Writer, heading string, sentences []string) {
	if len(sentences) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", heading)
	for _, s := range sentences {
		fmt.Fprintf(out, "- %s\n", s)
	}
}

func monthOf(t fees.Tried, s fees.SidePrice, at int) string {
	return s.Totals[at].Format() + " in " + t.Months[at].String()
}
