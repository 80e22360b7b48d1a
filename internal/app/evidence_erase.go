package app

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func eraseCommand() *cobra.Command {
	var on ofClient
	var in crmops.EraseInput
	cmd := &cobra.Command{
		Use:   "erase --client NAME --contact ID --reason TEXT",
		Short: "Erase a person from the evidence, without changing an amount",
		Long: "Takes names and addresses of the person of a contact, and of contacts merged with it, out of all versions of the evidence, what imports noted, stored files and mails.\n" +
			"Of their rows in stored files stay the cells from which evidence was read, and ids.\n" +
			"The contact's id stays as a pseudonym, so that touches, credits and statements stay what they are. It cannot be undone. The record of changes keeps the reason, and who asked.\n" +
			"What cannot be changed is told. It may be repeated.",
		Args: usage(func(cmd *cobra.Command, args []string) error {
			switch {
			case on.name == "":
				return errUnnamed
			case in.Contact == "":
				return errors.New("name the contact by its id with --contact")
			}
			return cobra.NoArgs(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, of, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			in.Client = of.ID
			done, err := p.CRM.Erase(p.inWorkspace(cmd.Context()), p.operator(), in)
			if err != nil {
				return fault.Moved(err, func(place string) string { return "--" + place })
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "Erased the person of contact %s: %d rows of evidence, %d notes, %d stored files. The pseudonym is %s.\n", strings.Join(done.Contacts, ", "), done.Rows, done.Notes, done.Files, done.Pseudonym)
			for _, s := range done.Stays {
				fmt.Fprintf(out, "The name or an address still stands in %d rows of %s, which cannot be changed.\n", s.Rows, s.Table)
			}
			fmt.Fprintln(out, crmops.NotFoundByErasing)
			fmt.Fprintln(out, "Archives made before still hold the person. Make a new one, and delete those.")
			return nil
		},
	}
	on.flags(cmd)
	cmd.Flags().StringVar(&in.Contact, "contact", "", "the contact, by its id in the CRM")
	cmd.Flags().StringVar(&in.Reason, "reason", "", "why, without naming the person")
	return cmd
}
