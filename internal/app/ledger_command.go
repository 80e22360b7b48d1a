package app

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

func ledgerCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "ledger", Short: "The double-entry ledger of statements, invoices and payments"}
	cmd.AddCommand(ledgerCheckCommand(), ledgerExportCommand(), ledgerPostCommand())
	return cmd
}

func ledgerCheckCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Prove that every statement, invoice and payment is in the ledger and in balance",
		Long: "Computes the entries of every locked statement, invoice and payment again and compares them with the ledger, and its balances with what the invoices\n" +
			"and payments themselves say. Exit status 0: all is in balance; 1: something is not, and what.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			report, err := p.Billing.CheckLedger(p.inWorkspace(cmd.Context()), p.operator())
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, problem := range report.Problems {
				fmt.Fprintln(out, problem)
			}
			if len(report.Missing) > 0 {
				fmt.Fprintln(out, "What happened before there was a ledger is posted by: ofrecord ledger post-missing")
			}
			if len(report.Problems) > 0 {
				fmt.Fprintf(out, "The ledger is not in balance: %d entries hold, %d things do not\n", report.Entries, len(report.Problems))
				return errFound
			}
			fmt.Fprintf(out, "The ledger is in balance: %d entries\n", report.Entries)
			return nil
		},
	}
	cfg.Flags(cmd.Flags())
	return cmd
}

func ledgerPostCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{
		Use: "post-missing", Short: "Post what was locked, invoiced and paid before there was a ledger", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			n, err := p.Billing.PostMissing(p.inWorkspace(cmd.Context()), p.operator())
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%d entries posted\n", n)
			}
			return err
		},
	}
	cfg.Flags(cmd.Flags())
	return cmd
}

func ledgerExportCommand() *cobra.Command {
	var cfg Config
	var form, until string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print the ledger as plain-text accounting for hledger, or as a general journal in CSV",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter := billingops.LedgerFilter{}
			if until != "" {
				day, err := cal.ParseDate(until)
				if err != nil {
					return fault.New(fault.Invalid, "until", "--until %q is no day; write it as 2026-12-31", until)
				}
				filter.Until = day
			}
			if form != "hledger" && form != "csv" {
				return fault.New(fault.Invalid, "format", "--format %q is not known; choose hledger or csv", form)
			}
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			entries, names, err := p.Billing.Ledger(p.inWorkspace(cmd.Context()), p.operator(), filter)
			if err != nil {
				return err
			}
			if form == "csv" {
				return ledger.WriteCSV(cmd.OutOrStdout(), entries, names, csvin.Neutralise)
			}
			return ledger.WriteText(cmd.OutOrStdout(), entries, names)
		},
	}
	cfg.Flags(cmd.Flags())
	cmd.Flags().StringVar(&form, "format", "hledger", "hledger or csv")
	cmd.Flags().StringVar(&until, "until", "", "the last day, such as 2026-12-31")
	return cmd
}
