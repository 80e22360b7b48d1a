package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// MonthEndInput says which month is ended.
type MonthEndInput struct {
	Month  cal.Month
	Submit bool   // also submit each statement that nothing stands in the way of
	Key    string // a name of the caller's choice: the same one gives the same run; empty: a new run
}

// MonthEnd is one run over the engagements of a workspace, as far as the actor may see it.
type MonthEnd struct {
	ID       string
	Month    cal.Month
	Submits  bool
	BegunAt  time.Time
	BegunBy  string
	Total    int // engagements
	Done     int
	Now      string // the client that is worked on; empty when none is, or it is not for the actor
	Running  bool
	Stalled  bool      // it stopped on the way, and nobody works on it
	Message  string    // why it stopped
	EndedAt  time.Time // zero while it runs
	Outcomes []Outcome // exceptions first, each kind by client and contract
}

// Outcome is what came of one engagement.
type Outcome struct {
	Kind         fees.OutcomeKind
	Client       string // id
	ClientName   string
	Contract     string // id
	ContractName string
	Statement    string // id; empty: there is none
	State        fees.State
	Revision     int
	Total        money.Amount
	Before       int          // the revision before, of a statement that this run drafted; 0: there was none
	Difference   money.Amount // Total less that of the revision before
	Obstacles    []fees.Obstacle
}

// Count is how many engagements came to the kind.
func (m MonthEnd) Count(k fees.OutcomeKind) int {
	n := 0
	for _, o := range m.Outcomes {
		if o.Kind == k {
			n++
		}
	}
	return n
}

// Words are the counts of an ended run, or how far it is: "2 exceptions, 38 drafted, 1 unchanged".
func (m MonthEnd) Words() string { return countWords(m.Count, m.Total) }

// MonthEndStep is how far a run is.
type MonthEndStep struct {
	Done, Total int
	Client      string // name of the client that is worked on
}

// MonthEnd drafts the statement of the month for every contract within the actor's reach that has begun by then, and submits those that nothing stands
// in the way of when asked to. It ends when all are done, and tells each step. Whatever fails with one engagement is an exception of the outcome; the
// others are not touched by it. A run of the same person, month and purpose that was interrupted is gone on with. Who may: see MonthEndRun; then
// StatementDraft and StatementSubmit decide for each client.
// Faults: Forbidden; Invalid for a month that is not over; Conflict while another run goes on ("month-end-running") or was interrupted
// ("month-end-interrupted"), and for a key that named another run; Unavailable when the database fails: the run is then interrupted.
func (s *Service) MonthEnd(ctx context.Context, actor access.Actor, in MonthEndInput, tell func(MonthEndStep)) (MonthEnd, error) {
	run, again, err := s.beginMonthEnd(ctx, actor, in)
	if err == nil && !again {
		err = s.endMonth(ctx, actor, run, tell)
	}
	if err != nil {
		return MonthEnd{}, fmt.Errorf("month end of %s: %w", in.Month, err)
	}
	return s.ShowMonthEnd(ctx, actor, run.row.ID)
}

// StartMonthEnd is MonthEnd that leaves the run going on. Faults as there.
func (s *Service) StartMonthEnd(ctx context.Context, actor access.Actor, in MonthEndInput) (MonthEnd, error) {
	run, again, err := s.beginMonthEnd(ctx, actor, in)
	if err != nil {
		return MonthEnd{}, fmt.Errorf("month end of %s: %w", in.Month, err)
	}
	if !again {
		s.behind(ctx, actor, run)
	}
	return s.ShowMonthEnd(ctx, actor, run.row.ID)
}

// behind goes on with a run that outlives the request.
func (s *Service) behind(ctx context.Context, actor access.Actor, run heldRun) {
	s.background.Go(ctx, func(ctx context.Context) {
		if err := s.endMonth(ctx, actor, run, nil); err != nil && ctx.Err() == nil {
			s.failed(ctx, run.row.ID, "", err)
		}
	})
}

func (s *Service) failed(ctx context.Context, run, contract string, err error) {
	if s.Failed != nil {
		s.Failed(ctx, run, contract, err)
	}
}

// heldRun is a run in the hands of this caller.
type heldRun struct {
	row      monthEndRow
	plan     []planned
	progress monthEndProgressRow
}

// planned is an engagement of the plan.
type planned struct {
	Contract string `json:"contract"`
	Client   string `json:"client"`
}

// beginMonthEnd settles the plan, or takes up the run that was interrupted. again: the key names a run that exists; nothing is to be done.
func (s *Service) beginMonthEnd(ctx context.Context, actor access.Actor, in MonthEndInput) (run heldRun, again bool, err error) {
	if err := access.Require(actor, access.MonthEndRun, access.Scope{}); err != nil {
		return run, false, err
	}
	if err := s.monthOver(in.Month); err != nil {
		return run, false, err
	}
	names, err := s.clientNames(ctx, actor)
	if err != nil {
		return run, false, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		run, again = heldRun{}, false
		id := s.id("mend")
		if in.Key != "" {
			earlier, ok, err := readMonthEndOfKey(ctx, tx, actor.Account, in.Key)
			switch {
			case err != nil:
				return err
			case ok && (earlier.Month != in.Month.String() || earlier.Submits != in.Submit):
				return fault.New(fault.Conflict, "key-used", "This key named the month end of %s; take another one.", earlier.month().Words())
			case ok:
				run.row, again = earlier, true
				return nil
			}
		}
		taken, err := s.takeUpSame(ctx, tx, actor, in, &run)
		if err != nil || taken {
			return err
		}
		contracts, err := contractops.ContractsWithin(ctx, tx, access.Reachable(actor, access.StatementDraft))
		if err != nil {
			return err
		}
		run.plan = planOf(contracts, names, in.Month)
		run.row = monthEndRow{ID: id, Month: in.Month.String(), Submits: in.Submit, RunKey: cmp.Or(in.Key, id), Plan: encode(run.plan),
			BegunAt: s.now(), BegunBy: actor.Account, BegunByName: actor.Name}
		run.progress = monthEndProgressRow{RunID: id, State: monthEndRuns, Holder: s.id("run"), BeatAt: run.row.BegunAt}
		if _, err := tx.NewInsert().Model(&run.row).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&run.progress).Exec(ctx); err != nil {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, run.row.entry(run.row.BegunAt, begunWords(in, len(run.plan)), len(run.plan), nil)))
		return err
	})
	return run, again, err
}

// monthOver refuses a month that still runs somewhere on earth, and a month that nobody means.
func (s *Service) monthOver(m cal.Month) error {
	latest := cal.DateOf(s.now(), time.FixedZone("", 14*60*60))
	if latest.Before(m.Period().To) {
		return fault.New(fault.Invalid, "month-runs", "%s is not over: run its month end on %s or later.", m.Words(), m.Period().To.Words()).At("month")
	}
	return nil
}

// takeUpSame looks for a run that is not at its end: the actor's own of the same month and purpose is taken up when it was interrupted; any other
// is a Conflict.
func (s *Service) takeUpSame(ctx context.Context, tx bun.Tx, actor access.Actor, in MonthEndInput, run *heldRun) (bool, error) {
	open, err := readOpenMonthEnds(ctx, tx)
	if err != nil || len(open) == 0 {
		return false, err
	}
	other, err := readMonthEnd(ctx, tx, open[0].RunID)
	if err != nil {
		return false, err
	}
	words := fmt.Sprintf("The month end of %s that %s began", other.month().Words(), other.BegunByName)
	if !s.stalled(open[0]) {
		return false, fault.New(fault.Conflict, "month-end-running", "%s is running: %d of %d are done. Wait until it has ended; then this one does what is still missing.",
			words, open[0].Done, len(other.plan()))
	}
	if other.BegunBy != actor.Account || other.Month != in.Month.String() || other.Submits != in.Submit {
		return false, fault.New(fault.Conflict, "month-end-interrupted", "%s was interrupted after %d of %d and is finished first. The running program goes on with it within a minute; "+
			"where none runs, \"ofrecord statement month-end --resume\" does.", words, open[0].Done, len(other.plan()))
	}
	run.row, run.plan, run.progress = other, other.plan(), open[0]
	return true, s.hold(ctx, tx, &run.progress)
}

// planOf is the engagements whose contract has begun by the end of the month, or waits to be accepted for a day before it, by client and name.
func planOf(contracts []contractops.Contract, names map[string]string, m cal.Month) []planned {
	begun := func(v contract.Version) bool {
		return (v.State() == contract.Accepted || v.State() == contract.Proposed) && v.Effective.Before(m.Period().To)
	}
	contracts = slices.DeleteFunc(slices.Clone(contracts), func(c contractops.Contract) bool { return !slices.ContainsFunc(c.Versions, begun) })
	slices.SortFunc(contracts, func(a, b contractops.Contract) int {
		return cmp.Or(cmp.Compare(names[a.Client], names[b.Client]), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	plan := make([]planned, len(contracts))
	for i, c := range contracts {
		plan[i] = planned{Contract: c.ID, Client: c.Client}
	}
	return plan
}

func (s *Service) clientNames(ctx context.Context, actor access.Actor) (map[string]string, error) {
	clients, err := s.Parties.Clients(ctx, actor)
	names := make(map[string]string, len(clients))
	for _, c := range clients {
		names[c.ID] = c.Name
	}
	return names, err
}

func begunWords(in MonthEndInput, n int) string {
	words := fmt.Sprintf("began the month end of %s over %s, to draft", in.Month.Words(), counted(n, "engagement"))
	if in.Submit {
		words += " and submit"
	}
	return words
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// countWords tells the kinds that there are.
func countWords(count func(fees.OutcomeKind) int, total int) string {
	words := map[fees.OutcomeKind]string{fees.OutcomeSubmitted: "submitted", fees.OutcomeDrafted: "drafted", fees.OutcomeUnchanged: "unchanged",
		fees.OutcomeAlready: "submitted or locked before", fees.OutcomeNothing: "with nothing to charge"}
	out := ""
	for _, k := range fees.OutcomeKinds() {
		n := count(k)
		if n == 0 {
			continue
		}
		if out != "" {
			out += ", "
		}
		if k == fees.OutcomeException {
			out += counted(n, "exception")
			continue
		}
		out += fmt.Sprintf("%d %s", n, words[k])
	}
	if total == 0 {
		return "no engagement had begun"
	}
	if out == "" {
		return fmt.Sprintf("%s to end", counted(total, "engagement"))
	}
	return out
}

func (r monthEndRow) entry(at time.Time, words string, total int, counts map[fees.OutcomeKind]int) journal.Entry {
	return journal.Entry{At: at, Action: string(access.MonthEndRun), Internal: true, Words: words,
		Subject: journal.Subject{Kind: "month-end", ID: r.ID, Name: "Month end of " + r.month().Words()},
		After:   journal.Snapshot(map[string]any{"month": r.Month, "submits": r.Submits, "engagements": total, "outcomes": counts})}
}
