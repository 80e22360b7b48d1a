package engine_test

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
)

// Each test here is a mistake that engines were measured to make, with what it moved.

// Calendar days and days of 24 hours are two windows: with the clocks set forward on 29 March 2026, three days before noon of the 31st are 71 hours, or
// the whole of the 28th.
func TestDaysOfTheCalendarAreNotDaysOf24Hours(t *testing.T) {
	berlin := must(time.LoadLocation("Europe/Berlin"))
	const deals = "deal_id,person_id,ts,amount_minor\nD,p,2026-03-31 12:00:00,100\n"
	touches := func(at string) string { return "touch_id,person_id,ts,channel\n1,p," + at + ",a\n" }
	for _, of := range []struct {
		window, at string
		in         bool
	}{
		{"3 days", "2026-03-28 00:00:00", true}, {"3 days", "2026-03-27 23:59:59", false},
		{"72 hours", "2026-03-28 11:00:00", true}, {"72 hours", "2026-03-28 10:59:59", false},
		{"0 days", "2026-03-31 00:00:00", true}, {"0 days", "2026-03-30 23:59:59.999999999", false},
	} {
		got := heldBy(t, attribution.ByChannel, deals, touches(of.at), engine.Reading{Zone: berlin}, engine.Options{Lookback: must(attribution.ParseLookback(of.window, "re-path", berlin))})
		want := map[string]int64{"a": 0, "(unattributed)": 100}
		if of.in {
			want = map[string]int64{"a": 100, "(unattributed)": 0}
		}
		if !maps.Equal(got, want) {
			t.Errorf("a touch at %s, window %s: %v", of.at, of.window, got)
		}
	}
}

// A date is a day of the client's zone: a deal of a day takes the touches of all of it, on a day of 25 hours too, and a touch three hours off does not
// slip into another day.
func TestADateIsADayOfTheZone(t *testing.T) {
	const deals = "deal_id,person_id,ts,amount_minor\nD,p,2026-10-25,100\n"
	touches := "touch_id,person_id,ts,channel\n1,p,2026-10-25T22:59:59Z,in\n2,p,2026-10-25T23:00:00Z,out\n3,p,2026-10-25,in\n"
	berlin := must(time.LoadLocation("Europe/Berlin"))
	day := engine.Options{Lookback: must(attribution.ParseLookback("0 days", "re-path", berlin))}
	if got := heldBy(t, attribution.ByChannel, deals, touches, engine.Reading{Zone: berlin}, day); !maps.Equal(got, map[string]int64{"in": 100, "out": 0, "(unattributed)": 0}) {
		t.Error(got)
	}
	utc := engine.Options{Lookback: must(attribution.ParseLookback("0 days", "re-path", time.UTC))}
	if got := heldBy(t, attribution.ByChannel, deals, touches, engine.Reading{}, utc); got["out"] == 0 {
		t.Error("the zone decides nothing:", got)
	}
}

// A wider window never takes credit from the whole: what is unattributed does not grow.
func TestWiderWindowsAttributeNoLess(t *testing.T) {
	touches, deals := many(60_000)
	before := int64(math.MaxInt64)
	for _, days := range []int{0, 1, 7, 30, 90, 365, 1000} {
		sums := must(touches.Run(deals, engine.Options{Models: models("linear"), Lookback: must(attribution.ParseLookback(fmt.Sprint(days, " days"), "re-path", nil))}))
		if sums[0].Unattributed > before {
			t.Errorf("%d days: %d unattributed, %d with fewer days", days, sums[0].Unattributed, before)
		}
		before = sums[0].Unattributed
	}
	if before == 0 || before == math.MaxInt64 {
		t.Error("nothing was tried:", before)
	}
}

// An amount times a weight does not fit in 64 bits: each part is still within a unit of the exact one.
func TestLargestAmountsStayExact(t *testing.T) {
	const amount = math.MaxInt64 / 4
	deals := fmt.Sprintf("deal_id,person_id,ts,amount_minor\nD,p,1000000,%d\nE,q,1000000,-%d\n", int64(amount/1000), int64(amount/1000))
	touches := "touch_id,person_id,ts,channel\n"
	for i, at := range []int{1000, 350_000, 777_777, 1_000_000} {
		touches += fmt.Sprintf("%d,p,%d,c%d\n%d,q,%d,d%d\n", i, at, i, i+10, at, i)
	}
	half := must(attribution.ParseModel("time-decay:7d"))
	got := heldBy(t, attribution.ByChannel, deals, touches, engine.Reading{}, engine.Options{Models: []attribution.Model{half}})
	var whole int64
	weights := []int64{}
	for _, at := range []int{1000, 350_000, 777_777, 1_000_000} {
		w := attribution.Decay(time.Duration(1_000_000-at)*time.Second, half.HalfLife())
		weights = append(weights, w)
		whole += w
	}
	for i, w := range weights {
		exact := new(big.Int).Mul(big.NewInt(amount/1000), big.NewInt(w))
		part := exact.Div(exact, big.NewInt(whole)).Int64()
		if c := got[fmt.Sprint("c", i)]; c != part && c != part+1 {
			t.Errorf("c%d holds %d, want %d or one more", i, c, part)
		}
	}
	if got["(unattributed)"] != 0 || got["c0"]+got["c1"]+got["c2"]+got["c3"] != amount/1000 || got["d0"]+got["d1"]+got["d2"]+got["d3"] != -(amount/1000) {
		t.Error(got)
	}
}

// Units that are left over favour no place in a path; each deal is rounded by itself, so that no grouping drifts.
func TestRemaindersFavourNoPlaceAndNoGroup(t *testing.T) {
	const n = 30_000
	var deals, touches strings.Builder
	deals.WriteString("deal_id,person_id,ts,amount_minor\n")
	touches.WriteString("touch_id,person_id,ts,channel,campaign\n")
	for i := range n {
		fmt.Fprintf(&deals, "%d,%d,100,100\n", i, i)
		for k := range 3 {
			fmt.Fprintf(&touches, "%d,%d,%d,place %d,%d\n", 3*i+k, i, 10+k, k, (i+k)%7)
		}
	}
	got := heldBy(t, attribution.ByChannel, deals.String(), touches.String(), engine.Reading{}, engine.Options{})
	for k := range 3 {
		if units := got[fmt.Sprint("place ", k)] - 33*n; units < n/3*95/100 || units > n/3*105/100 {
			t.Errorf("place %d got %d of %d units", k, units, n)
		}
	}
	var sum int64
	for _, minor := range heldBy(t, attribution.ByCampaign, deals.String(), touches.String(), engine.Reading{By: []attribution.By{attribution.ByCampaign}}, engine.Options{}) {
		sum += minor
	}
	if sum != 100*n {
		t.Errorf("%d of %d", sum, 100*n)
	}
}

// A journey of ten thousand touches is one deal as any other.
func TestAVeryLongJourney(t *testing.T) {
	var touches strings.Builder
	touches.WriteString("touch_id,person_id,ts,channel\n")
	for i := range 10_000 {
		fmt.Fprintf(&touches, "%d,p,%d,c%d\n", i, i/3, i%4)
	}
	for _, model := range everyModel {
		got := heldBy(t, attribution.ByChannel, "deal_id,person_id,ts,amount_minor\nD,p,100000,123457\n", touches.String(), engine.Reading{}, engine.Options{Models: []attribution.Model{model}})
		var sum int64
		for _, minor := range got {
			sum += minor
		}
		if sum != 123_457 {
			t.Errorf("%s: %v", model, got)
		}
	}
}
