package ops_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/ops/connecttest"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// The suite that every system passes. Its servers keep to the published contracts and fail a test on any call that these do not allow.

func TestPullOfAnEmptyAccount(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.take()
		for _, table := range r.last().Tables {
			if table.State != ops.TableBlank && table.Object != "stages" {
				t.Errorf("%+v", table)
			}
		}
		r.holds()
	})
}

func TestPullOfOnePageAndOfMany(t *testing.T) {
	for size, n := range map[int]int{100: 3, 2: 7, 3: 6} {
		conformsOnOne(t, size, func(t *testing.T, r *rig) {
			r.fill(n)
			r.take()
			deals := make([]int, n)
			for i := range deals {
				deals[i] = i + 1
			}
			e := r.holds(deals...)
			d := r.dealOf(1)
			if d.Amount.Minor != 100150 || d.Amount.Currency != "USD" || !d.Won || !d.Closed || d.ClosedOn.String() != "2026-03-14" || d.CreatedAt.UTC().Format(time.DateTime) != "2026-01-05 09:00:00" {
				t.Errorf("%+v", d)
			}
			if e.DealContacts[0].Role != "Decision maker" || len(e.Contacts) != n {
				t.Errorf("%+v %d contacts", e.DealContacts[0], len(e.Contacts))
			}
		})
	}
}

// Given a deal with more links than one answer holds, then all of them come.
func TestPullOfManyLinks(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(5)
		r.link(r.harness, r.server, 1, 1, 2, 3, 4, 5)
		r.take()
		if n := len(r.evidence(r.latest()).DealContacts); n != 9 {
			t.Errorf("%d links", n)
		}
	})
}

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

// Given records that change, come and go while the pages are read, then each is there once, and none is missed.
func TestPullOfWhatChangesMeanwhile(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(6)
		done := false
		r.onPage(func(_ int, _ http.ResponseWriter, req *http.Request) bool {
			if !done && strings.Contains(req.URL.RawQuery+req.URL.Path, "after=") || strings.Contains(req.URL.Path, "/query/") {
				done = true
				changed := r.deal(r.harness, 1)
				changed.Values[r.amount] = connecttest.Raw("99.00")
				if r.name == "HubSpot" {
					changed.Values[r.amount] = "99.00"
				}
				r.server.Put(r.deals, changed)
				r.fill2(7)
			}
			return false
		})
		r.take()
		r.server.Before = nil
		r.take()
		r.holds(1, 2, 3, 4, 5, 6, 7)
		if d := r.dealOf(1); d.Amount.Minor != 9900 {
			t.Errorf("%+v", d)
		}
	})
}

// fill2 adds one deal with its contact.
func (r *rig) fill2(n int) {
	r.server.Put(r.deals, r.deal(r.harness, n))
	r.server.Put(r.contacts, r.contact(r.harness, n))
	r.link(r.harness, r.server, n, n)
}

// Given a pull that is killed after any request, when the next run takes it up, then it goes on where it was: no row is lost or doubled, and
// no page is asked for that was stored.
func TestKilledPullGoesOnWhereItWas(t *testing.T) {
	for _, h := range harnesses {
		t.Run(h.name, func(t *testing.T) {
			whole := h.requestsOf(t, 5)
			for at := 1; at <= whole; at++ {
				d, ctx := sqliteFor(t)
				r := h.rig(t, d, ctx, 2)
				r.fill(5)
				ctx, kill := context.WithCancel(r.ctx)
				r.server.Before = func(n int, _ http.ResponseWriter, _ *http.Request) bool {
					if n == at {
						kill()
					}
					return false
				}
				p, err := r.Pull(ctx, owner, r.settling())
				kill()
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("at %d of %d: %v %s", at, whole, err, p.State)
				}
				r.server.Before = nil
				r.take()
				r.holds(1, 2, 3, 4, 5)
				if n := r.server.Requests(); n > whole+2 { // the request that was cut off, and a new token
					t.Errorf("killed at %d: %d requests in all, %d are enough", at, n, whole)
				}
			}
		})
	}
}

// chanceThatKills ends a run when chance is asked for the n-th time, which is before an id is made: of an upload, of the run of an import, of a mapping.
type chanceThatKills struct {
	left int
	kill func()
}

func (c *chanceThatKills) Read(p []byte) (int, error) {
	if c.left--; c.left == 0 {
		c.kill()
	}
	return chance.Read(p)
}

// Given a pull that is killed while its tables become imports, when the next run takes it up, then each table is one upload and one import.
func TestPullKilledWhileItIsFiled(t *testing.T) {
	for _, h := range harnesses {
		t.Run(h.name, func(t *testing.T) {
			for at := 3; ; at++ {
				d, ctx := sqliteFor(t)
				r := h.rig(t, d, ctx, 2)
				r.fill(3)
				ctx, kill := context.WithCancel(r.ctx)
				r.Random = &chanceThatKills{at, kill}
				p, err := r.Pull(ctx, owner, r.settling())
				kill()
				if err == nil && p.State == ops.PullDone {
					if at < 10 {
						t.Fatalf("only %d places to be killed at", at)
					}
					return
				}
				r.Random = chance
				r.clock.wait(time.Minute)
				if _, err := r.ResumeInterrupted(r.ctx); err != nil {
					t.Fatal(err)
				}
				r.take()
				r.holds(1, 2, 3)
				if n, uploads := r.latest(), len(r.pending()); n > int64(len(p.Tables))+7 || uploads != 0 {
					t.Fatalf("killed at %d: %d imports, %d uploads left", at, n, uploads)
				}
				files := map[string]bool{}
				list, _, err := r.ImportList(r.ctx, owner, acme, 0, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range list {
					if files[i.Filename] {
						t.Fatalf("killed at %d: %s twice", at, i.Filename)
					}
					files[i.Filename] = true
				}
			}
		})
	}
}

// requestsOf counts what a pull of so many deals asks for.
func (h harness) requestsOf(t *testing.T, n int) int {
	d, ctx := sqliteFor(t)
	r := h.rig(t, d, ctx, 2)
	r.fill(n)
	r.take()
	return r.server.Requests()
}

func TestPullOfDeletedRecords(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(4)
		before := r.deal(r.harness, 9)
		before.Deleted = true
		r.server.Put(r.deals, before)
		r.take()
		if !r.dealOf(9).Deleted {
			t.Error("what was deleted before the first pull is not")
		}
		gone := r.deal(r.harness, 2)
		gone.Deleted = true
		r.server.Put(r.deals, gone)
		if r.name == "Salesforce" {
			role := connecttest.Record{ID: r.id(ofRole, 2002), Deleted: true, Values: map[string]any{"OpportunityId": r.id(ofDeal, 2), "ContactId": r.id(ofContact, 2)}}
			r.server.Put(r.links, role)
		}
		r.take()
		r.holds(1, 3, 4)
		r.server.Put(r.deals, r.deal(r.harness, 2)) // restored
		r.link(r.harness, r.server, 2, 2)
		r.take()
		r.holds(1, 2, 3, 4)
	})
}

// Given a record that is deleted between the two times that its list is read, then it is one row, and the later word counts.
func TestPullOfWhatIsDeletedMeanwhile(t *testing.T) {
	conformsOnOne(t, 2, func(t *testing.T, r *rig) {
		r.fill(4)
		r.onPage(func(_ int, _ http.ResponseWriter, req *http.Request) bool {
			if strings.HasSuffix(req.URL.Path, "/deals") && req.URL.Query().Get("archived") == "true" && req.URL.Query().Get("after") == "" {
				gone := r.deal(r.harness, 1)
				gone.Deleted = true
				r.server.Put(r.deals, gone)
			}
			return false
		})
		p := r.take()
		for _, table := range p.Tables {
			if table.Tally.Rejected != 0 || table.Object == "deals" && (table.Rows != 5 || table.Tally.New != 4) {
				t.Errorf("%+v", table)
			}
		}
		if r.name == "HubSpot" && !r.dealOf(1).Deleted {
			t.Error("the earlier word counts")
		}
	})
}

func TestPullOfFieldsThatAreNotShown(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(2)
		r.server.Hide(r.deals + "." + r.amount)
		r.take()
		if d := r.dealOf(1); d.AmountKnown || d.Amount.Minor != 0 {
			t.Errorf("an amount that nobody saw: %+v", d)
		}
		for _, table := range r.last().Tables {
			if table.Object == r.deals && strings.Join(table.Lacking, ",") != r.amount {
				t.Errorf("%+v", table)
			}
		}
		r.server.Hide(r.deals)
		if _, err := r.tryPull(); fault.Code(err) != "pull-failed" || !strings.Contains(r.last().Message, r.deals) {
			t.Fatalf("%v %+v", err, r.last())
		}
	})
}

func TestPullWithoutATableItCanGoWithout(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		if r.optional == "" {
			r.fill(2) // every table of this system is needed: none is left out in silence
			r.server.Hide(r.deals)
			if _, err := r.tryPull(); fault.Code(err) != "pull-failed" {
				t.Errorf("it goes without %s: %v", r.deals, err)
			}
			return
		}
		r.fill(2)
		r.server.Hide(r.optional)
		p := r.take()
		if last := p.Tables[len(p.Tables)-1]; last.Object != r.optional || last.State != ops.TableAbsent || last.Message == "" {
			t.Errorf("%+v", last)
		}
		r.holds(1, 2)
	})
}

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

func TestPullOfAmountsAsTheAPIWritesThem(t *testing.T) {
	for written, minor := range map[string]int64{"12000": 1_200_000, "12000.0": 1_200_000, "0.1": 10, "3.5E8": 35_000_000_000, "1.25e3": 125_000, "-40.25": -4025, "12345678901.23": 1_234_567_890_123} {
		t.Run(written, func(t *testing.T) {
			for _, h := range harnesses {
				d, ctx := sqliteFor(t)
				r := h.rig(t, d, ctx, 2)
				if h.name == "HubSpot" && strings.ContainsAny(written, "eE") {
					continue // HubSpot writes amounts as text, without an exponent
				}
				deal := r.deal(r.harness, 1)
				deal.Values[r.amount] = connecttest.Raw(written)
				if h.name == "HubSpot" {
					deal.Values[r.amount] = written
				}
				r.server.Put(r.deals, deal)
				r.take()
				if got := r.dealOf(1).Amount.Minor; got != minor {
					t.Errorf("%s: %s is read as %d", h.name, written, got)
				}
			}
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
