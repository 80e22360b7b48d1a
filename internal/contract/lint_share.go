package contract

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// shareRules are about a share of revenue.
var shareRules = []lintRule{
	of("carve-out-none", Warning, lintCarveOutNone),
	of("created-before-term", Warning, lintCreatedBeforeTerm),
	of("created-later", Note, lintCreatedLater),
	of("attribution-none", Warning, lintAttributionNone),
	of("baseline-forgiven", Note, lintBaselineForgiven),
	of("tier-cliff", Note, lintTierCliff),
	of("lookback-none", Warning, lintLookbackNone),
	of("lookback-long", Note, lintLookbackLong),
	of("tail-none-collected", Warning, lintTailNoneCollected),
	of("tail-none", Note, lintTailNone),
	of("share-uncapped", Warning, lintShareUncapped),
	of("clawback-unlimited", Note, lintClawbackUnlimited),
	of("clawback-none", Note, lintClawbackNone),
	of("refunds-never-deducted", Warning, lintRefundsNeverDeducted),
	of("credits-all", Warning, lintCreditsAll),
	of("at-the-deal-unsaid", Warning, lintAtTheDealUnsaid),
	of("earlier-deals-unsaid", Warning, lintEarlierDealsUnsaid),
	of("touches-unsaid", Note, lintTouchesUnsaid),
	of("channels-unsaid", Warning, lintChannelsUnsaid),
	of("channel-otherwise", Warning, lintChannelOtherwise),
	of("channel-never", Note, lintChannelNever),
	of("excluded-earns", Warning, lintExcludedEarns),
	of("effects-not-closed", Warning, lintEffectsNotClosed),
	of("earns-without-effect", Warning, lintEarnsWithoutEffect),
	of("unknown-type", Note, lintUnknownType),
	of("home-amount", Note, lintHomeAmount),
	of("deal-floor", Note, lintDealFloor),
	of("floor-above-cap", Warning, lintFloorAboveCap),
	{"shares-overlap", Warning, lintSharesOverlap},
}

func lintCarveOutNone(l *linter, r RevenueShare, at *value) {
	if r.Eligible.CarveOut == "" {
		l.found(at.find("eligible.carve_out"), "carve_out: pipeline-"+r.Eligible.CreatedFrom.String()[:7]+", and import the list under that name",
			"There is no list of what the client already had. A deal that is created from %s pays even with a company that the client's own people have courted for years.", r.Eligible.CreatedFrom.Words())
	}
}

func lintCreatedBeforeTerm(l *linter, r RevenueShare, at *value) {
	if from := r.Eligible.CreatedFrom; from.Before(l.terms.Term.Start) {
		l.found(at.find("eligible.created_from"), "created_from: "+l.terms.Term.Start.String(),
			"Deals count that were created from %s, but the term begins on %s: the share pays for a pipeline that was there before the agency.", from.Words(), l.terms.Term.Start.Words())
	}
}

func lintCreatedLater(l *linter, r RevenueShare, at *value) {
	if from := r.Eligible.CreatedFrom; from.After(l.terms.Effective) {
		l.found(at.find("eligible.created_from"), "created_from: "+l.terms.Effective.String(),
			"The version is in force from %s, but only deals that are created from %s count: those in between never pay.", l.terms.Effective.Words(), from.Words())
	}
}

func lintAttributionNone(l *linter, r RevenueShare, at *value) {
	if r.Attribution.None && !r.Base.Over.Set {
		l.found(at.get("attribution"), "an attribution, or over_baseline with the revenue that would have come anyway",
			"All revenue of a deal is shared, also what the client's own sales people brought and what would have come without any marketing.")
	}
}

func lintBaselineForgiven(l *linter, r RevenueShare, at *value) {
	over := r.Base.Over
	if over.Set && over.Shortfall == "forgiven" {
		l.found(at.find("base.over_baseline.shortfall"), "shortfall: carried",
			"What a %s misses is forgiven. A closing that slips from one %s into the next pays, though both together are no better: twice %s of revenue owe nothing when they come evenly, and a share of %s when they come at once.",
			over.Per, over.Per, over.Amount.Format(), over.Amount.Format())
	}
}

// lintTierCliff says what one cent of revenue is worth at each threshold.
func lintTierCliff(l *linter, r RevenueShare, at *value) {
	if r.Tiers.Apply != "whole" {
		return
	}
	before := r.Rate
	for i, tier := range r.Tiers.Above {
		low, ok := l.amount(tier.From.Minor, before.Num(), before.Den())
		high, known := l.amount(tier.From.Minor, tier.Rate.Num(), tier.Rate.Den())
		if ok && known {
			l.found(at.find("tiers.above").items[i].get("rate"), "apply: marginal", "At %s of revenue per %s the share jumps from %s to %s: a deal of almost nothing can move %s.",
				tier.From.Format(), r.Tiers.Per, low.Format(), high.Format(), high.Sub(low).Format())
		}
		before = tier.Rate
	}
}

func lintLookbackNone(l *linter, r RevenueShare, at *value) {
	if r.Attribution.Lookback.IsZero() && !r.Attribution.None {
		l.found(at.find("attribution.lookback"), "lookback: 180 days, and edge: re-path",
			"Nothing ever grows too old: a touch of years ago holds credit in a deal of today. Common windows are 90 or 180 days.")
	}
}

// lintLookbackLong: two years are as good as for ever.
func lintLookbackLong(l *linter, r RevenueShare, at *value) {
	s := r.Attribution.Lookback
	if most := map[cal.Unit]int{cal.Days: 731, cal.Weeks: 104, cal.Months: 24, cal.Hours: 731 * 24}[s.Unit]; !s.IsZero() && s.N > most {
		l.found(at.find("attribution.lookback"), "lookback: 180 days", "It looks back %s, longer than anybody can say what a touch did. Common windows are 90 or 180 days.", s)
	}
}

func lintTailNoneCollected(l *linter, r RevenueShare, at *value) {
	if r.Tail.IsZero() && r.Base.Revenue == "collected" {
		l.found(at.get("tail"), "tail: 60 days",
			"The share is paid on money received, and nothing counts after the end: a deal that is won in the last month and paid in the next earns nothing.")
	}
}

func lintTailNone(l *linter, r RevenueShare, at *value) {
	if r.Tail.IsZero() && r.Base.Revenue == "closed" {
		l.found(at.get("tail"), "tail: 60 days", "Nothing counts after the end: what is in the pipeline on the last day earns nothing, however far it has come.")
	}
}

func lintShareUncapped(l *linter, r RevenueShare, at *value) {
	if r.PeriodCap.Set || l.bounded(r.ID) {
		return
	}
	deal := "and none for one deal either: one large deal can cost more than a year's retainer"
	if r.PerDealCap.Set {
		deal = "only one of " + r.PerDealCap.Amount.Format() + " for each deal"
	}
	l.found(at.find("period.cap"), "cap: 60,000.00 per contract-year", "There is no cap over a period, %s. Nobody can budget the most that it can cost.", deal)
}

func lintClawbackUnlimited(l *linter, r RevenueShare, at *value) {
	if r.Clawback.Unlimited {
		l.found(cmp.Or(at.get("clawback"), at), "clawback: 180 days",
			"What was charged can be taken back however late, by a refund of years after or by a CRM that somebody tidies up. Neither side can ever close a year.")
	}
}

func lintClawbackNone(l *linter, r RevenueShare, at *value) {
	if r.Clawback == (Clawback{}) && r.Base.Refunds == "ignored" {
		l.found(at.get("clawback"), "clawback: 180 days", "What was charged is never taken back: a deal that is reopened the week after its statement is locked stays paid.")
	}
}

func lintRefundsNeverDeducted(l *linter, r RevenueShare, at *value) {
	if r.Clawback == (Clawback{}) && r.Base.Refunds == "deducted" {
		l.found(at.get("clawback"), "clawback: 180 days, or refunds: ignored",
			"The base says that refunds are deducted, the clawback that what was charged is never taken back. A refund after the charge is deducted from nothing.")
	}
}

func lintCreditsAll(l *linter, r RevenueShare, at *value) {
	if c := r.Attribution.Credits; c.By == "all-channels-except" && len(c.Values) == 0 {
		l.found(at.find("attribution.credits"), "credits: {all_channels_except: [Direct, Sales call]}, with the names of your CRM",
			"Touches in every channel earn, also those of the client's own sales people.")
	}
}

func lintUnknownType(l *linter, r RevenueShare, at *value) {
	says := map[string]string{
		"eligible": "A deal whose type is blank in the CRM pays: the client loses by a field that somebody forgot.",
		"excluded": "A deal whose type is blank in the CRM does not pay: the agency loses by a field that the client's people fill in.",
	}[r.Base.UnknownType]
	if says != "" {
		l.found(at.find("base.unknown_type"), "unknown_type: hold", "%s", says)
	}
}

func lintHomeAmount(l *linter, r RevenueShare, at *value) {
	if r.OtherCurrency == "home-amount" {
		l.found(at.get("other_currency"), "other_currency: hold",
			"A deal in another currency counts with the CRM's own amount in %s. Many CRMs compute that anew with each rate, also for deals that were won long ago.", l.terms.Currency)
	}
}

func lintDealFloor(l *linter, r RevenueShare, at *value) {
	if !r.PerDealFloor.Set || r.Rate.Sign() == 0 {
		return
	}
	below, ok := l.amount(r.PerDealFloor.Amount.Minor, r.Rate.Den(), r.Rate.Num())
	if !ok {
		return
	}
	l.found(at.find("per_deal.floor"), "floor: none, or a least size of deals",
		"A deal pays at least %s: below %s it pays more than %s, and a deal of almost nothing pays as much.", r.PerDealFloor.Amount.Format(), below.Format(), r.Rate)
}

// lintFloorAboveCap compares a floor and a cap over windows of different lengths; those of one length are refused when the text is read.
func lintFloorAboveCap(l *linter, r RevenueShare, at *value) {
	floor, limit := r.PeriodFloor, r.PeriodCap
	if !floor.Set || !limit.Set || floor.Per == limit.Per {
		return
	}
	inFloor, inCap := l.months(floor.Per), l.months(limit.Per)
	if inFloor == 0 || inCap == 0 || inFloor > inCap {
		return
	}
	least, ok := l.amount(floor.Amount.Minor, int64(inCap), int64(inFloor))
	if ok && least.Cmp(limit.Amount) > 0 {
		l.found(at.find("period.floor"), "a lower floor, or a higher cap",
			"The floor of %s per %s comes to %s per %s, above the cap of %s. The cap wins, so the floor is not what it says.", floor.Amount.Format(), floor.Per,
			least.Format(), limit.Per, limit.Amount.Format())
	}
}

// months of a window; 0 when nobody can say.
func (l *linter) months(e Every) int {
	if e != EveryTerm {
		return e.Months()
	}
	end, ok := l.terms.End()
	if !ok {
		return 0
	}
	n := 0
	for m := l.terms.Term.Start; m.Before(end); m = m.AddMonths(1, l.terms.Term.Start.Day()) {
		n++
	}
	return n
}

func lintSharesOverlap(l *linter) {
	var before []RevenueShare
	each(l, func(r RevenueShare, at *value) {
		for _, other := range before {
			if !apart(r, other) {
				l.found(at.get("revenue_share"), "customers (of: new-customers, existing-customers) or credits (channels, providers) that do not overlap",
					"%s and %s can both earn on the same revenue: one deal pays twice.", other.ID, r.ID)
			}
		}
		before = append(before, r)
	})
}

// apart says whether no revenue can earn under both.
func apart(a, b RevenueShare) bool {
	if a.Base.Of != b.Base.Of && a.Base.Of != "all-customers" && b.Base.Of != "all-customers" && a.Base.NewBy == b.Base.NewBy {
		return true
	}
	if a.Attribution.None || b.Attribution.None {
		return false
	}
	x, y := a.Attribution.Credits, b.Attribution.Credits
	return x.By == y.By && x.By != "all-channels-except" && !slices.ContainsFunc(x.Values, func(v string) bool { return slices.Contains(y.Values, v) })
}
