package billing

import (
	"github.com/invopop/gobl/cbc"
	"github.com/invopop/gobl/l10n"
	"github.com/invopop/gobl/num"
	_ "github.com/invopop/gobl/regimes" // the tax law of each country
	"github.com/invopop/gobl/tax"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Treatment is how tax is charged to a customer.
type Treatment string

// The treatments.
const (
	Standard      Treatment = "standard"       // the general rate of the issuer's country
	ReverseCharge Treatment = "reverse-charge" // the customer accounts for it
	NoTax         Treatment = "none"           // with a reason
)

// Treatments are all treatments.
func Treatments() []Treatment { return []Treatment{Standard, ReverseCharge, NoTax} }

func (t Treatment) known() bool { return t == Standard || t == ReverseCharge || t == NoTax }

// Words is the treatment for people.
func (t Treatment) Words() string {
	switch t {
	case Standard:
		return "Standard rate"
	case ReverseCharge:
		return "Reverse charge"
	case NoTax:
		return "No tax"
	}
	return string(t)
}

// Situation is what the law calls the treatment, by the names of GOBL.
type Situation string

// The situations. A sales tax has none.
const (
	IsStandard      Situation = "standard"
	IsReverseCharge Situation = "reverse-charge"
	IsExempt        Situation = "exempt"
	IsOutside       Situation = "outside-scope"
)

// Tax is how one document is taxed. All lines of a document are taxed alike.
type Tax struct {
	Treatment Treatment    `json:"treatment"`
	Category  string       `json:"category,omitempty"` // "VAT", "GST", "ST"; empty: the issuer's country has none that applies
	Situation Situation    `json:"situation,omitempty"`
	Law       string       `json:"rate,omitempty"`    // name of the rate in the law, "general"; empty: Percent was agreed
	Percent   *money.Ratio `json:"percent,omitempty"` // nil: nothing is charged
	Reason    string       `json:"reason,omitempty"`  // why nothing is charged
}

// Words is the tax for people: "VAT 19 %", "No VAT: reverse charge".
func (t Tax) Words() string {
	name := t.Category
	if name == "ST" {
		name = "Sales tax"
	}
	switch {
	case t.Percent != nil:
		return name + " " + t.Percent.String()
	case name == "":
		return "No tax"
	}
	return "No " + name
}

// On is the tax on a net amount, rounded half away from zero to the minor unit.
func (t Tax) On(net money.Amount) money.Amount {
	if t.Percent == nil {
		return money.New(0, net.Currency)
	}
	return net.Mul(*t.Percent, money.HalfUp)
}

const reverseChargeReason = "Reverse charge: the customer accounts for the tax."

// TaxFor says how an invoice of the day is taxed. Faults: Conflict, with what is missing in which profile.
func TaxFor(issuer, customer Profile, on cal.Date) (Tax, error) {
	regime := tax.RegimeDefFor(l10n.Code(taxCountry(issuer.Country)))
	category := categoryOf(regime)
	t := Tax{Treatment: customer.Treatment, Category: string(category)}
	switch customer.Treatment {
	case Standard:
		return standard(t, regime, issuer, customer, on)
	case ReverseCharge:
		switch {
		case category != tax.CategoryVAT:
			return t, fault.New(fault.Conflict, "tax-unknown", "%s has no value added tax, so there is no reverse charge. Choose another treatment in the client's billing profile.", CountryName(issuer.Country))
		case issuer.TaxID == "" || customer.TaxID == "":
			return t, fault.New(fault.Conflict, "tax-id-missing", "Under reverse charge the tax ids of both sides stand on the invoice. Enter them in the billing profiles.")
		}
		t.Situation, t.Reason = IsReverseCharge, reverseChargeReason
		if customer.Reason != "" {
			t.Reason = customer.Reason
		}
		return t, nil
	case NoTax:
		t.Reason = customer.Reason
		switch {
		case category != tax.CategoryVAT:
			t.Category = ""
		case issuer.TaxID == "" || issuer.Country != customer.Country && !(inEU(issuer.Country, on) && inEU(customer.Country, on)):
			t.Situation = IsOutside
		default:
			t.Situation = IsExempt
		}
		return t, nil
	}
	return t, fault.New(fault.Conflict, "tax-unknown", "The client's billing profile does not say how tax is charged.")
}

func standard(t Tax, regime *tax.RegimeDef, issuer, customer Profile, on cal.Date) (Tax, error) {
	switch t.Category {
	case string(tax.CategoryVAT), string(tax.CategoryGST), string(tax.CategoryST):
	default:
		return t, fault.New(fault.Conflict, "tax-unknown", "How tax is charged in %s is not known to this program. Choose no tax, with the reason, in the client's billing profile.", CountryName(issuer.Country))
	}
	if issuer.TaxID == "" && t.Category != string(tax.CategoryST) {
		return t, fault.New(fault.Conflict, "tax-id-missing", "Whoever charges %s shows a tax id. Enter it in the agency's billing profile.", t.Category)
	}
	if t.Category != string(tax.CategoryST) {
		t.Situation = IsStandard
	}
	if customer.Rate != nil {
		t.Percent = customer.Rate
		return t, nil
	}
	if regime != nil {
		def := regime.CategoryDef(cbc.Code(t.Category)).RateDef(cbc.Key(t.Situation), tax.RateGeneral)
		if def != nil {
			if value := def.Value(dateOf(on), tax.Extensions{}); value != nil {
				rate := ratio(value.Percent)
				t.Percent, t.Law = &rate, string(tax.RateGeneral)
				return t, nil
			}
		}
	}
	return t, fault.New(fault.Conflict, "rate-unknown", "No general tax rate of %s is known for %s. Enter the rate in the client's billing profile.", CountryName(issuer.Country), on.Words())
}

// categoryOf is the tax on sales of a country. A country whose law is not known is taken to have a value added tax.
func categoryOf(regime *tax.RegimeDef) cbc.Code {
	if regime == nil {
		return tax.CategoryVAT
	}
	for _, code := range []cbc.Code{tax.CategoryVAT, tax.CategoryGST, tax.CategoryST} {
		for _, c := range regime.Categories {
			if c.Code == code {
				return code
			}
		}
	}
	return ""
}

func ratio(p num.Percentage) money.Ratio {
	den := int64(1)
	for range p.Exp() {
		den *= 10
	}
	return money.NewRatio(p.Value(), den)
}

// percentage is the ratio as a decimal of at most seven places; ok is false when it has none.
func percentage(r money.Ratio) (p num.Percentage, ok bool) {
	scale := int64(100)
	for exp := uint32(2); exp <= 7; exp++ {
		if r.Num() <= 1_000_000_000 && r.Num()*scale%r.Den() == 0 {
			return num.MakePercentage(r.Num()*scale/r.Den(), exp), true
		}
		scale *= 10
	}
	return num.Percentage{}, false
}

// Percentage is the rate for GOBL; nil when nothing is charged.
func (t Tax) Percentage() *num.Percentage {
	if t.Percent == nil {
		return nil
	}
	p, _ := percentage(*t.Percent)
	return &p
}
