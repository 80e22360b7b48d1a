package crm

import (
	"slices"
	"strings"
)

// Profile is a system whose exports are known.
type Profile string

// The profiles.
const (
	Generic    Profile = "generic"
	HubSpot    Profile = "hubspot"
	Salesforce Profile = "salesforce"
)

// Object is one table of a profile that can be read. Kind is "" for a side table, which only feeds a Reference.
type Object struct {
	Profile Profile
	Name    string // "Opportunity", "deals"
	Kind    Kind
	Words   string // what it is, for people
	Fields  []Field

	marks  []string // at least one of these headers must be there; none: always
	also   []string // and at least one of these
	unless []string // with one of these headers it is another table
	report bool     // of an advertising platform: cost, total rows, lines below the table
	sums   bool     // its rows are added up to readings
	vendor string   // of a report
}

// Report reports whether the table is a report of an advertising platform.
func (o Object) Report() bool { return o.report }

// Field is what a column can hold. Headers are the names that exports give it, the most usual first.
type Field struct {
	Name     string
	Headers  []string
	Required bool
	Choice   bool // never taken by itself: the person states it
	Stated   bool // no column holds it: the person states it for all rows
}

func f(name string, headers ...string) Field { return Field{Name: name, Headers: headers} }
func req(name string, headers ...string) Field {
	return Field{Name: name, Headers: headers, Required: true}
}

// Objects lists the tables of all profiles.
func Objects() []Object { return objects }

// ObjectOf finds a table by profile and name.
func ObjectOf(p Profile, name string) (Object, bool) {
	for _, o := range objects {
		if o.Profile == p && o.Name == name {
			return o, true
		}
	}
	return Object{}, false
}

func (o Object) field(name string) (Field, bool) {
	for _, f := range o.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

var objects = slices.Concat(genericObjects(), salesforceObjects, hubspotObjects, adObjects, ga4Objects, webObjects)

func genericObjects() []Object {
	words := map[Kind]string{
		KindCompany: "companies", KindContact: "contacts", KindDeal: "deals", KindDealContact: "which contacts belong to which deals",
		KindTouch: "touches", KindPayment: "payments received and refunds", KindCarveOut: "deals and companies that earn no fee",
		KindTimeEntry: "hours worked", KindMetricReading: "values of metrics", KindLead: "leads delivered and their acceptance",
		KindDelivery: "milestones handed over", KindSpend: "what was bought for the client", KindSLAMiss: "promises of service that were missed",
		KindMerge: "contacts that were merged into others", KindEdit: "who changed which field, as the CRM's history tells",
		KindAccountLink: "whose account a contact or a domain belongs to", KindDifferent: "records that look alike and are not the same",
		KindCompanyMerge: "companies that are one", KindDealMerge: "deals that are one sale",
	}
	required := map[Kind][]string{
		KindCompany: {"company_id"}, KindContact: {"contact_id"}, KindDeal: {"deal_id"}, KindDealContact: {"deal_id", "contact_id"},
		KindTouch: {"touch_id", "contact_id", "at"}, KindPayment: {"payment_id", "deal_id", "paid_on", "amount"}, KindCarveOut: {"list"},
		KindTimeEntry: {"entry_id", "worked_on", "minutes"}, KindMetricReading: {"metric", "from", "through"}, KindLead: {"lead_id", "delivered_at"},
		KindDelivery: {"delivery_id", "milestone", "delivered_on"}, KindSpend: {"spend_id", "spent_on", "category"}, KindSLAMiss: {"miss_id", "missed_on"},
		KindMerge: {"merged_id", "into"}, KindEdit: {"of", "record_id", "field", "at"},
		KindAccountLink: {"company_id"}, KindDifferent: {"of", "one_id", "other_id"}, KindCompanyMerge: {"merged_company_id", "into_company_id"},
		KindDealMerge: {"merged_deal_id", "into_deal_id"},
	}
	marks := map[Kind][]string{
		KindCompany: {"domain", "name"}, KindContact: {"email", "name", "created_at", "merged_ids"},
		KindDeal: {"amount", "stage", "is_won", "closed_on", "created_at", "name"}, KindCarveOut: {"deal_id", "company_id", "company"},
		KindAccountLink: {"domain", "reason"},
	}
	unless := map[Kind][]string{KindCompany: {"contact_id", "deal_id"}, KindContact: {"deal_id", "touch_id"}, KindDeal: {"payment_id", "list", "contact_id"},
		KindDealContact: {"touch_id", "payment_id", "amount"}}
	var out []Object
	for _, k := range Kinds() {
		o := Object{Profile: Generic, Name: strings.TrimSuffix(FileName(k), ".csv"), Kind: k, Words: words[k], marks: marks[k], unless: unless[k]}
		for _, c := range Columns(k) {
			field := f(c, c)
			for _, r := range required[k] {
				field.Required = field.Required || r == c
			}
			o.Fields = append(o.Fields, field)
		}
		out = append(out, o)
	}
	return out
}

// headerKey compares headers regardless of case, spaces and underscores: "AccountId", "account_id" and "Account ID" are one.
func headerKey(h string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(h) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127 {
			b.WriteRune(r)
		}
	}
	return b.String()
}
