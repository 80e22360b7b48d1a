package crm

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func TestHygieneNamesWhatCannotBearAFee(t *testing.T) {
	day := func(s string) time.Time { return cal.MustDate(s).Start(time.UTC).Add(12 * time.Hour) }
	usd := money.New(100000, "USD")
	s := Snapshot{
		Contacts: []Contact{
			{ID: "c1", CompanyID: "co1", Email: "a@x.example", MergedIDs: []string{"c0"}}, {ID: "c2", CompanyID: "co2", Email: "a@x.example"},
			{ID: "c3", Name: "Nobody"}, {ID: "c4", Email: "a@x.example", Deleted: true},
		},
		Deals: []Deal{
			{ID: "d1", Name: "Good", CompanyID: "co1", Amount: usd, AmountKnown: true, OutcomeKnown: true, Won: true, Closed: true, CreatedAt: day("2024-01-10"), ClosedOn: cal.MustDate("2024-02-15")},
			{ID: "d2", Name: "Acme", CompanyID: "co2", OutcomeKnown: true, Won: true, Closed: true, ClosedOn: cal.MustDate("2024-02-15")},
			{ID: "d3", Name: "acme", CompanyID: "co2", AmountText: "500", CreatedAt: day("2024-03-10"), ClosedOn: cal.MustDate("2024-03-31")},
			{ID: "d4", Name: "Acme", CompanyID: "co9", OutcomeKnown: true, Won: true, Closed: true, Amount: usd, AmountKnown: true},
			{ID: "d5", Name: "Good", CompanyID: "co1", Amount: usd, AmountKnown: true, OutcomeKnown: true, CreatedAt: day("2024-03-10"), ClosedOn: cal.MustDate("2024-01-01")},
			{ID: "d6", Name: "Late", CompanyID: "co1", Amount: usd, AmountKnown: true, OutcomeKnown: true, Closed: true, CreatedAt: day("2024-03-10"), ClosedOn: cal.MustDate("2024-01-01")},
			{ID: "d7", Deleted: true},
		},
		DealContacts: []DealContact{{DealID: "d1", ContactID: "c0"}, {DealID: "gone", ContactID: "c1"}},
		Touches: []Touch{
			{ID: "t1", ContactID: "c0", At: day("2024-02-15"), Channel: "mail"}, {ID: "t2", ContactID: "c1", At: day("2024-02-16"), Channel: "mail"},
			{ID: "t3", ContactID: "stranger", Channel: "mail", At: day("2024-01-01")}, {ID: "t4", ContactID: "c2"},
		},
	}
	want := []string{
		"blocks closed-without-date d4", "blocks deal-outcome-unknown d3", "blocks deal-without-amount d2", "blocks deal-without-currency d3",
		"notes close-date-by-default d3", "notes contact-of-no-deal c3", "notes contacts-of-unknown-deal gone", "notes touch-after-close t2",
		"notes touch-of-unknown-contact t3", "warns closed-before-created d6", "warns contacts-same-email c1,c2", "warns deals-alike d1,d5",
		"warns deals-alike d2,d3", "warns touch-undated t4", "warns touch-without-channel t4", "warns won-linked-through-account d2", "warns won-without-contacts d4",
	}
	for range 5 {
		var got []string
		for _, i := range Hygiene(&s, time.UTC, nil) {
			got = append(got, string(i.Severity)+" "+i.Code+" "+strings.Join(i.IDs, ","))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("got\n%s", strings.Join(got, "\n"))
		}
	}
}

func TestTheContractDecidesWhatBlocksAFee(t *testing.T) {
	created, closed := time.Date(2024, 1, 10, 9, 0, 0, 0, time.UTC), cal.MustDate("2024-02-15")
	won := func(id string, change func(*Deal)) Deal {
		d := Deal{ID: id, Amount: money.New(100000, "USD"), AmountKnown: true, OutcomeKnown: true, Won: true, Closed: true, CreatedAt: created, ClosedOn: closed, CustomerType: CustomerNew}
		change(&d)
		return d
	}
	s := Snapshot{
		Deals: []Deal{
			won("bare", func(d *Deal) { d.AmountKnown = false }),
			won("no-currency", func(d *Deal) { d.AmountKnown, d.AmountText = false, "500" }),
			won("untyped", func(d *Deal) { d.CustomerType, d.CustomerTypeText = "", "Partner" }),
			won("euro", func(d *Deal) { d.Amount = money.New(100000, "EUR") }),
			won("home", func(d *Deal) {
				d.Amount, d.HomeAmount, d.HomeKnown = money.New(100000, "EUR"), money.New(110000, "USD"), true
			}),
			won("unborn", func(d *Deal) { d.CreatedAt = time.Time{} }),
			{ID: "open", OutcomeKnown: true, CreatedAt: created},
		},
		Payments: []Payment{
			{ID: "y1", DealID: "home", Amount: money.New(5, "USD"), Kind: Paid}, {ID: "y2", DealID: "home", Amount: money.New(5, "EUR"), Kind: Paid},
			{ID: "y3", DealID: "home", Amount: money.New(-5, "EUR"), Kind: Refund}, {ID: "y4", DealID: "open", Amount: money.New(5, "EUR"), Kind: Paid},
			{ID: "y5", DealID: "home", Amount: money.New(5, "EUR"), Kind: Paid, Deleted: true},
		},
	}
	for name, c := range map[string]struct {
		by   *Weighing
		want []string
	}{
		"no contract": {nil, []string{"deal-without-amount bare", "deal-without-currency no-currency"}},
		"closed": {&Weighing{DealsEarn: true, Currency: "USD", AmountDecides: true, TypeDecides: true}, []string{"customer-type-unknown untyped", "deal-in-other-currency euro",
			"deal-in-other-currency home", "deal-without-amount bare", "deal-without-creation unborn", "deal-without-currency no-currency"}},
		"closed, home amounts, refunds deducted": {&Weighing{DealsEarn: true, Currency: "USD", AmountDecides: true, HomeAmount: true, RefundsDecide: true},
			[]string{"deal-in-other-currency euro", "deal-without-amount bare", "deal-without-creation unborn", "deal-without-currency no-currency", "payment-in-other-currency y3"}},
		"collected": {&Weighing{DealsEarn: true, Currency: "USD", PaymentsDecide: true, TypeDecides: true},
			[]string{"customer-type-unknown untyped", "deal-without-creation unborn", "payment-in-other-currency y2"}},
		"contracts in several currencies": {&Weighing{DealsEarn: true, PaymentsDecide: true}, []string{"deal-without-creation unborn"}},
		"a retainer alone":                {&Weighing{Currency: "USD"}, nil},
	} {
		var got []string
		for _, i := range Hygiene(&s, time.UTC, c.by) {
			if i.Severity == Blocks {
				got = append(got, i.Code+" "+strings.Join(i.IDs, ","))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%s", name, strings.Join(got, "\n"))
		}
	}
}
