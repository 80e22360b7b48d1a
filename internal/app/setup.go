package app

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/access"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

func initCommand() *cobra.Command {
	var cfg Config
	var in partyops.BootstrapInput
	cmd := &cobra.Command{
		Use: "init", Short: "Open the workspace of an agency with its first owner, and print the owner's sign-in link", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := open(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			in.Workspace = cfg.Workspace
			out, err := p.Party.Bootstrap(cmd.Context(), in)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "The workspace of %s is open. %s signs in once with:\n  %s\n", out.Agency.Name, out.Owner.Name, out.Link)
			hintAddress(cmd, cfg)
			return nil
		},
	}
	cfg.Flags(cmd.Flags())
	cmd.Flags().StringVar(&in.AgencyName, "agency", "", "name of the agency or fractional CMO that hosts the workspace")
	cmd.Flags().StringVar(&in.OwnerName, "name", "", "name of the owner")
	cmd.Flags().StringVar(&in.OwnerEmail, "email", "", "e-mail address of the owner")
	return cmd
}

// hintAddress says where a printed link leads, unless people were told an address of their own.
func hintAddress(cmd *cobra.Command, cfg Config) {
	if cfg.PublicURL == "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "The link begins with %s. When the program is served elsewhere, ofrecord user link EMAIL prints one that leads there: give it --address or --public-url as serve has it.\n", cfg.URL())
	}
}

func userCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{Use: "user", Short: "Help people to sign in"}
	link := &cobra.Command{
		Use: "link EMAIL", Short: "Print a one-time sign-in link for a person, for when mail does not work", Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			address, err := p.Party.IssueLink(p.inWorkspace(cmd.Context()), p.operator(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), address)
			hintAddress(cmd, cfg)
			return nil
		},
	}
	cfg.Flags(link.Flags())
	cmd.AddCommand(link)
	return cmd
}

// operator is who acts at the command line.
func (p *Program) operator() access.Actor { return operatorOf(p.Config.Workspace) }

func operatorOf(workspace string) access.Actor {
	return access.Machine(workspace, "the operator at the command line")
}

func workspaceCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "workspace", Short: "Workspaces of this installation (one on SQLite, many on PostgreSQL)"}
	var cfg Config
	list := &cobra.Command{
		Use: "list", Short: "List the workspaces", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			spaces, err := p.DB.Workspaces(cmd.Context())
			for _, w := range spaces {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", w.Slug, w.Name)
			}
			return err
		},
	}
	cfg.Flags(list.Flags())
	cmd.AddCommand(list)
	return cmd
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of the program", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintln(cmd.OutOrStdout(), programVersion())
			return nil
		},
	}
}

// programVersion is the module's version and the commit, as the build recorded them.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "ofrecord (unknown build)"
	}
	version := "ofrecord " + info.Main.Version + " " + info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version += " " + s.Value
		}
	}
	return version
}
