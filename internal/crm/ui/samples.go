package ui

import (
	"net/http"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"time"
)

func sampleLinks(r *http.Request) []kit.Link {
	var out []kit.Link
	for _, k := range crm.Kinds() {
		out = append(out, kit.Link{Text: crm.FileName(k), Href: base(r) + "/samples/" + crm.FileName(k)})
	}
	return out
}

// sample is a plain file with a few rows, to learn its columns from and to import for a try.
func (p *Pages) sample(w http.ResponseWriter, r *http.Request) error {
	k, ok := crm.KindOfFile(r.PathValue("file"))
	if !ok {
		return fault.New(fault.NotFound, "sample", "There is no such sample file.")
	}
	s := sampleSnapshot()
	var records []crm.Record
	for _, rec := range s.Records() {
		if rec.Kind == k {
			records = append(records, rec)
		}
	}
	web.Attach(w, crm.FileName(k), "text/csv; charset=utf-8")
	return crm.WriteCSV(k, records, w)
}

func sampleSnapshot() *crm.Snapshot {
	at := func(y int, m time.Month, d, hour int) time.Time { return time.Date(y, m, d, hour, 0, 0, 0, time.UTC) }
	day := func(y int, m time.Month, d int) cal.Date { return cal.DateOf(at(y, m, d, 0), time.UTC) }
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	return &crm.Snapshot{
		Companies: []crm.Company{{ID: "c-1", Name: "Boreal Freight", Domain: "boreal.example", CreatedAt: at(2025, 11, 3, 9)},
			{ID: "c-2", Name: "Kestrel Foods", Domain: "kestrel.example", CreatedAt: at(2025, 12, 1, 9)}},
		Contacts: []crm.Contact{{ID: "p-1", CompanyID: "c-1", Email: "ann@boreal.example", Name: "Ann Howe", CreatedAt: at(2025, 11, 18, 8)},
			{ID: "p-2", CompanyID: "c-2", Email: "cy@kestrel.example", Name: "Cy Marsh", CreatedAt: at(2025, 12, 1, 9)}},
		Deals: []crm.Deal{
			{ID: "d-1", Name: "Boreal line 2", CompanyID: "c-1", Amount: usd(1_200_000), AmountKnown: true, CreatedAt: at(2026, 1, 20, 10), ClosedOn: day(2026, 3, 14),
				Stage: "closed-won", OutcomeKnown: true, Won: true, Closed: true, CustomerType: crm.CustomerNew, Source: "paid-search", Owner: "J. Meyer"},
			{ID: "d-2", Name: "Kestrel cell", CompanyID: "c-2", Amount: usd(440_000), AmountKnown: true, CreatedAt: at(2026, 2, 2, 10), ClosedOn: day(2026, 6, 30),
				Stage: "proposal", OutcomeKnown: true, Source: "webinar", Owner: "J. Meyer"}},
		DealContacts: []crm.DealContact{{DealID: "d-1", ContactID: "p-1", Role: "buyer"}, {DealID: "d-2", ContactID: "p-2", Role: "buyer"}},
		Touches: []crm.Touch{
			{ID: "t-1", ContactID: "p-1", At: at(2025, 11, 18, 8), Channel: "paid-search", Campaign: "robot cells", Provider: "agency", Milestone: crm.LeadCreated},
			{ID: "t-2", ContactID: "p-1", At: at(2025, 12, 9, 14), Channel: "webinar", Campaign: "palletising", Provider: "agency"},
			{ID: "t-3", ContactID: "p-1", At: at(2026, 1, 20, 9), Channel: "sales-call", Provider: "client", Milestone: crm.DealCreated},
			{ID: "t-4", ContactID: "p-2", At: at(2026, 1, 7, 16), Channel: "webinar", Campaign: "palletising", Provider: "agency"}},
		AccountLinks: []crm.AccountLink{{Domain: "boreal-robotics.example", CompanyID: "c-1", Reason: "their second domain"}},
		Different:    []crm.Different{crm.NewDifferent(crm.KindCompany, "c-1", "c-2", "two firms")},
		Payments:     []crm.Payment{{ID: "y-1", DealID: "d-1", PaidOn: day(2026, 3, 30), Amount: usd(1_200_000), Kind: crm.Paid}},
		CarveOuts:    []crm.CarveOut{{List: "house-accounts", Company: "Orchard Labs", Reason: "customer before the contract"}},
		TimeEntries: []crm.TimeEntry{{ID: "e-1", WorkedOn: day(2026, 3, 2), Person: "Designer 1", Role: "designer", Minutes: 90, Note: "landing page"},
			{ID: "e-2", WorkedOn: day(2026, 3, 3), Person: "Strategist 1", Role: "strategist", Minutes: 240}},
		MetricReadings: []crm.MetricReading{{Metric: "mql", From: day(2026, 1, 1), Through: day(2026, 3, 31), Value: "112"},
			{Metric: "pipeline_value", From: day(2026, 1, 1), Through: day(2026, 3, 31), Value: "860000"}},
		Leads: []crm.Lead{{ID: "l-1", DeliveredAt: at(2026, 3, 2, 14), Key: "ann@boreal.example", AcceptedAt: at(2026, 3, 4, 9)},
			{ID: "l-2", DeliveredAt: at(2026, 3, 3, 14), Key: "cy@kestrel.example", DisputedAt: at(2026, 3, 5, 9), Reason: "number not valid"}},
		Deliveries: []crm.Delivery{{ID: "h-1", Milestone: "crm-cleanup", DeliveredOn: day(2026, 2, 20), AcceptedOn: day(2026, 2, 26)}},
		Spend: []crm.Spend{{ID: "s-1", SpentOn: day(2026, 3, 31), Vendor: "Search ads", Campaign: "spring", Category: "media", Net: usd(850_000), NetKnown: true,
			Gross: usd(1_000_000), GrossKnown: true}},
		SLAMisses: []crm.SLAMiss{{ID: "m-1", MissedOn: day(2026, 3, 11), Target: "first-draft", Note: "two days late"}},
		Merges:    []crm.Merge{{MergedID: "p-9", Into: "p-1", At: at(2026, 2, 11, 10), By: "J. Meyer"}},
		Edits:     []crm.Edit{{ID: "h-1", Of: crm.KindDeal, RecordID: "d-1", Field: "amount", At: at(2026, 3, 12, 15), By: "J. Meyer", Before: "11000.00", After: "12000.00"}},
	}
}
