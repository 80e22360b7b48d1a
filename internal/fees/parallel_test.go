package fees_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Given a thousand deals, of which many have lines of several windows, lack a fact or earn nothing, the statement is the same on one processor, on
// two and on more than there are.
func TestManyDealsGiveOneStatementOnAnyProcessors(t *testing.T) {
	terms, err := contract.Parse([]byte(strings.Replace(twelve, "revenue: closed", "revenue: collected", 1)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := contract.NewAgreement(terms)
	if err != nil {
		t.Fatal(err)
	}
	january := cal.Month{Year: 2016, Month: time.January}
	f := fees.Facts{Period: january.Next().Period()}
	e := &f.Evidence
	won(e, january, 1000)
	for i := range e.Deals {
		deal := &e.Deals[i]
		pay := func(n int, on string, minor int64) {
			e.Payments = append(e.Payments, crm.Payment{ID: fmt.Sprintf("p%d-%d", i, n), DealID: deal.ID, PaidOn: cal.MustDate(on), Amount: money.New(minor, "USD")})
		}
		pay(1, "2016-01-28", 50_000)
		pay(2, "2016-02-05", 40_000)
		switch i % 5 {
		case 0:
			deal.CreatedAt = time.Time{}
		case 1, 2: // gives back all of February and a part of January
			pay(3, "2016-02-20", -60_000)
			pay(4, "2016-02-25", 10_000)
		case 3:
			e.Touches[4*i].Deleted, e.Touches[4*i+1].Deleted, e.Touches[4*i+2].Deleted, e.Touches[4*i+3].Deleted = true, true, true, true
		}
	}
	on := func(processors int) ([]byte, fees.Statement) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		return drafted(t, a, f)
	}
	want, s := on(1)
	wantSound(t, a, s)
	if len(s.Lines) < 900 || len(s.Considered) < 300 {
		t.Fatalf("%d lines and %d deals considered are too few to tell", len(s.Lines), len(s.Considered))
	}
	for _, n := range []int{2, 3, 7} {
		if got, _ := on(n); !bytes.Equal(got, want) {
			t.Errorf("%d processors give another statement", n)
		}
	}
}
