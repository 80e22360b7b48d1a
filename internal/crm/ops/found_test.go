package ops_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func (r room) found(name, text string, more ...func(*ops.ImportInput)) (ops.Received, error) {
	in := ops.ImportInput{Client: acme, Filename: name, Reader: strings.NewReader(text)}
	for _, m := range more {
		m(&in)
	}
	sum := sha256.Sum256([]byte(text))
	return r.Found(r.ctx, ops.Finder("main"), in, hex.EncodeToString(sum[:]))
}

// beats puts an upload into a state in which somebody works on it.
func (r room) beats(id string, state ops.State) {
	r.t.Helper()
	err := r.DB.Write(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE crm_progress SET state = ?, beat_at = ? WHERE import_id = ?", state, r.clock.now(), id)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestFoundFileIsTakenInOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)

		got, err := r.found("deals.csv", deals)
		if err != nil || got.State != ops.Applied || got.No != 1 {
			t.Fatalf("%v, %+v", err, got)
		}
		if again, err := r.found("other-name.csv", deals); err != nil || again != got || r.latest() != 1 {
			t.Fatalf("again: %v, %+v", err, again)
		}
		if words := strings.Join(r.journalWords(), "\n"); strings.Count(words, "found deals.csv (SHA-256 ") != 1 {
			t.Fatal(words)
		}
		nobody := access.Actor{}
		if _, err := r.Found(ctx, nobody, ops.ImportInput{Client: acme}, ""); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.Unauthenticated {
			t.Fatalf("%v", err)
		}
	})
}

func TestFoundFileThatTwoProcessesSee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		var both sync.WaitGroup
		results := make([]ops.Received, 4)
		for i := range results {
			both.Go(func() {
				var err error
				if results[i], err = r.found("deals.csv", deals); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()

		applied := 0
		for _, got := range results {
			if got.State == ops.Applied {
				applied++
			}
			if got.Message != "" {
				t.Errorf("%+v", got)
			}
		}
		if pending, err := r.Pending(ctx, owner, acme); err != nil || len(pending) > 0 || applied == 0 || r.latest() != 1 {
			t.Fatalf("%v, %+v, %d applied, newest %d", err, pending, applied, r.latest())
		}
	})
}

func TestFoundFileThatCannotBeReadWaitsWithItsMessage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		for name, c := range map[string]struct{ text, want string }{
			"odd.csv":    {"colour,size\nred,1\n", "fit no known export"},
			"packed.zip": {"PK\x03\x04 no workbook", ""},
			"empty.csv":  {"", "empty"},
		} {
			got, err := r.found(name, c.text)
			if err != nil || got.State != ops.Uploaded || got.Message == "" || !strings.Contains(got.Message, c.want) {
				t.Fatalf("%s: %v, %+v", name, err, got)
			}
			if again, err := r.found(name, c.text); err != nil || again != got {
				t.Fatalf("%s again: %v, %+v", name, err, again)
			}
			if i, err := r.Show(ctx, owner, acme, got.Import); err != nil || i.Message != got.Message || i.ActorName != ops.FinderName {
				t.Fatalf("%s: %v, %+v", name, err, i)
			}
			if words := strings.Join(r.journalWords(), "\n"); strings.Count(words, "put "+name+" of the watched directory aside: ") != 1 {
				t.Fatal(words)
			}
			if err := r.Discard(ctx, owner, acme, got.Import); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if pending, err := r.Pending(ctx, owner, acme); err != nil || len(pending) > 0 {
			t.Fatalf("%v, %+v", err, pending)
		}
		if got, err := r.found("odd.csv", "colour,size\nred,1\n"); err != nil || got.Message == "" {
			t.Fatalf("put there again after it was discarded: %v, %+v", err, got)
		}
		if _, err := r.found("kept.csv", deals, func(in *ops.ImportInput) { in.Saved = "none" }); err != nil || r.latest() != 0 {
			t.Fatalf("%v", err)
		}
	})
}

func TestFoundFileWaitsForTheImportThatApplies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		other := r.uploaded("contacts.csv", "contact_id,email\nc1,a@b.example\n")
		r.beats(other.ID, ops.Applying)

		if _, err := r.found("touches.csv", touches); !fault.Is(err, fault.Conflict) {
			t.Fatalf("%v", err)
		}
		if _, err := r.found("touches.csv", touches); !fault.Is(err, fault.Conflict) {
			t.Fatalf("%v", err)
		}

		r.beats(other.ID, ops.Uploaded)
		if got, err := r.found("touches.csv", touches); err != nil || got.State != ops.Applied || got.No != 1 {
			t.Fatalf("taken up: %v, %+v", err, got)
		}
	})
}

func TestFoundFileThatAPersonUploadedIsLeftToThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		up := r.uploaded("deals.csv", deals)
		r.clock.wait(time.Hour)

		got, err := r.found("deals.csv", deals, func(in *ops.ImportInput) { in.Stated = crm.Stated{Currency: "USD"} })

		if err != nil || got.Import != up.ID || !strings.Contains(got.Message, owner.Name+" uploaded this file") || r.latest() != 0 {
			t.Fatalf("%v, %+v", err, got)
		}
	})
}

// Wherever the program is stopped, the next looks leave the file applied once and nothing half done.
func TestFoundFileAfterAStopAnywhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		for stop, stops := 1, 0; stop < 12; stop++ {
			r := newRoom(t, d, ctx)
			text := strings.ReplaceAll(deals, "D", "D"+strings.Repeat("x", stop))
			before := r.latest()
			stopping, cancel := context.WithCancel(ctx)
			asked := 0
			r.Service.Now = func() time.Time {
				if asked++; asked == stop {
					cancel()
				}
				return r.clock.now()
			}
			at := r
			at.ctx = stopping
			if _, err := at.found("deals.csv", text); err != nil {
				stops++
			}
			cancel()
			r.Service.Now = r.clock.now
			r.clock.wait(2 * time.Minute)
			if _, err := r.ResumeInterrupted(ctx); err != nil {
				t.Fatal(err)
			}

			got, err := r.found("deals.csv", text)
			if pending, wrong := r.Pending(ctx, owner, acme); err != nil || wrong != nil || got.State != ops.Applied || len(pending) > 0 || r.latest() != before+1 {
				t.Fatalf("stopped at %d: %v, %+v, %+v, newest %d after %d", stop, err, got, pending, r.latest(), before)
			}
			if stop == 11 && stops == 0 {
				t.Fatal("nothing was ever stopped")
			}
		}
	})
}

// A file with addresses that are kept as hashes stands in the folder as it came: found again it is the same file, also where the addresses were hashed since.
func TestAFoundFileIsKnownWhateverItsAddressesAreKeptAs(t *testing.T) {
	for _, before := range []bool{true, false} {
		dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
			r := newRoom(t, d, ctx)
			hash := func() {
				if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
					t.Fatal(err)
				}
			}
			if before {
				hash()
			}
			first, err := r.found("contacts.csv", contacts)
			if err != nil || first.State != ops.Applied {
				t.Fatal(first, err)
			}
			if !before {
				hash()
			}
			if again, err := r.found("contacts.csv", contacts); err != nil || again != first || r.latest() != first.No {
				t.Errorf("hashed before it came: %v: %+v, then %+v, %v; %d imports", before, first, again, err, r.latest())
			}
		})
	}
}
