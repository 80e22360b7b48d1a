package demo

import (
	"context"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// statement makes the statement of a month: drafted and submitted by the agency, reviewed by the client, locked. The newest one stays
// under review.
func (st *story) statement(ctx context.Context, m cal.Month) error {
	drafted, err := st.Fees.Draft(ctx, st.as(access.AccountLead), feesops.DraftInput{Contract: st.contract, Month: m})
	if err != nil {
		return err
	}
	id := drafted.Statement.ID
	st.latest = id
	submitted, err := st.Fees.Submit(ctx, st.as(access.AgencyFinance), feesops.SubmitInput{Statement: id, Hash: drafted.Statement.Hash})
	if err != nil || m == cal.MonthOf(Last) {
		return err
	}
	st.at(m.Next().First().AddDays(4), 14)
	if err := st.review(ctx, m, submitted); err != nil {
		return err
	}
	if _, err := st.Fees.AcceptRest(ctx, st.as(access.ClientFinance), id); err != nil {
		return err
	}
	st.at(m.Next().First().AddDays(6), 9)
	if _, err := st.Fees.Lock(ctx, st.as(access.AgencyFinance), feesops.LockInput{Statement: id, Seen: -1}); err != nil {
		return err
	}
	return st.bill(ctx, m, id)
}

// review lets the client contest a deal in two of the months: once the agency explains and the client accepts, once the dispute is held
// over the lock.
func (st *story) review(ctx context.Context, m cal.Month, s feesops.Statement) error {
	line := 0
	for _, l := range s.Document.Statement.Lines {
		if l.Kind == fees.KindDeal {
			line = l.No
		}
	}
	finance, lead := st.as(access.ClientFinance), st.as(access.AccountLead)
	say := func(by access.Actor, do func(context.Context, access.Actor, feesops.LineInput) (feesops.Statement, error), text string) error {
		_, err := do(ctx, by, feesops.LineInput{Statement: s.ID, Line: line, Text: text})
		return err
	}
	switch m.String() {
	case "2026-01":
		if err := say(finance, st.Fees.Dispute, "Our sales team says that this customer came through a partner. Why does marketing get all of it?"); err != nil {
			return err
		}
		if err := say(lead, st.Fees.Answer, "The referral is in the journey and earns nothing; the credit is for the touches before it. Please open the reason of the line."); err != nil {
			return err
		}
		_, err := st.Fees.Accept(ctx, finance, s.ID, line)
		return err
	case "2026-06":
		if err := say(finance, st.Fees.Dispute, "The buyer has asked for different terms; we are not sure that this deal stands."); err != nil {
			return err
		}
		return say(lead, st.Fees.Answer, "Understood. We hold the amount until it is clear.")
	}
	return nil
}

// today is the morning on which the visitor arrives: one day after the newest statement was submitted, with a fresh import that differs
// from what was locked.
func (st *story) today(context.Context) error {
	if st.latest == "" {
		return fmt.Errorf("the year has no statement")
	}
	st.at(Last.AddDays(6), 10)
	return nil
}
