package fees_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// The law of the bootstrap: what a resample comes to, put together from parts, is what a plain draft of the resampled evidence comes to.
func TestAResampleIsADraftOfItsEvidence(t *testing.T) {
	weird := agreements(t)
	for _, name := range []string{"cap-lowered-by-an-amendment", "floor-by-days", "year-at-end-amended", "collected-in-parts", "cap-and-clawback", "customer-first-won-deal"} {
		weird = append(weird, agreementNamed(t, name))
	}
	months := fees.MonthsBetween(cal.MonthOf(cal.MustDate("2026-01-01")), cal.MonthOf(cal.MustDate("2026-08-01")))
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		for range 8 {
			a, e := c.limitedShare(t), c.business()
			if c.oneIn(4) {
				a, e = weird[c.IntN(len(weird))], c.evidence()
			}
			withoutOddCents(&e)
			resample := fees.NewResample(a, e, months, longAfter)
			times := make([]int, resample.Drawn())
			for range times {
				times[c.IntN(len(times))]++
			}
			got := resample.Totals(times)
			drawn := redrawn(e, resample, times)
			want := compared(t, fees.Comparing{Sides: []fees.Side{{Agreement: a}}, Evidence: drawn, Months: months, AsOf: longAfter}).Sides[0]
			if !slices.Equal(got, want.Totals) {
				t.Errorf("%v: %v, want %v\n%s", times, got, want.Totals, a.First().Source)
			}
		}
	})
}

// withoutOddCents makes all credit a whole number of cents: who gets an odd one is told by the ids, and the copies of a company have their own.
func withoutOddCents(e *crm.Evidence) {
	const even = 25_200 // a tenth of it by one to ten
	for i := range e.Deals {
		e.Deals[i].Amount.Minor -= e.Deals[i].Amount.Minor % even
		e.Deals[i].HomeAmount.Minor -= e.Deals[i].HomeAmount.Minor % even
	}
	for i := range e.Payments {
		e.Payments[i].Amount.Minor -= e.Payments[i].Amount.Minor % even
	}
}

// limitedShare is a share of revenue under limits of every sort.
func (c chance) limitedShare(t *rapid.T) contract.Agreement {
	per := func() string { return c.of("month", "quarter", "year", "contract-year", "term") }
	floor, partial := "none", ""
	if c.oneIn(3) {
		floor, partial = fmt.Sprintf("%d.00 per %s", c.between(1, 3000), c.of("month", "quarter", "year")), "\n      partial_floor: "+c.of("by-days", "whole")
	}
	text := strings.NewReplacer(
		"{revenue}", c.of("closed", "collected"), "{refunds}", c.of("deducted", "deducted", "ignored"),
		"{of}", c.of("of: all-customers", "of: new-customers, new_by: first-won-deal", "of: existing-customers, new_by: first-won-deal"),
		"{contacts}", c.of("associated", "associated-or-account", "associated-or-inferred-account"), "{deal}", c.of("floor: none, cap: none", "floor: none, cap: 2000.00", "floor: 900.00, cap: 2500.00"),
		"{floor}", floor, "{partial}", partial, "{cap}", c.of("none", fmt.Sprintf("%d.00 per %s", c.between(3000, 15000), per())),
		"{extra}", c.of("", `
  - service_credits: service
    base: [share]
    targets: [first-response]
    not_counted: []
    counted: together
    ladder: [1 misses = 5 %]
    monthly_limit: 50 %`)+c.of("", fmt.Sprintf(`
  - minimum: least
    amount: %d.00 per %s
    clauses: [share]
    costs: not-counted
    proration: actual-days`, c.between(500, 1100), c.of("month", "quarter")))+c.of("", fmt.Sprintf(`
  - not_to_exceed: most
    amount: %d.00 per %s
    all_clauses_except: []
    costs: not-counted`, c.between(1101, 12000), c.of("month", "quarter", "year"))),
	).Replace(limitedShare)
	terms, err := contract.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	a, err := contract.NewAgreement(terms)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const limitedShare = `contract: example
version: 1
effective: 2026-01-01
parties: {client: Acme, agency: Northlight}
currency: USD
time_zone: America/New_York
rounding: half-up
calendar: {work_week: mon-fri, holidays: []}
term:
  start: 2026-01-01
  length: 24 months
  renewal: {kind: none}
  notice: {period: 90 days, fee: full}
clauses:
  - retainer: team
    fee: 1,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
  - revenue_share: share
    rate: 3 %
    base: {revenue: {revenue}, refunds: {refunds}, {of}}
    attribution:
      model: linear
      lookback: none
      anchor: deal-won
      contacts: {contacts}
      credits: {all_channels_except: [sales call]}
    eligible: {created_from: 2026-01-01, carve_out: before-us}
    per_deal: {{deal}}
    period:
      floor: {floor}{partial}
      cap: {cap}
    tail: none
    clawback: unlimited
    other_currency: hold{extra}
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

// business is a few companies that buy now and then, pay in parts, and get some of it back.
func (c chance) business() crm.Evidence {
	e := crm.Evidence{AsOf: 7}
	day := func() cal.Date { return cal.MustDate("2026-01-03").AddDays(c.IntN(230)) }
	for i := range 1 + c.IntN(4) {
		company := fmt.Sprint("co", i)
		e.Companies = append(e.Companies, crm.Company{ID: company, Name: company})
		e.Contacts = append(e.Contacts, crm.Contact{ID: "of-" + company, CompanyID: company})
		for k := range c.IntN(4) {
			id := fmt.Sprint("d", i, k)
			closed := day()
			d := crm.Deal{ID: id, CompanyID: company, Amount: money.New(c.between(1, 12_000_000), "USD"), AmountKnown: true, Won: !c.oneIn(8), Closed: true, OutcomeKnown: true,
				CreatedAt: cal.MustDate("2026-01-02").Start(time.UTC).Add(12 * time.Hour), ClosedOn: closed}
			if c.oneIn(6) {
				d.CompanyID = ""
			}
			e.Deals = append(e.Deals, d)
			if !c.oneIn(4) {
				e.DealContacts = append(e.DealContacts, crm.DealContact{DealID: id, ContactID: "of-" + company})
			}
			for p := range c.IntN(4) {
				amount := c.between(1, 4_000_000)
				if c.oneIn(3) {
					amount = -amount
				}
				e.Payments = append(e.Payments, crm.Payment{ID: fmt.Sprint(id, "-", p), DealID: id, PaidOn: closed.AddDays(c.IntN(120)), Amount: money.New(amount, "USD")})
			}
		}
		for k := range 1 + c.IntN(3) {
			e.Touches = append(e.Touches, crm.Touch{ID: fmt.Sprint(company, "-", k), ContactID: "of-" + company, At: cal.MustDate("2026-01-01").AddDays(-k).Start(time.UTC), Channel: c.of("webinar", "webinar", "sales call")})
		}
		if c.oneIn(8) {
			e.CarveOuts = append(e.CarveOuts, crm.CarveOut{List: "before-us", CompanyID: c.of(company, ""), Company: company})
		}
	}
	for i := range c.IntN(5) {
		e.SLAMisses = append(e.SLAMisses, crm.SLAMiss{ID: fmt.Sprint("m", i), MissedOn: day(), Target: "first-response"})
	}
	return e
}

// redrawn is the evidence in which each company with all that belongs to it is there as often as it was drawn, each time under ids of its own.
func redrawn(e crm.Evidence, resample fees.Resample, times []int) crm.Evidence {
	out := e
	out.Companies, out.Contacts, out.Deals, out.DealContacts, out.Touches, out.Payments, out.CarveOuts = nil, nil, nil, nil, nil, nil, nil
	for unit, n := range times {
		for k := range n {
			as := func(id string) string {
				if id == "" {
					return ""
				}
				return fmt.Sprintf("%s~%d~%d", id, unit, k)
			}
			for _, d := range e.Deals {
				if of, ok := resample.UnitOf(d.ID); ok && of == unit {
					d.ID, d.CompanyID = as(d.ID), as(d.CompanyID)
					out.Deals = append(out.Deals, d)
				}
			}
			for _, p := range e.Payments {
				p.ID, p.DealID = as(p.ID), as(p.DealID)
				out.Payments = append(out.Payments, p)
			}
			for _, c := range e.Companies {
				c.ID = as(c.ID)
				out.Companies = append(out.Companies, c)
			}
			for _, c := range e.Contacts {
				merged := slices.Clone(c.MergedIDs)
				for i := range merged {
					merged[i] = as(merged[i])
				}
				c.ID, c.CompanyID, c.MergedIDs = as(c.ID), as(c.CompanyID), merged
				out.Contacts = append(out.Contacts, c)
			}
			for _, dc := range e.DealContacts {
				dc.DealID, dc.ContactID = as(dc.DealID), as(dc.ContactID)
				out.DealContacts = append(out.DealContacts, dc)
			}
			for _, t := range e.Touches {
				t.ID, t.ContactID = as(t.ID), as(t.ContactID)
				out.Touches = append(out.Touches, t)
			}
			for _, l := range e.CarveOuts {
				l.DealID, l.CompanyID = as(l.DealID), as(l.CompanyID)
				out.CarveOuts = append(out.CarveOuts, l)
			}
		}
	}
	return out
}

// Drawing favours nobody, and every number of a small range comes.
func TestDrawing(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 64} {
		seen := fees.Draws(7, n, 10_000*n)
		for i, times := range seen {
			if times < 9_500 || times > 10_500 {
				t.Errorf("%d of %d came %d times", i, n, times)
			}
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	c := crowd(b, 1000)
	for b.Loop() {
		if _, err := fees.SideBySide(c); err != nil {
			b.Fatal(err)
		}
	}
}

// crowd is twelve months of a share with a cap over so many deals of as many companies, five times side by side.
func crowd(t testing.TB, deals int) fees.Comparing {
	var a contract.Agreement
	for _, each := range agreements(t) {
		if c, ok := each.First().Clause("share"); ok && c.(contract.RevenueShare).PeriodCap.Set {
			a = each
		}
	}
	start := a.First().Effective
	c := fees.Comparing{Months: fees.MonthsBetween(cal.MonthOf(start), cal.MonthOf(start.AddMonths(11, 1))), AsOf: start.AddMonths(12, 1), Resamples: 500, Seed: 1}
	for i := range deals {
		id := fmt.Sprint("d", i)
		closed := start.AddDays(5 + i*350/deals)
		c.Evidence.Deals = append(c.Evidence.Deals, crm.Deal{ID: id, CompanyID: "co" + id, Amount: money.New(1_000_000, "USD"), AmountKnown: true, Won: true, Closed: true, OutcomeKnown: true,
			CustomerType: crm.CustomerNew, CreatedAt: closed.AddDays(-2).Start(a.First().Zone), ClosedOn: closed})
		c.Evidence.DealContacts = append(c.Evidence.DealContacts, crm.DealContact{DealID: id, ContactID: id})
		for k := range 10 {
			c.Evidence.Touches = append(c.Evidence.Touches, crm.Touch{ID: fmt.Sprint(id, "-", k), ContactID: id, At: closed.AddDays(-3 - k).Start(a.First().Zone), Channel: "webinar"})
		}
	}
	for i := range 5 {
		c.Sides = append(c.Sides, fees.Side{Name: fmt.Sprint(i), Agreement: a})
	}
	return c
}
