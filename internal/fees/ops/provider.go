package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Underpins reports whether the statement is of a contract with a specialist or vendor. The agency drafts and pays, the specialist reviews and is paid.
func (s Summary) Underpins() bool { return s.Provider != "" }

// Scope is what every decision about the statement is asked in.
func (s Summary) Scope() access.Scope {
	if s.Underpins() {
		return access.Between(s.Client, s.Provider)
	}
	return access.Of(s.Client)
}

// Reviewer is who accepts or disputes the lines: the client, or the specialist.
func (st Statement) Reviewer() string {
	if st.Underpins() {
		return st.Document.Statement.Agency
	}
	return st.Document.Statement.Client
}

// Drafter is who drafts and submits: the agency whose workspace this is.
func (st Statement) Drafter() string {
	if st.Underpins() {
		return st.Document.Statement.Client
	}
	return st.Document.Statement.Agency
}

// ReviewerSide is the kind of organisation of the reviewer.
func (s Summary) ReviewerSide() access.OrgKind {
	if s.Underpins() {
		return access.Specialist
	}
	return access.Client
}

// evidenceUnder is the evidence that counts under a contract, as of an import.
func (s *Service) evidenceUnder(ctx context.Context, tx bun.Tx, contractID string, a contract.Agreement, importNo int64) (crm.Evidence, error) {
	scope, err := contractops.ScopeOf(ctx, tx, contractID)
	if err != nil {
		return crm.Evidence{}, err
	}
	if !scope.Private {
		return s.ownEvidence(ctx, tx, scope.Client, importNo)
	}
	e, err := s.Evidence(ctx, tx, scope.Client, importNo)
	return fees.UnderProvider(e, a), err
}

// ownEvidence is the evidence that counts under the agency's own contracts with a client.
func (s *Service) ownEvidence(ctx context.Context, tx bun.Tx, client string, importNo int64) (crm.Evidence, error) {
	e, err := s.Evidence(ctx, tx, client, importNo)
	if err != nil {
		return e, err
	}
	all, err := contractops.EngagedOf(ctx, tx, client)
	if err != nil {
		return e, err
	}
	var engaged []contract.Agreement
	for _, c := range all {
		if len(c.Accepted()) == 0 {
			continue
		}
		a, err := c.Agreement()
		if err != nil {
			return e, err
		}
		engaged = append(engaged, a)
	}
	return fees.WithoutProviders(e, engaged), nil
}

// ofContracts narrows a query of statements of a client to those of the agency's own contracts; for who sees only what is between the agency and its own organisation, to those.
func ofContracts(q *bun.SelectQuery, column string, have contractops.Providers, actor access.Actor, client string) *bun.SelectQuery {
	if access.Decide(actor, access.StatementSee, access.Of(client)).Allowed {
		return own(q, column, have)
	}
	ids := []string{""}
	for _, id := range have.Contracts() {
		if access.Decide(actor, access.StatementSee, access.Between(client, have[id])).Allowed {
			ids = append(ids, id)
		}
	}
	return q.Where("? IN (?)", bun.Ident(column), bun.List(ids))
}

// own leaves out what hangs on contracts with specialists.
func own(q *bun.SelectQuery, column string, have contractops.Providers) *bun.SelectQuery {
	if len(have) == 0 {
		return q
	}
	return q.Where("? NOT IN (?)", bun.Ident(column), bun.List(have.Contracts()))
}

// hostOnly refuses what looks through the client's whole evidence to everybody but the agency, where the contract is with a specialist.
func hostOnly(actor access.Actor, c contractops.Contract) error {
	if c.Underpins() && !access.SeesInternal(actor, c.Client) {
		return notFound()
	}
	return nil
}

// givesUp refuses to give up what a line charges where it is the reviewer who would lose it.
func givesUp(st Statement) error {
	if !st.Underpins() {
		return nil
	}
	return fault.New(fault.Conflict, "not-yours", "It is %s that this line pays, so the agency cannot give it up. Answer the dispute, or withdraw the statement before it is locked and draft it again.", st.Reviewer())
}

// StatementsUnder lists the statements of one contract, the newest first: the newest revision of each period. Who may: see StatementSee. Faults: NotFound, Forbidden.
func (s *Service) StatementsUnder(ctx context.Context, actor access.Actor, contractID string) ([]Summary, error) {
	var out []Summary
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		scope, err := contractops.ScopeOf(ctx, tx, contractID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.StatementSee, scope); err != nil {
			return err
		}
		var rows []statementRow
		err = tx.NewSelect().Model(&rows).Column(briefly...).Where("contract_id = ?", contractID).
			Apply(func(q *bun.SelectQuery) *bun.SelectQuery {
				return newestOnly(tx, q, access.SeesInternal(actor, scope.Client))
			}).
			OrderExpr("period_from DESC").Scan(ctx)
		if err != nil {
			return err
		}
		out, err = s.summaries(ctx, tx, rows)
		return err
	})
	return out, err
}

// newestOnly leaves the newest revision of each contract and period; for who is not of the agency, of those that were submitted.
func newestOnly(tx bun.Tx, q *bun.SelectQuery, internal bool) *bun.SelectQuery {
	later := tx.NewSelect().TableExpr("statement AS later").ColumnExpr("1").
		Where("later.contract_id = statement_row.contract_id AND later.period_from = statement_row.period_from AND later.revision > statement_row.revision")
	if !internal {
		q = q.Where(shown("statement_row"))
		later = later.Where(shown("later"))
	}
	return q.Where("NOT EXISTS (?)", later)
}
