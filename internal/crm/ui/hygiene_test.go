package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

// Given imports of three months, the trend is drawn with the checks that cost the score the most, in the words of its table; of a single import nothing is.
func TestTheTrendOfHygieneIsDrawn(t *testing.T) {
	s := newSite(t)
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	s.ops.Now = func() time.Time { return now }
	take := func(name, text string) {
		t.Helper()
		if _, err := s.ops.Import(s.ctx, s.actor, ops.ImportInput{Client: "org_acme", Filename: name, Reader: strings.NewReader(text)}); err != nil {
			t.Fatal(err)
		}
	}
	deals := func(owner string) {
		var b strings.Builder
		b.WriteString("deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,owner\n")
		for i := range 20 {
			fmt.Fprintf(&b, "d%d,Deal %d,co1,100.00,USD,2026-03-25,2026-05-10,new,false,false,%s\n", i, i, owner)
		}
		take("deals.csv", b.String())
	}
	deals("Ana")
	one := s.get(at+"/hygiene").says(200, "Over the imports")
	if n := webtest.Charts(t, one.Document); n != 0 {
		t.Errorf("%d charts of one import", n)
	}
	now = now.AddDate(0, 1, 0)
	take("contacts.csv", "contact_id,company_id,email,name\nc1,co1,a@x.example,Ann\n")
	now = now.AddDate(0, 1, 0)
	deals("Bo")
	page := s.get(at+"/hygiene").says(200, "The score, and the checks that cost the most")
	if n := webtest.Charts(t, page.Document); n != 1 {
		t.Fatalf("%d charts", n)
	}
	if key := strings.Join(strings.Fields(page.Find(".chart-key").Text()), " "); key != "Score Freshness Close dates Links" {
		t.Errorf("the lines are %q", key)
	}
}

// What an import changed is written as on the pages of records: days in words, yes and no. Where nothing is said of money no column waits for it.
func TestWhatAnImportChangedIsWrittenForPeople(t *testing.T) {
	s := newSite(t)
	for _, closes := range []string{"2026-09-25,false,false", "2026-10-03,false,true"} {
		if _, err := s.ops.Import(s.ctx, s.actor, ops.ImportInput{Client: "org_acme", Filename: "deals.csv", Reader: strings.NewReader("deal_id,name,closed_on,is_won,is_closed\nd1,Boreal," + closes + "\n")}); err != nil {
			t.Fatal(err)
		}
	}
	page := s.get(at + "/imports/2").says(200)
	if got := strings.Join(strings.Fields(page.Find(".diff").Text()), " "); !strings.Contains(got, "d1 · closed on25 Sep 20263 Oct 2026") || !strings.Contains(got, "d1 · is closednoyes") || strings.Contains(got, "Effect") {
		t.Error(got)
	}
}
