package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	attributionops "github.com/ofrecord/ofrecord/internal/attribution/ops"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/archive"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

func configCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{
		Use: "config", Short: "Show every setting, its value and where it comes from; secrets are hidden", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			wrong := cfg.Load(cmd.Flags())
			if err := cfg.Show(cmd.OutOrStdout()); err != nil {
				return err
			}
			for _, w := range cfg.Warnings() {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", w)
			}
			return wrong
		},
	}
	cfg.Flags(cmd.Flags())
	return cmd
}

func doctorCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check configuration, database, record, disk, files, clock and mail, and change nothing",
		Long:  "Exit status 0: all is well or has only warnings; 1: something must be mended.",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_ = cfg.Load(cmd.Flags()) // the doctor shows the faults of the configuration itself
			checks := Doctor(cmd.Context(), cfg, Probes{Journal: probeJournal, Contracts: probeContracts, Statements: probeStatements, Decisions: probeDecisions, Credit: probeCredit, Billing: probeBilling, Endings: probeEndings, Time: probeTime, Deliverables: probeDeliverables, Interrupted: probeImports, Pulls: probePulls, Files: probeFiles, Segments: probeSegments, Personal: probePersonal})
			if err := WriteChecks(cmd.OutOrStdout(), checks); err != nil {
				return err
			}
			if Sick(checks) {
				return errFound
			}
			return nil
		},
	}
	cfg.Flags(cmd.Flags())
	return cmd
}

// probeJournal recomputes the record of the context's workspace.
func probeJournal(ctx context.Context, d *db.DB) (string, error) {
	slug, _ := db.Workspace(ctx)
	report, err := (&journalops.Service{DB: d}).Verify(ctx, operatorOf(slug))
	if err != nil {
		return "", err
	}
	if report.Break != nil {
		return "", report.Break
	}
	return fmt.Sprintf("%d entries hold", report.Head.Seq), nil
}

// probeContracts compares the contracts of the context's workspace with its record.
func probeContracts(ctx context.Context, d *db.DB) (string, error) {
	return probed(standing(ctx, d, "contract", contractops.VerifyStored))
}

// probeStatements recomputes the statements of the context's workspace.
func probeStatements(ctx context.Context, d *db.DB) (string, error) {
	return probed(standing(ctx, d, "statement", feesops.VerifyStored))
}

// probeCredit compares the recorded credit of the context's workspace with its record.
func probeCredit(ctx context.Context, d *db.DB) (string, error) {
	return probed(standing(ctx, d, "credited deal", attributionops.VerifyCredits))
}

// probeDecisions compares what people decided in the context's workspace with its record.
func probeDecisions(ctx context.Context, d *db.DB) (string, error) {
	return probed(standing(ctx, d, "decision", feesops.VerifyDecisions))
}

// billed are the parts of billing that are compared with the record.
var billed = []struct {
	what   string
	verify verification[billingops.Altered]
}{{"invoice", billingops.VerifyInvoices}, {"payment", billingops.VerifyPayments}, {"billing profile", billingops.VerifyProfiles}}

// probeBilling compares the invoices, payments and billing profiles of the context's workspace with its record.
func probeBilling(ctx context.Context, d *db.DB) (string, error) {
	var all []string
	for _, v := range billed {
		words, err := probed(standing(ctx, d, v.what, v.verify))
		if err != nil {
			return "", err
		}
		all = append(all, words)
	}
	return strings.Join(all, ", "), nil
}

// probeEndings compares the notices and final settlements of the context's workspace with its record.
func probeEndings(ctx context.Context, d *db.DB) (string, error) {
	notices, err := probed(standing(ctx, d, "notice", engagementops.VerifyNotices))
	if err != nil {
		return "", err
	}
	settlements, err := probed(standing(ctx, d, "final settlement", engagementops.VerifySettlements))
	return notices + ", " + settlements, err
}

// probeTime compares approved time and its files with what was approved and recorded.
func probeTime(ctx context.Context, d *db.DB) (string, error) {
	return probed(standing(ctx, d, timeKept, timesheetops.VerifyTime))
}

// timeKept is what time is counted as, entries and files together.
const timeKept = "approved time record"

// probeDeliverables compares the steps and acceptances of deliverables with the record.
func probeDeliverables(ctx context.Context, d *db.DB) (string, error) {
	return probed(standing(ctx, d, "deliverable", workops.VerifyDeliverables))
}

func probed[A error](words string, altered []A, err error) (string, error) {
	if err == nil && len(altered) > 0 {
		err = fmt.Errorf("%w; %s", altered[0], words)
	}
	return words, err
}

// verification compares what is kept with what was recorded: how many hold, and those that do not.
type verification[A error] func(ctx context.Context, tx bun.Tx) (held int, altered []A, err error)

// standing tells in words how many of what is kept hold, and gives those that do not.
func standing[A error](ctx context.Context, d *db.DB, what string, verify verification[A]) (words string, altered []A, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		held, found, err := verify(ctx, tx)
		words, altered = counted(held, what)+" "+agreeing(held, "holds", "hold"), found
		if len(found) > 0 {
			words += fmt.Sprintf(", %d %s not", len(found), agreeing(len(found), "does", "do"))
		}
		return err
	})
	return words, altered, err
}

// agreeing is the verb as it goes with the number.
func agreeing(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// counted is "1 statement" or "2 statements".
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// probeImports lists the imports that were interrupted.
func probeImports(ctx context.Context, d *db.DB) (words []string, err error) {
	list, err := (&crmops.Service{DB: d, Now: time.Now}).Unfinished(ctx)
	for _, i := range list {
		if i.Stalled {
			words = append(words, fmt.Sprintf("the import of %s was interrupted after %s and keeps others of its client out. %s", i.Filename, counted(int(i.RowsDone), "row"), howToResume(i)))
		}
	}
	return words, err
}

// probeFiles lists the stored files that imports and requests rest on.
func probeFiles(ctx context.Context, d *db.DB) (digests []string, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		digests, err = filesOf(ctx, tx)
		return err
	})
	return digests, err
}

// probePersonal looks at what was rewritten of people's data, and at the key of hashed addresses.
func probePersonal(ctx context.Context, d *db.DB, dir string) (unfinished, broken []string, err error) {
	files, err := blob.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	s := &crmops.Service{DB: d, Files: files, Now: time.Now}
	open, err := s.Untidied(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range open {
		unfinished = append(unfinished, fmt.Sprintf("what %s erased or hashed of client %s at %s is still in files of touches and in free pages of the database; \"ofrecord serve\" takes it away within minutes, and so does \"ofrecord evidence segments --client %s --rebuild\"",
			r.ActorName, r.Client, r.At.UTC().Format(time.RFC3339), r.Client))
	}
	foreign, err := s.ForeignKeys(ctx)
	for _, client := range foreign {
		broken = append(broken, fmt.Sprintf("the e-mail addresses of client %s were hashed with another key than the one beside the stored files, so imports of that client are refused; put the file \"key\" back where it was", client))
	}
	return unfinished, broken, err
}

// probeSegments lists the files of touches.
func probeSegments(ctx context.Context, d *db.DB) (digests []string, without int, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		digests, without, err = crmops.SegmentFiles(ctx, tx)
		return err
	})
	return digests, without, err
}

func migrateCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the database to this program's version (serve does it by itself)", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cfg.Load(cmd.Flags()); err != nil {
				return err
			}
			d, err := db.Open(cmd.Context(), cfg.Database)
			if err != nil {
				return err
			}
			defer d.Close()
			if err := d.Migrate(cmd.Context()); err != nil {
				return err
			}
			steps, err := d.MigrationStatus(cmd.Context())
			fmt.Fprintf(cmd.OutOrStdout(), "%s is at this program's version: %d steps\n", cfg.DatabaseName(), len(steps))
			return err
		},
	}
	cfg.Flags(cmd.Flags())
	return cmd
}

func backupCommand() *cobra.Command {
	var cfg Config
	var output string
	cmd := &cobra.Command{
		Use:   "backup",
		Short: "Save the workspace, evidence files included, into one file while the program runs",
		Long:  "Saves the workspace as it is, without migrating it. Exit status 1: stored files were found damaged and left out.",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cfg.Load(cmd.Flags()); err != nil {
				return err
			}
			if err := cfg.mustExist(); err != nil {
				return err
			}
			d, err := db.Open(cmd.Context(), cfg.Database)
			if err != nil {
				return err
			}
			defer d.Close()
			if output == "" {
				if err := os.MkdirAll(cfg.BackupDir, 0o700); err != nil {
					return fault.New(fault.Unavailable, "backup-dir", "%s cannot be made: %s", cfg.BackupDir, plainCause(err))
				}
				output = filepath.Join(cfg.BackupDir, archive.FileName(cfg.Workspace, time.Now()))
			}
			done, err := saveWorkspace(cmd.Context(), d, cfg, output)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Saved %s: %d rows, %d files, fingerprint %s\n", output, done.Manifest.Rows(), len(done.Manifest.Blobs), done.Fingerprint)
			if len(done.Damaged) > 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "Damaged and left out: %v\n", done.Damaged)
				return errFound
			}
			return nil
		},
	}
	cfg.Flags(cmd.Flags())
	cmd.Flags().StringVar(&output, "output", "", "the file to write; it must not exist yet (default: a dated name in the backup directory)")
	return cmd
}

func saveWorkspace(ctx context.Context, d *db.DB, cfg Config, output string) (done archive.Summary, err error) {
	files, err := storedFiles(d, cfg)
	if err != nil {
		return archive.Summary{}, err
	}
	err = archive.WriteFile(output, func(w io.Writer) (err error) {
		done, err = archive.Backup(db.WithWorkspace(ctx, cfg.Workspace), d, files, w, archive.Options{Program: programVersion()})
		return err
	})
	return done, err
}

// storedFiles is the part of the stored files that belongs to the configured workspace.
func storedFiles(d *db.DB, cfg Config) (*blob.Store, error) {
	store, err := blob.Open(cfg.FilesDir())
	if err != nil || d.Engine() == db.SQLite {
		return store, err
	}
	return store.In(cfg.Workspace)
}

func restoreCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Restore a backup into an empty database, of either engine, whole or not at all",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cfg.Load(cmd.Flags()); err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fault.New(fault.NotFound, "file", "%s cannot be read: %s", args[0], plainCause(err)).Because(err)
			}
			defer f.Close()
			absent := cfg.absent()
			done, err := restoreWorkspace(cmd, cfg, f)
			if err != nil {
				for _, path := range absent { // the target is as it was before; a folder with something in it stays
					_ = os.Remove(path)
				}
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Restored the workspace %s of %s: %d rows, %d files, fingerprint %s\n",
				done.Workspace, done.Manifest.Created.Format(time.RFC3339), done.Manifest.Rows(), len(done.Manifest.Blobs), done.Fingerprint)
			return nil
		},
	}
	cfg.Flags(cmd.Flags())
	return cmd
}

// absent are the files of a database on disk, and the folders of its stored files, that are not there, the inner ones first.
func (c Config) absent() []string {
	paths := []string{filepath.Join(c.FilesDir(), "tmp"), c.FilesDir()}
	if !c.Postgres() {
		paths = append(paths, c.Database+"-wal", c.Database+"-shm", c.Database)
	}
	return slices.DeleteFunc(paths, func(path string) bool {
		_, err := os.Lstat(path)
		return !errors.Is(err, fs.ErrNotExist)
	})
}

func restoreWorkspace(cmd *cobra.Command, cfg Config, backup io.Reader) (done archive.Summary, err error) {
	p, err := open(cmd, &cfg)
	if err != nil {
		return archive.Summary{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	files, err := storedFiles(p.DB, cfg)
	if err != nil {
		return archive.Summary{}, err
	}
	return archive.Restore(p.inWorkspace(cmd.Context()), backup, p.DB, files, archive.Options{Program: programVersion()})
}
