package billing_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func profile(t rapid.TB, side billing.Side, change func(*billing.ProfileInput)) billing.Profile {
	t.Helper()
	in := billing.ProfileInput{
		Name: "Northlight GmbH", Street: "Lange Str. 1", City: "Berlin", PostalCode: "10115", Country: "DE", TaxID: "DE111111125",
		Treatment: "standard", TermsDays: "30",
	}
	if side == billing.Customer {
		in.Name, in.TaxID = "Acme AG", "DE282741168"
	}
	if change != nil {
		change(&in)
	}
	p, err := billing.ReadProfile(side, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// month is a statement of March 2026 with one line an amount, all of one clause, in cents.
func month(amounts ...int64) (fees.Statement, []money.Amount) {
	s := fees.Statement{Contract: "growth", Currency: "EUR", Period: cal.Period{From: cal.MustDate("2026-03-01"), To: cal.MustDate("2026-04-01")}}
	var payable []money.Amount
	for i, minor := range amounts {
		a := money.New(minor, "EUR")
		s.Lines = append(s.Lines, fees.Line{No: i + 1, Clause: "team", Kind: fees.KindRetainer, Text: "Fee", Quantity: "1", Unit: "piece", Rate: a.String(), RateText: a.Format(), Amount: a})
		payable = append(payable, a)
	}
	return s, payable
}

func claim(t rapid.TB, s fees.Statement, payable []money.Amount) billing.Claim {
	return billing.Claim{
		Issuer: billing.Party{Org: "org_ag", Profile: profile(t, billing.Issuer, nil)}, Customer: billing.Party{Org: "org_acme", Profile: profile(t, billing.Customer, nil)},
		Statement: billing.Reference{ID: "st_1"}, Contract: "growth", Document: s, Payable: payable,
		Terms: billing.Terms{IssuedOn: cal.MustDate("2026-04-07"), DueOn: cal.MustDate("2026-05-07")},
	}
}

func issue(t rapid.TB, amounts ...int64) billing.Document {
	t.Helper()
	s, payable := month(amounts...)
	d, err := billing.Issue(claim(t, s, payable))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func wantFault(t *testing.T, err error, kind fault.Kind, words ...string) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want %s", err, kind)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func TestAnInvoiceHasThePayableLinesAndTheirTax(t *testing.T) {
	s, payable := month(14_000_00, 2_500_00, -500_00)
	payable[1] = money.New(0, "EUR") // disputed
	s.Lines[0].Unit, s.Lines[0].Rate = "month", "14000.00"
	s.Lines[2].Quantity, s.Lines[2].RateText = "12/28", "−1,166.67"
	d, err := billing.Issue(claim(t, s, payable))
	if err != nil {
		t.Fatal(err)
	}
	if d.Kind != billing.Invoice || d.Net.String() != "13500.00" || d.TaxTotal.String() != "2565.00" || d.Payable.String() != "16065.00" || d.Tax.Words() != "VAT 19 %" {
		t.Errorf("%s: net %s, tax %s, payable %s, %s", d.Kind, d.Net, d.TaxTotal, d.Payable, d.Tax.Words())
	}
	var printed []string
	for _, l := range d.Lines {
		printed = append(printed, strings.Join([]string{l.Quantity, string(l.Unit), l.Price, l.Net.String(), l.Tax.String(), l.Due.String(), l.Detail}, " "))
	}
	want := []string{"1 MON 14000.00 14000.00 2660.00 16065.00 ", "-1 C62 500.00 -500.00 -95.00 0.00 12/28 piece × −1,166.67"}
	if diff := cmp.Diff(want, printed); diff != "" {
		t.Error(diff)
	}
	if d.Lines[1].From != 3 {
		t.Error("the line does not lead back to the statement's")
	}
}

func TestMoreGivenBackThanChargedIsACreditNote(t *testing.T) {
	d := issue(t, 100_00, -250_00)
	if d.Kind != billing.CreditNote || d.Payable.String() != "178.50" || d.Lines[0].Net.String() != "-100.00" || d.Lines[1].Net.String() != "250.00" || d.Reason == "" {
		t.Errorf("%+v", d)
	}
}

func TestWhatCannotBeInvoiced(t *testing.T) {
	s, payable := month(100_00, -100_00)
	_, err := billing.Issue(claim(t, s, payable))
	wantFault(t, err, fault.Conflict, "nothing to invoice")

	s, payable = month(100_00)
	c := claim(t, s, payable)
	c.DueOn, c.PaymentLink, c.PurchaseOrder = cal.MustDate("2026-04-01"), "javascript:alert(1)", "PO\n1"
	_, err = billing.Issue(c)
	wantFault(t, err, fault.Invalid, "due on the day of issue or later", "beginning with https://")

	c = claim(t, s, payable)
	c.Issuer.TaxID = ""
	_, err = billing.Issue(c)
	wantFault(t, err, fault.Conflict, "the agency's billing profile")
}

func TestTaxFollowsTheCountries(t *testing.T) {
	on := cal.MustDate("2026-04-07")
	us := func(in *billing.ProfileInput) { in.Country, in.TaxID, in.CompanyID = "US", "", "84-1234567" }
	fr := func(in *billing.ProfileInput) {
		in.Country, in.TaxID, in.Treatment, in.PostalCode = "FR", "FR44732829320", "reverse-charge", "75001"
	}
	none := func(in *billing.ProfileInput) {
		in.Country, in.TaxID, in.Treatment, in.Reason = "US", "", "none", "Service to a business outside the EU."
	}
	tests := []struct {
		name             string
		issuer, customer func(*billing.ProfileInput)
		words            string
		situation        billing.Situation
		refusal          string
	}{
		{"within Germany", nil, nil, "VAT 19 %", billing.IsStandard, ""},
		{"Germany to France", nil, fr, "No VAT", billing.IsReverseCharge, ""},
		{"Germany to the United States", nil, none, "No VAT", billing.IsOutside, ""},
		{"Germany, exempt", nil, func(in *billing.ProfileInput) { in.Treatment, in.Reason = "none", "Exempt." }, "No VAT", billing.IsExempt, ""},
		{"within the United States", us, none, "No tax", "", ""},
		{"sales tax", us, func(in *billing.ProfileInput) { us(in); in.Rate = "8.875 %" }, "Sales tax 8.875 %", "", ""},
		{"sales tax without a rate", us, us, "", "", "Enter the rate"},
		{"reverse charge from the United States", us, fr, "", "", "no reverse charge"},
		{"reverse charge without the customer's tax id", nil, func(in *billing.ProfileInput) { fr(in); in.TaxID = "" }, "", "", "tax ids of both sides"},
		{"Japan by its own rate", func(in *billing.ProfileInput) { in.Country, in.TaxID = "JP", "T7000012050002" }, func(in *billing.ProfileInput) { in.Country, in.TaxID, in.Rate = "JP", "", "10" }, "VAT 10 %", billing.IsStandard, ""},
		{"Japan without a rate", func(in *billing.ProfileInput) { in.Country, in.TaxID = "JP", "T7000012050002" }, nil, "", "", "Enter the rate"},
		{"Singapore", func(in *billing.ProfileInput) { in.Country, in.TaxID = "SG", "M91234567X" }, nil, "GST 9 %", billing.IsStandard, ""},
		{"India", func(in *billing.ProfileInput) { in.Country, in.TaxID, in.CompanyID = "IN", "", "U1" }, nil, "", "", "not known to this program"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tax, err := billing.TaxFor(profile(t, billing.Issuer, test.issuer), profile(t, billing.Customer, test.customer), on)
			if test.refusal != "" {
				wantFault(t, err, fault.Conflict, test.refusal)
				return
			}
			if err != nil || tax.Words() != test.words || tax.Situation != test.situation {
				t.Errorf("%+v %v", tax, err)
			}
		})
	}
}

func TestProfilesAreReadWithAllTheirFaults(t *testing.T) {
	_, err := billing.ReadProfile(billing.Customer, billing.ProfileInput{Country: "DE", TaxID: "DE123", Email: "x", Treatment: "none", Rate: "7", TermsDays: "-1", PurchaseOrder: strings.Repeat("4", 41)})
	fields := map[string]bool{}
	for _, f := range fault.All(err) {
		fields[f.Field] = true
	}
	for _, want := range []string{"name", "street", "city", "tax_id", "email", "tax_reason", "tax_rate", "terms_days", "purchase_order"} {
		if !fields[want] {
			t.Errorf("nothing is said at %s: %v", want, err)
		}
	}
	_, err = billing.ReadProfile(billing.Issuer, billing.ProfileInput{Name: "N", Street: "S", City: "C", Country: "DE", Series: "a b", CreditSeries: "INV", Account: "DE89370400440532013001"})
	wantFault(t, err, fault.Invalid, "series", "no valid IBAN", "company number")
	p := profile(t, billing.Issuer, func(in *billing.ProfileInput) { in.Account, in.TaxID = "de89 3704 0044 0532 0130 00", "de 111 111 125" })
	if p.Account != "DE89370400440532013000" || p.TaxID != "111111125" || p.TaxNumber() != "DE111111125" || p.Series != "INV" || p.CreditSeries != "CN" {
		t.Errorf("%+v", p)
	}
}

func TestACreditNoteTakesBackAtMostWhatIsLeft(t *testing.T) {
	inv := issue(t, 1_000_00, 500_00, -200_00)
	inv.Number = billing.Number{Series: "INV", Year: 2026, Serial: 1}
	eur := func(minors ...int64) (out []money.Amount) {
		for _, m := range minors {
			out = append(out, money.New(m, "EUR"))
		}
		return out
	}
	on := cal.MustDate("2026-04-20")
	_, err := billing.CreditOf("inv_1", "h", inv, nil, billing.Credit{IssuedOn: cal.MustDate("2026-04-01"), Lines: eur(1_000_01, 0, 0)})
	wantFault(t, err, fault.Invalid, "Say why", "2026", "Line 1 has 1,000.00 left")
	_, err = billing.CreditOf("inv_1", "h", inv, nil, billing.Credit{IssuedOn: on, Reason: "x", Lines: eur(1_000_00, 500_00, 0)})
	wantFault(t, err, fault.Invalid, "has 1,300.00 left", "takes back 1,500.00")
	_, err = billing.CreditOf("inv_1", "h", inv, nil, billing.Credit{IssuedOn: on, Reason: "x", Lines: eur(-10_00, 0, 10_00)})
	wantFault(t, err, fault.Invalid, "taken back of line 1 without a minus", "Line 3 is a deduction", "down to -200.00")
	_, err = billing.CreditOf("inv_1", "h", inv, nil, billing.Credit{IssuedOn: on, Reason: "x", Lines: eur(0, 0, 0)})
	wantFault(t, err, fault.Invalid, "gives something back")

	first, err := billing.CreditOf("inv_1", "h", inv, nil, billing.Credit{IssuedOn: on, Reason: "One week was not worked.", Lines: eur(250_00, 0, 0)})
	if err != nil || first.Payable.String() != "297.50" || first.Lines[0].Detail != "of 1,000.00 on INV-2026-0001" || first.Credits.ID != "inv_1" {
		t.Fatalf("%+v %v", first, err)
	}
	rest, err := billing.CreditOf("inv_1", "h", inv, []billing.Document{first}, billing.Credit{IssuedOn: on, Reason: "All of it."})
	if err != nil || rest.Payable.Add(first.Payable) != inv.Payable || len(rest.Lines) != 3 {
		t.Fatalf("%+v %v", rest, err)
	}
	_, err = billing.CreditOf("inv_1", "h", inv, []billing.Document{first, rest}, billing.Credit{IssuedOn: on, Reason: "Again."})
	wantFault(t, err, fault.Conflict, "taken back whole")
	_, err = billing.CreditOf("cn_1", "h", first, nil, billing.Credit{IssuedOn: on, Reason: "x"})
	wantFault(t, err, fault.Conflict, "only an invoice")
}

// Whatever the lines: quantity times price is the net, the parts sum to the totals, and nothing is due below zero.
func TestAnInvoiceAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(-50_000, 90_000), 1, 12).Draw(t, "amounts")
		s, payable := month(amounts...)
		d, err := billing.Issue(claim(t, s, payable))
		if err != nil {
			if !fault.Is(err, fault.Conflict) || fault.Code(err) != "nothing-payable" {
				t.Fatal(err)
			}
			return
		}
		var net, tax, due int64
		for _, l := range d.Lines {
			net, tax, due = net+l.Net.Minor, tax+l.Tax.Minor, due+l.Due.Minor
			if l.Due.Minor < 0 || l.Gross != l.Net.Add(l.Tax) {
				t.Fatalf("%+v", l)
			}
		}
		if net != d.Net.Minor || tax != d.TaxTotal.Minor || due != d.Payable.Minor || d.Payable.Minor <= 0 {
			t.Fatalf("net %d of %s, tax %d of %s, due %d of %s", net, d.Net, tax, d.TaxTotal, due, d.Payable)
		}
	})
}

// However an invoice is taken back in parts, all parts together are the invoice to the cent.
func TestCreditsInPartsNeverExceedTheInvoice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := billing.Issue(func() billing.Claim {
			s, payable := month(rapid.SliceOfN(rapid.Int64Range(1, 9_999), 1, 4).Draw(t, "amounts")...)
			return claim(t, s, payable)
		}())
		if err != nil {
			t.Fatal(err)
		}
		var notes []billing.Document
		credited := int64(0)
		for range 20 {
			left := billing.LeftOf(d, notes)
			c := billing.Credit{IssuedOn: d.IssuedOn, Reason: "x"}
			if len(notes) < 19 {
				for _, l := range left.Net {
					c.Lines = append(c.Lines, money.New(rapid.Int64Range(0, l.Minor).Draw(t, "part"), "EUR"))
				}
			}
			n, err := billing.CreditOf("i", "h", d, notes, c)
			if fault.Is(err, fault.Conflict) {
				break
			}
			if fault.Is(err, fault.Invalid) {
				continue
			}
			notes = append(notes, n)
			credited += n.Payable.Minor
			if credited > d.Payable.Minor {
				t.Fatalf("%d of %s", credited, d.Payable)
			}
		}
		if left := billing.LeftOf(d, notes); left.Total.IsZero() && credited != d.Payable.Minor {
			t.Fatalf("%d of %s", credited, d.Payable)
		}
	})
}
