package outbound_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/outbound"
)

func clientOf(t *testing.T, handler http.HandlerFunc) *outbound.Client {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	base, err := outbound.ParseBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return outbound.New(base, server.Client().Transport)
}

func TestAddressesOtherThanAHostOverHTTPSAreRefused(t *testing.T) {
	for _, address := range []string{"", "api.example.com", "http://api.example.com", "https://", "https://user@api.example.com", "https://api.example.com/x",
		"https://api.example.com?x=1", "https://api.example.com#x", "file:///etc/passwd", "https://api example.com"} {
		if _, err := outbound.ParseBase(address); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
	if u, err := outbound.ParseBase("https://api.example.com/"); err != nil || u.String() != "https://api.example.com" {
		t.Errorf("%v %v", u, err)
	}
}

func TestACallBringsItsAnswerWhole(t *testing.T) {
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/a b" || r.URL.Query().Get("q") != "x&y" || r.Header.Get("Authorization") != "Bearer k" || string(body) != "{}" {
			t.Errorf("%s %v %q", r.URL, r.Header, body)
		}
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "tea")
	})
	a, err := c.Do(t.Context(), outbound.Call{Method: http.MethodPost, Path: "/a b", Query: url.Values{"q": {"x&y"}}, ContentType: "application/json", Body: []byte("{}"), Bearer: "k"})
	if err != nil || a.Status != http.StatusTeapot || string(a.Body) != "tea" {
		t.Errorf("%+v %v", a, err)
	}
}

// Given a host that points elsewhere, when it is asked, then the other host sees nothing, least of all the token.
func TestRedirectsAreNotFollowed(t *testing.T) {
	other := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") }))
	defer other.Close()
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/steal", http.StatusFound)
	})
	a, err := c.Do(t.Context(), outbound.Call{Method: http.MethodGet, Path: "/", Bearer: "k"})
	if err != nil || a.Status != http.StatusFound {
		t.Errorf("%+v %v", a, err)
	}
}

func TestWhatDoesNotArriveWholeIsAnError(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		},
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		c := clientOf(t, handler)
		_, err := c.Do(t.Context(), outbound.Call{Method: http.MethodGet, Path: "/x", Query: url.Values{"secret": {"s3cret"}}, Bearer: "s3cret"})
		if !errors.Is(err, outbound.ErrIncomplete) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "https://") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := clientOf(t, func(http.ResponseWriter, *http.Request) {}).Do(ctx, outbound.Call{Method: http.MethodGet, Path: "/"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Given an answer that unpacks to more than the bound, when it is read, then reading ends at the bound.
func TestAnAnswerAboveTheBoundIsRefused(t *testing.T) {
	c := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.CopyN(z, zeros{}, outbound.MaxBytes+1)
		_ = z.Close()
	})
	if _, err := c.Do(t.Context(), outbound.Call{Method: http.MethodGet, Path: "/"}); !errors.Is(err, outbound.ErrTooLarge) {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
