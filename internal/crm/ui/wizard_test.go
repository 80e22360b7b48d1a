package ui_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
)

const german = "Deal-ID;Name;Betrag;Abschluss;Phase\nd1;Boreal;12.000,50;14.03.2026;Gewonnen\nd2;Kestrel;4.400,00;30.06.2026;Angebot\nd3;Orchard;n/a;31.02.2026;Gewonnen\n;ohne;1,00;01.01.2026;Gewonnen\n"

func TestAFileNobodyKnowsIsMappedByHand(t *testing.T) {
	s := newSite(t)
	p := s.upload("geschäfte.csv", []byte(german)).says(200, "fit no known export", "12.000,50", "semicolon")
	p = s.get(strings.Split(p.path, "?")[0]+"?as=generic/deals").says(200, "Decimal mark of amounts", "comma")
	p = s.submit(p, url.Values{"columns.name": {"Name"}}).says(422, "No column is named for deal_id")
	p = s.submit(p, url.Values{"columns.deal_id": {"Deal-ID"}, "columns.amount": {"Betrag"}, "convention.decimal": {"."}}).says(422, "written with the other mark", "12.000,50")
	p = s.submit(p, url.Values{"columns.deal_id": {"Deal-ID"}, "columns.amount": {"Betrag"}, "columns.closed_on": {"Abschluss"}, "columns.stage": {"Phase"},
		"convention.decimal": {","}, "convention.date_order": {"dmy"}, "default_currency": {"eur"}, "won_stages": {"Gewonnen"}, "open_stages": {"Angebot"}, "save_as": {"CRM Nord"}})
	p = s.settled(p).says(200, "Dry run of geschäfte.csv", "Rejected", "id", "Problems with rows")
	reject := s.get(strings.Split(p.path, "?")[0] + "/rejects.csv")
	if !strings.Contains(reject.body, "5,1,Deal-ID,true,id-missing") {
		t.Errorf("rejects:\n%s", reject.body)
	}
	confirm := s.get(p.path+"/apply").says(200, "You make this file part of the evidence", "1 row are left out")
	done := s.settled(s.submit(confirm, nil)).says(200, "Import 1", "Applied", "Decimal mark")
	if done.path != at+"/imports/1" {
		t.Errorf("ended at %s", done.path)
	}
	s.get(at+"/deals").says(200, "Boreal", "EUR 12,000.50", "unknown")
	again := s.upload("later.csv", []byte(german)).says(200, "CRM Nord")
	p = s.get(again.path+"?as=&saved=CRM+Nord").says(200, "Stage Gewonnen")
	s.settled(s.submit(p, nil)).says(200, "Applying this file would change nothing")
}

func TestFilesThatAreNoTablesAreRefusedInTheForm(t *testing.T) {
	s := newSite(t)
	s.upload("all.zip", []byte("PK\x03\x04rest")).says(422, "zip archive", "Unpack the archive")
	s.upload("empty.csv", nil).says(422, "The file is empty")
	s.upload("", []byte("a,b\n")).says(422, "Choose the file")
	s.get(at).says(200, "No evidence yet", "Sample file")
}

func TestTheSalesforceExportGoesAllTheWay(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"Campaign.csv", "Lead.csv", "Account.csv", "Contact.csv", "Opportunity.csv", "CampaignMember.csv"} {
		p := s.upload(name, real(t, "salesforce/"+name)).says(200, "How is "+name+" read?")
		form := url.Values{}
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
