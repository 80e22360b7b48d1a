package fees

import (
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
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
func Measure(s *crm.Snapshot, pasts map[string]crm.Past, on cal.Date, t contract.Terms) Measured {
	zone, ran := zoneOf(t), RanBy(t)
	m := Measured{Hygiene: crm.Score(s, pasts, on, zone), Cycle: crm.CycleOf(s, pasts, on, zone), Accepted: readingsOf(s, "sal")}
	in := ClarityPeriod(m.Cycle)
	m.Clarity = attribution.ClarityOf(s, pasts, in, t.Currency, ran.path.Channels, ran.Owned)
	m.Earned, m.Spread, m.SpreadOK = attribution.SpreadOf(s, in, t.Currency, ran.path, ran.lookback, ran.Owned)
	_, m.Year, m.YearOK = attribution.SpreadOf(s, m.Cycle.Period(), t.Currency, ran.path, ran.lookback, ran.Owned)
	return m
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
