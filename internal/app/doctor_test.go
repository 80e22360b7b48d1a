package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func healthy(t *testing.T, url string) Config {
	t.Helper()
	files := filepath.Join(t.TempDir(), "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := loaded(t, nil, "OFRECORD_DATABASE="+url, "OFRECORD_FILES="+files, "OFRECORD_WORKSPACE="+dbtest.Workspace)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// level is that of the named check, "" when it was not made.
func level(checks []Check, name string) string {
	worst := ""
	for _, c := range checks {
		if c.Name == name && (worst == "" || worst == Well || c.Level == Fault) {
			worst = c.Level
		}
	}
	return worst
}

func TestHealthyInstallationHasNoFaults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ context.Context) {
		url := dbtest.SQLiteURL(t)
		if d.Engine() == db.Postgres {
			url = dbtest.PostgresURL(t)
		}
		c := healthy(t, url)
		store, err := blob.Open(c.FilesDir())
		if err == nil && d.Engine() == db.Postgres {
			store, err = store.In(dbtest.Workspace)
		}
		if err != nil {
			t.Fatal(err)
		}
		ref, _, err := store.Put(t.Context(), strings.NewReader("export"))
		if err != nil {
			t.Fatal(err)
		}
		checks := Doctor(t.Context(), c, Probes{
			Journal: func(ctx context.Context, d *db.DB) (string, error) { return "holds to entry 12", nil },
			Files:   func(ctx context.Context, d *db.DB) ([]string, error) { return []string{ref.SHA256}, nil },
		})
		var out bytes.Buffer
		if err := WriteChecks(&out, checks); err != nil {
			t.Fatal(err)
		}
		for _, check := range checks {
			if check.Level == Fault || check.OK != (check.Level == Well) || check.Level == Warning && check.Name != "mail" && check.Name != "disk" {
				t.Errorf("%+v", check)
			}
		}
		for _, name := range []string{"configuration", "database", "migrations", "workspace", "append-only", "changes", "journal", "files", "permissions", "clock", "time zones", "public address"} {
			if level(checks, name) != Well {
				t.Errorf("%s: %q in\n%s", name, level(checks, name), out.String())
			}
		}
		if Sick(checks) || !strings.Contains(out.String(), "holds to entry 12") || !strings.Contains(out.String(), "0 to mend now") {
			t.Error(out.String())
		}
	})
}

// text is what the checks of a name and level say.
func text(checks []Check, level, name string) string {
	var words []string
	for _, c := range checks {
		if c.Name == name && c.Level == level {
			words = append(words, c.Text)
		}
	}
	return strings.Join(words, "\n")
}

func TestDoctorLooksAtFilesAndDiskWhateverTheDatabaseSays(t *testing.T) {
	for name, url := range map[string]string{
		"no server": "postgres://nobody:secret@127.0.0.1:1/x?sslmode=disable",
		"no file":   filepath.Join(t.TempDir(), "none.db"),
	} {
		t.Run(name, func(t *testing.T) {
			c := healthy(t, url)
			if err := os.Chmod(c.FilesDir(), 0o777); err != nil {
				t.Fatal(err)
			}
			checks := Doctor(t.Context(), c, Probes{})
			if level(checks, "disk") == "" || !strings.Contains(text(checks, Fault, "permissions"), "chmod 700 "+c.FilesDir()) {
				t.Errorf("%+v", checks)
			}
			if said := text(checks, Fault, "database"); name == "no server" && (!strings.Contains(said, "127.0.0.1:1") || strings.Contains(said, "secret")) {
				t.Errorf("the cause: %s", said)
			}
		})
	}
}

func TestDoctorSeesADatabaseThatTakesNoChanges(t *testing.T) {
	c := healthy(t, dbtest.PostgresURL(t)+"&default_transaction_read_only=on")
	checks := Doctor(t.Context(), c, Probes{})
	if said := text(checks, Fault, "changes"); !strings.Contains(said, "takes no changes") || !strings.Contains(said, "read-only transaction") {
		t.Errorf("%+v", checks)
	}
}

func TestDoctorCountsLostFiles(t *testing.T) {
	c := healthy(t, dbtest.SQLiteURL(t))
	store, err := blob.Open(c.FilesDir())
	if err != nil {
		t.Fatal(err)
	}
	named := []string{strings.Repeat("ab", 32), strings.Repeat("cd", 32)}
	for _, content := range []string{"whole", "spoilt"} {
		ref, _, err := store.Put(t.Context(), strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		named = append(named, ref.SHA256)
	}
	if err := os.WriteFile(filepath.Join(c.FilesDir(), named[3][:2], named[3][2:]), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	probes := Probes{Files: func(context.Context, *db.DB) ([]string, error) { return named, nil }}
	want := "of 4 files: 2 missing (abababababab…, cdcdcdcdcdcd…), 1 damaged or unreadable (" + named[3][:12] + "…)"
	if said := text(Doctor(t.Context(), c, probes), Fault, "files"); !strings.HasPrefix(said, want) {
		t.Errorf("%s, want %s", said, want)
	}
	if err := os.RemoveAll(c.FilesDir()); err != nil {
		t.Fatal(err)
	}
	if said := text(Doctor(t.Context(), c, probes), Fault, "files"); !strings.Contains(said, "4 files were uploaded, and there is no "+c.FilesDir()) {
		t.Error(said)
	}
	var many []string
	for i := range 7 {
		many = append(many, fmt.Sprintf("%064d", i))
	}
	if said := listed(many); !strings.HasSuffix(said, "…, 2 more)") {
		t.Error(said)
	}
}

// TestDoctorFindsSegments: what is missing, damaged or not written is a warning, for the rows are in the database.
func TestDoctorFindsSegments(t *testing.T) {
	c := healthy(t, dbtest.SQLiteURL(t))
	store, err := blob.Open(c.FilesDir())
	if err != nil {
		t.Fatal(err)
	}
	ref, _, err := store.Put(t.Context(), strings.NewReader("whole"))
	if err != nil {
		t.Fatal(err)
	}
	gone := strings.Repeat("ab", 32)
	for _, given := range []struct {
		named   []string
		without int
		level   string
		begins  string
	}{
		{nil, 0, Well, ""},
		{nil, 2, Warning, "2 imports of touches without one; nothing is lost"},
		{[]string{ref.SHA256}, 0, Well, "all 1 files of touches are there"},
		{[]string{ref.SHA256, gone}, 1, Warning, "of 2 files of touches: 1 missing (abababababab…), 0 damaged or unreadable, and 1 import without one"},
	} {
		checks := Doctor(t.Context(), c, Probes{Segments: func(context.Context, *db.DB) ([]string, int, error) { return given.named, given.without, nil }})
		if said := text(checks, given.level, "segments"); !strings.HasPrefix(said, given.begins) {
			t.Errorf("%+v: %s", given, said)
		}
	}
}

func TestDoctorNamesWhatIsWrong(t *testing.T) {
	none := Probes{}
	t.Run("no file, and none is made", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "none.db")
		checks := Doctor(t.Context(), healthy(t, path), none)
		if _, err := os.Stat(path); level(checks, "database") != Fault || !errors.Is(err, os.ErrNotExist) || !Sick(checks) {
			t.Errorf("%+v, %v", checks, err)
		}
	})
	t.Run("open to all users", func(t *testing.T) {
		path := dbtest.SQLiteURL(t)
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if checks := Doctor(t.Context(), healthy(t, path), none); level(checks, "permissions") != Fault {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("no database at all", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "letter.db")
		if err := os.WriteFile(path, bytes.Repeat([]byte("Dear client "), 200), 0o600); err != nil {
			t.Fatal(err)
		}
		if checks := Doctor(t.Context(), healthy(t, path), none); level(checks, "database") != Fault {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("damaged beyond the list of its steps", func(t *testing.T) {
		path := dbtest.SQLiteURL(t)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		copy(content[4096:], bytes.Repeat([]byte{0xff}, len(content)-4096))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		checks := Doctor(t.Context(), healthy(t, path), none)
		if said := text(checks, Fault, "database"); !strings.Contains(said, "restores the last backup") || !strings.Contains(said, "malformed") {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("a newer version's", func(t *testing.T) {
		path := dbtest.SQLiteURL(t)
		d, err := db.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		err = d.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("INSERT INTO migration_workspace (version_id, is_applied) VALUES (99901, 1)").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if checks := Doctor(t.Context(), healthy(t, path), none); !strings.Contains(text(checks, Fault, "database"), "newer version") {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("another workspace", func(t *testing.T) {
		c := healthy(t, dbtest.PostgresURL(t))
		c.Workspace = "elsewhere"
		if checks := Doctor(t.Context(), c, none); level(checks, "workspace") != Fault {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("steps not taken", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "new.db")
		d, err := db.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		d.Close()
		if checks := Doctor(t.Context(), healthy(t, path), none); level(checks, "migrations") != Fault {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("protection lifted", func(t *testing.T) {
		url := dbtest.PostgresURL(t)
		d, err := db.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		err = d.Write(db.WithWorkspace(t.Context(), dbtest.Workspace), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("GRANT UPDATE ON journal_entry TO CURRENT_USER").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if checks := Doctor(t.Context(), healthy(t, url), none); level(checks, "append-only") != Fault {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("broken chain and lost file", func(t *testing.T) {
		c := healthy(t, dbtest.SQLiteURL(t))
		checks := Doctor(t.Context(), c, Probes{
			Journal: func(context.Context, *db.DB) (string, error) { return "", errors.New("entry 3 was changed") },
			Files:   func(context.Context, *db.DB) ([]string, error) { return []string{strings.Repeat("ab", 32)}, nil },
		})
		if level(checks, "journal") != Fault || level(checks, "files") != Fault {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("addresses", func(t *testing.T) {
		c := healthy(t, dbtest.SQLiteURL(t))
		c.PublicURL = "http://records.example.com"
		if checks := Doctor(t.Context(), c, none); level(checks, "public address") != Fault {
			t.Errorf("%+v", checks)
		}
		c.PublicURL, c.Address = "", "0.0.0.0:8080"
		if checks := Doctor(t.Context(), c, none); level(checks, "public address") != Warning {
			t.Errorf("%+v", checks)
		}
	})
}

func TestDoctorGreetsTheMailServerAndSendsNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	heard := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "220 mail.example.com ready\r\n")
		var all strings.Builder
		for in := bufio.NewScanner(conn); in.Scan(); {
			all.WriteString(in.Text() + "\n")
			if in.Text() == "QUIT" {
				fmt.Fprint(conn, "221 bye\r\n")
				break
			}
			fmt.Fprint(conn, "250 mail.example.com\r\n")
		}
		heard <- all.String()
	}()
	c := healthy(t, dbtest.SQLiteURL(t))
	c.SMTPHost, c.SMTPPort, c.SMTPTLS, c.SMTPFrom = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port, "none", "r@example.com"
	if checks := Doctor(t.Context(), c, Probes{}); level(checks, "mail") != Well {
		t.Errorf("%+v", checks)
	}
	if got := <-heard; got != "EHLO localhost\nQUIT\n" {
		t.Errorf("the server heard %q", got)
	}
	listener.Close()
	if checks := Doctor(t.Context(), c, Probes{}); level(checks, "mail") != Fault {
		t.Errorf("%+v", checks)
	}
}
