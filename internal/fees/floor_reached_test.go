package fees_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// A floor and a minimum hold also where the fees reach them by themselves: 3,000.00 and 2,000.00 are 5,000.00, and with the first line given up, or
// disputed, the client still owes them.
func TestAFloorThatIsReachedHoldsWithoutALine(t *testing.T) {
	source := agreementNamed(t, "cap-and-restatement").First().Source
	for name, text := range map[string]string{
		"floor":   strings.Replace(source, "floor: none\n      cap: 10,000.00 per contract-year", "floor: 5,000.00 per month\n      partial_floor: by-days\n      cap: none", 1),
		"minimum": strings.Replace(strings.Replace(source, "statements:\n", "  - minimum: commitment\n    amount: 5,000.00 per month\n    clauses: [share]\n    costs: not-counted\n    proration: actual-days\nstatements:\n", 1), "cap: 10,000.00 per contract-year", "cap: none", 1),
	} {
		terms, err := contract.Parse([]byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		a, err := contract.NewAgreement(terms)
		if err != nil {
			t.Fatal(name, err)
		}
		var e crm.Evidence
		for id, minor := range map[string]int64{"A": 10_000_000, "B": 6_666_667} {
			e.Deals = append(e.Deals, crm.Deal{ID: id, Amount: money.New(minor, "USD"), AmountKnown: true, CreatedAt: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC), ClosedOn: cal.MustDate("2026-02-10"), Won: true, Closed: true, OutcomeKnown: true})
			e.DealContacts = append(e.DealContacts, crm.DealContact{DealID: id, ContactID: id})
			e.Touches = append(e.Touches, crm.Touch{ID: id, ContactID: id, At: time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC), Channel: "webinar"})
		}
		s, _ := fees.Draft(a, fees.Facts{Period: cal.Month{Year: 2026, Month: 2}.Period(), Evidence: e}, longAfter)
		if s.Total.Minor != 500_000 {
			t.Fatalf("%s: %s in %d lines", name, s.Total, len(s.Lines))
		}
		for _, state := range []fees.LineState{fees.LineConceded, fees.LineDisputed} {
			lines := make([]fees.LineLife, len(s.Lines))
			lines[0].State = state
			if got := fees.Divide(s, lines); got.Payable.Minor != 500_000 {
				t.Errorf("%s, %s: payable %s", name, state, got.Payable)
			}
		}
	}
}
