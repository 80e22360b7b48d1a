package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var revenueShareKind = clauseKind{spec: revenueShareSpec, name: "Revenue share", build: func(b *builder, v *value, _ Terms) Clause { return b.revenueShare(v) }}

var revenueShareSpec = spec{key: "revenue_share", doc: "A share of the revenue that marketing brought.", fields: []spec{
	{key: "revenue_share", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "rate", doc: "The share; with tiers, that of the first.", scalar: percentOf()},
	tiersSpec,
	{key: "base", doc: "The revenue that is shared.", fields: []spec{
		{key: "revenue", doc: "closed: the deal's amount when it is won; collected: each payment when it is received.", scalar: choice("closed", "collected")},
		{key: "refunds", doc: "Whether money given back reduces the base.", scalar: choice("deducted", "ignored")},
		{key: "of", doc: "Whose revenue.", scalar: choice("new-customers", "existing-customers", "all-customers")},
		{key: "new_by", doc: "How a new customer is told: the CRM's deal type, or the company's first won deal. Needed unless of is all-customers.", scalar: choice("crm-type", "first-won-deal"), optional: true},
		{key: "unknown_type", doc: "A deal whose type the CRM does not say. Needed with crm-type.", scalar: choice("hold", "eligible", "excluded"), optional: true},
		baselineSpec,
	}},
	{key: "attribution", doc: "Which part of a deal's revenue counts, or none: all of it, whoever brought it.", instead: wordNone(), fields: []spec{
		{key: "model", doc: "first, last, last-non-direct, linear, u-shaped, w-shaped, full-path, j-shaped, inverse-j-shaped, time-decay:7d (half-life), custom:40/20/40 (first/middle/last), data-driven (by removal_effects).", scalar: modelScalar},
		{key: "lookback", doc: "How far back a touch counts from the anchor, or none. Days are calendar days in the contract's zone; hours are exact.", scalar: spanOrNone(cal.Days, cal.Weeks, cal.Months, cal.Hours)},
		{key: "edge", doc: "What happens to the weight of touches that the lookback cuts off. Needed with a lookback.", scalar: choice("drop", "renormalise", "re-path"), optional: true},
		{key: "anchor", doc: "Where the journey ends: later touches do not count. deal-won is the day of the closing, deal-created the moment of the creation, deal-collected the day of the first payment, or of the closing where money came before it.", scalar: choice("deal-won", DealCreated, DealCollected)},
		{key: "contacts", doc: "Whose touches make the journey: contacts associated with the deal, or, for a deal without any, all contacts of its company: those that the CRM puts there, or with inferred also those that a manual link, a stated rule or the domain of their e-mail address does.", scalar: choice(Associated, AssociatedOrAccount, AssociatedOrInferred)},
		{key: "credits", doc: "Whose touches earn: exactly one of the three lists.", fields: []spec{
			list("channels", "Only these channels earn.", textScalar, true),
			list("all_channels_except", "Every channel earns but these. Write [] for no exception.", textScalar, true),
			list("providers", "Only touches run by these providers earn.", textScalar, true),
		}},
		list("direct_channels", "The channels that last-non-direct passes over. Needed for that model.", textScalar, true),
		removalEffectsSpec,
		channelsSpec, atTheDealSpec, earlierDealsSpec, excludedChannelsSpec, repeatsSpec, stepsSpec,
	}},
	{key: "eligible", doc: "Which deals count.", fields: []spec{
		{key: "created_from", doc: "The deal was created on this day or later.", scalar: dateScalar},
		{key: "carve_out", doc: "The name of the list of deals and companies that the client already had, or none.", scalar: slugScalar},
	}},
	{key: "per_deal", doc: "Limits of the fee for one deal over its life.", fields: []spec{
		{key: "floor", doc: "At least this for an eligible deal that earns a fee, or none.", scalar: amountOrNone()},
		{key: "cap", doc: "At most this, or none.", scalar: amountOrNone()},
	}},
	{key: "period", doc: "Limits of the fee of this clause over a period.", fields: []spec{
		{key: "floor", doc: "At least this, settled in the last month of the period, or none.", scalar: limitPer(EveryMonth, EveryQuarter, EveryYear, EveryContractYear)},
		{key: "partial_floor", doc: "The floor of a period that is only partly in force: whole, or by its days in force. Needed with a floor.", scalar: choice("whole", "by-days"), optional: true},
		{key: "cap", doc: "At most this, or none.", scalar: limitPer(EveryContractYear, EveryMonth, EveryQuarter, EveryYear, EveryTerm)},
	}},
	{key: "charged", doc: "On which statement revenue is charged: that of its own month, or that of the last month of its quarter or year, by the calendar. Left out: that of its own month.", scalar: choice(string(EveryMonth), string(EveryQuarter), string(EveryYear)), optional: true},
	{key: "tail", doc: "How long after the end revenue still counts, a closing or a payment, of deals created before the end; or none.", scalar: spanOrNone(cal.Days, cal.Weeks, cal.Months)},
	{key: "clawback", doc: "How long after a charge its revenue can still be taken back, by a refund or by evidence that changed: a length counted from the day of the revenue, none, or unlimited.",
		scalar: clawbackScalar, since: withoutClawback},
	otherCurrencySpec,
}}

// RevenueShare is a share of revenue that the agency's marketing brought.
type RevenueShare struct {
	ID            string
	Rate          money.Ratio // below the first of the tiers
	Tiers         Tiers
	Base          Base
	Attribution   Attribution
	Eligible      Eligibility
	PerDealFloor  Limit
	PerDealCap    Limit
	PeriodFloor   Limit
	PartialFloor  string // whole | by-days; empty without a floor
	PeriodCap     Limit
	Charged       Every    // month | quarter | year: the statement of whose last month charges
	Tail          cal.Span // zero: none
	Clawback      Clawback
	OtherCurrency string // hold | home-amount | agreed
	Exchange      Exchange
}

// ClauseID is the id of the clause.
func (r RevenueShare) ClauseID() string { return r.ID }

// Kind is "revenue_share".
func (RevenueShare) Kind() string { return "revenue_share" }

// Limit is a floor or a cap. When not Set the contract says "none".
type Limit struct {
	Set    bool
	Amount money.Amount
	Per    Every // empty for a limit per deal
}

// Base is the revenue that is shared.
type Base struct {
	Revenue     string // closed | collected
	Refunds     string // deducted | ignored
	Of          string // new-customers | existing-customers | all-customers
	NewBy       string // crm-type | first-won-deal; empty for all-customers
	UnknownType string // hold | eligible | excluded; empty unless NewBy is crm-type
	Over        Baseline
}

// Attribution decides which part of a deal's revenue counts. With None all of it does, and the rest is empty.
type Attribution struct {
	None     bool
	Model    string   // as attribution.ParseModel reads it: "w-shaped", "time-decay:7d", "custom:50/20/30"
	Lookback cal.Span // zero: none
	Edge     string   // drop | renormalise | re-path; empty without lookback
	Anchor   string   // deal-won | DealCreated | DealCollected: the end of the journey
	Contacts string   // Associated, AssociatedOrAccount or AssociatedOrInferred
	Credits  Credits
	Direct   []string // channels that count as direct for last-non-direct
	Effects  *RemovalEffects
	Touched  Touched
}

// The anchors beside deal-won, which is the day of the closing.
const (
	DealCreated   = "deal-created"   // the moment of the creation
	DealCollected = "deal-collected" // the day of the first payment, or that of the closing where money came before it
)

// Whose touches make the journey of a deal: the contacts associated with it; or, for a deal without any, all contacts of its company, as the CRM says, or also
// as crm.Accounts infers.
const (
	Associated           = "associated"
	AssociatedOrAccount  = "associated-or-account"
	AssociatedOrInferred = "associated-or-inferred-account"
)

// Credits says whose touches earn: every channel but some, only some channels, or the touches that some providers ran.
type Credits struct {
	By     string // channels | all-channels-except | providers
	Values []string
}

// Earns reports whether a touch of that channel and provider earns. A touch of which the CRM does not say the channel, or the provider where
// that decides, earns nothing: nobody can tell whose it is.
func (c Credits) Earns(channel, provider string) bool {
	name := channel
	if c.By == "providers" {
		name = provider
	}
	if name == "" {
		return false
	}
	for _, v := range c.Values {
		if v == name {
			return c.By != "all-channels-except"
		}
	}
	return c.By == "all-channels-except"
}

// Eligibility of a deal.
type Eligibility struct {
	CreatedFrom cal.Date
	CarveOut    string // name of a carve-out list; empty: none
}

// RateWords is the share.
func (r RevenueShare) RateWords() string { return r.RatesWords() }

// Promise is the share, of what, and its cap.
func (r RevenueShare) Promise() string {
	share := fmt.Sprintf("%s of revenue %s from %s", r.RatesWords(), r.Base.Revenue, strings.ReplaceAll(r.Base.Of, "-", " "))
	if over := r.Base.Over; over.Set {
		share += fmt.Sprintf(", above %s per %s", over.Amount.FormatWith(), over.Per)
	}
	if r.PeriodCap.Set {
		share += ", " + limitWords("at most", "", r.PeriodCap)
	}
	return share
}

func (b *builder) revenueShare(v *value) RevenueShare {
	rate, _ := money.ParsePercent(v.str("rate"))
	base, eligible, perDeal, period := v.get("base"), v.get("eligible"), v.get("per_deal"), v.get("period")
	r := RevenueShare{
		ID:    v.str("revenue_share"),
		Rate:  rate,
		Tiers: b.tiers(v.get("tiers")),
		Base: Base{
			Revenue: base.str("revenue"), Refunds: base.str("refunds"), Of: base.str("of"),
			NewBy: base.str("new_by"), UnknownType: base.str("unknown_type"), Over: b.baseline(base.get("over_baseline")),
		},
		Attribution:   b.attribution(v.get("attribution")),
		Eligible:      Eligibility{CreatedFrom: eligible.date("created_from"), CarveOut: noneIsEmpty(eligible.str("carve_out"))},
		PerDealFloor:  b.limit(perDeal.get("floor")),
		PerDealCap:    b.limit(perDeal.get("cap")),
		PeriodFloor:   b.limit(period.get("floor")),
		PartialFloor:  period.str("partial_floor"),
		PeriodCap:     b.limit(period.get("cap")),
		Charged:       cmp.Or(Every(v.str("charged")), EveryMonth),
		Tail:          v.span("tail"),
		Clawback:      clawbackOf(cmp.Or(v.str("clawback"), withoutClawback)),
		OtherCurrency: cmp.Or(v.str("other_currency"), "agreed"),
	}
	r.Exchange = b.exchange(v.get("other_currency"), r.Base)
	b.checkBase(base, r.Base)
	b.checkAnchor(v, r)
	b.checkSchedule(v, r)
	b.checkLimits(perDeal, r.PerDealFloor, r.PerDealCap)
	b.checkLimits(period, r.PeriodFloor, r.PeriodCap)
	switch {
	case r.PeriodFloor.Set && r.PartialFloor == "":
		b.problem(period, "partial-floor", "say what the floor is for a period that is only partly in force; write partial_floor: whole or partial_floor: by-days (a floor of 9,000 a quarter that begins on its last two days is 9,000 or 200.00)")
	case !r.PeriodFloor.Set && r.PartialFloor != "":
		b.problem(period.get("partial_floor"), "partial-floor", "there is no floor; leave partial_floor out")
	}
	return r
}

func (b *builder) checkBase(v *value, base Base) {
	switch {
	case base.Of == "all-customers" && (base.NewBy != "" || base.UnknownType != ""):
		b.problem(v, "base-contradiction", "all-customers needs no new_by and no unknown_type; leave them out")
	case base.Of != "all-customers" && base.NewBy == "":
		b.problem(v, "base-new-by", "say how a new customer is told; write new_by: crm-type or new_by: first-won-deal")
	case base.NewBy == "crm-type" && base.UnknownType == "":
		b.problem(v, "base-unknown-type", "say what happens to a deal without a type in the CRM; write unknown_type: hold, eligible or excluded")
	case base.NewBy == "first-won-deal" && base.UnknownType != "":
		b.problem(v, "base-contradiction", "first-won-deal never has an unknown type; leave unknown_type out")
	}
}

func (b *builder) attribution(v *value) Attribution {
	if v.fields == nil {
		return Attribution{None: true}
	}
	a := Attribution{
		Model: v.str("model"), Lookback: v.span("lookback"), Edge: v.str("edge"), Anchor: v.str("anchor"),
		Contacts: v.str("contacts"), Credits: b.credits(v.get("credits")), Direct: v.texts("direct_channels"), Effects: b.removalEffects(v.get("removal_effects")), Touched: b.touched(v),
	}
	switch {
	case !a.Lookback.IsZero() && a.Edge == "":
		b.problem(v, "lookback-edge", "a lookback cuts paths; say what happens to the weight it cuts off: edge: drop, renormalise or re-path (on one deal of 100,000 at 3 %% they pay 1,200, 1,714.29 or 2,100)")
	case a.Lookback.IsZero() && a.Edge != "":
		b.problem(v, "lookback-edge", "without a lookback nothing is cut off; leave edge out")
	}
	if a.Model == DataDriven && v.get("removal_effects") == nil {
		b.problem(v, "removal-effects", "data-driven weighs channels by their removal effects; write removal_effects, as attribution run --freeze learns them of a closed period")
	}
	if a.Model == "last-non-direct" && len(a.Direct) == 0 {
		b.problem(v, "direct-channels", "last-non-direct passes over direct touches; name them: direct_channels: [direct]")
	}
	return a
}

func (b *builder) credits(v *value) Credits {
	var c Credits
	written := 0
	for key, by := range map[string]string{"channels": "channels", "all_channels_except": "all-channels-except", "providers": "providers"} {
		if v.get(key) != nil {
			written++
			c = Credits{By: by, Values: v.texts(key)}
		}
	}
	if written != 1 {
		b.problem(v, "credits", "say whose touches earn with exactly one of channels, all_channels_except or providers")
	}
	if c.By != "all-channels-except" && written == 1 && len(c.Values) == 0 {
		b.problem(v, "credits", "an empty list earns nothing; name at least one, or write all_channels_except: []")
	}
	return c
}

// Words is the clause in plain sentences.
func (r RevenueShare) Words(t Terms) string {
	s := []string{
		fmt.Sprintf("The agency earns %s of %s", r.RatesWords(), baseWords(r.Base)),
		r.Tiers.words(r.Rate),
		r.Base.Over.words(),
		attributionWords(r.Attribution),
		r.Attribution.effectWords(),
		r.Attribution.Touched.Words(r.Attribution.Anchor),
		fmt.Sprintf("Deals count when they were created on %s or later%s", r.Eligible.CreatedFrom.Words(), carveOutWords(r.Eligible.CarveOut)),
		fmt.Sprintf("For one deal: %s, %s", limitWords("at least", "no floor", r.PerDealFloor), limitWords("at most", "no cap", r.PerDealCap)),
		fmt.Sprintf("For the clause: %s, %s%s", floorWords(r), limitWords("at most", "no cap", r.PeriodCap), yearWords(r)),
		chargedWords(r),
		tailWords(r),
		r.Clawback.words(),
		map[string]string{
			"hold":        "A deal in another currency than " + string(t.Currency) + " is held for a decision",
			"home-amount": "A deal in another currency counts with the CRM's amount in " + string(t.Currency),
			"agreed":      r.Exchange.words(t),
		}[r.OtherCurrency],
	}
	return strings.Join(slices.DeleteFunc(s, func(words string) bool { return words == "" }), ". ") + "."
}

// chargedWords says when revenue is charged, where that is not on the statement of its month.
func chargedWords(r RevenueShare) string {
	if r.Charged == EveryMonth {
		return ""
	}
	return fmt.Sprintf("What counts in a month is charged on the statement of the last month of its %s, or of the month in which the contract ends", r.Charged)
}

func baseWords(b Base) string {
	revenue, when := "revenue closed", ", which is the deal's amount when it is won"
	if b.Revenue == "collected" {
		revenue, when = "revenue collected", ", which is each payment when it is received"
	}
	refunds := ", refunds deducted"
	if b.Refunds == "ignored" {
		refunds = ", refunds not deducted"
	}
	of := " from " + strings.ReplaceAll(b.Of, "-", " ")
	switch b.NewBy {
	case "crm-type":
		of += fmt.Sprintf(" (told by the CRM's deal type; unknown: %s)", b.UnknownType)
	case "first-won-deal":
		of += " (new is a company's first won deal)"
	}
	return revenue + of + when + refunds
}

// effectWords are the weights where the model rests on them.
func (a Attribution) effectWords() string {
	if a.Model != DataDriven {
		return ""
	}
	return a.Effects.Words()
}

func attributionWords(a Attribution) string {
	if a.None {
		return "All revenue of a deal counts, whoever brought it"
	}
	anchor := "the deal is won"
	switch a.Anchor {
	case DealCreated:
		anchor = "the deal is created"
	case DealCollected:
		anchor = "the first payment is received, and not before the deal is won"
	}
	lookback := "without a lookback"
	if !a.Lookback.IsZero() {
		lookback = fmt.Sprintf("looking back %s (%s)", a.Lookback, map[string]string{
			"drop":        "drop: what falls out is unattributed",
			"renormalise": "renormalise: what remains is scaled to the whole",
			"re-path":     "re-path: roles are given anew inside the window",
		}[a.Edge])
	}
	contacts := "contacts associated with the deal"
	switch a.Contacts {
	case AssociatedOrAccount:
		contacts += " (or, where there are none, all contacts of its company)"
	case AssociatedOrInferred:
		contacts += " (or, where there are none, all contacts of its company, also those that a manual link, a stated rule or the domain of their e-mail address puts there)"
	}
	credits := ""
	names := strings.Join(a.Credits.Values, ", ")
	switch a.Credits.By {
	case "channels":
		credits = "touches in " + names + " earn"
	case "providers":
		credits = "touches run by " + names + " earn"
	default:
		credits = "touches in every channel earn"
		if names != "" {
			credits = "touches in every channel but " + names + " earn"
		}
	}
	return fmt.Sprintf("Revenue is credited by %s to the touches of %s, up to the moment when %s, %s; %s", a.Model, contacts, anchor, lookback, credits)
}

func carveOutWords(list string) string {
	if list == "" {
		return "; there is no carve-out list"
	}
	return " and are not on the carve-out list " + list
}

func floorWords(r RevenueShare) string {
	words := limitWords("at least", "no floor", r.PeriodFloor)
	switch r.PartialFloor {
	case "whole":
		words += " (whole also where the period is only partly in force)"
	case "by-days":
		words += " (by days where the period is only partly in force)"
	}
	return words
}

// yearWords says what a contract year is, where a limit runs over one.
func yearWords(r RevenueShare) string {
	if r.PeriodFloor.Per != EveryContractYear && r.PeriodCap.Per != EveryContractYear {
		return ""
	}
	return "; a contract year is twelve statements, the first that of the month in which the term starts"
}

func tailWords(r RevenueShare) string {
	if r.Tail.IsZero() {
		return "Nothing counts after the end"
	}
	return fmt.Sprintf("After the end, revenue of deals created before it counts for %s", r.Tail)
}
