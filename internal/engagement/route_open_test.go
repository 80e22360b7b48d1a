package engagement

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Given all of paid-media of Acme in US for Northlight, a request reaches it however brand and market are written, and also where they are not said; where two brands have two
// providers the brand is asked for.
func TestARequestIsRoutedByWhatItLeavesOpen(t *testing.T) {
	days := cal.Period{From: termDay("2026-01-01"), To: Forever}
	acme := Appointment{Cell: Cell{"paid-media", "Acme", "US"}, Provider: "Northlight", Promise: Exclusive, Period: days}
	bolt := Appointment{Cell: Cell{"paid-media", "Bolt", "US"}, Provider: "Brightpath", Promise: Exclusive, Period: days}
	day := termDay("2026-06-01")
	for _, asked := range [][3]string{{"paid-media", "Acme", "US"}, {"Paid media", "acme", "USA"}, {"paid-media", "", ""}, {"paid-media", "Acme", ""}, {"paid-media", "", "United States"}} {
		if r := RouteAsked([]Appointment{acme}, asked[0], asked[1], asked[2], day); !r.Ok || r.To.Provider != "Northlight" {
			t.Errorf("%q: %s", asked, r.Words())
		}
	}
	both := []Appointment{acme, bolt}
	r := RouteAsked(both, "paid-media", "", "US", day)
	if r.Ok || !strings.HasPrefix(r.Words(), "The brand decides who does this: ") || !strings.Contains(r.Words(), "for Bolt in US: all paid-media of Bolt in US goes to Brightpath") {
		t.Errorf("two brands: %s", r.Words())
	}
	if r := RouteAsked(both, "paid-media", "Bolt", "", day); r.To.Provider != "Brightpath" {
		t.Errorf("the brand is said: %s", r.Words())
	}
	if r := RouteAsked(both, "paid-media", "Acme", "CA", day); r.Ok || r.Asks != "" {
		t.Errorf("another market: %s", r.Words())
	}
	canada := acme
	canada.Cell.Market = "CA"
	if r := RouteAsked([]Appointment{acme, canada}, "paid-media", "", "", day); r.To.Provider != "Northlight" || r.Words() != "All paid-media goes to Northlight, whichever of the promised brands and markets it is for." {
		t.Errorf("two markets under one promise: %s", r.Words())
	}
	bolt.Provider = "Northlight"
	bolt.Cell.Brand = "Acme"
	bolt.Cell.Market = "CA"
	bolt.Promise = Preferred
	if r := RouteAsked([]Appointment{acme, bolt}, "paid-media", "acme", "", day); !strings.HasPrefix(r.Words(), "The market decides") {
		t.Errorf("two markets: %s", r.Words())
	}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	if got := DueIn(time.Date(2026, 10, 14, 4, 0, 0, 0, time.UTC), zone); got != "the end of 13 Oct 2026 in New York" {
		t.Error(got)
	}
	if got := DueIn(time.Date(2026, 10, 13, 21, 30, 0, 0, time.UTC), zone); got != "13 Oct 2026 17:30 in New York" {
		t.Error(got)
	}
}
