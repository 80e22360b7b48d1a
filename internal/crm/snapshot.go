package crm

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
	default:
		return add(&s.CarveOuts, r.CarveOut)
	}
}

func add[T any](list *[]T, read func() (T, error)) error {
	v, err := read()
	if err == nil {
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
	return appendRecords(out, s.SLAMisses)
}

func appendRecords[T interface{ Record() Record }](out []Record, list []T) []Record {
	for _, v := range list {
		out = append(out, v.Record())
	}
	return out
}
