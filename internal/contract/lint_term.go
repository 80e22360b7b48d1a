package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// termRules are about the frame of the contract: term, notice, calendar, appointments, statements.
var termRules = []lintRule{
	{"notice-unit", Note, lintNoticeUnit},
	{"notice-too-long", Warning, lintNoticeTooLong},
	{"notice-unpaid", Warning, lintNoticeUnpaid},
	{"notice-early-end", Warning, lintNoticeEarlyEnd},
	{"notice-receipt", Note, lintNoticeReceipt},
	{"notice-ends", Note, lintNoticeEnds},
	{"exit-retainer", Note, lintExitRetainer},
	{"renewal-unlimited", Warning, lintRenewalUnlimited},
	{"renewal-lapses", Note, lintRenewalLapses},
	{"renewal-unsaid", Note, lintRenewalUnsaid},
	{"renewal-idle", Warning, lintRenewalIdle},
	{"evergreen-length", Warning, lintEvergreenLength},
	{"holidays-none", Note, lintHolidaysNone},
	{"holidays-end", Note, lintHolidaysEnd},
	{"rounding-one-sided", Note, lintRounding},
	{"zone-fixed", Note, lintZoneFixed},
	{"objection-short", Warning, lintObjectionShort},
	{"objection-open", Note, lintObjectionOpen},
}

// firstEnd is the first day after the term as it is written, before any renewal; ok is false for an open end or one that was brought forward.
func (l *linter) firstEnd() (cal.Date, bool) {
	term := l.terms.Term
	if term.Length.IsZero() || !term.Ended.IsZero() {
		return cal.Date{}, false
	}
	return l.terms.turnEnd(0), true
}

// lintNoticeUnpaid: where only work is paid, something must say what work costs.
func lintNoticeUnpaid(l *linter) {
	priced := slices.ContainsFunc(l.terms.Clauses, func(c Clause) bool {
		_, hourly := c.(Hourly)
		return hourly
	})
	if l.terms.Term.Notice.Fee == "work-only" && !priced {
		l.found(l.doc.find("term.notice.fee"), "an hourly clause for the work of the notice, or fee: full",
			"During notice of %s no retainer is owed and only work is paid, but no clause says what work costs.", l.terms.Term.Notice.Period)
	}
}

// lintNoticeEarlyEnd: the end that was written comes before the notice is over.
func lintNoticeEarlyEnd(l *linter) {
	n, ended := l.terms.Term.Notice, l.terms.Term.Ended
	if n.Received.IsZero() {
		return
	}
	if over := n.Over(n.Received, l.terms.Calendar); ended.Before(over) {
		l.found(l.doc.find("term.ended"), "ended: "+over.String(), "Notice of %s that was received on %s is over on %s, but the contract is said to end before, on %s.",
			n.Period, n.Received.Words(), over.AddDays(-1).Words(), ended.AddDays(-1).Words())
	}
}

func lintNoticeUnit(l *linter) {
	end, ok := l.firstEnd()
	period := l.terms.Term.Notice.Period
	other := cal.Span{}
	switch {
	case l.terms.Term.Length.Unit != cal.Months && l.terms.Term.Length.Unit != cal.Years, l.terms.Term.Renewal.Kind == RenewalEvergreen:
		return
	case period.Unit == cal.Days && period.N > 0 && period.N%30 == 0:
		other = cal.Span{N: period.N / 30, Unit: cal.Months}
	case period.Unit == cal.Months && period.N > 0:
		other = cal.Span{N: period.N * 30, Unit: cal.Days}
	}
	if !ok || other.IsZero() {
		return
	}
	last := end.AddDays(-1)
	own, theirs := Notice{Period: period}.By(end, l.terms.Calendar), Notice{Period: other}.By(end, l.terms.Calendar)
	if own == theirs {
		return
	}
	l.found(l.doc.find("term.notice.period"), "period: "+other.String()+", if that is what is meant",
		"For an end on %s notice of %s must be given by %s; of %s, by %s. People say the one and mean the other.", last.Words(), period, own.Words(), other, theirs.Words())
}

func lintNoticeTooLong(l *linter) {
	end, ok := l.firstEnd()
	term := l.terms.Term
	if !ok || term.Renewal.Kind != RenewalAuto || term.Renewal.Each.IsZero() {
		return
	}
	for _, turn := range []cal.Period{{From: term.Start, To: end}, {From: end, To: l.terms.turnEnd(1)}} {
		last := turn.To.AddDays(-1)
		if by := term.Notice.By(turn.To, l.terms.Calendar); by.Before(turn.From) {
			l.found(l.doc.find("term.notice.period"), "each: 12 months, or a shorter period",
				"To end on %s, notice of %s must be given by %s, before that term has begun on %s.", last.Words(), term.Notice.Period, by.Words(), turn.From.Words())
			return
		}
	}
}

func lintRenewalUnlimited(l *linter) {
	end, ok := l.firstEnd()
	term := l.terms.Term
	if !ok || term.Renewal.Kind != RenewalAuto || term.Renewal.AtMost > 0 {
		return
	}
	l.found(l.doc.find("term.renewal"), "at_most: 2",
		"It renews by itself without end: whoever does not give notice by %s is bound until %s, and so on for ever.",
		term.Notice.By(end, l.terms.Calendar).Words(), l.terms.turnEnd(1).AddDays(-1).Words())
}

func lintRenewalLapses(l *linter) {
	end, ok := l.firstEnd()
	if !ok || l.terms.Term.Renewal.Kind != RenewalMutual {
		return
	}
	l.found(l.doc.find("term.renewal.kind"), "kind: auto, each: 12 months, at_most: 2; or sign the amendment that renews it before that day",
		"It renews only by a written agreement. If nobody acts, its last day is %s, whether or not anybody gave notice.", end.AddDays(-1).Words())
}

func lintRenewalUnsaid(l *linter) {
	if r := l.terms.Term.Renewal; r.Kind == RenewalMutual && r.Each.IsZero() && !l.terms.Term.Length.IsZero() {
		l.found(l.doc.find("term.renewal"), "each: 12 months", "It says that the contract can be renewed, not for how long.")
	}
}

func lintRenewalIdle(l *linter) {
	r := l.terms.Term.Renewal
	at := l.doc.find("term.renewal")
	switch renews := r.Kind == RenewalAuto || r.Kind == RenewalMutual; {
	case renews && l.terms.Term.Length.IsZero():
		l.found(at, "kind: evergreen, or a length", "The term is open-ended, so there is nothing to renew; with %s one side may think that it ends.", r.Kind)
	case !renews && (r.AtMost > 0 || !r.Each.IsZero()):
		l.found(at, "leave each and at_most out, or write kind: auto", "With kind: %s nothing renews, yet the text says how.", r.Kind)
	}
}

func lintEvergreenLength(l *linter) {
	if l.terms.Term.Renewal.Kind != RenewalEvergreen || l.terms.Term.Length.IsZero() {
		return
	}
	l.found(l.doc.find("term.length"), "length: open-ended, or kind: auto for a term that binds",
		"It runs until notice, and it has a length of %s. May notice be given before that time is over? The text does not say; the program reads no end from it.", l.terms.Term.Length)
}

// lintHolidaysNone: a window in working days needs to know which days are none.
func lintHolidaysNone(l *linter) {
	if len(l.terms.Calendar.Closed) > 0 {
		return
	}
	s := l.terms.Statements
	if s.IssueWithin.Unit != cal.WorkingDays && s.Objection.Within.Unit != cal.WorkingDays && l.terms.Term.Notice.Period.Unit != cal.WorkingDays {
		return
	}
	l.found(l.doc.find("calendar.holidays"), "holidays: [2026-12-24..2027-01-01], with the days on which nobody works",
		"Windows are counted in working days and no holiday is named: Christmas and New Year's Day count as working days, and a window can close over them.")
}

// lintHolidaysEnd: half a year of the term without a named holiday is a calendar that nobody continued.
func lintHolidaysEnd(l *linter) {
	end, ok := l.firstEnd()
	if closed := l.terms.Calendar.Closed; ok && len(closed) > 0 {
		last := slices.MaxFunc(closed, cal.Date.Cmp)
		if end.DaysSince(last) > 183 {
			l.found(l.doc.find("calendar.holidays"), "the holidays until "+end.AddDays(-1).Words(),
				"The last holiday that is named is %s, but the term runs until %s. After it every weekday counts as a working day.", last.Words(), end.AddDays(-1).Words())
		}
	}
}

// lintZoneFixed: a zone without a place keeps no summer time.
func lintZoneFixed(l *linter) {
	if name := l.terms.ZoneName; name != "UTC" && !strings.Contains(name, "/") || strings.HasPrefix(name, "Etc/") {
		l.found(l.doc.get("time_zone"), "time_zone: America/New_York, or another place",
			"%s names no place, so its clock may not go with that of the people: where summer time is kept, its days begin an hour off for half of the year.", name)
	}
}

func lintRounding(l *linter) {
	whom := map[money.Rounding]string{money.Down: "the client", money.Floor: "the client", money.Up: "the agency", money.Ceiling: "the agency"}[l.terms.Rounding]
	if whom != "" {
		l.found(l.doc.get("rounding"), "rounding: half-up", "Every line that is no whole cent is rounded %s, always in favour of %s.", l.terms.Rounding, whom)
	}
}

func lintObjectionShort(l *linter) {
	if o := l.terms.Statements.Objection; o.Silence == "accepted" && short(o.Within) {
		l.found(l.doc.find("statements.objection.within"), fmt.Sprintf("within: %d working days", shortWorkingDays),
			"A line that nobody contests within %s is accepted for good. Somebody who is away for a week loses the right to ask.", o.Within)
	}
}

func lintObjectionOpen(l *linter) {
	if o := l.terms.Statements.Objection; o.Silence == "open" {
		l.found(l.doc.find("statements.objection.silence"), "silence: accepted",
			"A line that nobody answers stays open when the window of %s is over: the window decides nothing, and the statement waits for the client.", o.Within)
	}
}
