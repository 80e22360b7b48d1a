package demo

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// engage lets the specialist work under a contract of its own in the last month, and puts the statement of it before its people.
func (st *story) engage(ctx context.Context) error {
	lead, cmo, finance, specialist := st.as(access.AccountLead), st.as(access.FractionalCMO), st.as(access.AgencyFinance), st.as(access.SpecialistPartner)
	st.at(Last.AddDays(5), 16)
	c, err := st.Contracts.Engage(ctx, lead, st.client, specialist.Memberships[0].Org, "northlight-brightpath-social")
	if err != nil {
		return err
	}
	source, err := contracts.ReadFile("contracts/specialist.yaml")
	if err != nil {
		return err
	}
	saved, err := st.Contracts.Save(ctx, lead, contractops.SaveInput{Contract: c.ID, Source: string(source)})
	if err != nil {
		return err
	}
	v, err := st.Contracts.Propose(ctx, cmo, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	if err != nil {
		return err
	}
	if _, err := st.Contracts.Accept(ctx, specialist, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.AgencySide}); err != nil {
		return err
	}
	drafted, err := st.Fees.Draft(ctx, finance, feesops.DraftInput{Contract: c.ID, Month: cal.MonthOf(Last)})
	if err != nil {
		return err
	}
	_, err = st.Fees.Submit(ctx, finance, feesops.SubmitInput{Statement: drafted.Statement.ID, Hash: drafted.Statement.Hash})
	return err
}
