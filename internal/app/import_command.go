package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

func importCommand() *cobra.Command {
	var cfg Config
	var client, kind, profile, mapping, rejects string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "import --client NAME FILE...",
		Short: "Import CRM exports of a client",
		Long: "Imports CSV files (also .gz) of companies, contacts, deals, their contacts, touches, payments and carve-outs, each as one numbered, unchangeable snapshot.\n" +
			"Exit status 0: every row was taken; 1: some rows were rejected, the others were imported.",
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			org, err := p.clientNamed(cmd, client)
			if err != nil {
				return err
			}
			lost := false
			for _, path := range args {
				in := crmops.ImportInput{Client: org.ID, Filename: filepath.Base(path), Kind: crm.Kind(kind), Profile: crm.Profile(profile), Saved: mapping}
				take := p.importFile
				if dryRun {
					take = p.tryFile
				}
				tally, err := take(cmd, path, in, rejects)
				if err != nil {
					return fmt.Errorf("import %s: %w", path, err)
				}
				lost = lost || tally.Rejected > 0
			}
			if lost {
				return errFound
			}
			return nil
		},
	}
	cfg.Flags(cmd.Flags())
	cmd.Flags().StringVar(&client, "client", "", "the client, by name or id")
	cmd.Flags().StringVar(&kind, "kind", "", "what the rows are, when the columns do not tell: "+strings.Join(kindNames(), ", "))
	cmd.Flags().StringVar(&profile, "profile", "", "hubspot, salesforce or generic, when the columns do not tell")
	cmd.Flags().StringVar(&mapping, "mapping", "", "name of a mapping that was kept in the browser")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only count what would be new, changed, unchanged and rejected; nothing is kept")
	cmd.Flags().StringVar(&rejects, "rejects", "", "write rejected rows with their reasons to this CSV file")
	return cmd
}

func kindNames() []string {
	var out []string
	for _, k := range crm.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// importFile imports the file, says what came of it, and writes its rejects to a file when one is named and there are some.
func (p *Program) importFile(cmd *cobra.Command, path string, in crmops.ImportInput, rejects string) (crmops.Tally, error) {
	f, err := openFile(path)
	if err != nil {
		return crmops.Tally{}, err
	}
	defer f.Close()
	in.Reader = f
	ctx := p.inWorkspace(cmd.Context())
	i, err := p.CRM.Import(ctx, p.operator(), in)
	if err != nil {
		return i.Tally, err
	}
	printTally(cmd.OutOrStdout(), path, fmt.Sprintf("import %d", i.No), i.Tally)
	return i.Tally, writeRejects(rejects, i.Tally, func(w io.Writer) error { return p.CRM.WriteRejects(ctx, p.operator(), in.Client, i.ID, w) })
}

// tryFile does as importFile would and keeps nothing.
func (p *Program) tryFile(cmd *cobra.Command, path string, in crmops.ImportInput, rejects string) (tally crmops.Tally, err error) {
	f, err := openFile(path)
	if err != nil {
		return crmops.Tally{}, err
	}
	defer f.Close()
	in.Reader = f
	ctx := p.inWorkspace(cmd.Context())
	trial, err := p.CRM.Try(ctx, p.operator(), in)
	if err != nil {
		return crmops.Tally{}, err
	}
	defer func() { err = errors.Join(err, trial.Close()) }()
	printTally(cmd.OutOrStdout(), path, "dry run", trial.Tally)
	return trial.Tally, writeRejects(rejects, trial.Tally, func(w io.Writer) error { return trial.WriteRejects(ctx, w) })
}

func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "file", "%s cannot be read: %s", path, plainCause(err)).Because(err)
	}
	return f, nil
}

func writeRejects(path string, t crmops.Tally, write func(io.Writer) error) error {
	if path == "" || t.Rejected == 0 {
		return nil
	}
	return writeTo(path, write)
}

func printTally(w io.Writer, path, verb string, t crmops.Tally) {
	fmt.Fprintf(w, "%s: %s: %d new, %d changed, %d unchanged, %d rejected\n", path, verb, t.New, t.Changed, t.Unchanged, t.Rejected)
}

// clientNamed finds a client by id or by name.
func (p *Program) clientNamed(cmd *cobra.Command, name string) (party.Org, error) {
	clients, err := p.Party.Clients(p.inWorkspace(cmd.Context()), p.operator())
	if err != nil {
		return party.Org{}, err
	}
	i := slices.IndexFunc(clients, func(o party.Org) bool { return o.ID == name || strings.EqualFold(o.Name, name) })
	if i >= 0 {
		return clients[i], nil
	}
	names := make([]string, len(clients))
	for i, c := range clients {
		names[i] = c.Name
	}
	if len(names) == 0 {
		return party.Org{}, fault.New(fault.NotFound, "client", "There is no client %q: there is none yet. Add one on the portfolio.", name)
	}
	return party.Org{}, fault.New(fault.NotFound, "client", "There is no client %q. Known: %s.", name, strings.Join(names, "; "))
}

// writeTo writes a file as a whole or not at all.
func writeTo(path string, write func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".ofrecord-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(temporary), temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name()) // it is ours and incomplete
	}
	return err
}
