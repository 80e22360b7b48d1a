package ops_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/ops/connecttest"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// The forms of the tests.
const (
	demoForm   = "3f7f3f8a-6a9a-4c30-9c3d-6b4f9b1f2c10"
	guideForm  = "78c2891f-ebdd-44c0-bd94-15c012bbbfbf"
	closedForm = "319478e5-e5fd-4d39-9d13-fc1f90bf46da"
)

var formStart = time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)

// form makes a form, and puts so many submissions into it, those of contact n being the n-th.
func (r *rig) form(id, name string, archived bool, submissions int) {
	r.server.Put("forms", connecttest.Record{ID: id, Values: map[string]any{"name": name}, Deleted: archived})
	for n := 1; n <= submissions; n++ {
		r.submit(id, n, n, "https://acme.example/demo?utm_source=google&utm_medium=cpc&utm_campaign=cells")
	}
}

// submit puts a submission of a contact into a form, hours after the start. A page without an address is of nobody.
func (r *rig) submit(form string, n, contact int, page string) {
	values := map[string]any{"at": formStart.Add(time.Duration(n) * time.Hour).UnixMilli(), "page": page, "message": "call me on +1 555 0100", "firstname": "Ann"}
	if contact > 0 {
		values["email"] = fmt.Sprintf("P%d@Boreal.example", contact)
	}
	r.server.Put(form, connecttest.Record{ID: fmt.Sprintf("%s-%d", form[:4], n), Values: values})
}

// submitted are the touches that count, in short.
func (r *rig) submitted() map[string]string {
	r.t.Helper()
	out := map[string]string{}
	for _, t := range r.evidence(r.latest()).Touches {
		if !t.Deleted {
			out[t.ID] = strings.Join([]string{t.ContactID, t.At.UTC().Format("01-02 15:04"), t.Channel, t.Campaign, t.Content}, "|")
		}
	}
	return out
}

func (r *rig) takes(want map[string]string) {
	r.t.Helper()
	if got := r.submitted(); fmt.Sprint(got) != fmt.Sprint(want) {
		r.t.Fatalf("got  %v\nwant %v", got, want)
	}
}

// Given forms of several pages, one of them archived, one never sent, then each submission is a touch of the contact who has its address, through the channel that its page tells.
func TestFormsBecomeTouches(t *testing.T) {
	for _, size := range []int{1, 2, 100} {
		for _, h := range harnesses[:1] {
			d, ctx := sqliteFor(t)
			r := h.rig(t, d, ctx, size)
			r.fill(3)
			r.form(demoForm, "Book a demo", false, 3)
			r.form(guideForm, "Guide", true, 1)
			r.form(closedForm, "Never sent", false, 0)
			r.submit(demoForm, 4, 2, "https://acme.example/contact")        // nothing says where from
			r.submit(demoForm, 5, 3, "acme.example/x?utm_campaign=springs") // a campaign alone is no channel
			p := r.take()

			r.takes(map[string]string{
				"3f7f-1": r.id(ofContact, 1) + "|02-01 10:00|Paid Search|cells|Book a demo", "3f7f-2": r.id(ofContact, 2) + "|02-01 11:00|Paid Search|cells|Book a demo",
				"3f7f-3": r.id(ofContact, 3) + "|02-01 12:00|Paid Search|cells|Book a demo", "3f7f-4": r.id(ofContact, 2) + "|02-01 13:00|form||Book a demo",
				"3f7f-5": r.id(ofContact, 3) + "|02-01 14:00|form|springs|Book a demo", "78c2-1": r.id(ofContact, 1) + "|02-01 10:00|Paid Search|cells|Guide",
			})
			if got := pulled(p).of("forms"); got.State != ops.TableApplied || got.Rows != 6 || got.Tally.Rejected != 0 {
				t.Errorf("%+v", got)
			}
			if again := pulled(r.take()).of("forms"); again.State != ops.TableUnchanged {
				t.Errorf("pulled again: %+v", again)
			}
		}
	}
}

// Given submissions without an address, or of one that no contact has, then they are told and earn nothing; when the contact comes, so does the touch.
func TestFormsOfNobody(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(1)
		r.form(demoForm, "Book a demo", false, 1)
		r.submit(demoForm, 2, 0, "https://acme.example/")
		r.submit(demoForm, 3, 7, "https://acme.example/")
		p := r.take()
		if got := pulled(p).of("forms"); got.Tally.Rejected != 2 || got.Tally.New != 1 {
			t.Fatalf("%+v", got)
		}
		words := ""
		for _, reject := range r.rejects(ops.Import{ID: pulled(p).of("forms").ImportID}) {
			words += fmt.Sprintf("%+v\n", reject)
		}
		if !strings.Contains(words, "without an e-mail address") || !strings.Contains(words, "no contact has its e-mail address") || strings.Contains(words, "oreal.example") {
			t.Error(words)
		}
		r.fill2(7)
		r.take()
		if got := r.submitted(); len(got) != 2 || !strings.HasPrefix(got["3f7f-3"], r.id(ofContact, 7)) {
			t.Errorf("%v", got)
		}
	})
}

// Given a contact whose address changed, or who was archived, then what was sent before stays that contact's.
func TestFormsOfContactsThatChanged(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(3)
		r.form(demoForm, "Book a demo", false, 3)
		r.take()
		was := r.submitted()
		renamed := r.contact(r.harness, 1)
		renamed.Values["email"] = "ann@elsewhere.example"
		archived := r.contact(r.harness, 2)
		archived.Deleted = true
		r.server.Put(r.contacts, renamed, archived)
		if p := r.take(); pulled(p).of("forms").State != ops.TableUnchanged {
			t.Errorf("%+v", pulled(p).of("forms"))
		}
		r.takes(was)
	})
}

// Given submissions and whole forms that were deleted, then a submission that its form has no more is deleted, and what an absent form had stays: it did happen.
func TestFormsThatWereDeleted(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(3)
		r.form(demoForm, "Book a demo", false, 3)
		r.form(guideForm, "Guide", false, 2)
		r.take()
		r.server.Purge(demoForm, "3f7f-2")
		r.server.Purge("forms", guideForm)
		r.take()
		if got := r.submitted(); len(got) != 4 || got["3f7f-2"] != "" || got["78c2-1"] == "" {
			t.Errorf("%v", got)
		}

		// one is deleted between its list and its submissions
		r.form(closedForm, "Gone meanwhile", false, 1)
		r.server.Before = func(_ int, _ http.ResponseWriter, req *http.Request) bool {
			if strings.HasSuffix(req.URL.Path, closedForm) {
				r.server.Purge("forms", closedForm)
			}
			return false
		}
		if p := r.take(); pulled(p).of("forms").Tally.Changed != 0 || len(r.submitted()) != 4 {
			t.Errorf("%+v", p)
		}
	})
}

// Given submissions that come while the pages are read, and one that two forms list, then each is one touch.
func TestFormsThatAreSentMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(4)
		r.form(demoForm, "Book a demo", false, 3)
		r.form(guideForm, "Guide", false, 0)
		r.server.Put(guideForm, connecttest.Record{ID: "3f7f-1", Values: map[string]any{"at": formStart.Add(time.Hour).UnixMilli(), "page": "https://acme.example/", "email": "p1@boreal.example"}})
		r.server.Before = func(_ int, _ http.ResponseWriter, req *http.Request) bool {
			if strings.HasSuffix(req.URL.Path, demoForm) && req.URL.Query().Get("after") != "" {
				r.submit(demoForm, 4, 4, "https://acme.example/")
			}
			return false
		}
		if p := r.take(); pulled(p).of("forms").Tally.New != 3 {
			t.Errorf("%+v", pulled(p).of("forms"))
		}
		r.server.Before = nil
		if p := r.take(); pulled(p).of("forms").Tally.New != 1 || len(r.submitted()) != 4 {
			t.Errorf("%+v", pulled(p).of("forms"))
		}
	})
}

// Given pulls of what changed, then of each form only the newest pages are read, and nothing that is older is taken for deleted.
func TestOnlyNewSubmissionsArePulled(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.form(demoForm, "Book a demo", false, 9)
		changing(r, 9)
		r.clock.wait(time.Hour)
		r.server.Put(demoForm, connecttest.Record{ID: "3f7f-new", Values: map[string]any{"at": r.clock.now().UnixMilli(), "page": "https://acme.example/", "email": "p3@boreal.example"}})
		r.server.Purge(demoForm, "3f7f-2")
		before := len(r.server.Paths())
		p := r.byClock()
		pages := 0
		for _, path := range r.server.Paths()[before:] {
			if strings.HasSuffix(path, demoForm) {
				pages++
			}
		}
		if p.Since.IsZero() || pages != 1 || pulled(p).of("forms").Rows != 1 || len(r.submitted()) != 10 {
			t.Fatalf("%d pages: %+v", pages, pulled(p).of("forms"))
		}
		if got := r.submitted()["3f7f-new"]; !strings.HasPrefix(got, r.id(ofContact, 3)) {
			t.Errorf("the contact was pulled before: %q", got)
		}
		r.clock.wait(24 * time.Hour)
		if p := r.byClock(); !p.Since.IsZero() || len(r.submitted()) != 9 {
			t.Errorf("%+v %v", p, r.submitted())
		}
	})
}

// Given an app from which the scope of forms is taken for a while, then the next pull by the schedule reads all submissions, though it reads only changes of all else.
func TestFormsThatAreShownAgain(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.form(demoForm, "Book a demo", false, 3)
		changing(r, 3)
		r.server.Hide("forms")
		r.clock.wait(time.Hour)
		r.server.Put(demoForm, connecttest.Record{ID: "3f7f-new", Values: map[string]any{"at": r.clock.now().UnixMilli(), "page": "https://acme.example/", "email": "p3@boreal.example"}})
		if got := pulled(r.byClock()).of("forms"); got.State != ops.TableAbsent || !strings.Contains(got.Message, "scope forms") {
			t.Fatalf("%+v", got)
		}
		r.clock.wait(time.Hour)
		if got := pulled(r.byClock()).of("forms"); got.State != ops.TableAbsent || len(r.submitted()) != 3 {
			t.Fatalf("%+v", got)
		}
		r.server.Show("forms")
		if p := r.byClock(); p.Since.IsZero() || pulled(p).of("forms").Rows != 4 || len(r.submitted()) != 4 {
			t.Errorf("%+v", p)
		}
	})
}

// Given hashed addresses, then submissions are put to contacts as without, and no address or answer of a person is kept.
func TestFormsUnderHashedAddresses(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(3)
		r.form(demoForm, "Book a demo", false, 2)
		r.take()
		was := r.submitted()
		if _, err := r.HashAddresses(r.ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		r.submit(demoForm, 3, 3, "https://acme.example/?email=p3%40boreal.example&utm_source=google&utm_medium=cpc&utm_campaign=p3@boreal.example")
		r.take()
		got := r.submitted()
		if !strings.HasPrefix(got["3f7f-3"], r.id(ofContact, 3)+"|") || got["3f7f-1"] != was["3f7f-1"] || len(got) != 3 {
			t.Errorf("%v", got)
		}
		if found := r.foundOf([]string{"p1@boreal.example", "p3@boreal.example", "p3%40boreal.example", "call me on", "office@company"}, databaseFile(t, r.DB, r.ctx)); found != nil {
			t.Errorf("found %v", found)
		}
	})
}

// Given a pull that is killed after any request for forms, when the next run takes it up, then every submission is there once.
func TestKilledPullOfFormsGoesOn(t *testing.T) {
	requests := 0
	for at := 1; at == 1 || at <= requests; at++ {
		d, ctx := sqliteFor(t)
		r := harnesses[0].rig(t, d, ctx, 2)
		r.fill(5)
		r.form(demoForm, "Book a demo", false, 5)
		r.form(guideForm, "Guide", true, 3)
		ctx, kill := context.WithCancel(r.ctx)
		n := 0
		r.server.Before = func(_ int, _ http.ResponseWriter, req *http.Request) bool {
			if strings.Contains(req.URL.Path, "form") {
				if n++; n == at {
					kill()
				}
			}
			return false
		}
		if _, err := r.Pull(ctx, owner, r.settling()); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		kill()
		r.take()
		if got := r.submitted(); len(got) != 8 {
			t.Fatalf("killed at %d: %v", at, got)
		}
		requests = n - 1 // one was cut off
	}
	if requests < 5 {
		t.Fatalf("only %d places to be killed at", requests)
	}
}

// Given limits, failures and answers that are none while forms are read, then what passes is waited for, and what does not fails the pull with nothing kept.
func TestTroubleWithForms(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		times  int
		fails  bool
	}{
		"limit":                {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, 2, false},
		"failure":              {func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, 3, false},
		"no results":           {func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{}`)) }, 1, false},
		"failure that remains": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }, 1000, true},
		"no time":              {func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"results":[{"submittedAt":"x","values":[]}]}`)) }, 1000, true},
		"the same page":        {func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"results":[],"paging":{"next":{"after":"x"}}}`)) }, 1000, true},
	} {
		t.Run(name, func(t *testing.T) {
			d, ctx := sqliteFor(t)
			r := harnesses[0].rig(t, d, ctx, 2)
			r.fill(2)
			r.form(demoForm, "Book a demo", false, 2)
			n := 0
			r.server.Before = func(_ int, w http.ResponseWriter, req *http.Request) bool {
				if !strings.HasSuffix(req.URL.Path, demoForm) {
					return false
				}
				if n++; n > c.times {
					return false
				}
				c.answer(w)
				return true
			}
			p, err := r.tryPull()
			if c.fails {
				if err == nil {
					t.Fatalf("%+v", p)
				}
				r.nothing()
				return
			}
			if err != nil || len(r.submitted()) != 2 {
				t.Fatalf("%v: %v", err, r.submitted())
			}
		})
	}
}

// Given a form whose app states no rules of channels, then the table waits and is asked for both: how a page tells, and what the others are.
func TestChannelsOfFormsAreStated(t *testing.T) {
	d, ctx := sqliteFor(t)
	r := harnesses[0].rig(t, d, ctx, 2)
	r.fill(1)
	r.form(demoForm, "Book a demo", false, 1)
	for _, c := range []struct{ constants, asked string }{
		{"", "channel_grouping"}, {"channel_grouping=" + channel.GA4, "channel_otherwise"}, {"channel=form", ""},
	} {
		in := r.settling()
		in.Stated.Constants = strings.Fields(c.constants)
		p, err := r.Pull(r.ctx, owner, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := pulled(p).of("forms"); !strings.Contains(got.Message, c.asked) || (c.asked == "") != (got.State == ops.TableApplied) {
			t.Errorf("%q: %+v", c.constants, got)
		}
	}
	if got := r.submitted()["3f7f-1"]; !strings.Contains(got, "|form|") {
		t.Error(got)
	}
}
