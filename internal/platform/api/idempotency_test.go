package api_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// keyed is a POST of a note with an Idempotency-Key.
func (k *desk) keyed(t *testing.T, key, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	headers = append([]string{"Idempotency-Key", key, "Workspace", dbtest.Workspace}, headers...)
	return k.do(t, request("POST", "/clients/acme/notes", body, headers...))
}

func TestARepeatedCallHappensOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ context.Context) {
		k := newDesk(d)
		calls := 0
		k.note = func(context.Context) { calls++ }
		first := k.keyed(t, "k1", `{"text":"x <b>"}`)
		again := k.keyed(t, "k1", `{"text":"x <b>"}`)
		if first.Code != 201 || calls != 1 {
			t.Fatalf("%d, %d calls: %s", first.Code, calls, first.Body)
		}
		if again.Code != 201 || again.Body.String() != first.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("%d %s %v", again.Code, again.Body, again.Header())
		}
		for _, name := range []string{"Location", "Content-Type"} {
			if got := again.Header().Get(name); got == "" || got != first.Header().Get(name) {
				t.Errorf("%s: %q", name, got)
			}
		}
		if p := problemIn(t, k.keyed(t, "k1", `{"text":"y"}`)); p.Status != 422 || p.Code != "idempotency-mismatch" {
			t.Errorf("another body: %+v", p)
		}
		if w := k.keyed(t, "k2", `{"text":"x <b>"}`); w.Code != 201 || calls != 2 {
			t.Errorf("another key: %d, %d calls", w.Code, calls)
		}
		if w := k.keyed(t, "k1", `{"text":"x <b>"}`, "Account", "bob"); w.Code != 201 || calls != 3 {
			t.Errorf("another person: %d, %d calls", w.Code, calls)
		}
	})
}

func TestOfTwoCallsAtOnceOneHappens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ context.Context) {
		k := newDesk(d)
		var calls atomic.Int32
		k.note = func(context.Context) { calls.Add(1); time.Sleep(50 * time.Millisecond) }
		var all sync.WaitGroup
		var created, refused atomic.Int32
		for range 8 {
			all.Go(func() {
				switch w := k.keyed(t, "k", `{"text":"x"}`); w.Code {
				case 201:
					created.Add(1)
				case 409:
					refused.Add(1)
					if w.Header().Get("Retry-After") == "" {
						t.Error("no Retry-After")
					}
				default:
					t.Errorf("%d %s", w.Code, w.Body)
				}
			})
		}
		all.Wait()
		if calls.Load() != 1 || created.Load() < 1 || created.Load()+refused.Load() != 8 {
			t.Errorf("%d calls, %d created, %d refused", calls.Load(), created.Load(), refused.Load())
		}
		if w := k.keyed(t, "k", `{"text":"x"}`); w.Code != 201 || calls.Load() != 1 {
			t.Errorf("afterwards: %d, %d calls", w.Code, calls.Load())
		}
	})
}

func TestWhatWasNotDoneMayBeTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ context.Context) {
		k := newDesk(d)
		if w := k.keyed(t, "k", `{"text":7}`); w.Code != 422 {
			t.Fatal(w.Code)
		}
		k.fail = fault.New(fault.Conflict, "closed", "The month is closed.")
		if w := k.keyed(t, "k", `{"text":"x"}`); w.Code != 409 {
			t.Fatal(w.Code)
		}
		k.fail = nil
		if w := k.keyed(t, "k", `{"text":"x"}`); w.Code != 201 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		k.fail = errors.New("boom")
		if w := k.keyed(t, "broken", `{"text":"x"}`); w.Code != 500 {
			t.Fatal(w.Code)
		}
		k.fail = nil
		if p := problemIn(t, k.keyed(t, "broken", `{"text":"x"}`)); p.Code != "idempotency-failed" {
			t.Errorf("nobody knows what was done: %+v", p)
		}
	})
}

func TestAKeyStaysTakenAfterAPanic(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	k := newDesk(d)
	k.note = func(context.Context) { panic("boom") }
	func() {
		defer func() { _ = recover() }()
		k.keyed(t, "k", `{"text":"x"}`)
	}()
	k.note = nil
	if p := problemIn(t, k.keyed(t, "k", `{"text":"x"}`)); p.Status != 409 || p.Code != "idempotency-running" {
		t.Errorf("%+v", p)
	}
}

func TestKeysExpireAfterADay(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	k := newDesk(d)
	calls := 0
	k.note = func(context.Context) { calls++ }
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	k.now = func() time.Time { return at }
	k.keyed(t, "k", `{"text":"x"}`)
	at = at.Add(23 * time.Hour)
	k.keyed(t, "k", `{"text":"x"}`)
	if calls != 1 {
		t.Errorf("%d calls within a day", calls)
	}
	at = at.Add(time.Hour)
	if w := k.keyed(t, "k", `{"text":"y"}`); w.Code != 201 || calls != 2 {
		t.Errorf("after a day: %d, %d calls", w.Code, calls)
	}
}

func TestASecretIsNotKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(d)
		call := func() *httptest.ResponseRecorder {
			return k.do(t, request("POST", "/clients/acme/keys", "", "Idempotency-Key", "k", "Workspace", dbtest.Workspace))
		}
		if w := call(); w.Code != 200 || !strings.Contains(w.Body.String(), "secret") {
			t.Fatal(w.Code, w.Body)
		}
		if p := problemIn(t, call()); p.Code != "idempotency-unkept" {
			t.Errorf("%+v", p)
		}
		var kept int64
		err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			kept, err = tx.NewSelect().Table("idempotency").Where("answer LIKE ?", "%secret%").Count(ctx)
			return err
		})
		if err != nil || kept != 0 {
			t.Errorf("%d secrets in the database, %v", kept, err)
		}
	})
}

func TestAKeyWithoutStorageOrSense(t *testing.T) {
	k := newDesk(nil)
	if p := problemIn(t, k.keyed(t, "k", `{"text":"x"}`)); p.Code != "idempotency-unsupported" {
		t.Errorf("%+v", p)
	}
	for _, key := range []string{"a b", "ü", strings.Repeat("x", 256)} {
		if p := problemIn(t, k.keyed(t, key, `{"text":"x"}`)); p.Status != 422 || p.Code != "idempotency-key" {
			t.Errorf("%q: %+v", key, p)
		}
	}
}

func TestAnUploadIsRepeatable(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(d)
	k.put = func(in io.Reader) error { _, err := in.Read(make([]byte, 2)); return err } // leaves the rest unread
	call := func(body string) *httptest.ResponseRecorder {
		return k.do(t, request("POST", "/clients/acme/uploads", body, "Content-Type", "text/csv", "Idempotency-Key", "k").WithContext(ctx))
	}
	if w := call("a,b,c"); w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	if w := call("a,b,c"); w.Code != 200 || w.Header().Get("Idempotency-Replayed") == "" {
		t.Error(w.Code, w.Body)
	}
	if p := problemIn(t, call("a,b,d")); p.Code != "idempotency-mismatch" {
		t.Errorf("%+v", p)
	}
}

// brokenOff is a body whose sender goes away in the middle.
type brokenOff struct{ sent *strings.Reader }

func (b brokenOff) Read(p []byte) (int, error) {
	if n, err := b.sent.Read(p); err == nil {
		return n, nil
	}
	return 0, io.ErrUnexpectedEOF
}

func TestABodyThatBreaksOffLeavesItsKeyFree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ context.Context) {
		k := newDesk(d)
		k.put = func(r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		}
		for _, test := range []struct{ path, media, whole, half string }{
			{"/clients/acme/notes", "application/json", `{"text":"x"}`, `{"text":`},
			{"/clients/acme/uploads", "text/csv", "a,b\n1,2\n", "a,b"},
		} {
			call := func(body io.Reader) *httptest.ResponseRecorder {
				r := httptest.NewRequest("POST", "/api/v1"+test.path, body)
				for name, value := range map[string]string{"Account": "ann", "Workspace": dbtest.Workspace, "Idempotency-Key": "k" + test.media, "Content-Type": test.media} {
					r.Header.Set(name, value)
				}
				return k.do(t, r)
			}
			if p := problemIn(t, call(brokenOff{strings.NewReader(test.half)})); p.Status != 400 || p.Code != "incomplete" {
				t.Errorf("%s broken off: %+v", test.path, p)
			}
			if w := call(strings.NewReader(test.whole)); w.Code >= 300 || w.Header().Get("Idempotency-Replayed") != "" {
				t.Errorf("%s again, whole: %d %s", test.path, w.Code, w.Body)
			}
		}
	})
}
