package ui_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
)

const german = "Deal-ID;Name;Betrag;Abschluss;Phase\nd1;Boreal;12.000,50;14.03.2026;Gewonnen\nd2;Kestrel;4.400,00;30.06.2026;Angebot\nd3;Orchard;n/a;31.02.2026;Gewonnen\n;ohne;1,00;01.01.2026;Gewonnen\n"

func TestAFileNobodyKnowsIsMappedByHand(t *testing.T) {
	s := newSite(t)
	p := s.upload("geschäfte.csv", []byte(german)).says(200, "fit no known export", "12.000,50", "semicolon")
	p = s.get(strings.Split(p.path, "?")[0]+"?as=generic/deals").says(200, "Go on")
	if p.Find("[name^=convention], [name^=stage], [name^=type]").Length() > 0 {
		t.Error("something is asked about columns that nobody named")
	}
	p = s.submit(p, url.Values{"columns.name": {"Name"}}).says(422, "No column is named for deal_id")
	p = s.submit(p, url.Values{"columns.deal_id": {"Deal-ID"}, "columns.amount": {"Betrag"}}).says(200, "The columns leave these open", "Decimal mark of amounts")
	p = s.submit(p, url.Values{"convention.decimal": {"."}}).says(422, "written with the other mark", "12.000,50")
	p = s.submit(p, url.Values{"convention.decimal": {","}, "columns.closed_on": {"Abschluss"}, "columns.stage": {"Phase"}}).says(200, "What each stage means", "Dates written with numbers only")
	p = s.submit(p, url.Values{"stage.0": {"won"}, "stage.1": {"open"}, "default_currency": {"eur"}, "save_as": {"CRM Nord"}})
	p = s.settled(p).says(200, "Dry run of geschäfte.csv", "Rejected", "id", "Problems with rows")
	reject := s.get(strings.Split(p.path, "?")[0] + "/rejects.csv")
	if !strings.Contains(reject.body, "5,1,Deal-ID,true,id-missing") {
		t.Errorf("rejects:\n%s", reject.body)
	}
	confirm := s.get(p.path+"/apply").says(200, "You make this file part of the evidence", "1 row is left out")
	done := s.settled(s.submit(confirm, nil)).says(200, "Import 1", "Applied", "Decimal mark")
	if done.path != at+"/imports/1" {
		t.Errorf("ended at %s", done.path)
	}
	s.get(at+"/deals").says(200, "Boreal", "EUR 12,000.50", "unknown")
	again := s.upload("later.csv", []byte(german)).says(200, "CRM Nord")
	p = s.get(again.path+"?as=&saved=CRM+Nord").says(200, "Stage Gewonnen")
	if p.chosen("stage.0") != "won" || p.chosen("convention.date_order") != "dmy" {
		t.Error("the kept mapping lost what was stated")
	}
	s.settled(s.submit(p, nil)).says(200, "Applying this file would change nothing")
}

func TestHygieneIsWeighedByTheContract(t *testing.T) {
	s := newSite(t)
	take := func(name, text string) {
		t.Helper()
		p := s.settled(s.submit(s.upload(name, []byte(text)), nil))
		s.settled(s.submit(s.get(p.path+"/apply"), nil)).says(200, "Applied")
	}
	take("deals.csv", "deal_id,name,is_won,is_closed,closed_on,created_at\nd1,Boreal,true,true,2026-01-02,2025-12-01T00:00:00Z\n")
	take("payments.csv", "payment_id,deal_id,paid_on,amount,currency\ny1,d1,2026-02-01,10.00,EUR\n")
	row := func(title string) string {
		t.Helper()
		p := s.get(at).says(200)
		return strings.Join(strings.Fields(p.Find("main tr:contains('"+title+"')").First().Text()), " ")
	}
	s.get(at).says(200, "Usual weights: no contract is in force yet")
	if got := row("Deals without an amount"); !strings.Contains(got, "blocks a fee") {
		t.Error(got)
	}
	s.pages.Weighing = func(context.Context, string) *crm.Weighing {
		return &crm.Weighing{DealsEarn: true, Currency: "USD", PaymentsDecide: true, TypeDecides: true}
	}
	s.get(at).says(200, "Weighed by the contract in force", "Payment y1 of deal Boreal (d1) is in EUR, the contract in USD.")
	for title, weight := range map[string]string{"Deals without an amount": "good to know", "Won deals of an unknown customer type": "blocks a fee", "Payments in another currency than the contract": "blocks a fee"} {
		if got := row(title); !strings.Contains(got, weight) {
			t.Errorf("%s: %q", title, got)
		}
	}
}

func TestFilesThatAreNoTablesAreRefusedInTheForm(t *testing.T) {
	s := newSite(t)
	s.upload("all.zip", []byte("PK\x03\x04rest")).says(422, "zip archive", "Save or export it again")
	s.upload("empty.csv", nil).says(422, "The file is empty")
	s.upload("", []byte("a,b\n")).says(422, "Choose the file")
	s.get(at).says(200, "No evidence yet", "Sample file")
}

func TestTheSalesforceExportGoesAllTheWay(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"Campaign.csv", "Lead.csv", "Account.csv", "Contact.csv", "Opportunity.csv", "CampaignMember.csv"} {
		p := s.upload(name, real(t, "salesforce/"+name)).says(200, "How is "+name+" read?")
		form := url.Values{"convention.zone": {"America/New_York"}}
		if name == "Opportunity.csv" {
			form.Set("default_currency", "USD")
		}
		p = s.settled(s.submit(p, form)).says(200, "Dry run of "+name)
		s.settled(s.submit(s.get(p.path+"/apply"), nil)).says(200, "Applied")
	}
	s.get(at).says(200, "Newest import", "Hygiene", "Won deals linked through the account only", "CampaignMember.csv")
	s.get(at+"/deals?outcome=won").says(200, "won", "All 12 deals")
	s.get(at+"/imports/6").says(200, "Looked up in Campaign", "Looked up in Lead")
}

func TestListsAreSavedExactlyAsShown(t *testing.T) {
	s := newSite(t)
	p := s.upload("deals.csv", []byte("deal_id,name,amount,currency,is_won,is_closed,closed_on\nd1,\"=cmd|'/c calc'!A0\",10.00,USD,true,true,2026-01-02\nd2,Quiet,20.00,USD,false,false,\n"))
	p = s.settled(s.submit(p, nil))
	s.settled(s.submit(s.get(p.path+"/apply"), nil))
	csv := s.get(at + "/deals?format=csv&outcome=won")
	if want := "deal_id,name,company,outcome,stage,closed_on,amount,currency,source,owner,last_changed_by_import\nd1,'=cmd|'/c calc'!A0,,won,,2026-01-02,10.00,USD,,,1\n"; csv.body != want {
		t.Errorf("%q", csv.body)
	}
	if x := s.get(at + "/deals?format=xlsx"); !strings.HasPrefix(x.body, "PK") {
		t.Error("no workbook")
	}
	s.get(at+"/deals?as_of=7").says(404, "There is no import 7")

	for _, query := range []string{"closed_from=2026-01-01&closed_through=2026-01-02", "month=2026-01", "amount_from=10&closed_through=2026-02-01", "outcome=won&text=cmd"} {
		if csv := s.get(at + "/deals?format=csv&" + query); strings.Count(csv.body, "\n") != 2 || !strings.Contains(csv.body, "\nd1,") {
			t.Errorf("%s: %q", query, csv.body)
		}
	}
	s.get(at+"/deals?closed_from=2027-01-01").says(200, "No deal fits", "Of 2 deals as of import 1 none has a close date in these days.")
	s.get(at+"/deals?page=999").says(200, "This page is behind the last one", "2 deals fit")
	s.get(at+"/deals?changed=99").says(422, "There is no import 99; the newest is 1.")
	s.get(at+"/deals?amount_from=15&closed_from=2026-01-01").says(200, "each condition is met by some, and none meets them all")
	p = s.get(at+"/deals?closed_from=2026-02-30&amount_from=much&month=x").says(422, "Nothing was looked for", "is no amount")
	if p.Find(`[id$="closed-from-error"]`).Length() != 1 || p.Find(`[id$="amount-from-error"]`).Length() != 1 || p.Find(`input[name=amount_from][value=much]`).Length() != 1 || p.Find(`a[href*="/deals/d"]`).Length() != 0 {
		t.Error("what is wrong is not told at its field")
	}
}

func TestWhoMayNotImportSeesNoWayTo(t *testing.T) {
	s := newSite(t)
	s.actor = access.Actor{Account: "acc_audit", Name: "Ada", Workspace: "test", Memberships: []access.Membership{{Role: access.Auditor, Org: "org_acme", OrgKind: access.Client}}}
	if p := s.get(at).says(200, "No evidence yet"); p.Find("main a.button, main button").Length() > 0 {
		t.Error("an auditor is offered to import")
	}
	s.get(at+"/import").says(403, "may import evidence")
}

func TestAnInterruptedImportIsTakenUpByAButton(t *testing.T) {
	s := newSite(t)
	p := s.upload("deals.csv", []byte("deal_id,name\nd1,Boreal\nd2,Kestrel\n"))
	step := strings.TrimSuffix(strings.Split(p.path, "?")[0], "/mapping")
	s.settled(s.submit(p, nil)).says(200, "Dry run of deals.csv")
	stopping, cancel := context.WithCancel(s.ctx)
	asked := 0
	s.ops.Now = func() time.Time {
		if asked++; asked == 3 { // in the first chunk
			cancel()
		}
		return time.Now()
	}
	if _, err := s.ops.Apply(stopping, s.actor, "org_acme", step[strings.LastIndex(step, "/")+1:]); err == nil {
		t.Fatal("the import was not interrupted")
	}
	s.ops.Now = time.Now
	s.get(at).says(200, "interrupted")
	p = s.get(step).says(200, "This import was interrupted", "Nothing of it is visible yet", "Go on with the import")
	s.settled(s.submit(p, nil)).says(200, "Import 1", "applied")
}

func TestAnUploadOnTheWayIsDiscarded(t *testing.T) {
	s := newSite(t)
	p := s.upload("deals.csv", []byte("deal_id,name\nd1,Boreal\n")).says(200, "Discard…")
	step := strings.TrimSuffix(p.path, "/mapping")
	s.settled(s.submit(p, nil)).says(200, "Dry run of deals.csv", "Discard…")
	s.get(at).says(200, "On the way", "Discard…")
	p = s.submit(s.get(step+"/discard").says(200, "You take this upload away", "The file is deleted"), nil).says(200, "No evidence yet")
	if p.path != at || strings.Contains(p.words(), "On the way") {
		t.Errorf("%s: %s", p.path, p.words())
	}
	s.get(step).says(404, "There is no such import")
	s.settled(s.submit(s.upload("deals.csv", []byte("deal_id,name\nd1,Boreal\n")), nil))
	list, err := s.ops.Pending(s.ctx, s.actor, "org_acme")
	if err != nil {
		t.Fatal(err)
	}
	step = at + "/import/" + list[0].ID
	s.settled(s.submit(s.get(step+"/apply"), nil)).says(200, "Import 1")
	if p := s.get(step + "/discard"); p.path != at+"/imports/1" {
		t.Errorf("evidence is offered to be discarded: %s", p.path)
	}
	if p := s.post(step+"/discard", nil); p.path != at+"/imports/1" {
		t.Errorf("%s", p.path)
	}
	s.get(at+"/imports/1").says(200, "Import 1")
}

func TestProgressIsAFragmentThatEndsByLeadingOn(t *testing.T) {
	s := newSite(t)
	p := s.upload("deals.csv", []byte("deal_id,name\nd1,Boreal\n"))
	step := strings.TrimSuffix(strings.Split(p.path, "?")[0], "/mapping")
	s.settled(s.submit(p, nil))
	f := s.get(step+"/progress").says(200, "See what came out")
	if then, _ := f.Find("[data-then]").Attr("data-then"); then != step || f.Find("[data-poll]").Length() > 0 {
		t.Errorf("%s", f.body)
	}
}

// foreign has day and month that only the column of the closing proves, times without a zone, and words of its own.
const foreign = "Nr;Betrag;Angelegt;Abschluss;Phase;Art\n" +
	"g1;31.000,00;03/02/2026 08:00;30/10/2026;Gewonnen;Neukunde\ng2;1.250,50;04/02/2026 09:30;05/11/2026;Verloren;Bestandskunde\n"

var foreignColumns = url.Values{"columns.deal_id": {"Nr"}, "columns.amount": {"Betrag"}, "columns.created_at": {"Angelegt"}, "columns.closed_on": {"Abschluss"},
	"columns.stage": {"Phase"}, "columns.customer_type": {"Art"}}

func TestWhatTheColumnsLeaveOpenIsAskedBeforeTheDryRun(t *testing.T) {
	s := newSite(t)
	p := s.upload("foreign.csv", []byte(foreign))
	step := strings.TrimSuffix(p.path, "/mapping")
	p = s.submit(s.get(p.path+"?as=generic/deals"), foreignColumns).
		says(200, "The columns leave these open", "Stage Gewonnen", "Customer type Bestandskunde", "1 of 4 values can only be day, month, year", "Some values of the first rows need it")
	if p.chosen("convention.date_order") != "dmy" || p.Find("[name='convention.decimal'][value=','][checked]").Length() != 1 {
		t.Error("what the columns prove is not proposed")
	}
	for _, name := range []string{"convention.date_order", "convention.zone"} {
		if _, required := p.Find("[name='" + name + "']").Attr("required"); !required {
			t.Errorf("%s may be left out", name)
		}
	}
	if got := s.get(step).path; !strings.HasSuffix(got, "/mapping") {
		t.Errorf("a dry run began before the questions were answered: %s", got)
	}
	p = s.submit(p, url.Values{"convention.date_order": {""}}).says(422, "Are dates day/month/year or month/day/year", "In which time zone")
	if p.chosen("convention.date_order") != "dmy" {
		t.Error("the order that the columns prove is no longer proposed")
	}
	p = s.submit(p, url.Values{"convention.zone": {"Europe/Berlin"}, "default_currency": {"EUR"}, "stage.0": {"won"}, "stage.1": {"lost"}, "type.0": {"new"}, "type.1": {"existing"}})
	p = s.settled(p).says(200, "Dry run of foreign.csv")
	if strings.Contains(p.words(), "doubt") {
		t.Error(p.words())
	}
	s.settled(s.submit(s.get(step+"/apply"), nil)).says(200, "Stages that mean won", "Bestandskunde = existing customer, Neukunde = new customer")
}

func TestAQuestionIsAnsweredUnderItsPresentColumn(t *testing.T) {
	s := newSite(t)
	p := s.upload("foreign.csv", []byte(foreign))
	p = s.submit(s.get(p.path+"?as=generic/deals"), url.Values{"columns.deal_id": {"Nr"}, "columns.stage": {"Art"}}).says(200, "Stage Neukunde")
	p = s.submit(p, url.Values{"columns.stage": {"Phase"}, "stage.0": {"won"}}).says(200, "What each stage means", "Stage Gewonnen")
	if got := p.chosen("stage.0"); got != "" {
		t.Errorf("the meaning of another column's value is taken over: %q", got)
	}
	p = s.submit(p, url.Values{"stage.0": {"won"}, "stage.1": {"lost"}})
	p = s.submit(s.get(s.settled(p).says(200, "Dry run of").path+"/apply"), nil)
	s.settled(p).says(200, "Stages that mean won", "Gewonnen")
}

func TestAColumnOfSpendAsksForItsDecimalMark(t *testing.T) {
	s := newSite(t)
	p := s.upload("media.csv", []byte("spend_id,spent_on,category,net,currency\nm1,2026-03-01,media,\"1,200\",USD\n"))
	p = s.submit(p.says(200, "Decimal mark of amounts", "The one value", "can be read both ways"), url.Values{"convention.decimal": {"."}})
	s.settled(p).says(200, "Dry run of media.csv")
}

func TestASheetIsChosenFirst(t *testing.T) {
	s := newSite(t)
	f := excelize.NewFile()
	defer f.Close()
	for name, rows := range map[string][][]any{
		"Accounts": {{"Accounts of March"}, {"company_id", "name", "domain"}, {"c1", "Boreal Freight", "boreal.example"}},
		"Notes":    {{"who", "what"}, {"Ann", "called"}},
	} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		t.Fatal(err)
	}

	p := s.upload("crm.xlsx", file.Bytes()).says(200, "Which sheet of crm.xlsx is read?", "Accounts", "Notes")
	p = s.get(p.path+"?sheet=Accounts").says(200, "How is crm.xlsx read?", "sheet Accounts with 3 columns", "named on line 2", "Accounts of March")
	s.settled(s.submit(p, nil)).says(200, "Dry run of crm.xlsx")
	s.get(p.path).says(200, "sheet Accounts")
	p.path = strings.Split(p.path, "?")[0]
	s.get(p.path+"?sheet=April").says(200, "Which sheet of crm.xlsx is read?")
	s.get(p.path+"?sheet=Notes").says(200, "The columns fit no known export")
}

func TestAProgramSendsAFile(t *testing.T) {
	s := newSite(t)
	s.ops.Holder = func(context.Context, string) (access.Actor, error) { return s.actor, nil }
	s.pages.PublicURL = s.server.URL
	p := s.get(at+"/links").says(200, "There is no upload address yet.")
	s.submit(p, url.Values{"label": {""}, "days": {"soon"}}).says(422, "Name who will send files", "from 1 to 366")
	p = s.submit(s.get(at+"/links"), url.Values{"label": {"Nightly report"}}).says(200, "It is shown this once")
	address := strings.TrimSpace(p.Find("code.hash").Text())

	put := func(address, body string) (int, string) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPut, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req) // no session
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text)
	}
	status, said := put(address+"?filename=deals.csv", german)
	if status != 202 || !strings.Contains(said, `"state":"uploaded"`) {
		t.Fatalf("%d %s", status, said)
	}
	for wrong, want := range map[string]int{address + "x": 404, strings.Replace(address, "/upload/", "/upload/none", 1): 404} {
		if status, said := put(wrong, german); status != want || !strings.Contains(said, `"code":"upload-link"`) {
			t.Errorf("%d %s", status, said)
		}
	}
	s.get(at+"/links").says(200, "Nightly report", "waits for a person", "Revoke")
	s.get(at).says(200, "deals.csv")
	revoke, _ := s.get(at + "/links").Find("a[href$='/revoke']").Attr("href")
	s.submit(s.get(revoke), nil).says(200, "revoked")
	if status, _ := put(address, german); status != 404 {
		t.Errorf("after it was revoked: %d", status)
	}
}
