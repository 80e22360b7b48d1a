package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

type postingRow struct {
	bun.BaseModel `bun:"table:ledger_posting"`

	Ref         string    `bun:"ref,pk"`
	No          int       `bun:"no,pk"`
	ClientID    string    `bun:"client_id"`
	Contract    string    `bun:"contract"`
	SubjectKind string    `bun:"subject_kind"`
	SubjectID   string    `bun:"subject_id"`
	OnDay       string    `bun:"on_day"`
	Currency    string    `bun:"currency"`
	Debit       string    `bun:"debit"`
	Credit      string    `bun:"credit"`
	Minor       int64     `bun:"minor"`
	Words       string    `bun:"words"`
	PostedAt    time.Time `bun:"posted_at"`
}

// post writes entries, one row a posting.
func post(ctx context.Context, tx bun.Tx, at time.Time, entries ...ledger.Entry) error {
	var rows []postingRow
	for _, e := range entries {
		for i, p := range e.Postings {
			rows = append(rows, postingRow{
				Ref: e.Ref, No: i + 1, ClientID: e.Client, Contract: e.Contract, SubjectKind: string(e.Kind), SubjectID: e.Subject, OnDay: e.On.String(), Currency: string(e.Currency),
				Debit: string(p.Debit), Credit: string(p.Credit), Minor: p.Minor, Words: e.Words, PostedAt: at,
			})
		}
	}
	for len(rows) > 0 {
		n := min(len(rows), mostRows)
		part := rows[:n]
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return fmt.Errorf("post %s to the ledger: %w", part[0].Ref, err)
		}
		rows = rows[n:]
	}
	return nil
}

// mostRows is how many rows one statement of SQL inserts.
const mostRows = 200

// kindsOf gives the kind of a clause by its name, in any version of the agreement.
func kindsOf(a contract.Agreement) func(string) string {
	kinds := map[string]string{}
	for _, t := range a.Versions {
		for _, c := range t.Clauses {
			kinds[c.ClauseID()] = c.Kind()
		}
	}
	return func(clause string) string { return kinds[clause] }
}

func lockedOf(st feesops.Statement) ledger.Locked {
	return ledger.Locked{
		ID: st.ID, Client: st.Client, Statement: st.Document.Statement, Payable: fees.PayableAtLock(st.Document.Statement, st.Life), KindOf: kindsOf(st.Agreement),
	}
}

// PostLock posts a statement within the transaction that locks it. What the agency owes a specialist is no revenue of it, and is not posted.
func (s *Service) PostLock(ctx context.Context, tx bun.Tx, st feesops.Statement) error {
	if st.Underpins() {
		return nil
	}
	locked := lockedOf(st)
	if err := post(ctx, tx, st.Life.LockedAt, ledger.OfLock(locked)...); err != nil {
		return err
	}
	host, err := partyops.HostID(ctx, tx)
	if err != nil || host == "" {
		return err
	}
	issuer, ok, err := readProfile(ctx, tx, host)
	if err != nil || !ok {
		return err
	}
	return s.postReserve(ctx, tx, st, locked, issuer.Reserve)
}

// postReserve moves the clawback reserve of a contract, where the agency keeps one or something is left of one.
func (s *Service) postReserve(ctx context.Context, tx bun.Tx, st feesops.Statement, locked ledger.Locked, part *money.Ratio) error {
	kept, err := reserveOf(ctx, tx, st.Client, st.Document.Statement.Contract, st.Total.Currency)
	if err != nil || part == nil && len(kept) == 0 {
		return err
	}
	policy := ledger.ReservePolicy{Over: clawbackOf(st.Terms)}
	if part != nil {
		policy.Part = *part
	}
	entry, ok := ledger.OfReserve(locked, policy, kept)
	if !ok {
		return nil
	}
	return post(ctx, tx, st.Life.LockedAt, entry)
}

// clawbackOf says when revenue of a day can no longer be taken back: when no revenue share of the contract can.
func clawbackOf(t contract.Terms) func(revenue, on cal.Date) bool {
	return func(revenue, on cal.Date) bool {
		for _, c := range t.Clauses {
			if share, ok := c.(contract.RevenueShare); ok && !share.Clawback.Over(revenue, on, t.Calendar) {
				return false
			}
		}
		return true
	}
}

// reserveOf are the movements of a contract's reserve, the oldest first.
func reserveOf(ctx context.Context, tx bun.Tx, client, contractName string, c money.Currency) ([]ledger.Kept, error) {
	var rows []postingRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ? AND contract = ? AND currency = ?", client, contractName, string(c)).
		Where("debit = ? OR credit = ?", string(ledger.Reserve), string(ledger.Reserve)).OrderExpr("on_day, ref, no").Scan(ctx)
	var out []ledger.Kept
	for _, r := range rows {
		k := ledger.Kept{On: day(r.OnDay), Minor: r.Minor}
		if ledger.Account(r.Debit) == ledger.Reserve {
			k.Minor = -k.Minor
		}
		out = append(out, k)
	}
	return out, err
}

// postIssue posts an invoice or credit note within the transaction that issues it.
func (s *Service) postIssue(ctx context.Context, tx bun.Tx, row invoiceRow, d billing.Document) error {
	if d.Purpose != "" {
		return post(ctx, tx, row.IssuedAt, ledger.OfIssue(ledger.Issued{ID: row.ID, Client: row.ClientID, Document: d}))
	}
	st, err := s.Fees.Locked(ctx, tx, d.Statement.ID)
	if err != nil {
		return err
	}
	issued := ledger.Issued{ID: row.ID, Client: row.ClientID, Document: d, Again: row.Attempt > 1 && row.CreditsID == "", KindOf: kindsOf(st.Agreement)}
	var of *billing.Document
	if row.CreditsID != "" {
		invoice, err := readInvoice(ctx, tx, row.CreditsID)
		if err != nil {
			return err
		}
		credited, err := invoice.document()
		if err != nil {
			return err
		}
		of = &credited
	}
	entries := ledger.OfDeferred(issued, st.Document.Statement, ledger.LinesOf(st.Document.Statement, of))
	return post(ctx, tx, row.IssuedAt, append([]ledger.Entry{ledger.OfIssue(issued)}, entries...)...)
}
