package einvoice

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/gobl/bill"
	"github.com/invopop/gobl/catalogues/untdid"
	"github.com/invopop/gobl/cbc"
	"github.com/invopop/gobl/l10n"
	"github.com/invopop/gobl/num"
	"github.com/invopop/gobl/org"
	"github.com/invopop/gobl/tax"

	"github.com/ofrecord/ofrecord/internal/billing"
)

const (
	invoiceSpace    = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
	creditNoteSpace = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
	cacSpace        = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
	cbcSpace        = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

	// customization names the norm that the document keeps; peppolCustomization and peppolProcess that it keeps Peppol BIS Billing 3.0 too.
	customization       = "urn:cen.eu:en16931:2017"
	peppolCustomization = customization + "#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
	peppolProcess       = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
	notSubject          = "Not subject to tax."
)

// UBL writes an envelope as UBL 2.1: an Invoice or a CreditNote.
func UBL(envelope []byte) ([]byte, error) {
	g, err := Parse(envelope)
	if err != nil {
		return nil, err
	}
	out := ublWriter{g, g.Type == bill.InvoiceTypeCreditNote}.document()
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// ublWriter writes one document of GOBL.
type ublWriter struct {
	*bill.Invoice
	credit bool
}

func (w ublWriter) document() ublDocument {
	out := ublDocument{
		XMLName: xml.Name{Local: "Invoice"}, XMLNS: invoiceSpace, XMLNSCAC: cacSpace, XMLNSCBC: cbcSpace,
		ID: w.Series.Join(w.Code).String(), IssueDate: w.IssueDate.String(), Currency: string(w.Currency),
		InvoiceType: "380", Supplier: ublAccountParty{w.party(w.Invoice.Supplier, true)}, Customer: ublAccountParty{w.party(w.Invoice.Customer, false)},
		Tax: w.taxTotal(), Totals: w.totals(),
	}
	if w.norm() {
		out.CustomizationID = customization
	}
	out.Notes = w.notes()
	if w.peppol() {
		out.CustomizationID, out.ProfileID = peppolCustomization, peppolProcess
	}
	if o := w.Ordering; o != nil {
		out.BuyerReference = o.Code.String()
		out.Period = &ublPeriod{o.Period.Start.String(), o.Period.End.String()}
		out.Order, out.Contract = first(o.Purchases), first(o.Contracts)
	}
	for _, p := range w.Preceding {
		out.Credits = append(out.Credits, ublBilling{ublReference{p.Code.String(), p.IssueDate.String()}})
	}
	if p := w.Payment; p != nil && p.Instructions != nil {
		out.DueDate = p.Terms.DueDates[0].Date.String()
		out.Means = w.means()
	}
	out.Terms = w.terms()
	if w.credit {
		out.XMLName.Local, out.XMLNS = "CreditNote", creditNoteSpace
		out.InvoiceType, out.CreditNoteType = "", "381"
		out.CreditNoteLines = w.lines()
	} else {
		out.InvoiceLines = w.lines()
	}
	return out
}

// norm reports whether the document is held to EN 16931.
func (w ublWriter) norm() bool { return len(w.GetAddons()) > 0 }

// ownRules are the countries for whose issuers Peppol has rules besides those of everybody; their documents do not say that they keep them.
var ownRules = []l10n.ISOCountryCode{"DE", "DK", "GR", "IS", "IT", "NL", "NO", "SE"}

// peppol reports whether the document keeps Peppol BIS Billing 3.0: both sides are to be found in the network, and the customer's reference or
// order is known.
func (w ublWriter) peppol() bool {
	named := w.Ordering != nil && (w.Ordering.Code != "" || len(w.Ordering.Purchases) > 0)
	return w.norm() && named && inPeppol(w.Invoice.Supplier) && inPeppol(w.Invoice.Customer) && !slices.Contains(ownRules, w.Invoice.Supplier.Addresses[0].Country)
}

func inPeppol(p *org.Party) bool { return len(p.Inboxes) > 0 && p.Inboxes[0].Key == peppol }

// notes are all notes; Peppol wants them as one.
func (w ublWriter) notes() []string {
	var out []string
	for _, n := range w.Notes {
		out = append(out, n.Text)
	}
	if len(out) > 1 && w.peppol() {
		out = []string{strings.Join(out, "\n")}
	}
	return out
}

// terms say until when to pay, and where online.
func (w ublWriter) terms() *ublNote {
	p := w.Payment
	if p == nil {
		return nil
	}
	var out []string
	if p.Terms != nil && p.Terms.Notes != "" {
		out = append(out, p.Terms.Notes)
	}
	if p.Instructions != nil && len(p.Instructions.Online) > 0 {
		out = append(out, "Pay online: "+p.Instructions.Online[0].URL)
	}
	if out == nil {
		return nil
	}
	return &ublNote{strings.Join(out, "\n")}
}

func endpointOf(p *org.Party) *ublEndpoint {
	if len(p.Inboxes) == 0 {
		return nil
	}
	if in := p.Inboxes[0]; in.Email == "" {
		return &ublEndpoint{in.Scheme.String(), in.Code.String()}
	}
	return &ublEndpoint{billing.MailScheme, p.Inboxes[0].Email}
}

func first(refs []*org.DocumentRef) *ublReference {
	if len(refs) == 0 {
		return nil
	}
	return &ublReference{ID: refs[0].Code.String()}
}

// party writes one side. Where nothing is subject to the tax, the norm forbids the tax ids of value added tax (BR-O-02); the issuer's stands as
// another registration then, and as the number of the company where there is no other.
func (w ublWriter) party(p *org.Party, supplier bool) ublParty {
	a := p.Addresses[0]
	out := ublParty{
		Endpoint: endpointOf(p), Name: ublName{p.Name}, Legal: ublLegalEntity{Name: p.Name},
		Address: ublAddress{Street: a.Street, Extra: a.StreetExtra, City: a.Locality, Code: a.Code.String(), Region: a.Region, Country: ublCountry{string(a.Country)}},
	}
	for _, id := range p.Identities {
		out.Legal.ID = id.Code.String()
	}
	if number := taxNumber(p); number != "" {
		scheme := w.scheme()
		switch {
		case w.category() != "O":
			out.Tax = []ublPartyTax{{number, ublScheme{scheme}}}
		case supplier:
			out.Tax = []ublPartyTax{{number, ublScheme{"TAX"}}}
		}
		if out.Legal.ID == "" && w.category() == "O" {
			out.Legal.ID = number
		}
	}
	if len(p.Emails) > 0 {
		out.Contact = &ublContact{p.Emails[0].Address}
	}
	return out
}

func taxNumber(p *org.Party) string {
	if p.TaxID == nil || p.TaxID.Code.IsEmpty() {
		return ""
	}
	return p.TaxID.String()
}

func (w ublWriter) means() []ublPaymentMeans {
	i := w.Payment.Instructions
	m := ublPaymentMeans{Code: i.Ext.Get(untdid.ExtKeyPaymentMeans).String(), ID: i.Ref.String()}
	if m.Code == "" {
		m.Code = "1"
	}
	for _, t := range i.CreditTransfer {
		m.Code = "30"
		m.Account = &ublAccount{ID: t.IBAN.String()}
		if m.Account.ID == "" {
			m.Account.ID = t.Number.String()
		}
		if t.BIC != "" {
			m.Account.Branch = &ublReference{ID: t.BIC.String()}
		}
	}
	return []ublPaymentMeans{m}
}

func (w ublWriter) money(a num.Amount) ublMoney {
	return ublMoney{string(w.Currency), a.Rescale(w.Currency.Def().Subunits).String()}
}

// combo is how all lines are taxed; nil when the country of the issuer has no tax that applies.
func (w ublWriter) combo() *tax.Combo {
	if set := w.Lines[0].Taxes; len(set) > 0 {
		return set[0]
	}
	return nil
}

// category is the code of UNTDID 5305.
func (w ublWriter) category() string {
	c := w.combo()
	switch {
	case c == nil:
		return "O"
	case c.Ext.Get(untdid.ExtKeyTaxCategory) != "":
		return c.Ext.Get(untdid.ExtKeyTaxCategory).String()
	case categories[c.Key] != "":
		return categories[c.Key]
	}
	return "S"
}

// categories are the codes by what GOBL calls them, for a document that is not held to the norm.
var categories = map[cbc.Key]string{tax.KeyReverseCharge: "AE", tax.KeyExempt: "E", tax.KeyOutsideScope: "O"}

func (w ublWriter) scheme() string {
	if c := w.combo(); c != nil {
		return c.Category.String()
	}
	return string(tax.CategoryVAT)
}

// percent is 0 where nothing is charged, and nothing where there is no tax at all.
func (w ublWriter) percent() string {
	switch c := w.combo(); {
	case w.category() == "O":
		return ""
	case c.Percent == nil:
		return "0"
	default:
		return c.Percent.StringWithoutSymbol()
	}
}

func (w ublWriter) lineCategory() ublCategory {
	return ublCategory{ID: w.category(), Percent: w.percent(), Scheme: ublScheme{w.scheme()}}
}

func (w ublWriter) taxTotal() ublTaxTotal {
	category := w.lineCategory()
	if category.ID != "S" {
		category.Reason = notSubject
		if len(w.Tax.Notes) > 0 {
			category.Reason = w.Tax.Notes[0].Text
		}
	}
	amount := w.money(w.Invoice.Totals.Tax)
	return ublTaxTotal{amount, []ublTaxSubtotal{{w.money(w.Invoice.Totals.Total), amount, category}}}
}

func (w ublWriter) totals() ublTotals {
	t := w.Invoice.Totals
	out := ublTotals{Lines: w.money(t.Sum), Net: w.money(t.Total), Gross: w.money(t.TotalWithTax), Payable: w.money(t.Payable)}
	if t.Rounding != nil && !t.Rounding.IsZero() {
		rounding := w.money(*t.Rounding)
		out.Rounding = &rounding
	}
	return out
}

func (w ublWriter) lines() []ublLine {
	var out []ublLine
	for i, l := range w.Lines {
		quantity := &ublQuantity{l.Item.Unit.UNECE().String(), l.Quantity.String()}
		line := ublLine{
			ID: strconv.Itoa(i + 1), Net: w.money(*l.Total),
			Item:  ublItem{Description: l.Item.Description, Name: l.Item.Name, Category: w.lineCategory()},
			Price: ublPrice{ublMoney{string(w.Currency), l.Item.Price.String()}},
		}
		if w.credit {
			line.Credited = quantity
		} else {
			line.Invoiced = quantity
		}
		out = append(out, line)
	}
	return out
}
