package fees_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// twelve is a contract with every kind of clause.
const twelve = `contract: all
version: 1
effective: 2016-01-01
parties: {client: Acme, agency: Northlight}
currency: USD
time_zone: UTC
rounding: half-up
calendar: {work_week: mon-fri, holidays: []}
term:
  start: 2016-01-01
  length: 240 months
  renewal: {kind: none}
  notice: {period: 90 days, fee: full}
clauses:
  - retainer: team
    fee: 10,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
  - hourly: studio
    rates:
      - {role: designer, rate: 120.00 per hour}
    other_roles: hold
    round_time: {per: entry, up_to: 15 minutes, at_least: 30 minutes}
    cap: none
    late_entries: next-open-statement
  - scorecard: bonus
    pool: 18,000.00 per quarter
    anchor: calendar
    billed_after: 0 months
    partial_period: by-days
    metrics:
      - {metric: mql, weight: 40 %, better: higher, threshold: 80, target: 100, max: 120}
      - {metric: pipeline_value, weight: 60 %, better: higher, threshold: 800000, target: 1000000, max: 1300000}
    payout: {below: 0 %, at_threshold: 50 %, at_target: 100 %, at_max: 150 %, between: linear}
    malus: none
    metric_cap: none
    total_cap: none
    missing_metric: zero
    broken_source: hold
    target_change: time-weighted
    gates: []
    relief: []
  - revenue_share: share
    rate: 3 %
    base: {revenue: closed, refunds: deducted, of: all-customers}
    attribution:
      model: w-shaped
      lookback: 180 days
      edge: drop
      anchor: deal-won
      contacts: associated
      credits: {all_channels_except: [sales call]}
    eligible: {created_from: 2015-01-01, carve_out: none}
    per_deal: {floor: none, cap: none}
    period:
      floor: none
      cap: 100,000.00 per contract-year
    tail: none
    clawback: unlimited
    other_currency: hold
  - per_result: leads
    price: 85.00 per lead
    acceptance: {within: 5 working days, after_window: accepted}
    duplicate: {by: none}
    disputes: {within: 30 days, reasons: [any], fee_if_denied: none}
    cap: none
  - milestones: launch
    list:
      - {milestone: crm-cleanup, amount: 8000.00, bonus: none}
    acceptance: {within: 5 working days, silence: accepted}
    partial: by-part
  - media_commission: media
    rate: 15 %
    of: gross
    categories: [media]
    not_counted: []
    vendor_commission: 15 %
    rebate: none
    bills: media-and-commission
    lines: by-category
    other_currency: hold
  - markup: production
    rate: 5 %
    of: net
    categories: [production]
    not_counted: []
    vendor_commission: none
    bills: markup-only
    lines: by-category
    other_currency: hold
  - pass_through: technology
    categories: [ad-tech]
    not_counted: []
    vendor_commission: none
    lines: by-category
    other_currency: hold
  - service_credits: service
    base: [team]
    targets: [first-response]
    not_counted: []
    counted: together
    ladder: [5 misses = 5 %]
    monthly_limit: 50 %
  - minimum: commitment
    amount: 12,000.00 per month
    clauses: [team]
    costs: not-counted
    proration: actual-days
  - not_to_exceed: ceiling
    amount: 2,000,000.00 per month
    all_clauses_except: []
    costs: not-counted
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

// won adds deals that are won in the month, each with a contact and four touches.
func won(e *crm.Evidence, m cal.Month, n int) {
	for i := range n {
		id := fmt.Sprintf("%s-%d", m, i)
		day := m.First().AddDays(i % 27)
		e.Deals = append(e.Deals, crm.Deal{ID: id, Name: "Deal " + id, Amount: money.New(1_000_00+int64(i), "USD"), AmountKnown: true, Won: true, Closed: true, OutcomeKnown: true,
			CreatedAt: day.AddDays(-40).Start(time.UTC), ClosedOn: day})
		e.DealContacts = append(e.DealContacts, crm.DealContact{DealID: id, ContactID: "c" + id})
		e.Contacts = append(e.Contacts, crm.Contact{ID: "c" + id, Name: "Contact " + id})
		for t := range 4 {
			e.Touches = append(e.Touches, crm.Touch{ID: fmt.Sprint(id, "-", t), ContactID: "c" + id, At: day.AddDays(-7 * (t + 1)).Start(time.UTC), Channel: "webinar"})
		}
	}
}

// lockedYears is the facts of the month after so many years with so many deals a month, every month before it drafted and locked.
func lockedYears(a contract.Agreement, years, each int) fees.Facts {
	var f fees.Facts
	month := cal.Month{Year: 2016, Month: time.January}
	for m := month; m.First().Before(month.First().AddMonths(12*years+1, 1)); m = m.Next() {
		won(&f.Evidence, m, each)
	}
	for range 12 * years {
		f.Period = month.Period()
		st, _ := fees.Draft(a, f, month.Next().First())
		f.Settled = append(f.Settled, fees.Settle("stm-"+month.String(), st, nil))
		month = month.Next()
	}
	f.Period = month.Period()
	return f
}

func twelveClauses(t testing.TB) contract.Agreement {
	t.Helper()
	terms, err := contract.Parse([]byte(twelve))
	if err != nil {
		t.Fatal(err)
	}
	a, err := contract.NewAgreement(terms)
	if err != nil || len(terms.Clauses) != 12 {
		t.Fatal(err, len(terms.Clauses))
	}
	return a
}

// crowdedMonth is the facts of the first month with so many deals in it.
func crowdedMonth(deals int) fees.Facts {
	month := cal.Month{Year: 2016, Month: time.January}
	f := fees.Facts{Period: month.Period()}
	won(&f.Evidence, month, deals)
	return f
}

// Given many deals, the work is done by the line and by the hundred: a draft asks for memory about twice a line of a crowded month, and about once a deal
// of a year whose months are locked and of which nothing changed. A list, a map or a text for each touch would show here.
func TestDraftsOfManyDealsAskForLittleMemory(t *testing.T) {
	a := twelveClauses(t)
	for _, c := range []struct {
		name  string
		facts fees.Facts
		most  float64
	}{{"a crowded month", crowdedMonth(1000), 3 * 1000}, {"a locked year", lockedYears(a, 1, 1000/13), 2 * 1000}} {
		if got := testing.AllocsPerRun(3, func() { fees.Draft(a, c.facts, longAfter) }); got > c.most {
			t.Errorf("%s asks %.0f times for memory, want at most %.0f", c.name, got, c.most)
		}
	}
}

// BenchmarkDraftOfTwelveClauses drafts under every kind of clause with 1,000 deals: those of a year, of which a twelfth counts in the month and the
// months before are locked, and all in the month, by itself and beside what lives in a server. The aim is 2 ms.
func BenchmarkDraftOfTwelveClauses(b *testing.B) {
	a := twelveClauses(b)
	year, crowded := lockedYears(a, 1, 1000/13), crowdedMonth(1000)
	for _, c := range []struct {
		name  string
		facts fees.Facts
	}{{"year", year}, {"month", crowded}, {"month-served", crowded}} {
		b.Run(c.name, func(b *testing.B) {
			if c.name == "month-served" { // with as much in the heap as a server has at least
				defer runtime.KeepAlive(make([]byte, 64<<20))
			}
			lines := 0
			for b.Loop() {
				st, _ := fees.Draft(a, c.facts, longAfter)
				lines = len(st.Lines)
			}
			b.ReportMetric(float64(lines), "lines")
		})
	}
}

// BenchmarkDraftAfterYears drafts the month after one, nine and ten years of 50 deals a year, every month before it locked. The tenth year is to cost at
// most a fifth more than the ninth.
func BenchmarkDraftAfterYears(b *testing.B) {
	terms, err := contract.Parse([]byte(twelve))
	if err != nil {
		b.Fatal(err)
	}
	for _, kinds := range []struct {
		name string
		keep func(contract.Clause) bool
	}{{"share", func(c contract.Clause) bool { return c.Kind() == "retainer" || c.Kind() == "revenue_share" }}, {"twelve", func(contract.Clause) bool { return true }}} {
		some := terms
		some.Clauses = nil
		for _, c := range terms.Clauses {
			if kinds.keep(c) {
				some.Clauses = append(some.Clauses, c)
			}
		}
		a, err := contract.NewAgreement(some)
		if err != nil {
			b.Fatal(err)
		}
		for _, years := range []int{1, 9, 10} {
			facts := lockedYears(a, years, 4)
			b.Run(fmt.Sprintf("%s/%d", kinds.name, years), func(b *testing.B) {
				for b.Loop() {
					fees.Draft(a, facts, longAfter)
				}
			})
		}
	}
}
