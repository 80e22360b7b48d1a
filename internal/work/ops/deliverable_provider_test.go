package ops_test

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// A lead of one client gives work to the specialists that have people for this client, and knows of no other.
func TestALeadOfOneClientChoosesItsSpecialists(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		lead := person("acc_one", "Lars Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
		for _, email := range []string{"sue@brightpath.example", "ben@brightpath.example"} {
			if _, err := s.Parties.Invite(s.ctx, agencyOwner, partyops.InviteInput{Email: email, Name: "Sue", Org: "org_spec", Role: access.SpecialistPartner, Client: "org_acme"}); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.Specialists(s.ctx, lead, "org_acme")
		if err != nil || len(list) != 1 || list[0].Name != "Brightpath" {
			t.Errorf("%+v, %v", list, err)
		}
		in := ops.ProposeDeliverableInput{Client: "org_acme", Name: "Film", Key: "12345678", Provider: "org_spec"}
		if d, err := s.ProposeDeliverable(s.ctx, lead, in); err != nil || d.Provider != "org_spec" {
			t.Errorf("%+v, %v", d, err)
		}
		in.Key, in.Provider = "87654321", "org_spec2"
		_, err = s.ProposeDeliverable(s.ctx, lead, in)
		s.refused(err, fault.Invalid, "provider")
		if list, err = s.Specialists(s.ctx, agencyOwner, "org_acme"); err != nil || len(list) != 2 {
			t.Errorf("the owner has %+v, %v", list, err)
		}
	})
}
