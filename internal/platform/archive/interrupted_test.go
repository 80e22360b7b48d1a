package archive_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/archive"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func sha(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// Each transaction adds one journal entry and one row of a deal: a backup with another number of one than of the other saw half of it.
func TestBackupIsOneSnapshotWhileOthersWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		ending, cancel := context.WithCancel(ctx)
		var writers sync.WaitGroup
		writers.Go(func() {
			for seq := int64(1); ending.Err() == nil; seq++ {
				err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
					if _, err := tx.NewInsert().Model(entry(seq, "w")).Exec(ctx); err != nil {
						return err
					}
					_, err := tx.NewRaw("INSERT INTO crm_row (client_id, kind, ext_id, import_no, hash, link, line, body) VALUES ('c', 'deal', 'd', ?, '', '', 1, '')", seq).Exec(ctx)
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
		files := store(t, "export")
		var last int64
		for range 12 {
			packed, sum := backup(t, d, ctx, files)
			count := map[string]int64{}
			for _, table := range sum.Manifest.Tables {
				count[table.Name] = table.Rows
			}
			if count["journal_entry"] != count["crm_row"] || count["journal_entry"] < last {
				t.Errorf("%d entries, %d deals, %d before", count["journal_entry"], count["crm_row"], last)
			}
			last = count["journal_entry"]
			if len(unpack(t, packed)) != len(sum.Manifest.Tables)+2 {
				t.Error("parts are missing")
			}
		}
		cancel()
		writers.Wait()
		if last == 0 {
			t.Error("nothing was written meanwhile")
		}
	})
}

func TestCancelledRestoreLeavesNothing(t *testing.T) {
	packed := sample(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		running, cancel := context.WithCancel(ctx)
		half := io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), readerFunc(func([]byte) (int, error) {
			cancel()
			return 0, nil
		}), bytes.NewReader(packed[len(packed)/2:]))
		files := store(t)
		_, err := archive.Restore(running, half, d, files, options)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		if n := rowsIn(t, d, ctx); n != 0 || len(contents(t, files)) != 0 {
			t.Fatalf("%d rows stay", n)
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestFailedWriteLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, archive.FileName("main", noon))
	boom := errors.New("boom")
	err := archive.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write([]byte("half"))
		return errors.Join(err, boom)
	})
	if left, _ := os.ReadDir(dir); !errors.Is(err, boom) || len(left) != 0 {
		t.Fatalf("%v, files %v", err, left)
	}
	if filepath.Base(path) != "ofrecord-main-20260331T120000Z.tar.gz" {
		t.Error(path)
	}
	whole := func(w io.Writer) error {
		_, err := w.Write([]byte("whole"))
		return err
	}
	if err := archive.WriteFile(path, whole); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if err := archive.WriteFile(path, whole); fault.Code(err) != "backup-exists" {
		t.Fatalf("an existing backup is kept: %v", err)
	}
	if err := archive.WriteFile(filepath.Join(dir, "no", "folder"), whole); fault.Code(err) != "backup-file" {
		t.Fatalf("got %v", err)
	}
}

// A process killed on the way: this test binary runs itself again, as the process that is killed.
func TestKilledProcessLeavesNothingHalf(t *testing.T) {
	const variable = "OFRECORD_TEST_ARCHIVE_CHILD"
	if work := os.Getenv(variable); work != "" {
		child(t, work, os.Getenv(variable+"_PATH"))
		return
	}
	packed := sample(t)
	runAndKill := func(work, path string) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKilledProcessLeavesNothingHalf$")
		cmd.Env = append(os.Environ(), variable+"="+work, variable+"_PATH="+path)
		in, errIn := cmd.StdinPipe()
		out, errOut := cmd.StdoutPipe()
		if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		if _, err := in.Write(packed[:len(packed)-20]); err != nil {
			t.Fatal(err)
		}
		for line, total := bufio.NewScanner(out), 0; total < len(packed)-20; { // the child tells what it has read
			if !line.Scan() {
				t.Fatal("the child ended by itself")
			}
			n, err := strconv.Atoi(line.Text())
			if err != nil {
				t.Fatal(line.Text())
			}
			total += n
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed
	}

	path := filepath.Join(t.TempDir(), "backup.tar.gz")
	runAndKill("write", path)
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 || !strings.HasPrefix(left[0].Name(), "backup.tar.gz.part-") {
		t.Errorf("%v, %v", left, err)
	}

	url := dbtest.SQLiteURL(t)
	runAndKill("restore", url)
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n := rowsIn(t, d, t.Context()); n != 0 {
		t.Fatalf("%d rows stay", n)
	}
	if _, err := archive.Restore(t.Context(), bytes.NewReader(packed), d, store(t), options); err != nil {
		t.Fatalf("and the restore is run again: %v", err)
	}
}

// child does its work from the standard input, which never ends, and tells how much it has read.
func child(t *testing.T, work, path string) {
	in := readerFunc(func(p []byte) (int, error) {
		n, err := os.Stdin.Read(p)
		fmt.Println(n)
		return n, err
	})
	if work == "write" {
		t.Fatal(archive.WriteFile(path, func(w io.Writer) error {
			_, err := io.Copy(w, in)
			return err
		}))
	}
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = archive.Restore(t.Context(), in, d, store(t), options)
	t.Fatal(err)
}
