package fees_test

import (
	"slices"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// A correction of July that August's statement carries counts in July as it stands: both months differ, each by the same, and together by nothing.
func TestMonthsBesideTheirLockedStatements(t *testing.T) {
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	july := cal.MonthOf(cal.MustDate("2026-07-01"))
	tried := fees.Tried{Comparison: fees.Comparison{Currency: "USD", Months: []cal.Month{july, july.Next(), july.Next().Next()},
		Sides: []fees.SidePrice{{Name: fees.NowName, Course: fees.Course{Totals: []money.Amount{usd(1_836_280), usd(1_673_385), usd(100)}}}}}}
	locked := []fees.LockedMonth{{Month: july, Statement: "st_july", Charged: usd(1_872_916)}, {Month: july.Next(), Statement: "st_august", Charged: usd(1_636_749)}}
	all := fees.BesideLocked(tried, locked)
	if len(all) != 2 || all[0].Statement != "st_july" || all[0].Difference() != usd(36_636) || all[1].Difference() != usd(-36_636) {
		t.Fatalf("%+v", all)
	}
	words := fees.LockedWords(all)
	for _, want := range []string{"July 2026: 18,362.80 as it stands, 18,729.16 in its locked statement, difference +366.36.", "Of 2 months with a locked statement, 2 differ, by 0.00 together."} {
		if !slices.Contains(words, want) {
			t.Errorf("it does not say %q: %q", want, words)
		}
	}
	tried.AsIfFrom = july.First()
	if all := fees.BesideLocked(tried, locked); all != nil || fees.LockedWords(nil) != nil {
		t.Errorf("a contract that did not run has locked months: %+v", all)
	}
}
