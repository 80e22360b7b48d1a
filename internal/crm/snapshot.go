package crm

import "slices"

// Snapshot is evidence of all kinds, as one import or several left it.
type Snapshot struct {
	Companies    []Company
	Contacts     []Contact
	Deals        []Deal
	DealContacts []DealContact
	Touches      []Touch
	Payments     []Payment
	CarveOuts    []CarveOut

	TimeEntries    []TimeEntry
	MetricReadings []MetricReading
	Leads          []Lead
	Deliveries     []Delivery
	Spend          []Spend
	SLAMisses      []SLAMiss

	Merges []Merge // not yet followed: see FollowMerges
	Edits  []Edit

	AccountLinks []AccountLink
	Different    []Different

	CompanyMerges []CompanyMerge // followed where evidence is read: see CompaniesAsOne
	DealMerges    []DealMerge    // so are these, and what is doubtful of them is left: see DealsAsOne
}

// Add reads a record and puts it with those of its kind. An error means a damaged record.
func (s *Snapshot) Add(r Record) error {
	switch r.Kind {
	case KindCompany:
		return add(&s.Companies, r.Company)
	case KindContact:
		return add(&s.Contacts, r.Contact)
	case KindDeal:
		return add(&s.Deals, r.Deal)
	case KindDealContact:
		return add(&s.DealContacts, r.DealContact)
	case KindTouch:
		return add(&s.Touches, r.Touch)
	case KindPayment:
		return add(&s.Payments, r.Payment)
	case KindTimeEntry:
		return add(&s.TimeEntries, r.TimeEntry)
	case KindMetricReading:
		return add(&s.MetricReadings, r.MetricReading)
	case KindLead:
		return add(&s.Leads, r.Lead)
	case KindDelivery:
		return add(&s.Deliveries, r.Delivery)
	case KindSpend:
		return add(&s.Spend, r.Spend)
	case KindSLAMiss:
		return add(&s.SLAMisses, r.SLAMiss)
	case KindMerge:
		return add(&s.Merges, r.Merge)
	case KindEdit:
		return add(&s.Edits, r.Edit)
	case KindAccountLink:
		return add(&s.AccountLinks, r.AccountLink)
	case KindDifferent:
		return add(&s.Different, r.Different)
	case KindCompanyMerge:
		return add(&s.CompanyMerges, r.CompanyMerge)
	case KindDealMerge:
		return add(&s.DealMerges, r.DealMerge)
	default:
		return add(&s.CarveOuts, r.CarveOut)
	}
}

func add[T any](list *[]T, read func() (T, error)) error {
	v, err := read()
	if err == nil {
		if n := len(*list); n == cap(*list) { // of many, append alone would copy each five times
			*list = slices.Grow(*list, max(n, 16))
		}
		*list = append(*list, v)
	}
	return err
}

// Records are all records of the snapshot in canonical form, by kind and then as they stand.
func (s *Snapshot) Records() []Record {
	var out []Record
	out = appendRecords(out, s.Companies)
	out = appendRecords(out, s.Contacts)
	out = appendRecords(out, s.Deals)
	out = appendRecords(out, s.DealContacts)
	out = appendRecords(out, s.Touches)
	out = appendRecords(out, s.Payments)
	out = appendRecords(out, s.CarveOuts)
	out = appendRecords(out, s.TimeEntries)
	out = appendRecords(out, s.MetricReadings)
	out = appendRecords(out, s.Leads)
	out = appendRecords(out, s.Deliveries)
	out = appendRecords(out, s.Spend)
	out = appendRecords(out, s.SLAMisses)
	out = appendRecords(out, s.Merges)
	out = appendRecords(out, s.Edits)
	out = appendRecords(out, s.AccountLinks)
	out = appendRecords(out, s.Different)
	out = appendRecords(out, s.CompanyMerges)
	return appendRecords(out, s.DealMerges)
}

func appendRecords[T interface{ Record() Record }](out []Record, list []T) []Record {
	for _, v := range list {
		out = append(out, v.Record())
	}
	return out
}

// Take puts the records of a kind in the place of those that are there; both snapshots then share them.
func (s *Snapshot) Take(k Kind, from *Snapshot) {
	switch k {
	case KindCompany:
		s.Companies = from.Companies
	case KindContact:
		s.Contacts = from.Contacts
	case KindDeal:
		s.Deals = from.Deals
	case KindDealContact:
		s.DealContacts = from.DealContacts
	case KindTouch:
		s.Touches = from.Touches
	case KindPayment:
		s.Payments = from.Payments
	case KindTimeEntry:
		s.TimeEntries = from.TimeEntries
	case KindMetricReading:
		s.MetricReadings = from.MetricReadings
	case KindLead:
		s.Leads = from.Leads
	case KindDelivery:
		s.Deliveries = from.Deliveries
	case KindSpend:
		s.Spend = from.Spend
	case KindSLAMiss:
		s.SLAMisses = from.SLAMisses
	case KindMerge:
		s.Merges = from.Merges
	case KindEdit:
		s.Edits = from.Edits
	case KindAccountLink:
		s.AccountLinks = from.AccountLinks
	case KindDifferent:
		s.Different = from.Different
	case KindCompanyMerge:
		s.CompanyMerges = from.CompanyMerges
	case KindDealMerge:
		s.DealMerges = from.DealMerges
	default:
		s.CarveOuts = from.CarveOuts
	}
}

// Clone is a snapshot with lists of its own: what is done to them is not done to those of s.
func (s *Snapshot) Clone() Snapshot {
	return Snapshot{
		Companies: slices.Clone(s.Companies), Contacts: slices.Clone(s.Contacts), Deals: slices.Clone(s.Deals), DealContacts: slices.Clone(s.DealContacts),
		Touches: slices.Clone(s.Touches), Payments: slices.Clone(s.Payments), CarveOuts: slices.Clone(s.CarveOuts), TimeEntries: slices.Clone(s.TimeEntries),
		MetricReadings: slices.Clone(s.MetricReadings), Leads: slices.Clone(s.Leads), Deliveries: slices.Clone(s.Deliveries), Spend: slices.Clone(s.Spend),
		SLAMisses: slices.Clone(s.SLAMisses), Merges: slices.Clone(s.Merges), Edits: slices.Clone(s.Edits),
		AccountLinks: slices.Clone(s.AccountLinks), Different: slices.Clone(s.Different), CompanyMerges: slices.Clone(s.CompanyMerges),
		DealMerges: slices.Clone(s.DealMerges),
	}
}
