package crm

import (
	"cmp"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Words is a value of one of the record's fields for people: an amount with the record's currency, a day, a point in time in the zone, yes or no. What is
// none of them stands as it is.
func (r Record) Words(field, value string, zone *time.Location) string {
	switch {
	case value == "":
	case field == "amount" || field == "home_amount" || field == "net" || field == "gross":
		currency := map[string]string{"home_amount": "home_currency"}[field]
		c := money.Currency(r.Get(cmp.Or(currency, "currency")))
		if a, err := money.Parse(value, c); err == nil && c != "" {
			return strings.Replace(a.Format(), "-", "\u2212", 1) + " " + string(c)
		}
	case value == "true":
		return "yes"
	case value == "false":
		return "no"
	case HoldsTime(field):
		if d, err := cal.ParseDate(value); err == nil {
			return d.Words()
		}
		if t, err := time.Parse(time.RFC3339Nano, value); err == nil {
			return t.In(zone).Format("2 Jan 2006 15:04 MST")
		}
	}
	return value
}

// MergeWords says of two records that became one which of them remains; empty: the record is no merge.
func (r Record) MergeWords() string {
	ends := map[Kind][2]string{KindMerge: {"merged_id", "into"}, KindCompanyMerge: {"merged_company_id", "into_company_id"}, KindDealMerge: {"merged_deal_id", "into_deal_id"}}[r.Kind]
	if ends[0] == "" {
		return ""
	}
	return r.Get(ends[0]) + " was merged into " + r.Get(ends[1]) + ", which remains"
}
