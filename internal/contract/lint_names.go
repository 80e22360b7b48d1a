package contract

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// Known are the names that a client's evidence has. A list that is nil was not looked at; an empty one says that there is none.
type Known struct {
	Channels   []string // of touches, as they were imported
	Came       []Came   // of touches, each way once
	Providers  []string // of touches
	Lists      []string // of carve-outs
	Metrics    []string // of readings
	Categories []string // of spend
	Targets    []string // of service that was missed

	Roles map[string][]string // of time entries, by the clause that they name; "" for those that name none
}

// Came is how touches came about: the channel that they were imported with, and their visit.
type Came struct {
	Imported string
	Visit    channel.Visit
}

// channels are those of touches once they are named.
func (k Known) channels(n *channel.Naming) []string {
	if n == nil {
		return k.Channels
	}
	var out []string
	for _, c := range k.Came {
		if name := n.Of(c.Imported, c.Visit); name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func nameRules(known Known) []lintRule {
	of := func(code string, names []string, find func(l *linter, names []string)) lintRule {
		return lintRule{code, Warning, func(l *linter) {
			if names != nil {
				find(l, names)
			}
		}}
	}
	return []lintRule{
		{"channel-unknown", Warning, func(l *linter) { lintChannels(l, known) }},
		of("provider-unknown", known.Providers, lintProviders),
		of("list-unknown", known.Lists, lintLists),
		of("metric-unread", known.Metrics, lintMetrics),
		of("category-unnamed", known.Categories, lintCategories),
		of("target-unnamed", known.Targets, lintTargets),
		{"role-unnamed", Warning, func(l *linter) { lintRoles(l, known.Roles) }},
	}
}

// lintChannels: channels are compared to the letter, so that "direct" earns although the contract leaves "Direct" out.
func lintChannels(l *linter, known Known) {
	each(l, func(r RevenueShare, at *value) {
		if r.Attribution.None {
			return
		}
		channels := known.channels(r.Attribution.Touched.Channels.Naming)
		if channels == nil {
			return
		}
		names, why := namedChannels(at)
		for i, name := range names {
			l.unknownName(name, channels, "channel", why[i])
		}
	})
}

func lintProviders(l *linter, known []string) {
	each(l, func(r RevenueShare, at *value) {
		l.unknown(at.find("attribution.credits.providers"), known, "provider", "so it earns nothing")
	})
}

// unknown reports the names of a list that no touch has, to the letter.
func (l *linter) unknown(list *value, known []string, what, why string) {
	if list == nil {
		return
	}
	for _, item := range list.items {
		l.unknownName(item, known, what, why)
	}
}

func (l *linter) unknownName(item *value, known []string, what, why string) {
	if slices.Contains(known, item.text) {
		return
	}
	write := "one of " + strings.Join(known, ", ")
	if i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(strings.TrimSpace(k), strings.TrimSpace(item.text)) }); i >= 0 {
		write = known[i]
	} else if near := nearest(strings.ToLower(item.text), lowered(known)); near != "" {
		write = known[slices.Index(lowered(known), near)]
	}
	l.found(item, write, "No touch on the way to a deal that was won has the %s %q, %s.", what, item.text, why)
}

func oneOf(known []string, otherwise string) string {
	if len(known) == 0 {
		return otherwise
	}
	return "one of " + strings.Join(known, ", ") + ", or " + otherwise
}

func lowered(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.ToLower(n)
	}
	return out
}

func lintLists(l *linter, known []string) {
	each(l, func(r RevenueShare, at *value) {
		if list := r.Eligible.CarveOut; list != "" && !Names(known, list) {
			l.found(at.find("eligible.carve_out"), oneOf(known, "import the list "+list), "The evidence has no carve-out list %q, so nothing is carved out.", list)
		}
	})
}

func lintMetrics(l *linter, known []string) {
	unread := func(at *value, metric, what string) {
		if !slices.Contains(known, metric) {
			l.found(at, oneOf(known, "import readings of "+metric), "Nobody has read %s yet, %s.", metric, what)
		}
	}
	each(l, func(s Scorecard, at *value) {
		for i, m := range s.Metrics {
			unread(at.get("metrics").items[i].get("metric"), m.Metric, map[string]string{
				"zero": "and a metric without a reading pays nothing", "hold": "and a metric without a reading holds the whole bonus",
				"renormalise": "and the bonus hangs on the other metrics", "carry": "so there is no payout to carry",
			}[s.Missing])
		}
		for i, g := range s.Gates {
			if _, scored := s.Scored(g.When.Metric); !scored {
				unread(at.get("gates").items[i].get("when"), g.When.Metric, "and a gate without a reading holds the whole bonus")
			}
		}
		for i, r := range s.Relief {
			unread(at.get("relief").items[i].get("when"), r.When.Metric, "so it never relieves anybody")
		}
	})
	each(l, func(r Retainer, at *value) {
		if r.Hours != nil && r.Hours.Overage.Approved != "" {
			unread(at.find("overage.approved_hours"), r.Hours.Overage.Approved, "so no overage is approved")
		}
	})
}

func lintCategories(l *linter, known []string) {
	var first *value
	var named []string
	for i, c := range l.terms.Clauses {
		if p, _, ok := Buys(c); ok {
			if first == nil {
				first = l.doc.get("clauses").items[i].get("not_counted")
			}
			named = slices.Concat(named, p.Categories, p.NotCounted)
		}
	}
	if first == nil {
		return
	}
	for _, category := range known {
		if !Names(named, category) {
			l.found(first, "the category in the categories of a clause, or in not_counted", "The client buys %s, and no clause names it: each row of it is held.", category)
		}
	}
}

// lintRoles: an entry that names no clause belongs to the only one that counts hours.
func lintRoles(l *linter, known map[string][]string) {
	counting := 0
	for _, c := range l.terms.Clauses {
		if CountsHours(c) {
			counting++
		}
	}
	each(l, func(h Hourly, at *value) {
		roles := known[h.ID]
		if counting == 1 {
			roles = slices.Concat(roles, known[""])
		}
		for _, role := range roles {
			if _, _, ok := h.RateOf(role); !ok {
				l.found(at.get("rates"), "- {role: "+role+", rate: 150.00 per hour}, or a rate for other_roles", "Time is entered for the role %q, which is not on the rate card: each entry is held.", role)
			}
		}
	})
}

func lintTargets(l *linter, known []string) {
	each(l, func(s ServiceCredits, at *value) {
		for _, target := range known {
			if !Names(s.Targets, target) && !Names(s.NotCounted, target) {
				l.found(at.get("targets"), "the target in targets or in not_counted", "Misses of %q are recorded, and the clause does not say whether they count: each is held.", target)
			}
		}
	})
}
