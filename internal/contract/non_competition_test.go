package contract

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

const promiseOfAcme = "\nnon_competition:\n  - {category: warehouse-robots, named: [Boltworks], brands: [Acme], markets: [US], unit: agency-brand, tail: 6 months, cool_off: 90 days, cleared_by: waiver}\nclauses:\n"

func withPromise(t testing.TB, promise string) Terms {
	t.Helper()
	return parsed(t, edited(t, closed(t), []string{"\nclauses:\n", promise}))
}

func TestANonCompetitionIsReadWithItsOwnScope(t *testing.T) {
	terms := withPromise(t, promiseOfAcme)
	want := []NonCompetition{{Category: "warehouse-robots", Named: []string{"Boltworks"}, Brands: []string{"Acme"}, Markets: []string{"US"}, Unit: AgencyBrand,
		Tail: cal.Span{N: 6, Unit: cal.Months}, CoolOff: cal.Span{N: 90, Unit: cal.Days}, ClearedBy: RemedyWaiver}}
	if !reflect.DeepEqual(want, terms.NonCompetition) {
		t.Errorf("got %+v", terms.NonCompetition)
	}
	for _, words := range []string{
		"The agency does not serve a competitor in warehouse-robots or Boltworks in US, to protect Acme of the client: nobody in the same agency brand does.",
		"It binds until the end of the contract and for 6 months after it.", "Who leaves the account stays away from a competitor's for 90 days.",
		"Both are served only with the client's written consent.",
	} {
		if !strings.Contains(said(terms), words) {
			t.Errorf("%q is not in\n%s", words, said(terms))
		}
	}
	if old := parsed(t, closed(t)); old.NonCompetition != nil || strings.Contains(said(old), "Non-competition") {
		t.Error("a text that promises nothing says something")
	}
}

// The tail keeps its unit: of a term that ends with 31 Dec 2026, six months end with 30 Jun 2027, and 180 days on 29 Jun.
func TestATailIsCountedInItsOwnUnit(t *testing.T) {
	year := cal.Period{From: cal.MustDate("2026-01-01"), To: cal.MustDate("2027-01-01")}
	for _, c := range []struct {
		name       string
		promise    NonCompetition
		first, end string
	}{
		{"the term", NonCompetition{}, "2026-01-01", "2027-01-01"},
		{"6 months", NonCompetition{Tail: cal.Span{N: 6, Unit: cal.Months}}, "2026-01-01", "2027-07-01"},
		{"180 days", NonCompetition{Tail: cal.Span{N: 180, Unit: cal.Days}}, "2026-01-01", "2027-06-30"},
		{"own days", NonCompetition{From: cal.MustDate("2026-03-01"), Until: cal.MustDate("2026-08-31"), Tail: cal.Span{N: 1, Unit: cal.Months}}, "2026-03-01", "2026-10-01"},
	} {
		if got := c.promise.Binds(year, cal.WorkCalendar{}); got.From.String() != c.first || got.To.String() != c.end {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	open := NonCompetition{Tail: cal.Span{N: 6, Unit: cal.Months}}.Binds(cal.Period{From: year.From, To: lastDay}, cal.WorkCalendar{})
	if open.To != lastDay {
		t.Errorf("a contract without an end: %s", open)
	}
}

func TestAUnitLiesWithinTheNext(t *testing.T) {
	for i, inner := range Units() {
		for j, outer := range Units() {
			if got := inner.Within(outer); got != (i <= j) {
				t.Errorf("%s within %s: %v", inner, outer, got)
			}
		}
	}
	if !Unit("").Within(Team) {
		t.Error("what is not known to be apart counts as apart")
	}
}
