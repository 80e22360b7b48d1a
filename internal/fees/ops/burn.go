package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// BurnOf is what of each retainer's hours of a client is used in the fee period that runs at a moment: the newest evidence, and over it approved time that is not evidence yet. It
// decides no access: the caller has.
func (s *Service) BurnOf(ctx context.Context, tx bun.Tx, client string, own []timesheet.Handed, at time.Time) ([]timesheet.Burn, error) {
	all, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var out []timesheet.Burn
	var evidence *crm.Evidence
	for _, c := range all {
		if len(c.Accepted()) == 0 {
			continue
		}
		a, err := c.Agreement()
		if err != nil {
			return nil, err
		}
		if !includesHours(a) {
			continue
		}
		if evidence == nil {
			if evidence, err = s.worked(ctx, tx, client, own); err != nil {
				return nil, err
			}
		}
		finals, err := readFinals(ctx, tx, c.ID)
		if err != nil {
			return nil, err
		}
		facts := fees.Facts{Evidence: *evidence}
		if facts.Settled, err = settledOf(ctx, tx, finals); err != nil {
			return nil, err
		}
		for _, b := range fees.BurningHours(a, facts, at) {
			out = append(out, burnOf(c, b))
		}
	}
	return out, nil
}

// HoursApproved is what the client approved of the hours above those included, in the fee periods of a contract that run at a moment, by the clause: of those that ask for an
// approval. It decides no access: the caller has.
func (s *Service) HoursApproved(ctx context.Context, tx bun.Tx, client, contractID string, at time.Time) (map[string]fees.Waiting, error) {
	a, err := contractops.AgreementOf(ctx, tx, contractID)
	if err != nil {
		return nil, err
	}
	newest, err := s.NewestImport(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	rows, err := crmops.RowsAt(ctx, tx, client, newest, crm.KindMetricReading)
	if err != nil {
		return nil, fmt.Errorf("read what %s approved: %w", client, err)
	}
	today := cal.DateOf(at, a.First().Zone)
	out := map[string]fees.Waiting{}
	for _, w := range fees.WaitingFor(a, fees.Facts{Evidence: rows.Evidence}, at) {
		if w.IsHours() && w.InForce.Contains(today) {
			out[w.Clause] = w
		}
	}
	return out, nil
}

func includesHours(a contract.Agreement) bool {
	return slices.ContainsFunc(a.Versions, func(t contract.Terms) bool {
		return slices.ContainsFunc(t.Clauses, func(c contract.Clause) bool {
			r, ok := c.(contract.Retainer)
			return ok && r.Hours != nil
		})
	})
}

// worked is the time entries of the newest evidence, with own ones over them.
func (s *Service) worked(ctx context.Context, tx bun.Tx, client string, own []timesheet.Handed) (*crm.Evidence, error) {
	newest, err := s.NewestImport(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	rows, err := crmops.RowsAt(ctx, tx, client, newest, crm.KindTimeEntry)
	if err != nil {
		return nil, fmt.Errorf("read the time entries of %s: %w", client, err)
	}
	e := rows.Evidence
	ids := map[string]bool{}
	for _, h := range own {
		ids[h.Evidence] = true
	}
	e.TimeEntries = slices.DeleteFunc(slices.Clone(e.TimeEntries), func(t crm.TimeEntry) bool { return ids[t.ID] })
	for _, h := range own {
		if !h.Gone() {
			e.TimeEntries = append(e.TimeEntries, crm.TimeEntry{ID: h.Evidence, WorkedOn: h.Day, Person: h.Person, Role: h.Role, Minutes: int64(h.Minutes), Clause: h.Clause, Note: h.Note})
		}
	}
	return &e, nil
}

func burnOf(c contractops.Contract, b fees.Burning) timesheet.Burn {
	a := b.Account
	out := timesheet.Burn{Contract: c.ID, ContractName: c.Name, Clause: b.Clause, Period: a.Fee, AtHand: int(a.AtHand()), Used: int(a.Worked), Over: int(a.Over),
		Alerts: b.Alerts.Set, Warn: b.Alerts.Warn, Soft: b.Alerts.Soft, Hard: b.Alerts.Hard}
	for _, l := range a.Lots {
		out.Lots = append(out.Lots, timesheet.BurnLot{Earned: l.Earned, Carried: l.Source == fees.LotCarried, Minutes: int(l.Minutes), Used: int(l.Used), Expires: l.Expires})
	}
	return out
}
