package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// The levels of a check: well, better mended soon, and must be mended.
const (
	Well    = "ok"
	Warning = "warning"
	Fault   = "fault"
)

// Check is one thing that the doctor looked at.
type Check struct {
	Name  string
	OK    bool   // Level is Well
	Level string // Well, Warning or Fault
	Text  string // what was found, and what to do about it
}

// Probes look into rooms of whose rows the doctor knows nothing. One that is nil is left out.
type Probes struct {
	// Journal recomputes the chain of the context's workspace and tells in words how far it holds; an error is a break.
	Journal func(ctx context.Context, d *db.DB) (string, error)
	// Contracts compares the workspace's contracts with its record and tells in words how many hold; an error names one that does not.
	Contracts func(ctx context.Context, d *db.DB) (string, error)
	// Statements does the same for the workspace's statements, and recomputes their hashes.
	Statements func(ctx context.Context, d *db.DB) (string, error)
	// Interrupted lists in words the imports of the workspace that stopped on the way and on which nobody works.
	Interrupted func(ctx context.Context, d *db.DB) ([]string, error)
	// Files lists the digests that rows of the context's workspace name.
	Files func(ctx context.Context, d *db.DB) ([]string, error)
}

// Doctor examines the installation and changes no record. It reads the whole database file, so it may take a while.
func Doctor(ctx context.Context, c Config, p Probes) []Check {
	e := examination{config: c, probes: p, began: time.Now()}
	e.configuration()
	e.publicURL()
	e.timeZones()
	e.database(ctx)
	e.mail(ctx)
	e.clock()
	return e.checks
}

// Sick reports whether a check found a fault; warnings do not count.
func Sick(checks []Check) bool {
	return slices.ContainsFunc(checks, func(c Check) bool { return c.Level == Fault })
}

// WriteChecks prints the checks, a line each, and how many there are of each level.
func WriteChecks(w io.Writer, checks []Check) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	count := map[string]int{}
	for _, c := range checks {
		count[c.Level]++
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Level, c.Name, c.Text)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d checks: %d ok, %d to mend soon, %d to mend now\n", len(checks), count[Well], count[Warning], count[Fault])
	return err
}

// examination gathers checks.
type examination struct {
	config Config
	probes Probes
	began  time.Time
	checks []Check
}

func (e *examination) note(level, name, format string, args ...any) {
	e.checks = append(e.checks, Check{Name: name, OK: level == Well, Level: level, Text: fmt.Sprintf(format, args...)})
}

func (e *examination) configuration() {
	faults := fault.All(e.config.Check())
	for _, f := range faults {
		e.note(Fault, "configuration", "%s", f.Error())
	}
	for _, warning := range e.config.Warnings() {
		e.note(Warning, "configuration", "%s", warning)
	}
	if len(faults)+len(e.config.Warnings()) == 0 {
		e.note(Well, "configuration", "complete")
	}
}

func (e *examination) timeZones() {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata"} {
		if _, err := time.LoadLocation(name); err != nil {
			e.note(Fault, "time zones", "%s is not known, so periods of contracts cannot be cut; install the package tzdata", name)
			return
		}
	}
	e.note(Well, "time zones", "known")
}

// builtYear is the year before which no clock of an installation of this version can be right.
const builtYear = 2026

// clock compares the calendar with the year of this program, and its advance with that of the steady clock.
func (e *examination) clock() {
	now := time.Now()
	jump := now.Round(0).Sub(e.began.Round(0)) - now.Sub(e.began)
	switch {
	case now.Year() < builtYear:
		e.note(Fault, "clock", "the machine says it is %s; set its clock, and keep it right with NTP", now.Format(time.DateOnly))
	case jump.Abs() > 2*time.Second:
		e.note(Warning, "clock", "the machine's clock was set by %v while the checks ran; keep it right with NTP", jump.Round(time.Millisecond))
	default:
		e.note(Well, "clock", "%s", now.UTC().Format(time.RFC3339))
	}
}

func (e *examination) database(ctx context.Context) {
	const name = "database"
	if !e.config.Postgres() && !e.databaseFile() {
		return
	}
	d, err := db.Open(ctx, e.config.Database)
	if err != nil {
		e.note(Fault, name, "%v", reason(err))
		return
	}
	defer d.Close()
	if !e.migrations(ctx, d) {
		return
	}
	slug, ok := e.workspace(ctx, d)
	if !ok {
		return
	}
	ctx = db.WithWorkspace(ctx, slug)
	e.engine(ctx, d)
	e.record(ctx, d, "journal", e.probes.Journal)
	e.record(ctx, d, "contracts", e.probes.Contracts)
	e.record(ctx, d, "statements", e.probes.Statements)
	e.imports(ctx, d)
	e.files(ctx, d, slug)
}

// databaseFile looks at the file before it is opened, for opening would make it.
func (e *examination) databaseFile() bool {
	path := e.config.Database
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.note(Fault, "database", "there is no file %s; run \"ofrecord init\", or set OFRECORD_DATABASE to where it is", path)
		return false
	case err != nil:
		e.note(Fault, "database", "%v", err)
		return false
	case !info.Mode().IsRegular():
		e.note(Fault, "database", "%s is no file", path)
		return false
	}
	switch mode := info.Mode().Perm(); {
	case runtime.GOOS == "windows":
	case mode&0o007 != 0:
		e.note(Fault, "permissions", "every user of this machine may open %s (%v); run: chmod 600 %s", path, mode, path)
	case mode&0o070 != 0:
		e.note(Warning, "permissions", "other users of its group may open %s (%v); run: chmod 600 %s", path, mode, path)
	default:
		e.note(Well, "permissions", "only its owner may open %s", path)
	}
	return true
}

func (e *examination) migrations(ctx context.Context, d *db.DB) bool {
	steps, err := d.MigrationStatus(ctx)
	if err != nil {
		e.note(Fault, "migrations", "%v", reason(err))
		return false
	}
	pending := slices.IndexFunc(steps, func(m db.Migration) bool { return m.AppliedAt.IsZero() })
	if pending >= 0 {
		e.note(Fault, "migrations", "%s is not taken yet; make a backup and run \"ofrecord migrate\"", steps[pending].Name)
		return false
	}
	e.note(Well, "migrations", "all %d steps are taken", len(steps))
	return true
}

func (e *examination) workspace(ctx context.Context, d *db.DB) (slug string, ok bool) {
	list, err := d.Workspaces(ctx)
	if err != nil {
		e.note(Fault, "workspace", "%v", reason(err))
		return "", false
	}
	for _, w := range list {
		if d.Engine() == db.SQLite || w.Slug == e.config.Workspace {
			e.note(Well, "workspace", "%s, %s", w.Slug, w.Name)
			return w.Slug, true
		}
	}
	e.note(Fault, "workspace", "there is no workspace %q; run \"ofrecord init\", or set OFRECORD_WORKSPACE", e.config.Workspace)
	return "", false
}

// record notes what a probe of the record found.
func (e *examination) record(ctx context.Context, d *db.DB, name string, probe func(context.Context, *db.DB) (string, error)) {
	if probe == nil {
		return
	}
	words, err := probe(ctx, d)
	if err != nil {
		e.note(Fault, name, "%v", reason(err))
		return
	}
	e.note(Well, name, "%s", words)
}

// imports notes each import that was interrupted.
func (e *examination) imports(ctx context.Context, d *db.DB) {
	if e.probes.Interrupted == nil {
		return
	}
	list, err := e.probes.Interrupted(ctx, d)
	switch {
	case err != nil:
		e.note(Fault, "imports", "%v", reason(err))
	case len(list) == 0:
		e.note(Well, "imports", "none was interrupted")
	}
	for _, words := range list {
		e.note(Warning, "imports", "%s", words)
	}
}

// How much must be free on a disk.
const (
	scarce  = 256 << 20
	becomes = 2 << 30
)

func (e *examination) space(what, dir string, free func(string) (int64, bool)) {
	bytes, known := free(dir)
	switch {
	case !known:
	case bytes < scarce:
		e.note(Fault, "disk", "only %d MiB are free for %s in %s; make room now, uploads and imports are refused already", bytes>>20, what, dir)
	case bytes < becomes:
		e.note(Warning, "disk", "only %d MiB are free for %s in %s; make room", bytes>>20, what, dir)
	default:
		e.note(Well, "disk", "%d GiB are free for %s in %s", bytes>>30, what, dir)
	}
}

func (e *examination) files(ctx context.Context, d *db.DB, slug string) {
	dir := e.config.FilesDir()
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		e.note(Warning, "files", "%s is not there yet; \"ofrecord serve\" makes it", dir)
		return
	}
	store, err := blob.Open(dir)
	if err == nil && d.Engine() == db.Postgres {
		store, err = store.In(slug)
	}
	if err == nil {
		err = writable(filepath.Join(dir, "tmp"))
	}
	if err != nil {
		e.note(Fault, "files", "%s cannot be written; give it to the user that runs this program", dir)
		return
	}
	e.space("files", dir, store.Free)
	if d.Engine() == db.SQLite {
		e.space("the database", filepath.Dir(e.config.Database), store.Free)
	}
	e.contents(ctx, d, store)
}

func writable(dir string) error {
	probe, err := os.CreateTemp(dir, "doctor-")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// readLimit is how much of the files is read to see whether they are what was uploaded.
const readLimit = 256 << 20

// contents wants every file that a row names to be there, and reads some of them.
func (e *examination) contents(ctx context.Context, d *db.DB, store *blob.Store) {
	if e.probes.Files == nil {
		return
	}
	named, err := e.probes.Files(ctx, d)
	if err != nil {
		e.note(Fault, "files", "%v", reason(err))
		return
	}
	named = slices.Clone(named)
	rand.Shuffle(len(named), func(i, j int) { named[i], named[j] = named[j], named[i] })
	var bad []string
	read, left := 0, int64(readLimit)
	for _, sha := range named {
		in, err := store.Get(sha)
		if err == nil && left > 0 {
			var n int64
			n, err = io.Copy(io.Discard, in)
			left -= n
			read++
		}
		if in != nil {
			_ = in.Close()
		}
		if err != nil {
			bad = append(bad, fmt.Sprint(reason(err)))
		}
	}
	if len(bad) > 0 {
		e.note(Fault, "files", "%d of %d files are missing or damaged: %s", len(bad), len(named), bad[0])
		return
	}
	if len(named) == 0 {
		e.note(Well, "files", "none were uploaded yet")
		return
	}
	e.note(Well, "files", "all %d files are there; the %d of them that were read are what was uploaded", len(named), read)
}

// reason is what a person may see of an error.
func reason(err error) error {
	if all := fault.All(err); len(all) > 0 {
		return all[0]
	}
	return err
}
