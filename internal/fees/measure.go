package fees

import (
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Ran says whose campaigns are the agency's, by the terms: what earns under the first share of revenue that attributes; without one, the touches of which
// the CRM says that the agency ran them. The words tell people which.
type Ran struct {
	Words    string
	Owned    func(channel, provider string) bool
	path     attribution.Path
	lookback attribution.Lookback
	shared   bool
}

// Window is the lookback and its edge as a page that compares models is asked for them: "180 days", "re-path". Both are empty without a share of
// revenue, and the edge without a lookback.
func (r Ran) Window() (lookback, edge string) {
	switch {
	case !r.shared:
		return "", ""
	case r.lookback.Span.IsZero():
		return "none", ""
	}
	return r.lookback.Span.String(), string(r.lookback.Edge)
}

// RanBy finds it in the terms.
func RanBy(t contract.Terms) Ran {
	for _, c := range t.Clauses {
		if share, ok := c.(contract.RevenueShare); ok && !share.Attribution.None {
			return Ran{"Of the agency are the touches that earn under the clause " + share.ID + ".", share.Attribution.Credits.Earns, attribution.PathOf(share.Attribution, t.Zone), lookbackOf(share.Attribution, t.Zone), true}
		}
	}
	owned := func(_, provider string) bool { return provider != "" && provider == t.Agency }
	return Ran{"Of the agency are the touches that name it as their provider: the contract shares no attributed revenue that would say more.", owned, attribution.Path{Zone: t.Zone}, attribution.Lookback{}, false}
}

// Measure measures what a pay model rests on, by the evidence of a day. Pasts are what is known of how its deals came to be what they are.
func Measure(s *crm.Snapshot, pasts map[string]crm.Past, on cal.Date, a contract.Agreement) Measured {
	t := a.Latest()
	zone, links := zoneOf(t), attribution.Link(s)
	m := Measured{Hygiene: crm.Score(s, pasts, on, zone), Cycle: crm.CycleOf(s, pasts, on, zone), Accepted: readingsOf(s, "sal"), Version: t.Version, Versions: len(a.Versions)}
	cycles, year := ClarityPeriod(m.Cycle), m.Cycle.Period()
	m.Clarity, m.Earned, m.Spread, m.SpreadOK = measureUnder(s, links, pasts, cycles, t).told()
	m.Year, m.YearOK = earnedUnder(s, links, year, t).Spread()
	var earned attribution.Earning
	for i, t := range a.Versions {
		if v := measureUnder(s, links, pasts, daysUnder(a, i, cycles), t); v.Clarity.Deals > 0 {
			m.Agreed.Versions = append(m.Agreed.Versions, v)
		}
		earned = earned.And(earnedUnder(s, links, daysUnder(a, i, year), t))
	}
	m.Agreed.Year, m.Agreed.YearOK = earned.Spread()
	return m
}

// measureUnder measures the deals won on some days by one text.
func measureUnder(s *crm.Snapshot, links *attribution.Links, pasts map[string]crm.Past, in cal.Period, t contract.Terms) UnderVersion {
	ran := RanBy(t)
	return UnderVersion{t.Version, attribution.ClarityOf(s, links, pasts, in, t.Currency, ran.path.Channels, ran.Owned), earnedUnder(s, links, in, t)}
}

func earnedUnder(s *crm.Snapshot, links *attribution.Links, in cal.Period, t contract.Terms) attribution.Earning {
	ran := RanBy(t)
	return attribution.EarningOf(s, links, in, t.Currency, ran.path, ran.lookback, ran.Owned)
}

// told is what is told of the latest text; without any value nothing is earned.
func (v UnderVersion) told() (c attribution.Clarity, earned []attribution.EarnedBy, spread int64, ok bool) {
	if spread, ok = v.Earning.Spread(); ok {
		earned = v.Earning.By
	}
	return v.Clarity, earned, spread, ok
}

// daysUnder are the days of a period on which deals are won under a version: while it is in force, and under the first also before that.
func daysUnder(a contract.Agreement, version int, in cal.Period) cal.Period {
	if version > 0 {
		in.From = cal.Later(in.From, a.Versions[version].Effective)
	}
	if version+1 < len(a.Versions) {
		in.To = cal.Earlier(in.To, a.Versions[version+1].Effective)
	}
	return in
}

// Agreed is clarity and what marketing earns with each deal by the text that was in force when it was won, those before the first by that one.
type Agreed struct {
	Versions []UnderVersion // those that deals of the two cycles were won under
	Year     int64          // the spread of the deals won in the 12 months of the cycle, in hundredths of a percentage point
	YearOK   bool
}

// UnderVersion is what the deals come to that were won under one version of the contract.
type UnderVersion struct {
	Version int
	Clarity attribution.Clarity
	Earning attribution.Earning
}

// Together is the clear part, the whole value, and what is earned, of the deals of all versions.
func (a Agreed) Together() (deals int64, clear money.Amount, earned attribution.Earning) {
	for _, v := range a.Versions {
		deals, clear, earned = deals+v.Clarity.Deals, clear.Add(v.Clarity.Clear), earned.And(v.Earning)
	}
	return deals, clear, earned
}

// readingsOf counts what was read of a metric.
func readingsOf(s *crm.Snapshot, metric string) (n int) {
	for _, r := range s.MetricReadings {
		if !r.Deleted && !r.Broken && strings.EqualFold(strings.TrimSpace(r.Metric), metric) {
			n++
		}
	}
	return n
}

func zoneOf(t contract.Terms) *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}
