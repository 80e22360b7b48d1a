package einvoice

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/invopop/gobl"
	_ "github.com/invopop/gobl/addons/eu/en16931" // the rules of EN 16931
	"github.com/invopop/gobl/bill"
	goblcal "github.com/invopop/gobl/cal"
	"github.com/invopop/gobl/cbc"
	"github.com/invopop/gobl/currency"
	"github.com/invopop/gobl/l10n"
	"github.com/invopop/gobl/num"
	"github.com/invopop/gobl/org"
	"github.com/invopop/gobl/pay"
	"github.com/invopop/gobl/tax"
	"github.com/invopop/gobl/uuid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// en16931 is the addon of GOBL that holds a document to the norm.
const en16931 cbc.Key = "eu-en16931-v2017"

// idOf is an id of version 7 that follows from the day of issue, the issuer and the number, so that writing twice gives the same.
func idOf(what string, d billing.Document) uuid.UUID {
	sum := sha256.Sum256([]byte(what + "\x00" + d.Issuer.Org + "\x00" + d.Number.String()))
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(d.IssuedOn.Start(time.UTC).UnixMilli())<<16)
	copy(b[6:], sum[:10])
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	text := hex.EncodeToString(b[:])
	return uuid.UUID(strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-"))
}

// Envelope is the document as GOBL, in JSON. Faults: Conflict when the law of the issuer's country, as GOBL knows it, refuses it.
func Envelope(d billing.Document) ([]byte, error) {
	invoice, err := toGOBL(d)
	if err != nil {
		return nil, err
	}
	e := gobl.NewEnvelope()
	e.Head.UUID = idOf("envelope", d)
	if err := e.Insert(invoice); err != nil {
		return nil, refused(err)
	}
	if err := e.Validate(); err != nil {
		return nil, refused(err)
	}
	if err := agrees(invoice, d); err != nil {
		return nil, err
	}
	return json.MarshalIndent(e, "", "  ")
}

func refused(err error) error {
	return fault.New(fault.Conflict, "tax-law", "The invoice does not keep a rule of the issuer's country or of EN 16931: %s. Look at the billing profiles of both sides.", err).Because(err)
}

// Parse reads an envelope back.
func Parse(envelope []byte) (*bill.Invoice, error) {
	var e gobl.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return nil, fmt.Errorf("read the GOBL document: %w", err)
	}
	invoice, ok := e.Extract().(*bill.Invoice)
	if !ok {
		return nil, fmt.Errorf("the GOBL document is no invoice")
	}
	return invoice, nil
}

// agrees compares what GOBL computed with what stands on the document.
func agrees(g *bill.Invoice, d billing.Document) error {
	for _, pair := range []struct {
		what  string
		gobl  num.Amount
		wants money.Amount
	}{{"net", g.Totals.Total, d.Net}, {"tax", g.Totals.Tax, d.TaxTotal}, {"payable", g.Totals.Payable, d.Payable}} {
		if got := minor(pair.gobl, pair.wants.Currency); got != pair.wants.Minor {
			return fmt.Errorf("invoice %s: GOBL computes %s as %s, the document says %s", d.Number, pair.what, pair.gobl, pair.wants)
		}
	}
	return nil
}

func minor(a num.Amount, c money.Currency) int64 { return a.Rescale(uint32(c.Digits())).Value() }

// toGOBL rounds as EN 16931 does: each line to the minor unit, and the tax once, from their sum.
func toGOBL(d billing.Document) (*bill.Invoice, error) {
	g := &bill.Invoice{
		Type: bill.InvoiceTypeStandard, Series: cbc.Code(fmt.Sprintf("%s-%d", d.Number.Series, d.Number.Year)), Code: cbc.Code(fmt.Sprintf("%04d", d.Number.Serial)),
		IssueDate: dateOf(d.IssuedOn), Currency: currency.Code(d.Currency), Supplier: party(d.Issuer.Profile), Customer: party(d.Customer.Profile),
		Tax: &bill.Tax{Rounding: tax.RoundingRuleCurrency}, Ordering: ordering(d),
	}
	g.UUID = idOf("document", d)
	g.SetRegime(g.Supplier.TaxID.Country)
	if norm(d) {
		g.SetAddons(en16931)
	}
	if d.Tax.Situation != "" && d.Tax.Percent == nil {
		g.Tax.Notes = []*tax.Note{{Category: cbc.Code(d.Tax.Category), Key: cbc.Key(d.Tax.Situation), Text: d.Tax.Reason}}
	}
	if d.Tax.Situation == "" && d.Tax.Reason != "" {
		g.Notes = append(g.Notes, &org.Note{Key: org.NoteKeyLegal, Text: d.Tax.Reason})
	}
	if d.Note != "" {
		g.Notes = append(g.Notes, &org.Note{Key: org.NoteKeyGeneral, Text: d.Note})
	}
	if d.Kind == billing.CreditNote {
		g.Type = bill.InvoiceTypeCreditNote
		g.Notes = append(g.Notes, &org.Note{Key: org.NoteKeyReason, Text: d.Reason})
		if d.Credits != nil {
			on := dateOf(d.Credits.IssuedOn)
			g.Preceding = []*org.DocumentRef{{Code: cbc.Code(d.Credits.Number), IssueDate: &on, Reason: d.Reason}}
		}
	}
	for _, l := range d.Lines {
		line, err := lineOf(d, l)
		if err != nil {
			return nil, err
		}
		g.Lines = append(g.Lines, line)
	}
	if !d.Rounding.IsZero() {
		rounding := amount(d.Rounding)
		g.Totals = &bill.Totals{Rounding: &rounding}
	}
	g.Payment = payment(d)
	return g, nil
}

// norm reports whether the document can keep EN 16931: with value added tax or without any tax, and in a currency of at most two decimals (BR-DEC).
func norm(d billing.Document) bool {
	return (d.Tax.Category == "" || d.Tax.Category == "VAT") && d.Currency.Digits() <= 2
}

// peppol is the key of inboxes that the network of that name delivers to.
const peppol cbc.Key = "peppol"

func inboxes(a billing.ElectronicAddress) []*org.Inbox {
	switch {
	case a.Scheme == "":
		return nil
	case a.Scheme == billing.MailScheme:
		return []*org.Inbox{{Email: a.ID}}
	case a.InPeppol():
		return []*org.Inbox{{Key: peppol, Scheme: cbc.Code(a.Scheme), Code: cbc.Code(a.ID)}}
	}
	return []*org.Inbox{{Scheme: cbc.Code(a.Scheme), Code: cbc.Code(a.ID)}}
}

func party(p billing.Profile) *org.Party {
	country := p.Country
	if country == "GR" {
		country = "EL"
	}
	out := &org.Party{
		Name: p.Name, TaxID: &tax.Identity{Country: l10n.TaxCountryCode(country), Code: cbc.Code(p.TaxID)},
		Addresses: []*org.Address{{Street: p.Street, StreetExtra: p.Extra, Locality: p.City, Region: p.Region, Code: cbc.Code(p.PostalCode), Country: l10n.ISOCountryCode(p.Country)}},
	}
	if p.CompanyID != "" {
		out.Identities = []*org.Identity{{Label: "Company ID", Code: cbc.Code(p.CompanyID), Scope: org.IdentityScopeLegal}}
	}
	out.Inboxes = inboxes(p.Electronic)
	if p.Email != "" {
		out.Emails = []*org.Email{{Address: p.Email}}
	}
	return out
}

func ordering(d billing.Document) *bill.Ordering {
	out := &bill.Ordering{
		Code: cbc.Code(d.Customer.Reference), Period: &goblcal.Period{Start: dateOf(d.Period.From), End: dateOf(d.Period.Last())},
		Contracts: []*org.DocumentRef{{Code: cbc.Code(d.Contract)}},
	}
	if d.PurchaseOrder != "" {
		out.Purchases = []*org.DocumentRef{{Code: cbc.Code(d.PurchaseOrder)}}
	}
	return out
}

func lineOf(d billing.Document, l billing.Line) (*bill.Line, error) {
	quantity, err := num.AmountFromString(l.Quantity)
	if err != nil {
		return nil, fmt.Errorf("line %d: quantity %q: %w", l.No, l.Quantity, err)
	}
	price, err := num.AmountFromString(strings.ReplaceAll(l.Price, ",", ""))
	if err != nil {
		return nil, fmt.Errorf("line %d: price %q: %w", l.No, l.Price, err)
	}
	item := &org.Item{Name: l.Text, Description: l.Detail, Price: &price, Unit: org.Unit(l.Unit)}
	if l.Unit == billing.Piece {
		item.Unit = org.UnitOne
	}
	out := &bill.Line{Quantity: quantity, Item: item}
	if d.Tax.Category != "" {
		out.Taxes = tax.Set{{Category: cbc.Code(d.Tax.Category), Key: cbc.Key(d.Tax.Situation), Rate: cbc.Key(d.Tax.Law), Percent: d.Tax.Percentage()}}
	}
	return out, nil
}

// payment says until when an invoice is to be paid and how, and of a credit note that nothing is.
func payment(d billing.Document) *bill.PaymentDetails {
	if d.Kind == billing.CreditNote {
		return &bill.PaymentDetails{Terms: &pay.Terms{Notes: d.PaymentTerms()}}
	}
	due := dateOf(d.DueOn)
	words := append([]string{d.PaymentTerms()}, d.PaymentWords()...)
	out := &bill.PaymentDetails{
		Terms: &pay.Terms{Key: pay.TermKeyDueDate, DueDates: []*pay.DueDate{{Date: &due, Amount: amount(d.Payable)}}, Notes: strings.Join(words, " ")},
	}
	i := &pay.Instructions{Key: pay.MeansKeyAny, Ref: cbc.Code(d.Number.String())}
	if a := d.Issuer.Account; a != "" {
		i.Key = pay.MeansKeyCreditTransfer
		transfer := &pay.CreditTransfer{BIC: cbc.Code(d.Issuer.BIC), Name: d.Issuer.Bank}
		if isIBAN(a) {
			transfer.IBAN = cbc.Code(a)
		} else {
			transfer.Number = cbc.Code(a)
		}
		i.CreditTransfer = []*pay.CreditTransfer{transfer}
	}
	if d.PaymentLink != "" {
		i.Online = []*pay.Online{{Label: "Pay online", URL: d.PaymentLink}}
	}
	out.Instructions = i
	return out
}

func isIBAN(a string) bool {
	return len(a) > 14 && strings.Trim(a[:2], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.Trim(a[2:4], "0123456789") == ""
}

func dateOf(d cal.Date) goblcal.Date { return goblcal.MakeDate(d.Year(), d.Month(), d.Day()) }

func amount(a money.Amount) num.Amount { return num.MakeAmount(a.Minor, uint32(a.Currency.Digits())) }
