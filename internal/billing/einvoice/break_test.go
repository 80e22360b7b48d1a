package einvoice_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// A change breaks a document that keeps all rules.
type change func(x *element)

// at is the first element at a path, which must be there.
func (e *element) at(path string) *element {
	found := e.all(path)
	if len(found) == 0 {
		panic("there is no " + path)
	}
	return found[0]
}

func set(path, text string) change { return func(x *element) { x.at(path).text = text } }

func attribute(path, name, value string) change {
	return func(x *element) { x.at(path).attr[name] = value }
}

// drop takes all elements of the last name of a path away, where the first of their parents is.
func drop(path string) change {
	parent, name := "", path
	if i := strings.LastIndex(path, "/"); i >= 0 {
		parent, name = path[:i], path[i+1:]
	}
	return func(x *element) {
		if parent != "" {
			x = x.at(parent)
		}
		x.kids = slices.DeleteFunc(x.kids, func(k *element) bool { return k.name == name })
	}
}

// put adds an element with a text at a path, all of whose elements are new below the first.
func put(path, text string) change {
	return func(x *element) {
		for _, name := range strings.Split(path, "/") {
			next := &element{name: name, attr: map[string]string{}}
			x.kids = append(x.kids, next)
			x = next
		}
		x.text = text
	}
}

func both(all ...change) change {
	return func(x *element) {
		for _, c := range all {
			c(x)
		}
	}
}

// again puts the first element at a path there a second time.
func again(path string) change {
	return func(x *element) {
		of := x
		if i := strings.LastIndex(path, "/"); i >= 0 {
			of = x.at(path[:i])
		}
		of.kids = append(of.kids, x.at(path))
	}
}

// recategorised makes an exempt document one of another category.
func recategorised(code string) change {
	return func(x *element) {
		for _, name := range []string{"cac:TaxCategory", "cac:ClassifiedTaxCategory"} {
			for _, c := range x.within(name) {
				c.at("cbc:ID").text = code
			}
		}
		switch code {
		case "Z":
			drop(subtotals + "/cac:TaxCategory/cbc:TaxExemptionReason")(x)
		case "K":
			put("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode", "FR")(x)
		}
	}
}

const (
	line1    = "cac:InvoiceLine"
	category = subtotals + "/cac:TaxCategory"
	legal    = "/cac:PartyLegalEntity/"
	country  = "/cac:PostalAddress/cac:Country/cbc:IdentificationCode"
	lineTax  = line1 + "/cac:Item/cac:ClassifiedTaxCategory"
)

// breaking says for each rule in which document, and how, it is broken.
var breaking = map[string]struct {
	in string
	do change
}{
	"BR-01": {"standard", drop("cbc:CustomizationID")}, "BR-02": {"standard", set("cbc:ID", "")}, "BR-03": {"standard", drop("cbc:IssueDate")},
	"BR-04": {"standard", drop("cbc:InvoiceTypeCode")}, "BR-05": {"standard", drop("cbc:DocumentCurrencyCode")},
	"BR-06": {"standard", drop(seller + legal + "cbc:RegistrationName")}, "BR-07": {"standard", set(buyer+legal+"cbc:RegistrationName", "")},
	"BR-08": {"standard", drop(seller + "/cac:PostalAddress")}, "BR-09": {"standard", drop(seller + country)},
	"BR-10": {"standard", drop(buyer + "/cac:PostalAddress")}, "BR-11": {"standard", drop(buyer + country)},
	"BR-12": {"standard", drop(totals + "/cbc:LineExtensionAmount")}, "BR-13": {"standard", drop(totals + "/cbc:TaxExclusiveAmount")},
	"BR-14": {"standard", drop(totals + "/cbc:TaxInclusiveAmount")}, "BR-15": {"standard", drop(totals + "/cbc:PayableAmount")},
	"BR-16": {"standard", drop(line1)}, "BR-29": {"standard", set("cac:InvoicePeriod/cbc:EndDate", "2026-02-28")},
	"BR-45": {"standard", drop(subtotals + "/cbc:TaxableAmount")}, "BR-46": {"standard", drop(subtotals + "/cbc:TaxAmount")},
	"BR-47": {"standard", set(category+"/cac:TaxScheme/cbc:ID", "GST")}, "BR-48": {"standard", drop(category + "/cbc:Percent")},
	"BR-49": {"standard", drop("cac:PaymentMeans/cbc:PaymentMeansCode")}, "BR-50": {"standard", drop("cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID")},
	"BR-61": {"standard", drop("cac:PaymentMeans/cac:PayeeFinancialAccount")}, "BR-55": {"credit", drop("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID")},
	"BR-62": {"peppol", attribute(seller+"/cbc:EndpointID", "schemeID", "")}, "BR-63": {"mail", attribute(buyer+"/cbc:EndpointID", "schemeID", "")},
	"BR-CO-03": {"standard", both(put("cbc:TaxPointDate", "2026-04-07"), func(x *element) { put("cbc:DescriptionCode", "35")(x.at("cac:InvoicePeriod")) })},
	"BR-CO-09": {"standard", set(buyer+"/cac:PartyTaxScheme/cbc:CompanyID", "282741168")}, "BR-CO-18": {"standard", drop(subtotals)},
	"BR-CO-19": {"standard", both(drop("cac:InvoicePeriod/cbc:StartDate"), drop("cac:InvoicePeriod/cbc:EndDate"))},
	"BR-CO-25": {"standard", both(drop("cbc:DueDate"), drop("cac:PaymentTerms"))},
	"BR-CO-26": {"outside", drop(seller + legal + "cbc:CompanyID")},

	"BR-21": {"standard", drop(line1 + "/cbc:ID")}, "BR-22": {"standard", set(line1+"/cbc:InvoicedQuantity", "")}, "BR-23": {"standard", attribute(line1+"/cbc:InvoicedQuantity", "unitCode", "")},
	"BR-24": {"credit", drop("cac:CreditNoteLine/cbc:LineExtensionAmount")}, "BR-25": {"standard", drop(line1 + "/cac:Item/cbc:Name")}, "BR-26": {"standard", drop(line1 + "/cac:Price/cbc:PriceAmount")},
	"BR-27": {"standard", set(line1+"/cac:Price/cbc:PriceAmount", "-1")}, "BR-CO-04": {"standard", drop(lineTax)},

	"BR-CO-10": {"standard", set(line1+"/cbc:LineExtensionAmount", "1.00")}, "BR-CO-13": {"standard", set(totals+"/cbc:TaxExclusiveAmount", "1.00")},
	"BR-CO-14": {"standard", set("cac:TaxTotal/cbc:TaxAmount", "1.00")}, "BR-CO-15": {"standard", set(totals+"/cbc:TaxInclusiveAmount", "1.00")},
	"BR-CO-16": {"rounded", set(totals+"/cbc:PayableRoundingAmount", "1.00")}, "BR-CO-17": {"standard", set(subtotals+"/cbc:TaxAmount", "1.00")},

	"BR-DEC-09": {"standard", set(totals+"/cbc:LineExtensionAmount", "1.000")}, "BR-DEC-12": {"standard", set(totals+"/cbc:TaxExclusiveAmount", "1.000")},
	"BR-DEC-13": {"standard", set("cac:TaxTotal/cbc:TaxAmount", "1.000")}, "BR-DEC-14": {"standard", set(totals+"/cbc:TaxInclusiveAmount", "1.000")},
	"BR-DEC-17": {"rounded", set(totals+"/cbc:PayableRoundingAmount", "0.010")}, "BR-DEC-18": {"standard", set(totals+"/cbc:PayableAmount", "1.000")},
	"BR-DEC-19": {"standard", set(subtotals+"/cbc:TaxableAmount", "1.000")}, "BR-DEC-20": {"standard", set(subtotals+"/cbc:TaxAmount", "1.000")},
	"BR-DEC-23": {"standard", set(line1+"/cbc:LineExtensionAmount", "12000.000")},

	"BR-CL-01": {"standard", set("cbc:InvoiceTypeCode", "381")}, "BR-CL-03": {"standard", attribute(totals+"/cbc:PayableAmount", "currencyID", "EURO")},
	"BR-CL-04": {"standard", set("cbc:DocumentCurrencyCode", "EUX")}, "BR-CL-14": {"standard", set(seller+country, "UK")}, "BR-CL-16": {"standard", set("cac:PaymentMeans/cbc:PaymentMeansCode", "0")},
	"BR-CL-17": {"standard", set(category+"/cbc:ID", "AA")}, "BR-CL-18": {"standard", set(lineTax+"/cbc:ID", "AA")},
	"BR-CL-23": {"standard", attribute(line1+"/cbc:InvoicedQuantity", "unitCode", "month")}, "BR-CL-25": {"peppol", attribute(buyer+"/cbc:EndpointID", "schemeID", "9901")},
	"every amount is in the currency of the document (PEPPOL-EN16931-R051)": {"standard", attribute(totals+"/cbc:PayableAmount", "currencyID", "USD")},

	"BR-S-01": {"standard", set(category+"/cbc:ID", "Z")}, "BR-S-02": {"standard", drop(seller + "/cac:PartyTaxScheme")}, "BR-S-05": {"standard", set(lineTax+"/cbc:Percent", "0")},
	"BR-S-08": {"standard", set(lineTax+"/cbc:Percent", "7")}, "BR-S-09": {"standard", set(subtotals+"/cbc:TaxAmount", "1.00")},
	"BR-S-10": {"standard", func(x *element) { put("cbc:TaxExemptionReason", "Why not.")(x.at(category)) }},
	"BR-Z-01": {"zero", again(subtotals)}, "BR-Z-02": {"zero", drop(seller + "/cac:PartyTaxScheme")}, "BR-Z-05": {"zero", set(lineTax+"/cbc:Percent", "7")},
	"BR-Z-08": {"zero", set(subtotals+"/cbc:TaxableAmount", "1.00")}, "BR-Z-09": {"zero", set(subtotals+"/cbc:TaxAmount", "1.00")},
	"BR-Z-10": {"zero", func(x *element) { put("cbc:TaxExemptionReason", "Why not.")(x.at(category)) }},
	"BR-E-01": {"exempt", again(subtotals)}, "BR-E-02": {"exempt", drop(seller + "/cac:PartyTaxScheme")}, "BR-E-05": {"exempt", drop(lineTax + "/cbc:Percent")},
	"BR-E-08": {"exempt", set(subtotals+"/cbc:TaxableAmount", "1.00")}, "BR-E-09": {"exempt", set(subtotals+"/cbc:TaxAmount", "1.00")}, "BR-E-10": {"exempt", drop(category + "/cbc:TaxExemptionReason")},
	"BR-AE-01": {"reverse-charge", set(category+"/cbc:ID", "E")}, "BR-AE-02": {"reverse-charge", drop(buyer + "/cac:PartyTaxScheme")}, "BR-AE-05": {"reverse-charge", set(lineTax+"/cbc:Percent", "19")},
	"BR-AE-08": {"reverse-charge", set(subtotals+"/cbc:TaxableAmount", "1.00")}, "BR-AE-09": {"reverse-charge", set(subtotals+"/cbc:TaxAmount", "1.00")},
	"BR-AE-10": {"reverse-charge", set(category+"/cbc:TaxExemptionReason", "")},
	"BR-IC-01": {"intra-community", again(subtotals)}, "BR-IC-02": {"intra-community", drop(buyer + "/cac:PartyTaxScheme")}, "BR-IC-05": {"intra-community", set(lineTax+"/cbc:Percent", "19")},
	"BR-IC-08": {"intra-community", set(subtotals+"/cbc:TaxableAmount", "1.00")}, "BR-IC-09": {"intra-community", set(subtotals+"/cbc:TaxAmount", "1.00")},
	"BR-IC-10": {"intra-community", drop(category + "/cbc:TaxExemptionReason")}, "BR-IC-11": {"intra-community", drop("cac:InvoicePeriod")}, "BR-IC-12": {"intra-community", drop("cac:Delivery")},
	"BR-G-01": {"export", again(subtotals)}, "BR-G-02": {"export", set(seller+"/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID", "TAX")}, "BR-G-05": {"export", set(lineTax+"/cbc:Percent", "19")},
	"BR-G-08": {"export", set(subtotals+"/cbc:TaxableAmount", "1.00")}, "BR-G-09": {"export", set(subtotals+"/cbc:TaxAmount", "1.00")}, "BR-G-10": {"export", drop(category + "/cbc:TaxExemptionReason")},
	"BR-O-01": {"outside", set(category+"/cbc:ID", "E")}, "BR-O-02": {"outside", set(seller+"/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID", "VAT")},
	"BR-O-05": {"outside", func(x *element) { put("cbc:Percent", "0")(x.at(lineTax)) }}, "BR-O-08": {"outside", set(subtotals+"/cbc:TaxableAmount", "1.00")},
	"BR-O-09": {"outside", set(subtotals+"/cbc:TaxAmount", "1.00")}, "BR-O-10": {"outside", drop(category + "/cbc:TaxExemptionReason")},
	"BR-O-11": {"outside", again(subtotals)}, "BR-O-12": {"outside", set(lineTax+"/cbc:ID", "E")},

	"PEPPOL-EN16931-R001": {"peppol", drop("cbc:ProfileID")}, "PEPPOL-EN16931-R002": {"peppol", put("cbc:Note", "Another.")},
	"PEPPOL-EN16931-R003": {"peppol", both(drop("cbc:BuyerReference"), drop("cac:OrderReference"))}, "PEPPOL-EN16931-R004": {"peppol", set("cbc:CustomizationID", "urn:cen.eu:en16931:2017")},
	"PEPPOL-EN16931-R007": {"peppol", set("cbc:ProfileID", "billing")}, "PEPPOL-EN16931-R008": {"peppol", put("cac:Delivery/cbc:ActualDeliveryDate", "")},
	"PEPPOL-EN16931-R010": {"peppol", drop(buyer + "/cbc:EndpointID")}, "PEPPOL-EN16931-R020": {"peppol", drop(seller + "/cbc:EndpointID")},
	"PEPPOL-EN16931-R053": {"peppol", again("cac:TaxTotal")}, "PEPPOL-EN16931-R120": {"peppol", set(line1+"/cbc:InvoicedQuantity", "1.0001")},
	"PEPPOL-EN16931-(rules of countries)": {"peppol", set(seller+country, "NL")},
}

// given are documents that keep all rules, by what stands in the table above.
func given(t *testing.T) map[string]func() *element {
	out := map[string]func() *element{}
	keep := func(name string, body []byte, change ...change) {
		out[name] = func() *element {
			x := parse(t, body)
			both(change...)(x)
			return x
		}
	}
	for _, c := range cases {
		d := document(t, c.issuer, c.customer, c.currency, 37037)
		body := write(t, d)
		keep(c.name, body)
		switch c.name {
		case "standard":
			keep("credit", write(t, creditOf(t, d, false)))
			keep("rounded", rounded(t, c))
		case "exempt":
			keep("zero", body, recategorised("Z"))
			keep("intra-community", body, recategorised("K"))
			keep("export", body, recategorised("G"))
		}
	}
	return out
}

// rounded is a last credit note that lacks a cent of the invoice's tax.
func rounded(t *testing.T, c taxCase) []byte {
	for deal := int64(37037); ; deal++ {
		d := document(t, c.issuer, c.customer, c.currency, deal)
		if last := creditOf(t, d, true, creditOf(t, d, false)); !last.Rounding.IsZero() {
			return write(t, last)
		}
	}
}

// A check that cannot fail checks nothing: each rule finds the document in which it is broken.
func TestEachRuleFindsWhatBreaksIt(t *testing.T) {
	documents := given(t)
	known := map[string]bool{}
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			known[r.name] = true
			b, ok := breaking[r.name]
			if !ok {
				t.Fatal("nothing breaks it")
			}
			if before := broken(documents[b.in]()); before != nil {
				t.Fatalf("%s breaks %v before it is changed", b.in, before)
			}
			x := documents[b.in]()
			b.do(x)
			if after := broken(x); !slices.Contains(after, r.name) {
				t.Errorf("it is not found; %v are", after)
			}
		})
	}
	for name := range maps.Keys(breaking) {
		if !known[name] {
			t.Errorf("there is no rule %s", name)
		}
	}
}

// The rules look at what is written. Who writes another element adds the rules that concern it, and its name here.
func TestOnlyElementsThatTheRulesKnowAreWritten(t *testing.T) {
	known := strings.Fields(`Invoice CreditNote cbc:CustomizationID cbc:ProfileID cbc:ID cbc:IssueDate cbc:DueDate cbc:InvoiceTypeCode cbc:CreditNoteTypeCode cbc:Note cbc:DocumentCurrencyCode
		cbc:BuyerReference cac:InvoicePeriod cbc:StartDate cbc:EndDate cac:OrderReference cac:BillingReference cac:InvoiceDocumentReference cac:ContractDocumentReference
		cac:AccountingSupplierParty cac:AccountingCustomerParty cac:Party cbc:EndpointID cac:PartyName cbc:Name cac:PostalAddress cbc:StreetName cbc:AdditionalStreetName cbc:CityName cbc:PostalZone
		cbc:CountrySubentity cac:Country cbc:IdentificationCode cac:PartyTaxScheme cbc:CompanyID cac:TaxScheme cac:PartyLegalEntity cbc:RegistrationName cac:Contact cbc:ElectronicMail
		cac:PaymentMeans cbc:PaymentMeansCode cbc:PaymentID cac:PayeeFinancialAccount cac:FinancialInstitutionBranch cac:PaymentTerms cac:TaxTotal cbc:TaxAmount cac:TaxSubtotal cbc:TaxableAmount
		cac:TaxCategory cbc:Percent cbc:TaxExemptionReason cac:LegalMonetaryTotal cbc:LineExtensionAmount cbc:TaxExclusiveAmount cbc:TaxInclusiveAmount cbc:PayableRoundingAmount cbc:PayableAmount
		cac:InvoiceLine cac:CreditNoteLine cbc:InvoicedQuantity cbc:CreditedQuantity cac:Item cbc:Description cac:ClassifiedTaxCategory cac:Price cbc:PriceAmount`)
	written := map[string]bool{}
	var walk func(*element)
	walk = func(x *element) {
		written[x.name] = true
		for _, k := range x.kids {
			walk(k)
		}
	}
	for _, c := range cases {
		d := document(t, c.issuer, c.customer, c.currency, 37037)
		walk(parse(t, write(t, d)))
		walk(parse(t, write(t, creditOf(t, d, false))))
	}
	for name := range written {
		if !slices.Contains(known, name) {
			t.Errorf("%s is written, and no rule knows it", name)
		}
	}
}
