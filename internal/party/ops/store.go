package ops

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

type orgRow struct {
	bun.BaseModel `bun:"table:org"`

	ID        string    `bun:"id,pk"`
	Kind      string    `bun:"kind"`
	Name      string    `bun:"name"`
	CreatedAt time.Time `bun:"created_at"`
}

type membershipRow struct {
	bun.BaseModel `bun:"table:membership"`

	ID        string    `bun:"id,pk"`
	AccountID string    `bun:"account_id"`
	OrgID     string    `bun:"org_id"`
	Role      string    `bun:"role"`
	ClientID  string    `bun:"client_id"`
	FromAt    time.Time `bun:"from_at"`
	UntilAt   time.Time `bun:"until_at,nullzero"`
	Org       *orgRow   `bun:"rel:belongs-to,join:org_id=id"`
}

type accountRow struct {
	bun.BaseModel `bun:"table:account"`

	ID           string    `bun:"id,pk"`
	Email        string    `bun:"email"`
	Name         string    `bun:"name"`
	PasswordHash string    `bun:"password_hash"`
	SessionEpoch int64     `bun:"session_epoch"`
	CreatedAt    time.Time `bun:"created_at"`
	DisabledAt   time.Time `bun:"disabled_at,nullzero"`
}

type workspaceAccountRow struct {
	bun.BaseModel `bun:"table:workspace_account"`

	AccountID string `bun:"account_id,pk"`
	Workspace string `bun:"workspace,pk"`
}

func (r orgRow) org() party.Org {
	return party.Org{ID: r.ID, Kind: access.OrgKind(r.Kind), Name: r.Name, CreatedAt: r.CreatedAt.UTC()}
}

func (r membershipRow) membership() party.Membership {
	m := party.Membership{ID: r.ID, Account: r.AccountID, Role: access.Role(r.Role), Client: r.ClientID, From: r.FromAt.UTC()}
	if !r.UntilAt.IsZero() {
		m.Until = r.UntilAt.UTC()
	}
	if r.Org != nil {
		m.Org = r.Org.org()
	}
	return m
}

func (r accountRow) account() party.Account {
	return party.Account{ID: r.ID, Email: party.Email(r.Email), Name: r.Name, HasPassword: r.PasswordHash != "", Epoch: r.SessionEpoch}
}

func (r accountRow) closed() bool { return !r.DisabledAt.IsZero() }

func readOrg(ctx context.Context, tx bun.Tx, id string) (party.Org, error) {
	var row orgRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return party.Org{}, fault.New(fault.NotFound, "org", "There is no such organisation.")
	}
	return row.org(), err
}

// readAccount finds an account by one of its unique columns; ok is false when there is none.
func readAccount(ctx context.Context, tx bun.Tx, column, value string) (row accountRow, ok bool, err error) {
	err = tx.NewSelect().Model(&row).Where("? = ?", bun.Ident(column), value).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

func readMembership(ctx context.Context, tx bun.Tx, id string) (party.Membership, error) {
	var row membershipRow
	err := tx.NewSelect().Model(&row).Relation("Org").Where("membership_row.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return party.Membership{}, fault.New(fault.NotFound, "membership", "There is no such membership.")
	}
	return row.membership(), err
}

// readMemberships lists memberships that have not ended at the instant, narrowed by the function.
func readMemberships(ctx context.Context, tx bun.Tx, at time.Time, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]party.Membership, error) {
	var rows []membershipRow
	q := tx.NewSelect().Model(&rows).Relation("Org").Where("membership_row.until_at IS NULL OR membership_row.until_at > ?", at)
	if err := narrow(q).OrderExpr("membership_row.from_at, membership_row.id").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]party.Membership, len(rows))
	for i, r := range rows {
		out[i] = r.membership()
	}
	return out, nil
}

func insertMembership(ctx context.Context, tx bun.Tx, m party.Membership) error {
	row := membershipRow{ID: m.ID, AccountID: m.Account, OrgID: m.Org.ID, Role: string(m.Role), ClientID: m.Client, FromAt: m.From, UntilAt: m.Until}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// belongsTo notes that the account may choose the workspace.
func belongsTo(ctx context.Context, tx bun.Tx, account, workspace string) error {
	row := workspaceAccountRow{AccountID: account, Workspace: workspace}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (account_id, workspace) DO NOTHING").Exec(ctx)
	return err
}

// ensureAccount returns the account of the address, making it when it is new.
func (s *Service) ensureAccount(ctx context.Context, tx bun.Tx, email party.Email, name string, now time.Time) (party.Account, error) {
	row := accountRow{ID: s.id("acc"), Email: string(email), Name: name, CreatedAt: now}
	if _, err := tx.NewInsert().Model(&row).On("CONFLICT (email) DO NOTHING").Exec(ctx); err != nil {
		return party.Account{}, err
	}
	found, ok, err := readAccount(ctx, tx, "email", string(email))
	if err != nil {
		return party.Account{}, err
	}
	if !ok {
		return party.Account{}, fault.New(fault.Internal, "account-lost", "an account vanished within a transaction")
	}
	if found.closed() {
		return party.Account{}, fault.New(fault.Conflict, "account-closed", "The account of %s is closed. Ask whoever runs this installation to open it.", email).At("email")
	}
	return found.account(), nil
}
