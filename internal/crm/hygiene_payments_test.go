package crm

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func paidOf(id, deal, on string, minor int64, c money.Currency) Payment {
	p := Payment{ID: id, DealID: deal, PaidOn: cal.MustDate(on), Amount: money.New(minor, c), Kind: Paid}
	if minor < 0 {
		p.Kind = Refund
	}
	return p
}

// found are the issues about payments as "severity code ids".
func found(s *Snapshot, by *Weighing) (got []string) {
	for _, i := range Hygiene(s, time.UTC, by) {
		if i.Kind == KindPayment {
			got = append(got, string(i.Severity)+" "+i.Code+" "+strings.Join(i.IDs, ","))
		}
	}
	return got
}

var (
	collecting = &Weighing{DealsEarn: true, Currency: "USD", PaymentsDecide: true, RefundsDecide: true}
	closing    = &Weighing{DealsEarn: true, Currency: "USD", AmountDecides: true, RefundsDecide: true}
)

func TestAPaymentOfADealThatIsNotHereIsFound(t *testing.T) {
	s := Snapshot{
		Deals: []Deal{{ID: "d1", Won: true}, {ID: "gone", Deleted: true}},
		Payments: []Payment{paidOf("y1", "d1", "2024-02-01", 500, "USD"), paidOf("y2", "d-1", "2024-02-01", 500, "USD"), paidOf("y3", "gone", "2024-02-01", -500, "USD"),
			{ID: "y4", DealID: "nowhere", Deleted: true}},
	}
	for name, c := range map[string]struct {
		by   *Weighing
		want []string
	}{
		"no contract":           {nil, []string{"warns payment-of-unknown-deal y2", "warns payment-of-unknown-deal y3"}},
		"collected":             {collecting, []string{"warns payment-of-unknown-deal y2", "warns payment-of-unknown-deal y3"}},
		"closed, less refunds":  {closing, []string{"notes payment-of-unknown-deal y2", "warns payment-of-unknown-deal y3"}},
		"collected, as it came": {&Weighing{DealsEarn: true, PaymentsDecide: true}, []string{"warns payment-of-unknown-deal y2", "notes payment-of-unknown-deal y3"}},
		"a retainer alone":      {&Weighing{}, []string{"notes payment-of-unknown-deal y2", "notes payment-of-unknown-deal y3"}},
	} {
		if got := found(&s, c.by); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%s", name, strings.Join(got, "\n"))
		}
	}
}

// Of a deal of 1,000.00, 400.00 were received, and 300.00, then 200.00, given back.
func TestARefundAboveItsDealIsFound(t *testing.T) {
	deal := Deal{ID: "d1", Name: "Acme", Won: true, AmountKnown: true, Amount: money.New(1000_00, "USD")}
	s := Snapshot{Deals: []Deal{deal}, Payments: []Payment{
		paidOf("y3", "d1", "2024-04-01", -200_00, "USD"), paidOf("y1", "d1", "2024-02-01", 400_00, "USD"), paidOf("y2", "d1", "2024-03-01", -300_00, "USD"),
	}}
	if got := found(&s, collecting); !slices.Equal(got, []string{"warns refund-above-deal y3"}) {
		t.Errorf("collected: %q", got)
	}
	issues := Hygiene(&s, time.UTC, collecting)
	i := slices.IndexFunc(issues, func(i Issue) bool { return i.Code == "refund-above-deal" })
	if want := "Of deal Acme (d1) USD 500.00 were given back, and 400.00 were received for it: the 100.00 above take nothing back."; i < 0 || issues[i].Text != want {
		t.Errorf("%+v", issues)
	}
	if got := found(&s, closing); got != nil {
		t.Errorf("closed: %q", got)
	}
	if got := found(&s, nil); got != nil {
		t.Errorf("no contract: %q", got)
	}
	s.Payments = append(s.Payments, paidOf("y4", "d1", "2024-05-01", -500_01, "USD"))
	if got := found(&s, closing); !slices.Equal(got, []string{"warns refund-above-deal y4"}) {
		t.Errorf("closed, a cent above: %q", got)
	}
	if got := found(&s, nil); !slices.Equal(got, []string{"warns refund-above-deal y4"}) {
		t.Errorf("no contract, above both: %q", got)
	}
	asItCame := &Weighing{DealsEarn: true, PaymentsDecide: true}
	if got := found(&s, asItCame); !slices.Equal(got, []string{"notes refund-above-deal y3,y4"}) {
		t.Errorf("refunds not deducted: %q", got)
	}
}

func TestRefundsThatCannotBeComparedAreLeft(t *testing.T) {
	deal := Deal{ID: "d1", Won: true, AmountKnown: true, Amount: money.New(1, "EUR"), HomeAmount: money.New(100, "USD"), HomeKnown: true}
	for name, payments := range map[string][]Payment{
		"several currencies":   {paidOf("y1", "d1", "2024-02-01", 100, "EUR"), paidOf("y2", "d1", "2024-03-01", -200, "USD")},
		"beyond the numbers":   {paidOf("y1", "d1", "2024-02-01", -math.MaxInt64, "USD"), paidOf("y2", "d1", "2024-03-01", -2, "USD")},
		"the home amount":      {paidOf("y1", "d1", "2024-02-01", 100, "USD"), paidOf("y2", "d1", "2024-03-01", -100, "USD")},
		"nothing given back":   {paidOf("y1", "d1", "2024-02-01", 100, "USD")},
		"of a deal still open": {paidOf("y1", "d2", "2024-02-01", -100, "USD")},
	} {
		s := Snapshot{Deals: []Deal{deal, {ID: "d2"}}, Payments: payments}
		for _, by := range []*Weighing{nil, {DealsEarn: true, PaymentsDecide: true, RefundsDecide: true}, {DealsEarn: true, AmountDecides: true, RefundsDecide: true}} {
			if got := found(&s, by); got != nil {
				t.Errorf("%s, %+v: %q", name, by, got)
			}
		}
	}
}
