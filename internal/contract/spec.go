package contract

import "github.com/ofrecord/ofrecord/internal/kernel/cal"

func list(key, doc string, item *scalar, optional bool) spec {
	return spec{key: key, doc: doc, items: &spec{scalar: item}, optional: optional}
}

// document is the whole form of a contract.
var document = spec{fields: []spec{
	{key: "contract", doc: "A short name that stays the same in every version.", scalar: slugScalar},
	{key: "version", doc: "1 for the first text; an amendment is the next number.", scalar: integerFrom(1, 9999)},
	{key: "effective", doc: "The first day on which this version is in force.", scalar: dateScalar},
	{key: "parties", doc: "Who agrees.", fields: []spec{
		{key: "client", doc: "The company that pays.", scalar: textScalar},
		{key: "agency", doc: "The agency, specialist or fractional CMO that is paid.", scalar: textScalar},
	}},
	{key: "currency", doc: "The currency of every amount in the contract.", scalar: codeScalar},
	{key: "time_zone", doc: "The zone in which days begin and end.", scalar: zoneScalar},
	{key: "rounding", doc: "How an exact amount becomes a whole cent.", scalar: choice("half-up", "half-down", "half-even", "up", "down", "ceiling", "floor")},
	{key: "calendar", doc: "Which days are working days, for windows counted in them.", fields: []spec{
		{key: "work_week", doc: "The working week.", scalar: workWeek},
		list("holidays", "Days that are not worked, each a date or first..last. Write [] for none.", daysOff, false),
	}},
	{key: "term", doc: "How long it runs and how it ends.", fields: []spec{
		{key: "start", doc: "The first day of the relationship under this contract.", scalar: dateScalar},
		{key: "length", doc: "How long, or open-ended.", scalar: textOf("length of time, or open-ended", "12 months, or open-ended", `^([0-9]+ [a-z]+|open-ended)$`, func(s string) error {
			if s == "open-ended" {
				return nil
			}
			return checkSpan(s, []cal.Unit{cal.Days, cal.Weeks, cal.Months, cal.Years})
		})},
		{key: "renewal", doc: "What happens at the end when nobody acts.", fields: []spec{
			{key: "kind", doc: "none and mutual-written end; auto renews unless notice is given; evergreen runs until notice.", scalar: choice("none", "mutual-written", "auto", "evergreen")},
			{key: "at_most", doc: "How often it can renew (auto, mutual-written). Leave out for no limit.", scalar: integerFrom(1, 99), optional: true},
			{key: "each", doc: "How long each renewal is (needed for auto).", scalar: spanOf(cal.Months, cal.Years), optional: true},
		}},
		{key: "notice", doc: "How the contract is ended.", fields: []spec{
			{key: "period", doc: "In the unit that was agreed: 90 days is not 3 months.", scalar: spanOf(cal.Days, cal.WorkingDays, cal.Weeks, cal.Months)},
			{key: "fee", doc: "The fee during notice.", scalar: choice("full", "work-only")},
		}},
		{key: "ended", doc: "The first day after an early end, written by the amendment that ends the contract.", scalar: dateScalar, optional: true},
	}},
	{key: "appointments", doc: "What the client promised: work of a category goes to the agency.", optional: true, items: &spec{fields: []spec{
		{key: "category", doc: "The service category.", scalar: slugScalar},
		list("brands", "For which brands.", textScalar, false),
		list("markets", "In which markets.", textScalar, false),
		{key: "promise", doc: "exclusive: all of it; preferred: first refusal; roster: one of several.", scalar: choice("exclusive", "preferred", "roster")},
		{key: "first_refusal", doc: "How long the agency may consider work of a preferred category.", scalar: spanOf(cal.Days, cal.WorkingDays), optional: true},
	}}},
	{key: "clauses", doc: "How the agency is paid.", either: []spec{retainerSpec, revenueShareSpec}},
	{key: "statements", doc: "How statements are made and checked.", fields: []spec{
		{key: "cadence", doc: "One statement a calendar month.", scalar: choice("monthly")},
		{key: "issue_within", doc: "How soon after the end of the period.", scalar: spanOf(cal.Days, cal.WorkingDays)},
		{key: "objection", doc: "The client's window to dispute a line.", fields: []spec{
			{key: "within", doc: "Counted from the day of submission.", scalar: spanOf(cal.Days, cal.WorkingDays)},
			{key: "silence", doc: "What an uncontested line becomes when the window closes.", scalar: choice("accepted", "open")},
		}},
	}},
}}

var retainerSpec = spec{key: "retainer", doc: "A fixed fee for each fee period.", fields: []spec{
	{key: "retainer", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "fee", doc: "The fee and its period.", scalar: amountPer(EveryMonth, EveryQuarter, EveryYear)},
	{key: "anchor", doc: "The day of the month on which fee periods start; 31 means the last day of a shorter month. Quarters and years count from the term's first month.", scalar: integerFrom(1, 31)},
	{key: "billed", doc: "The statement that carries a fee period is the one in which it starts or ends.", scalar: choice("at-start", "at-end")},
	{key: "proration", doc: "What is owed for a fee period that is only partly in force.", scalar: choice(string(ActualDays), string(Fixed30), string(Thirty360), string(Annual365), string(NoProration))},
}}

var revenueShareSpec = spec{key: "revenue_share", doc: "A share of the revenue that marketing brought.", fields: []spec{
	{key: "revenue_share", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "rate", doc: "The share.", scalar: percentOf()},
	{key: "base", doc: "The revenue that is shared.", fields: []spec{
		{key: "revenue", doc: "closed: the deal's amount when it is won; collected: each payment when it is received.", scalar: choice("closed", "collected")},
		{key: "refunds", doc: "Whether money given back reduces the base.", scalar: choice("deducted", "ignored")},
		{key: "of", doc: "Whose revenue.", scalar: choice("new-customers", "existing-customers", "all-customers")},
		{key: "new_by", doc: "How a new customer is told: the CRM's deal type, or the company's first won deal. Needed unless of is all-customers.", scalar: choice("crm-type", "first-won-deal"), optional: true},
		{key: "unknown_type", doc: "A deal whose type the CRM does not say. Needed with crm-type.", scalar: choice("hold", "eligible", "excluded"), optional: true},
	}},
	{key: "attribution", doc: "Which part of a deal's revenue counts.", fields: []spec{
		{key: "model", doc: "first, last, last-non-direct, linear, u-shaped, w-shaped, full-path, time-decay:7d (half-life), custom:40/20/40 (first/middle/last).", scalar: modelScalar},
		{key: "lookback", doc: "How far back a touch counts from the anchor, or none. Days are calendar days in the contract's zone; hours are exact.", scalar: spanOrNone(cal.Days, cal.Weeks, cal.Months, cal.Hours)},
		{key: "edge", doc: "What happens to the weight of touches that the lookback cuts off. Needed with a lookback.", scalar: choice("drop", "renormalise", "re-path"), optional: true},
		{key: "anchor", doc: "Where the journey ends: later touches do not count.", scalar: choice("deal-won", "deal-created")},
		{key: "contacts", doc: "Whose touches make the journey: contacts associated with the deal, or, for a deal without any, all contacts of its company.", scalar: choice("associated", "associated-or-account")},
		{key: "credits", doc: "Whose touches earn: exactly one of the three lists.", fields: []spec{
			list("channels", "Only these channels earn.", textScalar, true),
			list("all_channels_except", "Every channel earns but these. Write [] for no exception.", textScalar, true),
			list("providers", "Only touches run by these providers earn.", textScalar, true),
		}},
		list("direct_channels", "The channels that last-non-direct passes over. Needed for that model.", textScalar, true),
	}},
	{key: "eligible", doc: "Which deals count.", fields: []spec{
		{key: "created_from", doc: "The deal was created on this day or later.", scalar: dateScalar},
		{key: "carve_out", doc: "The name of the list of deals and companies that the client already had, or none.", scalar: slugScalar},
	}},
	{key: "per_deal", doc: "Limits of the fee for one deal over its life.", fields: []spec{
		{key: "floor", doc: "At least this for an eligible deal with credit, or none.", scalar: amountOrNone()},
		{key: "cap", doc: "At most this, or none.", scalar: amountOrNone()},
	}},
	{key: "period", doc: "Limits of the fee of this clause over a period.", fields: []spec{
		{key: "floor", doc: "At least this, settled in the last month of the period, or none.", scalar: limitPer(EveryMonth, EveryQuarter, EveryYear, EveryContractYear)},
		{key: "cap", doc: "At most this, or none.", scalar: limitPer(EveryContractYear, EveryMonth, EveryQuarter, EveryYear, EveryTerm)},
	}},
	{key: "tail", doc: "How long after the end deals still count, if they were created before the end; or none.", scalar: spanOrNone(cal.Days, cal.Weeks, cal.Months)},
	{key: "other_currency", doc: "A deal in another currency: hold it for a decision, or take the CRM's amount in the home currency.", scalar: choice("hold", "home-amount")},
}}
