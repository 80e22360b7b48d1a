package einvoice

import "encoding/xml"

// The form of UBL 2.1, as much of it as is written, in the order of the schema.

type ublDocument struct {
	XMLName  xml.Name
	XMLNS    string `xml:"xmlns,attr"`
	XMLNSCAC string `xml:"xmlns:cac,attr"`
	XMLNSCBC string `xml:"xmlns:cbc,attr"`

	CustomizationID string   `xml:"cbc:CustomizationID,omitempty"`
	ProfileID       string   `xml:"cbc:ProfileID,omitempty"`
	ID              string   `xml:"cbc:ID"`
	IssueDate       string   `xml:"cbc:IssueDate"`
	DueDate         string   `xml:"cbc:DueDate,omitempty"`         // of an invoice
	InvoiceType     string   `xml:"cbc:InvoiceTypeCode,omitempty"` // likewise
	CreditNoteType  string   `xml:"cbc:CreditNoteTypeCode,omitempty"`
	Notes           []string `xml:"cbc:Note"`
	Currency        string   `xml:"cbc:DocumentCurrencyCode"`
	BuyerReference  string   `xml:"cbc:BuyerReference,omitempty"`

	Period   *ublPeriod        `xml:"cac:InvoicePeriod"`
	Order    *ublReference     `xml:"cac:OrderReference"`
	Credits  []ublBilling      `xml:"cac:BillingReference"`
	Contract *ublReference     `xml:"cac:ContractDocumentReference"`
	Supplier ublAccountParty   `xml:"cac:AccountingSupplierParty"`
	Customer ublAccountParty   `xml:"cac:AccountingCustomerParty"`
	Means    []ublPaymentMeans `xml:"cac:PaymentMeans"`
	Terms    *ublNote          `xml:"cac:PaymentTerms"`
	Tax      ublTaxTotal       `xml:"cac:TaxTotal"`
	Totals   ublTotals         `xml:"cac:LegalMonetaryTotal"`

	InvoiceLines    []ublLine `xml:"cac:InvoiceLine"`
	CreditNoteLines []ublLine `xml:"cac:CreditNoteLine"`
}

type ublPeriod struct {
	Start string `xml:"cbc:StartDate"`
	End   string `xml:"cbc:EndDate"`
}

type ublReference struct {
	ID        string `xml:"cbc:ID"`
	IssueDate string `xml:"cbc:IssueDate,omitempty"`
}

type ublBilling struct {
	Invoice ublReference `xml:"cac:InvoiceDocumentReference"`
}

type ublNote struct {
	Note string `xml:"cbc:Note"`
}

type ublAccountParty struct {
	Party ublParty `xml:"cac:Party"`
}

type ublEndpoint struct {
	Scheme string `xml:"schemeID,attr"`
	ID     string `xml:",chardata"`
}

type ublParty struct {
	Endpoint *ublEndpoint   `xml:"cbc:EndpointID"`
	Name     ublName        `xml:"cac:PartyName"`
	Address  ublAddress     `xml:"cac:PostalAddress"`
	Tax      []ublPartyTax  `xml:"cac:PartyTaxScheme"`
	Legal    ublLegalEntity `xml:"cac:PartyLegalEntity"`
	Contact  *ublContact    `xml:"cac:Contact"`
}

type ublName struct {
	Name string `xml:"cbc:Name"`
}

type ublAddress struct {
	Street  string     `xml:"cbc:StreetName,omitempty"`
	Extra   string     `xml:"cbc:AdditionalStreetName,omitempty"`
	City    string     `xml:"cbc:CityName,omitempty"`
	Code    string     `xml:"cbc:PostalZone,omitempty"`
	Region  string     `xml:"cbc:CountrySubentity,omitempty"`
	Country ublCountry `xml:"cac:Country"`
}

type ublCountry struct {
	Code string `xml:"cbc:IdentificationCode"`
}

type ublPartyTax struct {
	ID     string    `xml:"cbc:CompanyID"`
	Scheme ublScheme `xml:"cac:TaxScheme"`
}

type ublScheme struct {
	ID string `xml:"cbc:ID"`
}

type ublLegalEntity struct {
	Name string `xml:"cbc:RegistrationName"`
	ID   string `xml:"cbc:CompanyID,omitempty"`
}

type ublContact struct {
	Mail string `xml:"cbc:ElectronicMail"`
}

type ublPaymentMeans struct {
	Code    string      `xml:"cbc:PaymentMeansCode"`
	ID      string      `xml:"cbc:PaymentID,omitempty"`
	Account *ublAccount `xml:"cac:PayeeFinancialAccount"`
}

type ublAccount struct {
	ID     string        `xml:"cbc:ID"`
	Branch *ublReference `xml:"cac:FinancialInstitutionBranch"`
}

type ublMoney struct {
	Currency string `xml:"currencyID,attr"`
	Amount   string `xml:",chardata"`
}

type ublTaxTotal struct {
	Amount    ublMoney         `xml:"cbc:TaxAmount"`
	Subtotals []ublTaxSubtotal `xml:"cac:TaxSubtotal"`
}

type ublTaxSubtotal struct {
	Base     ublMoney    `xml:"cbc:TaxableAmount"`
	Amount   ublMoney    `xml:"cbc:TaxAmount"`
	Category ublCategory `xml:"cac:TaxCategory"`
}

type ublCategory struct {
	ID      string    `xml:"cbc:ID"`
	Percent string    `xml:"cbc:Percent,omitempty"`
	Reason  string    `xml:"cbc:TaxExemptionReason,omitempty"`
	Scheme  ublScheme `xml:"cac:TaxScheme"`
}

type ublTotals struct {
	Lines    ublMoney  `xml:"cbc:LineExtensionAmount"`
	Net      ublMoney  `xml:"cbc:TaxExclusiveAmount"`
	Gross    ublMoney  `xml:"cbc:TaxInclusiveAmount"`
	Rounding *ublMoney `xml:"cbc:PayableRoundingAmount"`
	Payable  ublMoney  `xml:"cbc:PayableAmount"`
}

type ublLine struct {
	ID       string       `xml:"cbc:ID"`
	Invoiced *ublQuantity `xml:"cbc:InvoicedQuantity"`
	Credited *ublQuantity `xml:"cbc:CreditedQuantity"`
	Net      ublMoney     `xml:"cbc:LineExtensionAmount"`
	Item     ublItem      `xml:"cac:Item"`
	Price    ublPrice     `xml:"cac:Price"`
}

type ublQuantity struct {
	Unit  string `xml:"unitCode,attr"`
	Count string `xml:",chardata"`
}

type ublItem struct {
	Description string      `xml:"cbc:Description,omitempty"`
	Name        string      `xml:"cbc:Name"`
	Category    ublCategory `xml:"cac:ClassifiedTaxCategory"`
}

type ublPrice struct {
	Amount ublMoney `xml:"cbc:PriceAmount"`
}
