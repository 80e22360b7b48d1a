package feestest

import (
	"fmt"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Hostile is the name of a deal that means something to a spreadsheet and to HTML.
const Hostile = `=HYPERLINK("http://x","<script>alert(1)</script>")`

// Zoned is the start of a day in the time zone of the contract.
func Zoned(day string) time.Time {
	zone, err := cal.Zone("America/New_York")
	if err != nil {
		panic(err)
	}
	return cal.MustDate(day).Start(zone)
}

// Won is a deal with one touch that earns.
func Won(id, amount, on string) crm.Snapshot {
	s := deal(id, "Deal "+id, amount, "2026-01-02", on)
	s.Touches = []crm.Touch{{ID: "t-" + id, ContactID: "c-" + id, At: Zoned("2026-01-01").UTC(), Channel: "webinar"}}
	return s
}

// WonAfter is a deal with a journey of touches, named "channel" or "channel/campaign", some days apart before it was won. Of an amount of 0.00
// the CRM knows nothing.
func WonAfter(id, name, amount, on string, touches ...string) crm.Snapshot {
	s := deal(id, name, amount, "2026-01-05", on)
	s.Deals[0].AmountKnown = amount != "0.00"
	first := Zoned(on).AddDate(0, 0, -3*len(touches)).Add(10 * time.Hour)
	for i, t := range touches {
		channel, campaign, _ := strings.Cut(t, "/")
		s.Touches = append(s.Touches, crm.Touch{ID: fmt.Sprintf("t-%s-%d", id, i), ContactID: "c-" + id, At: first.AddDate(0, 0, 3*i).UTC(), Channel: channel, Campaign: campaign})
	}
	return s
}

func deal(id, name, amount, created, on string) crm.Snapshot {
	a, err := money.Parse(amount, "USD")
	if err != nil {
		panic(err)
	}
	return crm.Snapshot{
		Deals: []crm.Deal{{ID: id, Name: name, Amount: a, AmountKnown: true, CreatedAt: Zoned(created).UTC(),
			ClosedOn: cal.MustDate(on), Won: true, Closed: true, OutcomeKnown: true}},
		Contacts:     []crm.Contact{{ID: "c-" + id, Name: "Cora Contact", Email: "cora@buyer.example"}},
		DealContacts: []crm.DealContact{{DealID: id, ContactID: "c-" + id}},
	}
}

// Imported adds an import of these deals.
func (k *Bench) Imported(deals ...crm.Snapshot) {
	var all crm.Snapshot
	for _, s := range deals {
		all.Deals = append(all.Deals, s.Deals...)
		all.Contacts = append(all.Contacts, s.Contacts...)
		all.DealContacts = append(all.DealContacts, s.DealContacts...)
		all.Touches = append(all.Touches, s.Touches...)
		all.Payments = append(all.Payments, s.Payments...)
		all.Spend = append(all.Spend, s.Spend...)
	}
	k.Imports = append(k.Imports, all)
}

// January is a month with an ordinary deal, one over the cap of a deal, one without an amount, and one whose name is hostile.
func (k *Bench) January() {
	k.Imported(
		WonAfter("D-1", "Boreal Freight", "40000.00", "2026-01-20", "paid search/robot cells", "webinar/Palletising", "sales call", "event"),
		WonAfter("D-2", "Kestrel Foods", "90000.00", "2026-01-28", "webinar", "paid social/spring"),
		WonAfter("D-3", "Orchard Labs", "0.00", "2026-01-29", "webinar"),
		WonAfter("D-4", Hostile, "1000.00", "2026-01-30", "<b>channel</b>"),
		WonAfter("D-5", "Cold Call Co", "5000.00", "2026-01-30", "sales call"),
	)
	k.MoveTo("2026-02-03")
}
