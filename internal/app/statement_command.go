package app

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func statementCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "statement", Short: "Statements: preview one from files, run the month end of all engagements"}
	var contracts, against []string
	var facts, period, months string
	var asJSON bool
	show := &cobra.Command{
		Use:   "preview --contract FILE --facts DIR --period 2026-03",
		Short: "Compute a month's statement from a contract and a folder of CSV files, without a server or database",
		Long: "Give --contract once for each version of the contract. The files of the folder are described in docs/formats.md.\n" +
			"With --months in place of --period it tells what each month comes to, and with --against what it would come to under another text, as if that had been in force from the beginning.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer debug.SetGCPercent(debug.SetGCPercent(tightGC))
			if months != "" || len(against) > 0 {
				k := trialFiles{contracts: contracts, against: against, facts: facts, flag: "--contract"}
				return k.aside(cmd.OutOrStdout(), period, months, asJSON)
			}
			document, err := preview(contracts, facts, period)
			if err != nil {
				return err
			}
			return printDocument(cmd.OutOrStdout(), document, asJSON)
		},
	}
	show.Flags().StringArrayVar(&contracts, "contract", nil, "contract file; once for each version")
	show.Flags().StringVar(&facts, "facts", "", "folder of CSV files")
	show.Flags().StringVar(&period, "period", "", "the month, such as 2026-03")
	show.Flags().StringVar(&months, "months", "", "several months in place of one, such as 2025-07..2026-06")
	show.Flags().StringArrayVar(&against, "against", nil, "another contract file to compute the months under; once for each")
	show.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.AddCommand(show, monthEndCommand())
	return cmd
}

// preview drafts the month as of the day after it.
func preview(contracts []string, folder, period string) (fees.Document, error) {
	var faults fault.List
	month, err := cal.ParseMonth(period)
	for _, f := range fault.All(err) {
		faults.Add(f.At("--period"))
	}
	if len(contracts) == 0 {
		faults.Add(fault.New(fault.Invalid, "contract", "name the contract file; once for each version").At("--contract"))
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		faults.Add(fault.New(fault.Invalid, "facts", "%q is not a folder; name the folder with deals.csv, touches.csv and so on", folder).At("--facts"))
	}
	if err := knownFiles(folder); len(faults) == 0 && err != nil {
		faults.Add(err)
	}
	var texts [][]byte
	for _, path := range contracts {
		text, err := readFile(path, contract.MaxSource)
		for _, f := range fault.All(err) {
			faults.Add(f.At("--contract"))
		}
		texts = append(texts, text)
	}
	if err := faults.Err(); err != nil {
		return fees.Document{}, err
	}
	return pack.Preview(texts, os.DirFS(folder), month, month.Next().First())
}

// knownFiles refuses a folder in which CSV files stand but none that can be read, and one without any: a statement without its evidence would
// look like one that owes nothing.
func knownFiles(folder string) *fault.Fault {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fault.New(fault.Invalid, "facts", "%q cannot be read: %s", folder, plainCause(err)).At("--facts")
	}
	var other []string
	for _, e := range entries {
		if pack.Table(e.Name()) {
			return nil
		}
		if strings.HasSuffix(strings.ToLower(e.Name()), ".csv") {
			other = append(other, e.Name())
		}
	}
	message := "the folder has none of the files that a statement is computed from"
	if len(other) > 0 {
		message += fmt.Sprintf(" (it has %s)", strings.Join(other, ", "))
	}
	return fault.New(fault.Invalid, "facts", "%s; name them %s, as docs/formats.md says", message, strings.Join(pack.Tables(), ", ")).At("--facts")
}
