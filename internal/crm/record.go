package crm

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// Hash is the SHA-256 of a record's canonical encoding.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Record is one row of evidence in canonical form. Values has one text for each of Columns(Kind), "" where nothing is known.
type Record struct {
	Kind   Kind
	ID     string
	Values []string
}

// Get is the value of a canonical column, "" when the kind has no such column.
func (r Record) Get(column string) string {
	if i := slices.Index(Columns(r.Kind), column); i >= 0 && i < len(r.Values) {
		return r.Values[i]
	}
	return ""
}

// Fields gives the columns that hold something, by name.
func (r Record) Fields() map[string]string {
	out := map[string]string{}
	for i, c := range Columns(r.Kind) {
		if i < len(r.Values) && r.Values[i] != "" {
			out[c] = r.Values[i]
		}
	}
	return out
}

// Encode is the canonical encoding: "ofrecord-crm-1", the kind, the id, then name and value of each column that holds something, in the
// order of the names, each as a netstring. A column that a later version adds does not change the encoding of records without it.
func (r Record) Encode() []byte {
	fields := r.Fields()
	names := make([]string, 0, len(fields))
	for n := range fields {
		names = append(names, n)
	}
	slices.Sort(names)
	var b []byte
	for _, s := range []string{"ofrecord-crm-1", string(r.Kind), r.ID} {
		b = appendNetstring(b, s)
	}
	for _, n := range names {
		b = appendNetstring(appendNetstring(b, n), fields[n])
	}
	return b
}

// Hash tells whether a record changed between two imports.
func (r Record) Hash() Hash { return sha256.Sum256(r.Encode()) }

func appendNetstring(b []byte, s string) []byte {
	b = strconv.AppendInt(b, int64(len(s)), 10)
	b = append(b, ':')
	b = append(b, s...)
	return append(b, ',')
}

// columns of each kind's plain file, in their order. The same names are the canonical fields.
var columns = map[Kind][]string{
	KindCompany: {"company_id", "name", "domain", "created_at", "deleted"},
	KindContact: {"contact_id", "company_id", "email", "name", "created_at", "merged_ids", "deleted"},
	KindDeal: {"deal_id", "name", "company_id", "amount", "currency", "home_amount", "home_currency", "created_at", "closed_on", "stage",
		"is_won", "is_closed", "customer_type", "customer_type_text", "source", "owner", "deleted"},
	KindDealContact: {"deal_id", "contact_id", "role", "deleted"},
	KindTouch:       {"touch_id", "contact_id", "at", "channel", "campaign", "content", "provider", "milestone", "seq", "source", "medium", "term", "click_id", "deleted"},
	KindPayment:     {"payment_id", "deal_id", "paid_on", "amount", "currency", "kind", "deleted"},
	KindCarveOut:    {"list", "deal_id", "company_id", "company", "reason"},

	KindTimeEntry:     {"entry_id", "worked_on", "person", "role", "minutes", "clause", "note", "deleted"},
	KindMetricReading: {"metric", "from", "through", "value", "broken", "note", "deleted"},
	KindLead: {"lead_id", "delivered_at", "clause", "dedupe_key", "rejected_at", "accepted_at", "disputed_at", "reason", "ruling", "ruled_at",
		"deleted"},
	KindDelivery: {"delivery_id", "milestone", "delivered_on", "accepted_on", "returned_on", "part", "note", "deleted"},
	KindSpend:    {"spend_id", "spent_on", "vendor", "campaign", "category", "net", "gross", "currency", "provider", "service", "brand", "market", "deleted"},
	KindSLAMiss:  {"miss_id", "missed_on", "target", "note", "excused", "deleted"},

	KindMerge: {"merged_id", "into", "at", "by", "deleted"},
	KindEdit:  {"edit_id", "of", "record_id", "field", "at", "by", "before", "after", "deleted"},

	KindAccountLink: {"contact_id", "domain", "company_id", "reason", "deleted"},
	KindDifferent:   {"of", "one_id", "other_id", "reason", "deleted"},

	KindCompanyMerge: {"merged_company_id", "into_company_id", "at", "by", "deleted"},
	KindDealMerge:    {"merged_deal_id", "into_deal_id", "at", "by", "reason", "deleted"},
}

// laterColumns came after files were written without them; they stand in a file only where some row of it has a value there, so that the
// same evidence gives the same bytes as before.
var laterColumns = map[Kind][]string{KindTouch: {"source", "medium", "term", "click_id"}, KindSpend: {"provider", "service", "brand", "market"}}

// Columns are the canonical columns of a kind, in the order of its plain file. The caller must not change the slice.
func Columns(k Kind) []string { return columns[k] }

// FileName is the name of a kind's plain file, such as "deals.csv".
func FileName(k Kind) string {
	switch k {
	case KindCompany:
		return "companies.csv"
	case KindTouch:
		return "touches.csv"
	case KindTimeEntry:
		return "time_entries.csv"
	case KindDelivery:
		return "deliveries.csv"
	case KindSpend:
		return "spend.csv"
	case KindSLAMiss:
		return "sla_misses.csv"
	case KindDifferent:
		return "different.csv"
	}
	return string(k) + "s.csv"
}

// KindOfFile is the kind whose plain file has this name, with or without ".gz".
func KindOfFile(name string) (Kind, bool) {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	for _, k := range Kinds() {
		if FileName(k) == name {
			return k, true
		}
	}
	return "", false
}

// recordID is the id of a record among those of its kind. Associations and carve-outs, which have no id of their own, are named by
// the values that identify them.
func recordID(k Kind, get func(string) string) string {
	switch k {
	case KindDealContact:
		return joinID(get("deal_id"), get("contact_id"))
	case KindCarveOut:
		return joinID(get("list"), get("deal_id"), get("company_id"), get("company"))
	case KindAccountLink:
		return joinID(get("contact_id"), get("domain"))
	case KindDifferent:
		return joinID(get("of"), get("one_id"), get("other_id"))
	case KindMetricReading:
		return joinID(get("metric"), get("from"), get("through"))
	}
	return get(columns[k][0])
}

var escapeID = strings.NewReplacer("%", "%25", "|", "%7C")

func joinID(parts ...string) string {
	for i, p := range parts {
		parts[i] = escapeID.Replace(p)
	}
	return strings.Join(parts, "|")
}
