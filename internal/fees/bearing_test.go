package fees_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// known is a deal of a company with a touch, two payments and another deal beside it.
func known() crm.Evidence {
	amount := money.New(6_000_000, "USD")
	at := time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC)
	return crm.Evidence{Snapshot: crm.Snapshot{
		Companies:    []crm.Company{{ID: "c", Name: "Kestrel Foods"}},
		Contacts:     []crm.Contact{{ID: "p", CompanyID: "c"}, {ID: "q", CompanyID: "c"}},
		Deals:        []crm.Deal{{ID: "D", CompanyID: "c", Amount: amount, AmountKnown: true, Stage: "won"}, {ID: "E", CompanyID: "c", Amount: amount, AmountKnown: true}},
		DealContacts: []crm.DealContact{{DealID: "D", ContactID: "p"}},
		Touches:      []crm.Touch{{ID: "t", ContactID: "p", At: at, Channel: "web"}, {ID: "u", ContactID: "q", At: at, Channel: "web"}},
		Payments: []crm.Payment{{ID: "y9", DealID: "D", PaidOn: cal.MustDate("2026-09-10"), Amount: amount, Kind: crm.Paid},
			{ID: "y10", DealID: "D", PaidOn: cal.MustDate("2026-10-02"), Amount: amount, Kind: crm.Paid}},
	}}
}

// A correction tells what it rests on, and nothing that decides no amount of it.
func TestWhatACorrectionRestsOn(t *testing.T) {
	credited := fees.Line{Deal: "D", Basis: fees.Basis{Touches: []fees.Credited{{Touch: "t", Contact: "p"}, {Touch: "u", Contact: "q", Ignored: "after the deal was won"}}}}
	september := cal.MonthOf(cal.MustDate("2026-09-01"))
	for _, c := range []struct {
		name   string
		change func(*crm.Evidence)
		want   []string
	}{
		{"a touch that is credited, and one that is ignored", func(e *crm.Evidence) { e.Touches[0].Channel, e.Touches[1].Channel = "direct", "direct" }, []string{"the touch t's channel was web and is direct."}},
		{"what no amount rests on", func(e *crm.Evidence) { e.Touches[0].Content, e.Deals[0].Stage = "banner", "closed won" }, nil},
		{"the company of a contact", func(e *crm.Evidence) { e.Contacts[0].CompanyID, e.Contacts[1].CompanyID = "k", "k" }, []string{"the contact p's company id was c and is k."}},
		{"an association that is gone", func(e *crm.Evidence) { e.DealContacts = nil }, []string{"the association of contact p is no longer there."}},
		{"payments of the month and of a later one", func(e *crm.Evidence) {
			e.Payments[0].Amount, e.Payments[1].Amount = money.New(100, "USD"), money.New(100, "USD")
		}, []string{"the payment y9's amount was 60,000.00 USD and is 1.00 USD."}},
		{"a payment that moves to a later month", func(e *crm.Evidence) { e.Payments[0].PaidOn = cal.MustDate("2026-10-10") }, []string{"the payment y9's paid on was 10 Sep 2026 and is 10 Oct 2026."}},
		{"the deal beside it, only where nothing else tells", func(e *crm.Evidence) { e.Deals[1].Deleted = true }, []string{"the deal E was deleted."}},
		{"the deal beside it", func(e *crm.Evidence) { e.Deals[1].Deleted, e.Touches[0].Channel = true, "direct" }, []string{"the touch t's channel was web and is direct."}},
		{"a deal that is gone, and not its touches", func(e *crm.Evidence) { e.Deals[0].Deleted, e.Touches[0].Channel = true, "direct" }, []string{"the deal was deleted."}},
		{"a carve-out of another company, and one by name", func(e *crm.Evidence) {
			e.CarveOuts = []crm.CarveOut{{List: "named", Company: "Orchard Labs"}, {List: "named", Company: " kestrel foods"}}
		}, []string{"came in"}},
	} {
		before, after := known(), known()
		c.change(&after)
		changed := fees.ChangedSince(before, after, before, after).Under("D", september, []fees.Line{credited}, nil)
		var got []string
		for _, f := range fees.Told(changed, "D", september, time.UTC) {
			got = append(got, strings.TrimPrefix(f.Words(), "Since then: "))
		}
		same := len(got) == len(c.want) && slices.EqualFunc(got, c.want, strings.Contains)
		if !same {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
