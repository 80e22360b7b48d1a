package app

import (
	"context"
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

// importing is one run of the command.
type importing struct {
	*Program
	cmd      *cobra.Command
	client   party.Org
	in       crmops.ImportInput // what holds for every file
	rejects  string
	progress *progress
	lost     bool // rows were rejected
}

func importCommand() *cobra.Command {
	var on ofClient
	var kind, profile string
	var resume bool
	r := importing{}
	cmd := &cobra.Command{
		Use:   "import --client NAME FILE...",
		Short: "Import CRM exports of a client",
		Long: "Imports CSV files (also .gz) and Excel workbooks (.xlsx) of companies, contacts, deals, their contacts, touches, payments and carve-outs, each as one numbered, unchangeable snapshot.\n" +
			"What a file leaves open is asked for and stated by flags, which hold for every file of the command. An import that was interrupted is finished first.\n" +
			"Exit status 0: every row was taken, doubtful ones are told; 1: some rows were rejected, the others were imported.",
		Args: usage(func(_ *cobra.Command, args []string) error {
			switch {
			case resume && (len(args) > 0 || r.in.DryRun):
				return errors.New("--resume takes no file and no --dry-run")
			case !resume && len(args) == 0:
				return errors.New("name the files to import")
			case r.rejects != "" && len(args) != 1:
				return errors.New("--rejects is for one file at a time")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, client, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			r.Program, r.cmd, r.client = p, cmd, client
			r.in.Client, r.in.Kind, r.in.Profile = r.client.ID, crm.Kind(kind), crm.Profile(profile)
			r.progress = newProgress(cmd.ErrOrStderr())
			p.CRM.Progress = func(_ string, rows, bytes int64) { r.progress.rows(rows, bytes) }
			if resume {
				return r.ended(r.resumeAll())
			}
			return r.ended(r.files(args))
		},
	}
	on.flags(cmd)
	cmd.Flags().StringVar(&kind, "kind", "", "what the rows are, when the columns do not tell: "+strings.Join(kindNames(), ", "))
	cmd.Flags().StringVar(&profile, "profile", "", "where the file comes from, when the columns do not tell: "+strings.Join(profileNames(), ", "))
	cmd.Flags().StringVar(&r.in.Saved, "mapping", "", "name of a mapping that was kept in the browser")
	cmd.Flags().BoolVar(&r.in.DryRun, "dry-run", false, "only count what would be new, changed, unchanged and rejected; nothing is kept")
	cmd.Flags().StringVar(&r.rejects, "rejects", "", "write rejected and doubtful rows with their reasons to this CSV file")
	cmd.Flags().BoolVar(&resume, "resume", false, "only finish an import of the client that was interrupted")
	statedFlags(cmd, &r.in.Stated)
	cmd.AddCommand(importWatchCommand(), pullCommand())
	return cmd
}

// statedFlags are named as crm.StatedAs names the places of a mapping, with a hyphen for "_".
func statedFlags(cmd *cobra.Command, s *crm.Stated) {
	for _, f := range []struct {
		to          *string
		name, usage string
	}{
		{&s.Decimal, "decimal", "decimal mark of amounts: point or comma"},
		{&s.DateOrder, "date-order", "order of dates written with numbers only: ymd, dmy or mdy"},
		{&s.Zone, "zone", "time zone of times that carry none, such as Europe/Berlin"},
		{&s.Currency, "currency", "currency of amounts in rows without one, such as USD"},
		{&s.HomeCurrency, "home-currency", "currency of amounts that the CRM converted"},
	} {
		cmd.Flags().StringVar(f.to, f.name, "", f.usage)
	}
	cmd.Flags().StringVar(&s.Sheet, "sheet", "", "sheet of a workbook, when it has several that hold rows")
	cmd.Flags().IntVar(&s.Header, "header", 0, "line on which the names of the columns stand, when it is not found")
	for _, f := range []struct {
		to          *[]string
		name, usage string
	}{
		{&s.Won, "won", "stage that means won, as exported; once for each"},
		{&s.Lost, "lost", "stage that means lost"},
		{&s.Open, "open", "stage that means open"},
		{&s.New, "new", "customer type that means a new customer, as exported"},
		{&s.Existing, "existing", "customer type that means an existing customer"},
		{&s.Renewal, "renewal", "customer type that means a renewal"},
		{&s.Columns, "column", "field=header: which column holds a field; field= where none does"},
		{&s.Constants, "constant", "field=value: a field that is the same in every row"},
	} {
		cmd.Flags().StringArrayVar(f.to, f.name, nil, f.usage)
	}
}

// asFlag is the flag that answers a question about a place of a mapping.
func asFlag(place string) string { return "--" + strings.ReplaceAll(crm.StatedAs(place), "_", "-") }

func kindNames() []string {
	var out []string
	for _, k := range crm.Kinds() {
		out = append(out, string(k))
	}
	return out
}

func profileNames() []string {
	var out []string
	for _, p := range crm.Profiles() {
		out = append(out, string(p))
	}
	return out
}

func (r *importing) ctx() context.Context { return r.inWorkspace(r.cmd.Context()) }

// files takes the files in one after the other; the first that fails ends it.
func (r *importing) files(paths []string) error {
	if !r.in.DryRun {
		if _, err := r.resume(); err != nil && !fault.Is(err, fault.Conflict) { // of one that is being worked on, the import tells
			return err
		}
	}
	for _, path := range paths {
		if err := r.file(path); err != nil {
			return fileError{path, err}
		}
	}
	return nil
}

func (r *importing) file(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.New(fault.NotFound, "file", "the file cannot be read: %s", plainCause(err)).Because(err)
	}
	defer f.Close()
	in := r.in
	in.Filename, in.Reader = filepath.Base(path), f
	r.progress.begin(path, f)
	if in.DryRun {
		return r.try(path, in)
	}
	done, err := r.CRM.Import(r.ctx(), r.operator(), in)
	r.progress.end()
	if err != nil {
		return fault.Moved(err, asFlag)
	}
	r.tell(path, done)
	if r.rejects == "" {
		return nil
	}
	return writeTo(r.rejects, func(w io.Writer) error { return r.CRM.WriteRejects(r.ctx(), r.operator(), done.Client, done.ID, w) })
}

// try tells what importing the file would do, and keeps nothing.
func (r *importing) try(path string, in crmops.ImportInput) (err error) {
	trial, err := r.CRM.Try(r.ctx(), r.operator(), in)
	r.progress.end()
	if err != nil {
		return fault.Moved(err, asFlag)
	}
	defer func() { err = errors.Join(err, trial.Close()) }()
	m := trial.Mapping()
	r.tell(path, crmops.Import{Kind: m.Kind(), Mapping: m, Tally: trial.Tally})
	if r.rejects == "" {
		return nil
	}
	return writeTo(r.rejects, func(w io.Writer) error { return trial.WriteRejects(r.ctx(), w) })
}

func (r *importing) resumeAll() error {
	n, err := r.resume()
	if err == nil && n == 0 {
		fmt.Fprintf(r.cmd.OutOrStdout(), "No import of %s waits to be finished.\n", r.client.Name)
	}
	return err
}

// resume finishes the client's import that was interrupted, and gives how many there were. Fault: Conflict when somebody works on it.
func (r *importing) resume() (n int, err error) {
	list, err := r.unfinished(r.ctx())
	for _, i := range list {
		if i.Stalled {
			fmt.Fprintf(r.cmd.ErrOrStderr(), "%s was interrupted after %s; it is finished now.\n", i.Filename, counted(int(i.RowsDone), "row"))
		}
		r.progress.begin(i.Filename, nil)
		r.progress.size = i.Bytes
		done, err := r.CRM.Finish(r.ctx(), r.operator(), i.Client, i.ID)
		r.progress.end()
		if err != nil {
			return n, fmt.Errorf("resume %s: %w", i.Filename, err)
		}
		r.tell(i.Filename, done)
		n++
	}
	return n, err
}

func (r *importing) unfinished(ctx context.Context) ([]crmops.Import, error) {
	list, err := r.CRM.Unfinished(ctx)
	return slices.DeleteFunc(list, func(i crmops.Import) bool { return i.Client != r.client.ID }), err
}

// ended gives the end of the command. After a failure it tells how an import goes on that was begun.
func (r *importing) ended(err error) error {
	switch {
	case err == nil && r.lost:
		return errFound
	case err == nil || fault.Code(err) == "import-interrupted":
		return err
	}
	list, lookErr := r.unfinished(context.WithoutCancel(r.ctx()))
	for _, i := range list {
		if i.Stalled {
			fmt.Fprintf(r.cmd.ErrOrStderr(), "%s is stored up to row %d; none of it counts before all of it is. %s\n", i.Filename, i.RowsDone, howToResume(i))
		}
	}
	return errors.Join(err, lookErr)
}

func howToResume(i crmops.Import) string {
	return fmt.Sprintf("It goes on by itself while \"ofrecord serve\" runs, else with: ofrecord import --client %s --resume", i.Client)
}

// tell prints what became of a file.
func (r *importing) tell(path string, i crmops.Import) {
	r.lost = r.lost || i.Tally.Rejected > 0
	writeTally(r.cmd.OutOrStdout(), path, i)
}

// doubtsShown is how many sorts of doubts and problems are told of a file.
const doubtsShown = 5

func writeTally(w io.Writer, path string, i crmops.Import) {
	t := i.Tally
	verb := fmt.Sprintf("import %d", i.No)
	if i.No == 0 {
		verb = "dry run"
	}
	fmt.Fprintf(w, "%s: %s: ", path, verb)
	if i.Kind == "" {
		fmt.Fprintf(w, "%s of the side table %s, %d rejected", counted(int(t.Rows), "row"), i.Mapping.Object, t.Rejected)
	} else {
		fmt.Fprintf(w, "%d new, %d changed, %d unchanged, %d rejected", t.New, t.Changed, t.Unchanged, t.Rejected)
	}
	if doubts := t.Doubts(); doubts > 0 {
		fmt.Fprintf(w, ", %s in rows that are taken", counted(int(doubts), "doubt"))
	}
	if t.Aside > 0 {
		fmt.Fprintf(w, ", %s left aside (totals, lines below the table, unpaid charges)", counted(int(t.Aside), "row"))
	}
	if i.Mapping.FitsOthers() {
		object, _ := crm.ObjectOf(i.Mapping.Profile, i.Mapping.Object)
		fmt.Fprintf(w, ", as %s (--kind %s): the columns would be those of another kind as well", object.Words, i.Kind)
	}
	fmt.Fprintln(w)
	if t.Kept > 0 {
		fmt.Fprintf(w, "  decisions kept: %s blank what a person decided in the program\n", leaves(t.Kept))
	}
	if t.Against > 0 {
		fmt.Fprintf(w, "  decisions contradicted: %s otherwise than a person decided, the first on line %d: %s\n", says(t.Against), t.Contradicted[0].Line, t.Contradicted[0].ID)
	}
	codes := t.Codes()
	for _, code := range codes[:min(len(codes), doubtsShown)] {
		p := t.Problems[code]
		fmt.Fprintf(w, "  %s, %s, the first on line %d: %s\n", code, counted(int(p.Count), "time"), p.Line, p.Text)
	}
	if more := len(codes) - doubtsShown; more > 0 {
		fmt.Fprintf(w, "  and %s more; --rejects lists every row\n", counted(more, "sort"))
	}
}

func leaves(n int64) string {
	if n == 1 {
		return "1 row leaves"
	}
	return fmt.Sprintf("%d rows leave", n)
}

func says(n int64) string {
	if n == 1 {
		return "1 row says"
	}
	return fmt.Sprintf("%d rows say", n)
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
