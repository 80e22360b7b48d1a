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
	check := &cobra.Command{
		Use:   "check FILE...",
		Short: "Read contract versions strictly: every problem with its line, column and the words to write",
		Long:  "Reads the versions of one contract, alone and together. Exit status 0: nothing to mend; 1: problems were found.",
		Args:  usage(cobra.MinimumNArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return checkContracts(cmd.OutOrStdout(), args) },
	}
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
	cmd.AddCommand(check, words, schema)
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

// checkContracts prints every problem with its file and place.
func checkContracts(out io.Writer, paths []string) error {
	var versions []contract.Terms
	problems := 0
	show := func(where string, err error) {
		for _, f := range fault.All(err) {
			problems++
			fmt.Fprintf(out, "%s: %s\n", where, f.Error())
		}
	}
	for _, path := range paths {
		source, err := readFile(path, contract.MaxSource)
		if err != nil {
			return err
		}
		terms, err := contract.Parse(source)
		if err != nil {
			show(path, err)
			continue
		}
		versions = append(versions, terms)
		fmt.Fprintf(out, "%s: version %d of %s reads well; in force from %s\n", path, terms.Version, terms.Key, terms.Effective)
	}
	if problems == 0 && len(versions) > 1 {
		if _, err := contract.NewAgreement(versions...); err != nil {
			show("together", err)
		}
	}
	if problems > 0 {
		fmt.Fprintf(out, "%s to mend\n", counted(problems, "problem"))
		return errFound
	}
	return nil
}
