package app

import (
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// tightGC is how much garbage, in percent of what is used, may gather before it is collected: a statement's facts may be large, and are read once.
const tightGC = 25

func verifyCommand() *cobra.Command {
	var hash string
	cmd := &cobra.Command{
		Use:   "verify PACK",
		Short: "Recompute a statement from its pack, offline, and say what differs",
		Long: "Recomputes the statement from the terms and the evidence in the pack. With --hash it also compares the statement's hash with the one of the receipt\n" +
			"that you kept. Exit status 0: nothing differs; 1: something does; 2: it is no pack, or a damaged one; 66: there is no such file.",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("hash") && strings.TrimSpace(hash) == "" {
				return fault.New(fault.Invalid, "hash", "--hash is empty, so nothing would be compared; give the hash on the receipt, or leave --hash out")
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fault.New(fault.NotFound, "file", "%s cannot be read: %s", args[0], plainCause(err)).Because(err)
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			defer debug.SetGCPercent(debug.SetGCPercent(tightGC))
			report, err := pack.Verify(cmd.Context(), f, info.Size(), hash)
			if err != nil {
				return err
			}
			if err := pack.WriteReport(cmd.OutOrStdout(), report); err != nil {
				return err
			}
			if !report.OK() {
				return errFound
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&hash, "hash", "", "the statement's hash on the receipt")
	return cmd
}
