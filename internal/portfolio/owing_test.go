package portfolio

import (
	"slices"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func TestOwingIsSummedByCurrency(t *testing.T) {
	month := func(m string) cal.Period {
		x, err := cal.ParseMonth(m)
		if err != nil {
			t.Fatal(err)
		}
		return x.Period()
	}
	day := cal.MustDate
	o := Owing{
		ToInvoice: []ToInvoice{{"st_2", month("2026-02"), money.New(1_000_00, "USD")}, {"st_3", month("2026-03"), money.New(-200_00, "USD")}},
		Overdue: []Overdue{{"inv_1", "INV-2026-0001", day("2026-03-05"), money.New(70_00, "EUR")}, {"inv_2", "INV-2026-0002", day("2026-02-05"), money.New(5_00, "EUR")},
			{"inv_3", "INV-2026-0003", day("2026-03-09"), money.New(9, "USD")}},
		Open: []Open{{"inv_4", "INV-2026-0004", day("2026-04-09"), money.New(14_000_00, "USD"), money.New(280_00, "USD"), day("2026-03-20")},
			{"inv_5", "INV-2026-0005", day("2026-04-02"), money.New(1_00, "USD"), money.New(0, "USD"), cal.Date{}}},
	}
	if want := []Due{
		{money.New(800_00, "USD"), money.New(9, "USD"), money.New(14_001_00, "USD"), 2, day("2026-03-09"), day("2026-04-02")},
		{money.New(0, "EUR"), money.New(75_00, "EUR"), money.New(0, "EUR"), 0, day("2026-02-05"), cal.Date{}},
	}; !slices.Equal(o.Sums(), want) {
		t.Errorf("%+v", o.Sums())
	}
	if want := []Wait{
		{On: contract.ClientSide, Act: access.InvoiceAcknowledge, What: "Pay INV-2026-0001: EUR 70.00 is open", By: day("2026-03-05"), Late: true, Room: "invoices", ID: "inv_1"},
		{On: contract.ClientSide, Act: access.InvoiceAcknowledge, What: "Pay INV-2026-0002: EUR 5.00 is open", By: day("2026-02-05"), Late: true, Room: "invoices", ID: "inv_2"},
		{On: contract.ClientSide, Act: access.InvoiceAcknowledge, What: "Pay INV-2026-0003: USD 0.09 is open", By: day("2026-03-09"), Late: true, Room: "invoices", ID: "inv_3"},
		{On: contract.ClientSide, Act: access.InvoiceAcknowledge, What: "Pay INV-2026-0004: USD 14,000.00 is open; 280.00 less if all is paid until 20 Mar 2026", By: day("2026-04-09"), Room: "invoices", ID: "inv_4"},
		{On: contract.ClientSide, Act: access.InvoiceAcknowledge, What: "Pay INV-2026-0005: USD 1.00 is open", By: day("2026-04-02"), Room: "invoices", ID: "inv_5"},
		{On: contract.AgencySide, What: "Issue the invoice of February 2026: USD 1,000.00 is payable", Room: "invoices", Act: access.InvoiceIssue},
		{On: contract.AgencySide, What: "Issue the credit note of March 2026: it gives back USD 200.00", Room: "invoices", Act: access.InvoiceIssue},
	}; !slices.Equal(o.Waits(), want) {
		t.Errorf("%+v", o.Waits())
	}
	if (Owing{}).Sums() != nil || (Owing{}).Waits() != nil {
		t.Error("nothing owes something")
	}
}
