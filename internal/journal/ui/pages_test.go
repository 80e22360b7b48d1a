package ui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/journal/ui"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

var (
	owner = access.Actor{Account: "acc_o", Name: "Olga", Memberships: []access.Membership{{Role: access.Owner, Org: "ag", OrgKind: access.Agency}}}
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

// ask serves the record with these entries to the owner and answers one request.
func ask(t *testing.T, path string, entries ...journal.Entry) *httptest.ResponseRecorder {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	for _, e := range entries {
		if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := ops.Append(ctx, tx, ops.By(owner, e))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	pages := &ui.Pages{Ops: &ops.Service{DB: d}, Subject: func(e journal.Entry) string { return "/things/" + e.Subject.ID }}
	g := &web.Registry{}
	pages.Register(g)
	s := web.New(web.Options{Admit: func(r *http.Request, _ string) (context.Context, error) {
		return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), owner), nil
	}}, g)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func page(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func renamed(i int, before, after string) journal.Entry {
	return journal.Entry{At: noon.AddDate(0, 0, i), Action: "client.rename", Client: "c1", Subject: journal.Subject{Kind: "client", ID: "c1", Name: after},
		Words: "renamed the client to " + after, Before: journal.Snapshot(map[string]string{"name": before}), After: journal.Snapshot(map[string]string{"name": after})}
}

func TestAnEntryShowsWhatItChanged(t *testing.T) {
	doc := page(t, ask(t, "/record", renamed(0, "Acme", "<script>x</script>")))
	row := doc.Find("#entry-1")
	if got := row.Find("a[href='/things/c1']").Text(); got != "renamed the client to <script>x</script>" {
		t.Errorf("got %q", got)
	}
	if doc.Find("main script").Length() != 0 {
		t.Error("a name became a script")
	}
	detail := row.Next()
	if got := detail.Find("summary").Text(); !strings.Contains(got, "1 field") {
		t.Errorf("got %q", got)
	}
	fact := detail.Find("dl > div").First()
	if got := strings.Join(strings.Fields(fact.Text()), " "); got != "namefrom Acme → to <script>x</script>" {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(detail.Text(), "this is the first entry") {
		t.Error("the first entry does not say so")
	}
}

func TestALongRecordHasPages(t *testing.T) {
	var many []journal.Entry
	for i := range 60 {
		many = append(many, renamed(i, fmt.Sprint(i), fmt.Sprint(i+1)))
	}
	doc := page(t, ask(t, "/record?page=2&action=client.rename", many...))
	if n := doc.Find("tr[id^=entry-]").Length(); n != 10 {
		t.Errorf("%d rows on the second page", n)
	}
	if got := doc.Find(".pager a[rel=prev]").AttrOr("href", ""); !strings.Contains(got, "action=client.rename") {
		t.Errorf("the pager loses the filter: %q", got)
	}
}

func TestDaysAreWhole(t *testing.T) {
	doc := page(t, ask(t, "/record?from=2026-03-03&to=2026-03-03", renamed(0, "a", "b"), renamed(1, "b", "c"), renamed(2, "c", "d")))
	if n := doc.Find("tr[id^=entry-]").Length(); n != 1 || doc.Find("#entry-2").Length() != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestFormulasAreHarmlessInTheDownload(t *testing.T) {
	w := ask(t, "/record?format=csv&action=client.rename", renamed(0, "Acme", `=HYPERLINK("http://evil.example","x")`), renamed(1, "x", "y"))
	if got := w.Body.String(); !strings.Contains(got, `"'=HYPERLINK(`) || strings.Contains(got, `,"=HYPERLINK(`) || strings.Count(got, "\n") != 3 {
		t.Errorf("got %s", got)
	}
	if got := w.Header().Get("Content-Disposition"); !strings.Contains(got, "attachment") {
		t.Errorf("got %q", got)
	}
	if got := ask(t, "/record?format=csv").Body.String(); strings.Count(got, "\n") != 1 {
		t.Errorf("an empty download has its head only: %q", got)
	}
}

func TestVerifyingNothing(t *testing.T) {
	if got := page(t, ask(t, "/record/verify")).Find("main").Text(); !strings.Contains(got, "There is nothing to verify") {
		t.Errorf("got %q", got)
	}
	if got := page(t, ask(t, "/record")).Find("main").Text(); !strings.Contains(got, "The first change is the first entry") {
		t.Errorf("got %q", got)
	}
}

func TestAReceiptMustBeWhole(t *testing.T) {
	for _, bad := range []string{"x", "1", "1:abc", "0:" + strings.Repeat("a", 64), "-1:" + strings.Repeat("a", 64), "1:" + strings.Repeat("g", 64)} {
		if w := ask(t, "/record/verify?receipt="+bad, renamed(0, "a", "b")); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}
