package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
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
	// Decisions does the same for what people decided about deliveries, results and hours.
	Decisions func(ctx context.Context, d *db.DB) (string, error)
	// Credit does the same for the credit of deals that was recorded.
	Credit func(ctx context.Context, d *db.DB) (string, error)
	// Billing does the same for invoices, payments and billing profiles.
	Billing func(ctx context.Context, d *db.DB) (string, error)
	// Endings does the same for notices and final settlements, Time for approved time and its files, Deliverables for the steps and acceptances of deliverables.
	Endings, Time, Deliverables func(ctx context.Context, d *db.DB) (string, error)
	// Interrupted lists in words the imports of the workspace that stopped on the way and on which nobody works.
	Interrupted func(ctx context.Context, d *db.DB) ([]string, error)
	// Pulls tells in words what stands in the way of pulls from CRMs in the workspace.
	Pulls func(ctx context.Context, d *db.DB, c Config) ([]string, error)
	// Files lists the digests that rows of the context's workspace name.
	Files func(ctx context.Context, d *db.DB) ([]string, error)
	// Personal tells in words what is wrong with how data of people is kept: an erasure that was not finished, and a key that is not there.
	Personal func(ctx context.Context, d *db.DB, files string) (unfinished, broken []string, err error)
	// Segments lists the digests of the files of touches, and how many imports of touches have none.
	Segments func(ctx context.Context, d *db.DB) (digests []string, without int, err error)
}

// Doctor examines the installation and changes no record. It reads the whole database file, so it may take a while.
func Doctor(ctx context.Context, c Config, p Probes) []Check {
	e := examination{config: c, probes: p, began: time.Now()}
	e.configuration()
	e.publicURL()
	e.timeZones()
	e.disk()
	e.directory()
	e.connectors()
	e.watched()
	e.mailboxes()
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
	if !e.config.Postgres() && !e.databaseFile() {
		return
	}
	d, err := db.Open(ctx, e.config.Database)
	if err != nil {
		e.note(Fault, "database", "%s", reason(err))
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
	e.changes(ctx, d)
	e.record(ctx, d, "journal", e.probes.Journal)
	e.record(ctx, d, "contracts", e.probes.Contracts)
	e.record(ctx, d, "statements", e.probes.Statements)
	e.record(ctx, d, "decisions", e.probes.Decisions)
	e.record(ctx, d, "credit", e.probes.Credit)
	e.record(ctx, d, "billing", e.probes.Billing)
	e.record(ctx, d, "endings", e.probes.Endings)
	e.record(ctx, d, "time", e.probes.Time)
	e.record(ctx, d, "deliverables", e.probes.Deliverables)
	e.imports(ctx, d)
	e.pulls(ctx, d)
	e.contents(ctx, d, slug)
	e.segments(ctx, d, slug)
	e.personal(ctx, d)
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
		e.note(Fault, "migrations", "%s", reason(err))
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
		e.note(Fault, "workspace", "%s", reason(err))
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
		e.note(Fault, name, "%s", reason(err))
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
		e.note(Fault, "imports", "%s", reason(err))
	case len(list) == 0:
		e.note(Well, "imports", "none was interrupted")
	}
	for _, words := range list {
		e.note(Warning, "imports", "%s", words)
	}
}

// personal notes what is wrong with how data of people is kept.
func (e *examination) personal(ctx context.Context, d *db.DB) {
	if e.probes.Personal == nil {
		return
	}
	if _, err := os.Stat(e.config.FilesDir()); errors.Is(err, fs.ErrNotExist) {
		return // contents tells of it
	}
	unfinished, broken, err := e.probes.Personal(ctx, d, e.config.FilesDir())
	switch {
	case err != nil:
		e.note(Fault, "personal data", "%s", reason(err))
	case len(unfinished)+len(broken) == 0:
		e.note(Well, "personal data", "no erasure was cut off, and the key of hashed addresses is there")
	}
	for _, words := range unfinished {
		e.note(Warning, "personal data", "%s", words)
	}
	for _, words := range broken {
		e.note(Fault, "personal data", "%s", words)
	}
}

// connectors tells whether anything is pulled, and who may read what opens the CRMs.
func (e *examination) connectors() {
	path := e.config.Connectors
	if path == "" {
		e.note(Well, "connectors", "off: OFRECORD_CONNECTORS names no file, so nothing is pulled from HubSpot or Salesforce")
		return
	}
	list, wrong := e.config.connectors()
	if len(wrong) > 0 {
		return // the configuration has told
	}
	paths := []string{path}
	for _, c := range list {
		paths = append(paths, c.TokenFile, c.ClientIDFile, c.ClientSecretFile)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); path != "" && err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			e.note(Warning, "connectors", "other users of this machine may open %s (%v), which opens a CRM; run: chmod 600 %s", path, info.Mode().Perm(), path)
		}
	}
	e.note(Well, "connectors", "on: %s", counted(len(list), "connection"))
}

// mailboxes tells whether mail is fetched, and who may read what opens the mailboxes. It reaches none.
func (e *examination) mailboxes() {
	path := e.config.Mailboxes
	if path == "" {
		e.note(Well, "mailboxes", "off: OFRECORD_MAILBOXES names no file, so no mail is fetched")
		return
	}
	list, wrong := e.config.mailboxes()
	if len(wrong) > 0 {
		return // the configuration has told
	}
	paths := []string{path}
	for _, m := range list {
		paths = append(paths, m.PasswordFile)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); path != "" && err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			e.note(Warning, "mailboxes", "other users of this machine may open %s (%v), which opens a mailbox; run: chmod 600 %s", path, info.Mode().Perm(), path)
		}
	}
	e.note(Well, "mailboxes", "on: mail is fetched from %s", counted(len(list), "place"))
}

// watched tells whether directories are watched, and whether files can be taken out of them.
func (e *examination) watched() {
	if e.config.Watch == "" {
		e.note(Well, "watched directories", "off: OFRECORD_WATCH names no file, so none is looked into")
		return
	}
	list, wrong := e.config.watches()
	if len(wrong) > 0 {
		return // the configuration has told
	}
	for n, w := range list {
		if err := w.look.writable(); err != nil {
			e.note(Fault, "watched directories", "entry %d of %s: %s", n+1, e.config.Watch, reason(err))
			return
		}
		passed, err := w.look.passedOver()
		if err != nil {
			e.note(Fault, "watched directories", "entry %d of %s: %s", n+1, e.config.Watch, reason(err))
			return
		}
		for _, name := range slices.Sorted(maps.Keys(passed)) {
			e.note(Warning, "watched directories", "%s is passed over: %s", filepath.Join(w.look.dir, name), passed[name])
		}
	}
	e.note(Well, "watched directories", "on: %s", counted(len(list), "watched place"))
}

// pulls notes what stands in the way of pulls.
func (e *examination) pulls(ctx context.Context, d *db.DB) {
	if e.probes.Pulls == nil || e.config.Connectors == "" {
		return
	}
	list, err := e.probes.Pulls(ctx, d, e.config)
	switch {
	case err != nil:
		e.note(Fault, "pulls", "%s", reason(err))
	case len(list) == 0:
		e.note(Well, "pulls", "none failed, and none waits for a person")
	}
	for _, words := range list {
		e.note(Warning, "pulls", "%s", words)
	}
}

// changes tries whether the database takes any.
func (e *examination) changes(ctx context.Context, d *db.DB) {
	if err := d.CheckWrite(ctx); err != nil {
		e.note(Fault, "changes", "%s", reason(err))
		return
	}
	e.note(Well, "changes", "the database lets itself be changed")
}

// reason is what a person may see of an error, and for whoever runs the installation its cause.
func reason(err error) string {
	if all := fault.All(err); len(all) > 0 {
		return detailed(all[0])
	}
	return detailed(err)
}
