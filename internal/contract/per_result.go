package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var perResultKind = clauseKind{spec: perResultSpec, name: "Per result", build: func(b *builder, v *value, _ Terms) Clause { return b.perResult(v) }}

var perResultSpec = spec{key: "per_result", doc: "A price for each result that the client accepted: a lead, an appointment, an acquisition.", fields: []spec{
	{key: "per_result", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "price", doc: "The price of one result, and what a result is called.", scalar: pricePerResult},
	{key: "acceptance", doc: "The client's time to accept or reject a result, counted from its delivery.", fields: []spec{
		{key: "within", doc: "Days are whole days in the contract's zone and begin the day after the delivery; hours are exact.", scalar: spanOf(cal.Days, cal.WorkingDays, cal.Hours)},
		{key: "after_window", doc: "What a result becomes that nobody accepted, rejected or disputed in that time. What the client says later does not change it.", scalar: choice("accepted", "rejected")},
	}},
	{key: "duplicate", doc: "When a result counts as delivered before: it is never billed.", fields: []spec{
		{key: "by", doc: "dedupe-key: the same key was delivered before under this clause; none: every result counts.", scalar: choice("dedupe-key", "none")},
		{key: "within", doc: "For how long, or ever. The day on which it ends belongs to it. Needed with dedupe-key.", scalar: spanOrEver(cal.Days, cal.Weeks, cal.Months), optional: true},
		{key: "since", doc: "Counted from the first delivery of the key, which is the one that pays, or from its latest, duplicates included. Needed with dedupe-key.", scalar: choice("first", "latest"), optional: true},
		{key: "without_key", doc: "A result without a key is held until the key is known, or is eligible. Needed with dedupe-key.", scalar: choice("hold", "eligible"), optional: true},
	}},
	{key: "disputes", doc: "How a result is disputed, accepted before or not. One that is disputed in the month that would bill it is not billed until the dispute is denied; one that is billed already is credited when the dispute is upheld.", fields: []spec{
		{key: "within", doc: "Counted from the delivery, as in acceptance. A later dispute does not count.", scalar: spanOf(cal.Days, cal.WorkingDays, cal.Hours)},
		list("reasons", "The reasons that count. Write [any] for every reason.", textScalar, false),
		{key: "fee_if_denied", doc: "What the client pays for a dispute that is denied, or none.", scalar: amountOrNone()},
	}},
	{key: "restated", doc: "What the evidence says otherwise of a result after it was billed, such as an earlier delivery of the same key: the next statement corrects it, or only a dispute does. Leave out, and only a dispute does.", scalar: choice("corrected", "disputes-only"), optional: true},
	{key: "cap", doc: "How many results of a month are billed at most, or none. Those beyond it are free for ever.", scalar: countOrNone("month")},
}}

// pricePerResult is "85.00 per lead".
var pricePerResult = func() *scalar {
	results := []Every{"lead", "appointment", "acquisition"}
	price := amountPer(results...)
	price.name, price.write = "amount per result", "85.00 per lead"
	price.check = func(s string) error {
		if strings.HasPrefix(strings.TrimSpace(s), "-") {
			return fmt.Errorf("a price cannot be negative; write an amount and what it is paid for, such as 85.00 per lead")
		}
		if checkAmountPer(s, results) != nil {
			return fmt.Errorf("write a price and what it is paid for, such as 85.00 per lead (known: lead, appointment, acquisition)")
		}
		return nil
	}
	return price
}()

// spanOrEver is a length of time without end, too.
func spanOrEver(units ...cal.Unit) *scalar {
	return textOf("length in "+unitsOf(units)+", or ever", "30 days, or ever", `^([0-9]+ [a-z ]+|ever)$`, func(s string) error {
		if s == "ever" {
			return nil
		}
		if err := checkSpan(s, units); err != nil {
			return fmt.Errorf("%w, or ever", err)
		}
		return nil
	})
}

// countOrNone is "50 per month", or none.
func countOrNone(per string) *scalar {
	return textOf("number per "+per+", or none", "50 per "+per+", or none", "^([1-9][0-9]{0,5} per "+per+"|none)$", func(s string) error {
		number, every, _ := strings.Cut(s, " per ")
		n, err := wholeNumber(number)
		if s != "none" && (err != nil || n < 1 || n > 999_999 || every != per) {
			return fmt.Errorf("write a whole number from 1, such as 50 per %s, or none", per)
		}
		return nil
	})
}

// PerResult is a price for each result that the client accepted.
type PerResult struct {
	ID         string
	Price      money.Amount
	Result     string // lead | appointment | acquisition
	Acceptance ResultAcceptance
	Duplicate  Duplicate
	Disputes   ResultDisputes
	Restated   string // corrected | disputes-only; empty: the text does not say, and only a dispute counts
	Cap        int    // results of a month that are billed at most; 0: none
}

// ResultAcceptance is the client's time to accept or reject a result, counted from its delivery.
type ResultAcceptance struct {
	Within      cal.Span // days, working days or hours
	AfterWindow string   // accepted | rejected
}

// Duplicate says when a result counts as delivered before.
type Duplicate struct {
	By         string   // dedupe-key | none; the rest is empty with none
	Within     cal.Span // zero: ever
	Since      string   // first | latest
	WithoutKey string   // hold | eligible
}

// ResultDisputes says which disputes of results count, and what a denied one costs.
type ResultDisputes struct {
	Within  cal.Span // days, working days or hours from the delivery
	Reasons []string // empty: any
	Fee     Limit    // not Set: none
}

// Counts reports whether a dispute for this reason counts, whatever the case and the spaces around it.
func (d ResultDisputes) Counts(reason string) bool {
	same := func(r string) bool { return strings.EqualFold(strings.TrimSpace(r), strings.TrimSpace(reason)) }
	return len(d.Reasons) == 0 || slices.ContainsFunc(d.Reasons, same)
}

// ClauseID is the id of the clause.
func (r PerResult) ClauseID() string { return r.ID }

// Kind is "per_result".
func (PerResult) Kind() string { return "per_result" }

// RateWords is the price of one.
func (r PerResult) RateWords() string { return r.Price.Format() + " per " + r.Result }

// Promise is the price of one, with the currency.
func (r PerResult) Promise() string { return r.Price.FormatWith() + " per " + r.Result }

func (b *builder) perResult(v *value) PerResult {
	price, result := b.amountPer(v.get("price"))
	if price.Minor == 0 {
		b.problem(v.get("price"), "price-of-nothing", "a price of nothing pays nothing; write what one costs, such as 85.00 per lead")
	}
	acceptance := v.get("acceptance")
	capped, _ := wholeNumber(strings.TrimSuffix(v.str("cap"), " per month"))
	return PerResult{
		ID: v.str("per_result"), Price: price, Result: string(result), Restated: v.str("restated"), Cap: capped,
		Acceptance: ResultAcceptance{Within: acceptance.span("within"), AfterWindow: acceptance.str("after_window")},
		Duplicate:  b.duplicate(v.get("duplicate")),
		Disputes:   b.resultDisputes(v.get("disputes")),
	}
}

func (b *builder) duplicate(v *value) Duplicate {
	d := Duplicate{By: v.str("by"), Within: v.span("within"), Since: v.str("since"), WithoutKey: v.str("without_key")}
	for _, need := range []struct{ key, why, write string }{
		{"within", "say for how long a key counts as delivered before", "within: 30 days, or within: ever"},
		{"since", "say from which delivery that is counted", "since: first (the one that pays) or since: latest (duplicates included)"},
		{"without_key", "say what happens to a result without a key", "without_key: hold or without_key: eligible"},
	} {
		switch written := v.get(need.key) != nil; {
		case d.By == "dedupe-key" && !written:
			b.problem(v, "duplicate-"+need.key, "%s; write %s", need.why, need.write)
		case d.By == "none" && written:
			b.problem(v.get(need.key), "duplicate-contradiction", "with by: none nothing is a duplicate; leave %s out", need.key)
		}
	}
	return d
}

func (b *builder) resultDisputes(v *value) ResultDisputes {
	d := ResultDisputes{Within: v.span("within"), Reasons: v.texts("reasons"), Fee: b.limit(v.get("fee_if_denied"))}
	switch {
	case len(d.Reasons) == 0:
		b.problem(v.get("reasons"), "dispute-reasons", "without a reason no dispute could count; name the reasons, or write reasons: [any]")
	case slices.Contains(d.Reasons, "any") && len(d.Reasons) > 1:
		b.problem(v.get("reasons"), "dispute-reasons", "any stands for every reason; write it alone, or name the reasons without it")
	case d.Reasons[0] == "any":
		d.Reasons = nil
	}
	return d
}

// Words is the clause in plain sentences.
func (r PerResult) Words(Terms) string {
	s := []string{
		fmt.Sprintf("The agency earns %s for each accepted %s, on the statement of the month in which it is accepted", r.Price.FormatWith(), r.Result),
		r.acceptanceWords(),
		r.duplicateWords(),
		r.disputeWords(),
		"It is billed once, ever, by the version in force on the day of its delivery",
	}
	if r.Restated != "" {
		s = append(s, r.restatedWords())
	}
	if r.Cap == 0 {
		return strings.Join(append(s, "There is no cap on their number"), ". ") + "."
	}
	return strings.Join(append(s, fmt.Sprintf("At most %d of a month are billed; those beyond are free, also when one that was billed is credited later", r.Cap)), ". ") + "."
}

func (r PerResult) restatedWords() string {
	if r.Restated == "corrected" {
		return "When the evidence says otherwise of it after it was billed, the next statement credits it or bills it again (restated: corrected)"
	}
	return "After it was billed only a dispute changes it, whatever else the evidence says later (restated: disputes-only)"
}

func (r PerResult) acceptanceWords() string {
	becomes := "accepted"
	if r.Acceptance.AfterWindow == "rejected" {
		becomes = "rejected"
	}
	return fmt.Sprintf("The client accepts or rejects it %s; after that it is %s, whatever is said later", fromDelivery(r.Acceptance.Within), becomes)
}

// fromDelivery says how a window runs.
func fromDelivery(s cal.Span) string {
	if _, exact := s.Duration(); exact {
		return "within exactly " + s.String() + " of its delivery"
	}
	return "within " + s.String() + " of its delivery, the day of delivery not counted"
}

func (r PerResult) duplicateWords() string {
	d := r.Duplicate
	if d.By == "none" {
		return "No check for duplicates is made"
	}
	within := "ever before"
	if !d.Within.IsZero() {
		within = "in the " + d.Within.String() + " before"
	}
	since := "counted from the first delivery, which pays"
	if d.Since == "latest" {
		since = "counted from the latest delivery, duplicates included"
	}
	keyless := "is held until the key is known"
	if d.WithoutKey == "eligible" {
		keyless = "counts as no duplicate"
	}
	return fmt.Sprintf("One whose key was delivered %s, and was not found invalid by then, is a duplicate and is not billed (%s); one without a key %s", within, since, keyless)
}

func (r PerResult) disputeWords() string {
	reasons := "for any reason"
	if len(r.Disputes.Reasons) > 0 {
		quoted := make([]string, len(r.Disputes.Reasons))
		for i, reason := range r.Disputes.Reasons {
			quoted[i] = strconv.Quote(reason)
		}
		reasons = "for " + strings.Join(quoted, ", ") + " only"
	}
	fee := "A denied dispute costs nothing"
	if r.Disputes.Fee.Set {
		fee = "A denied dispute costs the client " + r.Disputes.Fee.Amount.Format()
	}
	return fmt.Sprintf("The client may dispute it %s, %s. While it is disputed it is not billed; a denied dispute bills it then, an upheld one never. Where it was billed before, an upheld dispute gives a credit. %s",
		fromDelivery(r.Disputes.Within), reasons, fee)
}
