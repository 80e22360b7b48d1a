package fees_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// BenchmarkDraft drafts the last month of ten years with 6,000 deals and 60,000 touches: once with every month before it locked, once with
// none.
func BenchmarkDraft(b *testing.B) {
	var a contract.Agreement
	for _, each := range agreements(b) {
		if c, ok := each.First().Clause("share"); ok && c.(contract.RevenueShare).PeriodCap.Set {
			a = each
		}
	}
	a.Versions[0].Effective = cal.MustDate("2016-01-01")
	a.Versions[0].Term.Start = cal.MustDate("2016-01-01")
	a.Versions[0].Term.Length = cal.Span{}
	share := a.Versions[0].Clauses[0].(contract.RevenueShare)
	share.Eligible.CreatedFrom = cal.MustDate("2016-01-01")
	a.Versions[0].Clauses[0] = share

	r := rand.New(rand.NewPCG(1, 2))
	f := fees.Facts{Period: cal.Month{Year: 2025, Month: time.December}.Period()}
	for i := range 6000 {
		id := fmt.Sprint("d", i)
		closed := cal.MustDate("2016-01-15").AddDays(r.IntN(3640))
		f.Evidence.Deals = append(f.Evidence.Deals, crm.Deal{ID: id, Amount: money.New(1_000_000, "USD"), AmountKnown: true, Won: true, Closed: true, OutcomeKnown: true,
			CreatedAt: closed.AddDays(-10).Start(time.UTC), ClosedOn: closed})
		f.Evidence.DealContacts = append(f.Evidence.DealContacts, crm.DealContact{DealID: id, ContactID: id})
		for t := range 10 {
			f.Evidence.Touches = append(f.Evidence.Touches, crm.Touch{ID: fmt.Sprint(id, "-", t), ContactID: id, At: closed.AddDays(-t).Start(time.UTC), Channel: "webinar"})
		}
	}
	unlocked := f
	for m := (cal.Month{Year: 2016, Month: 1}); m.First().Before(f.Period.From); m = m.Next() {
		settled := fees.SettledStatement{ID: m.String(), Period: m.Period()}
		for _, d := range f.Evidence.Deals {
			if m.Period().Contains(d.ClosedOn) {
				settled.Lines = append(settled.Lines, fees.SettledLine{Clause: "share", Kind: fees.KindDeal, Deal: d.ID, Events: []string{"won"}, Minor: 30_000})
			}
		}
		f.Settled = append(f.Settled, settled)
	}
	for name, facts := range map[string]fees.Facts{"locked": f, "unlocked": unlocked} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				fees.Draft(a, facts, longAfter)
			}
		})
	}
	b.Run("used", func(b *testing.B) {
		for b.Loop() {
			fees.Used(a, unlocked)
		}
	})
}
