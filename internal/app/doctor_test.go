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
	c, err := loaded(t, nil, "OFRECORD_DATABASE="+url, "OFRECORD_FILES="+t.TempDir(), "OFRECORD_WORKSPACE="+dbtest.Workspace)
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
		for _, name := range []string{"configuration", "database", "migrations", "workspace", "append-only", "journal", "files", "clock", "time zones", "public address"} {
			if level(checks, name) != Well {
				t.Errorf("%s: %q in\n%s", name, level(checks, name), out.String())
			}
		}
		if Sick(checks) || !strings.Contains(out.String(), "holds to entry 12") || !strings.Contains(out.String(), "0 to mend now") {
			t.Error(out.String())
		}
	})
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
