package crm

import (
	"slices"
	"testing"
)

func TestCompaniesThatAreOneHaveOneID(t *testing.T) {
	merges := []CompanyMerge{{MergedID: "c3", Into: "c2"}, {MergedID: "c2", Into: "c1"}, {MergedID: "c9", Into: "c1", Deleted: true}, {MergedID: "x", Into: "y"}, {MergedID: "y", Into: "x"}}
	for range 2 {
		j := JoinCompanies(merges)
		if !j.Joins() || !slices.Equal(j.Merged(), []string{"c2", "c3", "y"}) {
			t.Fatalf("merged %v", j.Merged())
		}
		under := j.Under([]string{"c1", "c9"})
		slices.Sort(under)
		if !slices.Equal(under, []string{"c1", "c2", "c3", "c9"}) {
			t.Errorf("under c1: %v", under)
		}
		j.Name(Company{ID: "c3", Name: " Boreal Freigth", Domain: "boreal.test"})
		j.Name(Company{ID: "c1", Name: "Boreal Freight"})
		for _, c := range []struct {
			in             Record
			column, want   string
			saysAgain, not bool
		}{
			{in: Deal{ID: "d", CompanyID: "c3"}.Record(), column: "company_id", want: "c1"},
			{in: Contact{ID: "p", CompanyID: "y"}.Record(), column: "company_id", want: "x"},
			{in: Contact{ID: "p", CompanyID: "c9"}.Record(), column: "company_id", want: "c9"},
			{in: AccountLink{Domain: "d", CompanyID: "c2"}.Record(), column: "company_id", want: "c1"},
			{in: Company{ID: "c3"}.Record(), column: "deleted", want: "true"},
			{in: Company{ID: "c1"}.Record(), column: "deleted", want: ""},
			{in: CarveOut{List: "house", CompanyID: "c2"}.Record(), column: "company_id", want: "c1"},
			{in: CarveOut{List: "house", CompanyID: "c1"}.Record(), not: true},
			{in: CarveOut{List: "house", Company: "BOREAL FREIGTH"}.Record(), column: "company_id", want: "c1"},
			{in: CarveOut{List: "house", Company: "www.boreal.test"}.Record(), column: "company_id", want: "c1"},
			{in: CarveOut{List: "house", Company: "Boreal Freight"}.Record(), column: "company_id", want: ""},
			{in: CarveOut{List: "house", DealID: "d"}.Record(), column: "company_id", want: ""},
		} {
			got, ok := j.Record(c.in)
			if ok == c.not || ok && got.Get(c.column) != c.want || got.ID != c.in.ID {
				t.Errorf("%v: %v, %v", c.in, got, ok)
			}
		}
		slices.Reverse(merges)
	}
	if (CompaniesAsOne{}).Joins() {
		t.Error("nothing joins something")
	}
}
