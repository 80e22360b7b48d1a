package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// PageSize is how many statements a page of the list holds.
const PageSize = 24

// Page is a part of a list, newest period first.
type Page struct {
	Statements []Summary
	Total      int
	Page       int // from 1
}

// Statements lists a client's statements, the newest revision of each contract and period. The client's people see what was submitted
// to them, not the agency's drafts; the people of a specialist those under their own contracts. Who may: see StatementSee. Faults: NotFound, Forbidden.
func (s *Service) Statements(ctx context.Context, actor access.Actor, client string, page int) (Page, error) {
	if err := access.RequireAny(actor, access.StatementSee, client); err != nil {
		return Page{}, err
	}
	out := Page{Page: max(1, page)}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		have, err := contractops.ProvidersOf(ctx, tx, client)
		if err != nil {
			return err
		}
		newest := func(q *bun.SelectQuery) *bun.SelectQuery {
			q = newestOnly(tx, q, access.SeesInternal(actor, client))
			return ofContracts(q.Where("client_id = ?", client), "contract_id", have, actor, client)
		}
		total, err := tx.NewSelect().Model((*statementRow)(nil)).Apply(newest).Count(ctx)
		if err != nil {
			return err
		}
		out.Total = int(total)
		var rows []statementRow
		err = tx.NewSelect().Model(&rows).Column(briefly...).Apply(newest).OrderExpr("period_from DESC, contract_id").
			Limit(PageSize).Offset(int64(out.Page-1) * PageSize).Scan(ctx)
		if err != nil {
			return err
		}
		out.Statements, err = s.summaries(ctx, tx, rows)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list statements: %w", err)
	}
	return out, nil
}

// shown is the condition that a statement was ever submitted: what was not is internal to the agency.
func shown(statement string) string {
	return "EXISTS (SELECT 1 FROM statement_event AS e WHERE e.statement_id = " + statement + ".id AND e.kind = '" + string(fees.Submit) + "')"
}

// summaries adds where each statement stands. The texts are read only for those whose lines still decide what is payable or held.
func (s *Service) summaries(ctx context.Context, tx bun.Tx, rows []statementRow) ([]Summary, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	if len(ids) == 0 {
		return nil, nil
	}
	events, err := readEvents(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	var locked []finalRow
	if err := tx.NewSelect().Model(&locked).Where("statement_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	finals := map[string]finalRow{}
	for _, f := range locked {
		finals[f.StatementID] = f
	}
	providers := map[string]string{}
	out := make([]Summary, len(rows))
	for i, r := range rows {
		out[i] = r.summary()
		if out[i].Provider, err = providerOf(ctx, tx, providers, r.ContractID); err != nil {
			return nil, err
		}
		out[i].State = stateOf(events[r.ID])
		final := finals[r.ID]
		switch {
		case out[i].State == fees.Locked && final.HeldMinor == 0:
			payable := money.New(final.PayableMinor, out[i].Total.Currency)
			out[i].Split = fees.Split{Payable: payable, Held: money.New(0, payable.Currency), Conceded: out[i].Total.Sub(payable)}
		case out[i].State == fees.Locked || out[i].State == fees.Submitted:
			whole, err := s.read(ctx, tx, r.ID)
			if err != nil {
				return nil, err
			}
			out[i] = whole.Summary
		}
	}
	return out, nil
}

// providerOf is the organisation that a contract is with, read once.
func providerOf(ctx context.Context, tx bun.Tx, known map[string]string, contractID string) (string, error) {
	if of, ok := known[contractID]; ok {
		return of, nil
	}
	scope, err := contractops.ScopeOf(ctx, tx, contractID)
	known[contractID] = scope.Provider
	return scope.Provider, err
}

// stateOf is the state that the events leave, without the lines.
func stateOf(events []fees.Event) fees.State {
	state := fees.Drafted
	for _, e := range events {
		switch e.Kind {
		case fees.Submit:
			state = fees.Submitted
		case fees.Withdraw:
			state = fees.Withdrawn
		case fees.Lock:
			state = fees.Locked
		}
	}
	return state
}

// Statement is one statement. A draft that was never submitted is internal to the agency. Who may: see StatementSee.
// Faults: NotFound, Forbidden.
func (s *Service) Statement(ctx context.Context, actor access.Actor, id string) (Statement, error) {
	var out Statement
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.admit(ctx, tx, actor, access.StatementSee, id); err != nil {
			return err
		}
		var err error
		if out, err = s.read(ctx, tx, id); err != nil {
			return err
		}
		return s.addRevisions(ctx, tx, &out, access.SeesInternal(actor, out.Client))
	})
	return out, err
}

// admit reads whose statement it is and asks whether the actor may do the action with it.
func (s *Service) admit(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, id string) (statementRow, error) {
	if actor.Account == "" {
		return statementRow{}, access.Require(actor, action, access.Scope{})
	}
	row, err := readRow(ctx, tx, id, briefly...)
	if err != nil {
		return row, err
	}
	submitted, err := tx.NewSelect().Model((*eventRow)(nil)).Where("statement_id = ? AND kind = ?", id, string(fees.Submit)).Exists(ctx)
	if err != nil {
		return row, err
	}
	scope, err := contractops.ScopeOf(ctx, tx, row.ContractID)
	if err != nil {
		return row, err
	}
	scope.Internal = !submitted
	return row, access.Require(actor, action, scope)
}

// read puts a statement together and folds its life as of now. It knows no access.
func (s *Service) read(ctx context.Context, tx bun.Tx, id string) (Statement, error) {
	row, err := readRow(ctx, tx, id, briefly...)
	if err != nil {
		return Statement{}, err
	}
	f, err := s.frozen(ctx, tx, id)
	if err != nil {
		return Statement{}, err
	}
	out := Statement{Summary: row.summary(), Document: f.document, Agreement: f.agreement}
	if out.Provider, err = providerOf(ctx, tx, map[string]string{}, row.ContractID); err != nil {
		return Statement{}, err
	}
	out.Terms = pack.ReviewTerms(out.Agreement, out.Period)
	events, err := readEvents(ctx, tx, id)
	if err != nil {
		return out, err
	}
	out.Events = events[id]
	out.fold(s.now())
	if out.State == fees.Drafted || out.State == fees.Submitted {
		if out.Newest, err = s.NewestImport(ctx, tx, row.ClientID); err != nil {
			return out, err
		}
	}
	if out.State == fees.Drafted || out.State == fees.Withdrawn {
		out.Superseded, err = tx.NewSelect().Model((*statementRow)(nil)).
			Where("contract_id = ? AND period_from = ? AND revision > ?", row.ContractID, row.PeriodFrom, row.Revision).Exists(ctx)
		if err != nil {
			return out, err
		}
	}
	if out.State == fees.Drafted || out.State == fees.Submitted {
		out.Life.Overtaken, err = s.overtaken(ctx, tx, out)
	}
	return out, err
}

// agreementOf reads the terms that are frozen with the row.
func agreementOf(row statementRow) (contract.Agreement, error) {
	files, err := pack.OpenArchive(row.Terms)
	if err != nil {
		return contract.Agreement{}, fmt.Errorf("statement %s: %w", row.ID, err)
	}
	var versions []contract.Terms
	for _, f := range files {
		t, err := contract.ParseAccepted(f.Body)
		if err != nil {
			return contract.Agreement{}, fmt.Errorf("statement %s, %s: %w", row.ID, f.Name, err)
		}
		versions = append(versions, t)
	}
	return contract.NewAgreement(versions...)
}

// fold computes where the statement stands.
func (st *Statement) fold(now time.Time) {
	overtaken := st.Life.Overtaken
	st.Life = fees.Fold(st.Document.Statement, st.Terms, st.Events, now)
	st.Life.Overtaken = overtaken
	st.State, st.WindowEnds, st.WindowOpen = st.Life.State, st.Life.WindowEnds, st.Life.WindowOpen
	st.Split = fees.Divide(st.Document.Statement, st.Life.Lines)
	if st.State == fees.Locked {
		st.Split = fees.AtLock(st.Document.Statement, st.Life)
	}
}

func (s *Service) addRevisions(ctx context.Context, tx bun.Tx, out *Statement, internal bool) error {
	var rows []statementRow
	err := tx.NewSelect().Model(&rows).Column(briefly...).Where("contract_id = ? AND period_from = ?", out.Contract, out.Period.From.String()).
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
	for i, r := range rows {
		revision := r.summary()
		revision.Superseded = i > 0
		revision.State = stateOf(events[r.ID])
		seen := internal || slices.ContainsFunc(events[r.ID], func(e fees.Event) bool { return e.Kind == fees.Submit })
		if seen {
			out.Revisions = append(out.Revisions, revision)
		}
	}
	return nil
}

// overtaken asks whether a statement that was locked, or a version of the contract that was accepted, after the draft changes what it charges.
func (s *Service) overtaken(ctx context.Context, tx bun.Tx, st Statement) (bool, error) {
	c, err := contractops.ContractOf(ctx, tx, st.Contract)
	if err != nil {
		return false, err
	}
	newer := false
	known := map[string]bool{}
	for _, t := range st.Agreement.Versions {
		known[t.SHA256] = true
	}
	for _, v := range c.Accepted() {
		newer = newer || !known[v.SHA256]
		if !known[v.SHA256] && v.Effective.Before(st.Period.To) {
			return true, nil
		}
	}
	finals, err := readFinals(ctx, tx, st.Contract)
	if err != nil {
		return false, err
	}
	for _, f := range finals {
		newer = newer || !f.LockedAt.Before(st.DraftedAt)
	}
	waived, err := readWaived(ctx, tx, finals)
	if err != nil {
		return false, err
	}
	for _, w := range waived {
		newer = newer || !w.At.Before(st.DraftedAt)
	}
	if !newer {
		return false, nil
	}
	again, err := s.again(ctx, tx, st, c, finals)
	return err == nil && len(fees.Compare(st.Document.Statement, again)) > 0, err
}

// again drafts from the frozen evidence, with what is locked and in force now.
func (s *Service) again(ctx context.Context, tx bun.Tx, st Statement, c contractops.Contract, finals []finalRow) (fees.Statement, error) {
	row, err := readRow(ctx, tx, st.ID, "id", "terms", "facts")
	if err != nil {
		return fees.Statement{}, err
	}
	files, err := row.files()
	if err != nil {
		return fees.Statement{}, err
	}
	_, facts, _, err := pack.ReadInputs(files)
	if err != nil {
		return fees.Statement{}, err
	}
	facts.Period, facts.Evidence.AsOf = st.Period, st.Import
	if facts.Settled, err = settledOf(ctx, tx, finals); err != nil {
		return fees.Statement{}, err
	}
	agreement, err := c.Agreement()
	if err != nil {
		return fees.Statement{}, err
	}
	again, _ := fees.Draft(agreement, facts, st.AsOf)
	return again, nil
}

// LockedUntil is the first day that no locked statement of the contract covers, zero when none is locked. It is for use cases that have
// decided access already, inside their transaction.
func LockedUntil(ctx context.Context, tx bun.Tx, contractID string) (cal.Date, error) {
	finals, err := readFinals(ctx, tx, contractID)
	if err != nil || len(finals) == 0 {
		return cal.Date{}, err
	}
	last := ""
	for _, f := range finals {
		last = max(last, f.PeriodTo)
	}
	return cal.ParseDate(last)
}

// line finds the line and its words for the record.
func (st Statement) line(no int) (fees.Line, error) {
	if no < 1 || no > len(st.Document.Statement.Lines) {
		return fees.Line{}, fault.New(fault.NotFound, "line", "The statement has no line %d.", no)
	}
	return st.Document.Statement.Lines[no-1], nil
}

func (st Statement) amount(minor int64) money.Amount { return money.New(minor, st.Total.Currency) }

// lowerName is the name inside a sentence: "statement of March 2026".
func (s Summary) lowerName() string { return strings.Replace(s.Name(), "Statement", "statement", 1) }
