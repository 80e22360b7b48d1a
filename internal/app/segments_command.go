package app

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
)

func segmentsCommand() *cobra.Command {
	var on ofClient
	var rebuild, all bool
	cmd := &cobra.Command{
		Use:   "segments --client NAME",
		Short: "The touches of each import as a Parquet file: list, check and rebuild them",
		Long: "Every import of touches is kept also as a Parquet file, which DuckDB and pandas read. Lists them and reads each to its end. With --rebuild, those that are\n" +
			"missing, damaged or not written yet are written anew from the database; with --all, every one, which proves that each holds what the database holds.\n" +
			"Exit status 0: all are sound; 1: one was not, or was rebuilt with other bytes.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, org, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			ctx := p.inWorkspace(cmd.Context())
			var list []crmops.SegmentReport
			if rebuild || all {
				list, err = p.CRM.RebuildSegments(ctx, p.operator(), org.ID, all)
			} else {
				list, err = p.CRM.Segments(ctx, p.operator(), org.ID)
			}
			if err != nil {
				return err
			}
			return writeSegments(cmd.OutOrStdout(), list)
		},
	}
	on.flags(cmd)
	cmd.Flags().BoolVar(&rebuild, "rebuild", false, "write those anew that are missing, damaged or not written yet")
	cmd.Flags().BoolVar(&all, "all", false, "write every one anew, and compare")
	return cmd
}

func writeSegments(w io.Writer, list []crmops.SegmentReport) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "import\trows\tbytes\tsha-256\tfound")
	bad := 0
	for _, r := range list {
		found := string(r.State)
		switch {
		case r.Differs:
			found += ", rebuilt with other bytes"
		case r.Rebuilt && r.State == crmops.SegmentSound:
			found += ", and what the database holds"
		case r.Rebuilt:
			found += ", rebuilt"
		}
		if r.Differs || !r.Rebuilt && r.State != crmops.SegmentSound {
			bad++
		}
		fmt.Fprintf(table, "%d\t%d\t%d\t%s\t%s\n", r.No, r.Rows, r.Bytes, r.SHA256, found)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if bad > 0 {
		return errFound
	}
	return nil
}
