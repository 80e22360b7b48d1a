package app

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func journalCommand() *cobra.Command {
	var cfg Config
	var noted []string
	cmd := &cobra.Command{Use: "journal", Short: "The record of every change"}
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Recompute the chain of hashes of the record, and the hash of every statement",
		Long: "Recomputes the chain of the record and the hash of every statement from what is kept of it. With --head, as an earlier run printed it, a record\n" +
			"that was cut since is found too. Exit status 0: all of it is whole; 1: something was changed, and what.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			heads, err := readHeads(noted)
			if err != nil {
				return err
			}
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			return p.verifyRecord(cmd, heads)
		},
	}
	cfg.Flags(verify.Flags())
	verify.Flags().StringArrayVar(&noted, "head", nil, "a head that was noted earlier, SEQ:HASH; may be given several times")
	cmd.AddCommand(verify)
	return cmd
}

func (p *Program) verifyRecord(cmd *cobra.Command, heads []journal.Head) error {
	ctx := p.inWorkspace(cmd.Context())
	report, err := p.Journal.Verify(ctx, p.operator(), heads...)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if report.Break != nil {
		fmt.Fprintf(out, "The record is broken: %s\n", report.Break)
	} else {
		fmt.Fprintf(out, "The record is whole: %d entries, head %d:%s\n", report.Head.Seq, report.Head.Seq, report.Head.Hash)
	}
	words, altered, err := countStatements(ctx, p.DB)
	if err != nil {
		return err
	}
	for _, a := range altered {
		fmt.Fprintf(out, "The %s\n", a)
	}
	fmt.Fprintln(out, words)
	if report.Break != nil || len(altered) > 0 {
		return errFound
	}
	return nil
}

// readHeads reads noted heads. Fault: Invalid.
func readHeads(noted []string) ([]journal.Head, error) {
	var heads []journal.Head
	for _, text := range noted {
		number, hash, _ := strings.Cut(strings.TrimSpace(text), ":")
		seq, err := strconv.ParseInt(number, 10, 64)
		sum, bad := hex.DecodeString(hash)
		if err != nil || seq < 1 || bad != nil || len(sum) != 32 {
			return nil, fault.New(fault.Invalid, "head", "--head %q is no head; write it as journal verify printed it, such as 120:3f5a…, with all 64 digits of the hash", text)
		}
		heads = append(heads, journal.Head{Seq: seq, Hash: strings.ToLower(hash)})
	}
	return heads, nil
}
