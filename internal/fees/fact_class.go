package fees

import "github.com/ofrecord/ofrecord/internal/crm"

// FactClass says what sort of thing a change of the evidence is about.
type FactClass string

// The sorts of changes.
const (
	ChangedRecord   FactClass = "record"   // it came in, or is not in the evidence any more
	ChangedDeletion FactClass = "deletion" // it is deleted, or is there again
	ChangedAmount   FactClass = "amount"
	ChangedCurrency FactClass = "currency"
	ChangedDate     FactClass = "date"
	ChangedCategory FactClass = "category" // what it counts as: category, vendor, clause, role, target, milestone, where a visit came from
	ChangedValue    FactClass = "value"    // of a metric
	ChangedMinutes  FactClass = "minutes"
	ChangedDecision FactClass = "decision" // of the client, or of who rules
	ChangedDetail   FactClass = "detail"
)

var classOfField = map[string]FactClass{
	"deleted": ChangedDeletion, PartnerDeleted: ChangedDeletion,
	"amount": ChangedAmount, "home_amount": ChangedAmount, "net": ChangedAmount, "gross": ChangedAmount, "part": ChangedAmount,
	"currency": ChangedCurrency, "home_currency": ChangedCurrency,
	"closed_on": ChangedDate, "created_at": ChangedDate, "paid_on": ChangedDate, "spent_on": ChangedDate, "worked_on": ChangedDate, "missed_on": ChangedDate, "delivered_on": ChangedDate,
	"delivered_at": ChangedDate, "at": ChangedDate,
	"category": ChangedCategory, "vendor": ChangedCategory, "campaign": ChangedCategory, "clause": ChangedCategory, "role": ChangedCategory, "target": ChangedCategory, "milestone": ChangedCategory,
	"channel": ChangedCategory, "provider": ChangedCategory, "customer_type": ChangedCategory, "dedupe_key": ChangedCategory,
	"value": ChangedValue, "broken": ChangedValue,
	"minutes":     ChangedMinutes,
	"accepted_at": ChangedDecision, "accepted_on": ChangedDecision, "rejected_at": ChangedDecision, "returned_on": ChangedDecision, "disputed_at": ChangedDecision, "reason": ChangedDecision,
	"ruling": ChangedDecision, "ruled_at": ChangedDecision, "excused": ChangedDecision, "is_won": ChangedDecision, "is_closed": ChangedDecision, "stage": ChangedDecision,
}

// Class is what sort of thing the change is about.
func (c FactChange) Class() FactClass {
	if c.Field == "" {
		return ChangedRecord
	}
	if c.Kind == crm.KindTouch && (c.Field == "source" || c.Field == "medium") { // contracts name channels by them
		return ChangedCategory
	}
	if class, known := classOfField[c.Field]; known {
		return class
	}
	return ChangedDetail
}
