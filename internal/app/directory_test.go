package app

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// barring opens files as the machine does for a user who may not read those of the name.
func barring(name string) func(*os.Root, string) (fs.File, error) {
	return func(root *os.Root, file string) (fs.File, error) {
		if file == name {
			return nil, &fs.PathError{Op: "openat", Path: file, Err: fs.ErrPermission}
		}
		return root.Open(file)
	}
}

// Given a file that may not be read, then those behind it are taken, and it is told once.
func TestUnreadableFileStopsNoOther(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		var log bytes.Buffer
		k.Log = slog.New(slog.NewTextHandler(&log, nil))
		w := k.watches()
		w.look.open = barring("a.csv")
		k.arrived("a.csv", watchedDeals)
		k.arrived("b.csv", watchedDeals)

		k.look(4)

		k.holds(k.lies("done/b.csv.txt"), "import 1")
		if k.lies("a.csv") == "" || strings.Count(log.String(), "passed over") != 1 || !strings.Contains(log.String(), "permission denied") {
			t.Error(log.String())
		}

		w.look.open = nil
		k.look(1)
		k.holds(k.lies("done/a.csv.txt"), "import 1")
	})
}

func TestWatchOnceEndsWithWhatItCouldNotRead(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		k.arrived("a.csv", watchedDeals)
		k.arrived("b.csv", watchedDeals)
		clients, err := k.Party.Clients(k.inWorkspace(t.Context()), k.operator())
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := watching{importing: importing{Program: k.Program, cmd: &cobra.Command{}, client: clients[0]}}
		w.cmd.SetContext(t.Context())
		w.cmd.SetOut(&out)
		w.cmd.SetErr(&out)
		w.in.Client, w.progress = clients[0].ID, newProgress(&out)
		w.dir, w.once, w.settle, w.open = k.dir, true, time.Second, barring("a.csv")
		w.take, w.moved = w.takeFile, func(string, string) {}
		w.pass = func(name, why string) { out.WriteString(name + ": " + why + "\n") }

		if err := w.run(); err != errFound {
			t.Error(err)
		}
		k.holds(out.String(), "a.csv: it cannot be read: permission denied")
		k.holds(k.lies("done/b.csv.txt"), "import 1: 1 new")
	})
}

// Given a watched directory into which anybody may write, then nothing is written to where a link of theirs leads.
func TestLinksInAWatchedDirectoryLeadNowhere(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		elsewhere := t.TempDir()
		for _, place := range places {
			link := filepath.Join(k.dir, place)
			if err := os.Remove(link); err != nil && !os.IsNotExist(err) { // the look before made it
				t.Fatal(err)
			}
			if err := os.Symlink(elsewhere, link); err != nil {
				t.Fatal(err)
			}
			k.arrived("deals.csv", watchedDeals)
			k.arrived("odd.csv", "colour,size\nred,1\n")
			k.watches()
			if err := k.lookIntoDirectories(t.Context()); err == nil || !strings.Contains(err.Error(), place+" is a symbolic link") {
				t.Error(err)
			}
			k.holds(k.watch(69), place+" is a symbolic link")
			doctor := examination{config: watchFile(t, "watch:\n  - {client: Acme, directory: "+k.dir+"}\n")}
			doctor.watched()
			if len(doctor.checks) != 1 || doctor.checks[0].Level != Fault || !strings.Contains(doctor.checks[0].Text, place+" is a symbolic link") {
				t.Errorf("%+v", doctor.checks)
			}
			if err := os.Remove(link); err != nil {
				t.Fatal(err)
			}
		}
		if left, err := os.ReadDir(elsewhere); err != nil || len(left) > 0 {
			t.Errorf("%v, %v", left, err)
		}
	})
}

// Given a place that becomes a link while a file is taken, then the file stays.
func TestPlaceThatBecomesALinkMeanwhile(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := directory{dir: dir, once: true, pass: func(string, string) {}, moved: func(string, string) {}}
	d.take = func(arrival) (string, string, error) {
		done := filepath.Join(dir, "done")
		if err := os.Remove(done); err != nil {
			return "", "", err
		}
		return "done", "text", os.Symlink(elsewhere, done)
	}
	if err := d.prepare(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.look(); err == nil || !strings.Contains(err.Error(), "done is a symbolic link") {
		t.Error(err)
	}
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestLinkedFileIsPassedOverAndTold(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		outside := filepath.Join(t.TempDir(), "deals.csv")
		if err := os.WriteFile(outside, []byte(watchedDeals), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(k.dir, "a.csv")); err != nil {
			t.Fatal(err)
		}
		k.arrived("b.csv", watchedDeals)

		k.holds(k.watch(0), "a.csv is passed over: it is a symbolic link")

		k.holds(k.lies("done/b.csv.txt"), "import 1")
		doctor := examination{config: watchFile(t, "watch:\n  - {client: Acme, directory: "+k.dir+"}\n")}
		doctor.watched()
		if len(doctor.checks) != 2 || doctor.checks[0].Level != Warning || !strings.Contains(doctor.checks[0].Text, "a.csv is passed over") {
			t.Errorf("%+v", doctor.checks)
		}
		var log bytes.Buffer
		k.Log = slog.New(slog.NewTextHandler(&log, nil))
		k.watches()
		k.look(3)
		if strings.Count(log.String(), "passed over") != 1 {
			t.Error(log.String())
		}
	})
}
