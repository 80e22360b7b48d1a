package demo

import (
	"context"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// enterProfiles enters what stands of both sides on the invoices.
func (st *story) enterProfiles(ctx context.Context) error {
	finance := st.as(access.AgencyFinance)
	_, err := st.Billing.EnterAgencyProfile(ctx, finance, billing.ProfileInput{
		Name: "Northlight LLC (sample)", Street: "120 Sample Street", City: "Albany", Region: "NY", PostalCode: "12207", Country: "US", CompanyID: "00-1234567",
		Email: "billing@northlight.example", Bank: "Sample Bank", Account: "000123456789", BIC: "000000000", Footer: "A sample invoice of a sample company.",
	})
	if err != nil {
		return err
	}
	_, err = st.Billing.EnterClientProfile(ctx, finance, st.client, billing.ProfileInput{
		Name: "Acme Robotics, Inc. (sample)", Street: "7 Sample Avenue", City: "Boston", Region: "MA", PostalCode: "02108", Country: "US", Email: "payables@acme.example",
		Treatment: string(billing.NoTax), Reason: "Services are not subject to sales tax.", TermsDays: "30", Reference: "Marketing",
	})
	return err
}

// bill issues the invoice of a locked statement; the client says that it has it.
func (st *story) bill(ctx context.Context, m cal.Month, statement string) error {
	st.at(m.Next().First().AddDays(6), 10)
	inv, err := st.Billing.Issue(ctx, st.as(access.AgencyFinance), billingops.IssueInput{Statement: statement, Terms: billing.Terms{PaymentLink: "https://pay.northlight.example/" + m.String()}})
	if err != nil {
		return err
	}
	st.invoice = inv
	st.at(m.Next().First().AddDays(7), 11)
	_, err = st.Billing.Acknowledge(ctx, st.as(access.ClientFinance), inv.ID, "")
	return err
}

// collect records what the client paid of the newest invoice: all of it, but a part in January and too much in March.
func (st *story) collect(ctx context.Context, m cal.Month) error {
	if st.invoice.ID == "" {
		return nil
	}
	finance := st.as(access.AgencyFinance)
	in := billingops.PaymentInput{Client: st.client, PaidOn: m.Next().First(), Reference: "WIRE " + strings.ReplaceAll(m.String(), "-", "")}
	account, err := st.Billing.Invoice(ctx, finance, st.invoice.ID)
	if err != nil {
		return err
	}
	open := account.Book.Open()
	if on := account.Book.OnAccount(); on.Minor > 0 && open.Minor > 0 {
		applied, err := st.Billing.ApplyOnAccount(ctx, finance, st.client, "", "")
		if err != nil {
			return err
		}
		open = open.Sub(applied)
	}
	switch m.String() {
	case "2026-01":
		open.Minor /= 2
	case "2026-03":
		open.Minor += 500_00
		in.KeepRest = true
	case "2026-08", "2026-09":
		return nil
	}
	in.Amount = open.String()
	p, err := st.Billing.RecordPayment(ctx, finance, in)
	st.payment = p.ID
	return err
}
