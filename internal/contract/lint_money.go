package contract

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// moneyRules are about spend, service credits and limits over several clauses.
var moneyRules = []lintRule{
	of("vendor-commission-none", Note, func(l *linter, m MediaCommission, at *value) {
		if m.Of == "gross" && !m.Purchases.Derives {
			l.found(at.get("vendor_commission"), "vendor_commission: 15 %", "The commission is of gross, vendors mostly bill net, and no vendor's commission is agreed from which gross would follow: each row that states only net is held.")
		}
	}),
	of("vendor-commission-none", Note, func(l *linter, m Markup, at *value) {
		if m.Of == "gross" && !m.Purchases.Derives {
			l.found(at.get("vendor_commission"), "vendor_commission: 15 %", "The mark-up is on gross, vendors mostly bill net, and no vendor's commission is agreed from which gross would follow: each row that states only net is held.")
		}
	}),
	{"two-margins", Warning, lintTwoMargins},
	of("credit-unlimited", Warning, func(l *linter, s ServiceCredits, at *value) {
		if top := s.Ladder[len(s.Ladder)-1].Credit; !s.Limited && (s.ByTarget && len(s.Targets) > 1 || top.Num() >= top.Den()) {
			l.found(at.get("monthly_limit"), "monthly_limit: 15 %", "There is no limit of a month's credit: one bad month can give back the whole of its fee.")
		}
	}),
	of("credit-of-bonus", Warning, lintCreditOfBonus),
	of("credit-varies", Note, lintCreditVaries),
	of("minimum-tops-credits", Warning, lintMinimumTopsCredits),
	of("minimum-idle", Note, lintMinimumIdle),
	of("ceiling-below-certain", Warning, lintCeilingBelowCertain),
}

func lintTwoMargins(l *linter) {
	each(l, func(m Markup, at *value) {
		each(l, func(c MediaCommission, _ *value) {
			for _, category := range m.Purchases.Categories {
				if Names(c.Purchases.Categories, category) {
					l.found(at.get("categories"), "the category in one of the two", "%s earns a commission under %s and a mark-up under %s: two margins on one purchase.", category, c.ID, m.ID)
				}
			}
		})
	})
}

func (l *linter) kindsIn(ids []string, kinds ...string) []string {
	var out []string
	for _, id := range ids {
		if c, ok := l.terms.Clause(id); ok && slices.Contains(kinds, c.Kind()) {
			out = append(out, id)
		}
	}
	return out
}

func lintCreditOfBonus(l *linter, s ServiceCredits, at *value) {
	if in := l.kindsIn(s.Base, "scorecard"); len(in) > 0 {
		l.found(at.get("base"), "a base without "+strings.Join(in, ", "),
			"A credit for misses is taken of %s, which pays by results already and may be lost by a gate. One failure costs the agency twice.", strings.Join(in, ", "))
	}
}

func lintCreditVaries(l *linter, s ServiceCredits, at *value) {
	if in := l.kindsIn(s.Base, "revenue_share", "per_result", "milestones", "media_commission", "markup"); len(in) > 0 {
		l.found(at.get("base"), "a base of fixed fees only",
			"The credit is taken of %s too, which is never the same: the same misses cost much in a good month and nothing in a bad one.", strings.Join(in, ", "))
	}
}

func lintMinimumTopsCredits(l *linter, m Minimum, at *value) {
	each(l, func(s ServiceCredits, _ *value) {
		if m.Coverage.Covers(s.ID) {
			where, write := at.get("all_clauses_except"), "all_clauses_except: ["+strings.Join(append(slices.Clone(m.Coverage.Names), s.ID), ", ")+"]"
			if where == nil {
				where, write = at.get("clauses"), "clauses: without "+s.ID
			}
			l.found(where, write, "The credits of %s count as less charged, so the minimum tops them up again: what is given back for misses is owed all the same.", s.ID)
		}
	})
}

// certain is what the retainers among the clauses pay in a window, whatever happens.
func (l *linter) certain(c Coverage, months int) int64 {
	var sum int64
	each(l, func(r Retainer, _ *value) {
		if c.Covers(r.ID) {
			sum += l.over(r.Fee, r.Every, months)
		}
	})
	return sum
}

// over is what an amount per period comes to in so many months, at most the largest amount that is read.
func (l *linter) over(a money.Amount, per Every, months int) int64 {
	if sum, ok := l.amount(a.Minor, int64(months), int64(l.months(per))); ok {
		return sum.Minor
	}
	return money.MaxMinor
}

func lintMinimumIdle(l *linter, m Minimum, at *value) {
	fees := l.certain(m.Coverage, l.months(m.Every))
	credits := false
	each(l, func(s ServiceCredits, _ *value) { credits = credits || m.Coverage.Covers(s.ID) })
	if fees >= m.Amount.Minor && !credits {
		l.found(at.get("amount"), "a higher amount, or clauses: without the retainer", "The minimum of %s per %s counts retainers that come to %s anyway: it never adds anything in a whole one.",
			m.Amount.Format(), m.Every, money.New(fees, m.Amount.Currency).Format())
	}
}

// lintCeilingBelowCertain compares what is not to be exceeded with what is owed whatever happens: minimums, and retainers that no minimum counts.
func lintCeilingBelowCertain(l *linter, n NotToExceed, at *value) {
	months := l.months(n.Every)
	if months == 0 {
		return
	}
	var sum int64
	counted := map[string]bool{}
	each(l, func(m Minimum, _ *value) {
		if inMinimum := l.months(m.Every); n.Coverage.Covers(m.ID) && inMinimum > 0 && inMinimum <= months {
			fees := l.certain(m.Coverage, months)
			sum += max(fees, l.over(m.Amount, m.Every, months))
			each(l, func(r Retainer, _ *value) { counted[r.ID] = counted[r.ID] || m.Coverage.Covers(r.ID) })
		}
	})
	each(l, func(r Retainer, _ *value) {
		if n.Coverage.Covers(r.ID) && !counted[r.ID] {
			sum += l.over(r.Fee, r.Every, months)
		}
	})
	if sum > n.Amount.Minor {
		l.found(at.get("amount"), "a higher amount, or a smaller retainer or minimum", "Not more than %s per %s is owed, but retainers and minimums alone come to %s: from some month on the agency works for nothing, or the client's minimum is not one.",
			n.Amount.Format(), n.Every, money.New(sum, n.Amount.Currency).Format())
	}
}
