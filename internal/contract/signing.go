package contract

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Side is one of the two that agree.
type Side string

// The sides.
const (
	AgencySide Side = "agency"
	ClientSide Side = "client"
)

// State is how far a version has come.
type State string

// The states of a version. Only an accepted one is ever in force; a version is never edited in any of them.
const (
	Proposed  State = "proposed"
	Accepted  State = "accepted"
	Withdrawn State = "withdrawn"
)

// Paper is a signature outside the product. A side that signed on paper is shown so for ever.
type Paper struct {
	Reference string // where the paper is kept: "DocuSign 4711, folder Contracts"
	Signatory string // who signed it
	SignedOn  cal.Date
}

// Acceptance is the assent of one side. With a Paper, By is who recorded it, not who signed.
type Acceptance struct {
	Side   Side
	At     time.Time
	By     string
	ByName string
	Paper  *Paper
}

// Withdrawal takes a proposal back before both sides have accepted it.
type Withdrawal struct {
	At     time.Time
	By     string
	ByName string
	Reason string
}

// declinedFor begins the reason of a proposal that the other side declined.
const declinedFor = "Declined for the "

// DeclinedFor is the reason with which a side declines a proposal.
func DeclinedFor(side, reason string) string { return declinedFor + side + ": " + reason }

// Declined says whether the other side declined the proposal, in place of its being withdrawn.
func (w Withdrawal) Declined() bool { return strings.HasPrefix(w.Reason, declinedFor) }

// Version is one text as it was proposed, unchangeable from then on, with what became of it.
type Version struct {
	ID          string
	Contract    string
	Number      int // as the text says; a withdrawn proposal gives its number back
	Attempt     int // 1 for the first text proposed with this number
	Effective   cal.Date
	Source      string
	SHA256      string // of Source, in hex
	At          time.Time
	By          string
	ByName      string
	Acceptances []Acceptance // in order of time
	Withdrawal  *Withdrawal
}

// State follows from the acceptances and the withdrawal.
func (v Version) State() State {
	_, agency := v.AcceptedBy(AgencySide)
	_, client := v.AcceptedBy(ClientSide)
	switch {
	case v.Withdrawal != nil:
		return Withdrawn
	case agency && client:
		return Accepted
	default:
		return Proposed
	}
}

// AcceptedBy is the acceptance of one side.
func (v Version) AcceptedBy(side Side) (Acceptance, bool) {
	for _, a := range v.Acceptances {
		if a.Side == side {
			return a, true
		}
	}
	return Acceptance{}, false
}

// BoundAt is the instant of the second acceptance; zero unless accepted.
func (v Version) BoundAt() time.Time {
	var last time.Time
	if v.State() == Accepted {
		for _, a := range v.Acceptances {
			if a.At.After(last) {
				last = a.At
			}
		}
	}
	return last
}

// MayAccept refuses an acceptance that the version cannot take. sha256 is of the text that the person was shown. Fault: Conflict.
func (v Version) MayAccept(side Side, sha256 string) error {
	if v.State() == Withdrawn {
		return fault.New(fault.Conflict, "version-withdrawn", "Version %d was withdrawn on %s; open the contract again.", v.Number, v.Withdrawal.At.Format("2 Jan 2006"))
	}
	if a, done := v.AcceptedBy(side); done {
		return fault.New(fault.Conflict, "version-accepted", "Version %d was accepted for the %s already, by %s on %s.", v.Number, side, a.ByName, a.At.Format("2 Jan 2006"))
	}
	if sha256 != v.SHA256 {
		return fault.New(fault.Conflict, "version-other-text", "What was shown is not the text of version %d; open it again and read it before accepting.", v.Number)
	}
	return nil
}

// MayWithdraw refuses to take back what is bound or taken back already. Fault: Conflict.
func (v Version) MayWithdraw() error {
	switch v.State() {
	case Accepted:
		return fault.New(fault.Conflict, "version-accepted", "Version %d is accepted by both sides; only an amendment changes it.", v.Number)
	case Withdrawn:
		return fault.New(fault.Conflict, "version-withdrawn", "Version %d was withdrawn already.", v.Number)
	default:
		return nil
	}
}

// CheckNext refuses terms that cannot be the next version of the contract of that name: accepted are its versions so far, lockedUntil the
// first day that no locked statement covers (zero: none is locked). Every problem is reported at its field. Fault: Invalid.
func CheckNext(name string, accepted []Terms, next Terms, lockedUntil cal.Date) error {
	var faults fault.List
	add := func(field, code, format string, args ...any) {
		faults.Add(fault.New(fault.Invalid, code, format, args...).At(field))
	}
	number := 1
	for _, t := range accepted {
		number = max(number, t.Version+1)
	}
	if next.Key != name {
		add("contract", "contract-name", "this contract is named %q; write contract: %s", name, name)
	}
	if next.Version != number {
		add("version", "version-number", "the next version is %d; write version: %d", number, number)
	}
	if next.Effective.Before(lockedUntil) {
		add("effective", "effective-locked", "statements up to %s are locked and do not change; write effective: %s or a later day", lockedUntil.AddDays(-1).Words(), lockedUntil)
	}
	if len(accepted) > 0 {
		_, err := NewAgreement(append(slices.Clone(accepted), next)...)
		for _, f := range fault.All(err) {
			if f.Field != "contract" && f.Field != "version" {
				faults.Add(f)
			}
		}
	}
	return placed(next, faults).Err()
}

// Placed gives each fault, made of the terms elsewhere at a path such as "appointments[1]", its line in the text.
func Placed(t Terms, faults fault.List) fault.List {
	doc, problems := readDocument([]byte(t.Source))
	if doc == nil || len(problems) > 0 {
		return faults
	}
	for i, f := range faults {
		name, index, listed := strings.Cut(strings.TrimSuffix(f.Field, "]"), "[")
		no, err := strconv.Atoi(index)
		if v := doc.get(name); listed && err == nil && v != nil && no < len(v.items) {
			faults[i] = f.AtLine(v.items[no].line, v.items[no].column)
		}
	}
	return spokenPlaces(doc, faults)
}

// placed gives each fault the line of its field in the text.
func placed(t Terms, faults fault.List) fault.List {
	doc, problems := readDocument([]byte(t.Source))
	if doc == nil || len(problems) > 0 {
		return faults
	}
	for i, f := range faults {
		if v := doc.find(f.Field); v != nil {
			faults[i] = f.AtLine(v.line, v.column)
		}
	}
	return spokenPlaces(doc, faults)
}

// find is the value at a path of keys such as "term.start" or "clauses[1].rate".
func (v *value) find(path string) *value {
	for step := range strings.SplitSeq(path, ".") {
		key, index, listed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		if v = v.get(key); v == nil {
			return nil
		}
		if listed {
			n, err := strconv.Atoi(index)
			if err != nil || n < 0 || n >= len(v.items) {
				return nil
			}
			v = v.items[n]
		}
	}
	return v
}

// CheckName refuses a name that a contract cannot have. Fault: Invalid at "name".
func CheckName(name string) error {
	if err := slug(name); err != nil || len(name) > 80 {
		return fault.New(fault.Invalid, "contract-name", "Write a short name of small letters, digits and hyphens, such as northlight-acme-growth.").At("name")
	}
	return nil
}
