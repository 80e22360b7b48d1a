package ops_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestPullWaitsAsLongAsItIsAsked(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(3)
		r.onPage(func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n != 2 && n != 3 {
				return false
			}
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"status":"error","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}`)
			return true
		})
		r.take()
		r.holds(1, 2, 3)
		if got := r.waited(); got < 14*time.Second || got > 20*time.Second {
			t.Errorf("waited %v", got)
		}
	})
}

func TestPullGivesUpOnLimitsWithoutEnd(t *testing.T) {
	for name, header := range map[string]string{"for ever": "3", "until tomorrow": "86400", "by a date": "Thu, 02 Apr 2026 09:00:00 GMT"} {
		t.Run(name, func(t *testing.T) {
			conformsOnOne(t, 2, func(t *testing.T, r *rig) {
				r.fill(3)
				r.onPage(func(n int, w http.ResponseWriter, _ *http.Request) bool {
					if n < 3 {
						return false
					}
					w.Header().Set("Retry-After", header)
					w.WriteHeader(http.StatusTooManyRequests)
					return true
				})
				_, err := r.tryPull()
				if fault.Code(err) != "pull-failed" || !fault.Is(err, fault.Unavailable) {
					t.Fatal(err)
				}
				if p := r.last(); p.State != ops.PullFailed || !strings.Contains(p.Message, "no more requests") || r.waited() > 5*time.Minute {
					t.Errorf("waited %v: %+v", r.waited(), p)
				}
				r.nothing()
			})
		})
	}
}

func TestPullOutlivesShortTroubles(t *testing.T) {
	for name, trouble := range map[string]func(w http.ResponseWriter){
		"500":         func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"503":         func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"502 as HTML": func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway); _, _ = io.WriteString(w, "<html>") },
		"cut off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "10000")
			_, _ = io.WriteString(w, `{"results":[{"id":"1"`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"no JSON":        func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"results":[{"id":`) },
		"JSON of others": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"hello":"world"}`) },
		"null":           func(w http.ResponseWriter) { _, _ = io.WriteString(w, `null`) },
	} {
		t.Run(name, func(t *testing.T) {
			conformsOnOne(t, 2, func(t *testing.T, r *rig) {
				r.fill(3)
				r.onPage(func(n int, w http.ResponseWriter, _ *http.Request) bool {
					if n != 3 {
						return false
					}
					trouble(w)
					return true
				})
				r.take()
				r.holds(1, 2, 3)
				if r.waited() == 0 {
					t.Error("it asked again at once")
				}
			})
		})
	}
}

func TestPullGivesUpOnTroubleWithoutEnd(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(3)
		r.onPage(func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n < 4 {
				return false
			}
			_, _ = io.WriteString(w, `{"results":`)
			return true
		})
		before := r.server.Requests()
		if _, err := r.tryPull(); fault.Code(err) != "pull-failed" {
			t.Fatal(err)
		}
		if n := r.server.Requests() - before; n > 40 {
			t.Errorf("%d requests", n)
		}
		r.nothing()
		if n := r.pages(); n != 0 {
			t.Errorf("%d pages of the failed pull are kept", n)
		}
		r.server.Before = nil
		r.take() // the next one begins anew
		r.holds(1, 2, 3)
		if n := r.pages(); n != 0 {
			t.Errorf("%d pages are kept", n)
		}
	})
}

// Given a token that ends on the way: Salesforce gives a new one for the app's credentials, HubSpot's has no successor.
func TestPullWhoseTokenEnds(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(3)
		r.onPage(func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n == 3 {
				r.server.Expire()
			}
			return false
		})
		_, err := r.tryPull()
		if r.name == "Salesforce" {
			if err != nil {
				t.Fatal(err)
			}
			r.holds(1, 2, 3)
			return
		}
		if fault.Code(err) != "pull-failed" || !strings.Contains(r.last().Message, "credentials") {
			t.Fatal(err)
		}
		r.nothing()
	})
}
