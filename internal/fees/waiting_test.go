package fees_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

const waitingText = `contract: example
version: 1
effective: 2026-01-01
parties: {client: Acme, agency: Northlight}
currency: USD
time_zone: America/New_York
rounding: half-up
calendar: {work_week: mon-fri, holidays: []}
term:
  start: 2026-01-01
  length: 12 months
  renewal: {kind: none}
  notice: {period: 90 days, fee: full}
clauses:
  - milestones: build
    list:
      - {milestone: website-launch, amount: "8,000.00", bonus: none}
      - {milestone: crm-cleanup, amount: "3,000.00", bonus: none}
    acceptance: {by: "Mara Lindt, CFO", within: 10 working days, silence: accepted}
    partial: by-part
  - retainer: team
    fee: 5,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
    includes: {hours: 20, partial_period: with-fee}
    round_time: none
    rollover: none
    deficit: billed
    overage: {rate: 175.00 per hour, approval: before-work, approved_hours: overage-approved}
    alerts: none
    late_entries: next-open-period
    reconcile: none
  - deliverables: content
    of: team
    list:
      - {deliverable: blog-post, included: 4}
    counted: when-accepted
    partial_period: whole
    missing: kept
    above: free
  - per_result: leads
    price: 85.00 per lead
    acceptance: {within: 5 days, after_window: accepted}
    duplicate: {by: none}
    disputes: {within: 10 days, reasons: [any], fee_if_denied: none}
    cap: none
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

func agreedUnder(t testing.TB, text string) contract.Agreement {
	t.Helper()
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

// noon of a day in the zone of the contract.
func noon(a contract.Agreement, day string) time.Time {
	return cal.MustDate(day).Start(a.First().Zone).Add(12 * time.Hour)
}

// What waits of each kind, with whom, until when and what it is worth, on one day.
func TestWhatWaits(t *testing.T) {
	a := agreedUnder(t, waitingText)
	day := cal.MustDate
	at := noon(a, "2026-03-05")
	e := crm.Evidence{}
	e.Deliveries = []crm.Delivery{
		{ID: "D1", Milestone: "website-launch", DeliveredOn: day("2026-03-03")},
		{ID: "D2", Milestone: "crm-cleanup", DeliveredOn: day("2026-03-02"), Part: "50 %", ReturnedOn: day("2026-03-04")},
		{ID: "D3", Milestone: "blog-post", DeliveredOn: day("2026-03-04")},
		{ID: "D4", Milestone: "nothing", DeliveredOn: day("2026-03-04")},
		{ID: "D5", Milestone: "website-launch", DeliveredOn: day("2026-03-04"), Deleted: true},
		{ID: "D6", Milestone: "blog-post", DeliveredOn: day("2026-03-01"), AcceptedOn: day("2026-03-02")},
	}
	lead := func(id string, delivered string) crm.Lead { return crm.Lead{ID: id, DeliveredAt: noon(a, delivered)} }
	disputed := lead("L2", "2026-03-02")
	disputed.DisputedAt, disputed.Reason = noon(a, "2026-03-03"), "no budget"
	e.Leads = []crm.Lead{lead("L1", "2026-03-02"), disputed, lead("L3", "2026-02-25"), lead("L4", "2026-01-25")}
	for _, minutes := range []int64{1200, 240} {
		e.TimeEntries = append(e.TimeEntries, crm.TimeEntry{ID: "E" + time.Duration(minutes).String(), WorkedOn: day("2026-03-03"), Person: "Ana", Minutes: minutes})
	}
	e.MetricReadings = []crm.MetricReading{{Metric: "overage-approved", From: day("2026-03-01"), Through: day("2026-03-10"), Value: "1"}}

	var got []string
	for _, w := range fees.WaitingFor(a, fees.Facts{Evidence: e}, at) {
		got = append(got, strings.Join([]string{string(w.On), w.ID, w.LastDay().String(), w.Worth.String(), w.Words, w.Counts}, " | "))
	}
	want := []string{
		"client | L1 | 2026-03-07 | 85.00 | lead, delivered 2 Mar 2026 | ",
		"client | D1 | 2026-03-17 | 8000.00 | the whole, handed over 3 Mar 2026 | ",
		"client | D3 |  | 0.00 | a piece, handed over 4 Mar 2026 | 1 of 4 included",
		"client | overage-approved|2026-03-01|2026-03-31 |  | 525.00 | 4:00 hours above those at hand were worked in March 2026, 1:00 approved | ",
		"agency | L2 |  | 85.00 | lead, delivered 2 Mar 2026, disputed 3 Mar 2026: no budget | ",
		"agency | D2 |  | 1500.00 | 50 %, returned 4 Mar 2026 | ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var still []string
	for _, w := range fees.Disputable(a, fees.Facts{Evidence: e}, at) {
		still = append(still, w.ID)
	}
	if !slices.Equal(still, []string{"L3"}) {
		t.Errorf("disputable: %q", still)
	}
}

// What a statement says waits for the client is what the list says, whatever happened, on whatever day.
func TestTheListSaysWhatTheStatementSays(t *testing.T) {
	a := agreedUnder(t, waitingText)
	rapid.Check(t, func(t *rapid.T) {
		var e crm.Evidence
		for i := range rapid.IntRange(0, 6).Draw(t, "deliveries") {
			d := crm.Delivery{ID: "H" + string(rune('a'+i)), Milestone: rapid.SampledFrom([]string{"website-launch", "crm-cleanup"}).Draw(t, "milestone"),
				DeliveredOn: cal.MustDate("2026-01-20").AddDays(rapid.IntRange(0, 90).Draw(t, "delivered")), Part: rapid.SampledFrom([]string{"", "10 %", "50 %"}).Draw(t, "part")}
			switch rapid.IntRange(0, 3).Draw(t, "then") {
			case 0:
				d.AcceptedOn = d.DeliveredOn.AddDays(rapid.IntRange(0, 20).Draw(t, "accepted"))
			case 1:
				d.ReturnedOn = d.DeliveredOn.AddDays(rapid.IntRange(0, 20).Draw(t, "returned"))
			}
			e.Deliveries = append(e.Deliveries, d)
		}
		today := cal.MustDate("2026-01-20").AddDays(rapid.IntRange(0, 110).Draw(t, "today"))
		now := today.Start(a.First().Zone).Add(time.Duration(rapid.IntRange(0, 22*60).Draw(t, "minutes")) * time.Minute)
		// what is known of the future is not: the row of a day to come says nothing yet
		var known crm.Evidence
		for _, d := range e.Deliveries {
			if d.AcceptedOn.After(today) {
				d.AcceptedOn = cal.Date{}
			}
			if d.ReturnedOn.After(today) {
				d.ReturnedOn = cal.Date{}
			}
			known.Deliveries = append(known.Deliveries, d)
		}
		var listed []string
		for _, w := range fees.WaitingFor(a, fees.Facts{Evidence: known}, now) {
			if w.On == contract.ClientSide && w.Clause == "build" {
				listed = append(listed, w.ID)
			}
		}
		slices.Sort(listed)
		_, issues := fees.Draft(a, fees.Facts{Period: cal.MonthOf(today).Period(), Evidence: known}, today.AddDays(1))
		var said []string
		for _, i := range issues {
			for _, d := range known.Deliveries {
				if i.Code == "milestones-waiting" && strings.Contains(i.Text, d.ID+" (") {
					said = append(said, d.ID)
				}
			}
		}
		slices.Sort(said)
		if !slices.Equal(listed, said) {
			t.Fatalf("the list says %q, the statement %q", listed, said)
		}
	})
}

func TestWhatCanBeHandedOver(t *testing.T) {
	a := agreedUnder(t, waitingText)
	day := cal.MustDate
	now := noon(a, "2026-03-05")
	var e crm.Evidence
	e.Deliveries = []crm.Delivery{
		{ID: "D1", Milestone: "website-launch", DeliveredOn: day("2026-03-03"), Part: "60 %"},
		{ID: "D2", Milestone: "crm-cleanup", DeliveredOn: day("2026-02-03"), ReturnedOn: day("2026-02-05")},
	}
	for _, test := range []struct{ milestone, on, part, code, field string }{
		{"website-launch", "2026-03-05", "40 %", "", ""},
		{" Website-Launch ", "2026-03-05", "40%", "", ""},
		{"website-launch", "2026-03-05", "", "milestone-over", "part"},
		{"website-launch", "2026-03-05", "40.1 %", "milestone-over", "part"},
		{"website-launch", "2026-03-05", "0 %", "part", "part"},
		{"crm-cleanup", "2026-03-05", "", "", ""},
		{"crm-cleanup", "2026-03-06", "", "delivery-to-come", "delivered_on"},
		{"crm-cleanup", "2025-12-31", "", "delivery-outside", "delivered_on"},
		{"crm-cleanup", "2026-02-18", "", "delivery-time-over", "delivered_on"}, // silence: 5 March
		{"crm-cleanup", "2026-02-19", "", "", ""},
		{"blog-post", "2026-03-05", "", "", ""},
		{"blog-post", "2026-01-05", "", "", ""},
		{"blog-post", "2026-03-05", "50 %", "piece-part", "part"},
		{"blog", "2026-03-05", "", "milestone-unknown", "milestone"},
	} {
		x, err := fees.HandOver(a, e, crm.Delivery{ID: "N", Milestone: test.milestone, DeliveredOn: day(test.on), Part: test.part}, now)
		var field string
		if all := fault.All(err); len(all) > 0 {
			field = all[0].Field
		}
		if got := fault.Code(err); err != nil && got != test.code || err == nil && test.code != "" || field != test.field {
			t.Errorf("%s on %s, %q: got %v at %q, want %q at %q", test.milestone, test.on, test.part, err, field, test.code, test.field)
		}
		if err == nil && x.Milestone != strings.ToLower(strings.TrimSpace(test.milestone)) {
			t.Errorf("it is called %q", x.Milestone)
		}
	}
}

func TestWhoAcceptsByTheWordsOfTheContract(t *testing.T) {
	people := []fees.Person{{"a1", "Mara Lindt", access.ClientExecutive}, {"a2", "Finn Finance", access.ClientFinance}}
	for by, want := range map[string]string{
		"":                                 "a1 a2",
		"Mara Lindt, CFO":                  "a1",
		"mara  LINDT":                      "a1",
		"client finance":                   "a2",
		"the client-finance role":          "a2",
		"Mara Lindt or client finance":     "a1 a2",
		"the VP of Sales":                  "a1 a2",
		"Tamara Lindtner":                  "a1 a2",
		"client executive (Finn Financer)": "a1",
	} {
		var got []string
		for _, p := range fees.Acceptors(by, people) {
			got = append(got, p.Account)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q names %q, want %q", by, got, want)
		}
	}
}

// A result without a key is not billed while the contract holds it, so it is worth nothing yet and says why.
func TestAResultWithoutAKeyIsWorthNothingWhileItIsHeld(t *testing.T) {
	a := agreedUnder(t, strings.Replace(waitingText, "duplicate: {by: none}", "duplicate: {by: dedupe-key, within: 30 days, since: first, without_key: hold}", 1))
	e := crm.Evidence{}
	e.Leads = []crm.Lead{{ID: "L1", DeliveredAt: noon(a, "2026-03-02")}, {ID: "L2", Key: "k2", DeliveredAt: noon(a, "2026-03-02")}}
	e.Leads = append(e.Leads, crm.Lead{ID: "L3", DeliveredAt: noon(a, "2026-03-02"), AcceptedAt: noon(a, "2026-03-03")})
	at := noon(a, "2026-03-05")
	var got []string
	for _, w := range slices.Concat(fees.WaitingFor(a, fees.Facts{Evidence: e}, at), fees.Disputable(a, fees.Facts{Evidence: e}, at)) {
		if w.Kind == crm.KindLead {
			got = append(got, w.ID+" "+w.Worth.String()+" "+w.Held)
		}
	}
	const held = "It has no key to tell duplicates by, so the contract holds it: it is not billed until the key is known."
	if want := []string{"L1 0.00 " + held, "L2 85.00 ", "L3 0.00 " + held}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
