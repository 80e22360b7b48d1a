package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DraftInput names what to draft.
type DraftInput struct {
	Contract string
	Month    cal.Month
	// OnlyOwed keeps no first draft of a contract that no longer runs when nothing is on it: no line, and nothing held out.
	OnlyOwed bool
}

// Drafted is what came of it.
type Drafted struct {
	Statement Statement
	Same      bool // the newest draft says the same; no revision was added
	Nothing   bool // OnlyOwed: nothing is owed and nothing was kept; there is no Statement
}

// Draft computes the statement of a month from the agreement, the newest evidence and what was locked before, and keeps it with all that
// it used as the next revision. A draft that would repeat the newest one adds none. Who may: see StatementDraft.
// Faults: NotFound, Forbidden; Invalid for a month before the contract or still to come; Conflict when the month's statement is submitted
// or locked, no version of the contract is accepted, or an amount is too large to be added up ("sums-refused").
func (s *Service) Draft(ctx context.Context, actor access.Actor, in DraftInput) (_ Drafted, err error) {
	defer refuseSums(&err)
	if actor.Account == "" {
		return Drafted{}, access.Require(actor, access.StatementDraft, access.Scope{})
	}
	var out Drafted
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = Drafted{}
		c, err := contractops.ContractOf(ctx, tx, in.Contract)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.StatementDraft, c.Scope()); err != nil {
			return err
		}
		newest, err := s.newest(ctx, tx, in)
		if err != nil {
			return err
		}
		frozen, err := s.freeze(ctx, tx, c, in.Month.Period(), newest)
		if err != nil {
			return err
		}
		if newest != nil && newest.State == fees.Drafted && repeats(*newest, frozen) {
			out = Drafted{Statement: *newest, Same: true}
			return nil
		}
		if in.OnlyOwed && newest == nil && owesNothing(frozen) {
			out = Drafted{Nothing: true}
			return nil
		}
		row, err := s.rowOf(actor, c, frozen)
		if err != nil {
			return err
		}
		if newest != nil {
			row.Revision = newest.Revision + 1
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if out.Statement, err = s.read(ctx, tx, row.ID); err != nil {
			return err
		}
		st := out.Statement
		_, err = journalops.Append(ctx, tx, journalops.By(actor, st.entry(access.StatementDraft, row.DraftedAt,
			fmt.Sprintf("drafted the %s, revision %d, as of import %d: %s", st.lowerName(), st.Revision, st.Import, st.Total.FormatWith()))))
		return err
	})
	if err != nil {
		return Drafted{}, fmt.Errorf("draft the statement of %s: %w", in.Month, err)
	}
	return out, nil
}

// newest is the newest revision of the month; nil when there is none. Fault: Conflict when it can take no other beside it.
func (s *Service) newest(ctx context.Context, tx bun.Tx, in DraftInput) (*Statement, error) {
	var rows []statementRow
	err := tx.NewSelect().Model(&rows).Column("id").Where("contract_id = ? AND period_from = ?", in.Contract, in.Month.First().String()).
		OrderExpr("revision DESC").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	st, err := s.read(ctx, tx, rows[0].ID)
	if err != nil {
		return nil, err
	}
	switch st.State {
	case fees.Submitted:
		return nil, fault.New(fault.Conflict, "statement-submitted", "%s submitted the %s on %s. Withdraw it before drafting again.",
			st.Life.SubmittedBy, st.lowerName(), st.Life.SubmittedAt.Format("2 Jan 2006 15:04 UTC"))
	case fees.Locked:
		return nil, fault.New(fault.Conflict, "statement-locked", "%s locked the %s on %s; it never changes again. What later evidence says otherwise is shown with it.",
			st.Life.LockedBy, st.lowerName(), st.Life.LockedAt.Format("2 Jan 2006 15:04 UTC"))
	}
	return &st, nil
}

// freeze gathers the facts and computes the statement from them. What the newest draft was computed from is not computed again.
func (s *Service) freeze(ctx context.Context, tx bun.Tx, c contractops.Contract, period cal.Period, newest *Statement) (pack.Frozen, error) {
	agreement, err := c.Agreement()
	if err != nil {
		return pack.Frozen{}, err
	}
	today := cal.DateOf(s.now(), agreement.First().Zone)
	switch {
	case !period.To.After(agreement.First().Effective):
		return pack.Frozen{}, fault.New(fault.Invalid, "period-before", "The contract begins on %s; choose that month or a later one.", agreement.First().Effective.Words()).At("period")
	case today.Before(period.From):
		return pack.Frozen{}, fault.New(fault.Invalid, "period-to-come", "%s has not begun; choose a month that has.", period.Words()).At("period")
	}
	facts := fees.Facts{Period: period}
	if facts.Evidence, err = s.evidenceUnder(ctx, tx, c.ID, agreement, 0); err != nil {
		return pack.Frozen{}, fmt.Errorf("read the evidence: %w", err)
	}
	finals, err := readFinals(ctx, tx, c.ID)
	if err != nil {
		return pack.Frozen{}, err
	}
	if facts.Settled, err = settledOf(ctx, tx, finals); err != nil {
		return pack.Frozen{}, err
	}
	if facts.Released, err = readReleased(ctx, tx, finals); err != nil {
		return pack.Frozen{}, err
	}
	if newest != nil && newest.State == fees.Drafted && sameDay(newest.AsOf, today, period) {
		frozen, same, err := s.unchanged(ctx, tx, c.Client, agreement, facts, finals, *newest)
		if err != nil || same {
			return frozen, err
		}
	}
	frozen, err := pack.Freeze(agreement, facts, today)
	if err != nil {
		return frozen, err
	}
	facts.Changes, err = s.stories(ctx, tx, c.Client, agreement, facts, finals, frozen.Document.Statement)
	if err != nil || len(facts.Changes) == 0 {
		return frozen, err
	}
	return pack.Freeze(agreement, facts, today)
}

// sameDay: when a period has ended, the day of the draft decides nothing any more.
func sameDay(a, b cal.Date, p cal.Period) bool {
	return a == b || !a.Before(p.To) && !b.Before(p.To)
}

// unchanged tells whether the agreement and the facts are, to the byte, those that the draft was computed from.
func (s *Service) unchanged(ctx context.Context, tx bun.Tx, client string, a contract.Agreement, f fees.Facts, finals []finalRow, draft Statement) (pack.Frozen, bool, error) {
	if draft.Period != f.Period || draft.Import != f.Evidence.AsOf {
		return pack.Frozen{}, false, nil
	}
	var err error
	if f.Changes, err = s.stories(ctx, tx, client, a, f, finals, draft.Document.Statement); err != nil {
		return pack.Frozen{}, false, err
	}
	document, err := draft.Document.Encode()
	if err != nil {
		return pack.Frozen{}, false, err
	}
	inputs, err := pack.Inputs(a, f)
	return pack.Frozen{Document: draft.Document, Inputs: inputs, Hash: draft.Hash}, err == nil && pack.HashOf(document, inputs) == draft.Hash, err
}

// owesNothing: the contract does not run in the period, and nothing is charged or held out.
func owesNothing(f pack.Frozen) bool {
	problem := func(i fees.Issue) bool { return i.Severity == fees.Problem }
	ended := func(i fees.Issue) bool { return i.Code == "not-running" }
	return len(f.Document.Statement.Lines) == 0 && slices.ContainsFunc(f.Document.Issues, ended) && !slices.ContainsFunc(f.Document.Issues, problem)
}

// repeats reports whether the computation says what the draft says. The day on which each was made makes no difference.
func repeats(st Statement, frozen pack.Frozen) bool {
	again := frozen.Document
	again.Statement.AsOf = st.Document.Statement.AsOf
	a, errA := st.Document.Encode()
	b, errB := again.Encode()
	return errA == nil && errB == nil && slices.Equal(a, b)
}

func (s *Service) rowOf(actor access.Actor, c contractops.Contract, f pack.Frozen) (statementRow, error) {
	document, err := f.Document.Encode()
	if err != nil {
		return statementRow{}, err
	}
	terms, facts := pack.Split(f.Inputs)
	row := statementRow{
		ID: s.id("stm"), ContractID: c.ID, ClientID: c.Client, PeriodFrom: f.Document.Statement.Period.From.String(),
		PeriodTo: f.Document.Statement.Period.To.String(), Revision: 1, AsOf: f.Document.Statement.AsOf.String(), ImportNo: f.Document.Statement.Evidence,
		Currency: string(f.Document.Statement.Currency), TotalMinor: f.Document.Statement.Total.Minor, Document: string(document), Hash: f.Hash,
		DraftedAt: s.now(), DraftedBy: actor.Account, DraftedByName: actor.Name,
	}
	if row.Terms, err = pack.Archive(terms); err != nil {
		return row, err
	}
	row.Facts, err = pack.Archive(facts)
	return row, err
}
