package attribution

import (
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var closed = time.Date(2026, 7, 1, 15, 0, 0, 0, time.UTC)

func daysBefore(n int) time.Time { return closed.AddDate(0, 0, -n) }

// d3 is the deal of 100,000.00 of the worked example: four touches, the first 200 days before the close.
func d3() Journey {
	return Journey{
		Deal: "D3",
		Touches: []Touch{
			{ID: "t1", Channel: "paid social", Provider: "agency", At: daysBefore(200)},
			{ID: "t2", Channel: "webinar", Provider: "agency", At: daysBefore(120)},
			{ID: "t3", Channel: "email", Provider: "agency", At: daysBefore(90)},
			{ID: "t4", Channel: "sales call", Provider: "client", At: daysBefore(60)},
		},
		LeadCreated: daysBefore(120),
		DealCreated: daysBefore(60),
		End:         closed,
	}
}

func TestLookbackTruncationOfD3(t *testing.T) {
	for _, c := range []struct{ span, edge, credit, share, fee string }{
		{"none", "", "70000.00", "70 %", "2100.00"},
		{"180 days", "drop", "40000.00", "40 %", "1200.00"},
		{"180 days", "renormalise", "57142.86", "4/7", "1714.29"},
		{"180 days", "re-path", "70000.00", "70 %", "2100.00"},
		{"6 months", "renormalise", "57142.86", "4/7", "1714.29"},
		{"4320 hours", "drop", "40000.00", "40 %", "1200.00"},
		{"200 days", "drop", "70000.00", "70 %", "2100.00"},
	} {
		r := Credit(d3(), must(ParseModel("w-shaped")), must(ParseLookback(c.span, c.edge, nil)), money.New(100_000_00, "USD"))
		for _, belongs := range []func(Touch) bool{
			Among(ByProvider, "agency"),
			Among(ByChannel, "paid social", "webinar", "email"),
		} {
			p := r.Portion(belongs)
			fee := p.Amount.Mul(money.Percent(3), money.HalfUp)
			if p.Amount.String() != c.credit || p.Share.String() != c.share || fee.String() != c.fee {
				t.Errorf("%s %s: credit %s (%s), fee %s; want %s (%s), %s", c.span, c.edge, p.Amount, p.Share, fee, c.credit, c.share, c.fee)
			}
		}
	}
}
