package ops

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// taker is a clause that takes hours on a day.
type taker struct {
	clause string
	told   bool // whether whoever enters the time may read its name: a contract with a specialist is for that specialist alone
}

// place holds an entry against the client's contracts and requests, and writes both names as they stand there. A correction keeps what its entry says. Faults: Invalid at "day", "clause" or
// "request".
func (d *desk) place(ctx context.Context, tx bun.Tx, e *timesheet.Entry) error {
	if e.Client == "" || e.Corrects != "" {
		return nil
	}
	first, takers, err := d.takersOf(ctx, tx, *e)
	if err != nil {
		return err
	}
	var faults fault.List
	switch {
	case e.Day.IsZero():
	case !first.IsZero() && e.Day.Before(first):
		faults.Add(fault.New(fault.Invalid, "day-before-contract", "%s is before the first contract with this client, which runs from %s. Choose that day or a later one.", e.Day.Words(), first.Words()).At("day"))
	default:
		faults = append(faults, fault.All(e.NameClause(names(takers), told(takers), !first.IsZero()))...)
	}
	if e.Request != "" && d.Request != nil {
		name, err := d.Request(ctx, tx, d.actor, e.Client, e.Request)
		switch {
		case err != nil:
			return err
		case name == "" && (e.Request == d.stands || d.foreign && !numbered.MatchString(e.Request)):
		case name == "":
			faults.Add(fault.New(fault.Invalid, "request-unknown", "%q is no request of this client. Write its number, such as R-12, or leave it empty.", e.Request).At("request"))
		default:
			e.Request = name
		}
	}
	return faults.Err()
}

// numbered is how people write the number of a request.
var numbered = regexp.MustCompile(`^(?i:r-)?[0-9]+$`)

func names(takers []taker) []string {
	var out []string
	for _, t := range takers {
		out = append(out, t.clause)
	}
	return out
}

func told(takers []taker) []string {
	return names(slices.DeleteFunc(slices.Clone(takers), func(t taker) bool { return !t.told }))
}

// takersOf is the first day of the client's contracts, zero while none is accepted, and the clauses that take hours on the entry's day.
func (d *desk) takersOf(ctx context.Context, tx bun.Tx, e timesheet.Entry) (first cal.Date, out []taker, err error) {
	all, err := contractops.ContractsOf(ctx, tx, e.Client)
	if err != nil {
		return first, nil, err
	}
	for _, c := range all {
		if len(c.Accepted()) == 0 {
			continue
		}
		a, err := c.Agreement()
		if err != nil {
			return first, nil, err
		}
		if from := a.Running().From; !c.Underpins() && (first.IsZero() || from.Before(first)) {
			first = from
		}
		terms, ok := a.InForce(e.Day)
		if !ok || !a.Running().Contains(e.Day) || c.Underpins() && c.Provider != e.Provider {
			continue
		}
		for _, clause := range terms.Clauses {
			if contract.CountsHours(clause) && !slices.ContainsFunc(out, func(t taker) bool { return strings.EqualFold(t.clause, clause.ClauseID()) }) {
				out = append(out, taker{clause.ClauseID(), !c.Underpins()})
			}
		}
	}
	return first, out, nil
}
