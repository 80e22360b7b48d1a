package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	"github.com/ofrecord/ofrecord/internal/work"
)

// appendEvent adds an event to a request and writes anew where it stands. The event comes at the instant that it names, or at that of the last one where it
// names an earlier one: the clock of a machine may be set back. Faults: those of work.Request.After; Conflict "request_event_pk" when somebody added one since
// the request was read.
func (s *Service) appendEvent(ctx context.Context, tx bun.Tx, r *Request, e Record) error {
	if n := len(r.Events); n > 0 && e.At.Before(r.Events[n-1].At) {
		e.At = r.Events[n-1].At
	}
	e.Seq = r.Seq() + 1
	if e.Key == "" {
		e.Key = ident.New("rev", s.Random)
	}
	if err := r.take(e); err != nil {
		return err
	}
	row := eventRow{RequestID: r.ID, Seq: e.Seq, PostKey: e.Key, At: e.At, Kind: string(e.Kind), Priority: string(e.Priority), WaitsOn: string(e.On),
		ProviderID: e.Provider, AssigneeID: e.Assignee, Note: e.Note, Impact: string(e.Impact), Urgency: string(e.Urgency), DeliverableID: e.Of, ByID: e.By, ByName: e.ByName}
	if e.Scope != nil {
		text, err := json.Marshal(e.Scope)
		if err != nil {
			return err
		}
		row.Scope = string(text)
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	return s.derive(ctx, tx, r, e.At, e.Seq == 1)
}

// derive writes where the request stands, from its events alone.
func (s *Service) derive(ctx context.Context, tx bun.Tx, r *Request, now time.Time, first bool) error {
	state, clocks, err := s.derived(ctx, tx, r, now)
	if err != nil {
		return err
	}
	if err := put(ctx, tx, &state, first); err != nil {
		return fmt.Errorf("write the state of request %s: %w", r.ID, err)
	}
	if _, err := tx.NewDelete().Model((*clockRow)(nil)).Where("request_id = ?", r.ID).Exec(ctx); err != nil {
		return err
	}
	if len(clocks) > 0 {
		_, err = tx.NewInsert().Model(&clocks).Exec(ctx)
	}
	return err
}

func put(ctx context.Context, tx bun.Tx, state *stateRow, first bool) error {
	if first {
		_, err := tx.NewInsert().Model(state).Exec(ctx)
		return err
	}
	_, err := tx.NewUpdate().Model(state).WherePK().Exec(ctx)
	return err
}

// never is the order of what is not to come.
const never = math.MaxInt64

// undated is where those begin that have no clock on its way: behind all that have one.
const undated = math.MaxInt64 / 2

func (s *Service) derived(ctx context.Context, tx bun.Tx, r *Request, now time.Time) (stateRow, []clockRow, error) {
	x, levels, err := s.clocks(ctx, tx, r, now)
	if err != nil {
		return stateRow{}, nil, err
	}
	last := r.Events[len(r.Events)-1]
	state := stateRow{RequestID: r.ID, ClientID: r.Client, Number: r.Number, Title: r.Title, Category: r.Category, Phase: string(r.State.Phase),
		Priority: string(r.State.Priority), WaitsOn: string(r.State.Waiting), Triaged: r.State.Triaged, Feedback: r.State.AwaitsFeedback(), ProviderID: r.State.Provider,
		AssigneeID: r.State.Assignee, Seq: r.Seq(), OpenedAt: r.OpenedAt, MovedAt: last.At, ContractID: r.Contract, VersionID: r.Version}
	if err := state.scoped(r.State.Scope); err != nil {
		return stateRow{}, nil, err
	}
	nearest, ok := x.Nearest()
	switch {
	case r.State.Phase != work.Open:
		state.DueOrder = never - last.At.UnixMicro() // the latest first
	case ok:
		state.DueClock, state.DueOrder = nearest.Name(""), nearest.Due.UnixMicro()
	default:
		state.DueOrder = undated + r.OpenedAt.UnixMicro()
	}
	var clocks []clockRow
	for i := range x.Clocks {
		c := &x.Clocks[i]
		row := clockRow{RequestID: r.ID, Clock: c.Name(""), ClientID: r.Client, Promise: c.Promise, ByParty: string(c.By), State: string(c.State),
			DueAt: c.Due, StoppedAt: c.Stopped, LateAt: c.Late, NextOrder: never, Priority: string(c.Priority), Used: int64(c.Elapsed / time.Second)}
		if next, ok := c.Next(levels); ok {
			row.NextOrder = next.UnixMicro()
		}
		clocks = append(clocks, row)
	}
	return state, clocks, nil
}

// levelsOf are the promises that a request is under: those of the contract as it was in force when it was opened.
func (s *Service) levelsOf(ctx context.Context, tx bun.Tx, r *Request) (*contract.ServiceLevels, error) {
	if r.Version == "" {
		return work.NoPromises(), nil
	}
	if known, ok := s.levels.Load(r.Version); ok {
		return known.(*contract.ServiceLevels), nil
	}
	c, err := contractops.ContractOf(ctx, tx, r.Contract)
	if err != nil {
		return nil, fmt.Errorf("read what was promised of request %s: %w", r.ID, err)
	}
	for _, v := range c.Versions {
		if v.ID != r.Version {
			continue
		}
		terms, err := contract.ParseAccepted([]byte(v.Source))
		if err != nil {
			return nil, err
		}
		levels := terms.Service
		if levels == nil {
			levels = work.NoPromises()
		}
		s.levels.Store(r.Version, levels)
		return levels, nil
	}
	return nil, fmt.Errorf("request %s is under version %s, which the contract %s has not", r.ID, r.Version, r.Contract)
}
