package app

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
)

func addressesCommand() *cobra.Command {
	var on ofClient
	var keep string
	cmd := &cobra.Command{
		Use:   "addresses --client NAME",
		Short: "How e-mail addresses are kept: as they come, or as keyed hashes",
		Long: "Tells how the e-mail addresses of the client's evidence are kept. With --keep hashed they are hashed from now on, and those that are there already are hashed in place: in all versions\n" +
			"of the evidence, in what imports noted and in stored files; that cannot be undone. Domains of companies stay, so that accounts, duplicates and repeated results are found as before.\n" +
			"With --keep plain later imports keep addresses as they come; what was hashed stays so until the CRM exports it again.",
		Args: usage(func(cmd *cobra.Command, args []string) error {
			switch {
			case on.name == "":
				return errUnnamed
			case keep != "" && keep != "hashed" && keep != "plain":
				return fmt.Errorf("%q is no way to keep addresses; write --keep hashed or --keep plain", keep)
			}
			return cobra.NoArgs(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, of, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			ctx, out := p.inWorkspace(cmd.Context()), cmd.OutOrStdout()
			switch keep {
			case "hashed":
				done, err := p.CRM.HashAddresses(ctx, p.operator(), of.ID)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "Hashed the addresses of %d rows of evidence, %d notes, %d stored files.\n", done.Rows, done.Notes, done.Files)
			case "plain":
				if err := p.CRM.KeepAddresses(ctx, p.operator(), of.ID); err != nil {
					return err
				}
			}
			v, err := p.CRM.Addresses(ctx, p.operator(), of.ID)
			if err != nil {
				return err
			}
			tellAddresses(out, v)
			return nil
		},
	}
	on.flags(cmd)
	cmd.Flags().StringVar(&keep, "keep", "", "hashed or plain; nothing changes without it")
	return cmd
}

func tellAddresses(out io.Writer, v crmops.AddressesView) {
	switch {
	case v.Hashed:
		fmt.Fprintf(out, "E-mail addresses are kept as keyed hashes, since %s, by %s.\n", v.At.UTC().Format("2 January 2006 15:04 UTC"), v.By)
	case v.Ever:
		fmt.Fprintf(out, "E-mail addresses are kept as they come, since %s, by %s; those that were hashed stay so until the CRM exports them again. What tells results apart is hashed.\n", v.At.UTC().Format("2 January 2006 15:04 UTC"), v.By)
	default:
		fmt.Fprintln(out, "E-mail addresses are kept as they come.")
	}
	if !v.KeyIsHere {
		fmt.Fprintln(out, "The key that they were hashed with is not beside the stored files, so imports are refused. Put the file \"key\" back where it was.")
	}
	if !v.Ever {
		return
	}
	if v.Waiting > 0 {
		fmt.Fprintf(out, "Not applied: %s, which stand as they came until they are applied or discarded.\n", counted(int(v.Waiting), "upload"))
	}
	if v.IDs > 0 {
		fmt.Fprintf(out, "Known by an id that is an address itself: %s. Ids stay, for rows are joined by them; let the CRM export its own.\n", counted(int(v.IDs), "contact"))
	}
	for _, s := range v.Stay {
		fmt.Fprintf(out, "An address in %s: %s. Contracts name what is in this column, or rows are joined or counted by it, so it stays; let the CRM export something else there.\n", s.Table, counted(int(s.Rows), "row"))
	}
	for _, s := range v.Mappings {
		fmt.Fprintf(out, "An address that a mapping states, such as a stage, in %s: %s. It says how a file was read, so it stays.\n", s.Table, counted(int(s.Rows), "row"))
	}
	if v.Journal > 0 {
		fmt.Fprintf(out, "An address in the record of changes, such as in the name of a file: %d times. A chain of hashes holds it, and it stays.\n", v.Journal)
	}
	if v.Frozen > 0 {
		fmt.Fprintf(out, "Frozen with addresses: %s, which cannot be changed.\n", counted(v.Frozen, "statement"))
	}
	if v.Hashed {
		fmt.Fprintln(out, "Archives made before still hold addresses: make a new one and delete those. Keep a copy of the file \"key\" apart from archives: without it nothing can be matched any more.")
	}
}
