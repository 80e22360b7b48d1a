package contract

import "fmt"

// resultRules are about what is paid for one by one: results and milestones.
var resultRules = []lintRule{
	of("duplicate-none", Warning, func(l *linter, r PerResult, at *value) {
		if r.Duplicate.By == "none" {
			l.found(at.get("duplicate"), "duplicate: {by: dedupe-key, within: 30 days, since: first, without_key: hold}",
				"The same %s delivered twice is paid twice: no check for duplicates is agreed.", r.Result)
		}
	}),
	of("duplicate-keyless", Warning, func(l *linter, r PerResult, at *value) {
		if r.Duplicate.WithoutKey == "eligible" {
			l.found(at.find("duplicate.without_key"), "without_key: hold", "One without a key is never a duplicate, and the agency delivers the key: leaving it out makes every %s new.", r.Result)
		}
	}),
	of("result-silence-short", Warning, func(l *linter, r PerResult, at *value) {
		if r.Acceptance.AfterWindow == "accepted" && short(r.Acceptance.Within) {
			l.found(at.find("acceptance.within"), fmt.Sprintf("within: %d working days", shortWorkingDays),
				"A %s that nobody looked at within %s is accepted and billed, over a holiday too.", r.Result, r.Acceptance.Within)
		}
	}),
	of("result-silence-rejected", Note, func(l *linter, r PerResult, at *value) {
		if r.Acceptance.AfterWindow == "rejected" {
			l.found(at.find("acceptance.after_window"), "after_window: accepted", "A %s that nobody looked at within %s is never paid: the client saves by not looking.", r.Result, r.Acceptance.Within)
		}
	}),
	of("dispute-free", Note, func(l *linter, r PerResult, at *value) {
		if len(r.Disputes.Reasons) == 0 && !r.Disputes.Fee.Set {
			l.found(at.get("disputes"), "reasons: [wrong number, not in area] or fee_if_denied: 10.00", "Any reason counts and a dispute that is denied costs nothing, so every %s can be held up.", r.Result)
		}
	}),
	of("result-restated-unsaid", Note, func(l *linter, r PerResult, at *value) {
		if r.Restated == "" {
			l.found(at.get("per_result"), "restated: corrected, or restated: disputes-only",
				"The text does not say what becomes of a %s that was billed and turns out to be a duplicate, rejected or deleted. As it stands only a dispute that is upheld gives it back.", r.Result)
		}
	}),
	of("results-uncapped", Note, func(l *linter, r PerResult, at *value) {
		if r.Cap == 0 && !l.bounded(r.ID) {
			l.found(at.get("cap"), "cap: 200 per month", "There is no cap on their number: a month costs as many times %s as come in.", r.Price.Format())
		}
	}),
	of("milestone-criteria", Warning, lintMilestoneCriteria),
	of("milestone-acceptor", Note, func(l *linter, m Milestones, at *value) {
		if m.By == "" {
			l.found(at.get("acceptance"), "by: VP of Sales, or whoever decides", "Nobody is named who accepts for the client: what one of its people praised, another can return.")
		}
	}),
	of("milestone-silence-open", Note, func(l *linter, m Milestones, at *value) {
		if m.Silence == "open" {
			l.found(at.find("acceptance.silence"), "silence: accepted", "What is handed over stays open until the client accepts it. The window of %s decides nothing, and a client who does not answer does not pay.", m.Within)
		}
	}),
	of("milestone-silence-short", Warning, func(l *linter, m Milestones, at *value) {
		if m.Silence == "accepted" && short(m.Within) {
			l.found(at.find("acceptance.within"), fmt.Sprintf("within: %d working days", shortWorkingDays), "Work that nobody looked at within %s is accepted for good.", m.Within)
		}
	}),
	of("milestone-date", Warning, lintMilestoneDate),
}

// lintMilestoneDate finds days on which the contract does not run.
func lintMilestoneDate(l *linter, m Milestones, at *value) {
	end, ends := l.terms.End()
	for i, stone := range m.List {
		item := at.get("list").items[i]
		switch {
		case !stone.BonusBy.IsZero() && stone.BonusBy.Before(l.terms.Term.Start):
			l.found(item.get("bonus_by"), "a later day", "The bonus for %s is for delivery by %s, before the term begins on %s: nobody can earn it.", stone.Name, stone.BonusBy.Words(), l.terms.Term.Start.Words())
		case !stone.Due.IsZero() && ends && !stone.Due.Before(end):
			l.found(item.get("due"), "an earlier day, or a longer term", "%s is due on %s, after the last day of the contract, %s.", stone.Name, stone.Due.Words(), end.AddDays(-1).Words())
		}
	}
}

func lintMilestoneCriteria(l *linter, m Milestones, at *value) {
	for i, stone := range m.List {
		if stone.Criteria == "" {
			l.found(at.get("list").items[i], "criteria: what must be true of it, such as duplicates below 1 %",
				"What must be true of %s to be accepted is not said, and %s hang on it.", stone.Name, stone.Amount.Format())
		}
	}
}
