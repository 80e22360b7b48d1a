package app

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func pullCommand() *cobra.Command {
	var on ofClient
	var in crmops.PullInput
	cmd := &cobra.Command{
		Use:   "pull hubspot|salesforce --client NAME",
		Short: "Pull a client's evidence from the API of its CRM",
		Long: "Pulls every table through the connection that the file of OFRECORD_CONNECTORS describes, and applies each by the mapping that is kept for it.\n" +
			"A table without one waits for a person; with --settle it is read as its columns settle together with the flags, and the mapping is kept.\n" +
			"A pull that was interrupted goes on where it was. Exit status 0: all that was pulled is applied; 1: something waits for a person.",
		Args: usage(func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				if _, ok := connect.SystemOf(crm.Profile(args[0])); ok {
					return nil
				}
			}
			return errors.New("name one system: hubspot or salesforce")
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, org, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			in.Client, in.System = org.ID, crm.Profile(args[0])
			done, err := p.CRM.Pull(p.inWorkspace(cmd.Context()), p.operator(), in)
			if err != nil {
				return fault.Moved(err, asFlag)
			}
			writePull(cmd.OutOrStdout(), done)
			if done.State != crmops.PullDone {
				return errFound
			}
			return nil
		},
	}
	on.flags(cmd)
	cmd.Flags().BoolVar(&in.Settle, "settle", false, "read tables without a kept mapping as their columns settle, and keep the mappings")
	statedFlags(cmd, &in.Stated)
	return cmd
}

// writePull tells what a pull came to, a line a table.
func writePull(w io.Writer, p crmops.Pull) {
	fmt.Fprintf(w, "%s: %s, %s\n", crmops.SystemName(p.System), p.State, counted(int(p.Requests), "request"))
	for _, t := range p.Tables {
		fmt.Fprintf(w, "  %s: %s\n", t.Object, tableWords(p.System, t))
		if len(t.Lacking) > 0 && t.State != crmops.TableAbsent {
			fmt.Fprintf(w, "    not shown to this account, so unknown: %s\n", strings.Join(t.Lacking, ", "))
		}
	}
}

func tableWords(system crm.Profile, t crmops.PulledTable) string {
	o, _ := crm.ObjectOf(system, t.Object)
	if t.State == crmops.TableApplied && o.Kind == "" {
		return fmt.Sprintf("%s of the side table, import %d", counted(int(t.Rows), "row"), t.No)
	}
	switch t.State {
	case crmops.TableApplied:
		return fmt.Sprintf("%s, import %d: %d new, %d changed, %d unchanged, %d rejected", counted(int(t.Rows), "row"), t.No, t.Tally.New, t.Tally.Changed, t.Tally.Unchanged, t.Tally.Rejected)
	case crmops.TableUnchanged:
		return fmt.Sprintf("%s, as in import %d", counted(int(t.Rows), "row"), t.No)
	case crmops.TableBlank:
		return "no rows"
	case crmops.TableAbsent:
		return "left out. " + t.Message
	case crmops.TableWaiting:
		return fmt.Sprintf("%s, waiting for a person. %s", counted(int(t.Rows), "row"), t.Message)
	case crmops.TableFiled:
		return fmt.Sprintf("%s, waiting for the tables before it", counted(int(t.Rows), "row"))
	}
	return string(t.State)
}
