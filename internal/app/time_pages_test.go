package app

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// desk of one person at the pages.
type pagesDesk struct {
	t      *testing.T
	server http.Handler
	token  string
}

func (o *office) pages(who access.Actor) pagesDesk {
	o.t.Helper()
	token, _, err := o.Party.MakeToken(o.ctx, who, "test of "+who.Name)
	if err != nil {
		o.t.Fatal(err)
	}
	return pagesDesk{o.t, o.server(), token}
}

func (d pagesDesk) do(r *http.Request, want int) string {
	d.t.Helper()
	r.Header.Set("Authorization", "Bearer "+d.token)
	w := httptest.NewRecorder()
	d.server.ServeHTTP(w, r)
	if w.Code != want {
		d.t.Fatalf("%s %s answers %d, want %d: %s", r.Method, r.URL, w.Code, want, w.Body.String())
	}
	return w.Body.String()
}

func (d pagesDesk) get(path string) string {
	d.t.Helper()
	return d.do(httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK)
}

func (d pagesDesk) post(path string, want int, fields ...string) string {
	d.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d.do(r, want)
}

func (d pagesDesk) upload(path string, want int, file string, fields ...string) string {
	d.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("file", "time.csv")
	fmt.Fprint(part, file)
	for i := 0; i < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1])
	}
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return d.do(r, want)
}

func tells(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

// sendable wants a browser to send a list that shows an answer without a value: it must not be required.
func sendable(t *testing.T, page, answer string) {
	t.Helper()
	for list := range strings.SplitSeq(page, "<select") {
		attributes, options, _ := strings.Cut(list, ">")
		if options, _, _ = strings.Cut(options, "</select>"); strings.Contains(options, ">"+answer+"</option>") && strings.Contains(attributes, "required") {
			t.Errorf("a browser does not send %q", answer)
		}
	}
}

var entryValue = regexp.MustCompile(`name="entry" value="([^"]+)"`)

// The week is kept, approved and locked with forms alone; the client sees what it may.
func TestTimeIsKeptByItsPages(t *testing.T) {
	o := newOffice(t, dbtest.SQLiteURL(t), hoursContract)
	o.on("2026-01-30")
	ana, lead, client := o.pages(o.member), o.pages(o.owner), o.pages(o.executive)
	tells(t, ana.get("/time"), "Nothing entered this week", "Start the timer")
	what := []string{"client", o.client, "class", "billable", "category", "search", "note", "first draft", "internal_note", "margin is thin"}
	ana.post("/time/entries", 303, append(what, "day", "2026-01-26", "minutes", "7:30", "key", "k-0001")...)
	ana.post("/time/entries", 303, append(what, "day", "2026-01-27", "from", "22:00", "to", "01:00", "key", "k-0002")...)
	tells(t, ana.post("/time/entries", 422, append(what, "day", "2026-02-26", "minutes", "1.28")...), "between 1:16 and 1:17")
	tells(t, ana.post("/time/entries", 422, append(what, "day", "2026-02-26", "minutes", "1")...), "still to come")
	page := ana.get("/time?week=2026-01-26")
	tells(t, page, "7:30", "2:00", "first draft")
	row := []string{"week", "2026-01-26", "r-0-client", o.client, "r-0-class", "billable", "r-0-category", "search", "r-0-note", "first draft", "r-0-internal_note", "margin is thin"}
	tells(t, ana.post("/time/week", 422, append(row, "m-0-0", "25:00", "was-m-0-0", "450")...), "cannot be worked on one day", `value="25:00"`)
	tells(t, ana.post("/time/week", 409, append(row, "m-0-0", "8", "was-m-0-0", "100")...), "Look at the week again")
	ana.post("/time/week", 303, append(row, "m-0-0", "13", "was-m-0-0", "780")...)
	ana.post("/time/week", 303, append(row, "m-0-0", "13", "was-m-0-0", "450", "submit", "yes")...)

	page = ana.get("/time?week=2026-01-26")
	tells(t, page, `name="r-1-client"`, `name="r-1-category"`, `name="m-1-0"`)
	fresh := []string{"week", "2026-01-26", "r-0-class", "billable", "r-1-client", o.client, "r-1-class", "over-serviced", "r-1-category", "planning", "r-1-note", ""}
	tells(t, ana.post("/time/week", 422, append(fresh, "m-1-2", "much")...), `value="planning"`, `value="much"`)
	ana.post("/time/week", 303, append(fresh, "m-1-2", "0:45", "was-m-1-2", "0", "m-1-3", "")...)
	tells(t, ana.get("/time?week=2026-01-26"), "planning", "0:45")
	again := append(fresh, "r-2-client", o.client, "r-2-class", "over-serviced", "r-2-category", "planning", "r-2-note", "")
	tells(t, ana.post("/time/week", 422, append(again, "m-2-4", "1")...), "has a row for that already")
	ana.post("/time/week", 303, append(fresh, "m-1-2", "", "was-m-1-2", "45")...)
	tells(t, ana.post("/time/week", 422, append(fresh, "rows", "1", "m-1-2", " ", "was-m-1-2", "0")...), "The time is missing", `value="planning"`, `id="r-1-category-error"`)
	ana.post("/time/week", 303, "week", "2026-01-26", "rows", "0", "r-0-client", o.client, "r-0-class", "billable", "r-0-category", "", "r-0-note", "", "m-0-2", "")

	page = lead.get("/time/approve")
	tells(t, page, "margin is thin", "13:00")
	sendable(t, page, "as entered")
	sendable(t, ana.get("/time/import"), "are a problem")
	approve := []string{"do", "approve"}
	for _, m := range entryValue.FindAllStringSubmatch(page, -1) {
		approve = append(approve, "entry", m[1])
	}
	tells(t, lead.post("/time/approve", 422, "do", "return"), "Choose the entries")
	lead.post("/time/approve", 303, approve...)
	tells(t, lead.get("/time/approve"), "Nothing waits")

	path := "/clients/" + o.client + "/time"
	page = client.get(path)
	tells(t, page, "Hours are running out", "16:00", "20:00", "first draft", "Ana Adler")
	for _, hidden := range []string{"margin is thin", "Over-serviced", "Lock a month", "200.00"} {
		if strings.Contains(page, hidden) {
			t.Errorf("the client sees %q", hidden)
		}
	}
	if table := client.get(path + "?format=csv"); !strings.HasPrefix(table, "worked_on,person,category,request,minutes,note\n2026-01-26,Ana Adler,search,,780,first draft\n") {
		t.Errorf("exported:\n%s", table)
	}
	book, err := excelize.OpenReader(strings.NewReader(client.get(path + "?format=xlsx&month=2026-01")))
	if err != nil {
		t.Fatal(err)
	}
	if rows := need(book.GetRows("Time"))(t); len(rows) != 4 || rows[1][4] != "780" {
		t.Errorf("the workbook has %q", rows)
	}

	o.on("2026-02-02")
	tells(t, lead.get(path+"/lock"), "January 2026")
	lead.post(path+"/lock", 303, "month", "2026-01")
	tells(t, lead.get(path), "time-1.csv", "import 1", "locked")
	tells(t, ana.post("/time/entries", 409, append(what, "day", "2026-01-20", "minutes", "1")...), "Enter it as late")
}

func TestAForgottenTimerIsStoppedByItsPage(t *testing.T) {
	o := newOffice(t, dbtest.SQLiteURL(t), hoursContract)
	o.on("2026-01-29")
	ana := o.pages(o.member)
	tells(t, ana.get("/time/timer"), "No timer runs")
	ana.post("/time/timer/start", 303, "client", o.client, "class", "billable", "note", "copy")
	tells(t, ana.post("/time/timer/start", 409, "client", o.client, "class", "billable"), "runs already")
	id := need(o.Timesheet.Timer(o.ctx, o.member))(t).ID
	o.on("2026-01-30")
	tells(t, ana.get("/time"), "Say when it ended")
	tells(t, ana.post("/time/timer/stop", 409, "timer", id), "has run for", "The work ended")
	tells(t, ana.post("/time/timer/stop", 422, "timer", id, "ended", "other", "other_day", "2026-01-29", "other_time", "soon"), "Write the time as 17:30")
	ana.post("/time/timer/stop", 303, "timer", id, "ended", "other", "other_day", "2026-01-29", "other_time", "14:30")
	tells(t, ana.get("/time?week=2026-01-26"), "2:30")
}

func TestATableOfTimeIsImportedByItsPage(t *testing.T) {
	o := newOffice(t, dbtest.SQLiteURL(t), hoursContract)
	o.on("2026-01-30")
	ana := o.pages(o.member)
	const table = "Date,Client,Project,Task,Notes,Hours,Billable?,First Name,Last Name\n1/26/2026,Acme,Search,Copy,draft,1.5,Yes,Ana,Adler\n"
	tells(t, ana.upload("/time/import", 422, ""), "Choose the file")
	tells(t, ana.upload("/time/import", 422, table, "date_order", "ymd"), "line 2")
	tells(t, ana.upload("/time/import", 200, table, "date_order", "mdy", "preview", "yes"), "nothing was entered yet", "1 new")
	ana.upload("/time/import", 303, table, "date_order", "mdy")
	tells(t, ana.upload("/time/import", 200, table, "date_order", "mdy", "preview", "yes"), "0 new", "1 stand there already")
}
