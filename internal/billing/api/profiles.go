package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerProfiles(a *api.API) {
	api.Register(a, operation(http.MethodGet, profile, "getAgencyBillingProfile", "Read what stands of the agency on invoices", access.BillingProfileSee), o.getAgency)
	api.Register(a, operation(http.MethodPut, profile, "enterAgencyBillingProfile", "Enter what stands of the agency on invoices from now on", access.BillingProfileEdit), o.putAgency)
	api.Register(a, operation(http.MethodGet, "/clients/{client}"+profile, "getBillingProfile", "Read what stands of a client on invoices", access.BillingProfileSee), o.getClient)
	api.Register(a, operation(http.MethodPut, "/clients/{client}"+profile, "enterBillingProfile", "Enter what stands of a client on invoices from now on", access.BillingProfileEdit), o.putClient)
}

// Address is what stands of every organisation.
type Address struct {
	Name       string `json:"legal_name" maxLength:"120"`
	Street     string `json:"street" maxLength:"120"`
	Extra      string `json:"street_extra,omitempty" maxLength:"120"`
	City       string `json:"city" maxLength:"80"`
	Region     string `json:"region,omitempty" maxLength:"80"`
	PostalCode string `json:"postal_code,omitempty" maxLength:"20"`
	Country    string `json:"country" minLength:"2" maxLength:"2" doc:"ISO 3166"`
	TaxID      string `json:"tax_id,omitempty" maxLength:"40" doc:"With the prefix of its country" example:"DE111111125"`
	CompanyID  string `json:"company_id,omitempty" maxLength:"40"`
	Email      string `json:"email,omitempty" maxLength:"254"`
	Electronic string `json:"electronic_address,omitempty" maxLength:"260" doc:"Where e-invoices are received, in Peppol or another network: a scheme of the list EAS, a colon, the id" example:"9930:DE111111125"`
}

func addressOf(p billing.Profile) Address {
	return Address{p.Name, p.Street, p.Extra, p.City, p.Region, p.PostalCode, p.Country, p.TaxNumber(), p.CompanyID, p.Email, p.Electronic.String()}
}

func (a Address) input() billing.ProfileInput {
	return billing.ProfileInput{Name: a.Name, Street: a.Street, Extra: a.Extra, City: a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country, TaxID: a.TaxID, CompanyID: a.CompanyID, Email: a.Email, Electronic: a.Electronic}
}

// Agency is the billing profile of the agency.
type Agency struct {
	Address
	Series       string `json:"series,omitempty" maxLength:"12" doc:"Absent: INV"`
	CreditSeries string `json:"credit_series,omitempty" maxLength:"12" doc:"Absent: CN"`
	Bank         string `json:"bank,omitempty" maxLength:"80"`
	Account      string `json:"account,omitempty" maxLength:"50" doc:"IBAN or account number"`
	BIC          string `json:"bic,omitempty" maxLength:"20"`
	Footer       string `json:"footer,omitempty" maxLength:"400"`
	Reserve      string `json:"clawback_reserve,omitempty" maxLength:"20" doc:"The part of revenue shares that the ledger keeps back while it can be taken back" example:"5 %"`
}

// Client is the billing profile of a client.
type Client struct {
	Address
	Tax           string `json:"tax" enum:"standard,reverse-charge,none"`
	Rate          string `json:"tax_rate,omitempty" maxLength:"20" example:"8.875 %"`
	Reason        string `json:"tax_reason,omitempty" maxLength:"200"`
	TermsDays     *int   `json:"terms_days,omitempty" minimum:"0" maximum:"365" doc:"Needed only where the contract has no terms of payment"`
	PurchaseOrder string `json:"purchase_order,omitempty" maxLength:"40"`
	Reference     string `json:"reference,omitempty" maxLength:"80"`
}

// Entered says which version of a profile it is; 0: none was entered.
type Entered[T any] struct {
	Version int `json:"version"`
	Profile *T  `json:"profile,omitempty"`
}

func agency(p ops.Profile, err error) (*api.Answer[Entered[Agency]], error) {
	if err != nil {
		return nil, err
	}
	out := Entered[Agency]{Version: p.Version}
	if p.Version > 0 {
		out.Profile = &Agency{addressOf(p.Profile), p.Series, p.CreditSeries, p.Bank, p.Account, p.BIC, p.Footer, ""}
		if p.Reserve != nil {
			out.Profile.Reserve = p.Reserve.String()
		}
	}
	return &api.Answer[Entered[Agency]]{Body: out}, nil
}

func client(p ops.Profile, err error) (*api.Answer[Entered[Client]], error) {
	if err != nil {
		return nil, err
	}
	out := Entered[Client]{Version: p.Version}
	if p.Version > 0 {
		out.Profile = &Client{addressOf(p.Profile), string(p.Treatment), "", p.Reason, p.TermsDays, p.PurchaseOrder, p.Reference}
		if p.Rate != nil {
			out.Profile.Rate = p.Rate.String()
		}
	}
	return &api.Answer[Entered[Client]]{Body: out}, nil
}

func (o *Operations) getAgency(ctx context.Context, _ *struct{}) (*api.Answer[Entered[Agency]], error) {
	return agency(o.Billing.AgencyProfile(ctx, access.ActorFrom(ctx)))
}

func (o *Operations) putAgency(ctx context.Context, in *struct{ Body Agency }) (*api.Answer[Entered[Agency]], error) {
	b := in.Body
	input := b.input()
	input.Series, input.CreditSeries, input.Bank, input.Account, input.BIC, input.Footer, input.Reserve = b.Series, b.CreditSeries, b.Bank, b.Account, b.BIC, b.Footer, b.Reserve
	return agency(o.Billing.EnterAgencyProfile(ctx, access.ActorFrom(ctx), input))
}

func (o *Operations) getClient(ctx context.Context, in *OfClient) (*api.Answer[Entered[Client]], error) {
	return client(o.Billing.ClientProfile(ctx, access.ActorFrom(ctx), in.Client))
}

func (o *Operations) putClient(ctx context.Context, in *struct {
	OfClient
	Body Client
}) (*api.Answer[Entered[Client]], error) {
	b := in.Body
	input := b.input()
	input.Treatment, input.Rate, input.Reason, input.TermsDays, input.PurchaseOrder, input.Reference = b.Tax, b.Rate, b.Reason, "", b.PurchaseOrder, b.Reference
	if b.TermsDays != nil {
		input.TermsDays = strconv.Itoa(*b.TermsDays)
	}
	return client(o.Billing.EnterClientProfile(ctx, access.ActorFrom(ctx), in.Client, input))
}
