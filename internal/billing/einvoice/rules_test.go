package einvoice_test

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
)

// rule is a business rule that a document keeps or breaks, by its name in EN 16931 or in Peppol BIS Billing.
type rule struct {
	name  string
	holds func(*element) bool
}

const (
	seller    = "cac:AccountingSupplierParty/cac:Party"
	buyer     = "cac:AccountingCustomerParty/cac:Party"
	totals    = "cac:LegalMonetaryTotal"
	subtotals = "cac:TaxTotal/cac:TaxSubtotal"
)

// rules are all rules that concern what is written, of the norm; and of Peppol, for a document that says it keeps them.
func rules() []rule {
	return slices.Concat(presence, lineRules, calculation, decimals, codes, categoryRules(), peppolRules)
}

func broken(x *element) []string {
	var out []string
	for _, r := range rules() {
		if !r.holds(x) {
			out = append(out, r.name)
		}
	}
	return out
}

func present(name, path string) rule {
	return rule{name, func(x *element) bool { return x.says(path) != "" }}
}

func inside(name, path string) rule {
	return rule{name, func(x *element) bool { return x.has(path) }}
}

// ofEach is a rule for every element at a path.
func ofEach(name, path string, holds func(*element) bool) rule {
	return rule{name, func(x *element) bool { return every(x.all(path), holds) }}
}

var presence = []rule{
	present("BR-01", "cbc:CustomizationID"), present("BR-02", "cbc:ID"), present("BR-03", "cbc:IssueDate"),
	{"BR-04", func(x *element) bool { return x.says("cbc:InvoiceTypeCode")+x.says("cbc:CreditNoteTypeCode") != "" }},
	present("BR-05", "cbc:DocumentCurrencyCode"),
	present("BR-06", seller+"/cac:PartyLegalEntity/cbc:RegistrationName"), present("BR-07", buyer+"/cac:PartyLegalEntity/cbc:RegistrationName"),
	inside("BR-08", seller+"/cac:PostalAddress"), present("BR-09", seller+"/cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
	inside("BR-10", buyer+"/cac:PostalAddress"), present("BR-11", buyer+"/cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
	inside("BR-12", totals+"/cbc:LineExtensionAmount"), inside("BR-13", totals+"/cbc:TaxExclusiveAmount"),
	inside("BR-14", totals+"/cbc:TaxInclusiveAmount"), inside("BR-15", totals+"/cbc:PayableAmount"),
	{"BR-16", func(x *element) bool { return len(x.lines()) > 0 }},
	ofEach("BR-29", "cac:InvoicePeriod", func(p *element) bool {
		return !p.has("cbc:StartDate") || !p.has("cbc:EndDate") || p.says("cbc:EndDate") >= p.says("cbc:StartDate")
	}),
	ofEach("BR-45", subtotals, func(s *element) bool { return s.says("cbc:TaxableAmount") != "" }),
	ofEach("BR-46", subtotals, func(s *element) bool { return s.says("cbc:TaxAmount") != "" }),
	ofEach("BR-47", subtotals, func(s *element) bool {
		return s.says("cac:TaxCategory/cbc:ID") != "" && s.says("cac:TaxCategory/cac:TaxScheme/cbc:ID") == "VAT"
	}),
	ofEach("BR-48", subtotals, func(s *element) bool {
		return s.says("cac:TaxCategory/cbc:Percent") != "" || s.says("cac:TaxCategory/cbc:ID") == "O"
	}),
	ofEach("BR-49", "cac:PaymentMeans", func(m *element) bool { return m.says("cbc:PaymentMeansCode") != "" }),
	ofEach("BR-50", "cac:PaymentMeans/cac:PayeeFinancialAccount", func(a *element) bool { return a.says("cbc:ID") != "" }),
	ofEach("BR-61", "cac:PaymentMeans", func(m *element) bool {
		code := m.says("cbc:PaymentMeansCode")
		return code != "30" && code != "58" || m.says("cac:PayeeFinancialAccount/cbc:ID") != ""
	}),
	ofEach("BR-55", "cac:BillingReference", func(b *element) bool { return b.says("cac:InvoiceDocumentReference/cbc:ID") != "" }),
	ofEach("BR-62", seller+"/cbc:EndpointID", func(e *element) bool { return e.attr["schemeID"] != "" }),
	ofEach("BR-63", buyer+"/cbc:EndpointID", func(e *element) bool { return e.attr["schemeID"] != "" }),
	{"BR-CO-03", func(x *element) bool {
		return !x.has("cbc:TaxPointDate") || !x.has("cac:InvoicePeriod/cbc:DescriptionCode")
	}},
	{"BR-CO-09", func(x *element) bool {
		return every(x.within("cac:PartyTaxScheme"), func(s *element) bool {
			id := s.says("cbc:CompanyID")
			return s.says("cac:TaxScheme/cbc:ID") != "VAT" || len(id) > 2 && (isCountry(id[:2]) || id[:2] == "EL")
		})
	}},
	{"BR-CO-18", func(x *element) bool { return x.has(subtotals) }},
	ofEach("BR-CO-19", "cac:InvoicePeriod", func(p *element) bool { return p.says("cbc:StartDate")+p.says("cbc:EndDate") != "" }),
	{"BR-CO-25", func(x *element) bool {
		return x.amount(totals+"/cbc:PayableAmount").Sign() <= 0 || x.says("cbc:DueDate")+x.says("cac:PaymentTerms/cbc:Note") != ""
	}},
	{"BR-CO-26", func(x *element) bool {
		return x.says(seller+"/cac:PartyIdentification/cbc:ID")+x.says(seller+"/cac:PartyLegalEntity/cbc:CompanyID")+taxID(x, seller, true) != ""
	}},
}

func ofLines(name string, holds func(*element) bool) rule {
	return rule{name, func(x *element) bool { return every(x.lines(), holds) }}
}

func lineSays(name, path string) rule {
	return ofLines(name, func(l *element) bool { return l.says(path) != "" })
}

var lineRules = []rule{
	lineSays("BR-21", "cbc:ID"), ofLines("BR-22", func(l *element) bool { return l.quantity().text != "" }),
	ofLines("BR-23", func(l *element) bool { return l.quantity().attr["unitCode"] != "" }),
	lineSays("BR-24", "cbc:LineExtensionAmount"), lineSays("BR-25", "cac:Item/cbc:Name"), lineSays("BR-26", "cac:Price/cbc:PriceAmount"),
	ofLines("BR-27", func(l *element) bool { return l.amount("cac:Price/cbc:PriceAmount").Sign() >= 0 }),
	ofLines("BR-CO-04", func(l *element) bool {
		c := l.all("cac:Item/cac:ClassifiedTaxCategory")
		return len(c) == 1 && c[0].says("cbc:ID") != "" && c[0].says("cac:TaxScheme/cbc:ID") == "VAT"
	}),
}

var calculation = []rule{
	{"BR-CO-10", func(x *element) bool {
		return same(sum(x.lines(), "cbc:LineExtensionAmount"), x.amount(totals+"/cbc:LineExtensionAmount"))
	}},
	{"BR-CO-13", func(x *element) bool {
		return same(x.amount(totals+"/cbc:LineExtensionAmount"), x.amount(totals+"/cbc:TaxExclusiveAmount"))
	}},
	{"BR-CO-14", func(x *element) bool {
		return same(sum(x.all(subtotals), "cbc:TaxAmount"), x.amount("cac:TaxTotal/cbc:TaxAmount"))
	}},
	{"BR-CO-15", func(x *element) bool {
		return same(new(big.Rat).Add(x.amount(totals+"/cbc:TaxExclusiveAmount"), x.amount("cac:TaxTotal/cbc:TaxAmount")), x.amount(totals+"/cbc:TaxInclusiveAmount"))
	}},
	{"BR-CO-16", func(x *element) bool {
		return same(new(big.Rat).Add(x.amount(totals+"/cbc:TaxInclusiveAmount"), rounding(x)), x.amount(totals+"/cbc:PayableAmount"))
	}},
	ofEach("BR-CO-17", subtotals, func(s *element) bool { return taxed(s, "cac:TaxCategory/cbc:Percent") }),
}

func rounding(x *element) *big.Rat {
	if !x.has(totals + "/cbc:PayableRoundingAmount") {
		return new(big.Rat)
	}
	return x.amount(totals + "/cbc:PayableRoundingAmount")
}

// taxed reports whether the tax of a subtotal is its base by its rate, rounded half up to two decimals. A yen has none; half a unit covers it.
func taxed(s *element, rate string) bool {
	percent := new(big.Rat)
	if s.has(rate) {
		percent = s.amount(rate)
	}
	tax := new(big.Rat).Mul(s.amount("cbc:TaxableAmount"), percent.Quo(percent, big.NewRat(100, 1)))
	off := tax.Sub(tax, s.amount("cbc:TaxAmount"))
	half := big.NewRat(1, 200)
	if !strings.Contains(s.says("cbc:TaxAmount"), ".") {
		half = big.NewRat(1, 2)
	}
	return off.Abs(off).Cmp(half) <= 0
}

// inCents is a rule that an amount has two decimals at most.
func inCents(name string, find func(*element) []*element) rule {
	return rule{name, func(x *element) bool {
		return every(find(x), func(e *element) bool {
			_, after, _ := strings.Cut(e.text, ".")
			return len(after) <= 2
		})
	}}
}

func inCentsAt(name, path string) rule {
	return inCents(name, func(x *element) []*element { return x.all(path) })
}

var decimals = []rule{
	inCentsAt("BR-DEC-09", totals+"/cbc:LineExtensionAmount"), inCentsAt("BR-DEC-12", totals+"/cbc:TaxExclusiveAmount"), inCentsAt("BR-DEC-13", "cac:TaxTotal/cbc:TaxAmount"),
	inCentsAt("BR-DEC-14", totals+"/cbc:TaxInclusiveAmount"), inCentsAt("BR-DEC-17", totals+"/cbc:PayableRoundingAmount"), inCentsAt("BR-DEC-18", totals+"/cbc:PayableAmount"),
	inCentsAt("BR-DEC-19", subtotals+"/cbc:TaxableAmount"), inCentsAt("BR-DEC-20", subtotals+"/cbc:TaxAmount"),
	inCents("BR-DEC-23", func(x *element) (out []*element) {
		for _, l := range x.lines() {
			out = append(out, l.all("cbc:LineExtensionAmount")...)
		}
		return out
	}),
}

func isCountry(code string) bool {
	r, err := language.ParseRegion(code)
	return err == nil && r.Canonicalize().String() == code && (r.IsCountry() || code == "XK")
}

func isCurrency(code string) bool {
	u, err := currency.ParseISO(code)
	return err == nil && u.String() == code
}

// coded is a rule that every element of a name has one of the codes.
func coded(name, elements string, codes ...string) rule {
	return rule{name, func(x *element) bool {
		return every(x.within(elements), func(e *element) bool { return slices.Contains(codes, e.text) })
	}}
}

// eas is the code list of electronic addresses of the validation artefacts 1.3.16.
const eas = ` 0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191 0192 0193 0194 0195 0196 0198
 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218 0219 0220 0221 0225 0230 0235 0240 0244 0242 0245 0246 0248 9910 9913
 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947
 9948 9949 9950 9951 9952 9953 9957 9959 AN AQ AS AU EM `

// taxCategories are those of UNTDID 5305 that the norm knows.
var taxCategories = []string{"AE", "L", "M", "E", "S", "Z", "G", "O", "K", "B"}

func categoryCoded(name, of string) rule {
	return rule{name, func(x *element) bool {
		return every(x.within(of), func(c *element) bool { return slices.Contains(taxCategories, c.says("cbc:ID")) })
	}}
}

var codes = []rule{
	{"BR-CL-01", func(x *element) bool {
		return x.credit() && x.says("cbc:CreditNoteTypeCode") == "381" && !x.has("cbc:InvoiceTypeCode") || !x.credit() && x.says("cbc:InvoiceTypeCode") == "380" && !x.has("cbc:CreditNoteTypeCode")
	}},
	{"BR-CL-03", func(x *element) bool {
		return every(currencies(x), func(e *element) bool { return isCurrency(e.attr["currencyID"]) })
	}},
	{"BR-CL-04", func(x *element) bool { return isCurrency(x.says("cbc:DocumentCurrencyCode")) }},
	{"BR-CL-14", func(x *element) bool {
		return every(x.within("cac:Country"), func(c *element) bool { return isCountry(c.says("cbc:IdentificationCode")) })
	}},
	coded("BR-CL-16", "cbc:PaymentMeansCode", "1", "30", "58"),
	categoryCoded("BR-CL-17", "cac:TaxCategory"), categoryCoded("BR-CL-18", "cac:ClassifiedTaxCategory"),
	ofLines("BR-CL-23", func(l *element) bool {
		return slices.Contains([]string{"MON", "HUR", "C62"}, l.quantity().attr["unitCode"])
	}),
	{"BR-CL-25", func(x *element) bool {
		return every(x.within("cbc:EndpointID"), func(e *element) bool { return strings.Contains(eas, " "+e.attr["schemeID"]+" ") })
	}},
	{"every amount is in the currency of the document (PEPPOL-EN16931-R051)", func(x *element) bool {
		return every(currencies(x), func(e *element) bool { return e.attr["currencyID"] == x.says("cbc:DocumentCurrencyCode") })
	}},
}

// currencies are the elements that name one.
func currencies(x *element) []*element {
	var out []*element
	for _, k := range x.kids {
		if _, named := k.attr["currencyID"]; named {
			out = append(out, k)
		}
		out = append(out, currencies(k)...)
	}
	return out
}

// taxID is the tax id of a side: that of value added tax, or with others another registration too.
func taxID(x *element, side string, vat bool) string {
	for _, s := range x.all(side + "/cac:PartyTaxScheme") {
		if (s.says("cac:TaxScheme/cbc:ID") == "VAT") == vat {
			return s.says("cbc:CompanyID")
		}
	}
	return ""
}

// taxCategory is how the norm treats a category of tax.
type taxCategory struct {
	code, prefix    string
	ids             func(x *element) bool // BR-*-02
	rate            func(e *element) bool // BR-*-05, of a line
	reason, charged bool
}

func zero(e *element) bool { return e.has("cbc:Percent") && e.amount("cbc:Percent").Sign() == 0 }

func anySeller(x *element) bool { return taxID(x, seller, true)+taxID(x, seller, false) != "" }

var treatments = []taxCategory{
	{"S", "BR-S", anySeller, func(e *element) bool { return e.amount("cbc:Percent").Sign() > 0 }, false, true},
	{"Z", "BR-Z", anySeller, zero, false, false},
	{"E", "BR-E", anySeller, zero, true, false},
	{"AE", "BR-AE", func(x *element) bool {
		return anySeller(x) && taxID(x, buyer, true)+x.says(buyer+"/cac:PartyLegalEntity/cbc:CompanyID") != ""
	}, zero, true, false},
	{"K", "BR-IC", func(x *element) bool { return taxID(x, seller, true) != "" && taxID(x, buyer, true) != "" }, zero, true, false},
	{"G", "BR-G", func(x *element) bool { return taxID(x, seller, true) != "" }, zero, true, false},
	{"O", "BR-O", func(x *element) bool { return taxID(x, seller, true)+taxID(x, buyer, true) == "" }, func(e *element) bool { return !e.has("cbc:Percent") }, true, false},
}

func categoryRules() []rule {
	var out []rule
	for _, c := range treatments {
		out = append(out, c.rules()...)
	}
	return append(out,
		rule{"BR-IC-11", func(x *element) bool {
			return !used(x, "K") || x.has("cac:Delivery/cbc:ActualDeliveryDate") || x.has("cac:InvoicePeriod")
		}},
		rule{"BR-IC-12", func(x *element) bool {
			return !used(x, "K") || x.has("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode")
		}},
		rule{"BR-O-11", func(x *element) bool {
			return len(ofCategory(x.all(subtotals), "cac:TaxCategory", "O")) == 0 || len(x.all(subtotals)) == 1
		}},
		rule{"BR-O-12", func(x *element) bool {
			return len(ofCategory(x.all(subtotals), "cac:TaxCategory", "O")) == 0 || len(ofCategory(x.lines(), "cac:Item/cac:ClassifiedTaxCategory", "O")) == len(x.lines())
		}})
}

func ofCategory(all []*element, path, code string) []*element {
	return slices.DeleteFunc(slices.Clone(all), func(e *element) bool { return e.says(path+"/cbc:ID") != code })
}

func used(x *element, code string) bool {
	return len(ofCategory(x.lines(), "cac:Item/cac:ClassifiedTaxCategory", code)) > 0
}

// rules of a category. Those of allowances and charges of a document (03, 04, 06, 07) have nothing to look at: none is written.
func (c taxCategory) rules() []rule {
	mine := func(x *element) []*element { return ofCategory(x.all(subtotals), "cac:TaxCategory", c.code) }
	return []rule{
		{c.prefix + "-01", func(x *element) bool { return !used(x, c.code) || len(mine(x)) == 1 || c.charged && len(mine(x)) > 1 }},
		{c.prefix + "-02", func(x *element) bool { return !used(x, c.code) || c.ids(x) }},
		{c.prefix + "-05", func(x *element) bool {
			return every(ofCategory(x.lines(), "cac:Item/cac:ClassifiedTaxCategory", c.code), func(l *element) bool { return c.rate(l.all("cac:Item/cac:ClassifiedTaxCategory")[0]) })
		}},
		{c.prefix + "-08", func(x *element) bool {
			return every(mine(x), func(s *element) bool {
				lines := ofCategory(x.lines(), "cac:Item/cac:ClassifiedTaxCategory", c.code)
				if c.charged {
					lines = slices.DeleteFunc(lines, func(l *element) bool {
						return l.says("cac:Item/cac:ClassifiedTaxCategory/cbc:Percent") != s.says("cac:TaxCategory/cbc:Percent")
					})
				}
				return same(sum(lines, "cbc:LineExtensionAmount"), s.amount("cbc:TaxableAmount"))
			})
		}},
		{c.prefix + "-09", func(x *element) bool {
			return every(mine(x), func(s *element) bool {
				if c.charged {
					return taxed(s, "cac:TaxCategory/cbc:Percent")
				}
				return s.amount("cbc:TaxAmount").Sign() == 0
			})
		}},
		{c.prefix + "-10", func(x *element) bool {
			return every(mine(x), func(s *element) bool {
				return (s.says("cac:TaxCategory/cbc:TaxExemptionReason")+s.says("cac:TaxCategory/cbc:TaxExemptionReasonCode") != "") == c.reason
			})
		}},
	}
}

const peppolName = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"

func isPeppol(x *element) bool {
	return x.has("cbc:ProfileID") || strings.Contains(x.says("cbc:CustomizationID"), "peppol")
}

func ofPeppol(name string, holds func(*element) bool) rule {
	return rule{"PEPPOL-EN16931-" + name, func(x *element) bool { return !isPeppol(x) || holds(x) }}
}

var process = regexp.MustCompile(`^urn:fdc:peppol\.eu:2017:poacc:billing:\d\d:1\.0$`)

var peppolRules = []rule{
	ofPeppol("R001", func(x *element) bool { return x.says("cbc:ProfileID") != "" }),
	ofPeppol("R002", func(x *element) bool { return len(x.all("cbc:Note")) <= 1 }),
	ofPeppol("R003", func(x *element) bool { return x.says("cbc:BuyerReference")+x.says("cac:OrderReference/cbc:ID") != "" }),
	ofPeppol("R004", func(x *element) bool { return strings.HasPrefix(x.says("cbc:CustomizationID"), peppolName) }),
	ofPeppol("R007", func(x *element) bool { return process.MatchString(x.says("cbc:ProfileID")) }),
	ofPeppol("R008", func(x *element) bool { return filled(x) }),
	ofPeppol("R010", func(x *element) bool { return x.says(buyer+"/cbc:EndpointID") != "" }),
	ofPeppol("R020", func(x *element) bool { return x.says(seller+"/cbc:EndpointID") != "" }),
	ofPeppol("R053", func(x *element) bool { return len(x.all("cac:TaxTotal")) == 1 && x.has(subtotals) }),
	{"PEPPOL-EN16931-R120", func(x *element) bool {
		return every(x.lines(), func(l *element) bool {
			return same(new(big.Rat).Mul(number(l.quantity().text), l.amount("cac:Price/cbc:PriceAmount")), l.amount("cbc:LineExtensionAmount"))
		})
	}},
	ofPeppol("(rules of countries)", func(x *element) bool {
		return !slices.Contains([]string{"DE", "DK", "GR", "IS", "IT", "NL", "NO", "SE"}, x.says(seller+"/cac:PostalAddress/cac:Country/cbc:IdentificationCode"))
	}),
}

// filled reports whether every element has a text or others in it.
func filled(x *element) bool {
	return (x.text != "" || len(x.kids) > 0) && every(x.kids, filled)
}
