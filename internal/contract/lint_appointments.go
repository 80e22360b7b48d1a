package contract

import (
	"slices"
	"strings"
)

// appointmentRules are about who is promised what, and whose time.
var appointmentRules = []lintRule{
	{"preferred-share", Note, lintPreferredShare},
	{"appointment-overlap", Warning, lintAppointmentOverlap},
	{"preferred-twice", Warning, lintPreferredTwice},
	{"appointment-idle", Warning, lintAppointmentIdle},
	{"spelling", Warning, lintSpelling},
}

func lintPreferredShare(l *linter) {
	for i, a := range l.terms.Appointments {
		if a.Promise == Preferred && !a.MinimumShare.Set {
			whom := "the agency"
			if a.Provider != "" {
				whom = a.Provider
			}
			l.found(l.doc.get("appointments").items[i], "minimum_share: 60 % per quarter, or promise: exclusive for the brands or markets that are meant for certain",
				"%s is preferred: %s may look at it first for %s. No share of the work is promised, so all of it may go elsewhere.", a.Category, whom, a.FirstRefusal)
		}
	}
}

func lintAppointmentOverlap(l *linter) {
	for i, a := range l.terms.Appointments {
		for _, b := range l.terms.Appointments[:i] {
			if l.oneCell(a, b) && a.Promise != b.Promise && atOdds(b, a, l.terms) == "" && strings.EqualFold(a.By(l.terms), b.By(l.terms)) {
				l.found(l.doc.get("appointments").items[i], "brands or markets that do not overlap, or one promise for both",
					"%s is %s here and %s above, for the same brand and market.", a.Category, a.Promise, b.Promise)
			}
		}
	}
}

// lintPreferredTwice: two that are each to be asked first.
func lintPreferredTwice(l *linter) {
	for i, a := range l.terms.Appointments {
		for _, b := range l.terms.Appointments[:i] {
			if l.oneCell(a, b) && a.Promise == Preferred && b.Promise == Preferred && !strings.EqualFold(a.By(l.terms), b.By(l.terms)) {
				l.found(l.doc.get("appointments").items[i], "promise: roster for one of them",
					"%s is offered to %s first and to %s first, for the same brand and market. Nobody can tell who is asked.", a.Category, b.By(l.terms), a.By(l.terms))
			}
		}
	}
}

func (l *linter) oneCell(a, b Appointment) bool {
	return a.Category == b.Category && meet(a.Brands, b.Brands) && meet(a.Markets, b.Markets) && !a.Holds(wholeCalendar).Overlap(b.Holds(wholeCalendar)).IsEmpty()
}

// lintAppointmentIdle: days of a promise on which this version is never in force.
func lintAppointmentIdle(l *linter) {
	inForce := wholeCalendar
	inForce.From = l.terms.Effective
	if end, ok := l.terms.End(); ok {
		inForce.To = end
	}
	for i, a := range l.terms.Appointments {
		if a.Holds(inForce).IsEmpty() {
			l.found(l.doc.get("appointments").items[i], "days on which the contract runs, or leave the entry out",
				"%s is promised for days on which this version is not in force: it begins on %s.", a.Category, l.terms.Effective.Words())
		}
	}
	for i, r := range l.terms.Resources {
		if r.Holds(inForce).IsEmpty() {
			l.found(l.doc.get("resources").items[i], "days on which the contract runs, or leave the entry out",
				"%s is promised for days on which this version is not in force: it begins on %s.", r.Who, l.terms.Effective.Words())
		}
	}
}

// lintSpelling: one brand or market under two names. Capitals alone make no other name.
func lintSpelling(l *linter) {
	for _, key := range []string{"brands", "markets"} {
		first := map[string]string{}
		for i := range l.terms.Appointments {
			for _, name := range l.doc.get("appointments").items[i].get(key).items {
				plain := strings.ReplaceAll(plainName(name.text), " ", "")
				have, known := first[plain]
				if !known {
					first[plain] = name.text
				} else if !strings.EqualFold(have, name.text) {
					l.found(name, have, "%q and %q may be one of the %s under two names. Spend and requests are told by the name.", have, name.text, key)
				}
			}
		}
	}
}

// meet says whether two lists have a name in common; an empty one is any.
func meet(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(name string) bool { return Names(b, name) })
}
