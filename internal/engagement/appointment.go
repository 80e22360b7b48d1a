package engagement

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Promise is what is promised to a provider.
type Promise string

// The promises: all of the work, the first word on it, or being one of several.
const (
	Exclusive Promise = contract.Exclusive
	Preferred Promise = contract.Preferred
	Roster    Promise = contract.Roster
)

// Appointment is one promise for one cell, on the days from Period.From up to, and without, Period.To. What has no end runs to the end of the calendar.
type Appointment struct {
	Cell         Cell
	Provider     string
	Promise      Promise
	Period       cal.Period
	FirstRefusal cal.Span       // with preferred
	MinimumShare contract.Share // with preferred, where one is promised

	Contract string // id
	Name     string // of the contract
	Version  int
	Entry    int             // of the appointments of that version, the first is 1
	Terms    *contract.Terms // of that version; nil where only what is kept of it was read
}

// Forever is the end of what has no end.
var Forever = cal.MustDate("2199-12-31")

// Clause is where the promise stands: "growth, version 2, appointments, entry 1".
func (a Appointment) Clause() string {
	return fmt.Sprintf("%s, version %d, appointments, entry %d", a.Name, a.Version, a.Entry)
}

// Sentence is the promise in words, with its days.
func (a Appointment) Sentence() string {
	return fmt.Sprintf("%s is %s for %s", a.Provider, a.Promise, a.Cell.Words())
}

// Is says whether the name is that of the provider.
func (a Appointment) Is(provider string) bool { return Plain(a.Provider) == Plain(provider) }

// Of are the appointments of an agreement, version by version: each holds while its version is in force, so that an amendment takes the place of what
// was promised before from its effective date on.
func Of(contractID string, agreement contract.Agreement) []Appointment {
	var out []Appointment
	end := agreement.Running().To
	for i := range agreement.Versions {
		t := &agreement.Versions[i]
		inForce := cal.Period{From: t.Effective, To: end}
		if i+1 < len(agreement.Versions) {
			inForce.To = cal.Earlier(end, agreement.Versions[i+1].Effective)
		}
		out = append(out, ofVersion(contractID, t, inForce)...)
	}
	return out
}

func ofVersion(contractID string, t *contract.Terms, inForce cal.Period) []Appointment {
	var out []Appointment
	said := map[Cell]int{}           // the last entry that named the cell
	taken := map[Cell][]cal.Period{} // by an exclusive of this version: a text that was accepted long ago may say one thing twice
	for n, entry := range t.Appointments {
		days := entry.Holds(inForce)
		if days.IsEmpty() {
			continue
		}
		for _, brand := range orEmpty(entry.Brands) {
			for _, market := range orEmpty(entry.Markets) {
				a := Appointment{
					Cell: Cell{entry.Category, brand, market}, Provider: entry.By(*t), Promise: Promise(entry.Promise), Period: days,
					FirstRefusal: entry.FirstRefusal, MinimumShare: entry.MinimumShare, Contract: contractID, Name: t.Key, Version: t.Version, Entry: n + 1, Terms: t,
				}
				key := a.Cell.Key()
				if said[key] == a.Entry { // one name written twice in an entry
					continue
				}
				said[key] = a.Entry
				if a.Promise == Exclusive {
					if slices.ContainsFunc(taken[key], func(p cal.Period) bool { return !p.Overlap(days).IsEmpty() }) {
						continue
					}
					taken[key] = append(taken[key], days)
				}
				out = append(out, a)
			}
		}
	}
	return out
}

func orEmpty(names []string) []string {
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// InForce are the appointments that hold on the day.
func InForce(all []Appointment, day cal.Date) []Appointment {
	var out []Appointment
	for _, a := range all {
		if a.Period.Contains(day) {
			out = append(out, a)
		}
	}
	return out
}

// strength orders promises, the strongest first.
func (p Promise) strength() int { return slices.Index([]Promise{Exclusive, Preferred, Roster}, p) }

func byStrength(a, b Appointment) int {
	return cmp.Or(cmp.Compare(a.Promise.strength(), b.Promise.strength()), a.Period.From.Cmp(b.Period.From), cmp.Compare(Plain(a.Provider), Plain(b.Provider)),
		cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.Entry, b.Entry))
}
