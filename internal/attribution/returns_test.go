package attribution

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Given two deals and the spend of two months, each name has what it brought and cost; what cannot be told to one stands apart, and everything sums up.
func TestReturnsPutCreditBesideSpend(t *testing.T) {
	may, june := cal.Month{Year: 2026, Month: time.May}, cal.Month{Year: 2026, Month: time.June}
	usd := func(units int64) money.Amount { return money.New(100*units, "USD") }
	spent := func(id, on, campaign string, net int64) crm.Spend {
		return crm.Spend{ID: id, SpentOn: cal.MustDate(on), Campaign: campaign, Net: usd(net), NetKnown: true}
	}
	s := crm.Snapshot{
		Touches: []crm.Touch{{ID: "1", Campaign: "spring", Channel: "search"}, {ID: "2", Campaign: "spring", Channel: "search"}, {ID: "3", Campaign: "both", Channel: "search"}, {ID: "4", Campaign: "both", Channel: "social"},
			{ID: "5", Campaign: "talks", Channel: "webinar"}, {ID: "6", Campaign: "talks", Channel: "social", Deleted: true}},
		Spend: []crm.Spend{spent("a", "2026-05-31", "spring", 100), spent("b", "2026-06-01", "spring", 50), spent("c", "2026-06-02", "both", 30), spent("d", "2026-06-03", "", 20), spent("e", "2026-07-01", "spring", 999),
			{ID: "f", SpentOn: cal.MustDate("2026-06-04"), Campaign: "talks", Gross: usd(10), GrossKnown: true}, {ID: "g", SpentOn: cal.MustDate("2026-06-04"), Campaign: "talks"},
			{ID: "h", SpentOn: cal.MustDate("2026-06-04"), Campaign: "talks", Net: money.New(1, "EUR"), NetKnown: true}, {ID: "i", SpentOn: cal.MustDate("2026-06-04"), Net: usd(7), NetKnown: true, Deleted: true}},
	}
	linear, err := ParseModel("linear")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	credit := func(deal string, units int64, touches ...Touch) Result {
		return Credit(Journey{Deal: deal, Touches: touches, End: at.Add(time.Hour)}, linear, Lookback{}, usd(units))
	}
	credits := []MonthCredit{
		{may, credit("d1", 400, Touch{ID: "1", At: at, Channel: "search"}, Touch{ID: "2", At: at, Channel: "webinar"})},
		{june, credit("d2", 300, Touch{ID: "1", At: at, Channel: "search"}, Touch{ID: "2", At: at}, Touch{ID: "3", At: at, Channel: "search"})},
		{june, credit("d3", 90)},
		{cal.Month{Year: 2026, Month: time.July}, credit("d4", 1_000, Touch{ID: "1", At: at, Channel: "search"})},
	}
	r := ReturnsOf(&s, []cal.Month{may, june}, "USD", ByChannel, nil, credits)
	var got []string
	show := func(name string, row ReturnRow) {
		line := name
		for _, m := range append(row.Months, row.Total) {
			line += fmt.Sprintf(" | %s of %d for %s", m.Revenue, m.Deals, m.Spend)
		}
		got = append(got, line)
	}
	for _, row := range r.Rows {
		show(row.Label(), row)
	}
	show("all", r.Total)
	want := []string{
		"search | 200.00 of 1 for 100.00 | 200.00 of 1 for 50.00 | 400.00 of 2 for 150.00",
		"webinar | 200.00 of 1 for 0.00 | 0.00 of 0 for 10.00 | 200.00 of 1 for 10.00",
		"(not recorded) | 0.00 of 0 for 0.00 | 100.00 of 1 for 50.00 | 100.00 of 1 for 50.00",
		"(unattributed) | 0.00 of 0 for 0.00 | 90.00 of 1 for 0.00 | 90.00 of 1 for 0.00",
		"all | 400.00 of 1 for 100.00 | 390.00 of 2 for 110.00 | 790.00 of 3 for 210.00",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(r.LeftOut) != 2 || r.Gross != 1 {
		t.Errorf("left out %+v, gross %d", r.LeftOut, r.Gross)
	}
	search := r.Rows[0]
	if m, ok := search.Total.Multiple(); !ok || m != 267 {
		t.Errorf("the multiple is %d", m)
	}
	if romi, ok := search.Total.ROMI(money.Percent(60)); !ok || romi != 6000 { // (400 x 60 % - 150) / 150
		t.Errorf("the ROMI is %d", romi)
	}
	if cost, ok := search.Total.PerDeal(); !ok || cost != usd(75) {
		t.Errorf("a deal costs %s", cost)
	}
	if _, ok := search.Months[0].ROMI(money.Percent(60)); !ok {
		t.Error("May has a ROMI")
	}
	if _, ok := r.Rows[3].Total.ROMI(money.Percent(60)); ok || r.Rows[3].Total.Spent {
		t.Error("what nothing was spent on has one")
	}
	// Of webinars no row says what May cost, and of June one has no amount: their credit of May, that of what is not recorded and that of nobody is held
	// against nothing, and so are the 10 of June and the 50 of no name.
	all := r.Total.Total
	if m, ok := all.Multiple(); all.Costed != usd(400) || all.Uncosted() != usd(390) || all.Against != usd(150) || all.Unheld() != usd(60) || all.CostedDeals != 2 || !ok || m != 267 {
		t.Errorf("together %+v, the multiple is %d", all, m)
	}
	if romi, ok := all.ROMI(money.Percent(60)); !ok || romi != 6000 { // (400 x 60 % - 150) / 150
		t.Errorf("the ROMI of all is %d", romi)
	}
	if x := r.Total.Months[0]; x.Costed != usd(200) || x.CostedDeals != 1 {
		t.Errorf("May: %+v", x)
	}
	if webinar := r.Rows[1].Total; webinar.Told || webinar.Uncosted() != usd(200) {
		t.Errorf("a month of which a row is left out is held: %+v", webinar)
	}
	if _, ok := r.Rows[2].Total.Multiple(); ok {
		t.Error("credit of no name is held against spend of no name")
	}
	for _, row := range ReturnsOf(&s, []cal.Month{may, june}, "USD", ByCampaign, nil, nil).Rows {
		if row.Name == "spring" && row.Total.Spend != usd(150) {
			t.Errorf("spring cost %s", row.Total.Spend)
		}
	}
}

// A month of a name is known where a row says its spend, be it nothing; one without a row is not known, and its credit stands apart.
func TestSpendOfNothingIsKnown(t *testing.T) {
	may, june := cal.Month{Year: 2026, Month: time.May}, cal.Month{Year: 2026, Month: time.June}
	usd := func(units int64) money.Amount { return money.New(100*units, "USD") }
	at := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	linear, _ := ParseModel("linear")
	won := func(month cal.Month, deal string, units int64) MonthCredit {
		return MonthCredit{month, Credit(Journey{Deal: deal, Touches: []Touch{{ID: "1", At: at, Campaign: "event"}}, End: at.Add(time.Hour)}, linear, Lookback{}, usd(units))}
	}
	spend := []crm.Spend{{ID: "a", SpentOn: cal.MustDate("2026-06-01"), Campaign: "event", Net: usd(100), NetKnown: true}}
	credits := []MonthCredit{won(may, "d1", 700), won(june, "d2", 300)}
	event := func() Return {
		return ReturnsOf(&crm.Snapshot{Spend: spend}, []cal.Month{may, june}, "USD", ByCampaign, nil, credits).Rows[0].Total
	}
	if x := event(); x.Costed != usd(300) || x.Uncosted() != usd(700) || x.Against != usd(100) {
		t.Errorf("May has no row: %+v", x)
	}
	spend = append(spend, crm.Spend{ID: "b", SpentOn: cal.MustDate("2026-05-01"), Campaign: "event", Net: usd(0), NetKnown: true})
	if x := event(); x.Costed != usd(1000) || x.Uncosted() != usd(0) || x.Against != usd(100) {
		t.Errorf("a row says that May cost nothing: %+v", x)
	}
}

// Every amount of a row is the sum of its months, and every amount of all together that of the rows, whatever is known.
func TestReturnsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := cal.Month{Year: 2026, Month: time.May}
		months := []cal.Month{first, first.Next(), first.Next().Next()}
		names := []string{"", "a", "b", "c"}
		at := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
		linear, _ := ParseModel("linear")
		var s crm.Snapshot
		for i := range rapid.IntRange(0, 12).Draw(t, "rows") {
			net := rapid.Int64Range(0, 50_000).Draw(t, "net")
			s.Spend = append(s.Spend, crm.Spend{ID: strconv.Itoa(i), SpentOn: rapid.SampledFrom(months).Draw(t, "spent").First(), Campaign: rapid.SampledFrom(names).Draw(t, "campaign"),
				Net: money.New(net, "USD"), NetKnown: rapid.IntRange(0, 3).Draw(t, "known") > 0})
		}
		var credits []MonthCredit
		for i := range rapid.IntRange(0, 8).Draw(t, "deals") {
			j := Journey{Deal: strconv.Itoa(i), End: at.Add(time.Hour)}
			for k := range rapid.IntRange(0, 4).Draw(t, "touches") {
				j.Touches = append(j.Touches, Touch{ID: strconv.Itoa(k), At: at, Campaign: rapid.SampledFrom(names).Draw(t, "of")})
			}
			credits = append(credits, MonthCredit{rapid.SampledFrom(months).Draw(t, "won"), Credit(j, linear, Lookback{}, money.New(rapid.Int64Range(0, 90_000).Draw(t, "amount"), "USD"))})
		}
		r := ReturnsOf(&s, months, "USD", ByCampaign, nil, credits)
		amounts := func(x Return) [4]int64 {
			return [4]int64{x.Revenue.Minor, x.Spend.Minor, x.Costed.Minor, x.Against.Minor}
		}
		var all [4]int64
		for _, row := range r.Rows {
			var sum [4]int64
			for _, m := range row.Months {
				for i, n := range amounts(m) {
					sum[i] += n
					all[i] += n
				}
				if !m.Told && (m.Costed.Minor != 0 || m.Against.Minor != 0) {
					t.Fatalf("%s: held without known spend: %+v", row.Label(), m)
				}
			}
			if sum != amounts(row.Total) {
				t.Fatalf("%s: the months sum to %v, the row says %v", row.Label(), sum, amounts(row.Total))
			}
		}
		if all != amounts(r.Total.Total) {
			t.Fatalf("the rows sum to %v, all together says %v", all, amounts(r.Total.Total))
		}
	})
}
