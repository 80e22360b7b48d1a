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
			{key: "fee", doc: "What of the retainers is owed during notice: all; a share that goes down; or nothing, so that only work under the other clauses is paid.", scalar: choice("full", "ramp", "work-only")},
			{key: "ramp", doc: "With ramp: the share of the retainers in each month of the notice, the last for the rest of it.", items: &spec{scalar: percentOf()}, optional: true},
			{key: "received", doc: "The day on which notice was received, written by the amendment that ends the contract. The days after it are the notice.", scalar: dateScalar, optional: true},
			receiptSpec,
			{key: "ends", doc: "On which days notice can end it: any day once the period is over, only the last day of a month, or only the last day of the term or of a renewal.", scalar: choice(string(EndsAnyDay), string(EndsWithMonth), string(EndsWithTerm)), optional: true},
		}},
		exitSpec,
		{key: "ended", doc: "The first day after an early end, written by the amendment that ends the contract.", scalar: dateScalar, optional: true},
	}},
	appointmentsSpec,
	resourcesSpec,
	nonCompetitionSpec,
	{key: "clauses", doc: "How the agency is paid.", either: clauseSpecs()},
	{key: "statements", doc: "How statements are made and checked.", fields: []spec{
		{key: "cadence", doc: "One statement a calendar month.", scalar: choice("monthly")},
		{key: "issue_within", doc: "How soon after the end of the period.", scalar: spanOf(cal.Days, cal.WorkingDays)},
		{key: "objection", doc: "The client's window to dispute a line.", fields: []spec{
			{key: "within", doc: "Counted from the day of submission.", scalar: spanOf(cal.Days, cal.WorkingDays)},
			{key: "silence", doc: "What an uncontested line becomes when the window closes.", scalar: choice("accepted", "open")},
		}},
	}},
	paymentSpec,
	serviceLevelsSpec,
	scopeSpec,
	approvalsSpec,
	ownershipSpec,
}}
