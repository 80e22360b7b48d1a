package ui

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// The worked example of a new customer's cost: 100,000 for 20 customers are 5,000 each, of which 20,000 are the agency's fee. A month whose fee, spend or
// customers are not known tells nothing, and one known month is no line.
func TestCostOfANewCustomerByMonth(t *testing.T) {
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	month := func(m int) cal.Month { return cal.MonthOf(cal.MustDate("2026-01-01").AddMonths(m, 1)) }
	spent := attribution.Return{Revenue: usd(0), Spend: usd(80_000_00), Spent: true, Told: true, Costed: usd(0), Against: usd(80_000_00)}
	page := returnsPage{Returns: ops.Returns{Untold: map[cal.Month]int{},
		Fees:    map[cal.Month]money.Amount{month(0): usd(20_000_00), month(2): usd(20_000_00), month(3): usd(20_000_00)},
		New:     map[cal.Month]int{month(0): 20, month(1): 20, month(3): 20},
		Returns: attribution.Returns{Months: []cal.Month{month(0), month(1), month(2), month(3)}},
	}}
	page.Returns.Returns.Total = attribution.ReturnRow{Total: spent, Months: []attribution.Return{spent, spent, spent, {Revenue: usd(0), Spend: usd(0), Costed: usd(0), Against: usd(0)}}}
	if each, ok := page.AcquisitionIn(0).Each(); !ok || figures(each) != "5,000.00" {
		t.Errorf("January: %s, %t", figures(each), ok)
	}
	for at, why := range map[int]string{1: "the fee is not locked", 2: "nobody was won", 3: "the spend is not known"} {
		if each, ok := page.AcquisitionIn(at).Each(); ok {
			t.Errorf("%s: %s", why, figures(each))
		}
	}
	captions := func() (out []string) {
		for _, v := range page.byMonthCharts() {
			out = append(out, v.Caption)
		}
		return out
	}
	if got := captions(); len(got) != 1 {
		t.Errorf("one known month is drawn: %q", got)
	}
	page.Fees[month(1)] = usd(20_000_00)
	if got := captions(); len(got) != 2 || got[1] != "Cost of a new customer by month" {
		t.Errorf("two known months: %q", got)
	}
	// One deal of which nobody says whether its customer is new takes away its own month, and no other.
	page.Untold[month(1)] = 1
	if _, ok := page.AcquisitionIn(1).Each(); ok {
		t.Error("the CRM does not say who is new in February, and a cost is told")
	}
	if each, ok := page.AcquisitionIn(0).Each(); !ok || figures(each) != "5,000.00" {
		t.Errorf("January is told no more: %s, %t", figures(each), ok)
	}
	// March cost 100,000 as well, without a new customer: it counts in the cost of all together, 200,000 for 20.
	if v := page.acquisition(); v.Value != "10,000.00" || !strings.Contains(v.Note, "for 20 new customers, in 2 of 4 months") {
		t.Errorf("together: %+v", v)
	}
	if got := page.acquisitionGaps(); got != "The cost of a new customer rests on 2 of 4 months. Left out is what is not known: no row of spend in April 2026; "+
		"won deals of which the CRM does not say whether the customer is new in February 2026." {
		t.Errorf("left out: %s", got)
	}
	page.Fees = nil
	if v := page.acquisition(); v.Value != "unknown" || !strings.Contains(v.Note, "no locked statement, so the agency's fee is not known in January 2026 to April 2026") {
		t.Errorf("nothing is locked: %+v", v)
	}
}

// Of many channels the chart shows those on which the models lie farthest apart, and says how many there are.
func TestTheSpreadOfManyChannels(t *testing.T) {
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	var rows []ops.CompareRow
	for i := range int64(25) {
		rows = append(rows, ops.CompareRow{Row: attribution.Row{Kind: attribution.Named, Name: string(rune('a' + i))}, Amounts: []money.Amount{usd(1000), usd(1000 + i)}})
	}
	model, err := attribution.ParseModel("linear")
	if err != nil {
		t.Fatal(err)
	}
	page := comparePage{Comparison: ops.Comparison{Heads: []ops.Head{{Models: []attribution.Model{model}}, {Models: []attribution.Model{model}}}}}
	v := page.spreadChart(ops.CurrencyTable{Total: usd(100)}, "channel", rows)
	if len(v.At) != dotsShown || v.At[0] != "y" || v.Caption != "Closed revenue of the 20 channels on which the models differ most, of 25" {
		t.Errorf("%s: %q", v.Caption, v.At)
	}
	if rows[0].Name != "a" {
		t.Error("the rows of the table were put in another order")
	}
}
