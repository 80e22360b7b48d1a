package ui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showAgencyProfile(w http.ResponseWriter, r *http.Request) error {
	return p.agencyProfilePage(w, r, kit.Input{})
}

func (p *Pages) agencyProfilePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	have, err := p.Ops.AgencyProfile(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Billing profile", Room: AgencyRoom, Narrow: true, Status: in.Status(), Lede: "What stands of the agency on every invoice from now on. Invoices that were issued keep what stood on them."}
	edits := access.Decide(actor(r), access.BillingProfileEdit, access.Scope{}).Allowed
	return web.Render(w, r, view, profileBody(billing.Issuer, have, edits, AgencyProfilePath, "/", in))
}

func (p *Pages) enterAgencyProfile(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = p.Ops.EnterAgencyProfile(r.Context(), actor(r), profileOf(values))
	if web.Correctable(err) {
		return p.agencyProfilePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Saved. The next invoice carries it.")
	web.Redirect(w, r, AgencyProfilePath)
	return nil
}

func (p *Pages) showClientProfile(w http.ResponseWriter, r *http.Request) error {
	return p.clientProfilePage(w, r, kit.Input{})
}

func (p *Pages) clientProfilePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	have, err := p.Ops.ClientProfile(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Billing profile", Room: Room, Narrow: true, Status: in.Status(), Crumbs: crumbs(client), Lede: "What stands of the client on every invoice from now on, how tax is charged, and when an invoice is due. Invoices that were issued keep what stood on them."}
	return web.Render(w, r, view, profileBody(billing.Customer, have, may(r, access.BillingProfileEdit, client), r.URL.Path, listPath(client), in))
}

func (p *Pages) enterClientProfile(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	_, err = p.Ops.EnterClientProfile(r.Context(), actor(r), client, profileOf(values))
	if web.Correctable(err) {
		return p.clientProfilePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Saved. The next invoice carries it.")
	web.Redirect(w, r, profilePath(client))
	return nil
}

func profileOf(v url.Values) billing.ProfileInput {
	return billing.ProfileInput{
		Name: v.Get("name"), Street: v.Get("street"), Extra: v.Get("extra"), City: v.Get("city"), Region: v.Get("region"), PostalCode: v.Get("postal_code"), Country: v.Get("country"),
		TaxID: v.Get("tax_id"), CompanyID: v.Get("company_id"), Email: v.Get("email"), Electronic: v.Get("electronic_address"),
		Series: v.Get("series"), CreditSeries: v.Get("credit_series"), Bank: v.Get("bank"), Account: v.Get("account"), BIC: v.Get("bic"), Footer: v.Get("footer"), Reserve: v.Get("reserve"),
		Treatment: v.Get("tax"), Rate: v.Get("tax_rate"), Reason: v.Get("tax_reason"), TermsDays: v.Get("terms_days"), PurchaseOrder: v.Get("purchase_order"), Reference: v.Get("reference"),
	}
}

// profileBody is the form, or for those who only see it what stands there.
func profileBody(side billing.Side, have ops.Profile, edits bool, action, back string, in kit.Input) templ.Component {
	fields := addressFields(have.Profile)
	if side == billing.Issuer {
		fields = append(fields, issuerFields(have.Profile)...)
	} else {
		fields = append(fields, customerFields(have)...)
	}
	if edits {
		return kit.Form(kit.FormView{Action: action, Fields: fields, Submit: "Save", Cancel: back, Input: in})
	}
	if have.Version == 0 {
		return kit.Empty(kit.EmptyView{Title: "Not entered yet", Text: "The agency enters it before the first invoice."})
	}
	var out []kit.Definition
	for _, f := range fields {
		value := f.Value
		for _, o := range f.Options {
			if o.Value == f.Value {
				value = o.Text
			}
		}
		if value != "" {
			out = append(out, kit.Definition{Term: f.Label, Value: kit.Text(strings.TrimSpace(value + " " + f.Unit))})
		}
	}
	return kit.DefinitionList(out...)
}

func addressFields(p billing.Profile) []kit.Field {
	country := kit.Field{Name: "country", Label: "Country", Kind: kit.Select, Value: p.Country, Options: []kit.Option{{Value: "", Text: "choose"}}}
	for _, c := range billing.Countries() {
		country.Options = append(country.Options, kit.Option{Value: c.Code, Text: c.Name})
	}
	return []kit.Field{
		{Name: "name", Label: "Legal name", Value: p.Name, Autocomplete: "organization"},
		{Name: "street", Label: "Street and number", Value: p.Street, Autocomplete: "address-line1"},
		{Name: "extra", Label: "Building, floor", Value: p.Extra, Optional: true, Autocomplete: "address-line2"},
		{Name: "postal_code", Label: "Postal code", Value: p.PostalCode, Optional: true, Autocomplete: "postal-code"},
		{Name: "city", Label: "City", Value: p.City, Autocomplete: "address-level2"},
		{Name: "region", Label: "State or region", Value: p.Region, Optional: true, Autocomplete: "address-level1"},
		country,
		{Name: "tax_id", Label: "Tax id", Value: p.TaxNumber(), Optional: true, Hint: "For value added tax and the like, such as DE111111125. Its digits are checked."},
		{Name: "company_id", Label: "Company number", Value: p.CompanyID, Optional: true, Hint: "In the company register; in the United States the EIN."},
		{Name: "email", Label: "Mail address for invoices", Kind: kit.Email, Value: p.Email, Optional: true},
		{Name: "electronic_address", Label: "Address for e-invoices", Value: p.Electronic.String(), Optional: true, Hint: "In Peppol or another network: its scheme, a colon and the id, such as 0088:7300010000001 (GLN), 9930:DE111111125 (German VAT id), 0208:0123456749 (Belgian enterprise number)."},
	}
}

func issuerFields(p billing.Profile) []kit.Field {
	reserve := ""
	if p.Reserve != nil {
		reserve = p.Reserve.String()
	}
	series := func(have, usual string) string {
		if have == "" {
			return usual
		}
		return have
	}
	return []kit.Field{
		{Name: "series", Label: "Series of invoices", Value: series(p.Series, billing.DefaultSeries), Hint: "The first part of a number: INV-2026-0001. Choose one that your other programs do not use; numbers have no gaps."},
		{Name: "credit_series", Label: "Series of credit notes", Value: series(p.CreditSeries, billing.DefaultCreditSeries)},
		{Name: "account", Label: "Bank account", Value: p.Account, Optional: true, Hint: "IBAN or account number."},
		{Name: "bic", Label: "BIC or routing number", Value: p.BIC, Optional: true},
		{Name: "bank", Label: "Bank", Value: p.Bank, Optional: true},
		{Name: "footer", Label: "At the foot of every invoice", Value: p.Footer, Optional: true},
		{Name: "reserve", Label: "Clawback reserve", Kind: kit.Decimal, Value: reserve, Optional: true, Hint: "The part of revenue shares, such as 5 %, that the ledger does not count as revenue while it can be taken back. Empty: none."},
	}
}

func customerFields(have ops.Profile) []kit.Field {
	p := have.Profile
	treatment := kit.Field{Name: "tax", Label: "Tax", Kind: kit.Radio, Value: string(p.Treatment), Options: []kit.Option{
		{Value: string(billing.Standard), Text: billing.Standard.Words(), Hint: "The general rate of the agency's country on the day of issue, or the rate below."},
		{Value: string(billing.ReverseCharge), Text: billing.ReverseCharge.Words(), Hint: "The client accounts for the tax, as between businesses of two countries of the EU. Both tax ids stand on the invoice."},
		{Value: string(billing.NoTax), Text: billing.NoTax.Words(), Hint: "With the reason below."},
	}}
	rate, days := "", ""
	if p.Rate != nil {
		rate = p.Rate.String()
	}
	if p.TermsDays != nil {
		days = strconv.Itoa(*p.TermsDays)
	}
	return []kit.Field{
		treatment,
		{Name: "tax_rate", Label: "Tax rate", Kind: kit.Decimal, Value: rate, Optional: true, Hint: "Only where another than the general rate applies, such as a sales tax of 8.875 %."},
		{Name: "tax_reason", Label: "Why no tax is charged", Value: p.Reason, Optional: true, Hint: "Printed on every invoice. Needed when no tax is charged."},
		{Name: "terms_days", Label: "An invoice is due", Kind: kit.Decimal, Value: days, Unit: "days after the day of issue", Optional: true, Hint: "Needed only where the contract has no terms of payment; where it has, those say it."},
		{Name: "purchase_order", Label: "Purchase order", Value: p.PurchaseOrder, Optional: true, Hint: "Of the client, for every invoice; it can be another one on each."},
		{Name: "reference", Label: "Client's reference", Value: p.Reference, Optional: true, Hint: "Cost centre or department, as the client wants to read it. Peppol needs it, or a purchase order."},
	}
}
