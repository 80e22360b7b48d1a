package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	attributionops "github.com/ofrecord/ofrecord/internal/attribution/ops"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

func journalCommand() *cobra.Command {
	var cfg Config
	var noted []string
	cmd := &cobra.Command{Use: "journal", Short: "The record of every change"}
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Recompute the chain of hashes of the record, and compare contracts, statements, decisions, recorded credit, invoices, payments, notices, settlements, approved time and deliverables with it",
		Long: "Recomputes the chain of the record, the text of every contract, the hash of every statement and the digests of every invoice and payment from what is\n" +
			"kept of them, and compares all that happened to each with what the record tells. With --head, as an earlier run printed it, a record that was cut since is found too. Exit status 0: all of it is whole; 1: something was changed, and what.",
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
	contracts, err := writeStanding(ctx, out, p.DB, "contract", contractops.VerifyStored)
	if err != nil {
		return err
	}
	statements, err := writeStanding(ctx, out, p.DB, "statement", feesops.VerifyStored)
	if err != nil {
		return err
	}
	decisions, err := writeStanding(ctx, out, p.DB, "decision", feesops.VerifyDecisions)
	if err != nil {
		return err
	}
	credits, err := writeStanding(ctx, out, p.DB, "credited deal", attributionops.VerifyCredits)
	if err != nil {
		return err
	}
	bills, err := p.writeBilling(ctx, out)
	if err != nil {
		return err
	}
	endings, err := p.writeEndings(ctx, out)
	if err != nil {
		return err
	}
	if report.Break != nil || contracts+statements+decisions+credits+bills+endings > 0 {
		return errFound
	}
	return nil
}

// writeEndings prints where notices and final settlements stand, approved time and deliverables; it gives the number of those that do not hold.
func (p *Program) writeEndings(ctx context.Context, out io.Writer) (int, error) {
	notices, err := writeStanding(ctx, out, p.DB, "notice", engagementops.VerifyNotices)
	if err != nil {
		return 0, err
	}
	settlements, err := writeStanding(ctx, out, p.DB, "final settlement", engagementops.VerifySettlements)
	if err != nil {
		return 0, err
	}
	time, err := writeStanding(ctx, out, p.DB, timeKept, timesheetops.VerifyTime)
	if err != nil {
		return 0, err
	}
	made, err := writeStanding(ctx, out, p.DB, "deliverable", workops.VerifyDeliverables)
	return notices + settlements + time + made, err
}

// writeBilling prints where invoices, payments and billing profiles stand; it gives the number of those that do not hold.
func (p *Program) writeBilling(ctx context.Context, out io.Writer) (int, error) {
	all := 0
	for _, v := range billed {
		n, err := writeStanding(ctx, out, p.DB, v.what, v.verify)
		if err != nil {
			return 0, err
		}
		all += n
	}
	unbound := 0
	err := p.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		unbound, err = billingops.Unbound(ctx, tx)
		return err
	})
	if unbound > 0 {
		fmt.Fprintf(out, "%d of the invoices and payments %s from before the record kept a digest of each whole row: %s held to what it did keep\n",
			unbound, agreeing(unbound, "is", "are"), agreeing(unbound, "it is", "they are"))
	}
	return all, err
}

// writeStanding prints what does not hold, a line each, and how many there are; it gives the number of those that do not.
func writeStanding[A error](ctx context.Context, out io.Writer, d *db.DB, what string, verify verification[A]) (int, error) {
	words, altered, err := standing(ctx, d, what, verify)
	if err != nil {
		return 0, err
	}
	for _, a := range altered {
		fmt.Fprintf(out, "The %s\n", a)
	}
	fmt.Fprintln(out, words)
	return len(altered), nil
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
