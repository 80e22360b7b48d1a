package ops_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// segments are those of all imports.
func (r room) segments() (list []ops.Segment) {
	r.t.Helper()
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		list, err = ops.SegmentsAt(ctx, tx, acme, 1<<40)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r room) bytesOf(sha string) []byte {
	r.t.Helper()
	in, err := r.OpenSegment(r.ctx, sha)
	if err != nil {
		r.t.Fatal(err)
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}

// path of a stored file.
func (r room) path(sha string) string {
	r.t.Helper()
	var found string
	err := filepath.WalkDir(r.dir, func(path string, _ os.DirEntry, err error) error {
		if filepath.Base(filepath.Dir(path))+filepath.Base(path) == sha {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		r.t.Fatal(err, sha)
	}
	return found
}

// TestAnImportOfTouchesIsAlsoAFile: given five touches, when two of them come again with one changed and one new, then each import has a file of what
// it brought, and no other import has one.
func TestAnImportOfTouchesIsAlsoAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("more.csv", "touch_id,contact_id,at,channel,campaign\nt6,p2,2026-01-09T08:00:00.5Z,webinar,\nt2,p9,2025-12-09T08:00:00Z,e-mail,palletising\nt1,p1,2025-11-18T08:00:00Z,paid-search,robots\n")
		list := r.segments()
		if len(list) != 2 || list[0].No != 5 || list[0].Rows != 5 || list[0].Replaced != 0 || list[1].No != 7 || list[1].Rows != 2 || list[1].Replaced != 1 {
			t.Fatalf("%+v", list)
		}
		type row struct {
			ID       string `parquet:"touch_id"`
			Channel  string `parquet:"channel"`
			Replaces bool   `parquet:"replaces"`
		}
		data := r.bytesOf(list[1].SHA256)
		rows, err := parquet.Read[row](bytes.NewReader(data), int64(len(data)))
		if err != nil || fmt.Sprint(rows) != "[{t6 webinar false} {t2 e-mail true}]" || int64(len(data)) != list[1].Bytes {
			t.Fatal(rows, err)
		}
	})
}

// TestSegmentsAreFoundAndRebuilt: given a segment whose file is gone and one whose file was changed, both are found, and made again with the very bytes.
func TestSegmentsAreFoundAndRebuilt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("more.csv", "touch_id,contact_id,at,channel,campaign\nt6,p2,2026-01-09T08:00:00Z,webinar,\nt2,p9,2025-12-09T08:00:00Z,e-mail,palletising\n")
		before := r.segments()
		want := r.bytesOf(before[1].SHA256)
		if err := os.Remove(r.path(before[0].SHA256)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(r.path(before[1].SHA256), bytes.ToUpper(want), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := r.Segments(r.ctx, owner, acme)
		if err != nil || found[0].State != ops.SegmentLost || found[1].State != ops.SegmentDamaged {
			t.Fatalf("%+v %v", found, err)
		}
		mended, err := r.RebuildSegments(r.ctx, owner, acme, false)
		if err != nil || !mended[0].Rebuilt || !mended[1].Rebuilt || mended[0].Differs || mended[1].Differs {
			t.Fatalf("%+v %v", mended, err)
		}
		if got := r.bytesOf(before[1].SHA256); !bytes.Equal(got, want) {
			t.Error("other bytes from the rows of the database than from those of the file")
		}
		again, err := r.RebuildSegments(r.ctx, owner, acme, true)
		if err != nil || again[0].State != ops.SegmentSound || again[0].Differs || again[1].Differs || fmt.Sprint(r.segments()) != fmt.Sprint(before) {
			t.Fatalf("%+v %v", again, err)
		}
	})
}

// TestADiscardedUploadLeavesTheSegmentOfTheSameBytes: a file may be wanted for two reasons.
func TestADiscardedUploadLeavesTheSegmentOfTheSameBytes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		up := r.uploaded("touches.csv", touches)
		err := r.DB.Write(r.ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO crm_segment (client_id, import_no, seq, sha256, form, row_count, replaced, bytes, written_at) VALUES (?, 1, 1, ?, 'x', 1, 0, 1, ?)", acme, up.SHA256, r.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Discard(r.ctx, owner, acme, up.ID); err != nil {
			t.Fatal(err)
		}
		r.bytesOf(up.SHA256)
	})
}

// TestAnImportBeforeThereWereSegmentsGetsOne: given an import as an earlier version of the program left it, its touches are in no file, and are written as
// one when asked.
func TestAnImportBeforeThereWereSegmentsGetsOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		err := r.DB.Write(r.ctx, func(ctx context.Context, tx bun.Tx) error {
			for _, id := range []string{"t2", "t1"} {
				if _, err := tx.ExecContext(ctx, `INSERT INTO crm_row (client_id, kind, ext_id, import_no, hash, link, line, body) VALUES (?, 'touch', ?, 1, 'h', 'p1', 2, ?)`,
					acme, id, `{"touch_id":"`+id+`","contact_id":"p1","at":"2026-01-01T00:00:00Z","channel":"\"e\""}`); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO crm_result (import_id, client_id, no, tally, applied_at) VALUES ('imp_old', ?, 1, '{"kinds":{"touch":{"new":2}}}', ?)`, acme, r.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if list := r.segments(); len(list) != 1 || list[0].SHA256 != "" || list[0].Rows != 2 {
			t.Fatalf("%+v", list)
		}
		made, err := r.RebuildSegments(r.ctx, owner, acme, false)
		if err != nil || len(made) != 1 || made[0].State != ops.SegmentAbsent || made[0].Rows != 2 || made[0].Differs || r.segments()[0].SHA256 != made[0].SHA256 {
			t.Fatalf("%+v %v", made, err)
		}
		type row struct {
			ID      string `parquet:"touch_id"`
			Channel string `parquet:"channel"`
		}
		data := r.bytesOf(made[0].SHA256)
		if rows, err := parquet.Read[row](bytes.NewReader(data), int64(len(data))); err != nil || fmt.Sprint(rows) != `[{t1 "e"} {t2 "e"}]` {
			t.Fatal(rows, err)
		}
	})
}
