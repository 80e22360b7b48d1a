package ops_test

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// Days that cannot be meant are refused; a month whose fee is paid is named by who sees invoices, for it would make the deliverable the client's at once.
func TestDaysOfAProposal(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		s.at("2026-03-02 10:00")
		in := ops.ProposeDeliverableInput{Client: "org_acme", Name: "Logo", Contract: s.contract, Key: "key-of-logo"}
		in.Due = cal.MustDate("1990-01-01")
		_, err := s.ProposeDeliverable(s.ctx, teamMember, in)
		s.refused(err, fault.Invalid, "due-before-contract")
		in.Due = cal.MustDate("2026-02-27")
		_, err = s.ProposeDeliverable(s.ctx, teamMember, in)
		s.refused(err, fault.Invalid, "due-past")
		in.PastDue, in.FeeMonth = true, "2025-12"
		_, err = s.ProposeDeliverable(s.ctx, teamMember, in)
		s.refused(err, fault.Invalid, "fee-month-early")
		s.paid, in.FeeMonth = ops.FeePaid{Paid: true, On: cal.MustDate("2026-02-20")}, "2026-01"
		_, err = s.ProposeDeliverable(s.ctx, teamMember, in)
		s.refused(err, fault.Invalid, "fee-month-paid")
		if _, err := s.ProposeDeliverable(s.ctx, agencyOwner, in); err != nil {
			t.Error(err)
		}
	})
}
