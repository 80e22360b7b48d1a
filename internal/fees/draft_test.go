package fees

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

const sample = `contract: sample
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
CLAUSES
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

const shareClause = `  - revenue_share: share
    rate: 3 %
    base: {revenue: closed, refunds: deducted, of: all-customers}
    attribution:
      model: w-shaped
      lookback: none
      anchor: deal-won
      contacts: associated
      credits: {all_channels_except: [sales call]}
    eligible: {created_from: 2026-01-01, carve_out: before}
    per_deal: {floor: none, cap: none}
    period:
      floor: none
      cap: none
    tail: none
    clawback: unlimited
    other_currency: hold
`

func agreementOf(t *testing.T, clauses string, edits ...string) contract.Agreement {
	t.Helper()
	text := strings.Replace(sample, "CLAUSES\n", clauses, 1)
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the sample has no %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	terms, err := contract.Parse([]byte(text))
	if err != nil {
		t.Fatalf("sample contract: %v\n%s", err, text)
	}
	a, err := contract.NewAgreement(terms)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func usd(text string) money.Amount {
	a, err := money.Parse(text, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

func month(text string) cal.Period {
	m, err := cal.ParseMonth(text)
	if err != nil {
		panic(err)
	}
	return m.Period()
}

var asOf = cal.MustDate("2027-01-31")

func TestRetainerProrationByEachConvention(t *testing.T) {
	for convention, want := range map[string]string{
		"actual-days": "5142.86", "30-day-month": "4800.00", "30/360": "5600.00", "annual-365": "4734.25", "none": "12000.00",
	} {
		clause := "  - retainer: team\n    fee: 12,000.00 per month\n    anchor: 1\n    billed: at-start\n    proration: " + convention + "\n"
		a := agreementOf(t, clause, "effective: 2026-01-01", "effective: 2026-02-17", "start: 2026-01-01", "start: 2026-02-17")
		s, _ := Draft(a, Facts{Period: month("2026-02")}, asOf)
		if len(s.Lines) != 1 || s.Total.String() != want {
			t.Errorf("%s: got %s in %d lines, want %s", convention, s.Total, len(s.Lines), want)
		}
		if s, _ := Draft(a, Facts{Period: month("2026-03")}, asOf); s.Total.String() != "12000.00" {
			t.Errorf("%s: a whole month owes the whole fee, got %s", convention, s.Total)
		}
	}
}

// deal won on a day, created in January, with one touch by a channel that earns.
func deal(id, amount, won string) (crm.Deal, crm.DealContact, crm.Touch) {
	on := cal.MustDate(won)
	return crm.Deal{ID: id, Name: id, Amount: usd(amount), AmountKnown: true, CreatedAt: cal.MustDate("2026-01-02").Start(newYork), ClosedOn: on, Won: true, Closed: true, OutcomeKnown: true},
		crm.DealContact{DealID: id, ContactID: "c-" + id},
		crm.Touch{ID: "t-" + id, ContactID: "c-" + id, At: cal.MustDate("2026-01-01").Start(newYork), Channel: "webinar"}
}

var newYork, _ = cal.Zone("America/New_York")

func evidence(deals ...[3]string) crm.Evidence {
	var e crm.Evidence
	for _, d := range deals {
		deal, link, touch := deal(d[0], d[1], d[2])
		e.Deals = append(e.Deals, deal)
		e.DealContacts = append(e.DealContacts, link)
		e.Touches = append(e.Touches, touch)
	}
	return e
}

func TestWorkedMonthAtThreePercent(t *testing.T) {
	e := evidence([3]string{"D1", "60000.00", "2026-03-05"}, [3]string{"D2", "40000.00", "2026-03-09"}, [3]string{"D4", "30000.00", "2026-03-30"})
	e.CarveOuts = []crm.CarveOut{{List: "before", DealID: "D2"}}
	e = withD3(e, "2026-03-20")
	s, issues := Draft(agreementOf(t, shareClause), Facts{Period: month("2026-03"), Evidence: e}, asOf)
	if s.Total.String() != "4800.00" {
		t.Fatalf("got %s, want 4800.00: %v %v", s.Total, s.Lines, issues)
	}
	if len(s.Considered) != 1 || s.Considered[0].Code != CarvedOut {
		t.Fatalf("D2 is carved out: %v", s.Considered)
	}
	for _, l := range s.Lines {
		quantity := usd(l.Quantity)
		if got := quantity.Mul(money.Percent(3), money.HalfUp); got != l.Amount || l.Rate != "0.03" {
			t.Errorf("line %d: %s x %s is not %s", l.No, l.Quantity, l.Rate, l.Amount)
		}
	}
}

// withD3 adds the deal of 100,000 whose path is paid social (-200 days, first), webinar (-120, lead), email (-90), sales call (-60, deal).
func withD3(e crm.Evidence, won string) crm.Evidence {
	on := cal.MustDate(won)
	at := func(days int) crm.Touch {
		return crm.Touch{ID: "t3", ContactID: "c3", At: on.AddDays(-days).Start(newYork)}
	}
	for i, step := range []struct {
		days    int
		channel string
	}{{200, "paid social"}, {120, "webinar"}, {90, "email"}, {60, "sales call"}} {
		touch := at(step.days)
		touch.ID, touch.Channel = touch.ID+string(rune('a'+i)), step.channel
		e.Touches = append(e.Touches, touch)
	}
	e.Contacts = append(e.Contacts, crm.Contact{ID: "c3", CreatedAt: on.AddDays(-120).Start(newYork)})
	e.DealContacts = append(e.DealContacts, crm.DealContact{DealID: "D3", ContactID: "c3"})
	e.Deals = append(e.Deals, crm.Deal{ID: "D3", Name: "D3", Amount: usd("100000.00"), AmountKnown: true, CreatedAt: on.AddDays(-60).Start(newYork), ClosedOn: on, Won: true, Closed: true, OutcomeKnown: true})
	return e
}

func TestLookbackTruncation(t *testing.T) {
	e := withD3(crm.Evidence{}, "2026-08-20")
	for edge, want := range map[string]string{"drop": "1200.00", "renormalise": "1714.29", "re-path": "2100.00"} {
		a := agreementOf(t, shareClause, "lookback: none", "lookback: 180 days\n      edge: "+edge)
		s, _ := Draft(a, Facts{Period: month("2026-08"), Evidence: e}, asOf)
		if s.Total.String() != want {
			t.Errorf("%s: got %s, want %s", edge, s.Total, want)
		}
	}
}

func TestAnnualCapIsCumulative(t *testing.T) {
	capped := agreementOf(t, shareClause, "      cap: none\n    tail", "      cap: 10,000.00 per contract-year\n    tail")
	e := evidence([3]string{"A", "200000.00", "2026-02-10"}, [3]string{"B", "150000.00", "2026-03-10"})
	check := func(m, want string) {
		t.Helper()
		s, _ := Draft(capped, Facts{Period: month(m), Evidence: e}, asOf)
		if s.Total.String() != want {
			t.Errorf("%s: got %s, want %s", m, s.Total, want)
		}
	}
	check("2026-02", "6000.00")
	check("2026-03", "4000.00")
	e.Payments = []crm.Payment{{ID: "R1", DealID: "A", PaidOn: cal.MustDate("2026-04-02"), Amount: usd("-60000.00"), Kind: crm.Refund}}
	check("2026-04", "-1300.00")
	e.Payments[0].Amount = usd("-10000.00")
	check("2026-04", "0.00")
}

func TestCapHoldsAgainstWhatWasLocked(t *testing.T) {
	capped := agreementOf(t, shareClause, "      cap: none\n    tail", "      cap: 10,000.00 per contract-year\n    tail")
	e := evidence([3]string{"A", "200000.00", "2026-02-10"}, [3]string{"B", "150000.00", "2026-03-10"})
	first, _ := Draft(capped, Facts{Period: month("2026-02"), Evidence: e}, asOf)
	settled := []SettledStatement{Settle("s1", first, nil)}
	e.Deals[0].ClosedOn = cal.MustDate("2026-03-01") // moved after the lock: must not be charged twice
	s, _ := Draft(capped, Facts{Period: month("2026-03"), Evidence: e, Settled: settled}, asOf)
	if s.Total.String() != "4000.00" || len(s.Considered) != 1 || s.Considered[0].Code != ChargedBefore {
		t.Fatalf("got %s, %v", s.Total, s.Considered)
	}
}

// settle drafts a month and takes it for locked; conceded names the deals whose lines the agency gave up.
func settle(t *testing.T, a contract.Agreement, m string, e crm.Evidence, conceded ...string) SettledStatement {
	t.Helper()
	s, _ := Draft(a, Facts{Period: month(m), Evidence: e}, asOf)
	lines := make([]LineLife, len(s.Lines))
	for i, l := range s.Lines {
		for _, deal := range conceded {
			if l.Deal == deal {
				lines[i].State = LineConceded
			}
		}
	}
	return Settle("locked "+m, s, lines)
}

func refund(id, deal, on, amount string) crm.Payment {
	return crm.Payment{ID: id, DealID: deal, PaidOn: cal.MustDate(on), Amount: usd("-" + amount), Kind: crm.Refund}
}

func totalOf(a contract.Agreement, m string, e crm.Evidence, settled ...SettledStatement) string {
	s, _ := Draft(a, Facts{Period: month(m), Evidence: e, Settled: settled}, asOf)
	return s.Total.String()
}

func TestConcededLineWasNotCharged(t *testing.T) {
	capped := agreementOf(t, shareClause, "      cap: none\n    tail", "      cap: 1,000.00 per contract-year\n    tail")
	e := evidence([3]string{"A", "20000.00", "2026-02-10"}, [3]string{"B", "30000.00", "2026-03-10"})
	locked := settle(t, capped, "2026-02", e, "A")
	if got := totalOf(capped, "2026-03", e, locked); got != "900.00" {
		t.Errorf("what was conceded counts for no cap: %s", got)
	}
	e.Payments = []crm.Payment{refund("R", "A", "2026-03-20", "20000.00")}
	if got := totalOf(capped, "2026-03", e, locked); got != "900.00" {
		t.Errorf("a refund of what was conceded takes nothing back: %s", got)
	}
	e.Deals[0].ClosedOn = cal.MustDate("2026-03-02")
	if got := totalOf(capped, "2026-03", e, locked); got != "900.00" {
		t.Errorf("what was conceded is not charged again: %s", got)
	}
}

func TestRefundOfWhatWasNeverChargedTakesNothingBack(t *testing.T) {
	a := agreementOf(t, shareClause)
	e := evidence([3]string{"L", "10000.00", "2026-03-05"})
	e.Payments = []crm.Payment{refund("R", "L", "2026-04-05", "10000.00")}
	empty := SettledStatement{ID: "s", Period: month("2026-03")}
	if got := totalOf(a, "2026-04", e, empty); got != "0.00" {
		t.Errorf("got %s", got)
	}
	if got := totalOf(a, "2026-04", e, settle(t, a, "2026-03", e)); got != "-300.00" {
		t.Errorf("what was charged is taken back: %s", got)
	}
	e.Payments[0].Amount = usd("-15000.00")
	if got := totalOf(a, "2026-04", e, settle(t, a, "2026-03", e)); got != "-300.00" {
		t.Errorf("never more than was charged: %s", got)
	}
}

func TestRefundTakesBackTheShareThatWasCharged(t *testing.T) {
	a := agreementOf(t, shareClause, "model: w-shaped", "model: linear")
	e := evidence([3]string{"A", "10000.00", "2026-03-05"})
	locked := settle(t, a, "2026-03", e)
	late := e.Touches[0]
	late.ID, late.Channel = "late", "sales call" // a later import knows of a touch that does not earn
	e.Touches = append(e.Touches, late)
	e.Payments = []crm.Payment{refund("R", "A", "2026-04-05", "10000.00")}
	if got := totalOf(a, "2026-04", e, locked); got != "-300.00" {
		t.Errorf("got %s", got)
	}
}

func TestNoMoneyIsChargedByTwoRulesOrAtTwoDeals(t *testing.T) {
	closed := agreementOf(t, shareClause)
	collected := agreementOf(t, shareClause, "revenue: closed", "revenue: collected")
	e := evidence([3]string{"A", "1000.00", "2026-03-05"}, [3]string{"B", "1000.00", "2026-03-05"})
	e.Payments = []crm.Payment{{ID: "p", DealID: "A", PaidOn: cal.MustDate("2026-04-05"), Amount: usd("1000.00"), Kind: crm.Paid}}
	if got := totalOf(collected, "2026-04", e, settle(t, closed, "2026-03", e)); got != "-30.00" {
		t.Errorf("both were charged when closed; by payments only one is owed: %s", got)
	}
	paid := settle(t, collected, "2026-04", e)
	e.Deals[0].ClosedOn, e.Deals[1].ClosedOn = cal.MustDate("2026-05-02"), cal.MustDate("2026-06-02")
	if got := totalOf(closed, "2026-05", e, paid); got != "0.00" {
		t.Errorf("charged when paid, not again when closed: %s", got)
	}
	e.Payments[0].DealID, e.Payments[0].PaidOn = "B", cal.MustDate("2026-06-20")
	if got := totalOf(collected, "2026-06", e, paid); got != "0.00" {
		t.Errorf("a payment moved to another deal is not charged again: %s", got)
	}
}

func TestAmendmentInsideAChargedFeePeriodIsCorrected(t *testing.T) {
	clause := "  - retainer: team\n    fee: 36,000.00 per quarter\n    anchor: 1\n    billed: at-start\n    proration: actual-days\n"
	first := agreementOf(t, clause)
	january := settle(t, first, "2026-01", crm.Evidence{})
	amended := strings.Replace(strings.Replace(strings.Replace(first.First().Source, "version: 1", "version: 2", 1), "effective: 2026-01-01", "effective: 2026-02-15", 1), "36,000.00", "45,000.00", 1)
	second, err := contract.Parse([]byte(amended))
	if err != nil {
		t.Fatal(err)
	}
	both, err := contract.NewAgreement(first.First(), second)
	if err != nil {
		t.Fatal(err)
	}
	if got := totalOf(both, "2026-02", crm.Evidence{}, january); got != "4500.00" { // 18,000 + 22,500 owed, 36,000 charged
		t.Errorf("got %s", got)
	}
	february := settle(t, both, "2026-02", crm.Evidence{})
	february.Lines[0].Minor = 450000
	if got := totalOf(both, "2026-03", crm.Evidence{}, january, february); got != "0.00" {
		t.Errorf("corrected once: %s", got)
	}
}

func TestWhatTheAgencyGaveUpStaysGivenUp(t *testing.T) {
	fee := agreementOf(t, "  - retainer: team\n    fee: 12,000.00 per month\n    anchor: 1\n    billed: at-start\n    proration: actual-days\n")
	s, _ := Draft(fee, Facts{Period: month("2026-03")}, asOf)
	conceded := Settle("march", s, []LineLife{{State: LineConceded}})
	if got := totalOf(fee, "2026-04", crm.Evidence{}, conceded); got != "12000.00" {
		t.Errorf("April owes April, and not what was conceded of March: %s", got)
	}
	waived := Settle("march", s, nil)
	waived.Lines[0].Waived = waived.Lines[0].Minor
	if got := totalOf(fee, "2026-04", crm.Evidence{}, waived); got != "12000.00" {
		t.Errorf("nor what was waived after the lock: %s", got)
	}
}

func TestARefundTakesBackOnlyWhatWasPaid(t *testing.T) {
	a := agreementOf(t, shareClause)
	e := evidence([3]string{"A", "10000.00", "2026-03-05"})
	for waived, want := range map[int64]string{0: "-300.00", 10000: "-200.00", 30000: "0.00"} {
		march := settle(t, a, "2026-03", e)
		march.Lines[0].Waived = waived
		e.Payments = []crm.Payment{refund("R", "A", "2026-04-05", "10000.00")}
		if got := totalOf(a, "2026-04", e, march); got != want {
			t.Errorf("300.00 charged, %d waived, all refunded: %s, want %s", waived, got, want)
		}
		e.Payments = nil
		if got := totalOf(a, "2026-04", e, march); got != "0.00" {
			t.Errorf("what was waived does not come back: %s", got)
		}
	}
}

func TestMissingCarveOutListIsTold(t *testing.T) {
	_, issues := Draft(agreementOf(t, shareClause), Facts{Period: month("2026-03"), Evidence: evidence([3]string{"A", "1.00", "2026-03-05"})}, asOf)
	if len(issues) == 0 || issues[len(issues)-1].Code != "carve-out-missing" {
		t.Errorf("got %v", issues)
	}
}

func TestRefundTakesBackOnlyWhatAnEarlierCapLetThrough(t *testing.T) {
	a := agreementOf(t, shareClause, "      cap: none\n    tail", "      cap: 1,000.00 per month\n    tail")
	e := evidence([3]string{"A", "100000.00", "2026-03-05"})
	if got := totalOf(a, "2026-03", e); got != "1000.00" {
		t.Fatalf("March %s", got)
	}
	locked := settle(t, a, "2026-03", e)
	e.Payments = []crm.Payment{refund("R1", "A", "2026-04-05", "50000.00")}
	if got := totalOf(a, "2026-04", e, locked); got != "0.00" {
		t.Errorf("half is refunded, the rest still reaches the cap: %s", got)
	}
	e.Payments[0].Amount = usd("-100000.00")
	for _, settled := range [][]SettledStatement{nil, {locked}} {
		if got := totalOf(a, "2026-04", e, settled...); got != "-1000.00" {
			t.Errorf("all is refunded, what was paid goes back: %s", got)
		}
	}
	e.Payments = []crm.Payment{refund("R1", "A", "2026-04-05", "50000.00"), refund("R2", "A", "2026-05-05", "50000.00")}
	april := settle(t, a, "2026-04", e)
	if got := totalOf(a, "2026-05", e, locked, april); got != "-1000.00" {
		t.Errorf("the second half takes back what was paid: %s", got)
	}
}
