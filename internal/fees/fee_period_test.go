package fees

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// 14,500.00 a month that is 16,000.00 from 16 June on: June owes 15/30 of each, 7,250.00 + 8,000.00.
func TestTheFeePeriodInWhichAFeeChanges(t *testing.T) {
	first := contract.Template("growth", "Acme", "Northlight", cal.MustDate("2026-01-01"))
	if !strings.Contains(first, "proration: actual-days") {
		t.Fatal("the template prorates otherwise")
	}
	old, err := contract.Parse([]byte(first))
	if err != nil {
		t.Fatal(err)
	}
	id, fee := "", money.Amount{}
	for _, c := range old.Clauses {
		if r, ok := c.(contract.Retainer); ok {
			id, fee = r.ID, r.Fee
		}
	}
	text, err := contract.Amend(first, 2, contract.Amending{Effective: cal.MustDate("2026-06-16"), Fees: []contract.NewFee{{Retainer: id, Fee: money.New(fee.Minor+150_000, fee.Currency)}}})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := contract.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	period, parts := FeeOfPeriod(contract.Agreement{Versions: []contract.Terms{old, changed}}, id, cal.MustDate("2026-06-16"))
	want := fmt.Sprint([]int64{fee.Minor / 2, (fee.Minor + 150_000) / 2})
	if period.Days() != 30 || len(parts) != 2 || fmt.Sprint([]int64{parts[0].Minor, parts[1].Minor}) != want {
		t.Errorf("%s: %v, want %s", period, parts, want)
	}
	if _, parts = FeeOfPeriod(contract.Agreement{Versions: []contract.Terms{old, changed}}, id, cal.MustDate("2026-07-01")); len(parts) != 1 {
		t.Errorf("July is one part: %v", parts)
	}
}
