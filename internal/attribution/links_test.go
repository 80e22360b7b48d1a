package attribution

import (
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func TestJourneyFollowsMergesAndTheAccount(t *testing.T) {
	at := func(day string) time.Time { return cal.MustDate(day).Start(time.UTC) }
	s := &crm.Snapshot{
		Contacts: []crm.Contact{
			{ID: "a", CompanyID: "co", MergedIDs: []string{"b"}, CreatedAt: at("2026-01-05")},
			{ID: "gone", CompanyID: "co", Deleted: true},
		},
		DealContacts: []crm.DealContact{{DealID: "D1", ContactID: "b"}},
		Touches: []crm.Touch{
			{ID: "1", ContactID: "a", At: at("2026-01-03")},
			{ID: "2", ContactID: "b", At: at("2026-01-04")},
			{ID: "3", ContactID: "gone", At: at("2026-01-04")},
		},
	}
	x := Link(s)
	d := crm.Deal{ID: "D1", CompanyID: "co", CreatedAt: at("2026-01-10").Add(9 * time.Hour), ClosedOn: cal.MustDate("2026-02-01")}
	j, byAccount := x.Journey(d, Path{Zone: time.UTC})
	if len(j.Touches) != 2 || byAccount {
		t.Fatalf("the merged contact's touches belong to the one that stays: %v", j.Touches)
	}
	if want := at("2026-02-02").Add(-1); !j.End.Equal(want) {
		t.Errorf("the whole closing day counts: %v", j.End)
	}
	if want := at("2026-01-06").Add(-1); !j.LeadCreated.Equal(want) {
		t.Errorf("a creation without a time counts its whole day: %v", j.LeadCreated)
	}
	if !j.DealCreated.Equal(d.CreatedAt) {
		t.Errorf("a creation with a time is that instant: %v", j.DealCreated)
	}
	other := crm.Deal{ID: "D2", CompanyID: "co", ClosedOn: d.ClosedOn}
	if j, _ := x.Journey(other, Path{Zone: time.UTC}); len(j.Touches) != 0 {
		t.Errorf("a deal without contacts has no touches unless the account may be taken: %v", j.Touches)
	}
	if j, byAccount := x.Journey(other, Path{Zone: time.UTC, ByAccount: true}); len(j.Touches) != 2 || !byAccount {
		t.Errorf("through the account: %v %v", j.Touches, byAccount)
	}
}

func TestMergesInACircleEnd(t *testing.T) {
	x := Link(&crm.Snapshot{Contacts: []crm.Contact{{ID: "a", MergedIDs: []string{"b"}}, {ID: "b", MergedIDs: []string{"a"}}}})
	if x.Canonical("a") != "a" || x.Canonical("b") != "a" {
		t.Errorf("got %s and %s", x.Canonical("a"), x.Canonical("b"))
	}
}
