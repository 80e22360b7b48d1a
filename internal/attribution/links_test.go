package attribution

import (
	"slices"
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

// The path of a deal begins after the latest deal of any of its contacts that ended before it and was won by then.
func TestAPathBeginsAfterTheDealBefore(t *testing.T) {
	day := cal.MustDate
	deal := func(id, created, closed string) crm.Deal {
		return crm.Deal{ID: id, CompanyID: "co", CreatedAt: day(created).Start(time.UTC).Add(9 * time.Hour), ClosedOn: day(closed), Won: true, Amount: usd("1.00")}
	}
	lost, gone, undated := deal("lost", "2026-01-01", "2026-03-20"), deal("gone", "2026-01-01", "2026-03-21"), deal("undated", "2026-01-20", "2026-03-22")
	lost.Won, gone.Deleted, undated.ClosedOn = false, true, cal.Date{}
	s := &crm.Snapshot{
		Contacts: []crm.Contact{{ID: "a", CompanyID: "co"}, {ID: "b", MergedIDs: []string{"b0"}, CompanyID: "co"}, {ID: "c"}},
		Deals: []crm.Deal{
			deal("first", "2026-01-01", "2026-02-10"), deal("second", "2026-02-01", "2026-03-10"), deal("twin", "2026-02-02", "2026-03-10"), deal("third", "2026-03-01", "2026-03-30"),
			deal("late", "2026-01-15", "2026-05-01"), deal("of-c", "2026-01-01", "2026-03-15"), deal("of-nobody", "2026-01-01", "2026-03-16"), lost, gone, undated,
		},
		DealContacts: []crm.DealContact{
			{DealID: "first", ContactID: "b0"}, {DealID: "second", ContactID: "a"}, {DealID: "second", ContactID: "b"}, {DealID: "twin", ContactID: "b"}, {DealID: "third", ContactID: "a"}, {DealID: "third", ContactID: "b"},
			{DealID: "late", ContactID: "a"}, {DealID: "of-c", ContactID: "c"}, {DealID: "lost", ContactID: "a"}, {DealID: "gone", ContactID: "a"}, {DealID: "undated", ContactID: "a"},
		},
		Payments: []crm.Payment{
			{ID: "1", DealID: "second", PaidOn: day("2026-04-02"), Amount: usd("1.00")}, {ID: "2", DealID: "first", PaidOn: day("2026-02-20"), Amount: usd("-1.00")},
			{ID: "3", DealID: "first", PaidOn: day("2026-01-05"), Amount: usd("1.00")}, {ID: "4", DealID: "third", PaidOn: day("2026-04-01"), Amount: usd("1.00")},
		},
	}
	x := Link(s)
	for _, c := range []struct {
		deal, before, since string
		path                Path
	}{
		{"first", "", "", Path{Reset: true}},
		{"second", "first", "2026-02-10", Path{Reset: true}},
		{"twin", "first", "2026-02-10", Path{Reset: true}}, // of the same day: neither is before the other
		{"third", "twin", "2026-03-10", Path{Reset: true}},
		{"third", "", "", Path{}},
		{"third", "of-nobody", "2026-03-16", Path{Reset: true, ByAccount: true}},         // whose contacts are those of the company
		{"third", "twin", "2026-02-02T09:00:00Z", Path{Reset: true, ToCreation: true}},   // of those won by then the one that was created last
		{"second", "first", "2026-01-01T09:00:00Z", Path{Reset: true, ToCreation: true}}, // late was created after it, and won after second
		{"third", "first", "2026-02-10", Path{Reset: true, ToPayment: true}},             // second was paid after it; first before it was won
	} {
		c.path.Zone = time.UTC
		i := slices.IndexFunc(s.Deals, func(d crm.Deal) bool { return d.ID == c.deal })
		j, _ := x.Journey(s.Deals[i], c.path)
		want := time.Time{}
		if at, err := time.Parse(time.RFC3339, c.since); err == nil {
			want = at
		} else if c.since != "" {
			want = day(c.since).AddDays(1).Start(time.UTC).Add(-1)
		}
		if j.Earlier != c.before || !j.Since.Equal(want) {
			t.Errorf("%s, %+v: after %q, %s; want %q, %s", c.deal, c.path, j.Earlier, j.Since, c.before, want)
		}
		if since, before := x.Since(s.Deals[i], c.path); before != c.before || !since.Equal(want) {
			t.Errorf("%s: Since is %s of %q", c.deal, since, before)
		}
		if all := x.Before(s.Deals[i], c.path); c.before == "" && len(all) > 0 || c.before != "" && !slices.Contains(all, c.before) {
			t.Errorf("%s: before it are %v", c.deal, all)
		}
	}
}

// What ends a journey is a day where only that is known, and a moment where that is.
func TestTheMomentOfTheDeal(t *testing.T) {
	ny := must(time.LoadLocation("America/New_York"))
	day := cal.MustDate("2026-03-08") // of 23 hours there
	d := crm.Deal{ID: "D", ClosedOn: day, CreatedAt: time.Date(2026, 3, 1, 14, 30, 0, 0, time.UTC), Won: true}
	x := Link(&crm.Snapshot{Deals: []crm.Deal{d}, Payments: []crm.Payment{{ID: "p", DealID: "D", PaidOn: day.AddDays(2), Amount: usd("1.00")}}})
	dayOnly := d
	dayOnly.CreatedAt = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) // as a CRM writes a day
	moved := d
	moved.CreatedAt = time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC) // into this CRM, after it was won
	for _, c := range []struct {
		d      crm.Deal
		p      Path
		moment time.Time
		end    time.Time
	}{
		{d, Path{}, day.Start(ny), day.AddDays(1).Start(ny).Add(-1)},
		{d, Path{ToPayment: true}, day.AddDays(2).Start(ny), day.AddDays(3).Start(ny).Add(-1)},
		{d, Path{ToCreation: true}, d.CreatedAt, d.CreatedAt},
		{moved, Path{ToCreation: true}, day.Start(ny), day.AddDays(1).Start(ny).Add(-1)},
		{dayOnly, Path{ToCreation: true}, dayOnly.CreatedAt, dayOnly.CreatedAt.Add(24*time.Hour - 1)},
	} {
		c.p.Zone = ny
		if j, _ := x.Journey(c.d, c.p); !j.End.Equal(c.end) || !j.Moment.IsZero() {
			t.Errorf("%+v: it ends at %s, moment %s", c.p, j.End, j.Moment)
		}
		c.p.BeforeDeal = true
		if j, _ := x.Journey(c.d, c.p); !j.Moment.Equal(c.moment) {
			t.Errorf("%+v: the moment is %s, want %s", c.p, j.Moment, c.moment)
		}
	}
	linear, _ := ParseModel("linear")
	for _, c := range []struct {
		d     crm.Deal
		notes bool
	}{{d, false}, {moved, true}} {
		j, _ := x.Journey(c.d, Path{Zone: ny, ToCreation: true})
		if r := Credit(j, linear, Lookback{}, usd("9.00")); slices.Contains(r.Notes, noteWonFirst) != c.notes {
			t.Errorf("created on %s: %q", c.d.CreatedAt, r.Notes)
		}
	}
	if j, _ := x.Journey(crm.Deal{ID: "unpaid", ClosedOn: day}, Path{Zone: ny, ToPayment: true, BeforeDeal: true}); !j.End.IsZero() || !j.Moment.IsZero() {
		t.Errorf("unpaid: %+v", j)
	}
}
