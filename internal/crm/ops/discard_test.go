package ops_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func (r room) pending() []ops.Import {
	r.t.Helper()
	list, err := r.Pending(r.ctx, owner, acme)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// restsOn are the digests that the workspace needs.
func (r room) restsOn() (digests []string) {
	r.t.Helper()
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		digests, err = ops.FilesOf(ctx, tx)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return digests
}

// stored are the names of all files below a directory.
func stored(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// roomIn is a room whose files are in the directory.
func roomIn(t *testing.T, d *db.DB, ctx context.Context, dir string) room {
	t.Helper()
	r := newRoom(t, d, ctx)
	files, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	r.Files = files
	return r
}

func TestADiscardedUploadIsGoneAndRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		dir := t.TempDir()
		r := roomIn(t, d, ctx, dir)
		one, twin := r.uploaded("deals.csv", deals), r.uploaded("again.csv", deals)
		if err := r.Discard(ctx, owner, acme, one.ID); err != nil {
			t.Fatal(err)
		}
		if p := r.pending(); len(p) != 1 || p[0].ID != twin.ID || len(stored(t, dir)) != 1 || len(r.restsOn()) != 1 {
			t.Fatalf("the twin does not stay: %+v, %v", p, stored(t, dir))
		}
		if _, err := r.Preview(ctx, owner, acme, twin.ID); err != nil {
			t.Error(err)
		}
		if err := r.Discard(ctx, owner, acme, twin.ID); err != nil {
			t.Fatal(err)
		}
		if len(r.pending()) != 0 || len(stored(t, dir)) != 0 || len(r.restsOn()) != 0 {
			t.Errorf("something stays: %v, %v", stored(t, dir), r.restsOn())
		}
		for name, err := range map[string]error{
			"discard": r.Discard(ctx, owner, acme, one.ID), "map": r.SetMapping(ctx, owner, acme, one.ID, crm.Plain(crm.KindDeal), ""), "check": r.StartCheck(ctx, owner, acme, one.ID),
			"apply": r.StartApply(ctx, owner, acme, one.ID),
		} {
			if !fault.Is(err, fault.NotFound) || fault.Code(err) != "import" {
				t.Errorf("%s: %v", name, err)
			}
		}
		listed, err := (&journalops.Service{DB: d}).List(ctx, owner, journalops.Filter{Client: acme}, journalops.Page{})
		if err != nil || len(listed.Entries) != 2 || !strings.Contains(listed.Entries[1].Words+listed.Entries[0].Words, "discarded the upload deals.csv, which was not applied") {
			t.Errorf("%+v %v", listed.Entries, err)
		}
		if i := r.take("deals.csv", deals); i.No != 1 {
			t.Errorf("the same file cannot come back: %+v", i)
		}
	})
}

func TestEvidenceIsNotDiscarded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		i := r.take("deals.csv", deals)
		if err := r.Discard(ctx, owner, acme, i.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		again := r.uploaded("deals.csv", deals) // the file of the import, once more
		if err := r.Discard(ctx, owner, acme, again.ID); err != nil {
			t.Fatal(err)
		}
		f, err := r.File(ctx, owner, acme, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if b, err := io.ReadAll(f); err != nil || string(b) != deals {
			t.Errorf("the file of the import is gone: %v", err)
		}
	})
}

func TestATrialLeavesNothingBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		dir := t.TempDir()
		r := roomIn(t, d, ctx, dir)
		r.take("deals.csv", deals)
		was := stored(t, dir)
		text := strings.Replace(deals, "12000.00", "9500.00", 1) + ",nameless,c1,1.00,USD,,,,,\n"
		trial, err := r.Try(ctx, owner, ops.ImportInput{Client: acme, Filename: "deals.csv", Reader: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		if got := trial.Tally; got.Changed != 1 || got.Unchanged != 1 || got.Rejected != 1 || got.Fields["amount"] != 1 {
			t.Errorf("%+v", got)
		}
		var rejects strings.Builder
		if err := trial.WriteRejects(ctx, &rejects); err != nil || !strings.Contains(rejects.String(), "4,1,deal_id,true,id-missing") {
			t.Errorf("%s %v", rejects.String(), err)
		}
		if err := trial.Close(); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"", "a,b\n1,2\n", "PK\x03\x04rest"} {
			if _, err := r.Try(ctx, owner, ops.ImportInput{Client: acme, Filename: "x.csv", Reader: strings.NewReader(bad)}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if len(r.pending()) != 0 || r.latest() != 1 || len(r.restsOn()) != 1 || len(stored(t, dir)) != len(was) {
			t.Errorf("something stays: %+v, %v", r.pending(), stored(t, dir))
		}
		entries, err := os.ReadDir(filepath.Join(dir, "tmp"))
		if err == nil && len(entries) > 0 {
			t.Errorf("%v", entries)
		}
	})
}

// An import that is refused leaves nothing on the way; what somebody uploaded on the page stays, the same file too.
func TestARefusedImportLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		kept := r.uploaded("waiting.csv", "a,b\n1,2\n")
		for name, text := range map[string]string{"ads.csv": cutOff, "strange.csv": "a,b\n1,3\n", "same.csv": "a,b\n1,2\n"} {
			if _, err := r.try(name, text); err == nil {
				t.Fatalf("%s was taken", name)
			}
			if left := r.pending(); len(left) != 1 || left[0].ID != kept.ID || len(r.restsOn()) != 1 {
				t.Errorf("%s: %+v", name, left)
			}
		}
		if all := mustFiles(t, r); !all.Has(kept.SHA256) {
			t.Error("the file of the page is gone")
		}
		n := 0
		for _, err := range mustFiles(t, r).All() {
			if n++; err != nil {
				t.Fatal(err)
			}
		}
		if n != 1 {
			t.Errorf("%d files are kept", n)
		}
	})
}

// A file that another room rests on too stays when the upload of the same content is discarded.
func TestDiscardKeepsTheFilesOfOtherRooms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		dir := t.TempDir()
		r := roomIn(t, d, ctx, dir)
		i, err := r.Upload(ctx, owner, ops.UploadInput{Client: acme, Filename: "a.csv", Reader: strings.NewReader("deal_id\nD-1\n")})
		if err != nil {
			t.Fatal(err)
		}
		r.OtherFiles = func(context.Context, bun.Tx) ([]string, error) { return []string{i.SHA256}, nil }
		if err := r.Discard(ctx, owner, acme, i.ID); err != nil {
			t.Fatal(err)
		}
		if len(stored(t, dir)) != 1 {
			t.Error("the file of another room is gone")
		}
	})
}
