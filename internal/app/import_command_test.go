package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// desk is a folder with files, and an installation with the client Acme.
type desk struct {
	t     *testing.T
	dir   string
	place []string // flags
	*Program
}

func eachDesk(t *testing.T, test func(t *testing.T, k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ context.Context) {
		url := dbtest.SQLiteURL(t)
		if d.Engine() == db.Postgres {
			url = dbtest.PostgresURL(t)
		}
		cfg := healthy(t, url)
		p, err := openProgram(t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)), time.Now)
		if err == nil {
			_, err = p.Party.CreateClient(p.inWorkspace(t.Context()), p.operator(), "Acme")
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		})
		test(t, &desk{t, t.TempDir(), []string{"--database", url, "--files", cfg.Files, "--workspace", dbtest.Workspace}, p})
	})
}

// file writes a file and gives its path.
func (k *desk) file(name, text string) string {
	k.t.Helper()
	path := filepath.Join(k.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// run is a command that must end with the status; it gives what was printed.
func (k *desk) run(status int, args ...string) string {
	k.t.Helper()
	got, out := ran(k.t, append(args, k.place...)...)
	if got != status {
		k.t.Fatalf("%v: exit status %d, want %d\n%s", args, got, status, out)
	}
	return out
}

func (k *desk) imports(status int, args ...string) string {
	k.t.Helper()
	return k.run(status, append([]string{"import", "--client", "Acme"}, args...)...)
}

func (k *desk) holds(out string, words ...string) {
	k.t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			k.t.Errorf("not said: %q in\n%s", w, out)
		}
	}
}

const (
	soundCSV  = "company_id,name,domain\nc1,Boreal,boreal.example\n"
	doubtsCSV = "deal_id,name,amount,currency,is_won,is_closed,closed_on\nd1,A,1.00,USD,true,true,2026-02-30\nd2,B,1.00,XXQ,true,true,2026-02-20\nd3,C,1.00,USD,false,false,\n"
	formsCSV  = "conversion_id,contact_id,timestamp,form_id,title\nf1,p1,2026-01-02 10:00:00,9,Trial\n"
)

func TestImportAsksWhatAFileLeavesOpenAndNamesTheFile(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		sound, forms := k.file("companies.csv", soundCSV), k.file("forms.csv", formsCSV)
		out := k.imports(exitUsage, sound, forms)
		k.holds(out, sound+": import 1: 1 new", "ofrecord: "+forms+": --zone: In which time zone", "ofrecord: "+forms+": --constant: Through which channel")
		k.holds(k.imports(exitUsage, "--zone", "Mars", forms), forms+`: --zone: The time zone "Mars" is not known`)
		k.holds(k.imports(exitDone, "--zone", "America/New_York", "--constant", "channel=form", forms), forms+": import 2: 1 new")
		missing := filepath.Join(k.dir, "missing.csv")
		k.holds(k.imports(66, sound, missing), "ofrecord: "+missing+": the file cannot be read: no such file")
		k.holds(k.imports(exitUsage), "name the files to import")
		k.holds(k.imports(exitUsage, "--resume", sound), "--resume takes no file")
	})
}

func TestImportTellsOfDoubtfulRows(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		doubts, sound := k.file("deals.csv", doubtsCSV), k.file("companies.csv", soundCSV)
		list := filepath.Join(k.dir, "rejects.csv")
		for _, args := range [][]string{{"--dry-run", "--rejects", list, doubts}, {"--rejects", list, doubts}} {
			out := k.imports(exitDone, args...)
			k.holds(out, "3 new, 0 changed, 0 unchanged, 0 rejected, 2 doubts in rows that are taken", "date-impossible, 1 time, the first on line 2: ", "currency-unknown, 1 time, the first on line 3: ")
			if text, err := os.ReadFile(list); err != nil || strings.Count(string(text), "\n") != 3 || os.Remove(list) != nil {
				t.Errorf("%v: %q %v", args, text, err)
			}
		}
		k.imports(exitDone, "--rejects", list, sound)
		if text, err := os.ReadFile(list); err != nil || strings.Count(string(text), "\n") != 1 {
			t.Errorf("of a file without doubts: %q %v", text, err)
		}
		k.holds(k.imports(exitFound, k.file("lost.csv", doubtsCSV+",E,1.00,USD,,,\n")), "1 rejected, 2 doubts", "id-missing")
		k.holds(k.imports(exitUsage, "--rejects", list, doubts, sound), "--rejects is for one file at a time")
	})
}

func TestImportCountsTheRowsOfASideTable(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		stages := k.file("stages.csv", "stage_id,label,closed_won,probability\ns1,Signed,true,1.0\ns2,Gone,false,0.0\n")
		k.holds(k.imports(exitDone, "--dry-run", stages), "dry run: 2 rows of the side table stages, 0 rejected\n")
		k.holds(k.imports(exitDone, stages), "import 1: 2 rows of the side table stages, 0 rejected\n")
	})
}

// interrupt stops the command at its first chunks, as the signal of a terminal does, and gives what was printed.
func (k *desk) interrupt(path string) string {
	k.t.Helper()
	ctx, stop := context.WithCancel(k.t.Context())
	go func() {
		for ctx.Err() == nil {
			if list, err := k.CRM.Unfinished(k.inWorkspace(ctx)); err != nil || len(list) > 0 && list[0].RowsDone > 0 {
				stop()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	var out bytes.Buffer
	root := command()
	root.SetArgs(append([]string{"import", "--client", "Acme", path}, k.place...))
	root.SetOut(&out)
	root.SetErr(&out)
	status := exitOf(root.ExecuteContext(ctx), &out)
	if stop(); status != 69 {
		k.t.Fatalf("exit status %d\n%s", status, &out)
	}
	return out.String()
}

func TestAnInterruptedImportGoesOnWithoutAServer(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		var text strings.Builder
		text.WriteString("touch_id,contact_id,at,channel\n")
		const rows = 60_000
		for i := range rows {
			fmt.Fprintf(&text, "t%d,p1,2026-01-02T10:00:00Z,web\n", i)
		}
		touches, sound := k.file("touches.csv", text.String()), k.file("companies.csv", soundCSV)
		out := k.interrupt(touches)
		how := regexp.MustCompile(`touches\.csv is stored up to row \d+; none of it counts .* else with: ofrecord (import --client org_\w+ --resume)\n`).FindStringSubmatch(out)
		if how == nil {
			t.Fatal(out)
		}
		out = k.run(exitDone, "doctor")
		if !regexp.MustCompile(`(?m)^warning +imports +the import of touches\.csv was interrupted after \d+ rows .*--resume$`).MatchString(out) {
			t.Error(out)
		}
		k.imports(exitDone, "--dry-run", sound)
		out = k.imports(exitDone, sound)
		k.holds(out, "touches.csv was interrupted after", fmt.Sprintf("touches.csv: import 1: %d new, 0 changed, 0 unchanged, 0 rejected", rows), sound+": import 2: 1 new")
		if out = k.run(exitDone, "doctor"); !regexp.MustCompile(`(?m)^ok +imports +none was interrupted$`).MatchString(out) {
			t.Error(out)
		}
		k.interrupt(k.file("touches.csv", strings.ReplaceAll(text.String(), "web", "e-mail")))
		k.holds(k.run(exitDone, strings.Fields(how[1])...), fmt.Sprintf("touches.csv: import 3: 0 new, %d changed", rows))
		k.holds(k.imports(exitDone, "--resume"), "No import of Acme waits to be finished.")
	})
}

func TestProgressIsTold(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	p := newProgress(&out)
	p.now = func() time.Time { return now }
	tell := func(after time.Duration, rows int64) {
		now = now.Add(after)
		p.rows(rows, 10*rows)
	}
	p.begin("touches.csv", nil)
	p.size = 10_000
	tell(9*time.Second, 90)
	tell(time.Second, 100)
	tell(9*time.Second, 190)
	tell(time.Minute, 1000)
	p.end()
	if got := out.String(); got != "touches.csv: 100 rows, 10 %\ntouches.csv: 1000 rows, 100 %\n" {
		t.Errorf("in a log: %q", got)
	}
	out.Reset()
	p.terminal = true
	p.begin("touches.csv", nil)
	tell(100*time.Millisecond, 10)
	tell(100*time.Millisecond, 20)
	p.end()
	p.end()
	if got := out.String(); got != "\r\x1b[Ktouches.csv: 20 rows\r\x1b[K" {
		t.Errorf("on a terminal: %q", got)
	}
}

func TestADryRunByCommandLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	p, made := demoOn(t, filepath.Join(dir, "demo.db"))
	ctx := p.inWorkspace(t.Context())
	_, before, err := p.CRM.ImportList(ctx, p.operator(), made.Client, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	file, rejects := filepath.Join(dir, "deals.csv"), filepath.Join(dir, "rejects.csv")
	if err := os.WriteFile(file, []byte("deal_id,name\nX1,Boreal\n,nameless\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out := ran(t, "import", "--database", p.Config.Database, "--files", p.Config.FilesDir(), "--workspace", p.Config.Workspace, "--client", made.Client, "--dry-run", "--rejects", rejects, file)
	if status != exitFound || !strings.Contains(out, "dry run: 1 new, 0 changed, 0 unchanged, 1 rejected") {
		t.Fatalf("%d\n%s", status, out)
	}
	if b, err := os.ReadFile(rejects); err != nil || !strings.Contains(string(b), "3,1,deal_id,true,id-missing") {
		t.Errorf("%s %v", b, err)
	}
	pending, err := p.CRM.Pending(ctx, p.operator(), made.Client)
	if err != nil {
		t.Fatal(err)
	}
	if _, after, err := p.CRM.ImportList(ctx, p.operator(), made.Client, 0, 1); err != nil || after != before || len(pending) != 0 {
		t.Errorf("%d imports before, %d after, on the way %+v, %v", before, after, pending, err)
	}
}

// The line of a file says what became of people's decisions.
func TestTheTallyTellsOfDecisions(t *testing.T) {
	var b bytes.Buffer
	writeTally(&b, "deliveries.csv", crmops.Import{No: 7, Kind: crm.KindDelivery, Tally: crmops.Tally{Rows: 3, Changed: 1, Unchanged: 2, Kept: 1, Against: 2, Contradicted: []crmops.Changed{{ID: "DLV-2", Line: 3}}}})
	want := "deliveries.csv: import 7: 0 new, 1 changed, 2 unchanged, 0 rejected\n" +
		"  decisions kept: 1 row leaves blank what a person decided in the program\n" +
		"  decisions contradicted: 2 rows say otherwise than a person decided, the first on line 3: DLV-2\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// Given columns that two kinds share, then the name of the file or --kind says which, and so does what is printed.
func TestImportTellsTheKindWhereTheColumnsDoNot(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		least := "contact_id,company_id\nc1,co1\n"
		k.holds(k.run(0, "import", "--client", "Acme", k.file("contacts.csv", least)), "import 1: 1 new", "as contacts (--kind contact)")
		k.holds(k.run(0, "import", "--client", "Acme", "--kind", "contact", k.file("export.csv", strings.Replace(least, "c1", "c2", 1))), "import 2: 1 new", "(--kind contact)")
		k.holds(k.run(0, "import", "--client", "Acme", "--kind", "account_link", k.file("contacts-2.csv", strings.Replace(least, "c1", "c3", 1))), "import 3: 1 new", "(--kind account_link)")
		if _, out := ran(t, append([]string{"import", "--client", "Acme", k.file("export.csv", strings.Replace(least, "c1", "c4", 1))}, k.place...)...); !strings.Contains(out, "fit no known export") {
			t.Error(out)
		}
	})
}
