package fees_test

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Whatever was known of the pieces when each month was locked, what is charged over the whole term is what came less what was included, by the
// last evidence.
func TestPiecesAreChargedOnceHoweverLateTheyAreKnown(t *testing.T) {
	for _, name := range []string{"deliverables-carried", "deliverables-credited-and-billed"} {
		a := agreementNamed(t, name)
		rapid.Check(t, func(t *rapid.T) {
			c := draw(t)
			evidence := func() []crm.Delivery {
				var out []crm.Delivery
				for i := range 14 {
					day := cal.MustDate("2026-01-01").AddDays(c.IntN(90))
					x := crm.Delivery{ID: fmt.Sprintf("P%d", i), Milestone: "blog-post", DeliveredOn: day, AcceptedOn: day, Deleted: c.oneIn(6)}
					if c.oneIn(8) {
						x.AcceptedOn, x.ReturnedOn = cal.Date{}, day
					}
					out = append(out, x)
				}
				return out
			}
			final := evidence()
			var settled []fees.SettledStatement
			var charged, came int64
			for m := (cal.Month{Year: 2026, Month: 1}); m.Month <= 3; m = m.Next() {
				f := fees.Facts{Period: m.Period(), Settled: settled}
				f.Evidence.Deliveries = evidence()
				if m.Month == 3 {
					f.Evidence.Deliveries = final
				}
				s, _ := fees.Draft(a, f, longAfter)
				wantSound(t, a, s)
				for _, l := range s.Lines {
					if l.Kind == fees.KindDeliverables {
						n, err := strconv.ParseInt(l.Quantity, 10, 64)
						if err != nil {
							t.Fatal(err)
						}
						charged += n
					}
				}
				settled = append(settled, fees.Settle(m.String(), s, nil))
			}
			for _, x := range final {
				if !x.Deleted && x.ReturnedOn.IsZero() {
					came++
				}
			}
			if charged != came-12 {
				t.Errorf("%s: %d charged, %d came of 12 included", name, charged, came)
			}
		})
	}
}
