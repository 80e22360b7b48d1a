package portfolio

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var terms = contract.Terms{
	Client: "Acme", Agency: "Northlight",
	Term:       contract.Term{Start: cal.MustDate("2026-01-15"), Length: cal.Span{N: 12, Unit: cal.Months}, Notice: contract.Notice{Period: cal.Span{N: 90, Unit: cal.Days}}},
	Statements: contract.StatementTerms{IssueWithin: cal.Span{N: 10, Unit: cal.WorkingDays}},
}

func TestWaits(t *testing.T) {
	today := cal.MustDate("2026-04-06")
	march := cal.Period{From: cal.MustDate("2026-03-01"), To: cal.MustDate("2026-04-01")}
	ready := Standing{Agreement: true, Terms: terms, Evidence: true, Imported: today, Locked: march.From}
	with := func(change func(*Standing)) Standing {
		s := ready
		change(&s)
		return s
	}
	tests := []struct {
		name string
		s    Standing
		want []string // side, what, by
	}{
		{"nothing yet", Standing{}, []string{"agency Write the contract and propose it "}},
		{"proposed", Standing{Proposal: &Proposal{1, cal.MustDate("2026-05-01"), contract.ClientSide}}, []string{"client Read version 1 of the contract and accept it 2026-05-01"}},
		{"month to draft", ready, []string{"agency Draft the statement of March 2026 2026-04-14"}},
		{"no evidence", with(func(s *Standing) { s.Imported = cal.Date{}; s.Locked = march.To }), []string{"agency Import the CRM: there is no evidence yet "}},
		{"fixed fees need no evidence", with(func(s *Standing) { s.Evidence, s.Imported, s.Locked = false, cal.Date{}, march.To }), nil},
		{"draft", with(func(s *Standing) { s.Latest = &Statement{Period: march, State: fees.Drafted} }), []string{"agency Submit the statement of March 2026 2026-04-14"}},
		{"review", with(func(s *Standing) {
			s.Latest = &Statement{Period: march, State: fees.Submitted, Open: 1, WindowEnds: cal.MustDate("2026-04-03")}
		}), []string{"client Review 1 line of the statement of March 2026 2026-04-03 late"}},
		{"dispute first", with(func(s *Standing) {
			s.Latest = &Statement{Period: march, State: fees.Submitted, Open: 3, Disputed: 2, Unanswered: 2}
		}), []string{"agency Answer 2 disputed lines of the statement of March 2026 "}},
		{"to lock", with(func(s *Standing) { s.Latest = &Statement{Period: march, State: fees.Submitted} }), []string{"client Lock the statement of March 2026 "}},
		{"held over the lock", with(func(s *Standing) {
			s.Locked = march.To
			s.Held = []Held{{ID: "stm_1", Period: march, Amount: money.New(250000, "USD")}}
		}), []string{"client Settle the dispute of March 2026: USD 2,500.00 is held "}},
		{"deliveries and a dispute", with(func(s *Standing) {
			s.Locked, s.Terms.Currency = march.To, "USD"
			s.Decisions = []Decision{
				{contract.ClientSide, crm.KindDelivery, money.New(800_000, "USD"), cal.MustDate("2026-04-14"), false},
				{contract.ClientSide, crm.KindDelivery, money.New(300_000, "USD"), cal.MustDate("2026-04-02"), true},
				{contract.ClientSide, crm.KindDelivery, money.Amount{}, cal.Date{}, false},
				{contract.AgencySide, crm.KindLead, money.New(8_500, "USD"), cal.Date{}, false},
			}
		}), []string{"client Accept or return 3 deliveries: USD 11,000.00 2026-04-02 late", "agency Answer 1 disputed result: USD 85.00 "}},
		{"held and not answered", with(func(s *Standing) {
			s.Locked = march.To
			s.Held = []Held{{ID: "stm_1", Period: march, Amount: money.New(250000, "USD"), Unanswered: 1}}
		}), []string{"agency Answer the dispute of March 2026: USD 2,500.00 is held "}},
		{"draft of a month that still runs", with(func(s *Standing) {
			s.Locked = march.To
			s.Latest = &Statement{Period: cal.Month{Year: 2026, Month: 4}.Period(), State: fees.Drafted}
		}), nil},
		{"month still runs", with(func(s *Standing) { s.Locked = march.To }), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, w := range Waits(test.s, today) {
				line := string(w.On) + " " + w.What + " " + w.By.String()
				if w.Late {
					line += " late"
				}
				got = append(got, line)
			}
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Given 2,500.00 still held of March and 1,000.00 of January, and 70.00 in another currency, each currency has one sum.
func TestWhatIsStillHeldIsSummedOverAllLockedStatements(t *testing.T) {
	month := func(m time.Month) cal.Period { return cal.Month{Year: 2026, Month: m}.Period() }
	got := Standing{Held: []Held{
		{ID: "stm_3", Period: month(3), Amount: money.New(2_500_00, "USD")}, {ID: "stm_2", Period: month(2), Amount: money.New(70_00, "EUR")}, {ID: "stm_1", Period: month(1), Amount: money.New(1_000_00, "USD")},
	}}.StillHeld()
	if len(got) != 2 || got[0].Amount != money.New(3_500_00, "USD") || got[0].Statements != 2 || got[1].Amount != money.New(70_00, "EUR") || got[1].Statements != 1 || got[1].ID != "stm_2" {
		t.Errorf("%+v", got)
	}
	if (Standing{}).StillHeld() != nil {
		t.Error("nothing holds something")
	}
}

func TestPromiseEndsAsTheTermSays(t *testing.T) {
	got := Promise(terms, "If nobody acts, it lapses: its last day is 14 Jan 2027.")
	if want := "Northlight works for Acme. If nobody acts, it lapses: its last day is 14 Jan 2027."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
