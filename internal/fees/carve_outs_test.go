package fees

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
)

func TestCarveOutsNameADealOrItsCompany(t *testing.T) {
	x := newIndex(crm.Evidence{Snapshot: crm.Snapshot{CarveOuts: []crm.CarveOut{
		{List: "before-us", DealID: "D1", Reason: "by its id"},
		{List: " Before-Us ", CompanyID: "co1", Reason: "by the company's id"},
		{List: "before-us", Company: " BOLT Works ", Reason: "by the company's name"},
		{List: "before-us", Company: "www.cogs.example", Reason: "by the company's domain"},
		{List: "other", DealID: "D9", Reason: "on another list"},
	}}})
	list := x.carveOutsOf("before-us")
	for _, c := range []struct {
		deal    crm.Deal
		company *crm.Company
		want    string
	}{
		{crm.Deal{ID: "D1", CompanyID: "co9"}, nil, "by its id"},
		{crm.Deal{ID: "D2", CompanyID: "co1"}, nil, "by the company's id"},
		{crm.Deal{ID: "D2", CompanyID: "co2"}, &crm.Company{ID: "co2", Name: "bolt works"}, "by the company's name"},
		{crm.Deal{ID: "D2", CompanyID: "co2"}, &crm.Company{ID: "co2", Name: "Cogs", Domain: "Cogs.example"}, "by the company's domain"},
		{crm.Deal{ID: "D2", CompanyID: "co2"}, &crm.Company{ID: "co2", Name: "Other"}, ""},
		{crm.Deal{ID: "D9"}, nil, ""},
	} {
		if got, on := list.entryOf(&c.deal, c.company); got.Reason != c.want || on != (c.want != "") {
			t.Errorf("%s of %s is on the list %q, want %q", c.deal.ID, c.deal.CompanyID, got.Reason, c.want)
		}
	}
	// Given a deal that several entries name, the first of the list counts.
	both := crm.Deal{ID: "D1", CompanyID: "co1"}
	first := x.carveOuts[0]
	for _, c := range x.carveOuts {
		if c.DealID == "D1" || c.CompanyID == "co1" {
			first = c
			break
		}
	}
	if got, _ := list.entryOf(&both, nil); got.Reason != first.Reason {
		t.Errorf("%q counts, want %q", got.Reason, first.Reason)
	}
}
