//go:build unix

package app

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// putting is a directory of which one look must do, with files that have been at rest.
func putting(t *testing.T, files map[string]string) (*directory, func(name string) string) {
	t.Helper()
	d := &directory{dir: t.TempDir(), once: true, moved: func(string, string) {}, pass: func(string, string) {}}
	d.take = func(f arrival) (string, string, error) {
		text, err := io.ReadAll(f)
		return "done", "text of " + string(text), err
	}
	for name, text := range files {
		write(t, filepath.Join(d.dir, name), text)
	}
	if err := d.prepare(); err != nil {
		t.Fatal(err)
	}
	return d, func(name string) string {
		text, err := os.ReadFile(filepath.Join(d.dir, name))
		if err != nil {
			return "(none)"
		}
		return string(text)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func looked(t *testing.T, d *directory) {
	t.Helper()
	if name, err := d.look(); err != nil {
		t.Fatal(name, err)
	}
}

// Given a file that is called as the text beside another one, then neither takes the place of the other, whichever comes first.
func TestTextsTakeThePlaceOfNoFile(t *testing.T) {
	d, lies := putting(t, map[string]string{"a.csv.txt": "data of a table"})
	looked(t, d)
	write(t, filepath.Join(d.dir, "a.csv"), "1")
	looked(t, d)
	if lies("done/a.csv.txt") != "data of a table" || lies("done/a.csv.txt.txt") != "text of data of a table" || lies("done/a-2.csv") != "1" || lies("done/a-2.csv.txt") != "text of 1" {
		t.Error(lies("done/a.csv.txt"), lies("done/a-2.csv"), lies("done/a-2.csv.txt"))
	}

	d, lies = putting(t, map[string]string{"a.csv": "1"})
	looked(t, d)
	write(t, filepath.Join(d.dir, "a.csv.txt"), "data")
	looked(t, d)
	if lies("done/a.csv") != "1" || lies("done/a.csv.txt") != "text of 1" || lies("done/a.csv-2.txt") != "data" {
		t.Error(lies("done/a.csv.txt"), lies("done/a.csv-2.txt"))
	}
}

// Given a pipe that takes the place of a file after it was seen, then nobody waits for it, and the other files are taken.
func TestPipeInThePlaceOfAFile(t *testing.T) {
	d, lies := putting(t, map[string]string{"a.csv": "1", "b.csv": "2"})
	d.open = func(root *os.Root, name string) (fs.File, error) {
		if path := filepath.Join(d.dir, name); name == "a.csv" {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Error(err)
			}
		}
		return openAtOnce(root, name)
	}
	ended := make(chan error, 1)
	go func() { _, err := d.look(); ended <- err }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for a pipe")
	}
	if lies("done/b.csv") != "2" || lies("done/a.csv.txt") != "(none)" {
		t.Error(lies("done/b.csv"), lies("done/a.csv.txt"))
	}
}

// Given a file in whose place another one is put while it is read, then the other stays, and is taken at the next look.
func TestFileThatIsReplacedWhileItIsRead(t *testing.T) {
	d, lies := putting(t, map[string]string{"a.csv": "old"})
	take := d.take
	d.take = func(f arrival) (string, string, error) {
		write(t, filepath.Join(d.dir, "new"), "new")
		if err := os.Rename(filepath.Join(d.dir, "new"), filepath.Join(d.dir, "a.csv")); err != nil {
			t.Error(err)
		}
		return take(f)
	}
	looked(t, d)
	if lies("a.csv") != "new" || lies("done/a.csv") != "(none)" || lies("done/a.csv.txt") != "(none)" {
		t.Error(lies("a.csv"), lies("done/a.csv"), lies("done/a.csv.txt"))
	}
	d.take = take
	looked(t, d)
	if lies("done/a.csv") != "new" || lies("done/a.csv.txt") != "text of new" {
		t.Error(lies("done/a.csv"), lies("done/a.csv.txt"))
	}
}

// Given a file that is written to between the two times that it is read, then nothing is taken of it: what was hashed is not what would be.
func TestFileThatIsWrittenToWhileItIsRead(t *testing.T) {
	d, lies := putting(t, map[string]string{"a.csv": "old"})
	told := ""
	d.pass = func(_, why string) { told = why }
	take := d.take
	d.take = func(f arrival) (string, string, error) {
		write(t, filepath.Join(d.dir, "a.csv"), "more")
		return take(f)
	}
	looked(t, d)
	if !strings.Contains(told, "written to while it was read") || lies("a.csv") != "more" || lies("done/a.csv.txt") != "(none)" {
		t.Error(told, lies("a.csv"), lies("done/a.csv.txt"))
	}
}

// Given a name so long that no text fits beside it, then it is told, and the others are taken.
func TestNamesThatAreTooLong(t *testing.T) {
	long := strings.Repeat("a", 250) + ".csv"
	d, lies := putting(t, map[string]string{long: "1", "b.csv": "2"})
	told := ""
	d.pass = func(_, why string) { told = why }
	looked(t, d)
	if !strings.Contains(told, "too long") || lies(long) != "1" || lies("done/b.csv") != "2" {
		t.Error(told, lies(long))
	}
}
