package fees

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

const leadsClause = `  - per_result: leads
    price: 85.00 per lead
    acceptance: {within: 5 working days, after_window: accepted}
    duplicate: {by: dedupe-key, within: 30 days, since: first, without_key: eligible}
    disputes: {within: 30 days, reasons: [any], fee_if_denied: 10.00}
    cap: none
`

func nyTime(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("01-02 15:04", text, newYork)
	if err != nil {
		t.Fatal(err)
	}
	return at.AddDate(2026, 0, 0)
}

// Each row is a lead delivered on Monday 2 March 2026 at 10:00, what happened to it, and what it is at the end of March and of April.
func TestLeadStates(t *testing.T) {
	a := agreementOf(t, leadsClause)
	c := a.First().Clauses[0].(contract.PerResult)
	for _, tc := range []struct {
		name                                   string
		rejected, accepted, disputed, ruled    string
		ruling                                 crm.LeadRuling
		duplicate                              bool
		atEndOfMarch, atEndOfApril, billedFrom string
	}{
		{name: "silence", atEndOfMarch: "deemed accepted 10 Mar", atEndOfApril: "deemed accepted 10 Mar", billedFrom: "10 Mar"},
		{name: "accepted", accepted: "03-03 09:00", atEndOfMarch: "accepted 3 Mar", atEndOfApril: "accepted 3 Mar", billedFrom: "3 Mar"},
		{name: "accepted after silence did", accepted: "03-12 09:00", atEndOfMarch: "deemed accepted 10 Mar", atEndOfApril: "deemed accepted 10 Mar", billedFrom: "10 Mar"},
		{name: "rejected", rejected: "03-03 09:00", atEndOfMarch: "rejected 3 Mar", atEndOfApril: "rejected 3 Mar"},
		{name: "rejected, then disputed", rejected: "03-03 09:00", disputed: "03-04 09:00", atEndOfMarch: "rejected 3 Mar", atEndOfApril: "rejected 3 Mar"},
		{name: "rejected too late", rejected: "03-10 00:00", atEndOfMarch: "deemed accepted 10 Mar", atEndOfApril: "deemed accepted 10 Mar", billedFrom: "10 Mar"},
		{name: "duplicate", duplicate: true, accepted: "03-03 09:00", atEndOfMarch: "duplicate 2 Mar", atEndOfApril: "duplicate 2 Mar"},
		{name: "disputed", disputed: "03-03 09:00", atEndOfMarch: "disputed 3 Mar", atEndOfApril: "disputed 3 Mar"},
		{name: "disputed and upheld", disputed: "03-03 09:00", ruling: crm.RulingUpheld, ruled: "04-01 00:00", atEndOfMarch: "disputed 3 Mar", atEndOfApril: "found invalid 1 Apr"},
		{name: "disputed and denied", disputed: "03-03 09:00", ruling: crm.RulingDenied, ruled: "04-07 09:00", atEndOfMarch: "disputed 3 Mar", atEndOfApril: "accepted by the ruling 7 Apr", billedFrom: "7 Apr"},
		{name: "disputed and accepted after all", disputed: "03-03 09:00", accepted: "03-20 09:00", atEndOfMarch: "accepted 20 Mar", atEndOfApril: "accepted 20 Mar", billedFrom: "20 Mar"},
		{name: "disputed in the month that bills it", accepted: "03-03 09:00", disputed: "03-31 23:59", ruling: crm.RulingDenied, ruled: "04-07 09:00",
			atEndOfMarch: "disputed 31 Mar", atEndOfApril: "accepted by the ruling 7 Apr", billedFrom: "7 Apr"},
		{name: "disputed after the month that bills it", accepted: "03-03 09:00", disputed: "04-01 00:00", ruling: crm.RulingDenied, ruled: "04-07 09:00",
			atEndOfMarch: "accepted 3 Mar", atEndOfApril: "accepted by the ruling 7 Apr", billedFrom: "3 Mar"},
		{name: "disputed too late", accepted: "03-03 09:00", disputed: "04-02 00:00", ruling: crm.RulingUpheld, ruled: "04-07 09:00",
			atEndOfMarch: "accepted 3 Mar", atEndOfApril: "accepted 3 Mar", billedFrom: "3 Mar"},
	} {
		l := crm.Lead{ID: "L", DeliveredAt: nyTime(t, "03-02 10:00"), RejectedAt: nyTime(t, tc.rejected), AcceptedAt: nyTime(t, tc.accepted),
			DisputedAt: nyTime(t, tc.disputed), Ruling: tc.ruling, RuledAt: nyTime(t, tc.ruled)}
		at := func(end string) leadLife { return lifeOf(l, c, a.First(), tc.duplicate, nyTime(t, end)) }
		said := func(life leadLife) string { return string(life.state) + life.since.In(newYork).Format(" 2 Jan") }
		march, april := at("04-01 00:00"), at("05-01 00:00")
		billed := ""
		if april.state.billed() {
			billed = april.billedAt.In(newYork).Format("2 Jan")
		}
		if said(march) != tc.atEndOfMarch || said(april) != tc.atEndOfApril || billed != tc.billedFrom {
			t.Errorf("%s: %s, then %s, billed from %q", tc.name, said(march), said(april), billed)
		}
	}
}

// The table never lets a lead out of an end, and everything that is billed was accepted by someone, by silence or by a ruling.
func TestLeadTableHasEnds(t *testing.T) {
	for _, end := range []leadState{leadDuplicate, leadRejected, leadLapsed, leadUpheld, leadDenied} {
		if len(leadTable[end]) != 0 {
			t.Errorf("%s is no end", end)
		}
	}
	for from, next := range leadTable {
		for event, to := range next {
			if to.billed() && event != leadAccept && event != leadDeem && event != leadDeny {
				t.Errorf("%s: %s makes it %s", from, event, to)
			}
		}
	}
}

func TestAnOpenMonthKnowsNothingOfTheDaysToCome(t *testing.T) {
	a := agreementOf(t, leadsClause)
	f := Facts{Period: month("2026-03")}
	f.Evidence.Leads = []crm.Lead{{ID: "L1", DeliveredAt: nyTime(t, "03-02 10:00")}, {ID: "L2", DeliveredAt: nyTime(t, "03-12 10:00")}}
	for day, want := range map[string]string{"2026-03-09": "0.00", "2026-03-10": "0.00", "2026-03-11": "85.00", "2026-03-20": "85.00", "2026-03-21": "170.00"} {
		if s, _ := Draft(a, f, cal.MustDate(day)); s.Total.String() != want {
			t.Errorf("drafted on %s: %s, want %s", day, s.Total, want)
		}
	}
}

// A statement stays readable with a thousand leads: one line, short words beside it, each lead in the evidence.
func TestAThousandLeads(t *testing.T) {
	a := agreementOf(t, leadsClause)
	f := Facts{Period: month("2026-03")}
	for i := range 1000 {
		l := crm.Lead{ID: fmt.Sprintf("L%04d", i), DeliveredAt: nyTime(t, "03-02 10:00").Add(time.Duration(i) * time.Minute), AcceptedAt: nyTime(t, "03-05 10:00")}
		switch i % 10 {
		case 0:
			l.AcceptedAt, l.RejectedAt = time.Time{}, nyTime(t, "03-04 10:00")
		case 1:
			l.DisputedAt = nyTime(t, "03-06 10:00")
		}
		f.Evidence.Leads = append(f.Evidence.Leads, l)
	}
	s, issues := Draft(a, f, asOf)
	if len(s.Lines) != 1 || s.Total.String() != "68000.00" || len(s.Lines[0].Basis.Evidence) != 800 || len(s.Lines[0].Events) != 800 {
		t.Fatalf("%d lines, %s", len(s.Lines), s.Total)
	}
	want := "Not billed in March 2026: 100 rejected (L0000, L0010, L0020, L0030, L0040, L0050, L0060, L0070 and 92 more); " +
		"100 disputed (L0001, L0011, L0021, L0031, L0041, L0051, L0061, L0071 and 92 more)."
	if len(issues) != 1 || issues[0].Text != want {
		t.Errorf("%+v", issues)
	}
}

func TestWhyLeadsAreCharged(t *testing.T) {
	a := agreementOf(t, leadsClause)
	f := Facts{Period: month("2026-04")}
	f.Evidence.Leads = []crm.Lead{
		{ID: "L1", DeliveredAt: nyTime(t, "03-30 10:00")},
		{ID: "L2", DeliveredAt: nyTime(t, "03-04 10:00"), AcceptedAt: nyTime(t, "03-06 10:00")},
		{ID: "L3", DeliveredAt: nyTime(t, "03-06 10:00"), AcceptedAt: nyTime(t, "03-09 10:00"), DisputedAt: nyTime(t, "04-02 10:00"), Reason: "wrong number", Ruling: crm.RulingUpheld, RuledAt: nyTime(t, "04-09 10:00")},
		{ID: "L4", DeliveredAt: nyTime(t, "03-06 10:00"), DisputedAt: nyTime(t, "03-09 10:00"), Reason: "no budget", Ruling: crm.RulingDenied, RuledAt: nyTime(t, "04-09 10:00")},
	}
	f.Settled = []SettledStatement{{ID: "stm_3", Period: month("2026-03"), Lines: []SettledLine{{Clause: "leads", Kind: KindResult, Events: []string{"L3"}, Minor: 8500}}}}
	s, _ := Draft(a, f, asOf)
	var got []string
	for _, l := range s.Lines {
		got = append(got, fmt.Sprintf("%s | %s %s x %s | %s", l.Text, l.Quantity, l.Unit, l.RateText, l.Basis.Formula))
		for _, in := range l.Basis.Inputs {
			got = append(got, "  "+in.Name+": "+in.Value)
		}
		for _, e := range l.Basis.Evidence {
			got = append(got, fmt.Sprintf("  %s %s: %s", e.Kind, e.ID, e.Words))
		}
		for _, n := range l.Basis.Notes {
			got = append(got, "  "+n)
		}
	}
	want := `Leads accepted, April 2026 | 3 leads x 85.00 | 3 x 85.00 = 255.00
  price: 85.00 per lead
  accepted by the client: 1
  accepted by silence after 5 working days: 1
  disputed, and the dispute was denied: 1
  billed together: 3
  lead L2: delivered 4 Mar 2026, accepted 6 Mar 2026, known late
  lead L1: delivered 30 Mar 2026, deemed accepted 7 Apr 2026
  lead L4: delivered 6 Mar 2026, accepted by the ruling 9 Apr 2026
  Of these, 1 lead became billable in a month whose statement was locked before it was known.
Credit: lead found invalid after billing | -1 lead x 85.00 | -1 x 85.00 = -85.00
  price that was billed: 85.00
  found invalid since: 1
  lead L3: delivered 6 Mar 2026, found invalid 9 Apr 2026: wrong number
  statement stm_3: March 2026
  The locked statement that billed them does not change: the credit stands here, once.
Fee for denied dispute | 1 denied dispute x 10.00 | 1 x 10.00 = 10.00
  fee: 10.00 per denied dispute
  denied: 1
  lead L4: disputed 9 Mar 2026 for no budget, denied 9 Apr 2026`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s", text)
	}
}
