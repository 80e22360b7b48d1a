package ops_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Given values as long as a CRM takes them and made to break tables, queries and sheets, then each is one cell of one row, letter by letter.
func TestPullOfHostileValues(t *testing.T) {
	for name, value := range map[string]string{
		"very long": strings.Repeat("long ", 13_000) + "end", "formula": `=HYPERLINK("http://evil.example","x")`, "quotes": `a"b,"c`, "lines": "a\nb,1,2\nc", "SOQL": `' OR Id != '`,
		"separators": "a;b\tc|d", "markup": "<script>alert(1)</script>", "NUL": "a\x00b", "letters": "Käse 安全 🤝",
	} {
		t.Run(name, func(t *testing.T) {
			conformsOnOne(t, 2, func(t *testing.T, r *rig) {
				r.fill(3)
				d := r.deal(r.harness, 2)
				for _, field := range []string{"dealname", "Name"} {
					if _, has := d.Values[field]; has {
						d.Values[field] = value
					}
				}
				r.server.Put(r.deals, d)
				r.take()
				r.holds(1, 2, 3)
				if got := r.dealOf(2).Name; got != strings.ReplaceAll(value, "\x00", "") {
					t.Errorf("%.80q", got)
				}
			})
		})
	}
}

// Given answers that lead elsewhere, then nobody else is asked, and the pull fails.
func TestPullIsNotLedElsewhere(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(3)
		r.onPage(func(n int, w http.ResponseWriter, req *http.Request) bool {
			switch {
			case n < 2:
				return false
			case n == 2:
				http.Redirect(w, req, "https://elsewhere.example"+req.URL.Path, http.StatusFound)
				return true
			}
			t.Error("it went on after it was led elsewhere")
			return false
		})
		if _, err := r.tryPull(); fault.Code(err) != "pull-failed" || !strings.Contains(err.Error(), "another address") {
			t.Fatal(err)
		}
		r.nothing()
	})
	for _, next := range []string{"https://elsewhere.example/services/data/v62.0/query/01g-1", "//elsewhere.example/services/data/v62.0/query/x", "/services/data/v62.0/query/../sobjects/User",
		"/services/apexrest/x", "/services/data/v62.0/query/x?y=z", "/services/data/v62.0/query/%2e%2e%2fx", ""} {
		d, ctx := sqliteFor(t)
		r := harnesses[1].rig(t, d, ctx, 2)
		r.onPage(func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprintf(w, `{"totalSize":2,"done":false,"nextRecordsUrl":%q,"records":[]}`, next)
			return true
		})
		if _, err := r.tryPull(); fault.Code(err) != "pull-failed" {
			t.Errorf("%s: %v", next, err)
		}
		for _, path := range r.server.Paths() {
			if strings.Contains(path, "User") || strings.Contains(path, "apexrest") {
				t.Errorf("it asked for %s", path)
			}
		}
	}
}

// Given answers that repeat what opens the CRM, then no word of it is kept or told.
func TestSecretsOfAPullStayInTheConfiguration(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(2)
		secrets := r.credentials.Secrets()
		r.onPage(func(_ int, w http.ResponseWriter, req *http.Request) bool {
			fmt.Fprintf(w, `{"results":[{"id":%q}],"done":true,"records":[{"Id":%q}]}`, "x"+secrets[0], strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "))
			return true
		})
		_, err := r.tryPull()
		if fault.Code(err) != "pull-failed" {
			t.Fatal(err)
		}
		secrets = append(secrets, "session-1")
		told := fmt.Sprintf("%v %+v %#v %s %v", err, r.last(), r.conn.Credentials, r.conn.Credentials, r.conn.Credentials)
		for _, s := range secrets {
			if strings.Contains(told, s) {
				t.Errorf("%q is told: %s", s, told)
			}
		}
		r.notInTheDatabase(secrets...)
	})
}
