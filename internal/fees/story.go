package fees

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// tells says whether the change belongs to the story of a correction of the month.
func (c FactChange) tells(month cal.Month) bool { return c.Month == "" || c.Month == month.String() }

// PartnerDeleted is the field of a change of a deal that was stated to be one sale with another (Before), which was deleted then (After: true), or came back: by that the deal counts by
// itself, or no more.
const PartnerDeleted = "partner_deleted"

// Words is the change in a sentence: "Since then, import 7: the deal's amount was 60,000.00 USD and is 52,000.00 USD."
func (c FactChange) Words() string {
	what, now := "the "+strings.ReplaceAll(string(c.Kind), "_", " ")+" "+c.ID, cmp.Or(c.After, "unknown")
	switch {
	case c.Kind == crm.KindDeal && (c.Month == "" || c.ID == c.Deal):
		what = "the deal"
	case c.Kind == crm.KindDealContact:
		what = "the association of contact " + strings.TrimPrefix(c.ID, c.Deal+"|")
	}
	since := "Since then"
	if c.Import > 0 {
		since += fmt.Sprintf(", import %d", c.Import)
	}
	switch {
	case c.More > 0:
		return fmt.Sprintf("%s, %d more values that this line rests on have changed. What differs from the locked statement lists them.", since, c.More)
	case c.Kind == crm.KindDealMerge && c.Field == PartnerDeleted && c.After == "true":
		return fmt.Sprintf("%s: deal %s, with which %s was stated to be one sale, was deleted.", since, c.Before, c.ID)
	case c.Kind == crm.KindDealMerge && c.Field == PartnerDeleted:
		return fmt.Sprintf("%s: deal %s, with which %s was stated to be one sale, was deleted and is there again.", since, c.Before, c.ID)
	case c.Kind == crm.KindDealMerge && c.Field == "deleted":
		return fmt.Sprintf("%s: it was taken back that deal %s is one sale with another; it counts by itself again.", since, c.ID)
	case c.Kind == crm.KindDealMerge && c.Field != "":
		return fmt.Sprintf("%s: deal %s, which was stated to be one sale with deal %s, was stated to be one with deal %s.", since, c.ID, c.Before, now)
	case c.Kind == crm.KindDealMerge:
		return fmt.Sprintf("%s: it was stated that %s.", since, now)
	case c.Field == "" && c.Before == "" && c.Month != "" && c.After == c.ID:
		return fmt.Sprintf("%s: %s came in.", since, what)
	case c.Field == "" && c.After == "":
		return fmt.Sprintf("%s: %s is no longer there.", since, what)
	case c.Field == "" && c.Before == "":
		return fmt.Sprintf("%s: %s came in, %s.", since, what, now)
	}
	if c.Field == "deleted" {
		if c.After == "true" {
			return fmt.Sprintf("%s: %s was deleted.", since, what)
		}
		return fmt.Sprintf("%s: %s was deleted and is there again.", since, what)
	}
	if c.Field != "" {
		what += "'s " + strings.ReplaceAll(strings.TrimPrefix(c.Field, "is_"), "_", " ")
	}
	return fmt.Sprintf("%s: %s was %s and is %s.", since, what, cmp.Or(c.Before, "unknown"), now)
}
