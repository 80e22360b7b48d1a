package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func nothing(context.Context, *struct{}) (*struct{}, error) { return nil, nil }

// letters is an endless file.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// sink is an answer that is only counted.
type sink struct {
	header http.Header
	status int
	bytes  int64
}

func (s *sink) Header() http.Header    { return s.header }
func (s *sink) WriteHeader(status int) { s.status = status }
func (s *sink) Write(p []byte) (int, error) {
	s.bytes += int64(len(p))
	return len(p), nil
}

const large = 50 << 20

// allocated is what fn asks of the memory, freed or not.
func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestFiftyMegabytesPassInConstantMemory(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(d)
	var arrived int64
	k.put = func(in io.Reader) (err error) { arrived, err = io.Copy(io.Discard, in); return err }
	k.write = func(w io.Writer) error { _, err := io.Copy(w, io.LimitReader(letters{}, large)); return err }
	for _, key := range []string{"", "first", "first"} { // the last is a repetition, which reads the body again to compare it
		r := httptest.NewRequestWithContext(ctx, "POST", "/api/v1/clients/acme/uploads?filename=year.csv", io.LimitReader(letters{}, large))
		r.Header.Set("Account", "ann")
		r.Header.Set("Content-Type", "text/csv")
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		w := &sink{header: http.Header{}}
		arrived = 0
		used := allocated(func() { k.Handler().ServeHTTP(w, r) })
		repeated := w.header.Get("Idempotency-Replayed") != ""
		if w.status != 200 || (arrived != large) != repeated || used > 4<<20 {
			t.Errorf("upload %q: status %d, %d bytes, %d bytes of memory", key, w.status, arrived, used)
		}
	}
	w := &sink{header: http.Header{}}
	used := allocated(func() { k.Handler().ServeHTTP(w, request("GET", "/files/year.csv", "")) })
	if w.status != 200 || w.bytes != large || used > 4<<20 {
		t.Errorf("download: status %d, %d bytes, %d bytes of memory", w.status, w.bytes, used)
	}
}

func TestADownloadNamesItsFile(t *testing.T) {
	k := newDesk(nil)
	k.write = func(w io.Writer) error { _, err := io.WriteString(w, "a,b\n"); return err }
	w := k.do(t, request("GET", "/files/M%C3%A4rz%202026.csv", ""))
	if w.Code != 200 || w.Body.String() != "a,b\n" || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if got := w.Header().Get("Content-Disposition"); got != "attachment; filename*=utf-8''M%C3%A4rz%202026.csv" {
		t.Error(got)
	}
	k.write = func(io.Writer) error { return nil }
	if w := k.do(t, request("GET", "/files/empty.csv", "")); w.Code != 200 || w.Header().Get("Content-Disposition") == "" {
		t.Errorf("an empty file: %d %v", w.Code, w.Header())
	}
}

func TestADownloadThatFailsIsNoFile(t *testing.T) {
	k := newDesk(nil)
	k.write = func(io.Writer) error { return fault.New(fault.NotFound, "no-file", "There is no such file.") }
	w := k.do(t, request("GET", "/files/x.csv", ""))
	if p := problemIn(t, w); p.Code != "no-file" || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("%+v %v", p, w.Header())
	}
	k.write = func(w io.Writer) error {
		_, _ = io.Copy(w, io.LimitReader(letters{}, 1<<20))
		return errors.New("disk gone")
	}
	server := httptest.NewServer(k.Handler())
	defer server.Close()
	response, err := http.Get(server.URL + "/api/v1/files/x.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("half a file reads like a whole one")
	}
}

func TestAnUploadSaysWhatItIs(t *testing.T) {
	k := newDesk(nil)
	for _, mediaType := range []string{"", "application/json", "text/csv2"} {
		p := problemIn(t, k.do(t, request("POST", "/clients/acme/uploads", "a,b", "Content-Type", mediaType)))
		if p.Status != 415 || !strings.Contains(p.Detail, "text/csv") {
			t.Errorf("%q: %+v", mediaType, p)
		}
	}
}
