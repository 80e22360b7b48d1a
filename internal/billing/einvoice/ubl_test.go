package einvoice_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func read(t rapid.TB, side billing.Side, in billing.ProfileInput) billing.Profile {
	t.Helper()
	p, err := billing.ReadProfile(side, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var (
	german = billing.ProfileInput{Name: "Northlight GmbH & Söhne", Street: "Lange Str. 1", Extra: "Hof <2>", City: "Berlin", PostalCode: "10115", Country: "DE", TaxID: "DE111111125",
		CompanyID: "HRB 1234", Email: "billing@northlight.example", Account: "DE89370400440532013000", BIC: "COBADEFFXXX", Bank: "Commerzbank"}
	american = billing.ProfileInput{Name: "Northlight LLC", Street: "1 Main St", City: "Albany", Region: "NY", PostalCode: "12207", Country: "US", CompanyID: "84-1234567", Account: "000123456789", BIC: "021000021"}
	greek    = billing.ProfileInput{Name: "Northlight AE", Street: "Ermou 1", City: "Athens", PostalCode: "10563", Country: "GR", TaxID: "EL925667500"}

	belgian = billing.ProfileInput{Name: "Northlight NV", Street: "Meir 1", City: "Antwerpen", PostalCode: "2000", Country: "BE", TaxID: "BE0123456749", Account: "BE68539007547034", Electronic: "0208:0123456749"}

	acmeLU    = billing.ProfileInput{Name: "Acme Sàrl", Street: "Rue 4", City: "Luxembourg", PostalCode: "1111", Country: "LU", TaxID: "LU10000356", Treatment: "reverse-charge", TermsDays: "14", Reference: "KST 77", Electronic: "9938:LU10000356"}
	acmeDE    = billing.ProfileInput{Name: "Acme AG", Street: "Platz 2", City: "Köln", PostalCode: "50667", Country: "DE", TaxID: "DE282741168", Treatment: "standard", TermsDays: "30", Reference: "KST 77/1", PurchaseOrder: "4500/12 #7"}
	acmeFR    = billing.ProfileInput{Name: "Acme SAS", Street: "Rue 3", City: "Paris", PostalCode: "75001", Country: "FR", TaxID: "FR44732829320", Treatment: "reverse-charge", TermsDays: "14"}
	acmeUS    = billing.ProfileInput{Name: "Acme Robotics, Inc.", Street: "2 Side St", City: "Boston", Region: "MA", PostalCode: "02108", Country: "US", Treatment: "none", Reason: "Not subject to tax.", TermsDays: "0"}
	addressed = func(in billing.ProfileInput, address string) billing.ProfileInput {
		in.Electronic = address
		return in
	}
	taxedAt = func(in billing.ProfileInput, rate string) billing.ProfileInput {
		in.Treatment, in.Reason, in.Rate = "standard", "", rate
		return in
	}
)

// document is an invoice of a month: a retainer, hours, a deal and what a cap takes off.
func document(t rapid.TB, issuer, customer billing.ProfileInput, currency money.Currency, deal int64) billing.Document {
	t.Helper()
	unit := currency.Unit()
	amounts := []int64{12_000 * unit, 1_875 * unit, deal, -deal / 3}
	var payable []money.Amount
	for _, a := range amounts {
		payable = append(payable, money.New(a, currency))
	}
	s := fees.Statement{Contract: "northlight-acme_growth", Currency: currency, Period: cal.Period{From: cal.MustDate("2026-03-01"), To: cal.MustDate("2026-04-01")}, Lines: []fees.Line{
		{No: 1, Clause: "team", Kind: fees.KindRetainer, Text: "Retainer · team", Quantity: "1", Unit: "month", Rate: "12000", RateText: "12,000", Amount: payable[0]},
		{No: 2, Clause: "extra", Kind: fees.KindHourly, Text: "Design, <senior>", Quantity: "12.5", Unit: "h", Rate: "150", RateText: "150", Amount: payable[1]},
		{No: 3, Clause: "share", Kind: fees.KindDeal, Text: "Kestrel Foods", Quantity: "12,345.67", Unit: string(currency) + " credited", Rate: "0.03", RateText: "3 %", Amount: payable[2]},
		{No: 4, Clause: "share", Kind: fees.KindPeriodCap, Text: "Cap", Quantity: "1", Unit: "cap", Amount: payable[3]},
	}}
	d, err := billing.Issue(billing.Claim{
		Issuer: billing.Party{Org: "org_ag", Profile: read(t, billing.Issuer, issuer)}, Customer: billing.Party{Org: "org_acme", Profile: read(t, billing.Customer, customer)},
		Statement: billing.Reference{ID: "st_1"}, Contract: s.Contract, Document: s, Payable: payable,
		Terms: billing.Terms{IssuedOn: cal.MustDate("2026-04-07"), DueOn: cal.MustDate("2026-05-07"), PurchaseOrder: customer.PurchaseOrder, PaymentLink: "https://pay.example/i/1?a=b&c=d", Note: "Thank you.\nSee the statement."},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Number = billing.Number{Series: "INV", Year: 2026, Serial: 7}
	return d
}

// creditOf takes a part of line 3 back, or all that is left.
func creditOf(t rapid.TB, d billing.Document, whole bool, notes ...billing.Document) billing.Document {
	t.Helper()
	c := billing.Credit{IssuedOn: cal.MustDate("2026-04-20"), Reason: "The deal was lost & undone."}
	if !whole {
		for range d.Lines {
			c.Lines = append(c.Lines, money.New(0, d.Currency))
		}
		c.Lines[2] = money.New(d.Lines[2].Net.Minor/7+1, d.Currency)
	}
	n, err := billing.CreditOf("inv_7", "hash", d, notes, c)
	if err != nil {
		t.Fatal(err)
	}
	n.Number = billing.Number{Series: "CN", Year: 2026, Serial: 1 + len(notes)}
	return n
}

type taxCase struct {
	name             string
	issuer, customer billing.ProfileInput
	currency         money.Currency
	norm             bool
	category, rate   string
}

var cases = []taxCase{
	{"standard", german, acmeDE, "EUR", true, "S", "19"},
	{"another-rate", german, taxedAt(acmeDE, "7 %"), "EUR", true, "S", "7"},
	{"reverse-charge", german, acmeFR, "EUR", true, "AE", "0"},
	{"exempt", german, func() billing.ProfileInput {
		in := acmeDE
		in.Treatment, in.Reason = "none", "Exempt under § 4."
		return in
	}(), "EUR", true, "E", "0"},
	{"outside", german, acmeUS, "USD", true, "O", ""},
	{"greek", greek, taxedAt(acmeDE, ""), "EUR", true, "S", "24"},
	{"american", american, acmeUS, "USD", true, "O", ""},
	{"sales-tax", american, taxedAt(acmeUS, "8.875 %"), "USD", false, "S", "8.875"},
	{"yen", billing.ProfileInput{Name: "Northlight KK", Street: "1-1", City: "Tokyo", Country: "JP", TaxID: "T7000012050002"}, func() billing.ProfileInput {
		in := taxedAt(acmeUS, "10 %")
		in.Country = "JP"
		return in
	}(), "JPY", true, "S", "10.0"},
	{"dinar", german, acmeUS, "KWD", false, "O", ""},
	{"peppol", belgian, acmeLU, "EUR", true, "AE", "0"},
	{"mail", addressed(german, "EM:billing@northlight.example"), addressed(acmeDE, "0204:991-12345-67"), "EUR", true, "S", "19"},
}

func TestEveryInvoiceIsValidUBL(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := document(t, c.issuer, c.customer, c.currency, 37037)
			part := creditOf(t, d, false)
			for _, doc := range []billing.Document{d, part, creditOf(t, d, true, part)} {
				body := write(t, doc)
				validate(t, doc.Kind, body)
				x := parse(t, body)
				if c.norm == (x.says("cbc:CustomizationID") == "") {
					t.Errorf("%s says that it keeps %q", doc.Number, x.says("cbc:CustomizationID"))
				}
				if rules := broken(x); c.norm && rules != nil {
					t.Errorf("%s breaks %v\n%s", doc.Number, rules, body)
				}
				category := x.all(subtotals + "/cac:TaxCategory")[0]
				if category.says("cbc:ID") != c.category || strings.TrimSuffix(category.says("cbc:Percent"), ".0") != strings.TrimSuffix(c.rate, ".0") {
					t.Errorf("%s: taxed as %s, %s %%", doc.Number, category.says("cbc:ID"), category.says("cbc:Percent"))
				}
				if payable := x.says(totals + "/cbc:PayableAmount"); payable != doc.Payable.String() {
					t.Errorf("%s: %s is payable, and the document says %s", doc.Number, payable, doc.Payable)
				}
			}
		})
	}
}

// late is an invoice of late charges, and a credit note that gives a part of them back.
func late(t testing.TB, c taxCase, tax string) (charge, back billing.Document) {
	t.Helper()
	asOf := cal.MustDate("2026-06-21")
	of := func(minor int64) billing.LateBasis {
		a := money.New(minor, c.currency)
		return billing.LateBasis{Bill: "inv_7", Number: "INV-2026-0007", DueOn: cal.MustDate("2026-05-07"), AsOf: asOf, Sum: a, Due: a, Charged: money.New(0, c.currency), Waived: money.New(0, c.currency), Delta: a}
	}
	claim := billing.LateClaim{
		Issuer: billing.Party{Org: "org_ag", Profile: read(t, billing.Issuer, c.issuer)}, Customer: billing.Party{Org: "org_acme", Profile: read(t, billing.Customer, c.customer)},
		Contract: "northlight-acme_growth", Currency: c.currency, AsOf: asOf, Bases: []billing.LateBasis{of(225_01), of(17)}, Tax: tax, Agreed: &billing.Agreed{Contract: "northlight-acme_growth"},
		Terms: billing.Terms{IssuedOn: asOf, DueOn: asOf.AddDays(30)},
	}
	issue := func(series string) billing.Document {
		d, err := billing.IssueLate(claim)
		if err != nil {
			t.Fatal(err)
		}
		d.Number = billing.Number{Series: series, Year: 2026, Serial: 8}
		return d
	}
	charge = issue("INV")
	claim.Bases = []billing.LateBasis{of(-100_00), of(3)}
	return charge, issue("CN")
}

// Late charges and discounts are invoices and credit notes like any other, for each way of tax.
func TestLateChargesAndDiscountsAreValidUBL(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			charge, back := late(t, c, "none")
			taxed, _ := late(t, c, "as-fees")
			d := document(t, c.issuer, c.customer, c.currency, 37037)
			note, err := billing.DiscountNote("inv_7", "hash", d, nil, d.IssuedOn, money.New(d.Payable.Minor/50, c.currency), "2 % for payment until 17 Apr 2026.")
			if err != nil {
				t.Fatal(err)
			}
			note.Number = billing.Number{Series: "CN", Year: 2026, Serial: 9}
			again := billing.DiscountBack("cn_9", "hash", note, nil, d.IssuedOn, d.DueOn)
			again.Number = billing.Number{Series: "INV", Year: 2026, Serial: 10}
			for _, doc := range []billing.Document{charge, back, taxed, note, again} {
				body := write(t, doc)
				validate(t, doc.Kind, body)
				x := parse(t, body)
				if rules := broken(x); c.norm && rules != nil {
					t.Errorf("%s breaks %v\n%s", doc.Number, rules, body)
				}
				if payable := x.says(totals + "/cbc:PayableAmount"); payable != doc.Payable.String() {
					t.Errorf("%s: %s is payable, and the document says %s", doc.Number, payable, doc.Payable)
				}
			}
			if got := parse(t, write(t, charge)).says(subtotals + "/cac:TaxCategory/cbc:ID"); charge.Tax.Percent != nil || c.norm && got != "O" {
				t.Errorf("a late charge without tax is taxed as %s", got)
			}
		})
	}
}

// The same invoice, written twice, is the same to the byte, and says what stands in the program.
func TestWritingIsDeterministic(t *testing.T) {
	d := document(t, german, acmeDE, "EUR", 37037)
	if !bytes.Equal(write(t, d), write(t, d)) {
		t.Error("two writings differ")
	}
	body := string(write(t, d))
	for _, want := range []string{"<cbc:ID>INV-2026-0007</cbc:ID>", "<cbc:ID>4500/12 #7</cbc:ID>", "<cbc:BuyerReference>KST 77/1</cbc:BuyerReference>", "northlight-acme_growth",
		`unitCode="HUR">12.5<`, "Design, &lt;senior&gt;", "12,345.67 EUR credited × 3 %", "https://pay.example/i/1?a=b&amp;c=d", "DE89370400440532013000", "<cbc:DueDate>2026-05-07</cbc:DueDate>"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in it", want)
		}
	}
	envelope, err := einvoice.Envelope(d)
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		Doc struct {
			Schema string `json:"$schema"`
			Totals struct{ Payable string }
		}
	}
	if err := json.Unmarshal(envelope, &e); err != nil || e.Doc.Schema != "https://gobl.org/draft-0/bill/invoice" || e.Doc.Totals.Payable != d.Payable.String() {
		t.Errorf("%+v %v", e, err)
	}
}

// GOBL and billing compute the same tax, whatever the amounts; otherwise the envelope is refused.
func TestGOBLComputesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(cases).Draw(t, "case")
		d := document(t, c.issuer, c.customer, c.currency, rapid.Int64Range(3, 9_999_999).Draw(t, "deal"))
		notes := []billing.Document{creditOf(t, d, false)}
		notes = append(notes, creditOf(t, d, true, notes...))
		for _, doc := range append(notes, d) {
			if _, err := einvoice.Envelope(doc); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// 8.875 % of 71,199.38 is 6,318.944975: rounded to four digits on the way it would become 6,318.95.
func TestTaxIsRoundedOnce(t *testing.T) {
	at := slices.IndexFunc(cases, func(c taxCase) bool { return c.name == "sales-tax" })
	d := document(t, cases[at].issuer, cases[at].customer, "USD", 8_598_656)
	if d.Net.String() != "71199.38" || d.TaxTotal.String() != "6318.94" {
		t.Errorf("net %s, tax %s", d.Net, d.TaxTotal)
	}
	if _, err := einvoice.Envelope(d); err != nil {
		t.Error(err)
	}
}

func write(t rapid.TB, d billing.Document) []byte {
	t.Helper()
	envelope, err := einvoice.Envelope(d)
	if err != nil {
		t.Fatal(err)
	}
	body, err := einvoice.UBL(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// validate holds a document to the schema of OASIS.
func validate(t *testing.T, kind billing.Kind, body []byte) {
	t.Helper()
	folder := os.Getenv("OFRECORD_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	schema := filepath.Join(folder, "ubl-2.1", "maindoc", "UBL-Invoice-2.1.xsd")
	if kind == billing.CreditNote {
		schema = filepath.Join(folder, "ubl-2.1", "maindoc", "UBL-CreditNote-2.1.xsd")
	}
	_, missing := os.Stat(schema)
	if missing == nil {
		_, missing = exec.LookPath("xmllint")
	}
	if missing != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the schemas of UBL or xmllint are missing (set OFRECORD_DATA; install libxml2-utils): %v", missing)
		}
		t.Skipf("the schemas of UBL or xmllint are not here (set OFRECORD_DATA; install libxml2-utils): %v", missing)
	}
	file := filepath.Join(t.TempDir(), "document.xml")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("xmllint", "--noout", "--nonet", "--schema", schema, file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, body)
	}
}

// A document that goes through Peppol says so, and carries both addresses; one of a country with rules of its own, or without addresses, does not.
func TestWhatPeppolNeeds(t *testing.T) {
	for _, c := range []struct {
		name             string
		issuer, customer billing.ProfileInput
		profile          string
	}{
		{"both addresses", belgian, acmeLU, "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"},
		{"no reference", belgian, func() billing.ProfileInput { in := acmeLU; in.Reference = ""; return in }(), ""},
		{"the customer has no address", belgian, addressed(acmeLU, ""), ""},
		{"the customer has a mail address", belgian, addressed(acmeLU, "EM:invoices@acme.example"), ""},
		{"Germany has rules of its own", addressed(german, "9930:DE111111125"), acmeLU, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := document(t, c.issuer, c.customer, "EUR", 37037)
			for _, doc := range []billing.Document{d, creditOf(t, d, false)} {
				x := parse(t, write(t, doc))
				if rules := broken(x); rules != nil {
					t.Errorf("breaks %v", rules)
				}
				if got := x.says("cbc:ProfileID"); got != c.profile {
					t.Errorf("profile %q", got)
				}
			}
		})
	}
}

// BT-10, BT-13, BT-20, BT-25, BT-34, BT-49, BT-73 and BT-74 by their place in UBL.
func TestWhatPeopleSayStandsInItsPlace(t *testing.T) {
	d := document(t, belgian, acmeLU, "EUR", 37037)
	d.PurchaseOrder = "PO 4711"
	x, note := parse(t, write(t, d)), parse(t, write(t, creditOf(t, d, false)))
	for path, want := range map[string]string{
		"cbc:BuyerReference": "KST 77", "cac:OrderReference/cbc:ID": "PO 4711", "cac:InvoicePeriod/cbc:StartDate": "2026-03-01", "cac:InvoicePeriod/cbc:EndDate": "2026-03-31",
		"cac:PaymentTerms/cbc:Note": "Due 30 days after the day of issue.\nPay online: https://pay.example/i/1?a=b&c=d", seller + "/cbc:EndpointID": "0123456749", buyer + "/cbc:EndpointID": "LU10000356",
	} {
		if got := x.says(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if a, b := x.at(seller + "/cbc:EndpointID").attr["schemeID"], x.at(buyer + "/cbc:EndpointID").attr["schemeID"]; a != "0208" || b != "9938" {
		t.Errorf("schemes %s and %s", a, b)
	}
	for path, want := range map[string]string{
		"cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID": "INV-2026-0007", "cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate": "2026-04-07",
		"cac:PaymentTerms/cbc:Note": "Nothing is to be paid: the amount is credited to your account.",
	} {
		if got := note.says(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}
