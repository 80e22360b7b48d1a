package billing

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/invopop/gobl/cbc"
	"github.com/invopop/gobl/l10n"
	"github.com/invopop/gobl/norm"
	"github.com/invopop/gobl/rules"
	"github.com/invopop/gobl/tax"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Side is what an organisation is on an invoice.
type Side string

// The sides.
const (
	Issuer   Side = "issuer"
	Customer Side = "customer"
)

// Profile is what has to stand of an organisation on an invoice. An invoice keeps the profiles as they were on the day it was issued.
type Profile struct {
	Name       string `json:"legal_name"`
	Street     string `json:"street"`
	Extra      string `json:"street_extra,omitempty"`
	City       string `json:"city"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country"`              // ISO 3166, two letters
	TaxID      string `json:"tax_id,omitempty"`     // as the country writes it, without its prefix: "111111125"
	CompanyID  string `json:"company_id,omitempty"` // number in the company register, or the like
	Email      string `json:"email,omitempty"`

	Electronic ElectronicAddress `json:"electronic_address,omitzero"` // where e-invoices are received

	// Of an issuer.
	Series       string `json:"series,omitempty"`
	CreditSeries string `json:"credit_series,omitempty"`
	Bank         string `json:"bank,omitempty"`    // name of the bank
	Account      string `json:"account,omitempty"` // IBAN or account number
	BIC          string `json:"bic,omitempty"`     // or routing number
	Footer       string `json:"footer,omitempty"`  // printed at the end of every invoice

	Reserve *money.Ratio `json:"clawback_reserve,omitempty"` // the part of revenue shares that the ledger keeps back while it can be taken back

	// Of a customer.
	Treatment     Treatment    `json:"tax,omitempty"`
	Rate          *money.Ratio `json:"tax_rate,omitempty"`   // in place of the rate that the country's law has on the day of issue
	Reason        string       `json:"tax_reason,omitempty"` // why no tax is charged
	TermsDays     *int         `json:"terms_days,omitempty"` // from the day of issue until it is due, where the contract says nothing of payment; nil: not said
	PurchaseOrder string       `json:"purchase_order,omitempty"`
	Reference     string       `json:"reference,omitempty"` // of the customer: cost centre, department
}

// TaxNumber is the tax id with the prefix of its country: "DE111111125"; empty without one.
func (p Profile) TaxNumber() string {
	if p.TaxID == "" {
		return ""
	}
	return string(p.taxIdentity().String())
}

func (p Profile) taxIdentity() *tax.Identity {
	return &tax.Identity{Country: l10n.TaxCountryCode(taxCountry(p.Country)), Code: cbc.Code(p.TaxID)}
}

// taxCountry: Greece writes its tax ids under another code than its country.
func taxCountry(country string) string {
	if country == "GR" {
		return "EL"
	}
	return country
}

// AddressLines are the address as it is printed, without the name.
func (p Profile) AddressLines() []string {
	place := []string{strings.TrimSpace(p.PostalCode + " " + p.City), p.Region}
	if slices.Contains(regionBeforeCode, p.Country) {
		place = []string{strings.Trim(p.City+", "+strings.TrimSpace(p.Region+" "+p.PostalCode), ", ")}
	}
	var out []string
	for _, line := range slices.Concat([]string{p.Street, p.Extra}, place, []string{CountryName(p.Country)}) {
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// regionBeforeCode are countries that write "Albany, NY 12207".
var regionBeforeCode = []string{"US", "CA", "AU"}

// ProfileInput is a profile as a person writes it.
type ProfileInput struct {
	Name, Street, Extra, City, Region, PostalCode, Country, TaxID, CompanyID, Email, Electronic string

	Series, CreditSeries, Bank, Account, BIC, Footer, Reserve string

	Treatment, Rate, Reason, TermsDays, PurchaseOrder, Reference string
}

// The default series of invoices and of credit notes, and the longest term.
const (
	DefaultSeries       = "INV"
	DefaultCreditSeries = "CN"
	longestTerm         = 365
)

// ReadProfile makes a profile of what was written. Faults: Invalid, each at its field.
func ReadProfile(side Side, in ProfileInput) (Profile, error) {
	r := reader{}
	p := Profile{
		Name: r.text("name", in.Name, 120, "Write the legal name."), Street: r.text("street", in.Street, 120, "Write street and number, or the post office box."),
		Extra: r.text("extra", in.Extra, 120, ""), City: r.text("city", in.City, 80, "Write the city."), Region: r.text("region", in.Region, 80, ""),
		PostalCode: r.code("postal_code", in.PostalCode, 20), CompanyID: r.code("company_id", in.CompanyID, 40),
	}
	if p.Country = strings.ToUpper(strings.TrimSpace(in.Country)); !knownCountry(p.Country) {
		r.refuse("country", "Choose the country.")
	}
	p.TaxID = r.taxID(in.TaxID, p.Country)
	if p.Email = strings.TrimSpace(in.Email); p.Email != "" {
		if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email {
			r.refuse("email", "Write one address, such as accounts@example.com.")
		}
	}
	p.Electronic = r.electronicAddress(in.Electronic)
	if side == Issuer {
		r.issuer(&p, in)
	} else {
		r.customer(&p, in)
	}
	return p, r.faults.Err()
}

type reader struct{ faults fault.List }

func (r *reader) refuse(field, message string, args ...any) {
	r.faults.Add(fault.New(fault.Invalid, strings.ReplaceAll(field, "_", "-"), message, args...).At(field))
}

// text reads one line of words; missing is what to say when there must be some.
func (r *reader) text(field, text string, longest int, missing string) string {
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case text == "" && missing != "":
		r.refuse(field, "%s", missing)
	case strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text):
		r.refuse(field, "Write it without control characters.")
	case utf8.RuneCountInString(text) > longest:
		r.refuse(field, "Shorten it to %d characters.", longest)
	}
	return text
}

// code reads what other programs take for a code: any signs that can be printed, in the form in which GOBL keeps them.
func (r *reader) code(field, text string, longest int) string {
	return string(cbc.NormalizeCode(cbc.Code(r.text(field, text, longest, ""))))
}

func (r *reader) taxID(text, country string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	id := Profile{Country: country, TaxID: strings.ToUpper(text)}.taxIdentity()
	norm.Normalize(id)
	if country == "US" { // GOBL knows the country, and no form of its tax ids: neither a hyphen nor the prefix that is printed is taken away
		tax.NormalizeIdentity(id)
	}
	if err := rules.Validate(id); err != nil || id.Code == "" || len(id.Code) > 32 {
		r.refuse("tax_id", "%q is no tax id of %s: a digit is missing or mistyped, or it belongs to another country.", text, CountryName(country))
	}
	return string(id.Code)
}

func (r *reader) issuer(p *Profile, in ProfileInput) {
	var f *fault.Fault
	if p.Series, f = readSeries("series", in.Series, DefaultSeries); f != nil {
		r.faults.Add(f)
	}
	if p.CreditSeries, f = readSeries("credit_series", in.CreditSeries, DefaultCreditSeries); f != nil {
		r.faults.Add(f)
	}
	if p.Series != "" && p.Series == p.CreditSeries {
		r.refuse("credit_series", "Give credit notes another series than invoices.")
	}
	if p.TaxID == "" && p.CompanyID == "" && strings.TrimSpace(in.TaxID) == "" {
		r.refuse("company_id", "Write the company number, or the tax id: an invoice names who issues it by one of them.")
	}
	p.Bank, p.Footer = r.text("bank", in.Bank, 80, ""), r.text("footer", in.Footer, 400, "")
	p.Account, p.BIC = strings.ToUpper(r.code("account", in.Account, 40)), strings.ToUpper(r.code("bic", in.BIC, 20))
	if text := strings.TrimSpace(in.Reserve); text != "" {
		part, err := money.ParsePercent(strings.TrimSuffix(text, "%") + " %")
		if err != nil || part.Sign() < 0 || part.Num() > part.Den() {
			r.refuse("reserve", "Write the reserve as a percentage, such as 5 %%.")
		}
		if part.Sign() > 0 {
			p.Reserve = &part
		}
	}
	if compact := strings.ReplaceAll(p.Account, " ", ""); looksLikeIBAN(compact) {
		p.Account = compact
		if !validIBAN(compact) {
			r.refuse("account", "This is no valid IBAN: a digit is missing or mistyped.")
		}
	}
}

func (r *reader) customer(p *Profile, in ProfileInput) {
	p.Treatment = Treatment(in.Treatment)
	if !p.Treatment.known() {
		r.refuse("tax", "Choose how tax is charged.")
	}
	p.Reason = r.text("tax_reason", in.Reason, 200, "")
	if p.Treatment == NoTax && p.Reason == "" {
		r.refuse("tax_reason", "Say why no tax is charged; it is printed on every invoice.")
	}
	if text := strings.TrimSpace(in.Rate); text != "" {
		p.Rate = r.rate(text, p.Treatment)
	}
	if text := strings.TrimSpace(in.TermsDays); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil || days < 0 || days > longestTerm {
			r.refuse("terms_days", "Write after how many days an invoice is due, 0 to %d, or nothing where the contract says it.", longestTerm)
		}
		p.TermsDays = &days
	}
	p.PurchaseOrder, p.Reference = r.code("purchase_order", in.PurchaseOrder, 40), r.code("reference", in.Reference, 80)
}

func (r *reader) rate(text string, t Treatment) *money.Ratio {
	if !strings.HasSuffix(text, "%") {
		text += " %"
	}
	rate, err := money.ParsePercent(text)
	switch _, exact := percentage(rate); {
	case t != Standard:
		r.refuse("tax_rate", "A rate is for standard tax only; leave it empty.")
	case err != nil || rate.Sign() <= 0 || rate.Num() > rate.Den() || !exact:
		r.refuse("tax_rate", "Write the rate as a percentage, such as 8.875 %%.")
	}
	return &rate
}

func looksLikeIBAN(text string) bool {
	return len(text) > 14 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' && text[2] >= '0' && text[2] <= '9' && text[3] >= '0' && text[3] <= '9'
}

// validIBAN checks the two digits of ISO 13616: with the first four signs put last and letters as 10 to 35, the rest by 97 is 1.
func validIBAN(text string) bool {
	rest := 0
	for _, c := range text[4:] + text[:4] {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1 && len(text) <= 34
}
