package contract

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Agreement is the versions of one contract, in order. A version is in force from its effective date until the next one's.
type Agreement struct {
	Versions []Terms
}

// NewAgreement puts versions in order and checks that they belong together: one name, one currency, one zone, one start, each version
// number once, effective dates in the order of the numbers. Fault: Invalid, each at its line of the later text.
func NewAgreement(versions ...Terms) (Agreement, error) {
	if len(versions) == 0 {
		return Agreement{}, fault.New(fault.Invalid, "no-version", "there is no version of the contract")
	}
	sorted := slices.Clone(versions)
	slices.SortFunc(sorted, func(a, b Terms) int { return a.Version - b.Version })
	var faults fault.List
	for i := 1; i < len(sorted); i++ {
		for _, f := range placed(sorted[i], follows(sorted[i-1], sorted[i])) {
			faults.Add(f)
		}
	}
	return Agreement{sorted}, faults.Err()
}

// follows finds what keeps b from being the amendment after a.
func follows(a, b Terms) []*fault.Fault {
	var out []*fault.Fault
	add := func(field, format string, args ...any) {
		out = append(out, fault.New(fault.Invalid, "amendment", format, args...).At(field))
	}
	if a.Key != b.Key {
		add("contract", "version %d is of %q, version %d of %q; an amendment keeps the name", a.Version, a.Key, b.Version, b.Key)
	}
	if a.Version == b.Version {
		add("version", "there are two versions %d; an amendment takes the next number", b.Version)
	}
	if !b.Effective.After(a.Effective) {
		add("effective", "version %d takes effect on %s, not after version %d (%s); write a later day", b.Version, b.Effective, a.Version, a.Effective)
	}
	if a.Currency != b.Currency {
		add("currency", "version %d is in %s, version %d in %s; a change of currency needs a new contract", a.Version, a.Currency, b.Version, b.Currency)
	}
	if a.ZoneName != b.ZoneName {
		add("time_zone", "version %d counts days in %s, version %d in %s; a change of zone needs a new contract", a.Version, a.ZoneName, b.Version, b.ZoneName)
	}
	if a.Term.Start != b.Term.Start {
		add("term.start", "version %d starts the term on %s, version %d on %s; the start of the term does not change", a.Version, a.Term.Start, b.Version, b.Term.Start)
	}
	return append(out, schedulesFollow(a, b)...)
}

// First version.
func (a Agreement) First() Terms { return a.Versions[0] }

// Latest version, by number.
func (a Agreement) Latest() Terms { return a.Versions[len(a.Versions)-1] }

// Segment is a run of days under one version.
type Segment struct {
	Period cal.Period
	Terms  Terms
}

// Running is the days on which the contract runs: from the first version's effective date to the end that the latest version
// names. An open end is the end of the calendar.
func (a Agreement) Running() cal.Period {
	end, ok := a.Versions[len(a.Versions)-1].end()
	if !ok {
		end = lastDay
	}
	return cal.Period{From: a.Versions[0].Effective, To: end}
}

// InForce is the version that governs a day. Before the first version nothing is in force; after the end the last one still governs
// (the tail of a revenue share).
func (a Agreement) InForce(d cal.Date) (Terms, bool) {
	for _, t := range slices.Backward(a.Versions) {
		if !d.Before(t.Effective) {
			return t, true
		}
	}
	return Terms{}, false
}

// Segments cuts the days of p on which the contract runs by version, in order. After notice was received they are cut by its months too, and the
// terms of those days have the retainers that are owed then.
func (a Agreement) Segments(p cal.Period) []Segment {
	var out []Segment
	running := a.Running()
	for i, t := range a.Versions {
		inForce := cal.Period{From: t.Effective, To: running.To}
		if i+1 < len(a.Versions) {
			inForce.To = cal.Earlier(running.To, a.Versions[i+1].Effective)
		}
		if part := inForce.Overlap(p); !part.IsEmpty() {
			out = append(out, Segment{part, t})
		}
	}
	return a.underNotice(out)
}
