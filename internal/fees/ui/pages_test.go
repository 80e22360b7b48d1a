package ui_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

const list = "/clients/org_acme/statements"

// TestMonthEnd is a month through its pages: drafted, submitted, reviewed by the client, answered, locked, settled.
func TestMonthEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		agency, client := k.as(owner), k.as(finance)

		agency.Get(list).Says(t, 200, "No statement yet", "Draft a statement")
		client.Get(list).Says(t, 200, "No statement yet", "The agency drafts the first one.")
		k.January()

		form := agency.Get(list + "/draft")
		form.Says(t, 200, "Month", "newest import")
		if got := form.Find("input[name=period]").AttrOr("value", ""); got != "2026-01" {
			t.Errorf("the month before is not proposed, but %q", got)
		}
		a := agency.Press(form, "/draft", "period", "Jan 26")
		a.Says(t, 422, "Write the month as 2026-03.")
		if got := a.Find("input[name=period]").AttrOr("value", ""); got != "Jan 26" {
			t.Errorf("the input is not kept: %q", got)
		}
		a = agency.Press(form, "/draft", "period", "2027-01")
		a.Says(t, 422, "has not begun")
		draft := agency.Press(form, "/draft")
		draft.Says(t, 200, "Drafted. Look through it", "A draft, revision 1", "17,190.00", "Submit to the client")
		st := draft.Path
		agency.Press(form, "/draft").Says(t, 200, "already says exactly this")
		client.Get(list).Says(t, 200, "No statement yet")

		ask := agency.Get(st + "/submit")
		ask.Says(t, 200, "You put the statement of January 2026 before Acme Robotics, Inc.", "Lines 5", "USD 17,190.00", "10 Feb 2026, America/New_York", "1 thing for want of a fact")
		agency.Press(ask, "/submit").Says(t, 200, "Submitted. The client can accept or dispute lines until 10 Feb 2026.")
		agency.Press(ask, "/submit").Says(t, 409, "nobody can submit it now")
		client.Get(list).Says(t, 200, "January 2026", "Client: accept or dispute lines until 10 Feb 2026")

		page := client.Get(st)
		page.Says(t, 200, "Undisputed 17,190.00 USD payable once it is locked", "Each line can be accepted or disputed until 10 Feb 2026", "Accept all open lines")
		a = client.Press(page, "/lines/2/dispute")
		a.Says(t, 422, "Say what is wrong with the line")
		if open := a.Find("details[open] form[action$='/lines/2/dispute']"); open.Length() != 1 {
			t.Error("the form that was refused is not open")
		}
		a = client.Press(page, "/lines/2/dispute", "dispute-reason-2", "Came through <b>our</b> stand.\nNot the webinar.")
		a.Says(t, 200, "Line 2 is disputed", "Finn Finance disputed this line", "Came through <b>our</b> stand.", "Held back by disputes 1,160.00 USD line 2", "Undisputed 16,030.00 USD")
		if a.Find(".talk b").Length() > 0 {
			t.Error("what a person writes becomes markup")
		}
		client.Post(st+"/lines/2/dispute", "dispute-reason-2", "again").Says(t, 409, "Nothing was changed", "Line 2 is disputed; only an open line can be disputed.")
		client.Post(st+"/lines/4/dispute", "dispute-reason-4", "the cap").Says(t, 409, "Line 4 belongs to line 3")
		client.Post(st+"/lines/99/accept").Says(t, 404)
		client.Post(st+"/lines/two/accept").Says(t, 404)

		page = agency.Get(st)
		if page.Find("form[action$='/accept']").Length() > 0 {
			t.Error("the agency is offered to accept")
		}
		agency.Press(page, "/lines/2/answer", "answer-answer-2", "See the journey.").Says(t, 200, "Line 2 is answered.", "Olga Owner answered", "See the journey.")
		agency.Get(st+"/lock").Says(t, 200, "You make the statement of January 2026 final")

		rest := client.Get(st + "/accept")
		rest.Says(t, 200, "Lines 1, 3 and 5", "USD 16,030.00", "line 2, disputed", "Accept 3 lines")
		k.MoveTo("2026-02-04")
		client.Press(client.Get(st), "/lines/1/accept").Says(t, 200, "Line 1 is accepted.", "accepted by Finn Finance, 4 Feb 2026")
		a = client.Press(rest, "/accept")
		a.Says(t, 409, "Something happened since you looked: Finn Finance accepted line 1", "Lines 3 and 5")
		client.Press(a, "/accept").Says(t, 200, "Accepted. The statement can be locked now.")

		lock := client.Get(st + "/lock")
		lock.Says(t, 200, "Payable USD 16,030.00", "Held back by disputes USD 1,160.00", "Nothing of it changes again")
		client.Press(lock, "/lock").Says(t, 200, "Locked. USD 16,030.00 is payable.", "Payable now 16,030.00 USD", "Receipt", "ofrecord verify northlight-acme-growth-2026-01-r1.zip --hash")
		agency.Press(lock, "/lock").Says(t, 409, "locked the statement on")
		agency.Get(st+"/withdraw").Says(t, 200)
		agency.Post(st+"/withdraw", "hash", "x", "seen", "0").Says(t, 409, "it never changes again")

		page = client.Get(st)
		client.Press(page, "/lines/2/release", "release-amount-2", "9,999.00").Says(t, 422, "still holds back 1,160.00")
		client.Press(page, "/lines/2/release", "release-amount-2", "160.00", "release-text-2", "Partly ours.").Says(t, 200, "the next statement carries it", "still held back: 1,000.00, released: 160.00", "Partly ours.")
		page = agency.Get(st)
		agency.Press(page, "/lines/2/waive").Says(t, 200, "that amount is no longer owed", "Released since the lock")
		client.Get(list).Says(t, 200, "Nothing: it is final")
	})
}

// TestReasons checks that each number opens into its reason with links to what it comes from.
func TestReasons(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.January()
	st := k.Submitted("2026-01")
	page := k.as(finance).Get(list + "/" + st.ID)
	page.Says(t, 200,
		"Retainer · team", "1 month", "14,000.00", "1 × 14,000.00 = 14,000.00", "half-up to 2 decimals of USD",
		"38,666.67 × 3 % = 1,160.00", "3 of 4 counted touches earn under the contract", "does not earn",
		"Cap of 2,000.00 per deal on Kestrel Foods", "−700.00", "2,000.00 (limited to date) − 0.00 (charged before) − 2,700.00 (this statement) = −700.00",
		"1 thing held out of this statement", "The CRM has no amount for this deal.",
		"Considered and not charged: 2 deals", "No touch that earns was credited")
	for _, href := range []string{"/clients/org_acme/evidence/deals/D-1", "/clients/org_acme/evidence/imports/1", "/clients/org_acme/contract/" + k.Contract} {
		if page.Find(`a[href="`+href+`"]`).Length() == 0 {
			t.Errorf("no link to %s", href)
		}
	}
	if page.Find("#line-4.under").Length() != 1 || page.Find("#line-3.under").Length() != 0 {
		t.Error("the cap does not stand under its line")
	}
	if page.Find("main script, main [style], .touch b").Length() > 0 {
		t.Error("text of the evidence became markup")
	}
	ids := map[string]bool{}
	page.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] {
			t.Errorf("the id %s stands twice", id)
		}
		ids[id] = true
	})
}

// TestSides checks who is offered what, and who sees nothing.
func TestSides(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.January()
	st := k.Submitted("2026-01")
	at := list + "/" + st.ID
	for _, who := range []struct {
		b     *webtest.Browser
		forms int
	}{{k.as(sales), 0}, {k.as(owner), 0}, {k.as(finance), 8}, {k.as(boss), 8}} {
		page := who.b.Get(at)
		page.Says(t, 200, "Statement of January 2026")
		if got := page.Find(".statement form").Length(); got != who.forms {
			t.Errorf("%d forms are offered, want %d", got, who.forms)
		}
	}
	k.as(stranger).Get(at).Says(t, 404)
	k.as(stranger).Get(list).Says(t, 404)
	k.as(sales).Post(at+"/lines/1/accept").Says(t, 403)
	k.as(owner).Post(at+"/lines/1/accept").Says(t, 403)
	k.as(finance).Post(at+"/lines/1/concede").Says(t, 403)
	k.as(finance).Get(list+"/draft").Says(t, 403)
	k.as(owner).Get("/clients/org_bolt/statements/"+st.ID).Says(t, 404)
}

func TestRevisions(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.January()
	b := k.as(owner)
	first := k.Drafted("2026-01").Statement
	b.Press(b.Get(list+"/"+first.ID+"/withdraw"), "/withdraw", "reason", "Too early.").Says(t, 200, "Withdrawn", "Too early.", "nothing of it is owed")
	k.Imported(feestest.WonAfter("D-1", "Boreal Freight", "44000.00", "2026-01-20", "paid search"))
	second := k.Drafted("2026-01").Statement
	b.Get(list+"/"+first.ID).Says(t, 200, "This is not the newest revision", "Revision 2 took its place.")
	b.Get(list+"/"+second.ID).Says(t, 200, "Revision 2, this one", "Revision 1")
}

func TestLaterEvidence(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.January()
	st := k.Submitted("2026-01")
	b := k.as(finance)
	at := list + "/" + st.ID
	if page := b.Get(at); strings.Contains(page.Words(), "newer") || page.Find(".tabs").Length() > 0 {
		t.Error("there is no later evidence yet")
	}
	k.Imports = append(k.Imports, k.Imports[0])
	b.Get(at).Says(t, 200, "Import 2 is newer than the evidence of this statement, import 1.")
	b.Get(at+"/later").Says(t, 200, "Nothing differs")

	changed := k.Imports[0]
	changed.Deals = slices.Clone(changed.Deals)
	changed.Deals[0].Amount.Minor = 44_000_00
	k.Imports = append(k.Imports, changed)
	b.Get(at+"/later").Says(t, 200, "Computed again 17,306.00 USD as of import 3", "Difference +116.00", "Boreal Freight, won 20 Jan 2026 1,160.00 1,276.00 +116.00",
		"1 value", "deal: amount 40,000.00 USD 44,000.00 USD")
	k.as(stranger).Get(at+"/later").Says(t, 404)
}

// Locking is not silent about newer evidence: the question names it, says what a draft on it would come to and what becomes of the difference, and is asked anew when more comes.
func TestLockQuestionTellsOfNewerEvidence(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.January()
	st := k.Submitted("2026-01")
	must(k.AcceptRest(ctx, finance, st.ID))(t)
	b := k.as(finance)
	at := list + "/" + st.ID
	if page := b.Get(at + "/lock"); strings.Contains(page.Words(), "newer evidence") {
		t.Error("there is no newer evidence yet")
	}
	k.Imports = append(k.Imports, k.Imports[0])
	same := b.Get(at + "/lock")
	same.Says(t, 200, "There is newer evidence", "This statement rests on import 1. Since then came import 2. A draft on the newest would come to the same, USD 17,190.00.")

	changed := k.Imports[0]
	changed.Deals = slices.Clone(changed.Deals)
	changed.Deals[0].Amount.Minor = 20_000_00
	k.Imports = append(k.Imports, changed)
	asked := b.Press(same, "/lock")
	asked.Says(t, 409, "Import 3 came since you looked", "Since then came import 2, import 3. A draft on the newest would come to USD 16,610.00 instead of USD 17,190.00: \u2212580.00.",
		"without 1 thing held out for want of a fact", "comes as a correction on the next statement", "Later evidence, line by line")
	if asked.Find(`.confirm a[href="`+at+`/later"]`).Length() != 1 {
		t.Error("no link to the later evidence")
	}
	for range 4 {
		k.Imports = append(k.Imports, changed)
	}
	b.Get(at+"/lock").Says(t, 200, "Since then came 3 imports and then import 5, import 6, import 7.")
	b.Press(b.Get(at+"/lock"), "/lock").Says(t, 200, "Locked. USD 17,190.00 is payable.")
}

func TestDownloads(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.January()
	st := k.Submitted("2026-01")
	b := k.as(finance)
	at := list + "/" + st.ID

	a := b.Get(at + "/statement.json")
	var document fees.Document
	if err := json.Unmarshal([]byte(a.Body), &document); err != nil || document.Statement.Total.Minor != 17_190_00 || len(document.Issues) != 1 {
		t.Errorf("the JSON is not the document: %v %+v", err, document.Statement.Total)
	}
	if got := a.Header.Get("Content-Disposition"); !strings.Contains(got, "northlight-acme-growth-2026-01-r1.json") {
		t.Errorf("the file is called %s", got)
	}

	a = b.Get(at + "/lines.csv")
	rows := must(csv.NewReader(strings.NewReader(a.Body)).ReadAll())(t)
	if len(rows) != 6 || rows[4][7] != "-700.00" || rows[4][9] != "3" || rows[2][4] != "38666.67" {
		t.Errorf("the CSV is %q", rows)
	}
	if got := rows[5][3]; !strings.HasPrefix(got, "'=HYPERLINK") {
		t.Errorf("a formula got out: %s", got)
	}

	a = b.Get(at + "/lines.xlsx")
	book := must(excelize.OpenReader(strings.NewReader(a.Body)))(t)
	if got := must(book.GetCellValue("Lines", "H5", excelize.Options{RawCellValue: true}))(t); got != "-700.00" {
		t.Errorf("the amount is %s", got)
	}
	if kind := must(book.GetCellType("Lines", "H5"))(t); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("the amount is no number: %v", kind)
	}
	for i, r := range must(book.GetRows("Lines"))(t) {
		for j := range r {
			cell := must(excelize.CoordinatesToCellName(j+1, i+1))(t)
			if f := must(book.GetCellFormula("Lines", cell))(t); f != "" {
				t.Errorf("%s holds the formula %s", cell, f)
			}
		}
	}

	a = b.Get(at + "/pack")
	if _, err := zip.NewReader(bytes.NewReader([]byte(a.Body)), int64(len(a.Body))); err != nil || !strings.Contains(a.Header.Get("Content-Disposition"), "northlight-acme-growth-2026-01-r1.zip") {
		t.Errorf("the pack: %v, %s", err, a.Header.Get("Content-Disposition"))
	}
	for _, path := range []string{"/statement.json", "/lines.csv", "/lines.xlsx", "/pack"} {
		k.as(stranger).Get(at+path).Says(t, 404)
	}
}

// TestConfirmationsNeedTheirPage: an answer without what was shown asks again and does nothing.
func TestConfirmationsNeedTheirPage(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.January()
	st := k.Drafted("2026-01").Statement
	b := k.as(owner)
	b.Post(list+"/"+st.ID+"/submit").Says(t, 422, "press the button again")
	b.Post(list+"/"+st.ID+"/submit", "hash", "other", "seen", "0").Says(t, 409, "This is not the statement that you were shown.")
	if got := must(k.Statement(ctx, owner, st.ID))(t); got.State != fees.Drafted {
		t.Errorf("the statement is %s", got.State)
	}
}

// TestLongList pages through more statements than one page holds.
func TestLongList(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	for month := 1; month <= 12; month++ {
		k.MoveTo("2027-01-05")
		k.Drafted("2026-" + strconv.Itoa(100 + month)[1:])
	}
	page := k.as(owner).Get(list)
	page.Says(t, 200, "December 2026", "January 2026", "Agency: look through it and submit it")
	if got := page.Find("tbody tr").Length(); got != 12 || ops.PageSize < 12 {
		t.Errorf("%d rows", got)
	}
}

// TestLongJourney shows runs of middle touches as one, and every touch in a table that adds up.
func TestLongJourney(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	channels := []string{"paid search"}
	for range 10 {
		channels = append(channels, "webinar", "sales call")
	}
	k.Imported(feestest.WonAfter("D-1", "Boreal Freight", "40000.00", "2026-01-30", channels...))
	k.MoveTo("2026-02-03")
	page := k.as(finance).Get(list + "/" + k.Submitted("2026-01").ID)
	page.Says(t, 200, "11 of 21 counted touches earn", "middle touches together", "All 21 counted touches with their credit", "Together 40,000.00")
	if got := page.Find(".journey .touch").Length(); got != 6 {
		t.Errorf("the journey has %d points, want first, middle, deal creation, middle, last and the end", got)
	}
}
