package ops

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// endMonth does what is missing of a run in the hands of the caller. When it fails, the run is left for whoever goes on with it.
func (s *Service) endMonth(ctx context.Context, actor access.Actor, run heldRun, tell func(MonthEndStep)) error {
	s.ending.Store(run.row.ID, true)
	defer s.ending.Delete(run.row.ID)
	err := s.endEach(ctx, actor, &run, tell)
	if err == nil {
		err = s.concludeMonthEnd(ctx, actor, run)
	}
	if err == nil || fault.Code(err) == "month-end-taken-over" {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	return errors.Join(err, s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*monthEndProgressRow)(nil)).Set("holder = '', message = ?", stoppedBecause(err)).
			Where("run_id = ? AND holder = ? AND state = ?", run.row.ID, run.progress.Holder, monthEndRuns).Exec(ctx)
		return err
	}))
}

// stoppedBecause is what a person is told of a run that stopped.
func stoppedBecause(err error) string {
	if faults := fault.All(err); len(faults) > 0 && faults[0].Kind != fault.Internal {
		return faults[0].Message
	}
	if errors.Is(err, context.Canceled) {
		return "The program was stopped."
	}
	return "The program failed; the log says more."
}

func (s *Service) endEach(ctx context.Context, actor access.Actor, run *heldRun, tell func(MonthEndStep)) error {
	names, err := s.clientNames(ctx, actor)
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		return err
	}
	for i := run.progress.Done; i < len(run.plan); i++ {
		p := run.plan[i]
		if tell != nil {
			tell(MonthEndStep{Done: i, Total: len(run.plan), Client: names[p.Client]})
		}
		row, err := s.endOne(ctx, actor, run.row, p)
		if err != nil {
			return err
		}
		row.RunID, row.No, row.ContractID, row.ClientID, row.At = run.row.ID, i+1, p.Contract, p.Client, s.now()
		if err := s.keepOutcome(ctx, run, row); err != nil {
			return err
		}
	}
	return nil
}

// keepOutcome writes what came of an engagement, if the run is still in the hands of this caller.
func (s *Service) keepOutcome(ctx context.Context, run *heldRun, row monthEndOutcomeRow) error {
	next := run.progress
	next.Done, next.BeatAt, next.Message = row.No, row.At, ""
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := advanceMonthEnd(ctx, tx, next); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
	if err == nil {
		run.progress = next
	}
	return err
}

func advanceMonthEnd(ctx context.Context, tx bun.Tx, p monthEndProgressRow) error {
	res, err := tx.NewUpdate().Model(&p).WherePK().Where("holder = ? AND state = ?", p.Holder, monthEndRuns).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fault.New(fault.Conflict, "month-end-taken-over", "This month end is being finished by another run of the program."))
	}
	return nil
}

// concludeMonthEnd ends the run and enters what it came to in the record.
func (s *Service) concludeMonthEnd(ctx context.Context, actor access.Actor, run heldRun) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := readOutcomes(ctx, tx, run.row.ID)
		if err != nil {
			return err
		}
		counts := map[fees.OutcomeKind]int{}
		for _, r := range rows {
			counts[fees.OutcomeKind(r.Kind)]++
		}
		ended := run.progress
		ended.State, ended.BeatAt, ended.Message = monthEndEnded, s.now(), ""
		if err := advanceMonthEnd(ctx, tx, ended); err != nil {
			return err
		}
		words := fmt.Sprintf("ended the month end of %s: %s", run.row.month().Words(), countWords(func(k fees.OutcomeKind) int { return counts[k] }, len(rows)))
		_, err = journalops.Append(ctx, tx, journalops.By(actor, run.row.entry(ended.BeatAt, words, len(rows), counts)))
		return err
	})
}

// endOne ends the month of one engagement. The error is for what stops the whole run: its context has ended, or the database fails.
func (s *Service) endOne(ctx context.Context, actor access.Actor, run monthEndRow, p planned) (row monthEndOutcomeRow, stop error) {
	o := &ending{Service: s, actor: actor, run: run, planned: p}
	err := o.attempt(ctx)
	switch {
	case ctx.Err() != nil:
		return row, ctx.Err()
	case fault.Is(err, fault.Unavailable):
		return row, err
	case err != nil:
		o.obstacles = append(o.obstacles, s.refused(ctx, run.ID, p.Contract, err))
	}
	if len(o.obstacles) > 0 {
		o.row.Kind = string(fees.OutcomeException)
	}
	o.row.Obstacles = encode(append([]fees.Obstacle{}, o.obstacles...))
	return o.row, nil
}

// refused is the obstacle of an error; what is a failure of the program goes to the log.
func (s *Service) refused(ctx context.Context, run, contract string, err error) fees.Obstacle {
	p, gaveUp := errors.AsType[panicked](err)
	sums := fault.Code(err) == fees.SumsRefused().Code || gaveUp && fees.OfSums(p.cause)
	if sums || fault.Is(err, fault.Internal) {
		s.failed(ctx, run, contract, err)
	}
	if sums {
		return fees.SumsRefused()
	}
	return fees.Refused(err)
}

// panicked is a rule that gave up. One engagement's never stops the others.
type panicked struct{ cause any }

func (p panicked) Error() string { return fmt.Sprintf("panic: %v", p.cause) }

// refuseSums is deferred: it makes a fault of a rule that gave up over a sum that money cannot hold. Another defect goes on its way.
func refuseSums(err *error) {
	cause := recover()
	switch {
	case cause == nil:
	case fees.OfSums(cause):
		*err = fees.SumsFault(cause)
	default:
		panic(cause)
	}
}

// ending is the month of one engagement on its way to an outcome.
type ending struct {
	*Service
	actor   access.Actor
	run     monthEndRow
	planned planned

	engagement fees.Engagement
	revisions  []Summary // of the month, the newest first
	submitted  bool      // this run did it, before it was interrupted
	obstacles  []fees.Obstacle
	row        monthEndOutcomeRow
}

func (e *ending) attempt(ctx context.Context) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = panicked{cause}
		}
	}()
	if err := e.look(ctx); err != nil {
		return err
	}
	if e.engagement.Done() {
		e.already()
		return nil
	}
	month := e.run.month()
	e.obstacles = e.engagement.Obstacles(month)
	for _, o := range e.obstacles {
		if !o.Drafts {
			e.keep(e.newest())
			return nil
		}
	}
	drafted, err := e.Draft(ctx, e.actor, DraftInput{Contract: e.planned.Contract, Month: month, OnlyOwed: !e.engagement.Runs(month)})
	if err != nil {
		e.keep(e.newest())
		return err
	}
	if drafted.Nothing {
		e.obstacles, e.row.Kind = nil, string(fees.OutcomeNothing)
		return nil
	}
	e.drafted(drafted)
	if !e.run.Submits || len(e.obstacles) > 0 {
		return nil
	}
	st, err := e.Submit(ctx, e.actor, SubmitInput{Statement: drafted.Statement.ID, Hash: drafted.Statement.Hash})
	if err != nil {
		return err
	}
	e.row.Kind, e.row.State = string(fees.OutcomeSubmitted), string(st.State)
	return nil
}

// look reads where the engagement stands. Who may: see StatementDraft.
func (e *ending) look(ctx context.Context) error {
	return e.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		e.engagement, e.revisions = fees.Engagement{}, nil
		c, err := contractops.ContractOf(ctx, tx, e.planned.Contract)
		if err != nil {
			return err
		}
		if err := access.Require(e.actor, access.StatementDraft, c.Scope()); err != nil {
			return err
		}
		if v, ok := c.Open(); ok {
			e.engagement.Proposed = &v
		}
		if len(c.Accepted()) == 0 {
			return nil
		}
		agreement, err := c.Agreement()
		if err != nil {
			return err
		}
		zone := agreement.First().Zone
		e.engagement.Agreement, e.engagement.Today = &agreement, cal.DateOf(e.now(), zone)
		at, err := e.ImportedAt(ctx, tx, c.Client)
		if err != nil {
			return fmt.Errorf("read when the client was imported: %w", err)
		}
		if !at.IsZero() {
			e.engagement.Imported = cal.DateOf(at, zone)
		}
		return e.lookAtStatements(ctx, tx)
	})
}

func (e *ending) lookAtStatements(ctx context.Context, tx bun.Tx) error {
	month := e.run.month()
	var rows []statementRow
	err := tx.NewSelect().Model(&rows).Column(briefly...).
		Where("contract_id = ? AND period_from IN (?)", e.planned.Contract, bun.List([]string{month.First().String(), month.Previous().First().String()})).
		OrderExpr("revision DESC").Scan(ctx)
	if err != nil {
		return err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	events, err := readEvents(ctx, tx, ids...)
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := r.summary()
		s.State = stateOf(events[r.ID])
		if s.Period != month.Period() {
			if e.engagement.Before == "" {
				e.engagement.Before = s.State
			}
			continue
		}
		e.revisions = append(e.revisions, s)
	}
	if newest := e.newest(); newest != nil {
		e.engagement.State = newest.State
		for _, happened := range events[newest.ID] {
			e.submitted = e.submitted || happened.Kind == fees.Submit && happened.ByID == e.run.BegunBy && !happened.At.Before(e.run.BegunAt)
		}
	}
	return nil
}

func (e *ending) newest() *Summary {
	if len(e.revisions) == 0 {
		return nil
	}
	return &e.revisions[0]
}

// keep notes the statement that the outcome is about; nil: there is none.
func (e *ending) keep(s *Summary) {
	if s == nil {
		return
	}
	e.row.StatementID, e.row.State, e.row.Revision = s.ID, string(s.State), s.Revision
	e.row.Currency, e.row.TotalMinor = string(s.Total.Currency), s.Total.Minor
}

// already keeps a statement that is out of the agency's hands.
func (e *ending) already() {
	e.keep(e.newest())
	e.row.Kind = string(fees.OutcomeAlready)
	if e.submitted {
		e.row.Kind = string(fees.OutcomeSubmitted)
		e.before(*e.newest())
	}
}

// drafted keeps the draft, with what is held out of it.
func (e *ending) drafted(d Drafted) {
	e.keep(&d.Statement.Summary)
	e.row.State = string(d.Statement.State)
	e.row.Kind = string(fees.OutcomeUnchanged)
	if !d.Same || !d.Statement.DraftedAt.Before(e.run.BegunAt) {
		e.row.Kind = string(fees.OutcomeDrafted)
		e.before(d.Statement.Summary)
	}
	if o, ok := fees.HeldOut(d.Statement.Document.Issues); ok {
		e.obstacles = append(e.obstacles, o)
	}
}

// before keeps the revision before.
func (e *ending) before(s Summary) {
	for _, r := range e.revisions {
		if r.Revision < s.Revision {
			e.row.BeforeRevision, e.row.BeforeMinor = r.Revision, r.Total.Minor
			return
		}
	}
}
