package access

import (
	"slices"
	"strings"
)

// OrgKind says what an organisation is to the workspace.
type OrgKind string

// The kinds of organisations.
const (
	Agency     OrgKind = "agency"     // the hosting organisation: an agency or a fractional CMO's practice
	Client     OrgKind = "client"     // a company that the agency works for
	Specialist OrgKind = "specialist" // an agency that does part of the work for a client
	Vendor     OrgKind = "vendor"     // a publisher or supplier; its people do not sign in
)

// OrgKinds are all kinds, the host first.
func OrgKinds() []OrgKind { return []OrgKind{Agency, Client, Specialist, Vendor} }

// Role is what a person is in an organisation.
type Role string

// The roles.
const (
	Owner             Role = "owner"
	AccountLead       Role = "account-lead"
	FractionalCMO     Role = "fractional-cmo"
	TeamMember        Role = "team-member"
	SpecialistPartner Role = "specialist"
	AgencyFinance     Role = "agency-finance"
	ClientExecutive   Role = "client-executive"
	ClientFinance     Role = "client-finance"
	ClientSales       Role = "client-sales"
	ClientProduct     Role = "client-product"
	Auditor           Role = "auditor"
)

const roleCount = 11

type roleEntry struct {
	role  Role
	label string    // as a heading
	words string    // in a sentence, after "the"
	kinds []OrgKind // where a person can have this role
	hands []Role    // the roles that this role may give, change and end
}

// roles fixes the order of the table's columns.
var roles = [roleCount]roleEntry{
	{Owner, "Owner", "agency's owner", []OrgKind{Agency},
		[]Role{Owner, AccountLead, FractionalCMO, TeamMember, SpecialistPartner, AgencyFinance, ClientExecutive, ClientFinance, ClientSales, ClientProduct, Auditor}},
	{AccountLead, "Account lead", "account lead", []OrgKind{Agency},
		[]Role{TeamMember, SpecialistPartner, ClientExecutive, ClientFinance, ClientSales, ClientProduct}},
	{FractionalCMO, "Fractional CMO", "fractional CMO", []OrgKind{Agency},
		[]Role{TeamMember, SpecialistPartner, ClientExecutive, ClientFinance, ClientSales, ClientProduct}},
	{TeamMember, "Team member", "agency's team member", []OrgKind{Agency}, nil},
	{SpecialistPartner, "Specialist", "specialist", []OrgKind{Specialist}, nil},
	{AgencyFinance, "Agency finance", "agency's finance", []OrgKind{Agency}, nil},
	{ClientExecutive, "Client executive", "client's executive", []OrgKind{Client},
		[]Role{ClientExecutive, ClientFinance, ClientSales, ClientProduct, Auditor}},
	{ClientFinance, "Client finance", "client's finance", []OrgKind{Client}, nil},
	{ClientSales, "Client sales", "client's sales lead", []OrgKind{Client}, nil},
	{ClientProduct, "Client product", "client's product lead", []OrgKind{Client}, nil},
	{Auditor, "Auditor", "auditor", []OrgKind{Agency, Client}, nil},
}

// Roles are all roles in the order of the table.
func Roles() []Role {
	out := make([]Role, 0, roleCount)
	for _, r := range roles {
		out = append(out, r.role)
	}
	return out
}

// RolesOf are the roles that a person can have in an organisation of the kind. A vendor has none.
func RolesOf(kind OrgKind) []Role {
	var out []Role
	for _, r := range roles {
		if slices.Contains(r.kinds, kind) {
			out = append(out, r.role)
		}
	}
	return out
}

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return r.column() >= 0 }

// Label is the role as a heading: "Account lead". An unknown role is shown as it is.
func (r Role) Label() string {
	if c := r.column(); c >= 0 {
		return roles[c].label
	}
	return string(r)
}

// Words is the role within a sentence, after "as": "account lead".
func (r Role) Words() string {
	label := r.Label()
	if label == "" {
		return ""
	}
	return strings.ToLower(label[:1]) + label[1:]
}

func (r Role) column() int {
	return slices.IndexFunc(roles[:], func(e roleEntry) bool { return e.role == r })
}
