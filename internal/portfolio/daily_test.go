package portfolio

import (
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func TestWhatIsDueByAnInstantIsDueOnItsDayInTheContractsZone(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 3, 31, 4, 0, 0, 0, time.UTC) // 00:00 in New York
	d := Daily{Zone: zone, Waits: []Wait{{Before: midnight}, {Before: midnight.Add(time.Hour)}, {}}}.Dated()
	if d.Waits[0].By != cal.MustDate("2026-03-30") || d.Waits[1].By != cal.MustDate("2026-03-31") || !d.Waits[2].By.IsZero() {
		t.Errorf("%+v", d.Waits)
	}
}

func TestAChangeOrderStandsInsteadOfTheProposalThatItIs(t *testing.T) {
	list := []Wait{{Room: "contract", On: contract.ClientSide}, {Room: "statements"}}
	orders := []Wait{{Room: "relationship/change-orders", Instead: "ctr_1"}}
	if got := ToldBy(list, orders, "ctr_1"); len(got) != 1 || got[0].Room != "statements" {
		t.Errorf("told twice: %+v", got)
	}
	if got := ToldBy(list, orders, "ctr_2"); len(got) != 2 {
		t.Errorf("another contract's proposal: %+v", got)
	}
}
