package blob_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

func open(t *testing.T) (*blob.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	s, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func count(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestContentIsKeptOnceAndReadBack(t *testing.T) {
	s, dir := open(t)
	ref, existed, err := s.Put(t.Context(), strings.NewReader("abc"))
	if err != nil || existed || ref.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" || ref.Bytes != 3 {
		t.Fatalf("%+v %v %v", ref, existed, err)
	}
	again, existed, err := s.Put(t.Context(), iotest.OneByteReader(strings.NewReader("abc")))
	if err != nil || !existed || again != ref || count(t, dir) != 1 {
		t.Fatalf("%+v %v %v, %d files", again, existed, err, count(t, dir))
	}
	r, err := s.Get(ref.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != "abc" {
		t.Fatalf("%q %v", got, err)
	}
	if err := s.Remove(ref.SHA256); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ref.SHA256); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}

func TestDamageIsNoticedAtTheEnd(t *testing.T) {
	s, dir := open(t)
	ref, _, err := s.Put(t.Context(), strings.NewReader("the amount is 10.00"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ref.SHA256[:2], ref.SHA256[2:])
	if err := os.WriteFile(path, []byte("the amount is 90.00"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := s.Get(ref.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadAll(r); fault.Code(err) != "file-damaged" {
		t.Fatal(err)
	}
}

func TestWhatCannotBeTakenLeavesNothing(t *testing.T) {
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		r    io.Reader
		free int64
		want func(error) bool
	}{
		"too large":   {bytes.NewReader(make([]byte, 1<<20+1)), 1 << 40, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
		"disk full":   {strings.NewReader("abc"), 1 << 20, func(err error) bool { return fault.Code(err) == "disk-full" }},
		"source ends": {io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(broken)), 1 << 40, func(err error) bool { return errors.Is(err, broken) }},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := open(t)
			s.MaxBytes = 1 << 20
			s.Free = func(string) (int64, bool) { return c.free, true }
			if _, _, err := s.Put(t.Context(), c.r); !c.want(err) {
				t.Fatal(err)
			}
			if n := count(t, dir); n != 0 {
				t.Fatalf("%d files are left", n)
			}
		})
	}
}

func TestNamesThatAreNoDigestAreRefused(t *testing.T) {
	s, _ := open(t)
	for _, name := range []string{"", "ab", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("g", 64)} {
		if _, err := s.Get(name); fault.Code(err) != "digest" {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestInterruptedArrivalsAreSwept(t *testing.T) {
	s, dir := open(t)
	if _, err := s.In("one"); err != nil {
		t.Fatal(err)
	}
	leave := func(age time.Duration) {
		for _, path := range []string{"tmp/put-1", "ws-one/tmp/put-2"} {
			path = filepath.Join(dir, path)
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			then := time.Now().Add(-age)
			if err := os.Chtimes(path, then, then); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		age  time.Duration
		left int
	}{{59 * time.Minute, 2}, {61 * time.Minute, 0}} {
		leave(c.age)
		if err := s.Sweep(); err != nil || count(t, dir) != c.left {
			t.Errorf("after %v: %v, %d files", c.age, err, count(t, dir))
		}
	}
	if _, _, err := s.Scratch(); err != nil { // its use may last
		t.Fatal(err)
	}
	scratch, err := filepath.Glob(filepath.Join(dir, "tmp", "ofrecord-scratch-*"))
	if err != nil || len(scratch) != 1 {
		t.Fatal(scratch, err)
	}
	for _, c := range []struct {
		age  time.Duration
		left bool
	}{{23 * time.Hour, true}, {25 * time.Hour, false}} {
		then := time.Now().Add(-c.age)
		if err := errors.Join(os.Chtimes(scratch[0], then, then), s.Sweep()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(scratch[0]); (err == nil) != c.left {
			t.Errorf("a scratch store after %v: %v", c.age, err)
		}
	}
	leave(time.Hour + time.Minute)
	if _, err := blob.Open(dir); err != nil || count(t, dir) != 0 {
		t.Errorf("opened: %v, %d files", err, count(t, dir))
	}
}

func TestWorkspacesAreApart(t *testing.T) {
	s, _ := open(t)
	one, err := s.In("one")
	if err != nil {
		t.Fatal(err)
	}
	ref, _, err := one.Put(t.Context(), strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ref.SHA256); !fault.Is(err, fault.NotFound) {
		t.Fatal("content of one workspace is visible outside")
	}
}

func TestAScratchStoreIsForgotten(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	scratch, forget, err := s.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	ref, _, err := scratch.Put(t.Context(), strings.NewReader("for a while"))
	if err != nil || !scratch.Has(ref.SHA256) || s.Has(ref.SHA256) || s.Has("no digest") {
		t.Fatalf("%+v %v", ref, err)
	}
	if err := forget(); err != nil || scratch.Has(ref.SHA256) {
		t.Errorf("it is still there: %v", err)
	}
	left, _, err := s.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := left.Put(t.Context(), strings.NewReader("left by a program that was killed")); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "tmp", "foreign")
	if err := os.MkdirAll(filepath.Join(foreign, "kept"), 0o700); err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil || len(names) != 2 {
		t.Fatalf("%v %v", names, err)
	}
	old := time.Now().Add(-25 * time.Hour)
	for _, n := range names {
		if err := os.Chtimes(filepath.Join(dir, "tmp", n.Name()), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := blob.Open(dir); err == nil {
		t.Error("a directory that is not the store's was taken away")
	}
	if err := os.RemoveAll(foreign); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Open(dir); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(names) > 0 {
		t.Errorf("what was left stays: %v %v", names, err)
	}
}
