package app

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func contractCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "contract", Short: "Check and explain contract files"}
	var k contractCheck
	check := &cobra.Command{
		Use:   "check FILE...",
		Short: "Read contract versions strictly, find what they leave open, and price their choices",
		Long: "Reads the versions of one contract, alone and together: every problem with its line, column and the words to write, then what the texts leave open or contradict.\n" +
			"With --facts it also tells what each choice is worth: the months of that history as written, and under each other reading. The files of the folder are described in docs/formats.md.\n" +
			"Exit status 0: nothing to mend; 1: problems were found.",
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			k.paths = args
			return k.run(cmd.OutOrStdout())
		},
	}
	check.Flags().StringVar(&k.facts, "facts", "", "folder of CSV files: price the choices on this history")
	check.Flags().StringVar(&k.from, "from", "", "the first month to price, such as 2026-01; without it, the last twelve of the history")
	check.Flags().StringVar(&k.to, "to", "", "the last month to price, such as 2026-12")
	check.Flags().BoolVar(&k.byMonth, "by-month", false, "tell the months that differ, too")
	check.Flags().BoolVar(&k.asJSON, "json", false, "print as JSON")
	words := &cobra.Command{
		Use: "words FILE", Short: "Print a contract in plain sentences", Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			terms, err := readContract(args[0])
			if err != nil {
				return err
			}
			for _, s := range contract.Words(terms) {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", s.Heading)
				for _, sentence := range s.Sentences {
					fmt.Fprintf(cmd.OutOrStdout(), "  %s\n", sentence)
				}
			}
			return nil
		},
	}
	schema := &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of contracts, for editors", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(contract.JSONSchema())
			return err
		},
	}
	cmd.AddCommand(check, words, schema, modelsCommand(), adviceCommand())
	return cmd
}

// readContract reads one version from a file.
func readContract(path string) (contract.Terms, error) {
	source, err := readFile(path, contract.MaxSource)
	if err != nil {
		return contract.Terms{}, err
	}
	return contract.Parse(source)
}

// readFile reads a file of at most the size. Fault: NotFound, TooLarge.
func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "file", "%s cannot be read: %s", path, plainCause(err)).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, fault.New(fault.NotFound, "file", "%s cannot be read: %s", path, plainCause(err)).Because(err)
	case int64(len(b)) > most:
		return nil, fault.New(fault.TooLarge, "file-size", "%s is larger than %d KiB", path, most>>10)
	}
	return b, nil
}

func plainCause(err error) string {
	if path, ok := err.(*os.PathError); ok {
		return path.Err.Error()
	}
	return err.Error()
}
